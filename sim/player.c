/* player.c - a proactor and a clock that read their answers from a recording. */
#include "sim/player.h"

#include "core/recording_writer.h"
#include "core/serials.h"
#include "sim/language/buffer.h"
#include "sim/quotation.h"
#include "sim/tracer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

struct player {
    const struct cog_allocator *allocator;
    const struct sim_player_options *options;
    struct sim_played *played;
    struct sim_recording_reader reader;
    struct sim_recorded_event next; /* if has_next */
    bool has_next;
    struct cog_scheduler *scheduler;
    struct cog_op **ops; /* that are held, by serial */
    size_t op_capacity;
    struct cog_serials serials; /* and theirs */
    size_t held_count;
    uint64_t serial;
    struct cog_op *submitting; /* under its serial, which is the latest */
    int64_t now_ns;
    int64_t first_ns;
    bool has_begun; /* a time has been told */
    bool is_out_of_memory;
    struct sim_trace_writer writer;
    struct sim_tracer tracer;
    struct sim_tracer_host tracer_host;
    struct cog_observer_ops observer_ops;
    struct cog_observer inner_observer;
};

/* ---- Reading on ---- */

static void advance(struct player *player) {
    player->has_next = sim_recording_next(&player->reader, &player->next);
}

static bool is_next(const struct player *player, enum cog_recorded kind) {
    return player->has_next && player->next.kind == (unsigned)kind;
}

static const char *const op_names[] = {
    [COG_OP_LISTEN] = "listen",     [COG_OP_BIND] = "bind",         [COG_OP_ACCEPT] = "accept",
    [COG_OP_CONNECT] = "connect",   [COG_OP_RECV] = "recv",         [COG_OP_RECVALL] = "recvall",
    [COG_OP_RECVLINE] = "recvline", [COG_OP_RECVFROM] = "recvfrom", [COG_OP_SEND] = "send",
    [COG_OP_SENDALL] = "sendall",   [COG_OP_SENDTO] = "sendto",     [COG_OP_SENDFILE] = "sendfile",
    [COG_OP_SHUTDOWN] = "shutdown", [COG_OP_CLOSE] = "close",
};

static void add_submit(struct sim_buffer *text, enum cog_op_kind kind, int32_t socket,
                       uint64_t bytes) {
    sim_buffer_add_text(text, op_names[kind]);
    if (socket >= 0) {
        sim_buffer_add_format(text, " on socket %" PRId32, socket);
    }
    if (bytes > 0) {
        sim_buffer_add_format(text, ", %" PRIu64 " bytes", bytes);
    }
}

static void add_event(struct sim_buffer *text, const struct player *player) {
    const struct sim_recorded_event *event = &player->next;
    if (!player->has_next) {
        sim_buffer_add_text(text, "the end of the recording");
        return;
    }
    switch (event->kind) {
    case COG_RECORDED_SUBMIT:
        add_submit(text, event->op, event->socket, event->bytes);
        break;
    case COG_RECORDED_CANCEL:
        sim_buffer_add_format(text, "operation %" PRIu64 ", a %s, is taken back", event->serial,
                              op_names[event->op]);
        break;
    case COG_RECORDED_CLOSE:
        sim_buffer_add_format(text, "socket %" PRId32 " is closed", event->socket);
        break;
    case COG_RECORDED_CLOCK:
        sim_buffer_add_text(text, "the time is asked for");
        break;
    case COG_RECORDED_RUN:
    case COG_RECORDED_COMPLETE:
    case COG_RECORDED_ACTIVITY:
        sim_buffer_add_text(text, "a look at the sockets");
        break;
    default:
        sim_buffer_add_text(text, "something else");
        break;
    }
}

/* The program does something else than what was recorded: what that is, in words. */
static void depart(struct player *player, const struct sim_buffer *instead) {
    struct sim_played *played = player->played;
    struct sim_buffer text;
    if (played->has_departed) {
        return;
    }
    played->has_departed = true;
    sim_buffer_init(&text, player->allocator);
    sim_buffer_add_text(&text, "recorded: ");
    add_event(&text, player);
    sim_buffer_add_format(&text, "\nnow:      %s",
                          instead->has_failed || instead->length == 0 ? "" : instead->bytes);
    (void)snprintf(played->departure, sizeof played->departure, "%s",
                   text.has_failed ? "" : text.bytes);
    sim_buffer_term(&text);
}

