/* stepping.c - goes through the instants of a world step by step. */
#include "sim/stepping.h"

#include "core/check.h"
#include "core/scheduler.h"
#include "sim/arrivals.h"
#include "sim/guest.h"
#include "sim/quiet.h"
#include "sim/touching.h"
#include "sim/tracer.h"
#include "sim/world.h"

int sim_stepping_init(struct sim_stepping *stepping, const struct cog_allocator *allocator,
                      struct sim_processes *processes, const struct sim_objects *objects) {
    *stepping = (struct sim_stepping){.processes = processes,
                                      .objects = objects,
                                      .allocator = allocator,
                                      .process = SIM_NO_PROCESS};
    return COG_OK;
}

void sim_stepping_term(struct sim_stepping *stepping) {
    size_t count = stepping->capacity;
    cog_release(stepping->allocator, stepping->candidates, count * sizeof stepping->candidates[0]);
    cog_release(stepping->allocator, stepping->blocked, count * sizeof stepping->blocked[0]);
    stepping->candidates = NULL;
    stepping->blocked = NULL;
    stepping->capacity = 0;
}

/* ---- Idle coroutines ---- */

enum { IDLE_COUNT = 2 };

static int idle_step(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    (void)context;
    cog_set_yield(op);
    return COG_STEP_AWAIT;
}

static const struct cog_coro_type idle_type = {.step = idle_step};

int sim_stepping_add_idle(struct cog_scheduler *scheduler) {
    for (int i = 0; i < IDLE_COUNT; i++) {
        struct cog_coro *coro = NULL;
        int status = cog_coro_new(scheduler, &idle_type, "idle", &coro);
        if (status != COG_OK) {
            return status;
        }
        cog_coro_set_tag(coro, SIM_TRACER_UNSEEN);
        status = cog_add(scheduler, coro, true);
        if (status != COG_OK) {
            return status;
        }
    }
    return COG_OK;
}

static bool is_idle(const struct cog_coro *coro) {
    return coro->type == &idle_type;
}

/* ---- The picker ---- */

static size_t pick_ready(void *context, struct cog_coro *const *candidates, size_t count) {
    const struct sim_run_host *host = context;
    if (host->run->stepping == NULL) {
        return 0; /* the order is production's */
    }
    const struct cog_coro *wanted = host->run->stepping->wanted;
    for (size_t i = 0; i < count; i++) {
        if (wanted != NULL ? candidates[i] == wanted : is_idle(candidates[i])) {
            return i;
        }
    }
    cog_assert(wanted == NULL);
    return 0;
}

static size_t pick_expired(void *context, struct cog_op *const *candidates, size_t count) {
    const struct sim_run_host *host = context;
    return sim_choose_expired(host->run, candidates, count);
}

struct cog_picker sim_stepping_picker(struct sim_run_host *host) {
    static const struct cog_picker_ops ops = {.pick_ready = pick_ready,
                                              .pick_expired = pick_expired};
    return (struct cog_picker){.ops = &ops, .context = host};
}

/* An iteration in which this coroutine is resumed; null: an idle one, for the sake of what has
 * arrived or is due. */
static void iterate(struct sim_run *run, uint32_t host, const struct cog_coro *coro) {
    run->has_settled = false;
    run->stepping->wanted = coro;
    sim_world_iterate(run, &run->hosts[host]);
    run->turn.host = host + 1 < run->scenario->host_count ? host + 1 : 0;
}

/* ---- Candidates ---- */

/* Could the step that a frame has announced be made now? */
static bool is_enabled(const struct sim_run *run, const struct sim_frame *frame) {
    const struct sim_objects *objects = run->stepping->objects;
    if (sim_object_is_coroutine(objects, frame->access.object)) {
        return frame->other->has_ended;
    }
    return frame->access.mode != SIM_TOUCH_LOCK ||
           cog_queue_count(run->locks[frame->access.object - objects->locks].queue) > 0;
}

static enum sim_pending_kind pending_kind_of(const struct sim_run *run, const struct cog_coro *coro,
                                             const struct sim_frame *frame) {
    if (!coro->is_prepared) {
        return SIM_PENDING_QUIET;
    }
    if (frame->has_yielded) {
        return is_enabled(run, frame) ? SIM_PENDING_ACCESS : SIM_PENDING_BLOCKED;
    }
    if (frame->is_drawing) {
        return SIM_PENDING_DRAW;
    }
    if (coro->is_cancelled) {
        return SIM_PENDING_UNKNOWN;
    }
    unsigned bit = frame->is_waiting || frame->has_drawn ? SIM_QUIET_AFTER : SIM_QUIET_FROM;
    unsigned quiet = frame->code->quiet[frame->is_waiting ? frame->next - 1 : frame->next];
    return (quiet & bit) != 0 ? SIM_PENDING_QUIET : SIM_PENDING_UNKNOWN;
}

