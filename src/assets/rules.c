/* The rules: YAML texts → host and path patterns, and the rule for an address.
 *
 * Comes in: mappings/assets.yml, a site's own file of the same form, the site's settings. Goes out: immutable
 * rules. A wrong text is an error with its place; nothing is guessed.
 */
#include "private.h"

#include <yaml.h>

/* ---- patterns ------------------------------------------------------------------------------------------ */

static bool parse_part(slice text, pattern_part *out) {
    if (text.length < 3 || text.data[0] != '{' || text.data[text.length - 1] != '}') {
        *out = (pattern_part){PART_LITERAL, text, 0};
        return text.length > 0 && slice_find_char(text, '{', 0) == SLICE_NONE &&
               slice_find_char(text, '*', 0) == SLICE_NONE;
    }
    slice name = slice_sub(text, 1, text.length - 1);
    *out = (pattern_part){PART_ONE, name, 0};
    size_t colon = slice_find(name, SLICE(":hex"), 0);
    if (slice_ends_with(name, SLICE("..."))) {
        out->kind = PART_REST;
        out->text.length -= 3;
    } else if (colon != SLICE_NONE) {
        out->kind = PART_HEX;
        out->text.length = colon;
        size_t i = colon + 4;
        for (; i < name.length && is_digit(name.data[i]) && out->digits < 1000; i++)
            out->digits = out->digits * 10 + (size_t)(name.data[i] - '0');
        if (out->digits == 0 || i < name.length)
            return false;
    }
    return out->text.length > 0;
}

/* A pattern's parts, cut at `separator`; a rest must stand first in hosts, last in paths. */
static bool parse_pattern(slice text, char separator, vector *out) {
    size_t names = 0;
    for (size_t from = 0, to; from <= text.length; from = to + 1) {
        size_t brace = slice_find_char(text, '}', from);
        bool named = from < text.length && text.data[from] == '{' && brace != SLICE_NONE;
        to = slice_find_char(text, separator, named ? brace : from);
        to = to == SLICE_NONE ? text.length : to;
        pattern_part *part = vector_push_zeroed(out);
        if (!parse_part(slice_sub(text, from, to), part))
            return false;
        names += part->kind != PART_LITERAL;
        if (part->kind == PART_REST && !(separator == '.' ? out->count == 1 : to == text.length))
            return false;
    }
    return names <= CAPTURES_MAX / 2;
}

static bool match_part(const pattern_part *part, slice text, captures *out) {
    if (part->kind == PART_LITERAL)
        return slice_equal_nocase(part->text, text);
    if (text.length == 0 || (part->kind == PART_HEX && text.length != part->digits))
        return false;
    for (size_t i = 0; part->kind == PART_HEX && i < text.length; i++)
        if (!is_digit(text.data[i]) && !(to_lower(text.data[i]) >= 'a' && to_lower(text.data[i]) <= 'f'))
            return false;
    out->items[out->count].name = part->text;
    out->items[out->count++].text = text;
    return true;
}

static size_t count_char(slice text, char c) {
    size_t count = 0;
    for (size_t at = slice_find_char(text, c, 0); at != SLICE_NONE; at = slice_find_char(text, c, at + 1))
        count++;
    return count;
}

/* A host's rest stands for its first labels, as many as the pattern has no parts for. */
static bool match_host(const vector *pattern, slice host, captures *out) {
    size_t labels = count_char(host, '.') + 1, from = 0;
    if (labels < pattern->count)
        return false;
    for (size_t i = 0; i < pattern->count; i++) {
        const pattern_part *part = vector_at(pattern, i);
        size_t spare = part->kind == PART_REST ? labels - pattern->count : 0, to = from;
        do {
            to = slice_find_char(host, '.', to + (to > from));
            to = to == SLICE_NONE ? host.length : to;
        } while (spare-- > 0);
        if (!match_part(part, slice_sub(host, from, to), out))
            return false;
        from = to + 1;
    }
    return from > host.length;
}

static bool match_path(const vector *pattern, slice path, captures *out) {
    size_t from = 0;
    for (size_t i = 0; i < pattern->count; i++) {
        const pattern_part *part = vector_at(pattern, i);
        size_t to = part->kind == PART_REST ? path.length : slice_find_char(path, '/', from);
        to = to == SLICE_NONE ? path.length : to;
        if (from > path.length || !match_part(part, slice_sub(path, from, to), out))
            return false;
        from = to + 1;
    }
    return from > path.length;
}

const asset_rule *rules_find(const asset_rules *rules, const address *from, captures *out) {
    for (size_t i = 0; i < rules->rules.count; i++) {
        const asset_rule *rule = vector_at(&rules->rules, i);
        out->count = 0;
        if (from->port == rule->port && match_host(&rule->host, from->host, out) &&
            match_path(&rule->path, slice_from(from->path, 1), out))
            return rule;
    }
    return NULL;
}

