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

struct writer {
    const struct rep_model *model;
    struct rep_output *output;
    struct rep_text packet;
    struct rep_text inner;
    struct rep_text innermost;
    struct rep_text name;
    uint8_t *is_source; /* by event: an arrow begins there */
    uint64_t *lengths;  /* of queues, by index of the object */
    bool has_begun;
    bool has_failed;
};

/* Tracks: the world is 1, then the hosts, the coroutines, the objects. */
static uint64_t track_of_host(uint32_t host) {
    return 2 + (uint64_t)host;
}

static uint64_t track_of_lane(const struct writer *writer, uint32_t lane) {
    return lane == REP_NONE ? 1 : track_of_host(writer->model->host_count) + lane;
}

static uint64_t track_of_object(const struct writer *writer, uint32_t object) {
    return track_of_lane(writer, 0) + writer->model->lane_count + object;
}

static void add_packet(struct writer *writer) {
    struct rep_text *framed = &writer->innermost;
    rep_proto_number(&writer->packet, PACKET_SEQUENCE, SEQUENCE);
    if (!writer->has_begun)
        rep_proto_number(&writer->packet, PACKET_SEQUENCE_FLAGS, SEQUENCE_BEGINS);
    writer->has_begun = true;
    rep_text_clear(framed);
    rep_proto_message(framed, TRACE_PACKET, &writer->packet);
    rep_output_add(writer->output, rep_text_string(framed), framed->length);
    writer->has_failed |= framed->failed || writer->packet.failed || writer->inner.failed;
    rep_text_clear(&writer->packet);
    rep_text_clear(&writer->inner);
}

/* ---- Tracks ---- */

static void add_track(struct writer *writer, uint64_t track, uint64_t parent, bool is_counter) {
    rep_proto_number(&writer->inner, TRACK_UUID, track);
    if (parent != 0)
        rep_proto_number(&writer->inner, TRACK_PARENT, parent);
    rep_proto_text(&writer->inner, TRACK_NAME, rep_text_string(&writer->name));
    if (is_counter)
        rep_proto_bytes(&writer->inner, TRACK_COUNTER, "", 0);
    rep_proto_message(&writer->packet, PACKET_TRACK, &writer->inner);
    add_packet(writer);
}

static void add_process(struct writer *writer, uint64_t track) {
    struct rep_text *process = &writer->innermost;
    rep_text_clear(process);
    rep_proto_number(process, PROCESS_PID, track);
    rep_proto_text(process, PROCESS_NAME, rep_text_string(&writer->name));
    rep_proto_number(&writer->inner, TRACK_UUID, track);
    rep_proto_message(&writer->inner, TRACK_PROCESS, process);
    rep_proto_message(&writer->packet, PACKET_TRACK, &writer->inner);
    add_packet(writer);
}

static bool is_counted(const struct rep_object *object) {
    return rep_bytes_equal(object->kind, "queue");
}

static void add_tracks(struct writer *writer) {
    const struct rep_model *model = writer->model;
    rep_text_clear(&writer->name);
    rep_text_add(&writer->name, "world");
    add_process(writer, 1);
    for (uint32_t i = 0; i < model->host_count; i++) {
        rep_text_clear(&writer->name);
        rep_model_add_host_name(model, i, &writer->name);
        add_process(writer, track_of_host(i));
    }
    for (uint32_t i = 0; i < model->lane_count; i++) {
        uint32_t host = model->lanes[i].host;
        rep_text_clear(&writer->name);
        rep_model_add_lane_name(model, i, &writer->name);
        add_track(writer, track_of_lane(writer, i), host == REP_NONE ? 1 : track_of_host(host),
                  false);
    }
    for (uint32_t i = 0; i < model->object_count; i++) {
        if (!is_counted(&model->objects[i]))
            continue;
        rep_text_clear(&writer->name);
        rep_text_add_foreign(&writer->name, model->objects[i].name.start,
                             model->objects[i].name.count);
        add_track(writer, track_of_object(writer, i), 1, true);
    }
}

/* ---- Events ---- */

static void begin_event(struct writer *writer, size_t event, enum type type, uint64_t track) {
    int64_t time_ns = rep_trace_event(writer->model->trace, event)->time_ns;
    rep_proto_number(&writer->packet, PACKET_TIMESTAMP, (uint64_t)time_ns);
    rep_proto_number(&writer->inner, EVENT_TYPE, (uint64_t)type);
    rep_proto_number(&writer->inner, EVENT_TRACK, track);
}

static void end_event(struct writer *writer) {
    rep_proto_message(&writer->packet, PACKET_EVENT, &writer->inner);
    add_packet(writer);
}

static bool is_kind(const struct rep_trace *trace, size_t event, enum rep_event_kind kind) {
    return rep_event_kind(trace, rep_trace_event(trace, event)) == kind;
}

/* What let a coroutine go on, if that happened in another one: the event there; 0: it did not. */
static size_t find_source(const struct rep_model *model, size_t event) {
    const struct rep_trace *trace = model->trace;
    size_t cause = rep_trace_event(trace, event)->cause;
    if (cause != 0 && is_kind(trace, cause, REP_EVENT_ARRIVE))
        cause = rep_trace_event(trace, cause)->cause;
    bool is_other = cause != 0 && model->event_lane[cause] != REP_NONE &&
                    model->event_lane[event] != REP_NONE &&
                    model->event_lane[cause] != model->event_lane[event];
    return is_other ? cause : 0;
}

static bool goes_on(const struct rep_trace *trace, size_t event) {
    return is_kind(trace, event, REP_EVENT_ENDING) || is_kind(trace, event, REP_EVENT_COROUTINE);
}

