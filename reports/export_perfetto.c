/* export_perfetto.c - Perfetto's own format (perfetto.dev, protos/perfetto/trace): native track
 * events.
 *
 * A host is a process, a coroutine a track of it. What a coroutine waits on is a slice; what
 * happens in an instant (a log line, a variable set, a wake-up) an instant; how many items a queue
 * holds a counter; an arrow leads from what woke a coroutine to where it goes on. Time is that of
 * the run.
 */
#include "reports/export.h"

#include <stdlib.h>
#include <string.h>

#include "reports/protobuf.h"
#include "reports/wording.h"

enum { /* field numbers */
       TRACE_PACKET = 1,
       PACKET_TIMESTAMP = 8,
       PACKET_SEQUENCE = 10,
       PACKET_EVENT = 11,
       PACKET_SEQUENCE_FLAGS = 13,
       PACKET_TRACK = 60,
       TRACK_UUID = 1,
       TRACK_NAME = 2,
       TRACK_PROCESS = 3,
       TRACK_PARENT = 5,
       TRACK_COUNTER = 8,
       PROCESS_PID = 1,
       PROCESS_NAME = 6,
       EVENT_TYPE = 9,
       EVENT_TRACK = 11,
       EVENT_NAME = 23,
       EVENT_COUNTER = 30,
       EVENT_FLOW = 47,
       EVENT_FLOW_END = 48,
};

enum type { SLICE_BEGIN = 1, SLICE_END = 2, INSTANT = 3, COUNTER = 4 };

enum { SEQUENCE = 1, SEQUENCE_BEGINS = 1 };

/* A segment on its way, or arrived: who sent it. Those of long ago are forgotten. */
struct segment {
    uint64_t index;     /* the event */
    uint64_t send;      /* where it was sent */
    uint64_t coroutine; /* by whom; 0: by the host */
};

enum { SEGMENT_COUNT = 1 << 16 };

/* What is in memory beside the scene. */
struct writer {
    bool has_begun;
    struct segment segments[SEGMENT_COUNT]; /* by event, modulo their count */
    uint64_t *lengths;                      /* of queues, by actor */
    size_t length_count;
};

/* The world is 1; of others the kind and the id. */
static uint64_t track_of(const struct rep_actor *actor) {
    return actor == NULL ? 1 : 2 + (uint64_t)actor->kind + 8 * actor->id;
}

static const struct rep_actor *lane_of(const struct rep_exporting *it) {
    return rep_scene_find(&it->scene, REP_ACTOR_LANE, it->event->coroutine);
}

/* Texts 0 to 2 are the packet, a message in it, and one in that. */
static void add_packet(struct rep_exporting *it) {
    struct writer *writer = it->state;
    struct rep_text *framed = &it->text[2];
    rep_proto_number(&it->text[0], PACKET_SEQUENCE, SEQUENCE);
    if (!writer->has_begun)
        rep_proto_number(&it->text[0], PACKET_SEQUENCE_FLAGS, SEQUENCE_BEGINS);
    writer->has_begun = true;
    rep_text_clear(framed);
    rep_proto_message(framed, TRACE_PACKET, &it->text[0]);
    rep_output_add(it->output, rep_text_string(framed), framed->length);
    rep_text_clear(&it->text[0]);
    rep_text_clear(&it->text[1]);
}

/* ---- Tracks ---- */

static void add_track(struct rep_exporting *it, const struct rep_actor *actor, uint64_t parent,
                      bool is_counter) {
    struct rep_text *track = &it->text[1];
    rep_proto_number(track, TRACK_UUID, track_of(actor));
    rep_proto_number(track, TRACK_PARENT, parent);
    rep_proto_text(track, TRACK_NAME, rep_scene_name(&it->scene, actor));
    if (is_counter)
        rep_proto_bytes(track, TRACK_COUNTER, "", 0);
    rep_proto_message(&it->text[0], PACKET_TRACK, track);
    add_packet(it);
}

static void add_process(struct rep_exporting *it, uint64_t track, const char *name) {
    struct rep_text *process = &it->text[2];
    rep_text_clear(process);
    rep_proto_number(process, PROCESS_PID, track);
    rep_proto_text(process, PROCESS_NAME, name);
    rep_proto_number(&it->text[1], TRACK_UUID, track);
    rep_proto_message(&it->text[1], TRACK_PROCESS, process);
    rep_proto_message(&it->text[0], PACKET_TRACK, &it->text[1]);
    add_packet(it);
}

static void begin(struct rep_exporting *it) {
    add_process(it, 1, "world");
}

static void add_host(struct rep_exporting *it) {
    const struct rep_actor *host = rep_scene_find(&it->scene, REP_ACTOR_HOST, it->event->host);
    if (host != NULL)
        add_process(it, track_of(host), rep_scene_name(&it->scene, host));
}

