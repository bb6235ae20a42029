/* watch.c - `always` and `within`. */
#include "sim/watch.h"

#include "sim/evaluate.h"
#include "sim/explanation_values.h"
#include "sim/language/buffer.h"
#include "sim/run.h"

bool sim_pattern_matches(const char *pattern, size_t pattern_bytes, const char *text,
                         size_t bytes) {
    size_t at = 0;
    size_t in = 0;
    size_t star = SIZE_MAX; /* the last `*` met, and how far the text had come then */
    size_t star_text = 0;
    while (at < bytes) {
        if (in < pattern_bytes && pattern[in] == '*') {
            star = in++;
            star_text = at;
        } else if (in < pattern_bytes && pattern[in] == text[at]) {
            in++;
            at++;
        } else if (star != SIZE_MAX) {
            in = star + 1;
            at = ++star_text;
        } else {
            return false;
        }
    }
    while (in < pattern_bytes && pattern[in] == '*') {
        in++;
    }
    return in == pattern_bytes;
}

static uint32_t count_clauses(const struct sim_clause *clause) {
    if (clause == NULL) {
        return 0;
    }
    bool is_watched = clause->kind == SIM_CLAUSE_ALWAYS || clause->kind == SIM_CLAUSE_WITHIN;
    return (is_watched ? 1 : 0) + count_clauses(clause->left) + count_clauses(clause->right);
}

static void add_clauses(struct sim_run *run, const struct sim_clause *clause) {
    if (clause == NULL) {
        return;
    }
    if (clause->kind == SIM_CLAUSE_ALWAYS || clause->kind == SIM_CLAUSE_WITHIN) {
        run->watches[run->watch_count++].clause = clause;
    }
    add_clauses(run, clause->left);
    add_clauses(run, clause->right);
}

int sim_watches_init(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    uint32_t count = 0;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        count += count_clauses(scenario->expectations[i].clause);
    }
    if (count == 0) {
        return COG_OK;
    }
    run->watches = cog_allocate_zeroed(&run->memory.allocator, count, sizeof run->watches[0]);
    if (run->watches == NULL) {
        return COG_ENOMEM;
    }
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        add_clauses(run, scenario->expectations[i].clause);
    }
    return COG_OK;
}

static bool holds(struct sim_run *run, const struct sim_clause *clause) {
    struct sim_scope scope = {.run = run};
    struct sim_value value;
    int status =
        sim_evaluate_tag(&scope, clause->expression, SIM_TAG_BOOL, "an expectation", &value);
    return status == COG_OK && sim_value_get_integer(value) != 0;
}

/* The expectation that a clause is part of. */
static const struct sim_expectation *expectation_of(const struct sim_run *run,
                                                    const struct sim_clause *clause) {
    const struct sim_scenario *scenario = run->scenario;
    const struct sim_expectation *found = NULL;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].place.offset <= clause->place.offset) {
            found = &scenario->expectations[i];
        }
    }
    return found;
}

/* The values are gone by the time that the run is judged: they are put into words now. */
static void break_watch(struct sim_run *run, struct sim_watch *watch, int64_t time_ns) {
    watch->is_broken = true;
    watch->broken_ns = time_ns;
    const struct sim_expectation *expectation = expectation_of(run, watch->clause);
    struct sim_quoted quoted = {.text = {NULL, 0}};
    if (expectation != NULL) {
        quoted = (struct sim_quoted){expectation->source, expectation->place.offset};
    }
    struct sim_scope scope = {.run = run, .is_observer = true};
    struct sim_buffer buffer; /* the run's: it goes with its memory */
    sim_buffer_init(&buffer, &run->memory.allocator);
    sim_explain_values(&scope, watch->clause->expression, quoted, &buffer);
    watch->values = buffer.has_failed ? NULL : buffer.bytes;
}

/* Looks at the lines logged since; the earliest deadline counts while the expression has not held.
 */
static void step_within(struct sim_run *run, struct sim_watch *watch) {
    const struct sim_clause *clause = watch->clause;
    for (; watch->next_line < run->journal.line_count; watch->next_line++) {
        const struct sim_log_line *line = &run->journal.lines[watch->next_line];
        if (!watch->is_waiting &&
            sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes)) {
            watch->is_waiting = true;
            watch->first_line = watch->next_line;
            watch->deadline_ns = line->time_ns + clause->within_ns;
        }
    }
    if (watch->is_waiting && holds(run, clause)) {
        watch->is_waiting = false;
    }
}

void sim_watches_step(struct sim_run *run) {
    for (uint32_t i = 0; i < run->watch_count; i++) {
        struct sim_watch *watch = &run->watches[i];
        if (watch->is_broken) {
            continue;
        }
        if (watch->clause->kind == SIM_CLAUSE_WITHIN) {
            step_within(run, watch);
        } else if (!holds(run, watch->clause)) {
            break_watch(run, watch, run->now_ns);
        }
    }
}

void sim_watches_before_advance(struct sim_run *run, int64_t next_ns) {
    for (uint32_t i = 0; i < run->watch_count; i++) {
        struct sim_watch *watch = &run->watches[i];
        if (!watch->is_broken && watch->is_waiting && next_ns > watch->deadline_ns) {
            break_watch(run, watch,
                        watch->deadline_ns < run->now_ns ? run->now_ns : watch->deadline_ns);
        }
    }
}

const struct sim_watch *sim_watch_of(const struct sim_run *run, const struct sim_clause *clause) {
    for (uint32_t i = 0; i < run->watch_count; i++) {
        if (run->watches[i].clause == clause) {
            return &run->watches[i];
        }
    }
    return NULL;
}
