/* The survey of a legacy page, before shapes are recognised in it. Comes in: the page's tree, which shown.c
 * makes what a visitor saw on the way. Goes out: findings for what neither a shape nor the schema keeps
 * anything of: hidden content, tooltips, names for screen readers, languages, pictures behind things.
 */
#include "private.h"

/* Content that was hidden. Whether it shows is known once shapes are recognised: some of it was folded away,
 * and still is. */
typedef struct hidden {
    const dom_node *node, *shows; /* the first thing in it that shows */
    uint32_t line;
    slice by, words;     /* what hides it, and what it says */
    const dom_node *end; /* the node that follows it */
    size_t outer;        /* what it stands in: its number in the list, from 1 on; 0: in what showed */
    bool is_told;        /* that it, or what it stands in, shows now */
} hidden;

/* How something in hidden content looked: counts where it is folded now. */
typedef struct hidden_look {
    size_t hidden; /* its number */
    finding *found;
} hidden_look;

typedef struct hidden_layout {
    size_t hidden;
    express_layout layout;
} hidden_layout;

/* An element with a look of its own. Whether shapes dissolve it is known once they are recognised. */
typedef struct styled {
    const dom_node *node, *shows;
} styled;

struct express_survey {
    references *refs;
    css_cascade *styles;
    arena *arena;
    vector hidden;  /* of hidden */
    vector styled;  /* of styled */
    vector layouts; /* of express_layout */
    vector hidden_looks, hidden_layouts;
};

typedef struct looking {
    express_survey *survey;
    arena *arena;
    findings *found;
    size_t opened;    /* how often shows_when_open has looked */
    size_t hidden_in; /* the hidden content that the walk is in: its number; 0: none */
    /* of one element in hidden content, and what was mentioned there */
    findings hidden_found;
    vector hidden_layouts; /* of express_layout */
    references *hidden_refs;
    const dom_node *headed; /* the table of which a cell that is spoken as a header was found */
} looking;

/* ---- names for screen readers, tooltips --------------------------------------------------------------- */

/* Elements up; bytes of the label, bytes and nodes of what shows. */
enum { STEPS_TO_SUMMARY = 4, LABEL_LOOKED_AT = 200, WORDS_LOOKED_AT = 2000, NODES_LOOKED_AT = 200 };

static slice next_label_word(slice text, size_t *at) {
    while (*at < text.length && !is_alnum(text.data[*at]) && (unsigned char)text.data[*at] < 0x80)
        ++*at;
    size_t from = *at;
    while (*at < text.length && (is_alnum(text.data[*at]) || (unsigned char)text.data[*at] >= 0x80))
        ++*at;
    return slice_sub(text, from, *at);
}

static void append_label_words(buffer *out, slice text) {
    slice word;
    for (size_t at = 0; out->length < WORDS_LOOKED_AT && (word = next_label_word(text, &at)).length;) {
        for (size_t i = 0; i < word.length; i++)
            buffer_append_char(out, to_lower(word.data[i]));
        buffer_append_char(out, ' ');
    }
}

/* Whether a label says nothing that the element's text and pictures do not: "Link to the park" on "The park".
 * What a link is and does is spoken anyway. */
static bool shows_words_of(const dom_node *node, slice label, arena *a) {
    static const char IDLE[] =
        "link links to go goes open opens opening in new a an the tab window page website "
        "site read more about view visit click here button image picture photo logo icon of "
        "for on and external";
    buffer shown = buffer_new(a, 256);
    const dom_node *at = node;
    for (size_t steps = 0; at && steps < NODES_LOOKED_AT && shown.length < WORDS_LOOKED_AT;
         steps++, at = dom_next(at, node))
        append_label_words(&shown, at->type == DOM_TEXT      ? dom_text(at)
                                   : dom_is(at, DOM_TAG_IMG) ? dom_attribute_trimmed(at, "alt")
                                                             : SLICE(""));
    buffer_append_char(&shown, '\0');
    bool any = false, all = label.length <= LABEL_LOOKED_AT;
    slice word;
    for (size_t place = 0; all && (word = next_label_word(label, &place)).length;) {
        bool said = css_is_among(word, shown.data);
        any = any || said;
        all = said || css_is_among(word, IDLE);
    }
    return all && any;
}

