/* Run by the build: compiles the content expressions of schema.def into schema_tables.h.
 *
 * Goes out: one automaton a node type, the wrappings and fillings that each state allows. The order of edges
 * decides what the editor fills in and wraps with, so the construction follows prosemirror-model 1.19
 * (content: nfa, dfa, computeWrapping, fillBefore) step by step. Everything here is small and constant;
 * nothing is freed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
#define NODE(symbol, name, groups, content, marks, element) TYPE_##symbol,
#include "../schema.def"
    TYPE_COUNT
};

static const struct {
    const char *name, *groups, *content;
} TYPES[] = {
#define NODE(symbol, name, groups, content, marks, element) {name, groups, content},
#include "../schema.def"
};

static const char *const TYPE_SYMBOLS[] = {
#define NODE(symbol, name, groups, content, marks, element) #symbol,
#include "../schema.def"
};

static const char *const MARK_SYMBOLS[] = {
#define MARK(symbol, name, excludes, element) #symbol,
#include "../schema.def"
};

static const char *const ATTRIBUTE_OWNERS[] = {
#define ATTRIBUTE(owner, symbol, name, initial, method) #owner,
#include "../schema.def"
};

enum { EDGE_MAX = 40, STATE_MAX = 120, NFA_MAX = 200, ROUTE_MAX = 8 };

/* ---- content expression → automaton with null edges -------------------------------------------------- */

typedef struct nfa_edge {
    int term, to; /* term -1: a null edge; to -1: not connected yet */
} nfa_edge;

static struct {
    nfa_edge edges[EDGE_MAX];
    int count;
} nfa[NFA_MAX];
static int nfa_count;

/* Edges that wait for their target: (state, edge) pairs. */
typedef struct open_edges {
    int state[EDGE_MAX], edge[EDGE_MAX], count;
} open_edges;

static const char *at; /* in the expression */

static int new_nfa_state(void) {
    nfa[nfa_count].count = 0;
    return nfa_count++;
}

static void add_edge(int from, int to, int term, open_edges *open) {
    int edge = nfa[from].count++;
    nfa[from].edges[edge] = (nfa_edge){term, to};
    if (open) {
        open->state[open->count] = from;
        open->edge[open->count++] = edge;
    }
}

static void connect(const open_edges *open, int to) {
    for (int i = 0; i < open->count; i++)
        nfa[open->state[i]].edges[open->edge[i]].to = to;
}

static void skip_spaces(void) {
    while (*at == ' ')
        at++;
}

static bool in_group(int type, const char *name, size_t length) {
    for (const char *group = TYPES[type].groups; *group;) {
        size_t size = strcspn(group, " ");
        if (size == length && memcmp(group, name, length) == 0)
            return true;
        group += size + (group[size] == ' ');
    }
    return false;
}

static open_edges compile_choice(int from);

/* A name, a group's name (a choice of its types in schema order) or a parenthesis. */
static open_edges compile_atom(int from) {
    open_edges open = {.count = 0};
    skip_spaces();
    if (*at == '(') {
        at++;
        open = compile_choice(from);
        skip_spaces();
        at++;
        return open;
    }
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    for (int exact = 1; exact >= 0 && open.count == 0; exact--)
        for (int type = 0; type < TYPE_COUNT; type++)
            if (exact ? strlen(TYPES[type].name) == length && memcmp(TYPES[type].name, at, length) == 0
                      : in_group(type, at, length))
                add_edge(from, -1, type, &open);
    if (open.count == 0) {
        fprintf(stderr, "schema.def: no node or group at \"%s\"\n", at);
        exit(1);
    }
    at += length;
    return open;
}

/* An atom with its + * or ?. A repeated atom is compiled twice for +: once to enter, once to loop. */
static open_edges compile_subscript(int from) {
    skip_spaces();
    const char *atom = at;
    int mark = nfa[from].count;
    open_edges open = compile_atom(from);
    skip_spaces();
    if (*at == '+' || *at == '*') {
        bool plus = *at == '+';
        const char *behind = at + 1;
        int loop = new_nfa_state();
        if (plus)
            connect(&open, loop);
        else {
            nfa[from].count = mark;
            add_edge(from, loop, -1, NULL);
        }
        at = atom;
        open = compile_atom(loop);
        connect(&open, loop);
        at = behind;
        open = (open_edges){.count = 0};
        add_edge(loop, -1, -1, &open);
    } else if (*at == '?') {
        /* The null edge comes first in the original; edges keep their order of creation here. */
        const char *behind = at + 1;
        nfa[from].count = mark;
        open_edges with_null = {.count = 0};
        add_edge(from, -1, -1, &with_null);
        at = atom;
        open = compile_atom(from);
        for (int i = 0; i < open.count; i++) {
            with_null.state[with_null.count] = open.state[i];
            with_null.edge[with_null.count++] = open.edge[i];
        }
        at = behind;
        open = with_null;
    }
    return open;
}