static void depart_with(struct player *player, const char *what) {
    struct sim_buffer instead;
    sim_buffer_init(&instead, player->allocator);
    sim_buffer_add_text(&instead, what);
    depart(player, &instead);
    sim_buffer_term(&instead);
}

/* The recording is at its end, or has been left: nothing can be answered any more. */
static bool is_over(const struct player *player) {
    return !player->has_next || player->played->has_departed;
}

/* ---- Results ---- */

static void give_result(struct player *player, struct cog_op *op,
                        const struct sim_recorded_result *result) {
    enum cog_op_kind kind = op->type->kind;
    if (kind == COG_OP_LISTEN || kind == COG_OP_BIND || kind == COG_OP_ACCEPT ||
        kind == COG_OP_CONNECT) {
        op->socket = result->socket;
        return;
    }
    if (kind < COG_OP_RECV || kind > COG_OP_SENDFILE) {
        return;
    }
    if (kind != COG_OP_SENDFILE && result->done > op->u.io.bytes) {
        player->reader.is_corrupt = true; /* more than there is room for */
        return;
    }
    op->u.io.done = (size_t)result->done;
    if (kind <= COG_OP_RECVFROM && result->data != NULL) {
        memcpy(op->u.io.buffer, result->data, (size_t)result->done);
    }
    if (kind == COG_OP_RECVFROM && op->object != NULL) {
        size_t room = (size_t)op->value.bits;
        size_t bytes = result->address_bytes < room ? (size_t)result->address_bytes : room;
        if (bytes > 0) {
            memcpy(op->object, result->address, bytes);
        }
        op->value.bits = result->address_bytes;
    }
}

static void tell_activity(struct player *player) {
    uint64_t serial = player->next.serial;
    bool is_held = serial < player->op_capacity && player->ops[serial] != NULL;
    struct cog_op *op = player->submitting != NULL && serial == player->serial ? player->submitting
                        : is_held                                              ? player->ops[serial]
                                                                               : NULL;
    if (op == NULL) {
        player->reader.is_corrupt = true;
        player->has_next = false;
        return;
    }
    op->u.io.done = (size_t)player->next.result.done;
    advance(player);
    cog_proactor_activity(player->scheduler, op);
}

/* ---- Operations that are held ---- */

static bool hold(struct player *player, struct cog_op *op) {
    size_t capacity = player->op_capacity > 0 ? player->op_capacity : 1024;
    while (capacity <= player->serial) {
        capacity *= 2;
    }
    if (capacity > player->op_capacity) {
        struct cog_op **grown = cog_allocate_zeroed(player->allocator, capacity, sizeof grown[0]);
        if (grown == NULL) {
            return false;
        }
        if (player->op_capacity > 0) {
            memcpy(grown, player->ops, player->op_capacity * sizeof grown[0]);
        }
        cog_release(player->allocator, player->ops, player->op_capacity * sizeof grown[0]);
        player->ops = grown;
        player->op_capacity = capacity;
    }
    if (!cog_serials_add(&player->serials, op, player->serial)) {
        return false;
    }
    player->ops[player->serial] = op;
    player->held_count++;
    return true;
}

static void let_go(struct player *player, uint64_t serial) {
    cog_serials_remove(&player->serials, player->ops[serial]);
    player->ops[serial] = NULL;
    player->held_count--;
}

/* ---- The proactor ---- */

static void attach(void *context, struct cog_scheduler *scheduler) {
    ((struct player *)context)->scheduler = scheduler;
}

