/* Files of decisions from other people's machines: read or refused; what is written is read again, the same.
 */
#include "decide/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)256 << 20);
    decisions read = decide_new(SLICE("2024-05-31T09:30:00Z"), a), again = decide_new(SLICE(""), a);
    slice error;
    bool ok = decide_read(&read, (slice){(const char *)data, size}, SLICE("x"), &error);
    buffer out = buffer_new(a, size + 64), twice = buffer_new(a, size + 64);
    decide_write(&read, SLICE("site"), &out);
    if (ok && read.all.count) {
        decision *one = vector_at(&read.all, 0);
        decide_view view = decide_about(&read, one->path, one->content);
        decide_describe(&view, a);
        if (!decide_read(&again, buffer_slice(&out), SLICE("y"), &error))
            __builtin_trap();
        decide_write(&again, SLICE("site"), &twice);
        if (!slice_equal(buffer_slice(&out), buffer_slice(&twice)))
            __builtin_trap();
    }
    arena_destroy(a);
    return 0;
}
