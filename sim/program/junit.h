/* junit.h - a campaign as JUnit XML, which systems of continuous integration show.
 *
 *     testsuites
 *       testsuite     a folder
 *         properties  seed, strategy, ..
 *         testcase    a scenario, or one of its rows: what was printed of it, its failure
 */
#ifndef SIM_PROGRAM_JUNIT_H
#define SIM_PROGRAM_JUNIT_H

#include "sim/language/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum junit_verdict {
    JUNIT_HELD,
    JUNIT_FAILED, /* something did not hold */
    JUNIT_ERROR,  /* it could not be told */
};

struct junit_case {
    char *suite;
    char *name;
    char *text;    /* what was printed of it */
    char *message; /* of a failure, in a line */
    int64_t time_ns;
    enum junit_verdict verdict;
    size_t piece; /* of the campaign, in whose order they are written */
    size_t number;
};

struct junit_property {
    const char *name;
    const char *value;
};

struct junit {
    struct junit_case *cases;
    size_t count;
    size_t capacity;
};

/* Keeps a copy of a case, behind those of its piece. False: no memory. */
bool junit_add(struct junit *junit, const struct junit_case *added);
void junit_free(struct junit *junit);

/* Adds the document; properties end with one without a name. Suites stand in the order of their
 * first case. Bytes that XML cannot hold become U+FFFD. Whether there is memory shows in the
 * buffer. */
void junit_format(struct junit *junit, const struct junit_property *properties,
                  struct sim_buffer *text);

#endif
