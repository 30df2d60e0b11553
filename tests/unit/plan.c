/* Costs as values and as files, what they say of engines, and that auto takes what they say. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/filter.h"
#include "simd/fused.h"
#include "sinew/sinew.h"

static char folder[] = "/tmp/sinew-plan-XXXXXX", path[256];

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a/b/costs", folder);
}

static void remove_folder(void)
{
    unlink(path);
    for (char *slash = strrchr(path, '/'); slash && strlen(path) > strlen(folder);
         slash = strrchr(path, '/')) {
        *slash = 0;
        rmdir(path);
    }
}

static char text[16384];

static size_t read_text(void)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[n] = 0;
    if (file)
        fclose(file);
    return n;
}

static void write_text(const char *bytes, size_t n)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0);
}

static sinew_costs saved(void)
{
    sinew_costs costs = sinew_costs_built_in();
    for (size_t i = 0; i < SINEW_COSTS; i++)
        costs.ns[i] = 0.5 + (double)i;
    cr_assert_eq(sinew_costs_save(&costs, path, NULL), SINEW_OK);
    return costs;
}

static sinew_costs loaded(void)
{
    sinew_costs *costs;
    cr_assert_eq(sinew_costs_new_loaded(&costs, path, NULL), SINEW_OK);
    sinew_costs copy = *costs;
    sinew_costs_free(costs);
    return copy;
}

/* What loading a file that it refuses says. */
static sinew_status refusal(const char *of)
{
    static sinew_costs other;
    sinew_costs *costs = &other;
    sinew_error error;
    sinew_status status = sinew_costs_new_loaded(&costs, of, &error);
    cr_assert_neq(status, SINEW_OK);
    cr_assert_null(costs);
    cr_assert(strstr(error.text, of));
    return status;
}

/* The text with `from`, which is there once, as `to`. */
static sinew_status load_changed(const char *from, const char *to)
{
    static char changed[sizeof text + 256];
    char *at = strstr(text, from);
    cr_assert_not_null(at, "%s", from);
    int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to,
                     at + strlen(from));
    write_text(changed, (size_t)n);
    return refusal(path);
}

TestSuite(costs, .init = make_folder, .fini = remove_folder);

Test(costs, names_are_all_there_and_differ)
{
    for (size_t i = 0; i < SINEW_COSTS; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert_str_neq(sinew_cost_name(i), sinew_cost_name(j));
    cr_assert_null(sinew_cost_name(SINEW_COSTS));
    cr_assert_str_eq(sinew_cost_name(SINEW_COST_SCAN_COLUMN), "scan_column");
    cr_assert_str_eq(sinew_cost_name(SINEW_COST_REGISTERS_BLOCK + 1), "registers_block_f32");
    cr_assert_str_eq(sinew_cost_name(SINEW_COST_CONVOLVE_STATE), "convolve_state_f64");
}

Test(costs, a_file_holds_them)
{
    sinew_costs costs = saved(), again = loaded();
    struct stat about;
    cr_assert_str_eq(sinew_costs_origin(&again), "measured");
    cr_assert_str_eq(again.simd, costs.simd);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        cr_assert_eq(again.ns[i], costs.ns[i]);
    char *slash = strrchr(path, '/');
    *slash = 0;
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0700);
    *slash = '/';
    costs.ns[3] = 77; /* and again over what is there */
    cr_assert_eq(sinew_costs_save(&costs, path, NULL), SINEW_OK);
    cr_assert_eq(loaded().ns[3], 77);
}

Test(costs, a_file_cut_anywhere_is_refused)
{
    saved();
    size_t n = read_text();
    for (size_t cut = 0; cut < n; cut++) {
        write_text(text, cut);
        cr_assert_eq(refusal(path), SINEW_ERR_DATA, "%zu", cut);
    }
}

