/* update_clause.c - what a clause of an expectation would have to say to hold. */
#include "sim/update_parts.h"

#include "core/check.h"
#include "sim/clause.h"
#include "sim/evaluate.h"
#include "sim/update_literal.h"
#include "sim/watch.h"

#include <inttypes.h>
#include <string.h>

/* ---- Changes ---- */

enum { CHANGE_PARTS_MAX = 4 };

/* What is put in the place of parts of one clause: all of it or, when a part cannot be rewritten,
 * nothing. */
struct change {
    struct {
        size_t offset;
        size_t length;
        struct sim_buffer text;
    } parts[CHANGE_PARTS_MAX];
    uint32_t count;
    const char *obstacle; /* why not, as "time is an expression"; or null */
};

/* Where to write what takes the place of some bytes. */
static struct sim_buffer *replace_bytes(const struct sim_updater *updater, struct change *change,
                                        size_t offset, size_t length) {
    cog_assert(change->count < CHANGE_PARTS_MAX);
    uint32_t index = change->count++;
    change->parts[index].offset = offset;
    change->parts[index].length = length;
    sim_buffer_init(&change->parts[index].text, updater->run->allocator);
    return &change->parts[index].text;
}

static struct sim_buffer *replace(const struct sim_updater *updater, struct change *change,
                                  struct sim_place place) {
    return replace_bytes(updater, change, place.offset, place.length);
}

static void replace_with_word(const struct sim_updater *updater, struct change *change,
                              struct sim_place place, const char *word) {
    sim_buffer_add_text(replace(updater, change, place), word);
}

static void replace_text(const struct sim_updater *updater, struct change *change,
                         struct sim_place place, const struct sim_log_line *line) {
    if (!sim_literal_is_text(sim_update_source_text(updater, place))) {
        change->obstacle = "text has parameters in it";
        return;
    }
    sim_literal_add_text(replace(updater, change, place), line->text, line->bytes);
}

/* low and high differ if one time would not do. */
static void replace_time(const struct sim_updater *updater, struct change *change,
                         struct sim_place place, struct sim_range time) {
    if (!sim_literal_is_time(sim_update_source_text(updater, place))) {
        change->obstacle = "time is an expression";
        return;
    }
    struct sim_buffer *buffer = replace(updater, change, place);
    sim_literal_add_time(buffer, time.low);
    if (time.high != time.low) {
        sim_buffer_add_text(buffer, "..");
        sim_literal_add_time(buffer, time.high);
    }
}

static void replace_count(const struct sim_updater *updater, struct change *change,
                          struct sim_place place, int64_t count) {
    if (!sim_literal_is_number(sim_update_source_text(updater, place))) {
        change->obstacle = "number of lines is an expression";
        return;
    }
    sim_buffer_add_format(replace(updater, change, place), "%" PRId64, count);
}

static void make_change(struct sim_updater *updater, struct change *change) {
    if (change->obstacle != NULL) {
        sim_update_add_note(updater, "its %s", change->obstacle);
    }
    for (uint32_t i = 0; i < change->count; i++) {
        if (change->obstacle == NULL) {
            sim_update_add_edit(updater, change->parts[i].offset, change->parts[i].length,
                                &change->parts[i].text);
        } else {
            sim_buffer_term(&change->parts[i].text);
        }
    }
}

static struct sim_range instant(int64_t time_ns) {
    return (struct sim_range){.low = time_ns, .high = time_ns};
}

static bool covers(struct sim_range outer, struct sim_range inner) {
    return inner.low >= outer.low && inner.high <= outer.high;
}

/* ---- Lines of the log ---- */

/* A clause says that a line was logged: changes it to say so of this one. `changed` is then what it
 * says. */