static open_edges compile_sequence(int from) {
    for (;;) {
        open_edges open = compile_subscript(from);
        skip_spaces();
        if (!*at || *at == ')' || *at == '|')
            return open;
        from = new_nfa_state();
        connect(&open, from);
    }
}

static open_edges compile_choice(int from) {
    open_edges open = compile_sequence(from);
    for (skip_spaces(); *at == '|'; skip_spaces()) {
        at++;
        open_edges more = compile_sequence(from);
        for (int i = 0; i < more.count; i++) {
            open.state[open.count] = more.state[i];
            open.edge[open.count++] = more.edge[i];
        }
    }
    return open;
}

/* ---- → deterministic automaton ----------------------------------------------------------------------- */

typedef struct state_set {
    bool has[NFA_MAX];
} state_set;

typedef struct state {
    state_set set;
    bool valid_end;
    int types[TYPE_COUNT], next[TYPE_COUNT], count;
} state;

static state states[STATE_MAX];
static int state_count, starts[TYPE_COUNT];

static void reach_by_null(int from, state_set *set) {
    if (nfa[from].count == 1 && nfa[from].edges[0].term < 0) {
        reach_by_null(nfa[from].edges[0].to, set);
        return;
    }
    set->has[from] = true;
    for (int i = 0; i < nfa[from].count; i++)
        if (nfa[from].edges[i].term < 0 && !set->has[nfa[from].edges[i].to])
            reach_by_null(nfa[from].edges[i].to, set);
}

/* The state for a set of nfa states, of those from `base` on. The highest nfa state comes first (cmp in the
 * original). */
static int explore(const state_set *set, int base) {
    for (int i = base; i < state_count; i++)
        if (memcmp(&states[i].set, set, sizeof *set) == 0)
            return i;
    int index = state_count++;
    states[index].set = *set;
    states[index].valid_end = set->has[nfa_count - 1];
    state_set targets[TYPE_COUNT];
    memset(targets, 0, sizeof targets);
    int types[TYPE_COUNT], count = 0;
    for (int from = nfa_count - 1; from >= 0; from--)
        for (int i = 0; set->has[from] && i < nfa[from].count; i++) {
            nfa_edge edge = nfa[from].edges[i];
            if (edge.term < 0)
                continue;
            int slot = 0;
            while (slot < count && types[slot] != edge.term)
                slot++;
            if (slot == count)
                types[count++] = edge.term;
            reach_by_null(edge.to, &targets[slot]);
        }
    for (int i = 0; i < count; i++) {
        int next = explore(&targets[i], base);
        states[index].types[i] = types[i];
        states[index].next[i] = next;
        states[index].count = i + 1;
    }
    return index;
}

static void compile_type(int type) {
    nfa_count = 0;
    int base = state_count;
    new_nfa_state();
    if (TYPES[type].content[0]) {
        at = TYPES[type].content;
        open_edges open = compile_choice(0);
        connect(&open, new_nfa_state());
    }
    state_set set;
    memset(&set, 0, sizeof set);
    if (nfa[0].count)
        reach_by_null(0, &set);
    else
        set.has[0] = true;
    starts[type] = explore(&set, base);
}

/* ---- what each state can wrap and fill --------------------------------------------------------------- */

typedef struct route {
    int length, types[ROUTE_MAX];
} route;

static route routes[256];
static int route_count;

static int add_route(const route *r) {
    for (int i = 0; i < route_count; i++)
        if (memcmp(&routes[i], r, sizeof *r) == 0)
            return i;
    routes[route_count] = *r;
    return route_count++;
}

static int next_state(int from, int type) {
    for (int i = 0; i < states[from].count; i++)
        if (states[from].types[i] == type)
            return states[from].next[i];
    return -1;
}

/* computeWrapping: breadth first; a type is entered once; behind an inner edge the outer node must be able to
 * end. */
