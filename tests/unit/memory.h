/* For tests that need nothing but an arena: `memory`, made anew for each. */
#ifndef ISOMERIZE_TESTS_MEMORY_H
#define ISOMERIZE_TESTS_MEMORY_H

#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static arena *memory;

static int set_up(void **state) {
    (void)state;
    memory = arena_new(0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_destroy(memory);
    return 0;
}

#endif
