/* play_stage.h - a program that is being played: its actors on the stage (play_role.c), and the
 * world around them, simulated (play_simulated.c) or the machine's (play_machine.c). */
#ifndef TESTS_PLAY_STAGE_H
#define TESTS_PLAY_STAGE_H

#include "sim/choice.h"
#include "tests/contract/play.h"

struct play_stage;

/* The clock of no program goes so far. */
#define PLAY_LONG_NS (3600 * COG_SECOND)

/* An actor on the stage. */
struct play_role {
    struct play_stage *stage;
    const struct play_actor *actor;
    struct cog_coro *coro;
    size_t at; /* its deed */
    size_t done_bytes;
    size_t pause_ns_max;
    int64_t pause_ns; /* before its next deed */
    bool is_waiting;
    bool is_pausing;
    bool is_over;
    struct wire_address from; /* of the letter that came */
    char *bytes;              /* what its deed is at work on */
    char *log;
};

/* One end of a connection, or where letters come. */
struct play_end {
    int32_t socket;    /* -1: not there yet */
    size_t sent_bytes; /* by deeds that have ended */
    size_t received_bytes;
    bool is_ended; /* no more is sent from here */
    struct wire_address address;
};

struct play_stage {
    const struct play *play;
    struct ground *ground;
    const struct play_fault *fault;
    uint64_t random;
    bool varies;
    bool varies_roles; /* they pause between deeds: simulated ones, for the machine's do anyhow */
    int64_t start_ns;
    struct play_end ends[PLAY_CONNECTIONS_MAX][GROUND_SIDES];
    int32_t listeners[PLAY_CONNECTIONS_MAX]; /* -1: none */
    struct wire_address addresses[PLAY_CONNECTIONS_MAX];
    struct wire_address nobody;
    struct play_role roles[PLAY_ACTORS_MAX];
    struct sim_chooser chooser; /* of the simulated network */
    int still_count;            /* rounds in which nothing was under way on the machine */
};

/* When it can do something next by itself; from PLAY_LONG_NS on nobody waits for it. */
int64_t play_next_ns(const struct play_stage *stage);
bool play_is_idle(const struct play_stage *stage);

/* ---- Roles ---- */

void play_enter(struct play_stage *stage, struct play_role *role, const struct play_actor *actor);
void play_exit(struct play_role *role);

/* ---- Worlds ---- */

/* Before the actors enter: before connections are made, and then. */
void play_prepare_simulated(struct play_stage *stage);
void play_begin_simulated(struct play_stage *stage);
void play_end_simulated(const struct play_stage *stage);
void play_begin_machine(struct play_stage *stage);

/* Before each round: what happens next happens now, if nobody has anything else to do. On the
 * machine: for how long each side may sleep in it. */
void play_round_simulated(struct play_stage *stage);
int64_t play_round_machine(struct play_stage *stage);

#endif
