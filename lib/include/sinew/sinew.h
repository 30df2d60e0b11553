/**
 * sinew: continuous linear state space models as streaming filters.
 *
 * One model, three faces: a continuous system (system.h), a recurrence with constant memory, a
 * convolution (filter.h). The three verbs: build (system or model -> node), open (node ->
 * stream), process (block -> block). See examples/ for whole programs.
 */
#ifndef SINEW_H
#define SINEW_H

#include "analysis.h"
#include "attention.h"
#include "block.h"
#include "checkpoint.h"
#include "costs.h"
#include "delay.h"
#include "describe.h"
#include "design.h"
#include "diagonal.h"
#include "discretization.h"
#include "equalizer.h"
#include "filter.h"
#include "gammatone.h"
#include "gramian.h"
#include "graph.h"
#include "hippo.h"
#include "identify.h"
#include "io.h"
#include "irregular.h"
#include "join.h"
#include "kalman.h"
#include "kernel.h"
#include "layer.h"
#include "mamba.h"
#include "model.h"
#include "node.h"
#include "parallel.h"
#include "physical.h"
#include "plan.h"
#include "recurrent.h"
#include "reduce.h"
#include "s4.h"
#include "sampler.h"
#include "state.h"
#include "status.h"
#include "spectral.h"
#include "stream.h"
#include "system.h"
#include "tensor.h"
#include "tokenizer.h"
#include "weighting.h"

#endif
