#!/usr/bin/python3
"""nulls.py CC FOLDER LIBRARY: every function of the headers that returns a status answers
SINEW_ERR_ARGUMENT for a NULL where its header does not say that NULL is fine (status.h). Makes a C
program of the declarations: each function, each pointer, in a child that may crash. TAP."""
import glob
import os
import re
import subprocess
import sys
import tempfile

cc, folder, library = sys.argv[1:4]
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402

DECLARED = re.compile(r"SINEW_API\s+sinew_status\s+(\w+)\s*\(([^;]*?)\)\s*;")

# (function, parameter) whose header says that NULL is fine
FINE = {tuple(line.split()) for line in """
sinew_activation_new opts
sinew_checkpoint_build opts
sinew_checkpoint_open opts
sinew_attention_new opts
sinew_discretization_hinf peak_rad
sinew_embedding_new opts
sinew_embedding_new_tied opts
sinew_filter_new opts
sinew_filter_new_delayed opts
sinew_filter_new_irregular opts
sinew_filter_new_kernel opts
sinew_filter_new_kernel plus
sinew_gru_new opts
sinew_graph_new_branches names
sinew_graph_new_sequence names
sinew_identify_impulse report
sinew_identify_records report
sinew_identify_response report
sinew_join_feedback back
sinew_kalman_node opts
sinew_kalman_steady covariance
sinew_kalman_steady gain
sinew_kernel_open blamed
sinew_linear_new opts
sinew_lstm_new opts
sinew_mamba1_new opts
sinew_mamba2_new opts
sinew_mamba3_new opts
sinew_model_build opts
sinew_norm_new opts
sinew_plan_filter opts
sinew_sampler_new opts
sinew_s4d_layer_new opts
sinew_s5_layer_new opts
sinew_shortconv_new opts
sinew_sink_write times
sinew_source_open opts
sinew_parallel_open opts
sinew_stream_open opts
sinew_stream_load_tensors exactly
sinew_stream_save_tensors more
sinew_swap_new opts
sinew_system_hinf peak_rad
sinew_system_new_modal report
sinew_system_reduce report
""".strip().splitlines()}

# refused with whatever a table of types can give: a csv with a time column
UNFIT = {"sinew_source_continue"}