static void find_sources(struct writer *writer) {
    const struct rep_trace *trace = writer->model->trace;
    for (size_t event = 1; event <= trace->event_count; event++) {
        size_t source = goes_on(trace, event) ? find_source(writer->model, event) : 0;
        writer->is_source[source] = 1;
    }
}

static void add_instant(struct writer *writer, size_t event) {
    rep_text_clear(&writer->name);
    rep_add_event(writer->model, event, &writer->name);
    begin_event(writer, event, INSTANT, track_of_lane(writer, writer->model->event_lane[event]));
    rep_proto_text(&writer->inner, EVENT_NAME, rep_text_string(&writer->name));
    if (writer->is_source[event] != 0)
        rep_proto_fixed64(&writer->inner, EVENT_FLOW, event);
    end_event(writer);
}

/* Where an arrow ends: it needs an event of its own, for a slice that ends takes none. */
static void add_woken(struct writer *writer, size_t event) {
    size_t source = find_source(writer->model, event);
    if (source == 0)
        return;
    begin_event(writer, event, INSTANT, track_of_lane(writer, writer->model->event_lane[event]));
    rep_proto_text(&writer->inner, EVENT_NAME,
                   is_kind(writer->model->trace, event, REP_EVENT_COROUTINE) ? "starts" : "woken");
    rep_proto_fixed64(&writer->inner, EVENT_FLOW_END, source);
    end_event(writer);
}

static bool is_step(const struct writer *writer, uint32_t operation) {
    const struct rep_trace *trace = writer->model->trace;
    const struct rep_event *start =
        rep_trace_event(trace, writer->model->operations[operation].start);
    return rep_bytes_equal(rep_event_string(trace, start, "name"), "step");
}

static void add_operation(struct writer *writer, size_t event) {
    const struct rep_model *model = writer->model;
    uint32_t operation = model->event_operation[event];
    if (operation == REP_NONE || is_step(writer, operation))
        return;
    rep_text_clear(&writer->name);
    rep_add_operation(model, operation, &writer->name);
    begin_event(writer, event, SLICE_BEGIN, track_of_lane(writer, model->event_lane[event]));
    rep_proto_text(&writer->inner, EVENT_NAME, rep_text_string(&writer->name));
    if (writer->is_source[event] != 0)
        rep_proto_fixed64(&writer->inner, EVENT_FLOW, event);
    end_event(writer);
}

static void count(struct writer *writer, size_t event, const struct rep_operation *operation) {
    const struct rep_model *model = writer->model;
    const struct rep_trace *trace = model->trace;
    if (operation->object == REP_NONE || !is_counted(&model->objects[operation->object]) ||
        !rep_bytes_equal(rep_event_string(trace, rep_trace_event(trace, event), "how"),
                         "completed"))
        return;
    struct rep_bytes name =
        rep_event_string(trace, rep_trace_event(trace, operation->start), "name");
    bool is_put = rep_bytes_equal(name, "put");
    if (!is_put && !rep_bytes_equal(name, "get"))
        return;
    writer->lengths[operation->object] += is_put ? 1 : UINT64_MAX;
    begin_event(writer, event, COUNTER, track_of_object(writer, operation->object));
    rep_proto_number(&writer->inner, EVENT_COUNTER, writer->lengths[operation->object]);
    end_event(writer);
}

static void add_ending(struct writer *writer, size_t event) {
    const struct rep_model *model = writer->model;
    uint32_t operation = model->event_operation[event];
    if (operation == REP_NONE || is_step(writer, operation))
        return;
    begin_event(writer, event, SLICE_END, track_of_lane(writer, model->event_lane[event]));
    end_event(writer);
    add_woken(writer, event);
    count(writer, event, &model->operations[operation]);
}

static void add_event(struct writer *writer, size_t event) {
    const struct rep_trace *trace = writer->model->trace;
    switch (rep_event_kind(trace, rep_trace_event(trace, event))) {
    case REP_EVENT_OPERATION:
        add_operation(writer, event);
        return;
    case REP_EVENT_ENDING:
        add_ending(writer, event);
        return;
    case REP_EVENT_COROUTINE:
        add_woken(writer, event);
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
        add_instant(writer, event);
        return;
    case REP_EVENT_SEND:
        if (writer->is_source[event] != 0)
            add_instant(writer, event);
        return;
    case REP_EVENT_UNKNOWN:
    case REP_EVENT_RUN:
    case REP_EVENT_HOST:
    case REP_EVENT_FILE:
    case REP_EVENT_SOURCE:
    case REP_EVENT_OBJECT:
    case REP_EVENT_READY:
    case REP_EVENT_RESUME:
    case REP_EVENT_TIMER_ARM:
    case REP_EVENT_TIMER_REMOVE:
    case REP_EVENT_ARRIVE:
    case REP_EVENT_FINISH:
        if (writer->is_source[event] != 0)
            add_instant(writer, event);
        return;
    }
}

int rep_export_perfetto(const struct rep_model *model, struct rep_output *output) {
    const struct rep_trace *trace = model->trace;
    struct writer writer = {.model = model, .output = output};
    writer.is_source = calloc(trace->event_count + 1, 1);
    writer.lengths = calloc((size_t)model->object_count + 1, sizeof writer.lengths[0]);
    bool is_whole = writer.is_source != NULL && writer.lengths != NULL;
    if (is_whole) {
        find_sources(&writer);
        add_tracks(&writer);
        for (size_t event = 1; event <= trace->event_count; event++)
            add_event(&writer, event);
    }
    is_whole = is_whole && !writer.has_failed && !writer.name.failed;
    rep_text_term(&writer.packet);
    rep_text_term(&writer.inner);
    rep_text_term(&writer.innermost);
    rep_text_term(&writer.name);
    free(writer.is_source);
    free(writer.lengths);
    return is_whole ? REP_OK : REP_ENOMEM;
}
