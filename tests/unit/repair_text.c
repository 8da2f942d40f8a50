/* Honest text that looks broken stays as it is; clean text is returned itself; what is mended stays mended.
 */
#include "repair/repair.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

/* Each line is a page of its own. None may change, be it with the sign it needs or without. */
static const char *const HONEST[] = {
    /* prices, units, measures */
    "Â£ is not what we write: £5, €3…, ¥100–¥200, 5¢ each",
    "4288×… pixels, 1920×1080, 3½” pipes, 5’11” tall",
    "a radius of 10 Å— roughly",
    "20 °C ± 0.5 °C, 57 µg/m³, 10 m² – 12 m²",
    "§ 4 ¶ 2, † and ‡, 25‰",
    "90° – 180°, 37°C…",
    "½ cup, ¼ tsp, 1¾ kg — ⅓ of it",
    "S$20 – S$35 • 3–5 May",
    "№ 5, 1º andar, 2ª fila",
    "£1 = €1.15 ≈ ¥190 ≤ ₹110",
    "5 µm × 3 µm ÷ 2",
    "25¢…",
    "12″ × 8′",
    /* quotes, dashes, signs beside letters */
    "«Á» and «É» are letters; “Ü” too",
    "the letter “Â”, the letter ‘Ã’ and “Å”…",
    "CAFÉ™, CAFÉ®, CAFÉ©, É…",
    "NAÏVE’S",
    "Charlotte Brontë…”",
    "l’été, l’Été, d’Âme",
    "“Où?” — “Là…”",
    "»Größe«, „Größe“, ‚Maß‘",
    "ÀÂÃÄÅÆ ÇÈÉÊË ÌÍÎÏ ÐÑ ÒÓÔÕÖ× ØÙÚÛÜÝÞß",
    "àâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    "¡Olé! ¿Qué…? ¡SÍ!",
    "!YO SÉ¡",
    "É” said he. Ó’Brien, Ò’s",
    "PÂTÉ®",
    "“CRÈME BRÛLÉE”",
    "Ö–Ü–Ä",
    "MÜLLER—SÖHNE",
    "ß…",
    /* languages */
    "NÃO, IRMÃ, MANHÃ e MAÇÃ: “AMANHÔ",
    "São João não é só coração",
    "às 10h; à tarde; é…” ",
    "Đường Nguyễn Huệ, Quận 1",
    "ĐÃ NẴNG, ĐÀ LẠT",
    "TIẾNG VIỆT – Tiếng Việt",
    "Âu cơ, Ấn Độ, Ăn",
    "ÎNTÂI, ROMÂNIA, ȚĂRI, CASĂ",
    "NICIODATĂ™",
    "Ăştia sunt",
    "Część, źdźbło, zażółć gęślą jaźń",
    "CZĘŚĆ ŁÓDŹ ŻÓŁW",
    "Příliš žluťoučký kůň",
    "ČEŠTINA, MŮŽE, ÍŽ",
    "Äiti, Åbo, ÄÄNI, ÖÖ",
    "HÅØYA ER BLÅØYD",
    "Ærø, Ø, Å—",
    "AHÅ™, the sofa",
    "GÜNEŞ, İSTANBUL, ÇAĞ",
    "RÜYÂ, kâğıt",
    "Þórður, ÐÓRÐUR, Ísland",
    "TRANSFORMATORIŲ™",
    "Ελληνικά: ΕΡΓΟ» «ΟΧΙ»…",
    "μΩ, Δx, σ², π≈3.14, Σ…",
    "ΑΒΓ – αβγ’",
    "Українська: ВІКІ, її, Ґ",
    "Это «текст»… — да",
    "ПоздравЂаво",
    "Оё Оё менюҳои",
    "Љубљана, Ђорђе, ЊЕГОШ",
    "В России, В\xC2\xA0мире, А\xC2\xA0Б",
    "עברית “ציטוט” – שלום",
    "العربية: «نص»…، ٤٢٪",
    "中文“引号”…，《书》— iPhone 15×2",
    "“和”、‘和’……",
    "தமிழ் – “மொழி”… ஔ ௐ",
    "மொழி, கொடு, கோவில்",
    "Bahasa Melayu: “Al-Qur’an”…",
    "日本語・テスト『…』ー",
    "한국어 “따옴표”…",
    "ภาษาไทย “คำ”…",
    "हिन्दी “शब्द”…",
    "Ō¬o ¬‿¬ ಠ_ಠ",
    "Élan Ñandú Œuvre ŸŸ",
    /* art, mathematics, boxes */
    "┌─┬┐ │é│ └─┴┘ ╔═╦╗ ║x║ ╚═╩╝",
    "├── src",
    "█▓▒░ ▄▀▄▀",
    "¯\\_(ツ)_/¯",
    "«·.¸¸.·´¯`·.¸¸.·»",
    "¸.·´¯`·.¸",
    "∑∞ √π ≠ ≈ ∫ ∂x/∂y ∆t",
    "a ± b ÷ c × d ≤ e ≥ f",
    "x² + y³ = z¹",
    "¬p ∧ q",
    "f: ℝ→ℝ, ∀x∈ℕ",
    "☐ yes ☑ no ► next ➜ …",
    "👩‍💻 👍🏼 🇸🇬 ✔️",
    "←↑→↓",
    /* about mojibake */
    "There are a lot of Ã’s in mojibake text",
    "The sign © shows as Â© when the encoding is wrong",
    "UTF-8 read as Latin-1: é becomes ‘Ã©’",
    "Write \"â€™\" and see",
    "In `Ã©` the é broke",
    "<code>â€œ</code> is a quote",
    "Write `&amp;rsquo;` for ’",
    "&lt;b&gt; and &amp;lt; &amp;amp; &amp;copy=1",
    "<a href=\"/a?b=1&amp;copy;=2\">x</a>",
    "/files/caf%C3%A9.pdf %E4%B8%AD%E6%96%87 100%",
    "/x%C3%9F%20y%C2%A0z",
    "AT&T R&amp;D &copy; &nbsp;&nbsp;&bull;&nbsp;&eacute;&nbsp;",
    "caf&eacute;&rdquo; &Eacute;&hellip; &ldquo;&lsquo;x&rsquo;&rdquo;",
    "&Acirc;ge, &Atilde;o",
    /* signs and capitals that happen to be bytes of UTF-8 */
    "Click the “×” sign",
    "5×£35, ½×¾, “½”×‘¼’",
    "SELKÄ\xC2\xA0"
    "EDELLÄ\xC2\xA0TÄMÄ",
    "HÅ\xC2\xA0KÅ\xC2\xA0, PÅ\xC2\xA0SKÅNE, Å\xC2\xA0VÆRE, Å\xC2\xA0være",
    "AMANHÃ\xC2\xA0"
    "CEDO, ĐÃ\xC2\xA0NẴNG, CASĂ\xC2\xA0",
    "¬_¬ (°□°) ┻━┻",
    "lâu tâm, pâté, tâche",
};

