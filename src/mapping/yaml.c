/* YAML text → values with line and column, through libyaml's events.
 *
 * Comes in: any bytes. Goes out: a tree in the arena, or the first mistake. Never recurses: a stack of open
 * values.
 */
#include "yaml.h"

#include <yaml.h>

#define DEPTH_MAX 32
#define SIZE_MAX_BYTES (1u << 20)

typedef struct open_value {
    value *value;
    vector keys, items; /* of value* */
    bool expects_key;
} open_value;

typedef struct reader {
    arena *arena;
    yaml_mistake *mistake;
    open_value stack[DEPTH_MAX];
    size_t depth;
    value *root;
} reader;

static bool fail(reader *r, yaml_mark_t mark, slice message, slice suggestion) {
    *r->mistake = (yaml_mistake){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1, message, suggestion};
    return false;
}

static value *new_value(reader *r, value_kind kind, yaml_mark_t mark) {
    value *v = arena_zeroed(r->arena, sizeof *v);
    v->kind = kind;
    v->line = (uint32_t)mark.line + 1;
    v->column = (uint32_t)mark.column + 1;
    return v;
}

static bool add_value(reader *r, value *v, yaml_mark_t mark) {
    if (r->depth == 0) {
        r->root = v;
        return true;
    }
    open_value *open = &r->stack[r->depth - 1];
    if (open->value->kind == VALUE_MAP && open->expects_key && v->kind != VALUE_SCALAR)
        return fail(r, mark, SLICE("a key must be a word"), SLICE("write `key: value`"));
    vector *into = open->value->kind == VALUE_MAP && open->expects_key ? &open->keys : &open->items;
    *(value **)vector_push(into) = v;
    open->expects_key = !open->expects_key;
    return true;
}

static bool open_collection(reader *r, value_kind kind, yaml_mark_t mark) {
    value *v = new_value(r, kind, mark);
    if (!add_value(r, v, mark))
        return false;
    if (r->depth == DEPTH_MAX)
        return fail(r, mark, SLICE("nested deeper than 32 levels"), (slice){0});
    r->stack[r->depth++] =
        (open_value){v, vector_new(r->arena, sizeof(value *)), vector_new(r->arena, sizeof(value *)), true};
    return true;
}

static void close_collection(reader *r) {
    open_value *open = &r->stack[--r->depth];
    open->value->keys = open->keys.items;
    open->value->items = open->items.items;
    open->value->count = open->items.count;
}

static bool read_event(reader *r, const yaml_event_t *event) {
    bool anchored = false;
    switch (event->type) {
    case YAML_SCALAR_EVENT: {
        value *v = new_value(r, VALUE_SCALAR, event->start_mark);
        v->text =
            slice_copy((slice){(const char *)event->data.scalar.value, event->data.scalar.length}, r->arena);
        v->quoted = event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                    event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
        v->block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                   event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
        anchored = event->data.scalar.anchor != NULL;
        if (!add_value(r, v, event->start_mark))
            return false;
        break;
    }
    case YAML_SEQUENCE_START_EVENT:
        anchored = event->data.sequence_start.anchor != NULL;
        if (!open_collection(r, VALUE_LIST, event->start_mark))
            return false;
        break;
    case YAML_MAPPING_START_EVENT:
        anchored = event->data.mapping_start.anchor != NULL;
        if (!open_collection(r, VALUE_MAP, event->start_mark))
            return false;
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(r);
        break;
    case YAML_ALIAS_EVENT:
        return fail(r, event->start_mark, SLICE("an alias (*name) has no meaning in a rule file"),
                    SLICE("put a selector that starts with * in quotes"));
    default:
        break;
    }
    return anchored ? fail(r, event->start_mark, SLICE("an anchor (&name) has no meaning in a rule file"),
                           (slice){0})
                    : true;
}

static slice parser_message(reader *r, const yaml_parser_t *parser) {
    return format_slice(r->arena, "this is not YAML: %s%s%s",
                        parser->problem ? parser->problem : "it cannot be read", parser->context ? ", " : "",
                        parser->context ? parser->context : "");
}

static slice parser_suggestion(const yaml_parser_t *parser) {
    const char *problem = parser->problem ? parser->problem : "";
    if (strstr(problem, "tab") || strstr(problem, "cannot start any token"))
        return SLICE("indent with spaces, and put values that start with a special character in quotes");
    if (parser->context && strstr(parser->context, "alias"))
        return SLICE("put a selector that starts with * in quotes");
    if (strstr(problem, "mapping values are not allowed"))
        return SLICE("put a value that holds `: ` in quotes");
    if (strstr(problem, "block end"))
        return SLICE("check the indentation of this line and the one before");
    return SLICE("put the value in quotes");
}

static void give_back_parser(void *parser) {
    yaml_parser_delete(parser);
}

static void give_back_event(void *event) {
    yaml_event_delete(event);
}

value *yaml_read(slice text, arena *a, yaml_mistake *mistake) {
    *mistake = (yaml_mistake){0};
    reader *r = arena_zeroed(a, sizeof *r);
    r->arena = a;
    r->mistake = mistake;
    if (text.length > SIZE_MAX_BYTES) {
        fail(r, (yaml_mark_t){0}, SLICE("a rule file may have at most 1 MiB"), (slice){0});
        return NULL;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        arena_fail(a);
    arena_add_cleanup(a, &(arena_cleanup){give_back_parser, &parser, NULL});
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.data ? text.data : ""), text.length);
    bool good = true, more = true;
    while (good && more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            if (parser.error == YAML_MEMORY_ERROR)
                arena_fail(a);
            good = fail(r, parser.problem_mark, parser_message(r, &parser), parser_suggestion(&parser));
            break;
        }
        more = event.type != YAML_DOCUMENT_END_EVENT && event.type != YAML_STREAM_END_EVENT;
        arena_add_cleanup(a, &(arena_cleanup){give_back_event, &event, NULL});
        good = read_event(r, &event);
        arena_drop_cleanup(a);
        yaml_event_delete(&event);
    }
    arena_drop_cleanup(a);
    yaml_parser_delete(&parser);
    return good ? r->root : NULL;
}
