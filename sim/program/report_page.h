/* report_page.h - the timeline of a run as a page, beside that of another one where there is one:
 * the one that was asked for, or of a run that fails the nearest that passes. */
#ifndef SIM_PROGRAM_REPORT_PAGE_H
#define SIM_PROGRAM_REPORT_PAGE_H

#include "sim/program/traced.h"

struct report_page_settings {
    struct traced_settings traced;
    const char *output;
    const char
        *beside;   /* a schedule of the same scenario, a trace, or a scenario; null: not said */
    bool is_alone; /* no other run is looked for */
};

/* `path`: of a scenario or a trace. Returns an exit code, other than EXIT_HELD after a complaint.
 */
int report_page_write(char *path, struct report_page_settings *settings);

#endif
