/* Where links to places of other pages lead, once those pages are converted.
 *
 * Comes in: the pages of a run that are worked on, the links of the site. Goes out: for each page that they
 * link into, the text fragments of its places. Those pages are converted here for that alone, before the run
 * writes anything, so it makes no difference in which order pages are converted, nor whether the other page
 * is part of the run. A page that was converted earlier is read as it was then; what authors have changed
 * since leads nowhere.
 */
#include "private.h"

#include <stdlib.h>

/* The places of one page: of convert_place, sorted by id. */
typedef struct page_places {
    size_t count;
    convert_place all[];
} page_places;

struct site_places {
    arena *arena;
    hash_map pages; /* from paths to page_places */
};

typedef struct finding_places {
    const places_work *work;
    site_places *out;
    const vector *targets; /* of slice */
} finding_places;

static int compare_places(const void *one, const void *other) {
    return slice_compare(((const convert_place *)one)->id, ((const convert_place *)other)->id);
}

/* The page's bytes as they are, and in the old form. False: there are none. */
static bool read_both(const places_work *w, slice path, work_slot *slot, slice *now, slice *old) {
    arena *a = slot->input;
    slice error;
    const journal_row *row = w->journal ? journal_find(w->journal, path) : NULL;
    if (!read_open(&slot->page, a, now, &error))
        return false;
    if (!row || row->outcome != SITE_CONVERTED || !journal_original(w->journal, row, a, old, &error))
        *old = *now;
    return true;
}

static size_t needs_of_target(void *context, size_t index, work_slot *slot) {
    const finding_places *f = context;
    return memory_for_page(f->work->site, f->work->engine, *(slice *)vector_at(f->targets, index), slot);
}

static void convert_target(void *context, size_t index, work_slot *slot) {
    const finding_places *f = context;
    convert_result *result = slot->own;
    slice path = *(slice *)vector_at(f->targets, index), now, old;
    *result = (convert_result){.state = CONVERT_NOT_A_PAGE};
    if (!read_both(f->work, path, slot, &now, &old))
        return;
    convert_options options = f->work->options_of(f->work->context, path, slot);
    if (!convert_page(f->work->engine, old, &options, slot->arena, result))
        out_of_memory();
    if (now.data != old.data && !slice_equal(now, result->output))
        convert_keep_places(now, &result->places, slot->arena);
}

static bool take_places(void *context, size_t index, work_slot *slot) {
    const finding_places *f = context;
    const convert_result *result = slot->own;
    if (result->state != CONVERT_DONE || !result->places.count)
        return true;
    arena *a = f->out->arena;
    page_places *page = arena_alloc(a, sizeof *page + result->places.count * sizeof *page->all);
    page->count = result->places.count;
    for (size_t i = 0; i < page->count; i++) {
        const convert_place *one = vector_at(&result->places, i);
        page->all[i] = (convert_place){slice_copy(one->id, a), slice_copy(one->directive, a)};
    }
    qsort(page->all, page->count, sizeof *page->all, compare_places);
    *map_put(&f->out->pages, *(slice *)vector_at(f->targets, index), NULL) = page;
    return true;
}

const site_places *site_find_places(const places_work *w, arena *a) {
    site_places *out = arena_alloc(a, sizeof *out);
    *out = (site_places){a, map_new(a, 0)};
    vector targets = site_links_targets(w->links, w->is_worked_on, w->context, a);
    finding_places f = {w, out, &targets};
    work each = {.context = &f,
                 .jobs = w->jobs,
                 .memory = convert_memory_limit(w->engine),
                 .size = sizeof(convert_result),
                 .needs = needs_of_target,
                 .each = convert_target,
                 .confines = w->site->confines,
                 .report = take_places};
    size_t ignored;
    work_on(&each, targets.count, &ignored);
    return out;
}

convert_leads site_places_lead(const site_places *p, const site_links *links, slice from, slice href,
                               arena *a, slice *directive, slice *moved) {
    slice id, path;
    bool leads = site_links_lead_to(links, from, href, a, &path, &id, moved);
    if (leads && slice_equal(path, from))
        return CONVERT_LEADS_HERE;
    const page_places *page = leads && p ? map_get(&p->pages, path) : NULL;
    const convert_place *at =
        page ? bsearch(&(convert_place){.id = id}, page->all, page->count, sizeof *page->all, compare_places)
             : NULL;
    if (!at)
        return CONVERT_LEADS_ELSEWHERE;
    *directive = at->directive;
    return CONVERT_LEADS_THERE;
}
