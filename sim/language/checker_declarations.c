/* checker_declarations.c - what the file declares: names of one kind each, hosts in order of first
 * mention, signals. */
#include "sim/language/checker.h"

#include "sim/language/words.h"

#include <stdlib.h>
#include <string.h>

/* For suggestions: a thousand errors times a million names would take minutes. */
enum { NAMES_SEARCHED_MAX = 1 << 16 };

const char *sim_symbol_kind_word(enum sim_symbol_kind kind) {
    switch (kind) {
    case SIM_SYMBOL_NONE:
        return "name";
    case SIM_SYMBOL_PARAMETER:
        return "parameter";
    case SIM_SYMBOL_QUEUE:
        return "queue";
    case SIM_SYMBOL_CHANNEL:
        return "channel";
    case SIM_SYMBOL_LOCK:
        return "lock";
    case SIM_SYMBOL_VARIABLE:
        return "variable";
    case SIM_SYMBOL_COROUTINE:
        return "coroutine";
    case SIM_SYMBOL_ROUTINE:
        return "routine";
    }
    return "name";
}

/* ---- Names of things ---- */

static void report_two(struct sim_checker *checker, const char *name, struct sim_place a,
                       struct sim_place b) {
    bool a_is_first = a.offset < b.offset;
    struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, a_is_first ? b : a,
                                                        "two things are named '%s'", name);
    sim_diagnostics_note(checker->diagnostics, finding, a_is_first ? a : b, "the other is here");
}

static void declare(struct sim_checker *checker, const char *name, struct sim_place place,
                    enum sim_symbol_kind kind, uint32_t index) {
    if (name == NULL) {
        return;
    }
    uint32_t number = sim_names_intern(checker->names, name, strlen(name));
    struct sim_symbol *symbol = &checker->symbols[number];
    if (symbol->kind != SIM_SYMBOL_NONE) {
        report_two(checker, name, symbol->place, place);
        return;
    }
    *symbol = (struct sim_symbol){.kind = kind, .index = index, .place = place};
}

/* Parsing has put their values in, and knows which were used. */
static void declare_parameters(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    for (uint32_t i = 0; i < scenario->parameter_count; i++) {
        const struct sim_parameter *parameter = &scenario->parameters[i];
        declare(checker, parameter->name, parameter->place, SIM_SYMBOL_PARAMETER, i);
        uint32_t number =
            sim_names_intern(checker->names, parameter->name, strlen(parameter->name));
        checker->symbols[number].is_used = parameter->is_used;
    }
}

static void declare_things(struct sim_checker *checker) {
    const struct sim_scenario *scenario = checker->scenario;
    declare_parameters(checker);
    for (uint32_t i = 0; i < scenario->queue_count; i++) {
        declare(checker, scenario->queues[i].name, scenario->queues[i].place, SIM_SYMBOL_QUEUE, i);
    }
    for (uint32_t i = 0; i < scenario->channel_count; i++) {
        declare(checker, scenario->channels[i].name, scenario->channels[i].place,
                SIM_SYMBOL_CHANNEL, i);
    }
    for (uint32_t i = 0; i < scenario->lock_count; i++) {
        declare(checker, scenario->locks[i].name, scenario->locks[i].place, SIM_SYMBOL_LOCK, i);
    }
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        declare(checker, scenario->variables[i].name, scenario->variables[i].place,
                SIM_SYMBOL_VARIABLE, i);
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        declare(checker, scenario->coroutines[i].name, scenario->coroutines[i].place,
                SIM_SYMBOL_COROUTINE, i);
    }
    for (uint32_t i = 0; i < scenario->routine_count; i++) {
        declare(checker, scenario->routines[i].name, scenario->routines[i].place,
                SIM_SYMBOL_ROUTINE, i);
    }
}

static const char *name_of(const struct sim_checker *checker, uint32_t number) {
    return checker->names->names[number];
}

/* What was probably meant counts as used: one mistake is told once. */
static const char *nearest_of_kind(struct sim_checker *checker, const char *name,
                                   enum sim_symbol_kind kind) {
    struct sim_nearest nearest;
    struct sim_symbol *meant = NULL;
    sim_nearest_init(&nearest, name);
    uint32_t count =
        checker->names->count < NAMES_SEARCHED_MAX ? checker->names->count : NAMES_SEARCHED_MAX;
    for (uint32_t i = 0; i < count && !sim_nearest_is_done(&nearest); i++) {
        const char *best = nearest.best;
        if (checker->symbols[i].kind == kind) {
            sim_nearest_offer(&nearest, name_of(checker, i));
        }
        meant = nearest.best != best ? &checker->symbols[i] : meant;
    }
    if (meant != NULL) {
        meant->is_used = true;
    }
    return nearest.best;
}

