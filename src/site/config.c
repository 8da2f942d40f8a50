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

slice site_host(const front_value *config) {
    slice url = page_front_text(config, SLICE("url"));
    size_t scheme = slice_find(url, SLICE("://"), 0);
    slice host = scheme == SLICE_NONE ? SLICE("") : slice_from(url, scheme + 3);
    return slice_sub(host, 0, slice_find_char(host, '/', 0));
}