static bool is_same(const struct player *player, const struct cog_op *op, int32_t socket,
                    uint64_t bytes, bool *is_other_text) {
    const struct sim_recorded_event *event = &player->next;
    enum cog_op_kind kind = op->type->kind;
    bool is_sent = kind == COG_OP_SEND || kind == COG_OP_SENDALL || kind == COG_OP_SENDTO;
    bool is_alike = is_next(player, COG_RECORDED_SUBMIT) && event->op == kind &&
                    event->socket == socket && event->bytes == bytes;
    *is_other_text =
        is_alike && is_sent && event->sent_hash != XXH3_64bits(op->u.io.buffer, op->u.io.bytes);
    return is_alike && !*is_other_text;
}

static void depart_at_submit(struct player *player, const struct cog_op *op, int32_t socket,
                             uint64_t bytes, bool is_other_text) {
    struct sim_buffer instead;
    sim_buffer_init(&instead, player->allocator);
    add_submit(&instead, op->type->kind, socket, bytes);
    if (is_other_text) {
        enum { SHOWN = 200 };
        size_t shown = op->u.io.bytes < SHOWN ? op->u.io.bytes : SHOWN;
        sim_buffer_add_text(&instead, ", others than then: ");
        sim_quote_text(op->u.io.buffer, shown, &instead);
    }
    depart(player, &instead);
    sim_buffer_term(&instead);
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct player *player = context;
    enum cog_op_kind kind = op->type->kind;
    bool is_new = kind == COG_OP_LISTEN || kind == COG_OP_BIND || kind == COG_OP_CONNECT;
    int32_t socket = is_new ? -1 : op->socket;
    uint64_t bytes = kind >= COG_OP_RECV && kind <= COG_OP_SENDFILE ? op->u.io.bytes : 0;
    bool is_other_text;
    (void)try_first;
    player->serial++;
    player->submitting = op;
    while (!is_over(player) && is_next(player, COG_RECORDED_ACTIVITY)) {
        tell_activity(player);
    }
    player->submitting = NULL;
    if (is_over(player)) {
        return COG_ECLOSED;
    }
    if (!is_same(player, op, socket, bytes, &is_other_text)) {
        depart_at_submit(player, op, socket, bytes, is_other_text);
        return COG_ECLOSED;
    }
    int status = player->next.status;
    give_result(player, op, &player->next.result);
    if (status == COG_PENDING && !hold(player, op)) {
        player->is_out_of_memory = true;
        return COG_ENOMEM;
    }
    advance(player);
    return status;
}

static bool cancel(void *context, struct cog_op *op) {
    struct player *player = context;
    uint64_t serial = cog_serials_find(&player->serials, op);
    bool is_cancelled = true;
    if (!is_over(player) &&
        !(is_next(player, COG_RECORDED_CANCEL) && player->next.serial == serial)) {
        struct sim_buffer instead;
        sim_buffer_init(&instead, player->allocator);
        sim_buffer_add_format(&instead, "operation %" PRIu64 ", a %s, is taken back", serial,
                              op_names[op->type->kind]);
        depart(player, &instead);
        sim_buffer_term(&instead);
    }
    if (!is_over(player)) {
        is_cancelled = player->next.is_cancelled;
        if (is_cancelled) {
            give_result(player, op, &player->next.result);
        }
        advance(player);
    }
    if (is_cancelled && serial > 0) {
        let_go(player, serial);
    }
    return is_cancelled;
}

static void complete(struct player *player) {
    uint64_t serial = player->next.serial;
    struct cog_op *op = serial < player->op_capacity ? player->ops[serial] : NULL;
    if (op == NULL) {
        player->reader.is_corrupt = true;
        player->has_next = false;
        return;
    }
    int status = player->next.status;
    give_result(player, op, &player->next.result);
    let_go(player, serial);
    advance(player);
    cog_proactor_complete(player->scheduler, op, status);
}

static int run(void *context, int64_t timeout_ns) {
    struct player *player = context;
    (void)timeout_ns;
    while (!is_over(player)) {
        if (is_next(player, COG_RECORDED_ACTIVITY)) {
            tell_activity(player);
        } else if (is_next(player, COG_RECORDED_COMPLETE)) {
            complete(player);
        } else if (is_next(player, COG_RECORDED_RUN)) {
            int status = player->next.status;
            advance(player);
            return status;
        } else {
            depart_with(player, "a look at the sockets");
        }
    }
    return COG_ESTOPPED;
}

