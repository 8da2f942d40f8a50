/* Two files, split at the first byte 0x01: the diff, applied by its own rules, gives the second. */
#include "report/report.h"

#include <stdlib.h>

/* The next line of `text`, with its line break. */
static slice next_line(slice text, size_t *at) {
    size_t end = slice_find_char(text, '\n', *at);
    slice line = slice_sub(text, *at, end == SLICE_NONE ? text.length : end + 1);
    *at += line.length;
    return line;
}

/* Applies the hunks of `diff` to `old`: context and removed lines must be where they are said to be. */
static void apply(slice old, slice diff, buffer *out) {
    size_t at = 0, read = 0;
    for (int header = 0; header < 3 && diff.length; header++)
        next_line(diff, &at);
    while (at < diff.length) {
        slice line = next_line(diff, &at), text = slice_from(line, 1);
        if (line.data[0] == '@') { /* the unchanged lines before the hunk */
            unsigned long start = strtoul(line.data + 4, NULL, 10), lines = 1, count = 1;
            const char *comma = memchr(line.data, ',', line.length),
                       *plus = memchr(line.data, '+', line.length);
            if (comma && comma < plus)
                count = strtoul(comma + 1, NULL, 10);
            for (size_t i = 0; i < read; i++)
                lines += old.data[i] == '\n';
            for (; lines < start + (count == 0); lines++)
                buffer_append(out, next_line(old, &read));
            continue;
        }
        size_t ahead = at;
        if (ahead < diff.length && diff.data[ahead] == '\\') {
            text.length--; /* no line break at the end of the file */
            next_line(diff, &at);
        }
        if (line.data[0] != '+' && !slice_equal(next_line(old, &read), text))
            abort();
        if (line.data[0] != '-')
            buffer_append(out, text);
    }
    buffer_append(out, slice_from(old, read));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)512 << 20);
    slice all = {(const char *)data, size};
    size_t split = slice_find_char(all, 1, 0);
    slice old = slice_sub(all, 0, split), new = split == SLICE_NONE ? all : slice_from(all, split + 1);
    buffer diff = buffer_new(a, 1024), got = buffer_new(a, 1024);
    report_unified_diff(SLICE("a b"), old, new, false, &diff, a);
    apply(old, buffer_slice(&diff), &got);
    if (!slice_equal(buffer_slice(&got), new))
        abort();
    arena_destroy(a);
    return 0;
}
