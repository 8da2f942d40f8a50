/* site/: a whole checkout: finds its pages, converts them on all cores, writes files whole or not at all, and
 * keeps the journal that makes runs incremental, resumable and revertible.
 *
 * Comes in: paths, what convert/ needs, callbacks. Goes out: changed files, journal rows, one result a page
 * in the order of their paths. It never overwrites what a person wrote since, never follows a symbolic link,
 * never prints.
 */
#ifndef ISOMERIZE_SITE_H
#define ISOMERIZE_SITE_H

#include "base/base.h"
#include "convert/convert.h"
#include "page/page.h"

/* ---- a checkout -------------------------------------------------------------------------------------- */

/* Something that was passed over, and why: for people. */
typedef struct site_skip {
    slice path; /* from the root; a folder ends in '/' */
    const char *why;
    bool is_page; /* it would be published, or its files would, were it not for that */
    size_t files; /* Markdown files: the file itself, or those in the folder */
    size_t pages; /* ... of which so many have front matter; counted only where `is_page` */
} site_skip;

typedef struct site site;

/* The checkout that the paths are in: the nearest folder above with `_config.yml` or `.isomerize`, else the
 * folder that holds them all. Finds the pages that Jekyll would publish, in the files and folders named.
 * NULL: `error` says why (in `a`). Everything lives in `a` but for the open folder: site_close. */
site *site_open(const char *const *paths, size_t count, arena *a, slice *error);
void site_close(site *s);

/* The same in two steps. The first finds the root, and reads nothing of what is in it; between them the
 * process can give up what it does not need (site_state_place, site_ask_git). False: the site is to be
 * closed. `gone_too`: what is named may be there no more (site_knows_gone). */
site *site_locate(const char *const *paths, size_t count, bool gone_too, arena *a, slice *error);
bool site_load(site *s, slice *error);

/* Behind site_locate with `gone_too`: whether all that was named is there, or holds pages that were converted
 * and are gone. False: which of the paths does not. True, too, where the journal cannot be read, which
 * whoever reads it next says. */
bool site_knows_gone(site *s, size_t *unknown);

/* The same site, looked at anew, for what is at the path: with its journal, and confined as it is. As
 * site_open. */
site *site_reopen(const site *s, const char *const *path, arena *a, slice *error);

/* The whole checkout that `s` is in; `s` itself where it is that. Closed with `s`. NULL: `error` says why. */
site *site_whole(site *s, slice *error);

/* Is this folder the site's root or in it? */
bool site_contains(const site *s, const char *path);

slice site_root(const site *s);            /* absolute */
const vector *site_pages(const site *s);   /* of slice: paths from the root, sorted by their bytes */
const vector *site_skipped(const site *s); /* of site_skip, sorted */
const front_value *
site_config(const site *s); /* `_config.yml`, with every `collection.yml` laid over it, as a mapping */
slice site_host(const front_value *config); /* that `url` in `_config.yml` names; empty where it does not */
/* What `_config.yml` says of how pages are to be converted: `url`, `baseurl`, Liquid's variables, style
 * sheets. They live as long as the site. */
void site_fill_settings(const site *s, convert_settings *settings);
const front_value *
site_settings(const site *s); /* `.isomerize/config.yml`: options by their long names; empty: none */

/* Settings that change what pages show and are not followed (of slice): sentences, each with the setting.
 * They live as long as the site. */
vector site_unfollowed(const site *s);

/* A file of settings; `bytes` empty: it is not there. */
typedef struct site_file {
    slice path, bytes;
} site_file;

/* Files of settings, each laid over those before it as Jekyll does (Utils.deep_merge_hashes). Pure, linear
 * time. False: `error` (in `a`) says what is wrong, with path, line and column. `config` lives in `a`. */
bool site_merge_config(const site_file *files, size_t count, arena *a, front_value *config, slice *error);

/* The value that `defaults` in the settings gives a page for a key of its front matter, or NULL. Pure. */
const front_value *site_default(const front_value *config, slice path, slice key);

