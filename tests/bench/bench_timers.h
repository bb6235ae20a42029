/* bench_timers.h - timers of one library, as the benchmark of timeouts drives them.
 *
 * In a program, a timer is part of what it is about, a connection or a coroutine; so here each lies
 * in a record of BENCH_RECORD_BYTES, whatever the library. Time is the benchmark's own: it stands
 * still until expire_all. Delays are less than BENCH_DELAY_NS_MAX.
 */
#ifndef TESTS_BENCH_BENCH_TIMERS_H
#define TESTS_BENCH_BENCH_TIMERS_H

#include <stddef.h>
#include <stdint.h>

enum { BENCH_RECORD_BYTES = 256 };

#define BENCH_DELAY_NS_MAX INT64_C(10000000000)

struct bench_timers {
    /* Makes `count` timers, none of which is armed. */
    void (*open)(size_t count);
    void (*arm)(size_t index, int64_t delay_ns);
    void (*remove)(size_t index);
    /* Lets time pass until all are due, and fires them in order. Returns how many. */
    size_t (*expire_all)(void);
    /* Lets a little time pass, in which none becomes due. */
    void (*pass)(int64_t ns);
    void (*close)(void);
};

extern const struct bench_timers bench_timers_cogen;
extern const struct bench_timers bench_timers_libuv;
extern const struct bench_timers bench_timers_libev;

/* As bench_timers_cogen, after somebody has asked for the exact earliest deadline, as a world of
 * virtual time does, when that was later than all: every timer goes to the front. A scheduler that
 * sleeps asks when to wake, which leaves the buckets alone. */
extern const struct bench_timers bench_timers_front;

#endif
