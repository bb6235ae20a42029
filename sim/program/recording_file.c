/* recording_file.c - opens a recording, or says why not. */
#include "sim/program/recording_file.h"

#include "sim/program/program.h"

#include <unistd.h>

int recording_open(struct sim_recording *recording, const char *path) {
    int status = sim_recording_open(recording, cog_allocator_malloc(), path);
    if (status == COG_OK) {
        return EXIT_HELD;
    }
    complain("%s: %s", path,
             recording->error[0] != '\0' ? recording->error : cog_status_text(status));
    bool is_missing = status == COG_EIO && access(path, F_OK) != 0;
    bool is_bad = is_missing || (status != COG_EIO && status != COG_ENOMEM);
    return is_bad ? EXIT_BAD_INPUT : EXIT_ENVIRONMENT;
}
