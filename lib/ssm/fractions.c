#include "ssm/fractions.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/wide_roots.h"

typedef sinew_widec wide;

void sinew_fractions_finish(sinew_fractions *f)
{
    sinew_free(f->poles);
    sinew_free(f->weights);
    *f = (sinew_fractions){0};
}

/* Pole i as a wide number, on its place of the circle where there are several. Those of a
 * conjugate pole are the conjugates of its own. */
static void set_pole(wide *out, const sinew_zpk *zpk, size_t i, double T, int limbs)
{
    double complex p = zpk->poles[i];
    size_t m = 0, k = 0;
    for (size_t j = 0; j < zpk->n_poles; j++) {
        m += zpk->poles[j] == p;
        k += zpk->poles[j] == p && j < i;
    }
    sinew_widec_set(out, p, limbs);
    if (m == 1)
        return;
    double angle = 2 * M_PI * (double)k / (double)m, size = p == 0 ? 1 / T : cabs(p);
    wide aside;
    sinew_widec_set(&aside, size * sinew_cmplx(cos(angle), (cimag(p) < 0 ? -1 : 1) * sin(angle)),
                    limbs);
    sinew_widec_scale(&aside, -(int64_t)(256 / m));
    sinew_widec_add(out, out, &aside);
}

/* R_i = gain prod(p_i - z_j) / prod(p_i - p_j), j != i; in weights. */
static void set_residues(sinew_fractions *f, const sinew_zpk *zpk)
{
    wide factor;
    for (size_t i = 0; i < f->n; i++) {
        wide above, below;
        sinew_widec_set(&above, zpk->gain, f->limbs);
        sinew_widec_scale(&above, zpk->exponent);
        sinew_widec_set(&below, 1, f->limbs);
        for (size_t j = 0; j < f->n; j++) {
            if (j < zpk->n_zeros) {
                sinew_widec_set(&factor, zpk->zeros[j], f->limbs);
                sinew_widec_subtract(&factor, &f->poles[i], &factor);
                sinew_widec_multiply(&above, &above, &factor);
            }
            if (j != i) {
                sinew_widec_subtract(&factor, &f->poles[i], &f->poles[j]);
                sinew_widec_multiply(&below, &below, &factor);
            }
        }
        sinew_widec_divide(&f->weights[i], &above, &below);
    }
}

/* Residues become weights, poles their exponentials. */
static void step(sinew_fractions *f, sinew_method method, double T)
{
    wide step, x, q, phi1, phi2;
    sinew_widec_set(&step, T, f->limbs);
    for (size_t i = 0; i < f->n; i++) {
        wide *w = &f->weights[i];
        sinew_widec_multiply(&x, &f->poles[i], &step);
        sinew_widec_exp(&q, &x);
        sinew_widec_multiply(w, w, &step);
        if (method != SINEW_METHOD_IMPULSE)
            sinew_widec_phi(&phi1, &phi2, &x, &q);
        if (method == SINEW_METHOD_FOH) {
            sinew_widec_multiply(&phi2, &phi2, w);
            sinew_widec_add(&f->direct, &f->direct, &phi2);
            sinew_widec_multiply(w, w, &phi1);
        }
        if (method != SINEW_METHOD_IMPULSE)
            sinew_widec_multiply(w, w, &phi1);
        f->poles[i] = q;
    }
}

sinew_status sinew_fractions_init(sinew_fractions *f, const sinew_zpk *zpk, sinew_method method,
                                  double T, int limbs, sinew_error *error)
{
    size_t n = zpk->n_poles;
    *f = (sinew_fractions){.n = n, .limbs = limbs, .times_z = method == SINEW_METHOD_IMPULSE};
    f->poles = sinew_alloc(n, sizeof *f->poles);
    f->weights = sinew_alloc(n, sizeof *f->weights);
    if (!f->poles || !f->weights)
        return sinew_fail_memory(error);
    sinew_widec_set(&f->direct, zpk->n_zeros == n ? zpk->gain : 0, limbs);
    sinew_widec_scale(&f->direct, zpk->exponent);
    for (size_t i = 0; i < n; i++)
        set_pole(&f->poles[i], zpk, i, T, limbs);
    set_residues(f, zpk);
    step(f, method, T);
    return SINEW_OK;
}

