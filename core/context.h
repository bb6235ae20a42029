/* context.h - switching from one stack to another. Internal to core/.
 *
 * A context is a place to go on at: a stack pointer; the registers that a call preserves lie on its
 * stack. One context of a thread runs, the others stand still:
 *
 *     switch(from, to, value)              to stands still in a switch of its own, or is new
 *       registers -> from's stack
 *       from->sp = sp; sp = to->sp
 *       registers <- to's stack            its own switch returns value, or its entry begins
 *
 * The variants differ in how they do this; what sanitizers have to know is told here, for all.
 */
#ifndef COG_CONTEXT_H
#define COG_CONTEXT_H

#include "core/instrumentation.h"

#include <stddef.h>

typedef void (*cog_context_entry)(void *argument);

/* A variant. */
struct cog_context_ops {
    const char *name;
    /* Lays out a first frame at the high end of a stack, from which a swap to the stack pointer
     * returned calls entry(argument), with the floating point modes that are in force now. entry
     * must not return. */
    void *(*make)(char *stack, size_t bytes, cog_context_entry entry, void *argument);
    /* Saves the registers and the stack pointer, and takes up those of to_sp, where a swap returns
     * value, or an entry begins. */
    int (*swap)(void **from_sp, void *to_sp, int value);
};

/* Zeroed, it stands for whoever runs now. */
struct cog_context {
    void *sp; /* valid while it stands still */
    cog_context_entry entry;
    void *argument;
    /* From here on: for sanitizers, and valid where there is one. */
    struct cog_context *previous; /* who switched to it last */
    const void *stack;            /* lowest byte of its stack; null as long as it is not known */
    size_t stack_bytes;
    void *fake_stack; /* AddressSanitizer's, while it stands still */
    void *fiber;      /* ThreadSanitizer's */
};

/* The variants of this machine, best first; null at the end. */
const struct cog_context_ops *cog_context_variant(size_t index);

/* Makes a context that, switched to for the first time, calls entry(argument) on that stack. entry
 * must not return: it ends by cog_context_leave. */
void cog_context_make(const struct cog_context_ops *ops, struct cog_context *context, char *stack,
                      size_t bytes, cog_context_entry entry, void *argument);

/* cog_context_switch where there is a sanitizer. */
int cog_context_switch_told(const struct cog_context_ops *ops, struct cog_context *from,
                            struct cog_context *to, int value);

/* Goes on at `to`, with value. Returns when somebody switches to `from`, which is running, with the
 * value that he gives. In a caller that returns just that, the compiler makes this a jump, and then
 * the processor mispredicts one return a switch, not two. */
static inline int cog_context_switch(const struct cog_context_ops *ops, struct cog_context *from,
                                     struct cog_context *to, int value) {
    if (cog_is_instrumented()) {
        return cog_context_switch_told(ops, from, to, value);
    }
    return ops->swap(&from->sp, to->sp, value);
}

/* Goes on at `to` for good: `from` never runs again. */
_Noreturn void cog_context_leave(const struct cog_context_ops *ops, struct cog_context *from,
                                 struct cog_context *to, int value);

/* Lets go of what sanitizers hold for a made context that stands still and will not run again. */
void cog_context_drop(struct cog_context *context);

/* The variants; null on machines that are not theirs. */
const struct cog_context_ops *cog_context_x86_64(void);
const struct cog_context_ops *cog_context_aarch64(void);
const struct cog_context_ops *cog_context_ucontext(void);

#endif
