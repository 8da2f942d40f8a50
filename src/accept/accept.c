/* What an accepted entry matches, and findings marked by it. */
#include "accept.h"

/* Comparisons of bytes for the findings of one page: honest files need some thousands. */
#define STEPS_MAX ((size_t)4 << 20)

/* ---- patterns ---------------------------------------------------------------------------------------- */

/* A place in a pattern to go back to: behind a star, and how far in the text the star has come. */
typedef struct star {
    size_t pattern, text;
    bool folders; /* a double star and its slash: whole folders only, or none */
} star;

static const star NO_STAR = {SLICE_NONE, 0, false};

/* The star takes a byte (or a folder) more. False: it cannot. */
static bool extend(star *s, slice text, char stop) {
    if (s->pattern == SLICE_NONE || s->text >= text.length || (stop && text.data[s->text] == stop))
        return false;
    size_t slash = s->folders ? slice_find_char(text, '/', s->text) : s->text;
    s->text = slash + 1;
    return slash != SLICE_NONE;
}

/* Does the pattern quote a byte here? `\*` is a star, `\\` a backslash; before all else it is itself. */
static bool is_quoted(slice pattern, size_t at) {
    return pattern.data[at] == '\\' && at + 1 < pattern.length &&
           (pattern.data[at + 1] == '*' || pattern.data[at + 1] == '\\');
}

slice accept_quote(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 8);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '*' || text.data[i] == '\\')
            buffer_append_char(&out, '\\');
        buffer_append_char(&out, text.data[i]);
    }
    return buffer_slice(&out);
}

/* The only text that the pattern matches. False: there are others, it has a star. */
static bool unquote(slice pattern, arena *a, slice *text) {
    buffer out = buffer_new(a, pattern.length);
    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.data[i] == '*')
            return false;
        i += is_quoted(pattern, i);
        buffer_append_char(&out, pattern.data[i]);
    }
    *text = buffer_slice(&out);
    return true;
}

/* `*` any bytes but `stop` (0: any at all); where there is a stop, `**` any bytes, and as a whole folder's
 * name any number of folders. Each star gives way to the one before it only within a double one: no more
 * steps than the product of three lengths, and never more than `*steps`. */
static bool matches(slice pattern, slice text, char stop, size_t *steps) {
    star one = NO_STAR, two = NO_STAR;
    for (size_t p = 0, t = 0; t < text.length || p < pattern.length;) {
        if (*steps == 0)
            return false;
        --*steps;
        bool is_star = p < pattern.length && pattern.data[p] == '*';
        bool quoted = p < pattern.length && is_quoted(pattern, p);
        if (is_star && stop && p + 1 < pattern.length && pattern.data[p + 1] == '*') {
            bool starts = t == 0 || text.data[t - 1] == stop;
            bool folders = starts && p + 2 < pattern.length && pattern.data[p + 2] == stop;
            p += folders ? 3 : 2;
            two = (star){p, t, folders};
            one = NO_STAR;
        } else if (is_star) {
            one = (star){++p, t, false};
        } else if (p < pattern.length && t < text.length && pattern.data[p + quoted] == text.data[t]) {
            p += 1 + quoted, t++;
        } else if (extend(&one, text, stop)) {
            p = one.pattern, t = one.text;
        } else if (extend(&two, text, 0)) {
            one = NO_STAR;
            p = two.pattern, t = two.text;
        } else
            return false;
    }
    return true;
}

bool accept_matches(const accept_entry *entry, slice path, finding_code code, slice detail, size_t *steps) {
    if (entry->code != code || (entry->detail.length && !matches(entry->detail, detail, 0, steps)))
        return false;
    bool found = entry->paths.count == 0;
    for (size_t i = 0; !found && i < entry->paths.count; i++)
        found = matches(*(slice *)vector_at(&entry->paths, i), path, '/', steps);
    return found;
}

/* ---- a list ------------------------------------------------------------------------------------------ */

accept_list accept_list_new(arena *a) {
    accept_list list = {.entries = vector_new(a, sizeof(accept_entry)), .exact = map_new(a, 64)};
    for (int code = 0; code < FINDING_COUNT; code++)
        list.patterns[code] = vector_new(a, sizeof(size_t));
    return list;
}

static slice exact_key(finding_code code, slice detail, arena *a) {
    return format_slice(a, "%d %.*s", (int)code, SLICE_ARGS(detail));
}

