/* The theme that lies below the sites: its numbers, and the style sheets that pages are seen with.
 *
 * Comes in: mappings/theme.yml, and a site's own file of the same form. Goes out: what sizes on a page hang
 * on. A key that the site's file leaves out is as shipped.
 */
#include "private.h"

#include "page/page.h"

#include <stdlib.h>

extern const char shipped_theme_yml[];
extern const size_t shipped_theme_yml_length;

static bool read_number(const front_value *root, const char *key, double *number, arena *a, slice *error) {
    const front_value *value = page_front_get(root, slice_of(key));
    if (!value)
        return true;
    if (value->kind != FRONT_NUMBER || !(value->number >= 1 && value->number <= 10000)) {
        *error = format_slice(a, "theme.yml:%u: `%s` must be a number of pixels from 1 to 10000", value->line,
                              key);
        return false;
    }
    *number = value->number;
    return true;
}

static bool is_let_in(const express_theme *theme, slice host) {
    for (size_t i = 0; i < theme->frame_host_count; i++) {
        slice known = theme->frame_hosts[i];
        size_t rest = host.length - known.length;
        if (host.length >= known.length && slice_equal_nocase(slice_from(host, rest), known) &&
            (rest == 0 || host.data[rest - 1] == '.'))
            return true;
    }
    return theme->frame_host_count == 0;
}

/* A checkout says which of the hosts it takes; it lets in no others. */
static bool read_hosts(const front_value *root, convert_theme *theme, arena *a, slice *error) {
    const front_value *value = page_front_get(root, SLICE("frame-hosts"));
    if (!value)
        return true;
    slice *hosts = arena_alloc(a, (value->count + 1) * sizeof *hosts);
    size_t count = 0;
    for (uint32_t i = 0; i < value->count; i++)
        if (is_let_in(&theme->express, value->entries[i].value.text))
            hosts[count++] = value->entries[i].value.text;
    if (value->kind != FRONT_SEQUENCE) {
        *error =
            format_slice(a, "theme.yml:%u: `frame-hosts` must be a list: [youtube.com, gov.sg]", value->line);
        return false;
    }
    theme->express.frame_hosts = hosts;
    theme->express.frame_host_count = count;
    return true;
}

/* ---- icons --------------------------------------------------------------------------------------------- */

/* A list of texts; none where the key is not there. */
static bool read_texts(const front_value *value, const char *key, express_texts *texts, arena *a,
                       slice *error) {
    if (!value)
        return true;
    slice *all = arena_alloc(a, (value->count + 1) * sizeof *all);
    bool right = value->kind == FRONT_SEQUENCE;
    for (uint32_t i = 0; i < value->count && right; i++) {
        right = value->entries[i].value.kind == FRONT_STRING;
        all[i] = value->entries[i].value.text;
    }
    if (!right)
        *error =
            format_slice(a, "theme.yml:%u: `%s` must be a list of names: [check, times]", value->line, key);
    *texts = (express_texts){all, value->count};
    return right;
}

/* Signs, each with the names of icons that say it. */
static bool read_signs(const front_value *root, const char *key, bool may_adorn, express_icons *icons,
                       arena *a, slice *error) {
    const front_value *signs = page_front_get(root, slice_of(key));
    if (signs && signs->kind != FRONT_MAPPING) {
        *error =
            format_slice(a, "theme.yml:%u: `%s` must be signs, each with a list of names", signs->line, key);
        return false;
    }
    for (uint32_t i = 0; signs && i < signs->count; i++) {
        express_icon *icon = arena_alloc(a, sizeof *icon);
        *icon = (express_icon){signs->entries[i].key, may_adorn};
        express_texts names;
        if (!read_texts(&signs->entries[i].value, key, &names, a, error))
            return false;
        for (size_t n = 0; n < names.count; n++)
            *map_put(&icons->signs, names.texts[n], NULL) = icon;
    }
    return true;
}

/* Rows of signs, each from the number of a letter on. */
static bool read_rows(const front_value *rows, express_font *font, arena *a, slice *error) {
    bool right = rows->kind == FRONT_MAPPING;
    for (uint32_t i = 0; right && i < rows->count; i++) {
        slice key = rows->entries[i].key, signs = rows->entries[i].value.text, sign;
        unsigned long number = strtoul(format_slice(a, "%.*s", SLICE_ARGS(key)).data, NULL, 16);
        right = rows->entries[i].value.kind == FRONT_STRING;
        for (size_t at = 0; right && (sign = slice_next_word(signs, &at)).length; number++)
            if (number < sizeof font->signs / sizeof *font->signs && !slice_equal(sign, SLICE("-")))
                font->signs[number] = sign;
    }
    if (!right)
        *error =
            format_slice(a,
                         "theme.yml:%u: `fonts-of-signs` must be names of fonts, each with rows of signs "
                         "such as \"fb\": '✗ ✓'",
                         rows->line);
    return right;
}

