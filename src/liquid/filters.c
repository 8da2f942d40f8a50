/* The filters that make text of text: Liquid's (StandardFilters) and Jekyll's (Filters), as far as their
 * value hangs on nothing but their arguments and the site's address. Where Ruby would raise an error, or the
 * value is longer or odder than a page needs, it is not known.
 */
#include "private.h"

#include <utf8proc.h>

static slice text_of(const call *c, size_t argument) {
    return value_text(&c->arguments[argument], c->arena);
}

static bool is_nil(const call *c) {
    return c->arguments[0].type == LIQUID_NIL;
}

static liquid_value integer_value(size_t number) {
    return (liquid_value){.type = LIQUID_INTEGER, .integer = (int64_t)number};
}

static liquid_value buffer_value(const buffer *out) {
    return liquid_string(buffer_slice(out));
}

/* ---- characters -------------------------------------------------------------------------------------- */

static size_t count_characters(slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += (text.data[i] & 0xC0) != 0x80;
    return count;
}

/* The byte at which the character number `index` begins; the length where there are fewer. */
static size_t character_at(slice text, size_t index) {
    size_t at = 0;
    while (at < text.length && index-- > 0)
        utf8_next(text, &at);
    return at;
}

/* Ruby: strip; white space and NUL. */
static bool is_stripped(char c) {
    return is_space(c) || c == '\0';
}

static slice strip_left(slice text) {
    size_t from = 0;
    while (from < text.length && is_stripped(text.data[from]))
        from++;
    return slice_from(text, from);
}

static slice strip_right(slice text) {
    while (text.length && is_stripped(text.data[text.length - 1]))
        text.length--;
    return text;
}

static liquid_value filter_strip(call *c) {
    return liquid_string(strip_left(strip_right(text_of(c, 0))));
}

static liquid_value filter_lstrip(call *c) {
    return liquid_string(strip_left(text_of(c, 0)));
}

static liquid_value filter_rstrip(call *c) {
    return liquid_string(strip_right(text_of(c, 0)));
}

/* Ruby: Integer#size is 8 bytes; nil, true and floats have none. */
static liquid_value filter_size(call *c) {
    bool is_text = c->arguments[0].type == LIQUID_STRING;
    return integer_value(is_text                                  ? count_characters(c->arguments[0].text)
                         : c->arguments[0].type == LIQUID_INTEGER ? 8
                                                                  : 0);
}

/* ---- case -------------------------------------------------------------------------------------------- */

/* Whether the case of the character is more than one of another character (Unicode: SpecialCasing.txt;
 * utf8proc knows simple mappings only). All of Greek with signs, ligatures, and some single ones. */
static bool has_special_case(utf8proc_int32_t c) {
    return c == 0xDF || c == 0x130 || c == 0x149 || c == 0x1F0 || c == 0x345 || c == 0x390 || c == 0x3B0 ||
           c == 0x587 || (c >= 0x10D0 && c <= 0x10FF) || (c >= 0x1C90 && c <= 0x1CBF) ||
           (c >= 0x1E96 && c <= 0x1E9E) || (c >= 0x1F50 && c <= 0x1FFF) || (c >= 0xFB00 && c <= 0xFB17);
}

typedef enum letter_case { CASE_LOWER, CASE_UPPER, CASE_TITLE } letter_case;

static utf8proc_int32_t change_case(utf8proc_int32_t c, letter_case wanted) {
    return wanted == CASE_LOWER   ? utf8proc_tolower(c)
           : wanted == CASE_UPPER ? utf8proc_toupper(c)
                                  : utf8proc_totitle(c);
}

static liquid_value change_text(call *c, letter_case first, letter_case others) {
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length + 16);
    for (size_t at = 0; at < text.length;) {
        letter_case wanted = at ? others : first;
        utf8proc_int32_t one = (utf8proc_int32_t)utf8_next(text, &at);
        if (has_special_case(one))
            return unknown_value();
        buffer_append_codepoint(&out, (uint32_t)change_case(one, wanted));
    }
    return buffer_value(&out);
}

static liquid_value filter_downcase(call *c) {
    return change_text(c, CASE_LOWER, CASE_LOWER);
}

static liquid_value filter_upcase(call *c) {
    return change_text(c, CASE_UPPER, CASE_UPPER);
}

