/* table_stage.c - the seams, the hands and the observer of the played operation. */
#include "tests/unit/table_stage.h"

#include "tests/unit/table_network.h"
#include "tests/unit/table_operations.h"

#include <assert.h>
#include <string.h>

enum { ITERATIONS_MAX = 100 };

void table_blame(struct table_stage *stage, const char *fault) {
    stage->fault = stage->fault != NULL ? stage->fault : fault;
}

void table_expect_ok(int status) {
    assert(status == COG_OK);
}

/* ---- The hands ---- */

static struct cog_coro *process_gate(struct cog_scheduler *scheduler, struct cog_coro *coro) {
    return cog_park(scheduler, coro, NULL);
}

void table_set_gate(struct cog_op *op) {
    static const struct cog_op_type type = {
        .name = "gate", .kind = COG_OP_CUSTOM, .process = process_gate};
    cog_set_custom(op, &type, NULL);
}

static bool is_subject(const struct table_stage *stage, const struct cog_coro *coro) {
    return coro == stage->subject.coro;
}

static struct table_hand *hand_of(struct table_stage *stage, const struct cog_coro *coro) {
    return is_subject(stage, coro)      ? &stage->subject
           : coro == stage->helper.coro ? &stage->helper
                                        : &stage->other;
}

static int step_hand(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct table_stage *stage = *(struct table_stage **)context;
    struct table_hand *hand = hand_of(stage, coro);
    if (hand == &stage->subject && stage->is_played) {
        return COG_STEP_END; /* the observer has written down that it was resumed */
    }
    if (hand->ends) {
        return hand->end_status;
    }
    table_act act = hand->act;
    hand->act = NULL;
    bool is_during_play = hand != &stage->subject && stage->is_played;
    if (act == NULL || !act(stage, op)) {
        if (hand == &stage->subject && stage->is_played) {
            return COG_STEP_END;
        }
        table_set_gate(op);
    } else if (is_during_play) {
        stage->is_other_acting = true;
        cog_set_priority(op, (enum cog_priority)stage->waker_priority);
    }
    return COG_STEP_AWAIT;
}

static int step_bystander(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)op;
    (void)context;
    return COG_STEP_END;
}

static void count_cleanup(void *argument) {
    ((struct table_stage *)argument)->cleanup_count++;
}

static void make_hand(struct table_stage *stage, struct table_hand *hand, const char *name) {
    static const struct cog_coro_type type = {.step = step_hand,
                                              .context_bytes = sizeof(struct table_stage *)};
    table_expect_ok(cog_coro_new(stage->scheduler, &type, name, &hand->coro));
    *(struct table_stage **)cog_coro_context(hand->coro) = stage;
}

void table_add(struct table_stage *stage, struct table_hand *hand) {
    table_expect_ok(cog_add(stage->scheduler, hand->coro, true));
}

void table_add_bystander(struct table_stage *stage) {
    static const struct cog_coro_type type = {.step = step_bystander};
    struct cog_coro *coro = NULL;
    table_expect_ok(cog_coro_new(stage->scheduler, &type, "bystander", &coro));
    table_expect_ok(cog_add(stage->scheduler, coro, true));
    cog_coro_release(coro);
}

/* Adds a new hand, or opens the gate of one that stands there. */
static void go(struct table_stage *stage, struct table_hand *hand) {
    if (cog_coro_state(hand->coro) == COG_CORO_NEW) {
        table_add(stage, hand);
        return;
    }
    struct cog_op *op = cog_coro_op(hand->coro);
    if (cog_coro_awaits(hand->coro) == op && op->object == NULL &&
        op->type->kind == COG_OP_CUSTOM) {
        cog_make_ready(stage->scheduler, cog_op_finish(stage->scheduler, op, COG_OK), false);
    }
}

void table_tell(struct table_stage *stage, struct table_hand *hand, table_act act) {
    hand->act = act;
    go(stage, hand);
}

void table_end(struct table_stage *stage, struct table_hand *hand, int status) {
    hand->ends = true;
    hand->end_status = status;
    go(stage, hand);
}

