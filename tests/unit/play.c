/* play.c - plays a scenario that stands in a test. */
#include "tests/unit/play.h"

#include "sim/duration.h"
#include "sim/language/buffer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void *counting_resize(void *context, void *pointer, size_t bytes_old, size_t bytes_new) {
    struct play_allocator *counting = context;
    if (bytes_new == 0) {
        counting->live_bytes -= bytes_old;
        free(pointer);
        return NULL;
    }
    counting->call_count++;
    if (counting->fails_at != 0 && counting->call_count >= counting->fails_at) {
        return NULL;
    }
    void *block = realloc(pointer, bytes_new);
    if (block != NULL) {
        counting->live_bytes += bytes_new - bytes_old;
    }
    return block;
}

void play_allocator_init(struct play_allocator *counting) {
    *counting =
        (struct play_allocator){.allocator = {.resize = counting_resize, .context = counting}};
}

void play_bytes(struct play *play, const char *bytes, size_t length,
                const struct sim_run_options *options, uint64_t fails_at) {
    memset(play, 0, sizeof *play);
    play_allocator_init(&play->counting);
    play->counting.fails_at = fails_at;
    const struct cog_allocator *allocator = &play->counting.allocator;
    sim_buffer_init(&play->log, cog_allocator_malloc());
    sim_buffer_init(&play->failures, cog_allocator_malloc());
    sim_buffer_init(&play->explanations, cog_allocator_malloc());
    sim_diagnostics_init(&play->diagnostics, allocator);
    play->status = sim_source_from_text(&play->source, allocator, "t.scn", bytes, length);
    if (play->status == COG_OK) {
        play->status =
            sim_scenario_parse(allocator, &play->source, &play->diagnostics, &play->scenario);
    }
    if (play->status == COG_OK) {
        play->status =
            sim_program_init(&play->program, allocator, play->scenario, &play->diagnostics);
        play->has_program = play->status == COG_OK;
    }
    if (play->status == COG_OK) {
        struct sim_run_options all = {.trace_path = NULL};
        if (options != NULL) {
            all = *options;
        }
        all.allocator = allocator;
        all.source = &play->source;
        play->status = sim_run_new(&play->program, &all, &play->run);
    }
}

char *play_complete(const char *text) {
    static const char first[] = "scenario \"t\"\n";
    size_t bytes = strlen(text);
    char *whole = malloc(sizeof first + bytes);
    assert_non_null(whole);
    memcpy(whole, first, sizeof first - 1);
    for (size_t i = 0; i <= bytes; i++) {
        whole[sizeof first - 1 + i] = text[i] == '\'' ? '"' : text[i];
    }
    return whole;
}

void play_open(struct play *play, const char *text, const struct sim_run_options *options) {
    char *whole = play_complete(text);
    play_bytes(play, whole, strlen(whole), options, 0);
    if (play->status == COG_EINVALID) {
        struct sim_buffer rendered;
        sim_buffer_init(&rendered, cog_allocator_malloc());
        sim_diagnostics_render(&play->diagnostics, &play->source, (struct sim_render_options){0},
                               &rendered);
        print_error("%s\n%s\n", whole, rendered.bytes != NULL ? rendered.bytes : "unsupported");
        sim_buffer_term(&rendered);
    }
    free(whole);
    assert_int_equal(play->status, COG_OK);
}

static void write_down(struct play *play) {
    const struct sim_journal *journal = play->result.journal;
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct sim_log_line *line = &journal->lines[i];
        char time[SIM_DURATION_BYTES];
        sim_buffer_add_format(&play->log, "%s %s ", sim_duration_format(line->time_ns, time),
                              line->instance->name);
        sim_buffer_add(&play->log, line->text, line->bytes);
        sim_buffer_add_text(&play->log, "\n");
    }
    for (size_t i = 0; i < journal->failure_count; i++) {
        const char *text = journal->failures[i].text;
        uint32_t number = sim_line_number(journal->failures[i].line);
        sim_buffer_add_format(&play->failures, "%" PRIu32 ": %.*s\n", number,
                              (int)strcspn(text, "\n"), text);
        sim_buffer_add_format(&play->explanations, "%" PRIu32 ": %s\n", number, text);
    }
}

void play_execute(struct play *play) {
    play->status = sim_run_execute(play->run, &play->result);
    write_down(play);
}

void play_text(struct play *play, const char *text) {
    play_open(play, text, NULL);
    play_execute(play);
    assert_int_equal(play->status, COG_OK);
}

const char *play_log(const struct play *play) {
    return play->log.bytes == NULL ? "" : play->log.bytes;
}

const char *play_failures(const struct play *play) {
    return play->failures.bytes == NULL ? "" : play->failures.bytes;
}

void play_close(struct play *play) {
    sim_run_free(play->run);
    if (play->has_program) {
        sim_program_term(&play->program);
    }
    sim_scenario_free(play->scenario);
    sim_diagnostics_term(&play->diagnostics);
    sim_source_close(&play->source);
    sim_buffer_term(&play->log);
    sim_buffer_term(&play->failures);
    sim_buffer_term(&play->explanations);
    assert_int_equal(play->counting.live_bytes, 0);
}

void assert_fails(const char *text, const char *log, const char *failures) {
    struct play play;
    play_text(&play, text);
    assert_string_equal(play_failures(&play), failures);
    assert_string_equal(play_log(&play), log);
    assert_int_equal(play.result.ok, failures[0] == '\0');
    play_close(&play);
}

void assert_plays(const char *text, const char *log) {
    assert_fails(text, log, "");
}

void assert_failures(const char *text, const char *failures) {
    struct play play;
    play_text(&play, text);
    assert_string_equal(play_failures(&play), failures);
    assert_int_equal(play.result.ok, failures[0] == '\0');
    play_close(&play);
}

void assert_explained(const char *text, const char *explanations) {
    struct play play;
    play_open(&play, text, NULL);
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    assert_string_equal(play.explanations.bytes == NULL ? "" : play.explanations.bytes,
                        explanations);
    play_close(&play);
}
