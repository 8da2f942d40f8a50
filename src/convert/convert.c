/* The pipeline for one page.
 *
 * Comes in: a page file's bytes, rules, options. Goes out: the new page's bytes, or the reason why it was
 * left alone, with findings and the files it needs. It decides the order of the modules and nothing that one
 * could decide.
 */
#include "private.h"

#include "carry.h"
#include "express/express.h"
#include "legacy/legacy.h"
#include "page/page.h"
#include "places.h"
#include "repair/repair.h"
#include "save/save.h"
#include "saving.h"
#include "tiptap/tiptap.h"
#include "view.h"

#include <stdlib.h>

#define SIZE_LIMIT ((size_t)16 << 20)
#define STEPS_OF_SAVED_BYTE 5
#ifdef ISOMERIZE_SANITIZED
#define LARGE_PAGE ((size_t)1024) /* the tests' pages are small */
#else
#define LARGE_PAGE ((size_t)256 * 1024)
#endif

/* What the stages of one page share. */
typedef struct conversion {
    const convert_engine *engine;
    const convert_settings *settings; /* the engine's */
    const convert_options *options;   /* the page's */
    arena *arena;
    arena *tree;  /* for the page's tree, the one that it is expressed in, and the document */
    arena *known; /* for what is known of the page's tree: it goes with it */
    convert_result *result;
    convert_worker *worker;
    page_parts parts;
    front_value front;
    slice moves_from; /* its address, which the CMS puts a slash to: it has one already where this is empty */
    carry carry;      /* the page's Liquid; empty where it has none */
    struct {
        slice first;
        uint32_t line;
        size_t count;
    } missing; /* pictures of the site that are not there */
} conversion;

static findings *found(conversion *c) {
    return &c->result->found;
}

/* For what this stage needs and none after it: what its result holds is copied. */
static arena *begin_stage(const conversion *c) {
    if (!c->worker)
        return c->arena;
    arena_begin_stage(c->worker->stage, c->arena);
    return c->worker->stage;
}

/* The account, and the places of Liquid tags, look at the tree later. */
static void begin_tree(conversion *c) {
    c->tree = c->known = c->arena;
    if (!c->worker || c->options->keep_account || c->carry.page.carried.count)
        return;
    c->tree = c->worker->tree;
    c->known = c->worker->known;
    arena_begin_stage(c->tree, c->arena);
    arena_begin_stage(c->known, c->arena);
}

static void keep_text(const conversion *c, slice *text) {
    const convert_worker *w = c->worker;
    if (text->length && (arena_holds(c->tree, text->data) || arena_holds(c->known, text->data) ||
                         arena_holds(w->stage, text->data)))
        *text = slice_copy(*text, c->arena);
}

/* What findings and assets have of arenas that may go before the page does is copied. */
static void keep_texts(conversion *c) {
    for (size_t i = 0; i < found(c)->items.count; i++) {
        finding *f = findings_at(found(c), i);
        keep_text(c, &f->became);
        keep_text(c, &f->before);
        keep_text(c, &f->after);
    }
    for (size_t i = 0; i < c->result->assets.count; i++)
        keep_text(c, &((asset_reference *)vector_at(&c->result->assets, i))->url);
}

/* `part` is for the tree, or for what is known of it. */
static void end_tree(conversion *c, arena *part) {
    if (part == c->arena)
        return;
    keep_texts(c);
    arena_begin_stage(part, c->arena);
}

/* ---- the page file ----------------------------------------------------------------------------------- */

static void repair_page(conversion *c, slice bytes) {
    repair_options repairs;
    memset(&repairs, 0, sizeof repairs);
    memcpy(repairs.off, c->settings->disabled, sizeof repairs.off);
    if (c->settings->no_repair)
        repair_turn_off(&repairs);
    c->result->text = repair_text(bytes, &repairs, c->arena, found(c));
}

static void refuse_front(conversion *c, const page_error *error) {
    finding *f = findings_add(found(c), FINDING_FRONT_MATTER_UNREADABLE, error->line, "%.*s",
                              SLICE_ARGS(error->message));
    if (f)
        f->column = error->column;
    c->result->state = CONVERT_REFUSED;
}

/* With a slash at its end, the page is a folder deeper. */
static slice address_to_move(const conversion *c) {
    slice permalink = page_front_text(&c->front, SLICE("permalink")), base = c->settings->baseurl;
    base.length -= slice_ends_with(base, SLICE("/"));
    if (!permalink.length || slice_ends_with(permalink, SLICE("/")))
        return SLICE("");
    return format_slice(c->arena, "%.*s%s%.*s", SLICE_ARGS(base), permalink.data[0] == '/' ? "" : "/",
                        SLICE_ARGS(permalink));
}

/* True when there is a legacy page to convert. */
static bool open_page(conversion *c) {
    c->parts = page_split(c->result->text);
    if (!c->parts.has_front) {
        c->result->state = CONVERT_NOT_A_PAGE;
        return false;
    }
    page_error error = {0, 0, {NULL, 0}};
    if (!page_read_front(c->parts.front, c->parts.front_line, c->arena, found(c), &c->front, &error)) {
        refuse_front(c, &error);
        return false;
    }
    if (page_is_tiptap(&c->parts, &c->front)) {
        c->result->state = CONVERT_ALREADY;
        return false;
    }
    c->moves_from = address_to_move(c);
    return true;
}