void table_let(struct table_stage *stage, struct table_hand *hand, table_act act) {
    table_tell(stage, hand, act);
    table_settle(stage);
}

void table_begin(struct table_stage *stage) {
    table_add(stage, &stage->helper);
    table_add(stage, &stage->subject);
    table_settle(stage);
}

void table_begin_all(struct table_stage *stage) {
    table_add(stage, &stage->other);
    table_begin(stage);
}

/* ---- The observer ---- */

static enum cog_op_state state_of(int status) {
    switch (status) {
    case COG_OK:
        return COG_OP_COMPLETED;
    case COG_ETIMEDOUT:
        return COG_OP_EXPIRED;
    case COG_ECANCELLED:
        return COG_OP_CANCELLED;
    default:
        return COG_OP_FAILED;
    }
}

static void watch_end(struct table_stage *stage, const struct cog_event *event) {
    struct table_record *record = &stage->record;
    record->ended_count++;
    record->ended_state = (enum cog_op_state)event->op->state;
    record->status = event->status;
    record->ended_ns = stage->now_ns;
    record->ended_iteration = stage->iteration;
    record->bytes_done = event->op->u.io.done;
    if (record->started_count != 1 || record->ended_count != 1) {
        table_blame(stage, "it ended without having started, or twice");
    }
    if (record->ended_state != state_of(event->status) || event->op->status != event->status) {
        table_blame(stage, "its state and its status do not agree");
    }
    if (record->armed_count != record->fired_count + record->removed_count ||
        cog_link_is_linked(&event->op->link)) {
        table_blame(stage, "it ended and is still armed or listed");
    }
}

static void watch_timer(struct table_stage *stage, const struct cog_event *event) {
    struct table_record *record = &stage->record;
    if (event->kind == COG_EVENT_TIMER_ARMED) {
        record->armed_count++;
        record->deadline_ns = event->time_ns;
    } else if (event->kind == COG_EVENT_TIMER_REFRESHED) {
        record->deadline_ns = event->time_ns;
    } else if (event->kind == COG_EVENT_TIMER_FIRED) {
        record->fired_count++;
        if (stage->now_ns < record->deadline_ns) {
            table_blame(stage, "its deadline fired too early");
        }
    } else if (event->kind == COG_EVENT_TIMER_REMOVED) {
        record->removed_count++;
    }
    if (record->fired_count + record->removed_count > 1) {
        table_blame(stage, "its deadline was taken away twice");
    }
}

static void watch_coro(struct table_stage *stage, const struct cog_event *event) {
    struct table_record *record = &stage->record;
    if (event->kind == COG_EVENT_CORO_READY) {
        record->ready_count++;
        record->is_front = event->front;
    } else if (event->kind == COG_EVENT_CORO_RESUMED) {
        record->resumed_count++;
        record->resumed_iteration = stage->iteration;
    } else {
        return;
    }
    if (record->ended_count != 1 || record->ready_count > 1 || record->resumed_count > 1) {
        table_blame(stage, "its coroutine goes on without its end, or twice");
    }
}

static void observe(void *context, const struct cog_event *event) {
    struct table_stage *stage = context;
    struct table_record *record = &stage->record;
    if (!stage->is_played) {
        return;
    }
    if (!is_subject(stage, event->coro)) {
        bool is_between = record->started_count == 1 && record->ended_count == 0;
        record->was_overtaken |= is_between && event->kind == COG_EVENT_CORO_RESUMED;
    } else if (event->kind == COG_EVENT_OP_STARTED) {
        record->started_count++;
        if (event->op->state != COG_OP_PENDING) {
            table_blame(stage, "it started and is not pending");
        }
    } else if (event->kind == COG_EVENT_OP_PROGRESSED) {
        record->progressed_count++;
    } else if (event->kind == COG_EVENT_OP_ENDED) {
        watch_end(stage, event);
    } else if (event->op != NULL) {
        watch_timer(stage, event);
    } else {
        watch_coro(stage, event);
    }
}

