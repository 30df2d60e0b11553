/* daemon/config.c: what a configuration means, and what is said of a wrong one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

static const char good[] = "publish:\n"
                           "  bind: [tcp://127.0.0.1:5555, ipc://run/s]\n"
                           "  queue: 250ms\n"
                           "pipelines:\n"
                           "  - name: mic/clean\n"
                           "    source: {file: {path: in.wav, pace: fast, loop: yes, block: 512}}\n"
                           "    model: m.yaml\n"
                           "    method: bilinear\n"
                           "    prewarp_hz: 1k\n"
                           "    engine: convolve\n"
                           "    dtype: f32\n"
                           "    start: {subscribers: 2}\n"
                           "    outputs:\n"
                           "      - publish: {}\n"
                           "      - publish: {topic: other}\n"
                           "      - file: {path: /abs/out.wav}\n"
                           "      - device: {latency: 10ms}\n"
                           "  - name: second\n"
                           "    source:\n"
                           "      zmq: {connect: 'ipc://up', format: raw, rate: 8k, channels: 2,\n"
                           "            dtype: i16}\n"
                           "    model: speech-bandpass\n"
                           "    outputs: [{file: {path: out.npy}}]\n";

static const sinewd_pipeline_config *pipeline(const sinewd_config_file *file, size_t i)
{
    return (const sinewd_pipeline_config *)file->config.pipelines.items + i;
}

static const sinewd_output_config *output(const sinewd_pipeline_config *p, size_t i)
{
    return (const sinewd_output_config *)p->outputs.items + i;
}

Test(config, every_key_arrives_and_paths_are_beside_the_file)
{
    sinewd_config_file file;
    cr_assert(sinewd_config_read(&file, good, sizeof good - 1, "dir/c.yaml"), "%s",
              file.problems.n ? sinew_problems_text(&file.problems, 0) : "");
    const sinewd_config *c = &file.config;
    cr_assert_eq(c->publish.bind.n, 2);
    cr_assert_str_eq(((const char **)c->publish.bind.items)[0], "tcp://127.0.0.1:5555");
    cr_assert_str_eq(((const char **)c->publish.bind.items)[1], "ipc://dir/run/s");
    cr_assert_eq(c->publish.queue_s, 0.25);
    cr_assert_eq(c->pipelines.n, 2);
    const sinewd_pipeline_config *p = pipeline(&file, 0);
    cr_assert(p->source.is_file && !p->source.is_device && !p->source.is_zmq);
    cr_assert_str_eq(p->source.file.path, "dir/in.wav");
    cr_assert(p->source.file.pace == SINEWD_PACE_FAST && p->source.file.loop);
    cr_assert_eq(p->source.file.block, 512);
    cr_assert_str_eq(p->model, "dir/m.yaml");
    cr_assert_eq(p->method, SINEW_METHOD_BILINEAR);
    cr_assert_eq(p->prewarp_hz, 1000);
    cr_assert_eq(p->engine, SINEW_ENGINE_CONVOLVE);
    cr_assert(p->has_sample && p->sample == SINEW_SAMPLE_F32);
    cr_assert_eq(p->start.subscribers, 2);
    cr_assert_eq(p->outputs.n, 4);
    cr_assert_str_eq(output(p, 0)->publish.topic, "mic/clean");
    cr_assert_str_eq(output(p, 1)->publish.topic, "other");
    cr_assert_str_eq(output(p, 2)->file.path, "/abs/out.wav");
    cr_assert(output(p, 3)->is_device && output(p, 3)->device.latency_s == 0.01);
    p = pipeline(&file, 1);
    cr_assert_eq(p->source.zmq.format, SINEWD_ZMQ_RAW);
    cr_assert_eq(p->source.zmq.dtype, SINEWD_DTYPE_I2);
    cr_assert_eq(p->source.zmq.rate_hz, 8000);
    cr_assert_str_eq(((const char **)p->source.zmq.connect.items)[0], "ipc://dir/up");
    cr_assert_str_eq(p->model, "speech-bandpass");
    cr_assert_not(p->has_sample);
    cr_assert_eq(p->source.zmq.block, 256);
    sinewd_config_finish(&file);
}

/* Each of `says` is in one of the problems, and there are no others. */
static void refused(const char *text, const char *const *says)
{
    sinewd_config_file file;
    size_t n = 0;
    cr_assert_not(sinewd_config_read(&file, text, strlen(text), "c.yaml"), "%s", text);
    for (; says[n]; n++) {
        bool said = false;
        for (size_t i = 0; i < file.problems.n; i++)
            said |= strstr(sinew_problems_text(&file.problems, i), says[n]) != NULL;
        cr_assert(said, "nobody said '%s', but: %s", says[n],
                  file.problems.n ? sinew_problems_text(&file.problems, 0) : "(nothing)");
    }
    cr_assert_eq(file.problems.n, n, "%zu problems, not %zu", file.problems.n, n);
    sinewd_config_finish(&file);
}

