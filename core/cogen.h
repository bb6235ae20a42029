/* cogen.h - libcogen: coroutines that wait on operations, a scheduler that runs them, timeouts, and
 * sockets.
 *
 * Words. A *coroutine* is a piece of a program that waits often. What it waits on is an
 * *operation*; the operation's success is its *completion*. A *deadline* is an absolute time, a
 * *timeout* a relative one. A *strong* timeout fires when it is due; a *weak* one fires after that
 * long without *activity*, which is progress that does not complete the operation (5 bytes of 15).
 * The *ready queue* holds the coroutines that can run. The *proactor* carries out socket operations
 * and is what sleeps.
 *
 * Threading. A scheduler and all that belongs to it is used by one thread at a time. There is no
 * global state: any number of schedulers can exist in a process.
 *
 * Reading order: seams (allocator.h, clock.h, proactor.h, picker.h, observer.h), scheduler,
 * coroutines, operations.
 */
#ifndef COG_COGEN_H
#define COG_COGEN_H

#include "core/allocator.h"
#include "core/clock.h"
#include "core/list.h"
#include "core/observer.h"
#include "core/picker.h"
#include "core/proactor.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

/* What calls return besides the codes of status.h. */
enum {
    COG_PENDING = 1, /* not ended yet */
    COG_MORE = 2,    /* cog_iter_run: there is more to do */
};

/* A word that operations carry from one coroutine to another: the item of a queue, the value of a
 * signal, a result. */
union cog_value {
    int64_t number;
    uint64_t bits;
    void *pointer;
};

/* Priorities are flags that say who goes first when an operation wakes somebody: CORO favours the
 * coroutine that yields the operation, OP favours the operation's effect. The exact meaning stands
 * with each operation. */
enum cog_priority {
    COG_DEFAULT = -1, /* the scheduler's default_priority */
    COG_LAST = 0,
    COG_CORO = 1,
    COG_OP = 2,
    COG_FIRST = 3, /* COG_CORO | COG_OP */
};

/* ---- The scheduler ---- */

/* A switch with a default of its own. */
enum cog_switch { COG_SWITCH_DEFAULT = 0, COG_ON = 1, COG_OFF = 2 };

/* Parameters of a scheduler. Zero everywhere is the documented default. */
struct cog_scheduler_options {
    const struct cog_allocator *allocator; /* null: malloc. Must outlive the scheduler. */
    struct cog_clock clock;                /* now_ns null: CLOCK_MONOTONIC */
    struct cog_proactor proactor;          /* ops null: cog_proactor_none() */
    struct cog_picker picker;              /* ops null: production order */
    struct cog_observer observer;          /* ops null: nobody */

    /* Of operations with COG_DEFAULT; default COG_LAST. COG_DEFAULT itself is not allowed. */
    enum cog_priority default_priority;
    /* Of timed operations without a timeout of their own. 0: none */
    int64_t default_timeout_ns;
    /* The longest sleep when no deadline is armed. 0: 10 ms */
    int64_t proactor_resolution_ns;
    /* Run the proactor in every iteration, not only when nothing is ready. Default on */
    enum cog_switch proactor_greedy;
    /* Run what the proactor completed to its end at once. Default off */
    enum cog_switch ops_greedy;
    /* Attempt a socket operation before holding it; connect always is. Default on */
    enum cog_switch proactor_multiplex_first;
    /* Bytes of a recv that names no size. 0: unset, such a recv is COG_EINVALID */
    size_t proactor_default_size;
};

struct cog_scheduler;

/* Makes a scheduler. Returns COG_OK, COG_ENOMEM or COG_EINVALID (an option out of its range); *out
 * is set on COG_OK only. */
int cog_scheduler_new(const struct cog_scheduler_options *options, struct cog_scheduler **out);

/* Frees the scheduler and every coroutine that it still runs (their `term` is called; they do not
 * run again). Queues, signals, channels and references to coroutines may be freed before or after,
 * but not used any more. Null is allowed. Not from inside a coroutine. */
