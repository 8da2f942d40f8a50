/* YAML.stringify of npm `yaml` 2.4.2 with its defaults, over front matter values.
 *
 * Comes in: values whose strings hold no line breaks. Goes out: block YAML, folded at 80 columns, quoted only
 * where it must be (npm yaml: its stringify folder). Works on UTF-16, since columns and cuts are counted in
 * UTF-16 units there.
 */
#include "private.h"

#define LINE_WIDTH 80
#define MIN_CONTENT_WIDTH 20
#define KEY_MAX 1024
#define NO_COLUMN SIZE_MAX

/* ---- UTF-16 text ------------------------------------------------------------------------------------- */

typedef struct wide {
    uint16_t *data;
    size_t length, capacity;
    arena *arena;
} wide;

static wide wide_new(arena *a, size_t capacity) {
    capacity = capacity < 32 ? 32 : capacity;
    return (wide){arena_alloc(a, capacity * sizeof(uint16_t)), 0, capacity, a};
}

static void wide_reserve(wide *w, size_t more) {
    if (more <= w->capacity - w->length)
        return;
    size_t capacity = w->capacity * 2 > w->length + more ? w->capacity * 2 : w->length + more;
    w->data = arena_grow(w->arena, w->data, w->capacity * sizeof(uint16_t), capacity * sizeof(uint16_t));
    w->capacity = capacity;
}

static void wide_append(wide *w, uint32_t unit) {
    wide_reserve(w, 1);
    w->data[w->length++] = (uint16_t)unit;
}

static void wide_append_ascii(wide *w, const char *text) {
    while (*text)
        wide_append(w, (unsigned char)*text++);
}

static void wide_append_wide(wide *w, const wide *from, size_t start, size_t end) {
    wide_reserve(w, end - start);
    memcpy(w->data + w->length, from->data + start, (end - start) * sizeof *w->data);
    w->length += end - start;
}

static void wide_append_slice(wide *w, slice text) {
    wide_reserve(w, text.length); /* no character has more units than bytes */
    uint16_t *to = w->data + w->length;
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c >= 0x10000) {
            *to++ = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            *to++ = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else
            *to++ = (uint16_t)c;
    }
    w->length = (size_t)(to - w->data);
}

/* False where half a surrogate pair stands alone. */
static bool wide_to_utf8(const wide *w, arena *a, slice *text) {
    buffer out = buffer_new(a, w->length * 3 / 2 + 16);
    for (size_t i = 0; i < w->length; i++) {
        uint32_t c = w->data[i];
        if (c >= 0xD800 && c < 0xDC00 && i + 1 < w->length && w->data[i + 1] >= 0xDC00 &&
            w->data[i + 1] < 0xE000)
            c = 0x10000 + ((c - 0xD800) << 10) + (w->data[++i] - 0xDC00u);
        else if (c >= 0xD800 && c < 0xE000)
            return false;
        if (c < 0x80) /* nearly all */
            buffer_append_char(&out, (char)c);
        else
            buffer_append_codepoint(&out, c);
    }
    *text = buffer_slice(&out);
    return true;
}

/* ---- folding (npm yaml: foldFlowLines) --------------------------------------------------------------- */

typedef struct fold {
    size_t at;
    bool escaped; /* inside a word of a double-quoted scalar: the line ends with a backslash */
} fold;

typedef struct folding {
    const wide *text;
    bool quoted;
    size_t width; /* units after a fold */
    vector folds; /* of fold */
} folding;

static bool is_blank(uint32_t c) {
    return c == ' ' || c == '\t' || c == '\n';
}

/* The last unit of the escape that begins at `at`. */
static size_t escape_end(const wide *text, size_t at) {
    uint16_t kind = at + 1 < text->length ? text->data[at + 1] : 0;
    return at + (kind == 'x' ? 3 : kind == 'u' ? 5 : kind == 'U' ? 9 : 1);
}

/* Finds where to fold. False: the text stays as it is. */
static bool find_folds(folding *f, size_t end) {
    const wide *text = f->text;
    size_t split = 0, escape_start = NO_COLUMN, escape_last = NO_COLUMN;
    uint32_t previous = 0;
    for (size_t i = 0; i < text->length; i++) {
        uint32_t c = text->data[i];
        if (f->quoted && c == '\\') {
            escape_start = i;
            escape_last = i = escape_end(text, i);
        }
        if (c == ' ' && previous && !is_blank(previous) && i + 1 < text->length &&
            !is_blank(text->data[i + 1]))
            split = i;
        if (i >= end && split) {
            *(fold *)vector_push(&f->folds) = (fold){split, false};
            end = split + f->width;
            split = 0;
        } else if (i >= end && f->quoted) {
            while (previous == ' ' || previous == '\t') {
                previous = c;
                i++;
                c = i < text->length ? text->data[i] : 0;
            }
            /* Room for the backslash, but never inside an escape. */
            size_t cut = escape_last == NO_COLUMN || i > escape_last + 1 ? i - 2 : escape_start - 1;
            const fold *last = vector_last(&f->folds);
            if (last && last->escaped && last->at == cut)
                return false;
            *(fold *)vector_push(&f->folds) = (fold){cut, true};
            end = cut + f->width;
            split = 0;
        }
        previous = c;
    }
    return f->folds.count > 0;
}

