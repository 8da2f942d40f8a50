/* Protects what counts as a fetched file: bytes of the kind that the name says, whole, and no page. */
#include "../../src/assets/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GOOD ""

typedef struct look_at {
    slice bytes;
    const char *path, *says; /* GOOD, or what is said of it */
    bool refused;
} look_at;

#define BYTES(text)                                                                                          \
    { "" text, sizeof(text) - 1 }
#define LONG                                                                                                 \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define SVG "<svg xmlns='a'><path/></svg>"

static const look_at FILES[] = {
    /* RIFF: the length in its head, little-endian, is that behind the first eight bytes */
    {BYTES("RIFF\x06\0\0\0WEBPab"), "a.webp", GOOD, false},
    {BYTES("RIFF\x06\0\0\0WEBPa"), "a.webp", "the file is cut off: its end is missing", true},
    {BYTES("RIFF\xFF\xFF\xFF\xFFWEBP"), "a.webp", "the file is cut off: its end is missing", true},
    {BYTES("RIFF\x02\0\0\0WEBPa"), "a.png", "WebP picture", false},
    {BYTES("RIFF\x02\0\0\0WAVE"), "a.webp",
     "the bytes are of no kind of picture or document that the name could stand for", true},
    {BYTES("PK\3\4....PK\5\6...."), "a.docx", GOOD, false},
    {BYTES("PK\3\4............"), "a.docx", "the file is cut off: its end is missing", true},
    {BYTES("PK\3\4....PK\5\6...."), "a.jpg", "zip archive", false},
    {BYTES("%PDF-1.4 %%EOF"), "a.PDF", GOOD, false},
    {BYTES("%PDF-1.4"), "a.pdf", "the file is cut off: its end is missing", true},
    {BYTES("GIF89a;"), "a.gif", GOOD, false},
    {BYTES("\xFF\xD8\xFF..\xFF\xD9 and more"), "a.jfif", GOOD, false},
    {BYTES("....ftypavif"), "a.avif", GOOD, false},
    {BYTES("....ftypmif1"), "a.png", "HEIC picture", false},
    {BYTES("....ftypisom"), "a.mov", GOOD, false},
    /* SVG is text: what may stand before its first element */
    {BYTES(SVG), "a.svg", GOOD, false},
    {BYTES("\xEF\xBB\xBF <?xml version='1.0'?>\n<!-- c --><!-- d -->" SVG), "a.svg", GOOD, false},
    {BYTES("<!DOCTYPE svg PUBLIC 'x' 'y'>" SVG), "a.svg", GOOD, false},
    {BYTES("<!DOCTYPE svg [ <!ELEMENT a (b)> ] >" SVG), "a.svg", GOOD, false},
    {BYTES("<!DOCTYPE svg [ <!ELEMENT a (b)> " SVG), "a.svg",
     "the bytes are of no kind of picture or document that the name could stand for", true},
    {BYTES("<!DOCTYPE svg [ <!ELEMENT a (b)> ]><!-- c -->" SVG), "a.svg", GOOD, false},
    {BYTES("<!DOCTYPE svg [ <!ENTITY a 'b'> ]>" SVG), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<!DOCTYPE svg"), "a.svg",
     "the bytes are of no kind of picture or document that the name could stand for", true},
    {BYTES("<s:svg xmlns:s='a'></s:svg>"), "a.svg", GOOD, false},
    {BYTES("<svg xmlns='a'/>"), "a.svg", GOOD, false},
    {BYTES("<svg xmlns='a'><path>"), "a.svg", "the picture is cut off: an SVG without its end", true},
    {BYTES("<!-- never closed <svg></svg>"), "a.svg",
     "the bytes are of no kind of picture or document that the name could stand for", true},
    {BYTES("<?xml"), "a.svg", "the bytes are of no kind of picture or document that the name could stand for",
     true},
    {BYTES(SVG), "a.png", "an SVG picture by its bytes", false},
    {BYTES("<svg onload='x'></svg>"), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<svg onload ='x'></svg>"), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<svg><a href='&#106;avascript:x'/></svg>"), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<svg><a href='JavaScript:x'/></svg>"), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<svg><a href='/a?b&amp;c'/></svg>"), "a.svg", GOOD, false},
    {BYTES("<svg><set attributeName='a'/></svg>"), "a.svg", "SVG picture with a script in it", false},
    {BYTES("<svg><settings/></svg>"), "a.svg", GOOD, false},
    {BYTES("<svg><s:script/></svg>"), "a.svg", "SVG picture with a script in it", false},
    /* pages */
    {BYTES(""), "a.png", "the server sent an empty file", true},
    {BYTES("<!doctype html><p>"), "a.png", "the server sent an HTML page in place of the file", true},
    {BYTES("\xEF\xBB\xBF<!-- c --><HTML lang=en>"), "a.txt",
     "the server sent an HTML page in place of the file", true},
    {BYTES("---\ntitle: a\n---\n"), "a.txt",
     "the file begins with front matter: the site would publish it as a page", true},
    {BYTES("--- \r\n"), "a.txt", "the file begins with front matter: the site would publish it as a page",
     true},
    {BYTES("--- a\n"), "a.txt", GOOD, false},
    {BYTES("GIF89a;"), "a.bin", GOOD, false},
    {BYTES("<divan>"), "a.txt", GOOD, false},
    {BYTES("<s:svgs xmlns:s='a'>"), "a.txt", GOOD, false},
    {BYTES("<svg><text x='1'>href a&#106; jump once on only off on-and onab\n"
           " onabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz=</text></svg>"),
     "a.svg", GOOD, false},
    {BYTES("<svg><a href=b>&#106;</a><a on='x' href='c'/></svg>j ab"), "a.svg", GOOD, false},
    {BYTES("<svg></svg> onab"), "a.svg", GOOD, false},
    {BYTES("<svg><a href='" LONG LONG LONG "&#106;avascript:x'/></svg>"), "a.svg", GOOD, false},
    {BYTES("words"), "a.txt", GOOD, false},
    {BYTES("words"), "a.a-long-extension-of-no-kind", GOOD, false},
};

static void bytes_are_held_against_the_name(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const look_at *one = &FILES[i];
        verdict v = inspect_bytes(one->bytes, slice_of(one->path), SLICE("image/png"));
        if (v.good == one->refused || strcmp(v.problem, one->says) != 0)
            fail_msg("%zu, %s: %s: %s", i, one->path, v.good ? "good" : "refused", v.problem);
    }
    static char archive[70000] = "PK\3\4"; /* its end is looked for where it must be, however long it is */
    slice whole = {archive, sizeof archive};
    assert_false(inspect_bytes(whole, SLICE("a.docx"), SLICE("")).good);
    memcpy(archive + sizeof archive - 22, "PK\5\6", 4);
    assert_true(inspect_bytes(whole, SLICE("a.docx"), SLICE("")).good);
    verdict v = inspect_bytes(SLICE("words"), SLICE("a.txt"), SLICE("text/html; charset=utf-8"));
    assert_false(v.good);
    assert_string_equal(v.problem, "the server calls it an HTML page");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_are_held_against_the_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
