/* Are these the bytes of such a file? Before a fetched file counts, its bytes are held against its name.
 *
 * Comes in: the bytes, the local name, the Content-Type. Goes out: good or not, and what is to be said of it.
 * Reads the beginning and the end only, but for SVG, which is text.
 */
#include "private.h"

#include <strings.h>

/* How a kind of file ends, where that shows that it is whole. */
static bool ends_png(slice b) {
    return slice_find(slice_from(b, b.length > 65536 ? b.length - 65536 : 0),
                      (slice)LITERAL("IEND\xAE\x42\x60\x82"), 0) != SLICE_NONE;
}

/* Cameras and editors append to the picture, so the end mark may stand before the end. */
static bool ends_jpeg(slice b) {
    return slice_find(slice_from(b, b.length > 65536 ? b.length - 65536 : 0), (slice)LITERAL("\xFF\xD9"),
                      0) != SLICE_NONE;
}

static bool ends_gif(slice b) {
    return slice_find_char(slice_from(b, b.length > 1024 ? b.length - 1024 : 0), ';', 0) != SLICE_NONE;
}

static uint32_t little32(slice b, size_t at) {
    const unsigned char *p = (const unsigned char *)b.data + at;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool ends_riff(slice b) {
    return b.length >= 12 && (uint64_t)little32(b, 4) + 8 <= b.length;
}

static bool ends_pdf(slice b) {
    return slice_find(slice_from(b, b.length > 4096 ? b.length - 4096 : 0), SLICE("%%EOF"), 0) != SLICE_NONE;
}

static bool ends_zip(slice b) {
    return slice_find(slice_from(b, b.length > 66000 ? b.length - 66000 : 0), (slice)LITERAL("PK\5\6"), 0) !=
           SLICE_NONE;
}

static bool ends_svg(slice b) {
    return slice_find(slice_from(b, b.length > 65536 ? b.length - 65536 : 0), SLICE("svg>"), 0) !=
               SLICE_NONE ||
           slice_ends_with(slice_trim(b), SLICE("/>"));
}

/* A kind of file: its signature (WHATWG MIME Sniffing §6, and the formats' own), the extensions that may have
 * it. */
typedef struct kind {
    const char *name;
    slice magic;
    size_t offset;
    slice brand; /* further bytes at offset 8: RIFF and ISO media kinds */
    const char *extensions;
    bool (*is_whole)(slice bytes);
} kind;

#define NO_BRAND                                                                                             \
    { NULL, 0 }
static const kind KINDS[] = {
    {"PNG picture", LITERAL("\x89PNG\r\n\x1a\n"), 0, NO_BRAND, " png apng ", ends_png},
    {"JPEG picture", LITERAL("\xFF\xD8\xFF"), 0, NO_BRAND, " jpg jpeg jfif ", ends_jpeg},
    {"GIF picture", LITERAL("GIF8"), 0, NO_BRAND, " gif ", ends_gif},
    {"WebP picture", LITERAL("RIFF"), 0, LITERAL("WEBP"), " webp ", ends_riff},
    {"AVIF picture", LITERAL("ftyp"), 4, LITERAL("avi"), " avif ", NULL},
    {"HEIC picture", LITERAL("ftyp"), 4, LITERAL("hei"), " heic ", NULL},
    {"HEIC picture", LITERAL("ftyp"), 4, LITERAL("mif1"), " heic avif ", NULL},
    {"BMP picture", LITERAL("BM"), 0, NO_BRAND, " bmp ", NULL},
    {"TIFF picture", LITERAL("II*\0"), 0, NO_BRAND, " tif tiff ", NULL},
    {"TIFF picture", LITERAL("MM\0*"), 0, NO_BRAND, " tif tiff ", NULL},
    {"icon", LITERAL("\0\0\1\0"), 0, NO_BRAND, " ico ", NULL},
    {"PDF document", LITERAL("%PDF-"), 0, NO_BRAND, " pdf ", ends_pdf},
    {"zip archive", LITERAL("PK\3\4"), 0, NO_BRAND,
     " docx docm xlsx xlsm pptx ppsx odt ods odp epub zip key numbers pages ", ends_zip},
    {"old Office document", LITERAL("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), 0, NO_BRAND, " doc xls ppt pps ",
     NULL},
    {"gzip archive", LITERAL("\x1F\x8B"), 0, NO_BRAND, " gz ", NULL},
    {"MP4 film", LITERAL("ftyp"), 4, NO_BRAND, " mp4 m4v m4a mov ", NULL},
};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

/* Kinds that a name promises and a visitor would miss: other files are taken as they come. */
static bool is_promised(const char *padded) {
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strstr(KINDS[i].extensions, padded))
            return true;
    return strcmp(padded, " svg ") == 0;
}

static const kind *kind_of(slice bytes) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        const kind *k = &KINDS[i];
        if (slice_equal(slice_sub(bytes, k->offset, k->offset + k->magic.length), k->magic) &&
            slice_starts_with(slice_from(bytes, 8), k->brand))
            return k;
    }
    return NULL;
}

