/* express: the sizes that visitors saw. Comes in: the boxes of the old page, in a window on a desk and on a
 * phone, and the place on the new page. Goes out: style declarations that give a picture or a frame the same
 * widths there in both windows. The theme makes every picture as wide as the box around it, whatever its
 * `width` attribute says, so only what differs from that is written.
 */
#include "private.h"

/* In the two windows: what was seen, and the box that holds it on the new page. */
typedef struct widths {
    double desk, phone;               /* seen */
    double around_desk, around_phone; /* 0: in a table cell, whose width hangs on what is in it */
} widths;

#define SAME 0.04 /* widths that differ by less look the same */

static bool is_same(double one, double other) {
    double difference = one - other, most = one > other ? one : other;
    return difference <= most * SAME && -difference <= most * SAME;
}

void express_declare(buffer *style, const char *property, slice value) {
    if (style->length)
        buffer_append(style, SLICE("; "));
    buffer_append_string(style, property);
    buffer_append(style, SLICE(": "));
    buffer_append(style, value);
}

/* As the editor writes widths: whole per cents, but where that would show. */
static slice percent(double width, double around, arena *a) {
    double part = width / around * 100;
    unsigned whole = (unsigned)(part + 0.5);
    return whole >= 20 || is_same(part, whole) ? format_slice(a, "%u%%", whole)
                                               : format_slice(a, "%.1f%%", part);
}

static slice pixels(double width, arena *a) {
    return format_slice(a, "%upx", (unsigned)(width + 0.5));
}

/* ---- in the column ------------------------------------------------------------------------------------- */

/* Wider on a phone than the same part of the column: a width that does not shrink with it, or a column that
 * fills the line there. `(N - 100%) * 999` is far above any width in a narrow column, and below zero in a
 * wide one. */
static void declare_phone_minimum(buffer *style, const widths *w, const express_theme *theme, arena *a) {
    bool fits_desk = w->phone <= w->desk * (1 + SAME);
    if (fits_desk && w->phone < w->around_phone * 0.8)
        express_declare(style, "min-width", pixels(w->phone, a));
    else if (fits_desk)
        express_declare(style, "min-width", format_slice(a, "min(100%%, %upx)", (unsigned)(w->phone + 0.5)));
    else
        express_declare(style, "min-width",
                        format_slice(a, "min(%.*s, (%upx - 100%%) * 999)",
                                     SLICE_ARGS(percent(w->phone, w->around_phone, a)), theme->stacks_below));
}

static void declare_phone_maximum(buffer *style, const widths *w, const express_theme *theme, arena *a) {
    express_declare(style, "max-width",
                    format_slice(a, "max(%.*s, (100%% - %upx) * 999)",
                                 SLICE_ARGS(percent(w->phone, w->around_phone, a)), theme->stacks_below));
}

/* Nothing for what fills the box around it in both windows. */
static void declare_width(buffer *style, const widths *w, const express_theme *theme, arena *a) {
    double part = w->desk / w->around_desk, expected = part * w->around_phone;
    if (part >= 1 - SAME && is_same(w->phone, w->around_phone))
        return;
    express_declare(style, "width", percent(w->desk, w->around_desk, a));
    if (is_same(expected, w->phone))
        return;
    if (w->phone > expected)
        declare_phone_minimum(style, w, theme, a);
    else
        declare_phone_maximum(style, w, theme, a);
}

/* ---- in a table ---------------------------------------------------------------------------------------- */

/* A cell is as wide as what is in it asks for: from the width on a phone to that on a desk, evenly in
 * between. */
static void declare_cell_width(buffer *style, const widths *w, const express_theme *theme, arena *a) {
    express_declare(style, "width", SLICE("100%"));
    if (is_same(w->desk, w->phone)) {
        express_declare(style, "min-width", pixels(w->phone, a));
        express_declare(style, "max-width", pixels(w->desk > w->phone ? w->desk : w->phone, a));
        return;
    }
    double low = w->phone < w->desk ? w->phone : w->desk, high = w->phone < w->desk ? w->desk : w->phone;
    double slope = (w->desk - w->phone) / (theme->window - theme->phone_window);
    slice between =
        format_slice(a, "clamp(%upx, %upx + (100vw - %upx) * %.3f, %upx)", (unsigned)(low + 0.5),
                     (unsigned)(w->phone + 0.5), theme->phone_window, slope, (unsigned)(high + 0.5));
    express_declare(style, "min-width", between);
    express_declare(style, "max-width", w->desk > w->phone ? pixels(w->desk, a) : between);
}

/* ---- the place on the new page ------------------------------------------------------------------------- */

