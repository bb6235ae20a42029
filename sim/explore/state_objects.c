/* state_objects.c - the parts of a state that are no processes. */
#include "sim/explore/state_parts.h"

#include "core/inspection.h"
#include "sim/watch.h"

uint32_t sim_process_of(const struct cog_op *op) {
    struct cog_coro *coro = cog_op_coro(op);
    const struct sim_frame *frame = cog_coro_context(coro);
    return frame->instance->process;
}

void sim_digest_variable(struct sim_digest *digest, const struct sim_run *run, uint32_t variable,
                         uint32_t element) {
    sim_digest_init(digest);
    sim_digest_add_value(digest, run->variables[variable][element]);
}

/* Who is served first. */
static void add_parked(struct sim_digest *digest, const struct cog_queue *queue) {
    const struct cog_op *op = cog_queue_next_parked(queue, NULL);
    for (; op != NULL; op = cog_queue_next_parked(queue, op)) {
        sim_digest_add(digest, sim_process_of(op));
    }
}

void sim_digest_queue(struct sim_digest *digest, const struct sim_state_rules *rules,
                      const struct cog_queue *queue) {
    sim_digest_init(digest);
    size_t count = cog_queue_count(queue);
    sim_digest_add(digest, count);
    for (size_t i = 0; i < count; i++) {
        sim_digest_add_value(digest, sim_value_from_core(cog_queue_item(queue, i)));
    }
    sim_digest_add(digest, rules->keeps_undone ? cog_queue_unfinished_count(queue) : 0);
    add_parked(digest, queue);
}

/* Who has read how far is a matter of the processes. */
void sim_digest_channel(struct sim_digest *digest, const struct cog_channel *channel) {
    sim_digest_init(digest);
    size_t count = cog_channel_count(channel);
    sim_digest_add(digest, count);
    for (size_t i = 0; i < count; i++) {
        sim_digest_add_value(digest, sim_value_from_core(cog_channel_message(channel, i)));
    }
}

/* Those who wait are woken together: who does is a matter of the processes. */
void sim_digest_signal(struct sim_digest *digest, const struct cog_signal *signal) {
    sim_digest_init(digest);
    sim_digest_add(digest, 0);
    const struct cog_op *op = cog_signal_next_parked(signal, NULL);
    for (; op != NULL; op = cog_signal_next_parked(signal, op)) {
        sim_digest_add(digest, sim_process_of(op));
    }
}

void sim_digest_lock(struct sim_digest *digest, const struct sim_run_lock *lock) {
    sim_digest_init(digest);
    sim_digest_add(digest, cog_queue_count(lock->queue));
    sim_digest_add(digest, lock->holder != NULL ? lock->holder->process : SIM_NO_PROCESS);
    add_parked(digest, lock->queue);
}

/* ---- What was written down ---- */

uint64_t sim_hash_log_line(const struct sim_state_rules *rules, const struct sim_log_line *line) {
    struct sim_digest digest;
    sim_digest_init(&digest);
    sim_digest_add(&digest, rules->keeps_time ? (uint64_t)line->time_ns : 0);
    sim_digest_add(&digest, line->instance->process);
    sim_digest_add_bytes(&digest, line->text, line->bytes);
    return sim_digest_hash(&digest, 0);
}

static void add_timeouts(struct sim_digest *digest, const struct sim_state_rules *rules,
                         const struct sim_journal *journal) {
    uint64_t sum = 0;
    for (size_t i = 0; i < journal->timeout_count; i++) {
        const struct sim_timed_out *timeout = &journal->timeouts[i];
        struct sim_digest one;
        sim_digest_init(&one);
        sim_digest_add(&one, rules->keeps_time ? (uint64_t)timeout->time_ns : 0);
        sim_digest_add(&one, timeout->instance->process);
        sum += sim_digest_hash(&one, 1);
    }
    sim_digest_add(digest, sum);
    sim_digest_add(digest, journal->timeout_count);
}

static bool is_new_line(const struct sim_journal *journal, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (journal->failures[i].line == journal->failures[index].line) {
            return false;
        }
    }
    return true;
}

/* Which checks have failed, not how often: else a loop around one would have no end. */
static void add_failures(struct sim_digest *digest, const struct sim_journal *journal) {
    uint64_t sum = 0;
    for (size_t i = 0; i < journal->failure_count; i++) {
        struct sim_digest one;
        sim_digest_init(&one);
        sim_digest_add(&one, journal->failures[i].line);
        sum += is_new_line(journal, i) ? sim_digest_hash(&one, 2) : 0;
    }
    sim_digest_add(digest, sum);
}

void sim_digest_watches(struct sim_digest *digest, const struct sim_state_rules *rules,
                        const struct sim_run *run) {
    sim_digest_init(digest);
    if (rules->keeps_timeouts) {
        add_timeouts(digest, rules, &run->journal);
    }
    add_failures(digest, &run->journal);
    for (uint32_t i = 0; i < run->watch_count; i++) {
        const struct sim_watch *watch = &run->watches[i];
        sim_digest_add(digest, watch->is_broken ? 1 : 0);
        sim_digest_add(digest, watch->is_waiting ? (uint64_t)(watch->deadline_ns - run->now_ns)
                                                 : UINT64_MAX);
    }
}

/* What the world has yet to do it does at a time that stands in the scenario. */
void sim_digest_clock(struct sim_digest *digest, const struct sim_state_rules *rules,
                      const struct sim_run *run) {
    bool keeps_time = rules->keeps_time || run->action_next < run->action_count;
    sim_digest_init(digest);
    sim_digest_add(digest, keeps_time ? (uint64_t)run->now_ns : 0);
    sim_digest_add(digest, run->action_next);
    sim_digest_add(digest, (uint64_t)run->fatal);
}