#define REFUSED(text, ...) refused(text, (const char *const[]){__VA_ARGS__, NULL})
#define OUTPUTS "  outputs: [{file: {path: o.wav}}]\n"

Test(config, all_mistakes_are_reported_at_once_with_their_places)
{
    REFUSED("pipelines:\n"
            "  name: a b\n"
            "  source: {file: {path: x.wav, pace: quick, lop: yes, block: 0}}\n"
            "  model: m\n"
            "  engine: warp\n"
            "  dtype: f46\n"
            "  method: bilinaer\n" OUTPUTS,
            "c.yaml:2:9: pipelines.name: 'a b' holds a space",
            "c.yaml:3:38: pipelines.source.file.pace",
            "c.yaml:3:45: pipelines.source.file: unknown key 'lop', did you mean 'loop'?",
            "c.yaml:3:62: pipelines.source.file.block: '0' is too small",
            "c.yaml:5:11: pipelines.engine", "c.yaml:6:10: pipelines.dtype",
            "c.yaml:7:11: pipelines.method: unknown choice 'bilinaer', did you mean 'bilinear'?");
}

Test(config, what_is_missing_is_named)
{
    REFUSED("publish: {bind: tcp://127.0.0.1:1}\n", "the key 'pipelines' is missing");
    REFUSED("pipelines: []\n", "pipelines: has 0 items");
    REFUSED("pipelines:\n  name: a\n  model: m\n" OUTPUTS, "the key 'source' is missing");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {}\n" OUTPUTS,
            "one of the keys file, device or zmq is needed");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}}\n  outputs: [{}]\n",
            "one of the keys publish, file or device is needed");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {zmq: {connect: 'tcp://h:1'}}\n" OUTPUTS,
            "the key 'topic' is missing");
    REFUSED("pipelines:\n  name: a\n  model: m\n"
            "  source: {zmq: {connect: 'tcp://h:1', format: raw, rate: 8k}}\n" OUTPUTS,
            "the key 'channels' is missing", "the key 'dtype' is missing");
}

Test(config, channel_names_are_different)
{
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}}\n"
            "  channel_names: [l, r, l]\n" OUTPUTS,
            "c.yaml:5:25: pipelines.channel_names[2]: 'l' is the name of channel 1 too");
}

Test(config, mistakes_of_one_pipeline_hide_none_of_what_they_share)
{
    REFUSED(
        "publish: {bind: 'tcp://10.0.0.1:80'}\npipelines:\n"
        "  - {name: a, model: m, source: {file: {path: a}}, outputs: [{publish: {topic: t}}]}\n"
        "  - {name: b, modle: m, source: {file: {path: a}}, outputs: [{publish: {topic: t}}]}\n"
        "  - {name: c, model: m, source: {file: {path: a}}, outputs: [{publish: {topic: t}}]}\n",
        "c.yaml:1:17: publish.bind: ", "c.yaml:4:15: pipelines[1]: unknown key 'modle'",
        "c.yaml:5:80: pipelines[2].outputs[0].publish.topic: the topic 't'");
}

Test(config, a_file_is_the_same_by_any_name)
{
    static const char *const names[] = {"o", "./o", "../%s/o", "link/o", "link/../%s/./o"};
    char folder[] = "/tmp/sinewd-config-XXXXXX", where[80], way[80], text[600];
    cr_assert(mkdtemp(folder));
    snprintf(where, sizeof where, "%s/c.yaml", folder);
    snprintf(way, sizeof way, "%s/link", folder);
    cr_assert_eq(symlink(folder, way), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(way, sizeof way, names[i], folder + 5);
        snprintf(text, sizeof text,
                 "pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}}\n"
                 "  outputs: [{file: {path: o}}, {file: {path: p}}, {file: {path: %s}}]\n",
                 way);
        sinewd_config_file file;
        cr_assert_not(sinewd_config_read(&file, text, strlen(text), where), "%s", way);
        cr_assert_eq(file.problems.n, 1);
        cr_assert(strstr(sinew_problems_text(&file.problems, 0),
                         "c.yaml:5:65: pipelines.outputs[2].file.path: the file"));
        sinewd_config_finish(&file);
    }
    snprintf(way, sizeof way, "%s/link", folder);
    unlink(way);
    rmdir(folder);
}

