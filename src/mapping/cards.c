/* Whether an item is a card, and what its parts are; the same for an item of an accordion.
 *
 * Comes in: an item (siblings of the page, untouched). Goes out: the filled parts, or the first reason
 * against. A card holds plain text only, so everything in the item must fit a part: what does not makes it no
 * card.
 */
#include "liquid/liquid.h"
#include "pass.h"

#define TITLE_MAX 150
#define CANDIDATES_MAX 8
#define LINKS_MAX 8
#define OTHERS_MAX 2
#define LINK_TEXT_MAX 40

/* A text of the item, the line it stands on (blocks and <br> end lines), and the link around it. */
typedef struct piece {
    const dom_node *text, *link;
    uint32_t line;
    bool emphasised;
    slice gap; /* the white space between it and the piece before it that stands in no piece */
} piece;

typedef struct picture {
    dom_node *node;
    const dom_node *link;
} picture;

typedef struct inventory {
    vector pieces;        /* of piece; blank texts are left out */
    vector pictures;      /* of picture */
    vector links;         /* of dom_node*: a[href] */
    vector headings;      /* of dom_node* */
    const dom_node *rich; /* the first element that no card holds */
    slice gap;            /* white space since the last piece */
} inventory;

/* ---- taking stock ------------------------------------------------------------------------------------ */

static bool is_emphasis(const dom_node *node) {
    return node->tag == DOM_TAG_B || node->tag == DOM_TAG_STRONG || node->tag == DOM_TAG_I ||
           node->tag == DOM_TAG_EM || node->tag == DOM_TAG_U || node->tag == DOM_TAG_MARK;
}

static bool breaks_line(const dom_node *node) {
    return node->type == DOM_ELEMENT && (node->tag == DOM_TAG_BR || !is_inline(node));
}

static void enter_text(inventory *in, piece one) {
    if (is_blank(one.text)) {
        in->gap = dom_text(one.text);
        return;
    }
    const piece *before = in->pieces.count ? vector_last(&in->pieces) : NULL;
    one.gap = before && before->line != one.line ? SLICE(" ") : in->gap;
    in->gap = (slice){NULL, 0};
    *(piece *)vector_push(&in->pieces) = one;
}

static void enter(inventory *in, dom_node *node, const dom_node *link, unsigned emphasis, uint32_t line) {
    if (node->type == DOM_TEXT)
        enter_text(in, (piece){node, link, line, emphasis > 0, {NULL, 0}});
    if (node->type != DOM_ELEMENT)
        return;
    if (node->tag == DOM_TAG_IMG)
        *(picture *)vector_push(&in->pictures) = (picture){node, link};
    if (link_address(node))
        *(dom_node **)vector_push(&in->links) = node;
    if (dom_is_heading(node->tag) && !is_blank(node))
        *(dom_node **)vector_push(&in->headings) = node;
    if (is_rich(node) && !in->rich)
        in->rich = node;
}

static void take_stock_of(inventory *in, dom_node *root, uint32_t *line) {
    const dom_node *link = NULL;
    unsigned emphasis = 0;
    dom_node *at = root;
    for (;;) {
        *line += breaks_line(at);
        if (link_address(at))
            link = at;
        emphasis += is_emphasis(at);
        enter(in, at, link, emphasis, *line);
        if (at->first_child) {
            at = at->first_child;
            continue;
        }
        for (;; at = at->parent) {
            *line += breaks_line(at);
            emphasis -= is_emphasis(at);
            if (at == link)
                link = NULL;
            if (at == root)
                return;
            if (at->next)
                break;
        }
        at = at->next;
    }
}

static inventory take_stock(mapping_pass *pass, const item *it) {
    inventory in = {vector_new(pass->scratch, sizeof(piece)),
                    vector_new(pass->scratch, sizeof(picture)),
                    vector_new(pass->scratch, sizeof(dom_node *)),
                    vector_new(pass->scratch, sizeof(dom_node *)),
                    NULL,
                    {NULL, 0}};
    uint32_t line = 1;
    for (dom_node *root = it->first; root; root = next_root(it, root))
        take_stock_of(&in, root, &line);
    return in;
}

