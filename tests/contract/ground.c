/* ground.c - the two sides, their tasks, and what is checked when a test is over. */
#include "tests/contract/ground.h"

#include "tests/unit/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PROACTORS_MAX = 8,
    TESTS_MAX = 64,
    NAME_BYTES = 160,
    SETTLE_ROUNDS = 3,
    ROUNDS_MAX = 20000,
    SLEEP_NS_MAX = 500000, /* of each side, in a round in which a task is waited for */
};

bool ground_is_simulated(const struct ground *ground) {
    return ground->setting.proactor == NULL;
}

bool ground_is_unix(const struct ground *ground) {
    return ground->setting.family == AF_UNIX;
}

/* ---- Setting up and taking down ---- */

static int64_t tell_now_ns(void *context) {
    return ((const struct ground *)context)->now_ns;
}

static int open_machine(struct ground *ground) {
    for (size_t i = 0; i < GROUND_SIDES; i++) {
        int status = cog_proactor_open(ground->setting.proactor, &ground->tally.allocator,
                                       &ground->proactors[i]);
        if (status != COG_OK) {
            return status;
        }
        const struct cog_scheduler_options options = {
            .allocator = &ground->tally.allocator,
            .clock = {.now_ns = tell_now_ns, .context = ground},
            .proactor = ground->proactors[i],
            .proactor_multiplex_first = ground->setting.tries_first ? COG_ON : COG_OFF,
        };
        status = cog_scheduler_new(&options, &ground->schedulers[i]);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

struct ground *ground_open(const struct ground_setting *setting) {
    struct ground *ground = calloc(1, sizeof *ground);
    assert_non_null(ground);
    ground->setting = *setting;
    ground->nobody = -1;
    ground->descriptor_count = wire_count_descriptors();
    tally_init(&ground->tally);
    int status = ground_is_simulated(ground) ? ground_simulated_open(ground) : open_machine(ground);
    assert_int_equal(status, COG_OK);
    return ground;
}

static int set_up(void **state) {
    *state = ground_open(*state);
    return 0;
}

static const char *close_machine(struct ground *ground) {
    const char *fault = NULL;
    for (int i = 0; i < GROUND_SIDES; i++) {
        cog_scheduler_free(ground->schedulers[i]);
        fault = ground_held_count(ground, i) == 0 ? fault : "an operation is left";
        cog_proactor_close(&ground->proactors[i]);
    }
    return fault;
}

const char *ground_take_down(struct ground *ground) {
    const char *fault = NULL;
    for (size_t i = 0; i < ground->task_count; i++) {
        cog_coro_release(ground->tasks[i]->coro);
    }
    fault = ground_is_simulated(ground) ? ground_simulated_close(ground) : close_machine(ground);
    for (size_t i = 0; i < ground->task_count; i++) {
        free(ground->tasks[i]);
    }
    if (ground->nobody >= 0) {
        (void)close(ground->nobody);
    }
    for (size_t i = 0; i < ground->file_count; i++) {
        (void)unlink(ground->files[i]);
        free(ground->files[i]);
    }
    fault = fault == NULL && ground->tally.live_count > 0 ? "memory is left" : fault;
    fault = fault == NULL && wire_count_descriptors() != ground->descriptor_count
                ? "a descriptor is left"
                : fault;
    free(ground);
    return fault;
}

static int tear_down(void **state) {
    const char *fault = ground_take_down(*state);
    if (fault != NULL) {
        print_error("%s\n", fault);
    }
    return fault == NULL ? 0 : -1;
}

/* ---- Running tests ---- */

static const char *family_name(int family) {
    return family == AF_INET ? "IPv4" : family == AF_INET6 ? "IPv6" : "Unix";
}

static int run_tests_with(const struct ground_setting *setting, const struct wire_test *tests,
                          size_t count) {
    static char names[TESTS_MAX][NAME_BYTES];
    struct CMUnitTest units[TESTS_MAX];
    assert_true(count <= TESTS_MAX);
    const char *proactor = setting->proactor != NULL ? setting->proactor : "simulated";
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s, %s%s: %s", proactor,
                       family_name(setting->family),
                       setting->tries_first ? "" : ", not trying first", tests[i].name);
        union {
            const struct ground_setting *setting;
            void *pointer;
        } initial = {.setting = setting};
        units[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = tests[i].function,
                                       .setup_func = set_up,
                                       .teardown_func = tear_down,
                                       .initial_state = initial.pointer};
    }
    return _cmocka_run_group_tests(proactor, units, count, NULL, NULL);
}

static int run_both_ways(const char *proactor, int family, const struct wire_test *tests,
                         size_t count) {
    struct ground_setting setting = {.proactor = proactor, .family = family, .tries_first = true};
    int failed_count = run_tests_with(&setting, tests, count);
    setting.tries_first = false;
    return failed_count + run_tests_with(&setting, tests, count);
}

