/* How fast repair_text is: on clean text against a plain validating copy by utf8proc, and on hostile text of
 * growing size, where the time for a byte must not grow.
 *
 *     bench_repair [FILE...]     FILEs: clean pages to measure on, in place of the made-up ones
 */
#include "repair/repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <utf8proc.h>

#define ROUNDS 7
#define CLEAN_SIZE (4u << 20)

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static slice repeat(arena *a, slice part, size_t size) {
    buffer b = buffer_new(a, size + part.length);
    while (b.length < size)
        buffer_append(&b, part);
    return buffer_slice(&b);
}

/* Every code point checked and written anew: what reading text safely costs at the least, with utf8proc. */
static double copy_seconds(slice text, char *out) {
    double start = now();
    size_t at = 0, written = 0;
    while (at < text.length) {
        utf8proc_int32_t codepoint;
        at += (size_t)utf8proc_iterate((const utf8proc_uint8_t *)text.data + at,
                                       (utf8proc_ssize_t)(text.length - at), &codepoint);
        written += (size_t)utf8proc_encode_char(codepoint, (utf8proc_uint8_t *)out + written);
    }
    return written == text.length ? now() - start : -1;
}

static double repair_seconds(slice text, arena *a) {
    findings found = findings_new(a);
    double start = now();
    repair_text(text, NULL, a, &found);
    double seconds = now() - start;
    arena_reset(a);
    return seconds;
}

static void measure_clean(const char *name, slice text, arena *a) {
    char *out = malloc(text.length + 8);
    double copy = 1e9, repair = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double c = copy_seconds(text, out), r = repair_seconds(text, a);
        copy = c < copy ? c : copy;
        repair = r < repair ? r : repair;
    }
    double megabytes = (double)text.length / 1e6;
    printf("%-24s %6.1f MB   copy %7.0f MB/s   repair %7.0f MB/s   repair/copy %5.2f\n", name, megabytes,
           megabytes / copy, megabytes / repair, copy / repair);
    free(out);
}

static void measure_file(const char *path, arena *texts, arena *a) {
    FILE *file = fopen(path, "rb");
    buffer b = buffer_new(texts, 1 << 16);
    int c;
    while (file && (c = getc(file)) != EOF)
        buffer_append_char(&b, (char)c);
    if (file)
        fclose(file);
    measure_clean(path, repeat(texts, buffer_slice(&b), CLEAN_SIZE), a);
}

static void measure_hostile(const char *name, slice part, arena *texts, arena *a) {
    printf("%-24s", name);
    for (size_t size = 1u << 16; size <= 1u << 20; size <<= 1)
        printf(" %7.1f", repair_seconds(repeat(texts, part, size), a) * 1e9 / (double)size);
    printf("   ns a byte at 64 KiB … 1 MiB\n");
}

static const struct {
    const char *name, *text;
} CLEAN[] = {
    {"English", "<p>The Ministry’s plan – “Smart Nation” – was announced in 2014.&nbsp;Read more <a "
                "href=\"/about/\">about "
                "us</a>, and how to apply for the scheme at your nearest community centre today.</p>\n"},
    {"Malay", "Kementerian mengumumkan bahawa warga emas boleh memohon bantuan di pusat komuniti terdekat – "
              "percuma.\n"},
    {"Chinese", "教育部宣布，学校将在明年推出新的课程，帮助学生更好地学习华文。欢迎家长踊跃参加“分享会”。\n"},
    {"Tamil", "கல்வி அமைச்சு புதிய பாடத்திட்டத்தை அறிவித்துள்ளது. பெற்றோர்கள் கலந்துகொள்ளலாம்.\n"},
};

static const struct {
    const char *name, *text;
} HOSTILE[] = {
    {"lead characters", "Ã"},
    {"leads of all pages", "Ã√├ГÎĂ"},
    {"sequences", "Ã©"},
    {"twice misread", "ÃƒÂ©"},
    {"lost bytes", "â€\xEF\xBF\xBD"},
    {"references", "&acirc;&euro;&trade;"},
    {"escapes", "&amp;amp;"},
    {"ampersands", "&"},
    {"percents", "%C3%83%C2%A9"},
    {"marks", "e\xCC\x81\xCC\xA3"},
    {"only marks", "\xCC\x81\xCC\xA3"},
    {"zero widths", "\xE2\x80\x8B"},
    {"backticks", "` `` ``` "},
    {"invalid bytes", "\x92 \xE9\xE2\x80"},
    {"carriage returns", "\r"},
    {"mentions", " Â© encoding "},
    {"tags", "<code><pre>"},
    {"broken lines", "caf\xC3\x83\xC2\xA9\n"},
    {"controls", "a\x01"},
};

int main(int argc, char **argv) {
    arena *texts = arena_new(0), *a = arena_new(0);
    for (int i = 1; i < argc; i++)
        measure_file(argv[i], texts, a);
    for (size_t i = 0; argc < 2 && i < sizeof CLEAN / sizeof *CLEAN; i++)
        measure_clean(CLEAN[i].name, repeat(texts, slice_of(CLEAN[i].text), CLEAN_SIZE), a);
    for (size_t i = 0; argc < 2 && i < sizeof HOSTILE / sizeof *HOSTILE; i++)
        measure_hostile(HOSTILE[i].name, slice_of(HOSTILE[i].text), texts, a);
    arena_destroy(texts);
    arena_destroy(a);
    return EXIT_SUCCESS;
}
