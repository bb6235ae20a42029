/* update.c - cogsim run --update. */
#include "sim/program/update.h"

#include "sim/language/include_files.h"
#include "sim/program/diff.h"
#include "sim/program/program.h"
#include "sim/program/replace_file.h"
#include "sim/update.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static int complain_of_memory(const struct update_of_file *file) {
    complain_to(file->errors, "%s: out of memory", file->loaded->path);
    return EXIT_ENVIRONMENT;
}

__attribute__((format(printf, 2, 3))) static int refuse(const struct update_of_file *file,
                                                        const char *format, ...) {
    char reason[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    complain_to(file->errors, "%s: not updated: %s", file->loaded->path, reason);
    return EXIT_NOT_HELD;
}

/* ---- The new text, run ---- */

/* A text in the place of the file's, and its run. */
struct trial {
    struct sim_source source;
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario;
    struct sim_program program;
    bool has_program;
    struct sim_run *run;
    struct sim_result result;
};

/* COG_OK once it was run. */
static int try_text(const struct update_of_file *file, const struct sim_buffer *text,
                    struct trial *trial) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    const struct loaded *loaded = file->loaded;
    *trial = (struct trial){.has_program = false};
    sim_diagnostics_init(&trial->diagnostics, allocator);
    int status =
        sim_source_from_text(&trial->source, allocator, loaded->path, text->bytes, text->length);
    status = status == COG_OK ? sim_source_include_files(&trial->source, file->root) : status;
    struct sim_parse_options parse_options = {.definitions = loaded->settings->definitions,
                                              .definition_count =
                                                  loaded->settings->definition_count};
    if (status == COG_OK) {
        status = sim_scenario_parse_with(allocator, &trial->source, &parse_options,
                                         &trial->diagnostics, &trial->scenario);
    }
    if (status == COG_OK) {
        status = sim_program_init(&trial->program, allocator, trial->scenario, NULL);
        trial->has_program = status == COG_OK;
        trial->program.image_paths = loaded->program.image_paths; /* of the same hosts */
    }
    struct sim_run_options options = *file->options;
    options.trace_path = NULL;
    status = status == COG_OK ? sim_run_new(&trial->program, &options, &trial->run) : status;
    return status == COG_OK ? sim_run_execute(trial->run, &trial->result) : status;
}

static void end_trial(struct trial *trial) {
    sim_run_free(trial->run);
    if (trial->has_program) {
        sim_program_term(&trial->program);
    }
    sim_scenario_free(trial->scenario);
    sim_diagnostics_term(&trial->diagnostics);
    sim_source_close(&trial->source);
}

/* Does the new text leave nothing to update but what was noted of the old one? *is_held: and does
 * everything hold? Returns an exit code. */
static int check_text(const struct update_of_file *file, const struct sim_update *update,
                      const struct sim_buffer *text, bool *is_held) {
    struct trial trial;
    struct sim_update rest;
    int status = try_text(file, text, &trial);
    status = status == COG_OK ? sim_update_init(&rest, trial.run, &trial.source) : status;
    int code = EXIT_HELD;
    if (status == COG_ENOMEM) {
        code = complain_of_memory(file);
    } else if (status != COG_OK) {
        code = refuse(file, "what it would say cannot be run: %s", cog_status_text(status));
    } else {
        *is_held = trial.result.ok;
        if (rest.refusal != NULL || rest.edit_count > 0 || rest.note_count != update->note_count) {
            code = refuse(file, "what it would say does not hold either");
        }
        sim_update_term(&rest);
    }
    end_trial(&trial);
    return code;
}

/* ---- The file ---- */

/* Reads the file anew. Returns an exit code; other than EXIT_HELD if it, or a file that it
 * includes, is not what was run. Close *source whatever that is. */
static int read_again(const struct update_of_file *file, struct sim_source *source) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    const struct sim_source *before = &file->loaded->source;
    int status = sim_source_open(source, allocator, file->loaded->path);
    if (status != COG_OK) {
        complain_to(file->errors, "%s", status == COG_ENOMEM ? "out of memory" : source->error);
        return EXIT_ENVIRONMENT;
    }
    struct sim_source whole;
    status =
        sim_source_from_text(&whole, allocator, file->loaded->path, source->text, source->length);
    status = status == COG_OK ? sim_source_include_files(&whole, file->root) : status;
    bool is_same = status == COG_OK && whole.length == before->length &&
                   memcmp(whole.text, before->text, before->length) == 0;
    sim_source_close(&whole);
    if (status != COG_OK) {
        return complain_of_memory(file);
    }
    return is_same ? EXIT_HELD : refuse(file, "the file has changed since it was run");
}

