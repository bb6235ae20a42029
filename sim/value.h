/* value.h - the values of the scenario language: one word each, so that the core's operations carry
 * them.
 *
 * The low three bits tell the type. Numbers and durations have 61 bits; what would need more is an
 * error of the scenario. Texts and lists lie in the world's memory, never change, and live as long
 * as the run.
 */
#ifndef SIM_VALUE_H
#define SIM_VALUE_H

#include "core/cogen.h"
#include "sim/language/ast.h"

/* Of the low bits. A word of zeros is not set. */
enum sim_tag {
    SIM_TAG_UNSET = 0,
    SIM_TAG_NUMBER = 1,
    SIM_TAG_DURATION = 2,
    SIM_TAG_BOOL = 3,
    SIM_TAG_TEXT = 4,
    SIM_TAG_SOCKET = 5,
    SIM_TAG_HANDLE = 6,
    SIM_TAG_LIST = 7,
};

struct sim_value {
    uint64_t word;
};

/* A text value. */
struct sim_string {
    size_t bytes;
    char text[]; /* and a NUL behind it */
};

struct sim_list {
    size_t count;
    struct sim_value items[];
};

#define SIM_INTEGER_MAX SIM_VALUE_MAX
#define SIM_INTEGER_MIN (-SIM_VALUE_MAX)

_Static_assert(SIM_INTEGER_MAX < INT64_C(1) << 60,
               "every integer has room in a word beside its tag");

static inline enum sim_tag sim_value_tag(struct sim_value value) {
    return (enum sim_tag)(value.word & 7);
}

static inline struct sim_value sim_value_integer(enum sim_tag tag, int64_t integer) {
    return (struct sim_value){.word = (uint64_t)integer << 3 | (uint64_t)tag};
}

/* Of a number, duration, bool or socket. */
static inline int64_t sim_value_get_integer(struct sim_value value) {
    uint64_t bits = value.word >> 3;
    return (int64_t)(bits & (UINT64_C(1) << 60) ? bits | UINT64_C(7) << 61 : bits);
}

static inline struct sim_value sim_value_pointer(enum sim_tag tag, const void *pointer) {
    return (struct sim_value){.word = (uint64_t)(uintptr_t)pointer | (uint64_t)tag};
}

/* Of a text, handle or list. */
static inline void *sim_value_get_pointer(struct sim_value value) {
    return (void *)(uintptr_t)(value.word & ~UINT64_C(7));
}

static inline union cog_value sim_value_to_core(struct sim_value value) {
    return (union cog_value){.bits = value.word};
}

static inline struct sim_value sim_value_from_core(union cog_value value) {
    return (struct sim_value){.word = value.bits};
}

/* "a number", "a text", ...: for messages. */
const char *sim_tag_name(enum sim_tag tag);

/* Is a value of this tag what an expression of this type may give? */
bool sim_tag_fits(enum sim_tag tag, enum sim_type type);

/* A new text with room for so many bytes, or null. */
struct sim_string *sim_string_new(const struct cog_allocator *allocator, size_t bytes);

/* A text value of these bytes; unset when there is no memory. */
struct sim_value sim_value_text(const struct cog_allocator *allocator, const char *text,
                                size_t bytes);

/* Same type and same content. */
bool sim_value_equal(struct sim_value a, struct sim_value b);

/* How a value is written into a text: appends to the buffer. */
struct sim_buffer;
void sim_value_append(struct sim_buffer *buffer, struct sim_value value);

#endif
