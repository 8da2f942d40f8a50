/* What the files of save/ share. */
#ifndef ISOMERIZE_SAVE_PRIVATE_H
#define ISOMERIZE_SAVE_PRIVATE_H

#include "save/save.h"

/* html.c: the document as the editor's getHTML() gives it. Whether an <a> stands inside another one: then a
 * parser would build another tree of the text than it was written from. */
bool write_html(const tiptap_node *document, buffer *out);

/* Text with the entities that are written as the characters they stand for. False, and the text as it is,
 * where another `&` stands in it. */
bool decode_written(slice text, arena *a, slice *decoded);
/* ` name="value"`; nothing for a null value. */
void write_attribute(buffer *out, slice name, slice value);

/* pretty.c: npm `html` 1.0, prettyPrint with indent_size -1. */
void pretty_print(slice html, buffer *out);

/* purify.c: DOMPurify 3.1 with the CMS's settings, on text that we wrote ourselves. */
void purify_written(slice html, arena *a, buffer *out);
/* The same on any HTML: parsed, sanitised, written again. */
void purify_any(slice html, arena *a, buffer *out);
/* reader.c: the tree of a body that is plainly in save form, with the lines of the page; NULL for any other.
 */
dom_node *read_saved(slice html, uint32_t first_line, arena *a);
/* markdown.c: Markdown with raw HTML → HTML. */
slice render_markdown(slice text, arena *a);
/* Where the first line ends, if markdown-it takes it and the second for the head of a table; else 0. */
size_t table_head_end(slice text);

#endif