static void look_at_label(looking *l, const dom_node *node) {
    slice label = dom_attribute_trimmed(node, "aria-label");
    if (!label.length || node->tag == DOM_TAG_INPUT || express_says(node, label))
        return;
    if (node->tag != DOM_TAG_IMG || !slice_equal_nocase(dom_attribute_trimmed(node, "alt"), label)) {
        finding_code code =
            shows_words_of(node, label, l->arena) ? FINDING_ACCESSIBLE_NAME_SAID : FINDING_ACCESSIBLE_NAME;
        finding *f = findings_add(l->found, code, node->line, "<%.*s aria-label=\"%.*s\">",
                                  SLICE_ARGS(dom_name(node)), SLICE_ARGS(label));
        if (f)
            f->before = label;
    }
}

/* What screen readers say of a table before they read it. */
static void look_at_summary(looking *l, const dom_node *table) {
    slice summary = dom_attribute_trimmed(table, "summary");
    if (!summary.length)
        return;
    finding *f = findings_add(l->found, FINDING_ACCESSIBLE_NAME, table->line, "<table summary=\"%.*s\">",
                              SLICE_ARGS(summary));
    if (f)
        f->before = summary;
}

/* What only screen readers say of cells: which is a header, and whose headers are where. Of a table, once. */
static void look_at_cell(looking *l, const dom_node *cell) {
    static const char *const ATTRIBUTES[] = {"scope", "headers", "role"};
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++) {
        slice value = dom_attribute_trimmed(cell, ATTRIBUTES[i]);
        if (value.length && (i != 2 || css_is_among(value, "columnheader rowheader"))) {
            const dom_node *table = cell->parent;
            while (table && table->tag != DOM_TAG_TABLE)
                table = table->parent;
            if (table && table == l->headed)
                return;
            findings_add(l->found, FINDING_HEADER_CELL, cell->line, "<td %s=\"%.*s\">: %.*s", ATTRIBUTES[i],
                         SLICE_ARGS(value), SLICE_ARGS(express_words_inside(cell, l->arena)));
            l->headed = table;
            return;
        }
    }
}

/* A column that a style takes out of sight; its cells stand elsewhere in the tree. */
static void look_at_column(looking *l, const dom_node *column) {
    if (css_computed_is(l->survey->styles, column, CSS_VISIBILITY, "collapse") &&
        !css_computed_is(l->survey->styles, column->parent, CSS_VISIBILITY, "collapse"))
        findings_add(l->found, FINDING_HIDDEN, column->line, "<%.*s> with `visibility: collapse`",
                     SLICE_ARGS(dom_name(column)));
}

static void look_at_heading(looking *l, const dom_node *heading) {
    const dom_node *at = heading->parent;
    for (size_t steps = 0; at && steps < STEPS_TO_SUMMARY && at->tag != DOM_TAG_SUMMARY; steps++)
        at = at->parent;
    if (dom_is(at, DOM_TAG_SUMMARY))
        findings_add(l->found, FINDING_SUMMARY_HEADING, heading->line, "<%.*s>: %.*s",
                     SLICE_ARGS(dom_name(heading)), SLICE_ARGS(express_words_inside(heading, l->arena)));
}

/* Names that players give their frames say nothing of this one. */
static bool is_name_of_any_frame(slice title) {
    static const slice WORDS[] = {LITERAL("video player"), LITERAL("youtube"), LITERAL("iframe"),
                                  LITERAL("embed")};
    enum { ANY_LONGEST = 24 };
    char small[ANY_LONGEST];
    for (size_t i = 0; i < title.length && i < ANY_LONGEST; i++)
        small[i] = to_lower(title.data[i]);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS && title.length <= ANY_LONGEST; i++)
        if (slice_find((slice){small, title.length}, WORDS[i], 0) != SLICE_NONE)
            return true;
    return false;
}

