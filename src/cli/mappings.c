/* `isomerize mappings`: the rules in force, in the order they are tried; their mistakes; --test runs their
 * examples. */
#include "engine.h"
#include "rules.h"

#include <stdio.h>

static void print_rule(const mapping_rule_info *r, bool json, arena *a) {
    if (!json) {
        printf("%3d  %-26.*s %-10.*s %.*s:%u%s\n     %.*s\n", r->priority, SLICE_ARGS(r->name),
               SLICE_ARGS(r->block), SLICE_ARGS(r->source), r->line,
               r->overrides ? "  (instead of the shipped rule)" : "", SLICE_ARGS(r->about));
        return;
    }
    buffer out = buffer_new(a, 256);
    buffer_append(&out, SLICE("{\"rule\":"));
    buffer_append_json(&out, r->name);
    buffer_append(&out, SLICE(",\"about\":"));
    buffer_append_json(&out, r->about);
    buffer_append(&out, SLICE(",\"block\":"));
    buffer_append_json(&out, r->block);
    buffer_append(&out, SLICE(",\"source\":"));
    buffer_append_json(&out, r->source);
    buffer_printf(&out, ",\"line\":%u,\"priority\":%d,\"shipped\":%s,\"overrides\":%s,\"examples\":%zu}\n",
                  r->line, r->priority, r->shipped ? "true" : "false", r->overrides ? "true" : "false",
                  r->example_count);
    fwrite(out.data, 1, out.length, stdout);
}

static void print_problem_json(const mapping_problem *p, arena *a) {
    buffer out = buffer_new(a, 256);
    buffer_append(&out, SLICE("{\"problem\":"));
    buffer_append_json(&out, p->message);
    buffer_append(&out, SLICE(",\"suggestion\":"));
    buffer_append_json(&out, p->suggestion);
    buffer_append(&out, SLICE(",\"source\":"));
    buffer_append_json(&out, p->source);
    buffer_printf(&out, ",\"line\":%u,\"column\":%u}\n", p->line, p->column);
    fwrite(out.data, 1, out.length, stdout);
}

static bool test_example(const mapping_set *set, size_t rule, size_t example, arena *a, bool json) {
    mapping_rule_info r = mapping_rule_at(set, rule);
    uint32_t line;
    slice got, expected;
    if (mapping_run_example(set, rule, example, a, &line, &got, &expected))
        return true;
    if (json) {
        buffer out = buffer_new(a, 1024);
        buffer_append(&out, SLICE("{\"failed\":"));
        buffer_append_json(&out, r.name);
        buffer_append(&out, SLICE(",\"source\":"));
        buffer_append_json(&out, r.source);
        buffer_printf(&out, ",\"line\":%u,\"got\":", line);
        buffer_append_json(&out, got);
        buffer_append(&out, SLICE(",\"expected\":"));
        buffer_append_json(&out, expected);
        buffer_append(&out, SLICE("}\n"));
        fwrite(out.data, 1, out.length, stdout);
    } else {
        printf(
            "%.*s:%u: %.*s: the example does not come out as expected\n  got:      %.*s\n  expected: %.*s\n",
            SLICE_ARGS(r.source), line, SLICE_ARGS(r.name), SLICE_ARGS(got), SLICE_ARGS(expected));
    }
    return false;
}

static bool test_rules(const mapping_set *set, arena *a, bool json) {
    size_t run = 0, failed = 0, without = 0;
    for (size_t i = 0; i < mapping_rule_count(set); i++) {
        size_t count = mapping_rule_at(set, i).example_count;
        without += count == 0;
        for (size_t j = 0; j < count; j++, run++)
            failed += !test_example(set, i, j, a, json);
    }
    printf(json ? "{\"examples\":%zu,\"failed\":%zu,\"rules_without_example\":%zu}\n"
                : "%zu examples, %zu failed; %zu rules without an example\n",
           run, failed, without);
    return failed == 0;
}

static int show_rules(const mapping_set *set, const cli_arguments *arguments, arena *a) {
    bool json = option_given(arguments, OPTION_JSON);
    for (size_t i = 0; json && i < mapping_problem_count(set); i++)
        print_problem_json(mapping_problem_at(set, i), a);
    bool good = json ? mapping_problem_count(set) == 0 : rules_are_good(set);
    if (option_given(arguments, OPTION_TEST))
        good = test_rules(set, a, json) && good;
    else if (!option_given(arguments, OPTION_QUIET))
        for (size_t i = 0; i < mapping_rule_count(set); i++) {
            mapping_rule_info r = mapping_rule_at(set, i);
            print_rule(&r, json, a);
        }
    return good ? EXIT_DONE : EXIT_FINDINGS;
}

static int show_rules_of_site(const cli_arguments *arguments, site *s, arena *a) {
    convert_engine *e;
    int status = engine_start(&e, arguments, s, a);
    if (status != EXIT_DONE)
        return status;
    status = show_rules(convert_engine_rules(e), arguments, a);
    convert_engine_free(e);
    return status;
}

int command_mappings(const cli_arguments *arguments) {
    return work_on_site(arguments, show_rules_of_site);
}
