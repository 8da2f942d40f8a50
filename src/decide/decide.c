/* Decisions put together, and what they say of a page. */
#include "decide.h"

#include <stdlib.h>

const char *decide_kind_name(decide_kind kind) {
    static const char *const names[] = {"none", "accepted", "mend", "leave"};
    return names[kind];
}

static const char *kind_words(decide_kind kind) {
    static const char *const words[] = {"not decided", "accepted", "to mend by hand", "to be left as it is"};
    return words[kind];
}

decisions decide_new(slice latest, arena *a) {
    return (decisions){vector_new(a, sizeof(decision)), map_new(a, 64), map_new(a, 64), latest, a};
}

/* Times without their `Z`, so that one with parts of a second comes behind the one without. */
static int compare_times(slice one, slice other) {
    return slice_compare(slice_sub(one, 0, one.length ? one.length - 1 : 0),
                         slice_sub(other, 0, other.length ? other.length - 1 : 0));
}

static decision copy(const decision *one, arena *a) {
    decision c = *one;
    c.path = slice_copy(one->path, a);
    c.name = slice_copy(one->name, a);
    c.comment = slice_copy(one->comment, a);
    c.time = slice_copy(one->time, a);
    c.content = slice_copy(one->content, a);
    return c;
}

bool decide_add(decisions *d, const decision *one) {
    slice key = format_slice(d->arena, "%.*s%c%.*s", SLICE_ARGS(one->path), 0, SLICE_ARGS(one->name));
    void *known = map_get(&d->by_key, key);
    if (known) {
        decision *old = vector_at(&d->all, (uintptr_t)known - 1);
        if (compare_times(old->time, one->time) <= 0)
            *old = copy(one, d->arena);
        return true;
    }
    if (d->all.count == DECIDE_MAX)
        return false;
    decision *added = vector_push_zeroed(&d->all);
    *added = copy(one, d->arena);
    *map_put(&d->by_key, key, NULL) = (void *)(uintptr_t)d->all.count;
    void **place = map_put(&d->by_page, added->path, NULL);
    if (!*place) {
        vector *numbers = *place = arena_alloc(d->arena, sizeof *numbers);
        *numbers = vector_new(d->arena, sizeof(size_t));
    }
    *(size_t *)vector_push(*place) = d->all.count - 1;
    return true;
}

bool decide_now(decisions *d, const decision *one) {
    const vector *numbers = map_get(&d->by_page, one->path);
    for (size_t i = 0; numbers && i < numbers->count; i++) {
        decision *before = vector_at(&d->all, *(size_t *)vector_at(numbers, i));
        if (compare_times(before->time, one->time) >= 0)
            before->time = SLICE("");
    }
    return decide_add(d, one);
}

/* ---- about a page ------------------------------------------------------------------------------------ */

static bool later(const decision *one, const decision *other) {
    return !other || compare_times(one->time, other->time) > 0;
}

/* Was it made for this content? */
static bool is_about(const decision *one, slice content) {
    return slice_ends_with(content, SLICE(".")) ? slice_starts_with(one->content, content)
                                                : !content.length || slice_equal(one->content, content);
}

/* Those that hold: the latest one that settles, and what came after it; without a name, what came after the
 * last one with a name: behind the others stands nobody, often the same person before the name was put in. */
static decide_view view_valid(const decisions *d, const vector *numbers, slice content) {
    decide_view view = {.state = DECIDE_UNDECIDED};
    const decision *settled = NULL, *named = NULL;
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < numbers->count; i++) {
            const decision *one = vector_at(&d->all, *(size_t *)vector_at(numbers, i));
            if (one->kind == DECIDE_NONE || !is_about(one, content))
                continue;
            if (pass == 0 && one->settles && later(one, settled))
                settled = one;
            if (pass == 0 && one->name.length && later(one, named))
                named = one;
            bool overruled = (settled && one != settled && !later(one, settled)) ||
                             (named && !one->name.length && !later(one, named));
            if (pass == 0 || overruled)
                continue;
            if (view.one && view.one->kind != one->kind)
                view.other = later(one, view.other) ? one : view.other;
            if (!view.one || (view.one->kind == one->kind && later(one, view.one)))
                view.one = one;
        }
    view.state = view.other ? DECIDE_DISPUTED : view.one ? DECIDE_DECIDED : DECIDE_UNDECIDED;
    return view;
}

