/* What a site says of itself: `_config.yml`, and `.isomerize/config.yml` for the program's own settings.
 *
 * Comes in: the open root. Goes out: mappings as front matter values are; a file that cannot be read is as if
 * it were not there, but for its message.
 */
#include "private.h"

#include <fcntl.h>

static bool read_mapping(site *s, const char *path, front_value *out, slice *error) {
    slice bytes, problem;
    struct stat info;
    *out = (front_value){.kind = FRONT_MAPPING};
    if (fstatat(s->folder, path, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!read_whole(s->folder, path, s->arena, &bytes, NULL, &problem)) {
        *error = format_slice(s->arena, "%s: %.*s", path, SLICE_ARGS(problem));
        return false;
    }
    findings ignored = findings_new(s->arena);
    page_error wrong;
    if (page_read_front(bytes, 1, s->arena, &ignored, out, &wrong))
        return true;
    *error =
        format_slice(s->arena, "%s:%u:%u: %.*s", path, wrong.line, wrong.column, SLICE_ARGS(wrong.message));
    return false;
}

bool read_configuration(site *s, slice *error) {
    return read_mapping(s, "_config.yml", &s->config, error) &&
           read_mapping(s, STATE_FOLDER "/config.yml", &s->settings, error);
}

void site_fill_settings(const site *s, convert_settings *settings) {
    legacy_variable *variables = arena_alloc(s->arena, (s->config.count + 1) * sizeof *variables);
    settings->variables = variables;
    for (uint32_t i = 0; i < s->config.count; i++) {
        const front_entry *one = &s->config.entries[i];
        if (one->value.kind == FRONT_STRING)
            variables[settings->variables_count++] =
                (legacy_variable){format_slice(s->arena, "site.%.*s", SLICE_ARGS(one->key)), one->value.text};
    }
    settings->url = page_front_text(&s->config, SLICE("url"));
    settings->baseurl = page_front_text(&s->config, SLICE("baseurl"));
}

slice site_host(const front_value *config) {
    slice url = page_front_text(config, SLICE("url"));
    size_t scheme = slice_find(url, SLICE("://"), 0);
    slice host = scheme == SLICE_NONE ? SLICE("") : slice_from(url, scheme + 3);
    return slice_sub(host, 0, slice_find_char(host, '/', 0));
}
