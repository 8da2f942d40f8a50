/* Local names: safe on every file system, and from the address alone.
 *
 * Comes in: the part of an address that the rule keeps. Goes out: a relative path below at least one folder.
 * Where nothing had to change the name is the address's own; where something had to, it carries the address's
 * mark (twelve hexadecimal digits of its hash), so that two addresses that only differ in what was changed
 * stay apart.
 */
#include "private.h"

#include <utf8proc.h>

/* Half of the usual 255, so that a suffix, a .part or an encrypting file system has room; Windows: 260 in
 * all. */
enum { SEGMENT_MAX = 120, PATH_MAX_BYTES = 200, EXTENSION_MAX = 8 };

static slice segment_at(slice path, size_t from) {
    return slice_sub(path, from, slice_find_char(path, '/', from));
}

static size_t last_slash(slice path) {
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return at;
}

slice name_extension(slice path) {
    for (size_t at = path.length; at > last_slash(path) + 1; at--)
        if (path.data[at - 1] == '.')
            return slice_from(path, at);
    return (slice){NULL, 0};
}

/* ---- one segment --------------------------------------------------------------------------------------- */

/* What no name holds: Windows' forbidden characters, and whatever cannot be seen or told from a space. */
static bool is_unsafe(uint32_t c) {
    if (c < 0x80)
        return c < ' ' || c == 0x7F || strchr("<>:\"/\\|?*", (int)c);
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return c == 0xFFFD;
    }
}

static slice replace_unsafe(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 8);
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        if (is_unsafe(c) ||
            (c == '~' && at < text.length && is_digit(text.data[at]))) /* GIT~1: .git on Windows */
            buffer_append_char(&out, '-');
        else
            buffer_append(&out, slice_sub(text, from, at));
    }
    return buffer_slice(&out);
}

static slice normalise(slice text, utf8proc_option_t options, arena *a) {
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.data;
    utf8proc_ssize_t length = (utf8proc_ssize_t)text.length;
    options |= UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_ssize_t needed = utf8proc_decompose(bytes, length, NULL, 0, options);
    if (length == 0 || needed < 0)
        return text;
    utf8proc_int32_t *points = arena_alloc(a, ((size_t)needed + 1) * sizeof *points);
    needed = utf8proc_decompose(bytes, length, points, needed, options);
    needed = utf8proc_reencode(points, needed, options);
    return needed < 0 ? text : (slice){(const char *)points, (size_t)needed};
}

/* Jekyll publishes nothing that begins with . _ # or ends with ~ (EntryFilter); Windows drops dots and spaces
 * at the end; a name that begins with - looks like an option. */
static slice trim_ends(slice text) {
    while (text.length && strchr("._#- ~", text.data[0]))
        text = slice_from(text, 1);
    while (text.length && strchr(". ~", text.data[text.length - 1]))
        text.length--;
    return text;
}

/* Windows: device names, with any extension, in any case. */
static bool is_device(slice segment) {
    static const slice DEVICES[] = {LITERAL("con"), LITERAL("prn"),    LITERAL("aux"),
                                    LITERAL("nul"), LITERAL("conin$"), LITERAL("conout$")};
    slice stem = slice_trim(slice_sub(segment, 0, slice_find_char(segment, '.', 0)));
    for (size_t i = 0; i < sizeof DEVICES / sizeof *DEVICES; i++)
        if (slice_equal_nocase(stem, DEVICES[i]))
            return true;
    slice port = slice_sub(stem, 0, 3), number = slice_from(stem, 3);
    bool is_number = (number.length == 1 && is_digit(number.data[0])) ||
                     slice_equal(number, SLICE("\xC2\xB9")) || slice_equal(number, SLICE("\xC2\xB2")) ||
                     slice_equal(number, SLICE("\xC2\xB3"));
    return is_number && (slice_equal_nocase(port, SLICE("com")) || slice_equal_nocase(port, SLICE("lpt")));
}

/* At most `max` bytes, cut between characters, the extension kept. */
static slice shorten(slice segment, size_t max, arena *a) {
    if (segment.length <= max)
        return segment;
    slice extension = name_extension(segment);
    if (extension.length == 0 || extension.length > EXTENSION_MAX)
        extension = (slice){NULL, 0};
    size_t cut = max - (extension.length ? extension.length + 1 : 0);
    slice stem = trim_ends(utf8_head(segment, cut));
    return extension.length ? format_slice(a, "%.*s.%.*s", SLICE_ARGS(stem), SLICE_ARGS(extension)) : stem;
}

