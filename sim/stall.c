/* stall.c - why nothing can happen any more.
 *
 *     stalled at 20ms: nothing can happen any more, and these wait
 *       receiver  wait ready  line 12, since 3ms
 *         `signal ready` in sender, line 5: sender ended at 20ms
 *       left waits for right waits for left
 */
#include "sim/stall.h"

#include "sim/explanation.h"
#include "sim/quotation.h"
#include "sim/stall_counterparts.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_MAX = 16, STATEMENTS_MAX = 4, INDENT = 2, INDENT_BELOW = 4 };

struct waiting {
    const struct sim_instance *instance;
    const struct cog_op *op; /* null before a step of its own */
    const struct sim_statement *statement;
    const struct sim_instance *blocker; /* who waits too, and would end this wait; or null */
};

struct stall {
    struct sim_run *run;
    struct sim_explanation explanation;
    struct waiting waiting[SHOWN_MAX]; /* the first ones */
    uint32_t shown_count;
    uint32_t count;                    /* of all */
    uint32_t line;                     /* of the first in the foreground */
    bool goes_on;                      /* nothing has stalled but one of them */
    const struct sim_stall_view *view; /* null: nobody looks */
    bool is_out_of_memory;             /* somebody looks, and has not seen all */
    size_t note_start;                 /* in the text, of the note under way */
};

static struct sim_buffer *text_of(struct stall *stall) {
    return &stall->explanation.columns.text;
}

static void begin_note(struct stall *stall) {
    sim_columns_row(&stall->explanation.columns, SIM_SIDE_NONE, INDENT_BELOW);
    stall->note_start = text_of(stall)->length;
}

/* ---- For who looks ---- */

static void show_wait(struct stall *stall, const struct sim_instance *instance,
                      const struct sim_buffer *statement) {
    struct sim_buffer place;
    sim_buffer_init(&place, stall->run->allocator);
    if (instance->line != 0) {
        sim_quote_line(stall->run, instance->line, &place);
    }
    struct sim_stall_wait wait = {.coroutine = cog_coro_tag(instance->coro),
                                  .name = instance->name,
                                  .host = stall->run->scenario->hosts[instance->host].name,
                                  .statement = statement->bytes,
                                  .place = place.bytes != NULL ? place.bytes : "",
                                  .since_ns = instance->instant_ns,
                                  .is_background = instance->is_background};
    if (!statement->has_failed && !place.has_failed && statement->bytes != NULL) {
        stall->view->wait(stall->view->context, &wait);
    }
    stall->is_out_of_memory |= statement->has_failed || place.has_failed;
    sim_buffer_term(&place);
}

/* The note under way tells of a hope. */
static void show_hope(struct stall *stall, const struct sim_instance *waiter,
                      const struct sim_instance *other, const char *name, const char *deed,
                      bool is_certain) {
    const struct sim_buffer *text = text_of(stall);
    struct sim_stall_hope hope = {.waiter = cog_coro_tag(waiter->coro),
                                  .other = other != NULL ? cog_coro_tag(other->coro) : 0,
                                  .other_name = other != NULL ? other->name : name,
                                  .deed = deed,
                                  .words = text->bytes + stall->note_start,
                                  .is_certain = is_certain};
    if (stall->view != NULL && !text->has_failed) {
        stall->view->hope(stall->view->context, &hope);
    }
    stall->is_out_of_memory |= text->has_failed;
}

/* The same with a deed that has been put together, which is given back. */
static void show_deed(struct stall *stall, const struct sim_instance *waiting,
                      const struct sim_instance *other, const char *name, struct sim_buffer *deed,
                      bool is_certain) {
    if (!deed->has_failed) {
        show_hope(stall, waiting, other, name, deed->bytes, is_certain);
    }
    stall->is_out_of_memory |= deed->has_failed;
    sim_buffer_term(deed);
}

/* The statement that an instance waits on. */
static const struct sim_statement *statement_of(const struct sim_instance *instance) {
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    if (frame->has_yielded) {
        return frame->code->instructions[frame->next].statement;
    }
    return frame->next > 0 ? frame->code->instructions[frame->next - 1].statement : NULL;
}

/* Where the order of steps is chosen, who waits for a lock or an end does so before the step that
 * it has yielded for. */
