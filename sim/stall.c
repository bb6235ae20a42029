/* stall.c - why nothing can happen any more.
 *
 *     stalled at 20ms: nothing can happen any more, and these wait
 *       receiver  wait ready  line 12, since 3ms
 *         `signal ready` in sender, line 5: sender ended at 20ms
 *       left waits for right waits for left
 */
#include "sim/stall.h"

#include "sim/quotation.h"
#include "sim/stall_parts.h"

#include <inttypes.h>
#include <string.h>

enum { INDENT = 2, INDENT_BELOW = 4 };

struct sim_buffer *sim_stall_text(struct sim_stall *stall) {
    return &stall->explanation.columns.text;
}

void sim_stall_begin_note(struct sim_stall *stall) {
    sim_columns_row(&stall->explanation.columns, SIM_SIDE_NONE, INDENT_BELOW);
    stall->note_start = sim_stall_text(stall)->length;
}

const struct sim_statement *sim_stall_statement(const struct sim_instance *instance) {
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    if (frame->has_yielded) {
        return frame->code->instructions[frame->next].statement;
    }
    return frame->next > 0 ? frame->code->instructions[frame->next - 1].statement : NULL;
}

/* Where the order of steps is chosen, who waits for a lock or an end does so before the step that
 * it has yielded for. */
bool sim_stall_is_waiting(const struct sim_instance *instance) {
    if (instance->has_ended) {
        return false;
    }
    const struct sim_frame *frame = cog_coro_context(instance->coro);
    return (frame->has_yielded || cog_coro_awaits(instance->coro) != NULL) &&
           sim_stall_statement(instance) != NULL;
}

static void collect(struct sim_stall *stall) {
    for (const struct sim_instance *instance = stall->run->instances; instance != NULL;
         instance = instance->next) {
        if (!sim_stall_is_waiting(instance)) {
            continue;
        }
        if (stall->shown_count < SIM_STALL_SHOWN_MAX) {
            stall->waiting[stall->shown_count++] =
                (struct sim_stall_waiting){.instance = instance,
                                           .op = cog_coro_awaits(instance->coro),
                                           .statement = sim_stall_statement(instance)};
        }
        stall->count++;
        if (stall->line == 0 && !instance->is_background) {
            stall->line = instance->line;
        }
    }
}

/* ---- Cycles ---- */

static struct sim_stall_waiting *find(struct sim_stall *stall,
                                      const struct sim_instance *instance) {
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        if (stall->waiting[i].instance == instance) {
            return &stall->waiting[i];
        }
    }
    return NULL;
}

/* How many steps from one back to it; 0: it is in no cycle, or in one that begins earlier. */
static uint32_t cycle_length(struct sim_stall *stall, struct sim_stall_waiting *first) {
    struct sim_stall_waiting *at = first;
    for (uint32_t length = 1; length <= stall->shown_count; length++) {
        at = find(stall, at->blocker);
        if (at == NULL || at < first) {
            return 0;
        }
        if (at == first) {
            return length;
        }
    }
    return 0;
}

static void note_cycles(struct sim_stall *stall) {
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        struct sim_stall_waiting *at = &stall->waiting[i];
        uint32_t length = cycle_length(stall, at);
        if (length == 0) {
            continue;
        }
        sim_columns_row(&stall->explanation.columns, SIM_SIDE_NONE, INDENT);
        sim_buffer_add_text(sim_stall_text(stall), at->instance->name);
        uint32_t ring[SIM_STALL_SHOWN_MAX];
        for (uint32_t step = 0; step < length; step++) {
            ring[step] = cog_coro_tag(at->instance->coro);
            at = find(stall, at->blocker);
            sim_buffer_add_format(sim_stall_text(stall), " waits for %s",
                                  length == 1 ? "itself" : at->instance->name);
        }
        if (stall->view != NULL) {
            stall->view->ring(stall->view->context, ring, length);
        }
    }
}

/* ---- All of it ---- */

