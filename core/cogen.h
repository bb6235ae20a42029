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
 * Two kinds of coroutine, one scheduler. A *stackful* coroutine is a C function with a stack of its
 * own; it calls cog_recv() and gets its result. A *step* coroutine is a function that is resumed
 * with a result and sets the next operation; it has no stack, so a million fit. Each operation
 * stands here once, as a cog_set_ call; the calls of stackful coroutines, at the end, say nothing
 * new. core/TUTORIAL.md goes from two coroutines taking turns to an echo server;
 * core/OPERATIONS.md tells for each operation what each event does to it.
 *
 * Threading. A scheduler and all that belongs to it is used by one thread at a time; cog_post alone
 * may be called by any thread. There is no global state: any number of schedulers can exist in a
 * process and in a thread.
 *
 * Misuse. What a program cannot know beforehand is a code; what it must not do is a named
 * assertion, in every build: a null handle, an operation set while another one is pending, an
 * object freed while somebody waits on it, an object used after its scheduler. A coroutine, queue,
 * signal, channel, pipe or mailbox that has been freed must not be used at all.
 *
 * Reading order: seams (allocator.h, clock.h, proactor.h, picker.h, observer.h), scheduler,
 * coroutines of both kinds, operations, objects, sockets, operations of your own, and the calls of
 * stackful coroutines.
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

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr;

/* What calls return besides the codes of status.h. */
enum {
    COG_PENDING = 1, /* not ended yet */
    COG_MORE = 2,    /* cog_iter_run: there is more to do */
};

/* Durations are int64_t nanoseconds. */
#define COG_MICROSECOND INT64_C(1000)
#define COG_MILLISECOND INT64_C(1000000)
#define COG_SECOND INT64_C(1000000000)

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
    /* ops null: the best that cog_proactor_open() finds, opened and closed with the scheduler */
    struct cog_proactor proactor;
    struct cog_picker picker;     /* ops null: production order */
    struct cog_observer observer; /* ops null: nobody */

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
    /* Stack of a stackful coroutine that names none, as in struct cog_stackful_options. 0: 64 KiB
     */
    size_t stack_bytes;
    /* Keep the stacks of ended coroutines for the next ones, at most 64 of a size. Default on */
    enum cog_switch stack_reuse;
};

struct cog_scheduler;

/* Makes a scheduler. Options may be null. Returns COG_OK, COG_ENOMEM, COG_EINVALID (an option out
 * of its range), or COG_EPROACTOR (no proactor could be opened; errno tells); *out is set on COG_OK
 * only. */
int cog_scheduler_new(const struct cog_scheduler_options *options, struct cog_scheduler **out);

/* Frees the scheduler. Every coroutine that still lives is cancelled, the one added last first: it
 * does not run again, its clean-up runs (cog_cancel). Queues, signals, channels, pipes, mailboxes
 * and references to coroutines may be freed before or after, but not used any more. Null is
 * allowed. Not from inside a coroutine. */
void cog_scheduler_free(struct cog_scheduler *scheduler);

/* Runs until all that can happen has happened, or cog_stop. Returns COG_OK (every coroutine ended,
 * or stopped), COG_ESTALLED (coroutines remain that wait for what nobody can bring about; see
 * cog_next_coro), or the code with which the proactor failed. A coroutine that fails is the concern
 * of who calls or joins it, not of cog_run. Not from inside a coroutine of the same scheduler.
 *
 * A stackful coroutine that overflows its stack ends the process, by SIGSEGV as ever; cog_run sees
 * to it that a message names the coroutine first, by a handler that it installs when the process
 * has none. */
int cog_run(struct cog_scheduler *scheduler);

/* One iteration: one ready coroutine (and whoever continues at once after it), the proactor, the
 * timeouts that are due. Returns COG_MORE while there is more to do, else as cog_run. */
int cog_iter_run(struct cog_scheduler *scheduler);

/* An iteration in which the proactor sleeps for at most sleep_ns_max (0: not at all), for another
 * main loop that drives the scheduler: it waits for cog_scheduler_descriptor to become readable,
 * for at most cog_next_timer_delta, and then iterates with 0. */
int cog_iterate(struct cog_scheduler *scheduler, int64_t sleep_ns_max);

/* A file descriptor that is readable while the proactor has something to do; -1 if this proactor
 * has none. */
int cog_scheduler_descriptor(const struct cog_scheduler *scheduler);

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
 * earliest deadline (or, where many are close together, a little less), else
 * proactor_resolution_ns. */
int64_t cog_next_timer_delta(struct cog_scheduler *scheduler);

