/* scene.c - a table of actors by kind and id. */
#include "reports/scene.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define NONE SIZE_MAX

void rep_scene_init(struct rep_scene *scene, const struct rep_trace *trace) {
    *scene = (struct rep_scene){.trace = trace};
    rep_text_add_bytes(&scene->names, "", 1); /* the empty name is at 0 */
}

void rep_scene_term(struct rep_scene *scene) {
    free(scene->actors);
    free(scene->places);
    rep_text_term(&scene->names);
    *scene = (struct rep_scene){0};
}

void rep_scene_rewind(struct rep_scene *scene) {
    scene->is_cast = true;
    for (size_t i = 0; i < scene->actor_count; i++) {
        struct rep_actor *actor = &scene->actors[i];
        actor->object = NONE;
        actor->operation = actor->latest = actor->before = 0;
        actor->is_waiting = actor->is_step = actor->is_put = actor->is_get = false;
    }
}

/* ---- The table ---- */

static size_t place_of(const struct rep_scene *scene, enum rep_actor_kind kind, uint64_t id) {
    uint64_t key[2] = {(uint64_t)kind, id};
    assert(scene->place_count > 0);
    return (size_t)(XXH3_64bits(key, sizeof key) % scene->place_count);
}

struct rep_actor *rep_scene_find(const struct rep_scene *scene, enum rep_actor_kind kind,
                                 uint64_t id) {
    if (scene->place_count == 0)
        return NULL;
    for (size_t at = scene->places[place_of(scene, kind, id)]; at != NONE;
         at = scene->actors[at].next) {
        if (scene->actors[at].kind == kind && scene->actors[at].id == id)
            return &scene->actors[at];
    }
    return NULL;
}

static void put_in_place(struct rep_scene *scene, size_t actor) {
    size_t *place =
        &scene->places[place_of(scene, scene->actors[actor].kind, scene->actors[actor].id)];
    scene->actors[actor].next = *place;
    *place = actor;
}

static bool grow(struct rep_scene *scene) {
    if (scene->actor_count < scene->actor_capacity)
        return true;
    size_t capacity = scene->actor_capacity == 0 ? 64 : 2 * scene->actor_capacity;
    struct rep_actor *actors = realloc(scene->actors, capacity * sizeof actors[0]);
    if (actors == NULL)
        return false;
    scene->actors = actors;
    scene->actor_capacity = capacity;
    size_t *places = malloc(capacity * sizeof places[0]);
    if (places == NULL)
        return false;
    free(scene->places);
    scene->places = places;
    scene->place_count = capacity;
    for (size_t i = 0; i < capacity; i++)
        places[i] = NONE;
    for (size_t i = 0; i < scene->actor_count; i++)
        put_in_place(scene, i);
    return true;
}

/* The actor with this id: the one that is there, made anew, for ids stand for one each. */
static struct rep_actor *add(struct rep_scene *scene, enum rep_actor_kind kind, uint64_t id) {
    struct rep_actor *actor = rep_scene_find(scene, kind, id);
    if (actor == NULL) {
        if (!grow(scene)) {
            scene->has_failed = true;
            return NULL;
        }
        actor = &scene->actors[scene->actor_count];
        *actor = (struct rep_actor){.kind = kind, .id = id};
        put_in_place(scene, scene->actor_count++);
    }
    size_t next = actor->next;
    *actor = (struct rep_actor){
        .kind = kind, .id = id, .next = next, .object = NONE, .count = actor->count};
    return actor;
}

/* ---- Names ---- */

static size_t begin_name(const struct rep_scene *scene) {
    return scene->names.length;
}

static void end_name(struct rep_scene *scene) {
    rep_text_add_bytes(&scene->names, "", 1);
    scene->has_failed |= scene->names.failed;
}

static size_t keep_name(struct rep_scene *scene, struct rep_bytes name) {
    size_t place = begin_name(scene);
    rep_text_add_foreign(&scene->names, name.start, name.count);
    end_name(scene);
    return place;
}

const char *rep_scene_name(const struct rep_scene *scene, const struct rep_actor *actor) {
    return actor == NULL ? "" : rep_text_string(&scene->names) + actor->name;
}

/* ---- Events ---- */

static struct rep_bytes string(const struct rep_scene *scene, const struct rep_event *event,
                               const char *field) {
    return rep_event_string(scene->trace, event, field);
}

static uint64_t integer(const struct rep_scene *scene, const struct rep_event *event,
                        const char *field) {
    return rep_event_integer(scene->trace, event, field);
}

