/* daemon/topic.c: what a live topic loses it says, and what may wait loses nothing. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "topic.h"

enum { FRAMES = 4, SLOTS = 8 }; /* 8: the least that a topic holds */

typedef struct bench {
    sinewd_stop stop;
    sinewd_topic *topic;
    int wake_fd;
} bench;

static void bench_new(bench *b, bool may_wait)
{
    cr_assert_eq(sinewd_stop_init(&b->stop, NULL), SINEW_OK);
    b->wake_fd = eventfd(0, EFD_NONBLOCK);
    cr_assert_eq(sinewd_topic_new(&b->topic, "t", "e", may_wait, b->wake_fd, &b->stop, NULL),
                 SINEW_OK);
}

static void bench_open(bench *b)
{
    sinewd_topic_opts opts = {.rate_hz = 1000,
                              .channels = 2,
                              .sample = SINEW_SAMPLE_F32,
                              .max_frames = FRAMES,
                              .queue_s = 0.001,
                              .model_hash = 0xabc};
    cr_assert_eq(sinewd_topic_open(b->topic, &opts, NULL), SINEW_OK);
}

static void bench_finish(bench *b)
{
    sinewd_topic_free(b->topic);
    sinewd_stop_finish(&b->stop);
    close(b->wake_fd);
}

static void subscribe(bench *b, const char *prefix, bool comes)
{
    sinewd_topic_subscribed(b->topic, prefix, strlen(prefix), comes);
}

/* Block k of FRAMES frames, all of value k. */
static void write_block(bench *b, int64_t k, int64_t gap, bool restart)
{
    float samples[2 * FRAMES];
    for (int i = 0; i < 2 * FRAMES; i++)
        samples[i] = (float)k;
    sinewd_chunk chunk = {
        .block = {.samples = samples, .n_frames = FRAMES, .channels = 2, .index = k * FRAMES},
        .at = {{5, 0}, {6, 0}},
        .gap = gap,
        .restart = restart};
    sinewd_topic_write(b->topic, &chunk);
}

/* The next message is block k. */
static void expect(bench *b, int64_t k, int64_t seq, int64_t gap, const char *epoch)
{
    sinewd_message m;
    cr_assert(sinewd_topic_peek(b->topic, &m), "block %d is not there", (int)k);
    cr_assert_eq(m.header.index, k * FRAMES, "%d", (int)m.header.index);
    cr_assert_eq(m.header.seq, seq, "%d", (int)m.header.seq);
    cr_assert_eq(m.header.gap, gap, "%d", (int)m.header.gap);
    cr_assert_eq(m.header.flags, gap ? SINEWD_FLAG_GAP : 0);
    cr_assert_str_eq(m.header.epoch, epoch);
    cr_assert_eq(m.n_samples, 2 * FRAMES);
    cr_assert_eq(((const float *)m.samples)[2 * FRAMES - 1], (float)k);
    sinewd_topic_taken(b->topic);
}

static void expect_end(bench *b, int64_t index, int64_t seq, int64_t gap)
{
    sinewd_message m;
    cr_assert(sinewd_topic_peek(b->topic, &m));
    cr_assert(m.header.flags & SINEWD_FLAG_EOS);
    cr_assert_eq(m.header.n_frames, 0);
    cr_assert_eq(m.header.channels, 2);
    cr_assert_eq(m.header.index, index);
    cr_assert_eq(m.header.seq, seq);
    cr_assert_eq(m.header.gap, gap);
    cr_assert_not(sinewd_topic_ended(b->topic));
    sinewd_topic_taken(b->topic);
    cr_assert(sinewd_topic_ended(b->topic));
    cr_assert_not(sinewd_topic_peek(b->topic, &m));
}

Test(topic, a_full_live_topic_drops_whole_blocks_and_says_so)
{
    bench b;
    bench_new(&b, false);
    bench_open(&b);
    subscribe(&b, "t ", true);
    for (int k = 0; k < SLOTS + 3; k++)
        write_block(&b, k, 0, false);
    for (int k = 0; k < SLOTS; k++)
        expect(&b, k, k, 0, "e.0");
    write_block(&b, SLOTS + 4, 7, false); /* the source lost a block and more before this one */
    write_block(&b, SLOTS + 5, 0, false);
    expect(&b, SLOTS + 4, SLOTS, 3 * FRAMES + 7, "e.0");
    expect(&b, SLOTS + 5, SLOTS + 1, 0, "e.0");
    json_t *status = sinewd_topic_status(b.topic);
    cr_assert_eq(json_integer_value(json_object_get(status, "lost")), 3 * FRAMES);
    cr_assert_eq(json_integer_value(json_object_get(status, "seq")), SLOTS + 1);
    json_decref(status);
    sinewd_topic_finish(b.topic);
    expect_end(&b, (SLOTS + 6) * FRAMES, SLOTS + 2, 0);
    bench_finish(&b);
}