/* True while a coroutine is ready, or handed back by the proactor to run next. */
bool cog_has_ready(const struct cog_scheduler *scheduler);

/* The earliest deadline armed, on the scheduler's clock, or INT64_MAX if there is none. */
int64_t cog_next_deadline_ns(struct cog_scheduler *scheduler);

/* The scheduler's clock. Where the clock steps back, this stands still until it has caught up. */
int64_t cog_now_ns(struct cog_scheduler *scheduler);

/* The allocator that it was made with. */
const struct cog_allocator *cog_scheduler_allocator(const struct cog_scheduler *scheduler);

/* Checks the scheduler's structures against each other: every parked operation is where it belongs,
 * nothing that ended is armed or listed anywhere, the timeouts are in order, queues and signals
 * keep their invariants. O(n). Returns null, or a text (static) that says what does not hold. A
 * debug build does this after each iteration, and asserts null; with n thousand coroutines after
 * each n-th one. */
const char *cog_scheduler_check(struct cog_scheduler *scheduler);

/* ---- Coroutines, of the step kind ---- */

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

/* Makes a coroutine that does not run yet: give it to cog_add, or to a spawn, call or pipe. The
 * caller holds one reference and drops it with cog_coro_release. name is borrowed and may be null.
 * Returns COG_OK or COG_ENOMEM. */
int cog_coro_new(struct cog_scheduler *scheduler, const struct cog_coro_type *type,
                 const char *name, struct cog_coro **out);

/* Gives a new coroutine to the scheduler: to the back of the ready queue, or with first false to
 * its front. Returns COG_OK, or COG_EINVALID if it has been given before. */
int cog_add(struct cog_scheduler *scheduler, struct cog_coro *coro, bool first);

/* Holds on to a coroutine, also beyond its end and that of its scheduler. */
struct cog_coro *cog_coro_retain(struct cog_coro *coro);
void cog_coro_release(struct cog_coro *coro); /* null is allowed */

enum cog_coro_state {
    COG_CORO_NEW,       /* made, not given to the scheduler */
    COG_CORO_READY,     /* in the ready queue */
    COG_CORO_RUNNING,   /* being resumed, or to be by the chain under way */
    COG_CORO_WAITING,   /* parked on its operation */
    COG_CORO_COMPLETED, /* its operation was completed in the proactor run under way */
    COG_CORO_ENDED,
};

enum cog_coro_state cog_coro_state(const struct cog_coro *coro);
const char *cog_coro_state_name(enum cog_coro_state state); /* "waiting" */

void *cog_coro_context(struct cog_coro *coro);
const char *cog_coro_name(const struct cog_coro *coro); /* never null */

/* Its scheduler; null once the coroutine has ended, or its scheduler was freed. */
struct cog_scheduler *cog_coro_scheduler(const struct cog_coro *coro);

bool cog_coro_has_ended(const struct cog_coro *coro);

/* The code that it ended with, COG_ECANCELLED if it was cancelled; COG_OK while it runs. */
int cog_coro_status(const struct cog_coro *coro);

/* The result that it ended with. */
union cog_value cog_coro_result(const struct cog_coro *coro);

/* Sets the result, while it runs itself. */
void cog_coro_return(struct cog_coro *coro, union cog_value result);

/* Ends a coroutine that is not running: its pending operation withdraws, it never runs again, its
 * clean-up runs (cog_defer), then who joins or calls it is woken, with COG_EFAILED. If it waits in
 * a call, what it called is cancelled first. New ones are just marked as ended; for ended ones
 * nothing happens. Returns COG_OK; COG_PENDING if its operation can not be taken back any more (the
 * kernel is at work on it): when that has completed, it ends instead of being resumed; COG_EINVALID
 * for one that is running (it returns instead), or that waits in a call for the one that is. */
int cog_cancel(struct cog_coro *coro);

/* Has cleanup(argument) called when the coroutine ends, in whatever way: it returns, fails, is
 * cancelled, its scheduler is freed. The handler registered last runs first. What argument
 * points to must live until then, so it is not a local of a function that returns. Handlers do not
 * suspend; they may free, close sockets (cog_close_socket) and cancel other coroutines. COG_OK,
 * COG_ENOMEM; COG_EINVALID for a coroutine that has ended. */
int cog_defer(struct cog_coro *coro, void (*cleanup)(void *argument), void *argument);

/* Takes back the newest such handler, and with is_run calls it now. COG_OK; COG_EINVALID if there
 * is none. */
int cog_undefer(struct cog_coro *coro, void (*cleanup)(void *argument), void *argument,
                bool is_run);

/* Coroutine-local storage. A static struct is the key of one value a coroutine. Coroutines that it
 * calls or spawns do not inherit it. */
