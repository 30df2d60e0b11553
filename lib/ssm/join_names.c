/* Joining by name: names become indices, sums become systems of order 0, the rest is a wiring. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/likeness.h"
#include "base/memory.h"
#include "ssm/joint.h"

enum { SHOWN = 60 }; /* bytes of a name in a message */

/* Where a signal comes from. The outputs of the members are first, then the sums, which are
 * members too; then the inputs of the whole. */
typedef struct plan {
    const sinew_connections *c;
    size_t n, m, p;          /* members with the sums among them; their inputs and outputs */
    const char **signals;    /* (p + inputs of the whole), NULL behind them */
    const char **wanted;     /* (m): the signal that each input takes */
    const sinew_system **of; /* (n) */
    sinew_system **sums;     /* (n_sums) */
    double *K, *E, *F, *G;
    const char *culprit;
} plan;

static void plan_finish(plan *p)
{
    for (size_t i = 0; p->sums && i < p->c->n_sums; i++)
        sinew_system_free(p->sums[i]);
    sinew_free(p->sums);
    sinew_free(p->of);
    sinew_free(p->signals);
    sinew_free(p->wanted);
    sinew_free(p->K);
    sinew_free(p->E);
    sinew_free(p->F);
    sinew_free(p->G);
}

/* ---- what is given ---- */

static sinew_status check_names(const char *what, const char *const *names, size_t n,
                                sinew_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!names || !names[i] || !*names[i])
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s %zu has no name", what, i);
    return SINEW_OK;
}

static sinew_status check_sum(const sinew_named_sum *sum, size_t i, sinew_error *error)
{
    if (!sum->name || !*sum->name)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "sum %zu has no name", i);
    if (sum->n_terms == 0 || !sum->terms)
        return sinew_fail(error, SINEW_ERR_DATA, "the sum '%.*s' has no terms", SHOWN, sum->name);
    for (size_t k = 0; k < sum->n_terms; k++) {
        if (!sum->terms[k].signal || !*sum->terms[k].signal)
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "term %zu of the sum '%.*s' has no name",
                              k, SHOWN, sum->name);
        if (!isfinite(sum->terms[k].gain))
            return sinew_fail(error, SINEW_ERR_DATA, "the gain of '%.*s' in the sum '%.*s' is %g",
                              SHOWN, sum->terms[k].signal, SHOWN, sum->name, sum->terms[k].gain);
    }
    return SINEW_OK;
}

static sinew_status check(const sinew_connections *c, sinew_error *error)
{
    if (!c || (c->n_systems > 0 && !c->systems) || (c->n_sums > 0 && !c->sums))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no systems to be connected");
    if (c->n_inputs < 1 || c->n_outputs < 1)
        return sinew_fail(error, SINEW_ERR_DATA, "a system has at least one input and one output");
    sinew_status status = check_names("input", c->inputs, c->n_inputs, error);
    if (!status)
        status = check_names("output", c->outputs, c->n_outputs, error);
    for (size_t i = 0; !status && i < c->n_systems; i++) {
        const sinew_named_system *s = &c->systems[i];
        if (!s->system)
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "system %zu is NULL", i);
        status = check_names("an input of a system: input", s->inputs, s->system->inputs, error);
        if (!status)
            status =
                check_names("an output of a system: output", s->outputs, s->system->outputs, error);
    }
    for (size_t i = 0; !status && i < c->n_sums; i++)
        status = check_sum(&c->sums[i], i, error);
    return status;
}

