/* A hash map by bytes, and the keyed hash that it stands on.
 *
 * Comes in: keys of any bytes, from pages that may have been made to collide. Goes out: their values.
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; the rounds that Rust's and
 * Ruby's tables use) under the arena's random key: who does not know the key cannot make keys that collide.
 * There is no going over all entries, so that nothing can depend on their order.
 */
#include "base.h"

/* ---- SipHash ----------------------------------------------------------------------------------------- */

typedef struct sip {
    uint64_t v0, v1, v2, v3;
} sip;

static inline uint64_t rotate(uint64_t x, unsigned by) {
    return (x << by) | (x >> (64 - by));
}

static inline void sip_round(sip *s) {
    s->v0 += s->v1, s->v1 = rotate(s->v1, 13) ^ s->v0, s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3, s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3, s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1, s->v1 = rotate(s->v1, 17) ^ s->v2, s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(sip *s, uint64_t word) {
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/* In the machine's order: the hash lives no longer than the process. */
static inline uint64_t load_word(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Fewer than eight bytes. */
static inline uint64_t load_rest(const char *bytes, size_t count) {
    if (count >= 4) { /* the halves may overlap, in bytes that are the same */
        uint32_t head, tail;
        memcpy(&head, bytes, sizeof head);
        memcpy(&tail, bytes + count - sizeof tail, sizeof tail);
        return (uint64_t)tail << (count - sizeof tail) * 8 | head;
    }
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint64_t)(unsigned char)bytes[i] << i * 8;
    return word;
}

uint64_t hash_keyed(const hash_key *key, slice text) {
    sip s = {key->one ^ UINT64_C(0x736f6d6570736575), key->two ^ UINT64_C(0x646f72616e646f6d),
             key->one ^ UINT64_C(0x6c7967656e657261), key->two ^ UINT64_C(0x7465646279746573)};
    size_t at = 0;
    for (; text.length - at >= 8; at += 8)
        sip_word(&s, load_word(text.data + at));
    sip_word(&s, (uint64_t)text.length << 56 |
                     (at < text.length ? load_rest(text.data + at, text.length - at) : 0));
    s.v2 ^= 0xFF;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* ---- the map ----------------------------------------------------------------------------------------- */

struct map_slot {
    slice key;
    uint64_t hash; /* 0: it is free */
    void *value;
};

#define USED ((uint64_t)1 << 63)

static uint64_t hash_of(const hash_map *m, slice key) {
    return hash_keyed(arena_key(m->arena), key) | USED;
}

/* Open addressing, at most half full. */
static struct map_slot *find_slot(const hash_map *m, slice key, uint64_t hash) {
    size_t at = (size_t)hash & (m->capacity - 1);
    while (m->slots[at].hash && (m->slots[at].hash != hash || !slice_equal(m->slots[at].key, key)))
        at = (at + 1) & (m->capacity - 1);
    return &m->slots[at];
}

static void resize(hash_map *m, size_t capacity) {
    hash_map old = *m;
    m->capacity = capacity;
    m->slots = arena_zeroed(m->arena, capacity * sizeof *m->slots);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].hash)
            *find_slot(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
    arena_drop(m->arena, old.slots, old.capacity * sizeof *old.slots);
}

hash_map map_new(arena *a, size_t expected) {
    hash_map m = {.arena = a};
    size_t capacity = 16;
    while (capacity / 2 < expected)
        capacity *= 2;
    if (expected)
        resize(&m, capacity);
    return m;
}

void *map_get(const hash_map *m, slice key) {
    return m->count ? find_slot(m, key, hash_of(m, key))->value : NULL;
}

bool map_has(const hash_map *m, slice key) {
    return m->count && find_slot(m, key, hash_of(m, key))->hash != 0;
}

void **map_put(hash_map *m, slice key, bool *is_new) {
    if (m->count >= m->capacity / 2)
        resize(m, m->capacity ? m->capacity * 2 : 16);
    uint64_t hash = hash_of(m, key);
    struct map_slot *slot = find_slot(m, key, hash);
    if (is_new)
        *is_new = slot->hash == 0;
    if (!slot->hash) {
        *slot = (struct map_slot){.key = key, .hash = hash};
        m->count++;
    }
    return &slot->value;
}
