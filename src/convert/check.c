/* Is a page as the editor saves it? All six steps of the save cycle (tests/editor/cycle.mjs).
 *
 * Comes in: the bytes of any page. Goes out: the bytes that the CMS would write for it. Pure.
 */
#include "convert/convert.h"

#include "page/page.h"
#include "save/save.h"
#include "saving.h"

static slice trim_end(slice s) {
    while (s.length && is_space(s.data[s.length - 1]))
        s.length--;
    return s;
}

static bool is_same(slice page, slice saved) {
    return slice_equal(trim_end(page), trim_end(saved));
}

/* What the editor and the CMS write when the page is opened and saved; but no `NaN` where that is not the
 * page itself. False when it cannot be read. */
static bool save_again(slice page, arena *a, slice *saved) {
    page_parts parts = page_split_as_cms(page);
    page_error error;
    front_value front;
    findings ignored = findings_new(a);
    buffer out = buffer_new(a, page.length + 256);
    if (!parts.has_front || !page_read_front(parts.front, parts.front_line, a, &ignored, &front, &error))
        return false;
    page_front_set(&front, SLICE("variant"), SLICE("tiptap"), a);
    if (!page_write_front(&front, a, &ignored, &out, &error))
        return false;
    if (slice_trim(parts.body).length) { /* a page that is a file or a link has no body to save */
        tiptap_node *document = save_load(parts.body, parts.body_line, a);
        size_t front_end = out.length;
        save_body(document, a, &out);
        if (!is_same(page, buffer_slice(&out)) && saving_number_lists(document, a)) {
            out.length = front_end;
            save_body(document, a, &out);
        }
    }
    *saved = buffer_slice(&out);
    return true;
}

bool convert_check(slice page, arena *a, size_t *difference, slice *saved) {
    slice again = {NULL, 0};
    *difference = 0;
    bool read = save_again(page, a, &again);
    if (saved)
        *saved = again;
    if (!read)
        return false;
    slice have = trim_end(page);
    again = trim_end(again);
    while (*difference < have.length && *difference < again.length &&
           have.data[*difference] == again.data[*difference])
        ++*difference;
    return have.length == again.length && *difference == have.length;
}

void convert_check_losses(const convert_engine *engine, slice page, slice saved,
                          const convert_linked_id *linked_ids, size_t linked_id_count, arena *a,
                          findings *found) {
    page_parts was = page_split_as_cms(page), is = page_split_as_cms(saved);
    carry liquid = carry_none(a, found);
    saving body = {.body = was.body,
                   .first_line = was.body_line,
                   .engine = engine,
                   .linked_ids = linked_ids,
                   .linked_id_count = linked_id_count,
                   .carry = &liquid,
                   .arena = a,
                   .found = found};
    if (slice_equal(trim_end(was.body), trim_end(is.body)))
        return;
    carry_keep(&liquid, was.body, was.body_line);
    view before = saving_look(&body);
    saving_report_markdown(&body, is.body);
    saving_report_links(&body, &before);
    saving_report_followed(&body, is.body);
    slice written = liquid.page.carried.count ? carry_check(&liquid, is.body) : is.body;
    view after = view_take_html(written, before.text.length, a);
    if (!liquid.is_refused)
        view_compare(&before, &after, found, a);
    carry_restore_findings(&liquid);
}
