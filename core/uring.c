/* uring.c - what is asked of the kernel, and what it answers. */
#include "core/uring.h"

#if defined(COG_HAS_URING)

#include "core/check.h"
#include "core/nonblocking_posix.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

enum {
    ASKED_AT_ONCE = 256, /* in one system call */
    ANSWERED_MAX = 4096, /* that the kernel holds ready; it keeps what is more */
    REFUSED_MAX = 100,   /* how often it is asked for what has to be */
};

/* ---- Opening and closing ---- */

/* What of a refusal is about this machine, as a note; null: it is about the moment. */
static const char *note_of(int error) {
    switch (error) {
    case ENOSYS:
        return "this kernel has no io_uring";
    case EPERM:
    case EACCES:
        return "io_uring is not allowed here (kernel.io_uring_disabled, or a seccomp filter)";
    case EINVAL:
        return "the io_uring of this kernel is too old";
    case ENOMEM:
        return "there is too little memory that may be locked (RLIMIT_MEMLOCK)";
    default:
        return NULL;
    }
}

/* Answers are kept when there are many, sockets are waited for by the kernel itself, and sleeps
 * have an end (Linux 5.11). */
static const char *lacking_note(struct io_uring *ring) {
    const unsigned features = IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE |
                              IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG;
    const int operations[] = {IORING_OP_RECV,     IORING_OP_SEND,   IORING_OP_RECVMSG,
                              IORING_OP_SENDMSG,  IORING_OP_ACCEPT, IORING_OP_CONNECT,
                              IORING_OP_POLL_ADD, IORING_OP_READ,   IORING_OP_ASYNC_CANCEL};
    bool is_whole = (ring->features & features) == features;
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    for (size_t i = 0; probe != NULL && i < sizeof operations / sizeof operations[0]; i++) {
        is_whole = is_whole && io_uring_opcode_supported(probe, operations[i]);
    }
    is_whole = is_whole && probe != NULL;
    if (probe != NULL) {
        io_uring_free_probe(probe);
    }
    return is_whole ? NULL : note_of(EINVAL);
}

/* Answers are worked on when this thread is in the kernel anyway; it is not interrupted for them
 * (Linux 5.19; before that it is). */
#if defined(IORING_SETUP_COOP_TASKRUN) && defined(IORING_SETUP_TASKRUN_FLAG)
enum { COOPERATES = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG };
#else
enum { COOPERATES = 0 };
#endif

static int init_ring(struct io_uring *ring, unsigned flags) {
    struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | flags,
                                         .cq_entries = ANSWERED_MAX};
    return -io_uring_queue_init_params(ASKED_AT_ONCE, ring, &parameters);
}

static int open_ring(struct cog_uring *uring, const char **note) {
    struct io_uring *ring = &uring->ring;
    int error = init_ring(ring, COOPERATES);
    uring->cooperates = COOPERATES != 0 && error == 0;
    if (error == EINVAL) {
        error = init_ring(ring, 0);
    }
    if (error != 0) {
        *note = note_of(error);
        errno = error;
        return *note != NULL ? COG_EUNSUPPORTED : COG_EPROACTOR;
    }
    *note = lacking_note(ring);
    if (*note != NULL) {
        io_uring_queue_exit(ring);
        return COG_EUNSUPPORTED;
    }
    return COG_OK;
}

int cog_uring_open(struct cog_uring *uring, const struct cog_allocator *allocator,
                   const char **note) {
    uring->allocator = allocator;
    cog_list_init(&uring->wanted);
    cog_list_init(&uring->arrived);
    cog_list_init(&uring->free);
    cog_list_init(&uring->orphans);
    cog_list_init(&uring->late);
    cog_descriptors_init(&uring->descriptors, allocator);
    int status = open_ring(uring, note);
    if (status != COG_OK) {
        return status;
    }
    int descriptor = eventfd(0, EFD_CLOEXEC);
    if (descriptor < 0) {
        int error = errno;
        io_uring_queue_exit(&uring->ring);
        errno = error;
        return COG_EPROACTOR;
    }
    cog_wakeup_open_event(&uring->wakeup, descriptor);
    cog_uring_want_wakeup(uring);
    status = cog_uring_submit(uring);
    if (status != COG_OK) {
        *note = errno != ENOMEM ? note_of(errno) : NULL;
        uring->waking.state = COG_URING_IDLE; /* the kernel knows nothing of it */
        cog_uring_close(uring);
    }
    return *note != NULL ? COG_EUNSUPPORTED : status;
}

