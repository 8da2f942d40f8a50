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

/* Whether a block would be saved as the other one was. */
static bool is_known(const saved_block *known, const tiptap_node *block, const print_state *state) {
    return known->before.goes_on == state->goes_on &&
           (known->before.counter == state->counter || !known->after.counted) &&
           tiptap_same_document(known->node, block);
}

bool is_saved_alike(const saved_body *saved, const tiptap_node *document) {
    print_state state = {0, false, false};
    size_t index = 0;
    for (const tiptap_node *at = document->first_child; at; at = at->next, index++) {
        const saved_block *known = index < saved->blocks.count ? vector_at(&saved->blocks, index) : NULL;
        if (!known || !is_known(known, at, &state))
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
        print_state state = block->before;
        out.length = 0;
        if (block->read &&
            (!save_block(&s, block->read, &state, &out) || state.goes_on != block->after.goes_on ||
             state.counter != block->after.counter ||
             !slice_equal(buffer_slice(&out), slice_sub(buffer_slice(&saved->body), block->from, block->to))))
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
        saved_block block = {.node = at, .before = state, .from = now.body.length};
        size_t index = now.blocks.count;
        const saved_block *known =
            before && index < before->blocks.count ? vector_at(&before->blocks, index) : NULL;
        if (known && is_known(known, at, &state)) {
            buffer_append(&now.body, slice_sub(buffer_slice(&before->body), known->from, known->to));
            state = known->after;
        } else if (!save_block(&s, at, &state, &now.body)) {
            now.body.length = now.blocks.count = 0;
            save_whole(&s, document, &now.body);
            return now;
        }
        block.after = state;
        block.to = now.body.length;
        *(saved_block *)vector_push(&now.blocks) = block;
    }
    buffer_drop(&s.html);
    buffer_drop(&s.pretty);
    return now;
}

void save_body(const tiptap_node *document, arena *a, buffer *out) {
    saved_body saved = save_document(document, NULL, 16384, a);
    buffer_append(out, buffer_slice(&saved.body));
}
