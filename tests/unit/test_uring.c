/* test_uring.c - a kernel that refuses io_uring, or takes no more for now: each question that it is
 * asked is refused once, and every allocation fails once. */
#include "tests/unit/errand.h"
#include "tests/unit/wire.h"

#include <errno.h>
#include <liburing.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- What liburing asks of the kernel: the linker puts these between ---- */

/* The call to refuse, counted from 1; 0: none. */
static struct {
    size_t call_count;
    size_t fail_at;
    size_t fail_count; /* from there on */
    int error;
} kernel;

static bool refuses(void) {
    kernel.call_count++;
    return kernel.fail_at != 0 && kernel.call_count >= kernel.fail_at &&
           kernel.call_count < kernel.fail_at + kernel.fail_count;
}

int __real_io_uring_submit(struct io_uring *ring);
int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr);
int __real_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **answer,
                                            unsigned wait_nr, struct __kernel_timespec *timeout,
                                            sigset_t *mask);
int __wrap_io_uring_submit(struct io_uring *ring);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr);
int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **answer,
                                            unsigned wait_nr, struct __kernel_timespec *timeout,
                                            sigset_t *mask);

int __wrap_io_uring_submit(struct io_uring *ring) {
    return refuses() ? -kernel.error : __real_io_uring_submit(ring);
}

int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned wait_nr) {
    return refuses() ? -kernel.error : __real_io_uring_submit_and_wait(ring, wait_nr);
}

int __wrap_io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **answer,
                                            unsigned wait_nr, struct __kernel_timespec *timeout,
                                            sigset_t *mask) {
    return refuses()
               ? -kernel.error
               : __real_io_uring_submit_and_wait_timeout(ring, answer, wait_nr, timeout, mask);
}

/* A kernel of before: a flag that it does not know is invalid. */
static unsigned unknown_flags;

int __real_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                      struct io_uring_params *parameters);
int __wrap_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                      struct io_uring_params *parameters);

int __wrap_io_uring_queue_init_params(unsigned entries, struct io_uring *ring,
                                      struct io_uring_params *parameters) {
    return (parameters->flags & unknown_flags) != 0
               ? -EINVAL
               : __real_io_uring_queue_init_params(entries, ring, parameters);
}

static void refuse(size_t at, size_t count, int error) {
    kernel.call_count = 0;
    kernel.fail_at = at;
    kernel.fail_count = count;
    kernel.error = error;
}

/* ---- A program that does a little of everything ---- */

enum { ROUNDS_MAX = 2000, BIG_BYTES = 1 << 20 };

/* `status`: COG_OK, or that of the first iteration that failed, or operation that did not end as it
 * should. Then nothing more is begun. */
struct program {
    struct wire *wire;
    int status;
};

/* What operations that are still held may be at work on. */
static char sent[BIG_BYTES];
static char received[BIG_BYTES];
static char scrap[2];
static struct wire_address address;

static struct wire *set_up_wire(void) {
    static const struct wire_setting setting = {.proactor = "io_uring", .tries_first = true};
    union {
        const struct wire_setting *setting;
        void *pointer;
    } state = {.setting = &setting};
    assert_int_equal(wire_setup(&state.pointer), 0);
    return state.pointer;
}

static void tear_down_wire(struct wire *wire) {
    void *state = wire;
    assert_int_equal(wire_teardown(&state), 0);
}

static void iterate(struct program *program, int64_t sleep_ns_max) {
    int status = cog_iterate(program->wire->scheduler, sleep_ns_max);
    program->status = status == COG_MORE ? COG_OK : status;
}

static struct wire_task *begin(struct program *program, const struct cog_op *op) {
    struct wire_task *task = wire_task(program->wire);
    task->op = *op;
    if (program->status == COG_OK) {
        program->status =
            errand_begin(program->wire->scheduler, &task->op, &task->is_done, &task->coro);
    }
    if (program->status == COG_OK) {
        iterate(program, 0);
    }
    return task;
}

static void expect(struct program *program, const struct wire_task *task, int status) {
    for (int i = 0; program->status == COG_OK && !task->is_done; i++) {
        assert_true(i < ROUNDS_MAX);
        iterate(program, 1000000);
    }
    if (program->status == COG_OK && task->op.status != status) {
        program->status = task->op.status != COG_OK ? task->op.status : COG_EINVALID;
    }
}

static int32_t listen_somewhere(struct program *program) {
    struct cog_op op = {.type = NULL};
    address = wire_address(AF_INET);
    cog_set_listen(&op, (const struct sockaddr *)&address.storage, address.bytes, 8);
    struct wire_task *task = begin(program, &op);
    expect(program, task, COG_OK);
    if (program->status != COG_OK) {
        return -1;
    }
    address.bytes = sizeof address.storage;
    assert_int_equal(
        getsockname(task->op.socket, (struct sockaddr *)&address.storage, &address.bytes), 0);
    return task->op.socket;
}

