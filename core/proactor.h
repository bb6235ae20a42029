/* proactor.h - the seam through which socket operations are carried out, and the only place that
 * sleeps.
 *
 * The scheduler hands a socket operation over with `submit`. Either it ends there and then, or the
 * proactor holds it until `run` finds that it can end, and reports that with
 * cog_proactor_complete(). While an operation is held its `link` belongs to the proactor. A timeout
 * or a cancellation takes it back with `cancel`.
 */
#ifndef COG_PROACTOR_H
#define COG_PROACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cog_allocator;
struct cog_op;
struct cog_scheduler;

struct cog_proactor_ops {
    const char *name;

    /* Told once, by the scheduler that is made with this proactor. */
    void (*attach)(void *context, struct cog_scheduler *scheduler);

    /* Takes a socket operation (kinds COG_OP_LISTEN to COG_OP_CLOSE). With try_first it is
     * attempted at once, unless older ones wait on the socket in its direction. Returns COG_OK: it
     * is done, its results are filled in. COG_PENDING: it is held. A negative code: it failed.
     * listen, bind, shutdown and close always end at once. Operations still held on a socket that
     * is closed are completed with COG_ECLOSED by the next run. */
    int (*submit)(void *context, struct cog_op *op, bool try_first);

    /* Gives up a held operation: after true the proactor knows nothing of it any more. False when
     * that is too late because its completion is under way; then it will still be completed. */
    bool (*cancel)(void *context, struct cog_op *op);

    /* Completes what can be completed; when that is nothing, waits for it, at most timeout_ns. Only
     * records completions: no coroutine runs in here. Returns COG_OK or a negative code, which ends
     * cog_run with it. */
    int (*run)(void *context, int64_t timeout_ns);

    /* How many operations it holds. */
    size_t (*held_count)(const void *context);

    /* Closes a socket outside of any operation (a coroutine's clean-up). As the close operation. */
    int (*close_socket)(void *context, int32_t socket);

    /* The scheduler goes away; operations still held are forgotten. May be null. */
    void (*detach)(void *context);

    /* Makes a run that sleeps, or the next one, return at once. From any thread and from signal
     * handlers. Null: nobody outside can wake it. */
    void (*wake)(void *context);

    /* A file descriptor that is readable while run has something to do, for other main loops; -1:
     * there is none. May be null. */
    int (*descriptor)(const void *context);

    /* Frees the proactor and closes the sockets that are still open. Null: nothing to free. */
    void (*close)(void *context);

    /* For a proactor around another one: what that reports of an operation that it holds, before
     * the scheduler acts on it. Its status when it has ended, COG_PENDING for activity. Null:
     * nobody wants to know. */
    void (*told)(void *context, struct cog_op *op, int status);
};

struct cog_proactor {
    const struct cog_proactor_ops *ops;
    void *context;
};

/* The proactor of programs without sockets: it holds nothing, refuses every socket operation with
 * COG_EUNSUPPORTED, and sleeps by clock_nanosleep. */
struct cog_proactor cog_proactor_none(void);

/* Opens a proactor by name: "epoll", "io_uring", "poll", "select", "none"; null: the best that this
 * machine has. allocator null: malloc; it must outlive the proactor. COG_OK, COG_ENOMEM,
 * COG_EUNSUPPORTED (no such proactor here; cog_proactor_list tells why), COG_EPROACTOR (errno
 * tells). *out is set on COG_OK only.
 *
 * Its sockets are file descriptors, closed on exec, and non-blocking unless the kernel waits for
 * them (io_uring); options may be set on them, but only the proactor closes them. Numbers that it
 * did not give out are COG_EBADSOCKET. On a socket whose number is FD_SETSIZE (1024) or more,
 * "select" fails with COG_ELIMIT each operation that would have to wait. */
int cog_proactor_open(const char *name, const struct cog_allocator *allocator,
                      struct cog_proactor *out);

/* After the scheduler that used it is gone. */
void cog_proactor_close(struct cog_proactor *proactor);

/* The names of the proactors that the library was built with, best first; null at the end. */
const char *cog_proactor_name(size_t index);

struct cog_proactor_info {
    const char *name;
    bool is_usable;   /* on this machine, by this process */
    const char *note; /* why it is not: a text (static); else null */
};

/* The same, and which of them can be opened: writes at most `count`, returns how many there are. A
 * null name opens the first that is usable. */
size_t cog_proactor_list(struct cog_proactor_info *infos, size_t count);

/* For proactors, within run: op, which was held, ended with this status; its results are filled in.
 */
void cog_proactor_complete(struct cog_scheduler *scheduler, struct cog_op *op, int status);

/* For proactors: op made progress without completing; moves its weak deadline. */
void cog_proactor_activity(struct cog_scheduler *scheduler, struct cog_op *op);

#ifdef __cplusplus
}
#endif

#endif