/* What the theme takes off the column inside of lists and the like. */
static const struct {
    dom_tag tag;
    double inset;
} INSETS[] = {{DOM_TAG_BLOCKQUOTE, 34}, {DOM_TAG_UL, 32}, {DOM_TAG_OL, 20}, {DOM_TAG_DETAILS, 36}};

static void find_place(widths *w, const dom_node *container, const express_theme *theme) {
    w->around_desk = theme->column;
    w->around_phone = theme->phone_column;
    for (const dom_node *at = container; at; at = at->parent) {
        if (at->tag == DOM_TAG_TD || at->tag == DOM_TAG_TH) {
            w->around_desk = w->around_phone = 0;
            return;
        }
        for (size_t i = 0; i < sizeof INSETS / sizeof *INSETS; i++)
            if (at->tag == INSETS[i].tag) {
                w->around_desk -= INSETS[i].inset;
                w->around_phone -= INSETS[i].inset;
            }
    }
    w->around_desk = w->around_desk < 100 ? 100 : w->around_desk;
    w->around_phone = w->around_phone < 100 ? 100 : w->around_phone;
}

/* False: it was not shown, or its width hangs on a file that is not known. */
static bool find_widths(widths *w, const express_seen *seen, const dom_node *node, const dom_node *container,
                        bool beside) {
    const layout_box *desk = layout_box_of(seen->desk, node), *phone = layout_box_of(seen->phone, node);
    if ((!desk && !phone) || !(desk ? desk : phone)->known)
        return false;
    double scale =
        seen->theme->phone_column / seen->theme->column; /* of one that is hidden in the other window */
    *w = (widths){.desk = desk ? desk->width : phone->width / scale,
                  .phone = phone ? phone->width : desk->width * scale};
    if (w->desk < 1 || w->phone < 1)
        return false;
    find_place(w, beside ? NULL : container, seen->theme);
    if (w->around_desk > 0) { /* nothing is wider than what holds it */
        w->desk = w->desk < w->around_desk ? w->desk : w->around_desk;
        w->phone = w->phone < w->around_phone ? w->phone : w->around_phone;
        if (beside && w->phone > w->around_phone * EXPRESS_FILLS) /* no words in the strip that is left */
            w->phone = w->around_phone;
    }
    return true;
}

/* ---- pictures ------------------------------------------------------------------------------------------ */

/* Text flows around it, at the distance that it had. */
static void declare_float(buffer *style, const layout_box *box, css_cascade *cascade, const dom_node *img,
                          arena *a) {
    static const css_property MARGINS[] = {CSS_MARGIN_TOP, CSS_MARGIN_RIGHT, CSS_MARGIN_BOTTOM,
                                           CSS_MARGIN_LEFT};
    double px[4] = {0};
    bool any = false;
    for (size_t i = 0; i < 4; i++) {
        px[i] = css_length(cascade, img, MARGINS[i], box->around, &px[i]) ? px[i] : 0;
        any = any || px[i] > 0;
    }
    express_declare(style, "float", box->float_right ? SLICE("right") : SLICE("left"));
    if (any)
        express_declare(style, "margin",
                        format_slice(a, "%.0fpx %.0fpx %.0fpx %.0fpx", px[0], px[1], px[2], px[3]));
}

/* A picture of a row: text, or the next picture, flows beside it; on a phone it fills the line. */
static void declare_side_by_side(buffer *style, const express_side *side, arena *a) {
    express_declare(style, "float", side->right ? SLICE("right") : SLICE("left"));
    express_declare(style, "margin",
                    side->right ? format_slice(a, "0 0 16px %.*s%%", SLICE_ARGS(side->gap))
                                : format_slice(a, "0 %.*s%% 16px 0", SLICE_ARGS(side->gap)));
    if (side->clears)
        express_declare(style, "clear", SLICE("both"));
}

/* The theme centres what does not fill the line. */
static void declare_side(buffer *style, const express_seen *seen, const layout_box *box) {
    double right = box->x + box->width, column = seen->theme->column;
    if (box->auto_margins || box->around < column * 0.9 || box->width > column * 0.9)
        return;
    if (box->x < column * 0.05)
        express_declare(style, "margin", SLICE("0 auto 0 0"));
    else if (right > column * 0.95)
        express_declare(style, "margin", SLICE("0 0 0 auto"));
}

/* A height that is not its own: stretched, or cut. */
static void declare_height(buffer *style, css_cascade *cascade, const dom_node *img, const layout_box *desk,
                           const layout_box *phone, arena *a) {
    double given;
    if (!css_length(cascade, img, CSS_HEIGHT, -1, &given) || given < 1)
        return;
    if (is_same(desk->height, phone->height) && !style->length)
        express_declare(style, "width", SLICE("100%"));
    if (!is_same(desk->height, phone->height))
        return;
    express_declare(style, "height", pixels(given, a));
    if (!css_computed_is(cascade, img, CSS_OBJECT_FIT, "fill"))
        express_declare(style, "object-fit", css_computed(cascade, img, CSS_OBJECT_FIT));
}

