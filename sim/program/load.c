/* load.c - from the path of a scenario to a program that can run. */
#include "sim/program/load.h"

#include "sim/program/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wants_colour(void) {
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return (no_color == NULL || no_color[0] == '\0') && isatty(STDERR_FILENO) && term != NULL &&
           strcmp(term, "dumb") != 0;
}

/* Writes what was found on standard error. */
static void show_findings(struct loaded *loaded) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    struct sim_render_options options = {.colour = wants_colour()};
    sim_diagnostics_render(&loaded->diagnostics, &loaded->source, options, &buffer);
    if (buffer.length > 0) {
        (void)fwrite(buffer.bytes, 1, buffer.length, stderr);
    }
    sim_buffer_term(&buffer);
}

static int load_scenario(struct loaded *loaded, const char *path) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    memset(loaded, 0, sizeof *loaded);
    sim_diagnostics_init(&loaded->diagnostics, allocator);
    int status = sim_source_open(&loaded->source, allocator, path);
    if (status != COG_OK) {
        complain("%s", status == COG_ENOMEM ? "out of memory" : loaded->source.error);
        return status == COG_ELIMIT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    status =
        sim_scenario_parse(allocator, &loaded->source, &loaded->diagnostics, &loaded->scenario);
    if (status == COG_ENOMEM) {
        complain("%s: out of memory", path);
        return EXIT_ENVIRONMENT;
    }
    return loaded->scenario != NULL ? EXIT_HELD : EXIT_BAD_INPUT;
}

int check_scenario(struct loaded *loaded, const char *path) {
    int code = load_scenario(loaded, path);
    show_findings(loaded);
    return code;
}

int load_program(struct loaded *loaded, const char *path) {
    int code = load_scenario(loaded, path);
    int status = COG_OK;
    if (code == EXIT_HELD) {
        status = sim_program_init(&loaded->program, cog_allocator_malloc(), loaded->scenario,
                                  &loaded->diagnostics);
        loaded->has_program = status == COG_OK;
    }
    show_findings(loaded);
    if (status == COG_ENOMEM) {
        complain("%s: out of memory", path);
        return EXIT_ENVIRONMENT;
    }
    return status == COG_OK ? code : EXIT_BAD_INPUT;
}

void unload(struct loaded *loaded) {
    if (loaded->has_program) {
        sim_program_term(&loaded->program);
    }
    sim_scenario_free(loaded->scenario);
    sim_diagnostics_term(&loaded->diagnostics);
    sim_source_close(&loaded->source);
}
