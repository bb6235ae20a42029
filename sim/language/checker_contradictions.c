/* checker_contradictions.c - warnings of expectations that stand twice, and of two that no run can
 * fulfil.
 *
 * What must hold in every run, and in the canonical one, is taken apart at its `and`s; then each is
 * compared with those before it. Of very many only the first are.
 */
#include "sim/language/checker.h"

#include <string.h>

enum { COMPARED_MAX = 512 };

struct demands {
    const struct sim_clause *items[COMPARED_MAX];
    uint32_t count;
};

static bool is_same_text(struct sim_text a, struct sim_text b) {
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* ---- Twice ---- */

static void report_twice(struct sim_checker *checker, const char *what, struct sim_place place,
                         struct sim_place other) {
    struct sim_finding *finding =
        sim_diagnostics_warning(checker->diagnostics, place, "%s stands twice", what);
    sim_diagnostics_note(checker->diagnostics, finding, other, "the other is here");
}

static uint32_t at_most(uint32_t count) {
    return count < COMPARED_MAX ? count : COMPARED_MAX;
}

/* What stands in the place of an expectation: the line without its first word. */
static void warn_repeated(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    const struct sim_expectation *expectations = scenario->expectations;
    for (uint32_t i = 1; i < at_most(scenario->expectation_count); i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (is_same_text(expectations[i].source, expectations[j].source)) {
                report_twice(checker, "this expectation", expectations[i].clause->place,
                             expectations[j].clause->place);
                break;
            }
        }
    }
    const struct sim_outcome_line *lines = scenario->outcome_lines;
    for (uint32_t i = 1; i < at_most(scenario->outcome_line_count); i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (is_same_text(lines[i].source, lines[j].source)) {
                report_twice(checker, "this outcome", lines[i].place, lines[j].place);
                break;
            }
        }
    }
}

/* ---- Contradictions ---- */

static void add_demands(struct demands *demands, const struct sim_clause *clause) {
    if (clause->kind == SIM_CLAUSE_AND) {
        add_demands(demands, clause->left);
        add_demands(demands, clause->right);
    } else if (demands->count < COMPARED_MAX) {
        demands->items[demands->count++] = clause;
    }
}

static bool are_apart(struct sim_range a, struct sim_range b) {
    return a.high < b.low || b.high < a.low;
}

static bool is_same_coroutine(const struct sim_clause *a, const struct sim_clause *b) {
    return a->coroutine.index == b->coroutine.index && a->is_routine == b->is_routine;
}

/* Of the same lines: those of one text, by the same, at the same time. */
static bool is_same_log(const struct sim_clause *a, const struct sim_clause *b) {
    bool is_at =
        a->has_at && b->has_at && a->at_ns.low == b->at_ns.low && a->at_ns.high == b->at_ns.high;
    return is_same_text(a->text, b->text) && is_same_coroutine(a, b) &&
           (is_at || (!a->has_at && !b->has_at));
}

/* `a` is of the kind that comes first in enum sim_clause_kind. */
static bool exclude(const struct sim_clause *a, const struct sim_clause *b) {
    bool is_of_one_kind = a->kind == b->kind;
    if (a->kind == SIM_CLAUSE_LOG && b->kind == SIM_CLAUSE_LOG) {
        return is_same_log(a, b) && a->has_times && b->has_times && a->times != b->times;
    }
    if (a->kind == SIM_CLAUSE_LOG && b->kind == SIM_CLAUSE_NO_LOG) {
        bool covers = is_same_text(a->text, b->text) && !b->has_at && b->coroutine.name == NULL;
        return (covers || is_same_log(a, b)) && (!a->has_times || a->times > 0);
    }
    if (a->kind == SIM_CLAUSE_BEFORE && is_of_one_kind) {
        return is_same_text(a->text, b->second) && is_same_text(a->second, b->text) &&
               !is_same_text(a->text, a->second);
    }
    if (a->kind == SIM_CLAUSE_ENDS && is_of_one_kind) {
        return is_same_coroutine(a, b) && a->has_at && b->has_at && are_apart(a->at_ns, b->at_ns);
    }
    if (a->kind == SIM_CLAUSE_ENDS && b->kind == SIM_CLAUSE_FAILS) {
        return is_same_coroutine(a, b);
    }
    if (a->kind == SIM_CLAUSE_END && is_of_one_kind) {
        return are_apart(a->at_ns, b->at_ns);
    }
    return (a->kind == SIM_CLAUSE_TIMES_OUT && b->kind == SIM_CLAUSE_NO_TIMEOUT) ||
           (a->kind == SIM_CLAUSE_END && b->kind == SIM_CLAUSE_DEADLOCK);
}

static void compare_with_earlier(struct sim_checker *checker, const struct demands *demands,
                                 uint32_t index) {
    const struct sim_clause *clause = demands->items[index];
    for (uint32_t i = 0; i < index; i++) {
        const struct sim_clause *other = demands->items[i];
        bool is_ordered = other->kind <= clause->kind;
        if (exclude(is_ordered ? other : clause, is_ordered ? clause : other)) {
            struct sim_finding *finding = sim_diagnostics_warning(
                checker->diagnostics, clause->place, "this contradicts another expectation");
            sim_diagnostics_label(checker->diagnostics, finding, "no run can fulfil both");
            sim_diagnostics_note(checker->diagnostics, finding, other->place, "the other is here");
            return;
        }
    }
}

void sim_checker_contradictions(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    struct demands demands = {.count = 0};
    if (checker->diagnostics->error_count > 0) {
        return;
    }
    warn_repeated(checker);
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        enum sim_expectation_kind kind = scenario->expectations[i].kind;
        if (kind == SIM_EXPECTATION_EXPECT || kind == SIM_EXPECTATION_NORMALLY) {
            add_demands(&demands, scenario->expectations[i].clause);
        }
    }
    for (uint32_t i = 1; i < demands.count; i++) {
        compare_with_earlier(checker, &demands, i);
    }
}
