/* run.c - builds the world of a scenario, and takes it down. */
#include "sim/run.h"

#include "sim/cogsim.h"
#include "sim/declared.h"
#include "sim/evaluate.h"
#include "sim/guest.h"
#include "sim/guide.h"
#include "sim/judge.h"
#include "sim/language/buffer.h"
#include "sim/locks.h"
#include "sim/stepping.h"
#include "sim/watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct sim_failure *sim_run_fail(struct sim_run *run, uint32_t line, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t count = bytes < 0 ? 0 : (size_t)bytes < sizeof text ? (size_t)bytes : sizeof text - 1;
    sim_tracer_failure(&run->tracer, text, count, line);
    return sim_journal_fail(&run->journal, line, text, count);
}

typedef void tell_value(struct sim_tracer *tracer, const char *name, const char *text, size_t bytes,
                        uint32_t line);

static void tell_variable(struct sim_run *run, uint32_t variable, const struct sim_value *place,
                          uint32_t line, tell_value *tell) {
    const struct sim_variable *source = &run->scenario->variables[variable];
    struct sim_buffer buffer;
    if (run->writer.is_off) {
        return;
    }
    sim_buffer_init(&buffer, &run->memory.allocator);
    sim_buffer_add_text(&buffer, source->name);
    if (source->is_array) {
        sim_buffer_add_format(&buffer, "[%td]", place - run->variables[variable]);
    }
    sim_buffer_add(&buffer, "", 1);
    size_t name_bytes = buffer.length;
    sim_value_append(&buffer, *place);
    if (buffer.has_failed) {
        run->fatal = COG_ENOMEM;
    } else {
        tell(&run->tracer, buffer.bytes, buffer.bytes + name_bytes, buffer.length - name_bytes,
             line);
    }
    sim_buffer_term(&buffer);
}

void sim_run_variable_set(struct sim_run *run, uint32_t variable, const struct sim_value *place,
                          uint32_t line) {
    tell_variable(run, variable, place, line, sim_tracer_set);
}

void sim_run_variable_read(struct sim_run *run, uint32_t variable, const struct sim_value *place,
                           uint32_t line) {
    tell_variable(run, variable, place, line, sim_tracer_read);
}

/* ---- Instances ---- */

static const char *copy_name(struct sim_run *run, const char *name) {
    size_t bytes = strlen(name) + 1;
    char *copy = cog_allocate(&run->memory.allocator, bytes);
    if (copy != NULL) {
        memcpy(copy, name, bytes);
    }
    return copy;
}

struct sim_frame *sim_instance_frame(struct sim_instance *instance) {
    return cog_coro_context(instance->coro);
}

struct sim_instance *sim_instance_new(struct sim_run *run, const struct sim_code *code,
                                      uint32_t host, uint32_t root, const struct sim_instance *by,
                                      uint32_t ordinal, const char *name, bool is_background) {
    struct sim_instance *instance =
        cog_allocate_zeroed(&run->memory.allocator, 1, sizeof *instance);
    if (instance == NULL) {
        run->fatal = COG_ENOMEM;
        return NULL;
    }
    instance->name = by != NULL ? name : copy_name(run, name);
    instance->source = code->source;
    instance->root = root;
    instance->host = host;
    instance->is_background = is_background;
    if (instance->name == NULL || cog_coro_new(run->hosts[host].scheduler, &code->type,
                                               instance->name, &instance->coro) != COG_OK) {
        run->fatal = COG_ENOMEM;
        return NULL;
    }
    struct sim_frame *frame = sim_instance_frame(instance);
    frame->run = run;
    frame->instance = instance;
    frame->code = code;
    if (run->last_instance != NULL) {
        run->last_instance->next = instance;
    } else {
        run->instances = instance;
    }
    run->last_instance = instance;
    run->foreground_count += by != NULL && !is_background ? 1 : 0;
    if (run->stepping != NULL) {
        instance->process = sim_processes_find(run->stepping->processes,
                                               by != NULL ? by->process : SIM_NO_PROCESS, ordinal);
        if (instance->process == SIM_NO_PROCESS) {
            run->fatal = COG_ENOMEM;
            return NULL;
        }
    }
    return instance;
}

