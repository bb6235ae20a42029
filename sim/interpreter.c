/* interpreter.c - one resumption of a scenario's coroutine: instructions until it waits or ends. */
#include "sim/interpreter.h"

#include "core/check.h"
#include "core/coroutine.h"
#include "sim/evaluate.h"
#include "sim/judge.h"
#include "sim/language/buffer.h"
#include "sim/language/statement_parts.h"
#include "sim/operations.h"
#include "sim/touching.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What executing an instruction leads to, besides COG_OK (go on) and negative codes (the coroutine
 * fails). */
enum { AWAIT = 20, ENDED = 21 };

bool sim_statement_waits(const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_RETURN:
    case SIM_STATEMENT_FAIL:
    case SIM_STATEMENT_STOP:
    case SIM_STATEMENT_COMPACT:
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
    case SIM_STATEMENT_CHECK:
    case SIM_STATEMENT_LOG:
    case SIM_STATEMENT_PICK:
    case SIM_STATEMENT_ADD:
    case SIM_STATEMENT_SWAP:
    case SIM_STATEMENT_CAS:
        return false;
    default:
        return true;
    }
}

/* ---- Statements that do not wait ---- */

static bool target_is_shared(const struct sim_scope *scope, const struct sim_target *target) {
    return (target->kind == SIM_TARGET_VARIABLE || target->kind == SIM_TARGET_ELEMENT) &&
           scope->run->scenario->variables[target->reference.index].is_shared;
}

/* The yield before an access of a shared variable: SIM_NEED_YIELD until it has been. */
static int yield_before_access(struct sim_scope *scope, uint32_t variable,
                               const struct sim_value *place) {
    if (!scope->frame->has_yielded) {
        sim_announce(scope->run, scope->frame, sim_object_of(scope->run, variable, place),
                     SIM_TOUCH_WRITE);
        return SIM_NEED_YIELD;
    }
    scope->frame->has_yielded = false;
    return COG_OK;
}

static int do_assign(struct sim_scope *scope, const struct sim_statement *statement) {
    const struct sim_target *target = &statement->as.assign.target;
    struct sim_value value;
    int status = sim_evaluate(scope, statement->as.assign.value, &value);
    if (status == COG_OK && target_is_shared(scope, target)) {
        struct sim_value *place = NULL;
        status = sim_evaluate_place(scope, target->reference.index, target->element, &place);
        if (status == COG_OK) {
            status = yield_before_access(scope, target->reference.index, place);
        }
        return status == COG_OK ? sim_place_set(scope, target, place, value) : status;
    }
    return status == COG_OK ? sim_target_set(scope, target, value) : status;
}

static void touch_log(struct sim_run *run) {
    if (run->stepping != NULL && run->stepping->objects->watches_log) {
        sim_touch(run, run->stepping->objects->log, SIM_TOUCH_WRITE);
    }
}

static int do_log(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    int status =
        sim_evaluate_tag(scope, statement->as.simple.value, SIM_TAG_TEXT, "what is logged", &value);
    if (status == COG_OK) {
        const struct sim_string *text = sim_value_get_pointer(value);
        sim_journal_log(&scope->run->journal, scope->run->now_ns, scope->frame->instance,
                        text->text, text->bytes);
        sim_tracer_log(&scope->run->tracer, text->text, text->bytes, statement->place.line);
        touch_log(scope->run);
    }
    return status;
}

static int do_check(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    int status = sim_evaluate_tag(scope, statement->as.simple.value, SIM_TAG_BOOL,
                                  "what is checked", &value);
    if (status == COG_OK && sim_value_get_integer(value) == 0) {
        sim_judge_check(scope, statement);
    }
    return status;
}

static int do_return(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    if (statement->as.simple.value == NULL) {
        return ENDED;
    }
    int status = sim_evaluate(scope, statement->as.simple.value, &value);
    if (status != COG_OK) {
        return status;
    }
    sim_frame_disown_socket(scope->frame, value);
    cog_coro_return(scope->frame->instance->coro, sim_value_to_core(value));
    return ENDED;
}

