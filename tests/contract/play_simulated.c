/* play_simulated.c - the simulated world of a program: what varies in it, how its time passes, and
 * what is wrong with it on purpose. A Unix socket is a connection whose other end is looked at. */
#include "tests/contract/play_stage.h"

#include "core/scheduler.h"
#include "tests/unit/net_stage.h"

#include <stddef.h>

enum { LATENCY_NS_MAX = 40 };

/* The two schedulers have proactors of their own, with the same functions. */
static struct {
    struct cog_proactor_ops ops;
    int (*submit)(void *context, struct cog_op *op, bool try_first);
    const struct play_stage *stage;
} changed;

static bool sends(const struct cog_op *op) {
    return op->type->kind == COG_OP_SEND || op->type->kind == COG_OP_SENDALL;
}

/* The peer has closed its end, or nobody will ever accept it. */
static bool is_left_alone(const struct sim_socket *socket) {
    if (socket == NULL || socket->connection == NULL || socket->state == SIM_SOCKET_CLOSED) {
        return false;
    }
    const struct sim_socket *peer = sim_socket_peer(socket);
    return peer == NULL || peer->state == SIM_SOCKET_CLOSED;
}

/* Two Unix sockets know of each other at once: to send to one that is closed fails, and shutting
 * down does not mind. */
static int submit_local(void *context, struct cog_op *op, bool try_first) {
    const struct sim_proactor *proactor = context;
    const struct sim_socket *socket =
        sim_network_socket(proactor->network, proactor->host, op->socket);
    if (sends(op) && is_left_alone(socket)) {
        return COG_ECLOSED;
    }
    int status = changed.submit(context, op, try_first);
    return op->type->kind == COG_OP_SHUTDOWN && status == COG_ECLOSED ? COG_OK : status;
}

/* A reset is told even behind the end of the stream. */
static void tell_resets(const struct sim_network *network) {
    for (uint32_t i = 0; i < network->socket_capacity; i++) {
        struct sim_socket *socket = network->sockets[i];
        if (socket != NULL && socket->is_reset && socket->fin_received) {
            socket->fin_received = false;
            socket->failure = COG_ERESET;
        }
    }
}

static bool is_local(const struct play_stage *stage) {
    return ground_is_unix(stage->ground) &&
           !(stage->fault != NULL && stage->fault->is_never_noticed);
}

static int submit_changed(void *context, struct cog_op *op, bool try_first) {
    const struct play_fault *fault = changed.stage->fault;
    int status = is_local(changed.stage) ? submit_local(context, op, try_first)
                                         : changed.submit(context, op, try_first);
    return fault != NULL && fault->falsify != NULL ? fault->falsify(op, status) : status;
}

static void change_proactors(const struct play_stage *stage) {
    changed.stage = stage;
    for (int i = 0; i < GROUND_SIDES; i++) {
        struct cog_proactor *proactor = &stage->ground->schedulers[i]->proactor;
        changed.ops = *proactor->ops;
        changed.submit = proactor->ops->submit;
        changed.ops.submit = submit_changed;
        proactor->ops = &changed.ops;
    }
}

static struct sim_path *path_from(const struct play_stage *stage, uint32_t side) {
    return sim_network_path(&stage->ground->simulated->network, 1 + side, 2 - side);
}

static uint64_t choose(void *context, const struct sim_choice *choice) {
    struct play_stage *stage = context;
    return play_pick(&stage->random, choice->count);
}

void play_prepare_simulated(struct play_stage *stage) {
    for (uint32_t i = 0; stage->varies && i < GROUND_SIDES; i++) {
        path_from(stage, i)->buffer_bytes = (size_t)PLAY_UNDER_WAY_MAX
                                            << play_pick(&stage->random, 4);
    }
}

void play_begin_simulated(struct play_stage *stage) {
    for (uint32_t i = 0; stage->varies && i < GROUND_SIDES; i++) {
        path_from(stage, i)->latency_ns = (int64_t)play_pick(&stage->random, LATENCY_NS_MAX);
    }
    bool loses = !(stage->fault != NULL && stage->fault->loses_nothing);
    if (stage->varies && loses && !ground_is_unix(stage->ground)) {
        stage->chooser =
            (struct sim_chooser){.vary = SIM_VARY_FAULTS, .choose = choose, .context = stage};
        stage->ground->simulated->network.chooser = &stage->chooser;
    }
    change_proactors(stage);
}

void play_end_simulated(const struct play_stage *stage) {
    stage->ground->simulated->network.chooser = NULL;
}

void play_round_simulated(struct play_stage *stage) {
    struct net_stage *world = stage->ground->simulated;
    int64_t next_ns = sim_network_next_ns(&world->network);
    int64_t own_ns = play_next_ns(stage);
    next_ns = own_ns < next_ns ? own_ns : next_ns;
    if (play_is_idle(stage) && next_ns > world->now_ns &&
        next_ns - stage->start_ns < PLAY_LONG_NS) {
        stage->ground->now_ns += next_ns - world->now_ns;
        ground_simulated_pass(stage->ground, next_ns - world->now_ns);
    }
    if (!stage->varies || play_pick(&stage->random, 2) == 0) {
        (void)ground_simulated_deliver(stage->ground);
    }
    if (is_local(stage)) {
        tell_resets(&world->network);
    }
}
