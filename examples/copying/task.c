/* Sequences of content among noise, and how many were told right. */
#include <stdio.h>
#include <stdlib.h>

#include "copying.h"

void check(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "selective_copying: %s\n", error->text);
        exit(1);
    }
}

void *allocate(size_t n, size_t each)
{
    void *memory = calloc(n, each);
    if (!memory) {
        fprintf(stderr, "selective_copying: out of memory\n");
        exit(1);
    }
    return memory;
}

static uint64_t random_state = 1;

/* One of 0 .. n - 1 (SplitMix64). */
static size_t draw(size_t n)
{
    uint64_t x = random_state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (size_t)((x ^ (x >> 31)) % n);
}

size_t fixed_place(const task *k, size_t i)
{
    return (2 * i + 1) * k->length / (2 * k->content);
}

void draw_sequence(const task *k, sequence *s)
{
    size_t said = 0;
    for (size_t t = 0; t <= k->length; t++) {
        size_t left = k->content - said;
        bool now = left && t < k->length &&
                   (k->fixed ? t == fixed_place(k, said) : draw(k->length - t) < left);
        s->tokens[t] = (int32_t)(draw(KINDS) + (now ? 0 : KINDS));
        if (now) {
            s->places[said] = t;
            s->kinds[said++] = s->tokens[t];
        }
    }
}

void count(score *sum, const task *k, const sequence *s, const int *told)
{
    bool whole = true;
    for (size_t i = 0; i < k->content; i++) {
        sum->right[i] += told[i] == s->kinds[i];
        whole = whole && told[i] == s->kinds[i];
    }
    sum->sequences++;
    sum->whole += whole;
}

double accuracy(const score *sum, const task *k)
{
    double right = 0;
    for (size_t i = 0; i < k->content; i++)
        right += (double)sum->right[i];
    return right / (double)(k->content * sum->sequences);
}