/* ---- Hosts ---- */

static int64_t host_now_ns(void *context) {
    return sim_host_now_ns(context);
}

static int64_t tracer_now_ns(void *context) {
    return ((const struct sim_run *)context)->now_ns;
}

static int64_t tracer_world_ns(void *context, uint32_t host, int64_t host_ns) {
    return sim_host_world_ns(&((const struct sim_run *)context)->hosts[host - 1], host_ns);
}

static void wake_proactor(void *context, struct sim_socket *socket) {
    struct sim_run *run = context;
    sim_proactor_wake(&run->hosts[socket->host - 1].proactor, socket);
}

static enum cog_priority core_priority(enum sim_priority priority) {
    static const enum cog_priority priorities[] = {
        [SIM_PRIORITY_DEFAULT] = COG_LAST, [SIM_PRIORITY_LAST] = COG_LAST,
        [SIM_PRIORITY_CORO] = COG_CORO,    [SIM_PRIORITY_OP] = COG_OP,
        [SIM_PRIORITY_FIRST] = COG_FIRST,
    };
    return priorities[priority];
}

static enum cog_switch core_switch(bool is_on) {
    return is_on ? COG_ON : COG_OFF;
}

static void apply_settings(const struct sim_scheduler_settings *settings,
                           struct cog_scheduler_options *options) {
    if (settings->has_priority) {
        options->default_priority = core_priority(settings->priority);
    }
    if (settings->has_timeout) {
        options->default_timeout_ns = settings->timeout_ns > 0 ? settings->timeout_ns : 0;
    }
    if (settings->has_resolution) {
        options->proactor_resolution_ns = settings->resolution_ns;
    }
    if (settings->has_proactor) {
        options->proactor_greedy = core_switch(settings->proactor_greedy);
    }
    if (settings->has_ops) {
        options->ops_greedy = core_switch(settings->ops_greedy);
    }
    if (settings->has_multiplex) {
        options->proactor_multiplex_first = core_switch(settings->multiplex_first);
    }
}

static int make_host(struct sim_run *run, uint32_t index) {
    const struct sim_scenario *scenario = run->scenario;
    struct sim_run_host *host = &run->hosts[index];
    host->run = run;
    host->id = index + 1;
    host->skew_ns = scenario->hosts[index].skew_ns;
    host->drift_ppm = scenario->hosts[index].drift_ppm;
    host->tracer_host = (struct sim_tracer_host){.tracer = &run->tracer, .host = host->id};
    sim_proactor_init(&host->proactor, &run->network, host->id);
    sim_tracer_host_declared(&run->tracer, host->id, scenario->hosts[index].name, host->skew_ns,
                             host->drift_ppm);
    struct cog_scheduler_options options = {
        .allocator = &run->memory.allocator,
        .clock = {.now_ns = host_now_ns, .context = host},
        .proactor = sim_proactor_seam(&host->proactor),
    };
    if (!run->writer.is_off) {
        options.observer = sim_tracer_observer(&host->tracer_host);
    }
    if (run->stepping != NULL || run->chooser != NULL) {
        options.picker = sim_stepping_picker(host);
    }
    if (scenario->hosts[index].has_program) {
        int opened = sim_guest_open(run, host, &options.observer);
        if (opened != COG_OK) {
            return opened;
        }
    }
    for (int pass = 0; pass < 2;
         pass++) { /* what is said of all hosts first, then what of this one */
        for (uint32_t i = 0; i < scenario->settings_count; i++) {
            const struct sim_scheduler_settings *settings = &scenario->settings[i];
            uint32_t wanted = pass == 0 ? SIM_NONE : index;
            if (settings->host.index == wanted) {
                apply_settings(settings, &options);
            }
        }
    }
    if (run->stepping == NULL) {
        return cog_scheduler_new(&options, &host->scheduler);
    }
    options.proactor_greedy = COG_ON; /* the idle coroutines are always ready */
    int status = cog_scheduler_new(&options, &host->scheduler);
    return status == COG_OK ? sim_stepping_add_idle(host->scheduler) : status;
}

