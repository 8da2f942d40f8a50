/* Abbreviations: `*[HTML]: …` wherever the word stands in the page's text.
 *
 * A word counts where no ASCII word character touches it; the longest one wins.
 */
#include "private.h"

/* The abbreviations that start with a byte, longest first. */
typedef struct word_table {
    const definition **by_byte[256];
    size_t counts[256];
} word_table;

static void fill_table(parser *p, word_table *table) {
    for (const definition *d = p->abbreviations.first; d; d = d->next_added)
        table->counts[(unsigned char)d->name.data[0]]++;
    for (size_t i = 0; i < 256; i++) {
        if (table->counts[i])
            table->by_byte[i] = arena_alloc(p->arena, table->counts[i] * sizeof(const definition *));
        table->counts[i] = 0;
    }
    for (const definition *d = p->abbreviations.first; d; d = d->next_added) {
        unsigned char byte = (unsigned char)d->name.data[0];
        const definition **words = table->by_byte[byte];
        size_t at = table->counts[byte]++;
        /* Insertion: as long as pages are written by people; hostile ones run out of effort. */
        for (; at > 0 && words[at - 1]->name.length < d->name.length && p->effort_left;
             at--, p->effort_left--)
            words[at] = words[at - 1];
        words[at] = d;
    }
}

/* The abbreviation at `at`; `whole`: no word character may follow. */
static const definition *find_word(parser *p, const word_table *table, slice text, size_t at, bool whole) {
    if (at >= text.length)
        return NULL;
    unsigned char byte = (unsigned char)text.data[at];
    for (size_t i = 0; i < table->counts[byte] && p->effort_left; i++) {
        const definition *word = table->by_byte[byte][i];
        size_t end = at + word->name.length;
        if (i > 0)
            p->effort_left--;
        if (slice_starts_with(slice_from(text, at), word->name) &&
            !(whole && end < text.length && is_word(text.data[end])))
            return word;
    }
    return NULL;
}

static void insert_before(node *parent, node *behind, node *n) {
    n->next = behind;
    n->previous = behind->previous;
    if (behind->previous)
        behind->previous->next = n;
    else
        parent->first = n;
    behind->previous = n;
}

/* Splits the text around the abbreviations in it; the node keeps what follows the last one. */
static void split_text(parser *p, const word_table *table, node *parent, node *text) {
    slice value = text->value;
    size_t from = 0;
    uint32_t line = text->line;
    for (size_t at = 0; at < value.length; at++) {
        bool is_mark = !is_word(value.data[at]), is_start = at == from || value.data[at - 1] == '\n';
        if (!(is_mark && find_word(p, table, value, at + 1, true)) &&
            !(is_start && find_word(p, table, value, at, true)))
            continue;
        size_t start = at;
        const definition *word = find_word(p, table, value, start, false);
        if (!word)
            word = find_word(p, table, value, start = at + 1, false);
        if (!word)
            continue;
        for (size_t i = from; i < start; i++)
            line += value.data[i] == '\n';
        if (start > from) {
            node *before = new_node(p, NODE_TEXT, text->line);
            before->value = slice_sub(value, from, start);
            insert_before(parent, text, before);
        }
        node *found = new_node(p, NODE_ABBREVIATION, line);
        found->value = word->name;
        insert_before(parent, text, found);
        from = start + word->name.length;
        at = from - 1;
        text->line = line;
    }
    text->value = slice_from(value, from);
    text->is_copied = false;
}

static void replace_in(parser *p, const word_table *table, node *tree) {
    bool is_raw = tree->type == NODE_ELEMENT && tree->content == CONTENT_RAW;
    for (node *child = tree->first; child; child = child->next) {
        if (child->type != NODE_TEXT)
            replace_in(p, table, child);
        else if (!is_raw)
            split_text(p, table, tree, child);
    }
}

void replace_abbreviations(parser *p, node *tree) {
    if (p->abbreviations.count == 0)
        return;
    word_table *table = arena_zeroed(p->arena, sizeof *table);
    fill_table(p, table);
    replace_in(p, table, tree);
}
