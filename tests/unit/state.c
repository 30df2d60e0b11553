/* The state of streams as tensors: what is written, what is loaded and refused; and checkpoints by
 * the library, with tensors in a folder that this makes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "sinew/sinew.h"

enum { FRAMES = 90, D_MODEL = 6, INNER = 12, STATE = 3, CONV = 4, RANK = 1, ROWS = 10 };

/* ---- a checkpoint ---- */

static const float *numbers(void)
{
    static float all[1024];
    for (size_t i = 0; i < 1024; i++)
        all[i] = (float)(0.7 * sin(0.31 * (double)i + 1.3));
    return all;
}

typedef struct named {
    char name[80];
    uint32_t rank;
    uint64_t shape[3];
} named;

static const named of_mixer[] = {{"in_proj.weight", 2, {2 * INNER, D_MODEL}},
                                 {"conv1d.weight", 3, {INNER, 1, CONV}},
                                 {"x_proj.weight", 2, {RANK + 2 * STATE, INNER}},
                                 {"dt_proj.weight", 2, {INNER, RANK}},
                                 {"dt_proj.bias", 1, {INNER}},
                                 {"A_log", 2, {INNER, STATE}},
                                 {"D", 1, {INNER}},
                                 {"out_proj.weight", 2, {D_MODEL, INNER}}};
enum { N_MIXER = sizeof of_mixer / sizeof *of_mixer, TENSORS_MOST = 40 };

/* Two layers; prefix "backbone." or "". */
static size_t list(named *out, const char *prefix, const char *embedding)
{
    size_t n = 0;
    for (unsigned i = 0; i < 2; i++) {
        out[n] = (named){.rank = 1, .shape = {D_MODEL}};
        snprintf(out[n++].name, sizeof out->name, "%slayers.%u.norm.weight", prefix, i);
        for (size_t k = 0; k < N_MIXER; k++) {
            out[n] = of_mixer[k];
            snprintf(out[n++].name, sizeof out->name, "%slayers.%u.mixer.%.40s", prefix, i,
                     of_mixer[k].name);
        }
    }
    out[n] = (named){.rank = 1, .shape = {D_MODEL}};
    snprintf(out[n++].name, sizeof out->name, "%snorm_f.weight", prefix);
    out[n] = (named){.rank = 2, .shape = {ROWS, D_MODEL}};
    snprintf(out[n++].name, sizeof out->name, "%s%s", prefix, embedding);
    return n;
}

static char folder[] = "/tmp/sinew-state-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[2][128];
    static unsigned turn;
    char *at = path[turn++ % 2];
    snprintf(at, sizeof path[0], "%s/%s", folder, name);
    return at;
}