/* ---- the body ---------------------------------------------------------------------------------------- */

/* Jekyll: Document#render_with_liquid? */
static bool runs_liquid(const conversion *c) {
    const front_value *says = page_front_get(&c->front, SLICE("render_with_liquid"));
    return !says || !page_is_false_in_ruby(says);
}

/* The body for the Markdown parser. */
static slice run_templates(conversion *c) {
    if (!runs_liquid(c) || !liquid_is_in(c->parts.body))
        return c->parts.body;
    const convert_options *known = c->options;
    vector own = carry_page_variables(&c->parts, &c->front, known->defaults, known->default_count, c->arena);
    liquid_scope scope = c->engine->scope;
    scope.files = known->files;
    scope.file_count = known->file_count;
    scope.posts = known->posts;
    scope.post_count = known->post_count;
    scope.page = own.items;
    scope.page_count = own.count;
    carry_begin(&c->carry, c->parts.body, c->parts.body_line, &scope);
    return c->carry.page.text;
}

/* Lines of the text that the templates made → lines of the page. */
static void restore_lines(conversion *c, line_map *lines, size_t first_finding) {
    const liquid_page *page = &c->carry.page;
    for (size_t i = 0; page->lines.count && i < lines->marks.count; i++) {
        line_mark *m = vector_at(&lines->marks, i);
        m->line = liquid_line(page, c->parts.body_line, m->line);
    }
    for (size_t i = first_finding; page->lines.count && i < found(c)->items.count; i++) {
        finding *f = findings_at(found(c), i);
        f->line = liquid_line(page, c->parts.body_line, f->line);
    }
}

static legacy_result read_markdown(conversion *c, slice text, findings *into) {
    if (!c->tree)
        begin_tree(c);
    legacy_options options = {.items = c->settings->kramdown,
                              .count = c->settings->kramdown_count,
                              .results = c->options->keep_html ? c->arena : c->known};
    legacy_result read = legacy_to_html(text, c->parts.body_line, &options, begin_stage(c), into);
    begin_stage(c); /* its tree takes more room than that of the page */
    return read;
}

static dom_node *read_other_text(void *context, slice text) {
    conversion *c = context;
    findings unused = findings_new(c->arena);
    slice html = read_markdown(c, text, &unused).html;
    dom_node *tree = dom_parse(html, NULL, c->tree, NULL);
    dom_browse(tree, c->tree, NULL);
    return tree;
}

static dom_node *read_legacy_body(conversion *c) {
    slice body = run_templates(c);
    size_t first_finding = found(c)->items.count;
    legacy_result read = read_markdown(c, body, found(c));
    restore_lines(c, &read.lines, first_finding);
    if (c->options->keep_html) {
        c->result->before_lines = read.lines;
        c->result->before_html = carry_restore_html(&c->carry, read.html, &c->result->before_lines);
    }
    dom_node *tree = dom_parse(read.html, &read.lines, c->tree, found(c));
    if (!c->options->keep_html)
        vector_drop(&read.lines.marks);
    dom_browse(tree, c->tree, found(c));
    carry_note_places(&c->carry, read.html, tree, read_other_text, c);
    return tree;
}

/* What visitors read of a page whose front matter cannot be read. */
static void show_refused(conversion *c) {
    findings unused = findings_new(c->arena);
    if (!c->options->keep_html || c->result->state != CONVERT_REFUSED)
        return;
    legacy_result read = read_markdown(c, c->parts.body, &unused);
    c->result->before_lines = read.lines;
    c->result->before_html = read.html;
}

static int compare_linked_ids(const void *one, const void *other) {
    return slice_compare(((const convert_linked_id *)one)->id, ((const convert_linked_id *)other)->id);
}

const convert_linked_id *find_linked(const convert_linked_id *all, size_t count, slice id) {
    return count ? bsearch(&(convert_linked_id){.id = id}, all, count, sizeof *all, compare_linked_ids)
                 : NULL;
}

/* A place that links lead to, as it was found. */
typedef struct linked_place {
    const convert_linked_id *linked;
    slice name; /* of the element */
    uint32_t line;
} linked_place;

static void find_linked_id(const conversion *c, const dom_node *node, slice id, bool *seen, vector *out) {
    const convert_linked_id *all = c->options->linked_ids,
                            *linked = find_linked(all, c->options->linked_id_count, id);
    if (!linked || seen[linked - all]) /* of two places with one id, links lead to the first */
        return;
    seen[linked - all] = true;
    *(linked_place *)vector_push(out) =
        (linked_place){linked, slice_copy(dom_name(node), c->arena), node->line};
}

/* Asked of the page as it was: rules and survey take elements away. */
static vector find_linked_ids(const conversion *c, const dom_node *body) {
    vector out = vector_new(c->arena, sizeof(linked_place));
    if (!c->options->linked_id_count)
        return out;
    bool *seen = arena_zeroed(c->arena, c->options->linked_id_count);
    for (const dom_node *node = body; node; node = dom_next(node, body)) {
        const slice *id = dom_attribute_get(node, SLICE("id"));
        const slice *name = node->tag == DOM_TAG_A ? dom_attribute_get(node, SLICE("name")) : NULL;
        if (id)
            find_linked_id(c, node, *id, seen, &out);
        if (name)
            find_linked_id(c, node, *name, seen, &out);
    }
    return out;
}

