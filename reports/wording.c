/* wording.c - how single events read. */
#include "reports/wording.h"

static bool is_one_of(struct rep_bytes name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (rep_bytes_equal(name, words[i]))
            return true;
    }
    return false;
}

static const char *const limits[] = {"recv", "recvline"};
static const char *const moves[] = {"recv",    "recvline", "recvall", "send",
                                    "sendall", "recvfrom", "sendto",  "sendfile"};

static bool moves_bytes(struct rep_bytes name) {
    return is_one_of(name, moves, sizeof moves / sizeof moves[0]);
}

static void add_field(const struct rep_trace *trace, const struct rep_event *event,
                      const char *field, struct rep_text *text) {
    struct rep_bytes value = rep_event_string(trace, event, field);
    rep_text_add_foreign(text, value.start, value.count);
}

static void add_string(const struct rep_model *model, size_t event, const char *field,
                       struct rep_text *text) {
    add_field(model->trace, rep_trace_event(model->trace, event), field, text);
}

static uint64_t integer(const struct rep_model *model, size_t event, const char *field) {
    return rep_event_integer(model->trace, rep_trace_event(model->trace, event), field);
}

static struct rep_bytes string(const struct rep_model *model, size_t event, const char *field) {
    return rep_event_string(model->trace, rep_trace_event(model->trace, event), field);
}

void rep_add_bytes_amount(uint64_t amount, struct rep_text *text) {
    rep_text_add_format(text, "%llu byte%s", (unsigned long long)amount, amount == 1 ? "" : "s");
}

struct rep_bytes rep_operation_word(struct rep_bytes name, struct rep_bytes object_class) {
    static const uint8_t acquire[] = "acquire";
    static const uint8_t release[] = "release";
    if (!rep_bytes_equal(object_class, "lock"))
        return name;
    return rep_bytes_equal(name, "get")   ? (struct rep_bytes){acquire, sizeof acquire - 1}
           : rep_bytes_equal(name, "put") ? (struct rep_bytes){release, sizeof release - 1}
                                          : name;
}

void rep_add_operation(const struct rep_model *model, uint32_t operation, struct rep_text *text) {
    const struct rep_operation *it = &model->operations[operation];
    struct rep_bytes class_name = {0};
    if (it->object != REP_NONE)
        class_name = model->objects[it->object].kind;
    struct rep_bytes word = rep_operation_word(string(model, it->start, "name"), class_name);
    rep_text_add_foreign(text, word.start, word.count);
    if (it->object != REP_NONE) {
        const struct rep_object *object = &model->objects[it->object];
        rep_text_add(text, " ");
        rep_text_add_foreign(text, object->name.start, object->name.count);
    }
    if (it->other != REP_NONE) {
        rep_text_add(text, " ");
        rep_model_add_lane_name(model, it->other, text);
    }
    if (rep_bytes_equal(string(model, it->start, "name"), "sleep")) {
        rep_text_add(text, " ");
        rep_text_add_duration(text, integer(model, it->start, "amount"));
    }
}

void rep_add_timer(const struct rep_model *model, uint32_t timer, struct rep_text *text) {
    const struct rep_timer *it = &model->timers[timer];
    const struct rep_event *arm = rep_trace_event(model->trace, it->arm);
    uint64_t deadline_ns = rep_event_integer(model->trace, arm, "deadline");
    uint64_t now_ns = (uint64_t)arm->time_ns;
    rep_text_add(text, "timeout ");
    rep_text_add_duration(text, deadline_ns > now_ns ? deadline_ns - now_ns : 0);
    rep_text_add(text, " ");
    add_string(model, it->arm, "mode", text);
}

void rep_add_operation_details(const struct rep_model *model, uint32_t operation,
                               struct rep_text *text) {
    const struct rep_operation *it = &model->operations[operation];
    struct rep_bytes name = string(model, it->start, "name");
    uint64_t amount = integer(model, it->start, "amount");
    if (amount > 0 && moves_bytes(name)) {
        rep_text_add(text, is_one_of(name, limits, 2) ? ", up to " : ", ");
        rep_add_bytes_amount(amount, text);
    } else if (amount > 1 && rep_bytes_equal(name, "signal")) {
        rep_text_add_format(text, ", %llu recipients", (unsigned long long)amount);
    }
    if (it->timer == REP_NONE ||
        rep_bytes_equal(string(model, model->timers[it->timer].arm, "mode"), "sleep"))
        return;
    rep_text_add(text, ", ");
    rep_add_timer(model, it->timer, text);
}

