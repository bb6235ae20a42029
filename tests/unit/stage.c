/* stage.c - the five seams as a test wants them, and what is checked all the time. */
#include "tests/unit/stage.h"

#include "tests/unit/stage_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RUNS_MAX = 20000 };

void stage_write(struct stage_text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int bytes =
        vsnprintf(text->text + text->bytes, sizeof text->text - text->bytes, format, arguments);
    va_end(arguments);
    assert_in_range(bytes, 0, sizeof text->text - text->bytes - 1);
    text->bytes += (size_t)bytes;
}

void stage_clear(struct stage_text *text) {
    text->bytes = 0;
    text->text[0] = '\0';
}

uint64_t stage_draw(uint64_t *random, uint64_t bound) {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random % bound;
}

/* ---- Clock and proactor ---- */

static int64_t tell_now_ns(void *context) {
    return ((const struct stage *)context)->now_ns;
}

static void attach(void *context, struct cog_scheduler *scheduler) {
    ((struct stage *)context)->scheduler = scheduler;
}

static void detach(void *context) {
    ((struct stage *)context)->is_detached = true;
}

static struct stage_cue *find_answer(struct stage *stage, int32_t socket) {
    for (size_t i = 0; i < stage->cue_count; i++) {
        struct stage_cue *cue = &stage->cues[i];
        if (cue->kind == STAGE_ANSWER && !cue->is_played && cue->socket == socket) {
            return cue;
        }
    }
    return NULL;
}

/* Operations held on a socket that is closed end with the next run. */
static void close_held(struct stage *stage, int32_t socket) {
    for (struct cog_link *link = stage->held.next; link != &stage->held; link = link->next) {
        if (cog_container_of(link, struct cog_op, link)->socket == socket) {
            stage_cue(stage, stage->now_ns, STAGE_COMPLETE, socket, COG_ECLOSED, 0);
        }
    }
}

static int hold(struct stage *stage, struct cog_op *op) {
    cog_list_push_back(&stage->held, &op->link);
    stage->held_count++;
    return COG_PENDING;
}

static bool moves_bytes(const struct cog_op *op) {
    return op->type->kind >= COG_OP_RECV && op->type->kind <= COG_OP_SENDFILE;
}

static bool opens_socket(const struct cog_op *op) {
    return op->type->kind >= COG_OP_LISTEN && op->type->kind <= COG_OP_CONNECT;
}

/* So many bytes come or go, as a cue says; or that is the number of the new socket. */
static void move_bytes(struct stage *stage, struct cog_op *op, const struct stage_cue *cue) {
    if (opens_socket(op) && cue->bytes > 0) {
        op->socket = (int32_t)cue->bytes;
    }
    if (!moves_bytes(op)) {
        return;
    }
    if (cue->text != NULL) {
        assert_true(op->u.io.done + cue->bytes <= op->u.io.bytes);
        memcpy(op->u.io.buffer + op->u.io.done, cue->text, cue->bytes);
    }
    if (op->type->kind >= COG_OP_SEND && op->socket == stage->sent_socket) {
        assert_true(op->u.io.done + cue->bytes <= op->u.io.bytes);
        stage_write(&stage->sent, "%.*s", (int)cue->bytes, op->u.io.buffer + op->u.io.done);
    }
    op->u.io.done += cue->bytes;
}

static int submit(void *context, struct cog_op *op, bool try_first) {
    struct stage *stage = context;
    stage->submit_count++;
    stage->was_tried_first = try_first;
    if (op->type->kind == COG_OP_CLOSE) {
        close_held(stage, op->socket);
        return COG_OK;
    }
    if (op->type->kind == COG_OP_LISTEN || op->type->kind == COG_OP_SHUTDOWN) {
        op->socket = op->type->kind == COG_OP_LISTEN ? STAGE_LISTENER : op->socket;
        return COG_OK;
    }
    struct stage_cue *answer = try_first ? find_answer(stage, op->socket) : NULL;
    if (answer == NULL) {
        return hold(stage, op);
    }
    answer->is_played = true;
    move_bytes(stage, op, answer);
    return answer->status;
}

