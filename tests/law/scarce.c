/* Where memory is refused, once, at any place, the answer is SINEW_ERR_MEMORY or the same as with
 * all of it: never another one, nor a crash, and nothing is lost.
 *
 * This program replaces the allocator of the C library by one that refuses the k-th request, and
 * does every deed for k = 1, 2, ... until it asks for less than k. A plain program: Criterion
 * allocates itself. Not for sanitizers, which replace the allocator too. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "scarce_checkpoint.h"
#include "scarce_layers.h"
#include "sinew/sinew.h"

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static long requests, refused; /* counted; the one that is refused, 0 for none */
static long held;              /* blocks that are not freed yet */

static int is_refused(void)
{
    if (++requests != refused)
        return 0;
    errno = ENOMEM;
    return 1;
}

static void *taken(void *memory)
{
    held += memory != NULL;
    return memory;
}

void *malloc(size_t bytes)
{
    return is_refused() ? NULL : taken(__libc_malloc(bytes));
}

void *calloc(size_t n, size_t bytes)
{
    return is_refused() ? NULL : taken(__libc_calloc(n, bytes));
}

void *realloc(void *memory, size_t bytes)
{
    if (is_refused())
        return NULL;
    return memory ? __libc_realloc(memory, bytes) : taken(__libc_malloc(bytes));
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return is_refused() ? NULL : taken(__libc_memalign(alignment, bytes));
}

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
    *out = aligned_alloc(alignment, bytes);
    return *out ? 0 : ENOMEM;
}

void free(void *memory)
{
    held -= memory != NULL;
    __libc_free(memory);
}

/* ---- deeds: *answer is a hash of all that was found out ---- */

enum { ROOM = 64 };

static void fold(uint64_t *answer, const double *values, size_t n)
{
    *answer = sinew_hash_numbers(*answer, values, n);
}

static sinew_status look_at_system(uint64_t *answer, const sinew_system *system)
{
    sinew_complex roots[ROOM];
    size_t n = 0;
    double number = 0;
    sinew_stability stability = SINEW_STABLE;
    sinew_status status = sinew_system_zeros(system, roots, &n, NULL);
    fold(answer, &roots->re, status ? 0 : 2 * n);
    if (!status)
        status = sinew_system_stability(system, &stability, NULL);
    if (!status)
        status = sinew_system_eigenvector_condition(system, &number, NULL);
    fold(answer, &number, 1);
    if (!status)
        status = sinew_system_hinf(&number, NULL, system, NULL);
    fold(answer, &number, 1);
    return status == SINEW_ERR_NUMERIC ? SINEW_OK : status; /* a pole on the axis */
}

static sinew_status look_at_filter(uint64_t *answer, const sinew_model *model, sinew_method method)
{
    sinew_discretization *d = NULL;
    sinew_node *node = NULL;
    sinew_realization_report report;
    sinew_discretize_opts opts = {.rate_hz = 1000, .method = method};
    sinew_status status = sinew_model_discretize(&d, model, &opts, NULL);
    if (!status)
        status = sinew_discretization_report(d, &report, NULL);
    if (!status) {
        sinew_matrices m = sinew_discretization_matrices(d);
        fold(answer, m.A, m.order * m.order);
        fold(answer, &report.rcond, 1);
        fold(answer, &report.eigenvector_condition, 1);
        fold(answer, &report.response_error, 1);
        status = sinew_filter_new(&node, d, NULL, NULL);
    }
    sinew_node_free(node);
    sinew_discretization_free(d);
    return status;
}

static sinew_status look_at_minimal(uint64_t *answer, const sinew_system *system)
{
    sinew_system *small = NULL;
    char *text = NULL;
    sinew_status status = sinew_system_minimal(&small, system, 0, NULL);
    if (!status)
        status = sinew_description_write(&text, &(sinew_description){.system = small}, NULL);
    if (!status)
        *answer = sinew_hash(*answer, text, strlen(text));
    sinew_description_free(text);
    sinew_system_free(small);
    return status;
}

static sinew_status describe(uint64_t *answer, const char *text)
{
    sinew_model *model = NULL;
    sinew_status status = sinew_model_read(&model, text, strlen(text), "text", NULL);
    if (!status)
        status = look_at_system(answer, sinew_model_system(model));
    if (!status)
        status = look_at_filter(answer, model, SINEW_METHOD_ZOH);
    if (!status)
        status = look_at_filter(answer, model, SINEW_METHOD_BILINEAR);
    if (!status)
        status = look_at_minimal(answer, sinew_model_system(model));
    sinew_model_free(model);
    return status;
}

static sinew_status delay(uint64_t *answer, const char *text)
{
    sinew_model *model = NULL;
    sinew_delayed_discretization *d = NULL;
    sinew_discretize_opts opts = {.rate_hz = 1000};
    sinew_status status = sinew_model_read_any(&model, text, strlen(text), "text", NULL);
    if (!status)
        status = sinew_model_discretize_delayed(&d, model, &opts, NULL);
    if (!status) {
        double radius = sinew_delayed_discretization_radius(d);
        fold(answer, &radius, 1);
    }
    sinew_delayed_discretization_free(d);
    sinew_model_free(model);
    return status;
}

