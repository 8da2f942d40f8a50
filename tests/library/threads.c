/* A program that links the shared library, converts from four threads with one engine and reads one page from
 * all of them: the same bytes come out everywhere. Built with ThreadSanitizer it says where threads are in
 * each other's way. */
#include <isomerize.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 20 };

static const char *const PAGES[] = {
#include "pages.inc"
};
enum { PAGE_COUNT = sizeof PAGES / sizeof *PAGES };

typedef struct common {
    const isomerize *engine;
    isomerize_page *pages[PAGE_COUNT];
} common;

static int same_page(const isomerize_page *one, const isomerize_page *other) {
    size_t length, other_length;
    const char *output = isomerize_page_output(one, &length),
               *other_output = isomerize_page_output(other, &other_length);
    if (length != other_length || memcmp(output, other_output, length) != 0 ||
        isomerize_page_finding_count(one) != isomerize_page_finding_count(other))
        return 0;
    for (size_t i = 0; i < isomerize_page_finding_count(one); i++)
        if (strcmp(isomerize_page_finding(one, i)->detail, isomerize_page_finding(other, i)->detail) != 0)
            return 0;
    return 1;
}

static void *work(void *argument) {
    const common *c = argument;
    size_t wrong = 0;
    for (size_t i = 0; i < (size_t)ROUNDS * PAGE_COUNT; i++) {
        const char *text = PAGES[i % PAGE_COUNT];
        isomerize_page *page = isomerize_convert(c->engine, text, strlen(text), NULL);
        wrong += !page || !same_page(page, c->pages[i % PAGE_COUNT]);
        bool is_save_form;
        size_t length;
        const char *output = page ? isomerize_page_output(page, &length) : NULL;
        if (output && isomerize_page_state(page) == ISOMERIZE_CONVERTED)
            wrong += isomerize_check(output, length, &is_save_form, NULL) != ISOMERIZE_OK || !is_save_form;
        isomerize_page_free(page);
    }
    return (void *)wrong;
}

int main(void) {
    isomerize *engine;
    if (!isomerize_is_compatible() || isomerize_new(NULL, &engine, NULL) != ISOMERIZE_OK)
        return 2;
    common c = {.engine = engine};
    for (size_t i = 0; i < PAGE_COUNT; i++)
        if (!(c.pages[i] = isomerize_convert(engine, PAGES[i], strlen(PAGES[i]), NULL)))
            return 2;
    pthread_t threads[THREADS];
    size_t wrong = 0;
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, &c) != 0)
            return 2;
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (size_t)result;
    }
    for (size_t i = 0; i < PAGE_COUNT; i++)
        isomerize_page_free(c.pages[i]);
    isomerize_free(engine);
    printf("%d pages, %d threads, %zu wrong\n", PAGE_COUNT * ROUNDS, THREADS, wrong);
    return wrong != 0;
}
