/* aarch64.c - what tests/house/aarch64.sh runs on another processor: the contract of contexts, and
 * a program of both kinds of coroutine whose output is known. It needs the core alone.
 */
#include "core/cogen.h"
#include "tests/unit/context_contract.h"

#include <stdio.h>

static int check_contexts(void) {
    static const struct {
        const char *name;
        const char *(*holds)(const struct cog_context_ops *ops);
    } contract[] = {
        {"argument", context_passes_its_argument},   {"alignment", context_aligns_its_stack},
        {"values", context_passes_values_both_ways}, {"registers", context_preserves_registers},
        {"ring", context_goes_round_a_ring},         {"rounding", context_has_its_own_rounding},
        {"recursion", context_recurses_deeply},      {"leaving", context_leaves_for_good},
    };
    int fault_count = 0;
    const struct cog_context_ops *ops = NULL;
    for (size_t i = 0; (ops = cog_context_variant(i)) != NULL; i++) {
        (void)printf("%s:", ops->name);
        for (size_t k = 0; k < sizeof contract / sizeof contract[0]; k++) {
            const char *fault = contract[k].holds(ops);
            (void)printf(" %s%s%s", contract[k].name, fault != NULL ? ": " : "",
                         fault != NULL ? fault : "");
            fault_count += fault != NULL ? 1 : 0;
        }
        (void)printf("\n");
    }
    return fault_count;
}

/* Sums in a double what a step coroutine puts, sleeping in between. */
static int consume(struct cog_coro *self, void *argument) {
    struct cog_queue *queue = argument;
    double sum = 0.0;
    for (int i = 1; i <= 5; i++) {
        union cog_value item = {.number = 0};
        int status = cog_queue_get(self, queue, &item, COG_WITHIN(COG_SECOND));
        if (status != COG_OK) {
            return status;
        }
        sum = sum * 1.5 + (double)item.number;
        (void)printf("item %d, sum %d sixteenths\n", (int)item.number, (int)(sum * 16.0));
        (void)cog_sleep(self, 1000);
    }
    cog_coro_return(self, (union cog_value){.number = (int64_t)(sum * 16.0)});
    return COG_OK;
}

struct producer {
    struct cog_queue *queue;
    int64_t next;
};

static int produce(struct cog_coro *self, struct cog_op *op, void *context) {
    (void)self;
    struct producer *producer = context;
    if (producer->next == 5) {
        return COG_STEP_END;
    }
    producer->next++;
    cog_set_put(op, producer->queue, (union cog_value){.number = producer->next}, false);
    return COG_STEP_AWAIT;
}

/* Waits for both, with a call and a join. */
struct family {
    struct cog_coro *consumer;
    struct cog_coro *producer;
};

static int watch(struct cog_coro *self, void *argument) {
    const struct family *family = argument;
    union cog_value sum = {.number = 0};
    int status = cog_call(self, family->consumer, &sum, NULL);
    (void)printf("consumer: %s, %d\n", cog_status_name(status), (int)sum.number);
    status = cog_join(self, family->producer, NULL, NULL);
    (void)printf("producer: %s\n", cog_status_name(status));
    return status;
}

static int run_program(void) {
    static const struct cog_coro_type type = {.step = produce,
                                              .context_bytes = sizeof(struct producer)};
    struct cog_scheduler *scheduler = NULL;
    struct cog_queue *queue = NULL;
    struct family family;
    int status = cog_scheduler_new(NULL, &scheduler);
    if (status != COG_OK ||
        cog_queue_new(scheduler, &(struct cog_queue_options){.size = 2}, &queue) != COG_OK ||
        cog_coro_new(scheduler, &type, "producer", &family.producer) != COG_OK ||
        cog_coro_new_stackful(scheduler, consume, queue, NULL, &family.consumer) != COG_OK ||
        cog_add(scheduler, family.producer, true) != COG_OK ||
        cog_go(scheduler, watch, &family, "watch") != COG_OK) {
        return 1;
    }
    ((struct producer *)cog_coro_context(family.producer))->queue = queue;
    status = cog_run(scheduler);
    (void)printf("run: %s\n", cog_status_name(status));
    cog_coro_release(family.producer);
    cog_coro_release(family.consumer);
    cog_queue_free(queue);
    cog_scheduler_free(scheduler);
    return status == COG_OK ? 0 : 1;
}

int main(void) {
    int contexts = check_contexts();
    int program = run_program();
    return contexts != 0 || program != 0;
}
