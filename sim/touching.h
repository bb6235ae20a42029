/* touching.h - how the parts of a run tell what its steps touch. Costs a branch where nobody wants
 * to know. */
#ifndef SIM_TOUCHING_H
#define SIM_TOUCHING_H

#include "sim/stepping.h"

static inline void sim_touch(struct sim_run *run, uint32_t object, enum sim_touch_mode mode) {
    if (run->stepping != NULL) {
        sim_footprint_add(&run->stepping->footprint, object, mode);
    }
}

/* The frame is about to yield, so that this is done in a step of its own. */
static inline void sim_announce(const struct sim_run *run, struct sim_frame *frame, uint32_t object,
                                enum sim_touch_mode mode) {
    if (run->stepping != NULL) {
        frame->access =
            (struct sim_touch){.object = object & ((UINT32_C(1) << 30) - 1), .mode = mode & 3u};
    }
}

/* The number of the object that a variable, or the element at `place`, is; of no use, and 0, where
 * nobody wants to know. */
static inline uint32_t sim_object_of(const struct sim_run *run, uint32_t variable,
                                     const struct sim_value *place) {
    if (run->stepping == NULL) {
        return 0;
    }
    return run->stepping->objects->variables[variable] +
           (uint32_t)(place - run->variables[variable]);
}

static inline void sim_touch_variable(struct sim_run *run, uint32_t variable,
                                      const struct sim_value *place) {
    if (run->stepping != NULL) {
        sim_touch(run, sim_object_of(run, variable, place), SIM_TOUCH_WRITE);
        if (run->stepping->objects->is_watched[variable]) {
            sim_touch(run, run->stepping->objects->watches, SIM_TOUCH_WRITE);
        }
    }
}

static inline void sim_touch_coroutine(struct sim_run *run, const struct sim_instance *instance,
                                       enum sim_touch_mode mode) {
    if (run->stepping != NULL) {
        sim_touch(run, sim_object_of_process(run->stepping->objects, instance->process), mode);
    }
}

#endif
