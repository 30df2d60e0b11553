/* The table of keys of a configuration file. */
#ifndef SINEWD_CONFIG_KEYS_H
#define SINEWD_CONFIG_KEYS_H

#include "config.h"

extern const sinew_table sinewd_config_table;

#endif