void cog_scheduler_free(struct cog_scheduler *scheduler);

/* Runs until all that can happen has happened, or cog_stop. Returns COG_OK (every coroutine ended,
 * or stopped), COG_ESTALLED (coroutines remain that wait for what nobody can bring about; see
 * cog_next_coro), or the code with which the proactor failed. */
int cog_run(struct cog_scheduler *scheduler);

/* One iteration: one ready coroutine (and whoever continues at once after it), the proactor, the
 * timeouts that are due. So another main loop can drive the scheduler. Returns COG_MORE while there
 * is more to do, else as cog_run. */
int cog_iter_run(struct cog_scheduler *scheduler);

/* Makes cog_run return after the current iteration. */
void cog_stop(struct cog_scheduler *scheduler);

/* Expires every deadline that is due. Part of an iteration; for main loops that want it in between.
 */
void cog_handle_timeouts(struct cog_scheduler *scheduler);

/* Processes the operation that a coroutine has set in its step: ends it, or parks the coroutine.
 * Returns the coroutine that continues at once, which may be another one, or null. Part of an
 * iteration. */
struct cog_coro *cog_process_op(struct cog_scheduler *scheduler, struct cog_coro *coro);

/* How long the proactor may sleep now, in nanoseconds: 0 if anything is ready, else the time to the
 * earliest deadline, else proactor_resolution_ns. */
int64_t cog_next_timer_delta(struct cog_scheduler *scheduler);

/* True while a coroutine is ready, or handed back by the proactor to run next. */
bool cog_has_ready(const struct cog_scheduler *scheduler);

/* The earliest deadline armed, on the scheduler's clock, or INT64_MAX if there is none. */
int64_t cog_next_deadline_ns(struct cog_scheduler *scheduler);

/* The scheduler's clock. */
int64_t cog_now_ns(const struct cog_scheduler *scheduler);

/* Checks the scheduler's structures against each other: every parked operation is where it belongs,
 * nothing that ended is armed or listed anywhere, the timeouts are in order. O(n). Returns null, or
 * a text (static) that says what does not hold. */
const char *cog_scheduler_check(struct cog_scheduler *scheduler);

/* ---- Coroutines ---- */

struct cog_coro;
struct cog_op;

/* What a step function returns. A negative code ends the coroutine with that failure. */
enum cog_step_result {
    COG_STEP_END = 0,   /* the coroutine ended; its result is what cog_coro_return gave, or 0 */
    COG_STEP_AWAIT = 1, /* it waits on what it set in *op */
};

/* What a kind of step coroutine does. Static; shared by all coroutines of that kind. */
struct cog_coro_type {
    /* Resumes the coroutine. op holds the result of the operation that it waited on (op->status,
     * op->value; the first time: a bare yield); it sets the next one with one of the cog_set_ calls
     * and returns COG_STEP_AWAIT, or ends. Must not suspend otherwise. */
    int (*step)(struct cog_coro *coro, struct cog_op *op, void *context);
    /* Called once when the coroutine has ended or is freed; cleans its context. May be null. */
    void (*term)(struct cog_coro *coro, void *context);
    /* Bytes of zeroed context that each coroutine gets, aligned for any type. */
    size_t context_bytes;
};

/* Makes a coroutine that does not run yet: give it to cog_add, or to a spawn or call operation. The
 * caller holds one reference and drops it with cog_coro_release. name is borrowed and may be null.
 * Returns COG_OK or COG_ENOMEM. */
int cog_coro_new(struct cog_scheduler *scheduler, const struct cog_coro_type *type,
                 const char *name, struct cog_coro **out);

/* Gives a new coroutine to the scheduler: to the back of the ready queue, or with first false to
 * its front. Returns COG_OK, or COG_EINVALID if it has been given before. */
