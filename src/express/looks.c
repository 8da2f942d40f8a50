/* express: what style sheets make of the page's elements that is gone with them, and changes what is read:
 * text that a sheet writes, letters that it changes, marks of list items, content that it hides or sets side
 * by side.
 *
 * Comes in: the computed styles of the page as it was. Goes out: findings, one for each declaration of a
 * sheet. Rules that hold for the new page's elements as well are none of these. It never changes the tree.
 */
#include "private.h"

enum { TEXT_LOOKED_AT = 4096, CHILDREN_LOOKED_AT = 64 };

/* What holds for the element by a rule of a sheet, and goes; NULL: nothing. */
static const css_declaration *lost(css_cascade *styles, const dom_node *node, css_pseudo pseudo,
                                   css_property property) {
    const css_declaration *d = css_winner(styles, node, pseudo, property);
    return d && d->rule && css_is_lost(styles, node, pseudo, property) ? d : NULL;
}

static void report(const looks *l, finding_code code, const dom_node *node, const char *part,
                   const css_declaration *d) {
    css_place place = css_place_of(d);
    slice name = css_property_name(d->property);
    bool is_sign = code == FINDING_GENERATED_SIGN || code == FINDING_ICON || code == FINDING_ICON_IN_CELL ||
                   code == FINDING_ICON_SAYS;
    slice sign = is_sign ? d->value : (slice){NULL, 0};
    if (!express_first_mention(l->refs, format_slice(l->arena, "%.*s %.*s:%u %u %.*s", SLICE_ARGS(name),
                                                     SLICE_ARGS(place.file), place.line, (unsigned)code,
                                                     SLICE_ARGS(sign))))
        return;
    findings_add(l->found, code, node->line, "<%.*s>%s with `%.*s: %.*s` (%.*s)", SLICE_ARGS(dom_name(node)),
                 part, SLICE_ARGS(name), SLICE_ARGS(d->value),
                 SLICE_ARGS(css_place_describe(&place, l->arena)));
}

static void leave_open(const looks *l, finding_code code, const dom_node *node, const char *part,
                       const css_declaration *d) {
    *(express_layout *)vector_push(l->layouts) =
        (express_layout){code, node, express_first_shown(node), part, d, {NULL, 0}};
}

/* ---- text that a sheet writes
 * --------------------------------------------------------------------------------- */

/* What `content` shows: its strings in a row, a number for each counter. */
typedef struct generated {
    buffer words;
    bool letters, picture;
} generated;

/* The private characters that icon fonts draw with. */
static bool is_private(uint32_t c) {
    return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
}

/* Letters and digits; punctuation and signs (U+2000 to U+2BFF) are none. */
static bool has_letters(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c < 0x80 ? is_alnum((char)c) : c >= 0xC0 && !is_private(c) && !(c >= 0x2000 && c <= 0x2BFF))
            return true;
    }
    return false;
}

/* Whether all of it is drawn by an icon font. */
static bool is_drawn(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c != ' ' && !is_private(c))
            return false;
    }
    return true;
}

/* `quotes`: quotation marks show. */
static generated read_content(slice value, const dom_node *node, bool quotes, arena *a) {
    generated g = {buffer_new(a, 32), false, false};
    css_reader r = {.text = value, .arena = a};
    for (css_token t; (t = css_next_solid(&r)).kind != CSS_TOKEN_END;) {
        bool counter = t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "counter counters");
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '/') /* what follows is for screen readers */
            break;
        if (t.kind == CSS_TOKEN_STRING) {
            buffer_append(&g.words, t.value);
        } else if (counter) {
            g.letters = true;
            buffer_append_char(&g.words, '1');
        } else if (t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "attr")) {
            const slice *given = dom_attribute_get(node, css_next_solid(&r).value);
            if (given)
                buffer_append(&g.words, *given);
        } else if (t.kind == CSS_TOKEN_IDENT && quotes && css_is_among(t.value, "open-quote close-quote")) {
            buffer_append(&g.words, SLICE("\""));
        }
        g.picture = g.picture || t.kind == CSS_TOKEN_URL || t.kind == CSS_TOKEN_FUNCTION;
        for (unsigned depth = t.kind == CSS_TOKEN_FUNCTION; depth && t.kind != CSS_TOKEN_END;) {
            t = css_next_token(&r);
            depth += t.kind == CSS_TOKEN_FUNCTION;
            depth -= t.kind == CSS_TOKEN_DELIM && t.delim == ')';
        }
        g.picture = g.picture && !counter;
    }
    g.letters = g.letters || has_letters(buffer_slice(&g.words));
    return g;
}

static void report_picture(const looks *l, const dom_node *node, const char *part, slice url) {
    if (url.length && express_first_mention(l->refs, url))
        express_report_picture(l->found, node, part, url, l->arena);
}

/* A check mark, a cross, a hand: what letters of icon fonts are written as. */
static bool begins_with_sign(slice text) {
    size_t at = 0;
    uint32_t c = text.length ? utf8_next(text, &at) : 0;
    return (c >= 0x2600 && c <= 0x27BF) || c >= 0x1F300;
}