static bool is_waiting(const struct sim_instance *instance) {
    if (instance->has_ended) {
        return false;
    }
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    return (frame->has_yielded || cog_coro_awaits(instance->coro) != NULL) &&
           statement_of(instance) != NULL;
}

static void collect(struct stall *stall) {
    for (const struct sim_instance *instance = stall->run->instances; instance != NULL;
         instance = instance->next) {
        if (!is_waiting(instance)) {
            continue;
        }
        if (stall->shown_count < SHOWN_MAX) {
            stall->waiting[stall->shown_count++] =
                (struct waiting){.instance = instance,
                                 .op = cog_coro_awaits(instance->coro),
                                 .statement = statement_of(instance)};
        }
        stall->count++;
        if (stall->line == 0 && !instance->is_background) {
            stall->line = instance->line;
        }
    }
}

/* ---- What became of others ---- */

/* "sender ended at 20ms", "sender waits itself for `get q`, line 4"; with a joint of ", which",
 * "sender, which ended at 20ms". */
static void add_state(struct stall *stall, const struct sim_instance *instance, const char *joint) {
    struct sim_buffer *text = text_of(stall);
    sim_buffer_add_text(text, instance->name);
    sim_buffer_add_text(text, joint);
    if (instance->has_ended) {
        sim_buffer_add_text(text, instance->status == COG_OK ? " ended at " : " failed at ");
        sim_quote_time(instance->ended_ns, text);
        return;
    }
    if (!is_waiting(instance) && !stall->goes_on) {
        sim_buffer_add_text(text, " did not get there");
        return;
    }
    sim_buffer_add_text(text, stall->goes_on ? " is at `" : " waits itself for `");
    sim_quote_statement(stall->run, statement_of(instance), text);
    sim_buffer_add_text(text, "`, ");
    sim_quote_line(stall->run, instance->line, text);
}

/* Of the instances of one source, the first that waits, else the last that ended, stands for all.
 */
static const struct sim_instance *add_states(struct stall *stall,
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
        sim_buffer_add_format(text_of(stall), "%s %s", source->name,
                              but != NULL && but->source == source ? "is it itself"
                                                                   : "was never started");
        return but != NULL && but->source == source ? but : NULL;
    }
    add_state(stall, shown, "");
    if (count > 1) {
        sim_buffer_add_format(text_of(stall),
                              shown->has_ended ? ", the last of %" PRIu32 : ", one of %" PRIu32,
                              count);
    }
    return shown;
}

/* ---- Who could have ended a wait ---- */

struct search {
    struct stall *stall;
    struct waiting *waiting;
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
            is_waiting(instance) &&
            sim_block_leads_to(&search->source->body, instance->line, statement->place.line)) {
            return instance;
        }
    }
    return NULL;
}

static void show_counterpart(struct search *search, const struct sim_statement *statement,
                             const struct sim_instance *other) {
    struct stall *stall = search->stall;
    if (stall->view == NULL) {
        return;
    }
    struct sim_buffer deed;
    sim_buffer_init(&deed, stall->run->allocator);
    sim_quote_statement(stall->run, statement, &deed);
    sim_buffer_add_text(&deed, ", ");
    sim_quote_line(stall->run, statement->place.line, &deed);
    show_deed(stall, search->waiting->instance, other, search->source->name, &deed, false);
}

static bool note_counterpart(void *context, const struct sim_statement *statement) {
    struct search *search = context;
    struct stall *stall = search->stall;
    if (!sim_counterparts_include(&search->counterparts, statement)) {
        return true;
    }
    if (search->waiting->blocker == NULL) {
        search->waiting->blocker = find_on_its_way(search, statement);
    }
    if (search->count++ < STATEMENTS_MAX) {
        begin_note(stall);
        sim_buffer_add_text(text_of(stall), "`");
        sim_quote_statement(stall->run, statement, text_of(stall));
        sim_buffer_add_format(text_of(stall), "` in %s, ", search->source->name);
        sim_quote_line(stall->run, statement->place.line, text_of(stall));
        sim_buffer_add_text(text_of(stall), ": ");
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
            begin_note(search->stall);
            sim_buffer_add_format(text_of(search->stall), "`signal %s` by the world, ",
                                  statement->signal.name);
            sim_quote_line(search->stall->run, statement->place.line, text_of(search->stall));
            sim_buffer_add_text(text_of(search->stall), ": was at ");
            sim_quote_time(block->at_ns.low, text_of(search->stall));
            show_hope(search->stall, search->waiting->instance, NULL, "the world", "signalled",
                      false);
        }
    }
}