decide_view decide_about(const decisions *d, slice path, slice content) {
    const vector *numbers = map_get(&d->by_page, path);
    if (!numbers)
        return (decide_view){.state = DECIDE_UNDECIDED};
    decide_view view = view_valid(d, numbers, content);
    if (view.state != DECIDE_UNDECIDED)
        return view;
    for (size_t i = 0; i < numbers->count; i++) {
        const decision *one = vector_at(&d->all, *(size_t *)vector_at(numbers, i));
        if (one->kind != DECIDE_NONE && later(one, view.one))
            view.one = one;
    }
    if (view.one) {
        size_t dot = slice_find_char(content, '.', 0);
        view.state = DECIDE_CHANGED;
        view.old_changed = !slice_starts_with(view.one->content, slice_sub(content, 0, dot));
    }
    return view;
}

/* What somebody wrote, its lines one behind the other: none of them is to pass for a line of ours. */
static void append_words(slice text, buffer *out) {
    for (size_t at = 0, end; at < text.length; at = end + 1) {
        end = slice_find_char(text, '\n', at);
        end = end == SLICE_NONE ? text.length : end;
        buffer_append_on_line(out, slice_sub(text, at, end));
        if (end < text.length)
            buffer_append_char(out, ' ');
    }
}

static void append_by(const decision *one, buffer *out) {
    if (one->name.length) {
        buffer_append_string(out, " by ");
        append_words(one->name, out);
    }
    if (one->comment.length) {
        buffer_append_string(out, " (");
        append_words(one->comment, out);
        buffer_append_char(out, ')');
    }
}

slice decide_describe(const decide_view *view, arena *a) {
    buffer out = buffer_new(a, 128);
    if (view->state == DECIDE_UNDECIDED)
        return SLICE("not decided");
    if (view->state == DECIDE_DISPUTED)
        buffer_append_string(&out, "people disagree: ");
    buffer_append_string(&out, kind_words(view->one->kind));
    append_by(view->one, &out);
    if (view->state == DECIDE_DISPUTED) {
        buffer_printf(&out, ", %s", kind_words(view->other->kind));
        append_by(view->other, &out);
    } else if (view->state == DECIDE_CHANGED)
        buffer_printf(&out, "; %s since",
                      view->old_changed ? "the page has changed"
                      : view->edited    ? "the new page was edited"
                                        : "it comes out differently");
    return buffer_slice(&out);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

static void write_one(const decision *one, json_writer *j) {
    json_open(j, '{');
    json_add_text(j, "path", one->path);
    json_add_string(j, "decision", decide_kind_name(one->kind));
    json_add_text(j, "name", one->name);
    json_add_filled(j, "comment", one->comment);
    json_add_text(j, "time", one->time);
    json_add_text(j, "content", one->content);
    if (one->settles)
        json_add_bool(j, "settles", true);
    json_close(j, '}');
}

static int compare_places(const void *left, const void *right) {
    const decision *a = *(const decision *const *)left, *b = *(const decision *const *)right;
    int order = slice_compare(a->path, b->path);
    return order ? order : slice_compare(a->name, b->name);
}

void decide_write(const decisions *d, slice site, buffer *out) {
    const decision **sorted = arena_alloc(out->arena, (d->all.count + 1) * sizeof *sorted);
    for (size_t i = 0; i < d->all.count; i++)
        sorted[i] = vector_at(&d->all, i);
    if (d->all.count)
        qsort(sorted, d->all.count, sizeof *sorted, compare_places);
    json_writer j = {.out = out};
    json_open(&j, '{');
    json_add_number(&j, "schema", 1);
    json_add_string(&j, "program", "isomerize");
    json_add_text(&j, "site", site);
    json_add_open(&j, "decisions", '[');
    for (size_t i = 0; i < d->all.count; i++) {
        json_break(&j);
        write_one(sorted[i], &j);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    buffer_append_char(out, '\n');
}

void decide_write_page(const decisions *d, slice path, json_writer *json) {
    const vector *numbers = map_get(&d->by_page, path);
    json_open(json, '[');
    for (size_t i = 0; numbers && i < numbers->count; i++)
        write_one(vector_at(&d->all, *(size_t *)vector_at(numbers, i)), json);
    json_close(json, ']');
}

void decide_append_field(slice text, bool first, buffer *out) {
    bool formula = text.length && strchr("=+-@\t\r", text.data[0]);
    buffer_append_string(out, first ? "\"" : ",\"");
    if (formula)
        buffer_append_char(out, '\'');
    for (size_t i = 0; i < text.length; i++) {
        buffer_append_string(out, text.data[i] == '"' ? "\"" : "");
        buffer_append_char(out, text.data[i]);
    }
    buffer_append_char(out, '"');
}
