/* Fonts whose letters are drawn as other characters: signs (Symbol, Wingdings), or another script in the
 * places of Latin letters. Comes in: the families of a text and the text. Goes out: the same text in the
 * characters that a visitor with the font saw, as far as its table (mappings/theme.yml) knows them. A word is
 * left as it is: it stands in such a font by mistake, or nobody knows what it says. Linear in the text.
 */
#include "private.h"

/* Longer names are no names of fonts: styles may hold anything, once for each element. */
enum { FONT_NAME_MAX = 64 };

/* The letters and digits of the first family, in lower case. */
static slice font_name(slice families, arena *a) {
    buffer name = buffer_new(a, FONT_NAME_MAX);
    for (size_t i = 0; i < families.length && i < FONT_NAME_MAX && families.data[i] != ','; i++)
        if (is_alnum(families.data[i]))
            buffer_append_char(&name, to_lower(families.data[i]));
    return buffer_slice(&name);
}

const express_font *express_font_of(const express_icons *icons, slice families, arena *a) {
    static const express_font OF_SCRIPT = {{{NULL, 0}}};
    if (!icons->fonts_of_signs.count && !icons->fonts_of_scripts.count)
        return NULL;
    slice name = font_name(families, a);
    const express_font *font = map_get(&icons->fonts_of_signs, name);
    for (size_t i = 0; i < icons->fonts_of_scripts.count && !font; i++)
        if (slice_starts_with(name, icons->fonts_of_scripts.texts[i]))
            font = &OF_SCRIPT;
    return font;
}

/* The number of the letter in the font; 0: it is not drawn by it. Word writes letters of such fonts in
 * Unicode's private use. */
static uint32_t letter_number(uint32_t c) {
    if (c >= 0xF020 && c <= 0xF0FF)
        return c - 0xF000;
    return c > 0x20 && c <= 0xFF && c != 0xA0 ? c : 0;
}

/* Whether letters of a word stand there, and not a few signs or one several times. */
static bool has_word(slice text) {
    enum { LETTERS = 3 };
    size_t run = 0, from = 0;
    for (size_t i = 0; i < text.length; i++) {
        from = run ? from : i;
        run = is_alpha(text.data[i]) ? run + 1 : 0;
        bool alike = true;
        for (size_t j = from; j < i && run == LETTERS; j++)
            alike = alike && text.data[j] == text.data[i];
        if (run == LETTERS && !alike)
            return true;
        run -= run == LETTERS; /* look at the last ones only */
        from = i + 1 - run;
    }
    return false;
}

/* A middle dot is a bullet in Symbol, and reads as one without it. */
static bool reads_the_same(uint32_t letter, slice sign) {
    return letter == 0xB7 && slice_equal(sign, SLICE("\xE2\x80\xA2"));
}

slice express_in_font(const express_font *font, slice text, bool *unknown, arena *a) {
    buffer out = buffer_new(a, text.length + 8);
    bool word = has_word(text);
    *unknown = false;
    for (size_t at = 0, from = 0; at < text.length; from = at) {
        uint32_t c = utf8_next(text, &at), number = letter_number(c);
        slice own = slice_sub(text, from, at), sign = number ? font->signs[number] : own;
        if (number == ' ')
            sign = SLICE(" ");
        *unknown = *unknown || !sign.length;
        buffer_append(&out, !sign.length || reads_the_same(c, sign) ? own : sign);
    }
    *unknown = *unknown || word;
    return word ? text : buffer_slice(&out);
}