/* Appends `text`, folded. `column`: where it begins on its line; NO_COLUMN: behind the indentation. */
static void append_folded(wide *out, const wide *text, size_t indent, size_t column, bool quoted) {
    size_t width = LINE_WIDTH > indent ? LINE_WIDTH - indent : 0;
    folding f = {text, quoted, 1 + (width > MIN_CONTENT_WIDTH ? width : MIN_CONTENT_WIDTH),
                 vector_new(out->arena, sizeof(fold))};
    if (text->length <= f.width) {
        wide_append_wide(out, text, 0, text->length);
        return;
    }
    bool own_line = column != NO_COLUMN && column > LINE_WIDTH - MIN_CONTENT_WIDTH;
    if (own_line)
        *(fold *)vector_push(&f.folds) = (fold){0, false};
    size_t end = column == NO_COLUMN || own_line ? width : LINE_WIDTH - column;
    if (!find_folds(&f, end)) {
        wide_append_wide(out, text, 0, text->length);
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < f.folds.count; i++) {
        const fold *one = vector_at(&f.folds, i);
        wide_append_wide(out, text, from, one->at);
        if (one->escaped) {
            wide_append(out, text->data[one->at]);
            wide_append(out, '\\');
        }
        wide_append(out, '\n');
        for (size_t space = 0; space < indent; space++)
            wide_append(out, ' ');
        from = one->at == 0 && !one->escaped ? 0 : one->at + 1;
    }
    wide_append_wide(out, text, from, text->length);
}

/* ---- strings (npm yaml: stringifyString) ------------------------------------------------------------- */

/* What a string is written in. */
typedef struct place {
    bool is_key;
    size_t indent;
    size_t column;
} place;

static bool holds(const wide *text, uint16_t unit) {
    for (size_t i = 0; i < text->length; i++)
        if (text->data[i] == unit)
            return true;
    return false;
}

static bool needs_escapes(const wide *text) {
    for (size_t i = 0; i < text->length; i++) {
        uint16_t c = text->data[i];
        if (c <= 0x08 || (c >= 0x0B && c < 0x20) || (c >= 0x7F && c < 0xA0))
            return true;
    }
    return false;
}

static void append_placed(wide *out, const wide *text, place where, bool quoted) {
    if (where.is_key)
        wide_append_wide(out, text, 0, text->length);
    else
        append_folded(out, text, where.indent, where.column, quoted);
}

/* One control character as JSON.stringify and then npm yaml escape it. */
static void append_escape(wide *out, uint16_t c) {
    static const struct {
        uint16_t unit;
        const char *escape;
    } named[] = {{0x00, "\\0"}, {0x07, "\\a"}, {'\b', "\\b"}, {'\t', "\\t"}, {'\n', "\\n"},
                 {0x0B, "\\v"}, {'\f', "\\f"}, {'\r', "\\r"}, {0x1B, "\\e"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].unit == c) {
            wide_append_ascii(out, named[i].escape);
            return;
        }
    wide_append_ascii(out, "\\x");
    wide_append(out, (uint32_t) "0123456789abcdef"[c >> 4]);
    wide_append(out, (uint32_t) "0123456789abcdef"[c & 15]);
}

static void append_double_quoted(wide *out, const wide *text, place where) {
    wide quoted = wide_new(out->arena, text->length + 16);
    wide_append(&quoted, '"');
    for (size_t i = 0; i < text->length; i++) {
        uint16_t c = text->data[i];
        if (c == '"' || c == '\\')
            wide_append(&quoted, '\\');
        if (c < 0x20)
            append_escape(&quoted, c);
        else
            wide_append(&quoted, c);
    }
    wide_append(&quoted, '"');
    append_placed(out, &quoted, where, true);
}

static void append_single_quoted(wide *out, const wide *text, place where) {
    wide quoted = wide_new(out->arena, text->length + 16);
    wide_append(&quoted, '\'');
    wide_append_wide(&quoted, text, 0, text->length);
    wide_append(&quoted, '\'');
    append_placed(out, &quoted, where, false);
}

