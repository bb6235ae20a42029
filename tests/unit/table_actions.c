/* table_actions.c - beginning, bringing about, describing. */
#include "tests/unit/table_actions.h"

#include <stdio.h>
#include <string.h>

/* What the subject does when its gate opens. */
static bool act_play(struct table_stage *stage, struct cog_op *op) {
    stage->operation->set(stage, op);
    stage->is_played = true;
    table_adjust(op, (enum table_event)stage->event, TABLE_START_NS, TABLE_DELTA_NS);
    if (stage->fails_memory) {
        stage->tally.fail_at = stage->tally.call_count + 1;
    }
    return stage->instead == NULL || stage->instead(stage, op);
}

void table_prepare(struct table_stage *stage, enum table_variant variant, enum table_event event) {
    bool has_default = event == TABLE_DEFAULT || event == TABLE_NONE;
    stage->options.default_timeout_ns = has_default ? TABLE_DELTA_NS : 0;
    stage->event = (int)event;
    table_open(stage);
    stage->operation->prepare(stage, variant);
    stage->fails_memory |= event == TABLE_NO_MEMORY;
}

void table_start(struct table_stage *stage) {
    table_tell(stage, &stage->subject, act_play);
}

void table_enter(struct table_stage *stage, bool is_alone) {
    table_start(stage);
    if (!is_alone) {
        table_add_bystander(stage);
    }
    table_settle(stage);
}

void table_trigger(struct table_stage *stage, void (*bring_about)(struct table_stage *)) {
    table_advance(stage, TABLE_START_NS + TABLE_DELTA_NS / 2);
    bring_about(stage);
    table_settle(stage);
}

void table_pass(struct table_stage *stage, int64_t due_ns) {
    table_advance(stage, due_ns - 1);
    if (stage->record.ended_count > 0) {
        table_blame(stage, "it ended before its deadline");
    }
    table_advance(stage, due_ns);
}

void table_cancel(struct table_stage *stage, int status) {
    bool is_call = stage->operation->kind == COG_OP_CALL && table_is_waiting(stage);
    if (cog_cancel(stage->subject.coro) != status) {
        table_blame(stage, "cog_cancel returns another status");
    }
    if (is_call && cog_coro_status(stage->other.coro) != COG_ECANCELLED) {
        table_blame(stage, "what it called was not cancelled with it");
    }
    table_settle(stage);
}

/* The observer does not see it. */
void table_free_scheduler(struct table_stage *stage, char *outcome) {
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    struct cog_coro *coro = stage->subject.coro;
    bool is_ended = cog_coro_has_ended(coro) && stage->cleanup_count == 1 &&
                    cog_coro_op(coro)->state == COG_OP_FINALIZED;
    bool is_cancelled = cog_coro_status(coro) == COG_ECANCELLED && stage->record.resumed_count == 0;
    (void)strcpy(outcome, is_ended && is_cancelled ? "cancelled" : "not cancelled");
}

static bool act_hold(struct table_stage *stage, struct cog_op *op) {
    cog_set_recv(op, TABLE_OTHER_SOCKET, stage->buffer, 1);
    cog_set_priority(op, COG_OP);
    return true;
}

void table_hold_other(struct table_stage *stage) {
    if (cog_coro_state(stage->other.coro) == COG_CORO_NEW) {
        table_add(stage, &stage->other);
        table_settle(stage);
    }
    table_tell(stage, &stage->other, act_hold);
    table_settle(stage);
}

/* Where its coroutine went. */
static const char *where(const struct table_stage *stage) {
    const struct table_record *record = &stage->record;
    if (record->ready_count > 0) {
        return record->is_front ? "front" : "back";
    }
    return record->resumed_iteration == record->ended_iteration ? "at once" : "next";
}

/* A deadline that had come when the operation began is due before anybody else runs. */
static const char *expires(const struct table_stage *stage) {
    const struct table_record *record = &stage->record;
    if (record->deadline_ns <= TABLE_START_NS && record->was_overtaken) {
        return "expires after another's turn";
    }
    return record->ended_ns > TABLE_DUE_NS ? "expires later" : "expires";
}

static void check_end(struct table_stage *stage) {
    const struct table_record *record = &stage->record;
    bool is_transfer = stage->operation->kind >= COG_OP_RECV;
    if (is_transfer && record->bytes_done != stage->network.moved_bytes) {
        table_blame(stage, "it tells other bytes than have been moved");
    }
    bool is_late = record->fired_count > 0 && record->ended_ns != record->deadline_ns &&
                   record->deadline_ns > TABLE_START_NS && !stage->refuses;
    if (is_late) {
        table_blame(stage, "it did not end at its deadline");
    }
}

void table_describe(struct table_stage *stage, char *outcome) {
    const struct table_record *record = &stage->record;
    if (record->ended_count == 0) {
        (void)strcpy(outcome, "stays");
        return;
    }
    check_end(stage);
    if (cog_coro_status(stage->subject.coro) == COG_ECANCELLED) {
        if (record->resumed_count > 0 || stage->cleanup_count != 1) {
            table_blame(stage, "it was cancelled, and resumed or not cleaned up");
        }
        (void)strcpy(outcome, "cancelled");
        return;
    }
    if (record->resumed_count != 1) {
        table_blame(stage, "its coroutine was not resumed");
    }
    const char *ending = record->status == COG_OK          ? "completes"
                         : record->status == COG_ETIMEDOUT ? expires(stage)
                                                           : "fails: ";
    (void)snprintf(outcome, TABLE_OUTCOME_BYTES, "%s%s, %s", ending,
                   ending[0] == 'f' ? cog_status_name(record->status) : "", where(stage));
}