/* A picture keeps its title (schema: image). */
static void look_at_tooltip(looking *l, const dom_node *node) {
    slice title = dom_attribute_trimmed(node, "title");
    if (!title.length || node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_STYLE ||
        node->tag == DOM_TAG_LINK || express_says(node, title))
        return;
    bool abbreviation = node->tag == DOM_TAG_ABBR || slice_equal(dom_name(node), SLICE("acronym"));
    bool name = node->tag == DOM_TAG_IFRAME && !is_name_of_any_frame(title);
    finding_code code = abbreviation ? FINDING_ABBREVIATION : name ? FINDING_FRAME_NAME : FINDING_TOOLTIP;
    finding *f = findings_add(l->found, code, node->line, "<%.*s title=\"%.*s\">", SLICE_ARGS(dom_name(node)),
                              SLICE_ARGS(title));
    if (f)
        f->before = title;
}

/* ---- languages ---------------------------------------------------------------------------------------- */

/* Each language is named once a page; the sites are in English. */
static void look_at_language(looking *l, const dom_node *node) {
    slice language = dom_attribute_trimmed(node, "lang");
    language = language.length ? language : dom_attribute_trimmed(node, "xml:lang");
    if (language.length && !slice_equal_nocase(slice_sub(language, 0, 2), SLICE("en")) &&
        express_first_mention(l->survey->refs, format_slice(l->arena, "lang=%.*s", SLICE_ARGS(language))))
        findings_add(l->found, FINDING_LANGUAGE, node->line, "<%.*s lang=\"%.*s\">",
                     SLICE_ARGS(dom_name(node)), SLICE_ARGS(language));
    if (slice_equal_nocase(dom_attribute_trimmed(node, "dir"), SLICE("rtl")))
        findings_add(l->found, FINDING_DIRECTION, node->line, "<%.*s dir=\"rtl\">",
                     SLICE_ARGS(dom_name(node)));
}

/* ---- hidden, and behind ------------------------------------------------------------------------------- */

static hidden *hidden_at(const express_survey *survey, size_t number) {
    return number ? vector_at(&survey->hidden, number - 1) : NULL;
}

static void note_hidden(looking *l, const dom_node *node, slice by) {
    const hidden *around = hidden_at(l->survey, l->hidden_in);
    const dom_node *shown = around && around->node == node ? NULL : express_first_shown(node);
    if (!shown)
        return;
    *(hidden *)vector_push(&l->survey->hidden) =
        (hidden){.node = node,
                 .shows = shown,
                 .line = node->line,
                 .by = format_slice(l->arena, "<%.*s> with %.*s", SLICE_ARGS(dom_name(node)), SLICE_ARGS(by)),
                 .words = express_words_inside(node, l->arena),
                 .end = dom_next_skip(node, NULL),
                 .outer = l->hidden_in};
    l->hidden_in = l->survey->hidden.count;
}

static void look_at_classes(looking *l, const dom_node *node, slice classes) {
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (express_is_hiding_class(name))
            note_hidden(l, node, format_slice(l->arena, "class `%.*s`", SLICE_ARGS(name)));
}

void express_report_picture(findings *found, const dom_node *node, const char *part, slice url, arena *a) {
    finding *f = findings_add(found, FINDING_PICTURE_BACKGROUND, node->line, "<%.*s>%s with `%.*s`",
                              SLICE_ARGS(dom_name(node)), part, SLICE_ARGS(url));
    if (f)
        f->before = slice_copy(url, a);
}