/* Fills in where it is to stand: a copy of what has just been written in parts is slow. */
static inline void fill_candidate(const struct sim_run *run, struct cog_coro *coro,
                                  struct sim_candidate *candidate) {
    struct sim_instance *guest = run->guests != NULL ? sim_guest_of(run, coro) : NULL;
    if (guest != NULL) {
        *candidate = (struct sim_candidate){.instance = guest,
                                            .process = guest->process,
                                            .kind = coro->is_prepared ? SIM_PENDING_UNKNOWN
                                                                      : SIM_PENDING_QUIET};
        return;
    }
    const struct sim_frame *frame = cog_coro_context(coro);
    candidate->instance = frame->instance;
    candidate->process = frame->instance->process;
    candidate->kind = pending_kind_of(run, coro, frame);
    bool is_known = candidate->kind == SIM_PENDING_ACCESS || candidate->kind == SIM_PENDING_BLOCKED;
    candidate->access = is_known ? frame->access : (struct sim_touch){.object = 0};
    candidate->is_certain = is_known ? (frame->code->quiet[frame->next] & SIM_QUIET_BUT) != 0 &&
                                           frame->instance->pipe == NULL
                                     : candidate->kind == SIM_PENDING_DRAW;
}

static bool reserve(struct sim_stepping *stepping, size_t count) {
    if (count <= stepping->capacity) {
        return true;
    }
    size_t capacity = count * 2 < 32 ? 32 : count * 2;
    size_t bytes = capacity * sizeof stepping->candidates[0];
    struct sim_candidate *candidates = cog_allocate(stepping->allocator, bytes);
    struct sim_candidate *blocked = cog_allocate(stepping->allocator, bytes);
    if (candidates == NULL || blocked == NULL) {
        cog_release(stepping->allocator, candidates, bytes);
        cog_release(stepping->allocator, blocked, bytes);
        return false;
    }
    for (uint32_t i = 0; i < stepping->candidate_count; i++) {
        candidates[i] = stepping->candidates[i];
    }
    for (uint32_t i = 0; i < stepping->blocked_count; i++) {
        blocked[i] = stepping->blocked[i];
    }
    sim_stepping_term(stepping);
    stepping->candidates = candidates;
    stepping->blocked = blocked;
    stepping->capacity = capacity;
    return true;
}

/* What is found on a host. */
enum found {
    NOTHING,
    STEPS /* candidates or blocked ones */,
    WENT_ON /* something quiet was done */
};

static enum found consider(struct sim_run *run, uint32_t host, struct cog_coro *coro) {
    struct sim_stepping *stepping = run->stepping;
    if (is_idle(coro)) {
        return NOTHING;
    }
    struct sim_candidate *candidate = &stepping->candidates[stepping->candidate_count];
    fill_candidate(run, coro, candidate);
    switch (candidate->kind) {
    case SIM_PENDING_QUIET:
        stepping->footprint.count = 0;
        iterate(run, host, coro);
        stepping->is_inexact |= stepping->footprint.count > 0;
        stepping->quiet |= candidate->process < 64 ? UINT64_C(1) << candidate->process : 0;
        return WENT_ON;
    case SIM_PENDING_BLOCKED:
        stepping->blocked[stepping->blocked_count++] = *candidate;
        return STEPS;
    case SIM_PENDING_DRAW:
        stepping->drawing =
            stepping->drawing == SIM_NONE ? stepping->candidate_count : stepping->drawing;
        break;
    case SIM_PENDING_ACCESS:
    case SIM_PENDING_UNKNOWN:
        break;
    }
    stepping->candidate_count++;
    return STEPS;
}

/* Adds the candidates of a host, in the order of its ready queue, or does what is quiet. */
static enum found look_at(struct sim_run *run, uint32_t host) {
    struct cog_scheduler *scheduler = run->hosts[host].scheduler;
    struct sim_stepping *stepping = run->stepping;
    if (!reserve(stepping, stepping->candidate_count + stepping->blocked_count +
                               scheduler->ready.count + 1)) {
        run->fatal = COG_ENOMEM;
        return NOTHING;
    }
    enum found found = NOTHING;
    if (scheduler->urgent != NULL) {
        found = consider(run, host, scheduler->urgent);
    }
    struct cog_link *link = scheduler->ready.list.next;
    for (; found != WENT_ON && link != &scheduler->ready.list; link = link->next) {
        enum found next = consider(run, host, cog_container_of(link, struct cog_coro, op.link));
        found = next != NOTHING ? next : found;
    }
    return found;
}

static bool has_arrivals(const struct sim_run_host *host) {
    return sim_proactor_has_work(&host->proactor) ||
           cog_next_deadline_ns(host->scheduler) <= sim_host_now_ns(host);
}

/* What has arrived, or is due, is dealt with before anybody makes a step. */
static bool take_in(struct sim_run *run) {
    bool has_any = sim_world_deliver(run);
    for (uint32_t i = 0; i < run->scenario->host_count; i++) {
        if (has_arrivals(&run->hosts[i])) {
            iterate(run, i, NULL);
            has_any = true;
        }
    }
    run->has_settled = !has_any;
    return has_any;
}

static void take_in_all(struct sim_run *run) {
    while (!sim_world_is_over(run) && take_in(run)) {
    }
}

