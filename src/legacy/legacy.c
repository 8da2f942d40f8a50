/* legacy/: a first version: paragraphs only. */
#include "legacy.h"

legacy_result legacy_to_html(slice body, uint32_t first_line, const legacy_options *options, arena *a,
                             findings *found) {
    (void)options;
    (void)found;
    legacy_result result = {{NULL, 0}, line_map_new(a)};
    buffer out = buffer_new(a, body.length + 64);
    line_map_add(&result.lines, 0, first_line);
    buffer_append_string(&out, "<p>");
    buffer_append(&out, body);
    buffer_append_string(&out, "</p>\n");
    result.html = buffer_slice(&out);
    return result;
}