static int do_fail(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    int status = sim_evaluate_tag(scope, statement->as.simple.value, SIM_TAG_TEXT,
                                  "the reason of a failure", &value);
    if (status != COG_OK) {
        return status;
    }
    scope->frame->instance->failure = value;
    return COG_EFAILED;
}

static int do_atomic(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    struct sim_value expected = {.word = 0};
    int status = sim_evaluate(scope, statement->as.atomic.value, &value);
    if (status == COG_OK && statement->kind == SIM_STATEMENT_CAS) {
        status = sim_evaluate(scope, statement->as.atomic.expected, &expected);
    }
    const struct sim_target *object = &statement->as.atomic.object;
    struct sim_value *place = NULL;
    if (status == COG_OK) {
        status = sim_evaluate_place(scope, object->reference.index, object->element, &place);
    }
    if (status == COG_OK) {
        status = yield_before_access(scope, object->reference.index, place);
    }
    if (status != COG_OK) {
        return status;
    }
    sim_touch(scope->run, sim_object_of(scope->run, object->reference.index, place),
              SIM_TOUCH_WRITE);
    struct sim_value old = *place;
    struct sim_value result = old;
    bool writes = true;
    if (statement->kind == SIM_STATEMENT_CAS) {
        writes = sim_value_equal(old, expected);
        result = sim_value_integer(SIM_TAG_BOOL, writes);
    } else if (statement->kind == SIM_STATEMENT_ADD) {
        status = sim_evaluate_sum(scope, old, value, &value);
    }
    if (status == COG_OK && writes) {
        status = sim_place_set(scope, object, place, value);
    }
    scope->is_at_once = true; /* it is done, and must not be done again */
    status =
        status == COG_OK ? sim_target_set(scope, &statement->as.atomic.target, result) : status;
    scope->is_at_once = false;
    return status;
}

static void label_pick(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_statement *statement = choice->subject;
    sim_buffer_add_format(buffer, "pick %s", statement->as.pick.target.reference.name);
}

/* A value as it is written; one that is not constant by its place in the list. */
static void label_picked(const struct sim_choice *choice, uint64_t index,
                         struct sim_buffer *buffer) {
    const struct sim_statement *statement = choice->subject;
    const struct sim_expression *item = statement->as.pick.choices.items[index];
    if (item->kind == SIM_EXPRESSION_NUMBER) {
        sim_buffer_add_format(buffer, "%" PRId64, item->as.integer);
    } else {
        sim_buffer_add_format(buffer, "value %" PRIu64, index + 1);
    }
}

/* Which value of a pick. One that reads a shared variable is evaluated several times, and is asked
 * about at each of them: so it keeps its answer. */
static uint32_t choose_value(struct sim_scope *scope, const struct sim_statement *statement) {
    const struct sim_chooser *chooser = scope->run->chooser;
    struct sim_frame *frame = scope->frame;
    if (chooser == NULL || statement->as.pick.choices.count < 2) {
        return 0;
    }
    if (!frame->has_picked) {
        struct sim_choice choice = {.kind = SIM_CHOICE_VALUE,
                                    .process = frame->instance->process,
                                    .stream = statement->place.offset,
                                    .count = statement->as.pick.choices.count,
                                    .label = label_pick,
                                    .candidate_label = label_picked,
                                    .subject = statement};
        frame->picked = (uint32_t)sim_choose(chooser, &choice);
        frame->has_picked = true;
    }
    return frame->picked;
}

/* Where the order of steps is chosen, a draw is a step of its own, in which nothing else is done:
 * so nobody's step touches more or less by what is drawn in it. */
static bool draw_step_has_come(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_frame *frame = scope->frame;
    if (scope->run->stepping == NULL || statement->as.pick.choices.count < 2 ||
        (frame->has_picked && !frame->is_drawing)) {
        frame->has_drawn = false;
        return true;
    }
    if (frame->is_drawing) {
        (void)choose_value(scope, statement);
    }
    frame->has_drawn = frame->is_drawing;
    frame->is_drawing = !frame->is_drawing;
    return false;
}

