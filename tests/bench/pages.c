/* bench_pages FOLDER [ROUNDS [TIMES]]: how fast one process converts the pages of a folder.
 *
 * Prints pages a second, and the ratio of our whole time to the time that cmark-gfm and gumbo alone need to
 * parse the same bytes with their stock allocators: both measured here, in turns, in the same run. The median
 * of the rounds counts. TIMES: converts the folder that many times over in a round, to show that memory stays
 * flat.
 */
#include "convert/convert.h"

#include <cmark-gfm.h>
#include <dirent.h>
#include <gumbo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

typedef struct pages {
    slice *items;
    size_t count, bytes;
} pages;

static void load_file(const char *path, pages *all, arena *a) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return;
    struct stat info;
    if (fstat(fileno(file), &info) == 0) {
        size_t size = (size_t)info.st_size;
        char *data = arena_alloc(a, size + 1);
        size = fread(data, 1, size, file);
        all->items = arena_grow(a, all->items, all->count * sizeof(slice), (all->count + 1) * sizeof(slice));
        all->items[all->count++] = (slice){data, size};
        all->bytes += size;
    }
    fclose(file);
}

static void load_folder(const char *folder, pages *all, arena *a, int depth) {
    DIR *dir = opendir(folder);
    if (!dir || depth > 20)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        const char *path = slice_c_string(format_slice(a, "%s/%s", folder, entry->d_name), a);
        struct stat info;
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
            load_folder(path, all, a, depth + 1);
        else if (slice_ends_with(slice_of(path), SLICE(".md")))
            load_file(path, all, a);
    }
    closedir(dir);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double run_parsers(const pages *all) {
    double from = seconds();
    for (size_t i = 0; i < all->count; i++) {
        cmark_node_free(cmark_parse_document(all->items[i].data, all->items[i].length, CMARK_OPT_UNSAFE));
        gumbo_destroy_output(
            &kGumboDefaultOptions,
            gumbo_parse_with_options(&kGumboDefaultOptions, all->items[i].data, all->items[i].length));
    }
    return seconds() - from;
}

static double run_ours(const pages *all, size_t times, const convert_engine *engine, size_t *converted) {
    double from = seconds();
    arena *a = arena_new(0);
    *converted = 0;
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < all->count; i++) {
            convert_result result;
            convert_page(engine, all->items[i], NULL, a, &result);
            *converted += result.state == CONVERT_DONE;
            arena_reset(a);
        }
    arena_destroy(a);
    return seconds() - from;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: bench_pages FOLDER [ROUNDS [TIMES]]\n", stderr);
        return 2;
    }
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 5,
           times = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    arena *kept = arena_new(0);
    pages all = {NULL, 0, 0};
    load_folder(argv[1], &all, kept, 0);
    if (all.count == 0 || rounds == 0 || times == 0) {
        fprintf(stderr, "%s: no pages\n", argv[1]);
        return 2;
    }
    slice error;
    convert_settings settings = convert_settings_default();
    convert_engine *engine = convert_engine_new(&settings, kept, &error);
    double *ours = arena_alloc(kept, rounds * sizeof(double)),
           *theirs = arena_alloc(kept, rounds * sizeof(double));
    size_t converted = 0;
    for (size_t i = 0; i < rounds; i++) {
        theirs[i] = run_parsers(&all);
        ours[i] = run_ours(&all, times, engine, &converted) / (double)times;
    }
    qsort(ours, rounds, sizeof(double), by_size);
    qsort(theirs, rounds, sizeof(double), by_size);
    double mine = ours[rounds / 2], base = theirs[rounds / 2];
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%zu pages, %.1f MB, %zu converted, %zu times over, median of %zu rounds\n", all.count,
           (double)all.bytes / 1e6, converted / times, times, rounds);
    printf("isomerize          %8.3f s  %8.0f pages/s  %6.1f MB/s\n", mine, (double)all.count / mine,
           (double)all.bytes / mine / 1e6);
    printf("cmark-gfm + gumbo  %8.3f s  %8.0f pages/s  %6.1f MB/s\n", base, (double)all.count / base,
           (double)all.bytes / base / 1e6);
    printf("ratio %.2f, peak memory %.1f MB (of which the pages: %.1f MB)\n", mine / base,
           (double)usage.ru_maxrss / 1024, (double)all.bytes / 1e6);
    arena_destroy(kept);
    return 0;
}
