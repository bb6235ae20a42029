/* errand.c - the coroutine. */
#include "tests/unit/errand.h"

struct errand {
    struct cog_op *op;
    bool *is_done;
    bool is_waiting;
};

static int step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct errand *errand = context;
    if (!errand->is_waiting) {
        errand->is_waiting = true;
        *op = *errand->op;
        return COG_STEP_AWAIT;
    }
    *errand->op = *op;
    *errand->is_done = true;
    return COG_STEP_END;
}

int errand_begin(struct cog_scheduler *scheduler, struct cog_op *op, bool *is_done,
                 struct cog_coro **coro) {
    static const struct cog_coro_type type = {.step = step, .context_bytes = sizeof(struct errand)};
    int status = cog_coro_new(scheduler, &type, "task", coro);
    if (status != COG_OK) {
        return status;
    }
    *(struct errand *)cog_coro_context(*coro) = (struct errand){.op = op, .is_done = is_done};
    return cog_add(scheduler, *coro, true);
}