bool sim_checker_find(struct sim_checker *checker, struct sim_reference *reference,
                      enum sim_symbol_kind kind) {
    if (reference->name == NULL) {
        return false;
    }
    struct sim_symbol *symbol = &checker->symbols[reference->index];
    reference->index = SIM_NONE;
    if (symbol->kind == kind) {
        symbol->is_used = true;
        reference->index = symbol->index;
        return true;
    }
    if (symbol->kind == SIM_SYMBOL_NONE && symbol - checker->symbols < SIM_WORD_COUNT) {
        return false; /* a reserved word, reported as such */
    }
    const char *word = sim_symbol_kind_word(kind);
    if (symbol->kind != SIM_SYMBOL_NONE) {
        struct sim_finding *finding =
            sim_diagnostics_error(checker->diagnostics, reference->place, "'%s' is a %s, not a %s",
                                  reference->name, sim_symbol_kind_word(symbol->kind), word);
        if (symbol->kind == SIM_SYMBOL_COROUTINE && kind == SIM_SYMBOL_ROUTINE) {
            sim_diagnostics_label(checker->diagnostics, finding, "a 'coro' starts by itself");
        }
        sim_diagnostics_note(checker->diagnostics, finding, symbol->place, "it is declared here");
        return false;
    }
    struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, reference->place,
                                                        "unknown %s '%s'", word, reference->name);
    const char *nearest = finding == NULL ? NULL : nearest_of_kind(checker, reference->name, kind);
    if (nearest != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?", nearest);
    }
    return false;
}

/* ---- Hosts ---- */

/* A place where a host may come into being: its line, a link's end, an `on`; or a coroutine without
 * one. */
struct mention {
    const char *name;
    struct sim_place place;
    const struct sim_host *declared; /* its line */
    struct sim_reference *reference; /* to be resolved; null for a line */
};

struct mentions {
    struct mention *items;
    uint32_t count;
};

static void add_mention(struct sim_checker *checker, struct mentions *mentions,
                        struct mention mention) {
    if (mention.name == NULL) {
        return;
    }
    struct mention *items =
        sim_arena_push(checker->scratch, mentions->items, &mentions->count, sizeof(mention));
    if (items != NULL) {
        mentions->items = items;
        items[mentions->count - 1] = mention;
    }
}

static void mention_reference(struct sim_checker *checker, struct mentions *mentions,
                              struct sim_reference *reference) {
    add_mention(checker, mentions,
                (struct mention){
                    .name = reference->name, .place = reference->place, .reference = reference});
}

static int compare_mentions(const void *a, const void *b) {
    const struct mention *left = a;
    const struct mention *right = b;
    return left->place.offset < right->place.offset ? -1 : left->place.offset > right->place.offset;
}

static struct mentions collect_mentions(struct sim_checker *checker) {
    struct sim_scenario *scenario = checker->scenario;
    struct mentions mentions = {0};
    for (uint32_t i = 0; i < scenario->host_count; i++) {
        const struct sim_host *host = &scenario->hosts[i];
        add_mention(checker, &mentions,
                    (struct mention){.name = host->name, .place = host->place, .declared = host});
    }
    for (uint32_t i = 0; i < scenario->link_count; i++) {
        mention_reference(checker, &mentions, &scenario->links[i].from);
        mention_reference(checker, &mentions, &scenario->links[i].to);
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        struct sim_coroutine *coroutine = &scenario->coroutines[i];
        if (coroutine->host.name == NULL) {
            coroutine->host.name = "main";
            coroutine->host.place = coroutine->place;
        }
        mention_reference(checker, &mentions, &coroutine->host);
    }
    if (mentions.count > 1) {
        qsort(mentions.items, mentions.count, sizeof(struct mention), compare_mentions);
    }
    return mentions;
}

