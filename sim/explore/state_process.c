/* state_process.c - the part of a state that a process is: where it stands, what it may still read,
 * what it waits for, and what it is about to be given. */
#include "sim/explore/state_parts.h"

#include "core/inspection.h"
#include "core/scheduler.h"
#include "sim/liveness.h"

static const struct sim_frame *frame_of(const struct sim_instance *instance) {
    return cog_coro_context(instance->coro);
}

/* What the state says of one that is parked. */
static void look_at_parked(const struct sim_instance *instance, const struct sim_frame *frame,
                           struct sim_state_part *part) {
    const struct sim_objects *objects = frame->run->stepping->objects;
    const struct sim_statement *statement =
        frame->is_waiting ? frame->code->instructions[frame->next - 1].statement : NULL;
    part->standing =
        cog_timer_is_armed(&instance->coro->op) ? SIM_STANDING_TIMED : SIM_STANDING_PARKED;
    if (statement != NULL &&
        (statement->kind == SIM_STATEMENT_CALL || statement->kind == SIM_STATEMENT_JOIN ||
         statement->kind == SIM_STATEMENT_ITERATE)) {
        part->access.object =
            sim_object_of_process(objects, frame->other->process) & ((UINT32_C(1) << 30) - 1);
    }
}

struct sim_state_part sim_standing_of(const struct sim_instance *instance) {
    const struct sim_frame *frame = frame_of(instance);
    struct sim_state_part part = {.standing = SIM_STANDING_PARKED};
    if (instance->has_ended || instance->coro->state == COG_CORO_ENDED) {
        part.standing = SIM_STANDING_ENDED;
    } else if (instance->coro->state == COG_CORO_READY && frame->has_yielded) {
        part.standing = SIM_STANDING_ACCESS;
        part.access = frame->access;
    } else if (instance->coro->state == COG_CORO_READY) {
        part.standing = SIM_STANDING_UNKNOWN;
    } else {
        look_at_parked(instance, frame, &part);
    }
    return part;
}

/* ---- The frame ---- */

static uint32_t code_number(const struct sim_run *run, const struct sim_code *code) {
    const struct sim_program *program = run->program;
    return code->source->is_routine
               ? run->scenario->coroutine_count + (uint32_t)(code - program->routines)
               : (uint32_t)(code - program->coroutines);
}

static void add_slots(struct sim_digest *digest, const struct sim_frame *frame) {
    const struct sim_code *code = frame->code;
    const uint64_t *live = frame->is_waiting ? sim_live_after(code, frame->next - 1)
                                             : sim_live_from(code, frame->next);
    uint32_t words = sim_live_words(code);
    for (uint32_t word = 0; word < words; word++) {
        for (uint64_t left = live[word]; left != 0; left &= left - 1) {
            uint32_t slot = word * SIM_LIVE_WORD_BITS + (uint32_t)__builtin_ctzll(left);
            sim_digest_add_value(digest, frame->slots[slot]);
        }
    }
}

/* The object that a place in a variable is. */
static uint64_t number_of_place(const struct sim_run *run, const struct sim_value *place) {
    uint64_t before = 0;
    for (uint32_t i = 0; i < run->scenario->variable_count; i++) {
        uint32_t count = run->scenario->variables[i].element_count;
        if (place >= run->variables[i] && place < run->variables[i] + count) {
            return before + (uint64_t)(place - run->variables[i]);
        }
        before += count;
    }
    return before;
}

/* What the statement under way has read, and will not read again. */
static void add_reads(struct sim_digest *digest, const struct sim_run *run,
                      const struct sim_frame *frame) {
    for (uint32_t i = 0; i < frame->read_count; i++) {
        sim_digest_add(digest, number_of_place(run, frame->reads[i].place));
        sim_digest_add_value(digest, frame->reads[i].value);
    }
}

static void add_producers(struct sim_digest *digest, const struct sim_frame *frame) {
    for (const struct sim_instance *producer = frame->producers; producer != NULL;
         producer = producer->next_producer) {
        sim_digest_add(digest, producer->process);
    }
}

/* ---- Waiting ---- */

/* Whom or what the statement is about, where its text does not tell. */
static void add_subject(struct sim_digest *digest, const struct sim_run *run,
                        const struct sim_frame *frame, const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_JOIN:
    case SIM_STATEMENT_ITERATE:
        sim_digest_add(digest, frame->other->process);
        break;
    case SIM_STATEMENT_ACQUIRE:
        sim_digest_add(digest, (uint64_t)(frame->lock - run->locks));
        break;
    default:
        break;
    }
}

/* Of the deadlines armed for one instant, how many were before this one. */
static uint64_t rank_of(const struct cog_op *op) {
    uint64_t rank = 0;
    struct cog_scheduler *scheduler = cog_op_coro(op)->scheduler;
    for (struct cog_coro *coro = cog_next_coro(scheduler, NULL); coro != NULL;
         coro = cog_next_coro(scheduler, coro)) {
        const struct cog_timer *timer = &coro->op.timer;
        rank += cog_timer_is_armed(&coro->op) && timer->deadline_ns == op->timer.deadline_ns &&
                        timer->order < op->timer.order
                    ? 1
                    : 0;
    }
    return rank;
}