void accept_list_add(accept_list *list, const accept_entry *entry) {
    arena *a = list->entries.arena;
    size_t number = list->entries.count;
    vector *numbers = &list->patterns[entry->code];
    slice text;
    *(accept_entry *)vector_push(&list->entries) = *entry;
    if (entry->detail.length && unquote(entry->detail, a, &text)) {
        void **place = map_put(&list->exact, exact_key(entry->code, text, a), NULL);
        if (!*place) {
            numbers = *place = arena_alloc(a, sizeof *numbers);
            *numbers = vector_new(a, sizeof(size_t));
        }
        numbers = *place;
    }
    *(size_t *)vector_push(numbers) = number;
}

/* The first of these entries that matches, or NULL. */
static const accept_entry *find_entry(const accept_list *list, const vector *numbers, slice path,
                                      finding_code code, slice detail, bool *used, size_t *steps) {
    for (size_t i = 0; numbers && i < numbers->count && *steps; i++) {
        size_t number = *(size_t *)vector_at(numbers, i);
        const accept_entry *entry = vector_at(&list->entries, number);
        --*steps;
        if (!accept_matches(entry, path, code, detail, steps))
            continue;
        if (used)
            used[number] = true;
        return entry;
    }
    return NULL;
}

static const accept_entry *find_any_detail(const accept_list *list, slice path, finding_code code,
                                           size_t *steps) {
    const vector *numbers = &list->patterns[code];
    for (size_t i = 0; i < numbers->count; i++) {
        const accept_entry *entry = vector_at(&list->entries, *(size_t *)vector_at(numbers, i));
        bool any = !entry->detail.length || slice_equal(entry->detail, SLICE("*"));
        if (any && accept_matches(entry, path, code, SLICE(""), steps))
            return entry;
    }
    return NULL;
}

void accept_mark(const accept_list *list, slice path, findings *found, bool *used) {
    size_t steps = STEPS_MAX;
    uint32_t listed[FINDING_COUNT] = {0};
    for (size_t i = 0; i < found->items.count; i++) {
        finding *one = findings_at(found, i);
        listed[one->code]++;
        if (one->accepted.length || finding_describe(one->code)->grade == GRADE_REFUSED ||
            !list->entries.count)
            continue;
        const accept_entry *entry = NULL;
        if (list->exact.count) {
            slice key = exact_key(one->code, one->detail, found->arena);
            entry = find_entry(list, map_get(&list->exact, key), path, one->code, one->detail, used, &steps);
        }
        if (!entry)
            entry = find_entry(list, &list->patterns[one->code], path, one->code, one->detail, used, &steps);
        if (entry)
            findings_accept(found, one, entry->why);
    }
    for (int code = 0; code < FINDING_COUNT; code++)
        if (found->counts[code] > listed[code] &&
            finding_describe((finding_code)code)->grade != GRADE_REFUSED &&
            find_any_detail(list, path, (finding_code)code, &steps))
            found->accepted[code] += found->counts[code] - listed[code];
}

/* ---- a page's own ------------------------------------------------------------------------------------ */

/* `# isomerize: accept CODE: why` in the front matter, a line of its own: the CMS keeps no comments, so the
 * page is written as it would be without. */
void accept_mark_own(slice front, findings *found) {
    static const slice MARK = LITERAL("# isomerize: accept ");
    for (size_t at = 0; at < front.length;) {
        size_t end = slice_find_char(front, '\n', at);
        slice line = slice_trim(slice_sub(front, at, end));
        at = end == SLICE_NONE ? front.length : end + 1;
        if (!slice_starts_with(line, MARK))
            continue;
        slice rest = slice_from(line, MARK.length);
        size_t colon = slice_find_char(rest, ':', 0);
        finding_code code = finding_by_name(slice_trim(slice_sub(rest, 0, colon)));
        slice why = colon == SLICE_NONE ? SLICE("") : slice_trim(slice_from(rest, colon + 1));
        if (code == FINDING_COUNT || !why.length || finding_describe(code)->grade == GRADE_REFUSED)
            continue;
        for (size_t i = 0; i < found->items.count; i++) {
            finding *one = findings_at(found, i);
            if (one->code == code && !one->accepted.length) {
                findings_accept(found, one, slice_copy(why, found->arena));
                one->accepted_by_page = true;
            }
        }
        found->accepted[code] = found->counts[code];
    }
}
