/* device: what the two ends of a sound device share, over PortAudio. */
#ifndef SINEWD_DEVICE_H
#define SINEWD_DEVICE_H

#include <portaudio.h>
#include <stdbool.h>

#include "sinew/status.h"

/* PortAudio is initialized for each end that is open; pair it with sinewd_device_end. */
sinew_status sinewd_device_begin(sinew_error *error);
void sinewd_device_end(void);

/* The device that `name` means for input or output: "default", else the one whose name it is,
 * else the only one whose name holds it. Errors name the devices that there are. */
sinew_status sinewd_device_find(PaDeviceIndex *out, const char *name, bool input,
                                sinew_error *error);

sinew_status sinewd_device_fail(sinew_error *error, const char *what, PaError code);

#endif