static void look_at_background(looking *l, const dom_node *node) {
    css_cascade *styles = l->survey->styles;
    const css_declaration *d = css_winner(styles, node, CSS_PSEUDO_NONE, CSS_BACKGROUND_IMAGE);
    slice url = d && css_is_lost(styles, node, CSS_PSEUDO_NONE, CSS_BACKGROUND_IMAGE)
                    ? css_url_of(css_computed(styles, node, CSS_BACKGROUND_IMAGE))
                    : (slice){NULL, 0};
    if (url.length && (!d->rule || express_first_mention(l->survey->refs, url)))
        express_report_picture(l->found, node, "", url, l->arena);
}

/* Whether three or more spaces, or a tab, stand between words of a line: two are a habit of typing. */
static bool has_columns_of_spaces(slice text) {
    bool word = false;
    size_t gap = 0;
    for (size_t at = 0; at < text.length; at++) {
        char c = text.data[at];
        if (!is_space(c) && word && gap > 2)
            return true;
        word = c != '\n' && (word || !is_space(c));
        gap = is_space(c) ? gap + (c == '\t' ? 3 : 1) : 0;
    }
    return false;
}

/* A table that a style makes of spaces, which stand for one on the new page. A code block keeps them. */
static void look_at_spaces(looking *l, const dom_node *node) {
    css_cascade *styles = l->survey->styles;
    if (!css_sets(styles, node, CSS_WHITE_SPACE, CSS_FROM_LOST) ||
        !css_computed_is(styles, node, CSS_WHITE_SPACE, "pre pre-wrap break-spaces preserve"))
        return;
    for (const dom_node *at = node; at;) {
        if (at->type == DOM_TEXT && has_columns_of_spaces(dom_text(at))) {
            slice value = css_computed(styles, node, CSS_WHITE_SPACE);
            finding *f =
                findings_add(l->found, FINDING_SPACES_KEPT, at->line, "<%.*s> with `white-space: %.*s`",
                             SLICE_ARGS(dom_name(node)), SLICE_ARGS(value));
            if (f)
                f->before = f->after = slice_trim(dom_text(at));
            return;
        }
        at = at->tag == DOM_TAG_PRE ? dom_next_skip(at, node) : dom_next(at, node);
    }
}

/* Whether a rule for `details[open]` shows what is hidden while the section is closed, as it fades in. */
static bool shows_when_open(looking *l, dom_node *node) {
    enum { ASKED_MAX = 100 }; /* a page: each time, all elements around are matched again */
    uint32_t closed[DOM_DEPTH_MAX];
    dom_node *details = node->parent;
    size_t count = 2;
    for (; details && details->tag != DOM_TAG_DETAILS; count++)
        details = details->parent;
    if (!details || count > DOM_DEPTH_MAX || dom_attribute_get(details, SLICE("open")) ||
        l->opened >= ASKED_MAX)
        return false;
    l->opened++;
    count = 0;
    dom_attribute_set(details, l->arena, SLICE("open"), SLICE(""));
    for (dom_node *at = node; at != details->parent; at = at->parent) {
        closed[count++] = at->style;
        at->style = 0;
    }
    bool shows = !express_is_hidden(l->survey->styles, node);
    count = 0;
    for (dom_node *at = node; at != details->parent; at = at->parent)
        at->style = closed[count++];
    dom_attribute_remove(details, SLICE("open"));
    return shows;
}