/* Whether all text on the lines of `node` is inside it: a title or a link that is not part of a sentence. */
static bool stands_alone(const inventory *in, const dom_node *node) {
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        if (!is_inside(one->text, node))
            continue;
        bool before = i > 0, after = i + 1 < in->pieces.count;
        const piece *previous = before ? vector_at(&in->pieces, i - 1) : NULL;
        const piece *next = after ? vector_at(&in->pieces, i + 1) : NULL;
        if ((previous && previous->line == one->line && !is_inside(previous->text, node)) ||
            (next && next->line == one->line && !is_inside(next->text, node)))
            return false;
    }
    return true;
}

static bool ends_sentence(slice text) {
    text = slice_trim(text);
    return text.length && strchr(".!?:;", text.data[text.length - 1]);
}

static bool looks_like_button(const dom_node *link) {
    const slice *classes = dom_attribute_get(link, SLICE("class")),
                *style = dom_attribute_get(link, SLICE("style"));
    return (classes && (slice_find(*classes, SLICE("button"), 0) != SLICE_NONE ||
                        slice_find(*classes, SLICE("btn"), 0) != SLICE_NONE)) ||
           (style && slice_find(*style, SLICE("background"), 0) != SLICE_NONE);
}

/* Whether a link can leave its line without breaking a sentence: it is all of the line, or it ends the line
 * behind a finished sentence, or it is drawn as a button at its end. */
static bool can_leave_line(const inventory *in, const dom_node *link) {
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        const piece *previous = i > 0 ? vector_at(&in->pieces, i - 1) : NULL;
        const piece *next = i + 1 < in->pieces.count ? vector_at(&in->pieces, i + 1) : NULL;
        if (one->link != link)
            continue;
        if (previous && previous->line == one->line && previous->link != link &&
            !ends_sentence(dom_text(previous->text)) && !looks_like_button(link))
            return false;
        if (next && next->line == one->line && next->link != link)
            return false;
    }
    return true;
}

/* ---- parts ------------------------------------------------------------------------------------------- */

/* The next match of a selector in the item behind `after` (NULL: the first). */
static dom_node *find_in_item(mapping_pass *pass, const dom_selector *s, const item *it,
                              const dom_node *after) {
    bool started = after == NULL;
    for (dom_node *root = it->first; root; root = next_root(it, root)) {
        if (started || is_inside(after, root))
            for (dom_node *at = started ? root : dom_next(after, root); at; at = dom_next(at, root)) {
                if (dom_matches(pass->matcher, s, at, root))
                    return at;
            }
        started = started || is_inside(after, root);
    }
    return NULL;
}

static void append_piece(buffer *out, const piece *one) {
    buffer_append(out, one->gap);
    buffer_append(out, dom_text(one->text));
}

/* The text of one line: of the first that is not in a link, or of the first where all are. */
static slice first_line(mapping_pass *pass, const inventory *in, uint32_t *line) {
    buffer out = buffer_new(pass->arena, 64);
    bool only_links = true;
    for (size_t i = 0; i < in->pieces.count; i++)
        only_links &= ((piece *)vector_at(&in->pieces, i))->link != NULL;
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        if ((*line == 0 && (!one->link || only_links)) || one->line == *line) {
            *line = one->line;
            append_piece(&out, one);
        }
    }
    return collapse_text(buffer_slice(&out), pass->arena);
}

typedef struct title {
    slice text;
    const dom_node *node; /* what it is inside of, or */
    uint32_t line;        /* its line; 0 and no node: the text is written nowhere in the item */
    bool of_lines;        /* of several */
    bool dashed;          /* ... with a dash between two */
} title;

/* Words: something else than dots and dashes. */
static bool has_words(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (is_alnum(text.data[i]) || (unsigned char)text.data[i] >= 0x80)
            return true;
    return false;
}

static bool is_title(slice text) {
    return has_words(text) && utf16_length(text) <= TITLE_MAX;
}

/* A letter of a script other than Latin; a Latin one, or a digit; anything else. */
typedef enum script { SCRIPT_NONE, SCRIPT_LATIN, SCRIPT_OTHER } script;

