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

static void set_colour(FILE *file, const struct output_details *details, const char *code) {
    if (details->colour) {
        (void)fprintf(file, "\x1b[%sm", code);
    }
}

/* The colour of the label that a line of an explanation begins with, or null. */
static const char *label_colour(const char *line) {
    static const char expected[] = "  expected ";
    static const char actual[] = "  actual ";
    return strncmp(line, expected, sizeof expected - 1) == 0 ? "32"
           : strncmp(line, actual, sizeof actual - 1) == 0   ? "31"
                                                             : NULL;
}

/* A line of a failure below its first one: its label may be coloured. */
static void print_detail(FILE *file, const struct output_details *details, const char *line,
                         size_t bytes) {
    const char *colour = label_colour(line);
    size_t label = colour != NULL ? 2 + strcspn(line + 2, " ") : 0;
    (void)fputs("    ", file);
    if (colour != NULL) {
        set_colour(file, details, colour);
        print_escaped(file, line, label);
        set_colour(file, details, "0");
    }
    print_escaped(file, line + label, bytes - label);
    (void)fputc('\n', file);
}

/* Continuation lines of a text are indented below its first one; what a log line quoted in it holds
 * must not reach a terminal raw. */
static void print_failure_text(FILE *file, const struct output_details *details, const char *text,
                               size_t bytes) {
    for (const char *line = text; line != NULL;) {
        size_t left = bytes - (size_t)(line - text);
        const char *end = memchr(line, '\n', left);
        size_t length = end != NULL ? (size_t)(end - line) : left;
        if (line == text) {
            print_escaped(file, line, length);
            (void)fputc('\n', file);
        } else {
            print_detail(file, details, line, length);
        }
        line = end != NULL ? end + 1 : NULL;
    }
}

/* Lines of a text, each indented. */
static void print_recent(FILE *file, const char *text) {
    if (text[0] != '\0') {
        (void)fputs("      what happened before:\n", file);
    }
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        (void)fputs("        ", file);
        print_escaped(file, text, length);
        (void)fputc('\n', file);
        text += length + (text[length] == '\n' ? 1 : 0);
    }
}

/* "scenario.scn:4", of an included file its own name. */
void output_place(FILE *file, const char *path, const struct sim_scenario *scenario,
                  uint32_t line) {
    bool is_included = sim_line_file(line) != 0;
    (void)fprintf(file, "    %s", is_included ? sim_scenario_file_name(scenario, line) : path);
    if (line > 0) {
        (void)fprintf(file, ":%" PRIu32, sim_line_number(line));
    }
    (void)fputs(": ", file);
}