/* Whether the words stand in the page by now: express_write_markers. */
static bool is_text_now(const dom_node *node, css_pseudo pseudo, slice words) {
    const dom_node *edge = pseudo == CSS_PSEUDO_AFTER ? dom_last_child(node) : node->first_child;
    if (edge && edge->flags & FLAG_GENERATED &&
        (is_drawn(words) || slice_equal(slice_trim_wide(dom_text(edge)), words)))
        return true;
    const dom_node *shown = pseudo != CSS_PSEUDO_AFTER ? express_first_shown(node) : NULL;
    return shown && (is_drawn(words) ? begins_with_sign(dom_text(shown))
                                     : !express_is_ornament(words) &&
                                           slice_starts_with(dom_text(shown), words)); /* of a list item */
}

static bool is_cell(const dom_node *node) {
    return dom_is(node, DOM_TAG_TD) || dom_is(node, DOM_TAG_TH);
}

static void look_at_generated(const looks *l, const dom_node *node, css_pseudo pseudo) {
    static const char *const PARTS[] = {"", "::before", "::after", "::marker"};
    const css_declaration *d = lost(l->styles, node, pseudo, CSS_CONTENT);
    slice value = d ? css_computed_pseudo(l->styles, node, pseudo, CSS_CONTENT) : SLICE("none");
    if (css_is_among(value, "none normal") || !express_is_visible(l->styles, node, pseudo))
        return;
    bool quotes = !css_is_among(css_computed_pseudo(l->styles, node, pseudo, CSS_QUOTES), "none");
    generated g = read_content(value, node, quotes, l->arena);
    slice words = slice_trim_wide(buffer_slice(&g.words)), url = css_url_of(value);
    report_picture(l, node, PARTS[pseudo], url);
    if (pseudo != CSS_PSEUDO_NONE && lost(l->styles, node, pseudo, CSS_BACKGROUND_IMAGE))
        report_picture(l, node, PARTS[pseudo],
                       css_url_of(css_computed_pseudo(l->styles, node, pseudo, CSS_BACKGROUND_IMAGE)));
    if (pseudo == CSS_PSEUDO_NONE || g.letters || (words.length && is_text_now(node, pseudo, words)) ||
        !express_is_painted(l->styles, node, pseudo))
        return;
    enum { ONE_LETTER = 4 }; /* bytes, at most */
    bool cell = is_cell(node), shows = express_first_shown(node) != NULL,
         otherwise = node->flags & FLAG_DRAWN_OTHERWISE,
         by_itself = dom_tag_has(node->tag, DOM_INLINE) || node->tag == DOM_TAG_UNKNOWN;
    if (words.length && !is_drawn(words) && !otherwise)
        leave_open(l, FINDING_GENERATED_SIGN, node, PARTS[pseudo], d);
    else if ((words.length || (g.picture && !url.length)) &&
             (shows || cell || !by_itself)) /* other empty ones: look_at_icon */
        report(l,
               cell && !shows                                       ? FINDING_ICON_IN_CELL
               : otherwise || (!shows && words.length > ONE_LETTER) ? FINDING_ICON_SAYS
                                                                    : FINDING_ICON,
               node, PARTS[pseudo], d);
}

/* ---- letters
 * ------------------------------------------------------------------------------------------------------ */

/* Whether the transformation changes the text inside. Of long text, the beginning is looked at. */
static bool changes_letters(const dom_node *node, slice transform) {
    size_t seen = 0;
    bool lower = css_is_among(transform, "lowercase"), capital = css_is_among(transform, "capitalize");
    for (const dom_node *at = node; at && seen < TEXT_LOOKED_AT; at = dom_next(at, node)) {
        bool starts = true;
        seen++;
        for (size_t i = 0; at->type == DOM_TEXT && i < dom_text(at).length && seen < TEXT_LOOKED_AT;
             i++, seen++) {
            char c = dom_text(at).data[i];
            bool small = c >= 'a' && c <= 'z', large = c >= 'A' && c <= 'Z';
            if (lower ? large : small && (!capital || starts))
                return true;
            starts = is_space(c);
        }
    }
    return false;
}

static void look_at_letters(const looks *l, const dom_node *node) {
    const css_declaration *d = lost(l->styles, node, CSS_PSEUDO_NONE, CSS_TEXT_TRANSFORM);
    slice transform = d ? css_computed(l->styles, node, CSS_TEXT_TRANSFORM) : SLICE("none");
    if (css_is_among(transform, "uppercase lowercase capitalize") && changes_letters(node, transform))
        report(l, FINDING_LETTER_CASE, node, "", d);
}

/* ---- marks of list items
 * ------------------------------------------------------------------------------------------ */

/* The declaration of the item's property, its own or inherited, where it goes with the page; NULL: none does.
 */
static const css_declaration *lost_of_item(const looks *l, const dom_node *item, css_property property) {
    while (item && !css_winner(l->styles, item, CSS_PSEUDO_NONE, property))
        item = item->parent;
    return item ? lost(l->styles, item, CSS_PSEUDO_NONE, property) : NULL;
}

