/* Repairs many pages in one process, for the scripts beside it.
 *
 * stdin: a page as its length in decimal, a line feed, its bytes; again and again. stdout: the repaired pages
 * in the same form, with the number of findings that changed something before it, and behind it the worst
 * grade of all and what was found of the page's encoding, if anything: "changes length grade detail\n".
 */
#include "repair/repair.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned count_changes(const findings *found) {
    unsigned changes = 0;
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        changes += one->before.length != 0 && one->code != FINDING_ENCODING_DOUBTFUL;
    }
    return changes;
}

static slice encoding_found(const findings *found) {
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        if (one->code == FINDING_ENCODING_UNKNOWN || one->code == FINDING_ENCODING_OTHER)
            return one->detail;
    }
    return SLICE("-");
}

int main(void) {
    arena *a = arena_new(0);
    size_t length;
    while (scanf("%zu", &length) == 1 && getchar() == '\n') {
        char *bytes = arena_alloc(a, length + 1);
        if (fread(bytes, 1, length, stdin) != length)
            return EXIT_FAILURE;
        findings found = findings_new(a);
        slice text = repair_text((slice){bytes, length}, NULL, a, &found);
        slice encoding = encoding_found(&found);
        printf("%u %zu %s %.*s\n", count_changes(&found), text.length, grade_name(findings_grade(&found)),
               SLICE_ARGS(encoding));
        fwrite(text.data, 1, text.length, stdout);
        arena_reset(a);
    }
    arena_destroy(a);
    return EXIT_SUCCESS;
}