struct cog_local {
    void (*destroy)(void *value); /* called at the coroutine's end, as a clean-up; may be null */
};
int cog_local_set(struct cog_coro *coro, const struct cog_local *local,
                  void *value); /* replaces, and destroys, an older value. As cog_defer */
void *cog_local_get(const struct cog_coro *coro, const struct cog_local *local); /* null: unset */

/* Writes who called whom and what became of it, as snprintf does: at most `bytes` with the final
 * zero; returns the length of the whole.
 *   client > fetch > read_header: waits in recv
 *   client > fetch > read_header: timeout in recv      (how it failed, after it has ended) */
size_t cog_coro_trail(const struct cog_coro *coro, char *buffer, size_t bytes);

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

/* For the observer, if there is one that wants to know; else they do nothing. Both are said by the
 * coroutine that runs.
 *
 * That it reads or writes memory which other coroutines use too, before its next operation: from
 * memory on, so many bytes. Who explores the orders of coroutines then knows which steps do not
 * depend on each other. A program that says it of some of what it shares says it of all. */
void cog_touch(struct cog_coro *self, const void *memory, size_t bytes, enum cog_touch_mode mode);

/* A line for a log; the text is copied by who keeps it. */
void cog_note(struct cog_coro *self, const char *text);

/* ---- Coroutines, of the stackful kind ----
 *
 * Of these a process can have some ten thousands: each stack takes two mappings, of which Linux
 * allows 65,530 unless vm.max_map_count says otherwise, and at least a page or two of memory.
 * Beyond that, or to save that memory, there is the step kind. */

/* What a stackful coroutine runs. Its return value is the status that it ends with: COG_OK or a
 * negative code. */
typedef int (*cog_function)(struct cog_coro *self, void *argument);

struct cog_stackful_options {
    const char *name; /* borrowed; null: "coroutine" */
    /* Rounded up to a power of two, at least 16 KiB; its lowest page is a guard and its end holds
     * some words of the library. 0: the scheduler's stack_bytes */
    size_t stack_bytes;
};

/* Makes a coroutine that will run function(self, argument) on a stack of its own; else as
 * cog_coro_new. options may be null. COG_OK, COG_ENOMEM, COG_EINVALID (a stack beyond 1 GiB),
 * COG_EUNSUPPORTED (stacks cannot be switched on this machine). */
int cog_coro_new_stackful(struct cog_scheduler *scheduler, cog_function function, void *argument,
                          const struct cog_stackful_options *options, struct cog_coro **out);

/* Makes a stackful coroutine and adds it, in one call; the caller holds one reference. As
 * cog_coro_new_stackful; COG_EINVALID: the scheduler is being freed. *out is set on COG_OK only. */
int cog_start(struct cog_scheduler *scheduler, cog_function function, void *argument,
              const char *name, struct cog_coro **out);

/* The same for coroutines that nobody asks about: no reference is held. */
int cog_go(struct cog_scheduler *scheduler, cog_function function, void *argument,
           const char *name);

/* The operation of a coroutine: while it runs, where the next one is set. */
struct cog_op *cog_coro_op(struct cog_coro *coro);

/* Suspends self until the operation that was set in cog_coro_op(self) has ended; returns its
 * status. Only on self's own stack. */
int cog_await(struct cog_coro *self);

/* The stack that a coroutine can use, in bytes; 0 if it has none (step coroutines, ended ones). */
size_t cog_coro_stack_bytes(const struct cog_coro *coro);

/* Watermark: how much of it has been used at most; an upper bound if the stack was another's
 * before.
 */
size_t cog_coro_stack_used(const struct cog_coro *coro);

/* The largest watermark of all stacks that the scheduler has, kept ones too. */
size_t cog_stack_used_max(const struct cog_scheduler *scheduler);

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
    COG_OP_PIPE_NEXT,
    COG_OP_PIPE_CHUNK,
    COG_OP_PIPE_STOP,
    COG_OP_TAKE,
    COG_OP_CUSTOM, /* a user's own; its type tells it from others */
    COG_OP_LISTEN, /* from here on: socket operations */
    COG_OP_BIND,
    COG_OP_ACCEPT,
    COG_OP_CONNECT,
    COG_OP_RECV,
    COG_OP_RECVALL,
    COG_OP_RECVLINE,
    COG_OP_RECVFROM,
    COG_OP_SEND,
    COG_OP_SENDALL,
    COG_OP_SENDTO,
    COG_OP_SENDFILE,
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
    COG_TIMEOUT_INVALID,  /* a negative duration: the operation fails with COG_EINVALID */
};