PRELUDE = """
#include <sinew/sinew.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double numbers[4096];
static size_t count;
static int exponent;
static char path[] = "/dev/null", bytes[65536];
static sinew_complex roots[64] = {{-1, 0}, {-2, 0}}, many[4096];
static const double square[] = {-1, 0, 1, -2}, first[] = {1, 0}, last[] = {0, 1}, none[] = {0};
static const sinew_matrices matrices = {2, 1, 1, square, first, last, none};
static const double halved[] = {0.5, 0, 0.1, 0.25};
static const sinew_matrices discrete = {2, 1, 1, halved, first, last, none};
static const char letters[] = "{\\"pre_tokenizer\\": {\\"type\\": \\"ByteLevel\\"}, \\"decoder\\": {\\"type\\": \\"ByteLevel\\"},"
                              "\\"model\\": {\\"type\\": \\"BPE\\", \\"vocab\\": {\\"a\\": 0}, \\"merges\\": []}}";
static const char text[] = "system: {zpk: {poles: [-1]}}";
static const char late[] = "system: {delayed: {delay_s: 5ms, system: {zpk: {poles: [-1]}}}}";
static sinew_system *system_, *plant;
static const sinew_system *both[2];
static sinew_discretization *d;
static sinew_delayed *delayed;
static sinew_delayed_discretization *delayed_d;
static sinew_node *node;
static const char taps[] = "system: {fir: {taps: [1], rate_hz: 100}}";
static sinew_model *model, *model_late, *model_kernel;
static sinew_stream *stream;
static sinew_swap *swap;
static sinew_kalman *kalman;
static sinew_block block = {.samples = numbers, .n_frames = 4, .channels = 1};
static sinew_discretize_opts discretize = {.rate_hz = 100};
static sinew_stability stability;
static sinew_margins margins;
static sinew_crossover crossovers[8];
static sinew_realization_report realization;
static sinew_design design = {.family = SINEW_FAMILY_BUTTERWORTH, .band = SINEW_BAND_LOWPASS, .order = 2,
                              .edges_hz = {10, 0}};

static sinew_design_goal goal = {.family = SINEW_FAMILY_BUTTERWORTH, .band = SINEW_BAND_LOWPASS,
                                 .pass_hz = {10, 0}, .stop_hz = {30, 0}, .ripple_db = 1,
                                 .attenuation_db = 30};
static sinew_equalizer equalizer = {.type = SINEW_EQ_PEAKING, .hz = 10, .q = 1, .gain_db = 3};
static sinew_gammatone gammatone = {.hz = 100};
static sinew_hippo hippo = {.order = 4};
static sinew_nplr nplr;
static sinew_s4d s4d = {.order = 4};
static sinew_dplr dplr = {.modes = 1, .inputs = 1, .outputs = 1, .lambda = roots};
static sinew_mass_spring mass = {.resonance_hz = 10, .q = 1};
static sinew_mass_chain chain = {.n = 1, .mass_kg = first, .stiffness_n_per_m = first,
                                 .damping_n_s_per_m = first};
static sinew_rlc rlc = {.resistance_ohm = 1, .inductance_h = 1, .capacitance_f = 1,
                        .output = SINEW_RLC_ACROSS_C};
static sinew_comb comb = {.hz = 10, .q = 10};
static sinew_wiring wiring = {.systems = both, .n_systems = 1, .inputs = 1, .outputs = 1,
                              .E = first, .F = first};
static const char *const u[] = {"u"}, *const y[] = {"y"};
static sinew_named_system named;
static sinew_connections connections = {&named, 1, NULL, 0, u, 1, y, 1};
static sinew_description description;
static sinew_identify_opts identify = {.rate_hz = 100, .order = 1};
static sinew_identify_report identified;
static sinew_irregular_opts irregular = {.method = SINEW_METHOD_ZOH};
static sinew_reduce_opts reduce = {.order = 1};
static sinew_reduce_report reduced;
static sinew_modal_report modal;
static sinew_build_opts building = {.discretize = {.rate_hz = 100}};
static sinew_kalman_opts noises;
static sinew_kalman_node_opts estimate = {.step_s = 0.01};
static sinew_kalman_record record;
static sinew_filter_opts filter;
static sinew_spectral_opts spectral = {.window_frames = 16, .bands = 1, .step_s = 1};
static sinew_source_opts reading = {.format = "f64", .channels = 1};
static sinew_sink_opts writing = {.format = "f64", .signal = {.channels = 1, .rate_hz = 100}};
static sinew_source *source;
static sinew_sink *sink;
static sinew_kernel *kernel;
static sinew_costs *costs;
static sinew_sampler *sampler;
static sinew_tokenizer *tokenizer; /* without the libraries it takes, none is looked into */
static sinew_text_stream *text_stream;
static const sinew_kernel_file kernel_files[] = {{path, 0}};
static const sinew_tensor tensor = {.name = "a", .rank = 1, .shape = {1}, .data = numbers};
static const sinew_metadata metadata = {"a", "b"};
static sinew_tensors *opened;
static sinew_node *layer, *other_layer;
static sinew_checkpoint *checkpoint;
static const char tensors[] = "\\2\\0\\0\\0\\0\\0\\0\\0{}";

static void prepare(void)
{
    static const double noise = 1;
    noises = (sinew_kalman_opts){.process_noise = &noise, .measurement_noise = &noise, .noises = 1,
                                .noise_input = first};
    for (int i = 0; i < 4096; i++)
        numbers[i] = 1.0 / (1 + i);
    sinew_system_new_ss(&system_, &matrices, NULL);
    sinew_system_new_ss(&plant, &matrices, NULL);
    both[0] = both[1] = system_;
    named = (sinew_named_system){system_, "one", u, y};
    description.system = system_;
    sinew_source_open(&source, path, &reading, NULL);
    sinew_sink_open(&sink, path, &writing, NULL);
    sinew_discretize(&d, system_, &discretize, NULL);
    sinew_filter_new(&node, d, NULL, NULL);
    sinew_stream_open(&stream, node, NULL, NULL);
    sinew_swap_new(&swap, node, NULL, NULL);
    sinew_costs_new_default(&costs, NULL);
    sinew_tensors_read(&opened, tensors, sizeof tensors - 1, "tensors", NULL);
    sinew_norm_new(&layer, &(sinew_norm_weights){.channels = 1}, NULL, NULL);
    sinew_norm_new(&other_layer, &(sinew_norm_weights){.channels = 1}, NULL, NULL);
    sinew_checkpoint_open(&checkpoint, "checkpoint", NULL, NULL);
    sinew_kernel_new(&kernel, 1, 1, 2, first, 100, NULL);
    sinew_kalman_new(&kalman, system_, &noises, NULL);
    sinew_sampler_new(&sampler, 4096, NULL, NULL);
    if (sinew_tokenizer_read(&tokenizer, letters, strlen(letters), "letters", NULL))
        tokenizer = (sinew_tokenizer *)bytes;
    if (sinew_text_stream_open(&text_stream, tokenizer, 1, NULL))
        text_stream = (sinew_text_stream *)bytes;
    sinew_model_read(&model, text, strlen(text), "text", NULL);
    sinew_model_read_any(&model_late, late, strlen(late), "late", NULL);
    sinew_model_read_any(&model_kernel, taps, strlen(taps), "taps", NULL);
    sinew_system *other = NULL;
    sinew_system_new_ss(&other, &matrices, NULL);
    sinew_delayed_new_input(&delayed, other, 0.05, NULL);
    sinew_delayed_discretize(&delayed_d, delayed, &discretize, 0, NULL);
}

/* What a child that calls it ends with: a status, or -1 for a crash. */
static int ends_with(sinew_status (*call)(void))
{
    int how = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        _exit(call());
    }
    waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}
"""