void cog_uring_close(struct cog_uring *uring) {
    int error = errno;
    cog_uring_take_back(uring, &uring->waking); /* or it would be read into freed memory */
    struct cog_descriptor *open = cog_descriptors_next(&uring->descriptors, 0);
    while (open != NULL) {
        cog_posix_close(open->number);
        open = cog_descriptors_next(&uring->descriptors, open->number + 1);
    }
    cog_descriptors_term(&uring->descriptors);
    while (!cog_list_is_empty(&uring->free)) {
        struct cog_uring_request *request =
            cog_container_of(uring->free.next, struct cog_uring_request, link);
        cog_link_remove(&request->link);
        cog_release(uring->allocator, request, sizeof *request);
    }
    cog_wakeup_close(&uring->wakeup);
    io_uring_queue_exit(&uring->ring);
    errno = error;
}

/* ---- Requests ---- */

struct cog_uring_request *cog_uring_take(struct cog_uring *uring) {
    if (cog_list_is_empty(&uring->free)) {
        return cog_allocate_zeroed(uring->allocator, 1, sizeof(struct cog_uring_request));
    }
    struct cog_uring_request *request =
        cog_container_of(uring->free.next, struct cog_uring_request, link);
    cog_link_remove(&request->link);
    return request;
}

void cog_uring_give_back(struct cog_uring *uring, struct cog_uring_request *request) {
    cog_assert(request->state == COG_URING_IDLE && !cog_link_is_linked(&request->link));
    request->op = NULL;
    request->descriptor = NULL;
    request->is_put_off = false;
    request->is_settled = false;
    cog_list_push_front(&uring->free, &request->link);
}

void cog_uring_want(struct cog_uring *uring, struct cog_uring_request *request) {
    cog_assert(request->state == COG_URING_IDLE);
    request->state = COG_URING_WANTED;
    cog_list_push_back(&uring->wanted, &request->link);
}

void cog_uring_want_wakeup(struct cog_uring *uring) {
    if (uring->waking.state == COG_URING_IDLE) {
        cog_uring_want(uring, &uring->waking);
    }
}

bool cog_uring_has_untold(const struct cog_uring *uring) {
    return !cog_list_is_empty(&uring->wanted) || io_uring_sq_ready(&uring->ring) > 0;
}

/* Answers wait for this thread to be in the kernel. */
static bool is_called(const struct cog_uring *uring) {
#if defined(IORING_SQ_TASKRUN)
    return (IO_URING_READ_ONCE(*uring->ring.sq.kflags) & IORING_SQ_TASKRUN) != 0;
#else
    (void)uring;
    return false;
#endif
}

bool cog_uring_is_due(const struct cog_uring *uring) {
    return cog_uring_has_untold(uring) || is_called(uring);
}

/* ---- Asking ---- */

/* What goes by itself when it is tried again later. */
static bool is_passing(int error) {
    return error == EINTR || error == EAGAIN || error == EBUSY || error == ETIME;
}

static int status_of_call(int result) {
    if (result >= 0 || is_passing(-result)) {
        return COG_OK;
    }
    errno = -result;
    return COG_EPROACTOR;
}

/* Tells the kernel of what lies in the ring. */
static int tell(struct cog_uring *uring) {
    return status_of_call(io_uring_submit(&uring->ring));
}

/* A place in the ring, for which the kernel may have to be told of the others first. Null: it takes
 * no more for now. */
static struct io_uring_sqe *place(struct cog_uring *uring) {
    struct io_uring_sqe *sqe = io_uring_get_sqe(&uring->ring);
    if (sqe == NULL) {
        int status = tell(uring);
        cog_uring_reap(uring); /* a kernel that has too much to answer takes no questions */
        sqe = status == COG_OK ? io_uring_get_sqe(&uring->ring) : NULL;
    }
    return sqe;
}