static void note_unheard(struct stall *stall, const struct waiting *waiting) {
    if (waiting->statement->kind != SIM_STATEMENT_WAIT) {
        return;
    }
    const struct sim_reference *signal = &waiting->statement->as.signal.signal;
    const struct sim_unheard *unheard = &stall->run->unheard[signal->index];
    if (!unheard->is_sent || unheard->time_ns > waiting->instance->instant_ns) {
        return;
    }
    begin_note(stall);
    sim_buffer_add_format(text_of(stall), "`signal %s` was sent at ", signal->name);
    sim_quote_time(unheard->time_ns, text_of(stall));
    sim_buffer_add_format(text_of(stall), " by %s, ",
                          unheard->by != NULL ? unheard->by->name : "the world");
    sim_quote_line(stall->run, unheard->line, text_of(stall));
    sim_buffer_add_text(text_of(stall), ", before anybody waited");
    show_hope(stall, waiting->instance, unheard->by, "the world", "signalled too early", false);
}

/* "puts into jobs", which nobody does. */
static void show_nobody(const struct search *search) {
    if (search->stall->view == NULL) {
        return;
    }
    struct sim_buffer deed;
    sim_buffer_init(&deed, search->stall->run->allocator);
    sim_buffer_add_format(&deed, "%s %s", search->counterparts.deed, search->counterparts.about);
    show_deed(search->stall, search->waiting->instance, NULL, "nobody", &deed, false);
}

