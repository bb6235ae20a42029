/* net_stage.c - the world's loop, its checks, and taking it down. */
#include "tests/unit/net_stage.h"

#include "tests/unit/net_player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITERATIONS_MAX = 10000000 };

/* ---- Making ---- */

static int64_t now_ns(void *context) {
    return ((const struct net_stage *)context)->now_ns;
}

static int64_t host_now_ns(void *context) {
    return ((const struct net_host *)context)->stage->now_ns;
}

static int64_t world_ns(void *context, uint32_t host, int64_t host_ns) {
    (void)context;
    (void)host;
    return host_ns;
}

static void wake(void *context, struct sim_socket *socket) {
    struct net_stage *stage = context;
    sim_proactor_wake(&stage->hosts[socket->host - 1].proactor, socket);
}

int net_setup(void **state) {
    struct net_stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL) {
        return -1;
    }
    tally_init(&stage->tally);
    stage->allocator = &stage->tally.allocator;
    *state = stage;
    return 0;
}

int net_teardown(void **state) {
    struct net_stage *stage = *state;
    uint64_t hash;
    const char *fault = net_close(stage, &hash);
    if (fault != NULL) {
        print_error("%s\n", fault);
    }
    free(stage);
    return fault == NULL ? 0 : -1;
}

static int open_host(struct net_stage *stage, uint32_t id) {
    struct net_host *host = &stage->hosts[id - 1];
    host->stage = stage;
    host->observed = (struct sim_tracer_host){.tracer = &stage->tracer, .host = id};
    sim_proactor_init(&host->proactor, &stage->network, id);
    sim_tracer_host_declared(&stage->tracer, id, "host", 0, 0);
    host->options.allocator = stage->allocator;
    host->options.clock = (struct cog_clock){.now_ns = host_now_ns, .context = host};
    host->options.proactor = sim_proactor_seam(&host->proactor);
    host->options.observer = sim_tracer_observer(&host->observed);
    return cog_scheduler_new(&host->options, &host->scheduler);
}

int net_open(struct net_stage *stage) {
    const struct cog_allocator *allocator = stage->allocator;
    int status = sim_trace_writer_open(&stage->writer, allocator, stage->trace_path);
    if (status != COG_OK) {
        return status;
    }
    stage->is_open = true;
    sim_tracer_init(
        &stage->tracer, allocator, &stage->writer,
        (struct sim_tracer_clock){.now_ns = now_ns, .world_ns = world_ns, .context = stage});
    status = sim_network_init(&stage->network, allocator, &stage->tracer, &stage->now_ns, NET_HOSTS,
                              (struct sim_network_wake){.wake = wake, .context = stage});
    for (uint32_t id = 1; id <= NET_HOSTS && status == COG_OK; id++) {
        for (uint32_t to = 1; to <= NET_HOSTS; to++) {
            sim_network_path(&stage->network, id, to)->latency_ns = id == to ? 0 : 10;
        }
        status = open_host(stage, id);
    }
    return status;
}

/* ---- Taking down ---- */

/* Closes what no scheduler knows any more. Unaccepted ends go with their listener. */
static void close_sockets(struct sim_network *network) {
    for (uint32_t id = 1; id < network->socket_capacity; id++) {
        struct sim_socket *socket = network->sockets[id];
        if (socket != NULL && socket->listener == NULL && socket->state != SIM_SOCKET_CLOSED) {
            sim_socket_close(network, socket);
            sim_socket_forget(network, socket);
        }
    }
}

static void deliver_everything(struct net_stage *stage) {
    for (uint32_t a = 1; a <= NET_HOSTS; a++) {
        for (uint32_t b = a; b <= NET_HOSTS; b++) {
            sim_network_heal(&stage->network, a, b);
        }
    }
    while (sim_network_next_ns(&stage->network) != INT64_MAX) {
        int64_t next_ns = sim_network_next_ns(&stage->network);
        stage->now_ns = next_ns > stage->now_ns ? next_ns : stage->now_ns;
        sim_network_deliver(&stage->network);
        close_sockets(&stage->network);
    }
}

size_t net_socket_count(const struct net_stage *stage) {
    size_t count = 0;
    for (uint32_t id = 0; id < stage->network.socket_capacity; id++) {
        count += stage->network.sockets[id] != NULL ? 1 : 0;
    }
    return count;
}

