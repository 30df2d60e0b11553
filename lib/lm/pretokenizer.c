#include "lm/pretokenizer.h"

#include "base/text.h"
#include "lm/characters.h"
#include "lm/grow.h"

void sinew_pretokenizer_clear(sinew_pretokenizer *pretokenizer)
{
    for (size_t i = 0; i < pretokenizer->n_steps; i++)
        pcre2_code_free(pretokenizer->steps[i].regex);
    pretokenizer->n_steps = 0;
}

void sinew_pieces_clear(sinew_pieces *work)
{
    sinew_free(work->pieces);
    sinew_free(work->spaced);
    sinew_free(work->next);
    sinew_free(work->found);
    pcre2_match_data_free(work->data);
    pcre2_match_context_free(work->context);
    *work = (sinew_pieces){0};
}

/* Pieces of no bytes are none. */
static bool add(void **pieces, size_t *n, size_t *room, sinew_piece piece)
{
    if (piece.n == 0)
        return true;
    if (!sinew_grow(pieces, room, *n + 1, sizeof piece))
        return false;
    ((sinew_piece *)*pieces)[(*n)++] = piece;
    return true;
}

static bool add_next(sinew_pieces *work, uint32_t from, uint32_t to)
{
    return add(&work->next, &work->n_next, &work->next_room,
               (sinew_piece){from, to - from, true, false});
}

/* ---- the matches in a piece, and what lies between them ---- */

/* Also of no bytes, where a lookahead alone has matched: they part what is about them. */
static bool add_found(sinew_pieces *work, size_t from, size_t to, bool is_match)
{
    if (!sinew_grow(&work->found, &work->found_room, work->n_found + 1, sizeof(sinew_piece)))
        return false;
    ((sinew_piece *)work->found)[work->n_found++] =
        (sinew_piece){(uint32_t)from, (uint32_t)(to - from), true, is_match};
    return true;
}

static sinew_status refuse_match(int code, sinew_error *error)
{
    if (code == PCRE2_ERROR_NOMEMORY)
        return sinew_fail_memory(error);
    char text[128] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
    return sinew_fail(error, SINEW_ERR_DATA,
                      "a regular expression of the tokenizer's pre_tokenizer goes too far on this "
                      "text: %s",
                      text);
}

static sinew_status find_matches(const sinew_pre_step *step, sinew_pieces *work,
                                 const sinew_piece *piece, sinew_error *error)
{
    const char *text = work->text + piece->at;
    size_t done = 0, from = 0; /* what is found up to; where to look on */
    work->n_found = 0;
    while (from <= piece->n) {
        int code = pcre2_match(step->regex, (PCRE2_SPTR)text, piece->n, from, PCRE2_NO_UTF_CHECK,
                               work->data, work->context);
        if (code == PCRE2_ERROR_NOMATCH)
            break;
        if (code < 0)
            return refuse_match(code, error);
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(work->data);
        size_t start = ends[0] > done ? ends[0] : done; /* \K may say what it likes */
        size_t end = ends[1] > start ? ends[1] : start;
        if (start > done && !add_found(work, done, start, step->invert))
            return sinew_fail_memory(error);
        if ((end > start || start > done || done == 0) &&
            !add_found(work, start, end, !step->invert))
            return sinew_fail_memory(error);
        done = from = end;
        if (end == start) /* look on behind the next character */
            from += end < piece->n ? sinew_utf8_bytes(text + end, piece->n - end) : 1;
    }
    if (done < piece->n && !add_found(work, done, piece->n, step->invert))
        return sinew_fail_memory(error);
    return SINEW_OK;
}

/* ---- what becomes of them ---- */

static bool is_match_at(const sinew_pieces *work, size_t i)
{
    return ((const sinew_piece *)work->found)[i].is_match;
}

/* Does a new piece begin at the i-th of what was found? A match joins the one before or behind
 * that is none; of matches in a row only the nearest does. */
static bool is_cut(const sinew_pieces *work, sinew_split split, size_t i)
{
    if (i == 0)
        return true;
    switch (split) {
    case SINEW_SPLIT_CONTIGUOUS:
        return is_match_at(work, i) != is_match_at(work, i - 1);
    case SINEW_SPLIT_PREVIOUS:
        return !is_match_at(work, i) || is_match_at(work, i - 1);
    case SINEW_SPLIT_NEXT:
        return !is_match_at(work, i - 1) || is_match_at(work, i);
    default:
        return true;
    }
}

