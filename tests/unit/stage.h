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
};

struct stage_cue {
    int64_t time_ns;
    enum stage_cue_kind kind;
    int32_t socket;
    int status;
    size_t bytes; /* how many more have come or gone */
    bool is_played;
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

    struct {
        const char *name;
        struct cog_signal *signal; /* one of the three */
        struct cog_queue *queue;
        struct cog_channel *channel;
        int64_t unfinished_count; /* queue: items put and not done */
        size_t size;              /* queue */
    } objects[STAGE_OBJECTS_MAX];
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
        int64_t deadline_ns;   /* of its operation, INT64_MAX: none armed */
    } actors[STAGE_ACTORS_MAX];
    size_t actor_count;

    struct cog_link held; /* operations, in the order of submitting */
    size_t held_count;
    struct stage_cue cues[STAGE_CUES_MAX];
    size_t cue_count;
    size_t run_count;
    size_t submit_count;
    bool was_tried_first; /* by the last submit */
    int32_t stuck_socket; /* operations on it cannot be cancelled; -1: none */
    int run_status;       /* what the proactor's run returns */
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

/* Frees scheduler, objects and actors. Returns how many blocks of memory are left. */
size_t stage_close(struct stage *stage);

/* Makes an object that scripts know by name. Its code. */
int stage_signal(struct stage *stage, const char *name);
int stage_queue(struct stage *stage, const char *name, size_t size);
int stage_channel(struct stage *stage, const char *name);

/* One iteration, and everything is checked. Its code. */
int stage_iterate(struct stage *stage);

/* Iterates until there is no more to do, checking everything after each iteration. The last
 * iteration's code. */
int stage_run(struct stage *stage);

/* stage_run, which is to return status and to have logged that. Fails the test otherwise. */
void stage_expect(struct stage *stage, int status, const char *log);

void stage_cue(struct stage *stage, int64_t time_ns, enum stage_cue_kind kind, int32_t socket,
               int status, size_t bytes);

/* Puts in the picker that answers by `picks`; before stage_open. */
void stage_use_picker(struct stage *stage, const char *picks);

__attribute__((format(printf, 2, 3))) void stage_write(struct stage_text *text, const char *format,
                                                       ...);

/* Forgets what was written. */
void stage_clear(struct stage_text *text);

/* The next number below bound of the sequence (xorshift) that *random, not 0, stands in. */
uint64_t stage_draw(uint64_t *random, uint64_t bound);

#endif