static int do_pick(struct sim_scope *scope, const struct sim_statement *statement) {
    struct sim_value value;
    if (!draw_step_has_come(scope, statement)) {
        return SIM_NEED_YIELD;
    }
    uint32_t chosen = choose_value(scope, statement);
    int status = sim_evaluate(scope, statement->as.pick.choices.items[chosen], &value);
    return status == COG_OK ? sim_target_set(scope, &statement->as.pick.target, value) : status;
}

static int do_statement(struct sim_scope *scope, const struct sim_statement *statement) {
    switch ((int)statement->kind) {
    case SIM_STATEMENT_RETURN:
        return do_return(scope, statement);
    case SIM_STATEMENT_FAIL:
        return do_fail(scope, statement);
    case SIM_STATEMENT_STOP:
        return ENDED;
    case SIM_STATEMENT_COMPACT:
        if (scope->run->stepping != NULL) {
            sim_touch(scope->run,
                      scope->run->stepping->objects->channels + statement->as.channel.channel.index,
                      SIM_TOUCH_WRITE);
        }
        (void)cog_channel_compact(scope->run->channels[statement->as.channel.channel.index]);
        return COG_OK;
    case SIM_STATEMENT_LET:
    case SIM_STATEMENT_SET:
        return do_assign(scope, statement);
    case SIM_STATEMENT_CHECK:
        return do_check(scope, statement);
    case SIM_STATEMENT_LOG:
        return do_log(scope, statement);
    case SIM_STATEMENT_PICK:
        return do_pick(scope, statement);
    default:
        return do_atomic(scope, statement);
    }
}

/* ---- Control ---- */

const struct sim_expression *sim_condition_of(const struct sim_statement *statement) {
    return statement->kind == SIM_STATEMENT_IF ? statement->as.branch.condition
                                               : statement->as.loop.value;
}

static int jump_unless(struct sim_scope *scope, const struct sim_instruction *instruction) {
    struct sim_value value;
    int status = sim_evaluate_tag(scope, sim_condition_of(instruction->statement), SIM_TAG_BOOL,
                                  "a condition", &value);
    if (status == COG_OK && sim_value_get_integer(value) == 0) {
        scope->frame->next = instruction->target;
    }
    return status;
}

static int count_start(struct sim_scope *scope, const struct sim_instruction *instruction) {
    int64_t count;
    int status = sim_evaluate_number(scope, instruction->statement->as.loop.value,
                                     "the number of repetitions", 0, SIM_INTEGER_MAX, &count);
    if (status == COG_OK) {
        scope->frame->slots[instruction->slot] = sim_value_integer(SIM_TAG_NUMBER, count);
    }
    return status;
}

static void count_down(struct sim_frame *frame, const struct sim_instruction *instruction) {
    int64_t count = sim_value_get_integer(frame->slots[instruction->slot]);
    if (count == 0) {
        frame->next = instruction->target;
    } else {
        frame->slots[instruction->slot] = sim_value_integer(SIM_TAG_NUMBER, count - 1);
    }
}

/* Executes the instruction before frame->next. */
static int execute(struct sim_scope *scope, const struct sim_instruction *instruction,
                   struct cog_op *op) {
    int status;
    switch (instruction->opcode) {
    case SIM_CODE_AWAIT:
        status = sim_operation_prepare(scope, instruction->statement, op);
        return status == COG_OK ? AWAIT : status;
    case SIM_CODE_DO:
        return do_statement(scope, instruction->statement);
    case SIM_CODE_JUMP:
        scope->frame->next = instruction->target;
        return COG_OK;
    case SIM_CODE_JUMP_UNLESS:
        return jump_unless(scope, instruction);
    case SIM_CODE_COUNT_START:
        return count_start(scope, instruction);
    case SIM_CODE_COUNT_DOWN:
        count_down(scope->frame, instruction);
        return COG_OK;
    case SIM_CODE_PIPE_OPEN:
        return sim_frame_open_pipe(scope, instruction->statement, instruction->slot);
    case SIM_CODE_PIPE_CLOSE:
        sim_frame_close_pipe(scope->frame,
                             sim_value_get_pointer(scope->frame->slots[instruction->slot]));
        return COG_OK;
    case SIM_CODE_END:
        return ENDED;
    }
    return ENDED;
}

