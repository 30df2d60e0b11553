#include "convolve_zita.h"

#include <sched.h>
#include <string.h>
#include <zita-convolver.h>

void *bench_zita_new(const float *h, size_t taps, size_t block)
{
    Convproc *zita = new Convproc;
    uint32_t least = block > Convproc::MINPART ? uint32_t(block) : uint32_t(Convproc::MINPART);
    if (zita->configure(1, 1, uint32_t(taps), uint32_t(block), least, Convproc::MAXPART, 0) ||
        zita->impdata_create(0, 0, 1, const_cast<float *>(h), 0, int32_t(taps)) ||
        zita->start_process(0, SCHED_OTHER)) {
        delete zita;
        return NULL;
    }
    return zita;
}

void bench_zita_run(void *handle, const float *u, float *y, size_t block)
{
    Convproc *zita = static_cast<Convproc *>(handle);
    memcpy(zita->inpdata(0), u, block * sizeof *u);
    zita->process(true); /* waits for its other threads: no block is late */
    memcpy(y, zita->outdata(0), block * sizeof *y);
}

void bench_zita_free(void *handle)
{
    Convproc *zita = static_cast<Convproc *>(handle);
    if (!zita)
        return;
    zita->stop_process();
    while (!zita->check_stop())
        sched_yield();
    zita->cleanup();
    delete zita;
}