static void add_parked(struct sim_digest *digest, const struct sim_state_rules *rules,
                       const struct sim_run *run, const struct sim_instance *instance,
                       const struct sim_statement *statement) {
    const struct cog_op *op = &instance->coro->op;
    if (statement->kind == SIM_STATEMENT_PUT || statement->kind == SIM_STATEMENT_EMIT ||
        statement->kind == SIM_STATEMENT_SIGNAL) {
        sim_digest_add_value(digest, sim_value_from_core(op->value));
        sim_digest_add(digest, op->recipients);
    }
    if (cog_timer_is_armed(op)) {
        int64_t now_ns = sim_host_now_ns(&run->hosts[instance->host]);
        sim_digest_add(digest, (uint64_t)(op->timer.deadline_ns - now_ns));
        sim_digest_add(digest, rules->orders_timers ? rank_of(op) : 0);
    }
}

/* What it waited for has come, and it has not seen it yet. */
static void add_result(struct sim_digest *digest, const struct sim_frame *frame,
                       const struct sim_statement *statement, const struct cog_op *op) {
    sim_digest_add(digest, (uint64_t)op->status);
    if (op->status != COG_OK) {
        return;
    }
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_JOIN:
    case SIM_STATEMENT_ITERATE:
        sim_digest_add_value(digest, sim_value_from_core(op->value));
        break;
    case SIM_STATEMENT_SIGNAL:
        sim_digest_add(digest, op->value.bits);
        break;
    case SIM_STATEMENT_FETCH:
        sim_digest_add(digest, op->u.messages.count);
        for (size_t i = 0; i < op->u.messages.count; i++) {
            sim_digest_add_value(digest, sim_value_from_core(cog_fetch_message(op, i)));
        }
        break;
    case SIM_STATEMENT_SPAWN:
        sim_digest_add(digest, frame->instance->child_count);
        break;
    default:
        break;
    }
}

static void add_wait(struct sim_digest *digest, const struct sim_state_rules *rules,
                     const struct sim_run *run, const struct sim_instance *instance,
                     const struct sim_frame *frame) {
    const struct sim_statement *statement = frame->code->instructions[frame->next - 1].statement;
    add_subject(digest, run, frame, statement);
    if (instance->coro->op.state == COG_OP_PENDING) {
        add_parked(digest, rules, run, instance, statement);
    } else {
        add_result(digest, frame, statement, &instance->coro->op);
    }
}

/* ---- What others see ---- */

/* The joins that wait for its end: of those the last goes on at once. */
static void add_joiners(struct sim_digest *digest, const struct cog_coro *coro) {
    const struct cog_op *op = cog_list_next_op(&coro->joiners, NULL);
    for (; op != NULL; op = cog_list_next_op(&coro->joiners, op)) {
        sim_digest_add(digest, sim_process_of(op));
    }
}

static void add_subscriptions(struct sim_digest *digest, const struct sim_run *run,
                              struct cog_coro *coro) {
    for (uint32_t i = 0; i < run->scenario->channel_count; i++) {
        size_t unread = 0;
        bool is_subscribed = cog_channel_unread_count(run->channels[i], coro, &unread);
        sim_digest_add(digest, is_subscribed ? unread : UINT64_MAX);
    }
}

/* ---- The whole ---- */

static void add_ended(struct sim_digest *digest, const struct sim_state_rules *rules,
                      const struct sim_instance *instance) {
    sim_digest_add(digest, (uint64_t)instance->status);
    sim_digest_add(digest, instance->status != COG_OK ? instance->observer_count : 0);
    sim_digest_add(digest, rules->keeps_time ? (uint64_t)instance->ended_ns : 0);
    if (rules->keeps_results && instance->status == COG_OK &&
        instance->coro->state == COG_CORO_ENDED) {
        sim_digest_add_value(digest, sim_value_from_core(instance->coro->result));
    }
}

static void add_live(struct sim_digest *digest, const struct sim_state_rules *rules,
                     const struct sim_run *run, const struct sim_instance *instance,
                     const struct sim_frame *frame) {
    struct cog_coro *coro = instance->coro;
    sim_digest_add(digest, (uint64_t)frame->next << 32 | (uint64_t)coro->state << 8 |
                               (frame->is_waiting ? 1u : 0u) | (frame->has_yielded ? 2u : 0u) |
                               (frame->has_picked ? 4u : 0u) | (coro->is_cancelled ? 8u : 0u) |
                               (coro->is_prepared ? 16u : 0u) | (frame->is_drawing ? 32u : 0u) |
                               (frame->has_drawn ? 64u : 0u));
    sim_digest_add(digest, (uint64_t)instance->child_count << 32 | instance->observer_count);
    sim_digest_add(digest,
                   (uint64_t)frame->read_count << 32 | (frame->has_picked ? frame->picked : 0));
    if (frame->has_yielded) {
        sim_digest_add(digest, (uint64_t)frame->access.object << 2 | frame->access.mode);
    }
    add_slots(digest, frame);
    add_reads(digest, run, frame);
    if (frame->is_waiting) {
        add_wait(digest, rules, run, instance, frame);
    }
    add_subscriptions(digest, run, coro);
    sim_digest_add(digest, SIM_NO_PROCESS);
    add_producers(digest, frame);
    sim_digest_add(digest, SIM_NO_PROCESS);
    add_joiners(digest, coro);
}

void sim_digest_process(struct sim_digest *digest, const struct sim_state_rules *rules,
                        const struct sim_run *run, const struct sim_instance *instance) {
    const struct sim_frame *frame = frame_of(instance);
    sim_digest_init(digest);
    bool has_ended = instance->has_ended || instance->coro->state == COG_CORO_ENDED;
    sim_digest_add(digest, (uint64_t)code_number(run, frame->code) << 1 | (has_ended ? 1 : 0));
    if (has_ended) {
        add_ended(digest, rules, instance);
    } else {
        add_live(digest, rules, run, instance, frame);
    }
}