static sinew_status fit(sinew_status status, uint64_t *answer, sinew_system *system,
                        sinew_identify_report *report)
{
    if (!status)
        fold(answer, sinew_system_matrices(system).A, 1);
    sinew_identify_report_finish(report);
    sinew_system_free(system);
    return status;
}

static sinew_status fit_response(uint64_t *answer, const char *unused)
{
    (void)unused;
    enum { POINTS = 8 };
    double rad[POINTS];
    sinew_complex h[POINTS];
    sinew_system *system = NULL;
    sinew_identify_report report;
    sinew_identify_opts opts = {.tolerance = 1e-3};
    for (int k = 0; k < POINTS; k++) { /* 1 / (s + 1) */
        rad[k] = 0.1 * (k + 1);
        h[k].re = 1 / (1 + rad[k] * rad[k]);
        h[k].im = -rad[k] * h[k].re;
    }
    sinew_status status =
        sinew_identify_response(&system, &report, rad, h, POINTS, 1, 1, &opts, NULL);
    return fit(status, answer, system, &report);
}

static sinew_status fit_records(uint64_t *answer, const char *unused)
{
    (void)unused;
    enum { FRAMES = 120 };
    double u[FRAMES], y[FRAMES] = {0};
    sinew_system *system = NULL;
    sinew_identify_report report;
    sinew_identify_opts opts = {.rate_hz = 100};
    for (int k = 0; k < FRAMES; k++) {
        u[k] = (double)((k * 7919 + 13) % 101) / 50 - 1;
        y[k] = k ? y[k - 1] / 2 + u[k - 1] : 0;
    }
    sinew_status status = sinew_identify_records(&system, &report, u, y, FRAMES, 1, 1, &opts, NULL);
    return fit(status, answer, system, &report);
}

/* Written to a path, as a shard, and opened by its index. */
static sinew_status open_shard(uint64_t *answer, const char *index)
{
    char folder[] = "/tmp/sinew-scarce-XXXXXX", shard[64], path[64];
    static const float values[] = {1, 2, 3};
    const sinew_tensor written = {.name = "x", .rank = 1, .shape = {3}, .data = values};
    const sinew_metadata metadata = {"format", "pt"};
    sinew_tensors *tensors = NULL;
    if (!mkdtemp(folder))
        return SINEW_ERR_IO;
    snprintf(shard, sizeof shard, "%s/1.safetensors", folder);
    snprintf(path, sizeof path, "%s/index.json", folder);
    int fd = open(path, O_WRONLY | O_CREAT, 0600); /* stdio would ask for memory */
    sinew_status status = fd >= 0 && write(fd, index, strlen(index)) > 0 ? SINEW_OK : SINEW_ERR_IO;
    close(fd);
    if (!status)
        status = sinew_tensors_write(shard, &written, 1, &metadata, 1, NULL);
    if (!status)
        status = sinew_tensors_open(&tensors, path, NULL);
    if (!status)
        *answer = sinew_hash(*answer, sinew_tensors_find(tensors, "x")->data, sizeof values);
    sinew_tensors_free(tensors);
    unlink(shard);
    unlink(path);
    rmdir(folder);
    return status;
}

static sinew_status build_graph(uint64_t *answer, const char *text)
{
    sinew_model *model = NULL;
    sinew_node *node = NULL;
    const sinew_build_opts opts = {.discretize.rate_hz = 16000};
    sinew_status status = sinew_model_read_any(&model, text, strlen(text), "graph.yaml", NULL);
    if (!status)
        status = sinew_model_build(&node, model, &opts, NULL);
    if (!status)
        *answer = sinew_hash_count(*answer, node->model_hash);
    sinew_node_free(node);
    sinew_model_free(model);
    return status;
}

/* Layers with weights in a file, and without. */
static sinew_status graph(uint64_t *answer, const char *layers)
{
    char path[] = "/tmp/sinew-scarce-XXXXXX", text[512];
    static const float values[] = {1, 2, 3, 4};
    const sinew_tensor written = {.name = "x.weight", .rank = 2, .shape = {2, 2}, .data = values};
    int fd = mkstemp(path);
    sinew_status status = fd >= 0 ? SINEW_OK : SINEW_ERR_IO;
    close(fd);
    if (!status)
        status = sinew_tensors_write(path, &written, 1, NULL, 0, NULL);
    snprintf(text, sizeof text, "weights: %s\ngraph: %s", path, layers);
    if (!status)
        status = build_graph(answer, text);
    unlink(path);
    return status;
}

