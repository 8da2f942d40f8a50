/* `isomerize explain SITE`: what the rules made of all shapes of a site, most frequent first: which rules
 * took how many, what was left, and which condition of which rule it was that failed.
 *
 * Comes in: the site's pages. Goes out: totals, each with the first place it stands for. Writes nothing.
 */
#include "explain.h"
#include "show.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_SHOWN 12 /* of each kind, without --verbose */

typedef enum row_kind { ROW_RULE, ROW_LEFT, ROW_MISS, ROW_KINDS } row_kind;

static const struct {
    const char *name, *heading;
} KINDS[ROW_KINDS] = {{"rule", "taken by rules"},
                      {"left", "left as they are, by their element"},
                      {"miss", "near misses: the rule that came closest, and what did not hold"}};

typedef struct row {
    row_kind kind;
    slice subject,
        more;    /* a rule and its block; an element and why no rule looked at it; a rule and a condition */
    slice words; /* of a rule: its block, for people */
    size_t times, pages, last_page, number;
    slice page; /* the first one, and its line there */
    uint32_t line;
} row;

typedef struct survey {
    hash_map known; /* kind, subject, more → number + 1 in rows */
    vector rows;    /* of row */
    size_t shapes[MAPPING_PART + 1], states[CONVERT_REFUSED + 1], unread, pages;
    arena *a, *page;
} survey;

static row *count_row(survey *t, row_kind kind, slice subject, slice more, slice path, uint32_t line) {
    slice key =
        format_slice(t->page, "%d%c%.*s%c%.*s", (int)kind, 0, SLICE_ARGS(subject), 0, SLICE_ARGS(more));
    void *known = map_get(&t->known, key);
    if (!known) {
        *(row *)vector_push(&t->rows) = (row){.kind = kind,
                                              .subject = slice_copy(subject, t->a),
                                              .more = slice_copy(more, t->a),
                                              .number = t->rows.count,
                                              .page = path,
                                              .line = line};
        known = (void *)(uintptr_t)t->rows.count;
        *map_put(&t->known, slice_copy(key, t->a), NULL) = known;
    }
    row *of = vector_at(&t->rows, (uintptr_t)known - 1);
    of->times++;
    of->pages += of->last_page != t->pages;
    of->last_page = t->pages;
    return of;
}

/* The condition of one place as that of many: "3 boxes alike" and "(line 12)" with N for the numbers. */
static slice without_numbers(slice text, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t i = 0; i < text.length; i++) {
        bool digit = is_digit(text.data[i]);
        if (digit && i && is_digit(text.data[i - 1]))
            continue;
        buffer_append_char(&out, digit ? 'N' : text.data[i]);
    }
    return buffer_slice(&out);
}

static void count_shape(survey *t, const mapping_shape *s, slice path) {
    const mapping_miss *nearest = mapping_nearest_miss(s);
    t->shapes[s->state]++;
    if (s->state == MAPPING_CLAIMED) {
        row *of = count_row(t, ROW_RULE, s->rule, s->block, path, s->line);
        if (!of->words.length)
            of->words = slice_copy(s->becomes, t->a);
    }
    if (s->state != MAPPING_UNCLAIMED)
        return;
    count_row(t, ROW_LEFT, s->element, nearest ? SLICE("") : s->reason, path, s->line);
    if (nearest)
        count_row(t, ROW_MISS, nearest->rule, without_numbers(nearest->condition, t->page), path, s->line);
}

static void count_page(survey *t, const site *s, slice path, const convert_engine *e) {
    slice bytes, why;
    convert_result result;
    t->pages++;
    if (!site_read(s, path, t->page, &bytes, &why)) {
        complain("%.*s: %.*s", SLICE_ARGS(site_show_path(path, t->page)), SLICE_ARGS(why));
        t->unread++;
        return;
    }
    if (!convert_page(e, bytes, &(convert_options){.keep_account = true}, t->page, &result))
        out_of_memory();
    t->states[result.state]++;
    for (size_t i = 0; result.account && i < result.account->shapes.count; i++)
        count_shape(t, vector_at(&result.account->shapes, i), path);
}