struct cog_op_type;

/* An operation's entry in the timeouts. The scheduler's own; see timeouts.h. */
struct cog_timer {
    int64_t deadline_ns;
    uint64_t order; /* arming order, unique within the scheduler */
    struct cog_timer *next;
    struct cog_timer **back; /* what points to it; null: not armed */
    struct cog_timer *child; /* in the front: what expires after it */
};

/* An operation. It is part of its coroutine; step functions read its result and set the next one
 * with the calls below, and touch nothing else in it. */
struct cog_op {
    const struct cog_op_type *type;
    /* Its place in the one list that it waits in, or its coroutine's in the ready queue. */
    struct cog_link link;
    void *object;          /* queue, signal, channel or coroutine that it is about */
    union cog_value value; /* given: what is put, signalled, published; in the end: the result */
    int64_t timeout_ns;    /* by timeout_kind; while armed: the delta of a weak timeout */
    struct cog_timer timer;
    union {
        struct {
            char *buffer; /* caller's memory, until the operation ends */
            size_t bytes; /* its size: at most, or exactly, that many */
            size_t done;  /* how many have come or gone so far; valid after every ending */
        } io;
        struct {
            int64_t offset; /* in the file */
            size_t bytes;   /* as io.bytes; 0: to its end */
            size_t done;    /* as io.done */
        } file;             /* sendfile */
        struct {
            const struct sockaddr *address; /* caller's memory, until the operation ends */
            size_t address_bytes;
            int backlog;
        } endpoint;
        struct {
            size_t first; /* index in the channel; if there is but one message, it is in value */
            size_t count;
            struct cog_subscription *subscription; /* while it is parked */
        } messages;                                /* fetch */
        union cog_value custom[3];                 /* a user's own operation: its own */
    } u;
    int32_t socket; /* that it is about; connect, accept, listen: in the end the new one */
    int32_t status; /* how it ended */
    union {
        uint32_t recipients; /* signal: how many must wait before it proceeds */
        int32_t file;        /* sendfile: the file's descriptor */
    };
    uint8_t state;        /* enum cog_op_state */
    int8_t priority;      /* enum cog_priority */
    uint8_t timeout_kind; /* enum cog_timeout_kind */
    bool is_strong;       /* of its timeout */
    bool is_nowait;       /* queue put and get: fail rather than wait */
    bool is_keyed;        /* publish-subscribe: value is the subscriber's key */
};

/* The coroutine of an operation. */
struct cog_coro *cog_op_coro(const struct cog_op *op);

/* The tag (see the options of queue, signal, channel) of the object that it is about, or 0. */
uint32_t cog_op_object_tag(const struct cog_op *op);

/* The name of the queue, signal, channel or coroutine that it is about; "" if it is about none. */
const char *cog_op_object_name(const struct cog_op *op);

/* Every cog_set_ call below makes *op a fresh operation with COG_DEFAULT priority and no timeout of
 * its own. An operation in which nothing waits never times out. These go after it: */
void cog_set_priority(struct cog_op *op, enum cog_priority priority);

/* A timeout of that length. 0 is due at once: after those to whom the operation passes control
 * straight, before anybody else runs. A negative one fails the operation with COG_EINVALID; one
 * beyond the clock's range never comes. The timeout of a sleep is its duration. */
void cog_set_timeout(struct cog_op *op, int64_t timeout_ns, bool is_strong);

/* A timeout at a time on the scheduler's clock; one that has passed is due at once. A weak one
 * fires that long after the last activity as it was away when the operation began to wait. */
void cog_set_deadline(struct cog_op *op, int64_t deadline_ns, bool is_strong);

/* None, whatever the scheduler's default. */
void cog_set_no_timeout(struct cog_op *op);

/* Bare yield: to the back of the ready queue if others are ready, else the coroutine continues. */
void cog_set_yield(struct cog_op *op);

/* Sleeps for duration_ns; a negative one is COG_EINVALID. Ends with COG_OK; goes to the back of the
 * ready queue. */
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
 * ends. Result: its result. Fails with COG_EFAILED if it fails (op->value.number is its code,
 * cog_coro_trail tells the way that the failure came); with COG_EINVALID for one that has been
 * added before, so that there is no cycle of calls. A timeout set on it is the caller's alone: what
 * it called runs on by itself. The default timeout does not apply. A reference to it that the
 * caller holds must be dropped by a clean-up, in case the caller is cancelled; or let the call take
 * it. */
void cog_set_call(struct cog_op *op, struct cog_coro *coro);

/* As call, and takes the caller's reference over: the coroutine is freed when it has ended, also
 * when the one that called it is gone by then. */
