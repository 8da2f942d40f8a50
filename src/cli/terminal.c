/* The one writer that prints: what comes from pages, names, settings and servers reaches a terminal as text.
 *
 * Comes in: whatever the program prints. Goes out: the same, with control characters, bytes that are no UTF-8
 * and marks that turn the direction of text (Unicode: UAX #9, explicit formatting) shown as \xNN, but for
 * line breaks, tabs, and the few sequences that this program makes itself.
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define HELD_MAX 8

typedef struct screen {
    int file;
    char held[HELD_MAX]; /* the beginning of a character or sequence whose end has not come yet */
    size_t held_count;
} screen;

static screen SCREENS[] = {{.file = STDOUT_FILENO}, {.file = STDERR_FILENO}};

/* Ours: colours (report/, on standard output), the rest of a line cleared. How long; 0: none of ours;
 * SIZE_MAX: not whole yet. */
static size_t own_sequence(const char *at, size_t left, bool colours) {
    static const char *const OWN[] = {"\033[m",   "\033[1m",  "\033[2m",  "\033[31m", "\033[32m",
                                      "\033[33m", "\033[35m", "\033[36m", "\033[K"};
    bool begun = false;
    for (size_t i = colours ? 0 : sizeof OWN / sizeof *OWN - 1; i < sizeof OWN / sizeof *OWN; i++) {
        size_t length = strlen(OWN[i]);
        if (left >= length && memcmp(at, OWN[i], length) == 0)
            return length;
        begun = begun || (left < length && memcmp(at, OWN[i], left) == 0);
    }
    return begun ? SIZE_MAX : 0;
}

static bool is_shown(uint32_t c) {
    bool turns = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
                 (c >= 0x2066 && c <= 0x2069);
    return c >= 0x20 && !(c >= 0x7F && c < 0xA0) && c != 0x2028 && c != 0x2029 && !turns;
}

/* Bytes of the character that begins so; SIZE_MAX: more than are left. */
static size_t character_length(const char *at, size_t left) {
    unsigned char c = (unsigned char)*at;
    size_t length = c < 0xC2 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 1;
    for (size_t i = 1; i < length && i < left; i++)
        if (((unsigned char)at[i] & 0xC0) != 0x80)
            return 1;
    return length > left ? SIZE_MAX : length;
}

static bool put(int file, const char *bytes, size_t length) {
    while (length) {
        ssize_t count = write(file, bytes, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

/* What is to be done with what begins here: how many bytes, and whether they pass as they are. */
static size_t next_part(const char *bytes, size_t at, size_t length, bool colours, bool *passes) {
    const char *here = bytes + at;
    char c = *here;
    *passes = c == '\n' || c == '\t' || (c == '\r' && at == 0);
    if (*passes)
        return 1;
    size_t own = c == '\033' ? own_sequence(here, length - at, colours) : 0;
    size_t count = own ? own : character_length(here, length - at);
    if (count == SIZE_MAX)
        return count;
    size_t end = 0;
    uint32_t code = utf8_next((slice){here, count}, &end);
    *passes = own || (is_shown(code) && !(code == 0xFFFD && count == 1));
    return count;
}

static bool show(screen *s, const char *bytes, size_t length) {
    char out[4096];
    size_t used = 0;
    bool ok = true;
    s->held_count = 0;
    for (size_t at = 0; ok && at < length;) {
        bool passes;
        size_t count = next_part(bytes, at, length, s->file == STDOUT_FILENO, &passes);
        if (count == SIZE_MAX) {
            s->held_count = length - at < HELD_MAX ? length - at : HELD_MAX;
            memcpy(s->held, bytes + at, s->held_count);
            break;
        }
        if (used + 4 * count > sizeof out) {
            ok = put(s->file, out, used);
            used = 0;
        }
        for (size_t i = 0; i < count; i++)
            if (passes)
                out[used++] = bytes[at + i];
            else
                used += (size_t)snprintf(out + used, 5, "\\x%02X", (unsigned char)bytes[at + i]);
        at += count;
    }
    return ok && put(s->file, out, used);
}

static ssize_t write_shown(void *cookie, const char *bytes, size_t length) {
    screen *s = cookie;
    char joined[HELD_MAX + 64];
    size_t held = s->held_count, first = length < 64 ? length : 64;
    if (!held)
        return show(s, bytes, length) ? (ssize_t)length : -1;
    memcpy(joined, s->held, held);
    memcpy(joined + held, bytes, first);
    if (!show(s, joined, held + first))
        return -1;
    return (ssize_t)first; /* the C library comes again with the rest */
}

void guard_terminal(void) {
    FILE *error = fopencookie(&SCREENS[1], "w", (cookie_io_functions_t){.write = write_shown});
    if (error) {
        setvbuf(error, NULL, _IONBF, 0);
        stderr = error;
    }
    FILE *out = isatty(STDOUT_FILENO) /* elsewhere it may be a patch, or a page: every byte counts */
                    ? fopencookie(&SCREENS[0], "w", (cookie_io_functions_t){.write = write_shown})
                    : NULL;
    if (out) {
        setvbuf(out, NULL, _IOLBF, 4096);
        stdout = out;
    }
}
