/* order_vectors.c - runs the programs of order vectors through the C API and compares every log
 * entry.
 *
 *   order_vectors [FILE...]      by default the vectors that come with the project
 *
 * A vector is a program over scheduler operations and the log that cogen 0.2.1 produced for it:
 * (ms, coroutine, message) in order. Exit: 0 all match, 1 some do not, 2 a file is not one of
 * vectors.
 */
#include "core/cogen.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUES_MAX = 64, NAMES_MAX = 256, NS_PER_MS = 1000000 };

/* One program while it runs. */
struct run {
    const json_t *program;
    struct cog_scheduler *scheduler;
    int64_t now_ns;
    struct {
        const char *name;
        struct cog_queue *queue;
    } queues[QUEUES_MAX];
    size_t queue_count;
    struct {
        const char *name;
        struct cog_channel *channel;
        struct cog_signal *signal;
    } names[NAMES_MAX];
    size_t name_count;
    json_t *log;
    const char *error; /* the program is not one of ours */
};

/* Context of a coroutine that runs one body. */
struct body {
    struct run *run;
    const char *name;
    const json_t *statements;
    size_t next; /* index of the statement to run next */
    bool has_started;
    const json_t *waits;    /* the statement whose operation it waits on, or null */
    struct cog_coro *other; /* the coroutine that statement is about, held; or null */
};

static void write_log(struct run *run, const char *name, const char *message) {
    json_t *entry = json_pack("[I,s,s]", (json_int_t)(run->now_ns / NS_PER_MS), name, message);
    if (entry == NULL || json_array_append_new(run->log, entry) != 0) {
        run->error = "out of memory";
    }
}

static const char *text_at(const json_t *statement, size_t index) {
    const char *text = json_string_value(json_array_get(statement, index));
    return text != NULL ? text : "";
}

static int64_t number_at(const json_t *statement, size_t index) {
    return (int64_t)json_integer_value(json_array_get(statement, index));
}

static enum cog_priority priority_of(struct run *run, const char *name) {
    static const struct {
        const char *name;
        enum cog_priority priority;
    } table[] = {{"last", COG_LAST},
                 {"coro", COG_CORO},
                 {"op", COG_OP},
                 {"first", COG_FIRST},
                 {"default", COG_DEFAULT}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(name, table[i].name) == 0) {
            return table[i].priority;
        }
    }
    run->error = "unknown priority";
    return COG_LAST;
}

static struct cog_queue *queue_of(struct run *run, const char *name) {
    for (size_t i = 0; i < run->queue_count; i++) {
        if (strcmp(run->queues[i].name, name) == 0) {
            return run->queues[i].queue;
        }
    }
    run->error = "unknown queue";
    return run->queues[0].queue;
}

/* The index of the signal or channel of that name, made when it is first used. */
static size_t name_index(struct run *run, const char *name, bool is_channel) {
    for (size_t i = 0; i < run->name_count; i++) {
        if ((run->names[i].channel != NULL) == is_channel &&
            strcmp(run->names[i].name, name) == 0) {
            return i;
        }
    }
    if (run->name_count == NAMES_MAX) {
        run->error = "too many names";
        return 0;
    }
    size_t i = run->name_count++;
    run->names[i].name = name;
    int status = is_channel ? cog_channel_new(run->scheduler, NULL, &run->names[i].channel)
                            : cog_signal_new(run->scheduler, NULL, &run->names[i].signal);
    if (status != COG_OK) {
        run->error = "out of memory";
    }
    return i;
}

static int body_step(struct cog_coro *coro, struct cog_op *op, void *context);

static void body_term(struct cog_coro *coro, void *context) {
    (void)coro;
    cog_coro_release(((struct body *)context)->other);
}

static const struct cog_coro_type body_type = {
    .step = body_step, .term = body_term, .context_bytes = sizeof(struct body)};

static struct cog_coro *new_body(struct run *run, const char *name) {
    const json_t *statements = json_object_get(json_object_get(run->program, "coros"), name);
    if (!json_is_array(statements)) {
        run->error = "unknown coroutine";
        return NULL;
    }
    struct cog_coro *coro = NULL;
    if (cog_coro_new(run->scheduler, &body_type, name, &coro) != COG_OK) {
        run->error = "out of memory";
        return NULL;
    }
    struct body *body = cog_coro_context(coro);
    *body = (struct body){.run = run, .name = name, .statements = statements};
    return coro;
}

