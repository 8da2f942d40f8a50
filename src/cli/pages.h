/* From a page of a site to what a report says of it. */
#ifndef ISOMERIZE_CLI_PAGES_H
#define ISOMERIZE_CLI_PAGES_H

#include "accepted.h"
#include "decide/decide.h"
#include "report/report.h"

/* What is known beside the pages themselves. */
typedef struct page_view {
    const site *site;
    const accepted *people;   /* what they have accepted */
    const decisions *decided; /* ... and decided */
    slice base;               /* address of the live site, with its baseurl; empty: not known */
    bool looks_back;          /* the run is a look: a page that would be converted is one that is not yet */
    bool describes;           /* titles, addresses, decisions: what lists of pages need */
} page_view;

/* False: said what is wrong with what people have accepted or decided. All lives in `a`. */
bool page_view_open(page_view *v, const site *s, arena *a);

/* Fills `page`, whose findings are `found`. False: it is no page, and `page->message` says why. All lives in
 * `a` or in the result. */
bool page_view_fill(const page_view *v, const site_result *result, report_page *page, findings *found,
                    arena *a);

/* Looks at the site's pages (site_options.look, with its dry_run). False: said why not. */
bool look_at_pages(const cli_arguments *arguments, site *s, const convert_engine *e, site_options *options,
                   const site_events *events, site_totals *totals, arena *a);

/* None yet, in `a`; those that will be added are dated no later than clocks may differ. */
decisions decisions_new(arena *a);

/* Writes them into the site; never more than can be read again. False: `error` says why not. */
bool decisions_write(const decisions *d, site *s, slice *error);

/* As decisions are dated; in `a`. */
slice time_now(arena *a);

/* What the site's visitors see pages with. As long as both. */
report_look look_of(const convert_engine *e, const site *s);

/* A file of the site's `.isomerize`, by its path in the site; in `a`. No data: there is none. False: it
 * cannot be read, said so. */
bool read_own_file(const site *s, slice path, arena *a, slice *text);

/* The site's decisions. False: they cannot be read, said so. */
bool decisions_open(decisions *d, const site *s, arena *a);

/* What to call the site: the host of its `url`, else its folder. */
slice name_site(const site *s);

#endif