/* Looks at every host, beginning with the one whose turn it is. False: something quiet was done,
 * and all must be looked at again. */
static bool collect(struct sim_run *run) {
    struct sim_stepping *stepping = run->stepping;
    uint32_t count = run->scenario->host_count;
    stepping->drawing = SIM_NONE;
    stepping->candidate_count = 0;
    stepping->present_count = 0;
    stepping->blocked_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t host = run->turn.host + i;
        if (look_at(run, host < count ? host : host - count) == WENT_ON || run->fatal != COG_OK) {
            return false;
        }
    }
    return true;
}

/* A draw depends on nothing that others do: it comes first, and is no choice. */
static void put_draw_first(struct sim_stepping *stepping) {
    stepping->present_count = stepping->candidate_count;
    if (stepping->drawing != SIM_NONE) {
        struct sim_candidate drawing = stepping->candidates[stepping->drawing];
        stepping->candidates[stepping->drawing] = stepping->candidates[0];
        stepping->candidates[0] = drawing;
        stepping->candidate_count = 1;
    }
}

/* Its next step could have come before the end, or before whoever has had the lock that it was to
 * take. */
static void add_cut_off(struct sim_stepping *stepping, struct sim_candidate candidate) {
    bool is_blocked = candidate.kind == SIM_PENDING_BLOCKED;
    if (is_blocked ||
        (candidate.kind == SIM_PENDING_ACCESS && candidate.access.mode == SIM_TOUCH_LOCK)) {
        candidate.kind = SIM_PENDING_BLOCKED;
        stepping->blocked[stepping->blocked_count++] = candidate;
    }
    if (!is_blocked) {
        candidate.kind = SIM_PENDING_BLOCKED;
        candidate.is_certain = false;
        candidate.access = (struct sim_touch){
            .object = stepping->objects->end & ((UINT32_C(1) << 30) - 1), .mode = SIM_TOUCH_READ};
        stepping->blocked[stepping->blocked_count++] = candidate;
    }
}

/* The end has come, and these in the background would have gone on: each of their next steps could
 * have come before it. */
static void collect_cut_off(struct sim_run *run) {
    struct sim_stepping *stepping = run->stepping;
    stepping->candidate_count = 0;
    stepping->present_count = 0;
    stepping->blocked_count = 0;
    for (uint32_t i = 0; stepping->objects->has_background && i < run->scenario->host_count; i++) {
        struct cog_scheduler *scheduler = run->hosts[i].scheduler;
        if (!reserve(stepping, stepping->blocked_count + 2 * scheduler->ready.count)) {
            run->fatal = COG_ENOMEM;
            return;
        }
        for (struct cog_link *link = scheduler->ready.list.next; link != &scheduler->ready.list;
             link = link->next) {
            struct cog_coro *coro = cog_container_of(link, struct cog_coro, op.link);
            if (is_idle(coro)) {
                continue;
            }
            struct sim_candidate cut_off;
            fill_candidate(run, coro, &cut_off);
            add_cut_off(stepping, cut_off);
        }
    }
}

enum sim_next sim_stepping_next(struct sim_run *run) {
    while (!sim_world_is_over(run) && !run->is_stalled) {
        if (!run->turn.has_begun) {
            return SIM_NEXT_TIME;
        }
        if ((!run->has_settled && take_in(run)) || !collect(run)) {
            continue;
        }
        if (run->stepping->candidate_count > 0) {
            put_draw_first(run->stepping);
            return SIM_NEXT_STEP;
        }
        if (sim_world_has_next(run)) {
            return SIM_NEXT_TIME;
        }
        run->is_stalled = true;
        return SIM_NEXT_OVER;
    }
    if (!run->is_stalled) {
        collect_cut_off(run);
    }
    return SIM_NEXT_OVER;
}

void sim_stepping_pass_time(struct sim_run *run) {
    run->stepping->footprint.count = 0;
    run->stepping->quiet = 0;
    if (run->turn.has_begun) {
        (void)sim_world_advance(run);
    }
    run->turn = (struct sim_turn){.has_begun = true};
    sim_world_begin_instant(run);
    take_in_all(run);
}

/* Later it might not come to the step any more: in the background it is cut off when the others
 * end, and a producer ends with the loop over it. */
static void touch_life(struct sim_run *run, const struct sim_instance *instance) {
    if (instance->is_background) {
        sim_touch(run, run->stepping->objects->end, SIM_TOUCH_READ);
    }
    if (instance->pipe != NULL) {
        sim_touch_coroutine(run, instance, SIM_TOUCH_WRITE);
    }
}

void sim_stepping_take(struct sim_run *run, uint32_t index) {
    struct sim_stepping *stepping = run->stepping;
    cog_assert(index < stepping->present_count);
    const struct sim_instance *instance = stepping->candidates[index].instance;
    stepping->footprint.count = 0;
    stepping->quiet = 0;
    stepping->process = instance->process;
    if (stepping->candidates[index].kind != SIM_PENDING_DRAW) {
        touch_life(run, instance);
    }
    iterate(run, instance->host, instance->coro);
    take_in_all(run);
    stepping->process = SIM_NO_PROCESS;
}
