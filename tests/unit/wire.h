/* wire.h - a scheduler over a real proactor, for tests of the proactors: tasks on the one side, the
 * test's own sockets on the other.
 *
 * A task is a coroutine that does one operation, which the test sets in task->op before it starts
 * it and finds there with its result once it is done. The scheduler's clock stands still unless the
 * test moves it; nothing here waits for time to go by.
 *
 * Teardown closes what the test has left open, and fails when memory, an operation or a descriptor
 * is left.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "core/cogen.h"
#include "core/reactor.h"
#include "tests/unit/tally.h"

#include <sys/socket.h>

enum { WIRE_TASKS_MAX = 32768, WIRE_RAW_MAX = 64 };

/* What a test is played with: cmocka's initial state. */
struct wire_setting {
    const char *proactor;
    bool tries_first; /* proactor_multiplex_first */
};

struct wire_task {
    struct wire *wire;
    struct cog_coro *coro; /* null until it is started */
    struct cog_op op;
    bool is_done;
};

struct wire_address {
    struct sockaddr_storage storage;
    socklen_t bytes;
};

struct wire {
    struct tally tally;
    struct cog_proactor proactor;
    struct cog_scheduler *scheduler;
    int64_t now_ns;
    bool tries_first;
    struct wire_task *tasks[WIRE_TASKS_MAX];
    size_t task_count;
    size_t iteration_count;
    int raw[WIRE_RAW_MAX]; /* the test's own sockets, -1: closed */
    size_t raw_count;
    size_t descriptor_count; /* that were open before */
};

int wire_setup(void **state);
int wire_teardown(void **state);

/* What the proactors that can be opened here, but `none`, and both ways of trying make of a table
 * of tests: runs them all. Returns the number that failed. */
struct wire_test {
    const char *name;
    void (*function)(void **state);
};
int wire_run_tests(const struct wire_test *tests, size_t count);

#define WIRE_TEST(function_)                                                                       \
    { .name = #function_, .function = (function_) }

/* The proactor's state; null: it is none over readiness. */
struct cog_reactor *wire_reactor(const struct wire *wire);

/* How many descriptors the process has open. */
size_t wire_count_descriptors(void);

/* ---- Tasks ---- */

struct wire_task *wire_task(struct wire *wire);

/* Starts a task, and lets it wait if it has to. */
void wire_start(struct wire_task *task);

/* Starts a task, which runs with the next iterations. */
void wire_launch(struct wire_task *task);

/* Iterates until it is done. Its status. */
int wire_finish(struct wire_task *task);

/* Starts and finishes it. */
int wire_do(struct wire_task *task);

/* Iterates until its operation, which is not done then, has moved that many bytes. */
void wire_await_bytes(struct wire_task *task, size_t bytes);

/* Iterations that do not sleep: what can happen has happened. */
void wire_settle(struct wire *wire);

/* Started tasks of kinds that are used often. */
struct wire_task *wire_recv(struct wire *wire, int32_t socket, char *buffer, size_t bytes);
struct wire_task *wire_recvall(struct wire *wire, int32_t socket, char *buffer, size_t bytes);
struct wire_task *wire_sendall(struct wire *wire, int32_t socket, const char *buffer, size_t bytes);
struct wire_task *wire_accept(struct wire *wire, int32_t listener);
struct wire_task *wire_connect(struct wire *wire, const struct wire_address *address);

/* A close that has been done. */
void wire_close(struct wire *wire, int32_t socket);

/* ---- Sockets ---- */

/* An address of the loopback with no port yet; of AF_UNIX: a name that nobody else has. */
struct wire_address wire_address(int family);

/* The address that a socket has got, its port with it. */
void wire_ask_port(int socket, struct wire_address *address);

/* Listens there; *address gets the port. */
int32_t wire_listen(struct wire *wire, struct wire_address *address);

/* A socket of the proactor's, connected to one of the test's, which blocks. */
int32_t wire_pair(struct wire *wire, int *raw);

/* A socket of the test's: connected, listening (AF_INET), or remembered to be closed. */
int wire_raw_connect(struct wire *wire, const struct wire_address *address);
int wire_raw_listen(struct wire *wire, struct wire_address *address, int backlog);
int wire_keep_raw(struct wire *wire, int raw);

/* Closes one of them; with reset the peer gets a reset. */
void wire_raw_close(struct wire *wire, int raw, bool reset);

/* All of the text goes or comes. */
void wire_raw_send(int raw, const char *text, size_t bytes);
void wire_raw_expect(int raw, const char *text, size_t bytes);

/* Waits until all that was sent has arrived. */
void wire_raw_await_arrival(int raw);

/* Makes bytes that tell where they stand, and checks them. */
void wire_fill(char *bytes, size_t count);
void wire_check(const char *bytes, size_t count);

#endif