static void add_lane(struct rep_exporting *it) {
    const struct rep_actor *lane = lane_of(it);
    if (lane != NULL)
        add_track(it, lane, track_of(rep_scene_find(&it->scene, REP_ACTOR_HOST, lane->host)),
                  false);
}

static bool is_counted(const struct rep_exporting *it, const struct rep_actor *object) {
    const char *names = rep_text_string(&it->scene.names);
    return object != NULL && strcmp(names + object->class_name, "queue") == 0;
}

static void add_object(struct rep_exporting *it) {
    const struct rep_actor *object =
        rep_scene_find(&it->scene, REP_ACTOR_OBJECT, rep_event_integer(it->trace, it->event, "id"));
    if (is_counted(it, object))
        add_track(it, object, 1, true);
}

/* ---- Events ---- */

static void begin_event(struct rep_exporting *it, enum type type, uint64_t track) {
    rep_proto_number(&it->text[0], PACKET_TIMESTAMP, (uint64_t)it->event->time_ns);
    rep_proto_number(&it->text[1], EVENT_TYPE, (uint64_t)type);
    rep_proto_number(&it->text[1], EVENT_TRACK, track);
}

static void end_event(struct rep_exporting *it) {
    rep_proto_message(&it->text[0], PACKET_EVENT, &it->text[1]);
    add_packet(it);
}

/* An arrow begins here. */
static void add_source(struct rep_exporting *it) {
    if (rep_export_is_marked(it, it->index))
        rep_proto_fixed64(&it->text[1], EVENT_FLOW, it->index);
}

/* ---- Arrows ---- */

static struct segment *find_segment(const struct rep_exporting *it, uint64_t index) {
    struct writer *writer = it->state;
    struct segment *segment = &writer->segments[index % SEGMENT_COUNT];
    return segment->index == index ? segment : NULL;
}

static void note_segment(struct rep_exporting *it) {
    struct writer *writer = it->state;
    struct segment new = {it->index, it->index, it->event->coroutine};
    enum rep_event_kind kind = rep_event_kind(it->trace, it->event);
    if (kind == REP_EVENT_ARRIVE) {
        const struct segment *sent = find_segment(it, it->event->cause);
        new.send = sent != NULL ? sent->send : 0;
        new.coroutine = sent != NULL ? sent->coroutine : 0;
    }
    if (kind == REP_EVENT_SEND || kind == REP_EVENT_ARRIVE)
        writer->segments[it->index % SEGMENT_COUNT] = new;
}

/* What let the event's coroutine go on, if another one did that: the event there; 0: no other. */
static uint64_t source_of(const struct rep_exporting *it) {
    uint64_t cause = it->event->cause;
    const struct rep_actor *lane = lane_of(it);
    const struct segment *segment = cause != 0 ? find_segment(it, cause) : NULL;
    if (cause == 0 || lane == NULL)
        return 0;
    if (segment != NULL)
        return segment->coroutine != 0 && segment->coroutine != lane->id ? segment->send : 0;
    return cause == lane->operation || cause == lane->before ? 0 : cause;
}

static void add_instant(struct rep_exporting *it) {
    struct rep_text *name = &it->text[3];
    rep_text_clear(name);
    rep_add_event_itself(it->trace, it->event, name);
    begin_event(it, INSTANT, track_of(lane_of(it)));
    rep_proto_text(&it->text[1], EVENT_NAME, rep_text_string(name));
    add_source(it);
    end_event(it);
}

/* Where an arrow ends: it needs an event of its own, for a slice that ends takes none. */
static void add_woken(struct rep_exporting *it, const char *word) {
    uint64_t source = source_of(it);
    if (source == 0)
        return;
    begin_event(it, INSTANT, track_of(lane_of(it)));
    rep_proto_text(&it->text[1], EVENT_NAME, word);
    rep_proto_fixed64(&it->text[1], EVENT_FLOW_END, source);
    end_event(it);
}

static void add_operation_name(const struct rep_exporting *it, const struct rep_actor *object,
                               struct rep_text *text) {
    struct rep_bytes name = rep_event_string(it->trace, it->event, "name");
    const char *class_name =
        object != NULL ? rep_text_string(&it->scene.names) + object->class_name : "";
    struct rep_bytes word = rep_operation_word(
        name, (struct rep_bytes){(const uint8_t *)class_name, strlen(class_name)});
    const char *other = rep_scene_name(
        &it->scene, rep_scene_find(&it->scene, REP_ACTOR_LANE,
                                   rep_event_integer(it->trace, it->event, "other")));
    rep_text_clear(text);
    rep_text_add_foreign(text, word.start, word.count);
    rep_text_add(text, object != NULL ? " " : "");
    rep_text_add(text, rep_scene_name(&it->scene, object));
    rep_text_add(text, other[0] != '\0' ? " " : "");
    rep_text_add(text, other);
    if (rep_bytes_equal(name, "sleep")) {
        rep_text_add(text, " ");
        rep_text_add_duration(text, rep_event_integer(it->trace, it->event, "amount"));
    }
}

