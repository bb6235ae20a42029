/* command_fmt.c - cogsim fmt: puts scenario files into their one layout. */
#include "sim/language/formatter.h"
#include "sim/language/include_files.h"
#include "sim/program/diff.h"
#include "sim/program/load.h"
#include "sim/program/options.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"
#include "sim/program/replace_file.h"

#include <errno.h>
#include <string.h>

static const char help[] =
    "usage: cogsim fmt [--check] PATH...\n"
    "\n"
    "Puts scenario files, and those in folders (.scn and .scni), into the one layout of the "
    "language, in\n"
    "place. Lines stay lines, and comments stay; white space changes, and nothing that a run "
    "does. A path of\n"
    "'-' formats standard input to standard output.\n"
    "\n"
    "  --check          change nothing; show what would change, and exit with 1 if anything "
    "would\n"
    "\n"
    "exit codes: 0 formatted; 1 not formatted (--check); 2 bad input; 3 the environment failed.\n";

enum { DIFF_LINES_MAX = 20, PIECE_BYTES = 65536 };

/* A file being formatted: its own text, and its syntax being checked. */
struct formatted {
    struct loaded loaded;
    struct sim_source own; /* nothing is spliced in */
    struct sim_buffer buffer;
    const char *root; /* that its includes must stay inside */
    bool is_standard; /* it is standard input, of no name that could tell what it is */
};

/* ---- Syntax ---- */

static bool parses(const struct sim_source *source, bool is_part) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    const struct sim_parse_options options = {.is_syntax_only = true, .is_part = is_part};
    struct sim_diagnostics diagnostics;
    struct sim_scenario *scenario = NULL;
    sim_diagnostics_init(&diagnostics, allocator);
    int status = sim_scenario_parse_with(allocator, source, &options, &diagnostics, &scenario);
    sim_scenario_free(scenario);
    sim_diagnostics_term(&diagnostics);
    return status == COG_OK;
}

/* By itself, so that a file can be formatted wherever it is; or, since parameters may stand in
 * files that it includes, with those. Mistakes are shown. */
static int check_syntax(struct formatted *file) {
    bool is_part = sim_is_part_name(file->loaded.path);
    if (parses(&file->own, is_part) || (file->is_standard && parses(&file->own, true))) {
        return EXIT_HELD;
    }
    if (sim_source_include_files(&file->loaded.source, file->root) != COG_OK) {
        complain("%s: out of memory", file->loaded.path);
        return EXIT_ENVIRONMENT;
    }
    return load_syntax(&file->loaded);
}

static int format(struct formatted *file) {
    int code = check_syntax(file);
    if (code == EXIT_HELD &&
        sim_format(cog_allocator_malloc(), &file->own, &file->buffer) != COG_OK) {
        complain("%s: out of memory", file->loaded.path);
        return EXIT_ENVIRONMENT;
    }
    return code;
}

/* ---- What comes of it ---- */

static const char *bytes_of(const struct sim_buffer *buffer) {
    return buffer->bytes != NULL ? buffer->bytes : "";
}

/* As the file has it, its byte order mark included. */
static bool is_formatted(const struct formatted *file) {
    return file->own.text == file->own.block && file->own.length == file->buffer.length &&
           memcmp(file->own.text, bytes_of(&file->buffer), file->buffer.length) == 0;
}

static int show(const struct formatted *file) {
    const char *path = file->loaded.path;
    bool has_mark = file->own.text != file->own.block;
    (void)printf("%s is not formatted%s\n", path,
                 has_mark ? ": it begins with a byte order mark" : "");
    print_diff_start(stdout, path, file->own.text, file->own.length, bytes_of(&file->buffer),
                     file->buffer.length, wants_colour(stdout), DIFF_LINES_MAX);
    return EXIT_NOT_HELD;
}

