/* page/, inside: what its files share. */
#ifndef ISOMERIZE_PAGE_PRIVATE_H
#define ISOMERIZE_PAGE_PRIVATE_H

#include "page.h"

/* ---- number.c: numbers and core scalars --------------------------------------------------------------- */

/* What a plain scalar is in YAML 1.2 core as npm `yaml` reads it; strings keep `text`. */
front_value resolve_plain(slice text, arena *a);
/* A number as JavaScript prints it, or `.nan`, `.inf`, `-.inf`. */
slice number_text(double number, arena *a);

/* ---- sanitise.c: string values ------------------------------------------------------------------------- */

/* What DOMPurify makes of a string value. `dropped` (may be NULL) is set when an element or an attribute
 * went. */
slice sanitise(slice text, arena *a, bool *dropped);
/* lodash's unescape: &amp; &lt; &gt; &quot; &#39;, once. Returns `text` itself when nothing changes. */
slice unescape(slice text, arena *a);
/* Every line break becomes a space, then trimmed. */
slice join_lines(slice text, arena *a);
/* A string value as it is after reading and writing it as often as it takes to come to rest. */
slice settle_text(slice text, arena *a, bool *dropped);
/* Names what became of the markup in a value: FRONT_TEXT where its visible text changed, else FRONT_MARKUP.
 */
void note_markup(findings *found, uint32_t line, slice before, slice after, arena *a);
/* The text alone, without anything that could be read as markup or as an entity. */
slice strip_markup(slice text, arena *a);

/* ---- emit.c: YAML.stringify ---------------------------------------------------------------------------- */

/* The mapping as YAML.stringify of npm `yaml` 2.4.2 writes it, strings sanitised, then unescaped as a whole.
 * False: a long word would be cut inside a character. */
bool emit_yaml(const front_value *root, arena *a, slice *out);

#endif
