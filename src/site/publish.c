/* Whether the site's build publishes a page that it reads.
 *
 * Comes in: a page's path and bytes, the site's settings, the time. Goes out: why it is not published
 * (Jekyll: Publisher), or nothing. Never: a fault on any bytes.
 */
#include "private.h"

#include <time.h>

/* A date without an offset is one of the build's own time zone: as late as it can be anywhere. */
#define OFFSET_MAX (14 * 3600)

static unsigned read_digits(slice text, size_t *at, size_t most) {
    unsigned value = 0;
    for (size_t from = *at; *at < text.length && *at < from + most && is_digit(text.data[*at]); ++*at)
        value = value * 10 + (unsigned)(text.data[*at] - '0');
    return value;
}

static bool pass(slice text, size_t *at, const char *any) {
    bool is_there = *at < text.length && text.data[*at] && strchr(any, text.data[*at]);
    *at += is_there;
    return is_there;
}

/* `+08:00`, `-0500`; seconds east of Greenwich. */
static int64_t read_offset(slice text, size_t at) {
    while (pass(text, &at, " "))
        ;
    if (at < text.length && (text.data[at] == 'Z' || text.data[at] == 'z'))
        return 0;
    bool west = at < text.length && text.data[at] == '-';
    if (!pass(text, &at, "+-"))
        return OFFSET_MAX;
    int64_t hours = read_digits(text, &at, 2);
    pass(text, &at, ":");
    int64_t seconds = hours * 3600 + (int64_t)read_digits(text, &at, 2) * 60;
    return west ? -seconds : seconds;
}

bool publish_read_date(slice text, int64_t *time) {
    size_t at = 0;
    struct tm parts = {.tm_year = (int)read_digits(text, &at, 4) - 1900};
    bool is_date = at >= 2 && pass(text, &at, "-/");
    parts.tm_mon = (int)read_digits(text, &at, 2) - 1;
    is_date = is_date && pass(text, &at, "-/");
    parts.tm_mday = (int)read_digits(text, &at, 2);
    if (!is_date || parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31)
        return false;
    bool has_time = pass(text, &at, " Tt"); /* else what follows belongs to the name of a post */
    if (has_time) {
        parts.tm_hour = (int)read_digits(text, &at, 2);
        parts.tm_min = pass(text, &at, ":") ? (int)read_digits(text, &at, 2) : 0;
        parts.tm_sec = pass(text, &at, ":") ? (int)read_digits(text, &at, 2) : 0;
    }
    if (pass(text, &at, "."))
        read_digits(text, &at, 9);
    *time = (int64_t)timegm(&parts) - (has_time ? read_offset(text, at) : OFFSET_MAX);
    return true;
}

static slice base_name(slice path) {
    for (size_t at; (at = slice_find_char(path, '/', 0)) != SLICE_NONE;)
        path = slice_from(path, at + 1);
    return path;
}

/* What the page says, or `defaults` for it. */
static const front_value *value_of(const site *s, slice path, const front_value *front, slice key) {
    const front_value *own = page_front_get(front, key);
    return own ? own : site_default(&s->config, path, key);
}

static bool is_future(const site *s, slice path, slice type, const front_value *front, int64_t now) {
    if (slice_equal(type, SLICE("pages")) || config_is_true(page_front_get(&s->config, SLICE("future"))))
        return false;
    const front_value *date = value_of(s, path, front, SLICE("date"));
    slice text = date && date->kind == FRONT_STRING ? date->text : base_name(path);
    int64_t time;
    return publish_read_date(text, &time) && time > now;
}

const char *why_unpublished(const site *s, slice path, slice bytes, int64_t now, arena *a) {
    page_parts parts = page_split(bytes);
    slice type = config_type(&s->config, path);
    bool may_wait = !slice_equal(type, SLICE("pages"));
    bool may_hide = slice_find(parts.front, SLICE("published"), 0) != SLICE_NONE ||
                    page_front_get(&s->config, SLICE("defaults"));
    if (!s->config.count || is_taken(s, path) || !parts.has_front || (!may_wait && !may_hide))
        return NULL;
    findings ignored = findings_new(a);
    front_value front;
    page_error error;
    if (!page_read_front(parts.front, parts.front_line, a, &ignored, &front, &error))
        return NULL;
    const front_value *published = value_of(s, path, &front, SLICE("published"));
    bool hidden = published && !config_is_true(published);
    if (hidden && !config_is_true(page_front_get(&s->config, SLICE("unpublished"))))
        return "it says `published: false`";
    return is_future(s, path, type, &front, now) ? "its date is in the future" : NULL;
}
