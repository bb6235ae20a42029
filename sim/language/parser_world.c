/* parser_world.c - what the world is: hosts, links, schedulers, queues, channels, variables, locks.
 */
#include "sim/language/parser.h"

/* Hosts that a link or an `on` mentions are added by the checker. */

enum { ARRAY_ELEMENTS_MAX = 1 << 20, PPM_MAX = 1000000 };

/* A clause that stands twice is reported; where the word was first seen is kept in *seen. */
static bool check_once(struct sim_parser *parser, struct sim_place place, struct sim_place *seen) {
    if (seen->line != 0) {
        struct sim_finding *finding = sim_parser_error(
            parser, place, "a clause stands once: '%s' is too many", parser->last.name);
        sim_diagnostics_note(parser->diagnostics, finding, *seen, "the other is here");
        return false;
    }
    *seen = place;
    return true;
}

/* Ends the line, whether or not it could be read. */
static void finish_line(struct sim_parser *parser, bool is_read) {
    if (is_read) {
        sim_parser_end_line(parser);
    } else {
        sim_parser_skip_line(parser);
    }
}

/* ---- Hosts ---- */

static bool read_drift(struct sim_parser *parser, int64_t *ppm) {
    return sim_parser_number(parser, "a drift", -(PPM_MAX - 1), PPM_MAX, ppm) &&
           sim_parser_expect_word(parser, SIM_WORD_PPM);
}

static bool read_host_clauses(struct sim_parser *parser, struct sim_host *host) {
    static const char *const words[] = {"skew", "drift", "program", NULL};
    struct sim_place seen[3] = {0};
    while (parser->token.kind != SIM_TOKEN_END) {
        struct sim_place place = parser->token.place;
        int found = sim_parser_one_of(parser, words, "clause");
        if (found < 0 || !check_once(parser, place, &seen[found])) {
            return false;
        }
        bool is_read = found == 0   ? sim_parser_duration(parser, true, &host->skew_ns)
                       : found == 1 ? read_drift(parser, &host->drift_ppm)
                                    : sim_parser_constant_text(parser, "a program's name, a text",
                                                               "the name is fixed", &host->program);
        host->has_program |= found == 2;
        if (!is_read) {
            return false;
        }
    }
    return true;
}

void sim_parser_host(struct sim_parser *parser) {
    struct sim_host host = {.is_declared = true};
    struct sim_reference name = {0};
    sim_parser_advance(parser);
    bool is_read = sim_parser_name(parser, "a name for the host", &name);
    is_read = is_read && read_host_clauses(parser, &host);
    host.name = name.name;
    host.place = name.place;
    struct sim_scenario *scenario = parser->scenario;
    if (name.name != NULL) {
        struct sim_host *hosts =
            sim_arena_push(parser->arena, scenario->hosts, &scenario->host_count, sizeof(host));
        if (hosts != NULL) {
            scenario->hosts = hosts;
            hosts[scenario->host_count - 1] = host;
        }
    }
    finish_line(parser, is_read);
}

/* ---- Links ---- */

static bool read_bandwidth(struct sim_parser *parser, int64_t *bandwidth) {
    if (!sim_parser_rate(parser, "a bandwidth", bandwidth)) {
        return false;
    }
    if (parser->last.kind == SIM_TOKEN_BAD_NUMBER) {
        parser->line_has_failed = true; /* reported */
        return false;
    }
    if (sim_parser_accept(parser, SIM_TOKEN_SLASH) && sim_parser_accept_name(parser, "s")) {
        return true;
    }
    return sim_parser_unexpected(parser, "'/s', as in '1MB/s'");
}

enum link_clause { LATENCY, LOSS, DUPLICATE, BANDWIDTH, BUFFER, LINK_CLAUSE_COUNT };

static bool read_link_clause(struct sim_parser *parser, struct sim_link *link,
                             enum link_clause clause) {
    switch (clause) {
    case LATENCY:
        link->has_latency = true;
        return sim_parser_range(parser, &link->latency_ns);
    case LOSS:
        link->has_loss = true;
        return sim_parser_percentage(parser, &link->loss_ppm);
    case DUPLICATE:
        link->has_duplicate = true;
        return sim_parser_percentage(parser, &link->duplicate_ppm);
    case BANDWIDTH:
        link->has_bandwidth = true;
        return read_bandwidth(parser, &link->bandwidth_bytes_per_second);
    case BUFFER:
        link->has_buffer = true;
        return sim_parser_number(parser, "a buffer size", 1, SIM_VALUE_MAX, &link->buffer_bytes);
    case LINK_CLAUSE_COUNT:
        break;
    }
    return false;
}

