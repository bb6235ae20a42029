/* reports.h - the public interface of the reports: traces in, pictures and documents out.
 *
 * A trace is the file that one run of the simulator leaves behind (TRACE.md). It is loaded whole
 * and checked in full; after that every report can be made from it, any number of times. Nothing
 * here knows the scheduler or the simulator.
 *
 *     struct rep_trace *trace;
 *     struct rep_error error;
 *     if (rep_trace_load("run.trace", &trace, &error) == REP_OK) {
 *         rep_graph_write(trace, NULL, "run.svg", &error);
 *         rep_timeline_write(trace, NULL, "run.txt", &error);
 *         rep_trace_free(trace);
 *     }
 *
 * Words: an *event* is one record of the trace; a *lane* is one coroutine as a report shows it; a
 * *line* is one thing that happened, in words; a *step* is what one coroutine does without anybody
 * else coming in between.
 */
#ifndef REP_REPORTS_H
#define REP_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(enumerator, value, text): the one table that codes and texts are made from. */
#define REP_STATUS_TABLE(X)                                                                        \
    X(REP_OK, 0, "success")                                                                        \
    X(REP_EIO, -1, "reading or writing failed")                                                    \
    X(REP_ENOMEM, -2, "out of memory")                                                             \
    X(REP_EFOREIGN, -3, "this is not a trace")                                                     \
    X(REP_EVERSION, -4, "the trace was written by a newer version")                                \
    X(REP_ETRUNCATED, -5, "the trace is truncated")                                                \
    X(REP_ECORRUPT, -6, "the trace is damaged")                                                    \
    X(REP_EFORMAT, -7, "no report has this format")                                                \
    X(REP_ERENDER, -8, "Graphviz failed")                                                          \
    X(REP_ENOPART, -9, "the run has no such part")

enum rep_status {
#define REP_STATUS_ENUMERATOR(enumerator, value, text) enumerator = value,
    REP_STATUS_TABLE(REP_STATUS_ENUMERATOR)
#undef REP_STATUS_ENUMERATOR
};

/* A sentence fit for an error message; "unknown status" for anything else. Never null. */
const char *rep_status_text(int status);

/* What went wrong, in words. Every call below that takes one accepts null. */
struct rep_error {
    uint64_t byte_offset;       /* where in the trace; 0 when the trace is not to blame */
    uint64_t whole_event_count; /* of REP_ETRUNCATED, REP_ECORRUPT: that many events are whole */
    char message[256]; /* a sentence without a full stop; UTF-8; valid after a negative code only */
};

/* One loaded trace. It never changes, so several reports may read it at once, from several threads.
 */
struct rep_trace;

/* Loads the trace at `path`. REP_OK: `*trace` is the caller's, to be freed. Else `*trace` is null:
 * REP_EIO, REP_ENOMEM, REP_EFOREIGN, REP_EVERSION, REP_ETRUNCATED, REP_ECORRUPT. */
int rep_trace_load(const char *path, struct rep_trace **trace, struct rep_error *error);

/* The same of a trace that is cut or damaged as well: what comes before the damage is in `*trace`,
 * which is null if that is nothing, and the code still says what is wrong with it. */
int rep_trace_salvage(const char *path, struct rep_trace **trace, struct rep_error *error);

/* The same from memory. The bytes are copied. */
int rep_trace_read(const void *bytes, size_t byte_count, struct rep_trace **trace,
                   struct rep_error *error);

/* Accepts null. */
void rep_trace_free(struct rep_trace *trace);

/* The hash that identifies the run: XXH3_64 over the schema and all events. */
uint64_t rep_trace_hash(const struct rep_trace *trace);

size_t rep_trace_event_count(const struct rep_trace *trace);

/* World time of the last event; 0 for an empty trace. */
int64_t rep_trace_duration_ns(const struct rep_trace *trace);

/* Events in a row that a picture points at: what one coroutine does in them, by the index of the
 * first one and of the last. */
struct rep_graph_mark {
    uint64_t first;
    uint64_t last;
};

/* A part of a run; what is null is not asked for. Nothing but the part is drawn, and the picture
 * says how much is left out. */
