/* stall_hopes.c - who could end a wait, or could have, and what became of them. */
#include "sim/stall_parts.h"

#include "sim/quotation.h"
#include "sim/stall_counterparts.h"

#include <inttypes.h>

enum { STATEMENTS_MAX = 4 };

/* ---- What became of others ---- */

/* "sender ended at 20ms", "sender waits itself for `get q`, line 4"; with a joint of ", which",
 * "sender, which ended at 20ms". */
static void add_state(struct sim_stall *stall, const struct sim_instance *instance,
                      const char *joint) {
    struct sim_buffer *text = sim_stall_text(stall);
    sim_buffer_add_text(text, instance->name);
    sim_buffer_add_text(text, joint);
    if (instance->has_ended) {
        sim_buffer_add_text(text, instance->status == COG_OK ? " ended at " : " failed at ");
        sim_quote_time(instance->ended_ns, text);
        return;
    }
    if (!sim_stall_is_waiting(instance) && !stall->goes_on) {
        sim_buffer_add_text(text, " did not get there");
        return;
    }
    sim_buffer_add_text(text, stall->goes_on ? " is at `" : " waits itself for `");
    sim_quote_statement(stall->run, sim_stall_statement(instance), text);
    sim_buffer_add_text(text, "`, ");
    sim_quote_line(stall->run, instance->line, text);
}

/* Of the instances of one source, the first that waits, else the last that ended, stands for all.
 */
static const struct sim_instance *add_states(struct sim_stall *stall,
                                             const struct sim_coroutine *source,
                                             const struct sim_instance *but) {
    const struct sim_instance *shown = NULL;
    uint32_t count = 0;
    for (const struct sim_instance *instance = stall->run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->source != source || instance == but) {
            continue;
        }
        count++;
        if (shown == NULL ||
            (shown->has_ended && (!instance->has_ended || instance->ended_ns >= shown->ended_ns))) {
            shown = instance;
        }
    }
    if (shown == NULL) {
        sim_buffer_add_format(sim_stall_text(stall), "%s %s", source->name,
                              but != NULL && but->source == source ? "is it itself"
                                                                   : "was never started");
        return but != NULL && but->source == source ? but : NULL;
    }
    add_state(stall, shown, "");
    if (count > 1) {
        sim_buffer_add_format(sim_stall_text(stall),
                              shown->has_ended ? ", the last of %" PRIu32 : ", one of %" PRIu32,
                              count);
    }
    return shown;
}

/* ---- Who could have ended a wait ---- */

struct search {
    struct sim_stall *stall;
    struct sim_stall_waiting *waiting;
    struct sim_counterparts counterparts;
    const struct sim_coroutine *source; /* being searched */
    uint32_t count;
};

/* The waiting instance of a source that would come to a statement. */
static const struct sim_instance *find_on_its_way(struct search *search,
                                                  const struct sim_statement *statement) {
    for (const struct sim_instance *instance = search->stall->run->instances; instance != NULL;
         instance = instance->next) {
        if (instance->source == search->source && instance != search->waiting->instance &&
            sim_stall_is_waiting(instance) &&
            sim_block_leads_to(&search->source->body, instance->line, statement->place.line)) {
            return instance;
        }
    }
    return NULL;
}

static void show_counterpart(struct search *search, const struct sim_statement *statement,
                             const struct sim_instance *other) {
    struct sim_stall *stall = search->stall;
    if (stall->view == NULL) {
        return;
    }
    struct sim_buffer deed;
    sim_buffer_init(&deed, stall->run->allocator);
    sim_quote_statement(stall->run, statement, &deed);
    sim_buffer_add_text(&deed, ", ");
    sim_quote_line(stall->run, statement->place.line, &deed);
    sim_stall_show_deed(stall, search->waiting->instance, other, search->source->name, &deed,
                        false);
}

