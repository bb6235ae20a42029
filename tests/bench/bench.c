/* bench.c - measuring and the table. */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SEED = 88172645 };

static uint64_t random_state = SEED;

int64_t bench_now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_best(int64_t best, int64_t start_ns, size_t count) {
    int64_t one = (bench_now_ns() - start_ns) * 1000 / (int64_t)count;
    return one < best ? one : best;
}

void bench_require(int status) {
    if (status != 0) {
        fprintf(stderr, "bench_core: a call failed with %d\n", status);
        exit(1);
    }
}

void *bench_allocate(size_t count, size_t bytes) {
    void *memory = calloc(count, bytes);
    if (memory == NULL) {
        fprintf(stderr, "bench_core: no memory\n");
        exit(1);
    }
    return memory;
}

void bench_seed(void) {
    random_state = SEED;
}

uint64_t bench_random(uint64_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 32) * bound >> 32;
}

static void print_value(int width, int64_t value) {
    printf(" %*" PRId64 ".%" PRId64, width - 2, value / 1000, value % 1000 / 100);
}

/* A peer's value, and how many times as much it is. */
static void print_peer(int64_t peer, int64_t own) {
    if (peer == 0) {
        printf(" %19s", "-");
        return;
    }
    print_value(9, peer);
    int64_t tenths = own > 0 ? peer * 10 / own : 0;
    printf(" (%3" PRId64 ".%" PRId64 "x)", tenths / 10, tenths % 10);
}

void bench_table_begin(void) {
    printf("%-48s %9s %-6s %7s %19s %19s\n", "", "figure", "unit", "target", "libuv", "libev");
}

void bench_report(const struct bench_figure *figure) {
    char name[80];
    char target[32] = "";
    if (figure->count > 0) {
        (void)snprintf(name, sizeof name, "%s (%" PRId64 ")", figure->name, figure->count);
    } else {
        (void)snprintf(name, sizeof name, "%s", figure->name);
    }
    if (figure->target > 0) {
        (void)snprintf(target, sizeof target, "<= %" PRId64, figure->target);
    }
    printf("%-48s", name);
    print_value(9, figure->value);
    printf(" %-6s %7s", figure->unit, target);
    print_peer(figure->peers[0], figure->value);
    print_peer(figure->peers[1], figure->value);
    printf("\n");
    (void)fflush(stdout);
}
