/* scene.h - who and what there is in a run, while its events stream by: hosts, coroutines, objects,
 * included files, each with its name.
 *
 * It grows with what exists, not with what happens. (trace_model.h, which needs a whole trace, also
 * knows of operations and timers.)
 */
#ifndef REP_SCENE_H
#define REP_SCENE_H

#include "reports/text.h"
#include "reports/trace.h"

enum rep_actor_kind {
    REP_ACTOR_HOST,
    REP_ACTOR_LANE,
    REP_ACTOR_OBJECT,
    REP_ACTOR_FILE,
    REP_ACTOR_NAMESAKES, /* lanes of one name, by its hash */
};

/* Anything that has an id and a name. */
struct rep_actor {
    enum rep_actor_kind kind;
    uint64_t id;
    size_t name;    /* into the scene's texts, null-terminated, fit to be read */
    size_t next;    /* of those with the same place in the table; SIZE_MAX: none */
    uint64_t count; /* of namesakes */
    /* of an object: */
    size_t class_name;
    uint64_t connection;
    uint64_t port;
    /* of a lane: */
    uint64_t host;
    size_t object;      /* of its latest operation; SIZE_MAX: none */
    uint64_t operation; /* the event that began it */
    uint64_t latest;    /* its latest event */
    uint64_t before;    /* and the one before that; 0: none */
    bool is_waiting;    /* on that operation */
    bool is_step;       /* that operation is a mere step */
    bool is_put;        /* or one of these */
    bool is_get;
};

struct rep_scene {
    const struct rep_trace *trace; /* the schema */
    struct rep_actor *actors;
    size_t actor_count;
    size_t actor_capacity;
    size_t *places; /* by hash: the first actor */
    size_t place_count;
    struct rep_text names;
    bool is_cast;    /* all that there is in the run is there already */
    bool has_failed; /* out of memory */
};

void rep_scene_init(struct rep_scene *scene, const struct rep_trace *trace);
void rep_scene_term(struct rep_scene *scene);

/* Back to the start of the same trace, with everything that there is in it known beforehand. */
void rep_scene_rewind(struct rep_scene *scene);

/* Takes note of an event; in their order, each once. */
void rep_scene_note(struct rep_scene *scene, uint64_t index, const struct rep_event *event);

/* Null: there is none with this id, or none yet. Of value until the next note. */
struct rep_actor *rep_scene_find(const struct rep_scene *scene, enum rep_actor_kind kind,
                                 uint64_t id);

/* Its name; "" of null. Of value until the next note. */
const char *rep_scene_name(const struct rep_scene *scene, const struct rep_actor *actor);

/* The event's line in the scenario, or in the file that *file names ("": the scenario); 0: none. */
uint64_t rep_scene_line(const struct rep_scene *scene, const struct rep_event *event,
                        const char **file);

#endif
