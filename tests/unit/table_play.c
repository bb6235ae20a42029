/* table_play.c - one cell: the stage is set, the event brought about, and what was observed is
 * put into words. */
#include "tests/unit/table_play.h"

#include "tests/unit/table_actions.h"
#include "tests/unit/table_forked.h"

#include <stdio.h>
#include <string.h>

/* ---- While it waits ---- */

/* After what had no effect: it can still complete. */
static void complete_after_all(struct table_stage *stage) {
    if (!table_is_waiting(stage) || stage->operation->kind == COG_OP_SLEEP) {
        return;
    }
    stage->operation->complete(stage);
    table_settle(stage);
    if (stage->record.ended_count != 1) {
        table_blame(stage, "it stayed, and cannot complete any more");
    }
}

/* With activity in the middle, its deadline comes, or so much later. */
static void pass_active(struct table_stage *stage) {
    table_trigger(stage, stage->operation->progress);
    if (stage->record.progressed_count == 0) {
        table_blame(stage, "its progress was not reported");
    }
    table_pass(stage, TABLE_DUE_NS);
    if (table_is_waiting(stage)) {
        table_pass(stage, TABLE_DUE_NS + TABLE_DELTA_NS / 2);
    }
}

/* Brings an event about on an operation that waits, and says what came of it. */
static void bring_about(struct table_stage *stage, enum table_event event, char *outcome) {
    const struct table_operation *operation = stage->operation;
    switch ((int)event) {
    case TABLE_COMPLETION:
        table_trigger(stage, operation->complete);
        break;
    case TABLE_FAILURE:
        table_trigger(stage, operation->fail);
        break;
    case TABLE_OBJECT_ENDS:
        table_trigger(stage, operation->end_object);
        break;
    case TABLE_OBJECT_FREED:
        table_trigger(stage, operation->free_object);
        break;
    case TABLE_CANCEL:
        table_cancel(stage, stage->refuses ? COG_PENDING : COG_OK);
        break;
    case TABLE_SCHEDULER_FREED:
        table_free_scheduler(stage, outcome);
        return;
    case TABLE_STRONG:
    case TABLE_WEAK:
    case TABLE_DEADLINE:
    case TABLE_NO_MEMORY:
    case TABLE_DEFAULT:
    case TABLE_NONE:
        table_pass(stage, TABLE_DUE_NS);
        break;
    case TABLE_STRONG_ACTIVITY:
    case TABLE_WEAK_ACTIVITY:
    case TABLE_WEAK_DEADLINE:
        pass_active(stage);
        break;
    case TABLE_BEYOND:
        table_advance(stage, INT64_MAX - 1);
        break;
    default:
        break; /* it has come while the operation began */
    }
    table_describe(stage, outcome);
}

/* What has come when it begins ends it on the nanosecond, and nothing is begun with a negative
 * duration. */
static void check_beginning(struct table_stage *stage, enum table_event event) {
    const struct table_record *record = &stage->record;
    bool is_prompt =
        event == TABLE_DEADLINE_PASSED || event == TABLE_TIMEOUT_0 || event == TABLE_NEGATIVE;
    if (is_prompt && record->ended_count > 0 && record->ended_ns != TABLE_START_NS) {
        table_blame(stage, "it did not end when it began");
    }
    bool was_begun = record->armed_count > 0 || record->was_overtaken || stage->finalized_count > 0;
    if (event == TABLE_NEGATIVE && was_begun) {
        table_blame(stage, "it was begun with a negative duration");
    }
}

static void play_waiting(struct table_stage *stage, enum table_event event, bool is_partly_done,
                         char *outcome) {
    table_prepare(stage, TABLE_WAITS, event);
    if (is_partly_done) {
        stage->operation->progress(stage);
    }
    table_enter(stage, false);
    check_beginning(stage, event);
    if (is_partly_done && event != TABLE_NEGATIVE &&
        stage->network.moved_bytes != TABLE_PARTIAL_BYTES) {
        table_blame(stage, "no bytes have been moved");
    }
    bring_about(stage, event, outcome);
    if (stage->scheduler != NULL) {
        complete_after_all(stage);
    }
}

/* Withdrawal refused: then the operation is completed, and that is told as well. */
static void play_refused(struct table_stage *stage, enum table_event event, char *outcome) {
    stage->refuses = true;
    table_prepare(stage, TABLE_WAITS, event);
    table_enter(stage, false);
    bring_about(stage, event, outcome);
    if (stage->scheduler == NULL || !table_is_waiting(stage)) {
        return;
    }
    if (cog_next_deadline_ns(stage->scheduler) != INT64_MAX) {
        table_blame(stage, "its deadline came and stayed armed");
    }
    stage->operation->complete(stage);
    table_settle(stage);
    char then[TABLE_OUTCOME_BYTES];
    table_describe(stage, then);
    size_t bytes = strlen(outcome);
    (void)snprintf(outcome + bytes, TABLE_OUTCOME_BYTES - bytes, "; %s", then);
}