static void put_config(const char *text)
{
    FILE *file = fopen(in_folder("config.json"), "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void put_tensors(const named *list_of, size_t n)
{
    sinew_error error;
    sinew_tensor tensors[TENSORS_MOST];
    for (size_t i = 0; i < n; i++) {
        tensors[i] = (sinew_tensor){
            .name = list_of[i].name, .rank = list_of[i].rank, .data = numbers() + 3 * i};
        memcpy(tensors[i].shape, list_of[i].shape, sizeof list_of[i].shape);
    }
    cr_assert_eq(sinew_tensors_write(in_folder("model.safetensors"), tensors, n, NULL, 0, &error),
                 SINEW_OK, "%s", error.text);
}

static void make_folder(void)
{
    named all[TENSORS_MOST];
    if (folder[strlen(folder) - 1] == 'X')
        cr_assert_not_null(mkdtemp(folder));
    put_config("{\"model_type\": \"mamba\"}");
    put_tensors(all, list(all, "backbone.", "embeddings.weight"));
}

static void remove_folder(void)
{
    static const char *const names[] = {"config.json", "model.safetensors", "s.safetensors"};
    for (size_t i = 0; i < 3; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
}

static sinew_checkpoint *open_good(void)
{
    sinew_error error;
    sinew_checkpoint *c = NULL;
    cr_assert_eq(sinew_checkpoint_open(&c, folder, NULL, &error), SINEW_OK, "%s", error.text);
    return c;
}

/* The message holds `said`. */
static void refuse(sinew_status status, const char *said)
{
    sinew_error error = {0};
    sinew_checkpoint *c = NULL;
    cr_assert_eq(sinew_checkpoint_open(&c, folder, NULL, &error), status, "%s", error.text);
    cr_assert_null(c);
    cr_assert_not_null(strstr(error.text, said), "%s\nwanted %s", error.text, said);
}

TestSuite(checkpoint, .init = make_folder, .fini = remove_folder);

static sinew_node *build(const sinew_checkpoint *c, sinew_checkpoint_part part, uint32_t layer)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_checkpoint_build_opts opts = {.part = part, .layer = layer};
    cr_assert_eq(sinew_checkpoint_build(&node, c, &opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

/* (FRAMES, channels_out) of a new stream; ids or floats go in. */
static float *run(const sinew_node *node)
{
    sinew_error error;
    sinew_stream *stream = NULL;
    float in[FRAMES * D_MODEL];
    float *out = sinew_alloc((size_t)FRAMES * node->channels_out, sizeof *out);
    for (size_t i = 0; i < FRAMES * D_MODEL; i++) {
        in[i] = (float)cos(0.11 * (double)(i * i));
        if (node->sample_in == SINEW_SAMPLE_I32)
            memcpy(&in[i], &(int32_t){(int32_t)(i * 7 % ROWS)}, sizeof in[i]);
    }
    sinew_block block = {.samples = in, .n_frames = FRAMES, .channels = node->channels_in};
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    sinew_stream_process(stream, &block, &(sinew_block){.samples = out});
    sinew_stream_close(stream);
    return out;
}

Test(checkpoint, names_of_both_styles_and_without_a_prefix_are_one_model)
{
    static const char *const names[][2] = {{"backbone.", "embeddings.weight"},
                                           {"backbone.", "embedding.weight"},
                                           {"", "embeddings.weight"}};
    static const char *const configs[] = {
        "{\"model_type\":\"mamba\",\"hidden_size\":6,\"n_groups\":null,\"x\":{\"y\":[1]}}",
        "{\"d_model\": 6, \"n_layer\": 2, \"ssm_cfg\": {\"layer\": \"Mamba1\"}}", "{}"};
    float *first = NULL;
    for (size_t i = 0; i < 3; i++) {
        named all[TENSORS_MOST];
        put_config(configs[i]);
        put_tensors(all, list(all, names[i][0], names[i][1]));
        sinew_checkpoint *c = open_good();
        sinew_checkpoint_info about = sinew_checkpoint_about(c);
        cr_assert_eq(about.kind, SINEW_MAMBA1);
        cr_assert_eq(about.n_layer, 2);
        cr_assert_eq(about.d_model, D_MODEL);
        cr_assert_eq(about.rows, ROWS);
        cr_assert(about.tied);
        sinew_node *node = build(c, SINEW_CHECKPOINT_LM, 0);
        sinew_checkpoint_free(c); /* a node may outlive it */
        float *y = run(node);
        first = first ? first : y;
        cr_assert_eq(memcmp(y, first, FRAMES * ROWS * sizeof *y), 0);
        cr_assert(isfinite(y[5]) && fabsf(y[5]) > 0);
        if (y != first)
            sinew_free(y);
        sinew_node_free(node);
    }
    sinew_free(first);
}

Test(checkpoint, a_language_model_is_its_body_and_its_head)
{
    sinew_error error;
    sinew_checkpoint *c = open_good();
    sinew_node *parts[] = {build(c, SINEW_CHECKPOINT_BODY, 0), build(c, SINEW_CHECKPOINT_HEAD, 0)};
    sinew_node *whole = build(c, SINEW_CHECKPOINT_LM, 0), *joined = NULL;
    cr_assert_eq(sinew_graph_new_sequence(&joined, parts, NULL, 2, &error), SINEW_OK);
    float *a = run(whole), *b = run(joined);
    cr_assert_eq(memcmp(a, b, FRAMES * ROWS * sizeof *a), 0);
    sinew_free(a), sinew_free(b);
    sinew_node_free(whole), sinew_node_free(joined);
    sinew_checkpoint_free(c);
}

Test(checkpoint, a_tensor_that_is_missing_or_unknown_is_named)
{
    named all[TENSORS_MOST];
    size_t n = list(all, "backbone.", "embeddings.weight");
    for (size_t i = 0; i + 1 < n; i++) { /* all but the embedding */
        named less[TENSORS_MOST];
        memcpy(less, all, sizeof less);
        less[i] = less[n - 1];
        put_tensors(less, n - 1);
        refuse(SINEW_ERR_MISMATCH, all[i].name);
    }
    snprintf(all[n].name, sizeof all[n].name, "backbone.layers.7.mixer.D");
    all[n].rank = 1;
    all[n].shape[0] = 3;
    put_tensors(all, n + 1);
    refuse(SINEW_ERR_MISMATCH, "backbone.layers.2.norm.weight is missing");
    put_config("{\"n_layer\": 2}");
    refuse(SINEW_ERR_MISMATCH, "backbone.layers.7.mixer.D");
    sinew_error error;
    sinew_checkpoint *c = NULL;
    sinew_checkpoint_opts opts = {.allow_unknown = true};
    cr_assert_eq(sinew_checkpoint_open(&c, folder, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_checkpoint_free(c);
}

Test(checkpoint, configurations_that_are_none_are_refused_with_their_place)
{
    put_config("{\"model_type\": \"llama\"}");
    refuse(SINEW_ERR_UNSUPPORTED, "llama");
    put_config("{\"hidden_act\": \"gelu\"}");
    refuse(SINEW_ERR_UNSUPPORTED, "gelu");
    put_config("{\"ssm_cfg\": {\"layer\": \"Mamba3\", \"is_mimo\": true}}");
    refuse(SINEW_ERR_UNSUPPORTED, "is_mimo");
    put_config("{\n \"n_layer\": -1}");
    refuse(SINEW_ERR_DATA, "config.json:2:13: n_layer");
    put_config("{\"time_step_limit\": [1, {\"__float__\": \"NaN\"}]}");
    refuse(SINEW_ERR_DATA, "time_step_limit[1]");
    put_config("{\"time_step_limit\": [2, 1]}");
    refuse(SINEW_ERR_DATA, "time_step_limit");
    put_config("{\"n_layer\": 3}");
    refuse(SINEW_ERR_MISMATCH, "backbone.layers.2.norm.weight");
    put_config("{\"use_conv_bias\": true}");
    refuse(SINEW_ERR_MISMATCH, "backbone.layers.0.mixer.conv1d.bias");
    put_config("[1, 2");
    refuse(SINEW_ERR_DATA, "config.json:2:1");
    unlink(in_folder("config.json"));
    refuse(SINEW_ERR_IO, "config.json");
}

Test(checkpoint, parts_have_names)
{
    static const struct {
        const char *text;
        sinew_checkpoint_part part;
        uint32_t layer;
    } good[] = {{"stack", SINEW_CHECKPOINT_STACK, 0},   {"layer.12", SINEW_CHECKPOINT_LAYER, 12},
                {"mixer.0", SINEW_CHECKPOINT_MIXER, 0}, {"lm", SINEW_CHECKPOINT_LM, 0},
                {"body", SINEW_CHECKPOINT_BODY, 0},     {"head", SINEW_CHECKPOINT_HEAD, 0}};
    static const char *const bad[] = {
        "",         "stacks",   "layer",    "layer.",
        "layer.-1", "mixer. 1", "mixer.1x", "layer.99999999999999999999"};
    sinew_checkpoint_build_opts opts = {0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert_eq(sinew_checkpoint_part_read(&opts, good[i].text, NULL), SINEW_OK);
        cr_assert_eq(opts.part, good[i].part);
        cr_assert_eq(opts.layer, good[i].layer);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(sinew_checkpoint_part_read(&opts, bad[i], NULL), SINEW_ERR_ARGUMENT, "%s",
                     bad[i]);
    sinew_error error;
    sinew_node *node = NULL;
    sinew_checkpoint *c = open_good();
    opts = (sinew_checkpoint_build_opts){.part = SINEW_CHECKPOINT_LAYER, .layer = 2};
    cr_assert_eq(sinew_checkpoint_build(&node, c, &opts, &error), SINEW_ERR_ARGUMENT);
    cr_assert_not_null(strstr(error.text, "no layer 2"), "%s", error.text);
    sinew_checkpoint_free(c);
}

/* ---- states ---- */

typedef struct talk {
    sinew_checkpoint *c;
    sinew_node *node;
    sinew_stream *stream;
    float out[FRAMES * D_MODEL];
} talk;

static talk begin(void)
{
    sinew_error error;
    talk t = {.c = open_good()};
    t.node = build(t.c, SINEW_CHECKPOINT_STACK, 0);
    cr_assert_eq(sinew_stream_open(&t.stream, t.node, NULL, &error), SINEW_OK);
    return t;
}

static void go_on(talk *t, size_t n)
{
    float in[FRAMES * D_MODEL];
    for (size_t i = 0; i < n * D_MODEL; i++)
        in[i] = (float)sin(0.7 * (double)i);
    sinew_block block = {.samples = in, .n_frames = n, .channels = D_MODEL};
    sinew_stream_process(t->stream, &block, &(sinew_block){.samples = t->out});
}

static void end(talk *t)
{
    sinew_stream_close(t->stream);
    sinew_node_free(t->node);
    sinew_checkpoint_free(t->c);
}

static sinew_tensors *saved(const talk *t)
{
    sinew_error error;
    sinew_tensors *tensors = NULL;
    const char *path = in_folder("s.safetensors");
    sinew_metadata more = {"note", "mine"};
    cr_assert_eq(sinew_stream_save_tensors(t->stream, path, &more, 1, &error), SINEW_OK);
    cr_assert_eq(sinew_tensors_open(&tensors, path, &error), SINEW_OK, "%s", error.text);
    cr_assert_str_eq(sinew_tensors_metadata(tensors, "note"), "mine");
    return tensors;
}

Test(checkpoint, a_saved_state_is_named_and_goes_on)
{
    talk a = begin(), b = begin();
    go_on(&a, 33);
    sinew_tensors *tensors = saved(&a);
    const sinew_tensor *ssm = sinew_tensors_find(tensors, "layers.1.ssm");
    cr_assert_eq(sinew_tensors_count(tensors), 4);
    cr_assert(ssm && ssm->rank == 2 && ssm->shape[0] == INNER && ssm->shape[1] == STATE);
    cr_assert_not_null(sinew_tensors_find(tensors, "layers.0.conv"));
    bool exactly = false;
    sinew_error error;
    cr_assert_eq(sinew_stream_load_tensors(b.stream, tensors, &exactly, &error), SINEW_OK);
    cr_assert(exactly);
    cr_assert_eq(sinew_stream_index(b.stream), 33);
    go_on(&a, 20);
    go_on(&b, 20);
    cr_assert_eq(memcmp(a.out, b.out, 20 * D_MODEL * sizeof *a.out), 0);
    sinew_tensors_free(tensors);
    end(&a), end(&b);
}

/* The tensors of a state, changed by whoever calls. */
static sinew_status load_changed(talk *t, const sinew_tensor *tensors, size_t n,
                                 const sinew_metadata *metadata, size_t n_metadata,
                                 const char *said)
{
    sinew_error error = {0};
    sinew_tensors *read = NULL;
    const char *path = in_folder("s.safetensors");
    cr_assert_eq(sinew_tensors_write(path, tensors, n, metadata, n_metadata, &error), SINEW_OK);
    cr_assert_eq(sinew_tensors_open(&read, path, &error), SINEW_OK);
    sinew_status status = sinew_stream_load_tensors(t->stream, read, NULL, &error);
    if (said)
        cr_assert_not_null(strstr(error.text, said), "%s\nwanted %s", error.text, said);
    sinew_tensors_free(read);
    return status;
}

Test(checkpoint, a_state_of_others_is_taken_or_refused_by_name)
{
    talk a = begin(), b = begin();
    go_on(&a, 33);
    sinew_tensors *tensors = saved(&a);
    sinew_tensor all[5];
    double doubles[INNER * STATE];
    float bad[INNER * STATE] = {0};
    for (size_t i = 0; i < 4; i++)
        all[i] = *sinew_tensors_at(tensors, i);
    sinew_tensor *ssm = &all[1]; /* layers.0.conv, layers.0.ssm, ... */
    cr_assert_str_eq(ssm->name, "layers.0.ssm");
    for (size_t i = 0; i < INNER * STATE; i++)
        sinew_tensor_floats(ssm, i, 1, &bad[i]), doubles[i] = (double)bad[i];
    const sinew_tensor good = *ssm;
    *ssm = (sinew_tensor){.name = good.name,
                          .dtype = SINEW_DTYPE_F64,
                          .rank = 2,
                          .shape = {INNER, STATE},
                          .data = doubles};
    cr_assert_eq(load_changed(&b, all, 4, NULL, 0, NULL), SINEW_OK);
    cr_assert_eq(sinew_stream_index(b.stream), 0, "without metadata");
    go_on(&a, 20);
    go_on(&b, 20);
    cr_assert_eq(memcmp(a.out, b.out, 20 * D_MODEL * sizeof *a.out), 0);

    go_on(&a, 1);
    *ssm = good;
    cr_assert_eq(load_changed(&b, all, 1, NULL, 0, "layers.0.ssm"), SINEW_ERR_MISMATCH);
    ssm->shape[0] = STATE, ssm->shape[1] = INNER;
    cr_assert_eq(load_changed(&b, all, 4, NULL, 0, "layers.0.ssm"), SINEW_ERR_MISMATCH);
    *ssm = good;
    ssm->dtype = SINEW_DTYPE_I32;
    cr_assert_eq(load_changed(&b, all, 4, NULL, 0, "layers.0.ssm"), SINEW_ERR_MISMATCH);
    *ssm = good;
    bad[7] = NAN;
    ssm->data = bad;
    cr_assert_eq(load_changed(&b, all, 4, NULL, 0, "layers.0.ssm"), SINEW_ERR_NUMERIC);
    *ssm = good;
    all[4] = good;
    all[4].name = "layers.0.more";
    cr_assert_eq(load_changed(&b, all, 5, NULL, 0, "layers.0.more"), SINEW_ERR_MISMATCH);
    sinew_metadata of[] = {{"model_hash", "0123"}, {"index", "12x"}};
    cr_assert_eq(load_changed(&b, all, 4, of, 1, "another model"), SINEW_ERR_MISMATCH);
    cr_assert_eq(load_changed(&b, all, 4, of + 1, 1, "index"), SINEW_ERR_DATA);
    go_on(&b, 1); /* as before: nothing of all that was taken */
    cr_assert_eq(memcmp(a.out, b.out, D_MODEL * sizeof *a.out), 0);
    sinew_tensors_free(tensors);
    end(&a), end(&b);
}

/* A filter tells of no parts: its state is bytes. */
Test(checkpoint, a_state_without_parts_is_bytes)
{
    static const char text[] = "system: {zpk: {poles: [-3]}}";
    sinew_error error;
    sinew_model *model = NULL;
    sinew_node *node = NULL;
    sinew_stream *a = NULL, *b = NULL;
    sinew_build_opts opts = {.discretize.rate_hz = 10, .filter.channels = 1};
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "text", &error), SINEW_OK);
    cr_assert_eq(sinew_model_build(&node, model, &opts, &error), SINEW_OK);
    cr_assert_eq(sinew_stream_open(&a, node, NULL, &error), SINEW_OK);
    cr_assert_eq(sinew_stream_open(&b, node, NULL, &error), SINEW_OK);
    double in[4] = {1, 2, 3, 4}, out[4], again[4];
    sinew_block block = {.samples = in, .n_frames = 4, .channels = 1};
    sinew_stream_process(a, &block, &(sinew_block){.samples = out});
    sinew_tensors *tensors = NULL;
    const char *path = in_folder("s.safetensors");
    cr_assert_eq(sinew_stream_save_tensors(a, path, NULL, 0, &error), SINEW_OK);
    cr_assert_eq(sinew_tensors_open(&tensors, path, &error), SINEW_OK);
    cr_assert_eq(sinew_tensors_at(tensors, 0)->dtype, SINEW_DTYPE_U8);
    cr_assert_str_eq(sinew_tensors_at(tensors, 0)->name, "state");
    cr_assert_eq(sinew_stream_load_tensors(b, tensors, NULL, &error), SINEW_OK);
    sinew_stream_process(a, &block, &(sinew_block){.samples = out});
    sinew_stream_process(b, &block, &(sinew_block){.samples = again});
    cr_assert_eq(memcmp(out, again, sizeof out), 0);
    sinew_tensors_free(tensors);
    sinew_stream_close(a), sinew_stream_close(b);
    sinew_node_free(node);
    sinew_model_free(model);
}
