/* bench_timers_libev.c - libev's timers for the benchmark. Its loop's time cannot be set, so timers
 * are armed as far in the past as makes the last of them due at once. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_timers.h"

#include <stdlib.h>

#include <ev.h>

union record {
    ev_timer timer;
    char bytes[BENCH_RECORD_BYTES];
};

static struct ev_loop *loop;
static union record *records;
static size_t fired_count;
static int64_t passed_ns;

static void fire(struct ev_loop *of, ev_timer *timer, int events) {
    (void)of;
    (void)timer;
    (void)events;
    fired_count++;
}

static void open_timers(size_t count) {
    loop = ev_loop_new(EVFLAG_AUTO);
    bench_require(loop == NULL ? -1 : 0);
    records = bench_allocate(count, sizeof records[0]);
    for (size_t i = 0; i < count; i++) {
        records[i].timer.cb = fire;
    }
    passed_ns = 0;
}

static void arm(size_t index, int64_t delay_ns) {
    records[index].timer.at = (double)(delay_ns + passed_ns - 100 * BENCH_DELAY_NS_MAX) / 1e9;
    ev_timer_start(loop, &records[index].timer);
}

static void remove_timer(size_t index) {
    ev_timer_stop(loop, &records[index].timer);
}

static size_t expire_all(void) {
    size_t before = fired_count;
    (void)ev_run(loop, EVRUN_NOWAIT);
    return fired_count - before;
}

static void pass(int64_t ns) {
    passed_ns += ns;
}

static void close_timers(void) {
    ev_loop_destroy(loop);
    free(records);
}

const struct bench_timers bench_timers_libev = {.open = open_timers,
                                                .arm = arm,
                                                .remove = remove_timer,
                                                .expire_all = expire_all,
                                                .pass = pass,
                                                .close = close_timers};
