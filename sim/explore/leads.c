/* leads.c - keeps what is new. */
#include "sim/explore/leads.h"

#include <string.h>

enum { HEAD_WORDS = 3, EDGE_WORDS = 3 };

void sim_leads_init(struct sim_leads *leads, const struct cog_allocator *allocator) {
    *leads = (struct sim_leads){.allocator = allocator};
}

/* What takes much room is made when it is needed. */
static int make_tables(struct sim_leads *leads) {
    if (leads->seen == NULL) {
        leads->seen = cog_allocate_zeroed(leads->allocator, SIM_COVERAGE_SLOTS, 1);
    }
    if (leads->known == NULL) {
        leads->known = cog_allocate_zeroed(leads->allocator, SIM_COVERAGE_SLOTS, 1);
    }
    return leads->seen != NULL && leads->known != NULL ? COG_OK : COG_ENOMEM;
}

void sim_leads_term(struct sim_leads *leads) {
    const struct cog_allocator *allocator = leads->allocator;
    for (uint32_t i = 0; i < leads->count; i++) {
        cog_release(allocator, leads->items[i].words,
                    leads->items[i].word_count * sizeof leads->items[i].words[0]);
    }
    cog_release(allocator, leads->items, leads->capacity * sizeof leads->items[0]);
    cog_release(allocator, leads->seen, SIM_COVERAGE_SLOTS);
    cog_release(allocator, leads->known, SIM_COVERAGE_SLOTS);
    cog_release(allocator, leads->events, leads->event_capacity * sizeof leads->events[0]);
    *leads = (struct sim_leads){.allocator = allocator};
}

/* ---- Rounds ---- */

/* An eighth of the largest power of two that is not more than the number. */
static uint64_t round_runs(uint64_t run) {
    uint64_t runs = SIM_LEADS_ROUND_MIN;
    while (runs < SIM_LEADS_ROUND_MAX && runs * 16 <= run) {
        runs *= 2;
    }
    return runs;
}

uint64_t sim_leads_round_start(uint64_t run) {
    return run - run % round_runs(run);
}

uint64_t sim_leads_round_end(uint64_t run) {
    return sim_leads_round_start(run) + round_runs(run);
}

/* ---- Notes ---- */

void sim_notes_term(struct sim_notes *notes, const struct cog_allocator *allocator) {
    cog_release(allocator, notes->words, notes->capacity * sizeof notes->words[0]);
    *notes = (struct sim_notes){.words = NULL};
}

static bool reserve(struct sim_notes *notes, const struct cog_allocator *allocator, size_t more) {
    size_t capacity = notes->capacity > 0 ? notes->capacity : 512;
    while (capacity < notes->count + more) {
        capacity *= 2;
    }
    if (capacity == notes->capacity) {
        return true;
    }
    uint64_t *words = cog_allocate(allocator, capacity * sizeof words[0]);
    if (words == NULL) {
        return false;
    }
    if (notes->count > 0) {
        memcpy(words, notes->words, notes->count * sizeof words[0]);
    }
    cog_release(allocator, notes->words, notes->capacity * sizeof words[0]);
    notes->words = words;
    notes->capacity = capacity;
    return true;
}

/* slot | class | write */
static uint64_t pack_edge(const struct sim_edge *edge, uint8_t class) {
    return edge->slot | (uint64_t) class << 16 | (uint64_t)(edge->is_write ? 1 : 0) << 24;
}

static uint32_t slot_of(uint64_t packed) {
    return (uint32_t)(packed % SIM_COVERAGE_SLOTS);
}

static uint8_t class_of(uint64_t packed) {
    return (uint8_t)(packed >> 16);
}

int sim_notes_add(struct sim_notes *notes, const struct cog_allocator *allocator, uint64_t run,
                  uint8_t *seen, const struct sim_coverage *coverage, const uint64_t *decisions,
                  uint32_t decision_count) {
    uint32_t edge_count = 0;
    for (uint32_t i = 0; i < coverage->edge_count; i++) {
        uint32_t slot = coverage->edges[i].slot;
        uint8_t class = sim_coverage_class(coverage->counts[slot]);
        edge_count += (seen[slot] & class) == 0 ? 1 : 0;
    }
    if (edge_count == 0) {
        return COG_OK;
    }
    if (!reserve(notes, allocator, HEAD_WORDS + (size_t)edge_count * EDGE_WORDS + decision_count)) {
        return COG_ENOMEM;
    }
    uint64_t *words = &notes->words[notes->count];
    *words++ = run;
    *words++ = edge_count;
    *words++ = decision_count;
    for (uint32_t i = 0; i < coverage->edge_count; i++) {
        const struct sim_edge *edge = &coverage->edges[i];
        uint8_t class = sim_coverage_class(coverage->counts[edge->slot]);
        if ((seen[edge->slot] & class) == 0) {
            seen[edge->slot] |= class;
            *words++ = pack_edge(edge, class);
            *words++ = edge->object;
            *words++ = edge->site;
        }
    }
    if (decision_count > 0) {
        memcpy(words, decisions, decision_count * sizeof words[0]);
    }
    notes->count = (size_t)(words - notes->words) + decision_count;
    return COG_OK;
}

/* ---- Leads ---- */