static bool note_counterpart(void *context, const struct sim_statement *statement) {
    struct search *search = context;
    struct sim_stall *stall = search->stall;
    if (!sim_counterparts_include(&search->counterparts, statement)) {
        return true;
    }
    if (search->waiting->blocker == NULL) {
        search->waiting->blocker = find_on_its_way(search, statement);
    }
    if (search->count++ < STATEMENTS_MAX) {
        sim_stall_begin_note(stall);
        sim_buffer_add_text(sim_stall_text(stall), "`");
        sim_quote_statement(stall->run, statement, sim_stall_text(stall));
        sim_buffer_add_format(sim_stall_text(stall), "` in %s, ", search->source->name);
        sim_quote_line(stall->run, statement->place.line, sim_stall_text(stall));
        sim_buffer_add_text(sim_stall_text(stall), ": ");
        const struct sim_instance *other =
            add_states(stall, search->source, search->waiting->instance);
        show_counterpart(search, statement, other);
    }
    return true;
}

static void search_coroutines(struct search *search, const struct sim_coroutine *coroutines,
                              uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        search->source = &coroutines[i];
        (void)sim_statements_walk(&coroutines[i].body, note_counterpart, search);
    }
}

/* What the world does is over by now. */
static void search_world(struct search *search) {
    const struct sim_scenario *scenario = search->stall->run->scenario;
    if (search->waiting->statement->kind != SIM_STATEMENT_WAIT) {
        return;
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        const struct sim_world_block *block = &scenario->world_blocks[i];
        for (uint32_t j = 0; j < block->count; j++) {
            const struct sim_world_statement *statement = &block->statements[j];
            if (statement->kind != SIM_WORLD_SIGNAL ||
                statement->signal.index != search->counterparts.object ||
                search->count++ >= STATEMENTS_MAX) {
                continue;
            }
            sim_stall_begin_note(search->stall);
            sim_buffer_add_format(sim_stall_text(search->stall), "`signal %s` by the world, ",
                                  statement->signal.name);
            sim_quote_line(search->stall->run, statement->place.line,
                           sim_stall_text(search->stall));
            sim_buffer_add_text(sim_stall_text(search->stall), ": was at ");
            sim_quote_time(block->at_ns.low, sim_stall_text(search->stall));
            sim_stall_show_hope(search->stall, search->waiting->instance, NULL, "the world",
                                "signalled", false);
        }
    }
}

static void note_unheard(struct sim_stall *stall, const struct sim_stall_waiting *waiting) {
    if (waiting->statement->kind != SIM_STATEMENT_WAIT) {
        return;
    }
    const struct sim_reference *signal = &waiting->statement->as.signal.signal;
    const struct sim_unheard *unheard = &stall->run->unheard[signal->index];
    if (!unheard->is_sent || unheard->time_ns > waiting->instance->instant_ns) {
        return;
    }
    sim_stall_begin_note(stall);
    sim_buffer_add_format(sim_stall_text(stall), "`signal %s` was sent at ", signal->name);
    sim_quote_time(unheard->time_ns, sim_stall_text(stall));
    sim_buffer_add_format(sim_stall_text(stall), " by %s, ",
                          unheard->by != NULL ? unheard->by->name : "the world");
    sim_quote_line(stall->run, unheard->line, sim_stall_text(stall));
    sim_buffer_add_text(sim_stall_text(stall), ", before anybody waited");
    sim_stall_show_hope(stall, waiting->instance, unheard->by, "the world", "signalled too early",
                        false);
}

/* "puts into jobs", which nobody does. */
static void show_nobody(const struct search *search) {
    if (search->stall->view == NULL) {
        return;
    }
    struct sim_buffer deed;
    sim_buffer_init(&deed, search->stall->run->allocator);
    sim_buffer_add_format(&deed, "%s %s", search->counterparts.deed, search->counterparts.about);
    sim_stall_show_deed(search->stall, search->waiting->instance, NULL, "nobody", &deed, false);
}

void sim_stall_note_hopes(struct sim_stall *stall, struct sim_stall_waiting *waiting) {
    const struct sim_scenario *scenario = stall->run->scenario;
    struct search search = {
        .stall = stall,
        .waiting = waiting,
        .counterparts = sim_counterparts_of(stall->run, waiting->statement, waiting->op,
                                            waiting->instance->host),
    };
    if (search.counterparts.kinds == 0) {
        return;
    }
    search_coroutines(&search, scenario->coroutines, scenario->coroutine_count);
    search_coroutines(&search, scenario->routines, scenario->routine_count);
    search_world(&search);
    if (search.count == 0) {
        sim_stall_begin_note(stall);
        sim_buffer_add_format(sim_stall_text(stall), "nothing in this scenario %s %s",
                              search.counterparts.deed, search.counterparts.about);
        show_nobody(&search);
    } else if (search.count > STATEMENTS_MAX) {
        sim_stall_begin_note(stall);
        sim_buffer_add_format(sim_stall_text(stall), "and %" PRIu32 " more statements",
                              search.count - STATEMENTS_MAX);
    }
    note_unheard(stall, waiting);
}

