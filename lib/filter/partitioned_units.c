/* The work of a block of a level, cut into units. */
#include "filter/partitioned_inside.h"
#include "math/transform.h"

typedef struct unit_list {
    sinew_partitioned_unit *units; /* NULL: only counted */
    size_t n;
} unit_list;

static void add(unit_list *list, sinew_partitioned_unit unit)
{
    if (list->units)
        list->units[list->n] = unit;
    list->n++;
}

static void add_range(unit_list *list, sinew_partitioned_unit unit, size_t n, size_t piece)
{
    for (size_t at = 0; at < n; at += piece) {
        unit.from = (uint32_t)at;
        unit.to = (uint32_t)(at + piece < n ? at + piece : n);
        add(list, unit);
    }
}

static void add_forward(unit_list *list, const sinew_level *l, size_t input)
{
    size_t passes = sinew_transform_passes(l->length), quads = l->length / 64;
    sinew_partitioned_unit unit = {.what = SINEW_PARTITIONED_SPLIT_REAL,
                                   .channel = (uint16_t)input};
    add_range(list, unit, quads, SINEW_PARTITIONED_UNIT_QUADS);
    unit.what = SINEW_PARTITIONED_SPLIT;
    for (size_t p = 1; p < passes; p++) {
        unit.pass = (uint8_t)p;
        add_range(list, unit, quads, SINEW_PARTITIONED_UNIT_QUADS);
    }
    unit.what = SINEW_PARTITIONED_SPLIT_LANES;
    add_range(list, unit, l->length / SINEW_TRANSFORM_BINS, SINEW_PARTITIONED_UNIT_TILES);
}

static void add_backward(unit_list *list, const sinew_level *l, size_t output)
{
    size_t passes = sinew_transform_passes(l->length), quads = l->length / 64;
    size_t tiles = l->length / SINEW_TRANSFORM_BINS;
    sinew_partitioned_unit unit = {.what = SINEW_PARTITIONED_PRODUCTS, .channel = (uint16_t)output};
    for (size_t t = 0; t < tiles; t++) {
        unit.tile = (uint32_t)t;
        add_range(list, unit, sinew_level_partitions(l), SINEW_PARTITIONED_UNIT_PRODUCTS);
    }
    unit.tile = 0;
    unit.what = SINEW_PARTITIONED_MERGE_LANES;
    add_range(list, unit, tiles, SINEW_PARTITIONED_UNIT_TILES);
    unit.what = SINEW_PARTITIONED_MERGE;
    for (size_t p = passes - 1; p > 0; p--) {
        unit.pass = (uint8_t)p;
        add_range(list, unit, quads, SINEW_PARTITIONED_UNIT_QUADS);
    }
    unit.pass = 0;
    unit.what = SINEW_PARTITIONED_MERGE_IMAG;
    add_range(list, unit, quads, SINEW_PARTITIONED_UNIT_QUADS);
}

size_t sinew_level_units(sinew_partitioned_unit *units, const sinew_partitioned *c,
                         const sinew_level *l)
{
    unit_list list = {.units = units};
    for (size_t i = 0; i < c->inputs; i++)
        add_forward(&list, l, i);
    for (size_t o = 0; o < c->outputs; o++)
        add_backward(&list, l, o);
    return list.n;
}