/* What goes with the page of all that its style attribute and rules of sheets say. */
static void look_at_lost(looking *l, dom_node *node) {
    css_cascade *styles = l->survey->styles;
    const css_declaration *d = express_hidden_by(styles, node);
    if (d && shows_when_open(l, node))
        d = NULL;
    css_place place = d ? css_place_of(d) : (css_place){CSS_ORIGIN_PAGE, {NULL, 0}, 0};
    slice where = place.file.length
                      ? format_slice(l->arena, " (%.*s)", SLICE_ARGS(css_place_describe(&place, l->arena)))
                      : (slice){NULL, 0};
    if (d)
        note_hidden(l, node,
                    format_slice(l->arena, "`%.*s: %.*s`%.*s", SLICE_ARGS(css_property_name(d->property)),
                                 SLICE_ARGS(d->value), SLICE_ARGS(where)));
    look_at_background(l, node);
    look_at_spaces(l, node);
    express_look_at_label(styles, node, l->found);
    d = css_winner(styles, node, CSS_PSEUDO_NONE, CSS_DIRECTION);
    if (d && !d->is_hint && css_is_lost(styles, node, CSS_PSEUDO_NONE, CSS_DIRECTION) &&
        css_computed_is(styles, node, CSS_DIRECTION, "rtl"))
        findings_add(l->found, FINDING_DIRECTION, node->line, "<%.*s> with `direction: rtl`",
                     SLICE_ARGS(dom_name(node)));
}

/* What was just found of an element in hidden content waits until it is known whether that is folded. */
static void keep_hidden(looking *l) {
    for (size_t i = 0; i < l->hidden_found.items.count; i++) {
        finding *found = findings_at(&l->hidden_found, i);
        *(hidden_look *)vector_push(&l->survey->hidden_looks) = (hidden_look){l->hidden_in, found};
        l->hidden_found.counts[found->code] = 0;
    }
    for (size_t i = 0; i < l->hidden_layouts.count; i++)
        *(hidden_layout *)vector_push(&l->survey->hidden_layouts) =
            (hidden_layout){l->hidden_in, *(const express_layout *)vector_at(&l->hidden_layouts, i)};
    l->hidden_found.items.count = l->hidden_layouts.count = 0;
}

/* What its style attribute and rules of sheets make of the element. */
static void look_at_styles(looking *l, dom_node *node) {
    css_cascade *styles = l->survey->styles;
    if (css_loses(styles, node))
        look_at_lost(l, node);
    looks all = {styles, l->survey->refs, l->arena, l->found, &l->survey->layouts};
    if (l->hidden_in)
        all = (looks){styles, l->hidden_refs, l->arena, &l->hidden_found, &l->hidden_layouts};
    bool looked_at = css_effects(styles, node) || node->tag == DOM_TAG_LI ||
                     css_winner(styles, node, CSS_PSEUDO_NONE, CSS_TEXT_ALIGN) ||
                     css_winner(styles, node, CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR);
    if (looked_at) {
        if (express_first_shown(node))
            express_look_at(&all, node);
        else
            express_look_at_empty(&all, node);
    }
    if (node->tag == DOM_TAG_TABLE)
        express_look_at_table(&all, node);
    if (express_is_reordered(styles, node) || express_floats_turned(styles, node))
        findings_add(all.found, FINDING_SOURCE_ORDER, node->line, "what stands in <%.*s>",
                     SLICE_ARGS(dom_name(node)));
    if (l->hidden_in)
        keep_hidden(l);
}

/* Functions of services that count visits. */
static bool is_counting(slice call) {
    static const slice COUNTERS[] = {
        LITERAL("ga("),          LITERAL("gtag("),           LITERAL("_gaq.push("),
        LITERAL("__gaTracker("), LITERAL("dataLayer.push("), LITERAL("fbq("),
        LITERAL("_paq.push("),   LITERAL("wogaaCustom.")};
    for (size_t i = 0; i < sizeof COUNTERS / sizeof *COUNTERS; i++)
        if (slice_starts_with(call, COUNTERS[i]))
            return true;
    return slice_equal(call, SLICE("return true"));
}

/* Whether a script does nothing but call these, one behind the other; what calls more may do something else.
 */
