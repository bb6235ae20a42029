/* traced.c - runs a scenario for the sake of its trace, or finds a trace that is there. */
#include "sim/program/traced.h"

#include "sim/program/confined.h"
#include "sim/program/guided.h"
#include "sim/program/interrupt.h"
#include "sim/program/paths.h"
#include "sim/program/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int code_of_report(int status) {
    switch (status) {
    case REP_OK:
        return EXIT_HELD;
    case REP_EFOREIGN:
    case REP_EVERSION:
    case REP_ETRUNCATED:
    case REP_ECORRUPT:
    case REP_EFORMAT:
    case REP_ENOPART:
        return EXIT_BAD_INPUT;
    default:
        return EXIT_ENVIRONMENT;
    }
}

int print_report(int status, char *text) {
    if (status != REP_OK) {
        complain("standard output: %s", rep_status_text(status));
    } else {
        (void)fputs(text, stdout);
    }
    free(text);
    return code_of_report(status);
}

int content_of(const char *path, enum content *content) {
    struct stat status;
    FILE *file = stat(path, &status) == 0 ? fopen(path, "rb") : NULL;
    if (file == NULL || S_ISDIR(status.st_mode)) {
        complain("cannot read %s: %s", path, file == NULL ? strerror(errno) : "it is a folder");
        int code =
            file != NULL || errno == ENOENT || errno == ENOTDIR ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
        if (file != NULL) {
            (void)fclose(file);
        }
        return code;
    }
    static const char database[] = "SQLite format 3"; /* with its NUL */
    char start[sizeof database];
    size_t count = fread(start, 1, sizeof start, file);
    if (count == sizeof start && memcmp(start, database, sizeof start) == 0) {
        *content = CONTENT_STORE;
    } else { /* no text begins so */
        *content = count > 0 && start[0] == '\x89' ? CONTENT_TRACE : CONTENT_SCENARIO;
    }
    (void)fclose(file);
    return EXIT_HELD;
}

/* A run for the sake of its trace. */
struct traced_run {
    struct loaded *loaded;
    const struct traced_settings *settings;
    const char *trace_path;
};

/* place: in a process of its own; null: here. Returns an exit code. */
static int make_trace(const struct traced_run *traced, const struct confined_place *place) {
    struct loaded *loaded = traced->loaded;
    FILE *errors = place != NULL ? place->errors : stderr;
    struct guided guided;
    struct guided_settings guided_settings = {.schedule_path = traced->settings->schedule_path,
                                              .vary = traced->settings->vary,
                                              .is_always_open = traced->settings->is_guided};
    int code = guided_open(&guided, loaded, &guided_settings, errors);
    if (code != EXIT_HELD) {
        guided_close(&guided);
        return code;
    }
    struct sim_run_options options = {.source = &loaded->source,
                                      .trace_path = traced->trace_path,
                                      .guide = guided_guide(&guided),
                                      .witness = place != NULL ? place->witness : NULL};
    struct sim_run *run = NULL;
    struct sim_result result;
    hold_interrupts();
    int status = sim_run_new(&loaded->program, &options, &run);
    const char *temporary = status == COG_OK ? sim_run_temporary_path(run) : NULL;
    remove_on_interrupt(temporary);
    if (place != NULL) {
        (void)snprintf(place->temporary, CONFINED_PATH_BYTES, "%s",
                       temporary != NULL ? temporary : "");
    }
    if (status == COG_OK) {
        status = sim_run_execute(run, &result);
        remove_on_interrupt(traced->trace_path);
    }
    if (status != COG_OK) {
        complain_to(errors, "%s: %s", loaded->path,
                    status == COG_EIO ? strerror(errno) : cog_status_text(status));
        code = EXIT_ENVIRONMENT;
    } else if (!result.ok && !traced->settings->expects_failures) {
        complain_to(errors, "%s: not everything held in this run; cogsim run tells what",
                    loaded->path);
    }
    if (code == EXIT_HELD) {
        guided_tell_drifts(&guided, errors);
    }
    if (code == EXIT_HELD && traced->settings->look != NULL) {
        code = traced->settings->look(traced->settings->context, run, loaded, errors);
    }
    sim_run_free(run);
    guided_close(&guided);
    return code;
}

static int make_trace_confined(void *context, const struct confined_place *place) {
    return make_trace(context, place);
}