static void note_counterparts(struct stall *stall, struct waiting *waiting) {
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
        begin_note(stall);
        sim_buffer_add_format(text_of(stall), "nothing in this scenario %s %s",
                              search.counterparts.deed, search.counterparts.about);
        show_nobody(&search);
    } else if (search.count > STATEMENTS_MAX) {
        begin_note(stall);
        sim_buffer_add_format(text_of(stall), "and %" PRIu32 " more statements",
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
static void add_element(struct stall *stall, const struct waiting *waiting) {
    if (waiting->statement->kind == SIM_STATEMENT_ACQUIRE &&
        waiting->statement->as.lock.element != NULL) {
        const struct sim_frame *frame = cog_coro_context(waiting->instance->coro);
        sim_buffer_add_format(text_of(stall), "%s is ", frame->lock->name);
    }
}

static void note_connection(struct stall *stall, const struct waiting *waiting) {
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
        begin_note(stall);
        sim_buffer_add_format(text_of(stall), "a partition is between %s and %s",
                              run->scenario->hosts[socket->host - 1].name,
                              run->scenario->hosts[from - 1].name);
    }
    if (waiting->blocker == NULL) {
        begin_note(stall);
        sim_buffer_add_text(text_of(stall), peer == NULL || peer->state == SIM_SOCKET_CLOSED
                                                ? "the other end is closed"
                                            : peer->state == SIM_SOCKET_BACKLOG ||
                                                    peer->state == SIM_SOCKET_CONNECTING
                                                ? "the other end was never accepted"
                                                : "nobody has the other end any more");
    }
}

static void show_blocker(struct stall *stall, const struct waiting *waiting) {
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
    show_deed(stall, waiting->instance, waiting->blocker, "", &deed, true);
}

static void note_blocker(struct stall *stall, struct waiting *waiting) {
    waiting->blocker =
        sim_definite_blocker(stall->run, waiting->instance, waiting->statement, waiting->op);
    if (waiting->blocker != NULL) {
        begin_note(stall);
        add_element(stall, waiting);
        sim_buffer_add_text(text_of(stall), relation_of(waiting->statement));
        if (waiting->blocker == waiting->instance) {
            sim_buffer_add_text(text_of(stall), "itself");
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

/* ---- Cycles ---- */

static struct waiting *find(struct stall *stall, const struct sim_instance *instance) {
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        if (stall->waiting[i].instance == instance) {
            return &stall->waiting[i];
        }
    }
    return NULL;
}

/* How many steps from one back to it; 0: it is in no cycle, or in one that begins earlier. */
static uint32_t cycle_length(struct stall *stall, struct waiting *first) {
    struct waiting *at = first;
    for (uint32_t length = 1; length <= stall->shown_count; length++) {
        at = find(stall, at->blocker);
        if (at == NULL || at < first) {
            return 0;
        }
        if (at == first) {
            return length;
        }
    }
    return 0;
}

static void note_cycles(struct stall *stall) {
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        struct waiting *at = &stall->waiting[i];
        uint32_t length = cycle_length(stall, at);
        if (length == 0) {
            continue;
        }
        sim_columns_row(&stall->explanation.columns, SIM_SIDE_NONE, INDENT);
        sim_buffer_add_text(text_of(stall), at->instance->name);
        uint32_t ring[SHOWN_MAX];
        for (uint32_t step = 0; step < length; step++) {
            ring[step] = cog_coro_tag(at->instance->coro);
            at = find(stall, at->blocker);
            sim_buffer_add_format(text_of(stall), " waits for %s",
                                  length == 1 ? "itself" : at->instance->name);
        }
        if (stall->view != NULL) {
            stall->view->ring(stall->view->context, ring, length);
        }
    }
}

/* ---- All of it ---- */

static void note_waiting(struct stall *stall, struct waiting *waiting) {
    const struct sim_instance *instance = waiting->instance;
    struct sim_columns *columns = &stall->explanation.columns;
    sim_columns_row(columns, SIM_SIDE_NONE, INDENT);
    sim_buffer_add_format(&columns->text, "%s%s", instance->name,
                          instance->is_background ? " (background)" : "");
    sim_columns_cell(columns);
    sim_quote_statement(stall->run, waiting->statement, &columns->text);
    sim_columns_cell(columns);
    sim_quote_line(stall->run, instance->line, &columns->text);
    if (stall->view != NULL) {
        struct sim_buffer statement;
        sim_buffer_init(&statement, stall->run->allocator);
        sim_quote_statement(stall->run, waiting->statement, &statement);
        show_wait(stall, instance, &statement);
        sim_buffer_term(&statement);
    }
    if (!stall->goes_on) {
        sim_buffer_add_text(&columns->text, ", since ");
        sim_quote_time(instance->instant_ns, &columns->text);
    }
    note_blocker(stall, waiting);
    note_counterparts(stall, waiting);
    sim_explain_concern(&stall->explanation, instance, INT64_MAX);
}

/* The host comes first: C programs know no scenario, and may have names in common. */
static void note_guest(struct stall *stall, const struct sim_instance *guest) {
    struct sim_columns *columns = &stall->explanation.columns;
    const struct cog_op *op = cog_coro_awaits(guest->coro);
    const char *object = cog_op_object_name(op);
    sim_columns_row(columns, SIM_SIDE_NONE, INDENT);
    sim_buffer_add_format(&columns->text, "%s/%s", stall->run->scenario->hosts[guest->host].name,
                          guest->name);
    sim_columns_cell(columns);
    sim_buffer_add_format(&columns->text, "%s%s%s", op->type->name, object[0] != '\0' ? " " : "",
                          object);
    sim_columns_cell(columns);
    if (stall->view != NULL) {
        struct sim_buffer statement;
        sim_buffer_init(&statement, stall->run->allocator);
        sim_buffer_add_format(&statement, "%s%s%s", op->type->name, object[0] != '\0' ? " " : "",
                              object);
        show_wait(stall, guest, &statement);
        sim_buffer_term(&statement);
    }
    sim_buffer_add_text(&columns->text, "in its C program, since ");
    sim_quote_time(guest->instant_ns, &columns->text);
    sim_explain_concern(&stall->explanation, guest, INT64_MAX);
}

/* Coroutines of C programs that wait. */
static uint32_t note_guests(struct stall *stall, bool is_counting) {
    uint32_t count = 0;
    for (const struct sim_instance *guest = stall->run->guests; guest != NULL;
         guest = guest->next) {
        if (guest->has_ended || guest->coro == NULL || cog_coro_awaits(guest->coro) == NULL) {
            continue;
        }
        if (!is_counting && count < SHOWN_MAX) {
            note_guest(stall, guest);
        }
        count++;
    }
    return count;
}

/* ---- What it is, whatever came before ---- */

/* Adds "left at acquire b" of one that waits. */
static void add_wait(struct stall *stall, const struct waiting *waiting, struct sim_buffer *text) {
    sim_buffer_add_format(text, "%s at ", waiting->instance->source->name);
    sim_quote_statement(stall->run, waiting->statement, text);
}

/* Where a text with a NUL stands, in the order of texts, in a buffer of such; *is_new: nowhere yet.
 */
static size_t place_of(const struct sim_buffer *list, const char *text, bool *is_new) {
    size_t at = 0;
    int order = -1;
    while (at < list->length && (order = strcmp(list->bytes + at, text)) < 0) {
        at += strlen(list->bytes + at) + 1;
    }
    *is_new = at == list->length || order != 0;
    return at;
}

/* Puts a text with its NUL into a list at a place. */
static void insert(struct sim_buffer *list, size_t at, const struct sim_buffer *text) {
    size_t bytes = text->length + 1;
    size_t behind = list->length - at;
    sim_buffer_add(list, text->bytes, bytes);
    if (!list->has_failed) {
        memmove(list->bytes + at + bytes, list->bytes + at, behind);
        memcpy(list->bytes + at, text->bytes, bytes);
    }
}

/* Who waits where, each once and in order: the same however many there are of one kind. */
static void identify(struct stall *stall) {
    struct sim_buffer *identity = &stall->explanation.identity;
    struct sim_buffer list;
    sim_buffer_init(&list, stall->run->allocator);
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        struct sim_buffer text;
        bool is_new = false;
        sim_buffer_init(&text, stall->run->allocator);
        add_wait(stall, &stall->waiting[i], &text);
        size_t at = text.has_failed ? 0 : place_of(&list, text.bytes, &is_new);
        if (is_new) {
            insert(&list, at, &text);
        }
        identity->has_failed |= text.has_failed;
        sim_buffer_term(&text);
    }
    sim_buffer_add_text(identity, "stalled");
    for (size_t at = 0; at < list.length; at += strlen(list.bytes + at) + 1) {
        sim_buffer_add_format(identity, "%s %s", at == 0 ? ":" : ";", list.bytes + at);
    }
    identity->has_failed |= list.has_failed;
    sim_buffer_term(&list);
}

void sim_explain_stall(struct sim_run *run) {
    struct stall stall = {.run = run};
    struct sim_buffer first;
    sim_explanation_init(&stall.explanation, run);
    sim_buffer_init(&first, run->allocator);
    collect(&stall);
    uint32_t count = stall.count + note_guests(&stall, true);
    sim_buffer_add_text(&first, "stalled at ");
    sim_quote_time(run->now_ns, &first);
    sim_buffer_add_format(&first, ": nothing can happen any more, and %s",
                          count == 1 ? "this waits" : "these wait");
    for (uint32_t i = 0; i < stall.shown_count; i++) {
        note_waiting(&stall, &stall.waiting[i]);
    }
    if (stall.count > stall.shown_count) {
        sim_columns_row(&stall.explanation.columns, SIM_SIDE_NONE, INDENT);
        sim_buffer_add_format(text_of(&stall), "and %" PRIu32 " more",
                              stall.count - stall.shown_count);
    }
    note_cycles(&stall);
    (void)note_guests(&stall, false);
    identify(&stall);
    if (first.has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        sim_explanation_fail(&stall.explanation, stall.line, first.bytes, first.length);
    }
    sim_buffer_term(&first);
    sim_explanation_term(&stall.explanation);
}

int sim_view_stall(struct sim_run *run, const struct sim_stall_view *view) {
    struct stall stall = {.run = run, .view = view};
    sim_explanation_init(&stall.explanation, run);
    collect(&stall);
    for (uint32_t i = 0; i < stall.shown_count; i++) {
        note_waiting(&stall, &stall.waiting[i]);
    }
    note_cycles(&stall);
    (void)note_guests(&stall, false);
    sim_explanation_term(&stall.explanation);
    return stall.is_out_of_memory ? COG_ENOMEM : COG_OK;
}

void sim_explain_wait(struct sim_run *run, const struct sim_instance *instance,
                      struct sim_buffer *text) {
    struct stall stall = {.run = run, .goes_on = true};
    struct waiting waiting = {.instance = instance,
                              .op = cog_coro_awaits(instance->coro),
                              .statement = statement_of(instance)};
    sim_explanation_init(&stall.explanation, run);
    if (waiting.statement != NULL) {
        note_waiting(&stall, &waiting);
    }
    sim_columns_render(&stall.explanation.columns, text);
    text->has_failed |= text_of(&stall)->has_failed;
    sim_explanation_term(&stall.explanation);
}