static int replace(const struct formatted *file) {
    const char *path = file->loaded.path;
    if (replace_file(path, bytes_of(&file->buffer), file->buffer.length) != 0) {
        complain("cannot write %s: %s", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    (void)printf("formatted %s\n", path);
    return EXIT_HELD;
}

static int finish(const struct formatted *file, bool is_check) {
    if (file->is_standard && !is_check) {
        (void)fwrite(bytes_of(&file->buffer), 1, file->buffer.length, stdout);
        return EXIT_HELD;
    }
    if (is_formatted(file)) {
        return EXIT_HELD;
    }
    return is_check ? show(file) : replace(file);
}

/* ---- Reading ---- */

static int complain_of(const struct sim_source *source, int status) {
    complain("%s", status == COG_ENOMEM ? "out of memory" : source->error);
    return status == COG_ELIMIT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
}

/* Reads standard input, which may be a socket and so has no path that opens it. */
static int load_standard(struct loaded *loaded, const struct load_settings *settings) {
    struct sim_buffer text;
    size_t got = 1;
    *loaded = (struct loaded){.path = "<stdin>", .settings = settings};
    sim_diagnostics_init(&loaded->diagnostics, cog_allocator_malloc());
    sim_buffer_init(&text, cog_allocator_malloc());
    while (got > 0 && text.length <= SIM_SOURCE_BYTES_MAX && !text.has_failed) {
        char piece[PIECE_BYTES];
        got = fread(piece, 1, sizeof piece, stdin);
        sim_buffer_add(&text, piece, got);
    }
    int code = EXIT_HELD;
    if (ferror(stdin)) {
        complain("cannot read standard input: %s", strerror(errno));
        code = EXIT_ENVIRONMENT;
    } else {
        int status = text.has_failed
                         ? COG_ENOMEM
                         : sim_source_from_text(&loaded->source, cog_allocator_malloc(),
                                                loaded->path, bytes_of(&text), text.length);
        code = status == COG_OK ? EXIT_HELD : complain_of(&loaded->source, status);
    }
    sim_buffer_term(&text);
    return code;
}

static int load_own(struct formatted *file) {
    const struct sim_source *source = &file->loaded.source;
    size_t bytes = (size_t)(source->text - source->block) + source->length;
    int status = sim_source_from_text(&file->own, cog_allocator_malloc(), file->loaded.path,
                                      source->block, bytes);
    return status == COG_OK ? EXIT_HELD : complain_of(&file->own, status);
}

/* path null: standard input. */
static int format_path(const char *path, const char *root, bool is_check) {
    const struct load_settings settings = {.errors = stderr};
    struct formatted file = {.root = root, .is_standard = path == NULL};
    sim_buffer_init(&file.buffer, cog_allocator_malloc());
    int code = path != NULL ? load_text(&file.loaded, path, &settings)
                            : load_standard(&file.loaded, &settings);
    code = code == EXIT_HELD ? load_own(&file) : code;
    code = code == EXIT_HELD ? format(&file) : code;
    code = code == EXIT_HELD ? finish(&file, is_check) : code;
    sim_buffer_term(&file.buffer);
    sim_source_close(&file.own);
    unload(&file.loaded);
    return code;
}

static int format_paths(char **paths, int count, bool is_check) {
    struct paths found;
    int code = paths_expand(&found, paths, count, NULL, true);
    for (size_t i = 0; i < found.count; i++) {
        code = worse(code, format_path(found.items[i].path, found.items[i].root, is_check));
    }
    paths_free(&found);
    return code;
}

int command_fmt(int argc, char **argv) {
    bool is_check = false;
    const struct option_spec specs[] = {{"--check", OPTION_SWITCH, &is_check}};
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count == 0) {
        complain("fmt: which scenarios? name files or folders, or '-' for standard input");
        return EXIT_BAD_INPUT;
    }
    if (count == 1 && strcmp(argv[0], "-") == 0) {
        return format_path(NULL, ".", is_check);
    }
    return format_paths(argv, count, is_check);
}
