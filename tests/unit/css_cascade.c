/* The cascade: what properties of an element compute to, and that hostile sheets stay cheap. */
#include "dom/dom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

/* The element asked about has id=x; `property` may end in ::before and the like. */
static const struct {
    const char *html, *property, *value;
} COMPUTED[] = {
    /* the browser's own */
    {"<p id=x>", "display", "block"},
    {"<b id=x>", "font-weight", "700"},
    {"<h1><b id=x>", "font-weight", "900"},
    {"<h1 id=x>", "font-size", "32px"},
    {"<h1 id=x>", "margin-top", "21.44px"},
    {"<style id=x>", "display", "none"},
    {"<ul><li id=x>", "list-style-type", "disc"},
    {"<ul><li><ul><li id=x>", "list-style-type", "circle"},
    {"<ol><li><ul><li><ul><li id=x>", "list-style-type", "square"},
    {"<ol><li><ol><li id=x>", "list-style-type", "decimal"},
    {"<p hidden id=x>", "display", "none"},
    {"<table><tr><th id=x>", "text-align", "center"},
    {"<div style='text-align:right'><table><tr><th id=x>", "text-align", "right"},
    {"<q id=x>", "content::before", "open-quote"},
    /* attributes */
    {"<ol type=a><li id=x>", "list-style-type", "lower-alpha"},
    {"<ol type=I id=x>", "list-style-type", "upper-roman"},
    {"<ul type=SQUARE><li id=x>", "list-style-type", "square"},
    {"<ol><li type=i id=x>", "list-style-type", "lower-roman"},
    {"<style>ol{list-style:none}</style><ol type=a id=x>", "list-style-type", "none"},
    {"<p align=center id=x>", "text-align", "center"},
    {"<img align=left id=x>", "float", "left"},
    {"<img width=50% id=x>", "width", "50%"},
    {"<img width=50 id=x>", "width", "50px"},
    {"<table width='300px'><td id=x>", "width", "auto"},
    /* order, specificity, importance */
    {"<style>p{color:red}p{color:blue}</style><p id=x>", "color", "blue"},
    {"<style>p.a{color:red}p{color:blue}</style><p class=a id=x>", "color", "red"},
    {"<style>#x{color:red}p.a.b.c{color:blue}</style><p class='a b c' id=x>", "color", "red"},
    {"<style>:where(#x){color:red}p{color:blue}</style><p id=x>", "color", "blue"},
    {"<style>:is(#x,i){color:red}p.a{color:blue}</style><p class=a id=x>", "color", "red"},
    {"<style>p{color:red!important}#x{color:blue}</style><p id=x style='color:green'>", "color", "red"},
    {"<style>p{color:red ! /**/ important}</style><p id=x style='color:green !important'>", "color", "green"},
    {"<style>p{color:red;color:}</style><p id=x>", "color", "red"},
    {"<style>p{display:flex;display:nonsense}</style><p id=x>", "display", "flex"},
    {"<style>p{width:10px;width:-3px;width:5}</style><p id=x>", "width", "10px"},
    /* the reader's recovery */
    {"<style>}p{color:red}</style><p id=x>", "color", "red"},
    {"<style>p:nonsense, p{color:red}</style><p id=x>", "color", "canvastext"},
    {"<style>p{color:red;;foo;bar:baz;font-style:italic}</style><p id=x>", "font-style", "italic"},
    {"<style>p{a:url(x y); color:red}</style><p id=x>", "color", "red"},
    {"<style>@nonsense x{p{color:blue}} p{color:red}</style><p id=x>", "color", "red"},
    {"<style>@charset 'x'; @import url(x.css); p{color:red}</style><p id=x>", "color", "red"},
    {"<style><!-- p{color:red} --></style><p id=x>", "color", "red"},
    {"<style>p{content:'a\\</style><p id=x>", "color", "canvastext"},
    {"<style>p{color:red</style><p id=x>", "color", "red"},
    {"<style>.\\31 a{color:red}</style><p class=1a id=x>", "color", "red"},
    {"<style>p{color/**/:/**/red/**/}</style><p id=x>", "color", "red"},
    {"<style>/* { */p{color:red}/* } */</style><p id=x>", "color", "red"},
    /* media */
    {"<style>@media print{p{color:red}}</style><p id=x>", "color", "canvastext"},
    {"<style>@media screen{p{color:red}}</style><p id=x>", "color", "red"},
    {"<style>@media (max-width:600px){p{color:red}}</style><p id=x>", "color", "canvastext"},
    {"<style>@media screen and (min-width:600px){p{color:red}}</style><p id=x>", "color", "red"},
    {"<style>@media not print{p{color:red}}</style><p id=x>", "color", "red"},
    {"<style>@media not screen{p{color:red}}</style><p id=x>", "color", "canvastext"},
    {"<style>@media print, (width >= 50em){p{color:red}}</style><p id=x>", "color", "red"},
    {"<style>@media (400px<=width<900px){p{color:red}}</style><p id=x>", "color", "canvastext"},
    {"<style>@media (min-width:1px) and (max-width:2px){p{color:red}}</style><p id=x>", "color",
     "canvastext"},
    {"<style>@media (min-width:1px) or (max-width:2px){p{color:red}}</style><p id=x>", "color", "red"},
    {"<style media=print>p{color:red}</style><p id=x>", "color", "canvastext"},
    {"<style>@supports (display:grid){p{color:red}}</style><p id=x>", "color", "red"},
    /* states and pseudo-elements */
    {"<style>p:hover{color:red}</style><p id=x>", "color", "canvastext"},
    {"<style>p:not(:hover){color:red}</style><p id=x>", "color", "red"},
    {"<style>a:link{color:red}</style><a href=y id=x>", "color", "red"},
    {"<style>p:before{content:'a'}</style><p id=x>", "content::before", "'a'"},
    {"<style>p::before{content:'a'}</style><p id=x>", "content", "normal"},
    {"<style>li::marker{color:red}</style><ol><li id=x>", "color::marker", "red"},
    {"<p style='color:red' id=x>", "color::after", "red"},
    {"<style>p::first-line{color:red}</style><p id=x>", "color", "canvastext"},
    /* nesting */
    {"<style>.a{p{color:red}}</style><div class=a><p id=x>", "color", "red"},
    {"<style>.a{&.b{color:red}}</style><p class='a b' id=x>", "color", "red"},
    {"<style>.a,.c{> p{color:red}}</style><div class=c><p id=x>", "color", "red"},
    {"<style>.a{@media screen{color:red}}</style><p class=a id=x>", "color", "red"},
    {"<style>.a{@media (min-width:1024px){color:red} color:blue}</style><p class=a id=x>", "color", "blue"},
    {"<style>.a{&{color:red} color:blue; p{x:y} width:9px}</style><p class=a id=x>", "color", "blue"},
    {"<style>.a{&{width:1px} color:blue; &{width:2px} width:9px}</style><p class=a id=x>", "width", "9px"},
    /* inheritance, keywords */
    {"<div style='color:red;width:3px'><p id=x>", "color", "red"},
    {"<div style='color:red;width:3px'><p id=x>", "width", "auto"},
    {"<div style='width:3px'><p style='width:inherit' id=x>", "width", "3px"},
    {"<div style='color:red'><p style='color:initial' id=x>", "color", "canvastext"},
    {"<div style='color:red'><p style='color:unset' id=x>", "color", "red"},
    {"<style>p{display:inline}</style><p style='display:revert' id=x>", "display", "block"},
    {"<p style='all:unset' id=x>", "display", "inline"},
    /* lengths */
    {"<div style='font-size:20px'><p style='font-size:1.5em;margin:2em' id=x>", "margin-left", "60px"},
    {"<p style='width:2rem' id=x>", "width", "32px"},
    {"<p style='width:1in' id=x>", "width", "96px"},
    {"<p style='width:50vw' id=x>", "width", "640px"},
    {"<p style='font-size:120%' id=x>", "font-size", "19.2px"},
    {"<p style='font-size:smaller' id=x>", "font-size", "13.3333px"},
    {"<p style='border:solid' id=x>", "border-top-width", "3px"},
    {"<p style='border-width:5px' id=x>", "border-top-width", "0px"},
    /* var() */
    {"<style>:root{--c:red}p{color:var(--c)}</style><p id=x>", "color", "red"},
    {"<style>p{color:var(--none,blue)}</style><p id=x>", "color", "blue"},
    {"<style>p{color:red;color:var(--none)}</style><p id=x>", "color", "canvastext"},
    {"<style>p{--a:var(--b);--b:var(--a);color:var(--a)}</style><p id=x>", "color", "canvastext"},
    {"<style>p{--m:1px 2px;margin:var(--m) 3px}</style><p id=x>", "margin-bottom", "3px"},
    {"<style>div{--x:1px}p{--x:2px}</style><div><p style='width:var(--x)' id=x>", "width", "2px"},
    /* shorthands */
    {"<p style='margin:1px 2px 3px' id=x>", "margin-left", "2px"},
    {"<p style='list-style:square inside' id=x>", "list-style-position", "inside"},
    {"<p style='list-style:none' id=x>", "list-style-type", "none"},
    {"<p style='list-style:\"- \"' id=x>", "list-style-type", "\"- \""},
    {"<p style='font:italic bold 12px/1.5 Arial, serif' id=x>", "line-height", "1.5"},
    {"<p style='font:italic bold 12px/1.5 Arial, serif' id=x>", "font-family", "Arial, serif"},
    {"<p style='flex:1' id=x>", "flex-basis", "0%"},
    {"<p style='flex:0 0 25%' id=x>", "flex-basis", "25%"},
    {"<p style='background:url(a.png) no-repeat red' id=x>", "background-color", "red"},
    {"<p style='background:url(a.png) no-repeat red' id=x>", "background-image", "url(a.png)"},
    {"<p style='columns:2 10em' id=x>", "column-width", "160px"},
    {"<p style='text-decoration:underline dotted red' id=x>", "text-decoration-line", "underline"},
    {"<p style='grid-area:1/2/3/4' id=x>", "grid-column-end", "4"},
    {"<p style='gap:1px 2px' id=x>", "column-gap", "2px"},
    {"<p style='border-left:2px solid red' id=x>", "border-left-width", "2px"},
    /* boxes that become blocks */
    {"<span style='float:left' id=x>", "display", "block"},
    {"<div style='display:flex'><span id=x>", "display", "block"},
    {"<span style='position:absolute;display:inline-flex' id=x>", "display", "flex"},
    /* sharing: the same element in another place */
    {"<style>p+p{color:red}</style><p>a</p><p id=x>", "color", "red"},
    {"<style>p:first-child{color:red}</style><div><p>a</p></div><div>b<p id=x>", "color", "red"},
    {"<style>tr:nth-child(even) td{color:red}</style><table><tr><td><tr><td id=x>", "color", "red"},
    {"<style>.a p{color:red}</style><div><p>a</p></div><div class=a><p id=x>", "color", "red"},
    {"<style>[lang=fr]{color:red}</style><p>a</p><p lang=fr id=x>", "color", "red"},
};

