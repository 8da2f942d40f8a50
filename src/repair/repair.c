/* The two halves of repair: bytes to text (bytes.c), text to repaired text (text.c). */
#include "private.h"

void repair_turn_off(repair_options *options) {
    for (int code = 0; code < FINDING_COUNT; code++)
        options->off[code] = true;
}

slice repair_text(slice bytes, const repair_options *options, arena *a, findings *found) {
    static const repair_options all_on;
    repair_job job = {options ? options : &all_on, a, found};
    return mend_text(&job, decode_bytes(&job, bytes));
}
