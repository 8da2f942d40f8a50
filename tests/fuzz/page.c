/* The whole line: any page in, a legacy one and one of the editor's that somebody wrote into, and what is
 * written is in save form; nothing crashes, leaks or runs away.
 */
#include "convert/convert.h"

#include <stdlib.h>

static void convert(const convert_engine *engine, const char *front, slice body, arena *a, arena *again) {
    convert_options options = {.mend_new = true};
    convert_result result;
    size_t difference;
    slice saved = {NULL, 0};
    buffer page = buffer_new(again, body.length + 64);
    buffer_append_string(&page, front);
    buffer_append(&page, body);
    convert_page(engine, buffer_slice(&page), &options, a, &result);
    if (result.state == CONVERT_DONE && !convert_check(result.output, again, &difference, NULL))
        abort();
    if (result.state == CONVERT_DONE && !convert_check(buffer_slice(&page), again, &difference, &saved) &&
        saved.length) {
        findings found = findings_new(again);
        convert_check_losses(engine, buffer_slice(&page), saved, NULL, 0, again, &found);
    }
    arena_reset(a);
    arena_reset(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static convert_engine *engine; /* made once: the rules are no part of the input */
    static arena *kept, *a, *again;
    slice error, body = {(const char *)data, size};
    if (!engine) {
        convert_settings settings = convert_settings_default();
        engine = convert_engine_new(&settings, kept = arena_new(0), &error);
        a = arena_new(CONVERT_MEMORY);
        again = arena_new(CONVERT_MEMORY);
    }
    convert(engine, "---\ntitle: A page\n---\n", body, a, again);
    convert(engine, "---\ntitle: A page\npermalink: /a/\nvariant: tiptap\n---\n", body, a, again);
    return 0;
}