/* Executes one instruction. */
static int advance(struct sim_scope *scope, struct cog_op *op) {
    struct sim_frame *frame = scope->frame;
    struct sim_run *run = scope->run;
    struct sim_instance *instance = frame->instance;
    const struct sim_instruction *instruction = &frame->code->instructions[frame->next];
    run->statement_count++;
    if (instance->instant_ns != run->now_ns) {
        instance->instant_ns = run->now_ns;
        instance->instant_count = 0;
    }
    instance->instant_count++;
    if (run->statement_count > run->statement_count_max) {
        run->fatal = COG_ELIMIT;
        frame->next = frame->code->count - 1;
        return ENDED;
    }
    if (instruction->statement != NULL) {
        instance->line = instruction->statement->place.line;
    }
    frame->next++;
    frame->read_next = 0;
    int status = execute(scope, instruction, op);
    if (status == SIM_NEED_YIELD) {
        frame->next--;
        frame->has_yielded = !frame->is_drawing && !frame->has_drawn;
        run->tracer.is_step = true;
        cog_set_yield(op);
        return AWAIT;
    }
    frame->read_count = 0;
    frame->has_yielded = false; /* the access it was for may not have come after all */
    frame->has_picked = false;
    frame->is_waiting = status == AWAIT;
    return status;
}

/* ---- Resuming ---- */

static unsigned ending_of(int status) {
    switch (status) {
    case COG_ETIMEDOUT:
        return SIM_ENDING_TIMEOUT;
    case COG_ECLOSED:
        return SIM_ENDING_CLOSED;
    case COG_ERESET:
        return SIM_ENDING_RESET;
    case COG_EREFUSED:
        return SIM_ENDING_REFUSED;
    case COG_EFULL:
        return SIM_ENDING_FULL;
    case COG_EEMPTY:
        return SIM_ENDING_EMPTY;
    default:
        return SIM_ENDING_FAILED;
    }
}

/* Why a statement that nobody handles the ending of fails the coroutine. */
static void set_failure(struct sim_scope *scope, const struct sim_statement *statement,
                        int status) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, &scope->run->memory.allocator);
    sim_buffer_add_format(&buffer, "%s: ", sim_statement_word(statement->kind));
    const struct sim_instance *other = scope->frame->other;
    if (scope->message[0] != '\0') {
        sim_buffer_add_text(&buffer, scope->message);
    } else if (status == COG_EFAILED && other != NULL && other->failure.word != 0) {
        sim_buffer_add_format(&buffer, "%s failed: ", other->name);
        sim_value_append(&buffer, other->failure);
    } else {
        sim_buffer_add_text(&buffer, cog_status_text(status));
    }
    scope->frame->instance->failure =
        sim_value_text(&scope->run->memory.allocator, buffer.bytes, buffer.length);
    sim_buffer_term(&buffer);
}

/* The statement that the frame waited on has ended: on to its handler, or beyond it. */
static int take_result(struct sim_scope *scope, const struct cog_op *op) {
    struct sim_frame *frame = scope->frame;
    const struct sim_instruction *instruction = &frame->code->instructions[frame->next - 1];
    frame->is_waiting = false;
    scope->is_at_once = true;
    int status = sim_operation_finish(scope, instruction->statement, op);
    scope->is_at_once = false;
    if (instruction->statement->kind == SIM_STATEMENT_ITERATE) {
        frame->next += status == COG_OK ? 1 : 0; /* into the body, or to the jump that leaves */
        status = status == COG_EEND ? COG_OK : status;
    }
    if (status == COG_OK || status == COG_ENOMEM || scope->message[0] != '\0' ||
        instruction->target == SIM_NONE) {
        return status;
    }
    for (const struct sim_handler_target *handler = &frame->code->handlers[instruction->target];
         handler->endings != 0; handler++) {
        if ((handler->endings & ending_of(status)) != 0) {
            frame->next = handler->target;
            return COG_OK;
        }
    }
    return status;
}

/* The end of a routine shows to who called or joined it; that of a coroutine in the foreground to
 * those in the background, which it may cut off. */
