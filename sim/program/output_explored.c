/* output_explored.c - how the result of an exploration is printed. */
#include "sim/program/output_explored.h"

#include "sim/program/output.h"
#include "sim/program/output_beside.h"
#include "sim/program/output_idle.h"
#include "sim/program/output_shrunk.h"
#include "sim/program/output_unseen.h"
#include "sim/quotation.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_SHOWN = 20, SCHEDULE_SHOWN = 40 };

static const struct sim_tally *tally_of(const struct explored *explored) {
    return &explored->result->explorer.tally;
}

static bool goes_round(const struct sim_explored *result) {
    return result->livelocks.count > 0 || result->starvations.count > 0;
}

bool explored_is_ok(const struct explored *explored) {
    const struct sim_scenario *scenario = explored->scenario;
    bool is_ok = tally_of(explored)->failure_count == 0 && !goes_round(explored->result);
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        is_ok &= scenario->expectations[i].kind != SIM_EXPECTATION_SOMETIMES ||
                 sim_explored_sometimes(explored->result, i) == SIM_ANSWER_HELD;
    }
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        is_ok &= sim_explored_outcome(explored->result, i) == SIM_ANSWER_HELD;
    }
    return is_ok && !(explored->is_strict && sim_explored_idle_count(explored->result) > 0);
}

static void print_states(FILE *file, const struct sim_explored *result, bool has_failed) {
    (void)fprintf(file, "%s%" PRIu64 " states, %" PRIu64 " transitions%s)\n",
                  result->is_complete ? "complete, " : "", result->state_count,
                  result->transition_count,
                  result->is_complete                ? ""
                  : has_failed || goes_round(result) ? ", up to the first that failed"
                                                     : ", not complete");
}

const char *explored_extent(const struct explored *explored) {
    const struct sim_explored *result = explored->result;
    if (result->is_complete) {
        return "complete";
    }
    if (result->is_bounded) {
        return "all within the bound";
    }
    if (tally_of(explored)->failure_count > 0 && result->was_stopped) {
        return "up to the first that failed";
    }
    bool is_exhausted =
        result->is_exhausted && result->strategy->policy != NULL && !result->is_partial;
    return is_exhausted ? "all kinds that are certain" : "not complete";
}

/* "complete, 64 executions", "10000 executions, not complete". */
static void print_extent(FILE *file, const struct explored *explored) {
    const struct sim_explored *result = explored->result;
    const struct sim_tally *tally = tally_of(explored);
    const char *plural = tally->run_count == 1 ? "" : "s";
    (void)fprintf(file, " (%s: ", result->strategy->name);
    if (result->counts_states) {
        print_states(file, result, tally->failure_count > 0);
    } else if (result->is_complete) {
        (void)fprintf(file, "complete, %" PRIu64 " execution%s)\n", tally->run_count, plural);
    } else {
        (void)fprintf(file, "%" PRIu64 " execution%s, %s)\n", tally->run_count, plural,
                      explored_extent(explored));
    }
}

/* ---- What did not come about ---- */

static const char *missing_text(enum sim_answer answer) {
    return answer == SIM_ANSWER_BROKEN ? "in no execution" : "not reached";
}

static void print_missing(FILE *file, const struct explored *explored, struct sim_place place,
                          const struct sim_text *source, enum sim_answer answer) {
    uint64_t run_count = tally_of(explored)->run_count;
    output_place(file, explored->path, explored->scenario, place.line);
    (void)fprintf(file, "%.*s\n", (int)source->length, source->bytes);
    if (answer == SIM_ANSWER_BROKEN) {
        (void)fprintf(file, "      in no execution: all %" PRIu64 " have been seen\n", run_count);
        return;
    }
    struct sim_buffer estimate;
    sim_buffer_init(&estimate, cog_allocator_malloc());
    output_estimate(explored->result, &estimate);
    if (estimate.length > 0) {
        (void)fprintf(file,
                      "      not reached: in %" PRIu64 " of about %s: try a larger --budget\n",
                      run_count, estimate.bytes);
    } else {
        (void)fprintf(
            file, "      not reached: in %" PRIu64 ", which are not all: try a larger --budget\n",
            run_count);
    }
    sim_buffer_term(&estimate);
}

/* A search that stopped at a failure has not looked for the rest. */
static bool looks_for_missing(const struct explored *explored) {
    return explored->result->is_complete || tally_of(explored)->failure_count == 0;
}