static liquid_value filter_capitalize(call *c) {
    return change_text(c, CASE_TITLE, CASE_LOWER);
}

/* ---- escaping ---------------------------------------------------------------------------------------- */

static slice html_reference(char c) {
    switch (c) {
    case '&':
        return SLICE("&amp;");
    case '<':
        return SLICE("&lt;");
    case '>':
        return SLICE("&gt;");
    case '"':
        return SLICE("&quot;");
    default:
        return SLICE("");
    }
}

/* /&(?!([a-zA-Z]+|(#\d+));)/ */
static bool begins_reference(slice text, size_t at) {
    size_t from = ++at;
    if (at < text.length && text.data[at] == '#') {
        from = ++at;
        while (at < text.length && is_digit(text.data[at]))
            at++;
    } else {
        while (at < text.length && is_alpha(text.data[at]))
            at++;
    }
    return at > from && at < text.length && text.data[at] == ';';
}

static liquid_value escape(call *c, bool once, slice apostrophe) {
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length + 16);
    for (size_t i = 0; i < text.length; i++) {
        slice reference = text.data[i] == '\'' ? apostrophe : html_reference(text.data[i]);
        if (reference.length == 0 || (once && text.data[i] == '&' && begins_reference(text, i)))
            buffer_append_char(&out, text.data[i]);
        else
            buffer_append(&out, reference);
    }
    return buffer_value(&out);
}

static liquid_value filter_escape(call *c) { /* CGI.escapeHTML */
    return is_nil(c) ? c->arguments[0] : escape(c, false, SLICE("&#39;"));
}

static liquid_value filter_escape_once(call *c) {
    return escape(c, true, SLICE("&#39;"));
}

static liquid_value filter_xml_escape(call *c) { /* Ruby: encode(xml: :attr) */
    return escape(c, false, SLICE("&apos;"));
}

static void append_percent(buffer *out, char c) {
    buffer_printf(out, "%%%02X", (unsigned char)c);
}

/* CGI.escape */
static liquid_value filter_url_encode(call *c) {
    if (is_nil(c))
        return c->arguments[0];
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length + 16);
    for (size_t i = 0; i < text.length; i++) {
        char one = text.data[i];
        if (is_alnum(one) || one == '_' || one == '.' || one == '-' || one == '~')
            buffer_append_char(&out, one);
        else if (one == ' ')
            buffer_append_char(&out, '+');
        else
            append_percent(&out, one);
    }
    return buffer_value(&out);
}

static liquid_value filter_cgi_escape(call *c) { /* raises an error for what is no text */
    return c->arguments[0].type == LIQUID_STRING ? filter_url_encode(c) : unknown_value();
}

static bool is_valid(slice text) {
    for (size_t at = 0; at < text.length;) {
        utf8proc_int32_t one;
        utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
                                                   (utf8proc_ssize_t)(text.length - at), &one);
        if (length <= 0)
            return false;
        at += (size_t)length;
    }
    return true;
}

/* CGI.unescape */
static liquid_value filter_url_decode(call *c) {
    if (is_nil(c))
        return c->arguments[0];
    slice text = slice_copy(text_of(c, 0), c->arena);
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '+')
            ((char *)text.data)[i] = ' ';
    text = slice_percent_decoded(text, c->arena);
    return is_valid(text) ? liquid_string(text) : unknown_value();
}

static liquid_value encode_base64(call *c, const char *alphabet) {
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length * 4 / 3 + 4);
    for (size_t at = 0; at < text.length; at += 3) {
        uint32_t bits = 0;
        size_t count = text.length - at < 3 ? text.length - at : 3;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < count ? (unsigned char)text.data[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            buffer_append_char(&out, i <= count ? alphabet[bits >> (18 - 6 * i) & 63] : '=');
    }
    return buffer_value(&out);
}

