/* bench_objects.c - coroutines that wake one another: signals, queues, publish-subscribe. */
#include "core/cogen.h"
#include "tests/bench/bench.h"

enum { TURNS = 1000000, MESSAGES = 200000, SUBSCRIBERS = 10, BATCH = 64 };

/* The part that a coroutine plays: an object or two, and how often. */
struct part {
    struct cog_signal *own;
    struct cog_signal *other;
    struct cog_queue *queue;
    struct cog_channel *channel;
    size_t left;
    int stage;
};

static struct part *add(struct cog_scheduler *scheduler, const struct cog_coro_type *type,
                        const struct part *part) {
    struct cog_coro *coro;
    bench_require(cog_coro_new(scheduler, type, NULL, &coro));
    struct part *context = cog_coro_context(coro);
    *context = *part;
    bench_require(cog_add(scheduler, coro, false));
    cog_coro_release(coro);
    return context;
}

static struct cog_scheduler *open_scheduler(void) {
    struct cog_scheduler *scheduler;
    struct cog_scheduler_options options = {.proactor = cog_proactor_none()};
    bench_require(cog_scheduler_new(&options, &scheduler));
    return scheduler;
}

/* Sends the other's signal and waits for its own, in turns. */
static int ping_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct part *part = context;
    (void)coro;
    if (part->left == 0) {
        return COG_STEP_END;
    }
    part->left--;
    if (part->stage++ % 2 == 0) {
        cog_set_signal(op, part->other, (union cog_value){.number = 1}, 1);
    } else {
        cog_set_wait(op, part->own);
    }
    return COG_STEP_AWAIT;
}

static int64_t measure_ping_pong(void) {
    static const struct cog_coro_type type = {.step = ping_step,
                                              .context_bytes = sizeof(struct part)};
    int64_t best = BENCH_NONE;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        struct cog_scheduler *scheduler = open_scheduler();
        struct part a = {.left = (size_t)TURNS * 2};
        bench_require(cog_signal_new(scheduler, NULL, &a.own));
        bench_require(cog_signal_new(scheduler, NULL, &a.other));
        struct part b = {.own = a.other, .other = a.own, .left = (size_t)TURNS * 2, .stage = 1};
        (void)add(scheduler, &type, &a);
        (void)add(scheduler, &type, &b);
        int64_t start_ns = bench_now_ns();
        bench_require(cog_run(scheduler));
        best = bench_best(best, start_ns, TURNS);
        cog_signal_free(a.own);
        cog_signal_free(a.other);
        cog_scheduler_free(scheduler);
    }
    return best;
}

/* Puts; lets the getter run after each batch, since an unbounded queue never makes it wait. */
static int put_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct part *part = context;
    (void)coro;
    if (part->left == 0) {
        return COG_STEP_END;
    }
    if (++part->stage % BATCH == 0) {
        cog_set_yield(op);
    } else {
        part->left--;
        cog_set_put(op, part->queue, (union cog_value){.number = 1}, false);
    }
    return COG_STEP_AWAIT;
}

static int get_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct part *part = context;
    (void)coro;
    if (part->left == 0) {
        return COG_STEP_END;
    }
    part->left--;
    cog_set_get(op, part->queue, false);
    return COG_STEP_AWAIT;
}

static int64_t measure_queue(size_t size) {
    static const struct cog_coro_type put_type = {.step = put_step,
                                                  .context_bytes = sizeof(struct part)};
    static const struct cog_coro_type get_type = {.step = get_step,
                                                  .context_bytes = sizeof(struct part)};
    int64_t best = BENCH_NONE;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        struct cog_scheduler *scheduler = open_scheduler();
        struct part part = {.left = TURNS};
        bench_require(
            cog_queue_new(scheduler, &(struct cog_queue_options){.size = size}, &part.queue));
        (void)add(scheduler, &put_type, &part);
        (void)add(scheduler, &get_type, &part);
        int64_t start_ns = bench_now_ns();
        bench_require(cog_run(scheduler));
        best = bench_best(best, start_ns, TURNS);
        cog_queue_free(part.queue);
        cog_scheduler_free(scheduler);
    }
    return best;
}

static int publish_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct part *part = context;
    (void)coro;
    if (part->left == 0) {
        return COG_STEP_END;
    }
    if (part->left-- % BATCH == 0) {
        (void)cog_channel_compact(part->channel);
    }
    cog_set_publish(op, part->channel, (union cog_value){.number = 1});
    return COG_STEP_AWAIT;
}

static int fetch_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct part *part = context;
    (void)coro;
    if (part->stage == 0) {
        part->stage = 1;
        cog_set_subscribe(op, part->channel);
        return COG_STEP_AWAIT;
    }
    if (part->stage == 1) {
        part->stage = 2;
    } else {
        part->left -= op->u.messages.count;
    }
    if (part->left == 0) {
        return COG_STEP_END;
    }
    cog_set_fetch(op, part->channel);
    return COG_STEP_AWAIT;
}

static int64_t measure_publish(void) {
    static const struct cog_coro_type publish_type = {.step = publish_step,
                                                      .context_bytes = sizeof(struct part)};
    static const struct cog_coro_type fetch_type = {.step = fetch_step,
                                                    .context_bytes = sizeof(struct part)};
    int64_t best = BENCH_NONE;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        struct cog_scheduler *scheduler = open_scheduler();
        struct part part = {.left = MESSAGES};
        bench_require(cog_channel_new(scheduler, NULL, &part.channel));
        for (int i = 0; i < SUBSCRIBERS; i++) {
            (void)add(scheduler, &fetch_type, &part);
        }
        (void)add(scheduler, &publish_type, &part);
        int64_t start_ns = bench_now_ns();
        bench_require(cog_run(scheduler));
        best = bench_best(best, start_ns, MESSAGES);
        cog_channel_free(part.channel);
        cog_scheduler_free(scheduler);
    }
    return best;
}

void bench_objects(void) {
    bench_report(&(struct bench_figure){
        .name = "signal, there and back", .value = measure_ping_pong(), .unit = "ns"});
    bench_report(&(struct bench_figure){
        .name = "queue, put and get, unbounded", .value = measure_queue(0), .unit = "ns"});
    bench_report(&(struct bench_figure){
        .name = "queue, put and get, room for one", .value = measure_queue(1), .unit = "ns"});
    bench_report(&(struct bench_figure){.name = "publish, subscribers that fetch it",
                                        .count = SUBSCRIBERS,
                                        .value = measure_publish(),
                                        .unit = "ns"});
}