static script script_at(slice text, size_t at) {
    uint32_t c = utf8_next(text, &at);
    bool mark = (c >= 0x2000 && c < 0x2E80) || (c >= 0x3000 && c < 0x3040) || (c >= 0xFE10 && c < 0xFF66) ||
                (c >= 0x1F000 && c < 0x20000); /* punctuation, symbols, emoji */
    return c < 0x80           ? (is_alnum((char)c) ? SCRIPT_LATIN : SCRIPT_NONE)
           : c < 0xC0 || mark ? SCRIPT_NONE
           : c < 0x250        ? SCRIPT_LATIN
                              : SCRIPT_OTHER;
}

/* Where the last character of a text begins. */
static size_t last_character(slice text) {
    size_t at = text.length - 1;
    while (at > 0 && utf8_is_trail(text.data[at]))
        at--;
    return at;
}

/* A title in two languages, a line for each, as one line: where the scripts differ, a dash stands between. */
static slice join_lines(mapping_pass *pass, const inventory *in, const dom_node *node, bool *dashed) {
    buffer out = buffer_new(pass->arena, 128);
    uint32_t line = 0;
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        slice words = slice_trim_wide(dom_text(one->text)), before = slice_trim_wide(buffer_slice(&out));
        if (!is_inside(one->text, node))
            continue;
        script one_side = before.length ? script_at(before, last_character(before)) : SCRIPT_NONE,
               other = words.length ? script_at(words, 0) : SCRIPT_NONE;
        if (line && one->line != line && one_side && other && one_side != other) {
            buffer_append_string(&out, " –");
            *dashed = true;
        }
        line = one->line;
        append_piece(&out, one);
    }
    return collapse_text(buffer_slice(&out), pass->arena);
}

/* A name, and below it what the person is and does, in one element: its first line is the title. */
static void take_title_from(mapping_pass *pass, const inventory *in, const dom_node *node, title *out) {
    enum { TITLE_LINES_MAX = 2 };
    uint32_t lines = 0, last = 0, first = 0;
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        if (!is_inside(one->text, node))
            continue;
        first = first ? first : one->line;
        lines += one->line != last;
        last = one->line;
    }
    if (lines > TITLE_LINES_MAX && !dom_is_heading(node->tag)) {
        *out = (title){.line = first};
        out->text = first_line(pass, in, &out->line);
        return;
    }
    *out = (title){.text = plain_text(node, node, pass->arena), .node = node, .of_lines = lines > 1};
    bool dashed = false;
    slice joined = lines == TITLE_LINES_MAX ? join_lines(pass, in, node, &dashed) : SLICE("");
    if (dashed && is_title(joined)) {
        out->text = joined;
        out->dashed = true;
    }
}

static bool title_from(mapping_pass *pass, const part_source *source, const item *it, const inventory *in,
                       title *out) {
    *out = (title){0};
    if (source->kind == SOURCE_FIRST_LINE || source->kind == SOURCE_REST) {
        out->text = first_line(pass, in, &out->line);
        return is_title(out->text);
    }
    dom_node *node = NULL;
    for (int tries = 0; tries < CANDIDATES_MAX && (node = find_in_item(pass, source->selector, it, node));
         tries++) {
        if (source->kind == SOURCE_ATTRIBUTE) {
            const slice *value = dom_attribute_get(node, source->attribute);
            out->text = value ? collapse_text(*value, pass->arena) : (slice){0};
            if (is_title(out->text))
                return true;
            continue;
        }
        take_title_from(pass, in, node, out);
        if (is_title(out->text) && stands_alone(in, node))
            return true;
    }
    return false;
}

static bool in_title(const title *t, const piece *one) {
    return t->node ? is_inside(one->text, t->node) : t->line != 0 && one->line == t->line;
}

static bool same_target(slice a, slice b) {
    a = slice_trim(a);
    b = slice_trim(b);
    if (a.length && a.data[a.length - 1] == '/')
        a.length--;
    if (b.length && b.data[b.length - 1] == '/')
        b.length--;
    return slice_equal(a, b);
}

/* The text of a link that is not the title's; empty when there is none. */
static slice own_text(mapping_pass *pass, const inventory *in, const title *t, const dom_node *link) {
    buffer out = buffer_new(pass->arena, 32);
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        if (one->link == link && !in_title(t, one))
            append_piece(&out, one);
    }
    return collapse_text(buffer_slice(&out), pass->arena);
}

