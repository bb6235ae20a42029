/* fuzz_entry.c - libFuzzer's entry for C programs that are hosts: the bytes are the decisions of a
 * run of a scenario. Not part of libcogsim, for it prints and has state: `cogsim_fuzz`.
 *
 * COGSIM_SCENARIO names the scenario (or the macro of that name, at compile time), COGSIM_PROGRAMS
 * the folders of its programs. These are loaded once, so that what they have seen counts over all
 * inputs; before each run their variables are what they were at first. What crashes is left to the
 * fuzzer, what does not hold is told and ends the process. With COGSIM_TELL the way of an input is
 * printed instead, as a schedule for `cogsim replay`.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "sim/cogsim.h"
#include "sim/guide.h"
#include "sim/image.h"
#include "sim/images.h"
#include "sim/language/include_files.h"
#include "sim/objects.h"
#include "sim/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);
int __lsan_is_turned_off(void);

enum { STATEMENTS_MAX = 2000000 };

static struct sim_source source;
static struct sim_diagnostics diagnostics;
static struct sim_scenario *scenario;
static struct sim_program program;
static struct sim_image *images;    /* of each host */
static struct sim_witness *witness; /* shared with the process of tell_way */

__attribute__((noreturn)) static void give_up(const char *what, const char *about) {
    (void)fprintf(stderr, "%s%s\n", what, about);
    exit(3);
}

static void show_findings(void) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_diagnostics_render(&diagnostics, &source, (struct sim_render_options){.colour = false},
                           &buffer);
    (void)fwrite(buffer.bytes, 1, buffer.length, stderr);
    sim_buffer_term(&buffer);
}

/* Programs are cut off wherever they are, and their variables forgotten: what they have allocated
 * is no leak of theirs. */
int __lsan_is_turned_off(void) {
    return 1;
}

static void load(const char *path) {
    const struct cog_allocator *allocator = cog_allocator_malloc();
    struct sim_parse_options options = {.definitions = NULL};
    const char *folders[] = {getenv("COGSIM_PROGRAMS"), NULL};
    sim_diagnostics_init(&diagnostics, allocator);
    if (sim_source_open(&source, allocator, path) != COG_OK) {
        give_up("cannot read ", path);
    }
    (void)sim_source_include_files(&source, ".");
    int status = sim_scenario_parse_with(allocator, &source, &options, &diagnostics, &scenario);
    status =
        status == COG_OK ? sim_program_init(&program, allocator, scenario, &diagnostics) : status;
    status = status == COG_OK ? sim_program_find_images(&program, folders, &diagnostics) : status;
    if (status != COG_OK) {
        show_findings();
        give_up("cannot run ", path);
    }
}

static void load_images(const char *path) {
    images = calloc(scenario->host_count, sizeof images[0]);
    if (images == NULL || !sim_scenario_has_programs(scenario)) {
        give_up("there is no C program in ", path);
    }
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        struct sim_image_problem problem;
        if (scenario->hosts[i].has_program &&
            (sim_image_open(&images[i], program.image_paths[i], &problem) != COG_OK ||
             sim_image_keep(&images[i], cog_allocator_malloc()) != COG_OK)) {
            give_up("cannot load ", program.image_paths[i]);
        }
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const char *path = getenv("COGSIM_SCENARIO");
#ifdef COGSIM_SCENARIO
    path = path != NULL ? path : COGSIM_SCENARIO;
#endif
    if (path == NULL) {
        give_up("COGSIM_SCENARIO names no scenario", "");
    }
    load(path);
    load_images(path);
    void *shared =
        mmap(NULL, sizeof *witness, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        give_up("out of memory", "");
    }
    witness = shared;
    return 0;
}

static void judge(const struct sim_result *result) {
    if (result->ok) {
        return;
    }
    for (size_t i = 0; i < result->journal->failure_count; i++) {
        const struct sim_failure *failure = &result->journal->failures[i];
        (void)fprintf(stderr, "line %" PRIu32 ": %s\n", sim_line_number(failure->line),
                      failure->text);
    }
    abort();
}

static void run_bytes(const uint8_t *bytes, size_t count) {
    struct sim_guide guide;
    unsigned vary =
        scenario->exploration.vary != 0 ? scenario->exploration.vary : (unsigned)SIM_VARY_ORDER;
    struct sim_guide_options guide_options = {
        .vary = vary, .bytes = bytes, .byte_count = count, .witness = witness};
    struct sim_run_options options = {.source = &source,
                                      .guide = &guide,
                                      .images = images,
                                      .witness = witness,
                                      .statement_count_max = STATEMENTS_MAX,
                                      .is_untraced = true};
    struct sim_run *run = NULL;
    struct sim_result result;
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        sim_image_reset(&images[i]);
    }
    if (sim_guide_open(&guide, &program, &guide_options) != COG_OK ||
        sim_run_new(&program, &options, &run) != COG_OK ||
        sim_run_execute(run, &result) != COG_OK) {
        give_up("out of memory", "");
    }
    judge(&result);
    sim_run_free(run);
    sim_guide_close(&guide);
}

/* Runs it in a process of its own, which may crash, and tells the decisions. */
__attribute__((noreturn)) static void tell_way(const uint8_t *bytes, size_t count) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        run_bytes(bytes, count);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        give_up("cannot start a process", "");
    }
    (void)printf("# The way of an input of the fuzzer, %s.\n%.*s",
                 status == 0 ? "which does no harm" : "which does harm",
                 (int)witness->decisive_bytes, witness->decisions);
    (void)fflush(stdout);
    _exit(0); /* the fuzzer would run it once more */
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (getenv("COGSIM_TELL") != NULL) {
        tell_way(bytes, count);
    }
    run_bytes(bytes, count);
    return 0;
}
