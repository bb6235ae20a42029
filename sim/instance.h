/* instance.h - a coroutine of a scenario while it runs, and what is remembered of it when it has
 * ended. */
#ifndef SIM_INSTANCE_H
#define SIM_INSTANCE_H

#include "core/cogen.h"
#include "sim/footprint.h"
#include "sim/value.h"

struct sim_run;
struct sim_run_lock;
struct sim_code;

enum { SIM_INSTANCE_NAME_BYTES = 64 };

/* Lives as long as the run. */
struct sim_instance {
    struct sim_instance *next; /* of the run's, in order of making */
    const char *name;          /* "worker", or "worker[2]" of several */
    const struct sim_coroutine *source;
    uint32_t root; /* index of the `coro` that it descends from: itself, or whose routine it is */
    uint32_t host; /* index into hosts */
    uint32_t process;      /* number of its process, where the order of steps is chosen */
    uint32_t child_count;  /* that it has made */
    struct cog_coro *coro; /* held as long as the run */
    bool is_background;
    uint32_t
        observer_count; /* who called or joined it, and did not give up: its failure is theirs */
    bool has_ended;
    int status;             /* COG_OK, or how it failed */
    int64_t ended_ns;       /* world time */
    uint64_t step_count;    /* resumptions */
    uint64_t instant_count; /* statements at instant_ns: tells who spins */
    int64_t instant_ns;
    uint32_t line;            /* of the statement under way */
    struct sim_value failure; /* why it failed: a text, or unset */
    uint32_t failure_line;
    struct cog_pipe *pipe;              /* that it emits into; null: none, or closed */
    struct sim_instance *next_producer; /* of the frame whose `producers` it is in */
};

/* A read of a shared variable, remembered while the statement under way is evaluated again. */
struct sim_read {
    const struct sim_value *place; /* the variable or element */
    struct sim_value value;
};

/* Context of its core coroutine. */
struct sim_frame {
    struct sim_run *run;
    struct sim_instance *instance;
    const struct sim_code *code;
    uint32_t next;                  /* index of the instruction to execute next */
    bool is_waiting;                /* it waits on the statement of the instruction before `next` */
    bool has_yielded;               /* the yield before a step of its own has been */
    struct sim_touch access;        /* what that step is for, once the yield is asked for */
    bool is_drawing;                /* it has yielded before the draw of the pick under way, */
    bool has_drawn;                 /* and after it */
    bool has_picked;                /* of the pick under way, */
    uint32_t picked;                /* which value */
    struct sim_instance *other;     /* whom a call, join or iterate under way is about */
    struct sim_instance *producers; /* that it iterates, the newest first */
    struct sim_run_lock *lock;      /* of an acquire under way, as its index was then */
    struct sim_string *buffer;      /* of a receive under way: what has come */
    struct sim_value index;         /* which of `times N` */
    struct sim_read *reads;         /* of shared variables for the statement under way, in order */
    uint32_t read_count;
    size_t read_capacity;
    uint32_t read_next; /* the one that evaluation comes to next */
    int32_t *sockets;   /* that it opened and did not pass on */
    uint32_t socket_count;
    size_t socket_capacity;
    char address[32];         /* of a listen or connect under way */
    struct sim_value slots[]; /* parameters, locals, hidden ones */
};

#endif
