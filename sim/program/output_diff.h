/* output_diff.h - what differs between two runs, as JSON. */
#ifndef SIM_PROGRAM_OUTPUT_DIFF_H
#define SIM_PROGRAM_OUTPUT_DIFF_H

#include "reports/reports.h"

#include <stdbool.h>
#include <stdio.h>

/* One JSON object in one line: all rows but those that are the same and further from others than
 * options->context. False after a complaint: no memory. */
bool output_diff_json(FILE *file, const struct rep_diff *diff,
                      const struct rep_diff_options *options);

#endif
