/* YAML as a tree of values with their places: what rule files are read into. */
#ifndef ISOMERIZE_MAPPING_YAML_H
#define ISOMERIZE_MAPPING_YAML_H

#include "base/base.h"

typedef enum value_kind { VALUE_SCALAR, VALUE_LIST, VALUE_MAP } value_kind;

typedef struct value value;
struct value {
    value_kind kind;
    slice text;         /* of a scalar */
    bool quoted, block; /* how a scalar is written: '…' or "…"; | or > */
    uint32_t line, column;
    value **keys, **items; /* a map's keys beside its items; a list has no keys */
    size_t count;
};

typedef struct yaml_mistake {
    uint32_t line, column;
    slice message, suggestion;
} yaml_mistake;

/* The first document of the text, in the arena; NULL for an empty one or with `mistake` filled. Anchors,
 * aliases and nesting beyond 32 are mistakes. */
value *yaml_read(slice text, arena *a, yaml_mistake *mistake);

#endif