int cog_add(struct cog_scheduler *scheduler, struct cog_coro *coro, bool first);

/* Holds on to a coroutine, also beyond its end. */
struct cog_coro *cog_coro_retain(struct cog_coro *coro);
void cog_coro_release(struct cog_coro *coro);

void *cog_coro_context(struct cog_coro *coro);
const char *cog_coro_name(const struct cog_coro *coro); /* never null */
struct cog_scheduler *cog_coro_scheduler(const struct cog_coro *coro);
bool cog_coro_has_ended(const struct cog_coro *coro);

/* The code that it ended with; COG_OK while it runs. */
int cog_coro_status(const struct cog_coro *coro);

/* The result that it ended with. */
union cog_value cog_coro_result(const struct cog_coro *coro);

/* Sets the result, within its own step function. */
void cog_coro_return(struct cog_coro *coro, union cog_value result);

/* The operation that it waits on, or null if it is ready, running or ended. */
const struct cog_op *cog_coro_awaits(const struct cog_coro *coro);

/* Who waits for it by a call; null if nobody does. */
struct cog_coro *cog_coro_caller(const struct cog_coro *coro);

/* Walks over the coroutines that have been added and have not ended, in the order of adding; null
 * starts, null ends. */
struct cog_coro *cog_next_coro(struct cog_scheduler *scheduler, struct cog_coro *previous);

/* A number for the observer's use, 0 at first. */
uint32_t cog_coro_tag(const struct cog_coro *coro);
void cog_coro_set_tag(struct cog_coro *coro, uint32_t tag);

/* ---- Operations ---- */

enum cog_op_kind {
    COG_OP_YIELD,
    COG_OP_SLEEP,
    COG_OP_WAIT,
    COG_OP_SIGNAL,
    COG_OP_SPAWN,
    COG_OP_CALL,
    COG_OP_JOIN,
    COG_OP_QUEUE_PUT,
    COG_OP_QUEUE_GET,
    COG_OP_QUEUE_DONE,
    COG_OP_QUEUE_JOIN,
    COG_OP_PUBLISH,
    COG_OP_SUBSCRIBE,
    COG_OP_UNSUBSCRIBE,
    COG_OP_FETCH,
    COG_OP_LISTEN, /* from here on: socket operations */
    COG_OP_ACCEPT,
    COG_OP_CONNECT,
    COG_OP_RECV,
    COG_OP_RECVALL,
    COG_OP_RECVLINE,
    COG_OP_SEND,
    COG_OP_SENDALL,
    COG_OP_SHUTDOWN,
    COG_OP_CLOSE,
};

/* An operation's life:
 *
 *   new --process--> pending --+--end--> completed | expired | failed | cancelled --end-->
 * finalized
 *
 * One function, cog_op_end, takes it through its one ending and at once on to finalized; nothing
 * can come between. */
enum cog_op_state {
    COG_OP_NEW,
    COG_OP_PENDING,
    COG_OP_COMPLETED,
    COG_OP_EXPIRED,
    COG_OP_FAILED,
    COG_OP_CANCELLED,
    COG_OP_FINALIZED,
};

enum cog_timeout_kind {
    COG_TIMEOUT_DEFAULT,  /* the scheduler's default_timeout_ns, if the operation is a timed one */
    COG_TIMEOUT_NONE,     /* none, whatever the scheduler's default */
    COG_TIMEOUT_RELATIVE, /* timeout_ns after the operation begins to wait */
    COG_TIMEOUT_ABSOLUTE, /* at timeout_ns on the scheduler's clock */
};

struct cog_op_type;

/* An operation. It is part of its coroutine; step functions read its result and set the next one
 * with the calls below, and touch nothing else in it. */