Test(config, what_does_not_go_together_is_refused)
{
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}, device: {}}\n" OUTPUTS,
            "'device' cannot stand beside 'file'");
    REFUSED("pipelines:\n  name: a\n  model: m\n"
            "  source: {zmq: {connect: 'tcp://h:1', topic: t, rate: 8k}}\n" OUTPUTS,
            "c.yaml:4:56: pipelines.source.zmq.rate: is for format raw");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {device: {}}\n"
            "  start: {subscribers: 1}\n" OUTPUTS,
            "only a file can wait", "nothing is published");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}}\n"
            "  outputs: [{publish: {}}]\n",
            "pipeline 'a' publishes: the key 'publish'");
    REFUSED("publish: {bind: 'tcp://127.0.0.1:1'}\npipelines:\n"
            "  - {name: a, model: m, source: {file: {path: a}}, outputs: [{publish: {topic: t}}]}\n"
            "  - {name: t, model: m, source: {file: {path: a}}, outputs: [{publish: {}}]}\n",
            "c.yaml:4:72: pipelines[1].outputs[0].publish: the topic 't' of pipeline 't' is "
            "written by pipeline 'a' too");
    REFUSED("pipelines:\n  name: a\n  model: m\n  source: {file: {path: a}}\n"
            "  outputs: [{file: {path: o}}, {file: {path: o}}]\n",
            "c.yaml:5:46: pipelines.outputs[1].file.path: the file 'o' of pipeline 'a' is "
            "written by pipeline 'a' too");
}

static void bind(const char *endpoint, const char *more, const char *says)
{
    char text[600];
    snprintf(text, sizeof text,
             "publish: {bind: '%s'%s}\npipelines:\n  name: a\n  model: m\n"
             "  source: {file: {path: a}}\n  outputs: [{publish: {}}]\n",
             endpoint, more);
    if (says) {
        REFUSED(text, says);
        return;
    }
    sinewd_config_file file;
    cr_assert(sinewd_config_read(&file, text, strlen(text), "c.yaml"), "%s", endpoint);
    sinewd_config_finish(&file);
}

Test(config, endpoints_are_checked_and_stay_on_this_machine)
{
    static const char *const fine[] = {"tcp://127.0.0.1:5555",  "tcp://127.9.9.9:1",
                                       "tcp://localhost:65535", "tcp://[::1]:80",
                                       "ipc:///run/x",          "ipc://x"};
    static const char *const open[] = {
        "tcp://0.0.0.0:5555",    "tcp://*:5555",         "tcp://10.0.0.1:80",
        "tcp://[::]:80",         "tcp://eth0:80",        "tcp://127.0.0.1.de:80",
        "tcp://localhost.de:80", "tcp://127.999.0.1:80", "tcp://127.1:80"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        bind(fine[i], "", NULL);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        bind(open[i], "", "c.yaml:1:17: publish.bind: ");
        bind(open[i], ", insecure: true", NULL);
    }
    bind("tcp://127.0.0.1", "", "is not tcp://HOST:PORT");
    bind("tcp://127.0.0.1:x", "", "has no port");
    bind("tcp://127.0.0.1:0", "", "has no port");
    bind("tcp://127.0.0.1:65536", "", "has no port");
    bind("tcp://127.0.0.1:80x", "", "has no port");
    bind("udp://127.0.0.1:80", "", "is neither tcp://HOST:PORT nor ipc://PATH");
    bind("ipc://", "", "has no path");
    bind("ipc:///a-path-that-is-longer-than-what-a-unix-socket-may-have/"
         "which-is-one-hundred-and-seven-bytes-and-not-a-single-one-more",
         "", "longer than a socket's");
}

Test(config, topics_are_names)
{
    static const char *const wrong[][2] = {{"sinew/x", "starts with sinew/"},
                                           {"a/meta", "ends with /meta"},
                                           {"a b", "holds a space or a control"},
                                           {"a\\tb", "holds a control character"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "pipelines:\n  name: \"%s\"\n  model: m\n  source: {file: {path: a}}\n" OUTPUTS,
                 wrong[i][0]);
        REFUSED(text, wrong[i][1]);
    }
}

Test(config, what_is_no_configuration_is_refused)
{
    REFUSED("", "c.yaml");
    REFUSED("[]", "c.yaml");
    REFUSED("pipelines: &a {}\n", "c.yaml:1:");
    REFUSED("pipelines: {", "c.yaml:");
}