static void look_at_marks(const looks *l, const dom_node *item) {
    const css_declaration *type = lost_of_item(l, item, CSS_LIST_STYLE_TYPE),
                          *image = lost_of_item(l, item, CSS_LIST_STYLE_IMAGE);
    bool ordered = item->parent && item->parent->tag == DOM_TAG_OL;
    if (image)
        report_picture(l, item, "::marker", css_url_of(css_computed(l->styles, item, CSS_LIST_STYLE_IMAGE)));
    if (type && !css_is_among(css_computed(l->styles, item, CSS_LIST_STYLE_TYPE),
                              ordered ? "decimal" : "disc circle square"))
        leave_open(l, FINDING_LIST_MARKER, item, "", type);
}

/* ---- labels of a picture
 * -------------------------------------------------------------------------------------------- */

/* Whether a style takes the element's words out of the flow, to a place of the box around it. */
static bool is_laid_over(css_cascade *styles, const dom_node *node) {
    if (node->type != DOM_ELEMENT || !css_sets(styles, node, CSS_POSITION, CSS_FROM_LOST) ||
        !css_computed_is(styles, node, CSS_POSITION, "absolute"))
        return false;
    const dom_node *shown = express_first_shown(node);
    return shown && shown->type == DOM_TEXT;
}

static bool has_label_beside(css_cascade *styles, const dom_node *node, bool before) {
    const dom_node *at = before ? dom_previous(node) : node->next;
    for (size_t seen = 0; at && seen < CHILDREN_LOOKED_AT; seen++) {
        if (is_laid_over(styles, at))
            return true;
        at = before ? dom_previous(at) : at->next;
    }
    return false;
}

static bool shows_picture(css_cascade *styles, const dom_node *box) {
    const dom_node *at = box;
    for (size_t seen = 0; at && seen < CHILDREN_LOOKED_AT; at = dom_next(at, box), seen++)
        if (at->tag == DOM_TAG_IMG)
            return true;
    return css_url_of(css_computed(styles, box, CSS_BACKGROUND_IMAGE)).length > 0;
}

void express_look_at_label(css_cascade *styles, const dom_node *node, findings *found) {
    if (node->parent && is_laid_over(styles, node) && !has_label_beside(styles, node, true) &&
        has_label_beside(styles, node, false) && shows_picture(styles, node->parent))
        findings_add(found, FINDING_LABELS, node->line, "`%.*s` and others",
                     SLICE_ARGS(slice_trim(dom_text(express_first_shown(node)))));
}

/* ---- side by side, columns, order
 * ----------------------------------------------------------------------------------- */

static size_t shown_children(css_cascade *styles, const dom_node *node) {
    size_t count = 0, seen = 0;
    for (const dom_node *child = node->first_child; child && seen < CHILDREN_LOOKED_AT;
         child = child->next, seen++)
        if (child->type == DOM_ELEMENT
                ? express_first_shown(child) && !css_computed_is(styles, child, CSS_DISPLAY, "none")
                : child->type == DOM_TEXT && !express_is_blank_text(dom_text(child)))
            count++;
    return count;
}

/* What sets the element's content, or the element, beside something; NULL: nothing. */
static const css_declaration *layout_of(css_cascade *styles, const dom_node *node) {
    const css_declaration *d = lost(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY);
    bool flex = d && css_computed_is(styles, node, CSS_DISPLAY, "flex inline-flex"),
         column = css_computed_is(styles, node, CSS_FLEX_DIRECTION, "column"),
         grid = d && css_computed_is(styles, node, CSS_DISPLAY, "grid inline-grid");
    if (((flex && !column) || grid) && shown_children(styles, node) > 1)
        return d;
    if ((d = lost(styles, node, CSS_PSEUDO_NONE, CSS_COLUMN_COUNT)) &&
        !css_computed_is(styles, node, CSS_COLUMN_COUNT, "auto 1"))
        return d;
    if ((d = lost(styles, node, CSS_PSEUDO_NONE, CSS_FLOAT)) &&
        css_computed_is(styles, node, CSS_FLOAT, "left right") && !express_is_media(node))
        return d;
    return NULL;
}

/* The place that the property gives an item among the others; `otherwise` where it is no number. */
static long place_by(css_cascade *styles, const dom_node *item, css_property property, long otherwise) {
    if (!css_winner(styles, item, CSS_PSEUDO_NONE, property)) /* nearly all */
        return otherwise;
    css_reader r = {.text = css_computed(styles, item, property)};
    css_token t = css_next_token(&r);
    bool counts = t.kind == CSS_TOKEN_NUMBER && t.number > -1e6 && t.number < 1e6;
    return counts ? (long)t.number : otherwise;
}

bool express_is_reordered(css_cascade *styles, const dom_node *container) {
    if (container->first_child == dom_last_child(container) ||
        !css_winner(styles, container, CSS_PSEUDO_NONE, CSS_DISPLAY))
        return false;
    slice display = css_computed(styles, container, CSS_DISPLAY);
    bool flex = css_is_among(display, "flex inline-flex"),
         grid = !flex && css_is_among(display, "grid inline-grid");
    if ((!flex && !grid) || shown_children(styles, container) < 2)
        return false;
    if (flex && (css_computed_is(styles, container, CSS_FLEX_DIRECTION, "row-reverse column-reverse") ||
                 css_computed_is(styles, container, CSS_FLEX_WRAP, "wrap-reverse")))
        return true;
    long last_order = -1000000, last_row = -1000000;
    size_t seen = 0;
    for (const dom_node *item = container->first_child; item && seen < CHILDREN_LOOKED_AT;
         item = item->next, seen++) {
        if (item->type != DOM_ELEMENT || !express_first_shown(item))
            continue;
        long order = place_by(styles, item, CSS_ORDER, 0),
             row = grid ? place_by(styles, item, CSS_GRID_ROW_START, last_row) : last_row;
        if (order < last_order || row < last_row)
            return true;
        last_order = order;
        last_row = row;
    }
    return false;
}