static uint32_t add_host(struct sim_checker *checker, const struct mention *mention,
                         uint32_t number) {
    struct sim_scenario *scenario = checker->scenario;
    struct sim_host *hosts = sim_arena_push(checker->arena, scenario->hosts, &scenario->host_count,
                                            sizeof(struct sim_host));
    if (hosts == NULL) {
        return SIM_NONE;
    }
    scenario->hosts = hosts;
    hosts[scenario->host_count - 1] =
        (struct sim_host){.name = name_of(checker, number), .place = mention->place};
    checker->hosts[number] = scenario->host_count - 1;
    return scenario->host_count - 1;
}

/* A line fills in what an earlier mention has made, and is an error if another line did. */
static void declare_host(struct sim_checker *checker, const struct mention *mention,
                         struct sim_host *host) {
    if (host->is_declared) {
        report_two(checker, host->name, host->place, mention->place);
        return;
    }
    *host = *mention->declared;
}

/* Where nothing mentions a host, what is declared still has to be on one. */
static void add_lone_host(struct sim_checker *checker) {
    struct mention mention = {.name = "main", .place = checker->scenario->title_place};
    (void)add_host(checker, &mention, sim_names_intern(checker->names, "main", 4));
}

static void declare_hosts(struct sim_checker *checker) {
    struct mentions mentions = collect_mentions(checker);
    /* The lines stay where they are, in the arena: the array is built anew, in order. */
    checker->scenario->hosts = NULL;
    checker->scenario->host_count = 0;
    for (uint32_t i = 0; i < mentions.count; i++) {
        const struct mention *mention = &mentions.items[i];
        uint32_t number = sim_names_intern(checker->names, mention->name, strlen(mention->name));
        uint32_t index = checker->hosts[number];
        if (index == SIM_NONE) {
            index = add_host(checker, mention, number);
        }
        if (index == SIM_NONE) {
            return;
        }
        if (mention->declared != NULL) {
            declare_host(checker, mention, &checker->scenario->hosts[index]);
        } else {
            mention->reference->index = index;
        }
    }
    if (mentions.count == 0) {
        add_lone_host(checker);
    }
    uint32_t count = checker->scenario->host_count;
    checker->host_is_used = sim_arena_allocate(checker->scratch, count + 1);
    if (checker->host_is_used != NULL && mentions.count == 0) {
        checker->host_is_used[0] = true;
    }
    for (uint32_t i = 0; checker->host_is_used != NULL && i < mentions.count; i++) {
        if (mentions.items[i].reference != NULL) {
            checker->host_is_used[mentions.items[i].reference->index] = true;
        }
    }
}

void sim_checker_find_host(struct sim_checker *checker, struct sim_reference *reference) {
    if (reference->name == NULL) {
        return;
    }
    bool is_reserved = reference->index < SIM_WORD_COUNT;
    reference->index = checker->hosts[reference->index];
    if (is_reserved && reference->index == SIM_NONE) {
        return;
    }
    if (reference->index != SIM_NONE) {
        checker->host_is_used[reference->index] = true;
        return;
    }
    struct sim_finding *finding = sim_diagnostics_error(checker->diagnostics, reference->place,
                                                        "unknown host '%s'", reference->name);
    if (finding == NULL) {
        return;
    }
    struct sim_nearest nearest;
    sim_nearest_init(&nearest, reference->name);
    for (uint32_t i = 0; i < checker->scenario->host_count && !sim_nearest_is_done(&nearest); i++) {
        sim_nearest_offer(&nearest, checker->scenario->hosts[i].name);
    }
    if (nearest.best != NULL) {
        sim_diagnostics_label(checker->diagnostics, finding, "did you mean '%s'?", nearest.best);
    }
}

/* ---- Signals ---- */

void sim_checker_find_signal(struct sim_checker *checker, struct sim_reference *reference) {
    struct sim_scenario *scenario = checker->scenario;
    if (reference->name == NULL) {
        return;
    }
    uint32_t *index = &checker->signals[reference->index];
    if (*index == SIM_NONE) {
        struct sim_signal *signals = sim_arena_push(checker->arena, scenario->signals,
                                                    &scenario->signal_count, sizeof(*signals));
        if (signals == NULL) {
            reference->index = SIM_NONE;
            return;
        }
        scenario->signals = signals;
        *index = scenario->signal_count - 1;
        signals[*index] = (struct sim_signal){
            .name = reference->name, .place = reference->place, .host = SIM_NONE};
    }
    reference->index = *index;
}

void sim_checker_declare(struct sim_checker *checker) {
    declare_things(checker);
    declare_hosts(checker);
}
