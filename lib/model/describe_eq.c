/* An equalizer as a description says it. */
#include "model/describe.h"
#include "ssm/equalizer.h"

/* What is 0 is left out. */
static void put_key(sinew_writer *w, const char *name, double value)
{
    if (value == 0)
        return;
    sinew_writer_put(w, ", ");
    sinew_writer_put(w, name);
    sinew_writer_put(w, ": ");
    sinew_writer_number(w, value);
}

void sinew_describe_equalizer(sinew_writer *w, const sinew_equalizer *eq)
{
    sinew_writer_put(w, "{type: ");
    sinew_writer_put(w, sinew_equalizer_names[eq->type]);
    put_key(w, "hz", eq->hz);
    put_key(w, "q", eq->q);
    put_key(w, "bandwidth_octaves", eq->bandwidth_octaves);
    put_key(w, "bandwidth_hz", eq->bandwidth_hz);
    put_key(w, "slope", eq->slope);
    put_key(w, "gain_db", eq->gain_db);
    sinew_writer_put(w, "}");
}
