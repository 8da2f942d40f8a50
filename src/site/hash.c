/* BLAKE2b-256 (RFC 7693): tells whether a file's bytes are those that were recorded.
 *
 * Comes in: bytes. Goes out: 32 bytes. Nothing secret, no key.
 */
#include "private.h"

#include <sodium.h>

hash hash_bytes(slice bytes) {
    hash result;
    crypto_generichash_blake2b(result.bytes, HASH_SIZE, (const unsigned char *)bytes.data, bytes.length, NULL,
                               0);
    return result;
}

const hash *hash_copy(const hash *one, arena *a) {
    hash *copy = arena_alloc(a, sizeof *copy);
    *copy = *one;
    return copy;
}

bool hash_equal(const hash *one, const hash *other) {
    return memcmp(one->bytes, other->bytes, HASH_SIZE) == 0;
}
