/* search_watch.c - shows a search to who watches. */
#include "sim/explore/search_parts.h"

#include "sim/step_labels.h"

#include <inttypes.h>

/* What a step is called, before it is made. */
void sim_search_label_step(struct sim_search *search, uint32_t process) {
    const struct sim_stepping *stepping = &search->explorer->stepping;
    if (search->watch == NULL) {
        return;
    }
    search->label.length = 0;
    if (process == SIM_TIME_PROCESS) {
        sim_buffer_add_text(&search->label, search->explorer->is_whole ? "run" : "time passes");
        return;
    }
    for (uint32_t i = 0; i < stepping->present_count; i++) {
        if (stepping->candidates[i].process == process) {
            sim_label_step(search->explorer->run, &stepping->candidates[i], &search->label);
            return;
        }
    }
}

/* The step has been made. */
void sim_search_show_step(struct sim_search *search) {
    const struct sim_draws *draws = &search->draws;
    struct sim_buffer *label = &search->label;
    if (search->watch == NULL) {
        return;
    }
    for (uint32_t i = 0; i < draws->answer_count; i++) {
        sim_buffer_add_format(label, "%s%" PRIu32, i == 0 ? ", draws " : ", ", draws->answers[i]);
    }
    if (!label->has_failed) {
        search->watch->step(search->watch->context, search->depth, label->bytes);
    }
    search->is_out_of_memory |= label->has_failed;
}

void sim_search_show_end(const struct sim_search *search, bool is_over) {
    if (search->watch != NULL) {
        search->watch->end(search->watch->context, search->depth,
                           is_over ? search->explorer->tally.latest : SIM_NONE);
    }
}
