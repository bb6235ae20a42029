/* bench.h - what the benchmarks of the core share: measuring, chance, and the table.
 *
 * A figure is the best of several rounds, in processor time: what the machine does beside it makes
 * single rounds slower, never faster. Figures are in thousandths of their unit.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { BENCH_ROUNDS = 3 };

/* The clock that figures are made from: nanoseconds of this process's processor time. */
int64_t bench_now_ns(void);

/* The smaller of best and what one of `count` took since start_ns. Begin with BENCH_NONE. */
#define BENCH_NONE INT64_MAX
int64_t bench_best(int64_t best, int64_t start_ns, size_t count);

/* Ends the program unless status is COG_OK (0). */
void bench_require(int status);

void *bench_allocate(size_t count, size_t bytes);

/* A random number below bound, which is below 2^32; the same sequence in each run of the program
 * after bench_seed. */
void bench_seed(void);
uint64_t bench_random(uint64_t bound);

/* A line of the table. */
struct bench_figure {
    const char *name;
    int64_t count; /* how many of what the name says; 0: not told */
    int64_t value;
    const char *unit;
    int64_t target;   /* at most, in whole units; 0: none */
    int64_t peers[2]; /* libuv, libev: their values; 0: they have nothing like it */
};

void bench_table_begin(void);
void bench_report(const struct bench_figure *figure);

/* The groups of figures. */
void bench_dispatch(void);
void bench_objects(void);
void bench_timeouts(void);
void bench_parked(void);

#endif
