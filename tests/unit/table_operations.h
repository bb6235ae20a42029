/* table_operations.h - how each operation of core/OPERATIONS.md is brought about on the table's
 * stage: what it needs to wait, to end at once and to fail at once, and what then ends it. */
#ifndef TESTS_TABLE_OPERATIONS_H
#define TESTS_TABLE_OPERATIONS_H

#include "tests/unit/table_stage.h"

enum table_variant { TABLE_WAITS, TABLE_ENDS_AT_ONCE, TABLE_FAILS_AT_ONCE };

struct table_operation {
    const char *name; /* in the table */
    enum cog_op_kind kind;
    /* Prepares the stage, the scheduler being open, and leaves the subject at its gate. Null:
     * nothing to do but that. */
    void (*prepare)(struct table_stage *stage, enum table_variant variant);
    /* Sets the operation. */
    void (*set)(struct table_stage *stage, struct cog_op *op);
    bool can_fail_at_once;
    bool is_partial; /* it can wait with some of its bytes moved */
    /* Bring about what they say, by the next iteration. Null: that is not possible. */
    void (*complete)(struct table_stage *stage);
    void (*fail)(struct table_stage *stage);
    void (*progress)(struct table_stage *stage);
    void (*end_object)(struct table_stage *stage); /* in a way that is defined */
    void (*free_object)(struct table_stage *stage);
};

/* One that never waits, and can fail. */
#define TABLE_AT_ONCE(name_, kind_, prepare_, set_)                                                \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .prepare = (prepare_), .set = (set_),                    \
        .can_fail_at_once = true                                                                   \
    }

/* The rows of the table, one after the other; null after the last. */
const struct table_operation *table_operation_at(size_t index);

/* What becomes of the other, which is joined, called or produces. */
void table_end_other_well(struct table_stage *stage);
void table_end_other_badly(struct table_stage *stage);
void table_cancel_other(struct table_stage *stage);

/* The parts that they are made of. */
size_t table_plain_operations(const struct table_operation **out);
size_t table_exchange_operations(const struct table_operation **out);
size_t table_socket_operations(const struct table_operation **out);

/* Is it about a socket, and can the proactor hold it? */
bool table_is_held(const struct table_operation *operation);

#endif