static bool floats_with_words(css_cascade *styles, const dom_node *node, const char *side) {
    const dom_node *shown =
        css_winner(styles, node, CSS_PSEUDO_NONE, CSS_FLOAT) && css_computed_is(styles, node, CSS_FLOAT, side)
            ? express_first_shown(node)
            : NULL;
    return shown && shown->type == DOM_TEXT;
}

bool express_floats_turned(css_cascade *styles, const dom_node *node) {
    if (!floats_with_words(styles, node, "right"))
        return false;
    const dom_node *next = express_next_shown(node);
    return next && next->type == DOM_ELEMENT && floats_with_words(styles, next, "left");
}

/* ---- edges of text, tables ---------------------------------------------------------------------------- */

static void look_at_edges(const looks *l, const dom_node *node) {
    const css_declaration *d = css_winner(l->styles, node, CSS_PSEUDO_NONE, CSS_TEXT_ALIGN);
    if (d && css_is_lost(l->styles, node, CSS_PSEUDO_NONE, CSS_TEXT_ALIGN) &&
        css_computed_is(l->styles, node, CSS_TEXT_ALIGN, "justify") &&
        express_first_mention(l->refs, SLICE("justified text")))
        findings_add(l->found, FINDING_JUSTIFIED, node->line, "<%.*s> with `text-align: justify`",
                     SLICE_ARGS(dom_name(node)));
}

static void leave_table(const looks *l, finding_code code, const dom_node *table, slice detail) {
    if (express_first_mention(l->refs, slice_of(finding_describe(code)->name)))
        *(express_layout *)vector_push(l->layouts) = (express_layout){code, table, NULL, "", NULL, detail};
}

static const dom_node *first_cell(const dom_node *row) {
    const dom_node *cell = row->first_child;
    while (cell && cell->tag != DOM_TAG_TD && cell->tag != DOM_TAG_TH)
        cell = cell->next;
    return cell;
}

/* The colour behind the row, or behind its first cell, where it goes with the old page. */
static slice colour_behind(const looks *l, const dom_node *row, const dom_node *cell) {
    const dom_node *both[] = {cell, row};
    for (size_t i = 0; i < 2; i++)
        if (css_is_lost(l->styles, both[i], CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR) &&
            !css_computed_is(l->styles, both[i], CSS_BACKGROUND_COLOR, "transparent"))
            return css_computed(l->styles, both[i], CSS_BACKGROUND_COLOR);
    return SLICE("");
}

enum { TABLE_NODES = 400, TURNS = 2 }; /* nodes looked at; changes of colour that make stripes */

/* The first text of the cell, where it stands in it, or in marks alone. */
static const dom_node *first_text(const dom_node *cell) {
    const dom_node *text = cell->first_child;
    while (text && (text->type == DOM_TEXT ? express_is_blank_text(dom_text(text))
                                           : css_is_among(dom_name(text), "a b em i s span strong u")))
        text = text->type == DOM_TEXT ? text->next : text->first_child;
    return text && text->type == DOM_TEXT ? text : NULL;
}

/* What the new page's paragraph in such a cell would have. False: the cell says nothing of it. */
static bool look_at_cell_text(const looks *l, const dom_node *table, dom_node *cell) {
    const dom_node *text = first_text(cell);
    double old, new;
    if (!text || !css_length(l->styles, text->parent, CSS_FONT_SIZE, -1, &old))
        return false;
    dom_node *paragraph = dom_new_element(l->arena, DOM_TAG_P, cell->line);
    dom_append(cell, paragraph);
    bool known = css_length(l->styles, paragraph, CSS_FONT_SIZE, -1, &new);
    dom_remove(paragraph);
    if (known && old > 0 && (new > old * 1.1 || new < old / 1.1))
        leave_table(l, FINDING_TABLE_TEXT_SIZE, table,
                    format_slice(l->arena, "%.4gpx, now %.4gpx", old, new));
    return true;
}