void cog_set_call_take(struct cog_op *op, struct cog_coro *coro);

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

/* COG_ENOTSUBSCRIBED if it was not subscribed; COG_EINVALID while somebody is parked in a fetch of
 * that subscription. */
void cog_set_unsubscribe(struct cog_op *op, struct cog_channel *channel);

/* Waits until there is a message since its last fetch; at once if there is. Result:
 * op->u.messages.count messages, to be read with cog_fetch_message before the coroutine waits again
 * or compacts the channel. Timed. Fails with COG_ENOTSUBSCRIBED. */
void cog_set_fetch(struct cog_op *op, struct cog_channel *channel);

/* The same for a subscriber that has a key instead of being the coroutine: it lasts until it is
 * unsubscribed or its channel freed, and whoever knows the key fetches for it. What is published
 * while several are parked in a fetch of one key, each of them gets. COG_EINVALID: subscribing
 * again while somebody is parked so. */
void cog_set_subscribe_key(struct cog_op *op, struct cog_channel *channel, uint64_t key);
void cog_set_unsubscribe_key(struct cog_op *op, struct cog_channel *channel, uint64_t key);
void cog_set_fetch_key(struct cog_op *op, struct cog_channel *channel, uint64_t key);

/* A message that a fetch ended with; index < op->u.messages.count. */
union cog_value cog_fetch_message(const struct cog_op *op, size_t index);

/* Drops the messages that every subscriber has fetched (all, if there is none). Returns how many.
 * Not an operation. */
size_t cog_channel_compact(struct cog_channel *channel);

/* -- Pipes: a coroutine that produces chunks for another one, in turns. */

struct cog_pipe;

/* Makes a pipe out of a new coroutine, its producer, which begins to run when the first chunk is
 * wanted. The pipe retains it. Options may be null. COG_OK, COG_ENOMEM; COG_EINVALID if the
 * producer has been added before. */
int cog_pipe_new(struct cog_scheduler *scheduler, struct cog_coro *producer,
                 const struct cog_object_options *options, struct cog_pipe **out);

/* Nobody may wait for a chunk any more. A producer that has not ended is cancelled. Null is
 * allowed. Not from inside the producer. */
void cog_pipe_free(struct cog_pipe *pipe);

/* Waits for the next chunk, which is the result. Control passes straight to the producer; with its
 * chunk it comes straight back. COG_EEND, the sentinel: the producer has ended. COG_EFAILED: it has
 * failed. COG_EINVALID: somebody else waits for a chunk, or the producer itself does. The default
 * timeout does not apply; after one that was set, the producer runs on by itself, and its chunk
 * waits for the next call. */
void cog_set_pipe_next(struct cog_op *op, struct cog_pipe *pipe);

/* The producer hands out a chunk and waits until the next one is wanted. COG_ESTOPPED: none will
 * be. COG_EINVALID: not the producer. */
void cog_set_pipe_chunk(struct cog_op *op, struct cog_pipe *pipe, union cog_value chunk);

/* Wants no more: the producer's chunk, and each further one, ends with COG_ESTOPPED. Waits until
 * the producer has ended: COG_OK, or COG_EFAILED if it fails otherwise than by that. A producer
 * that has not begun never does. */
void cog_set_pipe_stop(struct cog_op *op, struct cog_pipe *pipe);

/* -- Mailboxes: results from other threads. */

struct cog_mailbox;
struct cog_mailbox_options {
    const char *name; /* borrowed; null: none */
    uint32_t tag;     /* for the observer */
    size_t size;      /* how many values it holds; 0: 64 */
};
/* options may be null. COG_OK, COG_ENOMEM; COG_EUNSUPPORTED if nobody can wake the proactor. */
int cog_mailbox_new(struct cog_scheduler *scheduler, const struct cog_mailbox_options *options,
                    struct cog_mailbox **out);

/* Nobody may wait on it and no thread may post to it any more. Null is allowed. */
void cog_mailbox_free(struct cog_mailbox *mailbox);

/* Hands a value in, from any thread, and wakes the scheduler. Values are taken in the order of
 * posting. COG_OK; COG_EFULL; COG_ECLOSED: the scheduler has been freed. */
int cog_post(struct cog_mailbox *mailbox, union cog_value value);

/* Takes the next value, which is the result. While somebody waits for one, cog_run does not regard
 * the program as stalled. Timed. */
void cog_set_take(struct cog_op *op, struct cog_mailbox *mailbox);

/* -- Sockets. A socket is a number that the proactor gives out; -1 is none. All are timed, listen,
 * bind, shutdown and close apart. With multiplex-first, what can be done at once is done and the
 * coroutine continues. */