static void honest_text_is_returned_itself(void **state) {
    (void)state;
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof HONEST / sizeof *HONEST; i++) {
        findings found = findings_new(a);
        slice page = slice_of(HONEST[i]), mended = repair_text(page, NULL, a, &found);
        if (mended.data != page.data || mended.length != page.length)
            print_error("changed: %s\n     to: %.*s\n", HONEST[i], SLICE_ARGS(mended));
        assert_true(mended.data == page.data && mended.length == page.length);
    }
    arena_destroy(a);
}

static const struct {
    const char *broken, *meant;
} BROKEN[] = {
    {"Singaporeâ€™s", "Singapore’s"},
    {"it‚Äôs", "it’s"},
    {"ItвЂ™s", "It’s"},
    {"ΓÇ£planΓÇ¥", "“plan”"},
    {"cafÃƒÂ©", "café"},
    {"Â© 2020 Ministry", "© 2020 Ministry"},
    {"wordÂ\xC2\xA0word", "word\xC2\xA0word"},
    {"ä¸­æ–‡", "中文"},
    {"à®¤à®®à®¿", "தமி"},
    {"PrzykÅ‚ad zaÅ¼Ã³Å‚Ä‡", "Przykład zażółć"},
    {"ĂŁo, nĂŁo, coraĂ§ĂŁo", "ão, não, coração"},
    {"Singapore&acirc;&euro;&trade;s", "Singapore’s"},
    {"Singapore&amp;rsquo;s", "Singapore&rsquo;s"},
    {"Cafe\xCC\x81", "Café"},
    {"caf\xE9 \x93x\x94", "café “x”"},
    {"a\r\nb\rc", "a\nb\nc"},
    {"\xEF\xBB\xBF\xEF\xBB\xBFx", "x"},
    {"", ""},
};

