/* proactor_none.c - the proactor of programs without sockets: it only sleeps. */
#include "core/cogen.h"
#include "core/proactors.h"

#include <errno.h>
#include <time.h>

static void attach_none(void *context, struct cog_scheduler *scheduler) {
    (void)context;
    (void)scheduler;
}

static int submit_none(void *context, struct cog_op *op, bool try_first) {
    (void)context;
    (void)op;
    (void)try_first;
    return COG_EUNSUPPORTED;
}

static bool cancel_none(void *context, struct cog_op *op) {
    (void)context;
    (void)op;
    return true;
}

static int run_none(void *context, int64_t timeout_ns) {
    (void)context;
    if (timeout_ns <= 0) {
        return COG_OK;
    }
    struct timespec duration = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                                .tv_nsec = (long)(timeout_ns % 1000000000)};
    int error = clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
    return error == 0 || error == EINTR ? COG_OK : COG_EPROACTOR;
}

static size_t held_count_none(const void *context) {
    (void)context;
    return 0;
}

static int close_socket_none(void *context, int32_t socket) {
    (void)context;
    (void)socket;
    return COG_EBADSOCKET;
}

struct cog_proactor cog_proactor_none(void) {
    static const struct cog_proactor_ops ops = {
        .name = "none",
        .attach = attach_none,
        .submit = submit_none,
        .cancel = cancel_none,
        .run = run_none,
        .held_count = held_count_none,
        .close_socket = close_socket_none,
        .detach = NULL,
        .wake = NULL,
        .descriptor = NULL,
        .close = NULL,
    };
    return (struct cog_proactor){.ops = &ops, .context = NULL};
}

static int open_none(const struct cog_allocator *allocator, struct cog_proactor *out) {
    (void)allocator;
    *out = cog_proactor_none();
    return COG_OK;
}

const struct cog_proactor_kind *cog_proactor_kind_none(void) {
    static const struct cog_proactor_kind kind = {.name = "none", .open = open_none};
    return &kind;
}