static slice ask(const char *html, const char *property, arena *a) {
    static const char *const PSEUDO[] = {"", "before", "after", "marker"};
    dom_node *body = dom_parse(slice_of(html), NULL, a, NULL), *node = body;
    const slice *id = NULL;
    for (; node; node = dom_next(node, body))
        if (node->type == DOM_ELEMENT && (id = dom_attribute_get(node, SLICE("id"))) &&
            slice_equal(*id, SLICE("x")))
            break;
    css_cascade *c = css_cascade_new(NULL, body, a);
    slice name = slice_of(property);
    size_t colons = slice_find(name, SLICE("::"), 0);
    css_pseudo pseudo = CSS_PSEUDO_NONE;
    for (unsigned p = 1; colons != SLICE_NONE && p < CSS_PSEUDO_COUNT; p++)
        if (slice_equal(slice_from(name, colons + 2), slice_of(PSEUDO[p])))
            pseudo = (css_pseudo)p;
    css_property which = css_property_by_name(slice_sub(name, 0, colons));
    return css_computed_pseudo(c, node, pseudo, which);
}

static void computed_values(void **state) {
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof COMPUTED / sizeof *COMPUTED; i++) {
        arena *a = arena_new(0);
        slice got = ask(COMPUTED[i].html, COMPUTED[i].property, a);
        if (!slice_equal(got, slice_of(COMPUTED[i].value))) {
            printf("%s\n    %s: %.*s, expected %s\n", COMPUTED[i].html, COMPUTED[i].property, SLICE_ARGS(got),
                   COMPUTED[i].value);
            failed++;
        }
        arena_destroy(a);
    }
    assert_int_equal(failed, 0);
}

