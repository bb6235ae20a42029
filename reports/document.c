/* document.c - the head and the look of pages that are read. */
#include "reports/document.h"

/* Contrasts are those that WCAG 2 asks for (AA). */
static const char common_style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1d2430;--faint:#556070;--line:#d9dee6;"
    "--head:#f0f3f7;--link:#1f5fa8;--bad:#b3261e;--good:#1a6b3c}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#14181f;--ink:#e6eaf0;--faint:#a3aebd;"
    "--line:#2f3743;--head:#1f2631;--link:#8fc0f5;--bad:#ff9d94;--good:#7bd6a0}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:18px 22px;background:var(--paper);color:var(--ink);"
    "font:14px/1.45 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
    "h1{font-size:19px;margin:0 0 4px}h2{font-size:15px;margin:22px 0 6px}\n"
    "h1,h2,h3,p,dd,td,li{overflow-wrap:anywhere}\n"
    ".faint{color:var(--faint)}.bad{color:var(--bad);font-weight:600}"
    ".good{color:var(--good);font-weight:600}\n"
    "a{color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:1px}\n"
    "table{border-collapse:collapse}\n"
    "caption{text-align:left;color:var(--faint);padding:4px 0}\n"
    "thead th{background:var(--head);text-align:left;font-size:13px}\n"
    "th,td{padding:2px 7px;vertical-align:top}tbody tr{border-top:1px solid var(--line)}\n"
    ".scroll{overflow-x:auto}\n"
    ".hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n";

void rep_document_begin(struct rep_text *out, const char *kind, const char *title,
                        const char *style) {
    rep_text_add(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<title>");
    rep_text_add(out, kind);
    rep_text_add_escaped(out, title);
    rep_text_add_format(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n", common_style,
                        style);
}

void rep_document_end(struct rep_text *out) {
    rep_text_add(out, "</body>\n</html>\n");
}
