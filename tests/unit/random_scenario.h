/* random_scenario.h - small scenarios, drawn by a seed: a few coroutines of a few statements each,
 * that share everything that can be shared.
 *
 * What each of them sees it writes down in a variable of its own, and all of these are the outcome:
 * so two executions of one outcome have gone alike for everybody.
 */
#ifndef TESTS_UNIT_RANDOM_SCENARIO_H
#define TESTS_UNIT_RANDOM_SCENARIO_H

#include <stddef.h>
#include <stdint.h>

/* What may come up in it, as bits of a set. */
enum random_theme {
    RANDOM_SHARED = 1 << 0,   /* variables with a step to each access */
    RANDOM_PLAIN = 1 << 1,    /* variables without */
    RANDOM_QUEUES = 1 << 2,   /* put, get, done, drain */
    RANDOM_SIGNALS = 1 << 3,  /* signal, wait */
    RANDOM_LOCKS = 1 << 4,    /* acquire, release */
    RANDOM_ROUTINES = 1 << 5, /* spawn, call, join, fail */
    RANDOM_PICKS = 1 << 6,    /* pick */
    RANDOM_TIME = 1 << 7,     /* sleep, and timeouts of other statements */
    RANDOM_CHANNELS = 1 << 8, /* publish, fetch, compact */
    RANDOM_PIPES = 1 << 9,    /* iterate, emit */
    RANDOM_LOG = 1 << 10,     /* lines whose order is looked at */
    RANDOM_WATCHES = 1 << 11, /* variables that are looked at all the time */
    RANDOM_BACKGROUND = 1 << 12,
    RANDOM_HOSTS = 1 << 13,      /* some live on another host, perhaps behind a slow line */
    RANDOM_PRIORITIES = 1 << 14, /* of what can have them */
    RANDOM_SOCKETS = 1 << 15,    /* a connection between two */
    RANDOM_THEMES = 16,
};

enum { RANDOM_SCENARIO_BYTES = 16384 };

/* Writes a scenario as exploration_open takes it; statements: how many at most a coroutine has. */
void random_scenario_write(uint64_t seed, unsigned themes, uint32_t coroutines, uint32_t statements,
                           char text[RANDOM_SCENARIO_BYTES]);

#endif
