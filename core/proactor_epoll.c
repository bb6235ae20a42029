/* proactor_epoll.c - asks by epoll, on Linux.
 *
 * Edge-triggered, and a socket stays registered for as long as it is open: a connection on which
 * requests are waited for one after the other costs one epoll_ctl in its life. Two things take it
 * out: a wait that was cancelled (nobody may come back to it), and a second report in a row while
 * nobody waits (somebody sends to one who does not listen).
 */
#if defined(__linux__)
#define _GNU_SOURCE /* epoll_pwait2 */
#endif

#include "core/proactors.h"

#if defined(__linux__)

#include "core/reactor.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 256 };

/* What an event is about: a socket's number, and in the upper half its generation, because a
 * registration outlives its socket in a forked process. Generations begin at 1. */
enum { WAKEUP_KEY = 0 };

struct epoll_proactor {
    struct cog_reactor reactor;
    int epoll;
    bool lacks_pwait2; /* the system counts in milliseconds only */
    struct epoll_event events[EVENTS_MAX];
};

static uint64_t key_of(const struct cog_descriptor *descriptor) {
    return (uint64_t)descriptor->generation << 32 | (uint32_t)descriptor->number;
}

/* Null: it has been closed. */
static struct cog_descriptor *descriptor_of(struct cog_reactor *reactor, uint64_t key) {
    struct cog_descriptor *descriptor =
        cog_descriptors_find(&reactor->descriptors, (int32_t)(key & UINT32_MAX));
    return descriptor != NULL && key_of(descriptor) == key ? descriptor : NULL;
}

static int register_socket(struct epoll_proactor *proactor, struct cog_descriptor *descriptor,
                           uint8_t directions) {
    struct epoll_event event = {
        .events = ((directions & COG_RECEIVING_BIT) != 0 ? EPOLLIN | EPOLLRDHUP : 0u) |
                  ((directions & COG_SENDING_BIT) != 0 ? EPOLLOUT : 0u) | EPOLLET,
        .data.u64 = key_of(descriptor)};
    int command = descriptor->watched == 0 ? EPOLL_CTL_ADD
                  : directions == 0        ? EPOLL_CTL_DEL
                                           : EPOLL_CTL_MOD;
    if (epoll_ctl(proactor->epoll, command, descriptor->number, &event) != 0) {
        return errno == ENOMEM ? COG_ENOMEM : errno == ENOSPC ? COG_ELIMIT : COG_EPROACTOR;
    }
    proactor->reactor.watched_count += descriptor->watched == 0 ? 1 : 0;
    proactor->reactor.watched_count -= directions == 0 ? 1 : 0;
    descriptor->watched = directions;
    return COG_OK;
}

static int watch_epoll(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    uint8_t directions = descriptor->watched | cog_descriptor_held(descriptor);
    return directions == descriptor->watched
               ? COG_OK
               : register_socket((struct epoll_proactor *)reactor, descriptor, directions);
}

static void unwatch_epoll(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    if (descriptor->watched != 0) {
        (void)register_socket((struct epoll_proactor *)reactor, descriptor, 0);
    }
}

static void forget_epoll(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    reactor->watched_count -= descriptor->watched != 0 ? 1 : 0;
    descriptor->watched = 0;
}

/* Never less than the timeout, so that a deadline is not asked for twice. */
static int call_epoll(struct epoll_proactor *proactor, int64_t timeout_ns) {
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 35)
    int64_t rest_ns = timeout_ns % 1000000;
    if (rest_ns != 0 && !proactor->lacks_pwait2) {
        struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                                   .tv_nsec = (long)(timeout_ns % 1000000000)};
        int count = epoll_pwait2(proactor->epoll, proactor->events, EVENTS_MAX, &timeout, NULL);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return count;
        }
        proactor->lacks_pwait2 = true;
    }
#endif
#endif
    int64_t timeout_ms = timeout_ns / 1000000 + (timeout_ns % 1000000 > 0 ? 1 : 0);
    return epoll_wait(proactor->epoll, proactor->events, EVENTS_MAX,
                      timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX);
}