static sinew_status count(plan *p, const sinew_connections *c, sinew_error *error)
{
    *p = (plan){.c = c, .n = c->n_systems + c->n_sums, .p = c->n_sums};
    for (size_t i = 0; i < c->n_systems && p->m <= SINEW_ORDER_MAX; i++) {
        p->m += c->systems[i].system->inputs;
        p->p += c->systems[i].system->outputs;
    }
    for (size_t i = 0; i < c->n_sums && p->m <= SINEW_ORDER_MAX; i++)
        p->m += c->sums[i].n_terms;
    if (p->m > SINEW_ORDER_MAX || p->p > SINEW_ORDER_MAX || c->n_inputs > SINEW_ORDER_MAX ||
        c->n_outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "more than %d signals", SINEW_ORDER_MAX);
    p->signals = sinew_alloc(p->p + c->n_inputs + 1, sizeof *p->signals);
    p->wanted = sinew_alloc(p->m, sizeof *p->wanted);
    p->of = sinew_alloc(p->n, sizeof *p->of);
    p->sums = sinew_alloc(c->n_sums, sizeof *p->sums);
    p->K = sinew_alloc(p->m * p->p, sizeof *p->K);
    p->E = sinew_alloc(p->m * c->n_inputs, sizeof *p->E);
    p->F = sinew_alloc(c->n_outputs * p->p, sizeof *p->F);
    p->G = sinew_alloc(c->n_outputs * c->n_inputs, sizeof *p->G);
    bool good = p->signals && p->wanted && p->of && p->sums && p->K && p->E && p->F && p->G;
    return good ? SINEW_OK : sinew_fail_memory(error);
}

/* ---- who is who ---- */

static sinew_status new_sum(sinew_system **out, const sinew_named_sum *sum, sinew_error *error)
{
    double *D = sinew_alloc(sum->n_terms, sizeof *D);
    if (!D)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < sum->n_terms; k++)
        D[k] = sum->terms[k].gain;
    sinew_matrices m = {.inputs = sum->n_terms, .outputs = 1, .D = D};
    sinew_status status = sinew_system_new_ss(out, &m, error);
    sinew_free(D);
    return status;
}

static sinew_status list(plan *p, sinew_error *error)
{
    const sinew_connections *c = p->c;
    const char **signal = p->signals, **wanted = p->wanted;
    for (size_t i = 0; i < c->n_systems; i++) {
        const sinew_named_system *s = &c->systems[i];
        p->of[i] = s->system;
        for (size_t k = 0; k < s->system->inputs; k++)
            *wanted++ = s->inputs[k];
        for (size_t k = 0; k < s->system->outputs; k++)
            *signal++ = s->outputs[k];
    }
    for (size_t i = 0; i < c->n_sums; i++) {
        sinew_status status = new_sum(&p->sums[i], &c->sums[i], error);
        if (status)
            return status;
        p->of[c->n_systems + i] = p->sums[i];
        for (size_t k = 0; k < c->sums[i].n_terms; k++)
            *wanted++ = c->sums[i].terms[k].signal;
        *signal++ = c->sums[i].name;
    }
    for (size_t i = 0; i < c->n_inputs; i++)
        *signal++ = c->inputs[i];
    return SINEW_OK;
}

/* "an output of 'plant'", for a signal by its number. */
static const char *who_gives(char text[128], const plan *p, size_t signal)
{
    const sinew_connections *c = p->c;
    size_t first = 0;
    for (size_t i = 0; i < c->n_systems; i++) {
        const sinew_named_system *s = &c->systems[i];
        if (signal < first + s->system->outputs) {
            if (s->name)
                snprintf(text, 128, "an output of '%.*s'", SHOWN, s->name);
            else
                snprintf(text, 128, "an output of system %zu", i);
            return text;
        }
        first += s->system->outputs;
    }
    return signal < p->p ? "a sum" : "an input of the whole";
}

static sinew_status check_doubles(plan *p, sinew_error *error)
{
    char one[128], other[128];
    size_t n = p->p + p->c->n_inputs;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(p->signals[i], p->signals[k])) {
                p->culprit = p->signals[i];
                return sinew_fail(error, SINEW_ERR_DATA,
                                  "the name '%.*s' stands for two signals: %s and %s", SHOWN,
                                  p->signals[i], who_gives(one, p, k), who_gives(other, p, i));
            }
    for (size_t i = 0; i < p->c->n_outputs; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(p->c->outputs[i], p->c->outputs[k])) {
                p->culprit = p->c->outputs[i];
                return sinew_fail(error, SINEW_ERR_DATA, "the output '%.*s' is asked for twice",
                                  SHOWN, p->c->outputs[i]);
            }
    return SINEW_OK;
}

