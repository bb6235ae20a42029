/* corpus.c - runs the known failures of a folder, tidies it, and adds to it. */
#include "sim/program/corpus.h"

#include "sim/program/campaign_record.h"
#include "sim/program/guided.h"
#include "sim/program/output.h"
#include "sim/program/program.h"
#include "sim/program/replace_file.h"
#include "sim/program/report_explored.h"
#include "sim/program/stop.h"
#include "sim/signature.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- What is known ---- */

static const struct known_failure *find_known(const struct corpus *corpus, uint64_t signature) {
    for (size_t i = 0; i < corpus->count; i++) {
        if (corpus->items[i].signature == signature) {
            return &corpus->items[i];
        }
    }
    return NULL;
}

static bool note_known(struct corpus *corpus, const struct known_failure *known) {
    if (corpus->count == corpus->capacity) {
        size_t capacity = corpus->capacity == 0 ? 64 : corpus->capacity * 2;
        struct known_failure *grown = realloc(corpus->items, capacity * sizeof grown[0]);
        if (grown == NULL) {
            return false;
        }
        corpus->items = grown;
        corpus->capacity = capacity;
    }
    corpus->items[corpus->count++] = *known;
    return true;
}

void corpus_free(struct corpus *corpus) {
    free(corpus->items);
    *corpus = (struct corpus){.items = NULL};
}

/* ---- Names ---- */

/* One of the folder while it is run. */
struct entry {
    struct explore_campaign *campaign;
    const char *name; /* without its ending */
    char path[EXPLORING_PATH_BYTES];
    char schedule_path[EXPLORING_PATH_BYTES];
    char origin[EXPLORING_PATH_BYTES]; /* the scenario as it was; empty: not known */
    const char *root;                  /* of that */
    uint32_t row;
    bool is_of_origin; /* that is what is run */
    uint64_t signature;
    struct sim_buffer words; /* of the failure; empty: none */
    struct sim_buffer text;  /* what the failure says */
};

static bool name_file(char path[EXPLORING_PATH_BYTES], const char *folder, const char *name,
                      const char *ending) {
    int bytes = snprintf(path, EXPLORING_PATH_BYTES, "%s/%s%s", folder, name, ending);
    return bytes > 0 && bytes < EXPLORING_PATH_BYTES;
}

/* "# of row 2 of scenarios/a.scn", the first line of a schedule that is kept. */
static void read_origin(struct entry *entry) {
    char line[EXPLORING_PATH_BYTES + 64];
    FILE *file = fopen(entry->schedule_path, "rb");
    entry->origin[0] = '\0';
    if (file == NULL) {
        return;
    }
    unsigned row = 0;
    int start = 0;
    if (fgets(line, sizeof line, file) != NULL &&
        sscanf(line, "# of row %u of %n", &row, &start) == 1 && start > 0 && row > 0) {
        size_t length = strcspn(line + start, "\n");
        if (length < sizeof entry->origin) {
            memcpy(entry->origin, line + start, length);
            entry->origin[length] = '\0';
            entry->row = row - 1;
        }
    }
    (void)fclose(file);
}

/* The scenario as it was is run only where it is one of those to be explored. */
static void find_origin(struct entry *entry) {
    const struct paths *paths = entry->campaign->paths;
    read_origin(entry);
    for (size_t i = 0; entry->origin[0] != '\0' && i < paths->count; i++) {
        if (strcmp(paths->items[i].path, entry->origin) == 0) {
            entry->root = paths->items[i].root;
            entry->is_of_origin = true;
        }
    }
}

/* ---- Running one ---- */

static int run_guided(struct entry *entry, struct loaded *loaded, struct guided *guided) {
    const struct explore_settings *settings = entry->campaign->settings;
    struct sim_run_options options = {.source = &loaded->source,
                                      .guide = guided_guide(guided),
                                      .statement_count_max = settings->statement_count_max,
                                      .memory_bytes = settings->memory_bytes};
    struct sim_run *run = NULL;
    struct sim_result result;
    int status = sim_run_new(&loaded->program, &options, &run);
    status = status == COG_OK ? sim_run_execute(run, &result) : status;
    if (status == COG_OK && !result.ok) {
        char *text = NULL;
        size_t bytes = 0;
        entry->signature = sim_signature(result.journal);
        sim_signature_text(result.journal, &entry->words);
        FILE *file = open_memstream(&text, &bytes);
        if (file != NULL) {
            output_failures(file, loaded->path, loaded->scenario, result.journal, NULL);
            (void)fclose(file);
            sim_buffer_add(&entry->text, text, bytes);
        }
        free(text);
        if (entry->words.length == 0) {
            sim_buffer_add_text(&entry->words, "it does not hold");
        }
    }
    sim_run_free(run);
    if (status != COG_OK) {
        complain("%s: out of memory (--memory sets how much a scenario may take)", loaded->path);
    }
    return status == COG_OK ? EXIT_HELD : EXIT_ENVIRONMENT;
}