static size_t held_count(const void *context) {
    const struct player *player = context;
    return player->held_count;
}

static int close_socket(void *context, int32_t socket) {
    struct player *player = context;
    if (is_over(player)) {
        return COG_OK;
    }
    if (!is_next(player, COG_RECORDED_CLOSE) || player->next.socket != socket) {
        struct sim_buffer instead;
        sim_buffer_init(&instead, player->allocator);
        sim_buffer_add_format(&instead, "socket %" PRId32 " is closed", socket);
        depart(player, &instead);
        sim_buffer_term(&instead);
        return COG_OK;
    }
    int status = player->next.status;
    advance(player);
    return status;
}

/* Other threads were not recorded: nobody wakes it. */
static void wake(void *context) {
    (void)context;
}

static const struct cog_proactor_ops proactor_ops = {.name = "recording",
                                                     .attach = attach,
                                                     .submit = submit,
                                                     .cancel = cancel,
                                                     .run = run,
                                                     .held_count = held_count,
                                                     .close_socket = close_socket,
                                                     .wake = wake};

/* ---- The clock ---- */

static int64_t now_ns(void *context) {
    struct player *player = context;
    if (is_over(player)) {
        return player->now_ns;
    }
    if (!is_next(player, COG_RECORDED_CLOCK)) {
        depart_with(player, "the time is asked for");
        return player->now_ns;
    }
    player->now_ns += player->next.clock_delta;
    player->first_ns = player->has_begun ? player->first_ns : player->now_ns;
    player->has_begun = true;
    advance(player);
    return player->now_ns;
}

/* ---- The trace ---- */

static int64_t traced_now_ns(void *context) {
    const struct player *player = context;
    return player->now_ns - player->first_ns;
}

static int64_t traced_world_ns(void *context, uint32_t host, int64_t host_ns) {
    const struct player *player = context;
    (void)host;
    return host_ns == INT64_MAX ? host_ns : host_ns - player->first_ns;
}

static void observe(void *context, const struct cog_event *event) {
    struct player *player = context;
    if (!player->writer.is_off) {
        player->inner_observer.ops->event(player->inner_observer.context, event);
    }
}

static void note(void *context, struct cog_coro *coro, const char *text) {
    struct player *player = context;
    if (!player->writer.is_off) {
        sim_tracer_log(&player->tracer, text, strlen(text), 0);
    }
    if (player->options->noted != NULL) {
        player->options->noted(player->options->context, player->now_ns - player->first_ns,
                               cog_coro_name(coro), text);
    }
}

static int open_trace(struct player *player) {
    const struct sim_player_options *options = player->options;
    player->writer.is_off = options->trace_path == NULL;
    if (!player->writer.is_off) {
        int status = sim_trace_writer_open(&player->writer, player->allocator, options->trace_path);
        if (status != COG_OK) {
            return status;
        }
    }
    struct sim_tracer_clock clock = {
        .now_ns = traced_now_ns, .world_ns = traced_world_ns, .context = player};
    sim_tracer_init(&player->tracer, player->allocator, &player->writer, clock);
    const char *path = options->program_path != NULL ? options->program_path : "program";
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    sim_tracer_run(&player->tracer, name, strlen(name), 0);
    sim_tracer_host_declared(&player->tracer, 1, "recorded", 0, 0);
    player->tracer_host = (struct sim_tracer_host){.tracer = &player->tracer, .host = 1};
    player->inner_observer = sim_tracer_observer(&player->tracer_host);
    return COG_OK;
}

static int close_trace(struct player *player, int status) {
    if (!player->writer.is_off && status == COG_OK) {
        sim_tracer_finish(&player->tracer, player->played->has_departed ? "failed" : "ok");
        status = sim_trace_writer_finish(&player->writer, &player->played->trace_hash);
    } else if (!player->writer.is_off) {
        sim_trace_writer_abandon(&player->writer);
    }
    sim_tracer_term(&player->tracer);
    return status;
}

