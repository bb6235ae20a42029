/* checker_cycles.c - routines that call each other in a circle: none of them could ever return.
 *
 * A depth-first walk over `call` and `iterate`, on a stack of its own: chains of calls may be as
 * long as the file.
 */
#include "sim/language/checker.h"

enum colour { WHITE, GREY, BLACK };

struct frame {
    uint32_t routine;
    uint32_t next_start; /* the next of its starts to look at */
};

struct walk {
    struct sim_checker *checker;
    unsigned char *colours;
    struct frame *frames; /* as many as there are routines */
    uint32_t depth;
};

enum { CYCLE_SHOWN_MAX = 8 };

static const struct sim_body *body_of(const struct walk *walk, uint32_t routine) {
    return &walk->checker->bodies[sim_checker_routine_body(walk->checker, routine)];
}

static const char *name_of(const struct walk *walk, uint32_t routine) {
    const char *name = walk->checker->scenario->routines[routine].name;
    return name == NULL ? "" : name;
}

/* The start that a frame of the stack is in. */
static const struct sim_start *start_of(const struct walk *walk, uint32_t frame) {
    const struct sim_body *body = body_of(walk, walk->frames[frame].routine);
    return &body->starts[walk->frames[frame].next_start - 1];
}

static void report_cycle(struct walk *walk, const struct sim_start *last) {
    struct sim_diagnostics *diagnostics = walk->checker->diagnostics;
    uint32_t first = walk->depth - 1;
    while (walk->frames[first].routine != last->routine) {
        first--;
    }
    struct sim_finding *finding = sim_diagnostics_error(
        diagnostics, last->place, "'%s' calls itself%s", name_of(walk, last->routine),
        first + 1 == walk->depth ? "" : " through others");
    sim_diagnostics_label(diagnostics, finding, "here '%s' calls '%s'",
                          name_of(walk, walk->frames[walk->depth - 1].routine),
                          name_of(walk, last->routine));
    uint32_t end = walk->depth - 1;
    for (uint32_t i = first; i < end && i < first + CYCLE_SHOWN_MAX; i++) {
        const struct sim_start *start = start_of(walk, i);
        sim_diagnostics_note(diagnostics, finding, start->place, "here '%s' calls '%s'",
                             name_of(walk, walk->frames[i].routine), name_of(walk, start->routine));
    }
    sim_diagnostics_help(diagnostics, finding, "'spawn' starts a coroutine without waiting for it");
}

static void enter(struct walk *walk, uint32_t routine) {
    walk->colours[routine] = GREY;
    walk->frames[walk->depth++] = (struct frame){.routine = routine};
}

static void walk_from(struct walk *walk, uint32_t root) {
    enter(walk, root);
    while (walk->depth > 0) {
        struct frame *frame = &walk->frames[walk->depth - 1];
        const struct sim_body *body = body_of(walk, frame->routine);
        if (frame->next_start == body->start_count) {
            walk->colours[frame->routine] = BLACK;
            walk->depth--;
            continue;
        }
        const struct sim_start *start = &body->starts[frame->next_start++];
        if (start->kind == SIM_STATEMENT_SPAWN) {
            continue;
        }
        if (walk->colours[start->routine] == GREY) {
            report_cycle(walk, start);
        } else if (walk->colours[start->routine] == WHITE) {
            enter(walk, start->routine);
        }
    }
}

void sim_checker_cycles(struct sim_checker *checker) {
    uint32_t count = checker->scenario->routine_count;
    struct walk walk = {.checker = checker};
    walk.colours = sim_arena_allocate(checker->scratch, count + 1U);
    walk.frames = sim_arena_allocate(checker->scratch, (count + 1U) * sizeof(struct frame));
    if (walk.colours == NULL || walk.frames == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (walk.colours[i] == WHITE) {
            walk_from(&walk, i);
        }
    }
}
