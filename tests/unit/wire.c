/* wire.c - the tasks, the test's own sockets, and what is checked when a test is over. */
#include "tests/unit/wire.h"

#include "tests/unit/errand.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    DESCRIPTORS_MAX = 32768,
    PROACTORS_MAX = 8,
    TESTS_MAX = 64,
    NAME_BYTES = 128,
    TASKS_PER_ITERATION = 64, /* checked in full */
    SETTLE_ROUNDS = 4,
    SLEEP_NS_MAX = 50000000, /* of an iteration that waits for a task */
};

static int64_t tell_now_ns(void *context) {
    return ((const struct wire *)context)->now_ns;
}

size_t wire_count_descriptors(void) {
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    if (directory != NULL) {
        while (readdir(directory) != NULL) {
            count++;
        }
        (void)closedir(directory);
        return count - 3; /* its own, and two that name directories */
    }
    for (int i = 0; i < DESCRIPTORS_MAX; i++) {
        count += fcntl(i, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

int wire_setup(void **state) {
    const struct wire_setting *setting = *state;
    struct wire *wire = calloc(1, sizeof *wire);
    assert_non_null(wire);
    tally_init(&wire->tally);
    wire->descriptor_count = wire_count_descriptors();
    wire->tries_first = setting->tries_first;
    int status = cog_proactor_open(setting->proactor, &wire->tally.allocator, &wire->proactor);
    assert_int_equal(status, COG_OK);
    const struct cog_scheduler_options options = {
        .allocator = &wire->tally.allocator,
        .clock = {.now_ns = tell_now_ns, .context = wire},
        .proactor = wire->proactor,
        .proactor_multiplex_first = setting->tries_first ? COG_ON : COG_OFF,
    };
    assert_int_equal(cog_scheduler_new(&options, &wire->scheduler), COG_OK);
    *state = wire;
    return 0;
}

int wire_teardown(void **state) {
    struct wire *wire = *state;
    cog_scheduler_free(wire->scheduler);
    size_t held_count = wire->proactor.ops->held_count(wire->proactor.context);
    cog_proactor_close(&wire->proactor);
    for (size_t i = 0; i < wire->task_count; i++) {
        cog_coro_release(wire->tasks[i]->coro);
        free(wire->tasks[i]);
    }
    for (size_t i = 0; i < wire->raw_count; i++) {
        if (wire->raw[i] >= 0) {
            (void)close(wire->raw[i]);
        }
    }
    size_t descriptor_count = wire_count_descriptors();
    bool is_clean = held_count == 0 && wire->tally.live_count == 0 &&
                    descriptor_count == wire->descriptor_count;
    if (!is_clean) {
        print_error("left: %zu operations, %zu blocks, %zu descriptors of %zu\n", held_count,
                    wire->tally.live_count, descriptor_count, wire->descriptor_count);
    }
    free(wire);
    return is_clean ? 0 : -1;
}

static int run_tests_with(const struct wire_setting *setting, const struct wire_test *tests,
                          size_t count) {
    static char names[TESTS_MAX][NAME_BYTES];
    struct CMUnitTest units[TESTS_MAX];
    assert_true(count <= TESTS_MAX);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s%s: %s", setting->proactor,
                       setting->tries_first ? "" : ", not trying first", tests[i].name);
        union {
            const struct wire_setting *setting;
            void *pointer;
        } initial = {.setting = setting};
        units[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = tests[i].function,
                                       .setup_func = wire_setup,
                                       .teardown_func = wire_teardown,
                                       .initial_state = initial.pointer};
    }
    return _cmocka_run_group_tests(setting->proactor, units, count, NULL, NULL);
}

int wire_run_tests(const struct wire_test *tests, size_t count) {
    int failed_count = 0;
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t info_count = cog_proactor_list(infos, PROACTORS_MAX);
    assert_true(info_count <= PROACTORS_MAX);
    for (size_t i = 0; i < info_count; i++) {
        struct wire_setting setting = {.proactor = infos[i].name, .tries_first = true};
        if (!infos[i].is_usable) {
            print_message("without %s: %s\n", infos[i].name, infos[i].note);
        } else if (strcmp(setting.proactor, "none") != 0) {
            failed_count += run_tests_with(&setting, tests, count);
            setting.tries_first = false;
            failed_count += run_tests_with(&setting, tests, count);
        }
    }
    return failed_count;
}

struct cog_reactor *wire_reactor(const struct wire *wire) {
    return wire->proactor.ops->submit == cog_reactor_submit ? wire->proactor.context : NULL;
}

/* ---- Tasks ---- */

struct wire_task *wire_task(struct wire *wire) {
    assert_true(wire->task_count < WIRE_TASKS_MAX);
    struct wire_task *task = calloc(1, sizeof *task);
    assert_non_null(task);
    task->wire = wire;
    wire->tasks[wire->task_count++] = task;
    return task;
}

static void iterate(struct wire *wire, int64_t sleep_ns_max) {
    int status = cog_iterate(wire->scheduler, sleep_ns_max);
    assert_true(status == COG_OK || status == COG_MORE);
    if (wire->iteration_count++ % (1 + wire->task_count / TASKS_PER_ITERATION) == 0) {
        assert_null(cog_scheduler_check(wire->scheduler));
    }
}

void wire_settle(struct wire *wire) {
    for (int i = 0; i < SETTLE_ROUNDS || cog_has_ready(wire->scheduler); i++) {
        iterate(wire, 0);
    }
}

void wire_launch(struct wire_task *task) {
    assert_int_equal(errand_begin(task->wire->scheduler, &task->op, &task->is_done, &task->coro),
                     COG_OK);
}

void wire_start(struct wire_task *task) {
    wire_launch(task);
    wire_settle(task->wire);
}

void wire_await_bytes(struct wire_task *task, size_t bytes) {
    const struct cog_op *op = NULL;
    do {
        iterate(task->wire, SLEEP_NS_MAX);
        assert_false(task->is_done);
        op = cog_coro_awaits(task->coro);
    } while (op == NULL || op->u.io.done < bytes);
}

int wire_finish(struct wire_task *task) {
    while (!task->is_done) {
        iterate(task->wire, SLEEP_NS_MAX);
    }
    return task->op.status;
}

int wire_do(struct wire_task *task) {
    wire_start(task);
    return wire_finish(task);
}

struct wire_task *wire_recv(struct wire *wire, int32_t socket, char *buffer, size_t bytes) {
    struct wire_task *task = wire_task(wire);
    cog_set_recv(&task->op, socket, buffer, bytes);
    wire_start(task);
    return task;
}

struct wire_task *wire_recvall(struct wire *wire, int32_t socket, char *buffer, size_t bytes) {
    struct wire_task *task = wire_task(wire);
    cog_set_recvall(&task->op, socket, buffer, bytes);
    wire_start(task);
    return task;
}

struct wire_task *wire_sendall(struct wire *wire, int32_t socket, const char *buffer,
                               size_t bytes) {
    struct wire_task *task = wire_task(wire);
    cog_set_sendall(&task->op, socket, buffer, bytes);
    wire_start(task);
    return task;
}

struct wire_task *wire_accept(struct wire *wire, int32_t listener) {
    struct wire_task *task = wire_task(wire);
    cog_set_accept(&task->op, listener);
    wire_start(task);
    return task;
}

struct wire_task *wire_connect(struct wire *wire, const struct wire_address *address) {
    struct wire_task *task = wire_task(wire);
    cog_set_connect(&task->op, (const struct sockaddr *)&address->storage, address->bytes);
    wire_start(task);
    return task;
}

void wire_close(struct wire *wire, int32_t socket) {
    struct wire_task *task = wire_task(wire);
    cog_set_close(&task->op, socket);
    assert_int_equal(wire_do(task), COG_OK);
}

/* ---- Sockets ---- */

struct wire_address wire_address(int family) {
    struct wire_address address = {.bytes = 0};
    if (family == AF_INET) {
        struct sockaddr_in *inet = (struct sockaddr_in *)&address.storage;
        inet->sin_family = AF_INET;
        inet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.bytes = sizeof *inet;
    } else if (family == AF_INET6) {
        struct sockaddr_in6 *inet6 = (struct sockaddr_in6 *)&address.storage;
        inet6->sin6_family = AF_INET6;
        inet6->sin6_addr = in6addr_loopback;
        address.bytes = sizeof *inet6;
    } else {
        struct sockaddr_un *local = (struct sockaddr_un *)&address.storage;
        local->sun_family = AF_UNIX;
        (void)snprintf(local->sun_path, sizeof local->sun_path, "wire-%ld.socket", (long)getpid());
        (void)unlink(local->sun_path);
        address.bytes = sizeof *local;
    }
    return address;
}

void wire_ask_port(int socket, struct wire_address *address) {
    address->bytes = sizeof address->storage;
    assert_int_equal(getsockname(socket, (struct sockaddr *)&address->storage, &address->bytes), 0);
}

int32_t wire_listen(struct wire *wire, struct wire_address *address) {
    struct wire_task *task = wire_task(wire);
    cog_set_listen(&task->op, (const struct sockaddr *)&address->storage, address->bytes, 1024);
    assert_int_equal(wire_do(task), COG_OK);
    wire_ask_port(task->op.socket, address);
    return task->op.socket;
}

int wire_keep_raw(struct wire *wire, int raw) {
    assert_true(raw >= 0 && wire->raw_count < WIRE_RAW_MAX);
    wire->raw[wire->raw_count++] = raw;
    return raw;
}

int wire_raw_connect(struct wire *wire, const struct wire_address *address) {
    int raw = wire_keep_raw(wire, socket(address->storage.ss_family, SOCK_STREAM, 0));
    assert_int_equal(connect(raw, (const struct sockaddr *)&address->storage, address->bytes), 0);
    return raw;
}

int wire_raw_listen(struct wire *wire, struct wire_address *address, int backlog) {
    *address = wire_address(AF_INET);
    int raw = wire_keep_raw(wire, socket(AF_INET, SOCK_STREAM, 0));
    assert_int_equal(bind(raw, (const struct sockaddr *)&address->storage, address->bytes), 0);
    if (backlog > 0) {
        assert_int_equal(listen(raw, backlog), 0);
    }
    wire_ask_port(raw, address);
    return raw;
}

int32_t wire_pair(struct wire *wire, int *raw) {
    struct wire_address address = wire_address(AF_INET);
    int32_t listener = wire_listen(wire, &address);
    *raw = wire_raw_connect(wire, &address);
    struct wire_task *accepting = wire_accept(wire, listener);
    assert_int_equal(wire_finish(accepting), COG_OK);
    wire_close(wire, listener);
    return accepting->op.socket;
}

void wire_raw_close(struct wire *wire, int raw, bool reset) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    if (reset) {
        assert_int_equal(setsockopt(raw, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    }
    for (size_t i = 0; i < wire->raw_count; i++) {
        wire->raw[i] = wire->raw[i] == raw ? -1 : wire->raw[i];
    }
    assert_int_equal(close(raw), 0);
}

void wire_raw_send(int raw, const char *text, size_t bytes) {
    while (bytes > 0) {
        ssize_t sent = send(raw, text, bytes, MSG_NOSIGNAL);
        assert_true(sent > 0);
        text += sent;
        bytes -= (size_t)sent;
    }
}

void wire_raw_expect(int raw, const char *text, size_t bytes) {
    char piece[4096];
    while (bytes > 0) {
        ssize_t received = recv(raw, piece, bytes < sizeof piece ? bytes : sizeof piece, 0);
        assert_true(received > 0);
        assert_memory_equal(piece, text, (size_t)received);
        text += received;
        bytes -= (size_t)received;
    }
}

void wire_raw_await_arrival(int raw) {
    int queued = 0;
    do {
        assert_int_equal(ioctl(raw, SIOCOUTQ, &queued), 0);
    } while (queued > 0);
}

void wire_fill(char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (char)(i * 31 + i / 251);
    }
}

void wire_check(const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(bytes[i], (char)(i * 31 + i / 251));
    }
}