static void report_event(struct epoll_proactor *proactor, const struct epoll_event *event) {
    struct cog_reactor *reactor = &proactor->reactor;
    struct cog_descriptor *descriptor = descriptor_of(reactor, event->data.u64);
    if (descriptor == NULL) {
        return;
    }
    bool is_broken = (event->events & (EPOLLERR | EPOLLHUP)) != 0;
    uint8_t directions =
        (uint8_t)(((event->events & EPOLLIN) != 0 || is_broken ? COG_RECEIVING_BIT : 0) |
                  ((event->events & EPOLLOUT) != 0 || is_broken ? COG_SENDING_BIT : 0));
    if (is_broken || (event->events & EPOLLRDHUP) != 0) {
        descriptor->drains = false; /* the end will not be reported again */
        directions |= COG_RECEIVING_BIT;
    }
    cog_reactor_report(reactor, descriptor, directions);
    if (cog_descriptor_held(descriptor) == 0) {
        if ((descriptor->unwanted & directions) != 0) {
            unwatch_epoll(reactor, descriptor);
        }
        descriptor->unwanted |= directions;
    }
}

static int wait_epoll(struct cog_reactor *reactor, int64_t timeout_ns) {
    struct epoll_proactor *proactor = (struct epoll_proactor *)reactor;
    int count = call_epoll(proactor, timeout_ns);
    if (count < 0) {
        return errno == EINTR ? COG_OK : COG_EPROACTOR;
    }
    for (int i = 0; i < count; i++) {
        if (proactor->events[i].data.u64 == WAKEUP_KEY) {
            cog_wakeup_lower(&reactor->wakeup);
        } else {
            report_event(proactor, &proactor->events[i]);
        }
    }
    return COG_OK;
}

static int descriptor_epoll(const void *context) {
    return ((const struct epoll_proactor *)context)->epoll;
}

static void close_epoll(void *context) {
    struct epoll_proactor *proactor = context;
    const struct cog_allocator *allocator = proactor->reactor.allocator;
    cog_reactor_term(&proactor->reactor);
    cog_wakeup_close(&proactor->reactor.wakeup);
    (void)close(proactor->epoll);
    cog_release(allocator, proactor, sizeof *proactor);
}

static const struct cog_proactor_ops *seam_epoll(void) {
    static const struct cog_proactor_ops ops = {
        .name = "epoll",
        .attach = cog_reactor_attach,
        .submit = cog_reactor_submit,
        .cancel = cog_reactor_cancel,
        .run = cog_reactor_run,
        .held_count = cog_reactor_held_count,
        .close_socket = cog_reactor_close_socket,
        .detach = cog_reactor_detach,
        .wake = cog_reactor_wake,
        .descriptor = descriptor_epoll,
        .close = close_epoll,
    };
    return &ops;
}

/* The epoll descriptor, with an eventfd in it that wakes it. */
static int open_descriptors(struct epoll_proactor *proactor) {
    int event_descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event_descriptor < 0) {
        return errno == ENOSYS ? COG_EUNSUPPORTED : COG_EPROACTOR;
    }
    cog_wakeup_open_event(&proactor->reactor.wakeup, event_descriptor);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = WAKEUP_KEY};
    proactor->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (proactor->epoll >= 0 &&
        epoll_ctl(proactor->epoll, EPOLL_CTL_ADD, event_descriptor, &event) == 0) {
        return COG_OK;
    }
    int error = errno;
    if (proactor->epoll >= 0) {
        (void)close(proactor->epoll);
    }
    cog_wakeup_close(&proactor->reactor.wakeup);
    errno = error;
    return error == ENOSYS ? COG_EUNSUPPORTED : COG_EPROACTOR;
}

static int open_epoll(const struct cog_allocator *allocator, struct cog_proactor *out) {
    static const struct cog_reactor_ops ops = {.reports_edges = true,
                                               .watch = watch_epoll,
                                               .unwatch = unwatch_epoll,
                                               .forget = forget_epoll,
                                               .wait = wait_epoll};
    struct epoll_proactor *proactor = cog_allocate_zeroed(allocator, 1, sizeof *proactor);
    if (proactor == NULL) {
        return COG_ENOMEM;
    }
    int status = open_descriptors(proactor);
    if (status != COG_OK) {
        cog_release(allocator, proactor, sizeof *proactor);
        return status;
    }
    cog_reactor_init(&proactor->reactor, &ops, allocator);
    *out = (struct cog_proactor){.ops = seam_epoll(), .context = proactor};
    return COG_OK;
}

const struct cog_proactor_kind *cog_proactor_kind_epoll(void) {
    static const struct cog_proactor_kind kind = {.name = "epoll", .open = open_epoll};
    return &kind;
}

#else

const struct cog_proactor_kind *cog_proactor_kind_epoll(void) {
    return NULL;
}

#endif
