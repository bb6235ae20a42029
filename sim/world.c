/* world.c - time: what happens at an instant, and which instant is next.
 *
 * At one instant: `at` blocks and starting coroutines, then arrivals, then the hosts in order of
 * declaration, an iteration of the scheduler each, round after round until all would sleep; what
 * arrives without latency is delivered in between. Then time jumps to the earliest of actions,
 * arrivals and deadlines.
 */
#include "sim/world.h"
#include "sim/declared.h"
#include "sim/duration.h"
#include "sim/evaluate.h"
#include "sim/guest.h"
#include "sim/language/buffer.h"
#include "sim/operations.h"
#include "sim/run.h"
#include "sim/watch.h"

#include <inttypes.h>
#include <string.h>

/* ---- Clocks ---- */

enum { MILLION = 1000000 };

/* A clock shows no time before it has come: it rounds down, also when it runs slow. */
static int64_t show(const struct sim_run_host *host, int64_t world_ns) {
    if (host->drift_ppm == 0) {
        return world_ns + host->skew_ns;
    }
    int64_t part = world_ns % MILLION * host->drift_ppm;
    int64_t drift_ns =
        world_ns / MILLION * host->drift_ppm + part / MILLION - (part % MILLION < 0 ? 1 : 0);
    return world_ns + host->skew_ns + drift_ns;
}

int64_t sim_host_now_ns(const struct sim_run_host *host) {
    int64_t world_ns = host->run->now_ns;
    return host->drift_ppm == 0 ? world_ns + host->skew_ns : show(host, world_ns);
}

int64_t sim_host_world_ns(const struct sim_run_host *host, int64_t host_ns) {
    int64_t shown_ns;
    if (host_ns == INT64_MAX || __builtin_sub_overflow(host_ns, host->skew_ns, &shown_ns)) {
        return INT64_MAX;
    }
    if (shown_ns <= 0) {
        return 0;
    }
    int64_t rate = MILLION + host->drift_ppm;
    int64_t world_ns;
    if (__builtin_mul_overflow(shown_ns / rate, (int64_t)MILLION, &world_ns) ||
        world_ns > SIM_INTEGER_MAX) {
        return INT64_MAX; /* beyond the end of time */
    }
    world_ns += shown_ns % rate * MILLION / rate;
    while (show(host, world_ns) < host_ns) {
        world_ns++;
    }
    while (world_ns > 0 && show(host, world_ns - 1) >= host_ns) {
        world_ns--;
    }
    return world_ns;
}

/* ---- What the world does ---- */

static void apply_link(struct sim_run *run, const struct sim_link *link, uint32_t from,
                       uint32_t to) {
    struct sim_path *path = sim_network_path(&run->network, from, to);
    if (link->has_latency) {
        path->latency_ns = link->latency_ns.low;
        path->latency_span_ns = link->latency_ns.high - link->latency_ns.low;
        path->latency_number =
            run->network.played != NULL ? sim_declared_find(run->scenario, link) : SIM_NONE;
    }
    if (link->has_bandwidth) {
        path->bandwidth_bytes_per_second = link->bandwidth_bytes_per_second;
    }
    if (link->has_buffer) {
        path->buffer_bytes = (size_t)link->buffer_bytes;
    }
}

void sim_world_apply_link(struct sim_run *run, const struct sim_link *link) {
    apply_link(run, link, link->from.index + 1, link->to.index + 1);
    if (link->both_ways) {
        apply_link(run, link, link->to.index + 1, link->from.index + 1);
    }
}

static void set_variable(struct sim_run *run, const struct sim_world_statement *statement) {
    struct sim_scope scope = {.run = run};
    struct sim_value value;
    int status = sim_evaluate(&scope, statement->value, &value);
    if (status == COG_OK) {
        status = sim_target_set(&scope, &statement->target, value);
    }
    if (status == COG_ENOMEM) {
        run->fatal = COG_ENOMEM;
    } else if (status != COG_OK) {
        (void)sim_run_fail(run, statement->place.line, "set: %s", scope.message);
    }
}

/* The words of a statement of an `at` block, for the trace. */
static void describe(struct sim_run *run, const struct sim_world_statement *statement) {
    char text[256];
    const char *a = statement->a.name != NULL ? statement->a.name : "";
    const char *b = statement->b.name != NULL ? statement->b.name : "";
    switch ((int)statement->kind) {
    case SIM_WORLD_PARTITION:
        (void)snprintf(text, sizeof text, "partition %s %s", a, b);
        break;
    case SIM_WORLD_HEAL:
        (void)snprintf(text, sizeof text, "heal %s %s", a, b);
        break;
    case SIM_WORLD_LINK:
        (void)snprintf(text, sizeof text, "link %s %s %s", statement->link->from.name,
                       statement->link->both_ways ? "<->" : "->", statement->link->to.name);
        break;
    case SIM_WORLD_SIGNAL:
        (void)snprintf(text, sizeof text, "signal %s", statement->signal.name);
        break;
    default:
        (void)snprintf(text, sizeof text, "set %s", statement->target.reference.name);
        break;
    }
    sim_tracer_world(&run->tracer, text, statement->place.line);
}

