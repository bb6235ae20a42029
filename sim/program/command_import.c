/* command_import.c - cogsim import: a scenario of a recording. */
#include "sim/import.h"
#include "sim/language/formatter.h"
#include "sim/program/options.h"
#include "sim/program/program.h"
#include "sim/program/recording_file.h"
#include "sim/program/replace_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char help[] =
    "usage: cogsim import RECORDING --program NAME --port N [-o FILE.scn]\n"
    "\n"
    "Makes a scenario of what a C program was told in production (core/recorder.h): the program is "
    "a "
    "host,\n"
    "each connection that it accepted a coroutine, which sends the same bytes at the same times. "
    "Then\n"
    "'cogsim explore' lets orders and latencies vary around what has happened. To -o FILE, or to "
    "standard\n"
    "output.\n"
    "\n"
    "  --program NAME   the program, as 'host server program' is to name it\n"
    "  --port N         where it listens\n"
    "\n"
    "exit codes: 0 written; 2 bad input; 3 the environment failed.\n";

static int write_scenario(const struct sim_buffer *text, const char *path) {
    if (path == NULL) {
        (void)fwrite(text->bytes, 1, text->length, stdout);
        return finish_output(EXIT_HELD);
    }
    if (make_file(path, text->bytes, text->length) != 0) {
        complain("cannot write %s: %s", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

/* In the one layout. */
static int write_formatted(const struct sim_buffer *text, const char *path) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_source source;
    struct sim_buffer formatted;
    int status =
        sim_source_from_text(&source, allocator, "imported.scn", text->bytes, text->length);
    sim_buffer_init(&formatted, allocator);
    if (status == COG_OK) {
        status = sim_format(allocator, &source, &formatted);
        sim_source_close(&source);
    }
    int code = status == COG_OK ? write_scenario(&formatted, path) : EXIT_ENVIRONMENT;
    if (status != COG_OK) {
        complain("%s", cog_status_text(status));
    }
    sim_buffer_term(&formatted);
    return code;
}

static int import(const char *path, const struct sim_recording *recording,
                  const struct sim_import_options *options, const char *output) {
    struct sim_buffer text;
    char error[SIM_IMPORT_ERROR_BYTES];
    sim_buffer_init(&text, cog_allocator_malloc());
    int status = sim_import(recording, options, &text, error);
    int code = EXIT_HELD;
    if (status == COG_OK) {
        code = write_formatted(&text, output);
    } else {
        complain("%s: %s", path, error[0] != '\0' ? error : cog_status_text(status));
        code = status == COG_ENOMEM ? EXIT_ENVIRONMENT : EXIT_BAD_INPUT;
    }
    sim_buffer_term(&text);
    return code;
}

int command_import(int argc, char **argv) {
    struct sim_import_options options = {.program = NULL};
    const char *output = NULL;
    uint64_t port = 0;
    const struct option_spec specs[] = {{"-o", OPTION_TEXT, &output},
                                        {"--output", OPTION_TEXT, &output},
                                        {"--program", OPTION_TEXT, &options.program},
                                        {"--port", OPTION_NUMBER, &port}};
    int count;
    bool is_done;
    int code =
        read_options(argc, argv, specs, sizeof specs / sizeof specs[0], help, &count, &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1 || options.program == NULL || port == 0 || port > UINT16_MAX) {
        complain("import: name one recording, its --program, and the --port on which that listens, "
                 "from 1 to 65535");
        return EXIT_BAD_INPUT;
    }
    const char *slash = strrchr(argv[0], '/');
    options.recording = slash != NULL ? slash + 1 : argv[0];
    options.port = (uint16_t)port;
    struct sim_recording recording;
    code = recording_open(&recording, argv[0]);
    if (code == EXIT_HELD) {
        code = import(argv[0], &recording, &options, output);
        sim_recording_close(&recording);
    }
    return code;
}
