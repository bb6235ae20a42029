/* images.c - from the names of programs to files. */
#include "sim/images.h"

#include "sim/image.h"
#include "sim/language/buffer.h"
#include "sim/objects.h"

#include <string.h>
#include <sys/stat.h>

/* A program that is being looked for. */
struct sought {
    const struct sim_host *host;
    struct sim_buffer path; /* where it was looked for last */
};

static bool is_there(struct sought *sought, const char *folder, size_t folder_bytes,
                     const char *ending) {
    struct sim_buffer *path = &sought->path;
    path->length = 0;
    if (sought->host->program.bytes[0] != '/') {
        sim_buffer_add(path, folder, folder_bytes);
        sim_buffer_add_text(path, folder_bytes > 0 && folder[folder_bytes - 1] != '/' ? "/" : "");
    }
    sim_buffer_add(path, sought->host->program.bytes, sought->host->program.length);
    sim_buffer_add_text(path, ending);
    struct stat found;
    return !path->has_failed && stat(path->bytes, &found) == 0 && !S_ISDIR(found.st_mode);
}

/* Looks in a folder, for both names: a shared object comes before a program of the same name. */
static bool is_in(struct sought *sought, const char *folder, size_t folder_bytes) {
    return is_there(sought, folder, folder_bytes, ".so") ||
           is_there(sought, folder, folder_bytes, "");
}

static bool find(struct sought *sought, const char *file, const char *const *folders) {
    const char *slash = strrchr(file, '/');
    bool is_found = is_in(sought, file, slash != NULL ? (size_t)(slash - file) + 1 : 0);
    for (size_t i = 0; !is_found && folders != NULL && folders[i] != NULL; i++) {
        is_found = is_in(sought, folders[i], strlen(folders[i]));
    }
    return is_found;
}

static void tell_missing(const struct sim_host *host, const char *file,
                         struct sim_diagnostics *diagnostics) {
    struct sim_finding *finding =
        sim_diagnostics_error(diagnostics, host->place, "program '%.*s' of host '%s' is not there",
                              (int)host->program.length, host->program.bytes, host->name);
    sim_diagnostics_help(diagnostics, finding,
                         "it is looked for beside %s, then in the folders of COGSIM_PROGRAMS, as "
                         "'%.*s' and with '.so' behind it",
                         file, (int)host->program.length, host->program.bytes);
}

static int find_image(struct sim_program *program, uint32_t index, const char *const *folders,
                      struct sim_diagnostics *diagnostics) {
    const struct sim_host *host = &program->scenario->hosts[index];
    const char *file = sim_scenario_file_name(program->scenario, host->place.line);
    struct sought sought = {.host = host};
    sim_buffer_init(&sought.path, program->arena.allocator);
    int status = COG_OK;
    struct sim_image_problem problem;
    if (!find(&sought, file, folders)) {
        tell_missing(host, file, diagnostics);
        status = COG_EINVALID;
    } else if (sim_image_check(sought.path.bytes, &problem) != COG_OK) {
        struct sim_finding *finding =
            sim_diagnostics_error(diagnostics, host->place, "program %s of host '%s' %s",
                                  sought.path.bytes, host->name, problem.what);
        sim_diagnostics_help(diagnostics, finding, "%s", problem.help);
        status = COG_EINVALID;
    } else {
        char *copy = sim_arena_allocate(&program->arena, sought.path.length + 1);
        if (copy != NULL) {
            memcpy(copy, sought.path.bytes, sought.path.length + 1);
        }
        program->image_paths[index] = copy;
    }
    bool has_failed = sought.path.has_failed || program->arena.has_failed;
    sim_buffer_term(&sought.path);
    return has_failed ? COG_ENOMEM : status;
}

int sim_program_find_images(struct sim_program *program, const char *const *folders,
                            struct sim_diagnostics *diagnostics) {
    uint32_t count = program->scenario->host_count;
    if (!sim_scenario_has_programs(program->scenario)) {
        return COG_OK;
    }
    program->image_paths =
        sim_arena_allocate(&program->arena, count * sizeof program->image_paths[0]);
    int status = program->image_paths != NULL ? COG_OK : COG_ENOMEM;
    for (uint32_t i = 0; i < count && status != COG_ENOMEM; i++) {
        if (program->scenario->hosts[i].has_program) {
            int found = find_image(program, i, folders, diagnostics);
            status = found != COG_OK ? found : status;
        }
    }
    sim_diagnostics_sort(diagnostics);
    return status;
}
