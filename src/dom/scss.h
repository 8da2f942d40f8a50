/* dom/scss: the part of SCSS that sites use → CSS, and where each piece of it came from. */
#ifndef ISOMERIZE_SCSS_H
#define ISOMERIZE_SCSS_H

#include "css.h"

/* From `offset` of the CSS on, up to the next mark. */
typedef struct scss_mark {
    size_t offset;
    slice file;
    uint32_t line;
} scss_mark;

typedef struct scss_result {
    slice css;
    vector marks;    /* of scss_mark, by offset */
    vector problems; /* of css_problem */
} scss_result;

/* Known: nesting, &, variables with !default and !global, @import of local files, mixins with arguments and
 * @content, @extend of one simple selector, arithmetic, interpolation, comments to the end of the line;
 * functions (of colours) stay as they are written. Never fails: what is not known is left out, with a
 * problem. Everything is bounded: nesting, imports, what comes out. */
scss_result scss_to_css(slice name, slice text, const css_loader *loader, arena *a);

/* A copy of a style sheet as the site generator hands it on: front matter blank, {{ … }} the word `liquid`,
 * {% … %} blank. Every byte keeps its place. */
slice scss_without_liquid(slice text, arena *a);

#endif
