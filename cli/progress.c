#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

progress progress_start(bool quiet)
{
    const char *terminal = getenv("TERM");
    bool can_redraw = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0);
    return (progress){.wanted = !quiet && can_redraw, .started_s = clock_s()};
}

static bool is_due(progress *p)
{
    if (!p->wanted)
        return false;
    double now = clock_s();
    if (now - p->started_s < 0.5 || now - p->drawn_s < 0.1)
        return false;
    p->drawn_s = now;
    return true;
}

static void draw(progress *p, const char *text)
{
    fprintf(stderr, "\r%.78s\033[K", text);
    fflush(stderr);
    p->drawn = true;
}

/* "1:02:03" or "2:03" */
static void format_time(char *text, size_t n_bytes, double seconds)
{
    unsigned long whole = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 1000000000ul;
    if (whole >= 3600)
        snprintf(text, n_bytes, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, n_bytes, "%lu:%02lu", whole / 60, whole % 60);
}

void progress_of_file(progress *p, int64_t done, int64_t total, double rate_hz)
{
    if (!is_due(p))
        return;
    double elapsed = p->drawn_s - p->started_s, signal_s = (double)done / rate_hz;
    char text[128], time[32];
    if (!(rate_hz > 0))
        snprintf(text, sizeof text, "%lld frames done", (long long)done);
    else if (total > 0 && done > 0) {
        double share = (double)done / (double)total;
        format_time(time, sizeof time, elapsed / share - elapsed);
        snprintf(text, sizeof text, "%5.1f %%  %.4gx real time  %s left", 100 * share,
                 signal_s / elapsed, time);
    } else {
        format_time(time, sizeof time, signal_s);
        snprintf(text, sizeof text, "%s done  %.4gx real time", time, signal_s / elapsed);
    }
    draw(p, text);
}

void progress_of_batch(progress *p, uint64_t done, uint64_t total, double signal_s)
{
    enum { WIDTH = 30 };
    if (!is_due(p))
        return;
    double elapsed = p->drawn_s - p->started_s, share = (double)done / (double)total;
    char bar[WIDTH + 1], text[128], time[32] = "?";
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < (int)(share * WIDTH) ? '#' : '.';
    bar[WIDTH] = 0;
    if (done > 0)
        format_time(time, sizeof time, elapsed / share - elapsed);
    snprintf(text, sizeof text, "[%s] %llu/%llu files  %.4gx real time  %s left", bar,
             (unsigned long long)done, (unsigned long long)total, signal_s / elapsed, time);
    draw(p, text);
}

void progress_clear(progress *p)
{
    if (p->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        p->drawn = false;
    }
}
