/* What no program that filters a sound file in double can leave out: read it, write it.
 *
 *     build/tests/bench_copy IN OUT
 */
#include <sndfile.h>
#include <stdlib.h>

enum { FRAMES = 4096 };

int main(int argc, char **argv)
{
    SF_INFO info = {0};
    SNDFILE *in = argc == 3 ? sf_open(argv[1], SFM_READ, &info) : NULL;
    SNDFILE *out = in ? sf_open(argv[2], SFM_WRITE, &info) : NULL;
    double *samples = out ? malloc(FRAMES * (size_t)info.channels * sizeof *samples) : NULL;
    if (!samples)
        return 1;
    sf_count_t n;
    while ((n = sf_readf_double(in, samples, FRAMES)) > 0)
        if (sf_writef_double(out, samples, n) != n)
            return 1;
    free(samples);
    return sf_close(in) || sf_close(out);
}