Test(topic, the_end_tells_of_what_was_lost_before_it)
{
    bench b;
    bench_new(&b, false);
    bench_open(&b);
    subscribe(&b, "", true);
    for (int k = 0; k < SLOTS + 2; k++)
        write_block(&b, k, 0, false);
    sinewd_topic_finish(b.topic);
    for (int k = 0; k < SLOTS; k++)
        expect(&b, k, k, 0, "e.0");
    expect_end(&b, (SLOTS + 2) * FRAMES, SLOTS, 2 * FRAMES);
    bench_finish(&b);
}

Test(topic, what_the_publisher_could_not_send_is_a_gap_too)
{
    bench b;
    bench_new(&b, false);
    bench_open(&b);
    subscribe(&b, "t", true);
    for (int k = 0; k < 3; k++)
        write_block(&b, k, 0, false);
    sinewd_message m;
    expect(&b, 0, 0, 0, "e.0");
    cr_assert(sinewd_topic_peek(b.topic, &m));
    sinewd_topic_dropped(b.topic);
    expect(&b, 2, 2, FRAMES, "e.0");
    bench_finish(&b);
}

Test(topic, without_subscribers_nothing_waits_but_seq_goes_on)
{
    bench b;
    bench_new(&b, false);
    bench_open(&b);
    sinewd_message m;
    for (int k = 0; k < 3 * SLOTS; k++)
        write_block(&b, k, 0, false);
    cr_assert_not(sinewd_topic_peek(b.topic, &m));
    subscribe(&b, "t ", true);
    write_block(&b, 3 * SLOTS, 0, false);
    expect(&b, 3 * SLOTS, 3 * SLOTS, 0, "e.0");
    bench_finish(&b);
}

Test(topic, a_source_that_begins_anew_is_another_epoch)
{
    bench b;
    bench_new(&b, false);
    bench_open(&b);
    subscribe(&b, "t ", true);
    write_block(&b, 9, 0, false);
    write_block(&b, 2, 0, true);
    write_block(&b, 3, 0, false);
    expect(&b, 9, 0, 0, "e.0");
    expect(&b, 2, 0, 0, "e.1");
    expect(&b, 3, 1, 0, "e.1");
    bench_finish(&b);
}

Test(topic, subscriptions_are_prefixes_and_are_counted)
{
    bench b;
    bench_new(&b, false);
    static const char *const hits[] = {"", "t", "t "};
    static const char *const misses[] = {"t/", "t/meta ", "tt", "x", "t  ", "t {", "sinew/hb "};
    for (size_t i = 0; i < 3; i++)
        subscribe(&b, hits[i], true);
    for (size_t i = 0; i < sizeof misses / sizeof *misses; i++)
        subscribe(&b, misses[i], true);
    cr_assert_eq(sinewd_topic_subscribers(b.topic), 3);
    cr_assert(sinewd_topic_subscribed(b.topic, "t/meta ", 7, true));
    cr_assert_not(sinewd_topic_subscribed(b.topic, "t ", 2, true));
    for (int i = 0; i < 9; i++)
        subscribe(&b, "t ", false); /* more go than came: a peer may say anything */
    cr_assert_eq(sinewd_topic_subscribers(b.topic), 0);
    bench_finish(&b);
}

static void *take_all(void *arg)
{
    bench *b = arg;
    sinewd_message m;
    for (int64_t k = 0; k < 1000;) {
        if (!sinewd_topic_peek(b->topic, &m))
            continue;
        if (m.header.index != k * FRAMES || m.header.gap)
            return NULL;
        sinewd_topic_taken(b->topic);
        k++;
    }
    return b;
}

Test(topic, one_that_may_wait_loses_nothing_and_a_stop_ends_the_waiting)
{
    bench b;
    pthread_t reader;
    void *good;
    bench_new(&b, true);
    bench_open(&b);
    subscribe(&b, "t ", true);
    cr_assert_eq(pthread_create(&reader, NULL, take_all, &b), 0);
    for (int k = 0; k < 1000; k++)
        write_block(&b, k, 0, false);
    pthread_join(reader, &good);
    cr_assert_not_null(good);
    sinewd_stop_ask(&b.stop);
    for (int k = 0; k < 2 * SLOTS; k++)
        write_block(&b, 1000 + k, 0, false); /* nobody reads: without the stop, for ever */
    bench_finish(&b);
}

Test(topic, before_it_is_open_there_is_nothing_to_send)
{
    bench b;
    sinewd_message m;
    bench_new(&b, false);
    sinewd_topic_finish(b.topic);
    cr_assert_not(sinewd_topic_peek(b.topic, &m));
    cr_assert(sinewd_topic_ended(b.topic));
    cr_assert_null(sinewd_topic_status(b.topic));
    bench_finish(&b);
}