void express_look_at_table(const looks *l, dom_node *table) {
    slice last = {NULL, 0};
    unsigned turns = 0;
    bool text_seen = false;
    dom_node *node = table;
    for (size_t steps = 0; node && steps < TABLE_NODES; steps++, node = dom_next(node, table)) {
        if (dom_is(node, DOM_TAG_TD) && !text_seen)
            text_seen = look_at_cell_text(l, table, node);
        const dom_node *cell = dom_is(node, DOM_TAG_TR) ? first_cell(node) : NULL;
        if (!cell || cell->tag != DOM_TAG_TD)
            continue;
        slice colour = colour_behind(l, node, cell);
        turns += last.data && !slice_equal(colour, last);
        last = colour;
    }
    if (turns >= TURNS)
        leave_table(l, FINDING_TABLE_STRIPES, table, SLICE("rows on two colours in turn"));
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------- */

static bool is_numeric(css_token t) {
    return t.kind == CSS_TOKEN_NUMBER || t.kind == CSS_TOKEN_PERCENTAGE || t.kind == CSS_TOKEN_DIMENSION;
}

size_t express_next_function(css_reader *r, slice *name, double *numbers) {
    css_token t = css_next_solid(r);
    size_t count = 0;
    while (t.kind != CSS_TOKEN_FUNCTION && t.kind != CSS_TOKEN_END)
        t = css_next_solid(r);
    *name = t.kind == CSS_TOKEN_FUNCTION ? t.value : (slice){NULL, 0};
    while (name->length && (t = css_next_solid(r)).kind != CSS_TOKEN_END &&
           !(t.kind == CSS_TOKEN_DELIM && t.delim == ')'))
        if (is_numeric(t) && count < EXPRESS_NUMBERS)
            numbers[count++] = t.number;
    return count;
}

size_t express_numbers(slice value, double *numbers) {
    css_reader r = {.text = value};
    size_t count = 0;
    for (css_token t; (t = css_next_solid(&r)).kind != CSS_TOKEN_END;)
        if (is_numeric(t) && count < EXPRESS_NUMBERS)
            numbers[count++] = t.number;
    return count;
}

/* So many pixels up or to the left nothing is on the screen. */
enum { FAR_OUT = -999 };

/* Whether a function of the value `whole` leaves nothing: inset(100%), circle(0), rect(0, 0, 0, 0), scale(0),
 * opacity(0), translateX(-9999px). */
static bool function_leaves_nothing(slice name, const double *n, size_t count, slice whole) {
    if (count == 0)
        return false;
    if (css_is_among(name, "inset")) { /* one number for all sides, or as in `margin` */
        double right = count > 1 ? n[1] : n[0];
        return slice_find_char(whole, '%', 0) != SLICE_NONE &&
               (n[0] + (count > 2 ? n[2] : n[0]) >= 100 || right + (count > 3 ? n[3] : right) >= 100);
    }
    if (css_is_among(name, "rect"))
        return count == 4 && (n[0] >= n[2] || n[1] <= n[3]);
    if (css_is_among(name, "circle scalex scaley opacity"))
        return n[0] == 0;
    if (css_is_among(name, "translate translatex translatey translate3d"))
        return n[0] <= FAR_OUT || (count > 1 && n[1] <= FAR_OUT);
    if (css_is_among(name, "ellipse scale scale3d"))
        return n[0] == 0 || (count > 1 && n[1] == 0);
    for (size_t i = 0; i < count; i++)
        if (n[i] != 0)
            return false;
    return css_is_among(name, "polygon");
}

/* Of a shape, a filter or a transformation: one function, or several. */
static bool leaves_nothing(slice value) {
    double n[EXPRESS_NUMBERS] = {0};
    css_reader r = {.text = value};
    slice name;
    do {
        size_t count = express_next_function(&r, &name, n);
        if (function_leaves_nothing(name, n, count, value))
            return true;
    } while (name.length);
    return false;
}

/* Of `translate`: how far to the left, and up. */
static bool leads_far_out(slice value) {
    css_reader r = {.text = value};
    css_token t = css_next_solid(&r);
    for (size_t axis = 0; axis < 2 && is_numeric(t); axis++, t = css_next_solid(&r))
        if (t.number <= FAR_OUT)
            return true;
    return false;
}

static bool is_at_most(css_cascade *styles, const dom_node *node, css_property property, double most) {
    double px;
    return css_length(styles, node, property, -1, &px) && px <= most;
}

/* A box without height, or width, or one of a pixel, of which nothing hangs out; with room below for a frame
 * (`padding-bottom: 56%`), it has one, and so has a table for what its cells hold. */
static bool is_flat(css_cascade *styles, const dom_node *node, css_property property) {
    bool wide = property == CSS_WIDTH || property == CSS_MAX_WIDTH;
    return is_at_most(styles, node, property, 1) &&
           !css_computed_is(styles, node, wide ? CSS_OVERFLOW_X : CSS_OVERFLOW_Y, "visible") &&
           !css_computed_is(styles, node, CSS_DISPLAY, "inline table table-cell") &&
           is_at_most(styles, node, wide ? CSS_PADDING_LEFT : CSS_PADDING_TOP, 0) &&
           is_at_most(styles, node, wide ? CSS_PADDING_RIGHT : CSS_PADDING_BOTTOM, 0);
}

/* `transparent`, rgba(0, 0, 0, 0), #0000 (CSS Color 4 §5.2: the last digits are the opacity). */
static bool is_clear_colour(slice value) {
    double n[EXPRESS_NUMBERS];
    slice name;
    if (value.length && value.data[0] == '#')
        return (value.length == 5 && value.data[4] == '0') ||
               (value.length == 9 && value.data[7] == '0' && value.data[8] == '0');
    return css_is_among(value, "transparent") ||
           (express_next_function(&(css_reader){.text = value}, &name, n) == 4 &&
            css_is_among(name, "rgba hsla rgb hsl") && n[3] == 0);
}

/* Whether the two are one colour, as pages spell those that text is hidden with. */
static bool is_same_colour(slice one, slice other) {
    static const char *const SPELLINGS[] = {"white #fff #ffffff", "black #000 #000000"};
    for (size_t i = 0; i < sizeof SPELLINGS / sizeof *SPELLINGS; i++)
        if (css_is_among(one, SPELLINGS[i]) && css_is_among(other, SPELLINGS[i]))
            return true;
    return slice_equal_nocase(one, other);
}

/* Whether nothing may paint what is behind the words: neither a colour or picture of a box around them, nor a
 * class or an id, of which a sheet that is not known here may speak. */
static bool is_on_paper(css_cascade *styles, const dom_node *node) {
    enum { AROUND_MAX = 32 };
    size_t seen = 0;
    for (const dom_node *at = node; at; at = at->parent, seen++)
        if (seen == AROUND_MAX || dom_attribute_get(at, SLICE("class")) ||
            dom_attribute_get(at, SLICE("id")) || dom_attribute_get(at, SLICE("background")) ||
            css_winner(styles, at, CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR) ||
            css_winner(styles, at, CSS_PSEUDO_NONE, CSS_BACKGROUND_IMAGE))
            return false;
    return true;
}

/* Words that are painted in no colour, or in the one that is behind them; and no picture behind shows. */
static bool is_colourless(css_cascade *styles, const dom_node *node, css_property property, slice value) {
    const css_declaration *d = css_winner(styles, node, CSS_PSEUDO_NONE, property);
    bool white = property == CSS_COLOR && d && !d->rule && is_same_colour(value, SLICE("white"));
    bool behind = property == CSS_COLOR && css_is_lost(styles, node, CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR) &&
                  css_computed_is(styles, node, CSS_BACKGROUND_IMAGE, "none") &&
                  is_same_colour(value, css_computed(styles, node, CSS_BACKGROUND_COLOR));
    const dom_node *shown = white || behind || is_clear_colour(value) ? express_first_shown(node) : NULL;
    if (white && !behind && shown && !is_on_paper(styles, shown->parent))
        return false;
    return shown && shown->type == DOM_TEXT && !css_computed_is(styles, node, CSS_BACKGROUND_CLIP, "text") &&
           slice_equal(css_computed(styles, shown, property), value);
}

/* A number or a length of nothing, with or without a unit. */
static bool is_nothing(slice value) {
    css_reader r = {.text = value};
    css_token t = css_next_solid(&r);
    return is_numeric(t) && t.number == 0;
}

/* Whether an inherited value, as the element has it, still holds for some of what shows in it: others may
 * have been given another one. */
static bool holds_inside(css_cascade *styles, const dom_node *node, css_property property, slice value) {
    enum { LOOKED_AT = 256 };
    const dom_node *at = node;
    for (size_t steps = 0; at && steps < LOOKED_AT; steps++, at = dom_next(at, node))
        if (express_shows(at) && (property != CSS_FONT_SIZE || at->type == DOM_TEXT) &&
            slice_equal(css_computed(styles, at, property), value))
            return true;
    return at != NULL;
}

bool express_is_painted(css_cascade *styles, const dom_node *node, css_pseudo pseudo) {
    return !is_clear_colour(css_computed_pseudo(styles, node, pseudo, CSS_COLOR)) &&
           !is_nothing(css_computed_pseudo(styles, node, pseudo, CSS_FONT_SIZE));
}

static bool is_hidden_by(css_cascade *styles, const dom_node *node, css_property property) {
    slice value = css_computed(styles, node, property);
    double px;
    switch (property) {
    case CSS_DISPLAY:
        return css_is_among(value, "none");
    case CSS_VISIBILITY:
        return css_is_among(value, "hidden collapse") && holds_inside(styles, node, property, value);
    case CSS_CONTENT_VISIBILITY: /* of boxes (CSS Containment 2 §4.2) */
        return css_is_among(value, "hidden") && !css_computed_is(styles, node, CSS_DISPLAY, "inline");
    case CSS_OPACITY:
        return is_nothing(value);
    case CSS_FONT_SIZE:
        return is_nothing(value) && holds_inside(styles, node, property, value);
    case CSS_SCALE:
        return is_nothing(value) && !css_computed_is(styles, node, CSS_DISPLAY, "inline");
    case CSS_TRANSLATE:
        return leads_far_out(value) && !css_computed_is(styles, node, CSS_DISPLAY, "inline");
    case CSS_HEIGHT:
    case CSS_MAX_HEIGHT:
    case CSS_WIDTH:
    case CSS_MAX_WIDTH:
        return is_flat(styles, node, property);
    case CSS_CLIP: /* holds for boxes out of the flow only (CSS Masking 1 §6) */
        return leaves_nothing(value) && css_computed_is(styles, node, CSS_POSITION, "absolute fixed");
    case CSS_CLIP_PATH:
    case CSS_FILTER:
    case CSS_TRANSFORM:
        return leaves_nothing(value);
    case CSS_COLOR:
    case CSS_TEXT_FILL_COLOR:
        return is_colourless(styles, node, property, value);
    case CSS_LEFT:
    case CSS_TOP:
        return !css_computed_is(styles, node, CSS_POSITION, "static") &&
               css_length(styles, node, property, -1, &px) && px <= FAR_OUT;
    case CSS_TEXT_INDENT:
    case CSS_MARGIN_TOP:
        return !css_computed_is(styles, node, CSS_DISPLAY, "inline") &&
               css_length(styles, node, property, -1, &px) && px <= FAR_OUT;
    default: /* a length that takes text or a block off the screen */
        return css_length(styles, node, property, -1, &px) && px <= FAR_OUT;
    }
}

const css_declaration *express_hidden_by(css_cascade *styles, const dom_node *node) {
    static const css_property HIDING[] = {CSS_DISPLAY,
                                          CSS_VISIBILITY,
                                          CSS_OPACITY,
                                          CSS_FONT_SIZE,
                                          CSS_LEFT,
                                          CSS_TOP,
                                          CSS_TEXT_INDENT,
                                          CSS_MARGIN_LEFT,
                                          CSS_MARGIN_TOP,
                                          CSS_HEIGHT,
                                          CSS_MAX_HEIGHT,
                                          CSS_CLIP_PATH,
                                          CSS_CLIP,
                                          CSS_TRANSFORM,
                                          CSS_COLOR,
                                          CSS_WIDTH,
                                          CSS_MAX_WIDTH,
                                          CSS_SCALE,
                                          CSS_TRANSLATE,
                                          CSS_FILTER,
                                          CSS_TEXT_FILL_COLOR,
                                          CSS_CONTENT_VISIBILITY};
    for (size_t i = 0; i < sizeof HIDING / sizeof *HIDING; i++)
        if (css_is_lost(styles, node, CSS_PSEUDO_NONE, HIDING[i]) && is_hidden_by(styles, node, HIDING[i]))
            return css_winner(styles, node, CSS_PSEUDO_NONE, HIDING[i]);
    return NULL;
}

bool express_is_hidden(css_cascade *styles, const dom_node *node) {
    return express_hidden_by(styles, node) != NULL;
}

/* The colour behind the box, which goes with the old page; empty: none, or that of the page. */
static slice colour_of_box(css_cascade *styles, const dom_node *box) {
    slice colour = css_is_lost(styles, box, CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR)
                       ? css_computed(styles, box, CSS_BACKGROUND_COLOR)
                       : SLICE("");
    return is_clear_colour(colour) || css_is_among(colour, "white #fff #ffffff") ? SLICE("") : colour;
}

/* A colour that the whole row has, or a cell of the row that says something, is a look. */
static bool is_look_of_row(css_cascade *styles, const dom_node *cell, slice colour) {
    bool other = false;
    size_t seen = 0;
    for (const dom_node *at = cell->parent->first_child; at && seen < CHILDREN_LOOKED_AT;
         at = at->next, seen++) {
        if (!is_cell(at))
            continue;
        bool same = slice_equal_nocase(colour_of_box(styles, at), colour);
        if (same && express_first_shown(at))
            return true;
        other = other || !same;
    }
    return !other;
}

static bool has_px(css_cascade *styles, const dom_node *node, css_property property, double least) {
    double px;
    return css_sets(styles, node, property, CSS_FROM_ALL) && css_length(styles, node, property, -1, &px) &&
           px >= least;
}

/* Whether another box of its height beside it is not as wide: bars of a chart. */
static bool is_bar(css_cascade *styles, const dom_node *box) {
    size_t seen = 0;
    for (const dom_node *at = box->parent->first_child; at && seen < CHILDREN_LOOKED_AT;
         at = at->next, seen++)
        if (at != box && at->tag == box->tag && at->type == DOM_ELEMENT &&
            slice_equal(css_computed(styles, at, CSS_HEIGHT), css_computed(styles, box, CSS_HEIGHT)) &&
            !slice_equal(css_computed(styles, at, CSS_WIDTH), css_computed(styles, box, CSS_WIDTH)))
            return true;
    return false;
}

/* A short line below a heading, or above one, adorns it. */
static bool is_line_at_heading(css_cascade *styles, const dom_node *box) {
    enum { THICKEST = 10, TIMES_AS_WIDE = 4 };
    double high, wide;
    const dom_node *before = dom_previous(box), *next = express_next_shown(box);
    while (before && express_is_blank(before))
        before = dom_previous(before);
    bool beside = (before && dom_is_heading(before->tag)) || (next && dom_is_heading(next->tag)) ||
                  (before && !next && dom_is_heading(box->parent->tag));
    return beside && !css_computed_is(styles, box, CSS_DISPLAY, "inline inline-block") &&
           css_length(styles, box, CSS_HEIGHT, -1, &high) && high <= THICKEST &&
           css_length(styles, box, CSS_WIDTH, -1, &wide) && wide >= high * TIMES_AS_WIDE &&
           !is_bar(styles, box);
}

/* A dot, a bar: a box of some size with nothing in it. Thin ones are lines that part what is around them. */
static bool is_drawn_box(css_cascade *styles, const dom_node *node) {
    enum { THINNEST = 6 };
    slice width = css_computed(styles, node, CSS_WIDTH);
    bool part = slice_ends_with(width, SLICE("%")) && !slice_equal(width, SLICE("100%"));
    bool in_line = css_computed_is(styles, node, CSS_DISPLAY, "inline inline-block");
    bool high =
        has_px(styles, node, CSS_HEIGHT, THINNEST) || has_px(styles, node, CSS_PADDING_TOP, THINNEST / 2.0);
    bool wide = part || has_px(styles, node, CSS_WIDTH, THINNEST) ||
                (in_line && has_px(styles, node, CSS_PADDING_LEFT, THINNEST / 2.0));
    return (node->tag == DOM_TAG_DIV || node->tag == DOM_TAG_P || dom_tag_has(node->tag, DOM_INLINE)) &&
           wide && (high || (in_line && node->first_child));
}

static void look_at_colour(const looks *l, dom_node *node, finding_code code) {
    slice colour = colour_of_box(l->styles, node);
    bool is_look = code == FINDING_COLOUR_IN_CELL && colour.length && is_look_of_row(l->styles, node, colour);
    if (!colour.length || !node->parent || is_look)
        return;
    if (code == FINDING_COLOUR_ALONE && is_line_at_heading(l->styles, node))
        return;
    node->flags |= FLAG_NAMED;
    slice detail = format_slice(l->arena, "an empty <%.*s> with `background-color: %.*s`",
                                SLICE_ARGS(dom_name(node)), SLICE_ARGS(colour));
    *(express_layout *)vector_push(l->layouts) = (express_layout){code, node, NULL, "", NULL, detail};
}

static void look_at_all_generated(const looks *l, const dom_node *node) {
    for (unsigned p = CSS_PSEUDO_NONE; p < CSS_PSEUDO_COUNT; p++)
        if (p == CSS_PSEUDO_NONE || css_has_pseudo(l->styles, node, (css_pseudo)p))
            look_at_generated(l, node, (css_pseudo)p);
}

void express_look_at_empty(const looks *l, dom_node *node) {
    if ((css_effects(l->styles, node) & CSS_EFFECT_CONTENT) &&
        !css_computed_is(l->styles, node, CSS_DISPLAY, "none"))
        look_at_all_generated(l, node);
    if (is_cell(node))
        look_at_colour(l, node, FINDING_COLOUR_IN_CELL);
    else if (css_loses(l->styles, node) && is_drawn_box(l->styles, node))
        look_at_colour(l, node, FINDING_COLOUR_ALONE);
}

void express_look_at(const looks *l, const dom_node *node) {
    look_at_edges(l, node);
    unsigned effects = css_effects(l->styles, node);
    if (effects & CSS_EFFECT_CONTENT)
        look_at_all_generated(l, node);
    if (effects & CSS_EFFECT_LETTERS)
        look_at_letters(l, node);
    if (node->tag == DOM_TAG_LI)
        look_at_marks(l, node);
    const css_declaration *beside = effects & CSS_EFFECT_LAYOUT ? layout_of(l->styles, node) : NULL;
    if (beside)
        leave_open(l, FINDING_LAYOUT, node, "", beside);
}

/* Whether a finding of the rules speaks of the element's line already. */
static bool is_reported(const findings *found, uint32_t line) {
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *f = findings_at(found, i);
        if (f->line == line && f->code == FINDING_ROW_NOT_CARDS)
            return true;
    }
    return false;
}

