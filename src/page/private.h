/* page/, inside: what its files share. */
#ifndef ISOMERIZE_PAGE_PRIVATE_H
#define ISOMERIZE_PAGE_PRIVATE_H

#include "page.h"

/* What stands for U+0085, U+2028 and U+2029 while a page's front matter is read: a noncharacter, which is no
 * text. The CMS writes them as spaces in values. */
#define UNICODE_BREAK SLICE("\xEF\xB7\x90")

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
/* A string value as it is after reading and writing it as often as it takes to come to rest; `kept` as of
 * keep_brackets. */
slice settle_text(slice text, arena *a, bool *dropped, bool *kept);
/* Keeps the text that would be taken for markup and dropped: a `<` that begins no tag gets a space behind it,
 * an address in angle brackets loses them. `text` itself where there is nothing to keep, else `kept` is set.
 */
slice keep_brackets(slice text, arena *a, bool *kept);
/* What the site's build (YAML 1.1, as Ruby reads it) takes a plain scalar for that is text to the CMS: `a
 * number`, …; NULL: text. */
const char *type_for_ruby(slice text, arena *a);
/* Is text of `before` missing from `after`, white space aside? Comments count as text. */
bool loses_text(slice before, slice after, arena *a);
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
