/* stage.h - a scheduler to play on in tests: virtual clock, scripted proactor, watching observer,
 * counting allocator.
 *
 * Time stands still while coroutines run; only the proactor's run moves it, to the next cue or by
 * as much as it may sleep. Cues say what the proactor finds, and when. What the actors (actor.h) do
 * is written to `log`, one line each: TIME NAME WHAT.
 *
 * The stage watches every operation's life by the observer, and checks the scheduler after each
 * iteration: stage_run fails the test when something does not hold; teardown fails it when memory
 * is left.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include "core/cogen.h"
#include "tests/unit/tally.h"

enum {
    STAGE_OBJECTS_MAX = 16,
    STAGE_ROLES_MAX = 16,
    STAGE_ACTORS_MAX = 512,
    STAGE_CUES_MAX = 64,
    STAGE_CLEANUPS_MAX = 512,
    STAGE_LOCALS_MAX = 256,
    STAGE_LISTENER = 50, /* the socket that every listen gives */
    STAGE_TEXT_BYTES = 262144,
};

/* Lines of text that grow; what does not fit is a fault of the test. */
struct stage_text {
    size_t bytes;
    char text[STAGE_TEXT_BYTES];
};

enum stage_cue_kind {
    STAGE_COMPLETE, /* the first operation held on the socket ends with status */
    STAGE_ACTIVITY, /* it makes progress */
    STAGE_ANSWER,   /* not timed: the next operation tried at once on the socket ends with status */
    STAGE_POST,     /* `bytes` is posted to the mailbox that is object number `socket` */
};

struct stage_cue {
    int64_t time_ns;
    enum stage_cue_kind kind;
    int32_t socket;
    int status;
    size_t bytes;     /* how many more have come or gone; of accept and connect: the new socket */
    const char *text; /* what has come, or null */
    bool is_played;
};

/* What scripts know by name: one of the five. */
struct stage_object {
    const char *name;
    struct cog_signal *signal;
    struct cog_queue *queue;
    struct cog_channel *channel;
    struct cog_pipe *pipe;
    struct cog_mailbox *mailbox;
    struct cog_coro *producer; /* pipe; one of the actors */
    int64_t unfinished_count;  /* queue: items put and not done; mailbox: posted and not taken */
    size_t size;               /* queue */
};

/* A clean-up handler that a script has registered. */
struct stage_cleanup {
    struct stage *stage;
    struct cog_coro *coro;
    char text[16];
    bool is_due;        /* registered, and neither run nor taken back */
    bool is_taken_back; /* by undefer */
};

/* A coroutine-local value that a script has set. */
struct stage_local {
    struct stage *stage;
    struct cog_coro *coro;
    int64_t number;
    int destroyed_count;
};

struct stage {
    /* What stage_open makes the scheduler with; a test may change it before. */
    struct cog_scheduler_options options;
    struct cog_scheduler *scheduler;
    int64_t now_ns;
    struct tally tally;
    struct stage_text log;
    struct stage_text events;  /* what the observer saw */
    struct stage_text choices; /* what the picker was asked */
    struct stage_text sleeps;  /* the timeouts that the proactor was run with */
    const char *picks;         /* digits: the picker's answers, then 0 */
    uint64_t
        pick_random; /* not 0: what the picker draws its answers from instead, writing none down */
    const char *fault; /* what the observer saw that must not be, or null */

    struct stage_object objects[STAGE_OBJECTS_MAX]; /* by tag - 1 */
    size_t object_count;
    struct {
        const char *name;
        const char *script;
    } roles[STAGE_ROLES_MAX];
    size_t role_count;
    struct {
        struct cog_coro *coro; /* held until the stage closes; by tag - 1 */
        bool is_waiting;       /* an operation has started and not ended */
        bool may_resume;       /* its operation has ended since it was resumed last */
        bool has_ended;
        int64_t deadline_ns; /* of its operation, INT64_MAX: none armed */
    } actors[STAGE_ACTORS_MAX];
    size_t actor_count;
    struct stage_cleanup cleanups[STAGE_CLEANUPS_MAX]; /* in the order of registering */
    size_t cleanup_count;
    struct stage_local locals[STAGE_LOCALS_MAX];
    size_t local_count;
    struct cog_link gates; /* operations of the tests' own that are parked (actor.h) */
    size_t gate_count;     /* that have begun and were not finalized */

    struct cog_link held; /* operations, in the order of submitting */
    size_t held_count;
    struct stage_cue cues[STAGE_CUES_MAX];
    size_t cue_count;
    size_t run_count;
    size_t submit_count;
    bool was_tried_first; /* by the last submit */
    int32_t stuck_socket; /* operations on it cannot be cancelled; -1: none */
    int32_t sent_socket;  /* what goes out there is kept in `sent`; -1: nowhere */
    struct stage_text sent;
    int run_status; /* what the proactor's run returns */
    size_t wake_count;
    bool is_detached;
};

/* For cmocka: *state is the stage. Teardown closes it and fails when memory is left. */
int stage_setup(void **state);
int stage_teardown(void **state);

#define STAGE_TEST(function) cmocka_unit_test_setup_teardown(function, stage_setup, stage_teardown)

/* Without cmocka's setup: a stage that may be opened, closed and freed any number of times. */
struct stage *stage_new(void);
void stage_free(struct stage *stage);

/* Makes the scheduler. Its code. */
int stage_open(struct stage *stage);

/* Frees scheduler, objects and actors. Returns how many blocks of memory are left. Every clean-up
 * has run and every local value is destroyed once then, or the test fails. */
size_t stage_close(struct stage *stage);

/* Makes an object that scripts know by name. Its code. */
int stage_signal(struct stage *stage, const char *name);
int stage_queue(struct stage *stage, const char *name, size_t size);
int stage_channel(struct stage *stage, const char *name);
int stage_mailbox(struct stage *stage, const char *name, size_t size);

/* A pipe whose producer is a new actor of a role. */
int stage_pipe(struct stage *stage, const char *name, const char *role);

/* Posts to a mailbox. Its code. */
int stage_post(struct stage_object *mailbox, int64_t number);

/* Frees the objects; a part of stage_close. */
void stage_free_objects(struct stage *stage);

/* One iteration, and everything is checked. Its code. */
int stage_iterate(struct stage *stage);

/* Iterates until there is no more to do, checking everything after each iteration. The last
 * iteration's code. */
int stage_run(struct stage *stage);

/* stage_run, which is to return status and to have logged that. Fails the test otherwise. */
void stage_expect(struct stage *stage, int status, const char *log);

void stage_cue(struct stage *stage, int64_t time_ns, enum stage_cue_kind kind, int32_t socket,
               int status, size_t bytes);

/* What is received then is that text; of an operation that is held, or tried at once (answer). */
void stage_cue_text(struct stage *stage, int64_t time_ns, enum stage_cue_kind kind, int32_t socket,
                    const char *text);

/* Puts in the picker that answers by `picks`; before stage_open. */
void stage_use_picker(struct stage *stage, const char *picks);

__attribute__((format(printf, 2, 3))) void stage_write(struct stage_text *text, const char *format,
                                                       ...);

/* Forgets what was written. */
void stage_clear(struct stage_text *text);

/* The next number below bound of the sequence (xorshift) that *random, not 0, stands in. */
uint64_t stage_draw(uint64_t *random, uint64_t bound);

#endif