/* A font whose value is another one's name has the signs of that one, which stands before it. */
static bool read_fonts(const front_value *root, express_icons *icons, arena *a, slice *error) {
    const front_value *fonts = page_front_get(root, SLICE("fonts-of-signs"));
    for (uint32_t i = 0; fonts && fonts->kind == FRONT_MAPPING && i < fonts->count; i++) {
        const front_value *rows = &fonts->entries[i].value;
        express_font *font = map_get(&icons->fonts_of_signs, fonts->entries[i].key);
        if (rows->kind == FRONT_STRING)
            font = map_get(&icons->fonts_of_signs, rows->text);
        else if (!font)
            font = arena_zeroed(a, sizeof *font);
        *map_put(&icons->fonts_of_signs, fonts->entries[i].key, NULL) = font;
        if (rows->kind != FRONT_STRING && !read_rows(rows, font, a, error))
            return false;
    }
    return !fonts || fonts->kind == FRONT_MAPPING || read_rows(fonts, NULL, a, error);
}

static bool read_icons(const front_value *root, express_icons *icons, arena *a, slice *error) {
    struct {
        const char *key;
        express_texts *texts;
    } lists[] = {{"icon-sets", &icons->sets},         {"icon-fonts", &icons->fonts},
                 {"icon-letters", &icons->letters},   {"icon-letters-outlined", &icons->letters_outlined},
                 {"icon-outlines", &icons->outlined}, {"fonts-of-scripts", &icons->fonts_of_scripts}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!read_texts(page_front_get(root, slice_of(lists[i].key)), lists[i].key, lists[i].texts, a, error))
            return false;
    return read_signs(root, "icons", false, icons, a, error) &&
           read_signs(root, "icons-beside-words", true, icons, a, error) && read_fonts(root, icons, a, error);
}

/* ---- the file ------------------------------------------------------------------------------------------ */

/* The text of the block `css: |`: front matter keeps no line breaks, and comments of CSS would end it. */
static slice block_of(slice yaml, slice key) {
    size_t at = slice_find(yaml, key, 0);
    return at == SLICE_NONE ? SLICE("") : slice_from(yaml, at + key.length);
}

/* The sheet with as many empty lines before it as stand before it in its file, for messages about its lines.
 */
static slice at_its_lines(slice yaml, slice css, arena *a) {
    buffer out = buffer_new(a, css.length + 64);
    for (size_t i = 0; i < yaml.length - css.length; i++)
        if (yaml.data[i] == '\n')
            buffer_append_char(&out, '\n');
    buffer_append(&out, css);
    return buffer_slice(&out);
}

static bool read_theme(slice yaml, convert_theme *theme, arena *a, slice *error) {
    slice css = block_of(yaml, SLICE("\ncss: |\n"));
    slice numbers = css.length ? slice_sub(yaml, 0, yaml.length - css.length - 8) : yaml;
    findings ignored = findings_new(a);
    front_value root;
    page_error wrong = {0, 0, {NULL, 0}};
    if (!page_read_front(numbers, 1, a, &ignored, &root, &wrong)) {
        *error =
            format_slice(a, "theme.yml:%u:%u: %.*s", wrong.line, wrong.column, SLICE_ARGS(wrong.message));
        return false;
    }
    express_theme *e = &theme->express;
    double window = e->window, phone_window = e->phone_window, stacks = e->stacks_below;
    if (!read_number(&root, "column", &e->column, a, error) ||
        !read_number(&root, "column-on-phone", &e->phone_column, a, error) ||
        !read_number(&root, "window", &window, a, error) ||
        !read_number(&root, "window-on-phone", &phone_window, a, error) ||
        !read_number(&root, "stacks-below", &stacks, a, error) || !read_hosts(&root, theme, a, error) ||
        !read_icons(&root, &theme->icons, a, error))
        return false;
    e->window = (unsigned)window;
    e->phone_window = (unsigned)phone_window;
    e->stacks_below = (unsigned)stacks;
    slice around = page_front_text(&root, SLICE("around"));
    theme->around = around.length ? around : theme->around;
    theme->css = css.length ? at_its_lines(yaml, css, a) : theme->css;
    return true;
}

slice theme_shipped(void) {
    return (slice){shipped_theme_yml, shipped_theme_yml_length};
}

bool theme_load(const convert_settings *settings, arena *a, convert_theme *theme, slice *error) {
    memset(theme, 0, sizeof *theme);
    theme->icons.signs = map_new(a, 256);
    theme->icons.fonts_of_signs = map_new(a, 16);
    return read_theme(theme_shipped(), theme, a, error) &&
           (!settings->theme.length || read_theme(settings->theme, theme, a, error));
}
