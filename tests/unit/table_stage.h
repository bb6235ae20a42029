/* table_stage.h - a scheduler on which one operation is played, for the table of
 * core/OPERATIONS.md.
 *
 * The *subject* is the coroutine whose operation is played. The *helper* and the *other* are there
 * to bring something about: each stands at its gate (an operation of its own kind) until it is told
 * to act. Time stands still unless the test moves it; the proactor attempts what it holds whenever
 * it runs, on a network of one connection that the test feeds.
 *
 * The observer writes down what became of the played operation; what must never be is a `fault`.
 */
#ifndef TESTS_TABLE_STAGE_H
#define TESTS_TABLE_STAGE_H

#include "core/cogen.h"
#include "tests/unit/tally.h"

enum {
    TABLE_START_NS = 1000, /* when the played operation begins */
    TABLE_DELTA_NS = 100,  /* its timeout */
    TABLE_BYTES = 8,       /* what a transfer is about */
    TABLE_PARTIAL_BYTES = 3,
    TABLE_SOCKET = 7,
    TABLE_OTHER_SOCKET = 8,
};

struct table_operation;
struct table_stage;

/* What a coroutine does when its gate opens. True: it has set an operation. */
typedef bool (*table_act)(struct table_stage *stage, struct cog_op *op);

/* A coroutine of the stage. */
struct table_hand {
    struct cog_coro *coro;
    table_act act; /* to do next, or null */
    bool ends;     /* it ends with end_status instead */
    int end_status;
};

/* What the observer has seen of the played operation. */
struct table_record {
    size_t started_count;
    size_t ended_count;
    size_t armed_count;
    size_t fired_count;
    size_t removed_count;
    size_t progressed_count;
    size_t ready_count;   /* its coroutine entered the ready queue after it */
    size_t resumed_count; /* and was resumed */
    enum cog_op_state ended_state;
    int status;
    int64_t ended_ns;
    int64_t deadline_ns; /* as armed or refreshed last */
    size_t ended_iteration;
    size_t resumed_iteration;
    bool is_front;      /* of the ready queue */
    bool was_overtaken; /* somebody else ran before it ended */
    size_t bytes_done;  /* when it ended */
};

/* The connection that sockets are about: what can be taken from it and given to it. */
struct table_network {
    size_t bytes_in;      /* that have come */
    bool has_line;        /* the last of them is a newline */
    size_t room;          /* for bytes to send */
    size_t arrival_count; /* connections and datagrams that have come, datagrams that can leave */
    int status;           /* what fails once nothing of that is left; COG_OK: it would wait */
    int answer;           /* what operations that never wait end with */
    bool is_closed;
    bool is_other_ready; /* what the other holds completes */
    size_t moved_bytes;  /* by the played operation */
};

struct table_stage {
    struct tally tally;
    struct cog_scheduler_options options;
    struct cog_scheduler *scheduler;
    int64_t now_ns;
    size_t iteration;
    const char *fault; /* what must not be, or null */

    const struct table_operation *operation;
    struct table_hand subject;
    struct table_hand helper;
    struct table_hand other;
    bool is_played; /* the operation has been set */
    bool fails_now; /* custom: its process fails it */
    bool ends_now;  /* custom: its process completes it */
    bool is_nowait;
    bool fails_memory;      /* the next allocation after setting it */
    bool refuses;           /* it cannot be withdrawn */
    bool is_other_acting;   /* the helper or the other has acted since the operation was set */
    int waker_priority;     /* of what they set then */
    size_t cleanup_count;   /* of the subject's handler */
    size_t finalized_count; /* of a custom operation */
    int event;              /* enum table_event, by which it is adjusted once it is set */
    table_act instead;      /* what the subject does rather than waiting for it; or null */
    struct table_record record;

    struct cog_signal *signal;
    struct cog_queue *queue;
    struct cog_channel *channel;
    struct cog_pipe *pipe;
    struct cog_mailbox *mailbox;
    struct table_network network;
    struct cog_link held;
    size_t held_count;
    char buffer[TABLE_BYTES];
};

/* Zeroes the stage and fills in its options, which may be changed before table_open. */
void table_init(struct table_stage *stage, const struct table_operation *operation);

/* Makes the scheduler and the three hands, of which none runs yet. */
void table_open(struct table_stage *stage);

/* Frees everything. Null, or what was wrong in the end, in a text (static). */
const char *table_close(struct table_stage *stage);

/* Lets a hand act, or end, once the scheduler runs: adds it if it is new, else opens its gate. */
void table_tell(struct table_stage *stage, struct table_hand *hand, table_act act);
void table_end(struct table_stage *stage, struct table_hand *hand, int status);

/* Adds a hand, which then stands at its gate. */
void table_add(struct table_stage *stage, struct table_hand *hand);

/* Adds the helper and the subject, for a start; with the other, all. */
void table_begin(struct table_stage *stage);
void table_begin_all(struct table_stage *stage);

/* Lets a hand act, and what comes of it come to rest. */
void table_let(struct table_stage *stage, struct table_hand *hand, table_act act);

/* For what is prepared and cannot fail. */
void table_expect_ok(int status);

/* Adds somebody who only runs and ends. */
void table_add_bystander(struct table_stage *stage);

/* One iteration; or as many as it takes until nobody is ready. Everything is checked after each. */
void table_iterate(struct table_stage *stage);
void table_settle(struct table_stage *stage);

/* Moves the clock to a time. */
void table_advance(struct table_stage *stage, int64_t time_ns);

/* Does the subject wait for the played operation? */
bool table_is_waiting(const struct table_stage *stage);

/* Notes a fault, unless there is one already. */
void table_blame(struct table_stage *stage, const char *fault);

/* An operation of the test's own: parks, and may be played as well. */
void table_set_gate(struct cog_op *op);
void table_set_custom(struct cog_op *op, struct table_stage *stage);

#endif
