/* steps.c - looks on while a run is made. */
#include "sim/shrink/steps.h"

#include "sim/quotation.h"
#include "sim/step_labels.h"

#include <string.h>

/* The statement that a pending access is of. */
static const struct sim_statement *statement_of(const struct sim_instance *instance) {
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    uint32_t next = frame->has_yielded ? frame->next : frame->next > 0 ? frame->next - 1 : 0;
    return next < frame->code->count ? frame->code->instructions[next].statement : NULL;
}

static const char *keep(struct sim_steps *steps, struct sim_buffer *words) {
    const char *copy =
        words->has_failed ? NULL : sim_arena_copy(&steps->arena, words->bytes, words->length);
    steps->arena.has_failed |= words->has_failed;
    sim_buffer_term(words);
    return copy != NULL ? copy : "";
}

static void before(void *context, const struct sim_run *run,
                   const struct sim_candidate *candidate) {
    struct sim_steps *steps = context;
    struct sim_noted_step step = {.process = candidate->process,
                                  .first_event = run->writer.event_count + 1};
    for (uint32_t i = 0; i < steps->count; i++) {
        step.ordinal += steps->items[i].process == step.process ? 1 : 0;
    }
    if (candidate->kind == SIM_PENDING_ACCESS) {
        struct sim_buffer words;
        const struct sim_statement *statement = statement_of(candidate->instance);
        sim_buffer_init(&words, steps->arena.allocator);
        sim_label_step(run, candidate, &words);
        step.words = keep(steps, &words);
        step.line = statement != NULL ? statement->place.line : candidate->instance->line;
    }
    struct sim_noted_step *items =
        sim_arena_push(&steps->arena, steps->items, &steps->count, sizeof items[0]);
    if (items != NULL) {
        steps->items = items;
        items[steps->count - 1] = step;
    }
}

/* Of a step that did not announce what it does, what its coroutine came to. */
static void put_into_words(struct sim_steps *steps, const struct sim_run *run,
                           const struct sim_instance *instance, struct sim_noted_step *step) {
    struct sim_buffer words;
    const struct sim_statement *statement = sim_statement_at(instance->source, instance->line);
    sim_buffer_init(&words, steps->arena.allocator);
    sim_label_process(run, instance, &words);
    if (statement != NULL) {
        sim_buffer_add_text(&words, ": ");
        sim_quote_statement(run, statement, &words);
    }
    step->words = keep(steps, &words);
    step->line = instance->line;
}

static void after(void *context, const struct sim_run *run, const struct sim_instance *instance) {
    struct sim_steps *steps = context;
    if (steps->arena.has_failed || steps->count == 0) {
        return;
    }
    struct sim_noted_step *step = &steps->items[steps->count - 1];
    const struct sim_footprint *footprint = &run->stepping->footprint;
    if (step->words == NULL) {
        put_into_words(steps, run, instance, step);
    }
    step->is_traced = run->writer.event_count >= step->first_event;
    step->last_event = run->writer.event_count;
    step->touches_everything = footprint->is_everything;
    size_t bytes = footprint->count * sizeof footprint->touches[0];
    struct sim_touch *touches = bytes > 0 ? sim_arena_allocate(&steps->arena, bytes) : NULL;
    if (touches != NULL) {
        memcpy(touches, footprint->touches, bytes);
        step->touches = touches;
        step->touch_count = footprint->count;
    }
}

void sim_steps_init(struct sim_steps *steps, const struct cog_allocator *allocator) {
    *steps = (struct sim_steps){.watch = {.before = before, .after = after, .context = steps}};
    sim_arena_init(&steps->arena, allocator);
}

void sim_steps_term(struct sim_steps *steps) {
    sim_arena_term(&steps->arena);
}

uint32_t sim_steps_find(const struct sim_steps *steps, const struct sim_noted_step *step) {
    uint32_t at = 0;
    while (at < steps->count && (steps->items[at].process != step->process ||
                                 steps->items[at].ordinal != step->ordinal)) {
        at++;
    }
    return at;
}

bool sim_noted_steps_depend(const struct sim_noted_step *a, const struct sim_noted_step *b) {
    return a->process == b->process || a->touches_everything || b->touches_everything ||
           sim_touches_depend(a->touches, a->touch_count, b->touches, b->touch_count);
}