static void change_to_line(const struct sim_updater *updater, const struct sim_clause *clause,
                           const struct sim_log_line *line, struct change *change,
                           struct sim_clause *changed) {
    *changed = *clause;
    if (!sim_pattern_matches(clause->text.bytes, clause->text.length, line->text, line->bytes)) {
        replace_text(updater, change, clause->text_place, line);
        changed->text = (struct sim_text){.bytes = line->text, .length = line->bytes};
    }
    if (clause->has_at && !covers(clause->at_ns, instant(line->time_ns))) {
        replace_time(updater, change, clause->at_place, instant(line->time_ns));
        changed->at_ns = instant(line->time_ns);
    }
    if (!sim_update_is_by(updater, clause, line) && line->instance->root != SIM_NONE) {
        const struct sim_coroutine *source = line->instance->source;
        const struct sim_scenario *scenario = updater->run->scenario;
        replace_with_word(updater, change, clause->coroutine.place, source->name);
        changed->is_routine = source->is_routine;
        changed->coroutine.index =
            (uint32_t)(source - (source->is_routine ? scenario->routines : scenario->coroutines));
    }
}

static void update_log(struct sim_updater *updater, const struct sim_clause *clause) {
    struct change change = {.count = 0};
    struct sim_clause changed = *clause;
    if (!clause->has_times || sim_clause_count_lines(updater->run, clause) == 0) {
        const struct sim_log_line *line = sim_update_line_meant(updater, clause);
        if (line == NULL) {
            sim_update_add_note(updater, "nothing like it was logged");
            return;
        }
        change_to_line(updater, clause, line, &change, &changed);
    }
    int64_t count = sim_clause_count_lines(updater->run, &changed);
    if (clause->has_times && count != clause->times) {
        replace_count(updater, &change, clause->times_place, count);
    }
    make_change(updater, &change);
}

/* What was not to be logged was: now it is expected. */
static void update_no_log(struct sim_updater *updater, const struct sim_clause *clause) {
    const struct sim_log_line *line = updater->run->journal.lines;
    while (!sim_clause_matches_line(updater->run, clause, line)) {
        line++;
    }
    bool is_same = clause->text.length == line->bytes &&
                   memcmp(clause->text.bytes, line->text, line->bytes) == 0;
    struct change change = {.count = 0};
    replace_with_word(updater, &change, clause->head_place, "log");
    if (!is_same) {
        replace_text(updater, &change, clause->text_place, line);
    }
    if (!clause->has_at) {
        size_t end = clause->text_place.offset + clause->text_place.length;
        struct sim_buffer *buffer = replace_bytes(updater, &change, end, 0);
        sim_buffer_add_text(buffer, " at ");
        sim_literal_add_time(buffer, line->time_ns);
    } else if (clause->at_ns.low != clause->at_ns.high) {
        replace_time(updater, &change, clause->at_place, instant(line->time_ns));
    }
    make_change(updater, &change);
}

static void update_before(struct sim_updater *updater, const struct sim_clause *clause) {
    size_t first = sim_first_line_like(updater->run, clause->text);
    size_t second = sim_first_line_like(updater->run, clause->second);
    if (first == SIZE_MAX || second == SIZE_MAX) {
        sim_update_add_note(updater, "the %s of its texts was never logged",
                            first == SIZE_MAX ? "first" : "second");
        return;
    }
    if (first == second) {
        sim_update_add_note(updater,
                            "the first line like one text is also the first like the other");
        return;
    }
    struct sim_text texts[] = {sim_update_source_text(updater, clause->text_place),
                               sim_update_source_text(updater, clause->second_place)};
    struct change change = {.count = 0};
    struct sim_buffer *buffer = replace(updater, &change, clause->text_place);
    sim_buffer_add(buffer, texts[1].bytes, texts[1].length);
    buffer = replace(updater, &change, clause->second_place);
    sim_buffer_add(buffer, texts[0].bytes, texts[0].length);
    make_change(updater, &change);
}

/* ---- Endings of coroutines ---- */

/* What became of the instances of a coroutine. */
struct fate {
    uint32_t count;
    uint32_t open_count; /* that did not end */
    bool any_failed;
    bool any_timed_out;         /* an operation of theirs */
    bool failed_by_timeout;     /* the first that failed */
    struct sim_range ended_ns;  /* of those that ended without failing */
    struct sim_range failed_ns; /* the failure nearest to the time expected */
    struct sim_range timed_out_ns;
};

