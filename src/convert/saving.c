/* Pages of the editor that somebody has written into by hand: what is published of them, and goes when the
 * editor saves them. Comes in: the body. Goes out: findings, and what is compared with what was saved.
 *
 * kramdown publishes these pages too. It ends a block of HTML behind its closing tag; the editor, which reads
 * Markdown as CommonMark, at the next empty line.
 */
#include "saving.h"

#include "legacy/legacy.h"
#include "private.h"

static slice publish(const saving *s, slice text, uint32_t line, line_map *lines) {
    findings unused = findings_new(s->arena);
    const convert_settings *settings = &s->engine->settings;
    legacy_options options = {.items = settings->kramdown,
                              .count = settings->kramdown_count,
                              .plain_signs = true}; /* the editor draws none: what is typed says the same */
    legacy_result read = legacy_to_html(text, line, &options, s->arena, &unused);
    *lines = read.lines;
    return read.html;
}

/* The lines of the text that holds tags as characters → lines of the page. */
static void restore_lines(const saving *s, line_map *lines) {
    for (size_t i = 0; i < lines->marks.count; i++) {
        line_mark *m = vector_at(&lines->marks, i);
        m->line = liquid_line(&s->carry->page, s->first_line, m->line);
    }
}

view saving_look(saving *s) {
    line_map lines;
    slice text = s->carry->page.carried.count ? s->carry->page.text : s->body;
    slice html = publish(s, text, s->first_line, &lines);
    restore_lines(s, &lines);
    dom_node *tree = dom_parse(html, &lines, s->arena, s->found);
    dom_browse(tree, s->arena, s->found);
    carry_note_kept(s->carry, html, tree);
    view shown = view_take(tree, s->body.length, s->arena);
    css_cascade *styles = css_cascade_new(s->engine->sheets, tree, s->arena);
    css_cascade_settle(styles);
    s->links = saving_links(s, tree, styles);
    express_report_dropped(tree, styles, &s->engine->theme.icons, s->arena, s->found);
    if (css_cascade_exhausted(styles)) /* elements from some place on were seen without their styles */
        arena_pay(s->arena, UINT64_MAX - arena_steps(s->arena));
    return shown;
}

/* ---- links ------------------------------------------------------------------------------------------- */

void saving_report_links(const saving *s, const view *before) {
    hash_map places = map_new(s->arena, before->places.count), said = map_new(s->arena, 0);
    for (size_t i = 0; i < before->places.count; i++)
        map_put(&places, ((const view_place *)vector_at(&before->places, i))->id, NULL);
    for (size_t i = 0; i < before->links.count; i++) {
        const view_url *link = vector_at(&before->links, i);
        slice id = slice_starts_with(link->url, SLICE("#")) ? slice_from(link->url, 1) : SLICE("");
        bool leads = map_has(&places, id) || map_has(&places, slice_percent_decoded(id, s->arena));
        bool is_new = false;
        if (id.length && leads)
            map_put(&said, link->url, &is_new);
        finding *one = is_new ? findings_add(s->found, FINDING_LINK_PLACE_LOST, link->line,
                                             "a link to `%.*s`", SLICE_ARGS(link->url))
                              : NULL;
        if (one)
            one->became = SLICE("the link is kept, but leads nowhere: the editor keeps no names of places");
    }
    for (size_t i = 0; i < before->places.count; i++) {
        const view_place *one = vector_at(&before->places, i);
        const convert_linked_id *linked = find_linked(s->linked_ids, s->linked_id_count, one->id);
        if (linked)
            findings_add(s->found, FINDING_ID_LINKED, one->line, "`%.*s`, linked from %.*s:%u",
                         SLICE_ARGS(one->id), SLICE_ARGS(linked->from), linked->line);
    }
}

/* ---- Markdown ---------------------------------------------------------------------------------------- */

/* A text between blocks up to its first empty line: behind HTML, the editor reads no Markdown in it. */
static slice raw_part(slice text) {
    for (size_t at = 0, end; at < text.length; at = end + 1) {
        end = slice_find_char(text, '\n', at);
        if (end == SLICE_NONE)
            return text;
        if (at && !slice_trim(slice_sub(text, at, end)).length)
            return slice_sub(text, 0, at);
    }
    return text;
}

static size_t blank_lines_before(slice text) {
    size_t lines = 0;
    for (size_t at = 0; at < text.length && is_space(text.data[at]); at++)
        lines += text.data[at] == '\n';
    return lines;
}

/* `from`: in the text saved, where to look on. */
static void look_at_text(const saving *s, const dom_node *node, slice saved, size_t *from) {
    enum { BYTES_OF_STEP = 16 };
    slice part = raw_part(dom_text(node)), trimmed = slice_trim(part);
    uint32_t line = node->line + (uint32_t)blank_lines_before(part);
    line_map unused;
    if (!trimmed.length)
        return;
    slice typed = view_take(dom_new_text(s->arena, trimmed, line), trimmed.length, s->arena).text;
    slice shown = view_take_html(publish(s, trimmed, line, &unused), trimmed.length, s->arena).text;
    if (slice_equal(typed, shown))
        return;
    arena_pay(s->arena, (saved.length - *from) / BYTES_OF_STEP);
    size_t at = slice_find(saved, typed, *from);
    if (at == SLICE_NONE)
        return;
    *from = at + typed.length;
    findings_add_change(s->found,
                        findings_add(s->found, FINDING_MARKDOWN_AS_TEXT, line, "%.*s", SLICE_ARGS(typed)),
                        CHANGE_TEXT, shown, typed);
}

static line_map lines_of(const saving *s) {
    line_map lines = line_map_new(s->arena);
    uint32_t line = s->first_line;
    for (size_t at = 0; at != SLICE_NONE; line++) {
        line_map_add(&lines, at, line);
        size_t end = slice_find_char(s->body, '\n', at);
        at = end == SLICE_NONE ? end : end + 1;
    }
    return lines;
}

void saving_report_markdown(const saving *s, slice saved) {
    line_map lines = lines_of(s);
    const dom_node *tree = dom_parse(s->body, &lines, s->arena, NULL);
    slice words = view_take_html(saved, saved.length, s->arena).text;
    size_t from = 0;
    for (const dom_node *node = tree->first_child; node; node = node->next)
        if (node->type == DOM_TEXT)
            look_at_text(s, node, words, &from);
}

/* ---- numbers ----------------------------------------------------------------------------------------- */

bool saving_number_lists(tiptap_node *document, arena *a) {
    bool any = false;
    for (tiptap_node *at = document; at; at = tiptap_next(at, document))
        if (at->type == TIPTAP_ORDERED_LIST &&
            slice_equal(tiptap_get(at, TIPTAP_ORDERED_LIST_START), SLICE("NaN"))) {
            tiptap_set(at, TIPTAP_ORDERED_LIST_START, SLICE("1"), a);
            any = true;
        }
    return any;
}