static int find_wrapping(int from, int target) {
    struct {
        int match, type, via;
    } active[TYPE_COUNT + 1] = {{from, -1, -1}};
    bool seen[TYPE_COUNT] = {false};
    int count = 1;
    for (int current = 0; current < count; current++) {
        int match = active[current].match;
        if (next_state(match, target) >= 0) {
            route r;
            memset(&r, 0, sizeof r);
            for (int i = current; active[i].type >= 0; i = active[i].via)
                r.length++;
            int left = r.length;
            for (int i = current; active[i].type >= 0; i = active[i].via)
                r.types[--left] = active[i].type;
            return add_route(&r);
        }
        for (int i = 0; i < states[match].count; i++) {
            int type = states[match].types[i];
            if (TYPES[type].content[0] && !seen[type] &&
                (current == 0 || states[states[match].next[i]].valid_end)) {
                active[count].match = starts[type];
                active[count].type = type;
                active[count++].via = current;
                seen[type] = true;
            }
        }
    }
    return 255;
}

/* fillBefore of nothing to the end: depth first, text cannot be made. */
static bool search_fill(int from, bool *seen, route *r) {
    if (states[from].valid_end)
        return true;
    for (int i = 0; i < states[from].count; i++) {
        int type = states[from].types[i], next = states[from].next[i];
        if (type == TYPE_TEXT || seen[next])
            continue;
        seen[next] = true;
        r->types[r->length++] = type;
        if (search_fill(next, seen, r))
            return true;
        r->types[--r->length] = 0;
    }
    return false;
}

static int find_fill(int from) {
    bool seen[STATE_MAX] = {false};
    route r;
    memset(&r, 0, sizeof r);
    seen[from] = true;
    if (!search_fill(from, seen, &r)) {
        fprintf(stderr, "schema.def: a content expression cannot be filled\n");
        exit(1);
    }
    return add_route(&r);
}

static void print_table(const char *name, int (*value)(int, int)) {
    printf("static const uint8_t %s[%d][%d] = {\n", name, state_count, TYPE_COUNT);
    for (int i = 0; i < state_count; i++) {
        printf("    {");
        for (int type = 0; type < TYPE_COUNT; type++) {
            int v = value(i, type);
            printf("%d,", v < 0 ? 255 : v);
        }
        printf("},\n");
    }
    printf("};\n");
}

/* The range of attributes that each owner has: they stand together in schema.def. */
static void print_attribute_ranges(const char *name, const char *const *symbols, size_t count) {
    printf("static const struct {\n    uint8_t first, count;\n} %s[%zu] = {", name, count);
    for (size_t i = 0; i < count; i++) {
        size_t first = 0, found = 0;
        for (size_t j = 0; j < sizeof ATTRIBUTE_OWNERS / sizeof *ATTRIBUTE_OWNERS; j++)
            if (strcmp(ATTRIBUTE_OWNERS[j], symbols[i]) == 0) {
                if (found == 0)
                    first = j;
                found++;
            }
        printf("{%zu, %zu},", first, found);
    }
    printf("};\n");
}

int main(void) {
    for (int type = 0; type < TYPE_COUNT; type++)
        compile_type(type);
    printf("/* Made by src/tiptap/schema/compile.c from schema.def. 255: none. */\n");
    printf("static const uint8_t START_STATE[%d] = {", TYPE_COUNT);
    for (int type = 0; type < TYPE_COUNT; type++)
        printf("%d,", starts[type]);
    printf("};\nstatic const bool VALID_END[%d] = {", state_count);
    for (int i = 0; i < state_count; i++)
        printf("%d,", states[i].valid_end);
    printf("};\n");
    print_table("NEXT_STATE", next_state);
    print_table("WRAPPING", find_wrapping);
    printf("static const uint8_t FILLING[%d] = {", state_count);
    for (int i = 0; i < state_count; i++)
        printf("%d,", find_fill(i));
    printf("};\nstatic const struct {\n    uint8_t length, types[%d];\n} ROUTES[%d] = {\n", ROUTE_MAX,
           route_count);
    for (int i = 0; i < route_count; i++) {
        printf("    {%d, {", routes[i].length);
        for (int j = 0; j < ROUTE_MAX; j++)
            printf("%d,", routes[i].types[j]);
        printf("}},\n");
    }
    printf("};\n");
    print_attribute_ranges("TYPE_ATTRIBUTES", TYPE_SYMBOLS, TYPE_COUNT);
    print_attribute_ranges("MARK_ATTRIBUTES", MARK_SYMBOLS, sizeof MARK_SYMBOLS / sizeof *MARK_SYMBOLS);
    return 0;
}