/* ---- Playing ---- */

static enum cog_switch switch_of(int64_t bits, int64_t bit) {
    return (bits & bit) != 0 ? COG_ON : COG_OFF;
}

static int make_scheduler(struct player *player) {
    if (!is_next(player, COG_RECORDED_OPTIONS)) {
        return COG_ECORRUPT;
    }
    const int64_t *recorded = player->next.options;
    struct cog_scheduler_options options = {
        .allocator = player->allocator,
        .clock = {.now_ns = now_ns, .context = player},
        .proactor = {.ops = &proactor_ops, .context = player},
        .observer = {.ops = &player->observer_ops, .context = player},
        .default_priority = (enum cog_priority)recorded[0],
        .default_timeout_ns = recorded[1],
        .proactor_resolution_ns = recorded[2],
        .proactor_default_size = (size_t)recorded[3],
        .proactor_greedy = switch_of(recorded[4], 1),
        .ops_greedy = switch_of(recorded[4], 2),
        .proactor_multiplex_first = switch_of(recorded[4], 4),
    };
    advance(player);
    struct cog_scheduler *scheduler = NULL;
    return cog_scheduler_new(&options, &scheduler);
}

/* The program in its scheduler, from its start to where the recording, or it, ends. */
static int run_main(struct player *player, sim_image_main main) {
    struct sim_played *played = player->played;
    played->status = main(player->scheduler);
    if (played->status != COG_OK) {
        (void)snprintf(played->departure, sizeof played->departure, "it does not start: %s",
                       cog_status_name(played->status));
        return COG_EINVALID;
    }
    played->status = cog_run(player->scheduler);
    if (player->has_next && !played->has_departed) {
        depart_with(player,
                    played->status == COG_OK ? "it has ended" : cog_status_name(played->status));
    }
    return COG_OK;
}

static int run_program(struct player *player) {
    struct sim_played *played = player->played;
    struct sim_image image = {.handle = NULL};
    struct sim_image_problem problem;
    sim_image_main main = player->options->main;
    int status =
        main == NULL ? sim_image_open(&image, player->options->program_path, &problem) : COG_OK;
    if (status != COG_OK) {
        (void)snprintf(played->departure, sizeof played->departure, "%s (%s)", problem.what,
                       problem.help);
        return COG_EINVALID;
    }
    status = make_scheduler(player);
    if (status != COG_OK) {
        sim_image_close(&image);
        return status;
    }
    status = run_main(player, main != NULL ? main : image.main);
    played->is_whole = !player->has_next && player->reader.recording->is_whole;
    played->event_count = player->reader.event_count - (player->has_next ? 1 : 0);
    played->submit_count = player->serial;
    played->duration_ns = player->now_ns - player->first_ns;
    bool is_corrupt = player->reader.is_corrupt;
    player->has_next = false; /* what it does while it is taken down is nobody's business */
    cog_scheduler_free(player->scheduler);
    sim_image_close(&image);
    return is_corrupt ? COG_ECORRUPT : status;
}

int sim_play(const struct sim_player_options *options, struct sim_played *played) {
    *played = (struct sim_played){.event_count = 0};
    if (options->recording->hashes_data) {
        (void)snprintf(played->departure, sizeof played->departure,
                       "it holds hashes in place of the bytes that were received");
        return COG_EINVALID;
    }
    struct player player = {.options = options, .played = played};
    player.allocator = options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    player.observer_ops = (struct cog_observer_ops){.event = observe, .noted = note};
    sim_recording_reader_init(&player.reader, options->recording);
    cog_serials_init(&player.serials, player.allocator);
    int status = open_trace(&player);
    if (status == COG_OK) {
        advance(&player);
        status = run_program(&player);
        status = player.is_out_of_memory ? COG_ENOMEM : status;
        status = close_trace(&player, status);
    }
    sim_recording_reader_term(&player.reader);
    cog_serials_term(&player.serials);
    cog_release(player.allocator, player.ops, player.op_capacity * sizeof player.ops[0]);
    return status;
}