static void take_nearer(const struct sim_clause *clause, bool *is_set, struct sim_range *nearest,
                        int64_t time_ns) {
    if (!*is_set || (clause->has_at && sim_update_distance_ns(clause->at_ns, time_ns) <
                                           sim_update_distance_ns(clause->at_ns, nearest->low))) {
        *nearest = instant(time_ns);
    }
    *is_set = true;
}

static void add_ending(const struct sim_clause *clause, const struct sim_instance *instance,
                       struct fate *fate) {
    fate->count++;
    if (!instance->has_ended) {
        fate->open_count++;
    } else if (instance->status != COG_OK) {
        fate->failed_by_timeout =
            fate->any_failed ? fate->failed_by_timeout : instance->status == COG_ETIMEDOUT;
        take_nearer(clause, &fate->any_failed, &fate->failed_ns, instance->ended_ns);
    } else {
        int64_t time_ns = instance->ended_ns;
        fate->ended_ns.low = time_ns < fate->ended_ns.low ? time_ns : fate->ended_ns.low;
        fate->ended_ns.high = time_ns > fate->ended_ns.high ? time_ns : fate->ended_ns.high;
    }
}

static struct fate fate_of(const struct sim_run *run, const struct sim_clause *clause) {
    struct fate fate = {.ended_ns = {.low = INT64_MAX, .high = INT64_MIN}};
    for (const struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        if (sim_clause_is_of(run, instance, clause)) {
            add_ending(clause, instance, &fate);
        }
    }
    for (size_t i = 0; i < run->journal.timeout_count; i++) {
        const struct sim_timed_out *timeout = &run->journal.timeouts[i];
        if (sim_clause_is_of(run, timeout->instance, clause)) {
            take_nearer(clause, &fate.any_timed_out, &fate.timed_out_ns, timeout->time_ns);
        }
    }
    return fate;
}

/* The ending that happened, the expected one if it did. */
static enum sim_clause_kind ending_of(const struct fate *fate, enum sim_clause_kind expected) {
    if (fate->any_timed_out &&
        (expected == SIM_CLAUSE_TIMES_OUT ||
         (expected == SIM_CLAUSE_ENDS && fate->any_failed && fate->failed_by_timeout))) {
        return SIM_CLAUSE_TIMES_OUT;
    }
    return fate->any_failed ? SIM_CLAUSE_FAILS : SIM_CLAUSE_ENDS;
}

static void update_ending(struct sim_updater *updater, const struct sim_clause *clause) {
    struct fate fate = fate_of(updater->run, clause);
    enum sim_clause_kind ending = ending_of(&fate, clause->kind);
    if (fate.count == 0 || (ending == SIM_CLAUSE_ENDS && fate.open_count > 0)) {
        sim_update_add_note(updater, fate.count == 0 ? "it never started" : "it did not end");
        return;
    }
    const char *word = ending == SIM_CLAUSE_ENDS    ? "ends"
                       : ending == SIM_CLAUSE_FAILS ? "fails"
                                                    : "times out";
    struct sim_range time = ending == SIM_CLAUSE_ENDS    ? fate.ended_ns
                            : ending == SIM_CLAUSE_FAILS ? fate.failed_ns
                                                         : fate.timed_out_ns;
    struct change change = {.count = 0};
    if (ending != clause->kind) {
        replace_with_word(updater, &change, clause->head_place, word);
    }
    if (clause->has_at && !covers(clause->at_ns, time)) {
        replace_time(updater, &change, clause->at_place, time);
    }
    make_change(updater, &change);
}

static void update_no_timeout(struct sim_updater *updater, const struct sim_clause *clause) {
    const struct sim_timed_out *timeout = &updater->run->journal.timeouts[0];
    struct change change = {.count = 0};
    struct sim_buffer *buffer = replace(updater, &change, clause->place);
    sim_buffer_add_format(buffer, "%s times out at ", timeout->instance->source->name);
    sim_literal_add_time(buffer, timeout->time_ns);
    make_change(updater, &change);
}

