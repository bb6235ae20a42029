/* checker_hosts.c - on which hosts everything runs, and to which host each queue, channel, lock and
 * signal belongs.
 *
 * A coroutine runs on its host, a routine wherever a body that starts it does. Of a body's hosts
 * two are remembered, which is enough to tell one from several, so that each body is looked at
 * three times at most.
 */
#include "sim/language/checker.h"

uint32_t sim_checker_routine_body(const struct sim_checker *checker, uint32_t routine) {
    return checker->scenario->coroutine_count + routine;
}

/* ---- Where bodies run ---- */

/* Adds a host; false if that was known, or several are. */
static bool add_host(struct sim_body *body, uint32_t host, uint32_t runner) {
    if (host == SIM_NONE || body->host_count == 2 ||
        (body->host_count == 1 && body->hosts[0] == host)) {
        return false;
    }
    body->hosts[body->host_count] = host;
    body->runners[body->host_count] = runner;
    body->host_count++;
    return true;
}

/* Bodies whose hosts have changed since their routines were told. */
struct work {
    uint32_t *bodies;
    uint32_t count;
};

static bool push(struct sim_checker *checker, struct work *work, uint32_t body) {
    uint32_t *bodies =
        sim_arena_push(checker->scratch, work->bodies, &work->count, sizeof(uint32_t));
    if (bodies == NULL) {
        return false;
    }
    work->bodies = bodies;
    bodies[work->count - 1] = body;
    return true;
}

static void tell_routines(struct sim_checker *checker, struct work *work, uint32_t index) {
    const struct sim_body *body = &checker->bodies[index];
    for (uint32_t i = 0; i < body->start_count; i++) {
        uint32_t callee = sim_checker_routine_body(checker, body->starts[i].routine);
        bool has_changed = false;
        for (uint32_t j = 0; j < body->host_count; j++) {
            has_changed |= add_host(&checker->bodies[callee], body->hosts[j], body->runners[j]);
        }
        if (has_changed && !push(checker, work, callee)) {
            return;
        }
    }
}

static void spread_hosts(struct sim_checker *checker) {
    struct work work = {0};
    for (uint32_t i = 0; i < checker->scenario->coroutine_count; i++) {
        (void)add_host(&checker->bodies[i], checker->scenario->coroutines[i].host.index, i);
        if (!push(checker, &work, i)) {
            return;
        }
    }
    /* In order of discovery: which two of several hosts are told does not depend on anything else.
     */
    for (uint32_t i = 0; i < work.count; i++) {
        tell_routines(checker, &work, work.bodies[i]);
    }
    for (uint32_t i = 0; i < checker->scenario->routine_count; i++) {
        const struct sim_body *body = &checker->bodies[sim_checker_routine_body(checker, i)];
        checker->scenario->routines[i].host.index =
            body->host_count == 1 ? body->hosts[0] : SIM_NONE;
    }
}

/* ---- What belongs where ---- */

/* A thing of one host: who used it first. */
struct owner {
    uint32_t host;
    struct sim_place place;
    bool is_reported;
};

struct owners {
    struct owner *items[SIM_USE_SIGNAL + 1]; /* by kind, then index */
};

static struct owner *make_owners(struct sim_checker *checker, uint32_t count) {
    struct owner *owners = sim_arena_allocate(checker->scratch, (count + 1U) * sizeof(*owners));
    for (uint32_t i = 0; owners != NULL && i < count; i++) {
        owners[i].host = SIM_NONE;
    }
    return owners;
}

static const char *use_word(enum sim_use_kind kind) {
    switch (kind) {
    case SIM_USE_QUEUE:
        return "queue";
    case SIM_USE_CHANNEL:
        return "channel";
    case SIM_USE_LOCK:
        return "lock";
    case SIM_USE_SIGNAL:
        return "signal";
    }
    return "thing";
}

static const char *name_of_use(const struct sim_checker *checker, const struct sim_use *use) {
    const struct sim_scenario *scenario = checker->scenario;
    switch (use->kind) {
    case SIM_USE_QUEUE:
        return scenario->queues[use->index].name;
    case SIM_USE_CHANNEL:
        return scenario->channels[use->index].name;
    case SIM_USE_LOCK:
        return scenario->locks[use->index].name;
    case SIM_USE_SIGNAL:
        return scenario->signals[use->index].name;
    }
    return "";
}

static const char *host_name(const struct sim_checker *checker, uint32_t host) {
    return checker->scenario->hosts[host].name;
}

