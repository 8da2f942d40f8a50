/* Every allocation fails in turn: no abort, no print, no leak, and an error value each time.
 *
 * malloc and its like are this program's own: the Nth call fails, alone (`one`) or with all after it
 * (`rest`), for N = 1, 2, … until a whole run needs fewer. What is taken and not given back is counted.
 */
#include <isomerize.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

static size_t calls, failing, live;
static bool is_counting, all_after;

static bool fails(void) {
    if (!is_counting)
        return false;
    calls++;
    if (failing && (calls == failing || (all_after && calls > failing))) {
        errno = ENOMEM;
        return true;
    }
    return false;
}

static void *counted(void *memory) {
    live += is_counting && memory;
    return memory;
}

void *malloc(size_t size) {
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size) {
    if (fails())
        return NULL;
    void *memory = __libc_realloc(old, size);
    live += is_counting && memory && !old;
    return memory;
}

void free(void *memory) {
    live -= is_counting && memory;
    __libc_free(memory);
}

static const char *const PAGES[] = {
#include "pages.inc"
};
enum { PAGE_COUNT = sizeof PAGES / sizeof *PAGES };

/* A body that is not in save form is read as Markdown. */
static const char OTHER[] =
    "---\nvariant: tiptap\n---\nSome *Markdown* | x\n\n| a | b |\n|---|---|\n| ~~1~~ | 2 |\n";

static const char RULES[] = "rules:\n  - name: folds\n    match: div.fold\n    make: unwrap\n";
static const char ASSETS[] = "files: [pdf, doc]\n";

/* Everything once; the answer: was memory out? Anything else that goes wrong ends the program. */
static bool use_library(bool *is_wrong) {
    struct isomerize_text rules = {"mine.yml", RULES, sizeof RULES - 1},
                          assets = {"assets.yml", ASSETS, sizeof ASSETS - 1};
    struct isomerize_sheet sheet = {.path = "a.css", .text = ".x { display: none }", .length = 20};
    struct isomerize_linked_id linked = {"pool", "index.md", 3, 0};
    struct isomerize_settings settings = ISOMERIZE_SETTINGS;
    struct isomerize_options options = ISOMERIZE_OPTIONS;
    settings.rules = &rules;
    settings.asset_rules = &assets;
    settings.sheets = &sheet;
    settings.rule_count = settings.asset_rule_count = settings.sheet_count = 1;
    options.linked_ids = &linked;
    options.linked_id_count = 1;
    isomerize *engine;
    char *message;
    enum isomerize_status status = isomerize_new(&settings, &engine, &message);
    *is_wrong |= status == ISOMERIZE_WRONG_SETTINGS;
    free(message);
    bool out = status != ISOMERIZE_OK;
    for (size_t i = 0; engine && i < PAGE_COUNT; i++) {
        isomerize_page *page = isomerize_convert(engine, PAGES[i], strlen(PAGES[i]), &options);
        out |= !page;
        for (size_t k = 0; page && k < isomerize_page_finding_count(page); k++)
            *is_wrong |= strcmp(isomerize_page_finding(page, k)->code, "page-too-large") == 0;
        isomerize_page_free(page);
    }
    bool is_save_form = false;
    out |= isomerize_check(OTHER, sizeof OTHER - 1, &is_save_form, NULL) == ISOMERIZE_NO_MEMORY;
    *is_wrong |= is_save_form;
    isomerize_free(engine);
    return out;
}

/* Standard output and error go to a file while the library is used; true: something is in it. */
static bool catch_output(bool begin) {
    static int file, out, error;
    if (begin) {
        file = memfd_create("output", 0);
        out = dup(STDOUT_FILENO);
        error = dup(STDERR_FILENO);
        dup2(file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
        return false;
    }
    dup2(out, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    bool printed = lseek(file, 0, SEEK_END) > 0;
    close(file);
    close(out);
    close(error);
    return printed;
}

static int fail_each(bool rest) {
    size_t wrong = 0, needed = 0;
    all_after = rest;
    for (failing = 1;; failing++) {
        bool is_wrong = false;
        calls = live = 0;
        catch_output(true);
        is_counting = true;
        bool out = use_library(&is_wrong);
        is_counting = false;
        bool printed = catch_output(false);
        if (live || is_wrong || printed || (calls >= failing && !out)) {
            printf("allocation %zu%s: %zu not given back%s%s%s\n", failing, rest ? " and all after it" : "",
                   live, is_wrong ? ", a wrong answer" : "", printed ? ", something was printed" : "",
                   out ? "" : ", no error value");
            wrong++;
        }
        needed = calls;
        if (calls < failing)
            break;
    }
    wrong += needed < 10; /* or this malloc is not the one that is called */
    printf("%zu allocations, each failing%s: %zu wrong\n", needed, rest ? " with all after it" : "", wrong);
    return wrong != 0;
}

int main(void) {
    bool is_wrong = false;
    if (use_library(&is_wrong) || is_wrong) /* what is made once in a process */
        return 2;
    return fail_each(false) | fail_each(true);
}
