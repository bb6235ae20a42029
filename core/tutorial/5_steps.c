/* 5_steps.c - a hundred thousand coroutines without a stack, and an operation of our own. */
#include "core/cogen.h"

#include <stdio.h>
#include <stdlib.h>

enum { WALKER_COUNT = 100000, TURN_COUNT = 3 };

/* ---- A gate: who passes it waits until it is open ---- */

struct gate {
    struct cog_link waiting; /* the operations that wait */
    size_t waiting_count;
    bool is_open;
};

/* Begins the operation: ends it at once, or parks it. */
static struct cog_coro *begin_pass(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    struct cog_op *op = cog_coro_op(coro);
    struct gate *gate = op->object;
    gate->waiting_count++;
    return gate->is_open ? cog_op_finish(scheduler, op, COG_OK)
                         : cog_park(scheduler, coro, &gate->waiting);
}

/* Runs when it ends: passed, timed out or cancelled. */
static void end_pass(struct cog_scheduler *scheduler, struct cog_op *op) {
    (void)scheduler;
    struct gate *gate = op->object;
    gate->waiting_count--;
}

static void set_pass(struct cog_op *op, struct gate *gate) {
    static const struct cog_op_type type = {
        .name = "pass", .kind = COG_OP_CUSTOM, .process = begin_pass, .finalize = end_pass};
    cog_set_custom(op, &type, gate);
}

static void open_gate(struct cog_scheduler *scheduler, struct gate *gate) {
    gate->is_open = true;
    while (!cog_list_is_empty(&gate->waiting)) {
        struct cog_op *op = cog_container_of(gate->waiting.next, struct cog_op, link);
        cog_make_ready(scheduler, cog_op_finish(scheduler, op, COG_OK), false);
    }
}

/* ---- Step coroutines: count some turns, pass the gate, end ---- */

struct crowd {
    struct gate gate;
    long turn_count;
    long through_count;
};

/* What a walker keeps from one step to the next: all that a stack would have held. */
struct walker {
    struct crowd *crowd;
    int turn;
};

static int walk(struct cog_coro *self, struct cog_op *op, void *context) {
    (void)self;
    struct walker *walker = context;
    struct crowd *crowd = walker->crowd;
    if (op->status != COG_OK) {
        return op->status;
    }
    walker->turn++;
    if (walker->turn <= TURN_COUNT) {
        crowd->turn_count++;
        cog_set_yield(op);
        return COG_STEP_AWAIT;
    }
    if (walker->turn == TURN_COUNT + 1) {
        set_pass(op, &crowd->gate);
        return COG_STEP_AWAIT;
    }
    crowd->through_count++;
    return COG_STEP_END;
}

static int add_walker(struct cog_scheduler *scheduler, struct crowd *crowd) {
    static const struct cog_coro_type type = {.step = walk, .context_bytes = sizeof(struct walker)};
    struct cog_coro *coro = NULL;
    int status = cog_coro_new(scheduler, &type, "walker", &coro);
    if (status == COG_OK) {
        struct walker *walker = cog_coro_context(coro);
        walker->crowd = crowd;
        status = cog_add(scheduler, coro, true);
        cog_coro_release(coro);
    }
    return status;
}

/* ---- A stackful one among them, which uses the same operation ---- */

static int keep_gate(struct cog_coro *self, void *argument) {
    struct crowd *crowd = argument;
    set_pass(cog_coro_op(self), &crowd->gate);
    cog_set_timeout(cog_coro_op(self), 20 * COG_MILLISECOND, true);
    int status = cog_await(self);
    printf("the keeper tries the gate: %s\n", cog_status_name(status));
    while (crowd->gate.waiting_count < WALKER_COUNT) {
        cog_yield(self);
    }
    printf("%zu wait after %ld turns\n", crowd->gate.waiting_count, crowd->turn_count);
    open_gate(cog_coro_scheduler(self), &crowd->gate);
    return COG_OK;
}

int main(void) {
    struct cog_scheduler *scheduler = NULL;
    struct crowd crowd = {.turn_count = 0};
    cog_list_init(&crowd.gate.waiting);
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status == COG_OK) {
        status = cog_go(scheduler, keep_gate, &crowd, "keeper");
    }
    for (int i = 0; i < WALKER_COUNT && status == COG_OK; i++) {
        status = add_walker(scheduler, &crowd);
    }
    if (status == COG_OK) {
        status = cog_run(scheduler);
    }
    cog_scheduler_free(scheduler);
    printf("%ld went through: %s\n", crowd.through_count, cog_status_name(status));
    return status == COG_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