/* With C programs in a process of its own: they may crash. */
static int make_trace_apart(struct traced_run *traced) {
    const struct loaded *loaded = traced->loaded;
    struct confined confined;
    if (confined_open(&confined, 0) != COG_OK) {
        complain("%s: %s", loaded->path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int code = confined_do(&confined, make_trace_confined, traced, stdout, stderr);
    if (code == CONFINED_CRASHED) {
        code = confined_tell(&confined, loaded->path, loaded->scenario, false, stdout, stderr);
    } else if (code == EXIT_HELD) {
        remove_on_interrupt(traced->trace_path);
    }
    confined_close(&confined);
    return code;
}

/* Runs a scenario with its trace in a temporary file. */
static int trace_run(struct loaded *loaded, const struct traced_settings *settings,
                     struct traced *traced) {
    const char *folder = getenv("TMPDIR");
    (void)snprintf(traced->own_path, sizeof traced->own_path, "%s/cogsim-XXXXXX",
                   folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int descriptor = mkstemp(traced->own_path);
    if (descriptor < 0) {
        complain("cannot write %s: %s", traced->own_path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    (void)close(descriptor);
    (void)remove(traced->own_path); /* only its name is wanted */
    traced->is_own = true;
    traced->path = traced->own_path;
    struct traced_run run = {
        .loaded = loaded, .settings = settings, .trace_path = traced->own_path};
    return sim_scenario_has_programs(loaded->scenario) ? make_trace_apart(&run)
                                                       : make_trace(&run, NULL);
}

static int trace_scenario(const struct found_path *found, struct traced_settings *settings,
                          struct traced *traced) {
    struct loaded loaded;
    struct load_settings load_settings = {.errors = stderr,
                                          .definitions = settings->definitions.items,
                                          .definition_count = settings->definitions.count};
    int code = load_source(&loaded, found->path, found->root, &load_settings);
    if (code == EXIT_HELD) {
        code = load_row(&loaded, settings->row > 0 ? settings->row - 1 : 0);
    }
    if (code == EXIT_HELD && settings->row == 0 && row_count(&loaded) > 1) {
        complain("%s: the first of %u rows is shown; --row N takes another", found->path,
                 row_count(&loaded));
    }
    for (uint32_t i = 0; code == EXIT_HELD && i < settings->definitions.count; i++) {
        if (!settings->definitions.items[i].is_used) {
            complain("-D %s=%s: %s has no parameter of that name",
                     settings->definitions.items[i].name, settings->definitions.items[i].value,
                     found->path);
            code = EXIT_BAD_INPUT;
        }
    }
    if (code == EXIT_HELD) {
        code = trace_run(&loaded, settings, traced);
    }
    unload(&loaded);
    return code;
}

int traced_open(struct traced *traced, char *path, struct traced_settings *settings) {
    *traced = (struct traced){.path = path, .shown = path};
    enum content content;
    int code = content_of(path, &content);
    if (code != EXIT_HELD) {
        return code;
    }
    if (content == CONTENT_STORE) {
        complain("%s: is a store of campaigns, of which only 'cogsim report' tells", path);
        return EXIT_BAD_INPUT;
    }
    if (content == CONTENT_TRACE && settings->schedule_path != NULL) {
        complain("--schedule: %s is a trace, which went its way already; name the scenario", path);
        return EXIT_BAD_INPUT;
    }
    if (content == CONTENT_TRACE) {
        return EXIT_HELD;
    }
    struct paths paths;
    code = paths_expand(&paths, &path, 1, settings->root, false);
    if (code == EXIT_HELD) {
        code = trace_scenario(&paths.items[0], settings, traced);
    }
    paths_free(&paths);
    return code;
}

void traced_name(const char *path, const struct traced_settings *settings,
                 char name[TRACED_NAME_BYTES]) {
    const char *schedule = settings->schedule_path;
    (void)snprintf(name, TRACED_NAME_BYTES, "%s%s%s", path, schedule != NULL ? " --schedule " : "",
                   schedule != NULL ? schedule : "");
}

void traced_close(struct traced *traced) {
    if (traced->is_own) {
        (void)remove(traced->own_path);
        remove_on_interrupt(NULL);
    }
}

int traced_tell(const struct traced *traced, int status, const struct rep_error *error) {
    complain("%s: %s", traced->shown, error->message);
    if (error->whole_event_count > 0) {
        complain("%s: its first %llu events are whole%s", traced->shown,
                 (unsigned long long)error->whole_event_count,
                 status == REP_OK ? ", and used" : "; --salvage takes them");
    } else if (status == REP_ETRUNCATED || status == REP_ECORRUPT) {
        complain("%s: none of its events is known to be whole: there is nothing to be saved",
                 traced->shown);
    }
    return code_of_report(status);
}

int traced_load(char *path, struct traced_settings *settings, struct rep_trace **trace) {
    struct traced traced;
    struct rep_error error = {.byte_offset = 0};
    *trace = NULL;
    int code = traced_open(&traced, path, settings);
    if (code == EXIT_HELD) {
        int status = settings->salvages ? rep_trace_salvage(traced.path, trace, &error)
                                        : rep_trace_load(traced.path, trace, &error);
        if (status != REP_OK) {
            code = traced_tell(&traced, *trace != NULL ? REP_OK : status, &error);
        }
    }
    traced_close(&traced);
    return code;
}