static void limit_time(struct cog_op *op, int64_t timeout_ms) {
    if (timeout_ms > 0) {
        cog_set_timeout(op, timeout_ms * NS_PER_MS, true);
    }
}

static bool is(const char *word, const char *expected) {
    return strcmp(word, expected) == 0;
}

/* Statements about another coroutine. */
static bool set_coro_op(struct body *body, const json_t *statement, struct cog_op *op) {
    struct run *run = body->run;
    const char *word = text_at(statement, 0);
    if (!is(word, "spawn") && !is(word, "call") && !is(word, "join")) {
        return false;
    }
    struct cog_coro *other = new_body(run, text_at(statement, 1));
    if (other == NULL) {
        cog_set_yield(op);
        return true;
    }
    body->other = other;
    if (is(word, "spawn")) {
        cog_set_spawn(op, other);
        cog_set_priority(op, priority_of(run, text_at(statement, 2)));
    } else if (is(word, "call")) {
        cog_set_call(op, other);
    } else {
        (void)cog_add(run->scheduler, other, true);
        cog_set_join(op, other);
    }
    return true;
}

static bool set_queue_op(struct run *run, const json_t *statement, struct cog_op *op) {
    const char *word = text_at(statement, 0);
    if (!is(word, "put") && !is(word, "get") && !is(word, "tryput") && !is(word, "tryget")) {
        return false;
    }
    struct cog_queue *queue = queue_of(run, text_at(statement, 1));
    if (is(word, "put") || is(word, "tryput")) {
        union cog_value value = {.number = number_at(statement, 2)};
        cog_set_put(op, queue, value, is(word, "tryput"));
    } else {
        cog_set_get(op, queue, is(word, "tryget"));
    }
    if (is(word, "put")) {
        cog_set_priority(op, priority_of(run, text_at(statement, 3)));
        limit_time(op, number_at(statement, 4));
    } else if (is(word, "get")) {
        cog_set_priority(op, priority_of(run, text_at(statement, 2)));
        limit_time(op, number_at(statement, 3));
    }
    return true;
}

static bool set_channel_op(struct run *run, const json_t *statement, struct cog_op *op) {
    const char *word = text_at(statement, 0);
    if (!is(word, "publish") && !is(word, "subscribe") && !is(word, "fetch")) {
        return false;
    }
    struct cog_channel *channel = run->names[name_index(run, text_at(statement, 1), true)].channel;
    size_t priority_index = 3;
    if (is(word, "publish")) {
        cog_set_publish(op, channel, (union cog_value){.number = number_at(statement, 2)});
    } else if (is(word, "subscribe")) {
        cog_set_subscribe(op, channel);
        priority_index = 2;
    } else {
        cog_set_fetch(op, channel);
        limit_time(op, number_at(statement, 2));
    }
    cog_set_priority(op, priority_of(run, text_at(statement, priority_index)));
    return true;
}

static bool set_signal_op(struct run *run, const json_t *statement, struct cog_op *op) {
    const char *word = text_at(statement, 0);
    if (!is(word, "wait") && !is(word, "signal")) {
        return false;
    }
    struct cog_signal *signal = run->names[name_index(run, text_at(statement, 1), false)].signal;
    if (is(word, "wait")) {
        cog_set_wait(op, signal);
        limit_time(op, number_at(statement, 2));
        cog_set_priority(op, priority_of(run, text_at(statement, 3)));
    } else {
        cog_set_signal(op, signal, (union cog_value){.number = number_at(statement, 2)},
                       (uint32_t)number_at(statement, 3));
        cog_set_priority(op, priority_of(run, text_at(statement, 4)));
    }
    return true;
}

static void set_op(struct body *body, const json_t *statement, struct cog_op *op) {
    struct run *run = body->run;
    const char *word = text_at(statement, 0);
    if (set_signal_op(run, statement, op) || set_coro_op(body, statement, op) ||
        set_queue_op(run, statement, op) || set_channel_op(run, statement, op)) {
        return;
    }
    if (is(word, "sleep")) {
        cog_set_sleep(op, number_at(statement, 1) * NS_PER_MS);
        return;
    }
    if (!is(word, "yield")) {
        run->error = "unknown statement";
    }
    cog_set_yield(op);
}

