/* net_stage.h - a small world to play on in tests of the simulated network: hosts with a scheduler
 * each, a network between them, a virtual clock, and a loop that moves it.
 *
 * The paths between two hosts have a latency of 10 ns at first, those of a host to itself none.
 * Players are step coroutines that play a script: statements between semicolons, words between
 * spaces; a slash in a text stands for a newline.
 *
 *  - listen S PORT BACKLOG, accept S LISTENER, connect S HOST PORT: S names the new socket, for all
 *  - recv S BYTES, recvall S BYTES, recvline S BYTES, send S TEXT, sendall S TEXT
 *  - sendmany S BYTES, recvmany S BYTES: sendall and recvall of bytes that the stage makes up
 *  - bind S PORT, sendto S HOST PORT TEXT, sendtomany S HOST PORT BYTES, recvfrom S BYTES
 *  - shutdown S, close S, close_socket S (from outside), sleep NS, yield
 *
 * Options after an operation: weak=NS, strong=NS. Each socket operation logs its result,
 * TIME NAME VERB, then =RESULT or the status that it failed with, and how far it came.
 *
 * After each iteration the scheduler and its proactor are checked; teardown closes what is still
 * open, and fails when a socket, a segment or memory is left.
 */
#ifndef TESTS_NET_STAGE_H
#define TESTS_NET_STAGE_H

#include "core/cogen.h"
#include "sim/network.h"
#include "sim/proactor.h"
#include "sim/trace_writer.h"
#include "sim/tracer.h"
#include "tests/unit/tally.h"

enum {
    NET_HOSTS = 3,
    NET_PLAYERS_MAX = 32,
    NET_SOCKETS_MAX = 32,
    NET_CUES_MAX = 16,
    NET_NAME_BYTES = 16,
    NET_LOG_BYTES = 16384,
};

struct net_stage;

struct net_host {
    struct net_stage *stage;
    struct cog_scheduler_options options; /* a test may change them before net_open */
    struct cog_scheduler *scheduler;
    struct sim_proactor proactor;
    struct sim_tracer_host observed;
};

struct net_stage {
    struct tally tally;
    const struct cog_allocator *allocator; /* of all memory of the world; the tally's at first */
    const char *trace_path;                /* null: none; a test may set it before net_open */
    int64_t now_ns;
    struct sim_trace_writer writer;
    struct sim_tracer tracer;
    struct sim_network network;
    struct net_host hosts[NET_HOSTS]; /* by id - 1 */
    bool is_open;
    struct cog_coro *players[NET_PLAYERS_MAX];
    size_t player_count;
    char *many[NET_PLAYERS_MAX]; /* what sendmany and recvmany work on; from malloc */
    size_t many_count;
    struct {
        char name[NET_NAME_BYTES];
        int32_t number;
    } sockets[NET_SOCKETS_MAX];
    size_t socket_count;
    struct {
        int64_t time_ns;
        const char *action;
    } cues[NET_CUES_MAX]; /* in the order of time */
    size_t cue_count;
    size_t cue_next;
    char log[NET_LOG_BYTES];
    size_t log_bytes;
};

/* For cmocka: *state is the stage. */
int net_setup(void **state);
int net_teardown(void **state);

#define NET_TEST(function) cmocka_unit_test_setup_teardown(function, net_setup, net_teardown)

/* Makes the world. Its code. */
int net_open(struct net_stage *stage);

/* Takes it down and finishes the trace, unless memory ran out: then the run is void, and is
 * forgotten as it is. Returns what was left that should not be: null, or a text (static). */
const char *net_close(struct net_stage *stage, uint64_t *trace_hash);

/* A player on a host (id). Name and script are borrowed, the script may change later. */
void net_enter(struct net_stage *stage, uint32_t host, const char *name, const char *script);

/* What the world does: partition A B, heal A B; of the path from A to B: latency A B NS, bandwidth
 * A B BYTES (a second), buffer A B BYTES. Now, or at a time; then it is borrowed, and in order. */
void net_do(struct net_stage *stage, const char *action);
void net_at(struct net_stage *stage, int64_t time_ns, const char *action);

/* Runs until nothing happens any more, or memory has run out. */
void net_run(struct net_stage *stage);

/* net_run, and what was logged in it is that. Fails the test otherwise. */
void net_expect(struct net_stage *stage, const char *log);

/* Nothing is held, no socket is open, nothing is under way. Fails the test otherwise. */
void net_expect_nothing_left(struct net_stage *stage);

/* Operations that the proactor of a host (id) holds. */
size_t net_held_count(const struct net_stage *stage, uint32_t host);

/* Did the world run out of memory? */
bool net_is_void(const struct net_stage *stage);

/* Sockets that exist. */
size_t net_socket_count(const struct net_stage *stage);

/* The number of a socket by its name in scripts. */
int32_t net_socket(const struct net_stage *stage, const char *name);

/* Has the player of that name ended? */
bool net_has_ended(const struct net_stage *stage, const char *name);

#endif