static const struct rep_actor *object_of(const struct rep_exporting *it,
                                         const struct rep_actor *lane) {
    return lane != NULL && lane->object != SIZE_MAX ? &it->scene.actors[lane->object] : NULL;
}

static void add_operation(struct rep_exporting *it) {
    const struct rep_actor *lane = lane_of(it);
    if (lane == NULL || lane->is_step)
        return;
    add_operation_name(it, object_of(it, lane), &it->text[3]);
    begin_event(it, SLICE_BEGIN, track_of(lane));
    rep_proto_text(&it->text[1], EVENT_NAME, rep_text_string(&it->text[3]));
    add_source(it);
    end_event(it);
}

static uint64_t *length_of(struct rep_exporting *it, size_t actor) {
    struct writer *writer = it->state;
    if (actor >= writer->length_count) {
        size_t count = 2 * actor + 16;
        uint64_t *lengths = realloc(writer->lengths, count * sizeof lengths[0]);
        if (lengths == NULL) {
            it->has_failed = true;
            return NULL;
        }
        memset(lengths + writer->length_count, 0,
               (count - writer->length_count) * sizeof lengths[0]);
        writer->lengths = lengths;
        writer->length_count = count;
    }
    return &writer->lengths[actor];
}

static void count(struct rep_exporting *it, const struct rep_actor *lane) {
    const struct rep_actor *object = object_of(it, lane);
    if (!is_counted(it, object) || (!lane->is_put && !lane->is_get) ||
        !rep_bytes_equal(rep_event_string(it->trace, it->event, "how"), "completed"))
        return;
    uint64_t *length = length_of(it, lane->object);
    if (length == NULL)
        return;
    *length += lane->is_put ? 1 : UINT64_MAX;
    begin_event(it, COUNTER, track_of(object));
    rep_proto_number(&it->text[1], EVENT_COUNTER, *length);
    end_event(it);
}

static void add_ending(struct rep_exporting *it) {
    struct rep_actor *lane = rep_scene_find(&it->scene, REP_ACTOR_LANE, it->event->coroutine);
    if (lane == NULL || lane->is_step || !lane->is_waiting)
        return;
    lane->is_waiting = false;
    begin_event(it, SLICE_END, track_of(lane));
    end_event(it);
    add_woken(it, "woken");
    count(it, lane);
}

static void foresee(struct rep_exporting *it) {
    enum rep_event_kind kind = rep_event_kind(it->trace, it->event);
    note_segment(it);
    if (kind == REP_EVENT_ENDING || kind == REP_EVENT_COROUTINE)
        rep_export_mark(it, source_of(it));
}

static void add_event(struct rep_exporting *it) {
    note_segment(it);
    switch (rep_event_kind(it->trace, it->event)) {
    case REP_EVENT_HOST:
        add_host(it);
        return;
    case REP_EVENT_OBJECT:
        add_object(it);
        return;
    case REP_EVENT_OPERATION:
        add_operation(it);
        return;
    case REP_EVENT_ENDING:
        add_ending(it);
        return;
    case REP_EVENT_COROUTINE:
        add_lane(it);
        add_woken(it, "starts");
        return;
    case REP_EVENT_PROGRESS:
    case REP_EVENT_TIMER_REFRESH:
    case REP_EVENT_TIMER_FIRE:
    case REP_EVENT_END:
    case REP_EVENT_HOLD:
    case REP_EVENT_WORLD:
    case REP_EVENT_LOG:
    case REP_EVENT_READ:
    case REP_EVENT_SET:
    case REP_EVENT_CHOICE:
    case REP_EVENT_FAILURE:
        add_instant(it);
        return;
    case REP_EVENT_UNKNOWN:
    case REP_EVENT_RUN:
    case REP_EVENT_FILE:
    case REP_EVENT_SOURCE:
    case REP_EVENT_READY:
    case REP_EVENT_RESUME:
    case REP_EVENT_TIMER_ARM:
    case REP_EVENT_TIMER_REMOVE:
    case REP_EVENT_SEND:
    case REP_EVENT_ARRIVE:
    case REP_EVENT_FINISH:
        if (rep_export_is_marked(it, it->index))
            add_instant(it);
        return;
    }
}

static void end(struct rep_exporting *it) {
    free(((struct writer *)it->state)->lengths);
}

const struct rep_export rep_export_perfetto = {.state_bytes = sizeof(struct writer),
                                               .foresee = foresee,
                                               .begin = begin,
                                               .event = add_event,
                                               .end = end};
