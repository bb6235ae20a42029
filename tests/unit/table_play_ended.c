/* table_play_ended.c - the operation has ended and its coroutine stands in the ready queue, is to
 * run next, or is in the batch of completions of the proactor's run. Whatever comes then does not
 * change what the operation has ended with. */
#include "tests/unit/table_actions.h"

#include <assert.h>
#include <string.h>

/* Iterates until it has ended, and no further. */
static void end_only(struct table_stage *stage) {
    for (int i = 0; i < 5 && stage->record.ended_count == 0; i++) {
        table_iterate(stage);
    }
}

/* Brings it to its end: by `end`, or at once if that is null. */
static void end_by(struct table_stage *stage, enum table_state state,
                   void (*end)(struct table_stage *)) {
    table_prepare(stage, end != NULL ? TABLE_WAITS : TABLE_ENDS_AT_ONCE, TABLE_DEADLINE);
    if (end == NULL) {
        table_start(stage);
        table_add_bystander(stage);
    } else {
        table_enter(stage, false);
        if (table_is_held(stage->operation) && state == TABLE_IN_READY_QUEUE) {
            table_hold_other(stage);
            stage->network.is_other_ready = true;
        }
        end(stage);
    }
    end_only(stage);
}

/* Is its coroutine where the state says? */
static bool is_in(const struct table_stage *stage, enum table_state state) {
    enum cog_coro_state coro_state = cog_coro_state(stage->subject.coro);
    return state == TABLE_IN_READY_QUEUE
               ? coro_state == COG_CORO_READY
               : coro_state == COG_CORO_RUNNING && stage->record.resumed_count == 0;
}

/* Does that end lead there? Else the coroutine continues at once. */
static bool leads_to(const struct table_operation *operation, enum table_state state,
                     void (*end)(struct table_stage *)) {
    struct table_stage stage;
    table_init(&stage, operation);
    end_by(&stage, state, end);
    bool leads = is_in(&stage, state);
    return table_close(&stage) == NULL && leads;
}

static void bring_about(struct table_stage *stage, enum table_event event, char *outcome) {
    switch ((int)event) {
    case TABLE_DEADLINE:
        stage->now_ns = TABLE_DUE_NS;
        cog_handle_timeouts(stage->scheduler);
        break;
    case TABLE_CANCEL:
        table_cancel(stage, COG_OK);
        break;
    case TABLE_OBJECT_ENDS:
        stage->operation->end_object(stage);
        break;
    case TABLE_OBJECT_FREED:
        stage->operation->free_object(stage);
        break;
    default:
        assert(event == TABLE_SCHEDULER_FREED);
        table_free_scheduler(stage, outcome);
        return;
    }
    table_settle(stage);
    table_describe(stage, outcome);
}

/* The ways to end it, the usual one first. */
void table_play_ended(struct table_stage *stage, enum table_state state, enum table_event event,
                      char *outcome) {
    const struct table_operation *operation = stage->operation;
    void (*const ends[])(struct table_stage *) = {operation->complete, operation->end_object};
    for (size_t i = 0; i < 2; i++) {
        bool is_possible = i == 0 || ends[i] != NULL;
        if (is_possible && leads_to(operation, state, ends[i])) {
            end_by(stage, state, ends[i]);
            bring_about(stage, event, outcome);
            return;
        }
    }
    table_open(stage);
}

/* ---- In the batch: the other, which completes first, runs at once ---- */

static void check_batch(struct table_stage *stage) {
    if (cog_coro_state(stage->subject.coro) != COG_CORO_COMPLETED) {
        table_blame(stage, "it is not in the batch");
    }
}

static bool act_pass(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    check_batch(stage);
    stage->now_ns = TABLE_DUE_NS;
    cog_handle_timeouts(stage->scheduler);
    return false;
}

static bool act_cancel(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    check_batch(stage);
    if (cog_cancel(stage->subject.coro) != COG_OK) {
        table_blame(stage, "cog_cancel returns another status");
    }
    return false;
}

static bool act_close(struct table_stage *stage, struct cog_op *op) {
    (void)op;
    check_batch(stage);
    (void)cog_close_socket(stage->scheduler, TABLE_SOCKET);
    return false;
}

void table_play_in_batch(struct table_stage *stage, enum table_event event, char *outcome) {
    table_prepare(stage, TABLE_WAITS, TABLE_DEADLINE);
    table_hold_other(stage);
    table_enter(stage, false);
    stage->other.act = event == TABLE_DEADLINE ? act_pass
                       : event == TABLE_CANCEL ? act_cancel
                                               : act_close;
    stage->operation->complete(stage);
    stage->network.is_other_ready = true;
    table_settle(stage);
    if (stage->other.act != NULL) {
        table_blame(stage, "the other did not run");
    }
    table_describe(stage, outcome);
}
