/* bench_timeouts.c - arming, removing and expiring timeouts, beside the timers of libuv and libev.
 *
 * Three patterns: random delays, random ones removed and armed again; the same delay for all, armed
 * again long before it is over, while time passes (what servers do); armed and left to expire.
 */
#include "tests/bench/bench.h"
#include "tests/bench/bench_timers.h"

enum { PAIRS = 200000, STALE = 20 };

/* The figures of one library. */
struct times {
    int64_t random_pair;
    int64_t constant_pair;
    int64_t expire;
};

static int64_t random_delay(void) {
    return (int64_t)bench_random(BENCH_DELAY_NS_MAX / 1000) * 1000;
}

static void remove_all(const struct bench_timers *timers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        timers->remove(i);
    }
}

static void measure_expiry(const struct bench_timers *timers, size_t count, struct times *times) {
    int64_t start_ns = bench_now_ns();
    for (size_t i = 0; i < count; i++) {
        timers->arm(i, random_delay());
    }
    bench_require(timers->expire_all() == count ? 0 : -1);
    times->expire = bench_best(times->expire, start_ns, count);
}

static void measure_random(const struct bench_timers *timers, size_t count, struct times *times) {
    for (size_t i = 0; i < count; i++) {
        timers->arm(i, random_delay());
    }
    int64_t start_ns = bench_now_ns();
    for (size_t i = 0; i < PAIRS; i++) {
        size_t index = (size_t)bench_random(count);
        timers->remove(index);
        timers->arm(index, random_delay());
    }
    times->random_pair = bench_best(times->random_pair, start_ns, PAIRS);
    remove_all(timers, count);
}

/* Round after round over all of them, in an order that jumps; each is armed again STALE times in
 * the time that it would take to fire. */
static void measure_constant(const struct bench_timers *timers, size_t count, struct times *times) {
    int64_t delay_ns = BENCH_DELAY_NS_MAX / 2;
    int64_t step_ns = delay_ns / STALE / (int64_t)count;
    size_t index = 0;
    for (size_t i = 0; i < count; i++) {
        timers->arm(i, delay_ns);
    }
    int64_t start_ns = bench_now_ns();
    for (size_t i = 0; i < PAIRS; i++) {
        index = (index + 617) % count; /* 617 has no divisor in common with any count */
        timers->pass(step_ns);
        timers->remove(index);
        timers->arm(index, delay_ns);
    }
    times->constant_pair = bench_best(times->constant_pair, start_ns, PAIRS);
    remove_all(timers, count);
}

static struct times measure(const struct bench_timers *timers, size_t count) {
    struct times times = {BENCH_NONE, BENCH_NONE, BENCH_NONE};
    bench_seed();
    timers->open(count);
    for (int round = 0; round < (count < 1000000 ? BENCH_ROUNDS : 2); round++) {
        measure_expiry(timers, count, &times);
        measure_random(timers, count, &times);
        measure_constant(timers, count, &times);
    }
    timers->close();
    return times;
}

/* Of all three libraries, and of ours where everything is in the front. */
struct comparison {
    struct times own;
    struct times front;
    struct times libuv;
    struct times libev;
};

static void report(const char *name, size_t count, int64_t target, int64_t own, int64_t libuv,
                   int64_t libev) {
    bench_report(&(struct bench_figure){.name = name,
                                        .count = (int64_t)count,
                                        .value = own,
                                        .unit = "ns",
                                        .target = target,
                                        .peers = {libuv, libev}});
}

void bench_timeouts(void) {
    static const size_t counts[] = {1000, 10000, 100000, 1000000};
    enum { COUNTS = sizeof counts / sizeof counts[0], COUNTS_FRONT = COUNTS - 1 };
    struct comparison all[COUNTS];
    for (size_t i = 0; i < COUNTS; i++) {
        all[i].own = measure(&bench_timers_cogen, counts[i]);
        all[i].libuv = measure(&bench_timers_libuv, counts[i]);
        all[i].libev = measure(&bench_timers_libev, counts[i]);
    }
    for (size_t i = 0; i < COUNTS_FRONT; i++) {
        all[i].front = measure(&bench_timers_front, counts[i]);
    }
    for (size_t i = 0; i < COUNTS; i++) {
        report("timeout, remove and arm, random, armed", counts[i], 150, all[i].own.random_pair,
               all[i].libuv.random_pair, all[i].libev.random_pair);
    }
    for (size_t i = 0; i < COUNTS; i++) {
        report("timeout, remove and arm, constant, armed", counts[i], 150, all[i].own.constant_pair,
               all[i].libuv.constant_pair, all[i].libev.constant_pair);
    }
    for (size_t i = 0; i < COUNTS; i++) {
        report("timeout, arm and expire, random, armed", counts[i], 0, all[i].own.expire,
               all[i].libuv.expire, all[i].libev.expire);
    }
    for (size_t i = 0; i < COUNTS_FRONT; i++) {
        report("timeout in the front, remove and arm", counts[i], 0, all[i].front.random_pair,
               all[i].libuv.random_pair, all[i].libev.random_pair);
    }
    for (size_t i = 0; i < COUNTS_FRONT; i++) {
        report("timeout in the front, arm and expire", counts[i], 0, all[i].front.expire,
               all[i].libuv.expire, all[i].libev.expire);
    }
}