/* "worker", "worker#2" for the second of that name. */
static void note_lane(struct rep_scene *scene, const struct rep_event *event) {
    struct rep_bytes name = string(scene, event, "name");
    uint64_t hash = XXH3_64bits(name.start, name.count);
    struct rep_actor *namesakes = add(scene, REP_ACTOR_NAMESAKES, hash);
    if (namesakes == NULL)
        return;
    uint64_t ordinal = ++namesakes->count;
    struct rep_actor *lane = add(scene, REP_ACTOR_LANE, event->coroutine);
    if (lane == NULL)
        return;
    lane->host = event->host;
    lane->name = begin_name(scene);
    rep_text_add_foreign(&scene->names, name.start, name.count);
    if (ordinal > 1)
        rep_text_add_format(&scene->names, "#%llu", (unsigned long long)ordinal);
    end_name(scene);
}

static void note_object(struct rep_scene *scene, const struct rep_event *event) {
    struct rep_actor *object = add(scene, REP_ACTOR_OBJECT, integer(scene, event, "id"));
    if (object == NULL)
        return;
    object->name = keep_name(scene, string(scene, event, "name"));
    object->class_name = keep_name(scene, string(scene, event, "class"));
    object->connection = integer(scene, event, "connection");
    object->port = integer(scene, event, "port");
}

static void note_operation(struct rep_scene *scene, uint64_t index, const struct rep_event *event) {
    struct rep_actor *lane = rep_scene_find(scene, REP_ACTOR_LANE, event->coroutine);
    if (lane == NULL)
        return;
    struct rep_bytes name = string(scene, event, "name");
    const struct rep_actor *object =
        rep_scene_find(scene, REP_ACTOR_OBJECT, integer(scene, event, "object"));
    lane->object = object == NULL ? NONE : (size_t)(object - scene->actors);
    lane->operation = index;
    lane->is_waiting = true;
    lane->is_step = rep_bytes_equal(name, "step");
    lane->is_put = rep_bytes_equal(name, "put");
    lane->is_get = rep_bytes_equal(name, "get");
}

static void note_name(struct rep_scene *scene, enum rep_actor_kind kind, uint64_t id,
                      struct rep_bytes name) {
    struct rep_actor *actor = add(scene, kind, id);
    if (actor != NULL)
        actor->name = keep_name(scene, name);
}

static void note_kind(struct rep_scene *scene, uint64_t index, const struct rep_event *event) {
    enum rep_event_kind kind = rep_event_kind(scene->trace, event);
    if (scene->is_cast && kind != REP_EVENT_OPERATION)
        return;
    switch (kind) {
    case REP_EVENT_HOST:
        note_name(scene, REP_ACTOR_HOST, event->host, string(scene, event, "name"));
        return;
    case REP_EVENT_FILE:
        note_name(scene, REP_ACTOR_FILE, integer(scene, event, "number"),
                  string(scene, event, "name"));
        return;
    case REP_EVENT_COROUTINE:
        note_lane(scene, event);
        return;
    case REP_EVENT_OBJECT:
        note_object(scene, event);
        return;
    case REP_EVENT_OPERATION:
        note_operation(scene, index, event);
        return;
    case REP_EVENT_UNKNOWN:
    case REP_EVENT_RUN:
    case REP_EVENT_SOURCE:
    case REP_EVENT_READY:
    case REP_EVENT_RESUME:
    case REP_EVENT_ENDING:
    case REP_EVENT_PROGRESS:
    case REP_EVENT_TIMER_ARM:
    case REP_EVENT_TIMER_REFRESH:
    case REP_EVENT_TIMER_FIRE:
    case REP_EVENT_TIMER_REMOVE:
    case REP_EVENT_END:
    case REP_EVENT_SEND:
    case REP_EVENT_ARRIVE:
    case REP_EVENT_HOLD:
    case REP_EVENT_WORLD:
    case REP_EVENT_LOG:
    case REP_EVENT_READ:
    case REP_EVENT_SET:
    case REP_EVENT_CHOICE:
    case REP_EVENT_FAILURE:
    case REP_EVENT_FINISH:
        return;
    }
}

void rep_scene_note(struct rep_scene *scene, uint64_t index, const struct rep_event *event) {
    note_kind(scene, index, event);
    struct rep_actor *lane =
        event->coroutine == 0 ? NULL : rep_scene_find(scene, REP_ACTOR_LANE, event->coroutine);
    if (lane != NULL) {
        lane->before = lane->latest;
        lane->latest = index;
    }
}

uint64_t rep_scene_line(const struct rep_scene *scene, const struct rep_event *event,
                        const char **file) {
    uint64_t line = integer(scene, event, "line");
    *file =
        line >> REP_LINE_BITS == 0
            ? ""
            : rep_scene_name(scene, rep_scene_find(scene, REP_ACTOR_FILE, line >> REP_LINE_BITS));
    return line & ((UINT64_C(1) << REP_LINE_BITS) - 1);
}