bool sim_parser_link_values(struct sim_parser *parser, struct sim_link *link) {
    static const char *const words[] = {"latency",   "loss",   "duplicate",
                                        "bandwidth", "buffer", NULL};
    struct sim_place seen[LINK_CLAUSE_COUNT] = {0};
    link->place = parser->last.place;
    if (!sim_parser_name(parser, "a host", &link->from)) {
        return false;
    }
    link->both_ways = parser->token.kind == SIM_TOKEN_BOTH_ARROW;
    if (!sim_parser_accept(parser, SIM_TOKEN_BOTH_ARROW) &&
        !sim_parser_expect(parser, SIM_TOKEN_ARROW, "'->' or '<->'")) {
        return false;
    }
    if (!sim_parser_name(parser, "a host", &link->to)) {
        return false;
    }
    while (parser->token.kind != SIM_TOKEN_END) {
        struct sim_place place = parser->token.place;
        int found = sim_parser_one_of(parser, words, "clause");
        if (found < 0 || !check_once(parser, place, &seen[found]) ||
            !read_link_clause(parser, link, (enum link_clause)found)) {
            return false;
        }
        seen[found] = sim_parser_span(parser, place);
    }
    link->latency_place = seen[LATENCY];
    link->loss_place = seen[LOSS];
    link->duplicate_place = seen[DUPLICATE];
    return true;
}

void sim_parser_link(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_link *links = sim_arena_push(parser->arena, scenario->links, &scenario->link_count,
                                            sizeof(struct sim_link));
    if (links == NULL) {
        sim_parser_skip_line(parser);
        return;
    }
    scenario->links = links;
    sim_parser_advance(parser);
    finish_line(parser, sim_parser_link_values(parser, &links[scenario->link_count - 1]));
}

/* ---- Schedulers ---- */

enum setting { PRIORITY, TIMEOUT, RESOLUTION, PROACTOR, OPS, MULTIPLEX, SETTING_COUNT };

/* Takes one of two words; true in *is_first if it is the first. */
static bool read_either(struct sim_parser *parser, const char *const *words, bool *is_first) {
    int found = sim_parser_one_of(parser, words, "value");
    *is_first = found == 0;
    return found >= 0;
}

static bool read_default_timeout(struct sim_parser *parser, int64_t *timeout_ns) {
    if (sim_parser_accept_word(parser, SIM_WORD_NONE)) {
        *timeout_ns = -1;
        return true;
    }
    return sim_parser_duration(parser, false, timeout_ns);
}

static bool read_setting(struct sim_parser *parser, struct sim_scheduler_settings *settings,
                         enum setting setting) {
    static const char *const greedy[] = {"greedy", "lazy", NULL};
    static const char *const first[] = {"first", "later", NULL};
    static const char *const priorities[] = {"last", "coro", "op", "first", NULL};
    int priority = 0;
    switch (setting) {
    case PRIORITY:
        settings->has_priority = true;
        priority = sim_parser_one_of(parser, priorities, "priority");
        settings->priority = (enum sim_priority)(SIM_PRIORITY_LAST + (priority < 0 ? 0 : priority));
        return priority >= 0;
    case TIMEOUT:
        settings->has_timeout = true;
        return read_default_timeout(parser, &settings->timeout_ns);
    case RESOLUTION:
        settings->has_resolution = true;
        return sim_parser_duration(parser, false, &settings->resolution_ns);
    case PROACTOR:
        settings->has_proactor = true;
        return read_either(parser, greedy, &settings->proactor_greedy);
    case OPS:
        settings->has_ops = true;
        return read_either(parser, greedy, &settings->ops_greedy);
    case MULTIPLEX:
        settings->has_multiplex = true;
        return read_either(parser, first, &settings->multiplex_first);
    case SETTING_COUNT:
        break;
    }
    return false;
}

static bool read_settings(struct sim_parser *parser, struct sim_scheduler_settings *settings) {
    static const char *const words[] = {"priority", "timeout",   "resolution", "proactor",
                                        "ops",      "multiplex", NULL};
    struct sim_place seen[SETTING_COUNT] = {0};
    if (sim_parser_accept_word(parser, SIM_WORD_ON) &&
        !sim_parser_name(parser, "a host", &settings->host)) {
        return false;
    }
    if (parser->token.kind == SIM_TOKEN_END) {
        return sim_parser_unexpected(parser, "a parameter such as 'timeout'");
    }
    while (parser->token.kind != SIM_TOKEN_END) {
        struct sim_place place = parser->token.place;
        int found = sim_parser_one_of(parser, words, "parameter");
        if (found < 0 || !check_once(parser, place, &seen[found]) ||
            !read_setting(parser, settings, (enum setting)found)) {
            return false;
        }
    }
    return true;
}

