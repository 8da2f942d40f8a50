/* The findings of a page, and the one table of codes behind them (findings.def).
 *
 * Comes in: a code, a line, words. Goes out: findings in the order they were made, each on one line of UTF-8.
 * A page makes no more of them than FINDINGS_PER_CODE of a code; the rest are counted.
 */
#include "base.h"

#define DETAIL_MAX 240

static const finding_info TABLE[] = {
#define FINDING(symbol, name, grade, title, became, advice) {name, grade, title, became, advice},
#include "findings.def"
#undef FINDING
};

const char *grade_name(grade g) {
    static const char *const names[] = {"clean", "cosmetic", "review", "loss", "refused"};
    return names[g];
}

int grade_by_name(slice name) {
    int g = GRADE_CLEAN;
    while (g <= GRADE_REFUSED && !slice_equal(name, slice_of(grade_name((grade)g))))
        g++;
    return g;
}

const finding_info *finding_describe(finding_code code) {
    return &TABLE[code];
}

/* Names that journals and lists of accepted findings may still have. */
static const struct {
    const char *name;
    finding_code code;
} FORMER_NAMES[] = {{"picture-in-table", FINDING_PICTURE_IN_TABLE}};

finding_code finding_by_name(slice name) {
    for (size_t i = 0; i < sizeof FORMER_NAMES / sizeof *FORMER_NAMES; i++)
        if (slice_equal(name, slice_of(FORMER_NAMES[i].name)))
            return FORMER_NAMES[i].code;
    for (int code = 0; code < FINDING_COUNT; code++)
        if (slice_equal(name, slice_of(TABLE[code].name)))
            return (finding_code)code;
    return FINDING_COUNT;
}

findings findings_new(arena *a) {
    findings f;
    memset(&f, 0, sizeof f);
    f.items = vector_new(a, sizeof(finding *));
    f.changes = vector_new(a, sizeof(change));
    f.arena = a;
    return f;
}

finding *findings_add(findings *f, finding_code code, uint32_t line, const char *format, ...) {
    if (f->counts[code]++ >= FINDINGS_PER_CODE)
        return NULL;
    char text[DETAIL_MAX + 2];
    buffer written = {text, 0, sizeof text, f->arena};
    va_list arguments;
    va_start(arguments, format);
    /* the byte behind tells whether a character is cut */
    buffer_vprintf(&written, DETAIL_MAX + 1, format, arguments);
    va_end(arguments);
    slice detail = utf8_head(buffer_slice(&written), DETAIL_MAX);
    for (size_t i = 0; i < detail.length; i++)
        if (text[i] == '\n' || text[i] == '\r')
            text[i] = ' ';
    finding *added = arena_zeroed(f->arena, sizeof *added);
    *(finding **)vector_push(&f->items) = added;
    added->code = code;
    added->line = line;
    added->detail = slice_copy(detail, f->arena);
    return added;
}

void findings_take(findings *f, finding *one) {
    if (f->counts[one->code]++ < FINDINGS_PER_CODE)
        *(finding **)vector_push(&f->items) = one;
}

void findings_add_change(findings *f, finding *one, change_kind kind, slice before, slice after) {
    before = slice_copy(before, f->arena);
    after = slice_copy(after, f->arena);
    *(change *)vector_push(&f->changes) = (change){kind, before, after};
    if (!one)
        return;
    one->before = before;
    one->after = kind == CHANGE_PLACE ? before : after;
}

void findings_accept(findings *f, finding *one, slice why) {
    f->accepted[one->code]++;
    one->accepted = why;
}

static grade worst_grade(const findings *f, bool all) {
    grade worst = GRADE_CLEAN;
    for (int code = 0; code < FINDING_COUNT; code++)
        if (f->counts[code] > (all ? 0 : f->accepted[code]) && TABLE[code].grade > worst)
            worst = TABLE[code].grade;
    return worst;
}

grade findings_grade(const findings *f) {
    return worst_grade(f, false);
}

grade findings_grade_all(const findings *f) {
    return worst_grade(f, true);
}
