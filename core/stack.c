/* stack.c - mapping stacks, keeping them, and measuring how much of them was used. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise, mincore: in no POSIX of before 2024 */
#include "core/stack.h"

#include "core/check.h"
#include "core/instrumentation.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_STACK
#define MAP_STACK 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

static size_t page_bytes(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

static char *base_of(const struct cog_stack *stack) {
    return (char *)(uintptr_t)stack + sizeof *stack - stack->bytes;
}

char *cog_stack_low(const struct cog_stack *stack) {
    return base_of(stack) + stack->guard_bytes;
}

char *cog_stack_high(const struct cog_stack *stack) {
    return (char *)(uintptr_t)stack - (size_t)stack->colour * COG_STACK_COLOUR_BYTES;
}

size_t cog_stack_usable_bytes(const struct cog_stack *stack) {
    size_t colour_bytes_max = (size_t)(COG_STACK_COLOURS - 1) * COG_STACK_COLOUR_BYTES;
    return stack->bytes - stack->guard_bytes - sizeof *stack - colour_bytes_max;
}

/* ---- Pages ---- */

static char *map(size_t bytes) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return pages != MAP_FAILED ? pages : NULL;
}

/* Maps twice as much and unmaps what is not wanted of it. */
static char *map_and_trim(size_t bytes) {
    char *pages = map(2 * bytes);
    if (pages == NULL) {
        return NULL;
    }
    size_t before = -(uintptr_t)pages & (bytes - 1);
    if (before > 0) {
        (void)munmap(pages, before);
    }
    if (before < bytes) {
        (void)munmap(pages + before + bytes, bytes - before);
    }
    return pages + before;
}

/* The system puts a mapping beside the last one as a rule, so that after the first one of a size
 * the others are aligned by themselves. */
static char *map_aligned(size_t bytes) {
    char *pages = map(bytes);
    if (pages == NULL || ((uintptr_t)pages & (bytes - 1)) == 0) {
        return pages;
    }
    (void)munmap(pages, bytes);
    return map_and_trim(bytes);
}

static void *map_stack(size_t bytes) {
    char *pages = map_aligned(bytes);
    if (pages == NULL) {
        return NULL;
    }
#ifdef MADV_NOHUGEPAGE
    enum { HUGE_PAGE_BYTES = 2097152 };
    if (bytes >= HUGE_PAGE_BYTES) {
        (void)madvise(pages, bytes, MADV_NOHUGEPAGE); /* the first frame would cost a whole one */
    }
#endif
    if (mprotect(pages, page_bytes(), PROT_NONE) != 0) {
        (void)munmap(pages, bytes);
        return NULL;
    }
    return pages;
}

/* ---- Stacks ---- */

/* New pages with a header; null when there is no memory. */
static struct cog_stack *make(struct cog_stack_pool *pool, size_t bytes) {
    const struct cog_allocator *allocator = pool->allocator;
    char *base = allocator->map_stack != NULL ? allocator->map_stack(allocator->context, bytes)
                                              : map_stack(bytes);
    if (base == NULL) {
        return NULL;
    }
    cog_assert(((uintptr_t)base & (bytes - 1)) == 0);
    struct cog_stack *stack = (struct cog_stack *)(void *)(base + bytes - sizeof *stack);
    *stack = (struct cog_stack){.magic = cog_stack_magic((uintptr_t)base),
                                .bytes = bytes,
                                .guard_bytes = page_bytes(),
                                .colour = pool->next_colour++ % COG_STACK_COLOURS};
    stack->valgrind_id =
        COG_VALGRIND_STACK_REGISTER(cog_stack_low(stack), (char *)(void *)stack - 1);
    return stack;
}

static void destroy(struct cog_stack_pool *pool, struct cog_stack *stack) {
    const struct cog_allocator *allocator = pool->allocator;
    COG_VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
    stack->magic = 0;
    if (allocator->map_stack != NULL) {
        allocator->unmap_stack(allocator->context, base_of(stack), stack->bytes);
    } else {
        (void)munmap(base_of(stack), stack->bytes);
    }
}

/* Frames that were dropped without returning have left their red zones; and what pointers they
 * held, nobody does any more. */
static void forget_frames(const struct cog_stack *stack) {
    char *low = cog_stack_low(stack);
    size_t bytes = (size_t)((const char *)stack - low);
    if (__asan_unpoison_memory_region != NULL) {
        __asan_unpoison_memory_region(low, bytes);
    }
    if (__lsan_unregister_root_region != NULL) {
        __lsan_unregister_root_region(low, bytes);
    }
    COG_VALGRIND_MAKE_UNDEFINED(low, bytes);
}

static void hand_out(struct cog_stack_pool *pool, struct cog_stack *stack, const char *name,
                     struct cog_stack **holder) {
    stack->name = name;
    stack->holder = holder;
    *holder = stack;
    cog_list_push_back(&pool->taken, &stack->link);
    if (__lsan_register_root_region != NULL) {
        char *low = cog_stack_low(stack);
        __lsan_register_root_region(low, (size_t)((char *)stack - low));
    }
}

/* ---- The pool ---- */