static const char *close_network(struct net_stage *stage) {
    struct sim_network *network = &stage->network;
    if (network->paths == NULL) {
        return NULL;
    }
    close_sockets(network);
    deliver_everything(stage);
    const char *fault = NULL;
    if (net_socket_count(stage) > 0) {
        fault = "a socket outlives its closing";
    } else if (!cog_list_is_empty(&network->held) || !cog_list_is_empty(&network->listeners)) {
        fault = "a held direction or a listener is left";
    }
    const struct cog_allocator *allocator = network->allocator;
    sim_agenda_term(&network->agenda, allocator);
    cog_release(allocator, network->sockets, network->socket_capacity * sizeof network->sockets[0]);
    cog_release(allocator, network->paths,
                (size_t)NET_HOSTS * NET_HOSTS * sizeof network->paths[0]);
    return fault;
}

static const char *close_hosts(struct net_stage *stage) {
    const char *fault = NULL;
    for (uint32_t id = 1; id <= NET_HOSTS; id++) {
        cog_scheduler_free(stage->hosts[id - 1].scheduler);
        fault = net_held_count(stage, id) == 0 ? fault : "a freed scheduler's operation is held";
    }
    for (size_t i = 0; i < stage->player_count; i++) {
        cog_coro_release(stage->players[i]);
    }
    return fault;
}

const char *net_close(struct net_stage *stage, uint64_t *trace_hash) {
    if (!stage->is_open) {
        return stage->tally.live_count == 0 ? NULL : "memory is left";
    }
    stage->is_open = false;
    while (stage->many_count > 0) {
        free(stage->many[--stage->many_count]);
    }
    if (net_is_void(stage)) {
        sim_trace_writer_abandon(&stage->writer);
        return NULL;
    }
    const char *fault = close_hosts(stage);
    const char *network_fault = close_network(stage);
    fault = fault != NULL ? fault : network_fault;
    sim_tracer_term(&stage->tracer);
    if (sim_trace_writer_finish(&stage->writer, trace_hash) != COG_OK) {
        fault = "the trace cannot be finished";
    }
    return fault == NULL && stage->tally.live_count > 0 ? "memory is left" : fault;
}

/* ---- What the world does ---- */

void net_do(struct net_stage *stage, const char *action) {
    char verb[16];
    unsigned a;
    unsigned b;
    long long value = 0;
    if (sscanf(action, "%15s %u %u %lld", verb, &a, &b, &value) < 3) {
        fail_msg("no action: %s", action);
    }
    struct sim_path *path = sim_network_path(&stage->network, a, b);
    sim_tracer_world(&stage->tracer, action, 0);
    if (strcmp(verb, "partition") == 0) {
        sim_network_partition(&stage->network, a, b);
    } else if (strcmp(verb, "heal") == 0) {
        sim_network_heal(&stage->network, a, b);
    } else if (strcmp(verb, "latency") == 0) {
        path->latency_ns = value;
    } else if (strcmp(verb, "bandwidth") == 0) {
        path->bandwidth_bytes_per_second = value;
    } else if (strcmp(verb, "buffer") == 0) {
        path->buffer_bytes = (size_t)value;
    } else {
        fail_msg("no action: %s", action);
    }
    sim_tracer_set_current(&stage->tracer, 0);
}

void net_at(struct net_stage *stage, int64_t time_ns, const char *action) {
    assert_true(stage->cue_count < NET_CUES_MAX);
    stage->cues[stage->cue_count].time_ns = time_ns;
    stage->cues[stage->cue_count++].action = action;
}

/* ---- The loop ---- */

static void check(struct net_host *host) {
    const char *fault = cog_scheduler_check(host->scheduler);
    if (fault != NULL) {
        fail_msg("%s", fault);
    }
    size_t waiting_count = 0;
    struct cog_coro *coro = NULL;
    while ((coro = cog_next_coro(host->scheduler, coro)) != NULL) {
        const struct cog_op *op = cog_coro_awaits(coro);
        waiting_count += op != NULL && op->type->kind >= COG_OP_LISTEN ? 1 : 0;
    }
    assert_int_equal(host->proactor.held_count, waiting_count);
}

