/* Sizes of the pictures of a checkout, for the pages that show them.
 *
 * Comes in: an address as a page has it. Goes out: the size of the file that it names, read from the file's
 * head. Never leaves the site's folder, follows no symbolic link, reads at most PICTURE_HEAD_MAX bytes.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_MAX_LENGTH 1024

/* What stands behind the site's own address: "https://www.example.org/a.png" and "/base/a.png" both lead to
 * "/a.png". False: it leads elsewhere, or is relative to a page. */
static bool path_in_site(const site *s, slice url, slice *path) {
    slice own = page_front_text(&s->config, SLICE("url")),
          base = page_front_text(&s->config, SLICE("baseurl"));
    if (own.length && slice_starts_with(url, own))
        url = slice_from(url, own.length);
    if (base.length > 1 && slice_starts_with(url, base) && url.length > base.length &&
        url.data[base.length] == '/')
        url = slice_from(url, base.length);
    size_t end = 0;
    while (end < url.length && url.data[end] != '?' && url.data[end] != '#')
        end++;
    *path = slice_sub(url, 0, end);
    return path->length > 1 && path->data[0] == '/' && path->data[1] != '/' && path->length < PATH_MAX_LENGTH;
}

/* Does some part of the path lead up, or is there none that leads anywhere? */
static bool leads_nowhere(slice path) {
    bool any = false;
    for (size_t from = 0, end; from < path.length; from = end + 1) {
        end = slice_find_char(path, '/', from);
        end = end == SLICE_NONE ? path.length : end;
        slice name = slice_sub(path, from, end);
        if (slice_equal(name, SLICE("..")))
            return true;
        any |= name.length && !slice_equal(name, SLICE("."));
    }
    return !any;
}

int open_inside(int folder, slice path) {
    char text[PATH_MAX_LENGTH];
    while (slice_starts_with(path, SLICE("/")))
        path = slice_from(path, 1);
    if (path.length >= sizeof text || leads_nowhere(path) || memchr(path.data, '\0', path.length)) {
        errno = EINVAL;
        return -1;
    }
    memcpy(text, path.data, path.length);
    text[path.length] = '\0';
    return open_below(folder, text, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
}

static picture_state read_head(int file, char *head, size_t most, picture_size *size) {
    ssize_t got = read_part(file, head, most, 0);
    return picture_read_size((slice){head, got > 0 ? (size_t)got : 0}, size);
}

static bool read_size(int file, picture_size *size) {
    char head[PICTURE_HEAD];
    picture_state state = read_head(file, head, sizeof head, size);
    char *more = state == PICTURE_CUT ? malloc(PICTURE_HEAD_MAX) : NULL;
    if (more)
        state = read_head(file, more, PICTURE_HEAD_MAX, size);
    free(more);
    return state == PICTURE_READ;
}

/* The path that the address names, as the file is called. False: none of the site. `decoded` holds it. */
static bool file_in_site(const site *s, slice url, char decoded[PATH_MAX_LENGTH], slice *file) {
    size_t length = 0;
    slice path;
    if (!path_in_site(s, url, &path))
        return false;
    for (size_t at = 0; at < path.length; at++) {
        int byte = slice_percent_byte(path, at);
        decoded[length++] = byte >= 0 ? (char)byte : path.data[at];
        at += byte >= 0 ? 2 : 0;
    }
    *file = (slice){decoded, length};
    return true;
}

bool site_picture_size(const site *s, slice url, picture_size *size) {
    char decoded[PATH_MAX_LENGTH];
    slice path;
    struct stat info;
    if (!file_in_site(s, url, decoded, &path))
        return false;
    int file = open_inside(s->folder, path);
    bool ok = file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode) && read_size(file, size);
    if (file >= 0)
        close(file);
    return ok;
}

bool site_lacks_file(const site *s, slice url) {
    char decoded[PATH_MAX_LENGTH];
    slice path;
    if (!file_in_site(s, url, decoded, &path))
        return false;
    size_t top = slice_find_char(path, '/', 1);
    if (top == SLICE_NONE)
        return false;
    int file = open_inside(s->folder, path);
    bool lacks = file < 0 && errno == ENOENT;
    if (lacks) /* where the site has the folder */
        lacks = (file = open_inside(s->folder, slice_sub(path, 1, top))) >= 0;
    if (file >= 0)
        close(file);
    return lacks;
}