struct rep_graph_part {
    const char *from;   /* this time on, "10ms", or this event, "#123" */
    const char *to;     /* likewise */
    const char *around; /* what this coroutine does, "worker#2" or "server/worker#2", and what is
                           linked to that */
    const char *causes; /* what this event came of, "#123"; "failure": the first one */
    const uint32_t *concerned; /* ids of coroutines that a failure is about which no coroutine came
                                  to, as it is found at the end; none: all, or those that wait */
    size_t concerned_count;
    int64_t concerned_until_ns;
};

struct rep_graph_options {
    size_t step_count_max; /* later steps are left out, and the picture says so; 0: 10,000 */
    struct rep_graph_part part;
    const struct rep_graph_mark *marks; /* get a colour and their number, from 1 */
    size_t mark_count;
};

/* Draws the causality graph: a column a coroutine, time from the top down, arrows for what caused
 * what. The suffix of `path` chooses the format: .svg .png .pdf .dot. `options` null: the defaults.
 * The file appears whole under its name or not at all; the same trace gives the same bytes. Not
 * thread-safe: Graphviz knows one context a process. In an SVG what event 123 shows up in has the
 * id event-123, so that a link can lead to graph.svg#event-123. REP_EFORMAT, REP_EIO, REP_ENOMEM,
 * REP_ENOPART, REP_ERENDER. */
int rep_graph_write(const struct rep_trace *trace, const struct rep_graph_options *options,
                    const char *path, struct rep_error *error);

/* Whether a file of that name would be a page: .html, .htm. */
bool rep_path_is_page(const char *path);

struct rep_export_options {
    const char *format; /* "jsonl" and "csv", an event a line; "perfetto", for ui.perfetto.dev;
                           "pcapng", the simulated network for Wireshark; null: by the suffix of the
                           path (.jsonl .csv .pftrace .pcapng) */
    bool salvages; /* of a damaged trace, what comes before the damage; error->message says what
                      that is, where REP_OK is returned, and else is empty */
};

/* Writes the trace in a file for other tools. It is not loaded but streams by, so that memory does
 * not grow with the number of events. path null: to standard output. A file appears whole under its
 * name or not at all. What rep_trace_load returns, REP_EFORMAT. */
int rep_export_write(const char *trace_path, const struct rep_export_options *options,
                     const char *path, struct rep_error *error);

/* ---- Trees ---- */

/* A node of a tree of decisions. Inner nodes have children; a leaf has a text. */
struct rep_tree_node {
    uint32_t parent;      /* its index, before this one's; UINT32_MAX: it is the root, the first */
    const char *decision; /* what leads there from its parent */
    const char *details;  /* the same in full: lines, each with its newline; may be null */
    const char *text;     /* of a leaf; else null */
    uint32_t outcome;     /* of a leaf: index into the outcomes; UINT32_MAX: none of them */
    uint64_t count;       /* how many of what the tree counts are here and below */
};

/* What leaves come to: the same colour and shape for all of one outcome. */
struct rep_tree_outcome {
    const char *text;
    uint64_t count;
    bool is_failure;
};

struct rep_tree {
    const char *title;
    const char *facts;                 /* a line below it */
    const struct rep_tree_node *nodes; /* below each comes all that is below it, then its sibling */
    size_t node_count;
    const struct rep_tree_outcome *outcomes;
    size_t outcome_count;
};

/* Draws a tree from left to right. Texts may hold anything; what is no text is escaped. As
 * rep_graph_write otherwise. */
int rep_tree_write(const struct rep_tree *tree, const char *path, struct rep_error *error);

/* ---- Networks ---- */

enum rep_network_look { REP_NETWORK_PLAIN, REP_NETWORK_MARKED, REP_NETWORK_FAINT };

struct rep_network_node {
    const char *id;   /* what links call it in an SVG: letters, digits, '-' */
    const char *text; /* lines, each with its newline */
    enum rep_network_look look;
};

struct rep_network_edge {
    size_t from; /* nodes, by index */
    size_t to;
    const char *text;    /* stands on it; may be "" */
    const char *tooltip; /* likewise; "": the text */
    bool is_dashed;
    bool is_marked;
};

struct rep_network {
    const char *title;
    const char *facts; /* lines below it, each with its newline */
    const struct rep_network_node *nodes;
    size_t node_count;
    const struct rep_network_edge *edges;
    size_t edge_count;
};

