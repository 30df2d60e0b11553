/* The inside of joining: what a joined system must remember of its members.
 *
 * A member may keep band edges or a frequency in place under the bilinear rule, by being made
 * again for the step (prewarp.c). What is joined of it then has to be joined again: so it keeps
 * the members and how they were joined. */
#ifndef SINEW_SSM_JOINT_H
#define SINEW_SSM_JOINT_H

#include "sinew/join.h"
#include "ssm/system.h"

typedef enum sinew_joint_verb {
    SINEW_JOINT_WIRE = 0, /* by K, E, F, G */
    SINEW_JOINT_INVERSE,  /* of the one member */
    SINEW_JOINT_STRETCH   /* the one member, of which one frequency keeps its place */
} sinew_joint_verb;

struct sinew_joint {
    sinew_joint_verb verb;
    size_t n;
    sinew_system **members; /* (n), shared */
    size_t inputs, outputs; /* of WIRE */
    double *K, *E, *F, *G;
    double prewarp_hz; /* of STRETCH */
};

void sinew_joint_free(sinew_joint *joint); /* NULL is fine */
sinew_status sinew_joint_copy(sinew_joint **out, const sinew_joint *joint, sinew_error *error);

/* Remember in *system how it was wired, where a member asks for it; else nothing is done. */
sinew_status sinew_joint_remember_wiring(sinew_system *system, const sinew_wiring *wiring,
                                         sinew_error *error);
sinew_status sinew_joint_remember_inverse(sinew_system *system, const sinew_system *member,
                                          sinew_error *error);

/* Joined again, of members made again for the step. */
sinew_status sinew_joint_prewarp(sinew_system **out, const sinew_joint *joint, double step_s,
                                 sinew_error *error);

/* Does anything in the system keep its place under the bilinear rule? */
bool sinew_system_keeps_places(const sinew_system *system);

/* The system of which hz keeps its place, whatever kept its place before. */
sinew_status sinew_system_keep_place(sinew_system **out, const sinew_system *system, double hz,
                                     sinew_error *error);

/* join_wire.c: the algebra, without memory of it and without a hash. */
sinew_status sinew_wire_matrices(sinew_system **out, const sinew_wiring *wiring,
                                 sinew_error *error);

/* join_inverse.c: likewise. */
sinew_status sinew_inverse_matrices(sinew_system **out, const sinew_system *system,
                                    sinew_error *error);

/* join_loop.c: X = (I - M)^-1 R for the loop matrix M (n, n); X and R (n, columns). By
 * substitution, without rounding of its own, where the loop is none; by LU with refinement where
 * it is one. SINEW_ERR_NUMERIC where it is singular to working accuracy. */
sinew_status sinew_loop_solve(double *X, const double *M, const double *R, size_t n, size_t columns,
                              sinew_error *error);

/* join_factored.c: all of these answer *out NULL with SINEW_OK where the factored way is not
 * open. */
sinew_status sinew_factored_series(sinew_system **out, const sinew_system *const *systems, size_t n,
                                   sinew_error *error);
sinew_status sinew_factored_scale(sinew_system **out, const sinew_system *system, double gain,
                                  sinew_error *error);
sinew_status sinew_factored_inverse(sinew_system **out, const sinew_system *system,
                                    sinew_error *error);

/* In place of `joined`, where its factors answer as the members' answers do. sign: 0 for
 * parallel, else of the feedback. */
sinew_status sinew_factored_parallel(sinew_system **out, const sinew_system *joined,
                                     const sinew_system *const *systems, size_t n,
                                     sinew_error *error);
sinew_status sinew_factored_feedback(sinew_system **out, const sinew_system *joined,
                                     const sinew_system *forward, const sinew_system *back,
                                     double sign, sinew_error *error);

/* join_names.c: sinew_join_connect, which also says which of the given names (the pointer itself)
 * is at fault; NULL: none of them. */
sinew_status sinew_connect_by_name(sinew_system **out, const sinew_connections *connections,
                                   const char **culprit, sinew_error *error);

/* What was asked for, a verb and the members it joins; and the method that those prefer, where they
 * agree. */
void sinew_joint_sign(sinew_system *joined, const char *verb, const sinew_system *const *systems,
                      size_t n);

#endif