/* The schema holds no ids. */
static void report_linked_ids(conversion *c, const vector *linked, const places *p) {
    for (size_t i = 0; i < linked->count; i++) {
        const linked_place *one = vector_at(linked, i);
        slice directive = places_directive(p, one->linked->id);
        bool followed = directive.length && one->linked->is_followed;
        slice more = SLICE("");
        *(convert_place *)vector_push(&c->result->places) = (convert_place){one->linked->id, directive};
        if (one->linked->others)
            more = format_slice(c->arena, " and %u more", one->linked->others);
        findings_add(found(c), followed ? FINDING_ID_NAMED : FINDING_ID_LINKED, one->line,
                     "`%.*s` on <%.*s>, linked from %.*s:%u%.*s", SLICE_ARGS(one->linked->id),
                     SLICE_ARGS(one->name), SLICE_ARGS(one->linked->from), one->linked->line,
                     SLICE_ARGS(more));
    }
}

/* ---- how it was seen --------------------------------------------------------------------------------- */

/* Whether a style sheet sets what is inside side by side. */
static bool holds_columns(css_cascade *styles, const dom_node *node) {
    const css_declaration *d = node->first_child && node->first_child != dom_last_child(node)
                                   ? css_winner(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY)
                                   : NULL;
    return (d && !d->is_hint &&
            css_computed_is(styles, node, CSS_DISPLAY, "flex grid inline-flex inline-grid")) ||
           css_computed_is(styles, node, CSS_FLOAT, "left right");
}

/* Whether the page has pictures, frames or columns: of others nothing hangs on sizes. */
static bool has_size(css_cascade *styles, const dom_node *body) {
    for (const dom_node *at = body; at; at = dom_next(at, body))
        if (dom_is(at, DOM_TAG_IMG) || dom_is(at, DOM_TAG_IFRAME) ||
            (at->type == DOM_ELEMENT && (css_effects(styles, at) || dom_attribute_get(at, SLICE("style"))) &&
             holds_columns(styles, at)))
            return true;
    return false;
}

static layout *lay_out(conversion *c, const dom_node *body, css_cascade *cascade, double column,
                       bool pictures_only, layout *other) {
    layout_options options = {.column = column,
                              .other = other,
                              .pictures_only = pictures_only,
                              .picture_size = c->options->picture_size,
                              .context = c->options->picture_context};
    return layout_page(cascade, body, &options, c->known);
}

static const layout *lay_out_on_phone(conversion *c, const dom_node *body, css_cascade *styles_on_desk,
                                      layout *desk) {
    bool pictures_only = !layout_has_columns(desk); /* columns hang on all heights */
    css_cascade *cascade = css_cascade_new_of_other(styles_on_desk, c->engine->phone_sheets);
    const layout *phone =
        lay_out(c, body, cascade, c->engine->theme.express.phone_column, pictures_only, desk);
    css_cascade_end_other(cascade);
    return phone;
}

static express_seen see_page(conversion *c, dom_node *body, css_cascade *styles) {
    express_seen seen = {.theme = &c->engine->theme.express, .cascade = styles};
    if (!has_size(styles, body))
        return seen;
    bool pictures_only = layout_is_one_column(styles, body, c->known);
    layout *desk = lay_out(c, body, styles, seen.theme->column, pictures_only, NULL);
    seen.desk = desk;
    seen.phone = lay_out_on_phone(c, body, styles, desk);
    return seen;
}

static bool seen_size(const void *context, const dom_node *picture, double *width, double *height) {
    const layout *desk = context;
    const layout_box *box = desk ? layout_box_of(desk, picture) : NULL;
    if (!box || !box->known)
        return false;
    *width = box->width;
    *height = box->height;
    return true;
}

/* What express asks of more than the walk is at: the boxes around a table (was_whole_on_phone), and the style
 * of a picture that it makes of something else. */
static bool holds_looked_up(const dom_node *body) {
    for (const dom_node *at = body; at; at = dom_next(at, body))
        if (at->tag == DOM_TAG_TABLE || dom_tag_has(at->tag, DOM_REPLACED | DOM_FIELD))
            return true;
    return false;
}

/* Where the page's tree is to go: a large one behind the walk that expresses it, node by node, unless boxes
 * are found by them, or may be yet; others with the stage's arena, which it has from now on. */
static void begin_expression(conversion *c, const dom_node *body, express_seen *seen) {
    convert_worker *w = c->worker;
    arena *stage = begin_stage(c);
    if (c->tree == c->arena)
        return;
    seen->uses_up = c->parts.body.length >= LARGE_PAGE && !seen->desk && !holds_looked_up(body);
    if (seen->uses_up)
        return;
    w->stage = c->tree;
    w->tree = c->tree = stage;
}

static void end_expression(conversion *c, dom_node *written, const express_seen *seen) {
    if (c->tree == c->arena)
        return;
    dom_own_attributes(written, c->tree);
    end_tree(c, c->known);
    if (!seen->uses_up)
        begin_stage(c);
}

static tiptap_node *read_document(conversion *c, dom_node *body, css_cascade *styles, express_survey *survey,
                                  express_seen *seen) {
    begin_expression(c, body, seen);
    dom_node *written = express_page(body, survey, seen, c->tree, found(c));
    if (css_cascade_exhausted(styles)) /* elements from some place on were seen without their styles */
        arena_pay(c->arena, UINT64_MAX - arena_steps(c->arena));
    end_expression(c, written, seen);
    tiptap_node *document = tiptap_parse(written, c->tree, NULL);
    tiptap_complete(document, c->tree);
    return document;
}

