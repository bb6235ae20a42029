/* guest.h - what a host's C program does in a world. Internal to sim/.
 *
 * The program's coroutines are *guests*: the scheduler of their host runs them, on the simulated
 * proactor and clock, and the observer sees them. Each has an instance, by which the log, the stall
 * and the schedules know it; these stand in a list of their own, run->guests, for they have no
 * statements. Who makes a guest is the guest that runs, or the host itself (`cog_main`), which has
 * an instance too: so guests are named as `server/echo`.
 *
 * Guests run in the background of a scenario's coroutines. Where a scenario has none (in the
 * foreground), the run is the guests': it ends when all have ended, or nothing can happen any more;
 * then those that wait for a connection, or for their mailbox, are services at rest.
 *
 * What the step of a guest touches: memory as far as it is declared (cog_touch), what the program's
 * coroutines share to wait on as a whole, and of the network what anybody touches.
 */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "sim/image.h"
#include "sim/run.h"

struct sim_guest_host {
    struct sim_run_host *host;
    struct sim_image image;
    struct cog_observer next;     /* the tracer's, or nobody */
    struct sim_instance *main;    /* stands for the host */
    struct sim_instance *running; /* the guest resumed last, or main */
    bool has_declared;            /* some memory: what is not declared is not shared */
    struct sim_coroutine *source; /* of its instances: without statements */
};

/* Objects of a host with a program, from objects->guests on. */
enum {
    SIM_GUEST_SYNC,   /* its queues, signals, channels, pipes, ends */
    SIM_GUEST_MEMORY, /* what is not declared, and what is not the image's */
    SIM_GUEST_SLOTS,  /* of the image, by address; several places may share one */
    SIM_GUEST_SLOT_COUNT = 1024,
    SIM_GUEST_OBJECTS = SIM_GUEST_SLOTS + SIM_GUEST_SLOT_COUNT,
};

/* Loads the program of a host, before its scheduler is made, and gives what is to observe that.
 * COG_OK; COG_ENOMEM; COG_EINVALID, and the run fails. */
int sim_guest_open(struct sim_run *run, struct sim_run_host *host, struct cog_observer *observer);
void sim_guest_close(struct sim_run_host *host);

/* Calls the `cog_main`s. */
void sim_guests_start(struct sim_run *run);

/* The instance of a coroutine that is a guest; null: it is none. */
struct sim_instance *sim_guest_of(const struct sim_run *run, const struct cog_coro *coro);

/* The run is over: no guest runs any more. */
void sim_guests_stop(const struct sim_run *run);

/* The run has stalled: do only services wait, in a run that is the guests'? */
bool sim_guests_rest(const struct sim_run *run);

#endif