/* All of them that are texts which Ruby reads as the CMS does, as Liquid's `page.KEY` (of liquid_variable, in
 * `a`). Pure. */
vector site_default_variables(const front_value *config, slice path, arena *a);

/* `*` any bytes, `?` one, `[…]` one of a set, `\` quotes (Ruby: File.fnmatch without flags). At most as many
 * steps as the product of both lengths; a pattern of more than 1024 bytes matches nothing. */
bool site_glob(slice pattern, slice text);

/* A whole file of the site, by its path from the root: a regular file, at most 256 MiB. False: `error` (in
 * `a`) says why. Symbolic links are not followed. */
bool site_read(const site *s, slice path, arena *a, slice *bytes, slice *error);

/* The path, from the root of its site, of the file that this thread opened last, of a long one the beginning;
 * empty: it opened none. A handler of signals may call it. */
const char *site_last_opened(void);

/* Writes a file of the program's own into the site's `.isomerize`: whole or not at all, in place of one that
 * is there. `error` (in the site's arena) says why not. */
bool site_write_state(site *s, const char *name, slice bytes, slice *error);

/* Writes a page that was read as `before` anew, as a formatter does: whole or not at all, with the mode of
 * the file, and only if it is still that. Nothing of it is in the journal: one that was converted counts as
 * edited since. False: `error` (in `a`) says why not, and the page is as it was. */
bool site_rewrite(site *s, slice path, slice before, slice after, arena *a, slice *error);

/* The names (of slice, sorted) of what lies in a folder of the site, by its path from the root; none where
 * there is no folder. False: `error` (in `a`) says why it cannot be read. */
bool site_list(const site *s, slice path, arena *a, vector *names, slice *error);

/* The files of other hosts that the pages of the site need, whether they are converted yet or not: into
 * `book`, which gets a name for each, and is the rules' book from then on. `pages` (of vector of slice, in
 * `a`): for each entry of the book the pages that need it, in the order of their paths. Reads every page of
 * the checkout, since names must not depend on which of them are in the site; writes nothing. `jobs`:
 * threads, 0: one a core. False: `error` says why. */
bool site_read_assets(site *s, const convert_engine *engine, unsigned jobs, asset_book *book, arena *a,
                      vector *pages, slice *error);

/* Hands over all texts of the checkout that can name a file of it, on this thread: pages, layouts, data,
 * style sheets, published or not. False: one cannot be read, `error` says which. */
typedef struct site_texts {
    void *context;
    void (*each)(void *context, slice text); /* the text is valid during the call */
} site_texts;
bool site_read_texts(const site *s, const site_texts *to, slice *error);

/* Keeps only pages that git says were changed since `revision`, or that it does not know. False: `error` says
 * why. */
bool site_keep_changed_since(site *s, const char *revision, slice *error);

/* Keeps only the pages for which `keep` is true. */
void site_keep(site *s, bool (*keep)(void *context, slice path), void *context);

/* Where the site's journal is to be: below the user's state folder `base` (NULL: there is none), or in
 * exactly this `folder` (NULL: not asked for). Both must outlive the site. To be called before anything that
 * reads or writes the journal. */
void site_keep_state(site *s, const char *base, const char *folder);

/* Makes the folder below which the journal of a run will be; NULL: there is none. What has to be looked at
 * elsewhere for that, in the checkout that this one may be a copy of, is looked at now. In the site's arena.
 */
const char *site_state_place(site *s);

/* What git says of the revision is asked, for site_keep_changed_since and (HEAD) site_plan_uncommitted: later
 * the user's configuration of git, or a repository that the site is only a folder of, may be out of reach.
 * NULL: what was renamed, for runs that follow pages to their new names. Not `now`: it is made ready to be
 * asked. */
void site_ask_git(site *s, const char *revision, bool now);

/* From now on the threads that read and convert pages change no file. */
void site_confine(site *s);

/* Calls `reading`, which reads what the site holds; after site_confine in a thread that changes no file. */
bool site_apart(const site *s, bool (*reading)(void *context), void *context);

