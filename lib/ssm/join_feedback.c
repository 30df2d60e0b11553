/* y = forward u with u = v -+ back y. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/joint.h"

static sinew_status check(const sinew_system *forward, const sinew_system *back,
                          sinew_feedback_sign sign, sinew_error *error)
{
    if (!forward)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system to be fed back");
    if (sign != SINEW_FEEDBACK_NEGATIVE && sign != SINEW_FEEDBACK_POSITIVE)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such sign of feedback");
    size_t takes = back ? back->inputs : forward->outputs;
    size_t gives = back ? back->outputs : forward->outputs;
    if (takes != forward->outputs || gives != forward->inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "in feedback: the way forward has %zu inputs and %zu outputs, the way "
                          "back %zu and %zu",
                          forward->inputs, forward->outputs, takes, gives);
    return SINEW_OK;
}

/* u_forward = v + sign y_back, u_back = y_forward; without a way back u_forward = v + sign y. */
static sinew_status wire(sinew_system **out, const sinew_system *const systems[2], size_t n,
                         double sign, sinew_error *error)
{
    size_t q = systems[0]->inputs, p = systems[0]->outputs, all_in = n == 2 ? q + p : q;
    size_t all_out = n == 2 ? p + q : p;
    if (all_in > SINEW_ORDER_MAX || all_out > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "more than %d inputs or outputs in the loop",
                          SINEW_ORDER_MAX);
    double *K = sinew_alloc(all_in * all_out, sizeof *K), *E = sinew_alloc(all_in * q, sizeof *E);
    double *F = sinew_alloc(p * all_out, sizeof *F);
    sinew_status status = K && E && F ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < q; i++) {
            E[i * q + i] = 1;
            K[i * all_out + (n == 2 ? p : 0) + i] = sign;
        }
        for (size_t i = 0; i < p; i++) {
            F[i * all_out + i] = 1;
            if (n == 2)
                K[(q + i) * all_out + i] = 1;
        }
        sinew_wiring wiring = {systems, n, q, p, K, E, F, NULL};
        status = sinew_wire_matrices(out, &wiring, error);
        if (!status)
            status = sinew_joint_remember_wiring(*out, &wiring, error);
    }
    sinew_free(K);
    sinew_free(E);
    sinew_free(F);
    return status;
}

sinew_status sinew_join_feedback(sinew_system **out, const sinew_system *forward,
                                 const sinew_system *back, sinew_feedback_sign sign,
                                 sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    const sinew_system *systems[2] = {forward, back};
    size_t n = back ? 2 : 1;
    double by = sign == SINEW_FEEDBACK_NEGATIVE ? -1 : 1;
    sinew_system *factored = NULL;
    *out = NULL;
    sinew_status status = check(forward, back, sign, error);
    if (!status)
        status = wire(out, systems, n, by, error);
    if (!status)
        status = sinew_factored_feedback(&factored, *out, forward, back, by, error);
    if (status || factored)
        sinew_system_free(*out);
    if (factored)
        *out = factored;
    else if (status)
        *out = NULL;
    if (!status) {
        sinew_joint_sign(*out, "feedback", systems, n);
        (*out)->asked = sinew_hash_numbers((*out)->asked, &by, 1);
    }
    return status;
}