bool rules_know_host(const asset_rules *rules, slice host) {
    for (size_t i = 0; i < rules->rules.count; i++) {
        const asset_rule *rule = vector_at(&rules->rules, i);
        captures unused = {.count = 0};
        if (rule->enabled && match_host(&rule->host, host, &unused))
            return true;
    }
    return false;
}

bool rules_list_has(const vector *extensions, slice extension) {
    for (size_t i = 0; i < extensions->count; i++)
        if (slice_equal_nocase(*(const slice *)vector_at(extensions, i), extension))
            return true;
    return false;
}

bool asset_rules_allow(const asset_rules *rules, slice url, arena *a) {
    address at;
    if (!address_parse(url, a, &at))
        return false;
    for (size_t i = 0; i < rules->rules.count; i++) {
        const asset_rule *rule = vector_at(&rules->rules, i);
        captures unused = {.count = 0};
        if (!rule->enabled)
            continue;
        if (at.port == rule->port && match_host(&rule->host, at.host, &unused))
            return true;
        for (size_t j = 0; j < rule->redirects.count && at.port == 0; j++)
            if (slice_equal_nocase(*(slice *)vector_at(&rule->redirects, j), at.host))
                return true;
    }
    return false;
}

/* ---- hosts alone ----------------------------------------------------------------------------------------
 */

static void append_literals(vector *out, slice text, char separator) {
    for (size_t from = 0, to; from < text.length; from = to + 1) {
        to = slice_find_char(text, separator, from);
        to = to == SLICE_NONE ? text.length : to;
        if (to > from)
            *(pattern_part *)vector_push(out) = (pattern_part){PART_LITERAL, slice_sub(text, from, to), 0};
    }
}

static void append_part(buffer *out, const pattern_part *part) {
    if (out->length)
        buffer_append_char(out, '.');
    if (part->kind == PART_LITERAL)
        buffer_append(out, part->text);
    else if (part->kind == PART_HEX)
        buffer_printf(out, "{x:hex%zu}", part->digits);
    else
        buffer_append_string(out, part->kind == PART_REST ? "{x...}" : "{x}");
}

void rules_each_host(const asset_rules *rules,
                     void (*each)(void *context, slice host, bool is_literal, uint16_t port), void *context) {
    arena *a = arena_new(0);
    buffer host = buffer_new(a, 256);
    for (size_t i = 0; i < rules->rules.count; i++) {
        const asset_rule *rule = vector_at(&rules->rules, i);
        if (!rule->enabled)
            continue;
        host.length = 0;
        for (size_t j = 0; j < rule->host.count; j++)
            append_part(&host, vector_at(&rule->host, j));
        each(context, buffer_slice(&host), false, rule->port);
        for (size_t j = 0; j < rule->redirects.count; j++)
            each(context, *(slice *)vector_at(&rule->redirects, j), true, 0);
    }
    arena_destroy(a);
}

asset_rules *rules_none(arena *a) {
    asset_rules *rules = arena_zeroed(a, sizeof *rules);
    rules->rules = vector_new(a, sizeof(asset_rule));
    return rules;
}

void rules_add_host(asset_rules *rules, slice host, bool is_literal, uint16_t port, arena *a) {
    asset_rule rule = {.enabled = true,
                       .port = port,
                       .host = vector_new(a, sizeof(pattern_part)),
                       .redirects = vector_new(a, sizeof(slice))};
    if (is_literal)
        append_literals(&rule.host, host, '.');
    else if (!parse_pattern(host, '.', &rule.host))
        return;
    *(asset_rule *)vector_push(&rules->rules) = rule;
}

/* mappings/assets.yml, embedded by isomerize_embed (CMakeLists.txt). */
extern const char shipped_assets_yml[];
extern const size_t shipped_assets_yml_length;

slice asset_rules_shipped(void) {
    return (slice){shipped_assets_yml, shipped_assets_yml_length};
}

/* ---- texts --------------------------------------------------------------------------------------------- */

typedef struct loader {
    asset_rules *rules;
    arena *arena;
    yaml_document_t *document;
    slice *error;
} loader;

static bool fail(loader *l, const yaml_node_t *node, const char *expected) {
    *l->error =
        format_slice(l->arena, "assets.yml:%zu:%zu: expected %s", node ? node->start_mark.line + 1 : 1,
                     node ? node->start_mark.column + 1 : 1, expected);
    return false;
}

