/* html_difference.c - writes down for the page what differs between two runs. */
#include "reports/html_difference.h"

#include <string.h>

static void add_text(struct rep_text *out, const char *text) {
    size_t length = strlen(text);
    rep_text_add_varint(out, length);
    rep_text_add_bytes(out, text, length);
}

/* line: index + 1, or 0. */
static uint64_t event_of(const struct rep_diff_run *run, size_t line) {
    return line != 0 ? run->lines[line - 1].event : 0;
}

static void tell_run(const struct rep_diff_run *run, const char *name, struct rep_text *out) {
    add_text(out, name != NULL ? name : run->title);
    rep_text_add_varint(out, event_of(run, run->first));
    rep_text_add_varint(out, run->decision.event);
    add_text(out, run->decision.event != 0 ? run->decision.text : "");
    rep_text_add_varint(out, run->cause_count);
    for (size_t i = 0; i < run->cause_count; i++)
        rep_text_add_varint(out, run->lines[run->causes[i]].event);
}

static void tell_rows(const struct rep_diff *diff, struct rep_text *out) {
    uint64_t last[2] = {0, 0};
    rep_text_add_varint(out, diff->row_count);
    for (size_t i = 0; i < diff->row_count; i++) {
        const struct rep_diff_row *row = &diff->rows[i];
        rep_text_add_varint(out, row->mark);
        for (int run = 0; run < 2; run++) {
            uint64_t event = event_of(&diff->runs[run], row->lines[run]);
            rep_text_add_varint(out, event != 0 ? event - last[run] : 0);
            last[run] = event != 0 ? event : last[run];
        }
        rep_text_add_varint(out, row->elsewhere);
    }
}

void rep_html_tell_difference(const struct rep_html_beside *beside, struct rep_text *out) {
    add_text(out, rep_diff_verdict_text(beside->diff->verdict));
    add_text(out, beside->reason != NULL ? beside->reason : "");
    for (int run = 0; run < 2; run++)
        tell_run(&beside->diff->runs[run], beside->names[run], out);
    rep_text_add_varint(out, beside->mark_count);
    for (size_t i = 0; i < beside->mark_count; i++) {
        rep_text_add_varint(out, beside->marks[i].first);
        rep_text_add_varint(out, beside->marks[i].last);
    }
    tell_rows(beside->diff, out);
}