static void play_same_instant(struct table_stage *stage, enum table_event event, char *outcome) {
    table_prepare(stage, TABLE_WAITS, event);
    table_enter(stage, false);
    stage->now_ns = TABLE_DUE_NS;
    if (event == TABLE_DEADLINE_FIRST) {
        cog_handle_timeouts(stage->scheduler);
    }
    stage->operation->complete(stage);
    table_settle(stage);
    table_describe(stage, outcome);
}

static void play_at_once(struct table_stage *stage, enum table_event event, char *outcome) {
    table_prepare(stage, event == TABLE_FAILURE ? TABLE_FAILS_AT_ONCE : TABLE_ENDS_AT_ONCE, event);
    table_enter(stage, event == TABLE_ALONE);
    if (stage->record.armed_count > 0) {
        table_blame(stage, "it was armed");
    }
    check_beginning(stage, event);
    table_describe(stage, outcome);
}

/* ---- New: it has been set, and its coroutine still runs ---- */

static bool let_time_pass(struct table_stage *stage, struct cog_op *op) {
    stage->now_ns += 5 * TABLE_DELTA_NS;
    cog_handle_timeouts(stage->scheduler);
    if (op->state != COG_OP_NEW || stage->record.armed_count > 0) {
        table_blame(stage, "it began before it was processed");
    }
    return true;
}

static bool cancel_itself(struct table_stage *stage, struct cog_op *op) {
    if (cog_cancel(stage->subject.coro) != COG_EINVALID || op->state != COG_OP_NEW) {
        table_blame(stage, "a running coroutine could be cancelled");
    }
    return true;
}

static bool set_another(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    cog_set_yield(op);
    return true;
}

static bool end_instead(struct table_stage *stage, struct cog_op *op) {
    (void)stage;
    (void)op;
    return false;
}

static table_act instead_of(enum table_event event) {
    switch ((int)event) {
    case TABLE_TIME_PASSES:
        return let_time_pass;
    case TABLE_CANCEL:
        return cancel_itself;
    case TABLE_SET_AGAIN:
        return set_another;
    default:
        return end_instead;
    }
}

/* Its life begins when it is processed: what came before is ignored, or it never begins. */
static void play_new(struct table_stage *stage, enum table_event event, char *outcome) {
    stage->instead = instead_of(event);
    table_prepare(stage, TABLE_WAITS, event);
    table_enter(stage, false);
    const struct table_record *record = &stage->record;
    const struct cog_op *op = cog_coro_op(stage->subject.coro);
    if (event == TABLE_TIME_PASSES || event == TABLE_CANCEL) {
        bool is_early = event == TABLE_TIME_PASSES && record->armed_count > 0 &&
                        record->deadline_ns != TABLE_START_NS + 6 * TABLE_DELTA_NS;
        (void)strcpy(outcome, record->started_count == 1 && !is_early ? "ignored" : "counts");
        return;
    }
    bool is_other = event == TABLE_SET_AGAIN && op->type->kind == COG_OP_YIELD &&
                    record->started_count == 1 && record->status == COG_OK;
    bool is_none = event == TABLE_STEP_ENDS && record->started_count == 0;
    bool has_ended = cog_coro_has_ended(stage->subject.coro);
    (void)strcpy(outcome, has_ended && (is_other || is_none) ? "dropped" : "not dropped");
}

/* ---- Priorities ---- */

static void play_own_waiting(struct table_stage *stage, enum table_event event, char *outcome) {
    table_prepare(stage, TABLE_WAITS, event);
    table_enter(stage, false);
    bring_about(stage, TABLE_COMPLETION, outcome);
}

static void play_own_in_batch(struct table_stage *stage, enum table_event event, char *outcome) {
    table_prepare(stage, TABLE_WAITS, event);
    table_enter(stage, false);
    table_hold_other(stage);
    stage->operation->complete(stage);
    stage->network.is_other_ready = true;
    table_settle(stage);
    table_describe(stage, outcome);
}

static void play_waker(struct table_stage *stage, enum table_event event, char *outcome) {
    stage->waker_priority = (int)event - TABLE_LAST;
    table_prepare(stage, TABLE_WAITS, TABLE_COMPLETION);
    table_enter(stage, false);
    table_trigger(stage, stage->operation->complete);
    if (stage->is_other_acting) {
        table_describe(stage, outcome);
    }
}

/* ---- The cell ---- */