/* Listens on an address. Result: op->socket. backlog: how many connections may wait to be accepted,
 * >= 1. COG_EADDRINUSE. */
void cog_set_listen(struct cog_op *op, const struct sockaddr *address, size_t address_bytes,
                    int backlog);

/* Opens a datagram socket that is bound to an address. Result: op->socket. COG_EADDRINUSE. */
void cog_set_bind(struct cog_op *op, const struct sockaddr *address, size_t address_bytes);

/* Takes the next connection. Result: op->socket. */
void cog_set_accept(struct cog_op *op, int32_t listener);

/* Connects to an address. Result: op->socket. COG_EREFUSED, COG_ERESET, COG_EUNREACHABLE;
 * COG_EFULL: the backlog of a Unix socket, of which no system tells when it has room. */
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

/* Receives one datagram. Result: op->u.io.done, its bytes, which may be 0; the sender's address in
 * *address, which has room for address_bytes (null: not wanted), its size in op->value.bits. One
 * that does not fit is COG_EFULL, and its first part is in the buffer. */
void cog_set_recvfrom(struct cog_op *op, int32_t socket, char *buffer, size_t bytes,
                      struct sockaddr *address, size_t address_bytes);

/* Sends at least one byte, as much as there is room for. Result: op->u.io.done. COG_ECLOSED,
 * COG_ERESET. */
void cog_set_send(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes);

/* Sends all bytes. After any other ending op->u.io.done tells how many went out. */
void cog_set_sendall(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes);

/* Sends one datagram to an address. */
void cog_set_sendto(struct cog_op *op, int32_t socket, const char *buffer, size_t bytes,
                    const struct sockaddr *address, size_t address_bytes);

/* Sends `bytes` of an open file (0: all up to its end) from offset on, block_bytes at a time (0: 64
 * KiB). After any ending op->u.file.done tells how many went out; each part is activity. A file
 * that ends before `bytes` were sent is COG_EEND. The file's own position is neither used nor
 * moved. */
void cog_set_sendfile(struct cog_op *op, int32_t socket, int file, int64_t offset, size_t bytes,
                      size_t block_bytes);

/* Ends the stream in this direction; the other one stays open. COG_ECLOSED: the connection has been
 * reset; why, the next transfer tells. */
void cog_set_shutdown(struct cog_op *op, int32_t socket);

/* Closes the socket. With unread data the peer is reset. Other coroutines' operations on it end
 * with COG_ECLOSED. */
void cog_set_close(struct cog_op *op, int32_t socket);

/* Closes a socket from outside of any operation. COG_OK, COG_EBADSOCKET. */
int cog_close_socket(struct cog_scheduler *scheduler, int32_t socket);

/* ---- Operations of your own ----
 *
 * A type of kind COG_OP_CUSTOM, and a function that makes an operation of it with cog_set_custom.
 * core/TUTORIAL.md has an example. */

/* What a kind of operation does. */
struct cog_op_type {
    const char *name;
    enum cog_op_kind kind;
    bool is_timed; /* the scheduler's default timeout applies to it */
    /* Begins the (pending) operation. Ends it with cog_op_finish, or parks it with cog_park.
     * Returns the coroutine that continues at once, or null. */
    struct cog_coro *(*process)(struct cog_scheduler *scheduler, struct cog_coro *coro);
    /* Takes a parked operation back, because it expires or is cancelled. False if it is too late
     * for that. Null: always possible. */
    bool (*withdraw)(struct cog_scheduler *scheduler, struct cog_op *op);
    /* Called once at its ending, whatever that is, if process has been called. May be null. */
    void (*finalize)(struct cog_scheduler *scheduler, struct cog_op *op);
    /* Called in place of both when it fails before it begins (a negative duration): gives back what
     * the operation was given to own. May be null. */
    void (*refuse)(struct cog_scheduler *scheduler, struct cog_op *op);
};

/* Makes *op an operation of the user's type; object, value and u.custom are its own. The type is
 * static. */
void cog_set_custom(struct cog_op *op, const struct cog_op_type *type, void *object);

/* For process: parks coro, in a list of the user's (null: in none), with its timeout armed. Returns
 * null, for process to return. */
struct cog_coro *cog_park(struct cog_scheduler *scheduler, struct cog_coro *coro,
                          struct cog_link *list);

/* Ends a pending operation, completed for COG_OK and failed for anything else: its deadline is
 * removed, it leaves the list that it is parked in, finalize runs. Returns its coroutine, which
 * then continues at once (process returns it) or is given to cog_make_ready; before anything else.
 */
