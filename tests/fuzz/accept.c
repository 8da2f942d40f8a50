/* accepted.yml of a checkout that means harm: it is read or refused; what is edited says the same. */
#include "accept/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)256 << 20);
    slice text = {(const char *)data, size}, error;
    accept_list list;
    if (accept_read(text, SLICE("accepted.yml"), a, &list, &error)) {
        accept_list added = accept_list_new(a), again;
        accept_list_add(&added, &(accept_entry){FINDING_COLOUR, SLICE("red"), vector_new(a, sizeof(slice)),
                                                SLICE("why"), 0});
        buffer out = buffer_new(a, size + 64);
        if (!accept_edit(text, SLICE("accepted.yml"), &added, NULL, a, &out, &error) ||
            !accept_read(buffer_slice(&out), SLICE("accepted.yml"), a, &again, &error) ||
            again.entries.count != list.entries.count + 1)
            __builtin_trap();
        findings found = findings_new(a);
        for (int code = 0; code < FINDING_COUNT; code++)
            findings_add(&found, (finding_code)code, 1, "<p> with `margin-left: 40px`");
        accept_mark(&list, SLICE("news/2020/a.md"), &found, NULL);
        if (found.items.count != FINDING_COUNT)
            __builtin_trap();
    }
    arena_destroy(a);
    return 0;
}