# what stands for a parameter of a type, and for some parameters by function and name
VALUES = {
    "const sinew_system *": "system_", "sinew_system *": "plant",
    "const sinew_discretization *": "d", "const sinew_delayed *": "delayed",
    "const sinew_delayed_discretization *": "delayed_d", "const sinew_node *": "node",
    "const sinew_model *": "model", "const sinew_stream *": "stream", "sinew_stream *": "stream",
    "sinew_swap *": "swap", "const sinew_kalman *": "kalman",
    "const sinew_system *const *": "both", "const sinew_matrices *": "&matrices",
    "const double *": "numbers", "double *": "numbers", "sinew_complex *": "many",
    "const sinew_complex *": "roots", "size_t *": "&count", "int *": "&exponent",
    "const char *": "path", "void *": "bytes", "const void *": "bytes",
    "const sinew_discretize_opts *": "&discretize", "sinew_stability *": "&stability",
    "sinew_margins *": "&margins", "sinew_crossover *": "crossovers",
    "sinew_realization_report *": "&realization", "size_t": "1", "double": "0.01", "uint32_t": "1",
    "sinew_sample": "SINEW_SAMPLE_F64", "const sinew_block *": "&block", "sinew_block *": "&block",
    "const sinew_design *": "&design", "sinew_design *": "&design",
    "const sinew_design_goal *": "&goal", "const sinew_equalizer *": "&equalizer",
    "const sinew_gammatone *": "&gammatone", "const sinew_hippo *": "&hippo",
    "sinew_nplr *": "&nplr", "const sinew_s4d *": "&s4d", "const sinew_dplr *": "&dplr",
    "const sinew_mass_spring *": "&mass", "const sinew_mass_chain *": "&chain",
    "const sinew_rlc *": "&rlc", "const sinew_comb *": "&comb", "const sinew_wiring *": "&wiring",
    "const sinew_connections *": "&connections", "const sinew_description *": "&description",
    "const sinew_identify_opts *": "&identify", "sinew_identify_report *": "&identified",
    "const sinew_irregular_opts *": "&irregular", "const sinew_reduce_opts *": "&reduce",
    "sinew_reduce_report *": "&reduced", "sinew_modal_report *": "&modal",
    "const sinew_build_opts *": "&building", "const sinew_kalman_opts *": "&noises",
    "const sinew_kalman_node_opts *": "&estimate", "sinew_kalman_record *": "&record",
    "const sinew_filter_opts *": "&filter", "const sinew_stream_opts *": "&(sinew_stream_opts){0}",
    "const sinew_source_opts *": "&reading", "const sinew_sink_opts *": "&writing",
    "sinew_source *": "source", "sinew_sink *": "sink", "const sinew_kernel *": "kernel",
    "const sinew_tensor *": "&tensor", "const sinew_metadata *": "&metadata",
    "const sinew_costs *": "costs", "const sinew_tensors *": "opened",
    "const sinew_checkpoint *": "checkpoint", "sinew_node *const *": "&layer", "sinew_sampler *": "sampler", "const float *": "(const float *)numbers",
    "const sinew_tokenizer *": "tokenizer", "sinew_text_stream *": "text_stream",
    "const sinew_sampler_opts *": "&(sinew_sampler_opts){0}",
    "const sinew_spectral_opts *": "&spectral",
    "const sinew_kernel_file *": "kernel_files", "const sinew_kernel_opts *": "&(sinew_kernel_opts){0}",
}
EXTRA = {
    ("sinew_discretization_new", "discrete"): "&discrete",
    ("sinew_system_new_d2c", "discrete"): "&discrete",
    ("sinew_model_read", "text"): "text", ("sinew_model_read", "n_bytes"): "sizeof text - 1",
    ("sinew_model_read_any", "text"): "text", ("sinew_model_read_any", "n_bytes"): "sizeof text - 1",
    ("sinew_model_discretize_delayed", "model"): "model_late",
    ("sinew_model_discretize_plus", "model"): "model_kernel",
    ("sinew_system_new_sos", "sections"): "(const double[]){1, 2, 3, 1, 2, 4}",
    ("sinew_graph_new_residual", "node"): "layer", ("sinew_spectral_new", "inner"): "layer",
    ("sinew_graph_new_each", "node"): "layer", ("sinew_graph_new_bidirectional", "forward"): "layer",
    ("sinew_graph_new_bidirectional", "backward"): "other_layer",
    ("sinew_checkpoint_part_read", "text"): '"stack"',
    ("sinew_tensors_read", "bytes"): "tensors", ("sinew_tensors_read", "n_bytes"): "sizeof tensors - 1",
    ("sinew_tokenizer_encode", "text"): '"aa"', ("sinew_tokenizer_read", "json"): "letters",
    ("sinew_tokenizer_read", "n_bytes"): "sizeof letters - 1",
    ("sinew_identify_impulse", "n"): "64", ("sinew_identify_records", "n"): "64",
    ("sinew_identify_response", "n"): "16", ("sinew_sink_write", "times"): "NULL",
    ("sinew_stream_save", "n_bytes"): "sizeof bytes", ("sinew_stream_load", "n_bytes"): "100",
}


