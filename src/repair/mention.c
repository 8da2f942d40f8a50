/* Text about broken text: words of people who write about encodings, or about what they saw. */
#include "mention.h"

/* Whoever uses these writes about encodings. */
static const char *const ENCODING_WORDS[] = {
    "mojibake",      "encod",     "utf-8",    "utf8",     "unicode",
    "windows-1252",  "latin-1",   "latin1",   "iso-8859", "ascii",
    "garbled",       "charset",   "&amp;lt;", "&amp;gt;", "character reference",
    "character set", "code page", "codepage",
};

/* These are also said of other things, where a dash or a bullet may well have broken. */
static const char *const SHOWING_WORDS[] = {
    "instead of",  "shows up as", "shown as",    "shows as", "appears as", "appear as", "displayed as",
    "turned into", "turns into",  "rendered as", "read as",  "entity",     "entities",
};

static bool holds_word(slice window, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (slice_find(window, slice_of(words[i]), 0) != SLICE_NONE)
            return true;
    return false;
}

bool mention_talks(slice window, const character *about) {
    bool stands_alone = about->kind == KIND_DASH || about->kind == KIND_STOP || about->kind == KIND_SPACE ||
                        about->kind == KIND_SIGN;
    return holds_word(window, ENCODING_WORDS, sizeof ENCODING_WORDS / sizeof *ENCODING_WORDS) ||
           (!stands_alone && holds_word(window, SHOWING_WORDS, sizeof SHOWING_WORDS / sizeof *SHOWING_WORDS));
}

bool mention_talks_around(slice line, size_t from, size_t to, const character *about) {
    char text[2 * MENTION_WINDOW + 1];
    size_t length = 0, start = from > MENTION_WINDOW ? from - MENTION_WINDOW : 0;
    for (size_t i = start; i < from; i++)
        text[length++] = to_lower(line.data[i]);
    text[length++] = '?';
    for (size_t i = to; i < line.length && i < to + MENTION_WINDOW; i++)
        text[length++] = to_lower(line.data[i]);
    return mention_talks((slice){text, length}, about);
}
