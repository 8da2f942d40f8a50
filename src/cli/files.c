/* Reading what the command line names, and writing lines of JSON. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>

/* A device that never ends may have been named. */
#define BYTES_MAX ((size_t)1 << 30)

bool read_file(const char *path, arena *a, slice *out) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return false;
    buffer content = buffer_new(a, 65536);
    for (;;) {
        buffer_reserve(&content, 65536);
        size_t got = fread(content.data + content.length, 1, content.capacity - content.length, file);
        content.length += got;
        if (got == 0 || content.length > BYTES_MAX)
            break;
    }
    int error = ferror(file) ? (errno ? errno : EIO) : content.length > BYTES_MAX ? EFBIG : 0;
    if (file != stdin)
        fclose(file);
    errno = error;
    *out = buffer_slice(&content);
    return error == 0;
}

void print_json_line(json_writer *json) {
    buffer_append_char(json->out, '\n');
    fwrite(json->out->data, 1, json->out->length, stdout);
    json->out->length = 0;
    json->comma = false;
}