/* Puts what is wanted into the ring, as much as goes in. */
static void fill(struct cog_uring *uring) {
    while (!cog_list_is_empty(&uring->wanted)) {
        struct io_uring_sqe *sqe = place(uring);
        if (sqe == NULL) {
            return;
        }
        struct cog_uring_request *request =
            cog_container_of(uring->wanted.next, struct cog_uring_request, link);
        cog_link_remove(&request->link);
        if (request == &uring->waking) {
            io_uring_prep_read(sqe, uring->wakeup.reader, &uring->woken, sizeof uring->woken, 0);
        } else {
            cog_uring_prepare(uring, sqe, request);
        }
        io_uring_sqe_set_data(sqe, request);
        request->state = COG_URING_UNDER_WAY;
        request->is_put_off = false;
    }
    uring->deferred_count = 0;
}

int cog_uring_submit(struct cog_uring *uring) {
    fill(uring);
    return tell(uring);
}

int cog_uring_wait(struct cog_uring *uring, int64_t timeout_ns) {
    fill(uring);
    cog_uring_reap(uring);
    if (!cog_list_is_empty(&uring->arrived) || uring->is_woken) {
        return tell(uring);
    }
    struct __kernel_timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                                        .tv_nsec = timeout_ns % 1000000000};
    struct io_uring_cqe *answer = NULL;
    int result = io_uring_submit_and_wait_timeout(&uring->ring, &answer, 1, &timeout, NULL);
    int status = status_of_call(result);
    cog_uring_reap(uring);
    return status;
}

/* ---- Answers ---- */

static void arrive(struct cog_uring *uring, struct cog_uring_request *request, int32_t result) {
    request->result = result;
    if (request->op != NULL) {
        request->state = COG_URING_ARRIVED;
        cog_list_push_back(&uring->arrived, &request->link);
        return;
    }
    request->state = COG_URING_IDLE;
    if (request == &uring->waking && uring->woken != 0) {
        uring->woken = 0;
        uring->is_woken = true;
        cog_wakeup_taken(&uring->wakeup);
    }
}

static bool takes_more(const struct cog_uring *uring) {
    return (IO_URING_READ_ONCE(*uring->ring.sq.kflags) & IORING_SQ_CQ_OVERFLOW) != 0;
}

void cog_uring_reap(struct cog_uring *uring) {
    bool is_overflowing = false;
    do {
        unsigned head = 0;
        unsigned count = 0;
        struct io_uring_cqe *answer = NULL;
        io_uring_for_each_cqe(&uring->ring, head, answer) {
            arrive(uring, io_uring_cqe_get_data(answer), answer->res);
            count++;
        }
        io_uring_cq_advance(&uring->ring, count);
        is_overflowing = count > 0 && takes_more(uring);
        if (is_overflowing) {
            (void)io_uring_get_events(&uring->ring); /* the kernel hands over what it has kept */
        }
    } while (is_overflowing);
}

/* ---- Taking back ---- */

/* The kernel lets go of it: when it has answered to this, it answers to that. */
static void ask_back(struct cog_uring *uring, struct io_uring_sqe *sqe,
                     struct cog_uring_request *request) {
    io_uring_prep_cancel(sqe, request, 0);
    io_uring_sqe_set_data(sqe, &uring->undoing);
    uring->undoing.state = COG_URING_UNDER_WAY;
    (void)tell(uring);
    cog_uring_reap(uring);
}

static void undo(struct cog_uring *uring, struct cog_uring_request *request) {
    int refused_count = 0;
    bool is_asked = false;
    while (!is_asked || uring->undoing.state == COG_URING_UNDER_WAY ||
           request->state == COG_URING_UNDER_WAY) {
        struct io_uring_sqe *sqe = is_asked ? NULL : place(uring);
        if (sqe != NULL) {
            ask_back(uring, sqe, request);
            is_asked = true;
            continue;
        }
        int result = io_uring_submit_and_wait(&uring->ring, 1);
        refused_count += result >= 0 || is_passing(-result) ? 0 : 1;
        cog_assert(refused_count < REFUSED_MAX);
        cog_uring_reap(uring);
    }
}

void cog_uring_take_back(struct cog_uring *uring, struct cog_uring_request *request) {
    if (request->state == COG_URING_UNDER_WAY) {
        cog_uring_reap(uring);
    }
    if (request->state == COG_URING_UNDER_WAY) {
        undo(uring, request);
    }
    if (request->state == COG_URING_WANTED) {
        request->result = -ECANCELED;
    }
    if (cog_link_is_linked(&request->link)) {
        cog_link_remove(&request->link);
    }
    request->state = COG_URING_IDLE;
}

#endif
