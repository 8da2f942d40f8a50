/* The style sheets that a site's pages are shown with.
 *
 * Comes in: the open root, `_config.yml`. Goes out: texts, in the order of the cascade: what `assets/css` of
 * the checkout puts in the place of the theme's, then the file that `custom_css_path` names, where the site
 * generator finds it or makes it from .scss; without that setting, what is in `misc`. Files beside these may
 * be imported. It reads nothing outside of the site and follows no link; a file that is too large or cannot
 * be read is passed over.
 */
#include "private.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SHEET_MAX ((off_t)1 << 20) /* bytes of one file: a theme's whole sheet has 250 kB */
#define SHEETS_MAX 100
#define SHEETS_TOTAL_MAX ((size_t)8 << 20)

typedef struct gathering {
    const site *site;
    vector sheets; /* of convert_sheet */
    size_t total;
} gathering;

static bool is_style_sheet(slice name) {
    return name.data[0] != '.' &&
           (slice_ends_with(name, SLICE(".css")) || slice_ends_with(name, SLICE(".scss")));
}

static bool is_known(const gathering *g, slice path) {
    for (size_t i = 0; i < g->sheets.count; i++)
        if (slice_equal(((const convert_sheet *)vector_at(&g->sheets, i))->path, path))
            return true;
    return false;
}

/* Jekyll makes a sheet of SCSS only of a file with front matter (Converters::Scss), and of none that starts
 * with an underscore. */
static bool is_published(slice path, slice text) {
    size_t name = path.length;
    while (name > 0 && path.data[name - 1] != '/')
        name--;
    return slice_ends_with(path, SLICE(".css")) ||
           (path.data[name] != '_' && slice_starts_with(text, SLICE("---")));
}

static bool add_file(gathering *g, slice path, css_origin origin, bool only_imported) {
    arena *a = g->site->arena;
    size_t name = path.length;
    while (name > 0 && path.data[name - 1] != '/')
        name--;
    int folder = name ? open_inside(g->site->folder, slice_sub(path, 0, name - 1)) : dup(g->site->folder);
    if (folder < 0)
        return false;
    struct stat info;
    const char *file = slice_c_string(slice_from(path, name), a);
    slice text, error;
    bool good = g->sheets.count < SHEETS_MAX && !is_known(g, path) &&
                fstatat(folder, file, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode) &&
                info.st_size <= SHEET_MAX && g->total + (size_t)info.st_size <= SHEETS_TOTAL_MAX &&
                read_whole(folder, file, a, &text, NULL, &error);
    close(folder);
    if (!good)
        return false;
    g->total += text.length;
    *(convert_sheet *)vector_push(&g->sheets) =
        (convert_sheet){.path = path,
                        .text = text,
                        .origin = origin,
                        .only_imported = only_imported || !is_published(path, text)};
    return true;
}

static int compare_names(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

/* The style sheets of a folder, by name. Those for printing are not what a screen shows. */
static void add_folder(gathering *g, const char *folder, css_origin origin, bool only_imported) {
    arena *a = g->site->arena;
    vector paths = vector_new(a, sizeof(slice));
    int file = open_inside(g->site->folder, slice_of(folder));
    DIR *entries = file >= 0 ? fdopendir(file) : NULL;
    if (!entries && file >= 0)
        close(file);
    for (const struct dirent *one; entries && (one = readdir(entries));)
        if (is_style_sheet(slice_of(one->d_name)) && paths.count < SHEETS_MAX)
            *(slice *)vector_push(&paths) = format_slice(a, "%s/%s", folder, one->d_name);
    if (entries)
        closedir(entries);
    if (paths.count)
        qsort(paths.items, paths.count, sizeof(slice), compare_names);
    for (size_t i = 0; i < paths.count; i++) {
        slice path = *(slice *)vector_at(&paths, i);
        add_file(g, path, origin, only_imported || slice_find(path, SLICE("print"), 0) != SLICE_NONE);
    }
}

/* `custom_css_path`: a .css that lies there, or that is made of the .scss beside. */
static bool add_custom(gathering *g, slice path) {
    while (slice_starts_with(path, SLICE("/")))
        path = slice_from(path, 1);
    slice stem = slice_sub(path, 0, path.length - 4);
    if (path.length < 5 || !slice_ends_with(path, SLICE(".css")))
        return false;
    return add_file(g, format_slice(g->site->arena, "%.*s.scss", SLICE_ARGS(stem)), CSS_ORIGIN_SITE, false) ||
           add_file(g, path, CSS_ORIGIN_SITE, false);
}

void site_add_sheets(const site *s, convert_settings *settings) {
    gathering g = {.site = s, .sheets = vector_new(s->arena, sizeof(convert_sheet))};
    add_folder(&g, "assets/css", CSS_ORIGIN_THEME, false);
    slice custom = page_front_text(&s->config, SLICE("custom_css_path"));
    bool named = add_custom(&g, custom);
    add_folder(&g, "misc", CSS_ORIGIN_SITE, named);
    add_folder(&g, "_sass", CSS_ORIGIN_SITE, true);
    settings->sheets = g.sheets.items;
    settings->sheets_count = g.sheets.count;
}
