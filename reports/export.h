/* export.h - traces in the formats of other tools: what the files of each format share. */
#ifndef REP_EXPORT_H
#define REP_EXPORT_H

#include "reports/output_file.h"
#include "reports/trace_model.h"

/* Writes a whole file. REP_OK, REP_ENOMEM; what goes wrong with the file is told when that is
 * closed. */
typedef int rep_export(const struct rep_model *model, struct rep_output *output);

rep_export rep_export_json_lines; /* export_json_lines.c */
rep_export rep_export_csv;
rep_export rep_export_perfetto;
rep_export rep_export_pcapng;

/* The name of an event's host, or its coroutine's; "" if it has none. The text is cleared first. */
const char *rep_export_host(const struct rep_model *model, size_t event, struct rep_text *text);
const char *rep_export_coroutine(const struct rep_model *model, size_t event,
                                 struct rep_text *text);

#endif
