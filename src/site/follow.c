/* Settings of the site that change what its pages show: handed on, or reported.
 *
 * Comes in: the settings. Goes out: options of the Markdown dialect; sentences on what is not followed. Reads
 * nothing but the names in `_plugins` and `_layouts`.
 */
#include "private.h"

/* A value as kramdown reads one from text: a list as its values with commas. */
static slice value_text(const front_value *value, arena *a) {
    buffer out = buffer_new(a, 64);
    switch (value->kind) {
    case FRONT_BOOL:
        return value->boolean ? SLICE("true") : SLICE("false");
    case FRONT_NUMBER:
        return format_slice(a, "%.15g", value->number);
    case FRONT_SEQUENCE:
        for (uint32_t i = 0; i < value->count; i++) {
            const front_value *one = &value->entries[i].value;
            buffer_append_string(&out, i ? "," : "");
            if (one->kind == FRONT_NUMBER)
                buffer_printf(&out, "%.15g", one->number);
            else
                buffer_append(&out, one->text);
        }
        return buffer_slice(&out);
    default:
        return value->text;
    }
}

static const front_value *kramdown_of(const site *s) {
    const front_value *options = page_front_get(&s->config, SLICE("kramdown"));
    return options && options->kind == FRONT_MAPPING ? options : NULL;
}

void fill_kramdown(const site *s, convert_settings *settings) {
    const front_value *options = kramdown_of(s);
    if (!options)
        return;
    legacy_option *all = arena_alloc(s->arena, (options->count + 1) * sizeof *all);
    settings->kramdown = all;
    settings->kramdown_count = options->count;
    for (uint32_t i = 0; i < options->count; i++)
        all[i] = (legacy_option){options->entries[i].key, value_text(&options->entries[i].value, s->arena)};
}

/* ---- what is not followed ---------------------------------------------------------------------------- */

/* Plugins that change nothing of a page's own text: they add pages and files, or tags that a page must name.
 */
static const char *const HARMLESS[] = {"jekyll-admin",          "jekyll-archives",      "jekyll-assets",
                                       "jekyll-feed",           "jekyll-include-cache", "jekyll-paginate",
                                       "jekyll-paginate-v2",    "jekyll-redirect-from", "jekyll-remote-theme",
                                       "jekyll-sass-converter", "jekyll-seo-tag",       "jekyll-sitemap",
                                       "jekyll-watch"};

static void tell(const site *s, vector *out, slice text) {
    *(slice *)vector_push(out) = site_show_path(text, s->arena);
}

/* A setting, and how pages are read; `brief`: the setting alone. */
static void tell_setting(const site *s, vector *out, slice setting, const char *how, bool brief) {
    tell(s, out,
         brief ? setting : format_slice(s->arena, "%.*s: not followed: %s", SLICE_ARGS(setting), how));
}

static void tell_options(const site *s, vector *out, bool brief) {
    const front_value *options = kramdown_of(s);
    for (uint32_t i = 0; options && i < options->count; i++) {
        legacy_option one = {options->entries[i].key, value_text(&options->entries[i].value, s->arena)};
        if (options->entries[i].value.kind != FRONT_NULL && !legacy_follows_option(&one))
            tell_setting(s, out,
                         format_slice(s->arena, "kramdown: %.*s%s%.*s", SLICE_ARGS(one.name),
                                      one.value.length ? ": " : "", SLICE_ARGS(utf8_head(one.value, 60))),
                         "pages are read without it", brief);
    }
}

static bool is_harmless(slice plugin) {
    for (size_t i = 0; i < sizeof HARMLESS / sizeof *HARMLESS; i++)
        if (slice_equal(plugin, slice_of(HARMLESS[i])))
            return true;
    return false;
}

static bool holds_files(const site *s, const char *folder, slice ending) {
    vector names = vector_new(s->arena, sizeof(slice));
    list_folder(s->folder, folder, &names);
    for (size_t i = 0; i < names.count; i++)
        if (slice_ends_with(*(slice *)vector_at(&names, i), ending))
            return true;
    return false;
}

static void tell_plugins(const site *s, vector *out) {
    static const slice KEYS[] = {LITERAL("plugins"), LITERAL("gems")};
    for (size_t k = 0; k < sizeof KEYS / sizeof *KEYS; k++) {
        const front_value *list = page_front_get(&s->config, KEYS[k]);
        for (uint32_t i = 0; list && list->kind == FRONT_SEQUENCE && i < list->count && i < 100; i++) {
            slice plugin = list->entries[i].value.text;
            if (plugin.length && !is_harmless(plugin))
                tell(s, out,
                     format_slice(s->arena, "plugins: %.*s: not run: what it does to pages is not seen",
                                  SLICE_ARGS(utf8_head(plugin, 60))));
        }
    }
    if (holds_files(s, "_plugins", SLICE(".rb")))
        tell(s, out, SLICE("_plugins: not run: what they do to pages is not seen"));
}