/* Draws nodes and edges, wherever Graphviz places them: the same on every machine with its version,
 * for no font is asked. Texts may hold anything; what is no text is escaped. As rep_graph_write
 * otherwise. */
int rep_network_write(const struct rep_network *network, const char *path, struct rep_error *error);

struct rep_timeline_options {
    size_t line_count_max; /* later lines are left out, and the text says so; 0: no limit */
};

/* Writes the timeline, plain text of at most 100 columns: a table of what happened, why each
 * timeout fired, and a strip a coroutine. The file appears whole under its name or not at all.
 * REP_EIO, REP_ENOMEM. */
int rep_timeline_write(const struct rep_trace *trace, const struct rep_timeline_options *options,
                       const char *path, struct rep_error *error);

/* The same to memory: `*text` is null-terminated and the caller's, to be released by free().
 * REP_ENOMEM. */
int rep_timeline_text(const struct rep_trace *trace, const struct rep_timeline_options *options,
                      char **text);

struct rep_interleaving_options {
    size_t line_count; /* at most so many things: the last ones */
    size_t failure;    /* before the failure of that number, from 0; or before the end */
    size_t columns;    /* of the terminal; 0: 80 */
};

/* How the last steps of coroutines came between each other: a column a coroutine, a line a thing
 * that happened; `*` before what came first although production would have gone on with somebody
 * else. `*text` is null-terminated and the caller's, to be released by free(); null if fewer than
 * two took part. REP_ENOMEM. */
int rep_interleaving_text(const struct rep_trace *trace,
                          const struct rep_interleaving_options *options, char **text);

/* What happened last to some coroutines. The trace must outlive it. */
struct rep_recent;

struct rep_recent_options {
    const uint32_t *coroutines; /* their ids in the trace */
    size_t coroutine_count;
    int64_t until_ns;  /* world time: what happened later is left out */
    size_t line_count; /* at most so many lines: the last ones */
};

/* REP_OK: `*recent` is the caller's, to be freed. REP_ENOMEM: it is null. */
int rep_recent_new(const struct rep_trace *trace, struct rep_recent **recent);

/* Accepts null. */
void rep_recent_free(struct rep_recent *recent);

/* Lines of `TIME  COROUTINE  what`, in columns, the last thing last; "" if there are none. `*text`
 * is null-terminated and the caller's, to be released by free(). REP_ENOMEM. */
int rep_recent_text(const struct rep_recent *recent, const struct rep_recent_options *options,
                    char **text);

/* Where one of the coroutines timed out in these lines: what it did in that time, and what others
 * did, a strip of characters each, at most four, and times. `*text` as above; null if none did.
 * REP_ENOMEM. */
int rep_recent_strips(const struct rep_recent *recent, const struct rep_recent_options *options,
                      char **text);

/* ---- What differs between two runs ---- */

/* X(enumerator, text): the less the runs have in common the later. */
#define REP_DIFF_VERDICT_TABLE(X)                                                                  \
    X(REP_DIFF_IDENTICAL, "the runs are the same to the last event")                               \
    X(REP_DIFF_UNTOLD, "the same happens in both; they differ in events that no line tells of")    \
    X(REP_DIFF_TIMES, "the same but for times")                                                    \
    X(REP_DIFF_ORDER, "every coroutine does the same, but they come in another order")             \
    X(REP_DIFF_OTHER, "the runs differ")

enum rep_diff_verdict {
#define REP_DIFF_VERDICT_ENUMERATOR(enumerator, text) enumerator,
    REP_DIFF_VERDICT_TABLE(REP_DIFF_VERDICT_ENUMERATOR)
#undef REP_DIFF_VERDICT_ENUMERATOR
};

/* The texts are fit for a terminal: what could be a control character in them is escaped. */
struct rep_diff_line {
    const char *who; /* a coroutine; "": the world */
    const char *text;
    int64_t time_ns;
    uint64_t event;
    size_t cause; /* index + 1 of the line by somebody else that it came of, 0: none */
    bool is_failure;
};

/* What was decided, where that is a decision. */
struct rep_diff_decision {
    uint64_t event; /* 0: there is none */
    int64_t time_ns;
    const char *text;
    uint64_t number; /* from 0 */
    uint64_t count;
};

enum { REP_DIFF_CAUSES_MAX = 6 };

