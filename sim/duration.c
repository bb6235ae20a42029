/* duration.c - how durations are written. */
#include "sim/duration.h"

#include <inttypes.h>
#include <stdio.h>

const char *sim_duration_format(int64_t ns, char *text) {
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{INT64_C(3600000000000), "h"}, {INT64_C(60000000000), "m"},
                 {INT64_C(1000000000), "s"},    {INT64_C(1000000), "ms"},
                 {INT64_C(1000), "us"},         {INT64_C(1), "ns"}};
    size_t unit = 3;
    if (ns != 0) {
        for (unit = 0; ns % units[unit].ns != 0; unit++) {
        }
    }
    (void)snprintf(text, SIM_DURATION_BYTES, "%" PRId64 "%s", ns / units[unit].ns,
                   units[unit].name);
    return text;
}