static int run_loaded(struct entry *entry, struct loaded *loaded) {
    struct guided_settings settings = {.schedule_path =
                                           entry->is_of_origin ? entry->schedule_path : NULL};
    struct guided guided;
    int code = guided_open(&guided, loaded, &settings, stderr);
    code = code == EXIT_HELD ? run_guided(entry, loaded, &guided) : code;
    guided_close(&guided);
    return code;
}

static int run_entry(struct entry *entry) {
    struct load_settings settings = {.errors = stderr};
    struct loaded loaded;
    const char *path = entry->is_of_origin ? entry->origin : entry->path;
    const char *root = entry->is_of_origin ? entry->root : entry->campaign->settings->corpus_path;
    int code = load_source(&loaded, path, root, &settings);
    code = code == EXIT_HELD ? load_row(&loaded, 0) : code;
    if (code == EXIT_HELD && entry->is_of_origin && entry->row > 0 &&
        entry->row < row_count(&loaded)) {
        code = load_row(&loaded, entry->row);
    }
    code = code == EXIT_HELD ? run_loaded(entry, &loaded) : code;
    unload(&loaded);
    return code;
}

/* ---- Tidying ---- */

static bool move_to(const struct entry *entry, const char *from, const char *ending) {
    char folder[EXPLORING_PATH_BYTES];
    char to[EXPLORING_PATH_BYTES];
    bool is_named = name_file(folder, entry->campaign->settings->corpus_path, "mended", "") &&
                    name_file(to, folder, entry->name, ending);
    if (is_named) {
        (void)mkdir(folder, 0777);
    }
    return is_named && (rename(from, to) == 0 || errno == ENOENT);
}

static int put_aside(const struct entry *entry, bool is_double) {
    if (!entry->campaign->settings->tidies) {
        return EXIT_HELD;
    }
    bool is_done = is_double ? unlink(entry->path) == 0 &&
                                   (unlink(entry->schedule_path) == 0 || errno == ENOENT)
                             : move_to(entry, entry->path, ".scn") &&
                                   move_to(entry, entry->schedule_path, ".schedule");
    if (!is_done) {
        complain("cannot tidy away %s: %s", entry->path, strerror(errno));
    }
    return is_done ? EXIT_HELD : EXIT_ENVIRONMENT;
}

/* ---- Telling ---- */

static bool print_entry_json(const struct entry *entry, const char *state) {
    char signature[24];
    (void)snprintf(signature, sizeof signature, "%016" PRIx64, entry->signature);
    json_t *object =
        json_pack("{s:s,s:s,s:b,s:s*,s:s*,s:s*}", "known", entry->path, "state", state, "ok",
                  entry->words.length == 0, "signature", entry->words.length > 0 ? signature : NULL,
                  "failure", entry->words.length > 0 ? entry->words.bytes : NULL, "file",
                  entry->is_of_origin ? entry->origin : NULL);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text != NULL) {
        (void)printf("%s\n", text);
    }
    free(text);
    json_decref(object);
    return text != NULL;
}

static int print_entry(const struct entry *entry, const char *state, const char *detail) {
    if (entry->campaign->settings->json) {
        return print_entry_json(entry, state) ? EXIT_HELD : EXIT_ENVIRONMENT;
    }
    (void)printf("%-6s %s%s%s: %s\n", state, entry->path, entry->is_of_origin ? ", of " : "",
                 entry->is_of_origin ? entry->origin : "", detail);
    return EXIT_HELD;
}

static int tell_mended(struct entry *entry) {
    bool tidies = entry->campaign->settings->tidies;
    record_known(entry->campaign, entry->path, "mended", "it no longer fails");
    int code = print_entry(entry, "mended",
                           tidies ? "it no longer fails, and lies in mended/ from now on"
                                  : "it no longer fails; --tidy puts it aside");
    code = worse(code, report_known(entry->campaign, entry->path, NULL, "it no longer fails"));
    return worse(code, put_aside(entry, false));
}

static int tell_double(struct entry *entry) {
    bool tidies = entry->campaign->settings->tidies;
    int code = print_entry(entry, "double",
                           tidies ? "it fails as one before it does, and has been removed"
                                  : "it fails as one before it does; --tidy removes it");
    return worse(code, put_aside(entry, true));
}

static int tell_failing(struct entry *entry) {
    struct known_failure known = {.signature = entry->signature, .is_of_folder = true};
    int code = worse(EXIT_NOT_HELD, print_entry(entry, "known", entry->words.bytes));
    record_known(entry->campaign, entry->path, "known", entry->words.bytes);
    code = worse(code, report_known(entry->campaign, entry->path, entry->words.bytes,
                                    entry->text.bytes != NULL ? entry->text.bytes : ""));
    if (!note_known(&entry->campaign->corpus, &known)) {
        complain("out of memory");
        return EXIT_ENVIRONMENT;
    }
    return code;
}

/* It is known by its name, too: what is left of a scenario may word its check in another way. */
static int note_name(struct entry *entry) {
    char *end = NULL;
    struct known_failure known = {.signature = strtoull(entry->name, &end, 16),
                                  .is_of_folder = true};
    bool is_signature = strlen(entry->name) == 16 && *end == '\0';
    return !is_signature || known.signature == entry->signature ||
                   note_known(&entry->campaign->corpus, &known)
               ? EXIT_HELD
               : EXIT_ENVIRONMENT;
}

