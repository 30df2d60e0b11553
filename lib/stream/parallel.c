#include "sinew/parallel.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/team.h"

enum {
    PIECE_FRAMES = 4096, /* where max_frames is not given */
    SHORT = 64,
    SEGMENT_FRAMES = 1 << 17,
    WARM_SHARE = 8
};

typedef struct member {
    sinew_stream *stream;
    void *unheard; /* (piece_frames, channels_out) */
} member;

struct sinew_parallel {
    const sinew_node *node;
    sinew_team *team;
    size_t piece_frames;   /* of a stream's calls of process: max_frames */
    size_t warm_frames;    /* 0: one thread */
    size_t n_members, now; /* member `now` has the stream's state */
    const sinew_block *in;
    sinew_block *out;
    size_t segment_frames, n_segments; /* of the block that is being processed */
    member members[];
};

static size_t rounded_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/* How long a segment begins too early. A kernel for long calls (kernel.h) takes them whole where
 * they are counted from the stream's beginning: long segments begin where one does. */
static size_t choose_warm_frames(const sinew_node *node, const sinew_stream_opts *opts,
                                 size_t piece)
{
    uint64_t settle = node->settle_frames;
    bool forgets = (node->flags & SINEW_NODE_FORGETS) && settle > 0;
    if (!forgets || (opts && (opts->steps || opts->whole)) ||
        settle > SIZE_MAX / (WARM_SHARE * SINEW_MAX_THREADS))
        return 0;
    return rounded_up((size_t)settle, settle < piece ? SHORT : piece);
}

static sinew_status open_members(sinew_parallel *p, const sinew_stream_opts *opts,
                                 sinew_error *error)
{
    size_t frame = p->node->channels_out * sinew_sample_bytes(p->node->sample_out);
    for (size_t i = 0; i < p->n_members; i++) {
        sinew_status status = sinew_stream_open(&p->members[i].stream, p->node, opts, error);
        if (status)
            return status;
        p->members[i].unheard = sinew_alloc(p->n_members > 1 ? p->piece_frames : 1, frame);
        if (!p->members[i].unheard)
            return sinew_fail_memory(error);
    }
    return sinew_team_new(&p->team, p->n_members, error);
}

sinew_status sinew_parallel_open(sinew_parallel **out, const sinew_node *node,
                                 const sinew_stream_opts *opts, size_t threads, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!node)
        return sinew_fail_null(error);
    if (threads < 1 || threads > SINEW_MAX_THREADS)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu threads are not 1 to %d", threads,
                          SINEW_MAX_THREADS);
    size_t piece = opts && opts->max_frames ? opts->max_frames : PIECE_FRAMES;
    size_t warm = choose_warm_frames(node, opts, piece), n = warm > 0 ? threads : 1;
    sinew_parallel *p = sinew_alloc(1, sizeof *p + n * sizeof *p->members);
    if (!p)
        return sinew_fail_memory(error);
    p->node = node;
    p->piece_frames = piece;
    p->warm_frames = warm;
    p->n_members = n;
    sinew_status status = open_members(p, opts, error);
    if (status) {
        sinew_parallel_close(p);
        return status;
    }
    *out = p;
    return SINEW_OK;
}

void sinew_parallel_close(sinew_parallel *p)
{
    if (!p)
        return;
    sinew_team_free(p->team);
    for (size_t i = 0; i < p->n_members; i++) {
        sinew_stream_close(p->members[i].stream);
        sinew_free(p->members[i].unheard);
    }
    sinew_free(p);
}

sinew_stream *sinew_parallel_stream(sinew_parallel *p)
{
    return p->members[p->now].stream;
}

size_t sinew_parallel_frames(const sinew_parallel *p)
{
    size_t segment = WARM_SHARE * p->warm_frames;
    segment = segment > SEGMENT_FRAMES ? segment : SEGMENT_FRAMES;
    return p->n_members * rounded_up(segment, p->piece_frames);
}

/* ---- a block ---- */

/* Segment k is run by the members in turn, the first by the one that has the state. */
static member *member_of(sinew_parallel *p, size_t k)
{
    return &p->members[(p->now + k) % p->n_members];
}

static unsigned char *input_at(const sinew_parallel *p, size_t frame)
{
    return (unsigned char *)p->in->samples +
           frame * p->node->channels_in * sinew_sample_bytes(p->node->sample_in);
}

/* Before any output is written, as the output may be where the input is. */
static void warm(void *context, size_t i)
{
    sinew_parallel *p = context;
    member *m = member_of(p, i + 1);
    size_t begin = (i + 1) * p->segment_frames - p->warm_frames;
    sinew_stream_reset(m->stream, p->in->index + (int64_t)begin);
    for (size_t at = 0, n; at < p->warm_frames; at += n) {
        n = p->warm_frames - at < p->piece_frames ? p->warm_frames - at : p->piece_frames;
        sinew_block in = *p->in, out = {.samples = m->unheard};
        in.samples = input_at(p, begin + at);
        in.n_frames = n;
        sinew_stream_process(m->stream, &in, &out);
    }
}

static void run(void *context, size_t i)
{
    sinew_parallel *p = context;
    size_t begin = i * p->segment_frames;
    size_t frame = p->node->channels_out * sinew_sample_bytes(p->node->sample_out);
    sinew_block in = *p->in, out = {.samples = (unsigned char *)p->out->samples + begin * frame};
    in.samples = input_at(p, begin);
    in.n_frames = i + 1 < p->n_segments ? p->segment_frames : p->in->n_frames - begin;
    sinew_stream_process(member_of(p, i)->stream, &in, &out);
}

/* Segments that are worth it: no shorter than twice what comes before them; one where the stream
 * crosses a gap or was given another node. */
static size_t count_segments(const sinew_parallel *p, const sinew_block *in)
{
    const sinew_stream *stream = p->members[p->now].stream;
    size_t least =
        2 * p->warm_frames > SINEW_SEGMENT_LEAST ? 2 * p->warm_frames : SINEW_SEGMENT_LEAST;
    size_t n = in->n_frames / least;
    if ((in->flags & SINEW_BLOCK_GAP) || sinew_stream_node(stream) != p->node ||
        sinew_stream_changing(stream))
        return 1;
    return n < p->n_members ? n : p->n_members;
}

void sinew_parallel_process(sinew_parallel *p, const sinew_block *in, sinew_block *out)
{
    size_t n = p->n_members > 1 ? count_segments(p, in) : 1;
    if (n < 2) {
        sinew_stream_process(sinew_parallel_stream(p), in, out);
        return;
    }
    sinew_block placed = *in;
    int64_t index = sinew_stream_index(sinew_parallel_stream(p));
    placed.index = index;
    p->in = &placed;
    p->out = out;
    p->n_segments = n;
    p->segment_frames = in->n_frames / n;
    if (p->segment_frames >= p->piece_frames)
        p->segment_frames -= p->segment_frames % p->piece_frames;
    sinew_team_do(p->team, warm, p, n - 1);
    sinew_team_do(p->team, run, p, n);
    p->now = (p->now + n - 1) % p->n_members;
    out->n_frames = in->n_frames;
    out->channels = p->node->channels_out;
    out->index = index;
    out->flags = in->flags;
    out->step_s = NULL;
}
