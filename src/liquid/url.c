/* Addresses: Jekyll's relative_url, absolute_url and uri_escape, which put addresses together and have the
 * gem addressable 2.8 normalise them. Addresses with more to them than paths on this or another site have (a
 * name of a user, brackets, `..`) are not known here.
 */
#include "private.h"

#include <utf8proc.h>

/* ---- components -------------------------------------------------------------------------------------- */

/* Besides letters, digits and -._~ (Addressable::URI: NormalizeCharacterClasses). */
#define PATH_SIGNS "!$&'()*+,;=:@"
#define FRAGMENT_SIGNS PATH_SIGNS "/?"
#define QUERY_SIGNS "!$'()*+,=:@/?"
#define ANY_SIGNS ":/?#[]@!$&'()*+,;="

static bool is_plus(slice text, size_t at) {
    return at + 2 < text.length && text.data[at] == '%' && text.data[at + 1] == '2' &&
           to_lower(text.data[at + 2]) == 'b';
}

/* Each percent-escape as its byte; `%2B` stays where `keep_plus` says so. */
static slice decode(slice text, bool keep_plus, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length;) {
        int byte = slice_percent_byte(text, at);
        bool stays = byte < 0 || (keep_plus && byte == '+');
        size_t length = byte < 0 ? 1 : 3;
        if (stays)
            buffer_append(&out, slice_sub(text, at, at + length));
        else
            buffer_append_char(&out, (char)byte);
        at += length;
    }
    return buffer_slice(&out);
}

/* Unicode's form KC. False: the text is not valid UTF-8. */
static bool normalise_characters(slice *text, arena *a) {
    const utf8proc_option_t form = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text->data;
    bool plain = true;
    for (size_t i = 0; i < text->length && plain; i++)
        plain = !(text->data[i] & 0x80);
    if (plain)
        return true;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, (utf8proc_ssize_t)text->length, NULL, 0, form);
    if (count < 0)
        return false;
    utf8proc_int32_t *characters = arena_alloc(a, ((size_t)count + 1) * sizeof *characters);
    utf8proc_decompose(bytes, (utf8proc_ssize_t)text->length, characters, count, form);
    count = utf8proc_normalize_utf32(characters, count, form);
    buffer out = buffer_new(a, text->length + 16);
    for (utf8proc_ssize_t i = 0; i < count; i++)
        buffer_append_codepoint(&out, (uint32_t)characters[i]);
    *text = buffer_slice(&out);
    return true;
}

static bool append_component(buffer *out, slice text, const char *signs, bool keep_plus) {
    slice plain = decode(text, keep_plus, out->arena);
    if (!normalise_characters(&plain, out->arena))
        return false;
    for (size_t i = 0; i < plain.length; i++) {
        char c = plain.data[i];
        if (is_alnum(c) || (c && strchr("-._~", c)) || (c && strchr(signs, c)))
            buffer_append_char(out, c);
        else if (keep_plus && is_plus(plain, i)) {
            buffer_append(out, SLICE("%2B"));
            i += 2;
        } else
            buffer_printf(out, "%%%02X", (unsigned char)c);
    }
    return true;
}

/* ---- addresses --------------------------------------------------------------------------------------- */

typedef struct address {
    slice scheme, authority, path, query, fragment;
    bool has_scheme, has_authority, has_query, has_fragment;
} address;

/* Addressable::URI: URIREGEX, /^(([^:\/?#]+):)?(\/\/([^\/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$/ */
static address split_address(slice text) {
    address u = {.has_scheme = false};
    size_t end = 0;
    while (end < text.length && !strchr(":/?#", text.data[end]))
        end++;
    if (end && end < text.length && text.data[end] == ':') {
        u.has_scheme = true;
        u.scheme = slice_sub(text, 0, end);
        text = slice_from(text, end + 1);
    }
    size_t fragment = slice_find_char(text, '#', 0);
    u.has_fragment = fragment != SLICE_NONE;
    u.fragment = u.has_fragment ? slice_from(text, fragment + 1) : SLICE("");
    text = slice_sub(text, 0, fragment);
    size_t query = slice_find_char(text, '?', 0);
    u.has_query = query != SLICE_NONE;
    u.query = u.has_query ? slice_from(text, query + 1) : SLICE("");
    text = slice_sub(text, 0, query);
    u.has_authority = slice_starts_with(text, SLICE("//"));
    size_t path = u.has_authority ? slice_find_char(text, '/', 2) : 0;
    u.authority = u.has_authority ? slice_sub(text, 2, path) : SLICE("");
    u.path = path == SLICE_NONE ? SLICE("") : slice_from(text, path);
    return u;
}

static bool is_scheme(slice scheme) {
    for (size_t i = 0; i < scheme.length; i++)
        if (!is_alpha(scheme.data[i]) && !(i && (is_digit(scheme.data[i]) || strchr(".+-", scheme.data[i]))))
            return false;
    return true;
}

/* A name and perhaps a port. */
static bool split_authority(slice authority, slice *host, uint32_t *port) {
    size_t colon = slice_find_char(authority, ':', 0);
    *host = slice_sub(authority, 0, colon);
    *port = 0;
    for (size_t i = 0; i < host->length; i++)
        if (!is_alnum(host->data[i]) && !strchr(".-", host->data[i]))
            return false;
    if (colon == SLICE_NONE)
        return host->length > 0;
    slice digits = slice_from(authority, colon + 1);
    for (size_t i = 0; i < digits.length; i++) {
        if (!is_digit(digits.data[i]))
            return false;
        *port = *port * 10 + (uint32_t)(digits.data[i] - '0');
    }
    return host->length > 0 && digits.length > 0 && digits.length <= 5;
}