/* A settled cascade answers for elements wherever they are moved, and for new ones where they stand. */
static void settled_styles_stay(void **state) {
    (void)state;
    arena *a = arena_new(0);
    dom_node *body = dom_parse(SLICE("<style>.a p{color:red}</style><div class=a><p>x</p></div><div>y</div>"),
                               NULL, a, NULL);
    css_cascade *c = css_cascade_new(NULL, body, a);
    dom_node *div = body->first_child->next, *p = div->first_child, *other = div->next;
    css_cascade_settle(c);
    dom_remove(p);
    dom_append(other, p);
    assert_true(slice_equal(css_computed(c, p, CSS_COLOR), SLICE("red")));
    dom_node *made = dom_new_element(a, DOM_TAG_P, 0);
    dom_append(div, made);
    assert_true(slice_equal(css_computed(c, made, CSS_COLOR), SLICE("red")));
    arena_destroy(a);
}

/* Rules of a theme that speak of what stands around a page's content. */
static void surroundings(void **state) {
    (void)state;
    arena *a = arena_new(0);
    css_sheets *sheets = css_sheets_new(a, 0, 0);
    assert_true(css_sheets_surround(sheets, SLICE("html > body > main#m > div.content.wide")));
    css_sheets_add(sheets, CSS_ORIGIN_THEME, SLICE("theme.css"),
                   SLICE("html{font-size:10px}\n.content p{color:red}\n#m > .wide > p{width:2rem}"), NULL);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.css"), SLICE("\n.b{text-transform:uppercase}"), NULL);
    dom_node *body = dom_parse(SLICE("<p class='b c'>x</p>"), NULL, a, NULL), *p = body->first_child;
    css_cascade *c = css_cascade_new(sheets, body, a);
    assert_true(slice_equal(css_computed(c, p, CSS_COLOR), SLICE("red")));
    assert_true(slice_equal(css_computed(c, p, CSS_WIDTH), SLICE("20px")));
    css_place place = css_place_of(css_winner(c, p, CSS_PSEUDO_NONE, CSS_TEXT_TRANSFORM));
    assert_int_equal(place.origin, CSS_ORIGIN_SITE);
    assert_true(slice_equal(place.file, SLICE("site.css")));
    assert_int_equal(place.line, 2);
    assert_false(
        css_is_lost(c, p, CSS_PSEUDO_NONE, CSS_COLOR)); /* the new page has a .content and a p, too */
    assert_true(css_is_lost(c, p, CSS_PSEUDO_NONE, CSS_TEXT_TRANSFORM));
    assert_int_equal(css_effects(c, p), CSS_EFFECT_LETTERS);
    assert_int_equal(css_class_effects(c, SLICE("b")), CSS_EFFECT_LETTERS);
    assert_int_equal(css_class_effects(c, SLICE("c")), 0);
    double px;
    assert_true(css_length_of(c, p, SLICE("calc(50% - 1rem * 2)"), 500, &px));
    assert_true(px == 230);
    arena_destroy(a);
}