struct cog_op {
    const struct cog_op_type *type;
    /* Its place in the one list that it waits in, or its coroutine's in the ready queue. */
    struct cog_link link;
    void *object;            /* queue, signal, channel or coroutine that it is about */
    union cog_value value;   /* given: what is put, signalled, published; in the end: the result */
    int64_t timeout_ns;      /* by timeout_kind; while armed: the delta of a weak timeout */
    int64_t activity_ns;     /* weak and armed: time of the last activity, */
    uint64_t activity_order; /* and its arming order; 0: none since the last check */
    union {
        struct {
            char *buffer; /* caller's memory, until the operation ends */
            size_t bytes; /* its size: at most, or exactly, that many */
            size_t done;  /* how many have come or gone so far; valid after every ending */
        } io;
        struct {
            const struct sockaddr *address; /* caller's memory, until the operation ends */
            size_t address_bytes;
            int backlog;
        } endpoint;
        struct {
            size_t first; /* index in the channel; if there is but one message, it is in value */
            size_t count;
        } messages; /* fetch */
    } u;
    int32_t socket;       /* that it is about; connect, accept, listen: in the end the new one */
    int32_t status;       /* how it ended */
    uint32_t timer_index; /* place in the timeouts, 0: not armed */
    uint32_t recipients;  /* signal: how many must wait before it proceeds */
    uint8_t state;        /* enum cog_op_state */
    int8_t priority;      /* enum cog_priority */
    uint8_t timeout_kind; /* enum cog_timeout_kind */
    bool is_strong;       /* of its timeout */
    bool is_nowait;       /* queue put and get: fail rather than wait */
};

/* What a kind of operation does. */
struct cog_op_type {
    const char *name;
    enum cog_op_kind kind;
    bool is_timed; /* the scheduler's default timeout applies to it */
    /* Begins the (pending) operation. Ends it with cog_op_end, or parks it. Returns the coroutine
     * that continues at once, or null. */
    struct cog_coro *(*process)(struct cog_scheduler *scheduler, struct cog_coro *coro);
    /* Takes a parked operation back, because it expires or is cancelled. False if it is too late
     * for that. Null: always possible. */
    bool (*withdraw)(struct cog_scheduler *scheduler, struct cog_op *op);
    /* Called once at its ending, whatever that is. May be null. */
    void (*finalize)(struct cog_scheduler *scheduler, struct cog_op *op);
};

/* The coroutine of an operation. */
struct cog_coro *cog_op_coro(const struct cog_op *op);

/* The tag (see the options of queue, signal, channel) of the object that it is about, or 0. */
uint32_t cog_op_object_tag(const struct cog_op *op);

/* The name of the queue, signal, channel or coroutine that it is about; "" if it is about none. */
const char *cog_op_object_name(const struct cog_op *op);

/* Every cog_set_ call below makes *op a fresh operation with COG_DEFAULT priority and no timeout of
 * its own. These go after it: */
void cog_set_priority(struct cog_op *op, enum cog_priority priority);
void cog_set_timeout(struct cog_op *op, int64_t timeout_ns,
                     bool is_strong); /* timeout_ns >= 0; 0 is due at once */
void cog_set_deadline(struct cog_op *op, int64_t deadline_ns,
                      bool is_strong);      /* on the scheduler's clock */
void cog_set_no_timeout(struct cog_op *op); /* whatever the scheduler's default */

/* Bare yield: to the back of the ready queue if others are ready, else the coroutine continues. */
void cog_set_yield(struct cog_op *op);

/* Sleeps for duration_ns (>= 0). Ends with COG_OK; goes to the back of the ready queue. */
void cog_set_sleep(struct cog_op *op, int64_t duration_ns);
void cog_set_sleep_until(struct cog_op *op, int64_t deadline_ns);

/* -- Signals: wake everybody who waits. Nothing is remembered: a signal without waiters is lost. */

struct cog_object_options {
    const char *name; /* borrowed; null: none */
    uint32_t tag;     /* for the observer */
};

struct cog_signal;
int cog_signal_new(struct cog_scheduler *scheduler, const struct cog_object_options *options,
                   struct cog_signal **out); /* options may be null. COG_OK, COG_ENOMEM */
