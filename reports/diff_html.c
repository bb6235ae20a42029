/* diff_html.c - what differs between two runs as a page: both side by side, the first difference
 * marked, links to what lines came of.
 *
 * No script runs in it and nothing is fetched. Everything that a trace or a name says is escaped.
 */
#include "reports/diff.h"

#include <stdlib.h>
#include <string.h>

#include "reports/document.h"
#include "reports/output_file.h"
#include "reports/status.h"

enum { CONTEXT = 50, ROWS_MAX = 20000, FLUSH_BYTES = 32 * 1024 };

static const char style[] =
    ":root{--left:#e3eefb;--right:#fdeedd;--changed:#f0e9f8;--a:#2f6fb3;--b:#b85c00;"
    "--mark:#6b1f8a}\n"
    "@media(prefers-color-scheme:dark){:root{--left:#1a2b42;--right:#3a2916;--changed:#2e2542;"
    "--a:#6aa9ec;--b:#f2a65a;--mark:#d9b3f7}}\n"
    ".runs{display:grid;grid-template-columns:1fr 1fr;gap:12px}\n"
    ".run{border:1px solid var(--line);border-radius:6px;padding:8px 12px}\n"
    ".run.a{border-left:5px solid var(--a)}.run.b{border-left:5px solid var(--b)}\n"
    ".run h2,.run h3{font-size:14px;margin:0}.run p{margin:3px 0}.run ul{margin:4px "
    "0;padding-left:18px}\n"
    ".key{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;margin:6px 0;padding:0}\n"
    ".key b,td.mark{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,monospace}\n"
    "table{width:100%;table-layout:fixed;min-width:760px}\n"
    "thead th{position:sticky;top:0;z-index:1}\n"
    "th.time,td.time{width:7.5em;text-align:right;font-variant-numeric:tabular-nums;"
    "color:var(--faint)}\n"
    "th.who{width:10em}tbody th{font-weight:500;text-align:left;overflow-wrap:anywhere}\n"
    "th.mark,td.mark{width:3.4em;text-align:center;color:var(--mark);font-weight:700;"
    "border-left:1px solid var(--line);border-right:1px solid var(--line)}\n"
    "td.mark a{color:inherit}\n"
    ".there{background:var(--head)}\n"
    "tr.left .a{background:var(--left)}tr.right .b{background:var(--right)}\n"
    "tr.changed .a,tr.changed .b{background:var(--changed)}\n"
    "tr.first{outline:3px solid var(--mark);outline-offset:-1px}\n"
    "tr.first td.mark::after{content:' first';display:block;font:600 11px system-ui,sans-serif}\n"
    "tr:target{outline:3px dashed var(--link);outline-offset:-2px}\n"
    "td .faint{font-size:12px}tr.fold td{text-align:center;color:var(--faint);"
    "background:var(--head)}\n"
    ".scroll{position:relative}@media(min-width:820px){.scroll{overflow:visible}}\n"
    "@media(max-width:700px){.runs{grid-template-columns:1fr}}\n"
    "@media print{thead th{position:static}}\n";

struct page {
    const struct rep_diff *diff;
    const struct rep_diff_options *options;
    struct rep_output *output;
    struct rep_text out;     /* what is still to be written */
    struct rep_text scratch; /* for what is to be escaped */
    uint8_t *is_shown;       /* by row */
    size_t *rows_of[2];      /* by line of a run: the row it is in, index + 1 */
};

/* Adds what is in the scratch, and empties that. */
static void add_scratch(struct page *page) {
    rep_text_add_escaped(&page->out, rep_text_string(&page->scratch));
    rep_text_clear(&page->scratch);
}

static void flush(struct page *page, size_t bytes_max) {
    if (page->out.length <= bytes_max)
        return;
    rep_output_add(page->output, page->out.bytes, page->out.length);
    rep_text_clear(&page->out);
}

static void add_line_text(struct page *page, const struct rep_diff_line *line) {
    rep_text_add_duration(&page->scratch, (uint64_t)line->time_ns);
    rep_text_add_format(&page->scratch, " %s: %s", rep_diff_who(line), line->text);
    add_scratch(page);
}

