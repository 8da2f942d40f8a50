/* Any bytes: the repaired text is valid UTF-8 with LF line ends, and repairing it again changes nothing. */
#include "repair/repair.h"

#include <stdlib.h>
#include <utf8proc.h>

static void check_text(slice text) {
    size_t at = 0;
    while (at < text.length) {
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
                                                   (utf8proc_ssize_t)(text.length - at), &codepoint);
        if (length <= 0 || codepoint == '\r')
            abort();
        at += (size_t)length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static arena *a; /* kept: making one costs more than most inputs */
    a = a ? a : arena_new(0);
    findings found = findings_new(a);
    slice once = repair_text((slice){(const char *)data, size}, NULL, a, &found);
    check_text(once);
    slice twice = repair_text(once, NULL, a, &found);
    if (!slice_equal(once, twice))
        abort();
    arena_reset(a);
    return 0;
}
