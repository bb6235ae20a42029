/* player.h - runs a program on a recording: its scheduler is told by proactor and clock what was
 * told to it then, and so does the same again, event for event; until it does something else.
 *
 *     recording:  options, clock, submit listen, submit accept, run, clock, complete accept, ...
 *     program:             clock  submit listen  submit accept  run  clock  ...
 *
 * Time is that of the recording; nothing is waited for.
 */
#ifndef SIM_PLAYER_H
#define SIM_PLAYER_H

#include "sim/image.h"
#include "sim/recording.h"

struct sim_player_options {
    const struct cog_allocator *allocator; /* null: malloc */
    const struct sim_recording *recording;
    const char *program_path; /* a shared object with cog_main (image.h) */
    sim_image_main main;      /* in place of one; null: that */
    const char *trace_path;   /* the trace of the run goes there; null: none is made */
    /* What the program notes (cog_note); may be null. */
    void (*noted)(void *context, int64_t time_ns, const char *coroutine, const char *text);
    void *context;
};

struct sim_played {
    uint64_t event_count; /* that were followed */
    uint64_t submit_count;
    int64_t duration_ns; /* from the first time that was told to the last */
    bool has_departed;
    char departure[768]; /* what was recorded and what came instead, two lines */
    bool is_whole;       /* the program has come to its end where the recording does */
    int status;          /* what it came to then */
    uint64_t trace_hash;
};

/* COG_OK, also where the program departs; COG_ENOMEM; COG_EINVALID: the program cannot be loaded
 * or does not start, the recording holds no bytes; COG_ECORRUPT: the recording makes no sense;
 * COG_EIO: the trace cannot be written (errno tells). played->departure tells more of failures. */
int sim_play(const struct sim_player_options *options, struct sim_played *played);

#endif
