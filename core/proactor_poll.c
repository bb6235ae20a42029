/* proactor_poll.c - asks by poll, which every POSIX system has. */
#if defined(__linux__)
#define _GNU_SOURCE /* ppoll */
#endif

#include "core/proactors.h"
#include "core/reactor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

/* polled[0] is the wakeup; the others are sockets on which something is held, and until the next
 * wait some on which something was. `watched` of a socket is not 0 while it is in there, at its
 * `place`. */
struct poll_proactor {
    struct cog_reactor reactor;
    struct pollfd *polled;
    size_t count;
    size_t capacity;
};

static int watch_poll(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    struct poll_proactor *proactor = (struct poll_proactor *)reactor;
    if (descriptor->watched != 0) {
        return COG_OK;
    }
    struct pollfd *polled = cog_grow(reactor->allocator, proactor->polled, proactor->count,
                                     &proactor->capacity, sizeof *polled);
    if (polled == NULL) {
        return COG_ENOMEM;
    }
    proactor->polled = polled;
    descriptor->place = proactor->count++;
    descriptor->watched = COG_BOTH_BITS;
    polled[descriptor->place] = (struct pollfd){.fd = descriptor->number};
    return COG_OK;
}

static void forget_poll(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    struct poll_proactor *proactor = (struct poll_proactor *)reactor;
    if (descriptor->watched == 0) {
        return;
    }
    struct pollfd last = proactor->polled[--proactor->count];
    proactor->polled[descriptor->place] = last;
    cog_descriptors_find(&reactor->descriptors, last.fd)->place = descriptor->place;
    descriptor->watched = 0;
}

/* From the end on, because forgetting one moves the last one to its place. */
static void ask_for_what_is_held(struct poll_proactor *proactor) {
    for (size_t i = proactor->count - 1; i > 0; i--) {
        struct pollfd *polled = &proactor->polled[i];
        struct cog_descriptor *descriptor =
            cog_descriptors_find(&proactor->reactor.descriptors, polled->fd);
        uint8_t held = cog_descriptor_held(descriptor);
        polled->events = (short)(((held & COG_RECEIVING_BIT) != 0 ? POLLIN : 0) |
                                 ((held & COG_SENDING_BIT) != 0 ? POLLOUT : 0));
        if (held == 0) {
            forget_poll(&proactor->reactor, descriptor);
        }
    }
}

/* Never less than the timeout, so that a deadline is not asked for twice. */
static int call_poll(struct pollfd *polled, size_t count, int64_t timeout_ns) {
#if defined(__linux__)
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    return ppoll(polled, (nfds_t)count, &timeout, NULL);
#else
    int64_t timeout_ms = timeout_ns / 1000000 + (timeout_ns % 1000000 > 0 ? 1 : 0);
    return poll(polled, (nfds_t)count, timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX);
#endif
}

/* A socket that has gone wrong is ready for both: the attempts tell how. */
static uint8_t directions_of(short events) {
    if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        return COG_BOTH_BITS;
    }
    return (uint8_t)(((events & POLLIN) != 0 ? COG_RECEIVING_BIT : 0) |
                     ((events & POLLOUT) != 0 ? COG_SENDING_BIT : 0));
}

static int wait_poll(struct cog_reactor *reactor, int64_t timeout_ns) {
    struct poll_proactor *proactor = (struct poll_proactor *)reactor;
    ask_for_what_is_held(proactor);
    int ready_count = call_poll(proactor->polled, proactor->count, timeout_ns);
    if (ready_count < 0) {
        return errno == EINTR ? COG_OK : COG_EPROACTOR;
    }
    if (ready_count > 0 && proactor->polled[0].revents != 0) {
        cog_wakeup_lower(&reactor->wakeup);
        ready_count--;
    }
    for (size_t i = 1; i < proactor->count && ready_count > 0; i++) {
        const struct pollfd *polled = &proactor->polled[i];
        if (polled->revents != 0) {
            ready_count--;
            cog_reactor_report(reactor, cog_descriptors_find(&reactor->descriptors, polled->fd),
                               directions_of(polled->revents));
        }
    }
    return COG_OK;
}

static void close_poll(void *context) {
    struct poll_proactor *proactor = context;
    const struct cog_allocator *allocator = proactor->reactor.allocator;
    cog_reactor_term(&proactor->reactor);
    cog_wakeup_close(&proactor->reactor.wakeup);
    cog_release(allocator, proactor->polled, proactor->capacity * sizeof *proactor->polled);
    cog_release(allocator, proactor, sizeof *proactor);
}

static const struct cog_proactor_ops *seam_poll(void) {
    static const struct cog_proactor_ops ops = {
        .name = "poll",
        .attach = cog_reactor_attach,
        .submit = cog_reactor_submit,
        .cancel = cog_reactor_cancel,
        .run = cog_reactor_run,
        .held_count = cog_reactor_held_count,
        .close_socket = cog_reactor_close_socket,
        .detach = cog_reactor_detach,
        .wake = cog_reactor_wake,
        .descriptor = NULL,
        .close = close_poll,
    };
    return &ops;
}

static int open_poll(const struct cog_allocator *allocator, struct cog_proactor *out) {
    static const struct cog_reactor_ops ops = {.reports_edges = false,
                                               .watch = watch_poll,
                                               .unwatch = NULL,
                                               .forget = forget_poll,
                                               .wait = wait_poll};
    struct poll_proactor *proactor = cog_allocate_zeroed(allocator, 1, sizeof *proactor);
    if (proactor == NULL) {
        return COG_ENOMEM;
    }
    int status = COG_ENOMEM;
    proactor->polled = cog_grow(allocator, NULL, 0, &proactor->capacity, sizeof(struct pollfd));
    if (proactor->polled != NULL) {
        status = cog_wakeup_open_pipe(&proactor->reactor.wakeup) ? COG_OK : COG_EPROACTOR;
    }
    if (status != COG_OK) {
        cog_release(allocator, proactor->polled, proactor->capacity * sizeof *proactor->polled);
        cog_release(allocator, proactor, sizeof *proactor);
        return status;
    }
    cog_reactor_init(&proactor->reactor, &ops, allocator);
    proactor->polled[0] = (struct pollfd){.fd = proactor->reactor.wakeup.reader, .events = POLLIN};
    proactor->count = 1;
    *out = (struct cog_proactor){.ops = seam_poll(), .context = proactor};
    return COG_OK;
}

const struct cog_proactor_kind *cog_proactor_kind_poll(void) {
    static const struct cog_proactor_kind kind = {.name = "poll", .open = open_poll};
    return &kind;
}
