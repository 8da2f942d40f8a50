/* save/: the document as the bytes that the editor saves, and the bytes as the document that the editor
 * opens.
 *
 * Comes in: a document that holds to the schema. Goes out: the body of the page in save form
 * (tests/editor/cycle.mjs, steps 3 to 5), byte for byte what the npm packages of the editor give. And back: a
 * body as the editor reads it (steps 1 and 2). Never writes a blank line, never changes a document except
 * where settling is asked for.
 */
#ifndef ISOMERIZE_SAVE_H
#define ISOMERIZE_SAVE_H

#include "base/base.h"
#include "tiptap/tiptap.h"

/* Appends the body that the editor saves for the document: serialised, pretty-printed, sanitised. */
void save_body(const tiptap_node *document, arena *a, buffer *out);

/* The document that the editor makes of a body: sanitised, read as Markdown, fitted to the schema, completed
 * by the editor's plugins. A body in save form has its lines, counted from `first_line`; any other has lines
 * of no page. */
tiptap_node *save_load(slice body, uint32_t first_line, arena *a);

/* A body that stays as it is: opened in the editor and saved again, not one byte changes. */
typedef struct save_settled {
    slice body;            /* the bytes to write */
    tiptap_node *document; /* what the editor makes of them */
    bool stable;           /* false: no fixed point was found; the page must not be written */
    bool too_deep;         /* ... and none was looked for: a finding says so */
} save_settled;

/* Mends what cannot survive a save (blank lines in code, line breaks in attribute values), with findings,
 * adds what the editor adds, and saves and opens the document until nothing changes. Changes `document`. */
save_settled save_settle(tiptap_node *document, arena *a, findings *found);

#endif