bool express_picture_style(const express_seen *seen, const dom_node *img, const dom_node *container,
                           buffer *style) {
    widths w;
    express_side side;
    bool beside = express_beside(img, &side);
    if (!seen || !seen->desk || !find_widths(&w, seen, img, container, beside))
        return false;
    const layout_box *desk = layout_box_of(seen->desk, img), *phone = layout_box_of(seen->phone, img);
    desk = desk ? desk : phone;
    phone = phone ? phone : desk;
    if (w.around_desk > 0)
        declare_width(style, &w, seen->theme, style->arena);
    else
        declare_cell_width(style, &w, seen->theme, style->arena);
    declare_height(style, seen->cascade, img, desk, phone, style->arena);
    if (beside)
        declare_side_by_side(style, &side, style->arena);
    else if (desk->flow == LAYOUT_FLOAT)
        declare_float(style, desk, seen->cascade, img, style->arena);
    else if (w.around_desk > 0 && style->length)
        declare_side(style, seen, desk);
    return true;
}

bool express_picture_floats(const express_seen *seen, const dom_node *img) {
    express_side side;
    const layout_box *desk = seen && seen->desk ? layout_box_of(seen->desk, img) : NULL;
    return desk && desk->known && (express_beside(img, &side) || desk->flow == LAYOUT_FLOAT);
}

/* ---- frames -------------------------------------------------------------------------------------------- */

/* A frame that was hidden when the page was opened, in a tab or a section: as wide as it would be, and never
 * wider than the window. */
static bool size_hidden_frame(const express_seen *seen, const dom_node *frame, express_size *size, arena *a) {
    double width = 0, height = 0;
    bool fills = css_computed_is(seen->cascade, frame, CSS_POSITION, "absolute fixed");
    css_length(seen->cascade, frame, CSS_WIDTH, -1, &width);
    css_length(seen->cascade, frame, CSS_HEIGHT, -1, &height);
    if (!fills && (width < 1 || height < 1))
        return false;
    buffer style = buffer_new(a, 64);
    express_declare(&style, "width", SLICE("100%"));
    if (!fills)
        express_declare(&style, "max-width", pixels(width, a));
    express_declare(&style, "height", SLICE("auto"));
    express_declare(&style, "aspect-ratio",
                    fills || is_same(height / width, 9.0 / 16)
                        ? SLICE("16 / 9")
                        : format_slice(a, "%u / %u", (unsigned)(width + 0.5), (unsigned)(height + 0.5)));
    *size = (express_size){SLICE("100%"), SLICE(""), buffer_slice(&style)};
    return true;
}

bool express_frame_size(const express_seen *seen, const dom_node *frame, const dom_node *container,
                        express_size *size, arena *a) {
    widths w;
    if (!seen || !seen->desk)
        return false;
    const layout_box *desk = layout_box_of(seen->desk, frame), *phone = layout_box_of(seen->phone, frame);
    if (!desk || !phone)
        return size_hidden_frame(seen, frame, size, a);
    if (!find_widths(&w, seen, frame, container, false))
        return false;
    buffer style = buffer_new(a, 64);
    bool in_cell = w.around_desk <= 0;
    bool fixed = is_same(desk->width, phone->width) && is_same(desk->height, phone->height);
    *size = (express_size){SLICE("100%"), SLICE(""), SLICE("")};
    if (fixed) { /* may be wider than the column on a phone, as it was */
        size->width = format_slice(a, "%u", (unsigned)(desk->width + 0.5));
        size->height = format_slice(a, "%u", (unsigned)(desk->height + 0.5));
        return true;
    }
    if (in_cell)
        declare_cell_width(&style, &w, seen->theme, a);
    else
        declare_width(&style, &w, seen->theme, a);
    if (!style.length)
        express_declare(&style, "width", SLICE("100%"));
    if (is_same(desk->height, phone->height))
        size->height = format_slice(a, "%u", (unsigned)(desk->height + 0.5));
    else {
        bool wide = is_same(desk->height / desk->width, 9.0 / 16);
        express_declare(&style, "height", SLICE("auto"));
        express_declare(
            &style, "aspect-ratio",
            wide ? SLICE("16 / 9")
                 : format_slice(a, "%u / %u", (unsigned)(desk->width + 0.5), (unsigned)(desk->height + 0.5)));
    }
    size->style = buffer_slice(&style);
    return true;
}
