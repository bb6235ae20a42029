/* load.c - from the path of a scenario to a program that can run. */
#include "sim/program/load.h"

#include "sim/images.h"
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

/* Where C programs of hosts are looked for, besides where the scenario is: the folders of
 * COGSIM_PROGRAMS, with colons between them, and `programs` beside this program. */
struct program_folders {
    char text[8192];
    const char *items[64];
    size_t count;
};

static void add_folder(struct program_folders *folders, char *folder) {
    if (folder[0] != '\0' && folders->count + 1 < sizeof folders->items / sizeof(char *)) {
        folders->items[folders->count++] = folder;
    }
}

static void find_folders(struct program_folders *folders) {
    const char *named = getenv("COGSIM_PROGRAMS");
    size_t room = sizeof folders->text / 2;
    (void)snprintf(folders->text, room, "%s", named != NULL ? named : "");
    char *rest = folders->text;
    for (char *colon = strchr(rest, ':'); colon != NULL; colon = strchr(rest, ':')) {
        *colon = '\0';
        add_folder(folders, rest);
        rest = colon + 1;
    }
    add_folder(folders, rest);
    static const char own[] = "programs";
    char *self = folders->text + room;
    ssize_t bytes = readlink("/proc/self/exe", self, room - sizeof own);
    if (bytes > 0) {
        self[bytes] = '\0';
        char *slash = strrchr(self, '/');
        memcpy(slash != NULL ? slash + 1 : self, own, sizeof own);
        add_folder(folders, self);
    }
}

static int find_images(struct loaded *loaded) {
    struct program_folders folders = {.count = 0};
    find_folders(&folders);
    return sim_program_find_images(&loaded->program, folders.items, &loaded->diagnostics);
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
        status = status == COG_OK ? find_images(loaded) : status;
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