static bool has_family(int family) {
    int probe = socket(family, SOCK_STREAM, 0);
    struct wire_address address = wire_address(family);
    bool has =
        probe >= 0 && bind(probe, (const struct sockaddr *)&address.storage, address.bytes) == 0;
    if (probe >= 0) {
        (void)close(probe);
    }
    return has;
}

int ground_run_tests(const struct wire_test *tests, size_t count) {
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    struct cog_proactor_info infos[PROACTORS_MAX];
    size_t info_count = cog_proactor_list(infos, PROACTORS_MAX);
    int failed_count = run_both_ways(NULL, AF_INET, tests, count);
    for (size_t i = 0; i < info_count; i++) {
        if (!infos[i].is_usable) {
            print_message("without %s: %s\n", infos[i].name, infos[i].note);
            continue;
        }
        for (size_t j = 0; j < 3 && strcmp(infos[i].name, "none") != 0; j++) {
            if (has_family(families[j])) {
                failed_count += run_both_ways(infos[i].name, families[j], tests, count);
            } else {
                print_message("without %s\n", family_name(families[j]));
            }
        }
    }
    return failed_count;
}

/* ---- The world ---- */

static void iterate(struct ground *ground, enum ground_side side, int64_t sleep_ns_max) {
    struct cog_scheduler *scheduler = ground->schedulers[side];
    if (scheduler != NULL) {
        int status = cog_iterate(scheduler, sleep_ns_max);
        assert_true(status == COG_OK || status == COG_MORE);
        assert_null(cog_scheduler_check(scheduler));
    }
}

static bool has_ready(const struct ground *ground, enum ground_side side) {
    return ground->schedulers[side] != NULL && cog_has_ready(ground->schedulers[side]);
}

/* Both sides have a turn. Is there surely more to do? */
static bool go_round(struct ground *ground, int64_t sleep_ns_max) {
    bool has_come = ground_is_simulated(ground) && ground_simulated_deliver(ground);
    bool sleeps = !ground_is_simulated(ground);
    iterate(ground, GROUND_A, sleeps && !has_ready(ground, GROUND_B) ? sleep_ns_max : 0);
    iterate(ground, GROUND_B, sleeps && !has_ready(ground, GROUND_A) ? sleep_ns_max : 0);
    return has_come || has_ready(ground, GROUND_A) || has_ready(ground, GROUND_B);
}

void ground_settle(struct ground *ground) {
    int idle_rounds = 0;
    for (int i = 0; idle_rounds < SETTLE_ROUNDS; i++) {
        assert_true(i < ROUNDS_MAX);
        idle_rounds = go_round(ground, 0) ? 0 : idle_rounds + 1;
    }
}

void ground_pass(struct ground *ground, int64_t duration_ns) {
    ground->now_ns += duration_ns;
    if (ground_is_simulated(ground)) {
        ground_simulated_pass(ground, duration_ns);
    }
    ground_settle(ground);
}

size_t ground_held_count(const struct ground *ground, enum ground_side side) {
    const struct cog_proactor *proactor = &ground->proactors[side];
    return proactor->ops->held_count(proactor->context);
}

void ground_free(struct ground *ground, enum ground_side side) {
    cog_scheduler_free(ground->schedulers[side]);
    ground->schedulers[side] = NULL;
}

/* ---- Tasks ---- */

struct ground_task *ground_task(struct ground *ground, enum ground_side side) {
    assert_true(ground->task_count < GROUND_TASKS_MAX);
    struct ground_task *task = calloc(1, sizeof *task);
    assert_non_null(task);
    task->ground = ground;
    task->side = side;
    ground->tasks[ground->task_count++] = task;
    return task;
}

void ground_start(struct ground_task *task) {
    struct cog_scheduler *scheduler = task->ground->schedulers[task->side];
    assert_int_equal(errand_begin(scheduler, &task->op, &task->is_done, &task->coro), COG_OK);
    ground_settle(task->ground);
}

int ground_finish(struct ground_task *task) {
    for (int i = 0; !task->is_done; i++) {
        assert_true(i < ROUNDS_MAX);
        (void)go_round(task->ground, SLEEP_NS_MAX);
    }
    return task->op.status;
}

int ground_do(struct ground_task *task) {
    ground_start(task);
    return ground_finish(task);
}

void ground_await_bytes(struct ground_task *task, size_t bytes) {
    const struct cog_op *op = cog_coro_awaits(task->coro);
    for (int i = 0; op == NULL || op->u.io.done < bytes; i++) {
        assert_true(i < ROUNDS_MAX);
        (void)go_round(task->ground, SLEEP_NS_MAX);
        assert_false(task->is_done);
        op = cog_coro_awaits(task->coro);
    }
}

struct ground_task *ground_recv(struct ground *ground, enum ground_side side, int32_t socket,
                                char *buffer, size_t bytes) {
    struct ground_task *task = ground_task(ground, side);
    cog_set_recv(&task->op, socket, buffer, bytes);
    ground_start(task);
    return task;
}