struct cog_coro *cog_op_finish(struct cog_scheduler *scheduler, struct cog_op *op, int status);

/* Puts a coroutine whose operation has ended into the ready queue, at its front or back. */
void cog_make_ready(struct cog_scheduler *scheduler, struct cog_coro *coro, bool front);

/* Does the priority of an operation that has begun have this flag? */
static inline bool cog_op_has_priority(const struct cog_op *op, enum cog_priority flag) {
    return (op->priority & (int)flag) != 0;
}

/* ---- Calls of stackful coroutines ----
 *
 * Each does what the cog_set_ call of the same name does, suspends self until the operation has
 * ended, and returns its status; those that give a number return it (>= 0) or the status. Out
 * pointers may be null and are written on success only. `wait` says how to wait; null: with the
 * scheduler's defaults. */

struct cog_wait_options {
    enum cog_timeout_kind timeout_kind; /* default: the scheduler's */
    bool is_strong;
    int64_t timeout_ns;
    bool has_priority; /* false: the scheduler's default_priority */
    enum cog_priority priority;
};

/* How to wait, written where it is needed: cog_recv(self, socket, buffer, 512,
 * COG_IDLE(5 * COG_SECOND)). WITHIN and UNTIL are strong, IDLE is weak, and FOREVER is without the
 * default timeout too. For C alone: C++ has no compound literals and fills in a struct. */
#define COG_WAIT_OPTIONS(kind, strong, ns)                                                         \
    (&(const struct cog_wait_options){                                                             \
        .timeout_kind = (kind), .is_strong = (strong), .timeout_ns = (ns)})
#define COG_WITHIN(timeout_ns) COG_WAIT_OPTIONS(COG_TIMEOUT_RELATIVE, true, timeout_ns)
#define COG_IDLE(timeout_ns) COG_WAIT_OPTIONS(COG_TIMEOUT_RELATIVE, false, timeout_ns)
#define COG_UNTIL(deadline_ns) COG_WAIT_OPTIONS(COG_TIMEOUT_ABSOLUTE, true, deadline_ns)
#define COG_FOREVER COG_WAIT_OPTIONS(COG_TIMEOUT_NONE, false, 0)

int cog_yield(struct cog_coro *self);
int cog_sleep(struct cog_coro *self, int64_t duration_ns);
int cog_sleep_until(struct cog_coro *self, int64_t deadline_ns);

int cog_wait(struct cog_coro *self, struct cog_signal *signal, union cog_value *value,
             const struct cog_wait_options *wait);
int64_t cog_signal(struct cog_coro *self, struct cog_signal *signal, union cog_value value,
                   uint32_t recipients, const struct cog_wait_options *wait); /* the number woken */

int cog_spawn(struct cog_coro *self, struct cog_coro *coro, const struct cog_wait_options *wait);
int cog_call(struct cog_coro *self, struct cog_coro *coro, union cog_value *result,
             const struct cog_wait_options *wait);
/* Calls function(argument) in a stackful coroutine made for it. */
int cog_call_function(struct cog_coro *self, cog_function function, void *argument,
                      const char *name, union cog_value *result,
                      const struct cog_wait_options *wait);
int cog_join(struct cog_coro *self, struct cog_coro *coro, union cog_value *result,
             const struct cog_wait_options *wait);

int cog_queue_put(struct cog_coro *self, struct cog_queue *queue, union cog_value value,
                  const struct cog_wait_options *wait);
int cog_queue_get(struct cog_coro *self, struct cog_queue *queue, union cog_value *value,
                  const struct cog_wait_options *wait);
int cog_queue_try_put(struct cog_coro *self, struct cog_queue *queue, union cog_value value);
int cog_queue_try_get(struct cog_coro *self, struct cog_queue *queue, union cog_value *value);
int cog_queue_done(struct cog_coro *self, struct cog_queue *queue);
int cog_queue_join(struct cog_coro *self, struct cog_queue *queue,
                   const struct cog_wait_options *wait);

int cog_publish(struct cog_coro *self, struct cog_channel *channel, union cog_value message,
                const struct cog_wait_options *wait);
int cog_subscribe(struct cog_coro *self, struct cog_channel *channel);
int cog_unsubscribe(struct cog_coro *self, struct cog_channel *channel);
int cog_subscribe_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key);
int cog_unsubscribe_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key);

/* The number of messages; read them with cog_fetch_message(cog_coro_op(self), index). */
int64_t cog_fetch(struct cog_coro *self, struct cog_channel *channel,
                  const struct cog_wait_options *wait);
