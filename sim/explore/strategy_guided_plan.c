/* strategy_guided_plan.c - changes leads, and wishes. */
#include "sim/explore/random.h"
#include "sim/explore/strategy_guided.h"

#include <string.h>

static uint64_t below(struct sim_guided *guided, uint64_t count) {
    return sim_random_below(sim_random_key(guided->key, guided->drawn_count++), count);
}

/* ---- Decisions ---- */

/* The better of two of the newest: what led to something new of late may lead further. */
static const struct sim_lead *choose_lead(struct sim_guided *guided) {
    const struct sim_leads *leads = guided->strategy.options.leads;
    uint32_t count =
        leads->known_count < SIM_LEADS_FOLLOWED ? leads->known_count : SIM_LEADS_FOLLOWED;
    uint64_t one = below(guided, count);
    uint64_t other = below(guided, count);
    return &leads->items[leads->known_count - 1 - (one < other ? one : other)];
}

static void add(struct sim_guided *guided, const uint64_t *decisions, uint32_t count) {
    uint32_t room = SIM_LEAD_DECISIONS - guided->plan_count;
    count = count < room ? count : room;
    if (count > 0) {
        memcpy(&guided->plan[guided->plan_count], decisions, count * sizeof decisions[0]);
    }
    guided->plan_count += count;
}

/* All but what one process was to do for a while. */
static void leave_out(struct sim_guided *guided, const uint64_t *decisions, uint32_t count,
                      uint32_t at) {
    uint64_t who = decisions[at];
    uint64_t left = 1 + below(guided, 8);
    add(guided, decisions, at);
    for (uint32_t i = at; i < count; i++) {
        bool is_left_out = decisions[i] == who && left > 0;
        left -= is_left_out ? 1 : 0;
        if (!is_left_out) {
            add(guided, &decisions[i], 1);
        }
    }
}

/* Two decisions that follow one another, of different processes, the other way round. */
static void swap(struct sim_guided *guided, uint32_t at) {
    uint64_t *plan = guided->plan;
    for (uint32_t i = at; i + 1 < guided->plan_count; i++) {
        if (plan[i] != plan[i + 1]) {
            uint64_t first = plan[i];
            plan[i] = plan[i + 1];
            plan[i + 1] = first;
            return;
        }
    }
}

enum change { CUT, TURN, DROP, LEAVE_OUT, SWAP, SPLICE, CHANGES };

static void follow(struct sim_guided *guided) {
    const struct sim_lead *lead = choose_lead(guided);
    const uint64_t *decisions = sim_lead_decisions(lead);
    uint32_t count = sim_lead_decision_count(lead);
    if (count == 0) {
        return;
    }
    uint32_t at = (uint32_t)below(guided, count);
    switch ((enum change)below(guided, CHANGES)) {
    case CUT:
        add(guided, decisions, at);
        break;
    case TURN:
        add(guided, decisions, count);
        guided->turn_at = at;
        break;
    case DROP: {
        uint32_t length = 1 + (uint32_t)below(guided, count - at);
        add(guided, decisions, at);
        add(guided, decisions + at + length, count - at - length);
        break;
    }
    case LEAVE_OUT:
        leave_out(guided, decisions, count, at);
        break;
    case SWAP:
        add(guided, decisions, count);
        swap(guided, at);
        break;
    case SPLICE: {
        const struct sim_lead *other = choose_lead(guided);
        uint32_t other_count = sim_lead_decision_count(other);
        uint32_t from = other_count > 0 ? (uint32_t)below(guided, other_count) : 0;
        add(guided, decisions, at);
        add(guided, sim_lead_decisions(other) + from, other_count - from);
        break;
    }
    case CHANGES:
        break;
    }
}

/* ---- Wishes ---- */

static bool could_come_first(const struct sim_event *first, const struct sim_event *second) {
    return (first->is_write || second->is_write) && first->site != second->site;
}

/* An event of the same object that could come before it; null: nothing is to. */
static const struct sim_event *choose_first(struct sim_guided *guided, uint32_t second) {
    const struct sim_leads *leads = guided->strategy.options.leads;
    const struct sim_event *events = leads->events;
    uint64_t count = 1;
    if (below(guided, 3) == 0) {
        return NULL; /* what nobody has touched is often the rarest */
    }
    for (uint32_t i = events[second].next; i != second; i = events[i].next) {
        count += could_come_first(&events[i], &events[second]) ? 1 : 0;
    }
    uint64_t drawn = below(guided, count);
    for (uint32_t i = events[second].next; i != second && drawn > 0; i = events[i].next) {
        drawn -= could_come_first(&events[i], &events[second]) ? 1 : 0;
        if (drawn == 0) {
            return &events[i];
        }
    }
    return NULL;
}

static void add_writers(const struct sim_leads *leads, uint32_t second, struct sim_wish *wish) {
    const struct sim_event *events = leads->events;
    for (uint32_t i = events[second].next; i != second && wish->writer_count < SIM_WISH_WRITERS;
         i = events[i].next) {
        if (events[i].is_write && events[i].site != wish->second) {
            wish->writers[wish->writer_count++] = events[i].site;
        }
    }
}

/* One that has not come true yet, if a few tries find such. */
static void wish(struct sim_guided *guided) {
    enum { TRIES = 3 };
    const struct sim_leads *leads = guided->strategy.options.leads;
    uint32_t second = 0;
    const struct sim_event *first = NULL;
    bool is_new = false;
    for (uint32_t i = 0; i < TRIES && !is_new; i++) {
        second = (uint32_t)below(guided, leads->event_count);
        first = choose_first(guided, second);
        const struct sim_event *event = &leads->events[second];
        uint64_t from = first != NULL ? first->site : 0;
        is_new = leads->known[sim_coverage_slot(event->object, from, event->site)] == 0;
    }
    struct sim_wish *wish = &guided->wishes[guided->wish_count++];
    wish->first = first != NULL ? first->site : 0;
    wish->second = leads->events[second].site;
    wish->writer_count = 0;
    wish->patience = SIM_WISH_PATIENCE;
    add_writers(leads, second, wish);
}

void sim_guided_plan(struct sim_guided *guided) {
    const struct sim_leads *leads = guided->strategy.options.leads;
    guided->key = sim_random_key(guided->strategy.seed, SIM_STREAM_GUIDED);
    guided->drawn_count = 0;
    guided->manner = (enum sim_guided_manner)below(guided, SIM_GUIDED_MANNERS);
    if (leads == NULL || leads->known_count == 0 || below(guided, 8) == 0) {
        return;
    }
    uint64_t way = below(guided, 10);
    if (way < 7) {
        follow(guided);
    }
    if (way > 0 && leads->event_count > 0) {
        do {
            wish(guided);
        } while (guided->wish_count < SIM_WISHES_MAX && below(guided, 3) > 0);
    }
}