/* Logs what the statement that the body waited on has brought. */
static void log_result(struct body *body, const struct cog_op *op) {
    const char *word = text_at(body->waits, 0);
    char message[4096];
    size_t used = (size_t)snprintf(message, sizeof message, "%zu:%s", body->next - 1, word);
    if (op->status != COG_OK) {
        (void)snprintf(message + used, sizeof message - used, " %s", cog_status_name(op->status));
    } else if (is(word, "wait") || is(word, "get") || is(word, "tryget")) {
        (void)snprintf(message + used, sizeof message - used, "=%" PRId64, op->value.number);
    } else if (is(word, "fetch")) {
        for (size_t i = 0; i < op->u.messages.count && used < sizeof message - 32; i++) {
            used += (size_t)snprintf(message + used, sizeof message - used, "%s%" PRId64,
                                     i == 0 ? "=" : ",", cog_fetch_message(op, i).number);
        }
    }
    write_log(body->run, body->name, message);
}

static void log_text(struct body *body, const json_t *statement) {
    const json_t *text = json_array_get(statement, 1);
    char message[4096];
    if (json_is_string(text)) {
        (void)snprintf(message, sizeof message, "log %s", json_string_value(text));
    } else {
        (void)snprintf(message, sizeof message, "log %" PRId64, (int64_t)json_integer_value(text));
    }
    write_log(body->run, body->name, message);
}

static int body_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct body *body = context;
    if (!body->has_started) {
        body->has_started = true;
        write_log(body->run, body->name, "start");
    }
    if (body->waits != NULL) {
        log_result(body, op);
        cog_coro_release(body->other);
        body->other = NULL;
        body->waits = NULL;
    }
    while (body->next < json_array_size(body->statements)) {
        const json_t *statement = json_array_get(body->statements, body->next++);
        if (!is(text_at(statement, 0), "log")) {
            body->waits = statement;
            set_op(body, statement, op);
            return COG_STEP_AWAIT;
        }
        log_text(body, statement);
    }
    write_log(body->run, body->name, "end");
    return COG_STEP_END;
}

/* ---- The world: a clock that stands still while anything is ready, and a proactor that moves it.
 * ---- */

static int64_t clock_now_ns(void *context) {
    return ((const struct run *)context)->now_ns;
}

static void proactor_attach(void *context, struct cog_scheduler *scheduler) {
    (void)context;
    (void)scheduler;
}

static int proactor_submit(void *context, struct cog_op *op, bool try_first) {
    (void)context;
    (void)op;
    (void)try_first;
    return COG_EUNSUPPORTED;
}

static bool proactor_cancel(void *context, struct cog_op *op) {
    (void)context;
    (void)op;
    return true;
}

static int proactor_run(void *context, int64_t timeout_ns) {
    ((struct run *)context)->now_ns += timeout_ns;
    return COG_OK;
}

static size_t proactor_held_count(const void *context) {
    (void)context;
    return 0;
}

static int proactor_close_socket(void *context, int32_t socket) {
    (void)context;
    (void)socket;
    return COG_EBADSOCKET;
}

static const struct cog_proactor_ops proactor_ops = {
    .name = "still",
    .attach = proactor_attach,
    .submit = proactor_submit,
    .cancel = proactor_cancel,
    .run = proactor_run,
    .held_count = proactor_held_count,
    .close_socket = proactor_close_socket,
};

static bool begin(struct run *run) {
    struct cog_scheduler_options options = {
        .clock = {.now_ns = clock_now_ns, .context = run},
        .proactor = {.ops = &proactor_ops, .context = run},
        .default_priority =
            priority_of(run, json_string_value(json_object_get(run->program, "prio"))),
        .default_timeout_ns =
            (int64_t)json_integer_value(json_object_get(run->program, "default_timeout")) *
            NS_PER_MS,
    };
    if (run->error != NULL || cog_scheduler_new(&options, &run->scheduler) != COG_OK) {
        return false;
    }
    const char *name;
    json_t *size;
    json_object_foreach(json_object_get(run->program, "queues"), name, size) {
        struct cog_queue_options queue = {.size = (size_t)json_integer_value(size)};
        if (run->queue_count == QUEUES_MAX ||
            cog_queue_new(run->scheduler, &queue, &run->queues[run->queue_count].queue) != COG_OK) {
            return false;
        }
        run->queues[run->queue_count++].name = name;
    }
    const json_t *main_names = json_object_get(run->program, "main");
    for (size_t i = 0; i < json_array_size(main_names); i++) {
        struct cog_coro *coro = new_body(run, json_string_value(json_array_get(main_names, i)));
        if (coro == NULL) {
            return false;
        }
        (void)cog_add(run->scheduler, coro, true);
        cog_coro_release(coro);
    }
    return true;
}