int64_t cog_fetch_key(struct cog_coro *self, struct cog_channel *channel, uint64_t key,
                      const struct cog_wait_options *wait);

int cog_pipe_next(struct cog_coro *self, struct cog_pipe *pipe, union cog_value *chunk,
                  const struct cog_wait_options *wait);
int cog_pipe_chunk(struct cog_coro *self, struct cog_pipe *pipe, union cog_value chunk,
                   const struct cog_wait_options *wait);
int cog_pipe_stop(struct cog_coro *self, struct cog_pipe *pipe,
                  const struct cog_wait_options *wait);

int cog_take(struct cog_coro *self, struct cog_mailbox *mailbox, union cog_value *value,
             const struct cog_wait_options *wait);

/* These give a socket. */
int32_t cog_listen(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes,
                   int backlog);
int32_t cog_bind(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes);
int32_t cog_accept(struct cog_coro *self, int32_t listener, const struct cog_wait_options *wait);
int32_t cog_connect(struct cog_coro *self, const struct sockaddr *address, size_t address_bytes,
                    const struct cog_wait_options *wait);

/* These give the number of bytes; cog_transferred tells it after a failure too. */
int64_t cog_recv(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                 const struct cog_wait_options *wait);
int64_t cog_recvall(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                    const struct cog_wait_options *wait);
int64_t cog_recvline(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                     const struct cog_wait_options *wait);
int64_t cog_recvfrom(struct cog_coro *self, int32_t socket, char *buffer, size_t bytes,
                     struct sockaddr *address, size_t *address_bytes, /* in: room; out: size */
                     const struct cog_wait_options *wait);
int64_t cog_send(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                 const struct cog_wait_options *wait);
int64_t cog_sendall(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                    const struct cog_wait_options *wait);
int64_t cog_sendto(struct cog_coro *self, int32_t socket, const char *buffer, size_t bytes,
                   const struct sockaddr *address, size_t address_bytes,
                   const struct cog_wait_options *wait);
int64_t cog_sendfile(struct cog_coro *self, int32_t socket, int file, int64_t offset, size_t bytes,
                     size_t block_bytes, const struct cog_wait_options *wait);
size_t cog_transferred(struct cog_coro *self);

int cog_shutdown(struct cog_coro *self, int32_t socket);
int cog_close(struct cog_coro *self, int32_t socket);

/* -- Buffered streams: a socket read by lines and written in blocks. Nothing that has been received
 * is lost when a call times out: the next one begins with it. A strong timeout is for the whole
 * call; a weak one begins anew with each part that is received or sent. */

struct cog_stream;
struct cog_stream_options {
    size_t read_bytes;  /* of its read buffer, which is also the longest line; 0: 4096 */
    size_t write_bytes; /* of its write buffer; 0: 4096 */
};

/* Makes a stream on a socket, which stays the caller's to close. Options may be null. COG_OK,
 * COG_ENOMEM. */
int cog_stream_new(struct cog_scheduler *scheduler, int32_t socket,
                   const struct cog_stream_options *options, struct cog_stream **out);

/* What was written and not flushed is dropped. Null is allowed. */
void cog_stream_free(struct cog_stream *stream);

/* Reads at least one byte, at most bytes. The number; COG_ECLOSED at the end of the stream. */
int64_t cog_stream_read(struct cog_coro *self, struct cog_stream *stream, char *buffer,
                        size_t bytes, const struct cog_wait_options *wait);

/* Reads exactly bytes; after any other ending nothing has been taken. COG_EINVALID: more than the
 * read buffer holds. */
int64_t cog_stream_readall(struct cog_coro *self, struct cog_stream *stream, char *buffer,
                           size_t bytes, const struct cog_wait_options *wait);

/* Reads the next line: *line points to it within the stream, until the next read, its newline
 * included. The number of its bytes; COG_EFULL: it does not fit into the read buffer; COG_ECLOSED:
 * the stream has ended (cog_stream_read gives what is left of a last line without newline). */
int64_t cog_stream_readline(struct cog_coro *self, struct cog_stream *stream, const char **line,
                            const struct cog_wait_options *wait);

/* Writes into the write buffer, and sends that whenever it is full. How many of the bytes were
 * taken, which is all unless sending fails; then a code, if none were. What was taken and not sent
 * stays in the buffer. */
int64_t cog_stream_write(struct cog_coro *self, struct cog_stream *stream, const char *data,
                         size_t bytes, const struct cog_wait_options *wait);

/* Sends what is in the write buffer. */
int cog_stream_flush(struct cog_coro *self, struct cog_stream *stream,
                     const struct cog_wait_options *wait);

#ifdef __cplusplus
}
#endif

#endif