Test(costs, damaged_and_foreign_files_are_refused)
{
    const sinew_costs costs = saved();
    size_t n = read_text();
    char simd[64];
    snprintf(simd, sizeof simd, "simd %s\n", costs.simd);
    static const char *const bad[] = {"nan", "inf", "-1", "-0.5", "1e7", "", "1 2", "0x1p3", "3k"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[64];
        snprintf(line, sizeof line, "scan_run %s\n", bad[i]);
        cr_assert_eq(load_changed("scan_run 1.5\n", line), SINEW_ERR_DATA, "%s", bad[i]);
    }
    cr_assert_eq(load_changed("sinew-costs 2", "sinew-costs 1"), SINEW_ERR_MISMATCH);
    cr_assert_eq(load_changed("sinew-costs 2", "sinew-costs"), SINEW_ERR_DATA);
    cr_assert_eq(load_changed("sinew-costs 2", "other-costs 2"), SINEW_ERR_DATA);
    cr_assert_eq(load_changed(simd, "simd altivec\n"), SINEW_ERR_MISMATCH);
    cr_assert_eq(load_changed(simd, ""), SINEW_ERR_DATA);
    cr_assert_eq(load_changed("scan_run 1.5\n", ""), SINEW_ERR_DATA);
    cr_assert_eq(load_changed("end\n", "end\nmore\n"), SINEW_ERR_DATA);
    write_text(text, n);
    loaded();
    text[n / 2] = 0;
    write_text(text, n);
    cr_assert_eq(refusal(path), SINEW_ERR_DATA);
    static char large[100000];
    memset(large, 'x', sizeof large);
    write_text(large, sizeof large);
    cr_assert_eq(refusal(path), SINEW_ERR_DATA);
}

Test(costs, what_is_no_regular_file_is_refused_at_once)
{
    const sinew_costs costs = saved();
    unlink(path);
    cr_assert_eq(refusal(path), SINEW_ERR_IO);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(refusal(path), SINEW_ERR_DATA);
    cr_assert_eq(refusal("/"), SINEW_ERR_DATA);
    cr_assert_eq(sinew_costs_save(&costs, "/dev/null/costs", NULL), SINEW_ERR_IO);
}

Test(costs, of_another_row_are_refused)
{
    const char *other = strcmp(saved().simd, "scalar") == 0 ? "sse2" : "scalar";
    setenv("SINEW_SIMD", other, 1);
    cr_assert_eq(refusal(path), SINEW_ERR_MISMATCH);
    unsetenv("SINEW_SIMD");
}

static const char *kept_origin(void)
{
    sinew_costs *kept;
    cr_assert_eq(sinew_costs_new_kept(&kept, NULL), SINEW_OK);
    const char *origin = sinew_costs_origin(kept);
    sinew_costs_free(kept);
    return origin;
}

