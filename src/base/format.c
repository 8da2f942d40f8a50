/* Formatted text, as printf has it (C11 §7.21.6).
 *
 * Comes in: a format and its arguments. Goes out: text at the end of a buffer. What messages are made of,
 * texts, characters and whole numbers as they are, is written here; from the first other conversion on,
 * printf writes the rest, which costs many times as much.
 */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>

/* At most `most` bytes; a NUL ends the text, as it does for printf. */
static void append_text(buffer *b, slice text, size_t most) {
    most = text.length < most ? text.length : most;
    buffer_append(b, (slice){text.data, most ? strnlen(text.data, most) : 0});
}

static void append_number(buffer *b, uint64_t number, bool negative, size_t most) {
    char digits[24], *at = digits + sizeof digits;
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    if (negative)
        *--at = '-';
    append_text(b, (slice){at, (size_t)(digits + sizeof digits - at)}, most);
}

static void append_signed(buffer *b, int64_t number, size_t most) {
    append_number(b, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, most);
}

static void append_rest(buffer *b, size_t most, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    size_t room = b->capacity - b->length;
    int length = vsnprintf(room ? b->data + b->length : NULL, room, format, arguments);
    size_t wanted = length < 0 ? 0 : (size_t)length < most ? (size_t)length : most;
    if (wanted && wanted >= room) {
        buffer_reserve(b, wanted + 1);
        vsnprintf(b->data + b->length, wanted + 1, format, again);
    }
    b->length += wanted;
    va_end(again);
}

static bool takes(const char **at, const char *conversion) {
    size_t length = strlen(conversion);
    bool is_it = strncmp(*at, conversion, length) == 0;
    *at += is_it ? length : 0;
    return is_it;
}

static void append_formatted(buffer *b, size_t most, const char *format, va_list arguments) {
    size_t limit = most < SIZE_MAX - b->length ? b->length + most : SIZE_MAX;
    for (const char *at = format; b->length < limit;) {
        const char *percent = at + strcspn(at, "%");
        append_text(b, (slice){at, (size_t)(percent - at)}, limit - b->length);
        at = percent;
        most = limit - b->length;
        if (!*at)
            return;
        if (takes(&at, "%.*s")) {
            int length = va_arg(arguments, int);
            const char *text = va_arg(arguments, const char *);
            append_text(b, (slice){text, length < 0 ? SIZE_MAX : (size_t)length}, most);
        } else if (takes(&at, "%s")) {
            append_text(b, (slice){va_arg(arguments, const char *), SIZE_MAX}, most);
        } else if (takes(&at, "%u")) {
            append_number(b, va_arg(arguments, unsigned), false, most);
        } else if (takes(&at, "%zu")) {
            append_number(b, va_arg(arguments, size_t), false, most);
        } else if (takes(&at, "%d")) {
            append_signed(b, va_arg(arguments, int), most);
        } else if (takes(&at, "%lld")) {
            append_signed(b, va_arg(arguments, long long), most);
        } else if (takes(&at, "%c")) {
            if (most)
                buffer_append_char(b, (char)va_arg(arguments, int));
        } else {
            append_rest(b, most, at, arguments);
            return;
        }
    }
}

void buffer_vprintf(buffer *b, size_t most, const char *format, va_list arguments) {
    append_formatted(b, most, format, arguments);
    if (b->length == b->capacity)
        buffer_reserve(b, 1);
    b->data[b->length] = '\0';
}

void buffer_printf(buffer *b, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(b, SIZE_MAX, format, arguments);
    va_end(arguments);
}

slice format_slice(arena *a, const char *format, ...) {
    UNCLEARED char here[128]; /* most are short */
    buffer b = {here, 0, sizeof here, a};
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&b, SIZE_MAX, format, arguments);
    va_end(arguments);
    if (b.data != here)
        return buffer_slice(&b);
    return (slice){slice_copy((slice){here, b.length + 1}, a).data, b.length};
}