static slice scalar_of(const yaml_node_t *node) {
    if (!node || node->type != YAML_SCALAR_NODE)
        return (slice){NULL, 0};
    return (slice){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static bool load_list(loader *l, const yaml_node_t *node, vector *out) {
    if (node->type != YAML_SEQUENCE_NODE)
        return fail(l, node, "a list of words");
    out->count = 0;
    for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
         item++) {
        slice word = scalar_of(yaml_document_get_node(l->document, *item));
        if (word.length == 0)
            return fail(l, node, "a list of words");
        *(slice *)vector_push(out) = slice_copy(word, l->arena);
    }
    return true;
}

static bool load_pattern(loader *l, const yaml_node_t *node, char separator, vector *out) {
    slice text = slice_copy(scalar_of(node), l->arena);
    if (separator == '/') {
        if (!slice_starts_with(text, SLICE("/")))
            return fail(l, node, "a path that begins with /");
        text = slice_from(text, 1);
    }
    out->count = 0;
    return parse_pattern(text, separator, out) ? true : fail(l, node, "a pattern such as /{id}/{path...}");
}

static bool load_flag(loader *l, const yaml_node_t *node, bool *out) {
    slice text = scalar_of(node);
    *out = slice_equal(text, SLICE("true"));
    return *out || slice_equal(text, SLICE("false")) ? true : fail(l, node, "true or false");
}

static asset_rule *rule_named(loader *l, slice name) {
    for (size_t i = 0; i < l->rules->rules.count; i++) {
        asset_rule *rule = vector_at(&l->rules->rules, i);
        if (slice_equal(rule->name, name))
            return rule;
    }
    asset_rule *rule = vector_push_zeroed(&l->rules->rules);
    rule->name = slice_copy(name, l->arena);
    rule->enabled = true;
    rule->host = vector_new(l->arena, sizeof(pattern_part));
    rule->path = vector_new(l->arena, sizeof(pattern_part));
    rule->local = vector_new(l->arena, sizeof(pattern_part));
    rule->redirects = vector_new(l->arena, sizeof(slice));
    return rule;
}

static yaml_node_t *value_of(loader *l, const yaml_node_t *mapping, const char *key) {
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start; pair < mapping->data.mapping.pairs.top;
         pair++)
        if (slice_equal(scalar_of(yaml_document_get_node(l->document, pair->key)), slice_of(key)))
            return yaml_document_get_node(l->document, pair->value);
    return NULL;
}

static bool load_rule_value(loader *l, asset_rule *rule, slice key, const yaml_node_t *key_node,
                            const yaml_node_t *value) {
    if (slice_equal(key, SLICE("name")))
        return true;
    if (slice_equal(key, SLICE("enabled")))
        return load_flag(l, value, &rule->enabled);
    if (slice_equal(key, SLICE("host")))
        return load_pattern(l, value, '.', &rule->host);
    if (slice_equal(key, SLICE("path")))
        return load_pattern(l, value, '/', &rule->path);
    if (slice_equal(key, SLICE("local")))
        return load_pattern(l, value, '/', &rule->local);
    if (slice_equal(key, SLICE("redirects")))
        return load_list(l, value, &rule->redirects);
    return fail(l, key_node, "one of name, enabled, host, path, local, redirects");
}

static bool load_rule(loader *l, const yaml_node_t *node) {
    if (node->type != YAML_MAPPING_NODE)
        return fail(l, node, "a host with a name");
    slice name = scalar_of(value_of(l, node, "name"));
    if (name.length == 0)
        return fail(l, node, "a host with a name");
    asset_rule *rule = rule_named(l, name);
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(l->document, pair->key);
        if (!load_rule_value(l, rule, scalar_of(key), key, yaml_document_get_node(l->document, pair->value)))
            return false;
    }
    if (rule->host.count == 0 || rule->path.count == 0 || rule->local.count == 0)
        return fail(l, node, "host, path and local");
    return true;
}

static bool load_hosts(loader *l, const yaml_node_t *node) {
    if (node->type != YAML_SEQUENCE_NODE)
        return fail(l, node, "a list of hosts");
    for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
         item++)
        if (!load_rule(l, yaml_document_get_node(l->document, *item)))
            return false;
    return true;
}

static bool load_root(loader *l, const yaml_node_t *root) {
    if (!root)
        return true; /* an empty text changes nothing */
    if (root->type != YAML_MAPPING_NODE)
        return fail(l, root, "hosts, pictures, files");
    for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(l->document, pair->key);
        const yaml_node_t *value = yaml_document_get_node(l->document, pair->value);
        slice name = scalar_of(key);
        bool good = slice_equal(name, SLICE("hosts"))      ? load_hosts(l, value)
                    : slice_equal(name, SLICE("pictures")) ? load_list(l, value, &l->rules->pictures)
                    : slice_equal(name, SLICE("files"))    ? load_list(l, value, &l->rules->files)
                                                           : fail(l, key, "hosts, pictures or files");
        if (!good)
            return false;
    }
    return true;
}