static void print_all_missing(FILE *file, const struct explored *explored) {
    const struct sim_scenario *scenario = explored->scenario;
    for (uint32_t i = 0; i < scenario->expectation_count; i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        enum sim_answer answer = sim_explored_sometimes(explored->result, i);
        if (expectation->kind == SIM_EXPECTATION_SOMETIMES && answer != SIM_ANSWER_HELD) {
            print_missing(file, explored, expectation->place, &expectation->source, answer);
        }
    }
    for (uint32_t i = 0; i < scenario->outcome_line_count; i++) {
        const struct sim_outcome_line *line = &scenario->outcome_lines[i];
        enum sim_answer answer = sim_explored_outcome(explored->result, i);
        if (answer != SIM_ANSWER_HELD) {
            print_missing(file, explored, line->place, &line->source, answer);
        }
    }
}

/* ---- Outcomes ---- */

static int compare_outcomes(const void *left, const void *right) {
    const struct sim_outcome *a = *(const struct sim_outcome *const *)left;
    const struct sim_outcome *b = *(const struct sim_outcome *const *)right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return a->first_run < b->first_run ? -1 : 1;
}

const struct sim_outcome **output_sort_outcomes(const struct sim_tally *tally) {
    const struct sim_outcome **sorted = calloc(tally->outcome_count + 1, sizeof(void *));
    for (uint32_t i = 0; sorted != NULL && i < tally->outcome_count; i++) {
        sorted[i] = &tally->outcomes[i];
    }
    if (sorted != NULL) {
        qsort(sorted, tally->outcome_count, sizeof(void *), compare_outcomes);
    }
    return sorted;
}

static void print_escaped_outcome(FILE *file, const char *text) {
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        (void)fputc(c < 0x20 || c == 0x7F ? '?' : c, file);
    }
}

/* A bar of at most twenty marks beside each count. */
static void print_outcomes(FILE *file, const struct explored *explored) {
    const struct sim_tally *tally = tally_of(explored);
    if (tally->outcome_count < 2 && !explored->scenario->has_outcome) {
        return;
    }
    const struct sim_outcome **sorted = output_sort_outcomes(tally);
    for (uint32_t i = 0; sorted != NULL && i < tally->outcome_count && i < OUTCOMES_SHOWN; i++) {
        static const char marks[] = "####################";
        int length = (int)((sorted[i]->count * 20 + tally->run_count - 1) / tally->run_count);
        (void)fprintf(file, "    %10" PRIu64 "  %-20.*s  ", sorted[i]->count, length, marks);
        print_escaped_outcome(file, sorted[i]->text);
        (void)fputc('\n', file);
    }
    if (tally->outcome_count > OUTCOMES_SHOWN) {
        (void)fprintf(file, "    and %" PRIu32 " more outcomes\n",
                      tally->outcome_count - OUTCOMES_SHOWN);
    }
    free(sorted);
}

/* A schedule that can be pasted into the scenario; a long one only with --json. */
static void print_schedule(FILE *file, const struct explored *explored) {
    if (explored->schedule_count == 0) {
        if (explored->failures != NULL) {
            (void)fputs("      in production's order, without any decision of its own\n", file);
        }
        return;
    }
    if (explored->schedule_path[0] != '\0') {
        (void)fputs("      this way: cogsim replay", file);
        output_again(file, explored, explored->schedule_path, NULL);
    } else {
        (void)fputs("      this way, which 'cogsim run' goes with this block in the scenario:\n",
                    file);
    }
    (void)fputs("    schedule\n", file);
    const char *text = explored->schedule;
    for (uint32_t i = 0; i < explored->schedule_count && i < SCHEDULE_SHOWN; i++) {
        size_t length = strcspn(text, "\n") + 1;
        (void)fwrite(text, 1, length, file);
        text += length;
    }
    if (explored->schedule_count > SCHEDULE_SHOWN) {
        (void)fprintf(file, "        and %" PRIu32 " more; --out DIR writes them all\n",
                      explored->schedule_count - SCHEDULE_SHOWN);
    }
}

/* What the failure comes down to. */
static void print_shrunk(FILE *file, const struct explored *explored) {
    const struct sim_shrunk *shrunk = explored->shrunk;
    if (shrunk != NULL && shrunk->pair_words.length > 0) {
        (void)fprintf(file, "      %s\n", shrunk->pair_words.bytes);
    }
    output_beside(file, explored);
    if (shrunk != NULL && explored->shrunk_path[0] != '\0') {
        (void)fprintf(file, "      %" PRIu32 " of %" PRIu32 " statements are left of it in %s\n",
                      shrunk->after.statements, shrunk->before.statements, explored->shrunk_path);
    }
}

