/* campaign.c - from a campaign to a document. */
#include "reports/campaign.h"

#include "reports/campaign_parts.h"
#include "reports/output_file.h"
#include "reports/status.h"

#include <stdlib.h>
#include <string.h>

typedef void (*write_document)(struct rep_campaign_document *document);

/* The text of a document; the caller's. */
static int make(const struct rep_campaign *campaign, write_document write, struct rep_text *out) {
    struct rep_campaign_sums sums;
    int status = rep_campaign_sums_make(&sums, campaign);
    if (status != REP_OK)
        return status;
    struct rep_campaign_document document = {.campaign = campaign, .sums = &sums, .out = out};
    write(&document);
    bool has_failed = out->failed || document.scratch.failed;
    rep_text_term(&document.scratch);
    rep_campaign_sums_term(&sums);
    return has_failed ? REP_ENOMEM : REP_OK;
}

int rep_campaign_text(const struct rep_campaign *campaign, char **text) {
    struct rep_text out = {.bytes = NULL};
    int status = make(campaign, rep_campaign_to_text, &out);
    if (status != REP_OK) {
        rep_text_term(&out);
    }
    *text = out.bytes;
    return status;
}

int rep_campaign_write(const struct rep_campaign *campaign, const char *path,
                       struct rep_error *error) {
    struct rep_text out = {.bytes = NULL};
    write_document write = rep_campaign_to_text;
    if (rep_path_is_page(path))
        write = rep_campaign_to_html;
    else if (rep_text_ends_with(path, ".md"))
        write = rep_campaign_to_markdown;
    int status = make(campaign, write, &out);
    if (status == REP_OK)
        status = rep_output_write(path, out.bytes, out.length, error);
    else
        (void)rep_error_set(error, status, 0, "%s", rep_status_text(status));
    rep_text_term(&out);
    return status;
}
