/* footprint.h - what a step of a run touches, and whether it only reads it.
 *
 * Two steps of different coroutines can be exchanged, with the same result, unless they touch one
 * object and at least one of them changes it. So an object stands for everything whose state the
 * order of two steps could show in: an element of a variable, a queue, a signal's waiters, a
 * coroutine's end. The ready queue is none. objects.h numbers them.
 */
#ifndef SIM_FOOTPRINT_H
#define SIM_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

enum sim_touch_mode {
    SIM_TOUCH_READ,
    SIM_TOUCH_WRITE,  /* or both */
    SIM_TOUCH_LOCK,   /* takes a lock, by a step of its own */
    SIM_TOUCH_UNLOCK, /* gives one back, likewise */
};

struct sim_touch {
    uint32_t object : 30;
    uint32_t mode : 2; /* enum sim_touch_mode */
};

/* What the step under way has touched so far: each object once, with the stronger mode. */
enum { SIM_TOUCHES_MAX = 64 };

struct sim_footprint {
    struct sim_touch touches[SIM_TOUCHES_MAX];
    uint32_t count;
    bool is_everything; /* more than has room: it depends on all */
};

void sim_footprint_add(struct sim_footprint *footprint, uint32_t object, enum sim_touch_mode mode);

/* Does the order of two steps that touch these matter? */
bool sim_touches_depend(const struct sim_touch *a, uint32_t a_count, const struct sim_touch *b,
                        uint32_t b_count);

#endif