/* Styles go from page to page; what only one page has does not. */
static void styles_kept_from_page_to_page(void **state) {
    (void)state;
    arena *sheets_arena = arena_new(0), *a = arena_new(0);
    css_sheets *sheets = css_sheets_new(sheets_arena, 0, 0);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.css"),
                   SLICE(".b{color:red} p:first-child{width:1em} #i{color:blue}"), NULL);
    css_style_cache *cache = css_style_cache_new(sheets);
    static const struct {
        const char *html, *color, *width;
        bool noted; /* the page before left something with this style */
    } PAGES[] = {
        {"<p class='b'>x</p>", "red", "16px", false},
        {"<p class='b new'>y</p>", "red", "16px", true},
        {"<b></b><p class='b'>x</p>", "red", "auto", false},
        {"<p id=i>x</p>", "blue", "16px", false},
        {"<p class=b style='color:green'>x</p>", "green", "16px", false},
        {"<i></i><p style=color:green class=b>y</p>", "green", "auto", false},
        {"<p style='color:green' class='b c'>y</p>", "green", "16px", true},
        {"<style>.b{color:gold}</style><p class=b>x</p>", "gold", "auto", false},
        {"<style>.x{color:gold}</style><p class=b>x</p>", "red", "auto", true},
        {"<style>.x{color:gold}</style><div class=x></div><p class=b>x</p>", "red", "auto", true},
        {"<style>.x p{color:gold}</style><div class=x><p>w</p></div><div><p>w</p></div><p class=b>x</p>",
         "red", "auto", true},
        {"<p style='--c:green;color:var(--c)' class=b>x</p>", "green", "16px", false},
        {"<p style='--c:green;color:var(--c)' class=b>x</p>", "green", "16px", false},
        {"<p class='b'>x</p>", "red", "16px", true},
    };
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
        dom_node *body = dom_parse(slice_of(PAGES[i].html), NULL, a, NULL), *p = dom_last_child(body);
        css_cascade *c = css_cascade_new_cached(cache, body, a);
        css_cascade_settle(c);
        assert_true(slice_equal(css_computed(c, p, CSS_COLOR), slice_of(PAGES[i].color)));
        assert_true(slice_equal(css_computed(c, p, CSS_WIDTH), slice_of(PAGES[i].width)));
        assert_int_equal(css_class_effects(c, SLICE("b")) != 0, i != 3);
        arena *kept_in;
        void **note = css_style_note(c, p, &kept_in);
        assert_int_equal(*note != NULL, PAGES[i].noted);
        *note = cache;
        arena_reset(a);
    }
    css_style_cache_free(cache);
    arena_destroy(a);
    arena_destroy(sheets_arena);
}

