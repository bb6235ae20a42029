/* output.c - how the result of a run is printed. */
#include "sim/program/output.h"

#include "sim/duration.h"
#include "sim/language/utf8.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Writes a text into one line: line ends, tabs and other control characters as escapes. */
static void print_escaped(FILE *file, const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n') {
            (void)fputs("\\n", file);
        } else if (c == '\t') {
            (void)fputs("\\t", file);
        } else if (c < 0x20 || c == 0x7F) {
            (void)fprintf(file, "\\x%02X", c);
        } else {
            (void)fputc(c, file);
        }
    }
}

/* Continuation lines of a text are indented below its first one; what a log line quoted in it holds
 * must not reach a terminal raw. */
static void print_indented(FILE *file, const char *text, size_t bytes) {
    for (const char *line = text; line != NULL;) {
        size_t left = bytes - (size_t)(line - text);
        const char *end = memchr(line, '\n', left);
        print_escaped(file, line, end != NULL ? (size_t)(end - line) : left);
        (void)fputs(end != NULL ? "\n    " : "\n", file);
        line = end != NULL ? end + 1 : NULL;
    }
}

void output_verdict(FILE *file, const char *path, const struct sim_scenario *scenario,
                    const struct sim_result *result) {
    char time[SIM_DURATION_BYTES];
    (void)fprintf(file, "%-4s  %s: ", result->ok ? "ok" : "FAIL", path);
    print_escaped(file, scenario->title.bytes, scenario->title.length);
    (void)fprintf(file, " (%s, %" PRIu64 " events, %016" PRIx64 ")\n",
                  sim_duration_format(result->time_ns, time), result->event_count,
                  result->trace_hash);
    const struct sim_journal *journal = result->journal;
    for (size_t i = 0; i < journal->failure_count; i++) {
        if (journal->failures[i].line > 0) {
            (void)fprintf(file, "    %s:%" PRIu32 ": ", path, journal->failures[i].line);
        } else {
            (void)fprintf(file, "    %s: ", path);
        }
        print_indented(file, journal->failures[i].text, journal->failures[i].bytes - 1);
    }
}

void output_log(FILE *file, const struct sim_result *result) {
    for (size_t i = 0; i < result->journal->line_count; i++) {
        const struct sim_log_line *line = &result->journal->lines[i];
        char time[SIM_DURATION_BYTES];
        (void)fprintf(file, "%s\t%s\t", sim_duration_format(line->time_ns, time),
                      line->instance->name);
        print_escaped(file, line->text, line->bytes);
        (void)fputc('\n', file);
    }
}

/* ---- JSON ---- */

/* A JSON string; bytes that are not UTF-8 become U+FFFD. Null: no memory. */
static json_t *json_text(const char *text, size_t bytes) {
    json_t *string = json_stringn(text, bytes);
    if (string != NULL) {
        return string;
    }
    char *clean = malloc(3 * bytes + 1);
    size_t used = 0;
    for (size_t at = 0; clean != NULL && at < bytes;) {
        uint32_t code_point;
        size_t length = sim_utf8_decode(text + at, bytes - at, &code_point);
        const char *from = length > 0 ? text + at : "\xEF\xBF\xBD";
        size_t count = length > 0 ? length : 3;
        memcpy(clean + used, from, count);
        used += count;
        at += length > 0 ? length : 1;
    }
    string = clean != NULL ? json_stringn(clean, used) : NULL;
    free(clean);
    return string;
}

static json_t *json_log(const struct sim_journal *journal) {
    json_t *log = json_array();
    for (size_t i = 0; log != NULL && i < journal->line_count; i++) {
        const struct sim_log_line *line = &journal->lines[i];
        json_t *entry = json_pack("{s:I,s:s,s:o}", "t", (json_int_t)line->time_ns, "coro",
                                  line->instance->name, "text", json_text(line->text, line->bytes));
        if (entry == NULL || json_array_append_new(log, entry) != 0) {
            json_decref(log);
            return NULL;
        }
    }
    return log;
}

static bool append_failure(json_t *failures, uint32_t line, const char *text, size_t bytes) {
    json_t *entry =
        json_pack("{s:I,s:o}", "line", (json_int_t)line, "text", json_text(text, bytes));
    return entry != NULL && json_array_append_new(failures, entry) == 0;
}

static json_t *json_failures(const struct sim_result *result,
                             const struct sim_diagnostics *diagnostics) {
    json_t *failures = json_array();
    bool is_whole = failures != NULL;
    for (size_t i = 0; is_whole && result != NULL && i < result->journal->failure_count; i++) {
        const struct sim_failure *failure = &result->journal->failures[i];
        is_whole = append_failure(failures, failure->line, failure->text, failure->bytes - 1);
    }
    for (uint32_t i = 0; is_whole && result == NULL && i < diagnostics->count; i++) {
        const struct sim_finding *finding = diagnostics->findings[i];
        if (finding->severity == SIM_SEVERITY_ERROR) {
            is_whole = append_failure(failures, finding->place.line, finding->message,
                                      strlen(finding->message));
        }
    }
    if (!is_whole) {
        json_decref(failures);
        return NULL;
    }
    return failures;
}

static bool add_result(json_t *object, const struct sim_result *result) {
    char hash[17];
    (void)snprintf(hash, sizeof hash, "%016" PRIx64, result->trace_hash);
    return json_object_set_new(object, "time_ns", json_integer((json_int_t)result->time_ns)) == 0 &&
           json_object_set_new(object, "steps", json_integer((json_int_t)result->step_count)) ==
               0 &&
           json_object_set_new(object, "events", json_integer((json_int_t)result->event_count)) ==
               0 &&
           json_object_set_new(object, "trace_hash", json_string(hash)) == 0 &&
           json_object_set_new(object, "log", json_log(result->journal)) == 0;
}

bool output_json(FILE *file, const char *path, const struct sim_scenario *scenario,
                 const struct sim_result *result, const struct sim_diagnostics *diagnostics) {
    json_t *object = json_object();
    bool is_whole =
        object != NULL && json_object_set_new(object, "file", json_text(path, strlen(path))) == 0;
    if (is_whole && scenario != NULL) {
        is_whole =
            json_object_set_new(object, "title",
                                json_text(scenario->title.bytes, scenario->title.length)) == 0;
    }
    is_whole = is_whole &&
               json_object_set_new(object, "ok", json_boolean(result != NULL && result->ok)) == 0;
    is_whole = is_whole && (result == NULL || add_result(object, result));
    is_whole = is_whole &&
               json_object_set_new(object, "failures", json_failures(result, diagnostics)) == 0;
    if (is_whole) {
        (void)json_dumpf(object, file, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)fputc('\n', file);
    }
    json_decref(object);
    return is_whole;
}
