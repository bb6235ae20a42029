/* stall_counterparts.c - the statements that end the wait of others. */
#include "sim/stall_counterparts.h"

#include "sim/quotation.h"

#define KIND(name) (UINT64_C(1) << SIM_STATEMENT_##name)

_Static_assert(SIM_STATEMENT_KIND_COUNT <= 64, "a set of kinds has room in a word");

struct sim_counterparts sim_counterparts_of(const struct sim_run *run,
                                            const struct sim_statement *statement,
                                            const struct cog_op *op, uint32_t host) {
    const struct sim_reference *queue = &statement->as.queue.queue;
    const struct sim_reference *channel = &statement->as.channel.channel;
    const struct sim_socket *socket;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
        return (struct sim_counterparts){KIND(SIGNAL), statement->as.signal.signal.index, "signals",
                                         statement->as.signal.signal.name};
    case SIM_STATEMENT_SIGNAL:
        return (struct sim_counterparts){KIND(WAIT), statement->as.signal.signal.index, "waits for",
                                         statement->as.signal.signal.name};
    case SIM_STATEMENT_GET:
        return (struct sim_counterparts){KIND(PUT), queue->index, "puts into", queue->name};
    case SIM_STATEMENT_PUT:
        return (struct sim_counterparts){KIND(GET), queue->index, "gets from", queue->name};
    case SIM_STATEMENT_DRAIN:
        return (struct sim_counterparts){KIND(DONE), queue->index, "says done of", queue->name};
    case SIM_STATEMENT_FETCH:
        return (struct sim_counterparts){KIND(PUBLISH), channel->index, "publishes to",
                                         channel->name};
    case SIM_STATEMENT_ACCEPT:
        socket = sim_network_socket(&run->network, host + 1, op->socket);
        return (struct sim_counterparts){KIND(CONNECT), socket != NULL ? socket->port : SIM_NONE,
                                         "connects to", "it"};
    case SIM_STATEMENT_CONNECT:
        return (struct sim_counterparts){KIND(ACCEPT), SIM_NONE, "accepts", "it"};
    default:
        return (struct sim_counterparts){0, SIM_NONE, "", ""};
    }
}

static uint32_t object_of(const struct sim_statement *statement) {
    const struct sim_expression *port;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_WAIT:
    case SIM_STATEMENT_SIGNAL:
        return statement->as.signal.signal.index;
    case SIM_STATEMENT_PUT:
    case SIM_STATEMENT_GET:
    case SIM_STATEMENT_DONE:
        return statement->as.queue.queue.index;
    case SIM_STATEMENT_PUBLISH:
        return statement->as.channel.channel.index;
    case SIM_STATEMENT_CONNECT:
        port = statement->as.socket.port;
        return port->kind == SIM_EXPRESSION_NUMBER ? (uint32_t)port->as.integer : SIM_NONE;
    default:
        return SIM_NONE;
    }
}

bool sim_counterparts_include(const struct sim_counterparts *counterparts,
                              const struct sim_statement *statement) {
    if ((counterparts->kinds >> statement->kind & 1) == 0) {
        return false;
    }
    uint32_t object = object_of(statement);
    return object == counterparts->object || object == SIM_NONE || counterparts->object == SIM_NONE;
}

/* ---- Ways through a body ---- */

struct way {
    uint32_t from;
    uint32_t to;
    bool meets_from;
    bool meets_to;
    bool is_in_one_loop;
};

static bool meet(void *context, const struct sim_statement *statement) {
    struct way *way = context;
    way->meets_from = way->meets_from || statement->place.line == way->from;
    way->meets_to = way->meets_to || statement->place.line == way->to;
    return !(way->meets_from && way->meets_to);
}

static bool is_no_loop_of_both(void *context, const struct sim_statement *statement) {
    struct way *way = context;
    const struct sim_block *body =
        statement->kind == SIM_STATEMENT_ITERATE ? &statement->as.start.body
        : statement->kind == SIM_STATEMENT_REPEAT || statement->kind == SIM_STATEMENT_WHILE
            ? &statement->as.loop.body
            : NULL;
    if (body != NULL) {
        struct way within = {
            .from = way->from, .to = way->to, .meets_from = statement->place.line == way->from};
        (void)sim_statements_walk(body, meet, &within);
        way->is_in_one_loop = within.meets_from && within.meets_to;
    }
    return !way->is_in_one_loop;
}

bool sim_block_leads_to(const struct sim_block *block, uint32_t from, uint32_t to) {
    struct way way = {.from = from, .to = to};
    if (to > from) {
        return true;
    }
    (void)sim_statements_walk(block, is_no_loop_of_both, &way);
    return way.is_in_one_loop;
}

/* ---- Those in particular ---- */

static const struct sim_instance *owner_of(const struct sim_run *run,
                                           const struct sim_socket *socket) {
    for (struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        const struct sim_frame *frame = sim_instance_frame(instance);
        for (uint32_t i = 0; !instance->has_ended && i < frame->socket_count; i++) {
            if ((uint32_t)frame->sockets[i] == socket->id) {
                return instance;
            }
        }
    }
    return NULL;
}

const struct sim_instance *sim_peer_owner(const struct sim_run *run, const struct cog_op *op,
                                          uint32_t host) {
    const struct sim_socket *socket = sim_network_socket(&run->network, host + 1, op->socket);
    const struct sim_socket *peer = socket != NULL ? sim_socket_peer(socket) : NULL;
    return peer != NULL ? owner_of(run, peer) : NULL;
}

/* Who iterates an instance. */
static const struct sim_instance *consumer_of(const struct sim_run *run,
                                              const struct sim_instance *producer) {
    for (struct sim_instance *instance = run->instances; instance != NULL;
         instance = instance->next) {
        const struct sim_frame *frame = sim_instance_frame(instance);
        if (instance->has_ended) {
            continue;
        }
        for (const struct sim_instance *other = frame->producers; other != NULL;
             other = other->next_producer) {
            if (other == producer) {
                return instance;
            }
        }
    }
    return NULL;
}

const struct sim_instance *sim_definite_blocker(const struct sim_run *run,
                                                const struct sim_instance *instance,
                                                const struct sim_statement *statement,
                                                const struct cog_op *op) {
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    switch ((int)statement->kind) {
    case SIM_STATEMENT_ACQUIRE:
        return frame->lock->holder;
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_JOIN:
    case SIM_STATEMENT_ITERATE:
        return frame->other;
    case SIM_STATEMENT_EMIT:
        return consumer_of(run, instance);
    case SIM_STATEMENT_RECV:
    case SIM_STATEMENT_RECVALL:
    case SIM_STATEMENT_RECVLINE:
    case SIM_STATEMENT_SEND:
    case SIM_STATEMENT_SENDALL:
        return sim_peer_owner(run, op, instance->host);
    default:
        return NULL;
    }
}