/* Names that only the page's own sheets ask for tell what is inside apart, too. */
static void own_sheets_see_what_is_around(void **state) {
    (void)state;
    static const char *const PAGES[] = {
        "<style>.x p{color:gold}</style><i></i><div class=x><p>w</p></div><div><p>w</p></div><i></i>",
        "<style>#x p{color:gold}</style><i></i><div id=x><p>w</p></div><div id=y><p>w</p></div><i></i>",
        "<style>div:not(.y)>p{color:gold}</style><i></i><div><p>w</p></div><div "
        "class=y><p>w</p></div><i></i>",
        "<style>.x b p{color:gold}</style><i></i><div class=x><b><p>w</p></b></div><div><b><p>w</p></b></div>"
        "<i></i>",
    };
    for (size_t i = 0; i < 4 * sizeof PAGES / sizeof *PAGES; i++) {
        arena *sheets_arena = arena_new(0), *a = arena_new(0);
        css_sheets *sheets = css_sheets_new(sheets_arena, 0, 0);
        css_style_cache *cache = css_style_cache_new(sheets);
        dom_node *body = dom_parse(slice_of(PAGES[i / 4]), NULL, a, NULL);
        dom_node *first = body->first_child->next->next, *other = first->next;
        if (i % 2) { /* in either order */
            dom_remove(first);
            dom_insert_before(other->next, first);
        }
        css_cascade *c =
            i % 4 < 2 ? css_cascade_new_cached(cache, body, a) : css_cascade_new(sheets, body, a);
        css_cascade_settle(c);
        while (first->tag != DOM_TAG_P) {
            first = first->first_child;
            other = other->first_child;
        }
        assert_true(css_computed_is(c, first, CSS_COLOR, "gold"));
        assert_false(css_computed_is(c, other, CSS_COLOR, "gold"));
        css_style_cache_free(cache);
        arena_destroy(a);
        arena_destroy(sheets_arena);
    }
}

