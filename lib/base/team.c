#include "base/team.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

struct sinew_team {
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    void (*part)(void *context, size_t i);
    void *context;
    size_t next, n_parts; /* the next part that nobody has; no more than n_parts */
    size_t working;       /* parts that are being done */
    bool over;
    size_t n_threads;
    pthread_t threads[];
};

/* One part, if there is one left. With the lock held, which is not while it is done. */
static bool do_one(sinew_team *team)
{
    if (team->next == team->n_parts)
        return false;
    size_t i = team->next++;
    team->working++;
    pthread_mutex_unlock(&team->lock);
    team->part(team->context, i);
    pthread_mutex_lock(&team->lock);
    if (--team->working == 0 && team->next == team->n_parts)
        pthread_cond_signal(&team->end);
    return true;
}

static void *member(void *given)
{
    sinew_team *team = given;
    pthread_mutex_lock(&team->lock);
    while (!team->over)
        if (!do_one(team))
            pthread_cond_wait(&team->begin, &team->lock);
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

sinew_status sinew_team_new(sinew_team **out, size_t members, sinew_error *error)
{
    sinew_team *team = sinew_alloc(1, sizeof *team + members * sizeof *team->threads);
    *out = NULL;
    if (!team)
        return sinew_fail_memory(error);
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->begin, NULL);
    pthread_cond_init(&team->end, NULL);
    for (int failed = 0; team->n_threads + 1 < members; team->n_threads++)
        if ((failed = pthread_create(&team->threads[team->n_threads], NULL, member, team))) {
            sinew_team_free(team);
            return sinew_fail(error, SINEW_ERR_IO, "no thread can be started: %s",
                              strerror(failed));
        }
    *out = team;
    return SINEW_OK;
}

void sinew_team_free(sinew_team *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->lock);
    team->over = true;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->lock);
    for (size_t i = 0; i < team->n_threads; i++)
        pthread_join(team->threads[i], NULL);
    pthread_cond_destroy(&team->end);
    pthread_cond_destroy(&team->begin);
    pthread_mutex_destroy(&team->lock);
    sinew_free(team);
}

void sinew_team_do(sinew_team *team, void (*part)(void *context, size_t i), void *context,
                   size_t n_parts)
{
    pthread_mutex_lock(&team->lock);
    team->part = part;
    team->context = context;
    team->next = 0;
    team->n_parts = n_parts;
    pthread_cond_broadcast(&team->begin);
    while (do_one(team))
        continue;
    while (team->working > 0)
        pthread_cond_wait(&team->end, &team->lock);
    pthread_mutex_unlock(&team->lock);
}
