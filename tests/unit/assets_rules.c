/* Protects assets.yml as people write it: a mistake is named with its place and what was expected, and what
 * is right says which hosts may be asked. */
#include "../../src/assets/private.h"

#include <stdio.h>

#include "memory.h"

/* `problem`: what it ends with; NULL: the text is right. */
static asset_rules *load(const char *text, const asset_settings *settings, const char *problem) {
    slice texts[] = {asset_rules_shipped(), slice_of(text)}, error = SLICE("");
    asset_rules *rules = asset_rules_load(texts, 2, settings, memory, &error);
    if (problem)
        assert_string_equal(slice_c_string(error, memory), problem);
    assert_true(problem ? !rules : rules != NULL);
    return rules;
}

static void mistakes_are_named_with_their_place(void **state) {
    (void)state;
    static const char *const MISTAKES[][2] = {
        {"- a", "assets.yml:1:1: expected hosts, pictures, files"},
        {"hots: []", "assets.yml:1:1: expected hosts, pictures or files"},
        {"hosts: {}", "assets.yml:1:8: expected a list of hosts"},
        {"hosts:\n- text", "assets.yml:2:3: expected a host with a name"},
        {"hosts:\n- host: a.example", "assets.yml:2:3: expected a host with a name"},
        {"hosts:\n- name: [a]", "assets.yml:2:3: expected a host with a name"},
        {"hosts:\n- name: a", "assets.yml:2:3: expected host, path and local"},
        {"hosts:\n- name: a\n  colour: red",
         "assets.yml:3:3: expected one of name, enabled, host, path, local, redirects"},
        {"hosts:\n- name: a\n  enabled: maybe", "assets.yml:3:12: expected true or false"},
        {"hosts:\n- name: a\n  enabled: [true]", "assets.yml:3:12: expected true or false"},
        {"hosts:\n- name: a\n  path: images", "assets.yml:3:9: expected a path that begins with /"},
        {"hosts:\n- name: a\n  path: /{a", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /{}", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  host: b.example", "assets.yml:2:3: expected host, path and local"},
        {"hosts:\n- name: a\n  host: b.example\n  path: /{p...}",
         "assets.yml:2:3: expected host, path and local"},
        {"hosts:\n- name: a\n  path: /{abc", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /a/", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /a//b", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /{x:hex4a}",
         "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /{x:hex10000}",
         "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /{x:hex}", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /{x...}/b",
         "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  path: /a/*", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  host: b.{x...}", "assets.yml:3:9: expected a pattern such as /{id}/{path...}"},
        {"hosts:\n- name: a\n  redirects: b.example", "assets.yml:3:14: expected a list of words"},
        {"hosts:\n- name: a\n  redirects: [[b]]", "assets.yml:3:14: expected a list of words"},
        {"pictures: {}", "assets.yml:1:11: expected a list of words"},
        {"files: [a, '']", "assets.yml:1:8: expected a list of words"},
        {"hosts: [", "assets.yml:2:1: not YAML: did not find expected node content"},
        {"hosts: *a", "assets.yml:1:8: not YAML: found undefined alias"},
    };
    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++)
        load(MISTAKES[i][0], NULL, MISTAKES[i][1]);
    load("", NULL, NULL);
    load("# nothing\n", NULL, NULL);
    slice empty = {NULL, 0}, error = SLICE("");
    assert_non_null(asset_rules_load(&empty, 1, NULL, memory, &error));
}

static void settings_are_looked_at(void **state) {
    (void)state;
    slice on[] = {LITERAL("s3"), LITERAL("nowhere")};
    load("", &(asset_settings){.on = on, .on_count = 2}, "there is no asset host rule 'nowhere'");
    load("", &(asset_settings){.url = SLICE("https://")},
         "url: https://: expected an address such as https://www.town.gov");
    asset_rules *rules = load("", &(asset_settings){.on = on, .on_count = 1}, NULL);
    assert_true(asset_rules_allow(rules, SLICE("https://b.s3.amazonaws.com/x/a.png"), memory));
    on[0] = SLICE("all");
    rules = load(
        "", &(asset_settings){.on = on, .on_count = 1, .url = SLICE("town.example"), .baseurl = SLICE("/t/")},
        NULL);
    assert_true(asset_rules_allow(rules, SLICE("https://b.r.digitaloceanspaces.com/x/a.png"), memory));
    assert_true(asset_rules_allow(rules, SLICE("https://town.example/t/a.png"), memory));
}

static const char OWN[] =
    "hosts:\n- name: own\n  host: \"{x:hex4}.{y}.files.example\"\n  path: \"/{p...}\"\n"
    "  local: \"/images/{p...}\"\n  redirects: [elsewhere.example, Other.example]\n"
    "- name: any\n  enabled: false\n  host: \"{x...}.any.example\"\n  path: \"/{p...}\"\n"
    "  local: \"/images/{p...}\"\n";