/* By kind, most frequent first, then as they came. */
static int compare_rows(const void *left, const void *right) {
    const row *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->times != b->times)
        return a->times > b->times ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* ---- showing ------------------------------------------------------------------------------------------- */

static void print_json(const row *one, arena *a) {
    static const char *const NAMES[ROW_KINDS][2] = {
        {"rule", "block"}, {"element", "reason"}, {"rule", "condition"}};
    buffer out = buffer_new(a, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "total", KINDS[one->kind].name);
    json_add_text(&json, NAMES[one->kind][0], one->subject);
    json_add_text(&json, NAMES[one->kind][1], one->more);
    json_add_number(&json, "times", (int64_t)one->times);
    json_add_number(&json, "pages", (int64_t)one->pages);
    json_add_text(&json, "page", one->page);
    json_add_number(&json, "line", one->line);
    json_close(&json, '}');
    print_json_line(&json);
}

static void print_row(const row *one, arena *a) {
    slice more = one->words.length ? one->words : one->more;
    print_line(16, "%7zu on %zu page%s  %.*s%s%.*s", one->times, one->pages, one->pages == 1 ? "" : "s",
               SLICE_ARGS(one->subject), more.length ? ": " : "", SLICE_ARGS(more));
    print_line(16, "                such as %.*s:%u", SLICE_ARGS(site_show_path(one->page, a)), one->line);
}

static void print_rows(survey *t, bool json, bool all) {
    size_t shown[ROW_KINDS] = {0}, left_out = 0;
    for (size_t i = 0; i < t->rows.count; i++) {
        const row *one = vector_at(&t->rows, i);
        arena_reset(t->page);
        if (json)
            print_json(one, t->page);
        else if (all || shown[one->kind] < ROWS_SHOWN) {
            if (!shown[one->kind]++)
                printf("%s:\n", KINDS[one->kind].heading);
            print_row(one, t->page);
        } else
            left_out++;
    }
    if (left_out)
        printf("and %zu more: --verbose shows them\n", left_out);
}

static void print_totals(const survey *t, bool json) {
    size_t shapes = t->shapes[MAPPING_CLAIMED] + t->shapes[MAPPING_PART] + t->shapes[MAPPING_UNCLAIMED];
    buffer out = buffer_new(t->page, 256);
    json_writer writer = {.out = &out};
    if (!json) {
        print_line(4,
                   "%zu page%s: %zu in the old form, %zu in the new, %zu without front matter, %zu refused",
                   t->pages, t->pages == 1 ? "" : "s", t->states[CONVERT_DONE], t->states[CONVERT_ALREADY],
                   t->states[CONVERT_NOT_A_PAGE], t->states[CONVERT_REFUSED]);
        print_shape_counts(shapes, t->shapes);
        return;
    }
    json_open(&writer, '{');
    json_add_string(&writer, "total", "site");
    json_add_number(&writer, "pages", (int64_t)t->pages);
    json_add_number(&writer, "shapes", (int64_t)shapes);
    json_add_number(&writer, "claimed", (int64_t)t->shapes[MAPPING_CLAIMED]);
    json_add_number(&writer, "part", (int64_t)t->shapes[MAPPING_PART]);
    json_add_number(&writer, "unclaimed", (int64_t)t->shapes[MAPPING_UNCLAIMED]);
    json_close(&writer, '}');
    print_json_line(&writer);
}

int explain_site(const cli_arguments *arguments, const site *s, const convert_engine *e, arena *a) {
    survey t = {.known = map_new(a, 256),
                .rows = vector_new(a, sizeof(row)),
                .a = a,
                .page = arena_new(convert_memory_limit(e))};
    bool json = option_given(arguments, OPTION_JSON);
    for (size_t i = 0; i < site_pages(s)->count; i++) {
        count_page(&t, s, *(slice *)vector_at(site_pages(s), i), e);
        arena_reset(t.page);
    }
    if (t.rows.count)
        qsort(t.rows.items, t.rows.count, sizeof(row), compare_rows);
    print_rows(&t, json, option_given(arguments, OPTION_VERBOSE));
    print_totals(&t, json);
    arena_destroy(t.page);
    return t.unread ? EXIT_ENVIRONMENT : EXIT_DONE;
}