static tiptap_node *fit_body(conversion *c, dom_node *body, css_cascade *styles, express_survey *survey) {
    express_follow_display(body, styles, c->tree, found(c));
    express_seen seen = see_page(c, body, styles);
    if (c->settings->side_by_side == CONVERT_SIDE_KEEP)
        express_mark_beside(body, &seen, c->tree);
    mapping_options shapes = {.box_mark = SLICE(EXPRESS_CELL),
                              .styles = styles,
                              .tells_why = true,
                              .link_text = c->engine->settings.card_link_text,
                              .picture_size = seen_size,
                              .context = seen.desk,
                              .is_hidden = express_is_hidden,
                              .scratch = c->tree == c->arena ? NULL : begin_stage(c)};
    mapping_apply(c->engine->rules, body, &shapes, c->tree, found(c), c->result->account);
    express_put_beside(body, &seen, c->tree, found(c));
    return read_document(c, body, styles, survey, &seen);
}

/* ---- assets ------------------------------------------------------------------------------------------ */

/* A relative address leads where it did, from the page's new address too. What Liquid begins may be one. */
static slice lead_as_before(conversion *c, slice url, uint32_t line, bool note) {
    slice own = slice_trim(url);
    if (!c->moves_from.length || !dom_is_relative(own) || liquid_may_hold(slice_sub(own, 0, 4)))
        return url;
    slice now = dom_resolve(c->moves_from, own, c->arena);
    finding *one = note ? findings_add(found(c), FINDING_ADDRESS_RELATIVE, line, "%.*s, now %.*s",
                                       SLICE_ARGS(own), SLICE_ARGS(now))
                        : NULL;
    if (one)
        one->before = own, one->after = now;
    return now;
}

/* The URL that the page is to hold in place of `url`; the reference is noted where `note` says so. */
static slice bring_home(conversion *c, slice url, asset_use use, uint32_t line, bool note) {
    asset_reference reference;
    if (liquid_may_hold(url) || !asset_rewrite_url(c->engine->assets, url, use, c->arena, &reference))
        return url;
    reference.line = line;
    if (note) {
        *(asset_reference *)vector_push(&c->result->assets) = reference;
        asset_add_finding(&reference, found(c), line);
    }
    return reference.url;
}

static void note_missing(conversion *c, slice url, uint32_t line) {
    if (!c->options->lacks_file || liquid_may_hold(url) ||
        !c->options->lacks_file(c->options->picture_context, url))
        return;
    if (!c->missing.count++) {
        c->missing.first = url;
        c->missing.line = line;
    }
}

/* Once a page: they were missing before, so nothing has changed for visitors. */
static void report_missing(conversion *c) {
    size_t more = c->missing.count - 1;
    if (!c->missing.count)
        return;
    if (more)
        findings_add(found(c), FINDING_PICTURE_MISSING, c->missing.line, "%.*s, and %zu more",
                     SLICE_ARGS(c->missing.first), more);
    else
        findings_add(found(c), FINDING_PICTURE_MISSING, c->missing.line, "%.*s",
                     SLICE_ARGS(c->missing.first));
}

static bool visit_url(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    asset_use use = attribute == TIPTAP_IMAGE_SRC ? ASSET_PICTURE : ASSET_LINK;
    slice was = *url, own = lead_as_before(context, was, line, true);
    *url = bring_home(context, own, use, line, true);
    if (use == ASSET_PICTURE && url->data == own.data)
        note_missing(context, own, line);
    return url->data != was.data;
}

static void rewrite_front(conversion *c, slice key, asset_use use) {
    const front_value *value = page_front_get(&c->front, key);
    if (!value || value->kind != FRONT_STRING)
        return;
    slice url = bring_home(c, value->text, use, value->line, true);
    if (url.data != value->text.data)
        page_front_set(&c->front, key, url, c->arena);
}

/* The self-check compares with the addresses that the new page is meant to hold. */
static void rewrite_view(conversion *c, vector *urls, asset_use use) {
    for (size_t i = 0; i < urls->count; i++) {
        view_url *u = vector_at(urls, i);
        u->url = bring_home(c, lead_as_before(c, u->url, 0, false), use, u->line, false);
    }
}

