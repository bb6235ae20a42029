/* update_line.c - which line of the log an expectation means that none fulfils. */
#include "sim/update_parts.h"

#include "sim/clause.h"
#include "sim/language/nearest.h"

/* How well a line fits a clause; less is better, from the first field to the last. */
struct fit {
    bool is_by_another;
    bool is_claimed;
    int64_t distance_ns;
};

static bool is_better(struct fit a, struct fit b) {
    if (a.is_by_another != b.is_by_another) {
        return b.is_by_another;
    }
    if (a.is_claimed != b.is_claimed) {
        return b.is_claimed;
    }
    return a.distance_ns < b.distance_ns;
}

bool sim_update_is_by(const struct sim_updater *updater, const struct sim_clause *clause,
                      const struct sim_log_line *line) {
    struct sim_clause of_anything = *clause;
    of_anything.has_at = false;
    of_anything.text = (struct sim_text){.bytes = "*", .length = 1};
    return sim_clause_matches_line(updater->run, &of_anything, line);
}

static struct fit fit_of(const struct sim_updater *updater, const struct sim_clause *clause,
                         size_t index) {
    const struct sim_log_line *line = &updater->run->journal.lines[index];
    return (struct fit){
        .is_by_another = !sim_update_is_by(updater, clause, line),
        .is_claimed = updater->is_claimed[index],
        .distance_ns = clause->has_at ? sim_update_distance_ns(clause->at_ns, line->time_ns) : 0,
    };
}

/* The line that fits best of those whose text is the clause's; SIZE_MAX: there is none. */
static size_t best_line(const struct sim_updater *updater, const struct sim_clause *clause) {
    struct sim_clause of_text = *clause;
    of_text.has_at = false;
    of_text.coroutine.name = NULL;
    size_t best = SIZE_MAX;
    struct fit best_fit = {.distance_ns = 0};
    for (size_t i = 0; i < updater->run->journal.line_count; i++) {
        if (!sim_clause_matches_line(updater->run, &of_text, &updater->run->journal.lines[i])) {
            continue;
        }
        struct fit fit = fit_of(updater, clause, i);
        if (best == SIZE_MAX || is_better(fit, best_fit)) {
            best = i;
            best_fit = fit;
        }
    }
    return best;
}

enum { RANK_COUNT = 3 };

/* Of equally near texts the one is taken whose line has the lowest rank. */
static int rank_of(const struct sim_updater *updater, const struct sim_clause *clause,
                   size_t index) {
    struct fit fit = fit_of(updater, clause, index);
    return fit.is_claimed ? 2 : fit.is_by_another || fit.distance_ns > 0 ? 1 : 0;
}

/* The logged text most like the clause's; bytes null: none is like it. */
static struct sim_text nearest_text(const struct sim_updater *updater,
                                    const struct sim_clause *clause) {
    const struct sim_journal *journal = &updater->run->journal;
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, clause->text.bytes);
    for (int rank = 0; rank < RANK_COUNT; rank++) {
        for (size_t i = 0; i < journal->line_count && !sim_nearest_is_done(&nearest); i++) {
            if (rank_of(updater, clause, i) == rank) {
                sim_nearest_offer(&nearest, journal->lines[i].text);
            }
        }
    }
    for (size_t i = 0; nearest.best != NULL && i < journal->line_count; i++) {
        if (journal->lines[i].text == nearest.best) {
            return (struct sim_text){.bytes = nearest.best, .length = journal->lines[i].bytes};
        }
    }
    return (struct sim_text){.bytes = NULL};
}

const struct sim_log_line *sim_update_line_meant(struct sim_updater *updater,
                                                 const struct sim_clause *clause) {
    size_t best = best_line(updater, clause);
    if (best == SIZE_MAX) {
        struct sim_clause of_nearest = *clause;
        of_nearest.text = nearest_text(updater, clause);
        best = of_nearest.text.bytes != NULL ? best_line(updater, &of_nearest) : SIZE_MAX;
    }
    if (best == SIZE_MAX) {
        return NULL;
    }
    updater->is_claimed[best] = true;
    return &updater->run->journal.lines[best];
}

/* Recursion is bounded: an expectation has so many clauses at most. */
void sim_update_claim_lines(struct sim_updater *updater, const struct sim_clause *clause) {
    struct sim_run *run = updater->run;
    if (clause->kind == SIM_CLAUSE_AND) {
        sim_update_claim_lines(updater, clause->left);
        sim_update_claim_lines(updater, clause->right);
    }
    if (clause->kind != SIM_CLAUSE_LOG || !clause->has_at ||
        sim_clause_count_lines(run, clause) != 1) {
        return;
    }
    for (size_t i = 0; i < run->journal.line_count; i++) {
        if (sim_clause_matches_line(run, clause, &run->journal.lines[i])) {
            updater->is_claimed[i] = true;
        }
    }
}
