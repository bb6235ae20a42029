/* ground.h - where the contract of proactors is played: two schedulers, A and B, on two ends of a
 * network, which is the machine's loopback under one of its proactors, or the simulated one.
 *
 * A task is a coroutine on one side that does one operation, which the test sets in task->op before
 * it starts it, and finds there with its result once it is done. The clock of both schedulers
 * stands still unless the test moves it; nothing here waits for time to go by.
 *
 * Teardown closes what is left open, and fails when memory, an operation, a socket or a descriptor
 * is left.
 */
#ifndef TESTS_GROUND_H
#define TESTS_GROUND_H

#include "core/cogen.h"
#include "tests/unit/tally.h"
#include "tests/unit/wire.h"

enum ground_side { GROUND_A, GROUND_B, GROUND_SIDES };

enum { GROUND_TASKS_MAX = 1024, GROUND_FILES_MAX = 64 };

/* What a test is played with: cmocka's initial state. */
struct ground_setting {
    const char *proactor; /* null: the simulated one */
    int family;           /* of addresses */
    bool tries_first;     /* proactor_multiplex_first */
};

struct ground_task {
    struct ground *ground;
    enum ground_side side;
    struct cog_coro *coro; /* null until it is started */
    struct cog_op op;
    bool is_done;
};

struct ground_losses;
struct net_stage;

struct ground {
    struct ground_setting setting;
    struct tally tally;
    struct cog_proactor proactors[GROUND_SIDES];
    struct cog_scheduler *schedulers[GROUND_SIDES]; /* null: freed */
    int64_t now_ns;
    struct net_stage *simulated;  /* null: the machine's */
    struct ground_losses *losses; /* of the simulated network; null: none */
    struct ground_task *tasks[GROUND_TASKS_MAX];
    size_t task_count;
    char *files[GROUND_FILES_MAX]; /* of Unix sockets, to be removed */
    size_t file_count;
    int nobody;    /* a socket that takes an address for itself; -1: none */
    uint16_t port; /* the last one, of the simulated network */
    size_t descriptor_count;
};

/* Runs a table of tests on everything: the simulated proactor, and each that can be opened here
 * over IPv4, IPv6 and Unix sockets; each with and without trying first. How many failed. */
int ground_run_tests(const struct wire_test *tests, size_t count);

/* A ground of one's own, for tests that play on more than one. Take-down tells what is left that
 * should not be: null, or a text (static). */
struct ground *ground_open(const struct ground_setting *setting);
const char *ground_take_down(struct ground *ground);

bool ground_is_simulated(const struct ground *ground);
bool ground_is_unix(const struct ground *ground);

/* ---- The world ---- */

/* What can happen has happened, or is so far under way that ground_finish finds it. */
void ground_settle(struct ground *ground);

/* Time passes. */
void ground_pass(struct ground *ground, int64_t duration_ns);

/* How many operations the proactor of a side holds. */
size_t ground_held_count(const struct ground *ground, enum ground_side side);

/* Frees a side's scheduler. */
void ground_free(struct ground *ground, enum ground_side side);

/* ---- Tasks ---- */

struct ground_task *ground_task(struct ground *ground, enum ground_side side);

/* Starts a task, and lets it wait if it has to. */
void ground_start(struct ground_task *task);

/* Until it is done. Its status. */
int ground_finish(struct ground_task *task);
int ground_do(struct ground_task *task);

/* Until its operation, which is not done then, has moved that many bytes. */
void ground_await_bytes(struct ground_task *task, size_t bytes);

/* Started tasks. */
struct ground_task *ground_recv(struct ground *ground, enum ground_side side, int32_t socket,
                                char *buffer, size_t bytes);
struct ground_task *ground_recvall(struct ground *ground, enum ground_side side, int32_t socket,
                                   char *buffer, size_t bytes);
struct ground_task *ground_sendall(struct ground *ground, enum ground_side side, int32_t socket,
                                   const char *buffer, size_t bytes);
struct ground_task *ground_accept(struct ground *ground, int32_t listener);
struct ground_task *ground_connect(struct ground *ground, const struct wire_address *address);

/* They have been done, with success. */
void ground_send_text(struct ground *ground, enum ground_side side, int32_t socket,
                      const char *text);
void ground_close(struct ground *ground, enum ground_side side, int32_t socket);

/* ---- Sockets ---- */

/* B listens, at *address. */
int32_t ground_listen(struct ground *ground, int backlog, struct wire_address *address);

/* A socket for datagrams on that side, at *address. */
int32_t ground_bind(struct ground *ground, enum ground_side side, struct wire_address *address);

/* An address that nobody listens at, and nobody else takes; once. */
struct wire_address ground_nobody(struct ground *ground);

/* A has connected to B: the ends, by side. */
void ground_pair(struct ground *ground, int32_t ends[GROUND_SIDES]);

/* ---- The simulated world (ground_simulated.c) ---- */

int ground_simulated_open(struct ground *ground);
/* Null, or what is left that should not be: a text (static). */
const char *ground_simulated_close(struct ground *ground);
/* Delivers what has arrived. Was there anything? */
bool ground_simulated_deliver(struct ground *ground);
void ground_simulated_pass(struct ground *ground, int64_t duration_ns);
/* A new one, on that side. */
struct wire_address ground_simulated_address(struct ground *ground, enum ground_side side);

/* From now on a reset loses the last pieces that it may lose: so many, or all of them. */
void ground_simulated_lose(struct ground *ground, uint64_t pieces);

#endif
