/* explanation.c - why an expectation does not hold, in words. */
#include "sim/explanation.h"

#include "sim/clause.h"
#include "sim/duration.h"
#include "sim/language/nearest.h"
#include "sim/watch.h"

#include <inttypes.h>

static void add_time(struct sim_buffer *buffer, int64_t ns) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(ns, text));
}

static void add_line(struct sim_buffer *buffer, const struct sim_log_line *line) {
    sim_buffer_add_text(buffer, "\"");
    sim_buffer_add(buffer, line->text, line->bytes);
    sim_buffer_add_text(buffer, "\" at ");
    add_time(buffer, line->time_ns);
    sim_buffer_add_format(buffer, " by %s", line->instance->name);
}

/* The line that was probably meant: the first of that text, whatever its time and coroutine, else
 * one that reads almost so. */
static const struct sim_log_line *nearest_line(const struct sim_run *run,
                                               const struct sim_clause *clause) {
    size_t first = sim_first_line_like(run, clause->text);
    if (first != SIZE_MAX) {
        return &run->journal.lines[first];
    }
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, clause->text.bytes);
    for (size_t i = 0; i < run->journal.line_count; i++) {
        sim_nearest_offer(&nearest, run->journal.lines[i].text);
    }
    for (size_t i = 0; nearest.best != NULL && i < run->journal.line_count; i++) {
        if (run->journal.lines[i].text == nearest.best) {
            return &run->journal.lines[i];
        }
    }
    return NULL;
}

static void explain_log(const struct sim_run *run, const struct sim_clause *clause,
                        struct sim_buffer *buffer) {
    if (clause->has_times) {
        int64_t count = sim_clause_count_lines(run, clause);
        sim_buffer_add_format(buffer, "it was logged %" PRId64 " time%s", count,
                              count == 1 ? "" : "s");
        return;
    }
    const struct sim_log_line *line = nearest_line(run, clause);
    if (line == NULL) {
        sim_buffer_add_text(buffer, run->journal.line_count == 0 ? "nothing was logged"
                                                                 : "nothing like it was logged");
        return;
    }
    bool is_same =
        sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes);
    sim_buffer_add_text(buffer, is_same ? "logged was " : "nearest is ");
    add_line(buffer, line);
}

static void explain_no_log(const struct sim_run *run, const struct sim_clause *clause,
                           struct sim_buffer *buffer) {
    for (size_t i = 0; i < run->journal.line_count; i++) {
        if (sim_clause_matches_line(run, clause, &run->journal.lines[i])) {
            sim_buffer_add_text(buffer, "logged was ");
            add_line(buffer, &run->journal.lines[i]);
            return;
        }
    }
}

static void explain_before(const struct sim_run *run, const struct sim_clause *clause,
                           struct sim_buffer *buffer) {
    size_t first = sim_first_line_like(run, clause->text);
    size_t second = sim_first_line_like(run, clause->second);
    if (first == SIZE_MAX || second == SIZE_MAX) {
        sim_buffer_add_format(buffer, "the %s was never logged",
                              first == SIZE_MAX ? "first" : "second");
        return;
    }
    add_line(buffer, &run->journal.lines[second]);
    sim_buffer_add_text(buffer, " came before ");
    add_line(buffer, &run->journal.lines[first]);
}

void sim_explain_instance(const struct sim_instance *instance, struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, instance->name);
    if (!instance->has_ended) {
        sim_buffer_add_format(buffer, " did not end (line %" PRIu32 ")", instance->line);
        return;
    }
    sim_buffer_add_text(buffer, instance->status == COG_OK ? " ended at " : " failed at ");
    add_time(buffer, instance->ended_ns);
    if (instance->failure.word != 0) {
        sim_buffer_add_text(buffer, " (");
        sim_value_append(buffer, instance->failure);
        sim_buffer_add_text(buffer, ")");
    }
}

static void explain_coroutine(const struct sim_run *run, const struct sim_clause *clause,
                              struct sim_buffer *buffer) {
    const char *separator = "";
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (sim_clause_is_of(run, instance, clause)) {
            sim_buffer_add_text(buffer, separator);
            sim_explain_instance(instance, buffer);
            separator = ", ";
        }
    }
    if (separator[0] == '\0') {
        sim_buffer_add_text(buffer, "it never started");
    }
}

static void explain_timeouts(const struct sim_run *run, const struct sim_clause *clause,
                             struct sim_buffer *buffer) {
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if (clause->kind == SIM_CLAUSE_NO_TIMEOUT ||
            sim_clause_is_of(run, timeout->instance, clause)) {
            sim_buffer_add_format(buffer, "an operation of %s timed out at ",
                                  timeout->instance->name);
            add_time(buffer, timeout->time_ns);
            return;
        }
    }
    sim_buffer_add_text(buffer, "none of its operations timed out");
}

static void explain_watch(const struct sim_run *run, const struct sim_clause *clause,
                          struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, "it does not hold at ");
    add_time(buffer, sim_watch_of(run, clause)->broken_ns);
}

void sim_explain(struct sim_run *run, const struct sim_clause *clause, struct sim_buffer *buffer) {
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
        sim_explain(run, sim_clause_holds(run, clause->left) ? clause->right : clause->left,
                    buffer);
        break;
    case SIM_CLAUSE_OR:
        sim_explain(run, clause->left, buffer);
        sim_buffer_add_text(buffer, "; and ");
        sim_explain(run, clause->right, buffer);
        break;
    case SIM_CLAUSE_LOG:
        explain_log(run, clause, buffer);
        break;
    case SIM_CLAUSE_NO_LOG:
        explain_no_log(run, clause, buffer);
        break;
    case SIM_CLAUSE_BEFORE:
        explain_before(run, clause, buffer);
        break;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
        explain_coroutine(run, clause, buffer);
        break;
    case SIM_CLAUSE_TIMES_OUT:
    case SIM_CLAUSE_NO_TIMEOUT:
        explain_timeouts(run, clause, buffer);
        break;
    case SIM_CLAUSE_END:
        sim_buffer_add_text(buffer, run->is_stalled ? "it stalled at " : "it ended at ");
        add_time(buffer, run->now_ns);
        break;
    case SIM_CLAUSE_DEADLOCK:
        sim_buffer_add_text(buffer, "every coroutine ended");
        break;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        explain_watch(run, clause, buffer);
        break;
    case SIM_CLAUSE_HOLDS:
        sim_buffer_add_text(buffer, "it does not hold at the end");
        break;
    }
}
