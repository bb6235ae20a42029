/* command_graph.c - cogsim graph: a picture of a run. */
#include "reports/reports.h"
#include "sim/journal.h"
#include "sim/objects.h"
#include "sim/program/options.h"
#include "sim/program/program.h"
#include "sim/program/stall_file.h"
#include "sim/program/traced.h"
#include "sim/run.h"

#include <string.h>

static const char graph_help[] =
    "usage: cogsim graph [OPTION...] SCENARIO|TRACE -o FILE.svg|.png|.pdf|.dot\n"
    "\n"
    "Draws a run: a lane a coroutine, time downwards, arrows for what "
    "caused what, timers beside their\n"
    "lanes, failures in colour. A scenario is run first; a trace "
    "(cogsim run --trace) is drawn as it is.\n"
    "\n"
    "  --from T, --to T\n"
    "                   a stretch of the run only; T is a time as 10ms or an event as '#123'\n"
    "  --around NAME    a coroutine only, and what of others leads there or comes of it\n"
    "  --causes EVENT|failure\n"
    "                   only what an event, as 123, or the first failure came of, back to the "
    "start\n"
    "  --stall          instead of the run, draw why it has stalled: who waits for whom; of a "
    "scenario only\n"
    "  --mark EVENTS    point at events, as 12,30 or 12-15,30-34: by their indexes, which 'cogsim "
    "explore\n"
    "                   --json' tells of the two whose order decides\n" TRACED_SCHEDULE_HELP
        TRACED_HELP "\n"
    "The events are numbered as in the tool tips of an SVG; FILE.svg#event-123 leads to one in a\n"
    "browser.\n"
    "\n"
    "exit codes: 0 drawn; 2 bad input; 3 the environment failed.\n";

enum { MARKS_MAX = 8 };

/* Where the picture goes, and what it shows. */
struct picture {
    const char *path;
    struct rep_graph_mark marks[MARKS_MAX];
    size_t mark_count;
    bool is_stall; /* not the run is drawn but why it stalled */
    struct rep_graph_part part;
    uint32_t concerned[SIM_CONCERNED_MAX]; /* what part points at */
};

/* Keeps whom the first failure is about. */
static void keep_concerned(struct picture *picture, const struct sim_journal *journal) {
    if (journal->failure_count == 0) {
        return;
    }
    const struct sim_failure *failure = &journal->failures[0];
    memcpy(picture->concerned, failure->concerned, sizeof picture->concerned);
    picture->part.concerned = picture->concerned;
    picture->part.concerned_count = failure->concerned_count;
    picture->part.concerned_until_ns = failure->until_ns;
}

static int draw_stall(const struct picture *picture, struct sim_run *run,
                      const struct loaded *loaded, FILE *errors) {
    if (!run->is_stalled) {
        complain_to(errors, "--stall: %s did not stall in this run", loaded->path);
        return EXIT_BAD_INPUT;
    }
    return stall_file_write(run, loaded->scenario, picture->path, errors);
}

/* The look of a picture at its run. */
static int look(void *context, struct sim_run *run, const struct loaded *loaded, FILE *errors) {
    struct picture *picture = context;
    keep_concerned(picture, &run->journal);
    return picture->is_stall ? draw_stall(picture, run, loaded, errors) : EXIT_HELD;
}

/* The index of an event, from 1; 0: there is none. */
static uint64_t read_event(const char **text) {
    uint64_t event = 0;
    while (**text >= '0' && **text <= '9' && event < UINT64_C(1) << 50) {
        event = event * 10 + (uint64_t)(*(*text)++ - '0');
    }
    return event;
}

static bool read_marks(const char *text, struct picture *picture) {
    for (;;) {
        struct rep_graph_mark mark = {.first = read_event(&text)};
        mark.last = mark.first;
        if (*text == '-') {
            text++;
            mark.last = read_event(&text);
        }
        if (mark.first == 0 || mark.last < mark.first || picture->mark_count == MARKS_MAX ||
            (*text != ',' && *text != '\0')) {
            return false;
        }
        picture->marks[picture->mark_count++] = mark;
        if (*text++ == '\0') {
            return true;
        }
    }
}

static int draw(const struct rep_trace *trace, const struct picture *picture, const char *name) {
    struct rep_graph_options options = {
        .marks = picture->marks, .mark_count = picture->mark_count, .part = picture->part};
    struct rep_error error = {.byte_offset = 0};
    int status = rep_graph_write(trace, &options, picture->path, &error);
    if (status != REP_OK) {
        complain("%s: %s", status == REP_ENOPART ? name : picture->path, error.message);
    }
    return code_of_report(status);
}

int command_graph(int argc, char **argv) {
    struct picture picture = {.path = NULL};
    const char *mark_text = NULL;
    struct traced_settings settings = {.look = look, .context = &picture};
    const struct option_spec specs[] = {TRACED_OPTIONS(&settings),
                                        TRACED_SCHEDULE_OPTION(&settings),
                                        {"-o", OPTION_TEXT, &picture.path},
                                        {"--output", OPTION_TEXT, &picture.path},
                                        {"--mark", OPTION_TEXT, &mark_text},
                                        {"--stall", OPTION_SWITCH, &picture.is_stall},
                                        {"--from", OPTION_TEXT, &picture.part.from},
                                        {"--to", OPTION_TEXT, &picture.part.to},
                                        {"--around", OPTION_TEXT, &picture.part.around},
                                        {"--causes", OPTION_TEXT, &picture.part.causes}};
    int count;
    bool is_done;
    int code = read_options(argc, argv, specs, sizeof specs / sizeof specs[0], graph_help, &count,
                            &is_done);
    if (code != EXIT_HELD || is_done) {
        return code;
    }
    if (count != 1) {
        complain("graph: name one scenario or trace");
        return EXIT_BAD_INPUT;
    }
    if (mark_text != NULL && !read_marks(mark_text, &picture)) {
        complain("--mark: '%s' are no events; at most %d are told as 12,30 or 12-15,30-34",
                 mark_text, MARKS_MAX);
        return EXIT_BAD_INPUT;
    }
    if (picture.path == NULL) {
        complain("graph: -o FILE says where to and in which format");
        return EXIT_BAD_INPUT;
    }
    enum content content = CONTENT_SCENARIO;
    if (picture.is_stall && content_of(argv[0], &content) == EXIT_HELD &&
        content == CONTENT_TRACE) {
        complain("--stall: %s is a trace, which tells nothing of that; name the scenario", argv[0]);
        return EXIT_BAD_INPUT;
    }
    struct rep_trace *trace;
    code = traced_load(argv[0], &settings, &trace);
    if (code == EXIT_HELD && !picture.is_stall) {
        code = draw(trace, &picture, argv[0]);
    }
    rep_trace_free(trace);
    return code;
}
