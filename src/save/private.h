/* What the files of save/ share. */
#ifndef ISOMERIZE_SAVE_PRIVATE_H
#define ISOMERIZE_SAVE_PRIVATE_H

#include "save/save.h"

/* html.c: the document as the editor's getHTML() gives it. Whether an <a> stands inside another one: then a
 * parser would build another tree of the text than it was written from. */
bool write_html(const tiptap_node *document, buffer *out);
/* Text as a browser's innerHTML writes it: & < > and U+00A0 escaped; in attributes & " and U+00A0. */
void append_escaped(buffer *out, slice text, bool in_attribute);

/* pretty.c: npm `html` 1.0, prettyPrint with indent_size -1. */
void pretty_print(slice html, buffer *out);

/* purify.c: DOMPurify 3.1 with the CMS's settings, on text that we wrote ourselves. */
void purify_written(slice html, arena *a, buffer *out);
/* Whether an element may keep an attribute; `value` decoded and trimmed. */
bool is_allowed_attribute(slice element, slice name, slice value);
/* reader.c: the tree of a body that is plainly in save form, with the lines of the page; NULL for any other.
 */
dom_node *read_saved(slice html, uint32_t first_line, arena *a);
/* markdown.c: Markdown with raw HTML → HTML. */
slice render_markdown(slice text, arena *a);
/* Where the first line ends, if markdown-it takes it and the second for the head of a table; else 0. */
size_t table_head_end(slice text);
/* JavaScript's trim(). */
slice trim_wide(slice text);
/* Takes out of the tree what is not allowed; the attributes come out reversed. */
void purify_tree(dom_node *body, arena *a);
/* The children of `body` as the browser's innerHTML gives them, without comments. */
void write_tree(const dom_node *body, buffer *out);
/* The same on any HTML: parsed, sanitised, written again. */
void purify_any(slice html, arena *a, buffer *out);

#endif