void cog_signal_free(
    struct cog_signal *signal); /* nobody may wait on it any more; null is allowed */

/* Waits until the signal is sent. Result: the value sent with it. Timed. */
void cog_set_wait(struct cog_op *op, struct cog_signal *signal);

/* Wakes every waiter with value, once at least `recipients` of them wait; until then the signaller
 * is parked, behind those parked before it. With OP the waiters go to the front of the ready queue
 * one after the other, else to the back in order; then the signaller to the front with CORO, else
 * to the back. Result: the number woken. The default timeout does not apply; one set does. */
void cog_set_signal(struct cog_op *op, struct cog_signal *signal, union cog_value value,
                    uint32_t recipients);

/* Sends the signal from outside of any coroutine (a main loop, the world of a simulation): every
 * waiter goes to the back of the ready queue. Parked signals are not touched. Returns the number
 * woken. */
size_t cog_signal_send(struct cog_signal *signal, union cog_value value);

/* -- Coroutines as operations. */

/* Adds a new coroutine: to the back of the ready queue with OP, else to the front; then the adder
 * continues at once with CORO, else goes to the back. Result: pointer, the coroutine. Fails with
 * COG_EINVALID if it has been added before. */
void cog_set_spawn(struct cog_op *op, struct cog_coro *coro);

/* Runs a new coroutine and waits for its end. It is resumed at once; the caller continues when it
 * ends. Result: its result. Fails with COG_EFAILED if it fails (cog_coro_status has its code). */
void cog_set_call(struct cog_op *op, struct cog_coro *coro);

/* Waits for the end of a coroutine that has been added. Result: its result; at once if it has
 * ended. Fails with COG_EFAILED as call; with COG_EINVALID for a coroutine that joins itself or was
 * never added. Timed. */
void cog_set_join(struct cog_op *op, struct cog_coro *coro);

/* -- Queues. */

struct cog_queue;
struct cog_queue_options {
    const char *name; /* borrowed; null: none */
    uint32_t tag;     /* for the observer */
    size_t size;      /* how many items it holds; 0: unbounded */
};
int cog_queue_new(struct cog_scheduler *scheduler, const struct cog_queue_options *options,
                  struct cog_queue **out);    /* options may be null. COG_OK, COG_ENOMEM */
void cog_queue_free(struct cog_queue *queue); /* nobody may wait on it any more; null is allowed */
size_t cog_queue_count(const struct cog_queue *queue);
union cog_value cog_queue_item(const struct cog_queue *queue,
                               size_t index); /* index < count; 0 is next */

/* Adds an item from outside of any coroutine: it goes to the first parked get, whose coroutine
 * becomes ready, at the back; else to the end of the queue. COG_OK, COG_EFULL, COG_ENOMEM. */
int cog_queue_add(struct cog_queue *queue, union cog_value value);

/* Puts value. If the queue is full: waits for room, or with nowait fails with COG_EFULL. Timed. */
void cog_set_put(struct cog_op *op, struct cog_queue *queue, union cog_value value, bool nowait);

/* Takes the first item, which is the result. If there is none: waits, or with nowait fails with
 * COG_EEMPTY. Timed. */
void cog_set_get(struct cog_op *op, struct cog_queue *queue, bool nowait);

/* Says that one item taken has been dealt with. The last one wakes who waits in a queue join: to
 * the front of the ready queue with OP, else to the back; continues at once. Fails with
 * COG_ETOOMANYDONE when more are done than were put. */
void cog_set_queue_done(struct cog_op *op, struct cog_queue *queue);

/* Waits until every item that was put has been done; at once if so. The default timeout does not
 * apply; one set does. */
void cog_set_queue_join(struct cog_op *op, struct cog_queue *queue);

/* -- Publish-subscribe: every subscriber gets every message. */

