/* command_fmt.c - cogsim fmt: puts scenario files into their one layout. */
#include "sim/language/formatter.h"
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

/* Formats a source that was read. Returns an exit code; mistakes are shown. */
static int format(struct loaded *loaded, struct sim_buffer *buffer) {
    int code = load_syntax(loaded);
    if (code != EXIT_HELD) {
        return code;
    }
    if (sim_format(cog_allocator_malloc(), &loaded->source, buffer) != COG_OK) {
        complain("%s: out of memory", loaded->path);
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

/* As the file has it, its byte order mark included. */
static bool is_formatted(const struct sim_source *source, const struct sim_buffer *buffer) {
    return source->text == source->block && source->length == buffer->length &&
           (buffer->length == 0 || memcmp(source->text, buffer->bytes, buffer->length) == 0);
}

static int check(const struct loaded *loaded, const struct sim_buffer *buffer) {
    (void)printf("%s is not formatted\n", loaded->path);
    print_diff(stdout, loaded->path, loaded->source.text, loaded->source.length,
               buffer->bytes != NULL ? buffer->bytes : "", buffer->length, wants_colour(stdout));
    return EXIT_NOT_HELD;
}

static int replace(const struct loaded *loaded, const struct sim_buffer *buffer) {
    if (replace_file(loaded->path, buffer->bytes != NULL ? buffer->bytes : "", buffer->length) !=
        0) {
        complain("cannot write %s: %s", loaded->path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    (void)printf("formatted %s\n", loaded->path);
    return EXIT_HELD;
}

static int format_path(const char *path, bool is_check) {
    static const struct load_settings no_settings = {.errors = NULL};
    struct load_settings settings = no_settings;
    struct loaded loaded;
    struct sim_buffer buffer;
    bool is_standard = strcmp(path, "-") == 0;
    settings.errors = stderr;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    int code = load_text(&loaded, is_standard ? "/dev/stdin" : path, &settings);
    if (code == EXIT_HELD) {
        code = format(&loaded, &buffer);
    }
    if (code == EXIT_HELD && is_standard && !is_check) {
        (void)fwrite(buffer.bytes != NULL ? buffer.bytes : "", 1, buffer.length, stdout);
    } else if (code == EXIT_HELD && !is_formatted(&loaded.source, &buffer)) {
        code = is_check ? check(&loaded, &buffer) : replace(&loaded, &buffer);
    }
    sim_buffer_term(&buffer);
    unload(&loaded);
    return code;
}

static int format_paths(char **paths, int count, bool is_check) {
    struct paths found;
    int code = paths_expand(&found, paths, count, NULL, true);
    for (size_t i = 0; i < found.count; i++) {
        code = worse(code, format_path(found.items[i].path, is_check));
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
        return format_path("-", is_check);
    }
    return format_paths(argv, count, is_check);
}
