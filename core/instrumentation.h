/* instrumentation.h - what sanitizers and valgrind have to be told about stacks. Internal to core/.
 *
 * The functions of the sanitizers are weak references: they are there in a program that was built
 * with one, whether or not the library was; any other program pays a branch that is predicted well.
 * Valgrind is asked by instructions that do nothing outside of it.
 */
#ifndef COG_INSTRUMENTATION_H
#define COG_INSTRUMENTATION_H

#include <stdbool.h>
#include <stddef.h>

/* AddressSanitizer: a switch is announced before and confirmed after. */
__attribute__((weak)) void __sanitizer_start_switch_fiber(void **fake_stack, const void *stack,
                                                          size_t stack_bytes);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void *fake_stack, const void **stack,
                                                           size_t *stack_bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *memory, size_t bytes);

/* LeakSanitizer: where pointers may be. */
__attribute__((weak)) void __lsan_register_root_region(const void *memory, size_t bytes);
__attribute__((weak)) void __lsan_unregister_root_region(const void *memory, size_t bytes);

/* ThreadSanitizer: each stack is a fiber. */
__attribute__((weak)) void *__tsan_get_current_fiber(void);
__attribute__((weak)) void *__tsan_create_fiber(unsigned flags);
__attribute__((weak)) void __tsan_destroy_fiber(void *fiber);
__attribute__((weak)) void __tsan_switch_to_fiber(void *fiber, unsigned flags);

/* True in a program that was built with one of those to whom switches matter. */
static inline bool cog_is_instrumented(void) {
    return __sanitizer_start_switch_fiber != NULL || __tsan_switch_to_fiber != NULL;
}

/* True where AddressSanitizer watches: it tells of faults itself. */
static inline bool cog_has_address_sanitizer(void) {
    return __asan_unpoison_memory_region != NULL;
}

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#ifdef VALGRIND_STACK_REGISTER
#define COG_VALGRIND_STACK_REGISTER(low, high) ((unsigned)VALGRIND_STACK_REGISTER(low, high))
#define COG_VALGRIND_STACK_DEREGISTER(id) VALGRIND_STACK_DEREGISTER(id)
#define COG_VALGRIND_MAKE_UNDEFINED(low, bytes) (void)VALGRIND_MAKE_MEM_UNDEFINED(low, bytes)
#define COG_VALGRIND_MAKE_DEFINED(low, bytes) (void)VALGRIND_MAKE_MEM_DEFINED(low, bytes)
#define COG_VALGRIND_SILENCE() VALGRIND_DISABLE_ERROR_REPORTING
#define COG_VALGRIND_SPEAK() VALGRIND_ENABLE_ERROR_REPORTING
#else
#define COG_VALGRIND_STACK_REGISTER(low, high) (0u)
#define COG_VALGRIND_STACK_DEREGISTER(id) ((void)(id))
#define COG_VALGRIND_MAKE_UNDEFINED(low, bytes) ((void)0)
#define COG_VALGRIND_MAKE_DEFINED(low, bytes) ((void)0)
#define COG_VALGRIND_SILENCE() ((void)0)
#define COG_VALGRIND_SPEAK() ((void)0)
#endif

/* For a function that reads what sanitizers regard as dead. */
#if defined(__clang__)
#define COG_UNCHECKED __attribute__((no_sanitize("address", "thread", "memory")))
#else
#define COG_UNCHECKED __attribute__((no_sanitize_address, no_sanitize_thread))
#endif

#endif
