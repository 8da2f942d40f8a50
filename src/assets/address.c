/* Absolute http(s) addresses, as a browser reads them (WHATWG URL, "special" schemes).
 *
 * Comes in: what an attribute held, entities decoded. Goes out: one spelling for all addresses that a browser
 * takes for the same. Never accepts credentials, other schemes, or hosts that are not plain ASCII names.
 */
#include "private.h"

static const char HEX[] = "0123456789ABCDEF";

/* Browsers drop tabs and line breaks anywhere, control characters and spaces at both ends. */
static slice strip(slice text, arena *a) {
    while (text.length && (unsigned char)text.data[0] <= ' ')
        text = slice_from(text, 1);
    while (text.length && (unsigned char)text.data[text.length - 1] <= ' ')
        text.length--;
    char *kept = arena_alloc(a, text.length);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != '\t' && text.data[i] != '\n' && text.data[i] != '\r')
            kept[length++] = text.data[i];
    return (slice){kept, length};
}

static bool is_slash(char c) {
    return c == '/' || c == '\\';
}

static bool take_scheme(slice *text, bool *https) {
    static const struct {
        slice name;
        bool https;
    } SCHEMES[] = {{LITERAL("https:"), true}, {LITERAL("http:"), false}, {LITERAL(""), true}};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        size_t length = SCHEMES[i].name.length;
        if (text->length < length + 2 || !slice_equal_nocase(slice_sub(*text, 0, length), SCHEMES[i].name) ||
            !is_slash(text->data[length]) || !is_slash(text->data[length + 1]))
            continue;
        *https = SCHEMES[i].https;
        while (length < text->length && is_slash(text->data[length]))
            length++;
        *text = slice_from(*text, length);
        return true;
    }
    return false;
}

static bool parse_port(slice digits, bool https, uint16_t *port) {
    uint32_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (!is_digit(digits.data[i]) || value > UINT16_MAX)
            return false;
        value = value * 10 + (uint32_t)(digits.data[i] - '0');
    }
    if (value > UINT16_MAX)
        return false;
    *port = value == (https ? 443 : 80) ? 0 : (uint16_t)value;
    return true;
}

static bool parse_authority(slice text, arena *a, address *out) {
    size_t colon = slice_find_char(text, ':', 0);
    slice host = slice_sub(text, 0, colon);
    if (colon != SLICE_NONE && !parse_port(slice_from(text, colon + 1), out->https, &out->port))
        return false;
    if (slice_ends_with(host, SLICE(".")))
        host.length--;
    if (host.length == 0 || host.length > 253)
        return false;
    char *lower = arena_alloc(a, host.length);
    for (size_t i = 0; i < host.length; i++) {
        if (!is_alnum(host.data[i]) && host.data[i] != '-' && host.data[i] != '.' && host.data[i] != '_')
            return false; /* also "@" (credentials) and "[" (numeric hosts) */
        lower[i] = to_lower(host.data[i]);
    }
    out->host = (slice){lower, host.length};
    return true;
}

/* What may not stand in an address as it is, and what is looked at: `%`, `?`, `#`. */
static const bool APART[256] = {
    ['%'] = true, ['?'] = true, ['#'] = true, ['"'] = true, ['<'] = true,  ['>'] = true,
    ['`'] = true, ['{'] = true, ['}'] = true, ['|'] = true, ['\\'] = true, ['^'] = true,
};

static bool is_apart(unsigned char c, bool in_query) {
    return c <= ' ' || c >= 0x7F || (APART[c] && !(in_query && c == '?'));
}

static void append_escaped(buffer *out, int c) {
    buffer_append(out, (slice){(char[]){'%', HEX[c >> 4], HEX[c & 15]}, 3});
}

/* RFC 3986 §6.2.2: escapes of unreserved characters are undone, others in capitals; a stray % is one itself.
 */
static void append_normalised(buffer *out, slice text, bool in_query) {
    for (size_t i = 0, from = 0; from < text.length; i++, from = i) {
        while (i < text.length && !is_apart((unsigned char)text.data[i], in_query))
            i++;
        buffer_append(out, slice_sub(text, from, i));
        if (i == text.length)
            return;
        unsigned char c = (unsigned char)text.data[i];
        int escaped = slice_percent_byte(text, i);
        if (c != '%') {
            append_escaped(out, c);
            continue;
        }
        if (escaped < 0) {
            buffer_append(out, SLICE("%25"));
            continue;
        }
        if (is_alnum((char)escaped) || (escaped && strchr("-._~", escaped)))
            buffer_append_char(out, (char)escaped);
        else
            append_escaped(out, escaped);
        i += 2;
    }
}

/* Segments, with "." and ".." resolved (escaped ones too, as browsers do). */
static slice parse_path(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 16), segment = buffer_new(a, 64);
    for (size_t from = 0, to; from <= text.length; from = to + 1) {
        to = from;
        while (to < text.length && !is_slash(text.data[to]))
            to++;
        segment.length = 0;
        append_normalised(&segment, slice_sub(text, from, to), false);
        slice one = buffer_slice(&segment);
        bool up = slice_equal(one, SLICE("..")), last = to >= text.length;
        if (up)
            while (out.length && out.data[--out.length] != '/') {
            }
        if (up || slice_equal(one, SLICE("."))) {
            if (last)
                buffer_append_char(&out, '/');
        } else {
            buffer_append_char(&out, '/');
            buffer_append(&out, one);
        }
    }
    return buffer_slice(&out);
}

bool address_parse_host(slice text, arena *a, address *out, slice *rest) {
    memset(out, 0, sizeof *out);
    *rest = strip(text, a);
    if (!take_scheme(rest, &out->https))
        return false;
    size_t end = 0;
    while (end < rest->length && !is_slash(rest->data[end]) && rest->data[end] != '?' &&
           rest->data[end] != '#')
        end++;
    slice authority = slice_sub(*rest, 0, end);
    *rest = slice_from(*rest, end);
    return parse_authority(authority, a, out);
}

void address_parse_rest(slice rest, arena *a, address *out) {
    size_t hash = slice_find_char(rest, '#', 0);
    slice fragment = slice_from(rest, hash);
    rest = slice_sub(rest, 0, hash);
    size_t question = slice_find_char(rest, '?', 0);
    slice query = slice_from(rest, question), path = slice_sub(rest, 0, question);
    out->path = parse_path(path.length ? slice_from(path, 1) : path, a);
    buffer kept = buffer_new(a, query.length + 16);
    if (query.length > 1)
        append_normalised(&kept, query, true);
    out->query = buffer_slice(&kept);
    buffer mark = buffer_new(a, fragment.length + 16);
    if (fragment.length > 1) {
        buffer_append_char(&mark, '#');
        append_normalised(&mark, slice_from(fragment, 1), true);
    }
    out->fragment = buffer_slice(&mark);
}

bool address_parse(slice text, arena *a, address *out) {
    slice rest;
    if (!address_parse_host(text, a, out, &rest))
        return false;
    address_parse_rest(rest, a, out);
    return true;
}

slice address_write(const address *from, bool https, bool with_query, arena *a) {
    buffer out = buffer_new(a, from->host.length + from->path.length + from->query.length + 16);
    buffer_append_string(&out, https ? "https://" : "http://");
    buffer_append(&out, from->host);
    if (from->port)
        buffer_printf(&out, ":%u", from->port);
    buffer_append(&out, from->path);
    if (with_query)
        buffer_append(&out, from->query);
    return buffer_slice(&out);
}
