/* context_contract.c - the contract of contexts, played by a main context and up to eight others.
 */
#include "tests/unit/context_contract.h"

#include "core/cogen.h"
#include "core/stack.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONTEXTS_MAX = 8, STACK_BYTES = 131072 };

struct rig {
    const struct cog_context_ops *ops;
    struct cog_stack_pool pool;
    struct cog_context main;
    struct part {
        struct rig *rig;
        struct cog_stack *stack;
        struct cog_context context;
        size_t index;
        int64_t seed;
        int64_t result;
        const char *fault;
    } parts[CONTEXTS_MAX];
    size_t count;
};

static void make_part(struct part *part, cog_context_entry entry) {
    char *low = cog_stack_low(part->stack);
    cog_context_make(part->rig->ops, &part->context, low,
                     (size_t)(cog_stack_high(part->stack) - low), entry, part);
}

/* False when there is no memory. */
static bool open_rig(struct rig *rig, const struct cog_context_ops *ops, size_t count,
                     cog_context_entry entry) {
    static const struct cog_scheduler_options options = {.stack_bytes = STACK_BYTES};
    *rig = (struct rig){.ops = ops, .count = count};
    cog_stack_pool_init(&rig->pool, cog_allocator_malloc(), &options);
    for (size_t i = 0; i < count; i++) {
        struct part *part = &rig->parts[i];
        part->rig = rig;
        part->index = i;
        part->seed = (int64_t)i * 7919 + 1;
        if (cog_stack_take(&rig->pool, 0, "part", &part->stack) != COG_OK) {
            cog_stack_pool_term(&rig->pool);
            return false;
        }
        make_part(part, entry);
    }
    return true;
}

/* The first fault that a part has found. */
static const char *close_rig(struct rig *rig) {
    const char *fault = NULL;
    for (size_t i = 0; i < rig->count; i++) {
        fault = fault != NULL ? fault : rig->parts[i].fault;
        cog_context_drop(&rig->parts[i].context);
    }
    cog_stack_pool_term(&rig->pool);
    return fault;
}

static int visit(struct rig *rig, size_t index, int value) {
    return cog_context_switch(rig->ops, &rig->main, &rig->parts[index].context, value);
}

static int go_back(struct part *part, int value) {
    return cog_context_switch(part->rig->ops, &part->context, &part->rig->main, value);
}

_Noreturn static void leave(struct part *part, int value) {
    cog_context_leave(part->rig->ops, &part->context, &part->rig->main, value);
}

/* ---- Argument, alignment, values ---- */

static void note_argument(void *argument) {
    struct part *part = argument;
    part->result = 42;
    leave(part, 0);
}

const char *context_passes_its_argument(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, 2, note_argument)) {
        return "no memory";
    }
    (void)visit(&rig, 1, 0);
    bool is_right = rig.parts[0].result == 0 && rig.parts[1].result == 42;
    const char *fault = close_rig(&rig);
    return is_right ? fault : "the argument did not arrive";
}

/* A frame address is aligned as the stack pointer was at the entry. */
static void note_alignment(void *argument) {
    struct part *part = argument;
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
    part->fault = frame % 16 == 0 ? NULL : "the stack is not aligned at the entry";
    if (frame < (uintptr_t)part->context.stack ||
        frame >= (uintptr_t)part->context.stack + part->context.stack_bytes) {
        part->fault = "the entry does not run on its stack";
    }
    leave(part, 0);
}

const char *context_aligns_its_stack(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, 1, note_alignment)) {
        return "no memory";
    }
    (void)visit(&rig, 0, 0);
    return close_rig(&rig);
}

static void answer_values(void *argument) {
    struct part *part = argument;
    int value = go_back(part, -1);
    for (int i = 0; i < 100; i++) {
        if (value != i * 3) {
            part->fault = "a part got another value than it was given";
        }
        value = go_back(part, value + 1);
    }
    leave(part, INT32_MIN);
}

