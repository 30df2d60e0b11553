#include "device.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

sinew_status sinewd_device_fail(sinew_error *error, const char *what, PaError code)
{
    const PaHostErrorInfo *host = Pa_GetLastHostErrorInfo();
    bool from_host = code == paUnanticipatedHostError && host && host->errorText;
    return sinew_fail(error, SINEW_ERR_IO, "device '%s': %s", what,
                      from_host ? host->errorText : Pa_GetErrorText(code));
}

sinew_status sinewd_device_begin(sinew_error *error)
{
    PaError code = Pa_Initialize();
    return code == paNoError ? SINEW_OK : sinewd_device_fail(error, "PortAudio", code);
}

void sinewd_device_end(void)
{
    Pa_Terminate();
}

static bool usable(const PaDeviceInfo *info, bool input)
{
    return info && (input ? info->maxInputChannels : info->maxOutputChannels) > 0;
}

/* "a, b, c": the devices of this direction, as many as fit. */
static void list_devices(char *text, size_t room, bool input)
{
    size_t n = 0;
    snprintf(text, room, "none");
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount() && n < room; i++) {
        const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
        if (usable(info, input))
            n += (size_t)snprintf(text + n, room - n, "%s'%s'", n ? ", " : "", info->name);
    }
}

static sinew_status fail_no_device(sinew_error *error, const char *name, bool input,
                                   const char *what)
{
    char there[320];
    list_devices(there, sizeof there, input);
    return sinew_fail(error, SINEW_ERR_IO, "device '%s': %s among the %s devices: %s", name, what,
                      input ? "input" : "output", there);
}

sinew_status sinewd_device_find(PaDeviceIndex *out, const char *name, bool input,
                                sinew_error *error)
{
    int alike = 0;
    *out = paNoDevice;
    if (strcmp(name, "default") == 0) {
        *out = input ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
        return *out != paNoDevice ? SINEW_OK : fail_no_device(error, name, input, "there is none");
    }
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); i++) {
        const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
        if (!usable(info, input) || !strstr(info->name, name))
            continue;
        *out = i;
        if (strcmp(info->name, name) == 0)
            return SINEW_OK;
        alike++;
    }
    if (alike == 1)
        return SINEW_OK;
    return fail_no_device(error, name, input, alike ? "it could be several" : "there is no such");
}
