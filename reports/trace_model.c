/* trace_model.c - finds the nouns in a trace: one pass to count, one to fill in. */
#include "reports/trace_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *left, const void *right) {
    const struct rep_id *a = left;
    const struct rep_id *b = right;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static uint32_t find_id(const struct rep_id *ids, uint32_t count, uint64_t id) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ids[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ids[low].id == id ? ids[low].index : REP_NONE;
}

uint32_t rep_model_host_of_id(const struct rep_model *model, uint64_t id) {
    return find_id(model->host_ids, model->host_count, id);
}

uint32_t rep_model_lane_of_id(const struct rep_model *model, uint64_t id) {
    return find_id(model->lane_ids, model->lane_count, id);
}

uint32_t rep_model_object_of_id(const struct rep_model *model, uint64_t id) {
    return find_id(model->object_ids, model->object_count, id);
}

static bool allocate(struct rep_model *model) {
    const struct rep_trace *trace = model->trace;
    size_t counts[REP_EVENT_FINISH + 1] = {0};
    for (size_t index = 1; index <= trace->event_count; index++)
        counts[rep_event_kind(trace, rep_trace_event(trace, index))]++;
    if (trace->event_count >= REP_NONE)
        return false;
    size_t hosts = counts[REP_EVENT_HOST] + 1;
    size_t lanes = counts[REP_EVENT_COROUTINE] + 1;
    size_t objects = counts[REP_EVENT_OBJECT] + 1;
    size_t events = trace->event_count + 1;
    model->hosts = calloc(hosts, sizeof model->hosts[0]);
    model->lanes = calloc(lanes, sizeof model->lanes[0]);
    model->objects = calloc(objects, sizeof model->objects[0]);
    model->operations = calloc(counts[REP_EVENT_OPERATION] + 1, sizeof model->operations[0]);
    model->timers = calloc(counts[REP_EVENT_TIMER_ARM] + 1, sizeof model->timers[0]);
    model->event_lane = calloc(events, sizeof model->event_lane[0]);
    model->event_operation = calloc(events, sizeof model->event_operation[0]);
    model->event_timer = calloc(events, sizeof model->event_timer[0]);
    model->host_ids = calloc(hosts, sizeof model->host_ids[0]);
    model->lane_ids = calloc(lanes, sizeof model->lane_ids[0]);
    model->object_ids = calloc(objects, sizeof model->object_ids[0]);
    return model->hosts != NULL && model->lanes != NULL && model->objects != NULL &&
           model->operations != NULL && model->timers != NULL && model->event_lane != NULL &&
           model->event_operation != NULL && model->event_timer != NULL &&
           model->host_ids != NULL && model->lane_ids != NULL && model->object_ids != NULL;
}

static void collect_names(struct rep_model *model) {
    const struct rep_trace *trace = model->trace;
    for (size_t index = 1; index <= trace->event_count; index++) {
        const struct rep_event *event = rep_trace_event(trace, index);
        enum rep_event_kind kind = rep_event_kind(trace, event);
        if (kind == REP_EVENT_HOST) {
            model->host_ids[model->host_count] = (struct rep_id){event->host, model->host_count};
            model->hosts[model->host_count++] = (struct rep_host){
                .id = event->host, .event = index, .name = rep_event_string(trace, event, "name")};
        } else if (kind == REP_EVENT_COROUTINE) {
            model->lane_ids[model->lane_count] =
                (struct rep_id){event->coroutine, model->lane_count};
            model->lanes[model->lane_count++] =
                (struct rep_lane){.id = event->coroutine,
                                  .created = index,
                                  .name = rep_event_string(trace, event, "name")};
        } else if (kind == REP_EVENT_OBJECT) {
            uint64_t id = rep_event_integer(trace, event, "id");
            model->object_ids[model->object_count] = (struct rep_id){id, model->object_count};
            model->objects[model->object_count++] =
                (struct rep_object){.id = id,
                                    .event = index,
                                    .kind = rep_event_string(trace, event, "class"),
                                    .name = rep_event_string(trace, event, "name")};
        }
    }
    qsort(model->host_ids, model->host_count, sizeof model->host_ids[0], compare_ids);
    qsort(model->lane_ids, model->lane_count, sizeof model->lane_ids[0], compare_ids);
    qsort(model->object_ids, model->object_count, sizeof model->object_ids[0], compare_ids);
}

static int compare_names(const void *left, const void *right) {
    const struct rep_lane *a = *(const struct rep_lane *const *)left;
    const struct rep_lane *b = *(const struct rep_lane *const *)right;
    size_t common = a->name.count < b->name.count ? a->name.count : b->name.count;
    int order = memcmp(a->name.start, b->name.start, common);
    if (order == 0 && a->name.count != b->name.count)
        order = a->name.count < b->name.count ? -1 : 1;
    if (order == 0)
        order = a->created < b->created ? -1 : a->created > b->created;
    return order;
}

static bool resolve_lanes(struct rep_model *model) {
    struct rep_lane **sorted = calloc((size_t)model->lane_count + 1, sizeof(struct rep_lane *));
    if (sorted == NULL)
        return false;
    for (uint32_t i = 0; i < model->lane_count; i++) {
        struct rep_lane *lane = &model->lanes[i];
        const struct rep_event *event = rep_trace_event(model->trace, lane->created);
        lane->host = rep_model_host_of_id(model, event->host);
        lane->parent =
            rep_model_lane_of_id(model, rep_event_integer(model->trace, event, "parent"));
        sorted[i] = lane;
    }
    qsort(sorted, model->lane_count, sizeof(struct rep_lane *), compare_names);
    for (uint32_t i = 0; i < model->lane_count; i++) {
        bool again =
            i > 0 && sorted[i - 1]->name.count == sorted[i]->name.count &&
            memcmp(sorted[i - 1]->name.start, sorted[i]->name.start, sorted[i]->name.count) == 0;
        sorted[i]->ordinal = again ? sorted[i - 1]->ordinal + 1 : 1;
    }
    free(sorted);
    return true;
}

