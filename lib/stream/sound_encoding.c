#include "stream/sound_encoding.h"

#include <sndfile.h>
#include <stddef.h>

bool sinew_sound_is_lossy(int encoding)
{
    switch (encoding & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_VORBIS:
    case SF_FORMAT_OPUS:
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
    case SF_FORMAT_MPEG_LAYER_III:
        return true;
    default:
        return false;
    }
}

int sinew_sound_bits(int encoding)
{
    if (sinew_sound_is_lossy(encoding))
        return 0;
    switch (encoding & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_FLOAT:
    case SF_FORMAT_DOUBLE:
        return 0;
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
    case SF_FORMAT_DPCM_8:
        return 8;
    case SF_FORMAT_ALAC_20:
        return 20;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_ALAC_24:
        return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
        return 32;
    default:
        return 16;
    }
}

sinew_sample sinew_sound_sample(int encoding)
{
    int subtype = encoding & SF_FORMAT_SUBMASK;
    return subtype == SF_FORMAT_DOUBLE || sinew_sound_bits(subtype) == 32 ? SINEW_SAMPLE_F64
                                                                          : SINEW_SAMPLE_F32;
}

static bool holds(const sinew_format *format, int encoding, const sinew_signal *signal, int rate_hz)
{
    SF_INFO info = {.samplerate = rate_hz,
                    .channels = (int)signal->channels,
                    .format = format->container | encoding};
    return sf_format_check(&info);
}

/* From the best on, ended by 0: for integers of few bits the narrowest that holds them, then
 * what is wider, then what is left. */
static const int *preferences(const sinew_signal *signal)
{
    static const int floats[] = {SF_FORMAT_FLOAT,  SF_FORMAT_DOUBLE, SF_FORMAT_PCM_32,
                                 SF_FORMAT_PCM_24, SF_FORMAT_PCM_16, 0};
    static const int doubles[] = {SF_FORMAT_DOUBLE, SF_FORMAT_FLOAT,  SF_FORMAT_PCM_32,
                                  SF_FORMAT_PCM_24, SF_FORMAT_PCM_16, 0};
    static const int bits8[] = {SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, 0};
    static const int bits16[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32, 0};
    static const int bits24[] = {SF_FORMAT_PCM_24, SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,
                                 SF_FORMAT_PCM_16, 0};
    static const int bits32[] = {SF_FORMAT_PCM_32, SF_FORMAT_DOUBLE, SF_FORMAT_PCM_24,
                                 SF_FORMAT_PCM_16, 0};
    int bits = signal->encoding ? sinew_sound_bits(signal->encoding) : 0;
    if (bits == 0)
        return signal->sample == SINEW_SAMPLE_F32 ? floats : doubles;
    return bits <= 8 ? bits8 : bits <= 16 ? bits16 : bits <= 24 ? bits24 : bits32;
}

/* MPEG, Vorbis and Opus go by the format's name (sf_format_check has MPEG in a WAV, sf_open does
 * not). What libsndfile 1.2 writes as ALAC of more than 16 bits or as DWVW does not always come
 * back. */
static bool can_keep(int encoding)
{
    if ((encoding >= SF_FORMAT_ALAC_20 && encoding <= SF_FORMAT_ALAC_32) ||
        (encoding >= SF_FORMAT_DWVW_12 && encoding <= SF_FORMAT_DWVW_N))
        return false;
    return encoding == SF_FORMAT_FLOAT || encoding == SF_FORMAT_DOUBLE ||
           sinew_sound_bits(encoding) > 0;
}

int sinew_sound_encoding(const sinew_format *format, const sinew_signal *signal, int rate_hz)
{
    int own = signal->encoding & SF_FORMAT_SUBMASK;
    if (format->encoding)
        return holds(format, format->encoding, signal, rate_hz) ? format->encoding : 0;
    if (own && can_keep(own) && holds(format, own, signal, rate_hz))
        return own;
    for (const int *encoding = preferences(signal); *encoding; encoding++)
        if (holds(format, *encoding, signal, rate_hz))
            return *encoding;
    return 0;
}
