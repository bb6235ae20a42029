/* campaign_report.c - from a store to a document. */
#include "sim/program/campaign_report.h"

#include "sim/program/program.h"
#include "sim/program/store_campaign.h"

#include <stdlib.h>

enum { HISTORY_SHOWN = 20 };

static int write_report(const struct rep_campaign *campaign, const char *output) {
    struct rep_error error = {.byte_offset = 0};
    char *text = NULL;
    if (output != NULL) {
        int status = rep_campaign_write(campaign, output, &error);
        if (status != REP_OK) {
            complain("%s: %s", output, error.message);
        }
        return status == REP_OK ? EXIT_HELD : EXIT_ENVIRONMENT;
    }
    int status = rep_campaign_text(campaign, &text);
    if (status != REP_OK) {
        complain("standard output: %s", rep_status_text(status));
        return EXIT_ENVIRONMENT;
    }
    (void)fputs(text, stdout);
    free(text);
    return EXIT_HELD;
}

int campaign_report(const char *path, const char *output) {
    struct store store;
    struct sim_arena arena;
    struct rep_campaign campaign;
    int code = store_open_to_read(&store, path);
    if (code != EXIT_HELD) {
        return code;
    }
    sim_arena_init(&arena, cog_allocator_malloc());
    code = store_campaign_read(&store, &arena, HISTORY_SHOWN, &campaign);
    if (code == EXIT_HELD) {
        code = write_report(&campaign, output);
    }
    sim_arena_term(&arena);
    store_close(&store);
    return code;
}
