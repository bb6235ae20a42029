/* footprint.c - small sets of objects. */
#include "sim/footprint.h"

void sim_footprint_add(struct sim_footprint *footprint, uint32_t object, enum sim_touch_mode mode) {
    for (uint32_t i = 0; i < footprint->count; i++) {
        struct sim_touch *touch = &footprint->touches[i];
        if (touch->object == object) {
            if (touch->mode != mode) {
                touch->mode = SIM_TOUCH_WRITE;
            }
            return;
        }
    }
    if (footprint->count == SIM_TOUCHES_MAX) {
        footprint->is_everything = true;
        return;
    }
    footprint->touches[footprint->count++] =
        (struct sim_touch){.object = object & ((UINT32_C(1) << 30) - 1), .mode = mode & 3u};
}

bool sim_touches_depend(const struct sim_touch *a, uint32_t a_count, const struct sim_touch *b,
                        uint32_t b_count) {
    for (uint32_t i = 0; i < a_count; i++) {
        for (uint32_t j = 0; j < b_count; j++) {
            if (a[i].object == b[j].object &&
                (a[i].mode != SIM_TOUCH_READ || b[j].mode != SIM_TOUCH_READ)) {
                return true;
            }
        }
    }
    return false;
}