/* A site's own file changes a shipped rule by its name, and nothing else of it. */
static void shipped_rules_are_changed_by_name(void **state) {
    (void)state;
    static const char ADDRESS[] = "https://b.s3.amazonaws.com/x/a.png";
    assert_false(asset_rules_allow(load("", NULL, NULL), slice_of(ADDRESS), memory));
    assert_true(asset_rules_allow(load("hosts:\n- name: s3\n  enabled: true", NULL, NULL), slice_of(ADDRESS),
                                  memory));
}

/* What a rule is about that is not enabled is left as it is, though another rule has the host. */
static void a_rule_that_is_off_takes_its_paths_out(void **state) {
    (void)state;
    asset_rules *rules = load("hosts:\n- name: old\n  enabled: false\n  host: files.example\n"
                              "  path: \"/old/{p...}\"\n  local: \"/images/{p...}\"\n"
                              "- name: new\n  host: files.example\n  path: \"/{p...}\"\n"
                              "  local: \"/images/{p...}\"\n",
                              NULL, NULL);
    asset_reference one;
    assert_false(
        asset_rewrite_url(rules, SLICE("https://files.example/old/a.png"), ASSET_PICTURE, memory, &one));
    assert_true(
        asset_rewrite_url(rules, SLICE("https://files.example/new/a.png"), ASSET_PICTURE, memory, &one));
}

static void only_hosts_of_the_rules_may_be_asked(void **state) {
    (void)state;
    static const struct {
        const char *url;
        bool may;
    } ADDRESSES[] = {
        {"https://00fF.b.files.example/a.png", true},
        {"https://00fg.b.files.example/a.png", false},
        {"https://00f.b.files.example/a.png", false},
        {"https://00-f.b.files.example/a.png", false},
        {"https://00ff.files.example/a.png", false},
        {"https://00ff.b.files.example.org/a.png", false},
        {"https://elsewhere.example/a.png", true},
        {"https://OTHER.example/a.png", true},
        {"https://elsewhere.example:8443/a.png", false},
        {"https://a.any.example/a.png", false},
        {"ftp://elsewhere.example/a.png", false},
        {"https://user@elsewhere.example/", false},
        {"", false},
    };
    asset_rules *rules = load(OWN, NULL, NULL);
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++)
        if (asset_rules_allow(rules, slice_of(ADDRESSES[i].url), memory) != ADDRESSES[i].may)
            fail_msg("%s", ADDRESSES[i].url);
}

static void take_host(void *context, slice host, bool is_literal, uint16_t port) {
    rules_add_host(context, slice_copy(host, memory), is_literal, port, memory);
}

/* The process that has the network is told hosts, one after the other, and asks the same ones. */
static void hosts_that_are_handed_over_are_the_same(void **state) {
    (void)state;
    static const char *const ADDRESSES[] = {"https://00fF.b.files.example/a.png",
                                            "https://00fg.b.files.example/a.png",
                                            "https://b.files.example/a.png",
                                            "https://elsewhere.example/a.png",
                                            "https://OTHER.example/a.png",
                                            "https://other.example:8443/a.png",
                                            "https://a.any.example/a.png",
                                            "https://a.b.on.example/a.png",
                                            "https://on.example/a.png"};
    asset_rules *rules = load(OWN, NULL, NULL), *told = rules_none(memory);
    asset_rule *any = vector_at(&rules->rules, rules->rules.count - 1);
    assert_true(slice_equal(any->name, SLICE("any")));
    for (int i = 0; i < 2; i++) {
        told = rules_none(memory);
        rules_each_host(rules, take_host, told);
        for (size_t k = 0; k < sizeof ADDRESSES / sizeof *ADDRESSES; k++)
            assert_int_equal(asset_rules_allow(told, slice_of(ADDRESSES[k]), memory),
                             asset_rules_allow(rules, slice_of(ADDRESSES[k]), memory));
        any->enabled = true;
    }
    assert_true(asset_rules_allow(told, SLICE("https://a.b.any.example/a.png"), memory));
    size_t count = told->rules.count;
    rules_add_host(told, SLICE("a.{x"), false, 0, memory); /* no pattern: no host */
    assert_int_equal(told->rules.count, count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(settings_are_looked_at),
        cmocka_unit_test(shipped_rules_are_changed_by_name),
        cmocka_unit_test(a_rule_that_is_off_takes_its_paths_out),
        cmocka_unit_test(hosts_that_are_handed_over_are_the_same),
        cmocka_unit_test(only_hosts_of_the_rules_may_be_asked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