void sim_parser_scheduler(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_scheduler_settings settings = {.place = parser->token.place, .host.index = SIM_NONE};
    sim_parser_advance(parser);
    bool is_read = read_settings(parser, &settings);
    struct sim_scheduler_settings *all = sim_arena_push(
        parser->arena, scenario->settings, &scenario->settings_count, sizeof(settings));
    if (all != NULL) {
        scenario->settings = all;
        all[scenario->settings_count - 1] = settings;
    }
    finish_line(parser, is_read);
}

/* ---- Queues, channels, locks ---- */

void sim_parser_queue(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_reference name = {0};
    int64_t size = 0;
    sim_parser_advance(parser);
    bool is_read = sim_parser_name(parser, "a name for the queue", &name);
    if (is_read && sim_parser_accept_word(parser, SIM_WORD_SIZE)) {
        is_read = sim_parser_number(parser, "the size of a queue", 1, SIM_VALUE_MAX, &size);
    }
    struct sim_queue *queues = scenario->queues;
    if (name.name != NULL) {
        queues = sim_arena_push(parser->arena, queues, &scenario->queue_count, sizeof(*queues));
        if (queues != NULL) {
            scenario->queues = queues;
            queues[scenario->queue_count - 1] = (struct sim_queue){
                .name = name.name, .place = name.place, .size = size, .host = SIM_NONE};
        }
    }
    finish_line(parser, is_read);
}

void sim_parser_channel(struct sim_parser *parser) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_reference name = {0};
    sim_parser_advance(parser);
    bool is_read = sim_parser_name(parser, "a name for the channel", &name);
    struct sim_channel *channels = scenario->channels;
    if (is_read) {
        channels =
            sim_arena_push(parser->arena, channels, &scenario->channel_count, sizeof(*channels));
        if (channels != NULL) {
            scenario->channels = channels;
            channels[scenario->channel_count - 1] =
                (struct sim_channel){.name = name.name, .place = name.place, .host = SIM_NONE};
        }
    }
    finish_line(parser, is_read);
}

/* The `[N]` that makes an array, if it stands here. One that cannot be read has every element. */
static bool read_length(struct sim_parser *parser, bool *is_array, uint32_t *element_count) {
    int64_t count = 1;
    *is_array = sim_parser_accept(parser, SIM_TOKEN_LEFT_BRACKET);
    bool is_read = !*is_array || (sim_parser_number(parser, "the length of an array", 1,
                                                    ARRAY_ELEMENTS_MAX, &count) &&
                                  sim_parser_expect(parser, SIM_TOKEN_RIGHT_BRACKET, "']'"));
    *element_count = is_read ? (uint32_t)count : ARRAY_ELEMENTS_MAX;
    return is_read;
}

/* Adds a lock whose elements come after those of the others. */
static void add_lock(struct sim_parser *parser, struct sim_lock lock) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_lock *locks =
        sim_arena_push(parser->arena, scenario->locks, &scenario->lock_count, sizeof(*locks));
    if (locks == NULL) {
        return;
    }
    scenario->locks = locks;
    struct sim_lock *added = &locks[scenario->lock_count - 1];
    *added = lock;
    added->first = added > locks ? added[-1].first + added[-1].element_count : 0;
}

void sim_parser_lock(struct sim_parser *parser) {
    struct sim_lock lock = {.element_count = 1, .host = SIM_NONE};
    struct sim_reference name = {0};
    sim_parser_advance(parser);
    bool has_name = sim_parser_name(parser, "a name for the lock", &name);
    bool is_read = has_name && read_length(parser, &lock.is_array, &lock.element_count);
    lock.name = name.name;
    lock.place = name.place;
    if (has_name) {
        add_lock(parser, lock);
    }
    finish_line(parser, is_read);
}

/* ---- Variables ---- */

static bool read_variable(struct sim_parser *parser, struct sim_reference *name,
                          struct sim_variable *variable) {
    if (!sim_parser_name(parser, "a name for the variable", name) ||
        !read_length(parser, &variable->is_array, &variable->element_count) ||
        !sim_parser_expect(parser, SIM_TOKEN_ASSIGN, "'=' and what it is at first")) {
        return false;
    }
    variable->initial = sim_parser_expression(parser);
    return variable->initial != NULL;
}

void sim_parser_variable(struct sim_parser *parser, bool is_shared) {
    struct sim_scenario *scenario = parser->scenario;
    struct sim_variable variable = {.is_shared = is_shared, .element_count = 1};
    struct sim_reference name = {0};
    sim_parser_advance(parser);
    bool is_read = read_variable(parser, &name, &variable);
    variable.name = name.name;
    variable.place = name.place;
    struct sim_variable *variables = scenario->variables;
    if (name.name != NULL) {
        variables =
            sim_arena_push(parser->arena, variables, &scenario->variable_count, sizeof(*variables));
        if (variables != NULL) {
            scenario->variables = variables;
            variables[scenario->variable_count - 1] = variable;
        }
    }
    finish_line(parser, is_read);
}
