/* guide.c - follows schedules and steps, and writes down what was decided. */
#include "sim/guide.h"

#include "sim/duration.h"
#include "sim/quiet.h"
#include "sim/step_labels.h"
#include "sim/tracer.h"
#include "sim/witness.h"
#include "sim/world.h"

#include <inttypes.h>
#include <string.h>

static uint64_t choose(void *context, const struct sim_choice *choice);

int sim_guide_open(struct sim_guide *guide, struct sim_program *program,
                   const struct sim_guide_options *options) {
    const struct cog_allocator *allocator =
        options->allocator != NULL ? options->allocator : cog_allocator_malloc();
    *guide =
        (struct sim_guide){.options = *options,
                           .allocator = allocator,
                           .chooser = {.vary = options->vary, .choose = choose, .context = guide}};
    sim_processes_init(&guide->processes, allocator);
    sim_schedule_init(&guide->recorded, allocator);
    int status = sim_program_find_quiet(program);
    if (status == COG_OK) {
        status = sim_objects_init(&guide->objects, allocator, program);
    }
    if (status != COG_OK) {
        return status;
    }
    return sim_stepping_init(&guide->stepping, allocator, &guide->processes, &guide->objects);
}

static void forget_drifts(struct sim_guide *guide) {
    for (uint32_t i = 0; i < guide->drift_count && i < SIM_DRIFTS_MAX; i++) {
        char *text = (char *)guide->drifts[i].text;
        cog_release(guide->allocator, text, strlen(text) + 1);
    }
    guide->drift_count = 0;
}

void sim_guide_close(struct sim_guide *guide) {
    forget_drifts(guide);
    sim_schedule_term(&guide->recorded);
    sim_stepping_term(&guide->stepping);
    sim_objects_term(&guide->objects, guide->allocator);
    sim_processes_term(&guide->processes);
}

/* ---- Decisions in words ---- */

/* A point where something is decided: a step among candidates, or a draw. */
struct point {
    const struct sim_run *run;       /* of a step */
    const struct sim_choice *choice; /* of a draw; null: a step */
    uint64_t count;
};

static void add_line(const struct point *point, uint64_t index, struct sim_buffer *buffer) {
    if (point->choice == NULL) {
        sim_label_step(point->run, &point->run->stepping->candidates[index], buffer);
        return;
    }
    point->choice->label(point->choice, buffer);
    sim_buffer_add_text(buffer, ": ");
    point->choice->candidate_label(point->choice, index, buffer);
}

static void trace(struct sim_guide *guide, const struct point *point, const struct sim_buffer *line,
                  uint64_t index) {
    uint32_t coroutine = 0;
    if (point->choice == NULL) {
        coroutine = cog_coro_tag(point->run->stepping->candidates[index].instance->coro);
    }
    sim_tracer_choice(guide->tracer, coroutine, line->bytes, line->length, index, point->count);
}

static void record(struct sim_guide *guide, const struct point *point, uint64_t index) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, guide->allocator);
    add_line(point, index, &buffer);
    if (buffer.has_failed ||
        sim_schedule_add(&guide->recorded, buffer.bytes, buffer.length, 0) != COG_OK) {
        guide->is_out_of_memory = true;
    } else {
        struct sim_schedule_entry *entry = &guide->recorded.entries[guide->recorded.count - 1];
        entry->choice = index;
        entry->candidate_count = point->count;
    }
    if (guide->options.witness != NULL && !buffer.has_failed) {
        sim_witness_decide(guide->options.witness, buffer.bytes, buffer.length, index != 0);
    }
    if (index != 0) {
        guide->recorded.decisive_count = guide->recorded.count;
    }
    trace(guide, point, &buffer, index);
    sim_buffer_term(&buffer);
}

/* ---- Following ---- */

enum { AHEAD_MAX = 16 };

/* How many bytes of a line name what is decided: a coroutine, or the label of a draw. */
static size_t label_bytes(const char *text) {
    const char *colon = strstr(text, ": ");
    return colon != NULL ? (size_t)(colon - text) : strlen(text);
}

/* Digits; -1: it is none, or too large. */
static int64_t read_number(const char *text, const char **end) {
    int64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (number > (INT64_MAX - 9) / 10) {
            return -1;
        }
        number = number * 10 + (*at - '0');
    }
    *end = at;
    return at > text ? number : -1;
}