static bool add_split(sinew_pieces *work, sinew_split split, uint32_t offset)
{
    const sinew_piece *found = work->found;
    for (size_t i = 0, end; i < work->n_found; i = end) {
        for (end = i + 1; end < work->n_found && !is_cut(work, split, end);)
            end++;
        if (split == SINEW_SPLIT_REMOVED && found[i].is_match)
            continue;
        if (!add_next(work, offset + found[i].at, offset + found[end - 1].at + found[end - 1].n))
            return false;
    }
    return true;
}

static void next_to_pieces(sinew_pieces *work)
{
    void *pieces = work->pieces;
    size_t room = work->pieces_room;
    work->pieces = work->next;
    work->pieces_room = work->next_room;
    work->n = work->n_next;
    work->next = pieces;
    work->next_room = room;
    work->n_next = 0;
}

static sinew_status cut(const sinew_pre_step *step, sinew_pieces *work, sinew_error *error)
{
    for (size_t i = 0; i < work->n; i++) {
        sinew_piece piece = ((const sinew_piece *)work->pieces)[i];
        if (!piece.is_valid) {
            if (!add(&work->next, &work->n_next, &work->next_room, piece))
                return sinew_fail_memory(error);
            continue;
        }
        sinew_status status = find_matches(step, work, &piece, error);
        if (status)
            return status;
        if (!add_split(work, step->split, piece.at))
            return sinew_fail_memory(error);
    }
    next_to_pieces(work);
    return SINEW_OK;
}

/* ---- the steps ---- */

/* A copy of all pieces, with a space before those that have none; at most twice as long. */
static sinew_status add_spaces(sinew_pieces *work, sinew_error *error)
{
    size_t n = 0;
    sinew_piece *pieces = work->pieces;
    for (size_t i = 0; i < work->n; i++)
        n += pieces[i].n + 1;
    char *spaced = sinew_alloc(n, 1), *to = spaced;
    if (!spaced)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < work->n; i++) {
        const char *from = work->text + pieces[i].at;
        uint32_t added = pieces[i].is_valid && from[0] != ' ';
        pieces[i].at = (uint32_t)(to - spaced);
        if (added)
            *to++ = ' ';
        memcpy(to, from, pieces[i].n);
        to += pieces[i].n;
        pieces[i].n += added;
    }
    sinew_free(work->spaced);
    work->text = work->spaced = spaced;
    return SINEW_OK;
}

/* Going back and forth is bounded: a run of n blanks takes n steps of a sound pattern. */
static bool prepare(sinew_pieces *work, size_t n)
{
    if (!work->data)
        work->data = pcre2_match_data_create(1, NULL);
    if (!work->context)
        work->context = pcre2_match_context_create(NULL);
    if (!work->data || !work->context)
        return false;
    pcre2_set_match_limit(work->context, 10000000u + 2 * (uint32_t)n);
    pcre2_set_depth_limit(work->context, 10000000u);
    pcre2_set_heap_limit(work->context, 256u << 10); /* KiB */
    return true;
}

sinew_status sinew_pretokenize(const sinew_pretokenizer *pretokenizer, sinew_pieces *work,
                               const char *text, size_t n, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    work->text = text;
    work->n = work->n_next = 0;
    if (!prepare(work, n))
        return sinew_fail_memory(error);
    for (size_t at = 0, stretch; at < n; at += stretch) {
        sinew_piece piece = {.at = (uint32_t)at};
        stretch = sinew_utf8_stretch(text + at, n - at, &piece.is_valid);
        piece.n = (uint32_t)stretch;
        if (!add(&work->pieces, &work->n, &work->pieces_room, piece))
            return sinew_fail_memory(error);
    }
    for (size_t i = 0; i < pretokenizer->n_steps && !status; i++) {
        const sinew_pre_step *step = &pretokenizer->steps[i];
        if (step->add_prefix_space)
            status = add_spaces(work, error);
        if (step->regex && !status)
            status = cut(step, work, error);
    }
    return status;
}