/* ---- text: HTML and SVG -------------------------------------------------------------------------------- */

static slice skip_to_element(slice text) {
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    for (;;) {
        text = slice_trim(text);
        bool comment = slice_starts_with(text, SLICE("<!--"));
        if (!comment && !slice_starts_with(text, SLICE("<?")))
            return text;
        size_t end = slice_find(text, comment ? SLICE("-->") : SLICE("?>"), 2);
        text = slice_from(text, end == SLICE_NONE ? text.length : end + (comment ? 3 : 2));
    }
}

static bool starts_with_word(slice text, const char *word) {
    size_t length = strlen(word);
    return text.length > length && strncasecmp(text.data, word, length) == 0 && !is_alnum(text.data[length]);
}

static bool is_html(slice bytes) {
    static const char *const STARTS[] = {"<!doctype html", "<html",   "<head", "<body",
                                         "<title",         "<script", "<div",  "<h1"};
    slice text = skip_to_element(bytes);
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++)
        if (starts_with_word(text, STARTS[i]))
            return true;
    return false;
}

/* Behind a document type, with the declarations in brackets that it may have (XML §2.8). */
static slice skip_type(slice text) {
    size_t end = slice_find_char(text, '>', 0), bracket = slice_find_char(text, '[', 0);
    while (bracket < end && end != SLICE_NONE) {
        size_t last = end;
        while (is_space(text.data[last - 1]))
            last--;
        if (text.data[last - 1] == ']')
            break;
        end = slice_find_char(text, '>', end + 1);
    }
    return end == SLICE_NONE ? SLICE("") : slice_from(text, end + 1);
}

static bool is_svg(slice bytes) {
    slice text = skip_to_element(bytes);
    if (starts_with_word(text, "<!doctype svg"))
        text = skip_to_element(skip_type(text));
    size_t colon = slice_find_char(slice_sub(text, 0, 32), ':', 0);
    return starts_with_word(text, "<svg") ||
           (colon != SLICE_NONE && starts_with_word(slice_from(text, colon), ":svg"));
}

/* An address whose scheme is not there to be read: `&#106;avascript:`. */
static bool hides_scheme(slice text, size_t at) {
    slice value = slice_trim(slice_sub(text, at, at + 256));
    if (!slice_starts_with(value, SLICE("=")))
        return false;
    value = slice_trim(slice_from(value, 1));
    size_t end = 1;
    while (end < value.length && value.data[end] != value.data[0] && value.data[end] != '>')
        end++;
    return slice_find_char(slice_sub(value, 0, end), '&', 0) != SLICE_NONE &&
           slice_find(slice_sub(value, 0, end), SLICE("&#"), 0) != SLICE_NONE;
}

static bool begins_with(const char *at, size_t left, const char *word) {
    size_t length = strlen(word);
    return left > length && strncasecmp(at, word, length) == 0;
}

