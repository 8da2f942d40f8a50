/* The editor's save, in its order (tests/editor/cycle.mjs, steps 3 to 5). */
#include "private.h"

void save_body(const tiptap_node *document, arena *a, buffer *out) {
    buffer html = buffer_new(a, 16384);
    bool links_nest = write_html(document, &html);
    buffer pretty = buffer_new(a, html.length + html.length / 8 + 64);
    pretty_print(buffer_slice(&html), &pretty);
    if (links_nest)
        purify_any(buffer_slice(&pretty), a, out);
    else
        purify_written(buffer_slice(&pretty), a, out);
}
