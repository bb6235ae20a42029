/* output_diff.c - makes the JSON of two runs that were compared. */
#include "sim/program/output_diff.h"

#include "sim/program/program.h"

#include <jansson.h>
#include <stdlib.h>

static const char *verdict_name(enum rep_diff_verdict verdict) {
    switch (verdict) {
    case REP_DIFF_IDENTICAL:
        return "identical";
    case REP_DIFF_UNTOLD:
        return "untold";
    case REP_DIFF_TIMES:
        return "times";
    case REP_DIFF_ORDER:
        return "order";
    case REP_DIFF_OTHER:
        return "other";
    }
    return "";
}

static json_t *json_line(const struct rep_diff_run *run, size_t line) {
    if (line == 0) {
        return json_null();
    }
    const struct rep_diff_line *it = &run->lines[line - 1];
    json_t *coroutine = it->who[0] != '\0' ? json_string(it->who) : json_null();
    return json_pack("{s:I,s:I,s:o,s:s}", "time_ns", (json_int_t)it->time_ns, "event",
                     (json_int_t)it->event, "coroutine", coroutine, "text", it->text);
}

static json_t *json_decision(const struct rep_diff_decision *decision) {
    if (decision->event == 0) {
        return json_null();
    }
    return json_pack("{s:I,s:I,s:s,s:I,s:I}", "time_ns", (json_int_t)decision->time_ns, "event",
                     (json_int_t)decision->event, "text", decision->text, "number",
                     (json_int_t)decision->number, "count", (json_int_t)decision->count);
}

static json_t *json_causes(const struct rep_diff_run *run) {
    json_t *causes = json_array();
    for (size_t i = 0; causes != NULL && i < run->cause_count; i++) {
        (void)json_array_append_new(causes, json_line(run, run->causes[i] + 1));
    }
    return causes;
}

static json_t *json_run(const struct rep_diff_run *run, const char *name) {
    json_t *only = json_array();
    for (size_t i = 0; only != NULL && i < run->only_count; i++) {
        (void)json_array_append_new(only, json_string(run->only[i]));
    }
    json_t *path = json_string(name);
    return json_pack("{s:o,s:s,s:s,s:I,s:o,s:o,s:o,s:o}", "name",
                     path != NULL ? path : json_null() /* it is no UTF-8 */, "title", run->title,
                     "verdict", run->verdict, "lines", (json_int_t)run->line_count, "first",
                     json_line(run, run->first), "decision", json_decision(&run->decision),
                     "causes", json_causes(run), "only", only);
}

static json_t *json_row(const struct rep_diff *diff, size_t row) {
    static const char *const marks[] = {"=", "~", "<", ">", "|"};
    const struct rep_diff_row *it = &diff->rows[row];
    json_t *object = json_pack("{s:I,s:s,s:o,s:o}", "row", (json_int_t)row + 1, "mark",
                               marks[it->mark], "a", json_line(&diff->runs[0], it->lines[0]), "b",
                               json_line(&diff->runs[1], it->lines[1]));
    if (object != NULL && it->elsewhere != 0) {
        (void)json_object_set_new(object, "elsewhere", json_integer((json_int_t)it->elsewhere));
    }
    return object;
}

/* Null: no memory. */
static json_t *json_rows(const struct rep_diff *diff, size_t context) {
    uint8_t *is_near = malloc(diff->row_count + 1);
    json_t *rows = is_near != NULL ? json_array() : NULL;
    if (rows != NULL) {
        rep_diff_find_near(diff, context, is_near);
    }
    for (size_t row = 0; rows != NULL && row < diff->row_count; row++) {
        if (is_near[row] != 0 && json_array_append_new(rows, json_row(diff, row)) != 0) {
            json_decref(rows);
            rows = NULL;
        }
    }
    free(is_near);
    return rows;
}

bool output_diff_json(FILE *file, const struct rep_diff *diff,
                      const struct rep_diff_options *options) {
    const size_t *counts = diff->mark_counts;
    json_t *object =
        json_pack("{s:s,s:s,s:o,s:o,s:o,s:{s:I,s:I,s:I,s:I,s:I,s:I},s:o}", "verdict",
                  verdict_name(diff->verdict), "text", rep_diff_verdict_text(diff->verdict), "a",
                  json_run(&diff->runs[0], options->names[0]), "b",
                  json_run(&diff->runs[1], options->names[1]), "first",
                  diff->first != 0 ? json_row(diff, diff->first - 1) : json_null(), "counts",
                  "same", (json_int_t)counts[REP_DIFF_SAME], "other_time",
                  (json_int_t)counts[REP_DIFF_TIME], "other_order", (json_int_t)diff->moved_count,
                  "changed", (json_int_t)counts[REP_DIFF_CHANGED], "only_a",
                  (json_int_t)(counts[REP_DIFF_LEFT] - diff->moved_count), "only_b",
                  (json_int_t)(counts[REP_DIFF_RIGHT] - diff->moved_count), "rows",
                  json_rows(diff, options->context));
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text != NULL) {
        (void)fprintf(file, "%s\n", text);
    } else {
        complain("out of memory");
    }
    free(text);
    json_decref(object);
    return text != NULL;
}