/* ---- The run, and what holds in its end ---- */

static void update_end(struct sim_updater *updater, const struct sim_clause *clause) {
    struct change change = {.count = 0};
    if (updater->run->is_stalled) {
        replace_with_word(updater, &change, clause->place, "deadlock");
    } else {
        replace_time(updater, &change, clause->at_place, instant(updater->run->now_ns));
    }
    make_change(updater, &change);
}

static void update_deadlock(struct sim_updater *updater, const struct sim_clause *clause) {
    struct change change = {.count = 0};
    struct sim_buffer *buffer = replace(updater, &change, clause->place);
    sim_buffer_add_text(buffer, "end at ");
    sim_literal_add_time(buffer, updater->run->now_ns);
    make_change(updater, &change);
}

static bool is_literal(const struct sim_updater *updater, const struct sim_expression *expression) {
    return sim_literal_is_value(expression, sim_update_source_text(updater, expression->place));
}

/* `X == LITERAL` or the other way round. */
static void update_equality(struct sim_updater *updater, const struct sim_clause *clause) {
    const struct sim_expression *left = clause->expression->as.operands.left;
    const struct sim_expression *right = clause->expression->as.operands.right;
    bool right_is_literal = is_literal(updater, right);
    if (!right_is_literal && !is_literal(updater, left)) {
        sim_update_add_note(updater, "neither of its sides is written as a literal");
        return;
    }
    struct sim_scope scope = {.run = updater->run};
    struct sim_value value;
    if (sim_evaluate(&scope, right_is_literal ? left : right, &value) != COG_OK) {
        sim_update_add_note(updater, "%s", scope.message);
        return;
    }
    struct change change = {.count = 0};
    struct sim_buffer *buffer =
        replace(updater, &change, right_is_literal ? right->place : left->place);
    if (sim_literal_add_value(buffer, value)) {
        make_change(updater, &change);
    } else {
        sim_buffer_term(buffer);
        sim_update_add_note(updater, "its value is %s, which is not written as a literal",
                            sim_tag_name(sim_value_tag(value)));
    }
}

/* Recursion is bounded: an expectation has so many clauses at most. */
void sim_update_clause(struct sim_updater *updater, const struct sim_clause *clause) {
    if (sim_clause_holds(updater->run, clause)) {
        return;
    }
    switch (clause->kind) {
    case SIM_CLAUSE_AND:
        sim_update_clause(updater, clause->left);
        sim_update_clause(updater, clause->right);
        break;
    case SIM_CLAUSE_OR:
        sim_update_add_note(updater, "which of several clauses should hold is not known");
        break;
    case SIM_CLAUSE_LOG:
        update_log(updater, clause);
        break;
    case SIM_CLAUSE_NO_LOG:
        update_no_log(updater, clause);
        break;
    case SIM_CLAUSE_BEFORE:
        update_before(updater, clause);
        break;
    case SIM_CLAUSE_ENDS:
    case SIM_CLAUSE_FAILS:
    case SIM_CLAUSE_TIMES_OUT:
        update_ending(updater, clause);
        break;
    case SIM_CLAUSE_NO_TIMEOUT:
        update_no_timeout(updater, clause);
        break;
    case SIM_CLAUSE_END:
        update_end(updater, clause);
        break;
    case SIM_CLAUSE_DEADLOCK:
        update_deadlock(updater, clause);
        break;
    case SIM_CLAUSE_ALWAYS:
    case SIM_CLAUSE_WITHIN:
        break; /* refused before */
    case SIM_CLAUSE_HOLDS:
        if (clause->expression->kind == SIM_EXPRESSION_EQUAL) {
            update_equality(updater, clause);
        } else {
            sim_update_add_note(updater, "only equality with a literal is rewritten");
        }
        break;
    }
}