/* The theme that mappings/theme.yml describes. */
#define KNOWN_THEME "isomerpages/isomerpages-template"

/* Of another theme nothing is known: what its sheets make of a page, and what its layouts put around it. */
static void tell_theme(const site *s, vector *out) {
    static const slice KEYS[] = {LITERAL("theme"), LITERAL("remote_theme")};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        slice theme = page_front_text(&s->config, KEYS[i]);
        slice name = slice_sub(theme, 0, slice_find_char(theme, '@', 0));
        if (theme.length && !slice_equal_nocase(name, SLICE(KNOWN_THEME)))
            tell(s, out,
                 format_slice(s->arena, "%.*s: %.*s: its style sheets are not read: name them with --css",
                              SLICE_ARGS(KEYS[i]), SLICE_ARGS(utf8_head(theme, 60))));
    }
}

/* Does the file hold a style sheet, or a link to one? What cannot be read may. */
static bool holds_styles(const site *s, slice path) {
    arena *a = arena_new(0);
    slice text, error;
    bool holds = !site_read(s, path, a, &text, &error);
    text = holds ? SLICE("") : slice_lower(text, a);
    holds = holds || slice_find(text, SLICE("<style"), 0) != SLICE_NONE ||
            slice_find(text, SLICE("stylesheet"), 0) != SLICE_NONE;
    arena_destroy(a);
    return holds;
}

/* Pages are taken for those of the theme. */
static void tell_layouts(const site *s, vector *out) {
    vector names = vector_new(s->arena, sizeof(slice));
    list_folder(s->folder, "_layouts", &names);
    for (size_t i = 0; i < names.count; i++) {
        slice path = *(slice *)vector_at(&names, i);
        if (!slice_ends_with(path, SLICE(".html")) || !holds_styles(s, path))
            continue;
        tell(s, out,
             SLICE("_layouts: not read: styles in them are not seen: name the style sheets with --css"));
        return;
    }
}

/* `liquid:`, but for what Jekyll has by itself (Jekyll: Configuration::DEFAULTS). */
static void tell_liquid(const site *s, vector *out) {
    static const slice USUAL[] = {LITERAL("false"), LITERAL("warn")};
    const front_value *options = page_front_get(&s->config, SLICE("liquid"));
    for (uint32_t i = 0; options && options->kind == FRONT_MAPPING && i < options->count && i < 100; i++) {
        const front_entry *one = &options->entries[i];
        slice value = value_text(&one->value, s->arena);
        bool is_usual =
            one->value.kind == FRONT_NULL || slice_is_listed(USUAL, sizeof USUAL / sizeof *USUAL, value);
        if (!is_usual)
            tell(s, out,
                 format_slice(s->arena, "liquid: %.*s: %.*s: not followed: Liquid is read without it",
                              SLICE_ARGS(utf8_head(one->key, 60)), SLICE_ARGS(utf8_head(value, 60))));
    }
}

/* What says how a page's own text is read. */
static void tell_markdown(const site *s, vector *out, bool brief) {
    slice markdown = page_front_text(&s->config, SLICE("markdown"));
    if (markdown.length && !slice_equal_nocase(markdown, SLICE("kramdown")))
        tell_setting(s, out, format_slice(s->arena, "markdown: %.*s", SLICE_ARGS(utf8_head(markdown, 60))),
                     "pages are read as kramdown reads them", brief);
    tell_options(s, out, brief);
}

void fill_unfollowed(const site *s, convert_settings *settings) {
    vector all = vector_new(s->arena, sizeof(slice));
    buffer out = buffer_new(s->arena, 64);
    tell_markdown(s, &all, true);
    for (size_t i = 0; i < all.count; i++) {
        buffer_append_string(&out, i ? "; " : "");
        buffer_append(&out, *(slice *)vector_at(&all, i));
    }
    settings->unfollowed = buffer_slice(&out);
}

/* Jekyll takes any text, and puts it before paths. */
static void tell_url(const site *s, vector *out) {
    slice url = page_front_text(&s->config, SLICE("url"));
    if (!asset_is_site_url(url, s->arena))
        tell(s, out,
             format_slice(s->arena,
                          "url: %.*s: not an address such as https://www.town.gov: links and pictures that "
                          "name the site's own host are taken for those of another",
                          SLICE_ARGS(utf8_head(url, 60))));
}

vector site_unfollowed(const site *s) {
    vector out = vector_new(s->arena, sizeof(slice));
    slice source = page_front_text(&s->config, SLICE("source"));
    tell_markdown(s, &out, false);
    if (source.length && !slice_equal(source, SLICE(".")) && !slice_equal(source, SLICE("./")))
        tell_setting(s, &out, format_slice(s->arena, "source: %.*s", SLICE_ARGS(utf8_head(source, 60))),
                     "pages are looked for from the root on", false);
    tell_url(s, &out);
    tell_theme(s, &out);
    tell_layouts(s, &out);
    tell_liquid(s, &out);
    tell_plugins(s, &out);
    return out;
}