/* With the byte order mark that the source was read without. */
static int write_text(const struct update_of_file *file, const struct sim_source *source,
                      const struct sim_buffer *text) {
    struct sim_buffer bytes;
    sim_buffer_init(&bytes, cog_allocator_malloc());
    sim_buffer_add(&bytes, source->block, (size_t)(source->text - source->block));
    sim_buffer_add(&bytes, text->bytes, text->length);
    int code = EXIT_HELD;
    if (bytes.has_failed) {
        code = complain_of_memory(file);
    } else if (replace_file(file->loaded->path, bytes.bytes, bytes.length) != 0) {
        complain_to(file->errors, "cannot write %s: %s", file->loaded->path, strerror(errno));
        code = EXIT_ENVIRONMENT;
    }
    sim_buffer_term(&bytes);
    return code;
}

/* ---- Showing and asking ---- */

static bool can_ask(const struct update_of_file *file) {
    return file->output == stdout && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
}

/* The answer is the first character of a line; the end of the input says no. */
static bool ask(const struct update_of_file *file) {
    (void)fprintf(file->output, "write? [y/N] ");
    (void)fflush(file->output);
    int answer = getchar();
    for (int c = answer; c != '\n' && c != EOF;) {
        c = getchar();
    }
    if (answer == EOF) {
        (void)fputc('\n', file->output);
    }
    return answer == 'y' || answer == 'Y';
}

static void show_notes(const struct update_of_file *file, const struct sim_update *update) {
    for (uint32_t i = 0; i < update->note_count; i++) {
        (void)fprintf(file->output, "    %s:%u: left as it is: %s\n", file->loaded->path,
                      update->notes[i].line, update->notes[i].message);
    }
}

/* ---- The whole ---- */

/* The new text is right: shows it, and writes it if that is wanted. */
static int offer(const struct update_of_file *file, const struct sim_source *source,
                 const struct sim_buffer *text) {
    struct sim_source now;
    const char *path = file->loaded->path;
    print_diff(file->output, path, source->text, source->length, text->bytes, text->length,
               wants_colour(file->output));
    if (access(path, W_OK) != 0) {
        complain_to(file->errors, "cannot write %s: %s", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    if (can_ask(file) && !ask(file)) {
        (void)fprintf(file->output, "left  %s\n", path);
        return EXIT_NOT_HELD;
    }
    int code = read_again(file, &now); /* the answer may have taken long */
    if (code == EXIT_HELD) {
        code = write_text(file, &now, text);
    }
    sim_source_close(&now);
    if (code == EXIT_HELD) {
        (void)fprintf(file->output, "new   %s\n", path);
    }
    return code;
}

static int update_text(const struct update_of_file *file, const struct sim_update *update) {
    struct sim_source source;
    struct sim_buffer text;
    bool is_held = false;
    int code = read_again(file, &source);
    sim_buffer_init(&text, cog_allocator_malloc());
    if (code == EXIT_HELD) {
        sim_update_apply(update, source.text, source.length, &text);
        code =
            text.has_failed ? complain_of_memory(file) : check_text(file, update, &text, &is_held);
    }
    code = code == EXIT_HELD ? offer(file, &source, &text) : code;
    sim_buffer_term(&text);
    sim_source_close(&source);
    return code == EXIT_HELD && !is_held ? EXIT_NOT_HELD : code;
}

/* Values from outside make another scenario than the file's. */
static bool is_defined(const struct sim_scenario *scenario) {
    for (uint32_t i = 0; i < scenario->parameter_count; i++) {
        if (scenario->parameters[i].is_defined) {
            return true;
        }
    }
    return false;
}

int update_scenario(const struct update_of_file *file, struct sim_run *run) {
    struct sim_update update;
    if (is_defined(file->loaded->scenario)) {
        return refuse(file, "with -D it is not what the file says that was run");
    }
    if (sim_update_init(&update, run, &file->loaded->source) != COG_OK) {
        return complain_of_memory(file);
    }
    int code = EXIT_NOT_HELD;
    if (update.refusal != NULL) {
        code = refuse(file, "%s", update.refusal);
    } else {
        show_notes(file, &update);
        code = update.edit_count > 0 ? update_text(file, &update) : EXIT_NOT_HELD;
    }
    sim_update_term(&update);
    return code;
}