/* A line of a run, as a link if the table has it. */
static void add_link(struct page *page, int run, size_t line) {
    size_t row = page->rows_of[run][line];
    bool is_linked = row != 0 && page->is_shown[row - 1] != 0;
    if (is_linked)
        rep_text_add_format(&page->out, "<a href=\"#row-%zu\">", row);
    add_line_text(page, &page->diff->runs[run].lines[line]);
    rep_text_add(&page->out, is_linked ? "</a>" : "");
}

/* ---- Above the table ---- */

static void add_run(struct page *page, int run) {
    const struct rep_diff_run *it = &page->diff->runs[run];
    const char *name = page->options->names[run];
    rep_text_add_format(&page->out, "<div class=\"run %c\">\n<h2>%c", "ab"[run], "AB"[run]);
    if (name != NULL) {
        rep_text_add(&page->out, ": ");
        rep_text_add_foreign(&page->scratch, name, strlen(name));
        add_scratch(page);
    }
    rep_text_add_format(&page->out, "</h2>\n<p><span class=\"%s\">", it->is_ok ? "good" : "bad");
    rep_text_add_escaped(&page->out, it->verdict);
    rep_text_add(&page->out, "</span> ");
    rep_text_add_escaped(&page->out, it->title);
    rep_text_add(&page->out, "</p>\n<p class=\"faint\">");
    rep_text_add_escaped(&page->out, it->facts);
    rep_text_add(&page->out, "</p>\n");
    for (size_t i = 0; i < it->only_count; i++) {
        rep_text_add(&page->out, i == 0 ? "<p>coroutines of this run only: " : ", ");
        rep_text_add_escaped(&page->out, it->only[i]);
    }
    rep_text_add(&page->out, it->only_count > 0 ? "</p>\n</div>\n" : "</div>\n");
}

static void add_first_of(struct page *page, int run) {
    const struct rep_diff_run *it = &page->diff->runs[run];
    rep_text_add_format(&page->out, "<div class=\"run %c\">\n<h3>%c</h3>\n<p>", "ab"[run],
                        "AB"[run]);
    if (it->first != 0)
        add_link(page, run, it->first - 1);
    else
        rep_text_add_format(&page->out, "<a href=\"#row-%zu\">nothing any more</a>",
                            page->diff->first);
    rep_text_add(&page->out, "</p>\n");
    for (size_t i = 0; i < it->cause_count; i++) {
        rep_text_add(&page->out, i == 0 ? "<p>came of</p>\n<ul>\n<li>" : "<li>");
        add_link(page, run, it->causes[i]);
        rep_text_add(&page->out, "</li>\n");
    }
    rep_text_add(&page->out, it->cause_count > 0 ? "</ul>\n" : "");
    if (it->decision.event != 0) {
        rep_text_add(&page->out, "<p>decided: ");
        rep_diff_add_decision(&it->decision, &page->scratch);
        add_scratch(page);
        rep_text_add(&page->out, "</p>\n");
    }
    rep_text_add(&page->out, "</div>\n");
}

static void add_head(struct page *page) {
    const struct rep_diff *diff = page->diff;
    rep_document_begin(&page->out, "Two runs: ", diff->runs[0].title, style);
    rep_text_add(&page->out, "<header>\n<h1>");
    rep_text_add_escaped(&page->out, rep_diff_verdict_text(diff->verdict));
    rep_text_add(&page->out, "</h1>\n</header>\n<main>\n<div class=\"runs\">\n");
    add_run(page, 0);
    add_run(page, 1);
    rep_text_add(&page->out, "</div>\n");
    if (diff->first_event != 0)
        rep_text_add_format(&page->out, "<p>The first event that differs is event %llu.</p>\n",
                            (unsigned long long)diff->first_event);
    if (diff->first == 0)
        return;
    rep_text_add(&page->out, "<h2>First difference</h2>\n<div class=\"runs\">\n");
    add_first_of(page, 0);
    add_first_of(page, 1);
    rep_text_add(&page->out, "</div>\n");
}

/* ---- The table ---- */

