/* bench_dispatch.c - what it costs to let the next coroutine run. */
#include "core/cogen.h"
#include "core/context.h"
#include "tests/bench/bench.h"

enum { DISPATCHES = 2000000, STACK_BYTES = 65536 };

struct yielder {
    size_t left;
};

static int yield_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct yielder *yielder = context;
    (void)coro;
    if (yielder->left == 0) {
        return COG_STEP_END;
    }
    yielder->left--;
    cog_set_yield(op);
    return COG_STEP_AWAIT;
}

static int yield_function(struct cog_coro *self, void *argument) {
    for (size_t left = *(const size_t *)argument; left > 0; left--) {
        (void)cog_yield(self);
    }
    return COG_OK;
}

static void add_yielder(struct cog_scheduler *scheduler, size_t *yields, bool is_stackful) {
    static const struct cog_coro_type type = {.step = yield_step,
                                              .context_bytes = sizeof(struct yielder)};
    struct cog_coro *coro;
    if (is_stackful) {
        bench_require(cog_coro_new_stackful(scheduler, yield_function, yields, NULL, &coro));
    } else {
        bench_require(cog_coro_new(scheduler, &type, NULL, &coro));
        ((struct yielder *)cog_coro_context(coro))->left = *yields;
    }
    bench_require(cog_add(scheduler, coro, false));
    cog_coro_release(coro);
}

static int64_t measure_yields(size_t coro_count, bool is_stackful) {
    size_t yields = DISPATCHES / coro_count;
    int64_t best = BENCH_NONE;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        struct cog_scheduler *scheduler;
        struct cog_scheduler_options options = {.proactor = cog_proactor_none()};
        bench_require(cog_scheduler_new(&options, &scheduler));
        for (size_t i = 0; i < coro_count; i++) {
            add_yielder(scheduler, &yields, is_stackful);
        }
        /* The first resumption of each only prepares it, and stacks are touched first. */
        for (size_t i = 0; i < 2 * coro_count; i++) {
            (void)cog_iter_run(scheduler);
        }
        int64_t start_ns = bench_now_ns();
        bench_require(cog_run(scheduler));
        best = bench_best(best, start_ns, coro_count * (yields - 1));
        cog_scheduler_free(scheduler);
    }
    return best;
}

struct switcher {
    const struct cog_context_ops *ops;
    struct cog_context here;
    struct cog_context there;
};

static void switch_back(void *argument) {
    struct switcher *switcher = argument;
    for (;;) {
        (void)cog_context_switch(switcher->ops, &switcher->there, &switcher->here, 0);
    }
}

/* There and back are two switches. */
static int64_t measure_switch(void) {
    static _Alignas(16) char stack[STACK_BYTES];
    static struct switcher switcher;
    switcher = (struct switcher){.ops = cog_context_variant(0)};
    cog_context_make(switcher.ops, &switcher.there, stack, sizeof stack, switch_back, &switcher);
    int64_t best = BENCH_NONE;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        int64_t start_ns = bench_now_ns();
        for (size_t i = 0; i < DISPATCHES; i++) {
            (void)cog_context_switch(switcher.ops, &switcher.here, &switcher.there, 0);
        }
        best = bench_best(best, start_ns, (size_t)DISPATCHES * 2);
    }
    cog_context_drop(&switcher.there);
    return best;
}

void bench_dispatch(void) {
    static const size_t counts[] = {2, 100, 10000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        bench_report(&(struct bench_figure){.name = "yield and dispatch, step coroutines",
                                            .count = (int64_t)counts[i],
                                            .value = measure_yields(counts[i], false),
                                            .unit = "ns",
                                            .target = 40});
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        bench_report(&(struct bench_figure){.name = "yield and dispatch, stackful coroutines",
                                            .count = (int64_t)counts[i],
                                            .value = measure_yields(counts[i], true),
                                            .unit = "ns",
                                            .target = 60});
    }
    bench_report(&(struct bench_figure){
        .name = "bare context switch", .value = measure_switch(), .unit = "ns"});
}