void rep_add_ending(const struct rep_model *model, size_t ending, struct rep_text *text) {
    uint32_t operation = model->event_operation[ending];
    struct rep_bytes how = string(model, ending, "how");
    struct rep_bytes status = string(model, ending, "status");
    uint64_t amount = integer(model, ending, "amount");
    struct rep_bytes name = {0};
    if (operation != REP_NONE)
        name = string(model, model->operations[operation].start, "name");
    if (rep_bytes_equal(how, "expired") && operation != REP_NONE) {
        int64_t waited_ns =
            rep_trace_event(model->trace, ending)->time_ns -
            rep_trace_event(model->trace, model->operations[operation].start)->time_ns;
        rep_text_add(text, "timed out after ");
        rep_text_add_duration(text, (uint64_t)waited_ns);
    } else if (!rep_bytes_equal(status, "ok")) {
        add_string(model, ending, status.count == 0 ? "how" : "status", text);
    } else if (moves_bytes(name)) {
        rep_add_bytes_amount(amount, text);
    } else if (rep_bytes_equal(name, "signal")) {
        rep_text_add_format(text, "%llu woken", (unsigned long long)amount);
    } else {
        rep_text_add(text, "ok");
    }
}

void rep_add_segment(const struct rep_model *model, size_t send, struct rep_text *text) {
    if (rep_bytes_equal(string(model, send, "class"), "data"))
        rep_add_bytes_amount(integer(model, send, "amount"), text);
    else
        add_string(model, send, "class", text);
    if (rep_bytes_equal(string(model, send, "class"), "datagram")) {
        rep_text_add(text, " of ");
        rep_add_bytes_amount(integer(model, send, "amount"), text);
    }
}

static void add_start(const struct rep_model *model, size_t event, struct rep_text *text) {
    rep_model_add_lane_name(model, model->event_lane[event], text);
    struct rep_bytes how = string(model, event, "how");
    if (rep_bytes_equal(how, "spawn"))
        rep_text_add(text, " is spawned");
    else if (rep_bytes_equal(how, "call"))
        rep_text_add(text, " is called");
    else
        rep_text_add(text, " starts");
}

static void add_end(const struct rep_trace *trace, const struct rep_event *event,
                    struct rep_text *text) {
    if (rep_bytes_equal(rep_event_string(trace, event, "status"), "ok")) {
        rep_text_add(text, "ends");
        return;
    }
    if (rep_bytes_equal(rep_event_string(trace, event, "status"), "cancelled")) {
        rep_text_add(text, "is cancelled");
        return;
    }
    rep_text_add(text, "fails: ");
    add_field(trace, event, "status", text);
    if (rep_event_string(trace, event, "text").count > 0) {
        rep_text_add(text, ", ");
        add_field(trace, event, "text", text);
    }
}

void rep_add_event_itself(const struct rep_trace *trace, const struct rep_event *event,
                          struct rep_text *text) {
    switch (rep_event_kind(trace, event)) {
    case REP_EVENT_PROGRESS:
        rep_text_add(text, "so far ");
        rep_add_bytes_amount(rep_event_integer(trace, event, "amount"), text);
        return;
    case REP_EVENT_LOG:
        rep_text_add(text, "\"");
        add_field(trace, event, "text", text);
        rep_text_add(text, "\"");
        return;
    case REP_EVENT_READ:
        rep_text_add(text, "reads ");
        add_field(trace, event, "name", text);
        rep_text_add(text, ": ");
        add_field(trace, event, "text", text);
        return;
    case REP_EVENT_SET:
        add_field(trace, event, "name", text);
        rep_text_add(text, " = ");
        add_field(trace, event, "text", text);
        return;
    case REP_EVENT_WORLD:
        add_field(trace, event, "text", text);
        return;
    case REP_EVENT_FAILURE:
        rep_text_add(text, "does not hold: ");
        add_field(trace, event, "text", text);
        return;
    case REP_EVENT_END:
        add_end(trace, event, text);
        return;
    case REP_EVENT_FINISH:
        rep_text_add(text, "the run is over: ");
        add_field(trace, event, "verdict", text);
        return;
    case REP_EVENT_UNKNOWN:
    case REP_EVENT_RUN:
    case REP_EVENT_HOST:
    case REP_EVENT_COROUTINE:
    case REP_EVENT_FILE:
    case REP_EVENT_SOURCE:
    case REP_EVENT_CHOICE:
    case REP_EVENT_OBJECT:
    case REP_EVENT_READY:
    case REP_EVENT_RESUME:
    case REP_EVENT_OPERATION:
    case REP_EVENT_ENDING:
    case REP_EVENT_TIMER_ARM:
    case REP_EVENT_TIMER_REFRESH:
    case REP_EVENT_TIMER_FIRE:
    case REP_EVENT_TIMER_REMOVE:
    case REP_EVENT_SEND:
    case REP_EVENT_ARRIVE:
    case REP_EVENT_HOLD:
        rep_text_add(text, trace->kinds[event->kind].name);
        return;
    }
}

void rep_add_event(const struct rep_model *model, size_t event, struct rep_text *text) {
    const struct rep_event *it = rep_trace_event(model->trace, event);
    if (rep_event_kind(model->trace, it) == REP_EVENT_COROUTINE)
        add_start(model, event, text);
    else
        rep_add_event_itself(model->trace, it, text);
}