/* ---- The stage ---- */

static int64_t tell_now_ns(void *context) {
    return ((const struct table_stage *)context)->now_ns;
}

void table_init(struct table_stage *stage, const struct table_operation *operation) {
    static const struct cog_observer_ops observer_ops = {.event = observe};
    memset(stage, 0, sizeof *stage);
    tally_init(&stage->tally);
    cog_list_init(&stage->held);
    stage->operation = operation;
    stage->now_ns = TABLE_START_NS;
    stage->options = (struct cog_scheduler_options){
        .allocator = &stage->tally.allocator,
        .clock = {.now_ns = tell_now_ns, .context = stage},
        .proactor = table_network_proactor(stage),
        .observer = {.ops = &observer_ops, .context = stage},
    };
}

void table_open(struct table_stage *stage) {
    table_expect_ok(cog_scheduler_new(&stage->options, &stage->scheduler));
    make_hand(stage, &stage->helper, "helper");
    make_hand(stage, &stage->other, "other");
    make_hand(stage, &stage->subject, "subject");
    table_expect_ok(cog_defer(stage->subject.coro, count_cleanup, stage));
}

/* What is left of the operation once it and its coroutine have ended. */
static void check_end(struct table_stage *stage) {
    struct cog_coro *coro = stage->subject.coro;
    const struct cog_op *op = cog_coro_op(coro);
    if (op->state != COG_OP_FINALIZED && op->state != COG_OP_NEW) {
        table_blame(stage, "it was not finalized");
    }
    if (cog_link_is_linked(&op->link)) {
        table_blame(stage, "it stayed in a list");
    }
    if (stage->cleanup_count != 1) {
        table_blame(stage, "the clean-up did not run once");
    }
}

/* Nothing of it is left for the scheduler to do. */
static void check_rest(struct table_stage *stage) {
    if (cog_next_deadline_ns(stage->scheduler) != INT64_MAX) {
        table_blame(stage, "it stayed armed");
    }
    table_settle(stage);
    if (stage->held_count == 0 && cog_iterate(stage->scheduler, 0) == COG_MORE) {
        table_blame(stage, "it left something to do");
    }
}

const char *table_close(struct table_stage *stage) {
    if (stage->scheduler != NULL && cog_coro_has_ended(stage->subject.coro)) {
        check_end(stage);
        check_rest(stage);
    }
    cog_scheduler_free(stage->scheduler);
    cog_signal_free(stage->signal);
    cog_queue_free(stage->queue);
    cog_channel_free(stage->channel);
    cog_pipe_free(stage->pipe);
    cog_mailbox_free(stage->mailbox);
    if (stage->is_played && cog_coro_state(stage->subject.coro) != COG_CORO_NEW) {
        check_end(stage);
    }
    cog_coro_release(stage->subject.coro);
    cog_coro_release(stage->helper.coro);
    cog_coro_release(stage->other.coro);
    if (stage->tally.live_count != 0) {
        table_blame(stage, "memory is left");
    }
    return stage->fault;
}

void table_iterate(struct table_stage *stage) {
    stage->iteration++;
    int status = cog_iter_run(stage->scheduler);
    if (status != COG_OK && status != COG_MORE && status != COG_ESTALLED) {
        table_blame(stage, "an iteration failed");
    }
    const char *fault = cog_scheduler_check(stage->scheduler);
    if (fault != NULL) {
        table_blame(stage, fault);
    }
}

void table_settle(struct table_stage *stage) {
    size_t last = stage->iteration + ITERATIONS_MAX;
    do {
        table_iterate(stage);
    } while (cog_has_ready(stage->scheduler) && stage->iteration < last);
    if (stage->iteration == last) {
        table_blame(stage, "it never comes to rest");
    }
}

void table_advance(struct table_stage *stage, int64_t time_ns) {
    stage->now_ns = time_ns;
    table_settle(stage);
}

bool table_is_waiting(const struct table_stage *stage) {
    return stage->is_played && stage->record.started_count == 1 && stage->record.ended_count == 0;
}
