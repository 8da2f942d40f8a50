#include "parts.h"

#include <errno.h>
#include <limits.h>

static bool keep_error(parts *p, bool done) {
    if (!done && !p->error)
        p->error = errno ? errno : EIO;
    return done;
}

static bool close_file(parts *p, FILE **file) {
    errno = 0;
    bool done = !*file || fclose(*file) == 0;
    *file = NULL;
    return keep_error(p, done);
}

static bool write_to(void *file, const char *bytes, size_t length) {
    return fwrite(bytes, 1, length, file) == length;
}

static bool path_of(const parts *p, const char *name, char path[PATH_MAX]) {
    int length = snprintf(path, PATH_MAX, "%s/%s", p->folder, name);
    errno = ENAMETOOLONG;
    return length > 0 && length < PATH_MAX;
}

static bool open_file(void *context, const char *name, bool is_part, report_sink *sink) {
    parts *p = context;
    FILE **file = is_part ? &p->part : &p->list;
    char path[PATH_MAX];
    if (!close_file(p, file) || !keep_error(p, path_of(p, name, path)) ||
        !keep_error(p, (*file = fopen(path, "wbe")) != NULL))
        return false;
    p->count += is_part;
    *sink = (report_sink){write_to, *file};
    return true;
}

static bool keep_one(void *context, const char *part, const char *list) {
    parts *p = context;
    char from[PATH_MAX], to[PATH_MAX];
    bool part_closed = close_file(p, &p->part), closed = close_file(p, &p->list) && part_closed;
    p->only = closed && path_of(p, part, from) && path_of(p, list, to) && rename(from, to) == 0;
    return keep_error(p, p->only);
}

report_files parts_begin(parts *p, const char *folder) {
    *p = (parts){.folder = folder};
    return (report_files){open_file, keep_one, p};
}

bool parts_end(parts *p) {
    close_file(p, &p->part);
    close_file(p, &p->list);
    return !p->error;
}
