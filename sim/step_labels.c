/* step_labels.c - names by the tree of who made whom. */
#include "sim/step_labels.h"

#include "core/coroutine.h"
#include "sim/language/statement_parts.h"

#include <inttypes.h>
#include <string.h>

static const struct sim_instance *find_instance(const struct sim_run *run, uint32_t process) {
    const struct sim_instance *instance = run->instances;
    while (instance != NULL && instance->process != process) {
        instance = instance->next;
    }
    const struct sim_instance *guest = instance == NULL ? run->guests : NULL;
    while (guest != NULL && guest->process != process) {
        guest = guest->next;
    }
    return instance != NULL ? instance : guest;
}

/* How many of its maker's children before it have its name. */
static uint32_t count_namesakes(const struct sim_run *run, const struct sim_instance *instance) {
    const struct sim_process *processes = run->stepping->processes->items;
    const struct sim_process *own = &processes[instance->process];
    uint32_t count = 0;
    const struct sim_instance *first = instance->root == SIM_NONE ? run->guests : run->instances;
    for (const struct sim_instance *other = first; other != NULL; other = other->next) {
        const struct sim_process *process = &processes[other->process];
        count += process->parent == own->parent && process->ordinal < own->ordinal &&
                         strcmp(other->name, instance->name) == 0
                     ? 1
                     : 0;
    }
    return count;
}

enum { DEPTH_MAX = 8 };

void sim_label_process(const struct sim_run *run, const struct sim_instance *instance,
                       struct sim_buffer *buffer) {
    const struct sim_instance *chain[DEPTH_MAX];
    uint32_t depth = 0;
    while (instance != NULL && depth < DEPTH_MAX) {
        chain[depth++] = instance;
        uint32_t parent = run->stepping->processes->items[instance->process].parent;
        instance = parent != SIM_NO_PROCESS ? find_instance(run, parent) : NULL;
    }
    sim_buffer_add_text(buffer, instance != NULL ? "../" : "");
    while (depth-- > 0) {
        uint32_t namesakes = count_namesakes(run, chain[depth]);
        sim_buffer_add_text(buffer, chain[depth]->name);
        if (namesakes > 0) {
            sim_buffer_add_format(buffer, "#%" PRIu32, namesakes + 1);
        }
        sim_buffer_add_text(buffer, depth > 0 ? "/" : "");
    }
}

static void add_variable(const struct sim_run *run, uint32_t object, struct sim_buffer *buffer) {
    const struct sim_scenario *scenario = run->scenario;
    uint32_t index = 0;
    while (index + 1 < scenario->variable_count &&
           run->stepping->objects->variables[index + 1] <= object) {
        index++;
    }
    const struct sim_variable *variable = &scenario->variables[index];
    sim_buffer_add_text(buffer, variable->name);
    if (variable->is_array) {
        sim_buffer_add_format(buffer, "[%" PRIu32 "]",
                              object - run->stepping->objects->variables[index]);
    }
}

static void add_access(const struct sim_run *run, struct sim_touch access,
                       struct sim_buffer *buffer) {
    const struct sim_objects *objects = run->stepping->objects;
    if (sim_object_is_coroutine(objects, access.object)) {
        sim_buffer_add_text(buffer, "join");
    } else if (access.object >= objects->locks) {
        sim_buffer_add_text(buffer, access.mode == SIM_TOUCH_LOCK ? "acquire " : "release ");
        sim_buffer_add_text(buffer, run->locks[access.object - objects->locks].name);
    } else {
        sim_buffer_add_text(buffer, access.mode == SIM_TOUCH_READ ? "read " : "set ");
        add_variable(run, access.object, buffer);
    }
}

void sim_label_step(const struct sim_run *run, const struct sim_candidate *candidate,
                    struct sim_buffer *buffer) {
    sim_label_process(run, candidate->instance, buffer);
    sim_buffer_add_text(buffer, ": ");
    if (candidate->instance->root == SIM_NONE) { /* a guest */
        sim_buffer_add_format(buffer, "after %s", candidate->instance->coro->op.type->name);
        return;
    }
    const struct sim_frame *frame = sim_instance_frame(candidate->instance);
    if (candidate->kind == SIM_PENDING_ACCESS) {
        add_access(run, candidate->access, buffer);
        return;
    }
    if (!frame->is_waiting) {
        sim_buffer_add_text(buffer, "start");
        return;
    }
    const struct sim_statement *statement = frame->code->instructions[frame->next - 1].statement;
    sim_buffer_add_format(buffer, "after %s", sim_statement_word(statement->kind));
}