static void release(struct stage *stage, struct cog_op *op) {
    cog_link_remove(&op->link);
    stage->held_count--;
}

static bool cancel(void *context, struct cog_op *op) {
    struct stage *stage = context;
    if (stage->stuck_socket >= 0 && op->socket == stage->stuck_socket) {
        return false;
    }
    release(stage, op);
    return true;
}

static void play(struct stage *stage, struct stage_cue *cue) {
    cue->is_played = true;
    if (cue->kind == STAGE_POST) {
        (void)stage_post(&stage->objects[cue->socket], (int64_t)cue->bytes);
        return;
    }
    for (struct cog_link *link = stage->held.next; link != &stage->held; link = link->next) {
        struct cog_op *op = cog_container_of(link, struct cog_op, link);
        if (op->socket != cue->socket) {
            continue;
        }
        move_bytes(stage, op, cue);
        if (cue->kind == STAGE_ACTIVITY) {
            cog_proactor_activity(stage->scheduler, op);
        } else {
            release(stage, op);
            cog_proactor_complete(stage->scheduler, op, cue->status);
        }
        return;
    }
}

static int64_t next_cue_ns(const struct stage *stage) {
    int64_t next_ns = INT64_MAX;
    for (size_t i = 0; i < stage->cue_count; i++) {
        const struct stage_cue *cue = &stage->cues[i];
        if (cue->kind != STAGE_ANSWER && !cue->is_played && cue->time_ns < next_ns) {
            next_ns = cue->time_ns;
        }
    }
    return next_ns;
}

static int run(void *context, int64_t timeout_ns) {
    struct stage *stage = context;
    assert_true(timeout_ns >= 0);
    if (++stage->run_count > RUNS_MAX) {
        return COG_EPROACTOR;
    }
    stage_write(&stage->sleeps, "%lld\n", (long long)timeout_ns);
    int64_t wake_ns =
        stage->now_ns > INT64_MAX - timeout_ns ? INT64_MAX : stage->now_ns + timeout_ns;
    int64_t cue_ns = next_cue_ns(stage);
    wake_ns = cue_ns < wake_ns ? cue_ns : wake_ns;
    stage->now_ns = wake_ns > stage->now_ns ? wake_ns : stage->now_ns;
    for (size_t i = 0; i < stage->cue_count; i++) {
        struct stage_cue *cue = &stage->cues[i];
        if (cue->kind != STAGE_ANSWER && !cue->is_played && cue->time_ns <= stage->now_ns) {
            play(stage, cue);
        }
    }
    return stage->run_status;
}

static size_t count_held(const void *context) {
    return ((const struct stage *)context)->held_count;
}

static int close_socket(void *context, int32_t socket) {
    struct stage *stage = context;
    if (socket < 0) {
        return COG_EBADSOCKET;
    }
    close_held(stage, socket);
    return COG_OK;
}

static void wake(void *context) {
    ((struct stage *)context)->wake_count++;
}

static const struct cog_proactor_ops proactor_ops = {
    .name = "stage",
    .attach = attach,
    .submit = submit,
    .cancel = cancel,
    .run = run,
    .held_count = count_held,
    .close_socket = close_socket,
    .detach = detach,
    .wake = wake,
};

void stage_cue(struct stage *stage, int64_t time_ns, enum stage_cue_kind kind, int32_t socket,
               int status, size_t bytes) {
    assert_true(stage->cue_count < STAGE_CUES_MAX);
    stage->cues[stage->cue_count++] = (struct stage_cue){
        .time_ns = time_ns, .kind = kind, .socket = socket, .status = status, .bytes = bytes};
}

void stage_cue_text(struct stage *stage, int64_t time_ns, enum stage_cue_kind kind, int32_t socket,
                    const char *text) {
    stage_cue(stage, time_ns, kind, socket, COG_OK, strlen(text));
    stage->cues[stage->cue_count - 1].text = text;
}

/* ---- Picker ---- */

static size_t pick(struct stage *stage, size_t count) {
    size_t picked = 0;
    if (stage->picks[0] != '\0') {
        picked = (size_t)(*stage->picks++ - '0');
    }
    assert_true(picked < count);
    stage_write(&stage->choices, "-> %zu\n", picked);
    return picked;
}