static liquid_value filter_base64_encode(call *c) {
    return encode_base64(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
}

static liquid_value filter_base64_url_safe_encode(call *c) {
    return encode_base64(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

/* ---- parts of a text --------------------------------------------------------------------------------- */

/* Utils.to_integer, of what is plainly a whole number. */
static bool integer_of(const call *c, size_t argument, int64_t *number) {
    const liquid_value *value = &c->arguments[argument];
    *number = value->integer;
    if (value->type == LIQUID_INTEGER)
        return true;
    if (value->type != LIQUID_STRING || value->text.length == 0 || value->text.length > 9)
        return false;
    size_t sign = value->text.data[0] == '-';
    *number = 0;
    for (size_t i = sign; i < value->text.length; i++) {
        if (!is_digit(value->text.data[i]))
            return false;
        *number = *number * 10 + (value->text.data[i] - '0');
    }
    if (value->text.length == sign || (value->text.data[sign] == '0' && value->text.length > sign + 1))
        return false; /* an octal number for Ruby */
    *number = sign ? -*number : *number;
    return true;
}

/* String#slice(offset, length) */
static liquid_value filter_slice(call *c) {
    slice text = text_of(c, 0);
    int64_t offset, length = 1, count = (int64_t)count_characters(text);
    bool counted = c->count > 2 && c->arguments[2].type != LIQUID_NIL &&
                   !(c->arguments[2].type == LIQUID_BOOLEAN && !c->arguments[2].boolean);
    if (!integer_of(c, 1, &offset) || (counted && !integer_of(c, 2, &length)))
        return unknown_value();
    if (offset > INT32_MAX || offset < -INT32_MAX || length > INT32_MAX)
        return unknown_value();
    offset += offset < 0 ? count : 0;
    if (offset < 0 || offset > count || length < 0)
        return liquid_string(SLICE(""));
    slice rest = slice_from(text, character_at(text, (size_t)offset));
    return liquid_string(slice_sub(rest, 0, character_at(rest, (size_t)length)));
}

static liquid_value join_texts(call *c, slice one, slice other) {
    buffer out = buffer_new(c->arena, one.length + other.length);
    buffer_append(&out, one);
    buffer_append(&out, other);
    return buffer_value(&out);
}

static liquid_value filter_truncate(call *c) {
    if (is_nil(c))
        return c->arguments[0];
    slice text = text_of(c, 0), dots = c->count > 2 ? text_of(c, 2) : SLICE("...");
    int64_t length = 50;
    if (c->count > 1 && !integer_of(c, 1, &length))
        return unknown_value();
    if ((int64_t)count_characters(text) <= length)
        return liquid_string(text);
    int64_t kept = length - (int64_t)count_characters(dots);
    return join_texts(c, slice_sub(text, 0, character_at(text, kept < 0 ? 0 : (size_t)kept)), dots);
}

static size_t skip_words(slice text, size_t at, bool spaces) {
    while (at < text.length && is_stripped(text.data[at]) == spaces)
        at++;
    return at;
}

/* String#split(" ", words + 1): what is behind the last word counts, also where it is empty. */
static liquid_value filter_truncatewords(call *c) {
    if (is_nil(c))
        return c->arguments[0];
    slice text = text_of(c, 0), dots = c->count > 2 ? text_of(c, 2) : SLICE("...");
    int64_t words = 15;
    if ((c->count > 1 && !integer_of(c, 1, &words)) || words > INT32_MAX - 2)
        return unknown_value();
    words = words <= 0 ? 1 : words;
    buffer out = buffer_new(c->arena, text.length + dots.length);
    size_t at = 0;
    for (int64_t i = 0; i < words; i++) {
        size_t from = skip_words(text, at, true);
        at = skip_words(text, from, false);
        if (i && from < text.length)
            buffer_append_char(&out, ' ');
        buffer_append(&out, slice_sub(text, from, at));
        if (at == text.length)
            return liquid_string(text);
    }
    buffer_append(&out, dots);
    return buffer_value(&out);
}

/* ---- putting together and taking out ------------------------------------------------------------------ */

static liquid_value filter_append(call *c) {
    return join_texts(c, text_of(c, 0), text_of(c, 1));
}

static liquid_value filter_prepend(call *c) {
    return join_texts(c, text_of(c, 1), text_of(c, 0));
}

/* String#gsub and #sub with a text for a pattern; nothing is found between all characters. `most`: how many
 * are replaced. */
static liquid_value replace_first(call *c, slice with, size_t most) {
    slice text = text_of(c, 0), wanted = text_of(c, 1);
    if (slice_find_char(with, '\\', 0) != SLICE_NONE) /* refers to what was found */
        return unknown_value();
    buffer out = buffer_new(c->arena, text.length + with.length);
    size_t from = 0;
    for (; most > 0 && out.length <= VALUE_MAX; most--) {
        size_t at = wanted.length ? slice_find(text, wanted, from) : from;
        if (at == SLICE_NONE || at > text.length)
            break;
        buffer_append(&out, slice_sub(text, from, at));
        buffer_append(&out, with);
        from = at + wanted.length;
        if (wanted.length)
            continue;
        if (from == text.length)
            break;
        size_t next = from;
        utf8_next(text, &next);
        buffer_append(&out, slice_sub(text, from, next));
        from = next;
    }
    buffer_append(&out, slice_from(text, from));
    return buffer_value(&out);
}

static slice replacement_of(const call *c) {
    return c->count > 2 ? text_of(c, 2) : SLICE("");
}

static liquid_value filter_replace(call *c) {
    return replace_first(c, replacement_of(c), SIZE_MAX);
}

static liquid_value filter_replace_first(call *c) {
    return replace_first(c, replacement_of(c), 1);
}

static liquid_value filter_remove(call *c) {
    return replace_first(c, SLICE(""), SIZE_MAX);
}

static liquid_value filter_remove_first(call *c) {
    return replace_first(c, SLICE(""), 1);
}

/* String#rindex */
static liquid_value replace_last(call *c, slice with) {
    slice text = text_of(c, 0), wanted = text_of(c, 1);
    size_t at = text.length + 1;
    while (at-- > 0)
        if (slice_starts_with(slice_from(text, at), wanted))
            break;
    if (at == SIZE_MAX)
        return liquid_string(text);
    buffer out = buffer_new(c->arena, text.length + with.length);
    buffer_append(&out, slice_sub(text, 0, at));
    buffer_append(&out, with);
    buffer_append(&out, slice_from(text, at + wanted.length));
    return buffer_value(&out);
}

static liquid_value filter_replace_last(call *c) {
    return replace_last(c, replacement_of(c));
}

static liquid_value filter_remove_last(call *c) {
    return replace_last(c, SLICE(""));
}

/* /\r?\n/ → `with` */
static liquid_value replace_line_ends(call *c, slice with) {
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length + 16);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\r' && i + 1 < text.length && text.data[i + 1] == '\n')
            continue;
        if (text.data[i] == '\n')
            buffer_append(&out, with);
        else
            buffer_append_char(&out, text.data[i]);
    }
    return buffer_value(&out);
}

static liquid_value filter_strip_newlines(call *c) {
    return replace_line_ends(c, SLICE(""));
}

static liquid_value filter_newline_to_br(call *c) {
    return replace_line_ends(c, SLICE("<br />\n"));
}

/* StandardFilters: STRIP_HTML_BLOCKS, the first of them that begins at a place and ends. */
static size_t match_html_block(slice text, size_t at, bool never_ends[3]) {
    static const slice BLOCKS[3][2] = {{LITERAL("<script"), LITERAL("</script>")},
                                       {LITERAL("<!--"), LITERAL("-->")},
                                       {LITERAL("<style"), LITERAL("</style>")}};
    for (size_t i = 0; i < 3; i++) {
        if (never_ends[i] || !slice_starts_with(slice_from(text, at), BLOCKS[i][0]))
            continue;
        size_t end = slice_find(text, BLOCKS[i][1], at + BLOCKS[i][0].length);
        if (end != SLICE_NONE)
            return end + BLOCKS[i][1].length;
        never_ends[i] = true;
    }
    return at;
}

static liquid_value filter_strip_html(call *c) {
    slice text = text_of(c, 0);
    bool never_ends[3] = {false, false, false};
    buffer rest = buffer_new(c->arena, text.length), out = buffer_new(c->arena, text.length);
    for (size_t at = 0; at < text.length;) {
        size_t behind = match_html_block(text, at, never_ends);
        if (behind == at)
            buffer_append_char(&rest, text.data[at++]);
        else
            at = behind;
    }
    slice tags = buffer_slice(&rest);
    for (size_t at = 0, open; at < tags.length;) {
        open = slice_find_char(tags, '<', at);
        size_t close = open == SLICE_NONE ? SLICE_NONE : slice_find_char(tags, '>', open);
        buffer_append(&out, slice_sub(tags, at, close == SLICE_NONE ? SLICE_NONE : open));
        at = close == SLICE_NONE ? tags.length : close + 1;
    }
    return buffer_value(&out);
}

static liquid_value filter_normalize_whitespace(call *c) {
    slice text = text_of(c, 0);
    buffer out = buffer_new(c->arena, text.length);
    bool gap = false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_space(text.data[i]))
            buffer_append_char(&out, text.data[i]);
        else if (!gap)
            buffer_append_char(&out, ' ');
        gap = is_space(text.data[i]);
    }
    return liquid_string(strip_left(strip_right(buffer_slice(&out))));
}

