/* guided.c - opens schedules and tells where they did not fit. */
#include "sim/program/guided.h"

#include "sim/program/program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEDULE_BYTES_MAX = 64 << 20 };

unsigned guided_vary(const struct sim_scenario *scenario) {
    return scenario->exploration.vary != 0 ? scenario->exploration.vary : SIM_VARY_ORDER;
}

static const struct {
    const char *name;
    unsigned bit;
} kinds[] = {{"arrivals", SIM_VARY_ARRIVALS},
             {"order", SIM_VARY_ORDER},
             {"time", SIM_VARY_TIME},
             {"size", SIM_VARY_SIZE},
             {"faults", SIM_VARY_FAULTS}};

bool guided_read_vary(const char *text, unsigned *vary) {
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        unsigned bit = 0;
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, text, length) == 0) {
                bit = kinds[i].bit;
            }
        }
        if (bit == 0) {
            return false;
        }
        *vary |= bit;
        text += length + (text[length] == ',' ? 1 : 0);
    }
    return true;
}

void guided_add_vary(unsigned vary, struct sim_buffer *text) {
    const char *between = "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((vary & kinds[i].bit) != 0) {
            sim_buffer_add_format(text, "%s%s", between, kinds[i].name);
            between = ",";
        }
    }
}

/* All of a file; null with errno set. */
static char *read_file(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(SCHEDULE_BYTES_MAX) : NULL;
    if (text == NULL) {
        if (file != NULL) {
            (void)fclose(file);
        }
        return NULL;
    }
    *bytes = fread(text, 1, SCHEDULE_BYTES_MAX, file);
    bool has_failed = ferror(file) != 0;
    int error_number = errno;
    (void)fclose(file);
    if (has_failed || *bytes == SCHEDULE_BYTES_MAX) {
        free(text);
        errno = has_failed ? error_number : EFBIG;
        return NULL;
    }
    return text;
}

static int complain_of_line(const char *path, uint32_t line, FILE *errors) {
    complain_to(errors,
                "%s:%" PRIu32 ": this is no line of a schedule; one names what was decided and "
                "what was chosen, as in 'left: set counter'",
                path, sim_line_number(line));
    return EXIT_BAD_INPUT;
}

static int read_schedule(struct guided *guided, const struct guided_settings *settings,
                         FILE *errors) {
    const struct sim_scenario *scenario = guided->loaded->scenario;
    uint32_t line = 0;
    if (settings->schedule_path == NULL) {
        int status = sim_schedule_of_scenario(&guided->schedule, scenario, &line);
        return status == COG_OK ? EXIT_HELD
               : status == COG_EINVALID
                   ? complain_of_line(sim_scenario_file_name(scenario, line), line, errors)
                   : EXIT_ENVIRONMENT;
    }
    size_t bytes = 0;
    char *text = read_file(settings->schedule_path, &bytes);
    if (text == NULL) {
        complain_to(errors, "cannot read %s: %s", settings->schedule_path, strerror(errno));
        return errno == ENOENT ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    int status = sim_schedule_read(&guided->schedule, text, bytes, &line);
    free(text);
    return status == COG_OK         ? EXIT_HELD
           : status == COG_EINVALID ? complain_of_line(settings->schedule_path, line, errors)
                                    : EXIT_ENVIRONMENT;
}

int guided_open(struct guided *guided, struct loaded *loaded,
                const struct guided_settings *settings, FILE *errors) {
    *guided = (struct guided){.schedule_path = settings->schedule_path, .loaded = loaded};
    sim_schedule_init(&guided->schedule, cog_allocator_malloc());
    if (settings->schedule_path == NULL && !loaded->scenario->has_schedule &&
        !settings->is_always_open) {
        return EXIT_HELD;
    }
    bool is_random = settings->then_text != NULL && strcmp(settings->then_text, "random") == 0;
    if (settings->then_text != NULL && !is_random &&
        strcmp(settings->then_text, "canonical") != 0) {
        complain_to(errors, "--then: '%s' is neither canonical nor random", settings->then_text);
        return EXIT_BAD_INPUT;
    }
    int code = read_schedule(guided, settings, errors);
    if (code != EXIT_HELD) {
        return code;
    }
    unsigned vary = settings->vary != 0 ? settings->vary : guided_vary(loaded->scenario);
    struct sim_guide_options options = {.vary = vary,
                                        .follow = &guided->schedule,
                                        .is_random_after = is_random,
                                        .seed = settings->seed};
    guided->is_open = true;
    if (sim_guide_open(&guided->guide, &loaded->program, &options) != COG_OK) {
        complain_to(errors, "%s: out of memory", loaded->path);
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

void guided_close(struct guided *guided) {
    if (guided->is_open) {
        sim_guide_close(&guided->guide);
    }
    sim_schedule_term(&guided->schedule);
}

struct sim_guide *guided_guide(struct guided *guided) {
    return guided->is_open ? &guided->guide : NULL;
}

void guided_tell_drifts(const struct guided *guided, FILE *errors) {
    uint32_t count = guided->is_open ? guided->guide.drift_count : 0;
    for (uint32_t i = 0; i < count && i < SIM_DRIFTS_MAX; i++) {
        const struct sim_drift *drift = &guided->guide.drifts[i];
        uint32_t line = guided->schedule.entries[drift->entry].line;
        const char *path = guided->schedule_path != NULL
                               ? guided->schedule_path
                               : sim_scenario_file_name(guided->loaded->scenario, line);
        (void)fprintf(errors, "%s:%" PRIu32 ": warning: the schedule does not fit: %s\n", path,
                      sim_line_number(line), drift->text);
    }
}