static void print_lines(FILE *file, const struct sim_buffer *lines) {
    const char *text = lines->bytes != NULL ? lines->bytes : "";
    for (uint32_t i = 0; *text != '\0' && i < SCHEDULE_SHOWN; i++) {
        size_t length = strcspn(text, "\n") + 1;
        (void)fprintf(file, "        %.*s", (int)length, text);
        text += length;
    }
    if (*text != '\0') {
        (void)fputs("        and so on\n", file);
    }
}

/* "every 3ms", of virtual time; "without any time passing". */
static void print_duration(FILE *file, const struct sim_explored_rounds *rounds) {
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    if (rounds->duration_ns > 0) {
        sim_buffer_add_text(&text, "every ");
        sim_quote_time(rounds->duration_ns, &text);
    } else {
        sim_buffer_add_text(&text, "without any time passing");
    }
    (void)fputs(text.bytes != NULL ? text.bytes : "", file);
    sim_buffer_term(&text);
}

static void print_way(FILE *file, const struct sim_explored_rounds *rounds) {
    print_lines(file, &rounds->steps);
    if (rounds->stem.length > 0) {
        (void)fputs("      after these decisions\n", file);
        print_lines(file, &rounds->stem);
    }
}

/* "livelock: ", "livelock: the first of 3: ". */
static void print_kind(FILE *file, const char *kind, const struct sim_explored_rounds *rounds) {
    (void)fprintf(file, "    %s: ", kind);
    if (rounds->count > 1) {
        (void)fprintf(file, "the first of %" PRIu64 ": ", rounds->count);
    }
}

static void print_livelock(FILE *file, const struct sim_explored_rounds *rounds) {
    if (rounds->count == 0) {
        return;
    }
    print_kind(file, "livelock", rounds);
    (void)fputs("these steps can go round for ever, ", file);
    print_duration(file, rounds);
    (void)fputs(",\n    though nobody who could go on is passed over\n", file);
    print_way(file, rounds);
}

static void print_starvation(FILE *file, const struct sim_explored_rounds *rounds) {
    if (rounds->count == 0) {
        return;
    }
    print_kind(file, "starvation", rounds);
    (void)fputs("others can go round for ever, and this waits in vain", file);
    const char *text = rounds->starved.bytes != NULL ? rounds->starved.bytes : "";
    while (*text == '\n') { /* each line stands behind a line end */
        size_t length = strcspn(++text, "\n");
        (void)fprintf(file, "\n    %.*s", (int)length, text);
        text += length;
    }
    (void)fputs("\n      while these steps go round, ", file);
    print_duration(file, rounds);
    (void)fputc('\n', file);
    print_way(file, rounds);
}

/* All but the failures of a run. */
static void print_rest(FILE *file, const struct explored *explored) {
    print_livelock(file, &explored->result->livelocks);
    print_starvation(file, &explored->result->starvations);
    if (explored->result->has_looked_in_part) {
        (void)fputs("    there may be livelocks: not all ways round were looked at\n", file);
    }
    if (looks_for_missing(explored)) {
        print_all_missing(file, explored);
    }
    output_idle(file, explored);
}

char *output_reasons(const struct explored *explored) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL) {
        return NULL;
    }
    if (explored->failures != NULL) {
        (void)fputs(explored->failures, file);
    }
    print_rest(file, explored);
    if (fclose(file) != 0) {
        free(text);
        return NULL;
    }
    remove_colours(text);
    return text;
}

static void print_depth(FILE *file, const struct explored *explored) {
    if (explored->result->is_too_deep) {
        (void)fprintf(file,
                      "      the search gave up where an execution had %d steps: it may have no "
                      "end; --strategy\n"
                      "      states finds what goes round for ever, --limit lets searches go "
                      "further\n",
                      SIM_DEPTH_MAX);
    }
}

void output_explored(FILE *file, const struct explored *explored) {
    output_title(file, explored->path, explored->scenario, explored_is_ok(explored),
                 explored->colour);
    print_extent(file, explored);
    if (explored->failures != NULL) {
        (void)fputs(explored->failures, file);
    }
    print_schedule(file, explored);
    print_shrunk(file, explored);
    print_rest(file, explored);
    print_depth(file, explored);
    output_unseen(file, explored->result);
    print_outcomes(file, explored);
}

/* ---- JSON ---- */

static json_t *json_outcomes(const struct sim_tally *tally) {
    json_t *outcomes = json_object();
    for (uint32_t i = 0; i < tally->outcome_count; i++) {
        const struct sim_outcome *outcome = &tally->outcomes[i];
        json_t *count = json_integer((json_int_t)outcome->count);
        if (json_object_set_new(outcomes, outcome->text, count) != 0) {
            /* A text that is no UTF-8 has no name of its own there. */
            char name[32];
            (void)snprintf(name, sizeof name, "outcome %" PRIu32, i + 1);
            (void)json_object_set_new(outcomes, name, json_integer((json_int_t)outcome->count));
        }
    }
    return outcomes;
}