/* "input 'u' of 'plant'", for an input by its number. */
static const char *who_takes(char text[192], const plan *p, size_t input)
{
    const sinew_connections *c = p->c;
    size_t first = 0;
    for (size_t i = 0; i < p->n; i++) {
        size_t inputs = p->of[i]->inputs;
        if (input >= first + inputs) {
            first += inputs;
            continue;
        }
        if (i >= c->n_systems)
            snprintf(text, 192, "the sum '%.*s'", SHOWN, c->sums[i - c->n_systems].name);
        else if (c->systems[i].name)
            snprintf(text, 192, "an input of '%.*s'", SHOWN, c->systems[i].name);
        else
            snprintf(text, 192, "an input of system %zu", i);
        break;
    }
    return text;
}

/* The number of the signal; SINEW_ERR_DATA where nobody gives it. */
static sinew_status find(size_t *at, plan *p, const char *name, const char *who, sinew_error *error)
{
    for (*at = 0; p->signals[*at]; ++*at)
        if (!strcmp(p->signals[*at], name))
            return SINEW_OK;
    p->culprit = name;
    const char *like = sinew_name_like(name, p->signals);
    if (like)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s takes '%.*s', which nobody gives: did you mean '%.*s'?", who, SHOWN,
                          name, SHOWN, like);
    return sinew_fail(error, SINEW_ERR_DATA, "%s takes '%.*s', which nobody gives", who, SHOWN,
                      name);
}

static sinew_status resolve(plan *p, sinew_error *error)
{
    size_t inputs = p->c->n_inputs, at = 0;
    char who[192];
    for (size_t i = 0; i < p->m; i++) {
        sinew_status status = find(&at, p, p->wanted[i], who_takes(who, p, i), error);
        if (status)
            return status;
        if (at < p->p)
            p->K[i * p->p + at] = 1;
        else
            p->E[i * inputs + at - p->p] = 1;
    }
    for (size_t i = 0; i < p->c->n_outputs; i++) {
        sinew_status status = find(&at, p, p->c->outputs[i], "an output of the whole", error);
        if (status)
            return status;
        if (at < p->p)
            p->F[i * p->p + at] = 1;
        else
            p->G[i * inputs + at - p->p] = 1;
    }
    return SINEW_OK;
}

/* An input that reaches nothing is a slip of the pen. */
static sinew_status check_used(plan *p, sinew_error *error)
{
    size_t inputs = p->c->n_inputs;
    for (size_t j = 0; j < inputs; j++) {
        bool used = false;
        for (size_t i = 0; i < p->m; i++)
            used = used || p->E[i * inputs + j] != 0;
        for (size_t i = 0; i < p->c->n_outputs; i++)
            used = used || p->G[i * inputs + j] != 0;
        if (used)
            continue;
        p->culprit = p->c->inputs[j];
        return sinew_fail(error, SINEW_ERR_DATA, "nobody takes the input '%.*s'", SHOWN,
                          p->c->inputs[j]);
    }
    return SINEW_OK;
}

sinew_status sinew_connect_by_name(sinew_system **out, const sinew_connections *c,
                                   const char **culprit, sinew_error *error)
{
    plan p = {0};
    *out = NULL;
    *culprit = NULL;
    sinew_status status = check(c, error);
    if (status)
        return status;
    status = count(&p, c, error);
    if (!status)
        status = list(&p, error);
    if (!status)
        status = check_doubles(&p, error);
    if (!status)
        status = resolve(&p, error);
    if (!status)
        status = check_used(&p, error);
    if (!status) {
        sinew_wiring wiring = {p.of, p.n, c->n_inputs, c->n_outputs, p.K, p.E, p.F, p.G};
        status = sinew_join_wire(out, &wiring, error);
    }
    *culprit = p.culprit;
    plan_finish(&p);
    return status;
}

sinew_status sinew_join_connect(sinew_system **out, const sinew_connections *connections,
                                sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    const char *culprit;
    return sinew_connect_by_name(out, connections, &culprit, error);
}