static slice safe_segment(const asset_rules *rules, slice raw, bool is_folder, arena *a) {
    slice name =
        trim_ends(replace_unsafe(normalise(replace_unsafe(slice_percent_decoded(raw, a), a), 0, a), a));
    if (name.length == 0)
        name = SLICE("file");
    slice extension = name_extension(name);
    bool known = rules_list_has(&rules->pictures, extension) || rules_list_has(&rules->files, extension);
    /* A folder never ends like a file, a file never like something else: so no file is in a folder's place,
     * and nothing comes in that a site would run or publish as a page. */
    if (extension.length && (is_folder ? known : !known)) {
        char *copy = arena_alloc(a, name.length);
        memcpy(copy, name.data, name.length);
        copy[name.length - extension.length - 1] = '-';
        name = (slice){copy, name.length};
        if (!is_folder) /* "x.html.php" */
            for (size_t i = 0; i < name.length; i++)
                if (copy[i] == '.')
                    copy[i] = '-';
    }
    if (is_device(name))
        name = format_slice(a, "file-%.*s", SLICE_ARGS(name));
    return shorten(name, SEGMENT_MAX, a);
}

/* ---- the whole path ------------------------------------------------------------------------------------ */

/* Twelve hexadecimal digits of the address: FNV-1a, its bits mixed (MurmurHash3's finaliser). */
static slice mark_of(slice remote, arena *a) {
    uint64_t h = slice_hash(remote);
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    return format_slice(a, "%012llx", (unsigned long long)((h ^ (h >> 33)) >> 16));
}

slice name_marked(slice path, slice remote, arena *a) {
    slice mark = mark_of(remote, a), extension = name_extension(path);
    slice stem = slice_sub(path, 0, path.length - extension.length - (extension.length ? 1 : 0));
    return format_slice(a, "%.*s-%.*s%s%.*s", SLICE_ARGS(stem), SLICE_ARGS(mark), extension.length ? "." : "",
                        SLICE_ARGS(extension));
}

static slice folder_for(const asset_rules *rules, slice name) {
    return rules_list_has(&rules->files, name_extension(name)) ? SLICE("files") : SLICE("images");
}

slice name_canonical(const asset_rules *rules, slice raw, slice remote, arena *a) {
    buffer out = buffer_new(a, raw.length + 16);
    bool changed = false;
    for (size_t from = 0; from <= raw.length;) {
        slice segment = segment_at(raw, from);
        size_t end = from + segment.length;
        slice name = safe_segment(rules, segment, end < raw.length, a);
        changed = changed || !slice_equal(name, slice_percent_decoded(segment, a));
        if (segment.length || end >= raw.length) { /* "a//b" is a/b, with its mark */
            if (out.length)
                buffer_append_char(&out, '/');
            buffer_append(&out, name);
        }
        from = end + 1;
    }
    slice path = buffer_slice(&out), last = slice_from(path, last_slash(path));
    if (last.length == path.length)
        path = format_slice(a, "%.*s/%.*s", SLICE_ARGS(folder_for(rules, last)), SLICE_ARGS(path));
    if (path.length > PATH_MAX_BYTES) {
        path = format_slice(a, "%.*s/%.*s", SLICE_ARGS(folder_for(rules, last)), SLICE_ARGS(last));
        changed = true;
    }
    return changed || name_extension(path).length == 0 ? name_marked(path, remote, a) : path;
}

slice name_folded(slice path, arena *a) {
    return normalise(path, UTF8PROC_CASEFOLD, a);
}

void name_append_encoded(slice path, buffer *out) {
    static const char HEX[] = "0123456789ABCDEF";
    for (size_t i = 0; i < path.length; i++) {
        unsigned char c = (unsigned char)path.data[i];
        if (is_alnum((char)c) || (c && strchr("-._~/!$&'()*+,;=:@", c)))
            buffer_append_char(out, (char)c);
        else
            buffer_append(out, (slice){(char[]){'%', HEX[c >> 4], HEX[c & 15]}, 3});
    }
}
