/* stackful.c - the coroutine type whose step switches to another stack. */
#include "core/stackful.h"

#include "core/check.h"
#include "core/context.h"
#include "core/scheduler.h"
#include "core/stack.h"
#include "core/stack_overflow.h"

/* The context of the coroutine, behind its struct cog_coro. */
struct stackful {
    struct cog_stack *stack; /* null: it has ended, or its scheduler was freed before it began */
    struct cog_context context;
    struct cog_context resumer; /* who resumed it, while it runs */
    cog_function function;
    void *argument;
};

static struct stackful *stackful_of(struct cog_coro *coro) {
    return cog_coro_context(coro);
}

static const struct stackful *peek(const struct cog_coro *coro) {
    return (const struct stackful *)(const void *)((const char *)coro + COG_CORO_BYTES);
}

static void run_function(void *argument) {
    struct cog_coro *self = argument;
    struct stackful *stackful = stackful_of(self);
    int status = stackful->function(self, stackful->argument);
    cog_assert(status <= 0); /* it returns COG_OK or a negative code */
    cog_context_leave(self->scheduler->stacks.context, &stackful->context, &stackful->resumer,
                      status);
}

static int step_stackful(struct cog_coro *coro, struct cog_op *op, void *context) {
    struct stackful *stackful = context;
    return cog_context_switch(coro->scheduler->stacks.context, &stackful->resumer,
                              &stackful->context, op->status);
}

/* Its clean-up has run, which may look at what lies on the stack. */
static void term_stackful(struct cog_coro *coro, void *context) {
    struct stackful *stackful = context;
    cog_context_drop(&stackful->context);
    if (stackful->stack != NULL) {
        cog_stack_give_back(&coro->scheduler->stacks, &stackful->stack);
    }
}

static const struct cog_coro_type stackful_type = {
    .step = step_stackful, .term = term_stackful, .context_bytes = sizeof(struct stackful)};

bool cog_coro_is_stackful(const struct cog_coro *coro) {
    return coro->type == &stackful_type;
}

int cog_coro_new_stackful(struct cog_scheduler *scheduler, cog_function function, void *argument,
                          const struct cog_stackful_options *options, struct cog_coro **out) {
    static const struct cog_stackful_options defaults = {.name = NULL};
    options = options != NULL ? options : &defaults;
    cog_assert(scheduler != NULL && function != NULL && out != NULL);
    if (scheduler->stacks.context == NULL) {
        return COG_EUNSUPPORTED;
    }
    struct cog_coro *coro = NULL;
    int status = cog_coro_new(scheduler, &stackful_type, options->name, &coro);
    if (status != COG_OK) {
        return status;
    }
    struct stackful *stackful = stackful_of(coro);
    status = cog_stack_take(&scheduler->stacks, options->stack_bytes, coro->name, &stackful->stack);
    if (status != COG_OK) {
        cog_coro_release(coro);
        return status;
    }
    stackful->function = function;
    stackful->argument = argument;
    char *low = cog_stack_low(stackful->stack);
    cog_context_make(scheduler->stacks.context, &stackful->context, low,
                     (size_t)(cog_stack_high(stackful->stack) - low), run_function, coro);
    cog_overflow_watch_stack(scheduler);
    *out = coro;
    return COG_OK;
}

/* Neither step coroutines nor anybody else may suspend a coroutine. */
static bool is_on_own_stack(const struct cog_coro *self, const void *frame) {
    const struct stackful *stackful = peek(self);
    return cog_coro_is_stackful(self) && stackful->stack != NULL &&
           (uintptr_t)frame - (uintptr_t)stackful->context.stack < stackful->context.stack_bytes;
}

static bool has_operation(const struct cog_coro *self) {
    return self->op.state == COG_OP_NEW;
}

int cog_await(struct cog_coro *self) {
    cog_assert(self != NULL && is_on_own_stack(self, __builtin_frame_address(0)));
    cog_assert(has_operation(self));
    struct stackful *stackful = stackful_of(self);
    return cog_context_switch(self->scheduler->stacks.context, &stackful->context,
                              &stackful->resumer, COG_STEP_AWAIT);
}

size_t cog_coro_stack_bytes(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    bool has_stack = cog_coro_is_stackful(coro) && peek(coro)->stack != NULL;
    return has_stack ? cog_stack_usable_bytes(peek(coro)->stack) : 0;
}

size_t cog_coro_stack_used(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    bool has_stack = cog_coro_is_stackful(coro) && peek(coro)->stack != NULL;
    return has_stack ? cog_stack_used(peek(coro)->stack) : 0;
}

size_t cog_stack_used_max(const struct cog_scheduler *scheduler) {
    cog_assert(scheduler != NULL);
    return cog_stack_pool_used_max(&scheduler->stacks);
}