/* Whether the title, or a piece of it, stands in the link; `only_partly`: and another piece outside of it. */
static bool holds_title(const inventory *in, const title *t, const dom_node *link, bool *only_partly) {
    bool inside = false, outside = false;
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        inside |= one->link == link && in_title(t, one);
        outside |= one->link != link && in_title(t, one);
    }
    *only_partly = inside && outside;
    return inside;
}

/* The link of the card by the rule's order of preference, and the link whose words become its text. */
static const dom_node *choose_link(mapping_pass *pass, const rule *r, const item *it) {
    const part_sources *sources = &r->parts[PART_LINK];
    for (size_t i = 0; i < sources->count; i++)
        for (dom_node *node = NULL;
             sources->items[i].selector && (node = find_in_item(pass, sources->items[i].selector, it, node));)
            if (link_address(node))
                return node;
    return NULL;
}

static slice fail_item(mapping_pass *pass, const item *it, size_t number, const char *reason) {
    return format_slice(pass->arena, "the %.*s box (line %u) %s", SLICE_ARGS(ordinal(number, pass->arena)),
                        it->first->line, reason);
}

/* A link that stands below the cards, once. */
static bool add_other_link(item *it, slice href, slice text, uint32_t line) {
    for (size_t i = 0; i < it->card->others.count; i++) {
        extra_link *other = vector_at(&it->card->others, i);
        if (same_target(other->href, href)) {
            other->text = other->text.length ? other->text : text;
            return true;
        }
    }
    *(extra_link *)vector_push(&it->card->others) = (extra_link){href, text, line};
    return it->card->others.count <= OTHERS_MAX;
}

/* Every link of the item: the card's own, one beside it, or too many. */
static slice sort_links(mapping_pass *pass, const rule *r, item *it, const inventory *in, const title *t,
                        size_t number, const dom_node **text_link) {
    const dom_node *chosen = choose_link(pass, r, it);
    *text_link = NULL;
    it->card->others = vector_new(pass->scratch, sizeof(extra_link));
    if (!chosen && in->links.count)
        return fail_item(pass, it, number, "has a link that the rule has no part for");
    if (!chosen)
        return (slice){0};
    if (in->links.count > LINKS_MAX)
        return fail_item(pass, it, number, "has several links with words of their own");
    it->card->href = slice_trim(*link_address(chosen));
    for (size_t i = 0; i < in->links.count; i++) {
        const dom_node *link = *(dom_node **)vector_at(&in->links, i);
        slice href = slice_trim(*link_address(link)), text = own_text(pass, in, t, link);
        bool partly, titled = holds_title(in, t, link, &partly);
        if (partly)
            return fail_item(pass, it, number, "has a link inside its title");
        if (same_target(href, it->card->href)) {
            if (text.length && !titled && can_leave_line(in, link) && !*text_link)
                *text_link = link;
            else if (text.length && !can_leave_line(in, link))
                return fail_item(pass, it, number, "has a link inside a sentence");
            continue;
        }
        if (titled || (text.length && !can_leave_line(in, link)))
            return fail_item(pass, it, number, "has several links with words of their own");
        if (r->refuse_second_link)
            return fail_item(pass, it, number, "has two links to different places");
        if (!add_other_link(it, href, text, link->line))
            return fail_item(pass, it, number, "has too many links");
    }
    return (slice){0};
}

static slice find_picture(mapping_pass *pass, const rule *r, item *it, const inventory *in, size_t number) {
    it->card->pictures = vector_new(pass->scratch, sizeof(dom_node *));
    if (!r->parts[PART_PICTURE].count && r->leftover == LEFTOVER_AFTER) {
        for (size_t i = 0; i < in->pictures.count; i++)
            *(dom_node **)vector_push(&it->card->pictures) = ((picture *)vector_at(&in->pictures, i))->node;
        return (slice){0};
    }
    if (in->pictures.count > 1)
        return fail_item(pass, it, number, "has more than one picture");
    if (!in->pictures.count)
        return (slice){0};
    const picture *only = vector_at(&in->pictures, 0);
    const part_sources *sources = &r->parts[PART_PICTURE];
    for (size_t i = 0; i < sources->count && !it->card->picture; i++)
        if (sources->items[i].selector &&
            find_in_item(pass, sources->items[i].selector, it, NULL) == only->node)
            it->card->picture = only->node;
    if (!it->card->picture)
        return fail_item(pass, it, number, "has a picture that the rule has no part for");
    const slice *source = dom_attribute_get(it->card->picture, SLICE("src")),
                *alt = dom_attribute_get(it->card->picture, SLICE("alt"));
    if (!source || !slice_trim(*source).length || slice_starts_with(slice_trim(*source), SLICE("data:")))
        return fail_item(pass, it, number, "has a picture without an address");
    it->card->alt = alt && has_words(*alt) ? collapse_text(*alt, pass->arena) : (slice){0};
    return (slice){0};
}

