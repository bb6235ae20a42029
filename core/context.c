/* context.c - the table of variants, and what is common to them. */
#include "core/context.h"

#include "core/check.h"

const struct cog_context_ops *cog_context_variant(size_t index) {
    static const struct cog_context_ops *(*const variants[])(void) = {
        cog_context_x86_64,
        cog_context_aarch64,
        cog_context_ucontext,
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        const struct cog_context_ops *ops = variants[i]();
        if (ops != NULL && index-- == 0) {
            return ops;
        }
    }
    return NULL;
}

/* fake_stack: where AddressSanitizer keeps from's; null: from is left for good. Inlined always:
 * ThreadSanitizer counts calls and returns of each fiber, and this would begin on one and end on
 * the other. */
__attribute__((always_inline)) static inline void
announce(struct cog_context *from, struct cog_context *to, void **fake_stack) {
    to->previous = from;
    if (__sanitizer_start_switch_fiber != NULL) {
        __sanitizer_start_switch_fiber(fake_stack, to->stack, to->stack_bytes);
    }
    if (__tsan_switch_to_fiber != NULL) {
        from->fiber = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(to->fiber, 0);
    }
}

/* The context has just been switched to. Learns where the previous one's stack lies. */
static void confirm(struct cog_context *context) {
    if (__sanitizer_finish_switch_fiber != NULL) {
        __sanitizer_finish_switch_fiber(context->fake_stack, &context->previous->stack,
                                        &context->previous->stack_bytes);
    }
}

static void enter(void *argument) {
    struct cog_context *context = argument;
    confirm(context);
    context->entry(context->argument);
    cog_assertion_failed("an entry does not return", __FILE__, __LINE__);
}

void cog_context_make(const struct cog_context_ops *ops, struct cog_context *context, char *stack,
                      size_t bytes, cog_context_entry entry, void *argument) {
    *context = (struct cog_context){
        .stack = stack, .stack_bytes = bytes, .entry = entry, .argument = argument};
    context->sp = ops->make(stack, bytes, enter, context);
    if (__tsan_create_fiber != NULL) {
        context->fiber = __tsan_create_fiber(0);
    }
}

int cog_context_switch_told(const struct cog_context_ops *ops, struct cog_context *from,
                            struct cog_context *to, int value) {
    announce(from, to, &from->fake_stack);
    int given = ops->swap(&from->sp, to->sp, value);
    confirm(from);
    return given;
}

_Noreturn void cog_context_leave(const struct cog_context_ops *ops, struct cog_context *from,
                                 struct cog_context *to, int value) {
    announce(from, to, NULL);
    from->fake_stack = NULL;
    (void)ops->swap(&from->sp, to->sp, value);
    cog_assertion_failed("a context that was left for good does not run", __FILE__, __LINE__);
}

/* A fake stack dies with the fiber that leaves for good. This one will not do so any more: its part
 * is played, to AddressSanitizer only, by who drops it. */
COG_UNCHECKED static void bury_fake_stack(struct cog_context *context) {
    void *own = NULL;
    const void *stack = NULL;
    size_t bytes = 0;
    __sanitizer_start_switch_fiber(&own, context->stack, context->stack_bytes);
    __sanitizer_finish_switch_fiber(context->fake_stack, &stack, &bytes);
    __sanitizer_start_switch_fiber(NULL, stack, bytes);
    __sanitizer_finish_switch_fiber(own, NULL, NULL);
}

void cog_context_drop(struct cog_context *context) {
    if (context->fake_stack != NULL) {
        bury_fake_stack(context);
        context->fake_stack = NULL;
    }
    if (__tsan_destroy_fiber != NULL && context->fiber != NULL) {
        __tsan_destroy_fiber(context->fiber);
        context->fiber = NULL;
    }
}
