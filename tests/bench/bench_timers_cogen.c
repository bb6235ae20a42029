/* bench_timers_cogen.c - libcogen's timeouts for the benchmark. */
#include "core/coroutine.h"
#include "core/timeouts.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_timers.h"

#include <stdlib.h>

struct record {
    struct cog_coro coro;
    char rest[BENCH_RECORD_BYTES - sizeof(struct cog_coro)];
};

static struct cog_timeouts timeouts;
static struct record *records;
static struct cog_op far;
static size_t fired_count;
static int64_t now_ns;

static void fire(struct cog_op *op) {
    cog_timeouts_remove(&timeouts, op);
    fired_count++;
}

/* As the libraries beside it, it calls what was registered. */
static void (*volatile callback)(struct cog_op *op) = fire;

static void open_timers(size_t count) {
    now_ns = INT64_C(1000000000000);
    cog_timeouts_init(&timeouts);
    records = bench_allocate(count, sizeof records[0]);
}

static void open_front(size_t count) {
    open_timers(count);
    far = (struct cog_op){.timeout_ns = 0};
    cog_timeouts_arm(&timeouts, &far, INT64_MAX);
    (void)cog_timeouts_due(&timeouts, INT64_MAX);
}

static void arm(size_t index, int64_t delay_ns) {
    cog_timeouts_arm(&timeouts, &records[index].coro.op, now_ns + delay_ns);
}

static void remove_timer(size_t index) {
    cog_timeouts_remove(&timeouts, &records[index].coro.op);
}

static size_t expire_all(void) {
    size_t before = fired_count;
    now_ns += BENCH_DELAY_NS_MAX;
    for (struct cog_op *op = cog_timeouts_due(&timeouts, now_ns); op != NULL;
         op = cog_timeouts_due(&timeouts, now_ns)) {
        callback(op);
    }
    return fired_count - before;
}

static void pass(int64_t ns) {
    now_ns += ns;
    if (cog_timeouts_due(&timeouts, now_ns) != NULL) {
        abort(); /* none was to become due */
    }
}

static void close_timers(void) {
    free(records);
}

const struct bench_timers bench_timers_cogen = {.open = open_timers,
                                                .arm = arm,
                                                .remove = remove_timer,
                                                .expire_all = expire_all,
                                                .pass = pass,
                                                .close = close_timers};

const struct bench_timers bench_timers_front = {.open = open_front,
                                                .arm = arm,
                                                .remove = remove_timer,
                                                .expire_all = expire_all,
                                                .pass = pass,
                                                .close = close_timers};