/* Says that a thing is used on a host. */
static void claim(struct sim_checker *checker, struct owners *owners, const struct sim_use *use,
                  uint32_t host) {
    struct owner *owner = &owners->items[use->kind][use->index];
    if (owner->host == SIM_NONE) {
        *owner = (struct owner){.host = host, .place = use->place};
        return;
    }
    if (owner->host == host || owner->is_reported) {
        return;
    }
    owner->is_reported = true;
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, use->place, "%s '%s' is used on two hosts",
                              use_word(use->kind), name_of_use(checker, use));
    sim_diagnostics_label(checker->diagnostics, finding, "on '%s' here", host_name(checker, host));
    sim_diagnostics_note(checker->diagnostics, finding, owner->place, "on '%s' here",
                         host_name(checker, owner->host));
}

/* A routine that runs on several hosts uses something that belongs to one. */
static void report_shared_routine(struct sim_checker *checker, struct owners *owners,
                                  const struct sim_body *body, const struct sim_use *use) {
    struct owner *owner = &owners->items[use->kind][use->index];
    if (owner->is_reported) {
        return;
    }
    owner->is_reported = true;
    struct sim_finding *finding =
        sim_diagnostics_error(checker->diagnostics, use->place, "%s '%s' is used on two hosts",
                              use_word(use->kind), name_of_use(checker, use));
    sim_diagnostics_label(checker->diagnostics, finding, "'%s' runs on both",
                          body->coroutine->name == NULL ? "" : body->coroutine->name);
    for (uint32_t i = 0; i < 2; i++) {
        const struct sim_coroutine *runner = &checker->scenario->coroutines[body->runners[i]];
        sim_diagnostics_note(checker->diagnostics, finding, runner->place, "from here on '%s'",
                             host_name(checker, body->hosts[i]));
    }
}

static void claim_uses(struct sim_checker *checker, struct owners *owners) {
    for (uint32_t i = 0; i < checker->body_count; i++) {
        const struct sim_body *body = &checker->bodies[i];
        for (uint32_t j = 0; j < body->use_count; j++) {
            if (body->host_count == 2) {
                report_shared_routine(checker, owners, body, &body->uses[j]);
            } else if (body->host_count == 1) {
                claim(checker, owners, &body->uses[j], body->hosts[0]);
            }
        }
    }
}

/* ---- What the world signals ---- */

/* A signal sent without `on` goes where it is waited for; where nobody does, to the first host. */
static void claim_world_signal(struct sim_checker *checker, struct owners *owners,
                               struct sim_world_statement *statement) {
    if (statement->kind != SIM_WORLD_SIGNAL || statement->signal.name == NULL ||
        statement->signal.index == SIM_NONE || checker->scenario->host_count == 0) {
        return;
    }
    struct sim_use use = {
        .kind = SIM_USE_SIGNAL, .index = statement->signal.index, .place = statement->signal.place};
    if (statement->a.name == NULL) {
        uint32_t host = owners->items[SIM_USE_SIGNAL][use.index].host;
        statement->a.index = host == SIM_NONE ? 0 : host;
    }
    if (statement->a.index != SIM_NONE) {
        claim(checker, owners, &use, statement->a.index);
    }
}

static void claim_world_signals(struct sim_checker *checker, struct owners *owners) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        for (uint32_t j = 0; j < scenario->world_blocks[i].count; j++) {
            claim_world_signal(checker, owners, &scenario->world_blocks[i].statements[j]);
        }
    }
}

static void store_owners(struct sim_checker *checker, const struct owners *owners) {
    struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        scenario->queues[i].host = owners->items[SIM_USE_QUEUE][i].host;
    }
    for (uint32_t i = 0; i < scenario->channel_count; i++) {
        scenario->channels[i].host = owners->items[SIM_USE_CHANNEL][i].host;
    }
    for (uint32_t i = 0; i < scenario->lock_count; i++) {
        scenario->locks[i].host = owners->items[SIM_USE_LOCK][i].host;
    }
    for (uint32_t i = 0; i < scenario->signal_count; i++) {
        scenario->signals[i].host = owners->items[SIM_USE_SIGNAL][i].host;
    }
}

void sim_checker_hosts(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    struct owners owners = {.items = {
                                [SIM_USE_QUEUE] = make_owners(checker, scenario->queue_count),
                                [SIM_USE_CHANNEL] = make_owners(checker, scenario->channel_count),
                                [SIM_USE_LOCK] = make_owners(checker, scenario->lock_count),
                                [SIM_USE_SIGNAL] = make_owners(checker, scenario->signal_count),
                            }};
    spread_hosts(checker);
    if (checker->scratch->has_failed) {
        return;
    }
    claim_uses(checker, &owners);
    claim_world_signals(checker, &owners);
    store_owners(checker, &owners);
}