/* Explorers want to know what comes into play. */
static int note_declared(struct sim_run *run) {
    uint32_t count = sim_declared_count(run->scenario);
    run->network.size_number = sim_declared_find(run->scenario, &run->scenario->exploration);
    run->network.faults_number = sim_declared_find(run->scenario, &run->scenario->exploration.vary);
    if (count > 0) {
        run->network.played = cog_allocate_zeroed(&run->memory.allocator, count, 1);
    }
    return count > 0 && run->network.played == NULL ? COG_ENOMEM : COG_OK;
}

static int make_hosts(struct sim_run *run) {
    uint32_t count = run->scenario->host_count;
    run->hosts = cog_allocate_zeroed(&run->memory.allocator, count, sizeof run->hosts[0]);
    if (run->hosts == NULL) {
        return COG_ENOMEM;
    }
    struct sim_network_wake wake = {.wake = wake_proactor, .context = run};
    int status = sim_network_init(&run->network, &run->memory.allocator, &run->tracer, &run->now_ns,
                                  count, wake);
    run->network.chooser = run->chooser;
    run->network.stepping = run->stepping;
    if (status == COG_OK && run->chooser != NULL) {
        status = note_declared(run);
    }
    for (uint32_t i = 0; i < count && status == COG_OK; i++) {
        status = make_host(run, i);
    }
    for (uint32_t i = 0; i < run->scenario->link_count && status == COG_OK; i++) {
        sim_world_apply_link(run, &run->scenario->links[i]);
    }
    return status;
}

/* ---- Objects ---- */

/* An array in the run's memory, zeroed; of at least one item. */
static void *new_array(struct sim_run *run, uint32_t count, size_t item_bytes) {
    return cog_allocate_zeroed(&run->memory.allocator, count > 0 ? count : 1, item_bytes);
}

/* The scheduler of a host index; an object that nobody uses may be anywhere. */
static struct sim_run_host *host_of(struct sim_run *run, uint32_t host) {
    return &run->hosts[host == SIM_NONE ? 0 : host];
}

static int make_queues(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    int status = COG_OK;
    for (uint32_t i = 0; i < scenario->queue_count && status == COG_OK; i++) {
        struct sim_run_host *host = host_of(run, scenario->queues[i].host);
        const char *name = scenario->queues[i].name;
        struct cog_queue_options options = {
            .name = name,
            .tag = sim_tracer_object(&run->tracer, host->id, "queue", name),
            .size = (size_t)scenario->queues[i].size,
        };
        status = cog_queue_new(host->scheduler, &options, &run->queues[i]);
    }
    return status;
}

static int make_channels_and_signals(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    int status = COG_OK;
    for (uint32_t i = 0; i < scenario->channel_count && status == COG_OK; i++) {
        struct sim_run_host *host = host_of(run, scenario->channels[i].host);
        const char *name = scenario->channels[i].name;
        struct cog_object_options options = {
            .name = name, .tag = sim_tracer_object(&run->tracer, host->id, "channel", name)};
        status = cog_channel_new(host->scheduler, &options, &run->channels[i]);
    }
    for (uint32_t i = 0; i < scenario->signal_count && status == COG_OK; i++) {
        struct sim_run_host *host = host_of(run, scenario->signals[i].host);
        const char *name = scenario->signals[i].name;
        struct cog_object_options options = {
            .name = name, .tag = sim_tracer_object(&run->tracer, host->id, "signal", name)};
        status = cog_signal_new(host->scheduler, &options, &run->signals[i]);
    }
    return status;
}

static int make_variables(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    for (uint32_t i = 0; i < scenario->variable_count; i++) {
        const struct sim_variable *variable = &scenario->variables[i];
        struct sim_scope scope = {.run = run};
        struct sim_value value = {.word = 0};
        int status = sim_evaluate(&scope, variable->initial, &value);
        run->variables[i] = new_array(run, variable->element_count, sizeof(struct sim_value));
        if (run->variables[i] == NULL || status == COG_ENOMEM) {
            return COG_ENOMEM;
        }
        if (status != COG_OK) {
            (void)sim_run_fail(run, variable->place.line, "%s: %s", variable->name, scope.message);
            value = sim_value_integer(SIM_TAG_NUMBER, 0);
        }
        for (uint32_t element = 0; element < variable->element_count; element++) {
            run->variables[i][element] = value;
        }
    }
    return COG_OK;
}

