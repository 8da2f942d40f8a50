/* The editor's save, in its order (tests/editor/cycle.mjs, steps 3 to 5).
 *
 * A block of the document after the other: all that the printer keeps from one to the next is a counter. So a
 * block that has been saved before, with the same counter, is not saved again.
 */
#include "private.h"

enum { BLOCK_EXPECTED = 4096 }; /* bytes: most are smaller */

typedef struct saver {
    buffer html, pretty;
    arena *arena;
} saver;

static void save_whole(saver *s, const tiptap_node *document, buffer *out) {
    print_state state = {0, false, false};
    s->html.length = 0;
    bool links_nest = write_html(document, &s->html);
    pretty_print(buffer_slice(&s->html), &state, &s->pretty);
    if (links_nest)
        purify_any(buffer_slice(&s->pretty), s->arena, out);
    else
        purify_written(buffer_slice(&s->pretty), s->arena, out);
}

/* False: it cannot be saved by itself. */
static bool save_block(saver *s, const tiptap_node *block, print_state *state, buffer *out) {
    if (save_plain(block, state, &s->html, s->arena, out))
        return true;
    s->html.length = 0;
    if (write_html(block, &s->html) || !pretty_print(buffer_slice(&s->html), state, &s->pretty))
        return false;
    purify_written(buffer_slice(&s->pretty), s->arena, out);
    return true;
}

static print_state state_before(const saved_body *saved, size_t index) {
    return index ? ((saved_block *)vector_at(&saved->blocks, index - 1))->after
                 : (print_state){0, false, false};
}

static slice written_of(const saved_body *saved, size_t index) {
    size_t from = index ? ((saved_block *)vector_at(&saved->blocks, index - 1))->end : 0,
           to = ((saved_block *)vector_at(&saved->blocks, index))->end;
    return slice_sub(buffer_slice(&saved->body), from, to);
}

/* The block at that place, if the other one would be saved as it was; or NULL. */
static const saved_block *find_known(const saved_body *saved, size_t index, const tiptap_node *block,
                                     const print_state *state) {
    if (!saved || index >= saved->blocks.count)
        return NULL;
    const saved_block *known = vector_at(&saved->blocks, index);
    print_state before = state_before(saved, index);
    bool same = before.goes_on == state->goes_on &&
                (before.counter == state->counter || !known->after.counted) &&
                tiptap_same_document(known->node, block);
    return same ? known : NULL;
}

bool is_saved_alike(const saved_body *saved, const tiptap_node *document) {
    print_state state = {0, false, false};
    size_t index = 0;
    for (const tiptap_node *at = document->first_child; at; at = at->next, index++) {
        const saved_block *known = find_known(saved, index, at, &state);
        if (!known)
            return false;
        state = known->after;
    }
    return index == saved->blocks.count && (index || !saved->body.length);
}

bool is_saved_again(const saved_body *saved, arena *a) {
    saver s = {buffer_new(a, BLOCK_EXPECTED), buffer_new(a, BLOCK_EXPECTED), a};
    buffer out = buffer_new(a, BLOCK_EXPECTED);
    for (size_t i = 0; i < saved->blocks.count; i++) {
        const saved_block *block = vector_at(&saved->blocks, i);
        print_state state = state_before(saved, i);
        out.length = 0;
        if (block->read &&
            (!save_block(&s, block->read, &state, &out) || state.goes_on != block->after.goes_on ||
             state.counter != block->after.counter || !slice_equal(buffer_slice(&out), written_of(saved, i))))
            return false;
    }
    return true;
}

saved_body save_document(const tiptap_node *document, const saved_body *before, size_t expected, arena *a) {
    size_t room = expected < BLOCK_EXPECTED ? expected : BLOCK_EXPECTED;
    saver s = {buffer_new(a, room), buffer_new(a, room), a};
    saved_body now = {buffer_new(a, expected), vector_new(a, sizeof(saved_block))};
    print_state state = {0, false, false};
    for (const tiptap_node *at = document->first_child; at; at = at->next) {
        size_t index = now.blocks.count;
        const saved_block *known = find_known(before, index, at, &state);
        if (known) {
            buffer_append(&now.body, written_of(before, index));
            state = known->after;
        } else if (!save_block(&s, at, &state, &now.body)) {
            now.body.length = now.blocks.count = 0;
            save_whole(&s, document, &now.body);
            return now;
        }
        *(saved_block *)vector_push(&now.blocks) =
            (saved_block){.node = at, .after = state, .end = now.body.length};
    }
    buffer_drop(&s.html);
    buffer_drop(&s.pretty);
    return now;
}

void save_body(const tiptap_node *document, arena *a, buffer *out) {
    saved_body saved = save_document(document, NULL, 16384, a);
    buffer_append(out, buffer_slice(&saved.body));
}
