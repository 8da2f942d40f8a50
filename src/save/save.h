/* save/: the document as the bytes that the editor saves, and the bytes as the document that the editor
 * opens.
 *
 * Comes in: a document that holds to the schema. Goes out: the body of the page in save form (TARGET.md,
 * steps 3 to 5), byte for byte what the npm packages of the editor give. And back: a body as the editor reads
 * it (steps 1 and 2). Never writes a blank line, never changes a document except where settling is asked for.
 */
#ifndef ISOMERIZE_SAVE_H
#define ISOMERIZE_SAVE_H

#include "base/base.h"
#include "tiptap/tiptap.h"

/* Appends the body that the editor saves for the document: serialised, pretty-printed, sanitised. */
void save_body(const tiptap_node *document, arena *a, buffer *out);

/* The document that the editor makes of a body: sanitised, read as Markdown, fitted to the schema, completed
 * by the editor's plugins. The lines are those of the body, counted from `first_line`. `found` may be NULL.
 */
tiptap_node *save_load(slice body, uint32_t first_line, arena *a, findings *found);

#endif