static void add_table_head(struct page *page) {
    rep_text_add(
        &page->out,
        "<h2 id=\"side-by-side\">Side by side</h2>\n<ul class=\"key\">\n"
        "<li><b>=</b> the same</li><li><b>~</b> the same at another time</li>"
        "<li><b>&lt;</b> A only</li><li><b>&gt;</b> B only</li>"
        "<li><b>|</b> the same coroutine does something else</li>"
        "<li><b>&uarr; &darr;</b> the other run has it further up, further down</li>\n</ul>\n"
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"side-by-side\" tabindex=\"0\">\n"
        "<table>\n<caption>");
    rep_diff_add_counts(page->diff, &page->scratch);
    add_scratch(page);
    rep_text_add(&page->out, "</caption>\n<thead>\n<tr>");
    for (int run = 0; run < 2; run++) {
        rep_text_add_format(&page->out,
                            "<th scope=\"col\" class=\"time\">%c: time</th>"
                            "<th scope=\"col\" class=\"who\">who</th><th scope=\"col\">what</th>",
                            "AB"[run]);
        if (run == 0)
            rep_text_add(&page->out, "<th scope=\"col\" class=\"mark\">"
                                     "<span class=\"hidden\">difference</span></th>");
    }
    rep_text_add(&page->out, "</tr>\n</thead>\n<tbody>\n");
}

static void add_cause(struct page *page, int run, size_t cause) {
    const struct rep_diff_line *from = &page->diff->runs[run].lines[cause - 1];
    size_t row = page->rows_of[run][cause - 1];
    bool is_linked = row != 0 && page->is_shown[row - 1] != 0;
    rep_text_add(&page->out, " <span class=\"faint\">&larr; ");
    if (is_linked)
        rep_text_add_format(&page->out, "<a href=\"#row-%zu\">", row);
    rep_text_add(&page->out, "<span class=\"hidden\">came of </span>");
    rep_text_add_escaped(&page->out, from->who[0] != '\0' ? from->who : from->text);
    rep_text_add(&page->out, is_linked ? "</a></span>" : "</span>");
}

static void add_side(struct page *page, int run, size_t line) {
    char side = "ab"[run];
    if (line == 0) {
        rep_text_add_format(&page->out, "<td colspan=\"3\" class=\"%c\"></td>", side);
        return;
    }
    const struct rep_diff_line *it = &page->diff->runs[run].lines[line - 1];
    rep_text_add_format(&page->out, "<td class=\"time %c\">", side);
    rep_text_add_duration(&page->out, (uint64_t)it->time_ns);
    rep_text_add_format(&page->out, "</td><th scope=\"row\" class=\"%c\">", side);
    rep_text_add_escaped(&page->out, rep_diff_who(it));
    rep_text_add_format(&page->out, "</th><td class=\"%c\">%s", side,
                        it->is_failure ? "<span class=\"bad\">" : "");
    rep_text_add_escaped(&page->out, it->text);
    rep_text_add(&page->out, it->is_failure ? "</span>" : "");
    if (it->cause != 0)
        add_cause(page, run, it->cause);
    rep_text_add(&page->out, "</td>");
}

/* How a row is marked, and what that means for those who do not see it. */
static void add_mark(struct page *page, size_t row) {
    static const char *const signs[] = {"=", "~", "&lt;", "&gt;", "|"};
    static const char *const words[] = {"the same", "the same at another time", "A only", "B only",
                                        "something else"};
    const struct rep_diff_row *it = &page->diff->rows[row];
    rep_text_add_format(&page->out,
                        "<td class=\"mark\"><span aria-hidden=\"true\">%s</span>"
                        "<span class=\"hidden\">%s</span>",
                        signs[it->mark], it->elsewhere == 0 ? words[it->mark] : "in another place");
    if (it->elsewhere != 0) {
        bool is_up = it->elsewhere - 1 < row;
        bool is_linked = page->is_shown[it->elsewhere - 1] != 0;
        if (is_linked)
            rep_text_add_format(&page->out, " <a href=\"#row-%zu\">", it->elsewhere);
        rep_text_add_format(&page->out,
                            "<span aria-hidden=\"true\">%s</span><span class=\"hidden\">%s</span>",
                            is_up ? "&uarr;" : "&darr;", is_up ? "further up" : "further down");
        rep_text_add(&page->out, is_linked ? "</a>" : "");
    }
    rep_text_add(&page->out, "</td>");
}