static void connect_and_accept(struct program *program, int32_t ends[2]) {
    struct cog_op op = {.type = NULL};
    cog_set_accept(&op, listen_somewhere(program));
    struct wire_task *accepting = begin(program, &op);
    cog_set_connect(&op, (const struct sockaddr *)&address.storage, address.bytes);
    struct wire_task *connecting = begin(program, &op);
    expect(program, connecting, COG_OK);
    expect(program, accepting, COG_OK);
    ends[0] = program->status == COG_OK ? connecting->op.socket : -1;
    ends[1] = program->status == COG_OK ? accepting->op.socket : -1;
}

/* The one behind it goes on, and times out. */
static void take_back(struct program *program, int32_t socket) {
    struct cog_op op = {.type = NULL};
    cog_set_recv(&op, socket, &scrap[0], 1);
    struct wire_task *first = begin(program, &op);
    cog_set_recv(&op, socket, &scrap[1], 1);
    cog_set_timeout(&op, 100, true);
    struct wire_task *second = begin(program, &op);
    if (program->status == COG_OK) {
        assert_int_equal(cog_cancel(first->coro), COG_OK);
        iterate(program, 0);
    }
    program->wire->now_ns += 100;
    expect(program, second, COG_ETIMEDOUT);
}

/* More than there is room for, while the other end takes it. */
static void move_much(struct program *program, int32_t from, int32_t to) {
    struct cog_op op = {.type = NULL};
    cog_set_sendall(&op, from, sent, sizeof sent);
    struct wire_task *sending = begin(program, &op);
    memset(received, 0, sizeof received);
    cog_set_recvall(&op, to, received, sizeof received);
    struct wire_task *receiving = begin(program, &op);
    expect(program, sending, COG_OK);
    expect(program, receiving, COG_OK);
    if (program->status == COG_OK) {
        wire_check(received, sizeof received);
    }
}

static void close_while_held(struct program *program, int32_t socket, int32_t peer) {
    struct cog_op op = {.type = NULL};
    cog_set_recv(&op, socket, &scrap[0], 1);
    struct wire_task *receiving = begin(program, &op);
    cog_set_recvline(&op, peer, scrap, sizeof scrap);
    struct wire_task *reading = begin(program, &op);
    cog_set_close(&op, socket);
    struct wire_task *closing = begin(program, &op);
    expect(program, closing, COG_OK);
    expect(program, receiving, COG_ECLOSED);
    expect(program, reading, COG_ECLOSED);
}

static int play(struct wire *wire) {
    struct program program = {.wire = wire, .status = COG_OK};
    int32_t ends[2];
    wire_fill(sent, sizeof sent);
    connect_and_accept(&program, ends);
    take_back(&program, ends[0]);
    move_much(&program, ends[0], ends[1]);
    close_while_held(&program, ends[0], ends[1]);
    return program.status;
}

/* ---- Each question is refused once ---- */

static void what_the_kernel_refuses_for_the_moment_is_asked_again(void **state) {
    (void)state;
    const int errors[] = {EINTR, EAGAIN, EBUSY};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        size_t refused_count = 0;
        for (size_t at = 1; kernel.call_count >= kernel.fail_at; at++) {
            struct wire *wire = set_up_wire();
            refuse(at, 1 + at % 3, errors[i]);
            assert_int_equal(play(wire), COG_OK);
            tear_down_wire(wire);
            refused_count++;
        }
        assert_true(refused_count > 10);
        refuse(0, 0, 0);
    }
}

/* And nothing is left, whatever was under way. */
static void what_it_refuses_for_good_ends_the_run(void **state) {
    (void)state;
    size_t failed_count = 0;
    for (size_t at = 1; kernel.call_count >= kernel.fail_at; at++) {
        struct wire *wire = set_up_wire();
        refuse(at, 1, ENXIO);
        int status = play(wire);
        assert_true(status == COG_OK || status == COG_EPROACTOR);
        failed_count += status == COG_EPROACTOR ? 1 : 0;
        tear_down_wire(wire);
    }
    refuse(0, 0, 0);
    assert_true(failed_count > 5);
}

/* ---- Each allocation fails once ---- */

static void without_memory_an_operation_fails_and_nothing_is_left(void **state) {
    (void)state;
    size_t failed_count = 0;
    bool is_hit = true;
    for (size_t at = 1; is_hit; at++) {
        struct wire *wire = set_up_wire();
        wire->tally.fail_at = wire->tally.call_count + at;
        int status = play(wire);
        is_hit = wire->tally.failed_count > 0;
        assert_true(status == COG_ENOMEM || (status == COG_OK && !is_hit));
        failed_count += status == COG_ENOMEM ? 1 : 0;
        tear_down_wire(wire);
    }
    assert_true(failed_count >= 3);
}

/* ---- More at once than the ring has room for ---- */

enum { MANY = 400 };