def pointers(params):
    return [i for i, (kind, name) in enumerate(params) if "*" in kind and name != "error"]


def parse(text):
    params = []
    for one in " ".join(text.split()).split(", "):
        kind, name = re.fullmatch(r"(.*?)(\w+)", one).groups()
        params.append((kind.strip(), name))
    return params


def value(function, kind, name):
    if name == "error":
        return "&error"
    if (function, name) in EXTRA:
        return EXTRA[function, name]
    if kind in VALUES:
        return VALUES[kind]
    if kind.endswith("**"):
        return f"&(({kind[:-1].strip()}[1]){{0}}[0])"
    if "*" in kind:
        bare = kind.replace("const ", "").rstrip("* ")
        return f"&(({bare}){{0}})"
    return "0"


def declarations():
    for header in sorted(glob.glob(os.path.join(folder, "sinew", "*.h"))):
        with open(header, encoding="utf-8") as text:
            bare = re.sub(r"/\*.*?\*/", "", text.read(), flags=re.S)
        for function, params in DECLARED.findall(bare):
            yield function, parse(params)


def case(number, function, params, absent):
    values = ["NULL" if i == absent else value(function, *p) for i, p in enumerate(params)]
    return f"static sinew_status case_{number}(void)\n{{\n    sinew_error error;\n" \
        f"    return {function}({', '.join(values)});\n}}\n"


def program(cases):
    lines = [PRELUDE]
    for number, (function, params, absent) in enumerate(cases):
        lines.append(case(number, function, params, absent))
    lines.append("int main(void)\n{\n    prepare();")
    for number in range(len(cases)):
        lines.append(f'    printf("%d\\n", ends_with(case_{number}));')
    return "\n".join(lines + ["}\n"])


def answers(cases):
    with tempfile.TemporaryDirectory() as scratch:
        source, made = os.path.join(scratch, "nulls.c"), os.path.join(scratch, "nulls")
        with open(source, "w", encoding="utf-8") as text:
            text.write(program(cases))
        subprocess.run([cc, "-std=gnu17", "-w", "-I" + folder, source, "-o", made, library,
                        "-Wl,-rpath," + os.path.dirname(os.path.abspath(library)), "-lm"], check=True)
        checkpoints.make(os.path.join(scratch, "checkpoint"), "mamba1")
        out = subprocess.run([made], check=True, cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [int(word) for word in out.stdout.split()]


functions = list(declarations())
whole = [(f, p, None) for f, p in functions]
absent = [(f, p, i) for f, p in functions for i in pointers(p) if (f, p[i][1]) not in FINE]
got = answers(whole + absent)
print("TAP version 13\n1..2")
# a call that is refused with nothing missing would hold no function to anything
blind = [f for (f, _, _), s in zip(whole, got) if s in (1, -1) and f not in UNFIT]
for function in blind:
    print("# refused with nothing missing:", function)
print("ok" if not blind else "not ok", "1 - calls are good but for the NULL")
wrong = [(f, p[i][1], s) for (f, p, i), s in zip(absent, got[len(whole):]) if s != 1]
for function, name, status in wrong:
    print(f"# {function}: {name}:", "crashes" if status < 0 else f"status {status}")
print("ok" if not wrong else "not ok", "2 - a NULL is refused")
