/* The HTML report. */
#include "writer.h"

static bool add_html(report_writer *w, const report_page *page, arena *scratch) {
    (void)w, (void)page, (void)scratch;
    return true;
}

const report_form FORM_HTML = {NULL, add_html, NULL};