static bool append_missing(json_t *failures, const struct explored *explored,
                           struct sim_place place, const struct sim_text *source,
                           enum sim_answer answer) {
    json_t *failure =
        json_pack("{s:I,s:s%,s:s}", "line", (json_int_t)sim_line_number(place.line), "text",
                  source->bytes, source->length, "reason", missing_text(answer));
    (void)explored;
    return failure != NULL && json_array_append_new(failures, failure) == 0;
}

static json_t *json_all_failures(const struct explored *explored) {
    const struct sim_scenario *scenario = explored->scenario;
    json_t *failures = explored->failures_json != NULL
                           ? json_loads(explored->failures_json, 0, NULL)
                           : json_array();
    bool is_whole = failures != NULL;
    for (uint32_t i = 0; is_whole && looks_for_missing(explored) && i < scenario->expectation_count;
         i++) {
        const struct sim_expectation *expectation = &scenario->expectations[i];
        enum sim_answer answer = sim_explored_sometimes(explored->result, i);
        if (expectation->kind == SIM_EXPECTATION_SOMETIMES && answer != SIM_ANSWER_HELD) {
            is_whole = append_missing(failures, explored, expectation->place, &expectation->source,
                                      answer);
        }
    }
    for (uint32_t i = 0;
         is_whole && looks_for_missing(explored) && i < scenario->outcome_line_count; i++) {
        const struct sim_outcome_line *line = &scenario->outcome_lines[i];
        enum sim_answer answer = sim_explored_outcome(explored->result, i);
        if (answer != SIM_ANSWER_HELD) {
            is_whole = append_missing(failures, explored, line->place, &line->source, answer);
        }
    }
    return failures;
}

static json_t *json_shrunk_pair(const struct explored *explored) {
    const struct sim_shrunk *shrunk = explored->shrunk;
    if (shrunk == NULL || !shrunk->pair.is_found) {
        return NULL;
    }
    char *text = output_pair_json(&shrunk->pair, shrunk->pair_words.bytes);
    json_t *pair = text != NULL ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return pair;
}

/* Null: it was not written. */
static const char *named(const char *path) {
    return path[0] != '\0' ? path : NULL;
}

bool output_explored_json(FILE *file, const struct explored *explored) {
    const struct sim_tally *tally = tally_of(explored);
    const struct sim_scenario *scenario = explored->scenario;
    json_t *object = json_pack(
        "{s:s,s:s%,s:b,s:s,s:I,s:b,s:I,s:o,s:o,s:s*,s:o*,s:s*,s:s*,s:s*,s:s*}", "file",
        explored->path, "title", scenario->title.bytes, scenario->title.length, "ok",
        explored_is_ok(explored), "strategy", explored->result->strategy->name, "schedules",
        (json_int_t)tally->run_count, "complete", explored->result->is_complete, "failed",
        (json_int_t)tally->failure_count, "outcomes", json_outcomes(tally), "failures",
        json_all_failures(explored), "schedule", named(explored->schedule_path), "pair",
        json_shrunk_pair(explored), "shrunk",
        explored->shrunk != NULL && explored->shrunk_path[0] != '\0' ? explored->shrunk_path : NULL,
        explored->nearest_passes ? "passing" : "otherwise", named(explored->nearest_path), "diff",
        named(explored->diff_path), "page", named(explored->page_path));
    if (object != NULL && explored->result->kinds.run_count > 0) {
        output_unseen_json(object, explored->result);
    }
    if (object != NULL) {
        output_idle_json(object, explored);
    }
    if (object != NULL && explored->result->is_too_deep) {
        (void)json_object_set_new(object, "gave_up_at_steps", json_integer(SIM_DEPTH_MAX));
    }
    if (object != NULL && explored->result->counts_states) {
        const struct sim_explored *result = explored->result;
        (void)json_object_set_new(object, "states", json_integer((json_int_t)result->state_count));
        (void)json_object_set_new(object, "transitions",
                                  json_integer((json_int_t)result->transition_count));
        (void)json_object_set_new(object, "livelocks",
                                  json_integer((json_int_t)result->livelocks.count));
        (void)json_object_set_new(object, "starvations",
                                  json_integer((json_int_t)result->starvations.count));
        (void)json_object_set_new(
            object, "rounds_complete",
            json_boolean(result->is_exhausted && !result->has_looked_in_part));
    }
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text != NULL) {
        (void)fprintf(file, "%s\n", text);
    }
    free(text);
    json_decref(object);
    return text != NULL;
}