struct ground_task *ground_recvall(struct ground *ground, enum ground_side side, int32_t socket,
                                   char *buffer, size_t bytes) {
    struct ground_task *task = ground_task(ground, side);
    cog_set_recvall(&task->op, socket, buffer, bytes);
    ground_start(task);
    return task;
}

struct ground_task *ground_sendall(struct ground *ground, enum ground_side side, int32_t socket,
                                   const char *buffer, size_t bytes) {
    struct ground_task *task = ground_task(ground, side);
    cog_set_sendall(&task->op, socket, buffer, bytes);
    ground_start(task);
    return task;
}

struct ground_task *ground_accept(struct ground *ground, int32_t listener) {
    struct ground_task *task = ground_task(ground, GROUND_B);
    cog_set_accept(&task->op, listener);
    ground_start(task);
    return task;
}

struct ground_task *ground_connect(struct ground *ground, const struct wire_address *address) {
    struct ground_task *task = ground_task(ground, GROUND_A);
    cog_set_connect(&task->op, (const struct sockaddr *)&address->storage, address->bytes);
    ground_start(task);
    return task;
}

void ground_send_text(struct ground *ground, enum ground_side side, int32_t socket,
                      const char *text) {
    assert_int_equal(ground_finish(ground_sendall(ground, side, socket, text, strlen(text))),
                     COG_OK);
}

void ground_close(struct ground *ground, enum ground_side side, int32_t socket) {
    struct ground_task *task = ground_task(ground, side);
    cog_set_close(&task->op, socket);
    assert_int_equal(ground_do(task), COG_OK);
}

/* ---- Sockets ---- */

/* A name of its own for each. */
static struct wire_address unix_address(struct ground *ground) {
    struct wire_address address = wire_address(AF_UNIX);
    struct sockaddr_un *local = (struct sockaddr_un *)&address.storage;
    assert_true(ground->file_count < GROUND_FILES_MAX);
    (void)snprintf(local->sun_path, sizeof local->sun_path, "ground-%ld-%zu.socket", (long)getpid(),
                   ground->file_count);
    (void)unlink(local->sun_path);
    ground->files[ground->file_count] = strdup(local->sun_path);
    assert_non_null(ground->files[ground->file_count++]);
    return address;
}

static struct wire_address new_address(struct ground *ground, enum ground_side side) {
    return ground_is_simulated(ground) ? ground_simulated_address(ground, side)
           : ground_is_unix(ground)    ? unix_address(ground)
                                       : wire_address(ground->setting.family);
}

/* The port that it got, on the machine. */
static void ask_port(const struct ground *ground, int32_t socket, struct wire_address *address) {
    if (!ground_is_simulated(ground) && !ground_is_unix(ground)) {
        wire_ask_port(socket, address);
    }
}

int32_t ground_listen(struct ground *ground, int backlog, struct wire_address *address) {
    *address = new_address(ground, GROUND_B);
    struct ground_task *task = ground_task(ground, GROUND_B);
    cog_set_listen(&task->op, (const struct sockaddr *)&address->storage, address->bytes, backlog);
    assert_int_equal(ground_do(task), COG_OK);
    ask_port(ground, task->op.socket, address);
    return task->op.socket;
}

int32_t ground_bind(struct ground *ground, enum ground_side side, struct wire_address *address) {
    *address = new_address(ground, side);
    struct ground_task *task = ground_task(ground, side);
    cog_set_bind(&task->op, (const struct sockaddr *)&address->storage, address->bytes);
    assert_int_equal(ground_do(task), COG_OK);
    ask_port(ground, task->op.socket, address);
    return task->op.socket;
}

struct wire_address ground_nobody(struct ground *ground) {
    struct wire_address address = new_address(ground, GROUND_B);
    if (!ground_is_simulated(ground)) {
        assert_int_equal(ground->nobody, -1);
        ground->nobody = socket(ground->setting.family, SOCK_STREAM, 0);
        assert_true(ground->nobody >= 0);
        assert_int_equal(
            bind(ground->nobody, (const struct sockaddr *)&address.storage, address.bytes), 0);
        ask_port(ground, ground->nobody, &address);
    }
    return address;
}

void ground_pair(struct ground *ground, int32_t ends[GROUND_SIDES]) {
    struct wire_address address;
    int32_t listener = ground_listen(ground, 8, &address);
    struct ground_task *accepting = ground_accept(ground, listener);
    struct ground_task *connecting = ground_connect(ground, &address);
    assert_int_equal(ground_finish(connecting), COG_OK);
    assert_int_equal(ground_finish(accepting), COG_OK);
    ends[GROUND_A] = connecting->op.socket;
    ends[GROUND_B] = accepting->op.socket;
    ground_close(ground, GROUND_B, listener);
}