static int make_objects(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    run->queues = new_array(run, scenario->queue_count, sizeof run->queues[0]);
    run->channels = new_array(run, scenario->channel_count, sizeof run->channels[0]);
    run->signals = new_array(run, scenario->signal_count, sizeof run->signals[0]);
    run->unheard = new_array(run, scenario->signal_count, sizeof run->unheard[0]);
    run->variables = new_array(run, scenario->variable_count, sizeof run->variables[0]);
    if (run->queues == NULL || run->channels == NULL || run->signals == NULL ||
        run->unheard == NULL || run->variables == NULL) {
        return COG_ENOMEM;
    }
    int status = make_queues(run);
    status = status == COG_OK ? sim_locks_make(run) : status;
    status = status == COG_OK ? make_channels_and_signals(run) : status;
    return status == COG_OK ? make_variables(run) : status;
}

/* ---- Actions ---- */

static int compare_actions(const void *left, const void *right) {
    const struct sim_action *a = left;
    const struct sim_action *b = right;
    if (a->time_ns != b->time_ns) {
        return a->time_ns < b->time_ns ? -1 : 1;
    }
    return a->offset < b->offset ? -1 : a->offset > b->offset ? 1 : 0;
}

void sim_run_sort_actions(struct sim_run *run) {
    qsort(run->actions, run->action_count, sizeof run->actions[0], compare_actions);
}

static int make_actions(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    uint32_t count = scenario->coroutine_count + scenario->world_block_count;
    run->actions = new_array(run, count, sizeof run->actions[0]);
    if (run->actions == NULL) {
        return COG_ENOMEM;
    }
    for (uint32_t i = 0; i < scenario->coroutine_count; i++) {
        const struct sim_coroutine *source = &scenario->coroutines[i];
        run->actions[run->action_count++] = (struct sim_action){
            .time_ns = source->after_ns, .offset = source->place.offset, .coroutine = i};
        run->foreground_count += source->background ? 0 : source->times;
    }
    for (uint32_t i = 0; i < scenario->world_block_count; i++) {
        const struct sim_world_block *block = &scenario->world_blocks[i];
        run->actions[run->action_count++] = (struct sim_action){
            .time_ns = block->at_ns.low, .offset = block->place.offset, .block = block};
    }
    sim_run_sort_actions(run);
    return COG_OK;
}

/* ---- Making and taking down ---- */

static bool is_of_guests(const struct sim_scenario *scenario) {
    bool has_programs = sim_scenario_has_programs(scenario);
    for (uint32_t i = 0; i < scenario->coroutine_count && has_programs; i++) {
        has_programs = scenario->coroutines[i].background;
    }
    return has_programs;
}

/* The text goes into the trace, so that reports can show it. */
static void trace_source(struct sim_run *run) {
    const struct sim_source *source = run->source;
    if (source == NULL || run->writer.is_off) {
        return;
    }
    if (source->part_count == 0) {
        sim_tracer_source(&run->tracer, 1, source->text, source->length);
    }
    for (uint32_t i = 0; i < source->part_count; i++) {
        size_t start = source->parts[i].start;
        size_t end = i + 1 < source->part_count ? source->parts[i + 1].start : source->length;
        sim_tracer_source(&run->tracer, source->parts[i].line, source->text + start, end - start);
    }
}

static int build(struct sim_run *run) {
    const struct sim_scenario *scenario = run->scenario;
    run->is_of_guests = is_of_guests(scenario);
    sim_tracer_run(&run->tracer, scenario->title.bytes, scenario->title.length, 0);
    for (uint32_t i = 1; i < scenario->file_count; i++) {
        sim_tracer_file(&run->tracer, i, scenario->files[i]);
    }
    trace_source(run);
    int status = make_hosts(run);
    status = status == COG_OK ? make_objects(run) : status;
    status = status == COG_OK ? sim_watches_init(run) : status;
    return status == COG_OK ? make_actions(run) : status;
}