static void append_quoted(wide *out, const wide *text, place where) {
    if (holds(text, '"') && !holds(text, '\''))
        append_single_quoted(out, text, where);
    else
        append_double_quoted(out, text, where);
}

/* May the text be a plain scalar? (npm yaml: plainString) */
static bool is_plain(const wide *text) {
    if (!text->length)
        return false;
    uint16_t first = text->data[0], last = text->data[text->length - 1];
    if (first < 0x80 && strchr("\n\t ,[]{}#&*!|>'\"%@`", first))
        return false;
    if ((first == '?' || first == '-') &&
        (text->length == 1 || text->data[1] == ' ' || text->data[1] == '\t'))
        return false;
    if (last == ' ' || last == '\t' || last == ':')
        return false;
    for (size_t i = 0; i + 1 < text->length; i++) {
        uint16_t c = text->data[i], next = text->data[i + 1];
        if ((c == ':' && (next == ' ' || next == '\t')) || ((c == ' ' || c == '\t') && next == '#'))
            return false;
    }
    return true;
}

static bool starts_with_dots(const wide *text) {
    return text->length >= 3 && text->data[0] == '.' && text->data[1] == '.' && text->data[2] == '.';
}

static void append_string(wide *out, slice utf8, place where) {
    wide text = wide_new(out->arena, utf8.length);
    wide_append_slice(&text, utf8);
    if (needs_escapes(&text))
        append_double_quoted(out, &text, where);
    else if (!is_plain(&text) || resolve_plain(utf8, out->arena).kind != FRONT_STRING ||
             (where.is_key && where.indent == 2 && starts_with_dots(&text)))
        append_quoted(out, &text, where);
    else
        append_placed(out, &text, where, false);
}

/* ---- values (npm yaml: stringifyPair, stringifyCollection) ------------------------------------------- */

static void append_value(wide *out, const front_value *value, size_t indent, size_t column);

static void start_line(wide *out, size_t indent) {
    wide_append(out, '\n');
    for (size_t i = 0; i < indent; i++)
        wide_append(out, ' ');
}

static bool is_collection(const front_value *value) {
    return value->kind == FRONT_SEQUENCE || value->kind == FRONT_MAPPING;
}

static void append_pair(wide *out, const front_entry *pair, size_t indent) {
    size_t start = out->length;
    append_string(out, pair->key, (place){.is_key = true, .indent = indent + 2});
    size_t length = out->length - start;
    bool explicit_key = length > KEY_MAX;
    if (explicit_key) {
        out->length = start;
        wide_append_ascii(out, "? ");
        append_string(out, pair->key, (place){.is_key = true, .indent = indent + 2});
        start_line(out, indent);
    }
    wide_append(out, ':');
    if (is_collection(&pair->value) && pair->value.count && !explicit_key)
        start_line(out, indent + 2);
    else
        wide_append(out, ' ');
    size_t before = out->length;
    append_value(out, &pair->value, indent + 2, explicit_key ? NO_COLUMN : length + 2);
    /* A value that begins on a line of its own takes the place of the space. */
    if (out->length > before && out->data[before] == '\n') {
        memmove(out->data + before - 1, out->data + before, (out->length - before) * sizeof *out->data);
        out->length--;
    }
}

static void append_collection(wide *out, const front_value *value, size_t indent) {
    if (!value->count)
        wide_append_ascii(out, value->kind == FRONT_SEQUENCE ? "[]" : "{}");
    for (uint32_t i = 0; i < value->count; i++) {
        if (i)
            start_line(out, indent);
        if (value->kind == FRONT_MAPPING)
            append_pair(out, &value->entries[i], indent);
        else {
            wide_append_ascii(out, "- ");
            append_value(out, &value->entries[i].value, indent + 2, NO_COLUMN);
        }
    }
}

/* Recursion is bounded by the depth that was read. */
static void append_value(wide *out, const front_value *value, size_t indent, size_t column) {
    switch (value->kind) {
    case FRONT_NULL:
        wide_append_ascii(out, "null");
        break;
    case FRONT_BOOL:
        wide_append_ascii(out, value->boolean ? "true" : "false");
        break;
    case FRONT_NUMBER:
        wide_append_slice(out, number_text(value->number, out->arena));
        break;
    case FRONT_STRING:
        append_string(out, sanitise(value->text, out->arena, NULL),
                      (place){.indent = indent, .column = column});
        break;
    default:
        append_collection(out, value, indent);
    }
}

bool emit_yaml(const front_value *root, arena *a, slice *out) {
    wide yaml = wide_new(a, 1024);
    append_collection(&yaml, root, 0);
    wide_append(&yaml, '\n');
    slice text;
    if (!wide_to_utf8(&yaml, a, &text))
        return false;
    *out = unescape(text, a);
    return true;
}
