/* Is a sound file as long as it says? libsndfile shortens what it finds without a word. */
#ifndef SINEW_STREAM_SOUND_CHECK_H
#define SINEW_STREAM_SOUND_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* How many bytes of samples the header promises beyond the end of the file (file_bytes long):
 * 0 where all is there, the length is left open, or the container is not one of WAV, RF64,
 * AIFF, AU, W64, CAF and NIST. The descriptor's offset does not move. */
int64_t sinew_sound_missing_bytes(int fd, int64_t file_bytes);

/* An Ogg file says no length, but marks its last page (RFC 3533): is this one without it? False
 * for what is no Ogg file. */
bool sinew_sound_ogg_is_cut(int fd, int64_t file_bytes);

#endif
