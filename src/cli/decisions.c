/* `isomerize decisions SITE [FILE...]`: what people have decided about pages, put together.
 *
 * Comes in: files that HTML reports and spreadsheets have exported. Goes out: the site's
 * `.isomerize/decisions.json` with them in it; where people disagree, said so. And, for convert, which pages
 * are to be converted.
 */
#include "decisions.h"
#include "engine.h"
#include "pages.h"
#include "show.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>

typedef struct reading {
    decisions *to;
    const char *path;
    arena *arena;
} reading;

static bool read_apart(void *context) {
    const reading *r = context;
    decisions *d = r->to;
    const char *path = r->path;
    arena *a = r->arena;
    slice text, error;
    if (!read_file(path, a, &text))
        complain("%s: cannot be read: %s", path, strerror(errno));
    else if (decide_read(d, text, slice_of(path), &error))
        return true;
    else
        complain("%.*s", SLICE_ARGS(error));
    return false;
}

static bool read_decisions(decisions *d, const char *path, const site *s, arena *a) {
    return site_apart(s, read_apart, &(reading){d, path, a});
}

/* ---- the command ------------------------------------------------------------------------------------- */

typedef struct tally {
    size_t kinds[DECIDE_KIND_COUNT], disputed;
} tally;

static void print_page(const decisions *d, slice path, bool json, tally *t, arena *scratch) {
    decide_view view = decide_about(d, path, SLICE(""));
    bool disputed = view.state == DECIDE_DISPUTED;
    t->disputed += disputed;
    if (view.state == DECIDE_DECIDED)
        t->kinds[view.one->kind]++;
    buffer out = buffer_new(scratch, 256);
    json_writer j = {.out = &out};
    json_open(&j, '{');
    json_add_text(&j, "page", path);
    json_add_bool(&j, "disputed", disputed);
    json_key(&j, SLICE("decisions"));
    decide_write_page(d, path, &j);
    json_close(&j, '}');
    if (json)
        print_json_line(&j);
    else if (disputed)
        printf("%.*s: %.*s\n", SLICE_ARGS(site_show_path(path, scratch)),
               SLICE_ARGS(decide_describe(&view, scratch)));
}

