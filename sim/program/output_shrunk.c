/* output_shrunk.c - how what is left of a failure is printed. */
#include "sim/program/output_shrunk.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

static const char *text_of(const struct sim_buffer *buffer) {
    return buffer->bytes != NULL ? buffer->bytes : "";
}

/* "    statements   24 -> 9". */
static void print_size(FILE *file, const char *name, uint32_t before, uint32_t after) {
    (void)fprintf(file, "    %-12s %6" PRIu32 " -> %" PRIu32 "\n", name, before, after);
}

void output_shrunk(FILE *file, const char *path, const struct sim_shrunk *shrunk,
                   const struct shown_again *again) {
    (void)fprintf(file, "%s: %s\n", path, text_of(&shrunk->words));
    print_size(file, "decisions", shrunk->before.decisions, shrunk->after.decisions);
    if (shrunk->has_scenario) {
        print_size(file, "statements", shrunk->before.statements, shrunk->after.statements);
        print_size(file, "coroutines", shrunk->before.coroutines, shrunk->after.coroutines);
    }
    (void)fprintf(file, "    in %" PRIu64 " runs%s\n", shrunk->run_count,
                  shrunk->is_done ? "" : ", where it was stopped; more make it smaller, maybe");
    const struct sim_buffer *pair =
        shrunk->has_scenario ? &shrunk->scenario_pair_words : &shrunk->pair_words;
    if (pair->length > 0) {
        (void)fprintf(file, "%s\n", pair->bytes);
    }
    if (again->path != NULL) {
        (void)fprintf(file, "cogsim run%s %s\n", again->detail, again->path);
    }
}

/* ---- JSON ---- */

static json_t *json_size(const struct sim_shrink_size *size) {
    return json_pack("{s:I,s:I,s:I,s:I}", "decisions", (json_int_t)size->decisions,
                     "schedule_lines", (json_int_t)size->lines, "statements",
                     (json_int_t)size->statements, "coroutines", (json_int_t)size->coroutines);
}

static json_t *json_event(const struct sim_critical_event *event) {
    json_t *object = json_pack("{s:s,s:I}", "text", text_of(&event->words), "line",
                               (json_int_t)sim_line_number(event->line));
    if (object != NULL && event->is_traced) {
        (void)json_object_set_new(object, "event", json_integer((json_int_t)event->first_event));
        (void)json_object_set_new(object, "last_event",
                                  json_integer((json_int_t)event->last_event));
    }
    return object;
}

static json_t *json_pair(const struct sim_critical_pair *pair, const char *words) {
    if (!pair->is_found) {
        return json_null();
    }
    return json_pack("{s:s,s:o,s:o,s:b}", "text", words, "first", json_event(&pair->first),
                     "second", json_event(&pair->second), "passes", pair->passes);
}

char *output_pair_json(const struct sim_critical_pair *pair, const char *words) {
    json_t *object = json_pair(pair, words);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(object);
    return text;
}

bool output_shrunk_json(FILE *file, const char *path, const struct sim_shrunk *shrunk,
                        const char *out) {
    char signature[24];
    (void)snprintf(signature, sizeof signature, "%016" PRIx64, shrunk->signature);
    json_t *object = json_pack(
        "{s:s,s:s,s:s,s:o,s:o,s:I,s:b,s:o,s:s*,s:s*,s:s*}", "file", path, "failure",
        text_of(&shrunk->words), "signature", signature, "before", json_size(&shrunk->before),
        "after", json_size(&shrunk->after), "runs", (json_int_t)shrunk->run_count, "done",
        shrunk->is_done, "pair", json_pair(&shrunk->pair, text_of(&shrunk->pair_words)),
        "scenario_pair", shrunk->has_scenario ? text_of(&shrunk->scenario_pair_words) : NULL,
        "scenario", shrunk->has_scenario ? text_of(&shrunk->scenario) : NULL, "out", out);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text != NULL) {
        (void)fprintf(file, "%s\n", text);
    }
    free(text);
    json_decref(object);
    return text != NULL;
}