/* What each lane is in the middle of while the events go by. */
struct lane_state {
    uint32_t operation;
    uint32_t timer;
};

static void begin_operation(struct rep_model *model, struct lane_state *state, size_t index) {
    const struct rep_event *event = rep_trace_event(model->trace, index);
    uint64_t object = rep_event_integer(model->trace, event, "object");
    uint64_t other = rep_event_integer(model->trace, event, "other");
    model->operations[model->operation_count] = (struct rep_operation){
        .start = index,
        .lane = model->event_lane[index],
        .timer = REP_NONE,
        .object = object == 0 ? REP_NONE : rep_model_object_of_id(model, object),
        .other = other == 0 ? REP_NONE : rep_model_lane_of_id(model, other)};
    state->operation = model->operation_count++;
    model->event_operation[index] = state->operation;
}

static void arm_timer(struct rep_model *model, struct lane_state *state, size_t index) {
    model->timers[model->timer_count] =
        (struct rep_timer){.arm = index, .lane = model->event_lane[index]};
    state->timer = model->timer_count++;
    model->event_timer[index] = state->timer;
    if (state->operation != REP_NONE && model->operations[state->operation].timer == REP_NONE)
        model->operations[state->operation].timer = state->timer;
}

static void move_timer(struct rep_model *model, struct lane_state *state, size_t index,
                       enum rep_event_kind kind) {
    if (state->timer == REP_NONE)
        return;
    struct rep_timer *timer = &model->timers[state->timer];
    model->event_timer[index] = state->timer;
    if (kind == REP_EVENT_TIMER_REFRESH) {
        timer->refresh_count++;
        timer->refresh_last = index;
        return;
    }
    timer->finish = index;
    timer->state = kind == REP_EVENT_TIMER_FIRE ? REP_TIMER_FIRED : REP_TIMER_REMOVED;
    state->timer = REP_NONE;
}

static void follow(struct rep_model *model, struct lane_state *state, size_t index) {
    enum rep_event_kind kind = rep_event_kind(model->trace, rep_trace_event(model->trace, index));
    uint32_t operation = state->operation;
    if (kind == REP_EVENT_OPERATION) {
        begin_operation(model, state, index);
    } else if (kind == REP_EVENT_PROGRESS) {
        model->event_operation[index] = operation;
    } else if (kind == REP_EVENT_ENDING) {
        model->event_operation[index] = operation;
        if (operation != REP_NONE)
            model->operations[operation].ending = index;
        state->operation = REP_NONE;
    } else if (kind == REP_EVENT_TIMER_ARM) {
        arm_timer(model, state, index);
    } else if (kind == REP_EVENT_TIMER_REFRESH || kind == REP_EVENT_TIMER_FIRE ||
               kind == REP_EVENT_TIMER_REMOVE) {
        move_timer(model, state, index, kind);
    } else if (kind == REP_EVENT_END) {
        model->lanes[model->event_lane[index]].ended = index;
    }
}

static bool collect_spans(struct rep_model *model) {
    struct lane_state *states = calloc((size_t)model->lane_count + 1, sizeof states[0]);
    if (states == NULL)
        return false;
    for (uint32_t i = 0; i < model->lane_count; i++)
        states[i] = (struct lane_state){REP_NONE, REP_NONE};
    for (size_t index = 1; index <= model->trace->event_count; index++) {
        const struct rep_event *event = rep_trace_event(model->trace, index);
        enum rep_event_kind kind = rep_event_kind(model->trace, event);
        uint32_t lane = rep_model_lane_of_id(model, event->coroutine);
        model->event_lane[index] = lane;
        model->event_operation[index] = REP_NONE;
        model->event_timer[index] = REP_NONE;
        if (kind == REP_EVENT_RUN && model->run == 0)
            model->run = index;
        if (kind == REP_EVENT_FINISH)
            model->finish = index;
        if (lane != REP_NONE)
            follow(model, &states[lane], index);
    }
    free(states);
    return true;
}

int rep_model_init(struct rep_model *model, const struct rep_trace *trace) {
    *model = (struct rep_model){.trace = trace};
    if (allocate(model)) {
        collect_names(model);
        if (resolve_lanes(model) && collect_spans(model))
            return REP_OK;
    }
    rep_model_term(model);
    return REP_ENOMEM;
}

void rep_model_term(struct rep_model *model) {
    free(model->hosts);
    free(model->lanes);
    free(model->objects);
    free(model->operations);
    free(model->timers);
    free(model->event_lane);
    free(model->event_operation);
    free(model->event_timer);
    free(model->host_ids);
    free(model->lane_ids);
    free(model->object_ids);
    *model = (struct rep_model){0};
}

void rep_model_add_lane_name(const struct rep_model *model, uint32_t lane, struct rep_text *text) {
    if (lane == REP_NONE) {
        rep_text_add(text, "-");
        return;
    }
    assert(lane < model->lane_count);
    rep_text_add_foreign(text, model->lanes[lane].name.start, model->lanes[lane].name.count);
    if (model->lanes[lane].ordinal > 1)
        rep_text_add_format(text, "#%lu", (unsigned long)model->lanes[lane].ordinal);
}

void rep_model_add_host_name(const struct rep_model *model, uint32_t host, struct rep_text *text) {
    if (host == REP_NONE)
        rep_text_add(text, "-");
    else
        rep_text_add_foreign(text, model->hosts[host].name.start, model->hosts[host].name.count);
}