/* Elements that run, reach out, or set attributes that do. */
static bool is_active(const char *at, size_t left) {
    static const char *const NAMES[] = {"<!entity", "<foreignobject", "<iframe",  "<embed",  "<object",
                                        "<handler", "<set",           "<animate", "<script", ":script"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (begins_with(at, left, NAMES[i]) && (NAMES[i][1] != 's' || NAMES[i][2] != 'e' || is_space(at[4])))
            return true;
    return false;
}

/* Anything that would run or reach out if the SVG were opened by itself. Errs on the side of saying so. */
static bool has_script(slice text) {
    for (size_t i = 0; i + 2 < text.length; i++) {
        const char *at = text.data + i;
        size_t left = text.length - i;
        if ((*at == '<' || *at == ':') && is_active(at, left))
            return true;
        if (to_lower(*at) == 'h' && begins_with(at, left, "href") && hides_scheme(text, i + 4))
            return true;
        if (to_lower(*at) == 'j' && left > 11 && strncasecmp(at, "javascript:", 11) == 0)
            return true;
        if (is_space(*at) && to_lower(at[1]) == 'o' && to_lower(at[2]) == 'n') {
            size_t end = i + 3;
            while (end < text.length && end < i + 40 && is_alpha(text.data[end]))
                end++;
            if (end > i + 3 && end < text.length && (text.data[end] == '=' || is_space(text.data[end])) &&
                slice_starts_with(slice_trim(slice_sub(text, end, end + 8)), SLICE("=")))
                return true;
        }
    }
    return false;
}

/* Jekyll: Utils.has_yaml_header?: any file that begins so is a page, with Liquid, at any address. */
static bool begins_a_page(slice bytes) {
    slice line = slice_sub(bytes, 0, slice_find_char(bytes, '\n', 0));
    return slice_starts_with(line, SLICE("---")) && slice_trim(slice_from(line, 3)).length == 0;
}

/* ---- the verdict --------------------------------------------------------------------------------------- */

static verdict bad(const char *problem) {
    return (verdict){false, FINDING_ASSET_LOST, problem};
}

static verdict inspect_svg(slice bytes, bool named_svg) {
    if (!ends_svg(bytes))
        return bad("the picture is cut off: an SVG without its end");
    if (has_script(bytes))
        return (verdict){true, FINDING_ASSET_SCRIPT, "SVG picture with a script in it"};
    if (!named_svg)
        return (verdict){true, FINDING_ASSET_TYPE, "an SVG picture by its bytes"};
    return (verdict){true, FINDING_COUNT, ""};
}

verdict inspect_bytes(slice bytes, slice path, slice content_type) {
    char padded[16] = " ";
    slice extension = name_extension(path);
    for (size_t i = 0; i < extension.length && i < sizeof padded - 3; i++) {
        padded[i + 1] = to_lower(extension.data[i]);
        padded[i + 2] = ' ';
        padded[i + 3] = '\0';
    }
    if (bytes.length == 0)
        return bad("the server sent an empty file");
    if (begins_a_page(bytes))
        return bad("the file begins with front matter: the site would publish it as a page");
    const kind *found = kind_of(bytes);
    if (!found && is_html(bytes))
        return bad("the server sent an HTML page in place of the file");
    if (!found && is_svg(bytes))
        return inspect_svg(bytes, strcmp(padded, " svg ") == 0);
    if (found && found->is_whole && !found->is_whole(bytes))
        return bad("the file is cut off: its end is missing");
    if (!found && is_promised(padded))
        return bad("the bytes are of no kind of picture or document that the name could stand for");
    if (!found && slice_starts_with(content_type, SLICE("text/html")))
        return bad("the server calls it an HTML page");
    bool named_so = !found || !is_promised(padded) || strstr(found->extensions, padded);
    if (!named_so)
        return (verdict){true, FINDING_ASSET_TYPE, found->name};
    return (verdict){true, FINDING_COUNT, ""};
}