static size_t pick_ready(void *context, struct cog_coro *const *candidates, size_t count) {
    struct stage *stage = context;
    if (stage->pick_random != 0) {
        return (size_t)stage_draw(&stage->pick_random, count);
    }
    stage_write(&stage->choices, "ready ");
    for (size_t i = 0; i < count; i++) {
        stage_write(&stage->choices, "%s ", cog_coro_name(candidates[i]));
    }
    return pick(stage, count);
}

static size_t pick_expired(void *context, struct cog_op *const *candidates, size_t count) {
    struct stage *stage = context;
    if (stage->pick_random != 0) {
        return (size_t)stage_draw(&stage->pick_random, count);
    }
    stage_write(&stage->choices, "expired ");
    for (size_t i = 0; i < count; i++) {
        stage_write(&stage->choices, "%s ", cog_coro_name(cog_op_coro(candidates[i])));
    }
    return pick(stage, count);
}

void stage_use_picker(struct stage *stage, const char *picks) {
    static const struct cog_picker_ops ops = {.pick_ready = pick_ready,
                                              .pick_expired = pick_expired};
    stage->picks = picks;
    stage->options.picker = (struct cog_picker){.ops = &ops, .context = stage};
}

/* ---- The stage ---- */

struct stage *stage_new(void) {
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    tally_init(&stage->tally);
    stage->options = (struct cog_scheduler_options){
        .allocator = &stage->tally.allocator,
        .clock = {.now_ns = tell_now_ns, .context = stage},
        .proactor = {.ops = &proactor_ops, .context = stage},
        .observer = stage_watch_observer(stage),
    };
    cog_list_init(&stage->held);
    cog_list_init(&stage->gates);
    stage->stuck_socket = -1;
    stage->sent_socket = -1;
    return stage;
}

int stage_open(struct stage *stage) {
    return cog_scheduler_new(&stage->options, &stage->scheduler);
}

/* Nothing is left to be cleaned up. */
static void check_ends(struct stage *stage) {
    for (size_t i = 0; i < stage->cleanup_count; i++) {
        assert_false(stage->cleanups[i].is_due);
    }
    for (size_t i = 0; i < stage->local_count; i++) {
        assert_int_equal(stage->locals[i].destroyed_count, 1);
    }
    assert_int_equal(stage->gate_count, 0);
    stage->cleanup_count = 0;
    stage->local_count = 0;
}

size_t stage_close(struct stage *stage) {
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    stage_free_objects(stage);
    for (size_t i = 0; i < stage->actor_count; i++) {
        cog_coro_release(stage->actors[i].coro);
    }
    stage->actor_count = 0;
    check_ends(stage);
    return stage->tally.live_count + stage->tally.stack_count;
}

void stage_free(struct stage *stage) {
    free(stage);
}

int stage_setup(void **state) {
    *state = stage_new();
    return 0;
}

int stage_teardown(void **state) {
    struct stage *stage = *state;
    size_t left_count = stage_close(stage);
    if (left_count > 0) {
        print_error("%zu blocks of memory are left\n", left_count);
    }
    stage_free(stage);
    return left_count > 0 ? -1 : 0;
}

static void check(struct stage *stage) {
    const char *failure = cog_scheduler_check(stage->scheduler);
    if (failure == NULL) {
        failure = stage_watch_check(stage);
    }
    if (failure != NULL) {
        fail_msg("at %lld ns: %s; the log so far:\n%s", (long long)stage->now_ns, failure,
                 stage->log.text);
    }
}

int stage_iterate(struct stage *stage) {
    int status = cog_iter_run(stage->scheduler);
    check(stage);
    return status;
}

int stage_run(struct stage *stage) {
    int status;
    do {
        status = stage_iterate(stage);
    } while (status == COG_MORE);
    return status;
}

void stage_expect(struct stage *stage, int status, const char *log) {
    int run_status = stage_run(stage);
    assert_string_equal(stage->log.text, log);
    assert_string_equal(cog_status_name(run_status), cog_status_name(status));
}