static int64_t read_ns(const char *text) {
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},
                 {"us", 1000},
                 {"ms", 1000000},
                 {"s", 1000000000},
                 {"m", INT64_C(60000000000)},
                 {"h", INT64_C(3600000000000)}};
    const char *unit = text;
    int64_t number = read_number(text, &unit);
    for (size_t i = 0; number >= 0 && i < sizeof units / sizeof units[0]; i++) {
        int64_t ns;
        if (strcmp(unit, units[i].name) == 0 && !__builtin_mul_overflow(number, units[i].ns, &ns)) {
            return ns;
        }
    }
    return -1;
}

/* The candidate of a range that a text names, or count. */
static uint64_t find_in_range(const struct sim_choice *choice, const char *text) {
    const char *end = text;
    int64_t value = choice->kind == SIM_CHOICE_TIME ? read_ns(text) : read_number(text, &end);
    if (value < 0) {
        return choice->count;
    }
    uint64_t index = choice->kind == SIM_CHOICE_TIME ? (uint64_t)(value - choice->low)
                                                     : choice->count - (uint64_t)value;
    return index < choice->count ? index : choice->count;
}

/* The candidate that a line names, or count. With is_loose what a step begins with may be
 * another. */
static uint64_t find_candidate(struct sim_guide *guide, const struct point *point, const char *text,
                               bool is_loose) {
    struct sim_buffer buffer;
    size_t label = label_bytes(text);
    uint64_t found = point->count;
    sim_buffer_init(&buffer, guide->allocator);
    bool is_range = point->choice != NULL && (point->choice->kind == SIM_CHOICE_TIME ||
                                              point->choice->kind == SIM_CHOICE_SIZE);
    for (uint64_t i = 0; i < point->count && found == point->count; i++) {
        buffer.length = 0;
        add_line(point, i, &buffer);
        if (buffer.has_failed) {
            guide->is_out_of_memory = true;
            break;
        }
        bool is_label =
            label_bytes(buffer.bytes) == label && strncmp(buffer.bytes, text, label) == 0;
        if (is_range) {
            found = is_label ? find_in_range(point->choice, text + label + 2) : point->count;
            break;
        }
        found = (is_loose ? is_label : strcmp(buffer.bytes, text) == 0) ? i : found;
    }
    sim_buffer_term(&buffer);
    return found;
}

static void note_drift(struct sim_guide *guide, const struct point *point, uint32_t entry,
                       uint64_t taken) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, guide->allocator);
    sim_buffer_add_format(&buffer, "'%s' can not be done here; instead came '",
                          guide->options.follow->entries[entry].text);
    add_line(point, taken, &buffer);
    sim_buffer_add_text(&buffer, "'");
    if (guide->drift_count < SIM_DRIFTS_MAX && !buffer.has_failed) {
        char *text = cog_allocate(guide->allocator, buffer.length + 1);
        if (text != NULL) {
            memcpy(text, buffer.bytes, buffer.length + 1);
            guide->drifts[guide->drift_count++] = (struct sim_drift){.entry = entry, .text = text};
        }
    }
    sim_buffer_term(&buffer);
}

static uint64_t follow_schedule(struct sim_guide *guide, const struct point *point) {
    const struct sim_schedule *schedule = guide->options.follow;
    uint32_t first = guide->entry_next;
    for (uint32_t i = first; i < schedule->count && i < first + AHEAD_MAX; i++) {
        const struct sim_schedule_entry *entry = &schedule->entries[i];
        uint64_t index = entry->production_count > 0 ? 0
                         : entry->is_choice
                             ? (entry->choice < point->count ? entry->choice : point->count - 1)
                             : find_candidate(guide, point, entry->text, false);
        if (index < point->count) {
            guide->entry_next = i + 1;
            guide->production_left = entry->production_count > 0 ? entry->production_count - 1 : 0;
            if (i > first) {
                note_drift(guide, point, first, index);
            }
            return index;
        }
    }
    if (first >= schedule->count) {
        return 0;
    }
    uint64_t index = find_candidate(guide, point, schedule->entries[first].text, true);
    bool is_loose = index < point->count;
    index = is_loose ? index : 0;
    guide->entry_next += is_loose ? 1 : 0;
    note_drift(guide, point, first, index);
    return index;
}

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. */
static uint64_t draw(struct sim_guide *guide) {
    uint64_t bits = guide->options.seed + ++guide->random_count * UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
    return bits ^ bits >> 31;
}