Test(costs, the_default_path_is_absolute_or_none)
{
    static const struct {
        const char *cache, *home, *want;
    } cases[] = {{"/c", "/h", "/c/sinew/costs"},
                 {"", "/h", "/h/.cache/sinew/costs"},
                 {"c", "/h", "/h/.cache/sinew/costs"},
                 {"", "h", NULL},
                 {"", "", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("XDG_CACHE_HOME", cases[i].cache, 1);
        setenv("HOME", cases[i].home, 1);
        char *got = sinew_costs_default_path();
        cr_assert(got && cases[i].want ? strcmp(got, cases[i].want) == 0 : got == cases[i].want);
        free(got);
    }
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    cr_assert_null(sinew_costs_default_path());
    cr_assert_str_eq(kept_origin(), "built in");
}

Test(costs, those_at_the_default_path_are_kept)
{
    setenv("XDG_CACHE_HOME", folder, 1);
    snprintf(path, sizeof path, "%s/sinew/costs", folder);
    saved();
    cr_assert_str_eq(kept_origin(), "measured");
    write_text("", 0);
    cr_assert_str_eq(kept_origin(), "built in");
    unsetenv("XDG_CACHE_HOME");
}

Test(costs, measured_ones_stay_near_those_that_are_built_in)
{
    sinew_costs *costs, *built_in;
    cr_assert_eq(sinew_costs_new_default(&built_in, NULL), SINEW_OK);
    cr_assert_str_eq(sinew_costs_origin(built_in), "built in");
    cr_assert_str_eq(sinew_costs_origin(NULL), "built in");
    cr_assert_eq(sinew_costs_new_measured(&costs, NULL), SINEW_OK);
    cr_assert_str_eq(sinew_costs_origin(costs), "measured");
    size_t learned = 0;
    for (size_t i = 0; i < SINEW_COSTS; i++) {
        cr_assert(costs->ns[i] >= built_in->ns[i] / 4 * 0.999, "%s", sinew_cost_name(i));
        cr_assert(costs->ns[i] <= built_in->ns[i] * 4 * 1.001, "%s", sinew_cost_name(i));
        learned += costs->ns[i] < built_in->ns[i] || costs->ns[i] > built_in->ns[i];
    }
    cr_assert_gt(learned, SINEW_COSTS / 2);
    sinew_costs_free(costs);
    sinew_costs_free(built_in);
}

/* Of 40 ns that are known and 10 + 20 that are asked for. */
Test(costs, are_learned_from_what_work_takes)
{
    static const size_t at[] = {SINEW_COST_SCAN_RUN, SINEW_COST_SCAN_SECTION};
    static const struct {
        double ns, factor;
    } cases[] = {{70, 1}, {100, 2}, {55, 0.5}, {41, 0.25}, {1, 0.25}, {1e6, 4}};
    sinew_work work = {
        .of = {[SINEW_COST_CALL] = 2, [SINEW_COST_SCAN_RUN] = 5, [SINEW_COST_SCAN_SECTION] = 4}};
    sinew_costs built_in = {
        .ns = {[SINEW_COST_CALL] = 20, [SINEW_COST_SCAN_RUN] = 2, [SINEW_COST_SCAN_SECTION] = 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sinew_costs costs = built_in;
        sinew_costs_learn(&costs, &built_in, at, 2, &work, cases[i].ns);
        cr_assert_eq(costs.ns[SINEW_COST_SCAN_RUN], 2 * cases[i].factor, "%g", cases[i].ns);
        cr_assert_eq(costs.ns[SINEW_COST_SCAN_SECTION], 5 * cases[i].factor, "%g", cases[i].ns);
        cr_assert_eq(costs.ns[SINEW_COST_CALL], 20);
    }
}

/* ---- what they say ---- */

static sinew_discretization *designed(const sinew_design *design)
{
    sinew_discretization *d;
    sinew_system *system;
    sinew_discretize_opts how = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
    cr_assert_eq(sinew_system_new_design(&system, design, NULL), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &how, NULL), SINEW_OK);
    sinew_system_free(system);
    return d;
}

static sinew_discretization *lowpass(uint32_t order)
{
    sinew_design design = {.order = order, .edges_hz = {1000}};
    return designed(&design);
}

Test(plan, more_work_costs_more)
{
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
        for (int type = 0; type < 2; type++) {
            double last = 0, few;
            sinew_filter_opts opts = {.sample = type ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64};
            for (uint32_t order = 2; order <= 32; order *= 2) {
                sinew_discretization *d = lowpass(order);
                double ns = sinew_filter_cost(d, &opts, (sinew_engine)e);
                cr_assert(ns >= last && isfinite(ns), "engine %d order %u", e, order);
                last = ns;
                opts.channels = 64;
                cr_assert_gt(sinew_filter_cost(d, &opts, (sinew_engine)e), ns);
                opts.block_frames = 1;
                few = sinew_filter_cost(d, &opts, (sinew_engine)e);
                opts.block_frames = 4096;
                cr_assert_gt(few, sinew_filter_cost(d, &opts, (sinew_engine)e));
                opts.block_frames = opts.channels = 0;
                sinew_discretization_free(d);
            }
        }
}

Test(plan, calls_that_straddle_blocks_are_counted_whole)
{
    sinew_discretization *d = lowpass(8);
    sinew_work work;
    /* 24 frames: a block of 16 and 8 more, or 8 and then a block, by turns */
    sinew_filter_opts opts = {.block_frames = 24};
    cr_assert(sinew_engine_work(&work, d, &opts, SINEW_ENGINE_BLOCK));
    cr_assert_eq(work.of[SINEW_COST_REGISTERS_BLOCK], 1);
    cr_assert_eq(work.of[SINEW_COST_PIECE], 1);
    cr_assert_eq(work.of[SINEW_COST_PIECE_BEGIN], 1);
    opts.block_frames = 64;
    cr_assert(sinew_engine_work(&work, d, &opts, SINEW_ENGINE_BLOCK));
    cr_assert_eq(work.of[SINEW_COST_REGISTERS_BLOCK], 4);
    cr_assert_eq(work.of[SINEW_COST_PIECE], 0);
    cr_assert(!sinew_engine_work(&work, d, &opts, SINEW_ENGINE_AUTO));
    sinew_discretization_free(d);
}

/* As the engine goes through them: the widest groups of channels that the instruction set has, two
 * where they stand, and one that is moved. */
Test(plan, channels_are_counted_as_they_go_side_by_side)
{
    sinew_discretization *d = lowpass(8);
    const sinew_fused *fused = sinew_simd_best()->fused;
    sinew_work work, single;
    sinew_filter_opts opts = {.block_frames = 16, .channels = 1};
    cr_assert(sinew_engine_work(&single, d, &opts, SINEW_ENGINE_BLOCK));
    cr_assert_eq(single.of[SINEW_COST_BLOCK_SAMPLE], 0);
    opts.channels = 3;
    cr_assert(sinew_engine_work(&work, d, &opts, SINEW_ENGINE_BLOCK));
    cr_assert_eq(work.of[SINEW_COST_BLOCK_SAMPLE], 2 * 16);
    cr_assert_eq(work.of[SINEW_COST_REGISTERS_COLUMN], 3 * single.of[SINEW_COST_REGISTERS_COLUMN]);
    cr_assert_eq(work.of[SINEW_COST_CHANNELS_BLOCK], 0);
    for (size_t lanes = 4; lanes <= SINEW_FUSED_LANES; lanes *= 2) {
        opts.channels = (uint32_t)lanes;
        cr_assert(sinew_engine_work(&work, d, &opts, SINEW_ENGINE_BLOCK));
        if (lanes & fused->widths_f64) {
            cr_assert_eq(work.of[SINEW_COST_REGISTERS_BLOCK], 0);
            cr_assert_eq(work.of[SINEW_COST_CHANNELS_BLOCK], 1);
        }
    }
    sinew_discretization_free(d);
}

/* With costs that make all but one engine's work dear, auto takes that one. */
Test(plan, auto_takes_what_the_costs_say)
{
    static const size_t first[] = {[SINEW_ENGINE_SCAN] = SINEW_COST_SCAN_RUN,
                                   [SINEW_ENGINE_BLOCK] = SINEW_COST_BLOCK_SAMPLE,
                                   [SINEW_ENGINE_CONVOLVE] = SINEW_COST_CONVOLVE_RUN,
                                   [SINEW_ENGINES] = SINEW_COSTS};
    sinew_discretization *d = lowpass(6);
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++) {
        sinew_costs costs = sinew_costs_built_in();
        for (size_t i = first[SINEW_ENGINE_SCAN]; i < SINEW_COSTS; i++)
            costs.ns[i] = i >= first[e] && i < first[e + 1] ? 1e-3 : 1e3;
        sinew_filter_opts opts = {.costs = &costs, .block_frames = 20};
        sinew_plan plan;
        cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
        cr_assert_eq((int)plan.engine, e);
        for (int other = SINEW_ENGINE_SCAN; other < SINEW_ENGINES; other++)
            cr_assert_leq(plan.ns[e], plan.ns[other]);
        cr_assert_eq(plan.ns[SINEW_ENGINE_AUTO], plan.ns[e]);
        cr_assert_eq(plan.ns[e], sinew_filter_cost(d, &opts, SINEW_ENGINE_AUTO));
        opts.engine = SINEW_ENGINE_SCAN; /* asked for */
        cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
        cr_assert_eq(plan.engine, SINEW_ENGINE_SCAN);
    }
    sinew_discretization_free(d);
}