static void give_back_parser(void *parser) {
    yaml_parser_delete(parser);
}

static void give_back_document(void *document) {
    yaml_document_delete(document);
}

static bool load_document(asset_rules *rules, yaml_parser_t *parser, arena *a, slice *error) {
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) {
        if (!parser->problem) /* libyaml names every other */
            arena_fail(a);
        *error = format_slice(a, "assets.yml:%zu:%zu: not YAML: %s", parser->problem_mark.line + 1,
                              parser->problem_mark.column + 1,
                              parser->problem ? parser->problem : "it cannot be read");
        return false;
    }
    arena_add_cleanup(a, &(arena_cleanup){give_back_document, &document, NULL});
    loader l = {rules, a, &document, error};
    bool good = load_root(&l, yaml_document_get_root_node(&document));
    arena_drop_cleanup(a);
    yaml_document_delete(&document);
    return good;
}

static bool load_text(asset_rules *rules, slice text, arena *a, slice *error) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        arena_fail(a);
    arena_add_cleanup(a, &(arena_cleanup){give_back_parser, &parser, NULL});
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""), text.length);
    bool good = load_document(rules, &parser, a, error);
    arena_drop_cleanup(a);
    yaml_parser_delete(&parser);
    return good;
}

/* ---- the site's own host ------------------------------------------------------------------------------- */

/* It may come with a path of its own, and without a scheme. */
static bool parse_site_url(slice url, arena *a, address *own) {
    url = slice_trim(url);
    if (slice_find(url, SLICE("//"), 0) == SLICE_NONE)
        url = format_slice(a, "//%.*s", SLICE_ARGS(url));
    return address_parse(url, a, own);
}

bool asset_is_site_url(slice url, arena *a) {
    address own;
    return slice_trim(url).length == 0 || parse_site_url(url, a, &own);
}

static bool add_own_host(asset_rules *rules, const asset_settings *settings, arena *a, slice *error) {
    address own;
    if (slice_trim(settings->url).length == 0)
        return true;
    if (!parse_site_url(settings->url, a, &own)) {
        *error = format_slice(a, "url: %.*s: expected an address such as https://www.town.gov",
                              SLICE_ARGS(settings->url));
        return false;
    }
    loader l = {rules, a, NULL, error};
    asset_rule *rule = rule_named(&l, SLICE("site"));
    rule->enabled = rule->own = true;
    rule->http = !own.https;
    rule->port = own.port;
    append_literals(&rule->host, own.host, '.');
    append_literals(&rule->path, own.path, '/');
    append_literals(&rule->path, rules->baseurl, '/');
    *(pattern_part *)vector_push(&rule->path) = (pattern_part){PART_REST, SLICE("path"), 0};
    *(pattern_part *)vector_push(&rule->local) = (pattern_part){PART_REST, SLICE("path"), 0};
    return true;
}

/* "/town", or empty. */
static slice tidy_baseurl(slice baseurl, arena *a) {
    slice text = slice_trim(baseurl);
    while (slice_ends_with(text, SLICE("/")))
        text.length--;
    while (slice_starts_with(text, SLICE("/")))
        text = slice_from(text, 1);
    return text.length ? format_slice(a, "/%.*s", SLICE_ARGS(text)) : (slice){NULL, 0};
}

static bool turn_on(asset_rules *rules, slice name, arena *a, slice *error) {
    bool any = false;
    for (size_t i = 0; i < rules->rules.count; i++) {
        asset_rule *rule = vector_at(&rules->rules, i);
        if (slice_equal(name, rule->name) || slice_equal(name, SLICE("all")))
            rule->enabled = any = true;
    }
    if (!any)
        *error = format_slice(a, "there is no asset host rule '%.*s'", SLICE_ARGS(name));
    return any;
}

asset_rules *asset_rules_load(const slice *texts, size_t count, const asset_settings *settings, arena *a,
                              slice *error) {
    asset_rules *rules = arena_zeroed(a, sizeof *rules);
    rules->rules = vector_new(a, sizeof(asset_rule));
    rules->pictures = vector_new(a, sizeof(slice));
    rules->files = vector_new(a, sizeof(slice));
    for (size_t i = 0; i < count; i++)
        if (!load_text(rules, texts[i], a, error))
            return NULL;
    if (!settings)
        return rules;
    rules->baseurl = tidy_baseurl(settings->baseurl, a);
    for (size_t i = 0; i < settings->on_count; i++)
        if (!turn_on(rules, settings->on[i], a, error))
            return NULL;
    return add_own_host(rules, settings, a, error) ? rules : NULL;
}

void asset_rules_use_book(asset_rules *rules, const asset_book *book) {
    rules->book = book;
}
