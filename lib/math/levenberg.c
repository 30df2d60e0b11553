#include "math/levenberg.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

typedef struct work {
    double *residual, *slope; /* (m), (m, n) */
    double *normal, *factor;  /* (n, n) */
    double *gradient, *step, *trial;
} work;

static void work_finish(work *w)
{
    sinew_free(w->residual);
    sinew_free(w->slope);
    sinew_free(w->normal);
    sinew_free(w->factor);
    sinew_free(w->gradient);
    sinew_free(w->step);
    sinew_free(w->trial);
}

static bool work_init(work *w, size_t m, size_t n)
{
    *w = (work){.residual = sinew_alloc(m, sizeof(double)),
                .slope = sinew_alloc(m * n, sizeof(double)),
                .normal = sinew_alloc(n * n, sizeof(double)),
                .factor = sinew_alloc(n * n, sizeof(double)),
                .gradient = sinew_alloc(n, sizeof(double)),
                .step = sinew_alloc(n, sizeof(double)),
                .trial = sinew_alloc(n, sizeof(double))};
    return w->residual && w->slope && w->normal && w->factor && w->gradient && w->step && w->trial;
}

static double sum_of_squares(const double *r, size_t m)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += r[i] * r[i];
    return sum;
}

/* normal = J' J (its lower triangle), gradient = J' r. */
static void form_normal(work *w, size_t m, size_t n)
{
    memset(w->normal, 0, n * n * sizeof *w->normal);
    memset(w->gradient, 0, n * sizeof *w->gradient);
    for (size_t i = 0; i < m; i++) {
        const double *row = w->slope + i * n;
        for (size_t j = 0; j < n; j++) {
            for (size_t k = 0; row[j] != 0 && k <= j; k++)
                w->normal[j * n + k] += row[j] * row[k];
            w->gradient[j] += row[j] * w->residual[i];
        }
    }
}

/* step = -(J' J + damping diag)^-1 J' r; false where that is not definite. LAPACK sees our lower
 * triangle by rows as an upper one by columns. */
static bool find_step(work *w, size_t n, double damping)
{
    double largest = 0;
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, w->normal[j * n + j]);
    memcpy(w->factor, w->normal, n * n * sizeof *w->factor);
    for (size_t j = 0; j < n; j++) {
        w->factor[j * n + j] += damping * (w->normal[j * n + j] + 1e-9 * largest);
        w->step[j] = -w->gradient[j];
    }
    lapack_int size = (lapack_int)n;
    return LAPACKE_dposv(LAPACK_COL_MAJOR, 'U', size, 1, w->factor, size, w->step, size) == 0;
}

/* One step downhill, with as much damping as it takes; false where there is none. */
static bool descend(work *w, double *x, double *sum, double *damping,
                    const sinew_least_squares *problem)
{
    size_t n = problem->params;
    for (int tries = 0; tries < 16; tries++, *damping *= 4) {
        if (!find_step(w, n, *damping))
            continue;
        for (size_t j = 0; j < n; j++) {
            double to = x[j] + fmin(fmax(w->step[j], -1), 1);
            w->trial[j] = fmin(fmax(to, -problem->bound), problem->bound);
        }
        problem->evaluate(problem->context, w->trial, w->residual, NULL);
        double next = sum_of_squares(w->residual, problem->points);
        if (!(next < *sum))
            continue;
        memcpy(x, w->trial, n * sizeof *x);
        *sum = next;
        *damping = fmax(*damping / 5, 1e-10);
        return true;
    }
    return false;
}

sinew_status sinew_levenberg(double *x, double *sum, const sinew_least_squares *problem, int rounds,
                             sinew_error *error)
{
    const double enough = 1e-7; /* of the sum, won by a step */
    size_t m = problem->points, n = problem->params;
    double damping = 1e-2, before = HUGE_VAL;
    work w;
    if (!work_init(&w, m, n)) {
        work_finish(&w);
        return sinew_fail_memory(error);
    }
    problem->evaluate(problem->context, x, w.residual, w.slope);
    *sum = sum_of_squares(w.residual, m);
    while (n > 0 && rounds-- > 0 && before - *sum > enough * *sum) {
        before = *sum;
        form_normal(&w, m, n);
        if (!descend(&w, x, sum, &damping, problem))
            break;
        problem->evaluate(problem->context, x, w.residual, w.slope);
    }
    work_finish(&w);
    return SINEW_OK;
}