Test(plan, a_plan_says_how_it_runs)
{
    sinew_discretization *d = lowpass(8);
    sinew_plan plan;
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_BLOCK, .channels = 21};
    cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
    cr_assert_str_eq(plan.form, "cascade");
    cr_assert_str_eq(plan.computes_by, "channels");
    cr_assert(plan.length == 16 && plan.arithmetic == SINEW_SAMPLE_F64);
    size_t lanes = 16; /* no more than 21, and what the instruction set has */
    while (!(lanes & sinew_simd_best()->fused->widths_f64))
        lanes /= 2;
    cr_assert_eq(plan.lanes, lanes);
    sinew_discretization_free(d);
    sinew_design steep = {
        .family = SINEW_FAMILY_CHEBYSHEV1, .order = 11, .ripple_db = 1, .edges_hz = {200}};
    d = designed(&steep);
    opts = (sinew_filter_opts){.engine = SINEW_ENGINE_BLOCK, .sample = SINEW_SAMPLE_F32};
    cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
    cr_assert_str_eq(plan.computes_by, "registers");
    cr_assert_str_eq(plan.coordinates, "balanced"); /* float needs them */
    cr_assert(plan.lanes == 1 && plan.arithmetic == SINEW_SAMPLE_F32);
    opts.engine = SINEW_ENGINE_SCAN;
    cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
    cr_assert(plan.arithmetic == SINEW_SAMPLE_F64 && plan.length == 1);
    sinew_discretization_free(d);
}