/* One of the two runs. */
struct rep_diff_run {
    const char *title;
    const char *verdict;
    bool is_ok;
    const char *facts;
    const struct rep_diff_line *lines;
    size_t line_count;
    size_t first; /* index + 1 of its line where they differ first; 0: it has ended there */
    struct rep_diff_decision decision;  /* the one that made the difference, if one did */
    size_t causes[REP_DIFF_CAUSES_MAX]; /* lines, by index, that the first difference came of, one
                                           of the other, back to the decision */
    size_t cause_count;
    const char *const *only; /* coroutines that the other run does not have */
    size_t only_count;
};

enum rep_diff_mark {
    REP_DIFF_SAME,
    REP_DIFF_TIME,    /* the same at another time */
    REP_DIFF_LEFT,    /* in the first run only, or in another place there */
    REP_DIFF_RIGHT,   /* in the second */
    REP_DIFF_CHANGED, /* the same coroutine does something else */
    REP_DIFF_MARK_COUNT,
};

struct rep_diff_row {
    enum rep_diff_mark mark;
    size_t lines[2];  /* of either run, index + 1; 0: there is none */
    size_t elsewhere; /* index + 1 of the row where the other run has the same line; 0: nowhere */
};

/* Two runs, line beside line. Never changes. */
struct rep_diff {
    enum rep_diff_verdict verdict;
    struct rep_diff_run runs[2];
    const struct rep_diff_row *rows;
    size_t row_count;
    size_t first; /* index + 1 of the first row that differs; by more than its time, if one does */
    size_t mark_counts[REP_DIFF_MARK_COUNT];
    size_t moved_count;   /* lines that are in both runs, in another order */
    uint64_t first_event; /* REP_DIFF_UNTOLD: the first that differs */
};

/* Compares. The traces must outlive it. REP_OK: `*diff` is the caller's, to be freed. REP_ENOMEM:
 * it is null. */
int rep_diff_new(const struct rep_trace *left, const struct rep_trace *right,
                 struct rep_diff **diff);

/* Accepts null. */
void rep_diff_free(struct rep_diff *diff);

/* A sentence without a full stop. */
const char *rep_diff_verdict_text(enum rep_diff_verdict verdict);

/* Which rows are no further than `context` from one that is neither the same nor the same at
 * another time, or, of runs that differ in nothing else, from one at another time: is_near has a
 * byte a row. */
void rep_diff_find_near(const struct rep_diff *diff, size_t context, uint8_t *is_near);

struct rep_diff_options {
    const char *names[2]; /* of the runs; null: "A" and "B" */
    size_t columns;       /* of a text; 0: 100 */
    size_t context;       /* so many rows around a difference are shown */
    size_t row_count_max; /* more are only counted; 0: no limit */
};

/* In words: the verdict, the first difference and what it came of, then both runs side by side.
 * `*text` is null-terminated and the caller's, to be released by free(). REP_ENOMEM. */
int rep_diff_text(const struct rep_diff *diff, const struct rep_diff_options *options, char **text);

/* Writes that to a file, or as a page for any browser, which runs no script, or draws both runs
 * beside each other up to a little after they part (rep_graph_write): by the suffix of `path`,
 * .txt, .html, or .svg .png .pdf .dot. The file appears whole under its name or not at all.
 * REP_EFORMAT, REP_EIO, REP_ENOMEM, REP_ERENDER. Not thread-safe as a picture. */
int rep_diff_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                   const char *path, struct rep_error *error);

/* ---- The timeline as a page ---- */

/* A second run, above which the first one stands. */
struct rep_html_beside {
    const struct rep_trace *trace;
    const struct rep_diff *diff; /* of the first run and this one */
    const char *names[2];        /* of both; null: the title */
    const char *reason;          /* what decides between them, in words; null: nothing is said */
    const struct rep_graph_mark *marks; /* of the first run: events whose order decides */
    size_t mark_count;
};

/* Writes the timeline as a page: one file that needs nothing else, for any browser. It holds the
 * trace itself; the same trace gives the same bytes. beside: null, or another run, which the page
 * shows together with this one, the same things in the same places, and opens at what differs. The
 * file appears whole under its name or not at all. REP_EIO, REP_ENOMEM. */
int rep_html_write(const struct rep_trace *trace, const struct rep_html_beside *beside,
                   const char *path, struct rep_error *error);

#endif
