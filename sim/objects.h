/* objects.h - the numbers of what a scenario's steps can touch.
 *
 *     variables' elements | queues | channels | signals | locks | lines | log | watches | end |
 * network | ports | guests | coroutines
 *
 * All but the last are known before a run. Coroutines go by their process (process.h); beside the
 * coroutine itself there are two objects for the connections that it makes, one for their client
 * ends and one for their server ends.
 */
#ifndef SIM_OBJECTS_H
#define SIM_OBJECTS_H

#include "core/allocator.h"
#include "sim/code.h"

/* Where the numbers of each kind begin. */
struct sim_objects {
    const struct sim_scenario *scenario;
    uint32_t *variables; /* of each variable, its first element */
    bool *is_watched;    /* of each variable: an `always` or `within` looks at it */
    uint32_t queues;
    uint32_t channels;
    uint32_t signals;
    uint32_t locks;
    uint32_t lines;      /* of those who wait for each lock with a timeout */
    uint32_t log;        /* lines that an expectation looks at in their order */
    uint32_t watches;    /* variables that are watched */
    uint32_t end;        /* of the run, where background coroutines would go on */
    uint32_t network;    /* what is not told apart of it: lines with a bandwidth, closed sockets */
    uint32_t ports;      /* where connections arrive and are accepted; some share a number */
    uint32_t guests;     /* what C programs of hosts have (guest.h) */
    uint32_t coroutines; /* what their ends show, and their connections */
    bool has_background;
    bool watches_log;
    bool waits_show; /* a signal asks for recipients: then the order of waits matters to it */
};

enum { SIM_OBJECTS_PORTS = 64, SIM_OBJECTS_OF_PROCESS = 3 };

static inline uint32_t sim_object_of_process(const struct sim_objects *objects, uint32_t process) {
    return objects->coroutines + process * SIM_OBJECTS_OF_PROCESS;
}

/* end: 0 client, 1 server. */
static inline uint32_t sim_object_of_connections(const struct sim_objects *objects,
                                                 uint32_t process, uint32_t end) {
    return sim_object_of_process(objects, process) + 1 + end;
}

static inline uint32_t sim_object_of_port(const struct sim_objects *objects, uint32_t host,
                                          uint32_t port) {
    return objects->ports + (host * 31 + port) % SIM_OBJECTS_PORTS;
}

/* Is it a coroutine itself, which others may join? */
static inline bool sim_object_is_coroutine(const struct sim_objects *objects, uint32_t object) {
    return object >= objects->coroutines &&
           (object - objects->coroutines) % SIM_OBJECTS_OF_PROCESS == 0;
}

static inline uint32_t sim_object_process(const struct sim_objects *objects, uint32_t object) {
    return (object - objects->coroutines) / SIM_OBJECTS_OF_PROCESS;
}

/* COG_OK, COG_ENOMEM. */
int sim_objects_init(struct sim_objects *objects, const struct cog_allocator *allocator,
                     const struct sim_program *program);
void sim_objects_term(struct sim_objects *objects, const struct cog_allocator *allocator);

/* Does some expectation look at log lines in their order? */
bool sim_scenario_watches_log(const struct sim_scenario *scenario);

/* Has some host a C program? */
bool sim_scenario_has_programs(const struct sim_scenario *scenario);

/* Do some coroutines run in the background, so that the end of the others cuts them off? */
bool sim_scenario_has_background(const struct sim_scenario *scenario);

/* An `acquire` or `join` without a timeout: where order is chosen it is a step of its own, which
 * waits for the lock to be free, or the other to have ended, instead of parking. */
bool sim_waits_as_step(const struct sim_scenario *scenario, const struct sim_statement *statement);

#endif