static bool takes_rest(const rule *r) {
    const part_sources *sources = &r->parts[PART_DESCRIPTION];
    for (size_t i = 0; i < sources->count; i++)
        if (sources->items[i].kind == SOURCE_REST)
            return true;
    return false;
}

static bool in_description(mapping_pass *pass, const rule *r, const item *it, const piece *one) {
    const part_sources *sources = &r->parts[PART_DESCRIPTION];
    for (size_t i = 0; i < sources->count; i++)
        for (const dom_node *at = one->text->parent; sources->items[i].selector && at; at = at->parent) {
            if (at->type == DOM_ELEMENT && is_inside(at, it->first->parent) && at != it->first->parent &&
                dom_matches(pass->matcher, sources->items[i].selector, at,
                            it->first == it->last ? it->first : NULL))
                return true;
            if (at == it->first->parent)
                break;
        }
    return false;
}

/* Where the box has no words for its link: its tooltip, what one does with a file, or the usual ones. */
static slice words_for_link(mapping_pass *pass, const item *it, const inventory *in) {
    static const char *const FILES[] = {".pdf", ".doc",  ".docx", ".xls", ".xlsx",
                                        ".ppt", ".pptx", ".zip",  ".csv"};
    for (size_t i = 0; i < in->links.count; i++) {
        const dom_node *link = *(dom_node **)vector_at(&in->links, i);
        const slice *tooltip = dom_attribute_get(link, SLICE("title"));
        slice words = tooltip ? collapse_text(*tooltip, pass->arena) : (slice){0};
        if (has_words(words) && utf16_length(words) <= LINK_TEXT_MAX &&
            same_target(*link_address(link), it->card->href))
            return words;
    }
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        slice end = slice_of(FILES[i]);
        if (it->card->href.length > end.length &&
            slice_equal_nocase(slice_from(it->card->href, it->card->href.length - end.length), end))
            return SLICE("Download");
    }
    return pass->options.link_text;
}

/* Words for the link that the rule names; without any, those of the link itself, or the usual ones. */
static const dom_node *find_link_text(mapping_pass *pass, const rule *r, item *it, const inventory *in,
                                      const title *t, const dom_node *text_link) {
    const part_sources *sources = &r->parts[PART_LINK_TEXT];
    const dom_node *words = text_link;
    for (size_t i = 0; i < sources->count && !it->card->link_text.length; i++) {
        const dom_node *node =
            sources->items[i].selector ? find_in_item(pass, sources->items[i].selector, it, NULL) : NULL;
        if (node && sources->items[i].kind == SOURCE_ATTRIBUTE) {
            const slice *value = dom_attribute_get(node, sources->items[i].attribute);
            it->card->link_text = value ? collapse_text(*value, pass->arena) : (slice){0};
        } else if (node && !(t->node && (is_inside(node, t->node) || is_inside(t->node, node)))) {
            it->card->link_text = plain_text(node, node, pass->arena);
            words = node;
        }
    }
    if (!it->card->link_text.length && text_link)
        it->card->link_text = own_text(pass, in, t, text_link);
    it->card->default_link_text = it->card->link_text.length == 0;
    if (it->card->default_link_text)
        it->card->link_text = words_for_link(pass, it, in);
    return words;
}

static bool is_other_link(const item *it, const piece *one) {
    for (size_t i = 0; one->link && i < it->card->others.count; i++)
        if (same_target(((extra_link *)vector_at(&it->card->others, i))->href, *link_address(one->link)))
            return true;
    return false;
}