static void cut(struct sim_run *run, const struct sim_world_statement *statement) {
    struct sim_network *network = &run->network;
    uint32_t a = statement->a.index + 1;
    uint32_t b = statement->b.index + 1;
    sim_network_partition(network, a, b);
    if (network->played != NULL) {
        uint32_t number = sim_declared_find(run->scenario, statement);
        sim_network_path(network, a, b)->partition_number = number;
        sim_network_path(network, b, a)->partition_number = number;
    }
}

/* A time that was chosen has come into play. */
static void note_time(struct sim_run *run, const struct sim_world_block *block) {
    bool varies = run->chooser != NULL && (run->chooser->vary & SIM_VARY_TIME) != 0;
    if (varies && run->network.played != NULL) {
        sim_declared_plays(run->network.played, sim_declared_find(run->scenario, block));
    }
}

static void act(struct sim_run *run, const struct sim_world_statement *statement) {
    describe(run, statement);
    switch ((int)statement->kind) {
    case SIM_WORLD_PARTITION:
        cut(run, statement);
        break;
    case SIM_WORLD_HEAL:
        sim_network_heal(&run->network, statement->a.index + 1, statement->b.index + 1);
        break;
    case SIM_WORLD_LINK:
        sim_world_apply_link(run, statement->link);
        break;
    case SIM_WORLD_SIGNAL:
        if (cog_signal_send(run->signals[statement->signal.index],
                            sim_value_to_core(sim_value_integer(SIM_TAG_NUMBER, 0))) == 0) {
            run->unheard[statement->signal.index] = (struct sim_unheard){
                .is_sent = true, .time_ns = run->now_ns, .line = statement->place.line};
        }
        break;
    default:
        set_variable(run, statement);
        break;
    }
}

/* Starts the instances of a `coro`. */
static void start_coroutine(struct sim_run *run, uint32_t index) {
    const struct sim_code *code = &run->program->coroutines[index];
    const struct sim_coroutine *source = code->source;
    uint32_t before = 0; /* how many the world makes of those above it in the file */
    for (uint32_t i = 0; i < index; i++) {
        before += run->program->coroutines[i].source->times;
    }
    for (uint32_t i = 0; i < source->times && run->fatal == COG_OK; i++) {
        char name[SIM_INSTANCE_NAME_BYTES];
        if (source->has_times) {
            (void)snprintf(name, sizeof name, "%.*s[%" PRIu32 "]", SIM_INSTANCE_NAME_BYTES - 16,
                           source->name, i);
        } else {
            (void)snprintf(name, sizeof name, "%.*s", SIM_INSTANCE_NAME_BYTES - 1, source->name);
        }
        struct sim_instance *instance = sim_instance_new(run, code, source->host.index, index, NULL,
                                                         before + i, name, source->background);
        if (instance == NULL) {
            return;
        }
        sim_instance_frame(instance)->index = sim_value_integer(SIM_TAG_NUMBER, i);
        (void)cog_add(run->hosts[instance->host].scheduler, instance->coro, true);
    }
}

static void run_actions(struct sim_run *run) {
    for (; run->action_next < run->action_count && run->fatal == COG_OK; run->action_next++) {
        const struct sim_action *action = &run->actions[run->action_next];
        if (action->time_ns > run->now_ns) {
            break;
        }
        sim_tracer_set_current(&run->tracer, 0);
        if (action->block == NULL) {
            start_coroutine(run, action->coroutine);
            continue;
        }
        note_time(run, action->block);
        for (uint32_t i = 0; i < action->block->count; i++) {
            act(run, &action->block->statements[i]);
        }
    }
    sim_tracer_set_current(&run->tracer, 0);
}

/* ---- The loop ---- */

bool sim_world_is_over(const struct sim_run *run) {
    return run->fatal != COG_OK || run->violation != NULL || run->foreground_count == 0;
}

bool sim_world_is_awake(const struct sim_run_host *host) {
    return cog_has_ready(host->scheduler) || sim_proactor_has_work(&host->proactor) ||
           cog_next_deadline_ns(host->scheduler) <= sim_host_now_ns(host);
}

