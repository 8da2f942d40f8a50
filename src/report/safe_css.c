/* Style sheets made harmless: read as tokens and written anew, so that nothing of a spelling (escapes,
 * comments, broken strings) survives that a browser might read otherwise than this.
 *
 * What a browser may fetch stands behind a function (url(), image-set(), src(), …) or an @-rule (@import,
 * @font-face, @namespace): those that are not listed are not written. Strings stay: without such a function
 * or rule they are text (CSS Values 4 §4.5, CSS Images 4 §2).
 */
#include "dom/dom.h"
#include "render.h"

static const char FUNCTIONS[] =
    "calc min max clamp var env abs sign mod rem round hypot pow sqrt "
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark "
    "linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient "
    "repeating-conic-gradient -webkit-linear-gradient -webkit-radial-gradient "
    "translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate "
    "rotatex "
    "rotatey rotatez rotate3d skew skewx skewy matrix matrix3d perspective "
    "cubic-bezier steps linear repeat minmax fit-content counter counters inset circle ellipse polygon rect "
    "blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia "
    "not is where has matches -webkit-any -moz-any nth-child nth-last-child nth-of-type nth-last-of-type "
    "lang dir host selector";

static const char AT_RULES[] =
    "media supports layer container keyframes -webkit-keyframes -moz-keyframes -o-keyframes";

typedef struct cleaning {
    css_reader r;
    buffer *out;
} cleaning;

/* A name, or the rest of one: escaped where it holds what no name holds unescaped (CSSOM §2.1). */
static void append_name(buffer *out, slice name, bool from_start) {
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool leads = from_start && (i == 0 || (i == 1 && name.data[0] == '-'));
        bool plain = is_alpha(c) || c == '_' || (unsigned char)c >= 0x80 || (is_digit(c) && !leads) ||
                     (c == '-' && (!leads || name.length > 1));
        if (plain)
            buffer_append_char(out, c);
        else
            buffer_printf(out, "\\%x ", (unsigned char)c);
    }
}

static void append_string(buffer *out, slice text) {
    buffer_append_char(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if ((unsigned char)c < ' ' || strchr("\"\\<*", c) || c == 0x7f) /* no end of an element, no comment */
            buffer_printf(out, "\\%x ", (unsigned char)c);
        else
            buffer_append_char(out, c);
    }
    buffer_append_char(out, '"');
}

static bool opens(const css_token *t) {
    return t->kind == CSS_TOKEN_FUNCTION || (t->kind == CSS_TOKEN_DELIM && strchr("({[", t->delim));
}

static bool closes(const css_token *t) {
    return t->kind == CSS_TOKEN_DELIM && t->delim && strchr(")}]", t->delim);
}

/* Behind "name(": up to its bracket, or to where a browser too sees the rule end. */
static void skip_function(cleaning *c) {
    for (size_t depth = 1; depth;) {
        size_t at = c->r.at;
        css_token t = css_next_token(&c->r);
        if (t.kind == CSS_TOKEN_END)
            return;
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '}') {
            c->r.at = at;
            return;
        }
        depth += opens(&t);
        depth -= closes(&t);
    }
}

/* Behind "@name": up to its end, be that a semicolon, a block, or the end of the block around. */
static void skip_at_rule(cleaning *c) {
    for (size_t depth = 0;;) {
        size_t at = c->r.at;
        css_token t = css_next_token(&c->r);
        if (t.kind == CSS_TOKEN_END)
            return;
        if (closes(&t) && depth == 0) {
            c->r.at = at;
            return;
        }
        depth += opens(&t);
        depth -= closes(&t);
        if (depth == 0 && t.kind == CSS_TOKEN_DELIM && (t.delim == ';' || t.delim == '}'))
            return;
    }
}

static void append_delim(buffer *out, char c) {
    bool known = c > ' ' && c < 0x7f && c != '\\';
    buffer_append_char(out, known ? c : ' ');
    if (c == '<' || c == '/') /* no "</", no comment */
        buffer_append_char(out, ' ');
}

static void append_token(cleaning *c, const css_token *t) {
    switch (t->kind) {
    case CSS_TOKEN_IDENT:
        append_name(c->out, t->value, true);
        break;
    case CSS_TOKEN_HASH:
        buffer_append_char(c->out, '#');
        append_name(c->out, t->value, false);
        break;
    case CSS_TOKEN_STRING:
        append_string(c->out, t->value);
        break;
    case CSS_TOKEN_FUNCTION:
        if (css_is_among(t->value, FUNCTIONS)) {
            buffer_append(c->out, t->value);
            buffer_append_char(c->out, '(');
        } else {
            skip_function(c);
            buffer_append_string(c->out, " none ");
        }
        break;
    case CSS_TOKEN_AT:
        if (css_is_among(t->value, AT_RULES)) {
            buffer_append_char(c->out, '@');
            buffer_append(c->out, t->value);
        } else {
            skip_at_rule(c);
            buffer_append_char(c->out, ' ');
        }
        break;
    case CSS_TOKEN_NUMBER:
    case CSS_TOKEN_PERCENTAGE:
        buffer_append(c->out, t->text);
        break;
    case CSS_TOKEN_DIMENSION:
        if (slice_find_char(t->text, '\\', 0) == SLICE_NONE)
            buffer_append(c->out, t->text);
        else
            buffer_append_char(c->out, ' ');
        break;
    case CSS_TOKEN_DELIM:
        append_delim(c->out, t->delim);
        break;
    case CSS_TOKEN_URL:
    case CSS_TOKEN_BAD:
        buffer_append_string(c->out, " none ");
        break;
    case CSS_TOKEN_SPACE:
    case CSS_TOKEN_END:
        buffer_append_char(c->out, ' ');
        break;
    }
}

void append_safe_css(slice css, buffer *out, arena *scratch) {
    buffer made = buffer_new(scratch, css.length + 16);
    cleaning c = {.r = {.text = css, .arena = scratch}, .out = &made};
    for (;;) {
        css_token t = css_next_token(&c.r);
        if (t.kind == CSS_TOKEN_END)
            break;
        append_token(&c, &t);
    }
    buffer_append(out, buffer_slice(&made));
}
