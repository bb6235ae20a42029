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

/* What a field of an event is worth telling as. */
enum rep_export_sort {
    REP_EXPORT_NUMBER,
    REP_EXPORT_TEXT,    /* what is no text in it stands as \xHH */
    REP_EXPORT_NOTHING, /* no such coroutine or object; or the line, which is told apart */
};

struct rep_export_value {
    enum rep_export_sort sort;
    int64_t number;
};

/* The field of an event: its text, with names in place of ids, is in `text`, which is cleared
 * first. */
struct rep_export_value rep_export_field(const struct rep_model *model, size_t event,
                                         const struct rep_field *field, struct rep_text *text);

/* The name of an event's host, its coroutine's, or that of the included file of its line; "" if it
 * has none. The text is cleared first. */
const char *rep_export_host(const struct rep_model *model, size_t event, struct rep_text *text);
const char *rep_export_coroutine(const struct rep_model *model, size_t event,
                                 struct rep_text *text);
const char *rep_export_file(const struct rep_model *model, size_t event, struct rep_text *text);

/* The event's line in the scenario or in that file; 0: none. */
int64_t rep_export_line(const struct rep_model *model, size_t event);

#endif