const char *context_passes_values_both_ways(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, 1, answer_values)) {
        return "no memory";
    }
    const char *own_fault = visit(&rig, 0, 12345) == -1 ? NULL : "the first value is wrong";
    for (int i = 0; i < 100; i++) {
        if (visit(&rig, 0, i * 3) != i * 3 + 1) {
            own_fault = "main got another value than it was given";
        }
    }
    if (visit(&rig, 0, 0) != INT32_MIN) {
        own_fault = "the value of leaving is wrong";
    }
    const char *fault = close_rig(&rig);
    return fault != NULL ? fault : own_fault;
}

/* ---- Registers ---- */

enum { STEPS = 5000 };

/* Eight integers and eight doubles that live all the time, more than there are registers to
 * preserve them in. between is called after each step, if it is not null. */
static int64_t compute(int64_t seed, void (*between)(struct part *part), struct part *part) {
    int64_t a = seed;
    int64_t b = seed + 1;
    int64_t c = seed + 2;
    int64_t d = seed + 3;
    int64_t e = seed + 4;
    int64_t f = seed + 5;
    int64_t g = seed + 6;
    int64_t h = seed + 7;
    double p = (double)seed;
    double q = p + 0.5;
    double r = p + 0.25;
    double s = p + 0.125;
    double t = p + 1.5;
    double u = p + 1.25;
    double v = p + 1.125;
    double w = p + 2.5;
    for (int i = 0; i < STEPS; i++) {
        a = (a * 31 + h) % 1000003;
        b = (b * 37 + a) % 1000033;
        c = (c * 41 + b) % 1000037;
        d = (d * 43 + c) % 1000039;
        e = (e * 47 + d) % 1000081;
        f = (f * 53 + e) % 1000099;
        g = (g * 59 + f) % 1000117;
        h = (h * 61 + g) % 1000121;
        p = p * 0.5 + (double)(a % 1024);
        q = q * 0.25 + p;
        r = r * 0.5 + q;
        s = s * 0.125 + r;
        t = t * 0.5 + s;
        u = u * 0.25 + t;
        v = v * 0.5 + u;
        w = w * 0.125 + v;
        if (between != NULL) {
            between(part);
        }
    }
    double sum = p + q + r + s + t + u + v + w;
    return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ (int64_t)(sum * 1024.0);
}

static void suspend(struct part *part) {
    (void)go_back(part, 1);
}

static void compute_in_turns(void *argument) {
    struct part *part = argument;
    part->result = compute(part->seed, suspend, part);
    leave(part, 0);
}

const char *context_preserves_registers(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, CONTEXTS_MAX, compute_in_turns)) {
        return "no memory";
    }
    bool is_done[CONTEXTS_MAX] = {false};
    for (size_t done_count = 0; done_count < CONTEXTS_MAX;) {
        for (size_t i = 0; i < CONTEXTS_MAX; i++) {
            if (!is_done[i] && visit(&rig, i, 0) == 0) {
                is_done[i] = true;
                done_count++;
            }
        }
    }
    bool is_right = true;
    for (size_t i = 0; i < CONTEXTS_MAX; i++) {
        is_right = is_right && rig.parts[i].result == compute(rig.parts[i].seed, NULL, NULL);
    }
    const char *fault = close_rig(&rig);
    return is_right ? fault : "what lived in registers did not survive";
}

/* Straight from one part to the next; only the first one ever goes back to main. */
static void pass_on(struct part *part) {
    struct rig *rig = part->rig;
    struct part *next = &rig->parts[(part->index + 1) % rig->count];
    (void)cog_context_switch(rig->ops, &part->context, &next->context, 0);
}

static void compute_in_a_ring(void *argument) {
    struct part *part = argument;
    part->result = compute(part->seed, pass_on, part);
    struct rig *rig = part->rig;
    if (part->index + 1 < rig->count) {
        cog_context_leave(rig->ops, &part->context, &rig->parts[part->index + 1].context, 0);
    }
    leave(part, 0);
}

const char *context_goes_round_a_ring(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, CONTEXTS_MAX, compute_in_a_ring)) {
        return "no memory";
    }
    (void)visit(&rig, 0, 0);
    bool is_right = true;
    for (size_t i = 0; i < CONTEXTS_MAX; i++) {
        is_right = is_right && rig.parts[i].result == compute(rig.parts[i].seed, NULL, NULL);
    }
    const char *fault = close_rig(&rig);
    return is_right ? fault : "a ring of contexts computes something else";
}

/* ---- Floating point modes ---- */

