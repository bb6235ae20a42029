/* finding_apart.c - a failure of a scenario with C programs: its way is gone again in a process of
 * its own, which may crash as it did. */
#include "sim/program/exploring.h"

#include "sim/guide.h"
#include "sim/program/confined.h"
#include "sim/program/explain.h"
#include "sim/program/output.h"
#include "sim/program/program.h"

#include <stdlib.h>

/* What the other process needs to know. */
struct retracing {
    const struct exploring *exploring;
    const struct sim_explored *result;
    unsigned vary;
};

/* Processes have the numbers that they had while exploring. */
static bool number_processes(struct sim_guide *guide, const struct sim_explored *result) {
    const struct sim_processes *known = &result->explorer.processes;
    bool is_done = true;
    for (uint32_t i = 0; i < known->count && is_done; i++) {
        is_done = sim_processes_find(&guide->processes, known->items[i].parent,
                                     known->items[i].ordinal) == i;
    }
    return is_done;
}

/* What did not hold goes to one output, the same as JSON to the other, the decisions to the
 * witness. */
static int retrace_confined(void *context, const struct confined_place *place) {
    const struct retracing *retracing = context;
    const struct explore_settings *settings = retracing->exploring->settings;
    struct loaded loaded = retracing->exploring->loaded;
    struct sim_guide guide;
    struct sim_guide_options guide_options = {.vary = retracing->vary,
                                              .steps = retracing->result->way.steps,
                                              .step_count = retracing->result->way.step_count,
                                              .draws = retracing->result->way.draws,
                                              .witness = place->witness};
    struct sim_run_options options = {.source = &loaded.source,
                                      .guide = &guide,
                                      .statement_count_max = settings->statement_count_max,
                                      .memory_bytes = settings->memory_bytes,
                                      .witness = place->witness};
    struct sim_run *run = NULL;
    struct sim_result again;
    int status = sim_guide_open(&guide, &loaded.program, &guide_options);
    if (status == COG_OK && !number_processes(&guide, retracing->result)) {
        status = COG_ENOMEM;
    }
    status = status == COG_OK ? sim_run_new(&loaded.program, &options, &run) : status;
    status = status == COG_OK ? sim_run_execute(run, &again) : status;
    if (status != COG_OK) {
        return EXIT_ENVIRONMENT;
    }
    explain_failures(place->output, &loaded, &options, &again, retracing->exploring->colour);
    char *json = output_failures_json(loaded.scenario, &again);
    (void)fputs(json != NULL ? json : "", place->errors);
    free(json);
    return EXIT_HELD;
}

static bool tell_crash(struct exploring *exploring, const struct confined *confined, FILE *texts) {
    struct sim_journal journal;
    const struct loaded *loaded = &exploring->loaded;
    sim_journal_init(&journal, cog_allocator_malloc());
    struct sim_result result = {.journal = &journal};
    bool is_told = confined_fail(confined, loaded->scenario, &journal);
    if (is_told) {
        output_failures(texts, loaded->path, loaded->scenario, &journal, NULL);
        free(exploring->failures_json);
        exploring->failures_json = output_failures_json(loaded->scenario, &result);
    }
    sim_journal_term(&journal);
    return is_told;
}

static int keep_decisions(struct exploring *exploring, const struct sim_witness *witness,
                          unsigned vary) {
    struct sim_schedule schedule;
    struct sim_buffer text;
    uint32_t line;
    sim_schedule_init(&schedule, cog_allocator_malloc());
    sim_buffer_init(&text, cog_allocator_malloc());
    int status = sim_schedule_read(&schedule, witness->decisions, witness->decisive_bytes, &line);
    if (status == COG_OK) {
        sim_schedule_write(&schedule, 8, &text);
        exploring->schedule = text.bytes; /* malloc's */
        exploring->schedule_count = schedule.count;
        exploring->out_code = finding_write_schedule(exploring, &schedule);
        if (exploring->out_code == EXIT_HELD) {
            exploring->out_code = finding_write_diff_apart(exploring, &schedule, vary);
        }
    }
    sim_schedule_term(&schedule);
    return status;
}

int finding_take_apart(struct exploring *exploring, const struct sim_explored *result,
                       unsigned vary) {
    struct retracing retracing = {.exploring = exploring, .result = result, .vary = vary};
    struct confined confined;
    size_t json_bytes = 0;
    if (confined_open(&confined, exploring->settings->hang_ns) != COG_OK) {
        return COG_ENOMEM;
    }
    FILE *texts = open_memstream(&exploring->failures, &exploring->failures_bytes);
    FILE *json = open_memstream(&exploring->failures_json, &json_bytes);
    int status = COG_ENOMEM;
    if (texts != NULL && json != NULL) {
        int code = confined_do(&confined, retrace_confined, &retracing, texts, json);
        (void)fclose(json);
        json = NULL;
        bool is_told =
            code == CONFINED_CRASHED ? tell_crash(exploring, &confined, texts) : code == EXIT_HELD;
        status =
            is_told ? keep_decisions(exploring, confined_witness(&confined), vary) : COG_ENOMEM;
    }
    if (json != NULL) {
        (void)fclose(json);
    }
    if (texts != NULL) {
        (void)fclose(texts);
    }
    confined_close(&confined);
    return status;
}
