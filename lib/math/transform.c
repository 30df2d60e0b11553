#include "math/transform.h"

#include <math.h>
#include <string.h>

#include "simd/ops.h"

int sinew_transform_holds(size_t length)
{
    while (length > SINEW_TRANSFORM_BINS && length % 4 == 0)
        length /= 4;
    return length == SINEW_TRANSFORM_BINS;
}

size_t sinew_transform_passes(size_t length)
{
    size_t passes = 0;
    for (size_t runs = length / 16; runs > 1; runs /= 4)
        passes++;
    return passes;
}

size_t sinew_transform_offset(size_t length, size_t pass)
{
    size_t at = 0, nodes = 1;
    for (size_t p = 0; p < pass; p++, nodes *= 4)
        at += 4 * nodes;
    return pass < sinew_transform_passes(length) ? at : (at + 15) / 16 * 16;
}

size_t sinew_transform_constants(size_t length)
{
    return sinew_transform_offset(length, sinew_transform_passes(length)) +
           length / SINEW_TRANSFORM_BINS * SINEW_TRANSFORM_TILE_CONSTANTS;
}

/* In quarters of a turn, the angle of a node's child; these are binary fractions, and exact. */
static double child(double angle, size_t which)
{
    static const double further[4] = {0, 2, 1, 3};
    return angle / 4 + further[which];
}

/* The angle of node v of a pass, its digits from the root down. */
static double angle_of(size_t node, size_t pass)
{
    double angle = 1;
    for (size_t p = pass; p-- > 0;)
        angle = child(angle, node >> 2 * p & 3);
    return angle;
}

static void put(double *to, size_t step, double angle)
{
    const double quarter = 1.57079632679489661923;
    for (size_t i = 0; i < 2; i++, angle /= 2) {
        to[2 * i * step] = cos(quarter * angle / 2);
        to[(2 * i + 1) * step] = sin(quarter * angle / 2);
    }
}

/* The node x^16 - e^ia, in its lane. */
static void put_lane(double *to, double angle)
{
    put(to, 16, angle);
    for (size_t c = 0; c < 4; c++)
        put(to + 64 + 64 * c, 16, child(angle, c));
}

void sinew_transform_fill(double *constants, size_t length)
{
    size_t passes = sinew_transform_passes(length), nodes = 1;
    for (size_t p = 0; p < passes; p++, nodes *= 4)
        for (size_t node = 0; node < nodes; node++)
            put(constants + sinew_transform_offset(length, p) + 4 * node, 1, angle_of(node, p));
    double *of_tiles = constants + sinew_transform_offset(length, passes);
    for (size_t v = 0; v < length / 16; v++)
        put_lane(of_tiles + v / 16 * SINEW_TRANSFORM_TILE_CONSTANTS + v % 16, angle_of(v, passes));
}

void sinew_transform_split(double *data, const double *constants, size_t length, double *work)
{
    const sinew_fused *f = sinew_simd_best()->fused;
    size_t passes = sinew_transform_passes(length), quarter = length / 64;
    for (size_t p = 0; p < passes; p++, quarter /= 4)
        f->split_f64(data, constants + sinew_transform_offset(length, p), quarter, 0, length / 64);
    const double *of_tiles = constants + sinew_transform_offset(length, passes);
    for (size_t t = 0; t < length / SINEW_TRANSFORM_BINS; t++) {
        double *tile = data + t * SINEW_TRANSFORM_TILE;
        f->split_lanes_f64(tile, of_tiles + t * SINEW_TRANSFORM_TILE_CONSTANTS, work);
        memcpy(tile, work, SINEW_TRANSFORM_TILE * sizeof *work);
    }
}