static bool only_counts(slice script) {
    char quote = 0;
    bool all = true;
    size_t from = 0, calls = 0;
    for (size_t at = 0; at <= script.length && all; at++) {
        char c = at < script.length ? script.data[at] : ';';
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        calls += !quote && c == '(';
        if (quote || c != ';')
            continue;
        slice call = slice_trim(slice_sub(script, from, at));
        slice window = SLICE("window.");
        call = slice_starts_with(call, window) ? slice_from(call, window.length) : call;
        bool is_one = calls <= 1 && (calls == 0 || slice_ends_with(call, SLICE(")")));
        all = !call.length || (is_one && is_counting(call));
        calls = 0;
        from = at + 1;
    }
    return all && !quote && slice_find(script, SLICE("function"), 0) == SLICE_NONE &&
           slice_find(script, SLICE("=>"), 0) == SLICE_NONE &&
           slice_find(script, SLICE("location"), 0) == SLICE_NONE;
}

void express_report_handler(const dom_node *node, const dom_attribute *attribute, findings *found) {
    slice name = attribute->name, value = slice_trim(attribute->value);
    if (name.length > 2 && slice_starts_with(name, SLICE("on")))
        findings_add(found, only_counts(value) ? FINDING_SCRIPT_COUNTING : FINDING_SCRIPT, node->line,
                     "<%.*s> with `%.*s: %.*s`", SLICE_ARGS(dom_name(node)), SLICE_ARGS(name),
                     SLICE_ARGS(value));
}

static void look_at_attribute(looking *l, const dom_node *node, const dom_attribute *attribute) {
    static const char BEHIND[] = "background data-bg data-background data-background-image";
    slice name = attribute->name, value = slice_trim(attribute->value);
    if (slice_equal(name, SLICE("class")))
        look_at_classes(l, node, value);
    else if (slice_equal(name, SLICE("hidden")))
        note_hidden(l, node, SLICE("`hidden`"));
    else if (value.length && express_is_among(name, BEHIND))
        express_report_picture(l->found, node, "", value, l->arena);
    else
        express_report_handler(node, attribute, l->found);
}

/* ---- looks -------------------------------------------------------------------------------------------- */

enum { STEPS_TO_SHOWN = 64 }; /* elements stand in each other: each looks only so far */

static void note_look(looking *l, const dom_node *node) {
    if (!dom_attribute_trimmed(node, "style").length && !dom_attribute_trimmed(node, "align").length &&
        !dom_attribute_trimmed(node, "class").length)
        return;
    const dom_node *at = dom_next(node, node);
    for (size_t steps = 0; at && steps < STEPS_TO_SHOWN; steps++, at = dom_next(at, node))
        if (express_shows(at)) {
            *(styled *)vector_push(&l->survey->styled) = (styled){node, at};
            return;
        }
}

/* ---- the walk ----------------------------------------------------------------------------------------- */

/* `named`: its tooltip or its label is its text now. */
static void look_at_element(looking *l, dom_node *node, bool named) {
    if (node->tag == DOM_TAG_DIALOG && !dom_attribute_get(node, SLICE("open")))
        note_hidden(l, node, SLICE("no `open`"));
    dom_attribute_remove(node, SLICE(EXPRESS_BESIDE)); /* a mark of ours, which no page gives itself */
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        look_at_attribute(l, node, &node->attributes[i]);
    look_at_styles(l, node);
    if (dom_is_heading(node->tag))
        look_at_heading(l, node);
    if (!dom_attribute_count(node))
        return;
    note_look(l, node);
    express_look_at_icon(node, l->arena, l->found);
    look_at_language(l, node);
    if (node->tag == DOM_TAG_TABLE)
        look_at_summary(l, node);
    else if (node->tag == DOM_TAG_TD)
        look_at_cell(l, node);
    else if (node->tag == DOM_TAG_COL || node->tag == DOM_TAG_COLGROUP)
        look_at_column(l, node);
    if (named)
        return;
    look_at_label(l, node);
    look_at_tooltip(l, node);
}