static int list_decisions(const cli_arguments *arguments, const decisions *d) {
    tally t = {{0}, 0};
    arena *scratch = arena_new(0);
    bool json = option_given(arguments, OPTION_JSON);
    hash_map seen = map_new(d->arena, d->all.count);
    for (size_t i = 0; i < d->all.count; i++) {
        bool is_new;
        slice path = ((decision *)vector_at(&d->all, i))->path;
        map_put(&seen, path, &is_new);
        if (is_new)
            print_page(d, path, json, &t, scratch);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
    if (!json)
        printf("%zu accepted, %zu to mend by hand, %zu to be left as they are, %zu disputed\n",
               t.kinds[DECIDE_ACCEPTED], t.kinds[DECIDE_MEND], t.kinds[DECIDE_LEAVE], t.disputed);
    return t.disputed ? EXIT_FINDINGS : EXIT_DONE;
}

/* Is there a page at this path? False: said which is not, and what is near. A decision that the site has kept
 * may be about a page that is gone; one that comes in is about another site, or mistyped. */
static bool is_page(const site *whole, const hash_map *pages, slice path, const char *file, arena *a) {
    slice bytes, error;
    if (map_has(pages, path) || site_read(whole, path, a, &bytes, &error))
        return true;
    suggestion near = {.word = slice_c_string(path, a)};
    for (size_t i = 0; i < site_pages(whole)->count; i++)
        suggest_try(&near, slice_c_string(*(slice *)vector_at(site_pages(whole), i), a));
    complain("%s: the site has no page %.*s%s", file, SLICE_ARGS(site_show_path(path, a)),
             suggest_end(&near));
    return false;
}

static bool take_file(decisions *d, const char *file, const site *whole, const hash_map *pages, arena *a) {
    decisions sent = decisions_new(a);
    if (!read_decisions(&sent, file, whole, a))
        return false;
    arena *scratch = arena_new(0);
    bool ok = true;
    for (size_t i = 0; ok && i < sent.all.count; i++) {
        const decision *one = vector_at(&sent.all, i);
        ok = is_page(whole, pages, one->path, file, scratch);
        if (ok && !(ok = decide_add(d, one)))
            complain("%s: there are too many decisions", file);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
    return ok;
}

static int put_together(const cli_arguments *arguments, site *s, arena *a) {
    decisions d;
    slice error;
    if (!decisions_open(&d, s, a))
        return EXIT_USAGE;
    const site *whole = site_whole(s, &error);
    if (!whole) {
        complain("%.*s", SLICE_ARGS(error));
        return EXIT_ENVIRONMENT;
    }
    hash_map pages = map_new(a, site_pages(whole)->count);
    for (size_t i = 0; i < site_pages(whole)->count; i++)
        map_put(&pages, *(slice *)vector_at(site_pages(whole), i), NULL);
    for (size_t i = 1; i < arguments->word_count; i++)
        if (!take_file(&d, arguments->words[i], whole, &pages, a))
            return EXIT_USAGE;
    if (arguments->word_count > 1 && !decisions_write(&d, s, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        return EXIT_ENVIRONMENT;
    }
    return list_decisions(arguments, &d);
}

int command_decisions(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    cli_arguments first = *arguments;
    first.word_count = 1;
    first.other_count = arguments->word_count - 1;
    site *s = open_site(&first, CONFINE_NOTES, a);
    int status = s ? put_together(arguments, s, a) : EXIT_ENVIRONMENT;
    site_close(s);
    arena_destroy(a);
    return status;
}

/* ---- for convert ------------------------------------------------------------------------------------- */

/* What goes by decisions: with --decisions only pages that were accepted are converted; by those of the site
 * all but those that people decided against. */
typedef struct choice {
    decisions all;
    bool only_accepted;
} choice;

static bool is_against(const decide_view *view) {
    return view->one && (view->one->kind == DECIDE_MEND || view->one->kind == DECIDE_LEAVE);
}

/* Whatever it looked like when they decided: where they disagree, its content says who looked at what is
 * there.
 */
static bool is_unwanted(void *context, slice path) {
    const choice *c = context;
    decide_view view = decide_about(&c->all, path, SLICE(""));
    bool is_accepted = view.state == DECIDE_DECIDED && view.one->kind == DECIDE_ACCEPTED;
    return view.state != DECIDE_DISPUTED && (c->only_accepted ? !is_accepted : is_against(&view));
}

static bool is_wanted(void *context, slice path, slice before, slice after, arena *a, slice *why) {
    const choice *c = context;
    decide_view view = decide_about(&c->all, path, site_content_key(before, after, a));
    bool is_accepted = view.state == DECIDE_DECIDED && view.one->kind == DECIDE_ACCEPTED;
    bool wanted = c->only_accepted ? is_accepted : view.state != DECIDE_DISPUTED && !is_against(&view);
    /* Of what was decided and still is so, there is nothing to say but how many pages they are. */
    if (!wanted && (view.state == DECIDE_DISPUTED || view.state == DECIDE_CHANGED))
        *why = format_slice(
            a, "%s%.*s",
            view.state == DECIDE_CHANGED && view.one->kind == DECIDE_LEAVE ? "" : "left as it is: ",
            SLICE_ARGS(decide_describe(&view, a)));
    return wanted;
}

static tally count_pages(const choice *c, const site *s) {
    tally t = {{0}, 0};
    for (size_t i = 0; i < site_pages(s)->count; i++) {
        decide_view view = decide_about(&c->all, *(slice *)vector_at(site_pages(s), i), SLICE(""));
        t.disputed += view.state == DECIDE_DISPUTED;
        if (view.state == DECIDE_DECIDED)
            t.kinds[view.one->kind]++;
    }
    return t;
}

static void tell_choice(const choice *c, const site *s) {
    tally t = count_pages(c, s);
    if (c->only_accepted)
        tell_line(
            4,
            "by the decisions: %zu accepted, converted if they are still what was accepted; left as they "
            "are: %zu to mend by hand, %zu to be left, %zu disputed, and what nobody decided on",
            t.kinds[DECIDE_ACCEPTED], t.kinds[DECIDE_MEND], t.kinds[DECIDE_LEAVE], t.disputed);
    else if (t.kinds[DECIDE_MEND] + t.kinds[DECIDE_LEAVE] + t.disputed)
        tell_line(4,
                  "by " DECIDE_FILE ": left as they are: %zu to mend by hand, %zu to be left, %zu disputed; "
                  "--no-decisions converts them, too",
                  t.kinds[DECIDE_MEND], t.kinds[DECIDE_LEAVE], t.disputed);
}

/* Decisions on pages that are not there: moved since, or another site's. Only the whole site tells. */
static void tell_strays(const choice *c, const cli_arguments *arguments, site *s, arena *a) {
    slice error, first = {NULL, 0};
    size_t strays = 0;
    bool is_new;
    if (option_given(arguments, OPTION_SINCE) || site_whole(s, &error) != s)
        return;
    hash_map pages = map_new(a, site_pages(s)->count);
    for (size_t i = 0; i < site_pages(s)->count; i++)
        map_put(&pages, *(slice *)vector_at(site_pages(s), i), NULL);
    for (size_t i = 0; i < c->all.all.count; i++) {
        const decision *one = vector_at(&c->all.all, i);
        map_put(&pages, one->path, &is_new);
        first = is_new && !strays++ ? one->path : first;
    }
    if (strays == 1)
        tell_line(4, "a decision on %.*s, which is no page of this site", SLICE_ARGS(first));
    else if (strays)
        tell_line(4, "decisions on %zu pages that this site does not have, %.*s first", strays,
                  SLICE_ARGS(first));
}

/* Those of --decisions, else the site's own. False: they cannot be read, said so. */
static bool open_choice(choice *c, const cli_arguments *arguments, const site *s, arena *a) {
    c->only_accepted = option_given(arguments, OPTION_DECISIONS);
    if (!c->only_accepted)
        return decisions_open(&c->all, s, a);
    c->all = decisions_new(a);
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_DECISIONS &&
            !read_decisions(&c->all, arguments->options[i].value, s, a))
            return false;
    return true;
}

bool decisions_use(const cli_arguments *arguments, site *s, site_options *options, arena *a) {
    bool ignores = option_given(arguments, OPTION_NO_DECISIONS);
    choice *c = arena_zeroed(a, sizeof *c);
    if (ignores && option_given(arguments, OPTION_DECISIONS)) {
        complain(
            "--decisions says which pages to convert, --no-decisions all of them: leave out one of them");
        return false;
    }
    if (ignores)
        return true;
    if (!open_choice(c, arguments, s, a))
        return false;
    if (!c->only_accepted && !c->all.all.count)
        return true;
    options->wanted = is_wanted;
    options->unwanted = is_unwanted;
    options->wanted_context = c;
    if (!option_given(arguments, OPTION_QUIET)) {
        tell_choice(c, s);
        tell_strays(c, arguments, s, a);
    }
    return true;
}
