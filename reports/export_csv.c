/* export_csv.c - a row an event (RFC 4180).
 *
 *     event,time_ns,host,coroutine,kind,cause,file,line,what
 *
 * A cell that a spreadsheet would take for a formula (it begins with = + - @ or a tab) begins with
 * an apostrophe.
 */
#include <string.h>

#include "reports/export.h"

static void add_cell(struct rep_output *output, const char *text) {
    rep_output_add(output, "\"'", text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? 2 : 1);
    for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
        rep_output_add(output, text, (size_t)(quote + 1 - text));
        rep_output_add(output, "\"", 1);
    }
    rep_output_add_text(output, text);
    rep_output_add(output, "\"", 1);
}

/* The digits of a number, from the end of 24 bytes. */
static const char *digits_of(int64_t number, char *end) {
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    *--end = '\0';
    do {
        *--end = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        *--end = '-';
    return end;
}

static void add_number(struct rep_output *output, int64_t number) {
    char digits[24];
    rep_output_add_text(output, digits_of(number, digits + sizeof digits));
}

/* The fields: `name=value`, separated by blanks. */
static void add_fields(const struct rep_exporting *it, struct rep_text *what,
                       struct rep_text *text) {
    const struct rep_kind *kind = &it->trace->kinds[it->event->kind];
    rep_text_clear(what);
    for (size_t i = 0; i < kind->field_count; i++) {
        struct rep_export_value value = rep_export_field(it, &kind->fields[i], text);
        char digits[24];
        if (value.sort == REP_EXPORT_NOTHING)
            continue;
        rep_text_add(what, what->length > 0 ? " " : "");
        rep_text_add(what, kind->fields[i].name);
        rep_text_add(what, "=");
        rep_text_add(what, value.sort == REP_EXPORT_NUMBER
                               ? digits_of(value.number, digits + sizeof digits)
                               : rep_text_string(text));
    }
}

static void begin(struct rep_exporting *it) {
    rep_output_add_text(it->output, "event,time_ns,host,coroutine,kind,cause,file,line,what\r\n");
}

static void add_row(struct rep_exporting *it) {
    struct rep_output *output = it->output;
    const struct rep_event *event = it->event;
    const char *file;
    uint64_t line = rep_scene_line(&it->scene, event, &file);
    add_number(output, (int64_t)it->index);
    rep_output_add(output, ",", 1);
    add_number(output, event->time_ns);
    rep_output_add(output, ",", 1);
    add_cell(output, rep_export_host(it));
    rep_output_add(output, ",", 1);
    add_cell(output, rep_export_coroutine(it));
    rep_output_add(output, ",", 1);
    add_cell(output, it->trace->kinds[event->kind].name);
    rep_output_add(output, ",", 1);
    if (event->cause != 0)
        add_number(output, (int64_t)event->cause);
    rep_output_add(output, ",", 1);
    add_cell(output, file);
    rep_output_add(output, ",", 1);
    if (line != 0)
        add_number(output, (int64_t)line);
    rep_output_add(output, ",", 1);
    add_fields(it, &it->text[0], &it->text[1]);
    add_cell(output, rep_text_string(&it->text[0]));
    rep_output_add(output, "\r\n", 2);
}

const struct rep_export rep_export_csv = {.begin = begin, .event = add_row};