/* Settles where that is, once for all that follows; `write`: for a run that writes to it, which makes it
 * where there is none. False: `error` (in the site's arena) says why it cannot be. */
bool site_claim_state(site *s, bool write, slice *error);
const char *site_journal_folder(const site *s); /* after that: its folder; NULL: there is none */

/* For people: why a site that looks as if it had a journal has none here. Empty: nothing to say. */
slice site_state_note(const site *s, arena *a);

/* A path for people: control characters and broken UTF-8 shown as \xNN. */
slice site_show_path(slice path, arena *a);

/* ---- a run ------------------------------------------------------------------------------------------- */

typedef enum site_outcome {
    SITE_CONVERTED,   /* written (or would be): `conversion` holds it */
    SITE_ALREADY,     /* in the new form before */
    SITE_NOT_A_PAGE,  /* no front matter */
    SITE_REFUSED,     /* left as it was: `conversion` says why, or `message` that an earlier run refused it */
    SITE_UNCHANGED,   /* the journal knows this page, these rules and this program: nothing to do */
    SITE_KEPT,        /* edited by a person since it was converted: left alone */
    SITE_FAILED,      /* could not be read or written: `message` */
    SITE_UNPUBLISHED, /* the site's build leaves it out (`message` says why): left alone */
    SITE_OUTDATED,    /* as an earlier run wrote it; converted now it would differ: left alone */
    SITE_LEFT,        /* as it was, since people decided so */
    SITE_OUTCOME_COUNT
} site_outcome;

/* One page of a run; valid during the callback only. */
typedef struct site_result {
    slice path; /* from the root */
    site_outcome outcome;
    slice before;                     /* the page's bytes as they were; empty where they were not read */
    slice title, permalink;           /* with `describes`: as its front matter has them */
    const convert_result *conversion; /* NULL unless the page was converted in this run */
    bool is_again;                    /* ... from its bytes before an earlier run */
    bool is_told_again; /* it was reported as converted, with the same grade, and is not: SITE_FAILED */
    grade grade;        /* of this run, or the recorded one of SITE_UNCHANGED and SITE_KEPT */
    slice after;        /* in a look: the page as it lies there, of one that was converted */
    slice recorded; /* the findings of an earlier run, JSON as site_status.findings: in a look, in a dry run
                       that describes pages, and of SITE_REFUSED, where this one did not convert it */
    slice message;  /* SITE_KEPT, SITE_FAILED, SITE_UNPUBLISHED, SITE_OUTDATED, SITE_REFUSED without a
                       conversion: a sentence; SITE_LEFT: the same, or empty */
} site_result;

/* Called from the thread that called site_run; of a dry run, unless `changes_files`, from one in its place
 * that changes no file. NULL: not wanted. A page that was reported as converted and then could not be moved
 * into place is reported once more, as SITE_FAILED. */
typedef struct site_events {
    void *context;
    void (*page)(void *context, const site_result *result, arena *scratch); /* in the order of the paths */
    bool (*stop)(void *context); /* polled: true ends the run after the pages in hand */
} site_events;