static void add_row(struct page *page, size_t row) {
    static const char *const classes[] = {"same", "time", "left", "right", "changed"};
    const struct rep_diff_row *it = &page->diff->rows[row];
    rep_text_add_format(&page->out, "<tr id=\"row-%zu\" class=\"%s%s\">", row + 1,
                        classes[it->mark], row + 1 == page->diff->first ? " first" : "");
    add_side(page, 0, it->lines[0]);
    add_mark(page, row);
    add_side(page, 1, it->lines[1]);
    rep_text_add(&page->out, "</tr>\n");
}

static void add_fold(struct page *page, size_t count, const char *what) {
    if (count > 0)
        rep_text_add_format(&page->out, "<tr class=\"fold\"><td colspan=\"7\">%zu %s</td></tr>\n",
                            count, what);
}

static void add_table(struct page *page) {
    const struct rep_diff *diff = page->diff;
    size_t left_out = 0;
    size_t shown = 0;
    add_table_head(page);
    for (size_t row = 0; row < diff->row_count; row++) {
        if (page->is_shown[row] == 0) {
            left_out++;
            continue;
        }
        add_fold(page, left_out, "lines alike");
        left_out = 0;
        shown++;
        add_row(page, row);
        flush(page, FLUSH_BYTES);
    }
    add_fold(page, left_out, shown == ROWS_MAX ? "more rows" : "lines alike");
    rep_text_add(&page->out, "</tbody>\n</table>\n</div>\n");
}

/* ---- Together ---- */

static int prepare(struct page *page) {
    const struct rep_diff *diff = page->diff;
    page->is_shown = calloc(diff->row_count + 1, 1);
    page->rows_of[0] = calloc(diff->runs[0].line_count + 1, sizeof(size_t));
    page->rows_of[1] = calloc(diff->runs[1].line_count + 1, sizeof(size_t));
    if (page->is_shown == NULL || page->rows_of[0] == NULL || page->rows_of[1] == NULL)
        return REP_ENOMEM;
    rep_diff_find_near(diff, CONTEXT, page->is_shown);
    size_t shown = 0;
    for (size_t row = 0; row < diff->row_count; row++) {
        page->is_shown[row] = page->is_shown[row] != 0 && shown < ROWS_MAX;
        shown += page->is_shown[row];
        for (int run = 0; run < 2; run++) {
            if (diff->rows[row].lines[run] != 0)
                page->rows_of[run][diff->rows[row].lines[run] - 1] = row + 1;
        }
    }
    return REP_OK;
}

static int write_page(struct page *page, const char *path, struct rep_error *error) {
    int status = rep_output_open(page->output, path, error);
    if (status != REP_OK)
        return status;
    add_head(page);
    if (page->diff->first != 0)
        add_table(page);
    rep_text_add(&page->out, "</main>\n");
    rep_document_end(&page->out);
    flush(page, 0);
    bool is_whole = !page->out.failed && !page->scratch.failed;
    status = rep_output_close(page->output, is_whole, error);
    return is_whole ? status
                    : rep_error_set(error, REP_ENOMEM, 0, "%s", rep_status_text(REP_ENOMEM));
}

int rep_diff_html_write(const struct rep_diff *diff, const struct rep_diff_options *options,
                        const char *path, struct rep_error *error) {
    struct page page = {.diff = diff, .options = options};
    page.output = malloc(sizeof *page.output);
    int status = page.output != NULL ? prepare(&page) : REP_ENOMEM;
    if (status == REP_OK)
        status = write_page(&page, path, error);
    else
        (void)rep_error_set(error, status, 0, "%s", rep_status_text(status));
    rep_text_term(&page.out);
    rep_text_term(&page.scratch);
    free(page.is_shown);
    free(page.rows_of[0]);
    free(page.rows_of[1]);
    free(page.output);
    return status;
}