/* Words after which a sentence goes on in the next line. */
#define GOING_ON "a an and as at by for from in is of on or our that the their this to with your"

static slice last_word(slice text) {
    size_t from = text.length;
    while (from > 0 && !is_space(text.data[from - 1]))
        from--;
    return slice_from(text, from);
}

/* Whether people read what two lines say apart only because they are lines: nothing ends the one, and the
 * other begins like a line of its own, or in another script. */
static bool is_apart_by_lines(slice before, slice after) {
    before = slice_trim_wide(before);
    after = slice_trim_wide(after);
    if (!before.length || !after.length)
        return false;
    size_t at = last_character(before);
    script ends_in = script_at(before, at), begins_in = script_at(after, 0);
    uint32_t last = utf8_next(before, &at);
    bool differ = ends_in && begins_in && ends_in != begins_in;
    bool is_open = last < 0x80 ? is_alnum((char)last) || last == ')' || last == '"' || last == '%'
                               : last < 0x250 || last == 0x2019 || last == 0x201D;
    char first = after.data[0];
    bool begins = (first >= 'A' && first <= 'Z') || is_digit(first) || first == '+';
    return differ || (is_open && begins && !css_is_among(last_word(before), GOING_ON));
}

/* Whether a full stop, or its like, ends something in the text. */
static bool holds_sentence(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (strchr(".!?", text.data[i]) && (i + 1 == text.length || is_space(text.data[i + 1])))
            return true;
    return false;
}

/* A card has one line: a comma stands where a line ended, or a full stop before what is a sentence. */
static void set_lines_apart(mapping_pass *pass, item *it, buffer *out, const piece *one) {
    slice before = slice_trim_wide(buffer_slice(out)), word = last_word(before);
    if (!is_apart_by_lines(before, dom_text(one->text)))
        return;
    if (!it->card->set_apart.length) {
        it->card->line_ends = buffer_new(pass->arena, 64);
        it->card->set_apart = buffer_new(pass->arena, 64);
    }
    char stop = holds_sentence(slice_trim_wide(dom_text(one->text))) ? '.' : ',';
    buffer_printf(&it->card->line_ends, "%s%.*s", it->card->line_ends.length ? " " : "", SLICE_ARGS(word));
    buffer_printf(&it->card->set_apart, "%s%.*s%c", it->card->set_apart.length ? " " : "", SLICE_ARGS(word),
                  stop);
    out->length = (size_t)(before.data - out->data) + before.length;
    buffer_append_char(out, stop);
}

/* Everything that is neither title nor link text: the description, or left over. */
static void gather_description(mapping_pass *pass, const rule *r, item *it, const inventory *in,
                               const title *t, const dom_node *link_words, bool lines_apart) {
    buffer out = buffer_new(pass->arena, 256);
    bool rest = takes_rest(r);
    uint32_t line = 0;
    it->card->line_ends = it->card->set_apart = (buffer){0};
    it->card->leftover = vector_new(pass->scratch, sizeof(slice));
    for (size_t i = 0; i < in->pieces.count; i++) {
        const piece *one = vector_at(&in->pieces, i);
        if (in_title(t, one) || (link_words && is_inside(one->text, link_words)) || is_other_link(it, one))
            continue;
        if (!rest && !in_description(pass, r, it, one)) {
            *(slice *)vector_push(&it->card->leftover) = collapse_text(dom_text(one->text), pass->arena);
            continue;
        }
        it->card->was_rich |= one->emphasised || (line && one->line != line);
        if (lines_apart && line && one->line != line)
            set_lines_apart(pass, it, &out, one);
        line = one->line;
        append_piece(&out, one);
    }
    it->card->description = collapse_text(buffer_slice(&out), pass->arena);
}

static slice find_title(mapping_pass *pass, const rule *r, item *it, const inventory *in, size_t number,
                        title *t) {
    const part_sources *sources = &r->parts[PART_TITLE];
    for (size_t i = 0; i < sources->count; i++)
        if (title_from(pass, &sources->items[i], it, in, t)) {
            it->card->title = t->text;
            it->card->title_dashed = t->dashed;
            it->card->was_rich = t->of_lines;
            it->card->title_from_alt = sources->items[i].kind == SOURCE_ATTRIBUTE;
            it->card->title_from_heading = t->node && dom_is_heading(t->node->tag);
            return (slice){0};
        }
    for (size_t i = 0; i < in->headings.count; i++) {
        const dom_node *heading = *(dom_node **)vector_at(&in->headings, i);
        if (utf16_length(plain_text(heading, heading, pass->arena)) > TITLE_MAX)
            return fail_item(pass, it, number, "has no title: its heading is longer than a card's may be");
    }
    return fail_item(pass, it, number, "has no title: no heading, caption, bold line or alt text");
}