/* A style that holds in both windows is made once; what hangs on the window is not taken for it. */
static void styles_shared_by_windows(void **state) {
    (void)state;
    static const struct {
        const char *sheet, *html;
        css_property property;
        const char *desk, *phone; /* of the last element */
        bool is_shared;
    } CASES[] = {
        {".b{width:1em}", "<div><p class=b>x</p></div>", CSS_WIDTH, "16px", "16px", true},
        {"@media(max-width:600px){.b{width:2em}}", "<p class=b>x</p>", CSS_WIDTH, "auto", "32px", false},
        {"@media(min-width:601px){.b{width:2em}}", "<p class=b>x</p>", CSS_WIDTH, "32px", "auto", false},
        {".b{width:1em} @media(max-width:600px){.a{width:2em}}", "<div class=a><p class=b>x</p></div>",
         CSS_WIDTH, "16px", "16px", true},
        {".b{width:1em} @media(max-width:600px){.a{font-size:20px}}", "<div class=a><p class=b>x</p></div>",
         CSS_WIDTH, "16px", "20px", false},
        {"@media(max-width:600px){.a{width:2em}}", "<div class=a><p style=width:inherit>x</p></div>",
         CSS_WIDTH, "auto", "32px", false},
        {".a{width:2em} @media(max-width:600px){.a{width:auto}}",
         "<div class=a><i style=width:inherit><b style=width:inherit>x</b></i></div>", CSS_WIDTH, "32px",
         "auto", false},
        {"@media(max-width:600px){.a{--w:3px}}", "<div class=a><p style=width:var(--w,4px)>x</p></div>",
         CSS_WIDTH, "4px", "3px", false},
        {"@media(max-width:600px){.a{display:flex}}", "<div class=a><i>x</i></div>", CSS_DISPLAY, "inline",
         "block", false},
        {"@media(max-width:600px){.a{display:flex}}", "<div class=a><p>x</p></div>", CSS_DISPLAY, "block",
         "block", true},
        {"@media(max-width:600px){.a{display:flex}}", "<div class=a><i><b>x</b></i></div>", CSS_DISPLAY,
         "inline", "inline", true},
        {"@media(max-width:600px){.a{display:flex}}",
         "<div class=a><i style=display:contents><b>x</b></i></div>", CSS_DISPLAY, "inline", "block", false},
        {"@media(max-width:600px){.a{display:flex}}", "<div class=a><p style=display:inherit>x</p></div>",
         CSS_DISPLAY, "block", "flex", false},
        {"*{box-sizing:inherit} @media(max-width:600px){.a{width:2em}}", "<div class=a><p>x</p></div>",
         CSS_BOX_SIZING, "content-box", "content-box", true},
        {"*{box-sizing:inherit} @media(max-width:600px){.a{box-sizing:border-box}}",
         "<div class=a><p><b>x</b></p></div>", CSS_BOX_SIZING, "content-box", "border-box", false},
        {"p:nth-child(2){width:1em}", "<i></i><p>x</p>", CSS_WIDTH, "16px", "16px", true},
        {"@media(max-width:600px){p:nth-child(2){width:1em}}", "<i></i><p>x</p>", CSS_WIDTH, "auto", "16px",
         false},
        {".b{width:1em; @media(max-width:600px){width:2em} @media screen{height:3em}}", "<p class=b>x</p>",
         CSS_WIDTH, "16px", "32px", false},
        {"", "<p style=width:50vw>x</p>", CSS_WIDTH, "640px", "195px", false},
        {"", "<div style='font-size:calc(1px + 1vmin)'><p style=width:1em>x</p></div>", CSS_WIDTH, "9px",
         "4.9px", false},
        {".b{width:1em}", "<style>@media(max-width:600px){.b{width:2em}}</style><p class=b>x</p>", CSS_WIDTH,
         "16px", "32px", false},
        {".b{width:1em}", "<style>.c{width:2em}</style><p class=b>x</p>", CSS_WIDTH, "16px", "16px", true},
        {".b{width:1em}", "<style>@media(max-width:600px){p{width:50vw}}</style><p><b class=b>x</b></p>",
         CSS_WIDTH, "16px", "16px", true},
    };
    for (size_t i = 0; i < 2 * sizeof CASES / sizeof *CASES; i++) {
        arena *sheets_arena = arena_new(0), *a = arena_new(0);
        css_sheets *sheets = css_sheets_new(sheets_arena, 1280, 390);
        css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.css"), slice_of(CASES[i / 2].sheet), NULL);
        css_style_cache *cache = css_style_cache_new(sheets);
        for (size_t page = 0; page <= i % 2; page++) { /* a second page finds the styles of the first one */
            dom_node *body = dom_parse(slice_of(CASES[i / 2].html), NULL, a, NULL),
                     *last = dom_last_child(body);
            while (dom_last_child(last) && dom_last_child(last)->type == DOM_ELEMENT)
                last = dom_last_child(last);
            arena *kept_in;
            css_cascade *desk = css_cascade_new_cached(cache, body, a);
            css_cascade_settle(desk);
            void **on_desk = css_style_note(desk, last, &kept_in);
            assert_true(
                slice_equal(css_computed(desk, last, CASES[i / 2].property), slice_of(CASES[i / 2].desk)));
            css_cascade *phone = css_cascade_new_of_other(desk, css_sheets_of_other(sheets, a));
            assert_true(
                slice_equal(css_computed(phone, last, CASES[i / 2].property), slice_of(CASES[i / 2].phone)));
            assert_int_equal(css_style_note(phone, last, &kept_in) == on_desk, CASES[i / 2].is_shared);
            css_cascade_end_other(phone);
            assert_true(
                slice_equal(css_computed(desk, last, CASES[i / 2].property), slice_of(CASES[i / 2].desk)));
        }
        css_style_cache_free(cache);
        arena_destroy(a);
        arena_destroy(sheets_arena);
    }
}

