/* output_unseen.c - estimates, counts of kinds and edges, and chances. */
#include "sim/program/output_unseen.h"

#include <inttypes.h>

void output_estimate(const struct sim_explored *result, struct sim_buffer *buffer) {
    const struct sim_estimate *estimate = &result->estimate;
    if (estimate->run_count > 0) {
        sim_magnitude_append(buffer, sim_magnitude_divide(estimate->sum, estimate->run_count));
    }
}

enum { POINTS_SHOWN = 4 };

/* "kinds of executions: 120 after 1000, 140 after 10000, 141 after 16369". */
static void print_kinds(FILE *file, const struct sim_kinds *kinds) {
    uint32_t first = kinds->point_count > POINTS_SHOWN ? kinds->point_count - POINTS_SHOWN : 0;
    (void)fputs("    kinds of executions:", file);
    for (uint32_t i = first; i < kinds->point_count; i++) {
        const struct sim_kinds_point *point = &kinds->points[i];
        if (point->run_count < kinds->run_count) {
            (void)fprintf(file, " %" PRIu64 " after %" PRIu64 ",", point->kind_count,
                          point->run_count);
        }
    }
    (void)fprintf(file, " %" PRIu64 "%s after %" PRIu64 "; ", kinds->count,
                  kinds->is_full ? " and more" : "", kinds->run_count);
    uint64_t new_in = sim_kinds_new_in(kinds);
    if (new_in == 0) {
        (void)fprintf(file, "a new one less than once in %" PRIu64 "\n", kinds->run_count);
    } else {
        (void)fprintf(file, "a new one about once in %" PRIu64 "\n", new_in);
    }
}

/* What the strategy that is guided goes by. */
static void print_leads(FILE *file, const struct sim_leads *leads) {
    (void)fprintf(
        file, "    covered %" PRIu32 " happens-before edges; a corpus of %" PRIu32 " schedule%s\n",
        leads->covered_count, leads->count, leads->count == 1 ? "" : "s");
}

/* The least chance with which each run finds a fault of that depth: 1 in n * k^(d - 1)
 * (Burckhardt et al., ASPLOS 2010). */
static void print_chance(FILE *file, const struct sim_explored *result) {
    uint32_t depth = result->bound > 0 ? result->bound : SIM_STRATEGY_DEPTH_DEFAULT;
    struct sim_magnitude odds = sim_magnitude_of(result->process_count);
    struct sim_buffer text;
    for (uint32_t i = 1; i < depth; i++) {
        odds = sim_magnitude_multiply(odds, result->step_count);
    }
    sim_buffer_init(&text, cog_allocator_malloc());
    sim_magnitude_append(&text, odds);
    (void)fprintf(file,
                  "    each execution finds a fault of depth %" PRIu32
                  " with a chance of at least 1 in %s\n",
                  depth, text.bytes != NULL ? text.bytes : "many");
    sim_buffer_term(&text);
}

void output_unseen(FILE *file, const struct sim_explored *result) {
    if (result->is_complete || result->kinds.run_count == 0 ||
        result->explorer.tally.failure_count > 0) {
        return;
    }
    struct sim_buffer estimate;
    sim_buffer_init(&estimate, cog_allocator_malloc());
    output_estimate(result, &estimate);
    if (estimate.length > 0) {
        (void)fprintf(file, "    executions in all: about %s\n", estimate.bytes);
    }
    sim_buffer_term(&estimate);
    print_kinds(file, &result->kinds);
    if (result->leads.count > 0) {
        print_leads(file, &result->leads);
    }
    if (result->strategy->type == &sim_strategy_pct && result->process_count > 0) {
        print_chance(file, result);
    }
}

void output_unseen_json(json_t *object, const struct sim_explored *result) {
    const struct sim_kinds *kinds = &result->kinds;
    struct sim_buffer estimate;
    json_t *points = json_array();
    sim_buffer_init(&estimate, cog_allocator_malloc());
    output_estimate(result, &estimate);
    if (estimate.length > 0) {
        (void)json_object_set_new(object, "executions_about", json_string(estimate.bytes));
    }
    sim_buffer_term(&estimate);
    for (uint32_t i = 0; i < kinds->point_count; i++) {
        const struct sim_kinds_point *point = &kinds->points[i];
        (void)json_array_append_new(points, json_pack("[I,I]", (json_int_t)point->run_count,
                                                      (json_int_t)point->kind_count));
    }
    if (kinds->points[kinds->point_count - 1].run_count < kinds->run_count) {
        (void)json_array_append_new(
            points, json_pack("[I,I]", (json_int_t)kinds->run_count, (json_int_t)kinds->count));
    }
    (void)json_object_set_new(object, "kinds", points);
    (void)json_object_set_new(object, "new_kind_once_in",
                              json_integer((json_int_t)sim_kinds_new_in(kinds)));
    if (result->leads.count > 0) {
        (void)json_object_set_new(object, "covered_edges",
                                  json_integer((json_int_t)result->leads.covered_count));
        (void)json_object_set_new(object, "corpus", json_integer((json_int_t)result->leads.count));
    }
}
