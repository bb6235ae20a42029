/* load.c - from the path of a scenario to a program that can run. */
#include "sim/program/load.h"

#include "sim/language/include_files.h"
#include "sim/program/program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool wants_colour(FILE *file) {
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    int descriptor = fileno(file);
    return (no_color == NULL || no_color[0] == '\0') && descriptor >= 0 && isatty(descriptor) &&
           term != NULL && strcmp(term, "dumb") != 0;
}

static void show_findings(struct loaded *loaded) {
    FILE *file = loaded->settings->errors;
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    struct sim_render_options options = {.colour = wants_colour(file)};
    if (loaded->settings->is_gcc_format) {
        sim_diagnostics_render_gcc(&loaded->diagnostics, &loaded->source, &buffer);
    } else {
        sim_diagnostics_render(&loaded->diagnostics, &loaded->source, options, &buffer);
    }
    if (buffer.length > 0) {
        (void)fwrite(buffer.bytes, 1, buffer.length, file);
    }
    sim_buffer_term(&buffer);
}

/* ---- The source ---- */

int load_text(struct loaded *loaded, const char *path, const struct load_settings *settings) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    *loaded = (struct loaded){.path = path, .settings = settings};
    sim_diagnostics_init(&loaded->diagnostics, allocator);
    int status = sim_source_open(&loaded->source, allocator, path);
    if (status != COG_OK) {
        complain_to(settings->errors, "%s",
                    status == COG_ENOMEM ? "out of memory" : loaded->source.error);
        return status == COG_ELIMIT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

int load_source(struct loaded *loaded, const char *path, const char *root,
                const struct load_settings *settings) {
    int code = load_text(loaded, path, settings);
    if (code == EXIT_HELD && sim_source_include_files(&loaded->source, root) != COG_OK) {
        complain_to(settings->errors, "%s: out of memory", path);
        return EXIT_ENVIRONMENT;
    }
    return code;
}

/* ---- A row ---- */

static void forget_row(struct loaded *loaded) {
    if (loaded->has_program) {
        sim_program_term(&loaded->program);
        loaded->has_program = false;
    }
    sim_scenario_free(loaded->scenario);
    loaded->scenario = NULL;
    sim_diagnostics_term(&loaded->diagnostics);
    sim_diagnostics_init(&loaded->diagnostics, cog_allocator_malloc());
}

static int parse_row(struct loaded *loaded, uint32_t row) {
    const struct load_settings *settings = loaded->settings;
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_parse_options options = {.definitions = settings->definitions,
                                        .definition_count = settings->definition_count,
                                        .row = row,
                                        .is_part = sim_is_part_name(loaded->path)};
    int status = sim_scenario_parse_with(allocator, &loaded->source, &options, &loaded->diagnostics,
                                         &loaded->scenario);
    if (status == COG_OK && !settings->is_check_only) {
        status =
            sim_program_init(&loaded->program, allocator, loaded->scenario, &loaded->diagnostics);
        loaded->has_program = status == COG_OK;
    }
    return status;
}

int load_row(struct loaded *loaded, uint32_t row) {
    FILE *errors = loaded->settings->errors;
    forget_row(loaded);
    if (sim_is_part_name(loaded->path) && !loaded->settings->is_check_only) {
        complain_to(errors, "%s is made to be included (.scni): it is no scenario of its own",
                    loaded->path);
        return EXIT_BAD_INPUT;
    }
    int status = parse_row(loaded, row);
    if (status == COG_ENOMEM) {
        complain_to(errors, "%s: out of memory", loaded->path);
        return EXIT_ENVIRONMENT;
    }
    if (row == 0 || loaded->diagnostics.error_count > 0) {
        show_findings(loaded);
    }
    if (status != COG_OK && row > 0) {
        complain_to(errors, "%s: this is so with row %u of 'each'", loaded->path, row + 1);
    }
    return status == COG_OK ? EXIT_HELD : EXIT_BAD_INPUT;
}

int load_syntax(struct loaded *loaded) {
    struct sim_parse_options options = {.is_syntax_only = true,
                                        .is_part = sim_is_part_name(loaded->path)};
    int status = sim_scenario_parse_with(cog_allocator_malloc(), &loaded->source, &options,
                                         &loaded->diagnostics, &loaded->scenario);
    if (status == COG_ENOMEM) {
        complain_to(loaded->settings->errors, "%s: out of memory", loaded->path);
        return EXIT_ENVIRONMENT;
    }
    if (status != COG_OK) {
        show_findings(loaded);
    }
    return status == COG_OK ? EXIT_HELD : EXIT_BAD_INPUT;
}

uint32_t row_count(const struct loaded *loaded) {
    return loaded->scenario != NULL && loaded->scenario->row_count > 0 ? loaded->scenario->row_count
                                                                       : 1;
}

void unload(struct loaded *loaded) {
    forget_row(loaded);
    sim_diagnostics_term(&loaded->diagnostics);
    sim_source_close(&loaded->source);
}