/* Its products are rounded one by one: no engine that contracts them is to take them over. */
Test(plan, a_gain_stays_a_product)
{
    static const double D[] = {2, 3};
    sinew_discretization *d;
    sinew_plan plan;
    sinew_discretize_opts how = {.rate_hz = 100};
    sinew_matrices m = {.order = 0, .inputs = 2, .outputs = 1, .D = D};
    cr_assert_eq(sinew_discretization_new(&d, &m, &how, NULL), SINEW_OK);
    cr_assert_eq(sinew_plan_filter(&plan, d, NULL, NULL), SINEW_OK);
    cr_assert_eq(plan.engine, SINEW_ENGINE_SCAN);
    sinew_costs costs = sinew_costs_built_in();
    for (size_t i = SINEW_COST_SCAN_RUN; i < SINEW_COST_BLOCK_SAMPLE; i++)
        costs.ns[i] = 1e3;
    sinew_filter_opts opts = {.costs = &costs};
    cr_assert_eq(sinew_plan_filter(&plan, d, &opts, NULL), SINEW_OK);
    cr_assert_eq(plan.engine, SINEW_ENGINE_SCAN); /* dear as it is */
    cr_assert_gt(plan.ns[SINEW_ENGINE_SCAN], plan.ns[SINEW_ENGINE_BLOCK]);
    sinew_discretization_free(d);
}

/* 724 by 724 a frame, four frames at once: beyond that matrices would take more than 64 MB. */
Test(plan, wide_systems_are_scanned)
{
    enum { MOST = 724 };
    static double A = 0.5, B[MOST + 1], C[MOST + 1], D[(MOST + 1) * (MOST + 1)];
    for (size_t width = MOST; width <= MOST + 1; width++) {
        sinew_discretization *d;
        sinew_discretize_opts how = {.rate_hz = 100};
        sinew_matrices m = {1, width, width, &A, B, C, D};
        cr_assert_eq(sinew_discretization_new(&d, &m, &how, NULL), SINEW_OK);
        cr_assert_eq(isfinite(sinew_filter_cost(d, NULL, SINEW_ENGINE_BLOCK)), width == MOST);
        sinew_discretization_free(d);
    }
}
