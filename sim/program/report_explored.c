/* report_explored.c - a case of the report for each scenario. */
#include "sim/program/report_explored.h"

#include "sim/program/campaign_record.h"
#include "sim/program/output.h"
#include "sim/program/program.h"
#include "sim/program/replace_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 1024 };

/* Is there anybody who wants to know? */
static bool is_told(const struct explore_campaign *campaign) {
    return campaign->settings->junit_path != NULL || campaign->store != NULL;
}

void report_open(struct exploring *exploring) {
    if (!is_told(exploring->campaign)) {
        return;
    }
    FILE *file = open_memstream(&exploring->complaints, &exploring->complaints_bytes);
    exploring->errors = file != NULL ? file : exploring->errors;
}

void report_close(struct exploring *exploring, FILE *errors) {
    if (exploring->errors == errors) {
        return;
    }
    bool is_whole = fclose(exploring->errors) == 0;
    exploring->errors = errors;
    if (is_whole && exploring->complaints != NULL) {
        (void)fwrite(exploring->complaints, 1, exploring->complaints_bytes, errors);
    }
    free(exploring->complaints);
    exploring->complaints = NULL;
}

/* The folder of a file; "." where it has none. */
static void name_folder(const char *path, char folder[NAME_BYTES]) {
    const char *end = strrchr(path, '/');
    size_t length = end != NULL ? (size_t)(end - path) : 1;
    length = length < NAME_BYTES ? length : NAME_BYTES - 1;
    memcpy(folder, end != NULL ? path : ".", length);
    folder[length] = '\0';
}

static bool keep(struct explore_campaign *campaign, const struct junit_case *one) {
    (void)pthread_mutex_lock(&campaign->mutex);
    bool is_kept = junit_add(&campaign->junit, one);
    (void)pthread_mutex_unlock(&campaign->mutex);
    return is_kept;
}

/* "lazy01.scn [limit = 2]: title". */
static void name_case(const struct explored *explored, char name[NAME_BYTES]) {
    const char *slash = strrchr(explored->path, '/');
    const struct sim_scenario *scenario = explored->scenario;
    bool is_row = scenario->row_count > 0;
    (void)snprintf(name, NAME_BYTES, "%s%s%.*s%s: %.*s", slash != NULL ? slash + 1 : explored->path,
                   is_row ? " [" : "", is_row ? (int)scenario->row_text.length : 0,
                   is_row ? scenario->row_text.bytes : "", is_row ? "]" : "",
                   (int)scenario->title.length, scenario->title.bytes);
}

/* The first thing that is said behind the heading. */
static void name_failure(const char *text, char message[NAME_BYTES]) {
    const char *line = strchr(text, '\n');
    line = line != NULL ? line + 1 + strspn(line + 1, " ") : text;
    size_t length = strcspn(line, "\n");
    length = length < NAME_BYTES ? length : NAME_BYTES - 1;
    memcpy(message, line, length);
    message[length] = '\0';
}

static int complain_of_memory(FILE *errors) {
    complain_to(errors, "out of memory");
    return EXIT_ENVIRONMENT;
}

int report_explored(struct exploring *exploring, const struct explored *explored) {
    struct explored plain = *explored;
    char folder[NAME_BYTES];
    char name[NAME_BYTES];
    char message[NAME_BYTES] = "";
    char *text = NULL;
    size_t bytes;
    if (!is_told(exploring->campaign)) {
        return EXIT_HELD;
    }
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL) {
        return complain_of_memory(exploring->errors);
    }
    plain.colour = false;
    output_explored(file, &plain);
    bool is_kept = fclose(file) == 0;
    if (is_kept) {
        remove_colours(text);
        name_failure(text, message);
        record_explored(exploring, explored, message);
    }
    if (is_kept && exploring->settings->junit_path != NULL) {
        name_folder(explored->path, folder);
        name_case(explored, name);
        struct junit_case one = {.suite = folder,
                                 .name = name,
                                 .text = text,
                                 .message = message,
                                 .time_ns = exploring_clock_ns() - exploring->start_ns,
                                 .verdict = explored_is_ok(explored) ? JUNIT_HELD : JUNIT_FAILED,
                                 .piece = exploring->index + 1};
        is_kept = keep(exploring->campaign, &one);
    }
    free(text);
    return is_kept ? EXIT_HELD : complain_of_memory(exploring->errors);
}

int report_known(struct explore_campaign *campaign, const char *path, const char *message,
                 const char *text) {
    char folder[NAME_BYTES];
    const char *slash = strrchr(path, '/');
    if (campaign->settings->junit_path == NULL) {
        return EXIT_HELD;
    }
    name_folder(path, folder);
    struct junit_case one = {.suite = folder,
                             .name = (char *)(slash != NULL ? slash + 1 : path),
                             .text = (char *)text,
                             .message = (char *)(message != NULL ? message : ""),
                             .verdict = message != NULL ? JUNIT_FAILED : JUNIT_HELD};
    return keep(campaign, &one) ? EXIT_HELD : complain_of_memory(stderr);
}

void report_error(struct exploring *exploring, const char *path, uint32_t row) {
    char folder[NAME_BYTES];
    char name[NAME_BYTES];
    char message[NAME_BYTES];
    if (!is_told(exploring->campaign)) {
        return;
    }
    (void)fflush(exploring->errors);
    const char *text = exploring->complaints != NULL ? exploring->complaints : "";
    size_t length = strcspn(text, "\n");
    (void)snprintf(message, sizeof message, "%.*s", length < INT32_MAX ? (int)length : 0, text);
    record_error(exploring, path, row, message, text);
    if (exploring->settings->junit_path == NULL) {
        return;
    }
    name_folder(path, folder);
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    if (row > 0) {
        (void)snprintf(name, sizeof name, "%s row %" PRIu32, file, row + 1);
    } else {
        (void)snprintf(name, sizeof name, "%s", file);
    }
    struct junit_case one = {.suite = folder,
                             .name = name,
                             .text = (char *)text,
                             .message = message,
                             .time_ns = 0,
                             .verdict = JUNIT_ERROR,
                             .piece = exploring->index + 1};
    if (!keep(exploring->campaign, &one)) {
        (void)complain_of_memory(exploring->errors);
    }
}

int report_write(struct explore_campaign *campaign) {
    const struct explore_settings *settings = campaign->settings;
    char seed[24];
    char budget[24];
    if (settings->junit_path == NULL) {
        return EXIT_HELD;
    }
    (void)snprintf(seed, sizeof seed, "%" PRIu64, settings->seed);
    (void)snprintf(budget, sizeof budget, "%" PRIu64, settings->budget);
    const struct junit_property properties[] = {
        {"seed", seed},
        {"strategy", settings->strategy->name},
        {"budget", settings->budget > 0 ? budget : "of each scenario"},
        {NULL, NULL}};
    struct sim_buffer text;
    sim_buffer_init(&text, cog_allocator_malloc());
    junit_format(&campaign->junit, properties, &text);
    int code = EXIT_HELD;
    if (text.has_failed) {
        code = complain_of_memory(stderr);
    } else if (make_file(settings->junit_path, text.bytes, text.length) != 0) {
        complain("cannot write %s: %s", settings->junit_path, strerror(errno));
        code = EXIT_ENVIRONMENT;
    }
    sim_buffer_term(&text);
    return code;
}
