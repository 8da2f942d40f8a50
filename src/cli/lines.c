/* Lines of a listing, broken at words where the terminal ends. */
#include "pager.h"
#include "show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* One a code point. */
static size_t columns_of(slice text) {
    size_t columns = 0;
    for (size_t at = 0; at < text.length; columns++)
        utf8_next(text, &at);
    return columns;
}

/* The spaces that the rest begins with, and the word behind them. */
static slice next_word(slice rest) {
    size_t end = 0;
    while (end < rest.length && rest.data[end] == ' ')
        end++;
    while (end < rest.length && rest.data[end] != ' ')
        end++;
    return slice_sub(rest, 0, end);
}

static void print_broken(FILE *to, size_t indent, size_t width, slice text) {
    for (size_t column = 0; text.length;) {
        slice word = next_word(text);
        size_t columns = columns_of(word);
        text = slice_from(text, word.length);
        if (column > indent && column + columns > width) {
            while (slice_starts_with(word, SLICE(" ")))
                word = slice_from(word, 1);
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
            columns = columns_of(word);
        }
        fwrite(word.data, 1, word.length, to);
        column += columns;
    }
}

static void print_to(FILE *to, int descriptor, size_t indent, const char *format, va_list arguments) {
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        out_of_memory();
    size_t width = isatty(descriptor) || pager_runs() ? terminal_width(descriptor) : SIZE_MAX;
    print_broken(to, indent, width, (slice){text, (size_t)length});
    putc('\n', to);
    free(text);
}

void print_line(size_t indent, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_to(stdout, STDOUT_FILENO, indent, format, arguments);
    va_end(arguments);
}

void tell_line(size_t indent, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_to(stderr, STDERR_FILENO, indent, format, arguments);
    va_end(arguments);
}
