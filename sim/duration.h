/* duration.h - how durations are written: in the largest unit that stays whole (3015ms, 2s, 1500us;
 * zero is 0ms). */
#ifndef SIM_DURATION_H
#define SIM_DURATION_H

#include <stddef.h>
#include <stdint.h>

/* Room for any duration, its sign, its unit and a NUL. */
enum { SIM_DURATION_BYTES = 32 };

/* Writes ns into text, which has room for SIM_DURATION_BYTES. Returns text. */
const char *sim_duration_format(int64_t ns, char *text);

#endif