bool sinew_fractions_at(sinew_widec *out, int64_t *bits, const sinew_fractions *f,
                        const sinew_widec *z)
{
    const int64_t nothing = INT64_MIN;
    int64_t largest = nothing;
    wide sum, term;
    sinew_widec_set(&sum, 0, f->limbs);
    for (size_t i = 0; i < f->n; i++) {
        sinew_widec_subtract(&term, z, &f->poles[i]);
        if (sinew_widec_is_zero(&term))
            return false;
        int64_t lost = -sinew_widec_exponent(&term); /* by z - q of a slow pole */
        sinew_widec_divide(&term, &f->weights[i], &term);
        int64_t size = sinew_widec_exponent(&term);
        size += size > nothing && lost > 0 ? lost : 0;
        largest = size > largest ? size : largest;
        sinew_widec_add(&sum, &sum, &term);
    }
    if (f->times_z)
        sinew_widec_multiply(&sum, &sum, z);
    sinew_widec_add(out, &sum, &f->direct);
    int64_t direct = sinew_widec_exponent(&f->direct), left = sinew_widec_exponent(out);
    largest = direct > largest ? direct : largest;
    *bits = 32 * (int64_t)f->limbs;
    if (left < largest)
        *bits = left == nothing ? 0 : *bits - (largest - left);
    return true;
}

/* ---- zeros ---- */

/* The numerator direct P(z) + z^t sum w_i P_i(z), P = prod(z - q_j), P_i = P / (z - q_i), by
 * ascending powers; and for each coefficient the exponent of its largest term. */
typedef struct numerator {
    size_t n;
    sinew_wide *c;          /* (n + 1) */
    int64_t *largest;       /* (n + 1) */
    wide *product, *factor; /* P and P_i */
} numerator;

static void numerator_finish(numerator *m)
{
    sinew_free(m->c);
    sinew_free(m->largest);
    sinew_free(m->product);
    sinew_free(m->factor);
}

static void add_term(numerator *m, size_t k, const wide *weight, const wide *coefficient)
{
    wide term;
    sinew_widec_multiply(&term, weight, coefficient);
    int64_t size = sinew_widec_exponent(&term);
    m->largest[k] = size > m->largest[k] ? size : m->largest[k];
    sinew_wide_add(&m->c[k], &m->c[k], &term.re); /* the imaginary parts of conjugates cancel */
}

static void expand(wide *product, const sinew_fractions *f)
{
    wide term;
    for (size_t k = 0; k <= f->n; k++)
        sinew_widec_set(&product[k], k == 0, f->limbs);
    for (size_t j = 0; j < f->n; j++) /* times z - q_j */
        for (size_t k = j + 2; k-- > 0;) {
            sinew_widec_multiply(&term, &product[k], &f->poles[j]);
            if (k > 0)
                sinew_widec_subtract(&product[k], &product[k - 1], &term);
            else
                sinew_widec_subtract(&product[k],
                                     &(wide){.re.limbs = f->limbs, .im.limbs = f->limbs}, &term);
        }
}