static sinew_status tokenize(uint64_t *answer, const char *json)
{
    static const char text[] = "ab ba<s>aab";
    sinew_tokenizer *tokenizer = NULL;
    sinew_text_stream *stream = NULL;
    int32_t *ids = NULL;
    size_t n = 0;
    sinew_status status = sinew_tokenizer_read(&tokenizer, json, strlen(json), "json", NULL);
    if (status == SINEW_ERR_UNSUPPORTED)
        return SINEW_OK;
    if (!status)
        status = sinew_tokenizer_encode(tokenizer, text, strlen(text), true, &ids, &n, NULL);
    if (!status)
        status = sinew_text_stream_open(&stream, tokenizer, true, NULL);
    if (!status)
        *answer = sinew_hash(*answer, ids, n * sizeof *ids);
    sinew_text_stream_free(stream);
    sinew_tokenizer_free_ids(ids);
    sinew_tokenizer_free(tokenizer);
    return status;
}

static const struct deed {
    sinew_status (*act)(uint64_t *answer, const char *text);
    const char *name, *text;
} deeds[] = {
    {describe, "matrices", "system: {ss: {A: [[-1, 2], [-2, -1]], B: [[1], [0]], C: [[1, 1]]}}"},
    {describe, "two integrators",
     "system: {ss: {A: [[0, 0], [0, 0]], B: [[1, 0], [0, 1]], C: [[1, 0], [0, 1]]}}"},
    {describe, "chain",
     "system: {mass_chain: {masses_kg: [1, 2], stiffness_n_per_m: [3, 4], "
     "damping_n_s_per_m: [0.1, 0.2]}}"},
    {describe, "parallel",
     "system: {parallel: [{zpk: {poles: [[-1, 3], [-1, -3]]}}, {zpk: {poles: [-5]}}]}"},
    {describe, "loop",
     "system: {feedback: {forward: {zpk: {poles: [0]}}, back: {zpk: {poles: [-5]}}}}"},
    {describe, "seen discretely",
     "system: {discrete: {ss: {A: [[-0.5, 0], [0, 0.5]], B: [[1], [1]], C: [[1, 1]]}, rate_hz: "
     "100}}"},
    {delay, "delayed", "system: {comb: {teeth: notch, hz: 50, q: 30}}"},
    {fit_response, "fit of a response", NULL},
    {fit_records, "fit of records", NULL},
    {tokenize, "tokenizer",
     "{\"added_tokens\": [{\"id\": 7, \"content\": \"<s>\"}], \"pre_tokenizer\": {\"type\": "
     "\"ByteLevel\"}, \"decoder\": {\"type\": \"ByteLevel\"}, \"model\": {\"type\": \"BPE\", "
     "\"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2, \"\\u0120\": 3}, \"merges\": [\"a b\"]}}"},
    {open_shard, "shard", "{\"weight_map\": {\"x\": \"1.safetensors\"}}"},
    {graph, "graph",
     "[{norm: {channels: 2}}, {linear: {prefix: x}}, {residual: [{system: {zpk: {poles: [-5]}}}]}, "
     "{product: [[], [{linear: {weight: x.weight}}, {activation: {kind: sigmoid}}]]}]"},
    {graph, "graph both ways",
     "[{bidirectional: {forward: [{linear: {prefix: x}}], backward: [{linear: {prefix: x}}, {norm: "
     "{}}], join: concat}}]"},
    {scarce_checkpoint, "a checkpoint", "{\"model_type\": \"mamba\", \"n_layer\": 1}"},
    {scarce_layer, "a GRU", "gru"},
    {scarce_layer, "a norm", "norm"},
    {scarce_layer, "an activation", "activation"},
    {scarce_layer, "a short convolution", "shortconv"},
    {scarce_layer, "attention", "attention"},
    {scarce_layer, "an S4D layer", "s4d"},
    {scarce_layer, "an S5 layer", "s5"},
    {scarce_layer, "an embedding tied to a head", "tied embedding"},
};
enum { DEEDS = sizeof deeds / sizeof *deeds };

static int holds(const struct deed *deed)
{
    uint64_t want = SINEW_HASH_START;
    refused = 0;
    if (deed->act(&want, deed->text))
        return printf("# %s: fails with all the memory there is\n", deed->name), 0;
    for (long k = 1;; k++) {
        uint64_t answer = SINEW_HASH_START;
        long before = held;
        requests = 0;
        refused = k;
        sinew_status status = deed->act(&answer, deed->text);
        refused = 0;
        if (status ? status != SINEW_ERR_MEMORY : answer != want)
            return printf("# %s: request %ld refused: status %d\n", deed->name, k, status), 0;
        if (held != before)
            return printf("# %s: request %ld refused: %ld blocks are lost\n", deed->name, k,
                          held - before),
                   0;
        if (requests < k)
            return 1;
    }
}

int main(void)
{
    int failed = 0;
    json_set_alloc_funcs(malloc,
                         free); /* those of this file, which a shared library does not see */
    printf("TAP version 13\n1..%d\n", DEEDS);
    for (int i = 0; i < DEEDS; i++) {
        int good = holds(&deeds[i]);
        printf("%s %d - %s\n", good ? "ok" : "not ok", i + 1, deeds[i].name);
        failed += !good;
    }
    return failed != 0;
}