/* A lead with room for so much, the last of them. Null: no memory. */
static struct sim_lead *append(struct sim_leads *leads, size_t word_count) {
    struct sim_lead *items =
        cog_grow(leads->allocator, leads->items, leads->count, &leads->capacity, sizeof items[0]);
    if (items == NULL) {
        return NULL;
    }
    leads->items = items;
    struct sim_lead *lead = &items[leads->count];
    *lead = (struct sim_lead){.word_count = word_count};
    lead->words = cog_allocate(leads->allocator, word_count * sizeof lead->words[0]);
    if (lead->words == NULL) {
        return NULL;
    }
    leads->count++;
    return lead;
}

/* A piece of notes whose edges are partly new. */
static int take(struct sim_leads *leads, const uint64_t *words) {
    uint64_t new_count = 0;
    for (uint64_t i = 0; i < words[1]; i++) {
        uint64_t packed = words[HEAD_WORDS + i * EDGE_WORDS];
        new_count += (leads->seen[slot_of(packed)] & class_of(packed)) == 0 ? 1 : 0;
    }
    if (new_count == 0) {
        return COG_OK;
    }
    bool has_room = leads->decision_words + words[2] <= SIM_LEADS_WORDS_MAX;
    uint64_t decision_count = has_room ? words[2] : 0;
    struct sim_lead *lead = append(leads, HEAD_WORDS + new_count * EDGE_WORDS + decision_count);
    if (lead == NULL) {
        return COG_ENOMEM;
    }
    uint64_t *to = lead->words;
    *to++ = words[0];
    *to++ = new_count;
    *to++ = decision_count;
    for (uint64_t i = 0; i < words[1]; i++) {
        const uint64_t *edge = &words[HEAD_WORDS + i * EDGE_WORDS];
        uint8_t *seen = &leads->seen[slot_of(edge[0])];
        if ((*seen & class_of(edge[0])) == 0) {
            leads->covered_count += *seen == 0 ? 1 : 0;
            *seen |= class_of(edge[0]);
            memcpy(to, edge, EDGE_WORDS * sizeof to[0]);
            to += EDGE_WORDS;
        }
    }
    if (decision_count > 0) {
        memcpy(to, &words[HEAD_WORDS + words[1] * EDGE_WORDS], decision_count * sizeof to[0]);
    }
    leads->decision_words += decision_count;
    return COG_OK;
}

int sim_leads_take(struct sim_leads *leads, const struct sim_notes *notes) {
    int status = make_tables(leads);
    for (size_t at = 0; at < notes->count && status == COG_OK;) {
        const uint64_t *words = &notes->words[at];
        status = take(leads, words);
        at += HEAD_WORDS + words[1] * EDGE_WORDS + words[2];
    }
    return status;
}

int sim_leads_put(struct sim_leads *leads, const uint64_t *words, size_t word_count) {
    bool is_lead = word_count >= HEAD_WORDS && words[1] <= word_count && words[2] <= word_count &&
                   words[2] <= SIM_LEAD_DECISIONS &&
                   HEAD_WORDS + words[1] * EDGE_WORDS + words[2] == word_count;
    int status = make_tables(leads);
    return status == COG_OK && is_lead ? take(leads, words) : status;
}

/* ---- Events ---- */

/* The ring of an object is closed by its newest event. */
static int add_event(struct sim_leads *leads, const uint64_t *edge) {
    uint32_t last = leads->event_count;
    bool is_write = edge[0] >> 24 != 0;
    for (uint32_t i = 0; i < leads->event_count; i++) {
        const struct sim_event *event = &leads->events[i];
        if (event->object == edge[1] && event->site == edge[2] && event->is_write == is_write) {
            return COG_OK;
        }
        last = event->object == edge[1] ? i : last;
    }
    if (leads->event_count == SIM_LEADS_EVENTS) {
        return COG_OK;
    }
    struct sim_event *events = cog_grow(leads->allocator, leads->events, leads->event_count,
                                        &leads->event_capacity, sizeof events[0]);
    if (events == NULL) {
        return COG_ENOMEM;
    }
    leads->events = events;
    uint32_t number = leads->event_count++;
    events[number] = (struct sim_event){
        .site = edge[2], .object = edge[1], .next = number, .is_write = is_write};
    if (last != number) {
        events[number].next = events[last].next;
        events[last].next = number;
    }
    return COG_OK;
}

static int know(struct sim_leads *leads, const struct sim_lead *lead) {
    int status = COG_OK;
    for (uint32_t i = 0; i < sim_lead_edge_count(lead) && status == COG_OK; i++) {
        const uint64_t *edge = &lead->words[HEAD_WORDS + i * EDGE_WORDS];
        uint8_t *known = &leads->known[slot_of(edge[0])];
        status = *known == 0 ? add_event(leads, edge) : COG_OK;
        *known |= class_of(edge[0]);
    }
    return status;
}

int sim_leads_know(struct sim_leads *leads, uint64_t run) {
    int status = make_tables(leads);
    run = sim_leads_round_start(run);
    while (status == COG_OK && leads->known_count < leads->count &&
           sim_lead_run(&leads->items[leads->known_count]) < run) {
        status = know(leads, &leads->items[leads->known_count]);
        leads->known_count += status == COG_OK ? 1 : 0;
    }
    return status;
}
