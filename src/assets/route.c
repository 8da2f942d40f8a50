/* Which network addresses a fetch may connect to: public unicast ones.
 *
 * Comes in: the address that a connection is about to be made to, after name resolution. A page must not be
 * able to make this program talk to what only this machine or its network can reach.
 */
#include "private.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* IANA special-purpose registries (RFC 6890 and its updates), multicast, and the clouds' metadata services
 * that have a public address. IPv4 ones are written as mapped addresses. */
typedef struct block {
    const char *prefix;
    int bits;
} block;

static const block CLOSED_V4[] = {
    {"0.0.0.0", 8},        {"10.0.0.0", 8},      {"100.64.0.0", 10},   {"127.0.0.0", 8},
    {"168.63.129.16", 32}, {"169.254.0.0", 16},  {"172.16.0.0", 12},   {"192.0.0.0", 24},
    {"192.0.2.0", 24},     {"192.31.196.0", 24}, {"192.52.193.0", 24}, {"192.88.99.0", 24},
    {"192.168.0.0", 16},   {"192.175.48.0", 24}, {"198.18.0.0", 15},   {"198.51.100.0", 24},
    {"203.0.113.0", 24},   {"224.0.0.0", 4},     {"240.0.0.0", 4},
};
/* Inside 2000::/3, all that is given out: what is not for the public. The first is where Teredo, ORCHID and
 * others are; 2002::/16 (6to4) may hide any IPv4 address. */
static const block CLOSED_V6[] = {
    {"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"2620:4f:8000::", 48}, {"3fff::", 20},
};

static bool within(const unsigned char *at, const unsigned char *prefix, int bits) {
    int whole = bits / 8, rest = bits % 8;
    return memcmp(at, prefix, (size_t)whole) == 0 &&
           (rest == 0 || ((at[whole] ^ prefix[whole]) & (0xFF << (8 - rest))) == 0);
}

static bool in_blocks(int family, const unsigned char *at, const block *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned char prefix[16];
        if (inet_pton(family, blocks[i].prefix, prefix) == 1 && within(at, prefix, blocks[i].bits))
            return true;
    }
    return false;
}

static bool v4_is_public(const unsigned char *at) {
    return !in_blocks(AF_INET, at, CLOSED_V4, sizeof CLOSED_V4 / sizeof *CLOSED_V4);
}

static bool v6_is_public(const unsigned char *at) {
    static const unsigned char MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    static const unsigned char NAT64[12] = {0, 0x64, 0xFF, 0x9B};
    if (memcmp(at, MAPPED, 12) == 0 || memcmp(at, NAT64, 12) == 0)
        return v4_is_public(at + 12);
    return (at[0] & 0xE0) == 0x20 &&
           !in_blocks(AF_INET6, at, CLOSED_V6, sizeof CLOSED_V6 / sizeof *CLOSED_V6);
}

static bool is_named(int family, const unsigned char *at, const char *const *allow) {
    for (; allow && *allow; allow++) {
        unsigned char one[16];
        if (inet_pton(family, *allow, one) == 1 && memcmp(one, at, family == AF_INET ? 4 : 16) == 0)
            return true;
    }
    return false;
}

bool route_is_open(const struct sockaddr *at, const char *const *allow) {
    if (at->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, at, sizeof v4);
        const unsigned char *bytes = (const unsigned char *)&v4.sin_addr;
        return v4_is_public(bytes) || is_named(AF_INET, bytes, allow);
    }
    if (at->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, at, sizeof v6);
        const unsigned char *bytes = (const unsigned char *)&v6.sin6_addr;
        return v6_is_public(bytes) || is_named(AF_INET6, bytes, allow);
    }
    return false;
}

uint16_t route_port(const struct sockaddr *at) {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (at->sa_family == AF_INET) {
        memcpy(&v4, at, sizeof v4);
        return ntohs(v4.sin_port);
    }
    if (at->sa_family != AF_INET6)
        return 0;
    memcpy(&v6, at, sizeof v6);
    return ntohs(v6.sin6_port);
}