static sinew_status numerator_init(numerator *m, const sinew_fractions *f, sinew_error *error)
{
    size_t n = f->n;
    *m = (numerator){.n = n,
                     .c = sinew_alloc(n + 1, sizeof *m->c),
                     .largest = sinew_alloc(n + 1, sizeof *m->largest),
                     .product = sinew_alloc(n + 1, sizeof *m->product),
                     .factor = sinew_alloc(n + 1, sizeof *m->factor)};
    if (!m->c || !m->largest || !m->product || !m->factor)
        return sinew_fail_memory(error);
    expand(m->product, f);
    for (size_t k = 0; k <= n; k++) {
        m->largest[k] = INT64_MIN;
        sinew_wide_set(&m->c[k], 0, f->limbs);
        add_term(m, k, &f->direct, &m->product[k]);
    }
    for (size_t i = 0; i < n; i++) {
        m->factor[n - 1] = m->product[n]; /* synthetic division */
        for (size_t k = n - 1; k-- > 0;) {
            sinew_widec_multiply(&m->factor[k], &m->factor[k + 1], &f->poles[i]);
            sinew_widec_add(&m->factor[k], &m->factor[k], &m->product[k + 1]);
        }
        for (size_t k = 0; k < n; k++)
            add_term(m, k + f->times_z, &f->weights[i], &m->factor[k]);
    }
    return SINEW_OK;
}

/* Set to 0 what is noise, and say how many bits the worst of the others has left. */
static int64_t judge(numerator *m, int limbs)
{
    int64_t least = 32 * (int64_t)limbs;
    for (size_t k = 0; k <= m->n; k++) {
        if (m->c[k].sign == 0)
            continue;
        int64_t left = 32 * (int64_t)limbs - (m->largest[k] - m->c[k].exponent);
        if (left < 64)
            m->c[k].sign = 0;
        least = left < least ? left : least;
    }
    return least;
}

static sinew_status find_roots(sinew_zpk *out, double less, const numerator *m, sinew_error *error)
{
    size_t low = 0, high = m->n;
    int64_t exponent = 0;
    out->n_zeros = 0;
    out->gain = 0;
    while (high > 0 && m->c[high].sign == 0)
        high--;
    if (m->c[high].sign == 0)
        return SINEW_OK; /* nothing passes */
    out->gain = sinew_wide_split(&m->c[high], &exponent);
    out->exponent = (int)exponent;
    for (; m->c[low].sign == 0; low++)
        out->zeros[low] = -less;
    out->n_zeros = high;
    return sinew_wide_roots(out->zeros + low, m->c + low, high - low, less, error);
}

/* Bits of the coefficients that are lost where roots lie close together, as those of a narrow band
 * far below the rate do: a root moves by 1 / prod(q_i - q_j) of what they do. Taken of the poles,
 * among which the zeros lie. */
static int64_t crowding(const sinew_fractions *f)
{
    int64_t most = 0;
    wide apart;
    for (size_t i = 0; i < f->n; i++) {
        int64_t sum = 0;
        for (size_t j = 0; j < f->n; j++)
            if (j != i) {
                sinew_widec_subtract(&apart, &f->poles[i], &f->poles[j]);
                if (sinew_widec_is_zero(&apart))
                    return INT64_MAX / 2; /* it takes more bits to part them at all */
                sum -= sinew_widec_exponent(&apart);
            }
        most = sum > most ? sum : most;
    }
    return most;
}

sinew_status sinew_fractions_zeros(sinew_zpk *out, double less, const sinew_zpk *zpk,
                                   sinew_method method, double T, sinew_error *error)
{
    /* h(0) = sum of the residues is 0 where H falls faster than 1/s: known, so never noise */
    bool no_first = method == SINEW_METHOD_IMPULSE && zpk->n_poles > zpk->n_zeros + 1;
    int64_t enough = 128 + 6 * (int64_t)zpk->n_poles, left = 0, lost = 0;
    sinew_status status = SINEW_OK;
    for (int limbs = 16; !status; limbs *= 2) {
        sinew_fractions f;
        numerator m = {0};
        status = sinew_fractions_init(&f, zpk, method, T, limbs, error);
        if (!status)
            status = numerator_init(&m, &f, error);
        if (!status) {
            if (no_first)
                m.c[m.n].sign = 0;
            left = judge(&m, limbs);
            lost = crowding(&f);
        }
        bool done = status || left >= enough + lost || limbs == SINEW_WIDE_LIMBS_MOST;
        if (!status && done)
            status = find_roots(out, less, &m, error);
        numerator_finish(&m);
        sinew_fractions_finish(&f);
        if (done)
            break;
    }
    return status;
}
