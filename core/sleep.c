/* sleep.c - the bare yield and sleep. */
#include "core/check.h"
#include "core/operation.h"
#include "core/scheduler.h"

static struct cog_coro *process_yield(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    (void)cog_op_finish(scheduler, &coro->op, COG_OK);
    if (scheduler->ready.count == 0) {
        return coro;
    }
    cog_make_ready(scheduler, coro, false);
    return NULL;
}

static struct cog_coro *process_sleep(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    return cog_park(scheduler, coro, NULL);
}

void cog_set_yield(struct cog_op *op) {
    static const struct cog_op_type type = {
        .name = "yield", .kind = COG_OP_YIELD, .process = process_yield};
    cog_op_init(op, &type);
}

static void set_sleep(struct cog_op *op) {
    static const struct cog_op_type type = {
        .name = "sleep", .kind = COG_OP_SLEEP, .process = process_sleep};
    cog_op_init(op, &type);
}

void cog_set_sleep(struct cog_op *op, int64_t duration_ns) {
    set_sleep(op);
    cog_set_timeout(op, duration_ns, true);
}

void cog_set_sleep_until(struct cog_op *op, int64_t deadline_ns) {
    set_sleep(op);
    cog_set_deadline(op, deadline_ns, true);
}