void cog_stack_pool_init(struct cog_stack_pool *pool, const struct cog_allocator *allocator,
                         const struct cog_scheduler_options *options) {
    enum { DEFAULT_BYTES = 65536 };
    cog_assert((allocator->map_stack == NULL) == (allocator->unmap_stack == NULL));
    *pool = (struct cog_stack_pool){.allocator = allocator,
                                    .context = cog_context_variant(0),
                                    .default_bytes = options->stack_bytes > 0 ? options->stack_bytes
                                                                              : DEFAULT_BYTES,
                                    .is_reusing = options->stack_reuse != COG_OFF};
    cog_list_init(&pool->taken);
    for (int i = 0; i < COG_STACK_SIZES; i++) {
        cog_list_init(&pool->kept[i]);
    }
}

static struct cog_stack *first_of(const struct cog_link *list) {
    return cog_container_of(list->next, struct cog_stack, link);
}

void cog_stack_pool_term(struct cog_stack_pool *pool) {
    while (!cog_list_is_empty(&pool->taken)) {
        struct cog_stack *stack = first_of(&pool->taken);
        *stack->holder = NULL;
        cog_link_remove(&stack->link);
        forget_frames(stack);
        destroy(pool, stack);
    }
    for (int i = 0; i < COG_STACK_SIZES; i++) {
        while (!cog_list_is_empty(&pool->kept[i])) {
            struct cog_stack *stack = first_of(&pool->kept[i]);
            cog_link_remove(&stack->link);
            destroy(pool, stack);
        }
        pool->kept_count[i] = 0;
    }
}

/* The exponent of the size of a mapping for that many bytes. */
static int bits_for(size_t bytes) {
    enum { PAGES_MIN = 4 };
    size_t bytes_min = PAGES_MIN * page_bytes();
    bytes = bytes > bytes_min ? bytes : bytes_min;
    int bits = COG_STACK_BITS_MIN;
    while (((size_t)1 << bits) < bytes) {
        bits++;
    }
    return bits;
}

int cog_stack_take(struct cog_stack_pool *pool, size_t bytes, const char *name,
                   struct cog_stack **holder) {
    bytes = bytes > 0 ? bytes : pool->default_bytes;
    if (bytes > COG_STACK_BYTES_MAX) {
        return COG_EINVALID;
    }
    int bits = bits_for(bytes);
    int shelf = bits - COG_STACK_BITS_MIN;
    struct cog_stack *stack = NULL;
    if (pool->kept_count[shelf] > 0) {
        pool->kept_count[shelf]--;
        stack = first_of(&pool->kept[shelf]);
        cog_link_remove(&stack->link);
    } else {
        stack = make(pool, (size_t)1 << bits);
        if (stack == NULL) {
            return COG_ENOMEM;
        }
    }
    hand_out(pool, stack, name, holder);
    return COG_OK;
}

void cog_stack_give_back(struct cog_stack_pool *pool, struct cog_stack **holder) {
    struct cog_stack *stack = *holder;
    *holder = NULL;
    cog_link_remove(&stack->link);
    forget_frames(stack);
    int shelf = bits_for(stack->bytes) - COG_STACK_BITS_MIN;
    if (!pool->is_reusing || pool->kept_count[shelf] == COG_STACK_KEPT_MAX) {
        destroy(pool, stack);
        return;
    }
    stack->name = "";
    stack->holder = NULL;
    pool->kept_count[shelf]++;
    cog_list_push_front(&pool->kept[shelf], &stack->link);
}

/* ---- Watermark ---- */

/* Skips the pages that were never touched: reading them would give them a place in the page tables.
 * Those that have been swapped out are skipped too, which can make the watermark too low. */
static const char *skip_untouched(const char *low, const char *high) {
#ifdef __linux__
    enum { PAGES = 64 };
    unsigned char resident[PAGES];
    size_t bytes = page_bytes();
    int errno_before = errno;
    while (low < high) {
        size_t left = (size_t)(high - low + (ptrdiff_t)bytes - 1) / bytes;
        size_t count = left < PAGES ? left : PAGES;
        if (mincore((void *)(uintptr_t)low, count * bytes, resident) != 0) {
            break;
        }
        size_t i = 0;
        while (i < count && (resident[i] & 1) == 0) {
            i++;
        }
        low += i * bytes;
        if (i < count) {
            break;
        }
    }
    errno = errno_before;
#endif
    return low < high ? low : high;
}

/* The lowest word that is not zero. */
COG_UNCHECKED static const char *skip_zeros(const char *low, const char *high) {
    const uintptr_t *word = (const uintptr_t *)(const void *)low;
    while ((const char *)word < high && *word == 0) {
        word++;
    }
    return (const char *)word;
}

size_t cog_stack_used(const struct cog_stack *stack) {
    const char *high = cog_stack_high(stack);
    COG_VALGRIND_SILENCE();
    const char *lowest = skip_zeros(skip_untouched(cog_stack_low(stack), high), high);
    COG_VALGRIND_SPEAK();
    COG_VALGRIND_MAKE_DEFINED(&lowest, sizeof lowest); /* though dead frames led to it */
    size_t used = (size_t)(high - lowest);
    size_t usable = cog_stack_usable_bytes(stack);
    return used < usable ? used : usable;
}

static size_t used_max_of(const struct cog_link *list, size_t used_max) {
    for (const struct cog_link *link = list->next; link != list; link = link->next) {
        size_t used = cog_stack_used(cog_container_of(link, const struct cog_stack, link));
        used_max = used > used_max ? used : used_max;
    }
    return used_max;
}

size_t cog_stack_pool_used_max(const struct cog_stack_pool *pool) {
    size_t used_max = used_max_of(&pool->taken, 0);
    for (int i = 0; i < COG_STACK_SIZES; i++) {
        used_max = used_max_of(&pool->kept[i], used_max);
    }
    return used_max;
}