void sim_world_iterate(struct sim_run *run, struct sim_run_host *host) {
    int status = cog_iter_run(host->scheduler);
    if (status < 0 && status != COG_ESTALLED) {
        run->fatal = status;
    }
    if (run->network.is_out_of_memory || run->tracer.is_out_of_memory ||
        run->journal.is_out_of_memory) {
        run->fatal = COG_ENOMEM;
    }
    sim_watches_step(run);
}

bool sim_world_deliver(struct sim_run *run) {
    if (sim_network_next_ns(&run->network) > run->now_ns) {
        return false;
    }
    sim_network_deliver(&run->network);
    return true;
}

static void label_time(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_action *action = choice->subject;
    sim_buffer_add_format(buffer, "at block, line %" PRIu32,
                          sim_line_number(action->block->place.line));
}

static void label_instant(const struct sim_choice *choice, uint64_t index,
                          struct sim_buffer *buffer) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(choice->low + (int64_t)index, text));
}

/* When the `at` blocks with a range are to happen. */
static void draw_times(struct sim_run *run) {
    run->has_drawn_times = true;
    for (uint32_t i = 0; i < run->action_count; i++) {
        struct sim_action *action = &run->actions[i];
        if (action->block == NULL) {
            continue;
        }
        const struct sim_range *range = &action->block->at_ns;
        struct sim_choice choice = {.kind = SIM_CHOICE_TIME,
                                    .process = SIM_NONE,
                                    .stream = (uint64_t)action->offset << 32,
                                    .count = (uint64_t)(range->high - range->low) + 1,
                                    .low = range->low,
                                    .label = label_time,
                                    .candidate_label = label_instant,
                                    .subject = action};
        action->time_ns = range->low + (int64_t)sim_choose(run->chooser, &choice);
    }
    sim_run_sort_actions(run);
}

void sim_world_begin_instant(struct sim_run *run) {
    if (run->chooser != NULL && !run->has_drawn_times) {
        draw_times(run);
    }
    if (!run->has_started_guests) {
        run->has_started_guests = true;
        sim_guests_start(run);
    }
    run_actions(run);
    sim_watches_step(run);
    sim_network_deliver(&run->network);
}

/* Everything that happens at the present instant. */
static void run_instant(struct sim_run *run) {
    sim_world_begin_instant(run);
    bool is_asleep = false;
    while (!is_asleep && !sim_world_is_over(run)) {
        is_asleep = true;
        for (uint32_t i = 0; i < run->scenario->host_count && !sim_world_is_over(run); i++) {
            if (sim_world_is_awake(&run->hosts[i])) {
                is_asleep = false;
                sim_world_iterate(run, &run->hosts[i]);
            }
        }
        if (sim_world_deliver(run)) {
            is_asleep = false;
        }
    }
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* The next instant at which anything happens, or INT64_MAX. */
static int64_t next_instant_ns(struct sim_run *run) {
    int64_t next_ns = sim_network_next_ns(&run->network);
    if (run->action_next < run->action_count) {
        next_ns = earlier(next_ns, run->actions[run->action_next].time_ns);
    }
    for (uint32_t i = 0; i < run->scenario->host_count; i++) {
        struct sim_run_host *host = &run->hosts[i];
        next_ns = earlier(next_ns, sim_host_world_ns(host, cog_next_deadline_ns(host->scheduler)));
    }
    return next_ns;
}

bool sim_world_has_next(struct sim_run *run) {
    return next_instant_ns(run) <= SIM_INTEGER_MAX; /* time has no numbers beyond */
}

bool sim_world_advance(struct sim_run *run) {
    int64_t next_ns = next_instant_ns(run);
    sim_watches_before_advance(run, next_ns);
    if (next_ns > SIM_INTEGER_MAX) { /* time has no numbers beyond */
        run->is_stalled = true;
        return false;
    }
    run->now_ns = next_ns;
    return true;
}

static void check_invariants(struct sim_run *run) {
    for (uint32_t i = 0; i < run->scenario->host_count && run->violation == NULL; i++) {
        run->violation = cog_scheduler_check(run->hosts[i].scheduler);
    }
}

void sim_world_finish(struct sim_run *run) {
    sim_watches_before_advance(run, INT64_MAX);
    if (run->fatal == COG_OK) {
        check_invariants(run);
    }
}

void sim_world_go(struct sim_run *run) {
    bool is_going = true;
    while (is_going) {
        run_instant(run);
        is_going = !sim_world_is_over(run) && sim_world_advance(run);
    }
}

void sim_world_execute(struct sim_run *run) {
    sim_world_go(run);
    sim_world_finish(run);
}