int sim_run_new(const struct sim_program *program, const struct sim_run_options *options,
                struct sim_run **out) {
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    struct sim_run *run = cog_allocate_zeroed(allocator, 1, sizeof *run);
    if (run == NULL) {
        return COG_ENOMEM;
    }
    run->allocator = allocator;
    run->source = options->source;
    run->program = program;
    run->scenario = program->scenario;
    run->statement_count_max =
        options->statement_count_max > 0 ? options->statement_count_max : SIM_STATEMENTS_DEFAULT;
    run->chooser = options->chooser;
    run->stepping = options->stepping;
    run->guide = options->guide;
    run->witness = options->witness;
    run->images = options->images;
    if (run->guide != NULL) {
        run->chooser = &run->guide->chooser;
        run->stepping = sim_guide_steps(run->guide) ? &run->guide->stepping : NULL;
    }
    size_t memory_bytes = options->memory_bytes > 0 ? options->memory_bytes : SIM_MEMORY_DEFAULT;
    int status = sim_memory_open(&run->memory, memory_bytes);
    /* An untraced run is for those who go back in it: all of it lies in its memory. */
    sim_journal_init(&run->journal, options->is_untraced ? &run->memory.allocator : allocator);
    run->journal.bytes_left = memory_bytes;
    if (options->is_untraced) {
        run->writer.is_off = true;
    } else if (status == COG_OK) {
        status = sim_trace_writer_open(&run->writer, allocator, options->trace_path);
    }
    int error_number = errno;
    if (status != COG_OK) {
        sim_run_free(run);
        errno = error_number;
        return status;
    }
    struct sim_tracer_clock clock = {
        .now_ns = tracer_now_ns, .world_ns = tracer_world_ns, .context = run};
    sim_tracer_init(&run->tracer, allocator, &run->writer, clock);
    run->fatal = build(run);
    *out = run;
    return COG_OK;
}

const char *sim_run_temporary_path(const struct sim_run *run) {
    return run->writer.path_temporary;
}

static const char *verdict_word(const struct sim_run *run) {
    if (run->fatal == COG_ELIMIT) {
        return "limit";
    }
    if (run->journal.failure_count == 0) {
        return "ok";
    }
    return run->is_stalled ? "stalled" : "failed";
}

int sim_run_execute(struct sim_run *run, struct sim_result *result) {
    if (run->fatal == COG_OK && run->guide != NULL) {
        sim_guide_drive(run->guide, run);
    } else if (run->fatal == COG_OK) {
        sim_world_execute(run);
    }
    return sim_run_conclude(run, result);
}

int sim_run_conclude(struct sim_run *run, struct sim_result *result) {
    sim_guests_stop(run);
    run->is_stalled = run->is_stalled && !sim_guests_rest(run);
    if (run->fatal == COG_OK || run->fatal == COG_ELIMIT) {
        sim_judge(run);
    }
    if (run->journal.is_out_of_memory) {
        run->fatal = COG_ENOMEM; /* a verdict without all of its reasons would be none */
    }
    sim_tracer_set_current(&run->tracer, 0);
    sim_tracer_finish(&run->tracer, verdict_word(run));
    *result = (struct sim_result){
        .ok = run->fatal == COG_OK && run->journal.failure_count == 0,
        .time_ns = run->now_ns,
        .step_count = run->step_count,
        .event_count = run->writer.event_count,
        .journal = &run->journal,
    };
    if (run->fatal != COG_OK && run->fatal != COG_ELIMIT) {
        sim_trace_writer_abandon(&run->writer);
        return run->fatal;
    }
    return run->writer.is_off ? COG_OK : sim_trace_writer_finish(&run->writer, &result->trace_hash);
}

void sim_run_free(struct sim_run *run) {
    if (run == NULL) {
        return;
    }
    /* The world goes with its memory; nothing outside of that belongs to its schedulers, but for
     * what C programs have. */
    for (uint32_t i = 0; run->hosts != NULL && i < run->scenario->host_count; i++) {
        sim_guest_close(&run->hosts[i]);
    }
    sim_trace_writer_abandon(&run->writer);
    sim_tracer_term(&run->tracer);
    if (!run->writer.is_off) {
        sim_journal_term(&run->journal);
    }
    sim_memory_close(&run->memory);
    cog_release(run->allocator, run, sizeof *run);
}
