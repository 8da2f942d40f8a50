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
    json_writer line = {.out = &out};
    json_open(&line, '{');
    json_add_text(&line, "rule", r->name);
    json_add_text(&line, "about", r->about);
    json_add_text(&line, "block", r->block);
    json_add_text(&line, "source", r->source);
    json_add_number(&line, "line", r->line);
    json_add_number(&line, "priority", r->priority);
    json_add_bool(&line, "shipped", r->shipped);
    json_add_bool(&line, "overrides", r->overrides);
    json_add_number(&line, "examples", (int64_t)r->example_count);
    json_close(&line, '}');
    print_json_line(&line);
}

static void print_problem_json(const mapping_problem *p, arena *a) {
    buffer out = buffer_new(a, 256);
    json_writer line = {.out = &out};
    json_open(&line, '{');
    json_add_text(&line, "problem", p->message);
    json_add_text(&line, "suggestion", p->suggestion);
    json_add_text(&line, "source", p->source);
    json_add_number(&line, "line", p->line);
    json_add_number(&line, "column", p->column);
    json_close(&line, '}');
    print_json_line(&line);
}

static void print_failure_json(const mapping_rule_info *r, uint32_t at, slice got, slice expected, arena *a) {
    buffer out = buffer_new(a, 1024);
    json_writer line = {.out = &out};
    json_open(&line, '{');
    json_add_text(&line, "failed", r->name);
    json_add_text(&line, "source", r->source);
    json_add_number(&line, "line", at);
    json_add_text(&line, "got", got);
    json_add_text(&line, "expected", expected);
    json_close(&line, '}');
    print_json_line(&line);
}

static bool test_example(const mapping_set *set, size_t rule, size_t example, arena *a, bool json) {
    mapping_rule_info r = mapping_rule_at(set, rule);
    uint32_t line;
    slice got, expected;
    if (mapping_run_example(set, rule, example, a, &line, &got, &expected))
        return true;
    if (json)
        print_failure_json(&r, line, got, expected, a);
    else
        printf(
            "%.*s:%u: %.*s: the example does not come out as expected\n  got:      %.*s\n  expected: %.*s\n",
            SLICE_ARGS(r.source), line, SLICE_ARGS(r.name), SLICE_ARGS(got), SLICE_ARGS(expected));
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
    return status;
}

int command_mappings(const cli_arguments *arguments) {
    return work_on_site(arguments, CONFINE_READS, show_rules_of_site);
}