static const dom_node *inside(const dom_node *node, const dom_node *body, dom_tag tag) {
    while (node && node != body && node->tag != tag)
        node = node->parent;
    return node && node != body ? node : NULL;
}

/* A list that became folded sections, or cards, has no items that a mark is missed on; and the sign of what
 * unfolds is drawn by the new page as well. */
static bool is_still_lost(const looks *l, const express_layout *one, const dom_node *body) {
    const dom_node *at = one->node;
    while (at && at != body)
        at = at->parent;
    switch (one->code) {
    case FINDING_LIST_MARKER:
        return at && (dom_is(one->node->parent, DOM_TAG_UL) || dom_is(one->node->parent, DOM_TAG_OL));
    case FINDING_COLOUR_IN_CELL: /* of each colour, one */
        return inside(one->node, body, DOM_TAG_TABLE) && express_first_mention(l->refs, one->detail);
    case FINDING_COLOUR_ALONE:
        return express_first_mention(l->refs, one->detail);
    case FINDING_GENERATED_SIGN:
        if (!one->shows) /* the sign is all that the element shows */
            return at && !inside(one->node, body, DOM_TAG_SUMMARY);
        return !inside(one->shows, body, at ? DOM_TAG_SUMMARY : DOM_TAG_DETAILS);
    default:
        return at && !is_reported(l->found, one->node->line);
    }
}

void express_report_layouts(const looks *l, const dom_node *body) {
    for (size_t i = 0; i < l->layouts->count; i++) {
        const express_layout *one = vector_at(l->layouts, i);
        if (!is_still_lost(l, one, body))
            continue;
        if (!one->declaration)
            findings_add(l->found, one->code, one->node->line, "%.*s", SLICE_ARGS(one->detail));
        else
            report(l, one->code, one->node, one->part, one->declaration);
    }
}