typedef struct site_options {
    const convert_engine *engine;
    asset_book *book;   /* gets the files of other hosts that the run's pages need; NULL: not asked for */
    unsigned jobs;      /* threads; 0: one a core */
    bool dry_run;       /* write nothing, lock nothing, make no journal */
    bool force;         /* convert pages again that a person edited since: the edits are lost */
    bool update;        /* convert pages again that would come out differently now */
    bool new_pages;     /* mend pages that are in the new form already (convert_options.mend_new); without
                           `force` also what a person made of one that was converted, as it lies there */
    bool keep_html;     /* as in convert_options */
    bool describes;     /* read a page's title and permalink */
    bool changes_files; /* the events write files of their own */
    /* With dry_run: look at the pages as they are now. Of each that was converted, the bytes from before
     * (`before`) beside those that lie there (`after`), with the findings of then (`recorded`):
     * SITE_UNCHANGED, or SITE_KEPT where it was edited since; `conversion` is there with keep_html only, for
     * the old page's rendering. All others as any dry run. */
    bool look;
    const char *out; /* write below this folder, without a journal; NULL: in place */
    /* Marks the findings of a page that are accepted, before they grade it; on any thread. NULL: none is. */
    void (*accept)(void *context, slice path, slice front, findings *found);
    void *accept_context;
    /* May the page be written? `before` and `after`: its old and new bytes; `why`, in `a`: why not, where
     * that is to be said of the page. On any thread. NULL: every page may. */
    bool (*wanted)(void *context, slice path, slice before, slice after, arena *a, slice *why);
    /* Will `wanted` say no whatever the page becomes? Then it is not converted, its files are not fetched,
     * and `wanted` is asked without `after`; but a dry run that describes pages shows what it would become.
     * On any thread. With `wanted` only. */
    bool (*unwanted)(void *context, slice path);
    void *wanted_context;
    slice accept_text; /* what it goes by, where that decides which pages are refused; empty: it does not */
} site_options;

typedef struct site_totals {
    size_t outcomes[SITE_OUTCOME_COUNT];
    size_t grades[GRADE_REFUSED + 1]; /* of converted and refused pages */
    bool stopped;                     /* before the last page */
} site_totals;

/* A run that is about to begin: its journal is open, locked where the run writes to it; what links where in
 * the checkout, and what the pages need of other hosts, is known from one reading of all files. Where no page
 * is to be read again, none was. */
typedef struct site_plan site_plan;

/* The book in `options` has its entries and names from then on, and is the rules' book. `options` must
 * outlive the plan, which lives in the site's arena. NULL: `error` says why. */
site_plan *site_plan_run(site *s, const site_options *options, slice *error);
void site_plan_close(site_plan *p);

/* How many pages of the site have changes that are in no git commit and not the journal's; 0 where the run
 * converts nothing, or outside a git checkout. `*unused_why`: there is one whose data is not used, and why;
 * else empty. */
size_t site_plan_uncommitted(site_plan *p, slice *unused_why);

/* Carries the run out, once. False: it could not begin or go on (`error` says why); pages reported as
 * converted are converted, all others are as they were. */
bool site_run(site_plan *p, const site_events *events, site_totals *totals, slice *error);

/* What a decision about a page holds on to: a hash of its old bytes, a dot, a hash of its new ones (no data:
 * nothing), in hex. In `a`. */
slice site_content_key(slice before, slice after, arena *a);

/* ---- what links to what ------------------------------------------------------------------------------ */

/* The links of a site that lead to places (`path#id`), for the pages that lose those places. Pure: the files
 * are handed in. */
typedef struct site_links site_links;

/* `config`: as site_config gives it: where Jekyll publishes pages, the site's own host. Lives as long as the
 * result, which lives in `a`. */
site_links *site_links_new(const front_value *config, arena *a);

/* So many files will come: room for what is kept of each, which then does not move. */
void site_links_expect(site_links *links, size_t files);

/* A file of the checkout: a page, or what else puts links on the site (a layout, an include, navigation
 * data). Links are found by searching for `#`: in Markdown, HTML and YAML alike. Any bytes; linear time.
 * `is_converted`: it is a page that the run converts, if it is of the old form. The path lives as long as the
 * links; of the text nothing is kept. */
void site_links_add(site_links *links, slice path, slice text, bool is_converted);

/* A page of Markdown that the site's build publishes, for {% link %} and {% post_url %}: known by them from
 * then on where its address is certain: one that it gives itself and that stays what it is. */
void site_links_add_target(site_links *links, slice path, slice text);

/* Has the file tags that ask for such pages? */
bool site_names_targets(slice text);

/* Behind the last file. */
void site_links_settle(site_links *links);

/* The places of the page that links lead to, its own links by its address among them; sorted by id. Whether
 * the page has them is not known here. Whatever the order in which files came in, the same. */
const convert_linked_id *site_links_to(const site_links *links, slice path, size_t *count);