/* Does the operation come to wait, or to end at once? */
static bool is_found(const struct table_operation *operation, enum table_variant variant,
                     bool is_waiting) {
    struct table_stage stage;
    table_init(&stage, operation);
    table_prepare(&stage, variant, TABLE_COMPLETION);
    table_enter(&stage, false);
    bool is = table_is_waiting(&stage) == is_waiting;
    return table_close(&stage) == NULL && is;
}

static bool has_state(const struct table_operation *operation, enum table_state state) {
    switch (state) {
    case TABLE_NEW:
        return true;
    case TABLE_ENDED_AT_ONCE:
    case TABLE_OWN_AT_ONCE:
        return is_found(operation, TABLE_ENDS_AT_ONCE, false);
    case TABLE_WAITING:
    case TABLE_OWN_WAITING:
    case TABLE_WAKERS:
        return is_found(operation, TABLE_WAITS, true);
    case TABLE_PARTLY_DONE:
        return operation->is_partial;
    case TABLE_SAME_INSTANT:
        return is_found(operation, TABLE_WAITS, true) && operation->kind != COG_OP_SLEEP;
    case TABLE_IN_READY_QUEUE:
    case TABLE_HANDED_BACK:
        return true;
    case TABLE_IN_BATCH:
    case TABLE_OWN_IN_BATCH:
        return table_is_held(operation);
    case TABLE_REFUSED:
        return table_is_held(operation) || operation->kind == COG_OP_CUSTOM;
    case TABLE_STATE_COUNT:
        break;
    }
    return false;
}

/* Is the event one that the operation can meet? */
static bool is_possible(const struct table_operation *operation, enum table_event event) {
    switch ((int)event) {
    case TABLE_FAILURE:
        return operation->fail != NULL;
    case TABLE_OBJECT_ENDS:
        return operation->end_object != NULL;
    case TABLE_OBJECT_FREED:
        return operation->free_object != NULL;
    case TABLE_STRONG_ACTIVITY:
    case TABLE_WEAK_ACTIVITY:
    case TABLE_WEAK_DEADLINE:
        return operation->progress != NULL;
    default:
        return true;
    }
}

static void play(struct table_stage *stage, enum table_state state, enum table_event event,
                 char *outcome) {
    switch (state) {
    case TABLE_NEW:
        play_new(stage, event, outcome);
        break;
    case TABLE_ENDED_AT_ONCE:
    case TABLE_OWN_AT_ONCE:
        play_at_once(stage, event, outcome);
        break;
    case TABLE_WAITING:
    case TABLE_PARTLY_DONE:
        play_waiting(stage, event, state == TABLE_PARTLY_DONE, outcome);
        break;
    case TABLE_OWN_WAITING:
        play_own_waiting(stage, event, outcome);
        break;
    case TABLE_SAME_INSTANT:
        play_same_instant(stage, event, outcome);
        break;
    case TABLE_IN_READY_QUEUE:
    case TABLE_HANDED_BACK:
        table_play_ended(stage, state, event, outcome);
        break;
    case TABLE_IN_BATCH:
        table_play_in_batch(stage, event, outcome);
        break;
    case TABLE_REFUSED:
        play_refused(stage, event, outcome);
        break;
    case TABLE_OWN_IN_BATCH:
        play_own_in_batch(stage, event, outcome);
        break;
    case TABLE_WAKERS:
        play_waker(stage, event, outcome);
        break;
    case TABLE_STATE_COUNT:
        break;
    }
}

/* Plays the cell on a stage of its own. */
static void play_alone(const struct table_operation *operation, enum table_state state,
                       enum table_event event, char *outcome) {
    struct table_stage stage;
    table_init(&stage, operation);
    play(&stage, state, event, outcome);
    const char *fault = table_close(&stage);
    if (fault != NULL) {
        (void)snprintf(outcome, TABLE_OUTCOME_BYTES, "fault: %s", fault);
    }
}

/* A cell, to be handed through. */
struct cell {
    const struct table_operation *operation;
    enum table_state state;
    enum table_event event;
};

static void play_cell(void *context, char *outcome) {
    const struct cell *cell = context;
    play_alone(cell->operation, cell->state, cell->event, outcome);
}

void table_play(const struct table_operation *operation, enum table_state state,
                enum table_event event, char *outcome) {
    (void)strcpy(outcome, "n/a");
    bool at_once = state == TABLE_ENDED_AT_ONCE;
    if (at_once && event == TABLE_FAILURE) {
        if (operation->can_fail_at_once) {
            play_alone(operation, state, event, outcome);
        }
        return;
    }
    if (!has_state(operation, state) || !is_possible(operation, event)) {
        return;
    }
    if (event == TABLE_OBJECT_FREED) {
        struct cell cell = {operation, state, event};
        table_fork(play_cell, &cell, outcome, "misuse");
    } else {
        play_alone(operation, state, event, outcome);
    }
}