/* ---- others ------------------------------------------------------------------------------------------ */

static liquid_value filter_default(call *c) {
    const liquid_value *value = &c->arguments[0];
    bool is_missing = value->type == LIQUID_NIL || (value->type == LIQUID_BOOLEAN && !value->boolean) ||
                      (value->type == LIQUID_STRING && value->text.length == 0);
    return !is_missing ? *value : c->count > 1 ? c->arguments[1] : liquid_string(SLICE(""));
}

/* Jekyll: /\/index\.html?$/ → `/`, where it ends a line first. */
static liquid_value filter_strip_index(call *c) {
    slice text = text_of(c, 0);
    if (text.length == 0)
        return (liquid_value){.type = LIQUID_NIL};
    if (c->arguments[0].type != LIQUID_STRING)
        return unknown_value();
    for (size_t at = 0; (at = slice_find(text, SLICE("/index.htm"), at)) != SLICE_NONE; at++) {
        size_t end = at + 10;
        end += end < text.length && text.data[end] == 'l';
        if (end < text.length && text.data[end] != '\n')
            continue;
        buffer out = buffer_new(c->arena, text.length);
        buffer_append(&out, slice_sub(text, 0, at + 1));
        buffer_append(&out, slice_from(text, end));
        return buffer_value(&out);
    }
    return c->arguments[0];
}

