/* bench_timers_libuv.c - libuv's timers for the benchmark. Its loop reads the clock when it runs,
 * so timers are armed while the loop believes in an earlier time. */
#include "tests/bench/bench.h"
#include "tests/bench/bench_timers.h"

#include <stdlib.h>

#include <uv.h>

union record {
    uv_timer_t timer;
    char bytes[BENCH_RECORD_BYTES];
};

static uv_loop_t loop;
static union record *records;
static size_t fired_count;

static void fire(uv_timer_t *timer) {
    (void)timer;
    fired_count++;
}

static void set_back(void) {
    uv_update_time(&loop);
    loop.time -= (uint64_t)BENCH_DELAY_NS_MAX / 1000000 + 1;
}

static void open_timers(size_t count) {
    bench_require(uv_loop_init(&loop));
    records = bench_allocate(count, sizeof records[0]);
    for (size_t i = 0; i < count; i++) {
        bench_require(uv_timer_init(&loop, &records[i].timer));
    }
    set_back();
}

static void arm(size_t index, int64_t delay_ns) {
    (void)uv_timer_start(&records[index].timer, fire, (uint64_t)(delay_ns / 1000000), 0);
}

static void remove_timer(size_t index) {
    (void)uv_timer_stop(&records[index].timer);
}

static size_t expire_all(void) {
    size_t before = fired_count;
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    set_back();
    return fired_count - before;
}

/* The loop's time moves in whole milliseconds only, and not at all here. */
static void pass(int64_t ns) {
    (void)ns;
}

/* The loop's list of handles is not walked any more, so the handles can go with it. */
static void close_timers(void) {
    free(records);
}

const struct bench_timers bench_timers_libuv = {.open = open_timers,
                                                .arm = arm,
                                                .remove = remove_timer,
                                                .expire_all = expire_all,
                                                .pass = pass,
                                                .close = close_timers};