express_survey *express_survey_page(dom_node *body, css_cascade *styles, arena *a, findings *found) {
    express_survey *survey = arena_alloc(a, sizeof *survey);
    if (!styles)
        css_cascade_settle(styles = css_cascade_new(NULL, body, a));
    *survey = (express_survey){.refs = express_new_references(styles, a),
                               .styles = styles,
                               .arena = a,
                               .hidden = vector_new(a, sizeof(hidden)),
                               .styled = vector_new(a, sizeof(styled)),
                               .layouts = vector_new(a, sizeof(express_layout)),
                               .hidden_looks = vector_new(a, sizeof(hidden_look)),
                               .hidden_layouts = vector_new(a, sizeof(hidden_layout))};
    looking l = {.survey = survey,
                 .arena = a,
                 .found = found,
                 .hidden_found = findings_new(a),
                 .hidden_layouts = vector_new(a, sizeof(express_layout)),
                 .hidden_refs = express_new_references(styles, a)};
    showing shown = {.arena = a, .found = found, .styles = styles};
    for (dom_node *node = body, *next; node; node = next) {
        for (const hidden *h; (h = hidden_at(survey, l.hidden_in)) && node == h->end;)
            l.hidden_in = h->outer;
        if (express_is_never_shown(node)) {
            next = dom_next_skip(node, body);
            express_take_out(&shown, node);
            continue;
        }
        if (node->type == DOM_ELEMENT)
            look_at_element(&l, node, express_show_element(&shown, node));
        next = dom_next(node, body);
    }
    return survey;
}

css_cascade *survey_styles(const express_survey *survey) {
    return survey->styles;
}

references *survey_references(const express_survey *survey) {
    return survey->refs;
}

/* Whether the node is inside something folded. DOM_DEPTH_MAX bounds the way up. */
static bool is_folded(const dom_node *node) {
    while (node && node->tag != DOM_TAG_DETAILS)
        node = node->parent;
    return node != NULL;
}

/* What a section's title opens was hidden for no other end; what is hidden in that, or around the title, was.
 */
void survey_report_hidden(express_survey *survey, findings *found) {
    for (size_t i = 1; i <= survey->hidden.count; i++) {
        hidden *h = hidden_at(survey, i);
        const hidden *outer = hidden_at(survey, h->outer);
        h->is_told = (outer && outer->is_told) || !(h->node->flags & DOM_FLAG_FOLDED);
        if (!h->is_told || (outer && outer->is_told))
            continue;
        finding *f = findings_add(found, FINDING_HIDDEN, h->line, "%.*s: %.*s", SLICE_ARGS(h->by),
                                  SLICE_ARGS(h->words.length ? h->words : dom_name(h->shows)));
        if (f)
            f->after = h->words;
    }
    for (size_t i = 0; i < survey->hidden_looks.count; i++) {
        const hidden_look *look = vector_at(&survey->hidden_looks, i);
        if (!hidden_at(survey, look->hidden)->is_told)
            findings_take(found, look->found);
    }
    for (size_t i = 0; i < survey->hidden_layouts.count; i++) {
        const hidden_layout *one = vector_at(&survey->hidden_layouts, i);
        if (!hidden_at(survey, one->hidden)->is_told)
            *(express_layout *)vector_push(&survey->layouts) = one->layout;
    }
}

static bool is_inside(const dom_node *node, const dom_node *body) {
    while (node && node != body)
        node = node->parent;
    return node != NULL;
}

void survey_report_layouts(const express_survey *survey, const dom_node *body, findings *found) {
    vector layouts = survey->layouts;
    express_report_layouts(&(looks){survey->styles, survey->refs, survey->arena, found, &layouts}, body);
}

void survey_report_dissolved(const express_survey *survey, const dom_node *body, findings *found) {
    for (size_t i = 0; i < survey->styled.count; i++) {
        const styled *s = vector_at(&survey->styled, i);
        bool dissolved = !s->node->parent && s->node != body;
        if (dissolved && is_inside(s->shows, body) && !is_folded(s->shows))
            express_report_dissolved(s->node, s->shows->type == DOM_ELEMENT, found);
    }
}