#if defined(__x86_64__)
enum { ROUNDINGS = 16 };

/* mxcsr's, times 4, and the x87's: one may differ without the other. */
static int rounding(void) {
    uint32_t mxcsr;
    uint16_t control;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(control));
    return (int)(mxcsr >> 13 & 3) * 4 + (control >> 10 & 3);
}

static void set_rounding(int mode) {
    uint32_t mxcsr;
    uint16_t control;
    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(control));
    mxcsr = (mxcsr & ~UINT32_C(0x6000)) | (uint32_t)(mode / 4) << 13;
    control = (uint16_t)((control & ~0xc00) | mode % 4 << 10);
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
    __asm__ volatile("fldcw %0" : : "m"(control));
}
#elif defined(__aarch64__)
enum { ROUNDINGS = 4 };

static int rounding(void) {
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return (int)(fpcr >> 22 & 3);
}

static void set_rounding(int mode) {
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    fpcr = (fpcr & ~(UINT64_C(3) << 22)) | (uint64_t)mode << 22;
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr));
}
#else
enum { ROUNDINGS = 1 };

static int rounding(void) {
    return 0;
}

static void set_rounding(int mode) {
    (void)mode;
}
#endif

static void keep_rounding(void *argument) {
    struct part *part = argument;
    if (rounding() != 0) {
        part->fault = "a context does not begin with the modes that it was made with";
    }
    int mode = (int)part->index % ROUNDINGS;
    set_rounding(mode);
    for (int i = 0; i < 100; i++) {
        (void)go_back(part, 1);
        if (rounding() != mode) {
            part->fault = "another context has changed a context's rounding";
        }
    }
    leave(part, 0);
}

const char *context_has_its_own_rounding(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, CONTEXTS_MAX, keep_rounding)) {
        return "no memory";
    }
    const char *own_fault = NULL;
    for (int i = 0; i <= 100; i++) {
        /* Whoever goes on does so with main's modes set otherwise. */
        set_rounding(i % ROUNDINGS);
        for (size_t k = 0; k < CONTEXTS_MAX; k++) {
            (void)visit(&rig, k, 0);
            if (rounding() != i % ROUNDINGS) {
                own_fault = "a context has changed main's rounding";
            }
        }
    }
    set_rounding(0);
    const char *fault = close_rig(&rig);
    return fault != NULL ? fault : own_fault;
}

/* ---- Depth and end ---- */

enum { DEPTH = 500 };

/* Goes back from every depth. A volatile term after the call keeps the frames from being one. */
static int64_t descend(struct part *part, int depth) {
    volatile int64_t own = depth;
    (void)go_back(part, 1);
    return depth == 0 ? 0 : descend(part, depth - 1) + own;
}

static void recurse(void *argument) {
    struct part *part = argument;
    part->result = descend(part, DEPTH);
    leave(part, 0);
}

const char *context_recurses_deeply(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, 2, recurse)) {
        return "no memory";
    }
    bool is_right = true;
    for (int i = 0; i <= DEPTH + 1; i++) {
        int expected = i <= DEPTH ? 1 : 0;
        is_right = is_right && visit(&rig, 0, 0) == expected && visit(&rig, 1, 0) == expected;
    }
    for (size_t i = 0; i < 2; i++) {
        is_right = is_right && rig.parts[i].result == (int64_t)DEPTH * (DEPTH + 1) / 2;
    }
    const char *fault = close_rig(&rig);
    return is_right ? fault : "a recursion does not find its way back";
}

static void leave_at_once(void *argument) {
    struct part *part = argument;
    part->result++;
    leave(part, (int)part->result);
}

const char *context_leaves_for_good(const struct cog_context_ops *ops) {
    struct rig rig;
    if (!open_rig(&rig, ops, 1, leave_at_once)) {
        return "no memory";
    }
    bool is_right = visit(&rig, 0, 0) == 1;
    for (int i = 2; i < 1000; i++) {
        cog_context_drop(&rig.parts[0].context);
        make_part(&rig.parts[0], leave_at_once);
        is_right = is_right && visit(&rig, 0, 0) == i;
    }
    const char *fault = close_rig(&rig);
    return is_right ? fault : "a stack that was left cannot be used again";
}