static void touch_end(struct sim_run *run, const struct sim_frame *frame) {
    if (run->stepping == NULL) {
        return;
    }
    if (frame->code->source->is_routine) {
        sim_touch_coroutine(run, frame->instance, SIM_TOUCH_WRITE);
    }
    if (run->stepping->objects->has_background && !frame->instance->is_background) {
        sim_touch(run, run->stepping->objects->end, SIM_TOUCH_WRITE);
    }
}

/* Writes down how the coroutine ended, and closes what it owns. */
static void end_instance(struct sim_run *run, struct sim_frame *frame, int status) {
    struct sim_instance *instance = frame->instance;
    instance->has_ended = true;
    instance->ended_ns = run->now_ns;
    instance->status = status;
    instance->failure_line = instance->line;
    run->foreground_count -= instance->is_background ? 0 : 1;
    touch_end(run, frame);
    sim_frame_close_sockets(frame);
}

/* What the frame has waited for is not followed by anything else in its step. */
static bool was_step_of_its_own(const struct sim_scope *scope) {
    const struct sim_frame *frame = scope->frame;
    const struct sim_statement *statement = frame->code->instructions[frame->next - 1].statement;
    switch ((int)statement->kind) {
    case SIM_STATEMENT_ACQUIRE:
    case SIM_STATEMENT_JOIN:
        return scope->run->stepping != NULL && sim_waits_as_step(scope->run->scenario, statement);
    case SIM_STATEMENT_RELEASE:
        return scope->run->stepping != NULL;
    default:
        return false;
    }
}

static int step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct sim_frame *frame = context;
    struct sim_run *run = frame->run;
    struct sim_scope scope; /* not cleared as a whole: its message is long, and mostly unused */
    scope.run = run;
    scope.frame = frame;
    scope.is_observer = false;
    scope.is_at_once = false;
    scope.message[0] = '\0';
    run->step_count++;
    frame->instance->step_count++;
    bool ends_step = frame->is_waiting && was_step_of_its_own(&scope);
    int status = frame->is_waiting ? take_result(&scope, op) : COG_OK;
    if (status == COG_OK && ends_step) {
        run->tracer.is_step = true;
        cog_set_yield(op);
        return COG_STEP_AWAIT;
    }
    while (status == COG_OK) {
        status = advance(&scope, op);
    }
    run->tracer.line = frame->instance->line;
    if (status == AWAIT) {
        return COG_STEP_AWAIT;
    }
    if (status == COG_ENOMEM) {
        run->fatal = COG_ENOMEM;
    }
    if (status != ENDED && frame->instance->failure.word == 0) {
        const struct sim_instruction *instruction = &frame->code->instructions[frame->next - 1];
        set_failure(&scope, instruction->statement, status);
    }
    if (status == ENDED) {
        status = COG_OK;
    } else if (sim_value_tag(frame->instance->failure) == SIM_TAG_TEXT) {
        const struct sim_string *text = sim_value_get_pointer(frame->instance->failure);
        run->tracer.end_text = text->text;
        run->tracer.end_bytes = text->bytes;
    }
    end_instance(run, frame, status);
    return status;
}

static void term(struct cog_coro *coro, void *context) {
    (void)coro;
    struct sim_frame *frame = context;
    sim_frame_close_pipes(frame);
    if (!frame->instance->has_ended) {
        end_instance(frame->run, frame, COG_OK); /* cancelled: nobody iterates it any more */
    }
    const struct cog_allocator *allocator = &frame->run->memory.allocator;
    cog_release(allocator, frame->reads, frame->read_capacity * sizeof frame->reads[0]);
    cog_release(allocator, frame->sockets, frame->socket_capacity * sizeof frame->sockets[0]);
    frame->reads = NULL;
    frame->sockets = NULL;
}

bool sim_interpreter_runs(const struct cog_coro *coro) {
    return coro->type->step == step;
}

struct cog_coro_type sim_interpreter_coro_type(uint32_t slot_count) {
    return (struct cog_coro_type){.step = step,
                                  .term = term,
                                  .context_bytes = sizeof(struct sim_frame) +
                                                   (size_t)slot_count * sizeof(struct sim_value)};
}