/* The page that a link to a place (`ADDRESS#id`) on the page `from` leads to, and the place as ids are
 * written (in `a`). `*moved`: the link by the page's own address, where it is by one that the page had before
 * (`redirect_from`); else empty. False: to none. On any thread. */
bool site_links_lead_to(const site_links *links, slice from, slice href, arena *a, slice *path, slice *id,
                        slice *moved);

/* The pages (slice: their paths) with places that links on pages lead to for which `is_from` is true, each
 * once; a page's own places do not count. */
vector site_links_targets(const site_links *links, bool (*is_from)(void *context, slice path), void *context,
                          arena *a);

/* Who names the page by its address without the slash that the CMS puts to its end, the first twenty by file
 * and line. NULL: nobody, or the CMS puts none. The page itself does not count. In `a`, once the links are
 * settled on any thread. */
const convert_named_address *site_links_naming(const site_links *links, slice path, arena *a);

/* Files and posts whose addresses are certain, as in liquid_scope. */
void site_links_fill_named(const site_links *links, convert_options *options);

/* What ends the excerpt of the page, where a list of the site or its feed shows one (Jekyll:
 * excerpt_separator; pages have none); empty: none does. */
slice site_links_excerpt(const site_links *links, slice path, bool *in_lists);

/* The page that has the address which this one would get with its slash; empty: none. `a`: for memory in
 * between. */
slice site_links_taken_by(const site_links *links, slice path, arena *a);

/* Another page that will be written as the same file; empty: none. `a`: for memory in between. */
slice site_links_sharing(const site_links *links, slice path, arena *a);

/* The page, this one or another, with a `redirect_from` that is this one's address once it ends with a slash;
 * empty: none. */
slice site_links_redirected_by(const site_links *links, slice path);

/* The links of the whole checkout that `s` is in, as its files lie there, settled. NULL: `error` says why. */
site_links *site_read_links(site *s, const convert_engine *engine, arena *a, slice *error);

/* ---- the journal ------------------------------------------------------------------------------------- */

typedef enum site_state {
    SITE_STATE_LEGACY,      /* not converted yet, or in the old form again */
    SITE_STATE_CONVERTED,   /* as it was written */
    SITE_STATE_ALREADY,     /* in the new editor's form, not by this program */
    SITE_STATE_CHANGED,     /* refused by the last run, and changed since */
    SITE_STATE_EDITED,      /* converted, then edited by a person */
    SITE_STATE_REFUSED,     /* by the last run */
    SITE_STATE_GONE,        /* converted, and no longer there */
    SITE_STATE_FAILED,      /* cannot be read */
    SITE_STATE_UNPUBLISHED, /* not converted, and the site's build leaves it out: `why` */
    SITE_STATE_NO_PAGE,     /* without front matter */
    SITE_STATE_COUNT
} site_state;

const char *site_state_name(site_state state); /* "legacy", "converted", … */

typedef struct site_status {
    slice path;
    site_state state;
    bool is_known; /* a run has looked at it: the rest is recorded */
    grade grade;
    int64_t time;    /* seconds since 1970 of the last conversion; 0: none */
    slice findings;  /* a JSON array; empty where nothing is recorded, or not asked for */
    const char *why; /* SITE_STATE_UNPUBLISHED, SITE_STATE_FAILED: for a person; else NULL */
    slice content;   /* as site_content_key; of a page that is not converted its first half and the dot */
} site_status;

/* The state of every page, in the order of their paths, as the journal and the files say it. Reads only.
 * False: `error` says why. */
bool site_report_status(site *s, bool with_findings, void (*each)(void *context, const site_status *status),
                        void *context, slice *error);

/* Puts back the exact bytes from before, of the pages of the site that were converted; those edited or
 * deleted since only with `force`. `dry_run`: writes nothing, and says what it would do. One result a page:
 * SITE_CONVERTED (put back), SITE_KEPT (edited or gone since), SITE_FAILED. False: `error` says why. */
bool site_revert(site *s, bool force, bool dry_run, const site_events *events, site_totals *totals,
                 slice *error);

#endif