/* Sheets of a kilobyte that would make gigabytes of themselves. */
static void sheets_that_grow(void **state) {
    (void)state;
    arena *a = arena_new((size_t)256 << 20);
    buffer doubling = buffer_new(a, 4096), mixins = buffer_new(a, 4096);
    buffer_append_string(&doubling, "$a0: \"xxxxxxxxxx\";");
    buffer_append_string(&mixins, "@mixin a0{color:red}");
    for (int i = 1; i < 60; i++) {
        buffer_printf(&doubling, "$a%d: $a%d $a%d;", i, i - 1, i - 1);
        buffer_printf(&mixins, "@mixin a%d{@include a%d;@include a%d}", i, i - 1, i - 1);
    }
    buffer_append_string(&doubling, "p{color:$a59}");
    buffer_append_string(&mixins, "p{@include a29}");
    css_sheets *sheets = css_sheets_new(a, 0, 0);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("a.scss"), buffer_slice(&doubling), NULL);
    assert_int_equal(css_sheets_problem_count(sheets), 1);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("b.scss"), buffer_slice(&mixins), NULL);
    assert_int_equal(css_sheets_problem_count(sheets), 2);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computed_values),
        cmocka_unit_test(settled_styles_stay),
        cmocka_unit_test(surroundings),
        cmocka_unit_test(styles_kept_from_page_to_page),
        cmocka_unit_test(own_sheets_see_what_is_around),
        cmocka_unit_test(styles_shared_by_windows),
        cmocka_unit_test(sheets_that_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