/* Jekyll: Utils.slugify; what each mode keeps. */
typedef enum slug_mode { SLUG_DEFAULT, SLUG_RAW, SLUG_PRETTY, SLUG_ASCII } slug_mode;

static bool is_letter_or_digit(uint32_t c) {
    if (c < 0x80)
        return is_alnum((char)c);
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
           category == UTF8PROC_CATEGORY_ND;
}

static bool stays_in_slug(uint32_t c, slug_mode mode) {
    switch (mode) {
    case SLUG_RAW:
        return c >= 0x80 || !is_space((char)c);
    case SLUG_ASCII:
        return c < 0x80 && is_alnum((char)c);
    case SLUG_PRETTY:
        return is_letter_or_digit(c) || (c && c < 0x80 && strchr("._~!$&'()+,;=@", (int)c));
    case SLUG_DEFAULT:
        break;
    }
    return is_letter_or_digit(c);
}

/* False: another, which only changes the case, or one that is not known here. */
static bool find_slug_mode(const call *c, slug_mode *mode) {
    static const slice NAMES[] = {LITERAL("default"), LITERAL("raw"), LITERAL("pretty"), LITERAL("ascii")};
    *mode = SLUG_DEFAULT;
    if (c->count < 2 || c->arguments[1].type == LIQUID_NIL)
        return true;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (c->arguments[1].type == LIQUID_STRING && slice_equal(c->arguments[1].text, NAMES[i])) {
            *mode = (slug_mode)i;
            return true;
        }
    return false;
}

static liquid_value filter_slugify(call *c) {
    slug_mode mode;
    if (is_nil(c))
        return c->arguments[0];
    if (c->arguments[0].type != LIQUID_STRING || !find_slug_mode(c, &mode))
        return unknown_value();
    slice text = c->arguments[0].text;
    buffer out = buffer_new(c->arena, text.length);
    bool gap = false;
    for (size_t at = 0, from; at < text.length;) {
        from = at;
        bool stays = stays_in_slug(utf8_next(text, &at), mode);
        if (stays)
            buffer_append(&out, slice_sub(text, from, at));
        else if (!gap)
            buffer_append_char(&out, '-');
        gap = !stays;
    }
    slice slug = buffer_slice(&out);
    slug = slice_from(slug, slice_starts_with(slug, SLICE("-")));
    slug = slice_sub(slug, 0, slug.length - slice_ends_with(slug, SLICE("-")));
    c->arguments[0] = liquid_string(slug);
    return slug.length ? filter_downcase(c) : c->arguments[0];
}