static bool has_controls(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < ' ')
            return true;
    return false;
}

typedef enum address_kind { ADDRESS_ODD, ADDRESS_ABSOLUTE, ADDRESS_RELATIVE } address_kind;

static address_kind classify_address(slice text) {
    address u = split_address(text);
    slice host;
    uint32_t port;
    if (has_controls(text) || (u.has_authority && !split_authority(u.authority, &host, &port)))
        return ADDRESS_ODD;
    if (!u.has_scheme)
        return u.has_authority ? ADDRESS_ODD : ADDRESS_RELATIVE;
    return is_scheme(u.scheme) && (u.has_authority || u.path.length) ? ADDRESS_ABSOLUTE : ADDRESS_ODD;
}

static bool append_path(buffer *out, slice path) {
    while (path.length && is_space(path.data[path.length - 1]))
        path.length--;
    for (size_t at = 0, end; at <= path.length; at = end + 1) {
        end = slice_find_char(path, '/', at);
        end = end == SLICE_NONE ? path.length : end;
        size_t from = out->length;
        if (!append_component(out, slice_sub(path, at, end), PATH_SIGNS, false))
            return false;
        slice segment = slice_from(buffer_slice(out), from);
        if (slice_equal(segment, SLICE(".")) || slice_equal(segment, SLICE("..")))
            return false;
        if (end < path.length)
            buffer_append_char(out, '/');
    }
    return true;
}

static bool append_query(buffer *out, slice query) {
    size_t from = out->length;
    buffer_append_char(out, '?');
    for (size_t at = 0, end; at <= query.length; at = end + 1) {
        end = slice_find_char(query, '&', at);
        end = end == SLICE_NONE ? query.length : end;
        if (!append_component(out, slice_sub(query, at, end), QUERY_SIGNS, true))
            return false;
        if (end < query.length)
            buffer_append_char(out, '&');
    }
    if (out->length == from + 1) /* an empty one goes */
        out->length = from;
    return true;
}

static bool append_fragment(buffer *out, slice fragment) {
    size_t from = out->length;
    buffer_append_char(out, '#');
    if (!append_component(out, fragment, FRAGMENT_SIGNS, false))
        return false;
    if (out->length == from + 1)
        out->length = from;
    return true;
}

static bool append_site(buffer *out, const address *u) {
    slice host;
    uint32_t port;
    bool secure = slice_equal_nocase(u->scheme, SLICE("https"));
    if ((!secure && !slice_equal_nocase(u->scheme, SLICE("http"))) || !u->has_authority ||
        !split_authority(u->authority, &host, &port))
        return false;
    buffer_append(out, secure ? SLICE("https://") : SLICE("http://"));
    if (host.length > 1 && host.data[host.length - 1] == '.' && host.data[host.length - 2] != '.')
        host.length--;
    for (size_t i = 0; i < host.length; i++)
        buffer_append_char(out, to_lower(host.data[i]));
    if (port && port != (secure ? 443u : 80u))
        buffer_printf(out, ":%u", port);
    if (u->path.length == 0)
        buffer_append_char(out, '/');
    return true;
}

/* Addressable::URI.parse(text).normalize.to_s */
static liquid_value normalise(slice text, arena *a) {
    address u = split_address(text);
    buffer out = buffer_new(a, text.length + 64);
    bool known = !has_controls(text) && (u.has_scheme ? append_site(&out, &u) : !u.has_authority) &&
                 append_path(&out, u.path) && (!u.has_query || append_query(&out, u.query)) &&
                 (!u.has_fragment || append_fragment(&out, u.fragment));
    return known ? liquid_string(buffer_slice(&out)) : unknown_value();
}

/* ---- the filters ------------------------------------------------------------------------------------- */

static void append_with_slash(buffer *out, slice part) {
    if (part.length && part.data[0] != '/')
        buffer_append_char(out, '/');
    buffer_append(out, part);
}

liquid_value relative_url(call *c) {
    liquid_value input = c->arguments[0];
    if (input.type == LIQUID_NIL)
        return input;
    slice text = value_text(&input, c->arena), base = c->scope->baseurl;
    address_kind kind = classify_address(text);
    if (kind != ADDRESS_RELATIVE)
        return kind == ADDRESS_ABSOLUTE ? input : unknown_value();
    buffer joined = buffer_new(c->arena, base.length + text.length + 2);
    append_with_slash(&joined, slice_sub(base, 0, base.length - slice_ends_with(base, SLICE("/"))));
    append_with_slash(&joined, text);
    return normalise(buffer_slice(&joined), c->arena);
}

liquid_value absolute_url(call *c) {
    liquid_value input = c->arguments[0];
    if (input.type == LIQUID_NIL)
        return input;
    address_kind kind = classify_address(value_text(&input, c->arena));
    liquid_value relative = relative_url(c);
    if (kind != ADDRESS_RELATIVE || c->scope->url.length == 0 || relative.type == LIQUID_UNKNOWN)
        return relative;
    buffer joined = buffer_new(c->arena, c->scope->url.length + relative.text.length);
    buffer_append(&joined, c->scope->url);
    buffer_append(&joined, relative.text);
    return normalise(buffer_slice(&joined), c->arena);
}

liquid_value escape_uri(call *c) {
    buffer out = buffer_new(c->arena, c->arguments[0].text.length + 16);
    if (c->arguments[0].type == LIQUID_NIL)
        return c->arguments[0];
    if (c->arguments[0].type != LIQUID_STRING ||
        !append_component(&out, c->arguments[0].text, ANY_SIGNS, false))
        return unknown_value();
    return liquid_string(buffer_slice(&out));
}
