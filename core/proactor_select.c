/* proactor_select.c - asks by pselect, which every POSIX system has, of sockets whose numbers are
 * less than FD_SETSIZE. */
#include "core/proactors.h"
#include "core/reactor.h"

#include <errno.h>
#include <sys/select.h>
#include <time.h>

/* `watched` of a socket is not 0 while it is in the set: sockets on which something is held, and
 * until the next wait some on which something was. */
struct select_proactor {
    struct cog_reactor reactor;
    fd_set watched;
    int end; /* no number in the set, nor the wakeup's, reaches it */
};

static int watch_select(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    struct select_proactor *proactor = (struct select_proactor *)reactor;
    if (descriptor->number >= FD_SETSIZE) {
        return COG_ELIMIT;
    }
    FD_SET(descriptor->number, &proactor->watched);
    descriptor->watched = COG_BOTH_BITS;
    proactor->end =
        descriptor->number < proactor->end ? proactor->end : (int)descriptor->number + 1;
    return COG_OK;
}

static void forget_select(struct cog_reactor *reactor, struct cog_descriptor *descriptor) {
    if (descriptor->watched != 0) {
        FD_CLR(descriptor->number, &((struct select_proactor *)reactor)->watched);
        descriptor->watched = 0;
    }
}

/* The sets to ask for: what is held, and the wakeup. */
static void ask_for_what_is_held(struct select_proactor *proactor, fd_set *receiving,
                                 fd_set *sending) {
    struct cog_reactor *reactor = &proactor->reactor;
    FD_ZERO(receiving);
    FD_ZERO(sending);
    FD_SET(reactor->wakeup.reader, receiving);
    int end = reactor->wakeup.reader + 1;
    for (int i = 0; i < proactor->end; i++) {
        if (!FD_ISSET(i, &proactor->watched)) {
            continue;
        }
        struct cog_descriptor *descriptor = cog_descriptors_find(&reactor->descriptors, i);
        uint8_t held = cog_descriptor_held(descriptor);
        if (held == 0) {
            forget_select(reactor, descriptor);
            continue;
        }
        if ((held & COG_RECEIVING_BIT) != 0) {
            FD_SET(i, receiving);
        }
        if ((held & COG_SENDING_BIT) != 0) {
            FD_SET(i, sending);
        }
        end = i < end ? end : i + 1;
    }
    proactor->end = end;
}

static int wait_select(struct cog_reactor *reactor, int64_t timeout_ns) {
    struct select_proactor *proactor = (struct select_proactor *)reactor;
    fd_set receiving;
    fd_set sending;
    ask_for_what_is_held(proactor, &receiving, &sending);
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    int ready_count = pselect(proactor->end, &receiving, &sending, NULL, &timeout, NULL);
    if (ready_count < 0) {
        return errno == EINTR ? COG_OK : COG_EPROACTOR;
    }
    if (ready_count > 0 && FD_ISSET(reactor->wakeup.reader, &receiving)) {
        FD_CLR(reactor->wakeup.reader, &receiving);
        cog_wakeup_lower(&reactor->wakeup);
    }
    for (int i = 0; ready_count > 0 && i < proactor->end; i++) {
        uint8_t directions = (uint8_t)((FD_ISSET(i, &receiving) ? COG_RECEIVING_BIT : 0) |
                                       (FD_ISSET(i, &sending) ? COG_SENDING_BIT : 0));
        if (directions != 0) {
            cog_reactor_report(reactor, cog_descriptors_find(&reactor->descriptors, i), directions);
        }
    }
    return COG_OK;
}

static void close_select(void *context) {
    struct select_proactor *proactor = context;
    const struct cog_allocator *allocator = proactor->reactor.allocator;
    cog_reactor_term(&proactor->reactor);
    cog_wakeup_close(&proactor->reactor.wakeup);
    cog_release(allocator, proactor, sizeof *proactor);
}

static const struct cog_proactor_ops *seam_select(void) {
    static const struct cog_proactor_ops ops = {
        .name = "select",
        .attach = cog_reactor_attach,
        .submit = cog_reactor_submit,
        .cancel = cog_reactor_cancel,
        .run = cog_reactor_run,
        .held_count = cog_reactor_held_count,
        .close_socket = cog_reactor_close_socket,
        .detach = cog_reactor_detach,
        .wake = cog_reactor_wake,
        .descriptor = NULL,
        .close = close_select,
    };
    return &ops;
}

/* The wakeup needs a number of the set, too. */
static bool open_wakeup(struct cog_wakeup *wakeup) {
    if (!cog_wakeup_open_pipe(wakeup)) {
        return false;
    }
    if (wakeup->reader >= FD_SETSIZE) {
        cog_wakeup_close(wakeup);
        errno = EMFILE;
        return false;
    }
    return true;
}

static int open_select(const struct cog_allocator *allocator, struct cog_proactor *out) {
    static const struct cog_reactor_ops ops = {.reports_edges = false,
                                               .watch = watch_select,
                                               .unwatch = NULL,
                                               .forget = forget_select,
                                               .wait = wait_select};
    struct select_proactor *proactor = cog_allocate_zeroed(allocator, 1, sizeof *proactor);
    if (proactor == NULL) {
        return COG_ENOMEM;
    }
    if (!open_wakeup(&proactor->reactor.wakeup)) {
        cog_release(allocator, proactor, sizeof *proactor);
        return COG_EPROACTOR;
    }
    cog_reactor_init(&proactor->reactor, &ops, allocator);
    FD_ZERO(&proactor->watched);
    *out = (struct cog_proactor){.ops = seam_select(), .context = proactor};
    return COG_OK;
}

const struct cog_proactor_kind *cog_proactor_kind_select(void) {
    static const struct cog_proactor_kind kind = {.name = "select", .open = open_select};
    return &kind;
}
