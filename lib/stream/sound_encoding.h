/* What libsndfile's subtypes hold, and which of them a container gets. */
#ifndef SINEW_STREAM_SOUND_ENCODING_H
#define SINEW_STREAM_SOUND_ENCODING_H

#include "stream/formats.h"

/* Bits of the integers that a subtype is read and written as; 0: as floating point. The lossy
 * codecs for telephones (u-law, ADPCM, GSM, ...) decode to 16 bits. */
int sinew_sound_bits(int encoding);

/* Vorbis, Opus and MPEG, which are read and written as floating point yet hold no more of it
 * than lies within -1 to 1: some of their encoders do not survive a NaN or a huge number. */
bool sinew_sound_is_lossy(int encoding);

/* The least type that holds a sample of this encoding exactly. */
sinew_sample sinew_sound_sample(int encoding);

/* The encoding for `signal` in this format: the signal's own where the container has it, else
 * the one that loses least. 0: the format cannot hold so many channels or such a rate. */
int sinew_sound_encoding(const sinew_format *format, const sinew_signal *signal, int rate_hz);

#endif
