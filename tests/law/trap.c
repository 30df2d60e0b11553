/* Law 6: `process` allocates nothing, locks nothing, prints nothing and calls no system.
 *
 * This program replaces the allocator and the lock of the C library by ones that end it when the
 * trap is set; and then, in a child under the kernel's strict seccomp mode, runs every node where
 * any system call but write and exit is death. A plain program: Criterion allocates itself. Not for
 * sanitizers, which replace the allocator too.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "wholes.h"

static volatile int armed;

static void trap(const char *what)
{
    if (!armed)
        return;
    armed = 0;
    ssize_t ignored = write(2, what, strlen(what));
    ignored = write(2, " in the processing path\n", 24);
    (void)ignored;
    syscall(SYS_exit, 3);
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t bytes)
{
    trap("malloc");
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    trap("calloc");
    return __libc_calloc(n, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    trap("realloc");
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    trap("aligned_alloc");
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
    trap("posix_memalign");
    *out = __libc_memalign(alignment, bytes);
    return *out ? 0 : ENOMEM;
}

void free(void *memory)
{
    trap("free");
    __libc_free(memory);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*next)(pthread_mutex_t *);
    trap("pthread_mutex_lock");
    if (!next)
        next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
    return next(mutex);
}

enum { FRAMES = 3000 };

/* law_run without its memory for steps. */
static void run_blocks(sinew_stream *stream, const law_node *law, const void *in, void *out,
                       const double *steps, const size_t *cuts)
{
    size_t in_bytes = law->channels_in * sinew_sample_bytes(law->sample_in);
    size_t out_bytes = law->channels_out * sinew_sample_bytes(law->sample_out);
    for (size_t at = 0, c = 0; at < FRAMES; c = cuts[c + 1] ? c + 1 : 0) {
        size_t now = cuts[c] < FRAMES - at ? cuts[c] : FRAMES - at;
        sinew_block block = {.samples = (char *)(uintptr_t)in + at * in_bytes,
                             .n_frames = now,
                             .channels = law->channels_in,
                             .step_s = steps + at};
        sinew_block result = {.samples = (char *)out + at * out_bytes};
        sinew_stream_process(stream, &block, &result);
        at += now;
    }
}

/* The block at the start of `in`, after a gap. */
static void cross_gap(const law_node *law, sinew_stream *stream, const void *in, void *out,
                      const double *steps)
{
    sinew_block block = {.samples = (void *)(uintptr_t)in,
                         .n_frames = 10,
                         .channels = law->channels_in,
                         .flags = SINEW_BLOCK_GAP,
                         .step_s = steps,
                         .index = sinew_stream_index(stream) + 1500};
    sinew_block result = {.samples = out};
    sinew_stream_process(stream, &block, &result);
}

/* All that a callback does: a swap of nodes in mid-stream, odd blocks, a gap, save, load, reset. */
static void run_node(const law_node *law, sinew_stream *stream, sinew_swap *swap, const void *in,
                     void *out, const double *steps, void *saved, size_t n_saved)
{
    static const size_t cuts[] = {1, 64, 7, 500, 0};
    if (law->sample_out != SINEW_SAMPLE_I32 && sinew_stream_swap(stream, swap, 50, 100, NULL))
        abort();
    run_blocks(stream, law, in, out, steps, cuts);
    cross_gap(law, stream, in, out, steps);
    if (sinew_stream_save(stream, saved, n_saved, NULL) ||
        sinew_stream_load(stream, saved, n_saved, NULL))
        abort();
    sinew_stream_reset(stream, 0);
    run_blocks(stream, law, in, out, steps, cuts);
}

/* Signals one behind another, one that there is no room for among them. */
static void run_signals(const law_node *law, sinew_stream *stream, const void *in, void *out,
                        const double *steps)
{
    static const size_t lengths[] = {1, 500, 7, FRAMES, 600};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sinew_block block = {.samples = (void *)(uintptr_t)in,
                             .n_frames = lengths[i],
                             .channels = law->channels_in,
                             .flags = SINEW_BLOCK_GAP,
                             .step_s = steps,
                             .index = 5000 * (int64_t)i};
        sinew_block result = {.samples = out};
        sinew_stream_process(stream, &block, &result);
    }
    sinew_stream_reset(stream, 0);
}

/* 0: clean; otherwise what the child died of. */
static int run_trapped(const law_node *law)
{
    sinew_node *node = law_make(law), *other = law_make(law);
    bool whole = (node->flags & SINEW_NODE_WHOLE) != 0;
    sinew_stream *stream = NULL;
    sinew_stream_opts opts = {.gap = node->flags & SINEW_NODE_FORGETS ? SINEW_GAP_JUMP
                                                                      : SINEW_GAP_CONTINUE,
                              .max_frames = whole ? 600 : 0,
                              .whole = whole,
                              .steps = law->steps};
    double *steps = law_steps(FRAMES);
    void *in = law_input(law->sample_in, law->channels_in, FRAMES, 1);
    void *out = sinew_alloc(FRAMES * law->channels_out, sinew_sample_bytes(law->sample_out));
    sinew_swap *swap = NULL;
    if (sinew_stream_open(&stream, node, &opts, NULL) || sinew_swap_new(&swap, other, &opts, NULL))
        abort();
    size_t n_saved = sinew_stream_saved_bytes(stream);
    void *saved = sinew_alloc(n_saved, 1);
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
            _exit(77);
        armed = 1;
        if (whole)
            run_signals(law, stream, in, out, steps);
        else
            run_node(law, stream, swap, in, out, steps, saved, n_saved);
        armed = 0;
        syscall(SYS_exit, 0); /* exit_group is not among the calls that strict mode allows */
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        abort();
    sinew_stream_close(stream);
    sinew_swap_free(swap);
    sinew_node_free(node);
    sinew_node_free(other);
    sinew_free(in);
    sinew_free(out);
    sinew_free(saved);
    sinew_free(steps);
    return status;
}

/* The trap itself must catch: a child that allocates and one that calls the system. */
static int trap_catches(int allocate)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
            _exit(77);
        armed = 1;
        if (allocate) {
            void *(*volatile allocator)(size_t) = malloc; /* not to be optimised away */
            free(allocator(10));
        } else {
            getppid();
        }
        armed = 0;
        syscall(SYS_exit, 0);
    }
    waitpid(child, &status, 0);
    return status;
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    size_t n = n_law_nodes + n_law_wholes;
    printf("1..%zu\n", n + 2);
    int status = trap_catches(0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        for (size_t i = 0; i < n + 2; i++)
            printf("ok %zu # SKIP the kernel refuses strict seccomp\n", i + 1);
        return 0;
    }
    printf("%s 1 - the trap catches a system call\n", WIFSIGNALED(status) ? "ok" : "not ok");
    status = trap_catches(1);
    printf("%s 2 - the trap catches malloc\n",
           WIFEXITED(status) && WEXITSTATUS(status) == 3 ? "ok" : "not ok");
    for (size_t i = 0; i < n; i++) {
        const law_node *law = i < n_law_nodes ? &law_nodes[i] : &law_wholes[i - n_law_nodes];
        status = run_trapped(law);
        printf("%s %zu - %s (%s %d)\n", status == 0 ? "ok" : "not ok", i + 3, law->name,
               WIFSIGNALED(status) ? "signal" : "exit",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    return 0;
}
