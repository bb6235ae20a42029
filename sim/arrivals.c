/* arrivals.c - asks in which order deadlines expire. */
#include "sim/arrivals.h"

#include "core/coroutine.h"
#include "core/list.h"
#include "sim/language/buffer.h"
#include "sim/language/statement_parts.h"

static void label_expired(const struct sim_choice *choice, struct sim_buffer *buffer) {
    (void)choice;
    sim_buffer_add_text(buffer, "timeout");
}

static void label_candidate(const struct sim_choice *choice, uint64_t index,
                            struct sim_buffer *buffer) {
    struct cog_op *const *candidates = choice->subject;
    const struct cog_coro *coro = cog_container_of(candidates[index], const struct cog_coro, op);
    sim_buffer_add_text(buffer, coro->name);
}

size_t sim_choose_expired(struct sim_run *run, struct cog_op *const *candidates, size_t count) {
    struct sim_choice choice = {.kind = SIM_CHOICE_ARRIVAL,
                                .process = SIM_NONE,
                                .count = count,
                                .label = label_expired,
                                .candidate_label = label_candidate,
                                .subject = candidates};
    return (size_t)sim_choose(run->chooser, &choice);
}
