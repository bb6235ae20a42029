/* bench_parked.c - coroutines that wait: what one takes, and a million of them that sleep. */
#include "core/cogen.h"
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLEEPERS = 1000000, STACKFUL = 10000 };

#define SLEEP_NS_MAX INT64_C(10000000000)

/* A clock that moves only when the proactor sleeps. */
struct virtual_time {
    int64_t now_ns;
};

static int64_t read_clock(void *context) {
    return ((struct virtual_time *)context)->now_ns;
}

static void attach(void *context, struct cog_scheduler *scheduler) {
    (void)context;
    (void)scheduler;
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    (void)context;
    (void)op;
    (void)try_first;
    return COG_EUNSUPPORTED;
}

static bool cancel(void *context, struct cog_op *op) {
    (void)context;
    (void)op;
    return true;
}

static int run(void *context, int64_t timeout_ns) {
    ((struct virtual_time *)context)->now_ns += timeout_ns;
    return COG_OK;
}

static size_t held_count(const void *context) {
    (void)context;
    return 0;
}

static int close_socket(void *context, int32_t socket) {
    (void)context;
    (void)socket;
    return COG_EBADSOCKET;
}

static struct cog_scheduler *open_scheduler(struct virtual_time *time) {
    static const struct cog_proactor_ops ops = {.name = "virtual",
                                                .attach = attach,
                                                .submit = submit,
                                                .cancel = cancel,
                                                .run = run,
                                                .held_count = held_count,
                                                .close_socket = close_socket};
    struct cog_scheduler *scheduler;
    struct cog_scheduler_options options = {
        .clock = {.now_ns = read_clock, .context = time},
        .proactor = {.ops = &ops, .context = time},
    };
    bench_require(cog_scheduler_new(&options, &scheduler));
    return scheduler;
}

static int64_t random_sleep(void) {
    return (int64_t)bench_random(SLEEP_NS_MAX / 1000) * 1000;
}

/* Sleeps once; it needs no context, for what it waited on tells whether that has been. */
static int sleep_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)context;
    if (op->type->kind == COG_OP_SLEEP) {
        return COG_STEP_END;
    }
    cog_set_sleep(op, random_sleep());
    return COG_STEP_AWAIT;
}

static int sleep_function(struct cog_coro *self, void *argument) {
    (void)argument;
    return cog_sleep(self, random_sleep());
}

static void add_sleepers(struct cog_scheduler *scheduler, size_t count, bool is_stackful) {
    static const struct cog_coro_type type = {.step = sleep_step};
    for (size_t i = 0; i < count; i++) {
        struct cog_coro *coro;
        if (is_stackful) {
            bench_require(cog_coro_new_stackful(scheduler, sleep_function, NULL, NULL, &coro));
        } else {
            bench_require(cog_coro_new(scheduler, &type, NULL, &coro));
        }
        bench_require(cog_add(scheduler, coro, false));
        cog_coro_release(coro);
    }
}

/* Runs until all of them sleep. */
static void park(struct cog_scheduler *scheduler) {
    while (cog_has_ready(scheduler)) {
        bench_require(cog_iterate(scheduler, 0) == COG_MORE ? COG_OK : COG_EINVALID);
    }
}

static int64_t resident_bytes(void) {
    int64_t pages = 0;
    int64_t resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%" SCNd64 " %" SCNd64, &pages, &resident) != 2) {
            resident = 0;
        }
        (void)fclose(file);
    }
    return resident * (int64_t)sysconf(_SC_PAGESIZE);
}

static int64_t parked_bytes(size_t count, bool is_stackful) {
    struct virtual_time time = {.now_ns = 1};
    struct cog_scheduler *scheduler = open_scheduler(&time);
    /* One that does not count makes the code and the scheduler resident. */
    add_sleepers(scheduler, 1, is_stackful);
    park(scheduler);
    (void)resident_bytes();
    int64_t before = resident_bytes();
    add_sleepers(scheduler, count, is_stackful);
    park(scheduler);
    int64_t bytes = resident_bytes() - before;
    cog_scheduler_free(scheduler);
    return bytes * 1000 / (int64_t)count;
}

/* In a process of its own, whose heap has no holes. */
static int64_t measure_parked_bytes(size_t count, bool is_stackful) {
    int ends[2];
    int64_t bytes = 0;
    bench_require(pipe(ends));
    (void)fflush(stdout);
    pid_t child = fork();
    bench_require(child < 0 ? -1 : 0);
    if (child == 0) {
        bytes = parked_bytes(count, is_stackful);
        _exit(write(ends[1], &bytes, sizeof bytes) == (ssize_t)sizeof bytes ? 0 : 1);
    }
    (void)close(ends[1]);
    bench_require(read(ends[0], &bytes, sizeof bytes) == (ssize_t)sizeof bytes ? 0 : -1);
    (void)close(ends[0]);
    bench_require(waitpid(child, NULL, 0) == child ? 0 : -1);
    return bytes;
}

struct life {
    int64_t start;
    int64_t park;
    int64_t run;
};

static void measure_life(struct life *best) {
    struct virtual_time time = {.now_ns = 1};
    struct cog_scheduler *scheduler = open_scheduler(&time);
    bench_seed();
    int64_t start_ns = bench_now_ns();
    add_sleepers(scheduler, SLEEPERS, false);
    best->start = bench_best(best->start, start_ns, SLEEPERS);
    start_ns = bench_now_ns();
    park(scheduler);
    best->park = bench_best(best->park, start_ns, SLEEPERS);
    start_ns = bench_now_ns();
    bench_require(cog_run(scheduler));
    best->run = bench_best(best->run, start_ns, SLEEPERS);
    cog_scheduler_free(scheduler);
}

void bench_parked(void) {
    bench_report(&(struct bench_figure){.name = "resident, sleeping step coroutine",
                                        .count = SLEEPERS,
                                        .value = measure_parked_bytes(SLEEPERS, false),
                                        .unit = "bytes",
                                        .target = 256});
    bench_report(&(struct bench_figure){.name = "resident, sleeping stackful coroutine",
                                        .count = STACKFUL,
                                        .value = measure_parked_bytes(STACKFUL, true),
                                        .unit = "bytes"});
    struct life life = {BENCH_NONE, BENCH_NONE, BENCH_NONE};
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        measure_life(&life);
    }
    bench_report(&(struct bench_figure){.name = "sleepers: make and add one",
                                        .count = SLEEPERS,
                                        .value = life.start,
                                        .unit = "ns"});
    bench_report(&(struct bench_figure){.name = "sleepers: begin and fall asleep, one",
                                        .count = SLEEPERS,
                                        .value = life.park,
                                        .unit = "ns"});
    bench_report(&(struct bench_figure){.name = "sleepers: wake, end and be freed, one",
                                        .count = SLEEPERS,
                                        .value = life.run,
                                        .unit = "ns"});
    bench_report(&(struct bench_figure){.name = "sleepers: all of that, all",
                                        .count = SLEEPERS,
                                        .value = (life.start + life.park + life.run) *
                                                 (SLEEPERS / 1000) / 1000,
                                        .unit = "ms"});
}