static uint64_t decide(struct sim_guide *guide, const struct point *point) {
    uint64_t index = 0;
    const struct sim_schedule *follow = guide->options.follow;
    bool is_following = follow != NULL && guide->entry_next < follow->count;
    if (guide->production_left > 0) {
        guide->production_left--;
    } else if (is_following) {
        index = follow_schedule(guide, point);
    } else if (guide->byte_next < guide->options.byte_count) {
        index = guide->options.bytes[guide->byte_next++] % point->count;
    } else if (guide->options.is_random_after) {
        index = draw(guide) % point->count;
    }
    return index;
}

static uint64_t choose(void *context, const struct sim_choice *choice) {
    struct sim_guide *guide = context;
    struct point point = {.choice = choice, .count = choice->count};
    uint64_t index = decide(guide, &point);
    if (guide->options.steps != NULL && guide->step_next > 0) {
        const struct sim_guide_step *step = &guide->options.steps[guide->step_next - 1];
        uint32_t at = guide->draw_next++;
        index = at < step->draw_count ? guide->options.draws[step->draw_first + at] : 0;
        index = index < choice->count ? index : 0;
    }
    record(guide, &point, index);
    return index;
}

/* ---- Driving ---- */

static uint32_t find_process(const struct sim_stepping *stepping, uint32_t process) {
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        if (stepping->candidates[i].process == process) {
            return i;
        }
    }
    return 0;
}

/* The next of the steps that are followed; null: they are at their end. */
static const struct sim_guide_step *next_step(struct sim_guide *guide) {
    guide->draw_next = 0;
    if (guide->options.steps == NULL || guide->step_next >= guide->options.step_count) {
        guide->step_next = 0; /* what comes is production's */
        guide->options.step_count = 0;
        return NULL;
    }
    return &guide->options.steps[guide->step_next++];
}

/* Who made the latest step goes on if it can; else the first or last one does. */
static uint32_t find_serial(const struct sim_guide *guide) {
    const struct sim_stepping *stepping = &guide->stepping;
    bool is_last = guide->options.serial == SIM_SERIAL_LAST;
    uint32_t best = 0;
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        uint32_t process = stepping->candidates[i].process;
        if (process == guide->latest_process) {
            return i;
        }
        bool is_before = process < stepping->candidates[best].process;
        best = is_before != is_last ? i : best;
    }
    return best;
}

static void take_step(struct sim_guide *guide, struct sim_run *run) {
    const struct sim_guide_step *step = next_step(guide);
    struct point point = {.run = run, .count = guide->stepping.candidate_count};
    uint64_t index = 0;
    if (point.count > 1) {
        index = step != NULL ? find_process(&guide->stepping, step->process)
                : guide->options.serial != SIM_SERIAL_NONE ? find_serial(guide)
                                                           : decide(guide, &point);
        record(guide, &point, index);
    }
    const struct sim_guide_watch *watch = guide->options.watch;
    guide->latest_process = guide->stepping.candidates[index].process;
    const struct sim_instance *instance = guide->stepping.candidates[index].instance;
    if (watch != NULL) {
        watch->before(watch->context, run, &guide->stepping.candidates[index]);
    }
    sim_stepping_take(run, (uint32_t)index);
    if (watch != NULL) {
        watch->after(watch->context, run, instance);
    }
}

void sim_guide_drive(struct sim_guide *guide, struct sim_run *run) {
    uint32_t step_count = guide->options.step_count;
    guide->tracer = &run->tracer;
    sim_schedule_cut(&guide->recorded, 0);
    guide->recorded.decisive_count = 0;
    forget_drifts(guide);
    if (guide->options.witness != NULL) {
        guide->options.witness->decisions_bytes = 0;
        guide->options.witness->decisive_bytes = 0;
    }
    guide->entry_next = 0;
    guide->production_left = 0;
    guide->latest_process = SIM_NO_PROCESS;
    guide->random_count = 0;
    guide->byte_next = 0;
    guide->step_next = 0;
    if (!sim_guide_steps(guide)) {
        (void)next_step(guide);
        sim_world_go(run);
    }
    while (sim_guide_steps(guide)) {
        enum sim_next next = sim_stepping_next(run);
        if (next == SIM_NEXT_OVER) {
            break;
        }
        if (next == SIM_NEXT_STEP) {
            take_step(guide, run);
        } else {
            (void)next_step(guide);
            sim_stepping_pass_time(run);
        }
    }
    guide->options.step_count = step_count;
    sim_world_finish(run);
    if (!guide->options.keeps_all) {
        sim_schedule_cut(&guide->recorded, guide->recorded.decisive_count);
    }
    if (guide->is_out_of_memory) {
        run->fatal = COG_ENOMEM;
    }
}