static void end(struct run *run) {
    cog_scheduler_free(run->scheduler);
    for (size_t i = 0; i < run->queue_count; i++) {
        cog_queue_free(run->queues[i].queue);
    }
    for (size_t i = 0; i < run->name_count; i++) {
        cog_channel_free(run->names[i].channel);
        cog_signal_free(run->names[i].signal);
    }
}

/* Prints the first place where two logs differ. */
static void print_difference(const char *file, size_t index, const json_t *vector,
                             const json_t *log) {
    const json_t *expected = json_object_get(vector, "log");
    size_t at = 0;
    while (at < json_array_size(expected) && at < json_array_size(log) &&
           json_equal(json_array_get(expected, at), json_array_get(log, at))) {
        at++;
    }
    char *want = json_dumps(json_array_get(expected, at), JSON_COMPACT | JSON_ENCODE_ANY);
    char *have = json_dumps(json_array_get(log, at), JSON_COMPACT | JSON_ENCODE_ANY);
    printf("%s: program %zu (id %" PRId64 "): entry %zu: expected %s, got %s\n", file, index,
           (int64_t)json_integer_value(json_object_get(vector, "id")), at,
           want != NULL ? want : "nothing more", have != NULL ? have : "nothing more");
    free(want);
    free(have);
}

/* Runs one vector. Returns 1 if it matches, 0 if not, -1 if it is no vector. */
static int run_vector(const char *file, size_t index, const json_t *vector) {
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return -1;
    }
    run->program = json_object_get(vector, "program");
    run->log = json_array();
    int result = -1;
    if (json_is_object(run->program) && json_is_array(json_object_get(vector, "log")) &&
        json_is_string(json_object_get(run->program, "prio")) && begin(run)) {
        int status = cog_run(run->scheduler);
        if (status != COG_OK && status != COG_ESTALLED) {
            run->error = cog_status_text(status);
        } else if (cog_scheduler_check(run->scheduler) != NULL) {
            run->error = cog_scheduler_check(run->scheduler);
        }
    } else if (run->error == NULL) {
        run->error = "not a vector";
    }
    if (run->error != NULL) {
        fprintf(stderr, "%s: program %zu: %s\n", file, index, run->error);
    } else {
        result = json_equal(json_object_get(vector, "log"), run->log) ? 1 : 0;
        if (result == 0) {
            print_difference(file, index, vector, run->log);
        }
    }
    end(run);
    json_decref(run->log);
    free(run);
    return result;
}

/* Runs the vectors of a file. Returns the exit code. */
static int run_file(const char *file) {
    json_error_t error;
    json_t *vectors = json_load_file(file, 0, &error);
    if (!json_is_array(vectors)) {
        fprintf(stderr, "%s:%d:%d: %s\n", file, error.line, error.column,
                vectors == NULL ? error.text : "not a list of vectors");
        json_decref(vectors);
        return 2;
    }
    size_t matched = 0;
    int code = 0;
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        int result = run_vector(file, i, json_array_get(vectors, i));
        matched += result == 1 ? 1 : 0;
        code = result < 0 ? 2 : code == 0 && result == 0 ? 1 : code;
    }
    printf("%s: %zu of %zu programs match\n", file, matched, json_array_size(vectors));
    if (json_array_size(vectors) == 0) {
        fprintf(stderr, "%s: no vectors in it\n", file);
        code = 2;
    }
    json_decref(vectors);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        return run_file(ORDER_VECTORS_FILE);
    }
    int code = 0;
    for (int i = 1; i < argc; i++) {
        int file_code = run_file(argv[i]);
        code = file_code > code ? file_code : code;
    }
    return code;
}
