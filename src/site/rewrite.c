/* One page written anew, as a formatter does it: without a conversion, and so without a row in the journal.
 */
#include "private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* In place of the file that was read, if it still is that. */
static bool exchange_page(const site *s, const char *path, slice after, const struct stat *info, arena *a,
                          slice *error) {
    static const char temporary[] = TEMPORARY_FOLDER "/" TEMPORARY_REWRITE "0";
    stamp then = stamp_of(info), made;
    if (!remove_file(s->folder, temporary)) {
        *error = describe_error(a, "it cannot be written", errno);
        return false;
    }
    if (!write_new(s->folder, temporary, after, info, &made, a, error))
        return false;
    const char *const paths[] = {temporary};
    bool ok = sync_files(s->folder, paths, 1);
    if (!ok)
        *error = describe_error(a, "it cannot be written", errno);
    open_folders *f = folders_open(s->folder, a);
    ok = ok && replace_page(f, temporary, path, &then, &made, a, error);
    folders_let_go(f);
    remove_file(s->folder, temporary);
    return ok;
}

bool site_rewrite(site *s, slice path, slice before, slice after, arena *a, slice *error) {
    const char *name = slice_c_string(path, a);
    struct stat info;
    slice now;
    if (!make_state_folder(s, a, error) || !read_whole(s->folder, name, a, &now, &info, error))
        return false;
    if (!slice_equal(now, before)) {
        *error = SLICE("it was saved in this moment: left as it is");
        return false;
    }
    return exchange_page(s, name, after, &info, a, error);
}