static void rewrite_changes(conversion *c) {
    for (size_t i = 0; i < found(c)->changes.count; i++) {
        change *one = vector_at(&found(c)->changes, i);
        if (one->kind == CHANGE_LINK || one->kind == CHANGE_PICTURE)
            one->before = bring_home(c, lead_as_before(c, one->before, 0, false),
                                     one->kind == CHANGE_LINK ? ASSET_LINK : ASSET_PICTURE, 0, false);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------- */

/* The CMS has put a slash to the permalink: menus, redirects and links that name it without one are reported.
 */
static void report_named_address(conversion *c) {
    const convert_named_address *named = c->options->named_address;
    const front_value *permalink = page_front_get(&c->front, SLICE("permalink"));
    if (!named || !permalink || permalink->kind != FRONT_STRING ||
        slice_ends_with(permalink->text, SLICE("/")))
        return;
    findings_add(found(c), FINDING_ADDRESS_NAMED, permalink->line, "%.*s, named by %.*s",
                 SLICE_ARGS(named->address), SLICE_ARGS(named->places));
}

/* What else the site's build writes where it writes the page. */
static void report_rivals(conversion *c) {
    const front_value *permalink = page_front_get(&c->front, SLICE("permalink"));
    uint32_t line = permalink ? permalink->line : c->parts.front_line;
    slice address = page_front_text(&c->front, SLICE("permalink")), shared = c->options->address_shared,
          redirected = c->options->address_redirected;
    if (shared.length)
        findings_add(found(c), FINDING_ADDRESS_SHARED, line, "%.*s%sof %.*s", SLICE_ARGS(address),
                     address.length ? ", that " : "that ", SLICE_ARGS(shared));
    if (redirected.length && c->moves_from.length)
        findings_add(found(c), FINDING_ADDRESS_REDIRECTED, line, "%.*s/, in `redirect_from` of %.*s",
                     SLICE_ARGS(address), SLICE_ARGS(redirected));
}

/* Only one of two pages at one address is published. */
static bool refuse_taken_address(conversion *c) {
    const front_value *permalink = page_front_get(&c->front, SLICE("permalink"));
    if (!c->options->address_of.length || !permalink)
        return false;
    c->result->state = CONVERT_REFUSED;
    findings_add(found(c), FINDING_ADDRESS_TAKEN, permalink->line, "%.*s/, the address of %.*s",
                 SLICE_ARGS(permalink->text), SLICE_ARGS(c->options->address_of));
    return true;
}

/* Jekyll: Excerpt#extract_excerpt. The save form puts a page's blocks behind each other. */
static void report_excerpt(conversion *c, slice body) {
    slice separator = c->options->excerpt_separator,
          own = page_front_text(&c->front, SLICE("excerpt_separator"));
    if (!separator.length || page_front_get(&c->front, SLICE("excerpt")))
        return;
    separator = own.length ? own : separator;
    size_t at = slice_find(c->parts.body, separator, 0);
    slice behind = at == SLICE_NONE ? SLICE("") : slice_from(c->parts.body, at + separator.length);
    if (slice_trim(behind).length && slice_find(body, separator, 0) == SLICE_NONE)
        findings_add(found(c), c->options->excerpt_is_in_lists ? FINDING_EXCERPT : FINDING_EXCERPT_IN_FEED,
                     c->parts.body_line, "%.*s",
                     SLICE_ARGS(utf8_head(slice_trim(slice_sub(c->parts.body, 0, at)), 80)));
}

static bool write_page(conversion *c, slice body) {
    page_error error = {0, 0, {NULL, 0}};
    buffer out = buffer_new(c->arena, c->parts.front.length + body.length + 256);
    page_front_set(&c->front, SLICE("variant"), SLICE("tiptap"), c->arena);
    if (!page_write_front(&c->front, c->arena, found(c), &out, &error)) {
        refuse_front(c, &error);
        return false;
    }
    report_named_address(c);
    report_rivals(c);
    report_excerpt(c, body);
    if (refuse_taken_address(c))
        return false;
    buffer_append(&out, body);
    buffer_append_char(&out, '\n');
    c->result->output = buffer_slice(&out);
    c->result->after_html = slice_sub(c->result->output, out.length - 1 - body.length, out.length - 1);
    return true;
}

static bool is_stable(conversion *c, const save_settled *saved) {
    if (!saved->stable && !saved->too_deep)
        findings_add(found(c), FINDING_NOT_STABLE, 0,
                     "each time the editor saves it, it would write something else");
    return saved->stable;
}

/* The document as it is saved, with the page's Liquid back in it. False: it never settles. */
static bool save_document(conversion *c, tiptap_node *document, arena *stage, save_settled *saved) {
    if (c->carry.page.carried.count)
        carry_put_back(&c->carry, document);
    *saved = save_settle(document, stage, found(c));
    if (saved->stable && !c->carry.page.carried.count && runs_liquid(c) && liquid_is_in(saved->body)) {
        carry_put_back(&c->carry, document); /* braces that stand for themselves */
        *saved = save_settle(document, stage, found(c));
    }
    return is_stable(c, saved);
}

/* Links to places in the page name the text there as it is saved. The body lives until the next stage. */
static bool save_with_links(conversion *c, tiptap_node *document, const view *before, const vector *linked,
                            slice *body) {
    save_settled saved;
    places *p = places_find_links(document, before, c->settings, c->options, c->arena, found(c));
    arena *stage = begin_stage(c);
    if (!save_document(c, document, stage, &saved))
        return false;
    while (p && places_set_links(p, saved.document, dom_parse(saved.body, NULL, stage, NULL))) {
        arena_pay(c->arena, STEPS_OF_SAVED_BYTE * saved.body.length);
        saved = save_settle(saved.document, stage, found(c));
        if (!is_stable(c, &saved))
            return false;
    }
    if (p)
        places_report(p);
    report_linked_ids(c, linked, p);
    *body = saved.body;
    return true;
}

/* The self-check: nothing that visitors read, and nothing that the site's build runs, has gone in silence. */
static void check_page(conversion *c, view *before, slice written) {
    rewrite_view(c, &before->images, ASSET_PICTURE);
    rewrite_view(c, &before->links, ASSET_LINK);
    rewrite_changes(c);
    if (runs_liquid(c) && (c->carry.page.carried.count || liquid_is_in(written)))
        written = carry_check(&c->carry, written);
    if (c->carry.is_refused)
        return;
    arena *stage = begin_stage(c);
    view after = view_take_html(written, before->text.length, stage);
    view_compare(before, &after, found(c), stage);
}

/* Returns what visitors read. The step that makes text of markers is checked on its own: those that it wrote
 * are not to get lost behind it either. */
static view write_markers(conversion *c, dom_node *body, css_cascade *styles) {
    view given = view_take(body, c->parts.body.length, c->arena);
    size_t changes = found(c)->changes.count;
    express_marking wanted = {c->settings->list_markers == CONVERT_MARKERS_TEXT, &c->engine->theme.icons};
    if (!express_write_markers(body, styles, &wanted, c->tree, found(c)))
        return given;
    view marked = view_take(body, given.text.length, c->arena);
    view_compare(&given, &marked, found(c), c->tree);
    found(c)->changes.count = changes;
    return marked;
}

/* False: it is refused. */
static bool write_document(conversion *c, tiptap_node *document, const view *before, const vector *linked) {
    tiptap_visit_urls(document, visit_url, c, c->arena);
    report_missing(c);
    rewrite_front(c, SLICE("image"), ASSET_PICTURE);
    rewrite_front(c, SLICE("file_url"), ASSET_LINK);
    if (c->options->inspect)
        c->options->inspect(c->options->context, document);
    slice saved;
    c->result->state = CONVERT_REFUSED;
    return save_with_links(c, document, before, linked, &saved) && write_page(c, saved);
}

static void convert_body(conversion *c) {
    dom_node *body = read_legacy_body(c);
    if (c->carry.is_refused) {
        c->result->state = CONVERT_REFUSED;
        return;
    }
    if (!slice_trim(c->parts.body).length)
        findings_add(found(c), FINDING_PAGE_WITHOUT_TEXT, c->parts.body_line, "nothing");
    if (c->settings->unfollowed.length)
        findings_add(found(c), FINDING_SETTINGS_UNFOLLOWED, 0, "%.*s", SLICE_ARGS(c->settings->unfollowed));
    vector linked = find_linked_ids(c, body);
    css_cascade *styles = css_cascade_new_cached(c->worker->styles, body, c->known);
    css_cascade_settle(styles); /* the stages that follow change the tree */
    express_part_words(body, styles, c->tree, found(c));
    view before = write_markers(c, body, styles);
    if (c->settings->in_page_links == CONVERT_LINKS_REMOVE)
        places_remove_links(body, found(c));
    express_show_posts(body, &c->engine->theme.express, c->tree, found(c));
    express_survey *survey = express_survey_page(body, styles, c->tree, found(c));
    carry_note_words(&c->carry, body);
    bool written = write_document(c, fit_body(c, body, styles, survey), &before, &linked);
    end_tree(c, c->tree);
    if (!written)
        return;
    check_page(c, &before, c->result->after_html);
    carry_restore_findings(&c->carry);
    c->result->state = c->carry.is_refused ? CONVERT_REFUSED : CONVERT_DONE;
}

/* ---- pages in the new form -------------------------------------------------------------------------------
 */

static slice trim_end(slice s) {
    while (s.length && is_space(s.data[s.length - 1]))
        s.length--;
    return s;
}

/* What the editor makes of the body, with the addresses of downloaded files; nothing is mapped. A page
 * without a body (one that is a file, or a link) has none afterwards. False: it never settles. */
static bool mend_body(conversion *c, slice *body) {
    *body = SLICE("");
    if (!slice_trim(c->parts.body).length)
        return true;
    tiptap_node *document = save_load(c->parts.body, c->parts.body_line, c->arena);
    tiptap_visit_urls(document, visit_url, c, c->arena);
    saving_number_lists(document, c->arena);
    save_settled saved = save_settle(document, begin_stage(c), found(c));
    *body = saved.body;
    return is_stable(c, &saved);
}

static void mend_page(conversion *c, slice bytes) {
    slice body;
    saving page = {.body = c->parts.body,
                   .first_line = c->parts.body_line,
                   .engine = c->engine,
                   .linked_ids = c->options->linked_ids,
                   .linked_id_count = c->options->linked_id_count,
                   .carry = &c->carry,
                   .arena = c->arena,
                   .found = found(c)};
    c->result->state = CONVERT_REFUSED;
    rewrite_front(c, SLICE("image"), ASSET_PICTURE);
    rewrite_front(c, SLICE("file_url"), ASSET_LINK);
    if (!mend_body(c, &body) || !write_page(c, body))
        return;
    c->result->state = CONVERT_DONE;
    if (slice_equal(trim_end(c->result->output), trim_end(bytes)))
        c->result->state = CONVERT_ALREADY;
    if (slice_equal(trim_end(c->result->after_html), trim_end(c->parts.body)))
        return;
    if (runs_liquid(c))
        carry_keep(&c->carry, c->parts.body, c->parts.body_line);
    view before = saving_look(&page);
    saving_report_markdown(&page, c->result->after_html);
    saving_report_links(&page, &before);
    saving_report_followed(&page, c->result->after_html);
    check_page(c, &before, c->result->after_html);
    carry_restore_findings(&c->carry);
    if (c->carry.is_refused)
        c->result->state = CONVERT_REFUSED;
}

/* With --strict: names what graded the page, where it begins. */
static void refuse_by_grade(convert_result *r) {
    const finding *worst = NULL;
    size_t others = 0;
    for (size_t i = 0; i < r->found.items.count; i++) {
        const finding *one = findings_at(&r->found, i);
        if (one->accepted.length || finding_describe(one->code)->grade != r->grade)
            continue;
        others += worst != NULL;
        worst = worst ? worst : one;
    }
    const finding_info *info = worst ? finding_describe(worst->code) : NULL;
    slice more = others ? format_slice(r->found.arena, ", and %zu more", others) : SLICE("");
    findings_add(&r->found, FINDING_REFUSED_BY_GRADE, worst ? worst->line : 0,
                 "the page is graded %s%s%s%s%.*s%.*s", grade_name(r->grade), info ? ": " : "",
                 info ? info->name : "", info ? ", " : "", SLICE_ARGS(worst ? worst->detail : SLICE("")),
                 SLICE_ARGS(more));
    r->grade = GRADE_REFUSED;
}

static void settle_state(conversion *c, slice bytes) {
    convert_result *r = c->result;
    if (r->state == CONVERT_ALREADY || r->state == CONVERT_NOT_A_PAGE)
        r->found = findings_new(c->arena); /* what a page left alone holds is none of our business */
    else if (c->options->accept)
        c->options->accept(c->options->accept_context, page_split(r->text).front, &r->found);
    r->grade = findings_grade(&r->found);
    if (r->state == CONVERT_DONE && r->grade >= c->settings->refuse_at)
        refuse_by_grade(r);
    if (r->grade == GRADE_REFUSED)
        r->state = CONVERT_REFUSED;
    if (r->state != CONVERT_DONE) {
        r->output = bytes;
        r->assets.count = 0;
    }
}

static void reset_result(convert_result *result, const convert_options *options, arena *a) {
    memset(result, 0, sizeof *result);
    result->found = findings_new(a);
    result->assets = vector_new(a, sizeof(asset_reference));
    result->places = vector_new(a, sizeof(convert_place));
    if (!options->keep_account)
        return;
    result->account = arena_alloc(a, sizeof *result->account);
    *result->account = mapping_account_new(a);
}

static size_t memory_limit(const convert_settings *settings) {
    return settings->memory_limit ? settings->memory_limit : CONVERT_MEMORY;
}

size_t convert_memory_limit(const convert_engine *engine) {
    return memory_limit(&engine->settings);
}

/* Memory for a page: enough for any honest one of its size. */
static size_t memory_of(const convert_settings *settings, size_t length) {
    size_t each = settings->memory_each ? settings->memory_each : CONVERT_MEMORY_EACH,
           most = memory_limit(settings),
           own = length < most / each ? CONVERT_MEMORY_BASE + length * each : most;
    return own < most ? own : most;
}

size_t convert_memory(const convert_engine *engine, size_t length) {
    return memory_of(&engine->settings, length);
}

static uint64_t steps_of(const convert_settings *settings, size_t length) {
    size_t each = settings->steps_each ? settings->steps_each : CONVERT_STEPS_EACH;
    return CONVERT_STEPS_BASE + (uint64_t)length * each;
}

static bool grows_too_much(slice output, slice bytes, const convert_settings *settings) {
    size_t each = settings->output_each ? settings->output_each : CONVERT_OUTPUT_EACH;
    return output.length > CONVERT_OUTPUT_BASE && output.length - CONVERT_OUTPUT_BASE > bytes.length * each;
}

/* What an arena allows. */
typedef struct allowance {
    size_t memory;
    uint64_t steps;
} allowance;

/* The page's own limits, if those of the arena are not lower. Returns those. */
static allowance limit_page(slice bytes, const convert_settings *settings, arena *a) {
    allowance own = {arena_used(a) + memory_of(settings, bytes.length),
                     arena_steps(a) + steps_of(settings, bytes.length)};
    allowance before = {arena_set_limit(a, own.memory), arena_set_steps(a, own.steps)};
    if (before.memory && before.memory < own.memory)
        arena_set_limit(a, before.memory);
    if (before.steps && before.steps < own.steps)
        arena_set_steps(a, before.steps);
    return before;
}

static void put_limits_back(arena *a, allowance before) {
    arena_set_limit(a, before.memory);
    arena_set_steps(a, before.steps);
}

static bool too_large(slice bytes, const convert_settings *settings) {
    return bytes.length > (settings->size_limit ? settings->size_limit : SIZE_LIMIT);
}

/* `setting`: what allows no more. */
static void refuse_large(convert_result *result, slice bytes, const char *needs, const char *setting) {
    findings_add(&result->found, FINDING_PAGE_TOO_LARGE, 0, "%zu bytes%s: more than %s allows", bytes.length,
                 needs, setting);
    result->state = CONVERT_REFUSED;
}

static void refuse_for_effort(convert_result *result, slice bytes, const convert_settings *settings,
                              bool out_of_steps) {
    if (out_of_steps) {
        refuse_large(result, bytes, ", and the steps that it takes", "--page-steps");
        return;
    }
    bool is_most = memory_of(settings, bytes.length) == memory_limit(settings);
    refuse_large(result, bytes, ", and the memory that it takes",
                 is_most ? "--page-memory-limit" : "--page-memory");
}

static void convert_bytes(conversion *c, slice bytes) {
    if (too_large(bytes, c->settings)) {
        refuse_large(c->result, bytes, "", "--page-limit");
    } else {
        repair_page(c, bytes);
        if (open_page(c))
            convert_body(c);
        else if (c->result->state == CONVERT_ALREADY && c->options->mend_new)
            mend_page(c, bytes);
        else
            show_refused(c);
        if (c->result->state == CONVERT_DONE && grows_too_much(c->result->output, bytes, c->settings))
            refuse_large(c->result, bytes, ", and what it becomes", "--page-output");
    }
    settle_state(c, bytes);
}

/* A page for which the arena had no room or no steps: nothing of it is kept. False: there is no room for the
 * finding either. */
static bool refuse_exhausted(conversion *c, slice bytes, bool out_of_steps) {
    jmp_buf exhausted;
    arena_reset(c->arena);
    memset(c->result, 0, sizeof *c->result);
    if (setjmp(exhausted) != 0) {
        c->result->output = bytes;
        c->result->state = CONVERT_REFUSED;
        c->result->grade = GRADE_REFUSED;
        return false;
    }
    arena_on_exhausted(c->arena, &exhausted);
    reset_result(c->result, c->options, c->arena);
    refuse_for_effort(c->result, bytes, c->settings, out_of_steps);
    settle_state(c, bytes);
    return true;
}

bool convert_page(const convert_engine *engine, slice bytes, const convert_options *options, arena *a,
                  convert_result *result) {
    static const convert_options NOTHING;
    allowance limits = limit_page(bytes, &engine->settings, a);
    jmp_buf exhausted, *before = arena_on_exhausted(a, NULL);
    conversion c = {.worker = convert_worker_take(engine),
                    .engine = engine,
                    .settings = &engine->settings,
                    .options = options ? options : &NOTHING,
                    .arena = a,
                    .result = result,
                    .carry = carry_none(a, &result->found)};
    if (setjmp(exhausted) != 0) {
        bool in_memory = !arena_is_out_of_memory(a), out_of_steps = arena_is_out_of_steps(a);
        if (c.worker) {
            out_of_steps = out_of_steps || arena_is_out_of_steps(c.worker->stage) ||
                           arena_is_out_of_steps(c.worker->tree) || arena_is_out_of_steps(c.worker->known);
            in_memory = convert_worker_clear(c.worker) && in_memory;
        }
        convert_worker_give_back(engine, c.worker);
        in_memory = refuse_exhausted(&c, bytes, out_of_steps) && in_memory;
        arena_on_exhausted(a, before);
        put_limits_back(a, limits);
        return in_memory;
    }
    arena_on_exhausted(a, &exhausted);
    if (!c.worker)
        arena_fail(a);
    convert_worker_on_exhausted(c.worker, &exhausted);
    reset_result(result, c.options, a);
    convert_bytes(&c, bytes);
    convert_worker_give_back(engine, c.worker);
    arena_on_exhausted(a, before);
    put_limits_back(a, limits);
    return true;
}

/* ---- what it needs of other hosts ---------------------------------------------------------------------- */

static void collect_front(const conversion *c, slice key, asset_use use, vector *references) {
    asset_reference reference;
    if (asset_rewrite_url(c->engine->assets, page_front_text(&c->front, key), use, c->arena, &reference))
        *(asset_reference *)vector_push(references) = reference;
}

/* What a tag of Liquid is part of is no address before the site is built. */
static void drop_carried(dom_node *tree) {
    for (dom_node *node = tree; node; node = dom_next(node, tree))
        for (size_t i = 0; i < dom_attribute_count(node); i++)
            if (liquid_may_hold(node->attributes[i].value))
                node->attributes[i].value = SLICE("");
}

static void collect_assets(conversion *c, slice bytes, vector *references) {
    if (too_large(bytes, c->settings))
        return;
    repair_page(c, bytes);
    bool is_legacy = open_page(c);
    if (!is_legacy && c->result->state != CONVERT_ALREADY)
        return;
    collect_front(c, SLICE("image"), ASSET_PICTURE, references);
    collect_front(c, SLICE("file_url"), ASSET_LINK, references);
    dom_node *tree = is_legacy ? read_legacy_body(c) : dom_parse(c->parts.body, NULL, c->arena, NULL);
    drop_carried(tree);
    asset_collect_tree(c->engine->assets, tree, c->arena, references);
}

void convert_collect_assets(const convert_engine *engine, slice bytes, arena *a, vector *references) {
    static const convert_options NOTHING;
    allowance limits = limit_page(bytes, &engine->settings, a);
    jmp_buf exhausted, *before = arena_on_exhausted(a, NULL);
    bool starved = false;
    convert_result result;
    conversion c = {.engine = engine,
                    .settings = &engine->settings,
                    .options = &NOTHING,
                    .arena = a,
                    .result = &result,
                    .carry = carry_none(a, &result.found)};
    if (setjmp(exhausted) == 0) {
        arena_on_exhausted(a, &exhausted);
        reset_result(&result, c.options, a);
        collect_assets(&c, bytes, references);
    } else {
        starved = arena_is_out_of_memory(a);
        arena_reset(a);
        references->count = 0;
    }
    arena_on_exhausted(a, before);
    put_limits_back(a, limits);
    if (starved)
        arena_fail(a);
}
