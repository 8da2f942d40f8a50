/* Messages ↔ bytes.
 *
 * Comes in: what the other side of a pipe sent. Goes out: messages within their limits, or none. Both sides
 * are one program: numbers are as the machine has them. Pure.
 */
#include "wire.h"

typedef struct wire_head {
    uint32_t length; /* of the whole message */
    uint16_t kind, slot;
    uint64_t numbers[WIRE_NUMBERS];
    uint32_t texts[WIRE_TEXTS]; /* their lengths */
} wire_head;
_Static_assert(sizeof(wire_head) == 48, "no padding");
_Static_assert(sizeof(wire_head) + WIRE_BODY <= WIRE_MAX && WIRE_URL + 4 * WIRE_TEXT < WIRE_BODY,
               "every message fits");

static const struct {
    wire_side from;
    uint32_t most[WIRE_TEXTS]; /* bytes of each text */
} KINDS[WIRE_KINDS] = {
    [WIRE_HOST] = {WIRE_FROM_RUN, {WIRE_TEXT}},
    [WIRE_SEAL] = {WIRE_FROM_RUN, {0}},
    [WIRE_ASK] = {WIRE_FROM_RUN, {WIRE_URL, WIRE_TEXT, WIRE_TEXT}},
    [WIRE_CANCEL] = {WIRE_FROM_RUN, {0}},
    [WIRE_HEAD] = {WIRE_FROM_DOWNLOADER, {WIRE_TEXT, WIRE_TEXT, WIRE_TEXT, WIRE_TEXT}},
    [WIRE_BYTES] = {WIRE_FROM_DOWNLOADER, {WIRE_BODY}},
    [WIRE_END] = {WIRE_FROM_DOWNLOADER, {WIRE_TEXT, WIRE_URL}},
};

size_t wire_write(const wire_message *m, char out[WIRE_MAX]) {
    wire_head head = {.kind = (uint16_t)m->kind, .slot = m->slot};
    size_t at = sizeof head;
    memcpy(head.numbers, m->numbers, sizeof head.numbers);
    for (size_t i = 0; i < WIRE_TEXTS; i++) {
        slice text = m->texts[i];
        if (text.length > KINDS[m->kind].most[i])
            return 0;
        if (text.length)
            memcpy(out + at, text.data, text.length);
        head.texts[i] = (uint32_t)text.length;
        at += text.length;
    }
    head.length = (uint32_t)at;
    memcpy(out, &head, sizeof head);
    return at;
}

static bool is_plain(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7F)
            return false;
    return true;
}

/* Is this the head of a message that comes from there? Its texts fill it to the last byte. */
static bool is_good(const wire_head *head, wire_side from) {
    size_t length = sizeof *head;
    if (head->kind >= WIRE_KINDS || KINDS[head->kind].from != from || head->slot >= WIRE_SLOTS)
        return false;
    for (size_t i = 0; i < WIRE_TEXTS; i++) {
        if (head->texts[i] > KINDS[head->kind].most[i])
            return false;
        length += head->texts[i];
    }
    return length == head->length;
}

wire_state wire_read(slice *bytes, wire_side from, wire_message *m) {
    wire_head head;
    if (bytes->length < sizeof head)
        return WIRE_MORE;
    memcpy(&head, bytes->data, sizeof head);
    if (!is_good(&head, from))
        return WIRE_WRONG;
    if (bytes->length < head.length)
        return WIRE_MORE;
    *m = (wire_message){.kind = (wire_kind)head.kind, .slot = head.slot};
    memcpy(m->numbers, head.numbers, sizeof head.numbers);
    for (size_t i = 0, at = sizeof head; i < WIRE_TEXTS; at += head.texts[i++]) {
        m->texts[i] = (slice){bytes->data + at, head.texts[i]};
        if (head.kind != WIRE_BYTES && !is_plain(m->texts[i]))
            return WIRE_WRONG;
    }
    *bytes = slice_from(*bytes, head.length);
    return WIRE_WHOLE;
}