/* Nothing is asked for until every coroutine has had its turn: more than one call can ask for. */
static void more_is_asked_for_than_there_is_room_for(void **state) {
    (void)state;
    static const struct wire_setting setting = {.proactor = "io_uring", .tries_first = false};
    union {
        const struct wire_setting *setting;
        void *pointer;
    } initial = {.setting = &setting};
    assert_int_equal(wire_setup(&initial.pointer), 0);
    struct wire *wire = initial.pointer;
    cog_scheduler_free(wire->scheduler);
    const struct cog_scheduler_options options = {.allocator = &wire->tally.allocator,
                                                  .proactor = wire->proactor,
                                                  .proactor_multiplex_first = COG_OFF,
                                                  .proactor_greedy = COG_OFF};
    assert_int_equal(cog_scheduler_new(&options, &wire->scheduler), COG_OK);
    address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    static struct wire_task *tasks[MANY][2];
    static char bytes[MANY];
    for (size_t i = 0; i < MANY; i++) {
        tasks[i][0] = wire_connect(wire, &address);
        tasks[i][1] = wire_accept(wire, listener);
        assert_int_equal(wire_finish(tasks[i][0]), COG_OK);
        assert_int_equal(wire_finish(tasks[i][1]), COG_OK);
    }
    for (size_t i = 0; i < MANY; i++) {
        int32_t from = tasks[i][0]->op.socket;
        int32_t to = tasks[i][1]->op.socket;
        tasks[i][0] = wire_task(wire);
        cog_set_sendall(&tasks[i][0]->op, from, "x", 1);
        wire_launch(tasks[i][0]);
        tasks[i][1] = wire_task(wire);
        cog_set_recv(&tasks[i][1]->op, to, &bytes[i], 1);
        wire_launch(tasks[i][1]);
    }
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(wire_finish(tasks[i][0]), COG_OK);
        assert_int_equal(wire_finish(tasks[i][1]), COG_OK);
        assert_int_equal(bytes[i], 'x');
    }
    tear_down_wire(wire);
}

/* ---- A kernel that lacks what came later, has no io_uring, or none for us ---- */

static void without_flags_that_came_later_it_does_the_same(void **state) {
    (void)state;
    unknown_flags = ~(IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP);
    struct wire *wire = set_up_wire();
    assert_int_equal(play(wire), COG_OK);
    tear_down_wire(wire);
    unknown_flags = ~0U;
    struct cog_proactor proactor = {.ops = NULL};
    int status = cog_proactor_open("io_uring", NULL, &proactor);
    unknown_flags = 0;
    assert_int_equal(status, COG_EUNSUPPORTED);
}

/* From now on, this process gets that error from a system call. */
static bool forbid(long call, int error) {
    const struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    union {
        const struct sock_filter *constant;
        struct sock_filter *filter;
    } of = {.constant = filter};
    const struct sock_fprog program = {.len = sizeof filter / sizeof filter[0],
                                       .filter = of.filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Is io_uring told to be unusable, with a note, and does everything else go on? */
static bool falls_back(void) {
    struct cog_proactor_info infos[8];
    size_t count = cog_proactor_list(infos, 8);
    size_t descriptor_count = wire_count_descriptors();
    bool is_told = false;
    for (size_t i = 0; i < count; i++) {
        bool is_uring = strcmp(infos[i].name, "io_uring") == 0;
        if (is_uring == infos[i].is_usable || is_uring == (infos[i].note == NULL)) {
            return false;
        }
        is_told = is_told || is_uring;
    }
    struct cog_proactor proactor = {.ops = NULL};
    if (!is_told || cog_proactor_open("io_uring", NULL, &proactor) != COG_EUNSUPPORTED ||
        proactor.ops != NULL || cog_proactor_open(NULL, NULL, &proactor) != COG_OK) {
        return false;
    }
    cog_proactor_close(&proactor);
    return wire_count_descriptors() == descriptor_count;
}

static void a_system_call_that_is_refused_is_told(void **state) {
    (void)state;
    const long calls[] = {SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register};
    const int errors[] = {ENOSYS, EPERM};
    for (size_t i = 0; i < 6; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            _exit(!forbid(calls[i / 2], errors[i % 2]) ? 2 : falls_back() ? 0 : 1);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        if (WEXITSTATUS(status) == 2) {
            print_message("system calls cannot be refused here\n");
        } else {
            assert_int_equal(WEXITSTATUS(status), 0);
        }
    }
}

static bool is_usable(void) {
    struct cog_proactor proactor = {.ops = NULL};
    bool opens = cog_proactor_open("io_uring", NULL, &proactor) == COG_OK;
    cog_proactor_close(&proactor);
    return opens;
}

int main(void) {
    const struct CMUnitTest refused[] = {cmocka_unit_test(a_system_call_that_is_refused_is_told)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_kernel_refuses_for_the_moment_is_asked_again),
        cmocka_unit_test(what_it_refuses_for_good_ends_the_run),
        cmocka_unit_test(without_memory_an_operation_fails_and_nothing_is_left),
        cmocka_unit_test(more_is_asked_for_than_there_is_room_for),
        cmocka_unit_test(without_flags_that_came_later_it_does_the_same),
    };
    int failed_count = cmocka_run_group_tests(refused, NULL, NULL);
    if (is_usable()) {
        failed_count += cmocka_run_group_tests(tests, NULL, NULL);
    } else {
        print_message("no io_uring here\n");
    }
    return failed_count != 0;
}