static void note_waiting(struct sim_stall *stall, struct sim_stall_waiting *waiting) {
    const struct sim_instance *instance = waiting->instance;
    struct sim_columns *columns = &stall->explanation.columns;
    sim_columns_row(columns, SIM_SIDE_NONE, INDENT);
    sim_buffer_add_format(&columns->text, "%s%s", instance->name,
                          instance->is_background ? " (background)" : "");
    sim_columns_cell(columns);
    sim_quote_statement(stall->run, waiting->statement, &columns->text);
    sim_columns_cell(columns);
    sim_quote_line(stall->run, instance->line, &columns->text);
    if (stall->view != NULL) {
        struct sim_buffer statement;
        sim_buffer_init(&statement, stall->run->allocator);
        sim_quote_statement(stall->run, waiting->statement, &statement);
        sim_stall_show_wait(stall, instance, &statement);
        sim_buffer_term(&statement);
    }
    if (!stall->goes_on) {
        sim_buffer_add_text(&columns->text, ", since ");
        sim_quote_time(instance->instant_ns, &columns->text);
    }
    sim_stall_note_blocker(stall, waiting);
    sim_stall_note_hopes(stall, waiting);
    sim_explain_concern(&stall->explanation, instance, INT64_MAX);
}

/* The host comes first: C programs know no scenario, and may have names in common. */
static void note_guest(struct sim_stall *stall, const struct sim_instance *guest) {
    struct sim_columns *columns = &stall->explanation.columns;
    const struct cog_op *op = cog_coro_awaits(guest->coro);
    const char *object = cog_op_object_name(op);
    sim_columns_row(columns, SIM_SIDE_NONE, INDENT);
    sim_buffer_add_format(&columns->text, "%s/%s", stall->run->scenario->hosts[guest->host].name,
                          guest->name);
    sim_columns_cell(columns);
    sim_buffer_add_format(&columns->text, "%s%s%s", op->type->name, object[0] != '\0' ? " " : "",
                          object);
    sim_columns_cell(columns);
    if (stall->view != NULL) {
        struct sim_buffer statement;
        sim_buffer_init(&statement, stall->run->allocator);
        sim_buffer_add_format(&statement, "%s%s%s", op->type->name, object[0] != '\0' ? " " : "",
                              object);
        sim_stall_show_wait(stall, guest, &statement);
        sim_buffer_term(&statement);
    }
    sim_buffer_add_text(&columns->text, "in its C program, since ");
    sim_quote_time(guest->instant_ns, &columns->text);
    sim_explain_concern(&stall->explanation, guest, INT64_MAX);
}

/* Coroutines of C programs that wait. */
static uint32_t note_guests(struct sim_stall *stall, bool is_counting) {
    uint32_t count = 0;
    for (const struct sim_instance *guest = stall->run->guests; guest != NULL;
         guest = guest->next) {
        if (guest->has_ended || guest->coro == NULL || cog_coro_awaits(guest->coro) == NULL) {
            continue;
        }
        if (!is_counting && count < SIM_STALL_SHOWN_MAX) {
            note_guest(stall, guest);
        }
        count++;
    }
    return count;
}

/* ---- What it is, whatever came before ---- */

/* Adds "left at acquire b" of one that waits. */
static void add_wait(struct sim_stall *stall, const struct sim_stall_waiting *waiting,
                     struct sim_buffer *text) {
    sim_buffer_add_format(text, "%s at ", waiting->instance->source->name);
    sim_quote_statement(stall->run, waiting->statement, text);
}

/* Where a text with a NUL stands, in the order of texts, in a buffer of such; *is_new: nowhere yet.
 */
static size_t place_of(const struct sim_buffer *list, const char *text, bool *is_new) {
    size_t at = 0;
    int order = -1;
    while (at < list->length && (order = strcmp(list->bytes + at, text)) < 0) {
        at += strlen(list->bytes + at) + 1;
    }
    *is_new = at == list->length || order != 0;
    return at;
}