struct cog_channel;
int cog_channel_new(struct cog_scheduler *scheduler, const struct cog_object_options *options,
                    struct cog_channel **out); /* options may be null. COG_OK, COG_ENOMEM */
void cog_channel_free(
    struct cog_channel *channel); /* nobody may wait on it any more; null is allowed */

/* Publishes message. Each parked fetch gets it and goes to the front of the ready queue if it has a
 * priority, else to the back; the publisher continues at once with CORO, else goes to the front
 * with OP, else to the back. */
void cog_set_publish(struct cog_op *op, struct cog_channel *channel, union cog_value message);

/* Subscribes the coroutine, from the oldest message that the channel still holds on; subscribing
 * again starts there again. Continues at once. A coroutine that ends is unsubscribed. */
void cog_set_subscribe(struct cog_op *op, struct cog_channel *channel);
void cog_set_unsubscribe(struct cog_op *op,
                         struct cog_channel *channel); /* COG_ENOTSUBSCRIBED if it was not */

/* Waits until there is a message since its last fetch; at once if there is. Result:
 * op->u.messages.count messages, to be read with cog_fetch_message before the coroutine waits again
 * or compacts the channel. Timed. Fails with COG_ENOTSUBSCRIBED. */
void cog_set_fetch(struct cog_op *op, struct cog_channel *channel);

/* A message that a fetch ended with; index < op->u.messages.count. */
union cog_value cog_fetch_message(const struct cog_op *op, size_t index);

/* Drops the messages that every subscriber has fetched (all, if there is none). Returns how many.
 * Not an operation. */
size_t cog_channel_compact(struct cog_channel *channel);

/* -- Sockets. A socket is a number that the proactor gives out; -1 is none. All are timed, listen,
 * shutdown and close apart. With multiplex-first, what can be done at once is done and the
 * coroutine continues. */

/* Listens on an address. Result: op->socket. backlog: how many connections may wait to be accepted,
 * >= 1. COG_EADDRINUSE. */
void cog_set_listen(struct cog_op *op, const struct sockaddr *address, size_t address_bytes,
                    int backlog);

/* Takes the next connection. Result: op->socket. */
void cog_set_accept(struct cog_op *op, int32_t listener);

/* Connects to an address. Result: op->socket. COG_EREFUSED, COG_ERESET, COG_EUNREACHABLE. */
void cog_set_connect(struct cog_op *op, const struct sockaddr *address, size_t address_bytes);

/* Receives what is there, at least one byte, at most bytes; 0 stands for the scheduler's
 * proactor_default_size, and buffer must have room for it. Result: op->u.io.done. End of the stream
 * is COG_ECLOSED. */
void cog_set_recv(struct cog_op *op, int32_t socket, char *buffer, size_t bytes);

/* Receives exactly bytes. After any other ending op->u.io.done tells how many are in the buffer. */
void cog_set_recvall(struct cog_op *op, int32_t socket, char *buffer, size_t bytes);

/* Receives up to and with the next newline. A line that does not fit into bytes is COG_EFULL, and
 * its first part is in the buffer. */
void cog_set_recvline(struct cog_op *op, int32_t socket, char *buffer, size_t bytes);

/* Sends at least one byte, as much as there is room for. Result: op->u.io.done. COG_ECLOSED,
 * COG_ERESET. */
void cog_set_send(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes);

/* Sends all bytes. After any other ending op->u.io.done tells how many went out. */
void cog_set_sendall(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes);

/* Ends the stream in this direction; the other one stays open. */
void cog_set_shutdown(struct cog_op *op, int32_t socket);

/* Closes the socket. With unread data the peer is reset. Other coroutines' operations on it end
 * with COG_ECLOSED. */
void cog_set_close(struct cog_op *op, int32_t socket);

/* Closes a socket from outside of any operation. COG_OK, COG_EBADSOCKET. */
int cog_close_socket(struct cog_scheduler *scheduler, int32_t socket);

#endif