static void broken_text_is_mended_once_and_for_all(void **state) {
    (void)state;
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        findings found = findings_new(a);
        slice mended = repair_text(slice_of(BROKEN[i].broken), NULL, a, &found);
        if (!slice_equal(mended, slice_of(BROKEN[i].meant)))
            print_error("%s: %.*s\n", BROKEN[i].broken, SLICE_ARGS(mended));
        assert_true(slice_equal(mended, slice_of(BROKEN[i].meant)));
        assert_true(repair_text(mended, NULL, a, &found).data == mended.data);
    }
    arena_destroy(a);
}

/* Each reading of this run makes one that reads on: it has no end that is worth it. */
static void a_line_that_never_settles_stays_as_it_was(void **state) {
    (void)state;
    static const char line[] = "Prices ¬¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨ and\nSingaporeâ€™s\n",
                      kept[] = "Prices ¬¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨¨ and\nSingapore’s\n";
    arena *a = arena_new(0);
    findings found = findings_new(a);
    slice mended = repair_text(slice_of(line), NULL, a, &found);
    assert_true(slice_equal(mended, slice_of(kept)));
    assert_int_equal(found.counts[FINDING_ENCODING_GUESSED], 0);
    assert_int_equal(found.counts[FINDING_ENCODING_DOUBTFUL], 1);
    assert_true(repair_text(mended, NULL, a, &found).data == mended.data);
    arena_destroy(a);
}

static void each_change_is_found_where_it_was(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    repair_text(SLICE("one\n中文 two Singaporeâ€™s\n"), NULL, a, &found);
    assert_int_equal(found.items.count, 1);
    const finding *f = findings_at(&found, 0);
    assert_int_equal(f->code, FINDING_ENCODING_MOJIBAKE);
    assert_int_equal(f->line, 2);
    assert_int_equal(f->column, 8);
    assert_true(slice_equal(f->before, SLICE("Singaporeâ€™s")));
    assert_true(slice_equal(f->after, SLICE("Singapore’s")));
    assert_true(slice_equal(f->detail, SLICE("windows-1252")));
    arena_destroy(a);
}

static void a_repair_can_be_turned_off(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    repair_options options = {.off = {[FINDING_ENCODING_MOJIBAKE] = true}};
    slice page = SLICE("Itâ€™s Cafe\xCC\x81");
    assert_true(slice_equal(repair_text(page, &options, a, &found), SLICE("Itâ€™s Café")));
    repair_turn_off(&options);
    assert_true(repair_text(page, &options, a, &found).data == page.data);
    assert_true(slice_equal(repair_text(SLICE("\x92\r\n"), &options, a, &found), SLICE("\xEF\xBF\xBD\n")));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_text_is_returned_itself),
        cmocka_unit_test(broken_text_is_mended_once_and_for_all),
        cmocka_unit_test(a_line_that_never_settles_stays_as_it_was),
        cmocka_unit_test(each_change_is_found_where_it_was),
        cmocka_unit_test(a_repair_can_be_turned_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