/* Puts a text with its NUL into a list at a place. */
static void insert(struct sim_buffer *list, size_t at, const struct sim_buffer *text) {
    size_t bytes = text->length + 1;
    size_t behind = list->length - at;
    sim_buffer_add(list, text->bytes, bytes);
    if (!list->has_failed) {
        memmove(list->bytes + at + bytes, list->bytes + at, behind);
        memcpy(list->bytes + at, text->bytes, bytes);
    }
}

/* Who waits where, each once and in order: the same however many there are of one kind. */
static void identify(struct sim_stall *stall) {
    struct sim_buffer *identity = &stall->explanation.identity;
    struct sim_buffer list;
    sim_buffer_init(&list, stall->run->allocator);
    for (uint32_t i = 0; i < stall->shown_count; i++) {
        struct sim_buffer text;
        bool is_new = false;
        sim_buffer_init(&text, stall->run->allocator);
        add_wait(stall, &stall->waiting[i], &text);
        size_t at = text.has_failed ? 0 : place_of(&list, text.bytes, &is_new);
        if (is_new) {
            insert(&list, at, &text);
        }
        identity->has_failed |= text.has_failed;
        sim_buffer_term(&text);
    }
    sim_buffer_add_text(identity, "stalled");
    for (size_t at = 0; at < list.length; at += strlen(list.bytes + at) + 1) {
        sim_buffer_add_format(identity, "%s %s", at == 0 ? ":" : ";", list.bytes + at);
    }
    identity->has_failed |= list.has_failed;
    sim_buffer_term(&list);
}

void sim_explain_stall(struct sim_run *run) {
    struct sim_stall stall = {.run = run};
    struct sim_buffer first;
    sim_explanation_init(&stall.explanation, run);
    sim_buffer_init(&first, run->allocator);
    collect(&stall);
    uint32_t count = stall.count + note_guests(&stall, true);
    sim_buffer_add_text(&first, "stalled at ");
    sim_quote_time(run->now_ns, &first);
    sim_buffer_add_format(&first, ": nothing can happen any more, and %s",
                          count == 1 ? "this waits" : "these wait");
    for (uint32_t i = 0; i < stall.shown_count; i++) {
        note_waiting(&stall, &stall.waiting[i]);
    }
    if (stall.count > stall.shown_count) {
        sim_columns_row(&stall.explanation.columns, SIM_SIDE_NONE, INDENT);
        sim_buffer_add_format(sim_stall_text(&stall), "and %" PRIu32 " more",
                              stall.count - stall.shown_count);
    }
    note_cycles(&stall);
    (void)note_guests(&stall, false);
    identify(&stall);
    if (first.has_failed) {
        run->journal.is_out_of_memory = true;
    } else {
        sim_explanation_fail(&stall.explanation, stall.line, first.bytes, first.length);
    }
    sim_buffer_term(&first);
    sim_explanation_term(&stall.explanation);
}

int sim_view_stall(struct sim_run *run, const struct sim_stall_view *view) {
    struct sim_stall stall = {.run = run, .view = view};
    sim_explanation_init(&stall.explanation, run);
    collect(&stall);
    for (uint32_t i = 0; i < stall.shown_count; i++) {
        note_waiting(&stall, &stall.waiting[i]);
    }
    note_cycles(&stall);
    (void)note_guests(&stall, false);
    sim_explanation_term(&stall.explanation);
    return stall.is_out_of_memory ? COG_ENOMEM : COG_OK;
}

void sim_explain_wait(struct sim_run *run, const struct sim_instance *instance,
                      struct sim_buffer *text) {
    struct sim_stall stall = {.run = run, .goes_on = true};
    struct sim_stall_waiting waiting = {.instance = instance,
                                        .op = cog_coro_awaits(instance->coro),
                                        .statement = sim_stall_statement(instance)};
    sim_explanation_init(&stall.explanation, run);
    if (waiting.statement != NULL) {
        note_waiting(&stall, &waiting);
    }
    sim_columns_render(&stall.explanation.columns, text);
    text->has_failed |= sim_stall_text(&stall)->has_failed;
    sim_explanation_term(&stall.explanation);
}
