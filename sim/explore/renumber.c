/* renumber.c - goes a way in an explorer of its own. */
#include "sim/explore/renumber.h"

struct walk {
    struct sim_explorer explorer;
    const struct sim_way *way;
    struct sim_way made;
    struct sim_processes *known;
    uint32_t *numbers; /* the known ones of the explorer's processes */
    uint32_t number_count;
    size_t number_capacity;
    const struct sim_guide_step *step; /* under way */
    uint32_t draw;                     /* of that */
    bool has_left;                     /* it does not go the way */
};

static uint64_t choose(void *context, const struct sim_choice *choice) {
    struct walk *walk = context;
    bool is_known = walk->step != NULL && walk->draw < walk->step->draw_count;
    uint64_t answer = is_known ? walk->way->draws[walk->step->draw_first + walk->draw++] : 0;
    walk->has_left |= !is_known || answer >= choice->count;
    sim_way_draw(&walk->made, walk->explorer.allocator, answer);
    return answer < choice->count ? answer : 0;
}

/* The known numbers of those that have been met since; parents stand before their children. */
static bool catch_up(struct walk *walk) {
    const struct sim_processes *processes = &walk->explorer.processes;
    while (walk->number_count < processes->count) {
        uint32_t *numbers = cog_grow(walk->explorer.allocator, walk->numbers, walk->number_count,
                                     &walk->number_capacity, sizeof numbers[0]);
        if (numbers == NULL) {
            return false;
        }
        walk->numbers = numbers;
        const struct sim_process *item = &processes->items[walk->number_count];
        uint32_t parent = item->parent != SIM_NO_PROCESS ? numbers[item->parent] : SIM_NO_PROCESS;
        numbers[walk->number_count++] = sim_processes_find(walk->known, parent, item->ordinal);
    }
    return !walk->known->is_out_of_memory;
}

static int take(struct walk *walk) {
    const struct sim_stepping *stepping = &walk->explorer.stepping;
    if (!catch_up(walk)) {
        return COG_ENOMEM;
    }
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        uint32_t process = stepping->candidates[i].process;
        if (walk->numbers[process] == walk->step->process) {
            sim_way_step(&walk->made, walk->explorer.allocator, process);
            sim_explorer_take(&walk->explorer, i);
            return COG_OK;
        }
    }
    walk->has_left = true;
    return COG_OK;
}

static int go(struct walk *walk) {
    int status = COG_OK;
    sim_explorer_restart(&walk->explorer);
    for (uint32_t i = 0; i < walk->way->step_count && status == COG_OK && !walk->has_left; i++) {
        enum sim_next next = sim_explorer_next(&walk->explorer);
        walk->step = &walk->way->steps[i];
        walk->draw = 0;
        bool is_time = walk->step->process == SIM_NO_PROCESS;
        if (next != (is_time ? SIM_NEXT_TIME : SIM_NEXT_STEP)) {
            walk->has_left = true;
        } else if (is_time) {
            sim_way_step(&walk->made, walk->explorer.allocator, SIM_NO_PROCESS);
            sim_explorer_pass_time(&walk->explorer);
        } else {
            status = take(walk);
        }
    }
    bool has_memory = !walk->made.is_out_of_memory && !walk->explorer.processes.is_out_of_memory &&
                      walk->explorer.run->fatal != COG_ENOMEM;
    return has_memory ? status : COG_ENOMEM;
}

int sim_way_renumber(struct sim_way *way, struct sim_processes *known, struct sim_program *program,
                     const struct sim_explorer_options *options) {
    struct walk walk = {.way = way, .known = known};
    if (way->step_count == 0 || (options->vary & SIM_VARY_ORDER) == 0) {
        return COG_OK;
    }
    int status = sim_explorer_open(&walk.explorer, program, options);
    if (status != COG_OK) {
        return status;
    }
    const struct cog_allocator *allocator = walk.explorer.allocator;
    walk.explorer.chooser.choose = choose;
    walk.explorer.chooser.context = &walk;
    status = go(&walk);
    if (status == COG_OK && !walk.has_left) {
        struct sim_way before = *way;
        *way = walk.made;
        walk.made = before;
    }
    sim_way_term(&walk.made, allocator);
    cog_release(allocator, walk.numbers, walk.number_capacity * sizeof walk.numbers[0]);
    sim_explorer_close(&walk.explorer);
    return status;
}
