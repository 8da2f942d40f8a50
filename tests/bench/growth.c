/* bench_growth FILE...: converts each file once; under callgrind, what each took is a dump of its own, by its
 * name. For tests/bench/growth, which makes the files and compares.
 */
#include "convert/convert.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

static slice read_file(const char *path, arena *a) {
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &info) != 0) {
        perror(path);
        exit(2);
    }
    char *data = arena_alloc(a, (size_t)info.st_size + 1);
    size_t length = fread(data, 1, (size_t)info.st_size, file);
    fclose(file);
    return (slice){data, length};
}

int main(int argc, char **argv) {
    arena *kept = arena_new(0), *page = arena_new(CONVERT_MEMORY);
    slice error;
    convert_settings settings = convert_settings_default();
    convert_engine *engine = convert_engine_new(&settings, kept, &error);
    for (int i = 1; i < argc; i++) {
        convert_result result;
        slice bytes = read_file(argv[i], kept);
        arena_reset(page);
        CALLGRIND_ZERO_STATS;
        convert_page(engine, bytes, &(convert_options){.mend_new = true}, page, &result);
        CALLGRIND_DUMP_STATS_AT(argv[i]);
        bool done = result.state == CONVERT_DONE || result.state == CONVERT_ALREADY;
        printf("%s %s\n", argv[i], done ? "converted" : "refused");
    }
    arena_destroy(page);
    arena_destroy(kept);
    return 0;
}