void remove_colours(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (from[0] == '\x1b' && from[1] == '[') {
            from += 2 + strspn(from + 2, "0123456789;");
            from += *from == 'm' ? 1 : 0;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

void output_title(FILE *file, const char *path, const struct sim_scenario *scenario, bool ok,
                  bool colour) {
    struct output_details details = {.colour = colour};
    set_colour(file, &details, ok ? "32" : "1;31");
    (void)fprintf(file, "%-4s", ok ? "ok" : "FAIL");
    set_colour(file, &details, "0");
    (void)fprintf(file, "  %s", path);
    if (scenario->row_count > 0) {
        (void)fputs(" [", file);
        print_escaped(file, scenario->row_text.bytes, scenario->row_text.length);
        (void)fputs("]", file);
    }
    (void)fputs(": ", file);
    print_escaped(file, scenario->title.bytes, scenario->title.length);
}

static const struct output_details no_details = {.recent = NULL};

void output_failures(FILE *file, const char *path, const struct sim_scenario *scenario,
                     const struct sim_journal *journal, const struct output_details *details) {
    details = details != NULL ? details : &no_details;
    for (size_t i = 0; i < journal->failure_count && i < OUTPUT_FAILURES_MAX; i++) {
        const struct sim_failure *failure = &journal->failures[i];
        set_colour(file, details, "1");
        output_place(file, path, scenario, failure->line);
        set_colour(file, details, "0");
        print_failure_text(file, details, failure->text, failure->bytes - 1);
        if (details->recent != NULL && details->recent[i] != NULL) {
            print_recent(file, details->recent[i]);
        }
    }
    if (journal->failure_count > OUTPUT_FAILURES_MAX) {
        (void)fprintf(file, "    and %zu more\n", journal->failure_count - OUTPUT_FAILURES_MAX);
    }
}

void output_explained(FILE *file, const char *path, const struct sim_scenario *scenario,
                      const struct sim_result *result, const struct output_details *details) {
    char time[SIM_DURATION_BYTES];
    output_title(file, path, scenario, result->ok, details != NULL && details->colour);
    (void)fprintf(file, " (%s, %" PRIu64 " events, %016" PRIx64 ")\n",
                  sim_duration_format(result->time_ns, time), result->event_count,
                  result->trace_hash);
    output_failures(file, path, scenario, result->journal, details);
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

static json_t *json_failure(uint32_t line, const char *text, size_t bytes) {
    return json_pack("{s:I,s:o}", "line", (json_int_t)sim_line_number(line), "text",
                     json_text(text, bytes));
}

static bool append(json_t *failures, json_t *failure) {
    return failure != NULL && json_array_append_new(failures, failure) == 0;
}

/* A failure of a run: with both sides where there are two. */
static bool append_failure(json_t *failures, const struct sim_scenario *scenario,
                           const struct sim_failure *failure) {
    json_t *entry = json_failure(failure->line, failure->text, failure->bytes - 1);
    bool is_whole = entry != NULL;
    if (is_whole && sim_line_file(failure->line) != 0) {
        const char *name = sim_scenario_file_name(scenario, failure->line);
        is_whole = json_object_set_new(entry, "file", json_text(name, strlen(name))) == 0;
    }
    if (is_whole && failure->expected != NULL && failure->actual != NULL) {
        const char *expected = failure->expected;
        const char *actual = failure->actual;
        is_whole =
            json_object_set_new(entry, "expected", json_text(expected, strlen(expected))) == 0 &&
            json_object_set_new(entry, "actual", json_text(actual, strlen(actual))) == 0;
    }
    if (!is_whole) {
        json_decref(entry);
        return false;
    }
    return append(failures, entry);
}

/* A list, or null when not all of it could be made. */
static json_t *whole_or_none(json_t *list, bool is_whole) {
    if (!is_whole) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *json_failures(const struct sim_scenario *scenario, const struct sim_result *result) {
    json_t *failures = json_array();
    bool is_whole = failures != NULL;
    for (size_t i = 0; is_whole && i < result->journal->failure_count; i++) {
        is_whole = append_failure(failures, scenario, &result->journal->failures[i]);
    }
    return whole_or_none(failures, is_whole);
}

static json_t *json_findings(const struct sim_diagnostics *diagnostics) {
    json_t *failures = json_array();
    bool is_whole = failures != NULL;
    for (uint32_t i = 0; is_whole && i < diagnostics->count; i++) {
        const struct sim_finding *finding = diagnostics->findings[i];
        if (finding->severity == SIM_SEVERITY_ERROR) {
            is_whole = append(failures, json_failure(finding->place.line, finding->message,
                                                     strlen(finding->message)));
        }
    }
    return whole_or_none(failures, is_whole);
}

char *output_failures_json(const struct sim_scenario *scenario, const struct sim_result *result) {
    json_t *failures = json_failures(scenario, result);
    char *text = failures != NULL ? json_dumps(failures, JSON_COMPACT) : NULL;
    json_decref(failures);
    return text;
}

static bool add_row(json_t *object, const struct sim_scenario *scenario) {
    return scenario->row_count == 0 ||
           (json_object_set_new(object, "row", json_integer((json_int_t)scenario->row + 1)) == 0 &&
            json_object_set_new(object, "case",
                                json_text(scenario->row_text.bytes, scenario->row_text.length)) ==
                0);
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
                                json_text(scenario->title.bytes, scenario->title.length)) == 0 &&
            add_row(object, scenario);
    }
    is_whole = is_whole &&
               json_object_set_new(object, "ok", json_boolean(result != NULL && result->ok)) == 0;
    is_whole = is_whole && (result == NULL || add_result(object, result));
    is_whole = is_whole && json_object_set_new(object, "failures",
                                               result != NULL ? json_failures(scenario, result)
                                                              : json_findings(diagnostics)) == 0;
    if (is_whole) {
        (void)json_dumpf(object, file, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)fputc('\n', file);
    }
    json_decref(object);
    return is_whole;
}