/* One heading right below the title is a line of the description: a name, and what the person does. */
static slice check_headings(mapping_pass *pass, const item *it, const inventory *in, const title *t,
                            size_t number) {
    for (size_t i = 0; i < in->headings.count; i++) {
        const dom_node *heading = *(dom_node **)vector_at(&in->headings, i);
        bool whole = t->node ? is_inside(heading, t->node) || is_inside(t->node, heading) : false;
        bool below = i == 1 && t->node && dom_is_heading(t->node->tag) && previous_solid(heading) == t->node;
        if (!whole && i > 0 && !below)
            return fail_item(pass, it, number, "has a second heading");
    }
    return (slice){0};
}

/* Liquid that the site's build fills in: the card's text is not known. */
static bool holds_liquid(const item *it) {
    const slice texts[] = {it->card->title, it->card->description, it->card->href};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (liquid_may_hold(texts[i]))
            return true;
    return false;
}

/* The first element of the item with text that says something else when it is plain. */
static const dom_node *find_telling_mark(mapping_pass *pass, const item *it) {
    for (const dom_node *root = it->first; root; root = next_root(it, root))
        for (const dom_node *at = root; at;) {
            bool marked = at->type == DOM_ELEMENT && css_shifts_or_strikes(pass->options.styles, at);
            if (marked && plain_text(at, at, pass->arena).length)
                return at;
            at = marked ? dom_next_skip(at, root) : dom_next(at, root);
        }
    return NULL;
}

slice fit_card(mapping_pass *pass, const rule *r, item *it, size_t number) {
    if (!it->card)
        it->card = arena_zeroed(pass->scratch, sizeof *it->card);
    inventory in = take_stock(pass, it);
    title t = {0};
    const dom_node *text_link = NULL;
    slice failure = {0};
    if (in.rich)
        return format_slice(pass->arena, "the %.*s box (line %u) holds a %.*s, which no card can",
                            SLICE_ARGS(ordinal(number, pass->arena)), in.rich->line,
                            SLICE_ARGS(words_for_selector(dom_name(in.rich), pass->arena)));
    if (!failure.length)
        failure = find_picture(pass, r, it, &in, number);
    if (!failure.length)
        failure = find_title(pass, r, it, &in, number, &t);
    if (!failure.length)
        failure = check_headings(pass, it, &in, &t, number);
    if (!failure.length)
        failure = sort_links(pass, r, it, &in, &t, number, &text_link);
    if (failure.length)
        return failure;
    if (it->card->title_from_alt && !it->card->href.length)
        return fail_item(pass, it, number,
                         in.pieces.count ? "has no line that is short enough for a title"
                                         : "shows a picture and nothing else");
    if (it->card->href.length)
        text_link = find_link_text(pass, r, it, &in, &t, text_link);
    gather_description(pass, r, it, &in, &t, text_link, true);
    if (it->card->set_apart.length && utf16_length(it->card->description) > pass->options.description_max)
        gather_description(pass, r, it, &in, &t, text_link, false);
    if (holds_liquid(it))
        return fail_item(pass, it, number, "is filled in by a Liquid template");
    size_t length = utf16_length(it->card->description);
    if (length > pass->options.description_max)
        return format_slice(
            pass->arena, "the %.*s box (line %u) has a description of %zu characters, at most %u fit",
            SLICE_ARGS(ordinal(number, pass->arena)), it->first->line, length, pass->options.description_max);
    if (it->card->leftover.count && r->leftover == LEFTOVER_REFUSE)
        return fail_item(pass, it, number, "has text that no part takes");
    if (it->card->picture && !it->card->alt.length) {
        it->card->alt = it->card->title;
        it->card->alt_from_title = true;
    }
    it->card->telling_mark = find_telling_mark(pass, it);
    return (slice){0};
}