/* ---- the table --------------------------------------------------------------------------------------- */

static const struct {
    slice name;
    uint8_t least, most; /* arguments besides the input */
    liquid_value (*apply)(call *c);
} FILTERS[] = {
    {LITERAL("absolute_url"), 0, 0, absolute_url},
    {LITERAL("append"), 1, 1, filter_append},
    {LITERAL("base64_encode"), 0, 0, filter_base64_encode},
    {LITERAL("base64_url_safe_encode"), 0, 0, filter_base64_url_safe_encode},
    {LITERAL("capitalize"), 0, 0, filter_capitalize},
    {LITERAL("cgi_escape"), 0, 0, filter_cgi_escape},
    {LITERAL("default"), 0, 1, filter_default},
    {LITERAL("downcase"), 0, 0, filter_downcase},
    {LITERAL("escape"), 0, 0, filter_escape},
    {LITERAL("escape_once"), 0, 0, filter_escape_once},
    {LITERAL("h"), 0, 0, filter_escape},
    {LITERAL("lstrip"), 0, 0, filter_lstrip},
    {LITERAL("newline_to_br"), 0, 0, filter_newline_to_br},
    {LITERAL("normalize_whitespace"), 0, 0, filter_normalize_whitespace},
    {LITERAL("prepend"), 1, 1, filter_prepend},
    {LITERAL("relative_url"), 0, 0, relative_url},
    {LITERAL("remove"), 1, 1, filter_remove},
    {LITERAL("remove_first"), 1, 1, filter_remove_first},
    {LITERAL("remove_last"), 1, 1, filter_remove_last},
    {LITERAL("replace"), 1, 2, filter_replace},
    {LITERAL("replace_first"), 1, 2, filter_replace_first},
    {LITERAL("replace_last"), 2, 2, filter_replace_last},
    {LITERAL("rstrip"), 0, 0, filter_rstrip},
    {LITERAL("size"), 0, 0, filter_size},
    {LITERAL("slice"), 1, 2, filter_slice},
    {LITERAL("slugify"), 0, 1, filter_slugify},
    {LITERAL("strip"), 0, 0, filter_strip},
    {LITERAL("strip_html"), 0, 0, filter_strip_html},
    {LITERAL("strip_index"), 0, 0, filter_strip_index},
    {LITERAL("strip_newlines"), 0, 0, filter_strip_newlines},
    {LITERAL("truncate"), 0, 2, filter_truncate},
    {LITERAL("truncatewords"), 0, 2, filter_truncatewords},
    {LITERAL("upcase"), 0, 0, filter_upcase},
    {LITERAL("uri_escape"), 0, 0, escape_uri},
    {LITERAL("url_decode"), 0, 0, filter_url_decode},
    {LITERAL("url_encode"), 0, 0, filter_url_encode},
    {LITERAL("xml_escape"), 0, 0, filter_xml_escape},
};

/* A value may be much longer than the filters that make it anew. */
#define STEPS_OF_FILTER 10
#define STEP_BYTES 4

/* A value that a page can hold, and that nothing takes for a carried tag. */
static bool is_usable(const liquid_value *value) {
    return value->type != LIQUID_STRING ||
           (value->text.length <= VALUE_MAX &&
            !memchr(value->text.data ? value->text.data : "", '\0', value->text.length) &&
            !liquid_may_hold(value->text));
}

liquid_value apply_filter(slice name, call *c) {
    for (size_t i = 0; i < sizeof FILTERS / sizeof *FILTERS; i++) {
        if (!slice_equal(name, FILTERS[i].name))
            continue;
        size_t given = c->count - 1;
        if (given < FILTERS[i].least || given > FILTERS[i].most || !is_usable(&c->arguments[0]))
            return unknown_value();
        liquid_value value = FILTERS[i].apply(c);
        arena_pay(c->arena, STEPS_OF_FILTER + (c->arguments[0].text.length + value.text.length) / STEP_BYTES);
        return is_usable(&value) ? value : unknown_value();
    }
    return unknown_value();
}