/* One iteration, if there is anything to do on the host. */
static bool iterate(struct net_host *host) {
    if (!cog_has_ready(host->scheduler) && !sim_proactor_has_work(&host->proactor) &&
        cog_next_deadline_ns(host->scheduler) > host->stage->now_ns) {
        return false;
    }
    int status = cog_iter_run(host->scheduler);
    assert_true(status == COG_OK || status == COG_MORE || status == COG_ESTALLED);
    check(host);
    return true;
}

bool net_is_void(const struct net_stage *stage) {
    return stage->network.is_out_of_memory || stage->tracer.is_out_of_memory;
}

static void run_instant(struct net_stage *stage) {
    while (stage->cue_next < stage->cue_count &&
           stage->cues[stage->cue_next].time_ns <= stage->now_ns) {
        net_do(stage, stage->cues[stage->cue_next++].action);
    }
    sim_network_deliver(&stage->network);
    bool is_asleep = false;
    for (size_t i = 0; !is_asleep && !net_is_void(stage); i++) {
        assert_true(i < ITERATIONS_MAX);
        is_asleep = true;
        for (size_t host = 0; host < NET_HOSTS && !net_is_void(stage); host++) {
            is_asleep = !iterate(&stage->hosts[host]) && is_asleep;
        }
        if (sim_network_next_ns(&stage->network) <= stage->now_ns) {
            is_asleep = false;
            sim_network_deliver(&stage->network);
        }
    }
}

static int64_t next_instant_ns(struct net_stage *stage) {
    int64_t next_ns = sim_network_next_ns(&stage->network);
    if (stage->cue_next < stage->cue_count && stage->cues[stage->cue_next].time_ns < next_ns) {
        next_ns = stage->cues[stage->cue_next].time_ns;
    }
    for (size_t i = 0; i < NET_HOSTS; i++) {
        int64_t deadline_ns = cog_next_deadline_ns(stage->hosts[i].scheduler);
        next_ns = deadline_ns < next_ns ? deadline_ns : next_ns;
    }
    return next_ns;
}

void net_run(struct net_stage *stage) {
    for (;;) {
        run_instant(stage);
        int64_t next_ns = next_instant_ns(stage);
        if (next_ns == INT64_MAX || net_is_void(stage)) {
            return;
        }
        assert_true(next_ns > stage->now_ns);
        stage->now_ns = next_ns;
    }
}

void net_expect(struct net_stage *stage, const char *log) {
    stage->log_bytes = 0;
    stage->log[0] = '\0';
    net_run(stage);
    assert_string_equal(stage->log, log);
    assert_false(net_is_void(stage));
}

/* ---- Looking at it ---- */

size_t net_held_count(const struct net_stage *stage, uint32_t host) {
    return stage->hosts[host - 1].proactor.held_count;
}

void net_expect_nothing_left(struct net_stage *stage) {
    for (uint32_t id = 1; id <= NET_HOSTS; id++) {
        assert_int_equal(net_held_count(stage, id), 0);
        assert_false(sim_proactor_has_work(&stage->hosts[id - 1].proactor));
    }
    assert_int_equal(net_socket_count(stage), 0);
    assert_int_equal(stage->network.agenda.count, 0);
    assert_true(cog_list_is_empty(&stage->network.held));
    assert_true(cog_list_is_empty(&stage->network.listeners));
}

bool net_has_ended(const struct net_stage *stage, const char *name) {
    for (size_t i = 0; i < stage->player_count; i++) {
        if (strcmp(cog_coro_name(stage->players[i]), name) == 0) {
            return cog_coro_has_ended(stage->players[i]);
        }
    }
    fail_msg("no player: %s", name);
    return false;
}

int32_t net_socket(const struct net_stage *stage, const char *name) {
    for (size_t i = 0; i < stage->socket_count; i++) {
        if (strcmp(stage->sockets[i].name, name) == 0) {
            return stage->sockets[i].number;
        }
    }
    return -1;
}

void net_enter(struct net_stage *stage, uint32_t host, const char *name, const char *script) {
    assert_true(stage->player_count < NET_PLAYERS_MAX);
    struct cog_scheduler *scheduler = stage->hosts[host - 1].scheduler;
    struct cog_coro *player = net_player_new(stage, host, name, script);
    stage->players[stage->player_count++] = player;
    assert_int_equal(cog_add(scheduler, player, true), COG_OK);
}
