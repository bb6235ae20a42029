/* clause.c - does what an expectation says hold? */
#include "sim/clause.h"

#include "sim/evaluate.h"
#include "sim/watch.h"

#include <string.h>

static bool is_in(int64_t time_ns, struct sim_range range) {
    return time_ns >= range.low && time_ns <= range.high;
}

bool sim_clause_is_of(const struct sim_run *run, const struct sim_instance *instance,
                      const struct sim_clause *clause) {
    const struct sim_scenario *scenario = run->scenario;
    const struct sim_coroutine *named = clause->is_routine
                                            ? &scenario->routines[clause->coroutine.index]
                                            : &scenario->coroutines[clause->coroutine.index];
    return instance->source == named;
}

/* There may be as many lines as patterns: most pairs are told apart by the end of the line. */
static bool is_like(const struct sim_log_line *line, struct sim_text pattern, bool plain) {
    size_t length = pattern.length;
    if (plain && line->bytes != length) {
        return false;
    }
    if (length > 0 && pattern.bytes[length - 1] != '*' &&
        (line->bytes == 0 || line->text[line->bytes - 1] != pattern.bytes[length - 1])) {
        return false;
    }
    return plain ? length == 0 || memcmp(line->text, pattern.bytes, length) == 0
                 : sim_pattern_matches(pattern.bytes, length, line->text, line->bytes);
}

static bool is_plain(struct sim_text pattern) {
    return pattern.length == 0 || memchr(pattern.bytes, '*', pattern.length) == NULL;
}

static bool is_line_of(const struct sim_run *run, const struct sim_clause *clause,
                       const struct sim_log_line *line) {
    bool is_by = clause->coroutine.name == NULL || sim_clause_is_of(run, line->instance, clause) ||
                 (!clause->is_routine && line->instance->root == clause->coroutine.index);
    return is_by && (!clause->has_at || is_in(line->time_ns, clause->at_ns));
}

bool sim_clause_matches_line(const struct sim_run *run, const struct sim_clause *clause,
                             const struct sim_log_line *line) {
    return is_like(line, clause->text, is_plain(clause->text)) && is_line_of(run, clause, line);
}

/* Counts no further than `enough`. */
static int64_t count_lines(const struct sim_run *run, const struct sim_clause *clause,
                           int64_t enough) {
    int64_t count = 0;
    bool plain = is_plain(clause->text);
    for (size_t i = 0; i < run->journal.line_count && count < enough; i++) {
        const struct sim_log_line *line = &run->journal.lines[i];
        count += is_like(line, clause->text, plain) && is_line_of(run, clause, line) ? 1 : 0;
    }
    return count;
}

int64_t sim_clause_count_lines(const struct sim_run *run, const struct sim_clause *clause) {
    return count_lines(run, clause, INT64_MAX);
}

size_t sim_first_line_like(const struct sim_run *run, struct sim_text text) {
    bool plain = is_plain(text);
    for (size_t i = 0; i < run->journal.line_count; i++) {
        if (is_like(&run->journal.lines[i], text, plain)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Have all instances of a coroutine ended without failure (at the time given)? */
static bool coroutine_ends(const struct sim_run *run, const struct sim_clause *clause) {
    bool any = false;
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (!sim_clause_is_of(run, instance, clause)) {
            continue;
        }
        any = true;
        if (!instance->has_ended || instance->status != COG_OK ||
            (clause->has_at && !is_in(instance->ended_ns, clause->at_ns))) {
            return false;
        }
    }
    return any;
}

static bool coroutine_fails(const struct sim_run *run, const struct sim_clause *clause) {
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (sim_clause_is_of(run, instance, clause) && instance->has_ended &&
            instance->status != COG_OK &&
            (!clause->has_at || is_in(instance->ended_ns, clause->at_ns))) {
            return true;
        }
    }
    return false;
}

static bool coroutine_times_out(const struct sim_run *run, const struct sim_clause *clause) {
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if (sim_clause_is_of(run, timeout->instance, clause) &&
            (!clause->has_at || is_in(timeout->time_ns, clause->at_ns))) {
            return true;
        }
    }
    return false;
}

static bool before_holds(const struct sim_run *run, const struct sim_clause *clause) {
    size_t first = sim_first_line_like(run, clause->text);
    size_t second = sim_first_line_like(run, clause->second);
    return first != SIZE_MAX && second != SIZE_MAX && first < second;
}

static bool expression_holds(struct sim_run *run, const struct sim_clause *clause) {
    struct sim_scope scope = {.run = run};
    struct sim_value value;
    int status =
        sim_evaluate_tag(&scope, clause->expression, SIM_TAG_BOOL, "an expectation", &value);
    return status == COG_OK && sim_value_get_integer(value) != 0;
}

bool sim_clause_holds(struct sim_run *run, const struct sim_clause *clause) {
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
        return sim_clause_holds(run, clause->left) && sim_clause_holds(run, clause->right);
    case SIM_CLAUSE_OR:
        return sim_clause_holds(run, clause->left) || sim_clause_holds(run, clause->right);
    case SIM_CLAUSE_LOG:
        return clause->has_times ? sim_clause_count_lines(run, clause) == clause->times
                                 : count_lines(run, clause, 1) > 0;
    case SIM_CLAUSE_NO_LOG:
        return count_lines(run, clause, 1) == 0;
    case SIM_CLAUSE_BEFORE:
        return before_holds(run, clause);
    case SIM_CLAUSE_ENDS:
        return coroutine_ends(run, clause);
    case SIM_CLAUSE_FAILS:
        return coroutine_fails(run, clause);
    case SIM_CLAUSE_TIMES_OUT:
        return coroutine_times_out(run, clause);
    case SIM_CLAUSE_NO_TIMEOUT:
        return run->journal.timeout_count == 0;
    case SIM_CLAUSE_END:
        return !run->is_stalled && is_in(run->now_ns, clause->at_ns);
    case SIM_CLAUSE_DEADLOCK:
        return run->is_stalled;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        return !sim_watch_of(run, clause)->is_broken;
    case SIM_CLAUSE_HOLDS:
        return expression_holds(run, clause);
    }
    return false;
}
