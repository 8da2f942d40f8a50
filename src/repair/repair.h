/* repair/: bytes of any kind → valid UTF-8 text with LF line ends, and what was broken in it repaired.
 *
 * Comes in: a page file as it lies on disk. Goes out: the text a person meant, NFC outside code and link
 * addresses. Every change is a finding; text that is fine is returned as it is, the very same slice. Must
 * never: change honest text that only looks broken, or drop anything without a finding.
 */
#ifndef ISOMERIZE_REPAIR_H
#define ISOMERIZE_REPAIR_H

#include "base/base.h"

/* Which repairs are turned off, by their finding code (the codes `encoding-…` of findings.def).
 * Zeroed: all on. What the other modules rely on is done whatever is turned off: the output is valid
 * UTF-8 (a byte that may not be repaired becomes U+FFFD), its lines end in LF, a byte order mark is gone. */
typedef struct repair_options {
    bool off[FINDING_COUNT];
} repair_options;

/* All repairs off, as `--no-repair` asks. */
void repair_turn_off(repair_options *options);

/* The text of a page file. `options` may be NULL: all on.
 *
 * Returned: `bytes` itself where nothing had to change (or its end, behind a byte order mark), otherwise text
 * in the arena. Never fails; time is linear in bytes.length. repair_text of its own output changes nothing.
 *
 * Findings: one for each change, in the order of the text, `before` and `after` filled in (a byte that is no
 * character shows as \xHH, an invisible character as U+XXXX), lines of the page file, columns in code points
 * of the line as decoded; the detail names the code pages gone through, outermost first. Line ends are one
 * finding a page. */
slice repair_text(slice bytes, const repair_options *options, arena *a, findings *found);

#endif
