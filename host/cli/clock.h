/* The one clock that commands inject where time is asked for: nanoseconds since some moment, that only go on. */
#ifndef CORDON_CLI_CLOCK_H
#define CORDON_CLI_CLOCK_H

#include <stdint.h>

int64_t clock_now_ns(void);

#endif
