/* The same finding many times: findings of a code with the same detail, counted over all pages, so that a
 * person can decide on them once.
 *
 * Comes in: the pages of a report, one by one. Goes out: the groups, most frequent first, and what they are
 * in words. Memory is bounded: of a site with more different details than GROUPS_MAX, those that come first
 * are counted.
 */
#include "writer.h"

#include <stdlib.h>

#define GROUPS_MAX 20000

struct group_counts {
    hash_map by_key; /* code and detail → report_group */
    vector all;      /* of report_group * */
    arena *memory;
};

group_counts *groups_new(arena *memory) {
    group_counts *g = arena_alloc(memory, sizeof *g);
    *g = (group_counts){map_new(memory, 256), vector_new(memory, sizeof(report_group *)), memory};
    return g;
}

static report_group *find_group(group_counts *g, const finding *one, arena *scratch) {
    slice key = format_slice(scratch, "%d %.*s", (int)one->code, SLICE_ARGS(one->detail));
    report_group *group = map_get(&g->by_key, key);
    if (group || g->all.count == GROUPS_MAX)
        return group;
    group = arena_zeroed(g->memory, sizeof *group);
    group->code = one->code;
    group->detail = slice_copy(one->detail, g->memory);
    *map_put(&g->by_key, slice_copy(key, g->memory), NULL) = group;
    *(report_group **)vector_push(&g->all) = group;
    return group;
}

void groups_count(group_counts *g, const findings *found, size_t page, arena *scratch) {
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        if (finding_describe(one->code)->grade == GRADE_CLEAN)
            continue;
        report_group *group = find_group(g, one, scratch);
        if (!group)
            continue;
        group->times++;
        group->accepted += one->accepted.length > 0;
        group->pages += group->last_page != page;
        group->last_page = page;
    }
}

static int compare_groups(const void *left, const void *right) {
    const report_group *a = *(report_group *const *)left, *b = *(report_group *const *)right;
    if (a->times != b->times)
        return a->times > b->times ? -1 : 1;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    return slice_compare(a->detail, b->detail);
}

const vector *groups_sorted(group_counts *g) {
    if (g->all.count)
        qsort(g->all.items, g->all.count, sizeof(report_group *), compare_groups);
    return &g->all;
}

/* ---- in words ---------------------------------------------------------------------------------------- */

static const struct {
    slice tag;
    const char *one, *many;
} NOUNS[] = {
    {LITERAL("p"), "a paragraph", "paragraphs"},
    {LITERAL("img"), "a picture", "pictures"},
    {LITERAL("a"), "a link", "links"},
    {LITERAL("div"), "a block", "blocks"},
    {LITERAL("span"), "words", "words"},
    {LITERAL("table"), "a table", "tables"},
    {LITERAL("td"), "a table cell", "table cells"},
    {LITERAL("th"), "a table heading", "table headings"},
    {LITERAL("tr"), "a table row", "table rows"},
    {LITERAL("ul"), "a list", "lists"},
    {LITERAL("ol"), "a list", "lists"},
    {LITERAL("li"), "a list item", "list items"},
    {LITERAL("h1"), "a heading", "headings"},
    {LITERAL("h2"), "a heading", "headings"},
    {LITERAL("h3"), "a heading", "headings"},
    {LITERAL("h4"), "a heading", "headings"},
    {LITERAL("h5"), "a heading", "headings"},
    {LITERAL("h6"), "a heading", "headings"},
    {LITERAL("iframe"), "a frame", "frames"},
    {LITERAL("hr"), "a line", "lines"},
};

/* What a declaration does; the value follows. */
static const struct {
    slice property;
    const char *words;
} DOES[] = {
    {LITERAL("margin-left"), "indented by"},      {LITERAL("padding-left"), "indented by"},
    {LITERAL("text-align"), "aligned:"},          {LITERAL("color"), "in the colour"},
    {LITERAL("background-color"), "on"},          {LITERAL("font-size"), "in the size"},
    {LITERAL("font-family"), "in the font"},      {LITERAL("width"), "of the width"},
    {LITERAL("max-width"), "at most as wide as"}, {LITERAL("height"), "of the height"},
};

/* "`margin-left: 40px`" → "indented by 40px". False: it is not one declaration. */
static bool append_declaration(slice text, buffer *out) {
    size_t close = text.length > 2 && text.data[0] == '`' ? slice_find_char(text, '`', 1) : SLICE_NONE;
    size_t colon = slice_find(text, SLICE(": "), 0);
    if (close == SLICE_NONE || colon == SLICE_NONE || colon > close)
        return false;
    slice property = slice_sub(text, 1, colon), value = slice_sub(text, colon + 2, close);
    size_t i = 0, count = sizeof DOES / sizeof *DOES;
    while (i < count && !slice_equal(DOES[i].property, property))
        i++;
    if (i < count)
        buffer_printf(out, "%s %.*s", DOES[i].words, SLICE_ARGS(value));
    else
        buffer_printf(out, "with %.*s", SLICE_ARGS(slice_sub(text, 0, close + 1)));
    buffer_append(out, slice_from(text, close + 1));
    return true;
}

slice report_describe_group(const report_group *group, arena *scratch) {
    buffer out = buffer_new(scratch, 128);
    slice detail = group->detail;
    size_t close =
        detail.length && detail.data[0] == '<' ? slice_find(detail, SLICE("> with "), 0) : SLICE_NONE;
    slice tag = close == SLICE_NONE ? SLICE("") : slice_sub(detail, 1, close);
    for (size_t i = 0; tag.length && i < sizeof NOUNS / sizeof *NOUNS; i++) {
        if (!slice_equal(NOUNS[i].tag, tag))
            continue;
        buffer_printf(&out, "%s ", group->times == 1 ? NOUNS[i].one : NOUNS[i].many);
        if (append_declaration(slice_from(detail, close + 7), &out))
            return buffer_slice(&out);
        out.length = 0;
    }
    buffer_append_string(&out, finding_describe(group->code)->title);
    if (detail.length && !slice_equal(detail, slice_of(finding_describe(group->code)->title)))
        buffer_printf(&out, ": %.*s", SLICE_ARGS(detail));
    return buffer_slice(&out);
}
