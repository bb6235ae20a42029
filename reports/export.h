/* export.h - traces in the formats of other tools: what the files of each format share.
 *
 * A trace streams by twice: once to see whether it is whole and who there is in it, once to be
 * written. What is kept grows with what exists in the run (scene.h), and by a bit an event where
 * causes are marked.
 */
#ifndef REP_EXPORT_H
#define REP_EXPORT_H

#include "reports/output_file.h"
#include "reports/scene.h"

/* An export under way. */
struct rep_exporting {
    struct rep_scene scene; /* what there is; who does what up to this event, itself included */
    const struct rep_trace *trace;
    uint64_t hash;  /* of the trace */
    uint64_t index; /* of this event, from 1 */
    const struct rep_event *event;
    struct rep_event at_hand; /* which is this one */
    struct rep_output *output;
    struct rep_text text[4]; /* for whatever */
    uint8_t *marks;          /* a bit an event, with rep_export_mark */
    size_t mark_bytes;
    void *state;     /* of the format: allocated by begin */
    bool has_failed; /* out of memory */
};

/* A format: what to do with each event. Whatever is null is left out. */
struct rep_export {
    size_t state_bytes;                        /* zeroed */
    void (*foresee)(struct rep_exporting *it); /* each event of the first pass */
    void (*begin)(struct rep_exporting *it);
    void (*event)(struct rep_exporting *it);
    void (*end)(struct rep_exporting *it); /* gives back what the state holds */
};

extern const struct rep_export rep_export_json_lines; /* export_json_lines.c */
extern const struct rep_export rep_export_csv;
extern const struct rep_export rep_export_perfetto;
extern const struct rep_export rep_export_pcapng;

void rep_export_mark(struct rep_exporting *it, uint64_t index);
bool rep_export_is_marked(const struct rep_exporting *it, uint64_t index);

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

/* The field of the event: its text, with names in place of ids, is in `text`, which is cleared
 * first. */
struct rep_export_value rep_export_field(const struct rep_exporting *it,
                                         const struct rep_field *field, struct rep_text *text);

/* The name of the event's host, or its coroutine's; "" if it has none. */
const char *rep_export_host(const struct rep_exporting *it);
const char *rep_export_coroutine(const struct rep_exporting *it);

#endif
