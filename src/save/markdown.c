/* Markdown with raw HTML → HTML: what the editor's markdown-it makes of a body, through cmark-gfm (both
 * CommonMark).
 *
 * Comes in: a sanitised body. Goes out: HTML. cmark-gfm keeps its own memory here; nothing of ours is
 * allocated while it holds any.
 */
#include "private.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <stdlib.h>

/* cmark-gfm keeps its list of extensions in a global that is not safe to fill from two threads. */
static pthread_once_t extensions_once = PTHREAD_ONCE_INIT;

static void attach_extension(cmark_parser *parser, const char *name) {
    cmark_syntax_extension *extension = cmark_find_syntax_extension(name);
    if (extension)
        cmark_parser_attach_syntax_extension(parser, extension);
}

slice render_markdown(slice text, arena *a) {
    pthread_once(&extensions_once, cmark_gfm_core_extensions_ensure_registered);
    int options = CMARK_OPT_UNSAFE | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE;
    cmark_parser *parser = cmark_parser_new(options);
    attach_extension(parser, "table");
    attach_extension(parser, "strikethrough");
    cmark_parser_feed(parser, text.data, text.length);
    cmark_node *root = cmark_parser_finish(parser);
    char *html = cmark_render_html(root, options, cmark_parser_get_syntax_extensions(parser));
    cmark_node_free(root);
    cmark_parser_free(parser);
    slice copy = slice_copy(slice_of(html), a);
    free(html);
    return copy;
}