/* The CMS's card drawer: when pictures are shown, every card has one. */
slice fit_grid(mapping_pass *pass, const claim *c) {
    size_t pictures = 0;
    for (size_t i = 0; i < c->item_count; i++)
        pictures += c->items[i].card->picture != NULL;
    if (pictures && pictures < c->item_count)
        return format_slice(pass->arena, "%zu of %zu have a picture: cards have all one, or none", pictures,
                            c->item_count);
    return (slice){0};
}

/* Something that shows, but for the summary and the boxes that open and close it. */
static bool has_content(const item *it) {
    for (const dom_node *root = it->first; root; root = next_root(it, root))
        for (const dom_node *at = root; at;) {
            if (at != it->summary && !is_switch(at) &&
                (at->type == DOM_TEXT ? !is_blank(at) : at->type == DOM_ELEMENT && shows_something(at)))
                return true;
            at = at == it->summary ? dom_next_skip(at, root) : dom_next(at, root);
        }
    return false;
}

/* Whether one of the parts that the item consists of says that it was closed, whatever is further in. */
static bool is_certain(mapping_pass *pass, const dom_selector *s, const item *it) {
    for (const dom_node *part = it->first; part; part = part == it->last ? NULL : part->next) {
        if (part->type == DOM_ELEMENT && dom_matches(pass->matcher, s, part, NULL))
            return true;
        for (const dom_node *child = part->first_child; child; child = child->next)
            if (child->type == DOM_ELEMENT && dom_matches(pass->matcher, s, child, NULL))
                return true;
    }
    return false;
}

slice fit_accordion(mapping_pass *pass, const rule *r, item *it, size_t number) {
    const part_sources *sources = &r->parts[PART_SUMMARY];
    for (size_t i = 0; i < sources->count && !it->summary; i++)
        for (dom_node *node = NULL; sources->items[i].selector &&
                                    (node = find_in_item(pass, sources->items[i].selector, it, node)) &&
                                    !it->summary;)
            if (plain_text(node, node, pass->arena).length)
                it->summary = node;
    if (!it->summary)
        return fail_item(pass, it, number, "has no summary");
    sources = &r->parts[PART_CONTENT];
    for (size_t i = 0; i < sources->count && !it->content; i++)
        if (sources->items[i].selector)
            it->content = find_in_item(pass, sources->items[i].selector, it, NULL);
    if (it->content && (is_inside(it->summary, it->content) || is_inside(it->content, it->summary)))
        it->content = NULL;
    if (opens_other(pass, it))
        return fail_item(pass, it, number, "has a summary that opens another box");
    it->unsure = r->certain && !is_certain(pass, r->certain, it);
    bool native = dom_is(it->summary, DOM_TAG_SUMMARY);
    it->opens = native || has_content(it);
    return it->opens || it->content ? (slice){0} : fail_item(pass, it, number, "has nothing to open");
}

slice fit_folds(mapping_pass *pass, const claim *c) {
    for (size_t i = 0; i < c->item_count; i++)
        if (c->items[i].opens)
            return (slice){0};
    return fail_item(pass, &c->items[0], 1, "has nothing to open");
}

/* A row of a table: two cells, and something in each. */
slice fit_table_row(mapping_pass *pass, const rule *r, item *it, size_t number) {
    const part_sources *sources = &r->parts[PART_CELL];
    for (size_t i = 0; i < sources->count && !it->cell; i++)
        if (sources->items[i].selector)
            it->cell = find_in_item(pass, sources->items[i].selector, it, NULL);
    if (!it->cell || is_blank(it->cell))
        return fail_item(pass, it, number, "has nothing for a cell of its own");
    bool rest = false;
    for (const dom_node *root = it->first; root && !rest; root = next_root(it, root))
        for (const dom_node *at = root; at && !rest;) {
            bool shows =
                at->type == DOM_TEXT ? !is_blank(at) : at->type == DOM_ELEMENT && shows_something(at);
            rest = at != it->cell && shows;
            at = at == it->cell ? dom_next_skip(at, root) : dom_next(at, root);
        }
    return rest ? (slice){0} : fail_item(pass, it, number, "has nothing beside it");
}