static int do_entry(struct entry *entry) {
    find_origin(entry);
    int code = run_entry(entry);
    if (code != EXIT_HELD) {
        return code;
    }
    if (entry->words.length == 0) {
        return tell_mended(entry);
    }
    if (find_known(&entry->campaign->corpus, entry->signature) != NULL) {
        return tell_double(entry);
    }
    code = tell_failing(entry);
    return worse(code, note_name(entry));
}

static int do_name(struct explore_campaign *campaign, char *name) {
    struct entry entry = {.campaign = campaign, .name = name};
    const char *folder = campaign->settings->corpus_path;
    name[strlen(name) - strlen(".scn")] = '\0';
    if (!name_file(entry.path, folder, name, ".scn") ||
        !name_file(entry.schedule_path, folder, name, ".schedule")) {
        complain("%s/%s.scn: the name is too long", folder, name);
        return EXIT_BAD_INPUT;
    }
    sim_buffer_init(&entry.words, cog_allocator_malloc());
    sim_buffer_init(&entry.text, cog_allocator_malloc());
    int code = do_entry(&entry);
    sim_buffer_term(&entry.words);
    sim_buffer_term(&entry.text);
    return code;
}

/* ---- The folder ---- */

static int is_scenario(const struct dirent *found) {
    size_t length = strlen(found->d_name);
    return length > 4 && found->d_name[0] != '.' && strcmp(found->d_name + length - 4, ".scn") == 0;
}

static int compare(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

int corpus_run(struct explore_campaign *campaign) {
    const char *folder = campaign->settings->corpus_path;
    struct dirent **found = NULL;
    if (folder == NULL) {
        return EXIT_HELD;
    }
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        complain("cannot make the folder %s: %s", folder, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int count = scandir(folder, &found, is_scenario, compare);
    if (count < 0) {
        complain("cannot read the folder %s: %s", folder, strerror(errno));
        return errno == ENOTDIR ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
    }
    int code = EXIT_HELD;
    for (int i = 0; i < count; i++) {
        if (stop_signal() == 0) {
            code = worse(code, do_name(campaign, found[i]->d_name));
        }
        free(found[i]);
    }
    free(found);
    return code;
}

/* ---- A new one ---- */

static int write_kept(struct exploring *exploring, const char *ending,
                      const struct sim_buffer *text) {
    char name[24];
    char path[EXPLORING_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%016" PRIx64, exploring->shrunk.signature);
    if (!name_file(path, exploring->settings->corpus_path, name, ending) || text->has_failed ||
        make_file(path, text->bytes, text->length) != 0) {
        complain_to(exploring->errors, "cannot write %s: %s", path, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    return EXIT_HELD;
}

/* A way in which only the scenario itself is gone, without what the command line says of it. */
static bool is_plain(const struct exploring *exploring) {
    return exploring->settings->definitions.count == 0 && exploring->settings->vary == 0;
}

static int write_all(struct exploring *exploring, const struct sim_schedule *schedule) {
    int code = write_kept(exploring, ".scn", &exploring->shrunk.scenario);
    if (code == EXIT_HELD && is_plain(exploring)) {
        struct sim_buffer text;
        sim_buffer_init(&text, cog_allocator_malloc());
        sim_buffer_add_format(&text, "# of row %" PRIu32 " of %s\n",
                              exploring->loaded.scenario->row + 1, exploring->loaded.path);
        sim_schedule_write(schedule, 0, &text);
        code = write_kept(exploring, ".schedule", &text);
        sim_buffer_term(&text);
    }
    return code;
}

/* Of several with one signature that of the first scenario is kept, whoever comes first. */
int corpus_keep(struct exploring *exploring, const struct sim_schedule *schedule) {
    struct explore_campaign *campaign = exploring->campaign;
    struct corpus *corpus = &campaign->corpus;
    int code = EXIT_HELD;
    if (exploring->settings->corpus_path == NULL || !exploring->has_shrunk) {
        return EXIT_HELD;
    }
    if (!exploring->shrunk.has_scenario) {
        complain_to(exploring->errors,
                    "%s: what is left of it cannot be told in one file: --corpus does not keep it",
                    exploring->loaded.path);
        return EXIT_HELD;
    }
    struct known_failure now = {.signature = exploring->shrunk.signature,
                                .index = exploring->index};
    (void)pthread_mutex_lock(&campaign->mutex);
    struct known_failure *known = (struct known_failure *)find_known(corpus, now.signature);
    if (known == NULL || (!known->is_of_folder && known->index > now.index)) {
        code = write_all(exploring, schedule);
        if (known != NULL) {
            *known = now;
        } else if (!note_known(corpus, &now)) {
            complain_to(exploring->errors, "out of memory");
            code = EXIT_ENVIRONMENT;
        }
    }
    (void)pthread_mutex_unlock(&campaign->mutex);
    return code;
}
