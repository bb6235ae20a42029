/* campaign_report.h - cogsim report of a store: what came of its last campaign. */
#ifndef SIM_PROGRAM_CAMPAIGN_REPORT_H
#define SIM_PROGRAM_CAMPAIGN_REPORT_H

/* Writes the report to `output` (its ending says what kind), or as text to standard output where
 * that is null. Returns an exit code, other than EXIT_HELD after a complaint. */
int campaign_report(const char *path, const char *output);

#endif