/* ---- Who in particular ---- */

/* How a blocker is brought in: "held by", "the other end has". */
static const char *relation_of(const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_ACQUIRE:
        return "held by ";
    case SIM_STATEMENT_EMIT:
        return "its consumer ";
    case SIM_STATEMENT_CALL:
    case SIM_STATEMENT_JOIN:
    case SIM_STATEMENT_ITERATE:
        return "";
    default:
        return "the other end is with ";
    }
}

/* The statement tells the lock, but not which element of an array. */
static void add_element(struct sim_stall *stall, const struct sim_stall_waiting *waiting) {
    if (waiting->statement->kind == SIM_STATEMENT_ACQUIRE &&
        waiting->statement->as.lock.element != NULL) {
        const struct sim_frame *frame = cog_coro_context(waiting->instance->coro);
        sim_buffer_add_format(sim_stall_text(stall), "%s is ", frame->lock->name);
    }
}

static void note_connection(struct sim_stall *stall, const struct sim_stall_waiting *waiting) {
    const struct sim_run *run = stall->run;
    const struct sim_socket *socket =
        sim_network_socket(&run->network, waiting->instance->host + 1, waiting->op->socket);
    uint32_t from = socket != NULL ? sim_socket_peer_host(socket) : 0;
    if (from == 0) {
        return;
    }
    const struct sim_socket *peer = sim_socket_peer(socket);
    if (run->network.paths[(from - 1) * run->network.host_count + socket->host - 1]
            .is_partitioned) {
        sim_stall_begin_note(stall);
        sim_buffer_add_format(sim_stall_text(stall), "a partition is between %s and %s",
                              run->scenario->hosts[socket->host - 1].name,
                              run->scenario->hosts[from - 1].name);
    }
    if (waiting->blocker == NULL) {
        sim_stall_begin_note(stall);
        sim_buffer_add_text(sim_stall_text(stall), peer == NULL || peer->state == SIM_SOCKET_CLOSED
                                                       ? "the other end is closed"
                                                   : peer->state == SIM_SOCKET_BACKLOG ||
                                                           peer->state == SIM_SOCKET_CONNECTING
                                                       ? "the other end was never accepted"
                                                       : "nobody has the other end any more");
    }
}

static void show_blocker(struct sim_stall *stall, const struct sim_stall_waiting *waiting) {
    if (stall->view == NULL) {
        return;
    }
    const char *relation = relation_of(waiting->statement);
    struct sim_buffer deed;
    sim_buffer_init(&deed, stall->run->allocator);
    if (waiting->statement->kind == SIM_STATEMENT_ACQUIRE) {
        const struct sim_frame *frame = cog_coro_context(waiting->instance->coro);
        sim_buffer_add_format(&deed, "%s, ", frame->lock->name);
    }
    sim_buffer_add_text(&deed, relation[0] != '\0' ? relation : "until it ends");
    sim_stall_show_deed(stall, waiting->instance, waiting->blocker, "", &deed, true);
}

void sim_stall_note_blocker(struct sim_stall *stall, struct sim_stall_waiting *waiting) {
    waiting->blocker =
        sim_definite_blocker(stall->run, waiting->instance, waiting->statement, waiting->op);
    if (waiting->blocker != NULL) {
        sim_stall_begin_note(stall);
        add_element(stall, waiting);
        sim_buffer_add_text(sim_stall_text(stall), relation_of(waiting->statement));
        if (waiting->blocker == waiting->instance) {
            sim_buffer_add_text(sim_stall_text(stall), "itself");
        } else {
            bool is_subject = relation_of(waiting->statement)[0] == '\0';
            add_state(stall, waiting->blocker, is_subject ? "" : ", which");
        }
        show_blocker(stall, waiting);
    }
    if (waiting->statement->kind >= SIM_STATEMENT_CONNECT &&
        waiting->statement->kind <= SIM_STATEMENT_SENDALL) {
        note_connection(stall, waiting);
    }
}
