/* guest.c - sees what guests do, through the observer of their scheduler, and keeps account of it.
 */
#include "sim/guest.h"

#include "core/coroutine.h"
#include "core/operation.h"
#include "sim/crash.h"
#include "sim/interpreter.h"
#include "sim/touching.h"
#include "sim/witness.h"

#include <string.h>

/* ---- Instances ---- */

static struct sim_instance *add_instance(struct sim_run *run, const struct sim_guest_host *host,
                                         const char *name, struct sim_instance *by,
                                         uint32_t ordinal) {
    const struct cog_allocator *allocator = &run->memory.allocator;
    struct sim_instance *instance = cog_allocate_zeroed(allocator, 1, sizeof *instance);
    size_t bytes = strlen(name) + 1;
    char *copy = cog_allocate(allocator, bytes);
    if (instance == NULL || copy == NULL) {
        run->fatal = COG_ENOMEM;
        return NULL;
    }
    memcpy(copy, name, bytes);
    instance->name = copy;
    instance->source = host->source;
    instance->root = SIM_NONE;
    instance->host = host->host->id - 1;
    instance->is_background = !run->is_of_guests;
    if (run->last_guest != NULL) {
        run->last_guest->next = instance;
    } else {
        run->guests = instance;
    }
    run->last_guest = instance;
    if (run->stepping != NULL) {
        instance->process = sim_processes_find(run->stepping->processes,
                                               by != NULL ? by->process : SIM_NO_PROCESS, ordinal);
        run->fatal = instance->process == SIM_NO_PROCESS ? COG_ENOMEM : run->fatal;
    }
    return instance;
}

struct sim_instance *sim_guest_of(const struct sim_run *run, const struct cog_coro *coro) {
    uint32_t tag = cog_coro_tag(coro);
    if (tag == 0 || tag > run->guest_capacity) {
        return NULL;
    }
    struct sim_instance *instance = run->guests_by_tag[tag - 1];
    return instance != NULL && instance->coro == coro ? instance : NULL;
}

/* Notes whose a tag is. */
static bool remember(struct sim_run *run, uint32_t tag, struct sim_instance *instance) {
    while (tag > run->guest_capacity) {
        size_t before = run->guest_capacity;
        struct sim_instance **grown = cog_grow(&run->memory.allocator, run->guests_by_tag, before,
                                               &run->guest_capacity, sizeof(void *));
        if (grown == NULL) {
            run->fatal = COG_ENOMEM;
            return false;
        }
        run->guests_by_tag = grown;
        memset(grown + before, 0, (run->guest_capacity - before) * sizeof(void *));
    }
    run->guests_by_tag[tag - 1] = instance;
    return true;
}

static void added(struct sim_guest_host *host, struct cog_coro *coro, struct cog_coro *by) {
    struct sim_run *run = host->host->run;
    struct sim_instance *maker = by != NULL ? sim_guest_of(run, by) : NULL;
    maker = maker != NULL ? maker : host->running;
    struct sim_instance *instance =
        add_instance(run, host, cog_coro_name(coro), maker, maker->child_count++);
    if (instance == NULL) {
        return;
    }
    if (run->writer.is_off) {
        cog_coro_set_tag(coro, ++run->guest_count); /* nobody else gives tags then */
    }
    instance->coro = cog_coro_retain(coro);
    run->foreground_count += run->is_of_guests ? 1 : 0;
    (void)remember(run, cog_coro_tag(coro), instance);
}

static void end(struct sim_guest_host *host, struct sim_instance *instance, int status) {
    struct sim_run *run = host->host->run;
    instance->has_ended = true;
    instance->ended_ns = run->now_ns;
    instance->status = status;
    run->foreground_count -= run->is_of_guests ? 1 : 0;
}

/* ---- What a step touches ---- */

static void touch(struct sim_guest_host *host, uint32_t object, enum sim_touch_mode mode) {
    struct sim_run *run = host->host->run;
    if (run->stepping != NULL) {
        uint32_t first =
            run->stepping->objects->guests + (host->host->id - 1) * (uint32_t)SIM_GUEST_OBJECTS;
        sim_touch(run, first + object, mode);
    }
}

static void touch_operation(struct sim_guest_host *host, const struct cog_op *op) {
    enum cog_op_kind kind = op->type->kind;
    bool is_own = kind == COG_OP_YIELD || kind == COG_OP_SLEEP;
    if (!is_own && kind < COG_OP_LISTEN) { /* the network sees to itself */
        touch(host, SIM_GUEST_SYNC, SIM_TOUCH_WRITE);
    }
}

/* ---- The observer ---- */

/* What runs for ever without time moving is given up, as is a scenario's: a step of a C coroutine
 * counts as so many statements. */
enum { STATEMENTS_A_STEP = 100 };

static void copy_text(char *to, const char *from, size_t capacity) {
    size_t bytes = strnlen(from, capacity - 1);
    memcpy(to, from, bytes);
    to[bytes] = '\0';
}

/* Tells the witness who runs now. */
static void show(const struct sim_guest_host *host, const struct sim_instance *instance,
                 const char *operation) {
    struct sim_run *run = host->host->run;
    struct sim_witness *witness = run->witness;
    if (witness == NULL) {
        return;
    }
    char *name = witness->name;
    const char *host_name = run->scenario->hosts[host->host->id - 1].name;
    copy_text(name, host_name, sizeof witness->name);
    if (instance != host->main) {
        size_t used = strlen(name);
        if (used + 2 < sizeof witness->name) {
            name[used] = '/';
            copy_text(name + used + 1, instance->name, sizeof witness->name - used - 1);
        }
    }
    copy_text(witness->operation, operation, sizeof witness->operation);
    witness->now_ns = run->now_ns;
    witness->host = host->host->id;
    witness->has_begun = true;
    witness->is_in_code = true;
    witness->progress++;
    /* Who only yields, and is alone, goes on without end within one iteration: then the time is not
     * given anew, and runs out. */
    if (witness->hang_ns > 0 && run->fatal == COG_OK) {
        sim_crash_limit(witness->hang_ns);
    }
}

/* Whoever ran has come back. */
static void show_return(const struct sim_guest_host *host) {
    struct sim_witness *witness = host->host->run->witness;
    if (witness != NULL && witness->is_in_code && host->host->run->fatal == COG_OK) {
        witness->is_in_code = false;
        if (witness->hang_ns > 0) {
            sim_crash_limit(0);
        }
    }
}

static void resumed(struct sim_guest_host *host, struct sim_instance *instance,
                    const struct cog_coro *coro) {
    struct sim_run *run = host->host->run;
    host->running = instance;
    show(host, instance, coro->op.type != NULL ? coro->op.type->name : "");
    instance->instant_count = instance->instant_ns == run->now_ns ? instance->instant_count : 0;
    instance->instant_ns = run->now_ns;
    instance->step_count++;
    instance->instant_count += STATEMENTS_A_STEP;
    run->step_count++;
    run->statement_count += STATEMENTS_A_STEP;
    if (run->statement_count > run->statement_count_max && run->fatal == COG_OK) {
        run->fatal = COG_ELIMIT;
    }
    run->tracer.line = 0;
    touch(host, SIM_GUEST_MEMORY, host->has_declared ? SIM_TOUCH_READ : SIM_TOUCH_WRITE);
    if (instance->is_background && run->stepping != NULL) {
        sim_touch(run, run->stepping->objects->end, SIM_TOUCH_READ);
    }
}

static void observe(void *context, const struct cog_event *event) {
    struct sim_guest_host *host = context;
    if (host->next.ops != NULL) {
        host->next.ops->event(host->next.context, event);
    }
    bool is_other =
        sim_interpreter_runs(event->coro) || cog_coro_tag(event->coro) == SIM_TRACER_UNSEEN;
    if (is_other) {
        return;
    }
    if (event->kind == COG_EVENT_CORO_ADDED) {
        added(host, event->coro, event->other);
        return;
    }
    struct sim_instance *instance = sim_guest_of(host->host->run, event->coro);
    if (instance == NULL) {
        return;
    }
    switch ((int)event->kind) {
    case COG_EVENT_CORO_RESUMED:
        resumed(host, instance, event->coro);
        break;
    case COG_EVENT_CORO_ENDED:
        show_return(host);
        touch(host, SIM_GUEST_SYNC, SIM_TOUCH_WRITE);
        end(host, instance, event->status);
        break;
    case COG_EVENT_OP_STARTED:
        show_return(host);
        touch_operation(host, event->op);
        break;
    case COG_EVENT_OP_ENDED:
        touch_operation(host, event->op);
        break;
    default:
        break;
    }
}

static void touched(void *context, struct cog_coro *coro, const void *memory, size_t bytes,
                    enum cog_touch_mode mode) {
    struct sim_guest_host *host = context;
    const char *from = memory;
    const struct sim_image *image = &host->image;
    enum sim_touch_mode touch_mode = mode == COG_READ ? SIM_TOUCH_READ : SIM_TOUCH_WRITE;
    enum { WORD = 8 };
    (void)coro;
    host->has_declared = true;
    if (from < image->base || from >= image->base + image->bytes) {
        touch(host, SIM_GUEST_MEMORY, touch_mode);
        return;
    }
    size_t first = (size_t)(from - image->base) / WORD;
    size_t last = ((size_t)(from - image->base) + (bytes > 0 ? bytes - 1 : 0)) / WORD;
    last = last - first < SIM_GUEST_SLOT_COUNT ? last : first + SIM_GUEST_SLOT_COUNT - 1;
    for (size_t word = first; word <= last; word++) {
        touch(host, SIM_GUEST_SLOTS + (uint32_t)(word % SIM_GUEST_SLOT_COUNT), touch_mode);
    }
}

static void noted(void *context, struct cog_coro *coro, const char *text) {
    const struct sim_guest_host *host = context;
    struct sim_run *run = host->host->run;
    const struct sim_instance *instance = sim_guest_of(run, coro);
    instance = instance != NULL ? instance : host->main;
    size_t bytes = strlen(text);
    sim_journal_log(&run->journal, run->now_ns, instance, text, bytes);
    sim_tracer_log(&run->tracer, text, bytes, 0);
    if (run->stepping != NULL && run->stepping->objects->watches_log) {
        sim_touch(run, run->stepping->objects->log, SIM_TOUCH_WRITE);
    }
}

/* ---- Hosts ---- */

/* Instances of the world's coroutines come first. */
static uint32_t ordinal_of(const struct sim_run *run, const struct sim_run_host *host) {
    uint32_t ordinal = host->id - 1;
    for (uint32_t i = 0; i < run->scenario->coroutine_count; i++) {
        ordinal += run->scenario->coroutines[i].times;
    }
    return ordinal;
}

int sim_guest_open(struct sim_run *run, struct sim_run_host *host, struct cog_observer *observer) {
    static const struct cog_observer_ops ops = {
        .event = observe, .touched = touched, .noted = noted};
    const struct sim_host *declared = &run->scenario->hosts[host->id - 1];
    const struct cog_allocator *allocator = &run->memory.allocator;
    struct sim_guest_host *guest = cog_allocate_zeroed(allocator, 1, sizeof *guest);
    struct sim_coroutine *source = cog_allocate_zeroed(allocator, 1, sizeof *source);
    if (guest == NULL || source == NULL) {
        return COG_ENOMEM;
    }
    *source = (struct sim_coroutine){.name = declared->name, .place = declared->place};
    *guest = (struct sim_guest_host){.host = host, .next = *observer, .source = source};
    host->guest = guest;
    guest->main = add_instance(run, guest, declared->name, NULL, ordinal_of(run, host));
    if (guest->main == NULL) {
        return COG_ENOMEM;
    }
    guest->running = guest->main;
    run->foreground_count += run->is_of_guests ? 1 : 0;
    show(guest, guest->main, "being loaded");
    *observer = (struct cog_observer){.ops = &ops, .context = guest};
    const char *path =
        run->program->image_paths != NULL ? run->program->image_paths[host->id - 1] : NULL;
    struct sim_image_problem problem;
    if (run->images != NULL) {
        guest->image = run->images[host->id - 1];
    } else if (path == NULL) {
        sim_run_fail(run, declared->place.line, "program %.*s: it was not looked for",
                     (int)declared->program.length, declared->program.bytes);
    } else if (sim_image_open(&guest->image, path, &problem) != COG_OK) {
        sim_run_fail(run, declared->place.line, "%s %s", path, problem.what);
    }
    show_return(guest);
    return COG_OK;
}

void sim_guest_close(struct sim_run_host *host) {
    if (host->guest == NULL) {
        return;
    }
    if (host->run->images == NULL) {
        sim_image_close(&host->guest->image);
    } else {
        /* Its coroutines hold what is not the world's, their stacks at least. */
        cog_scheduler_free(host->scheduler);
        host->scheduler = NULL;
    }
}

void sim_guests_start(struct sim_run *run) {
    for (uint32_t i = 0; i < run->scenario->host_count && run->fatal == COG_OK; i++) {
        struct sim_guest_host *guest = run->hosts[i].guest;
        if (guest == NULL) {
            continue;
        }
        sim_tracer_set_current(&run->tracer, 0);
        show(guest, guest->main, "cog_main");
        int status = COG_OK;
        if (guest->image.handle != NULL) {
            status = guest->image.main(run->hosts[i].scheduler);
        }
        show_return(guest);
        if (status < 0) {
            sim_run_fail(run, run->scenario->hosts[i].place.line, "cog_main of %s failed: %s",
                         guest->main->name, cog_status_text(status));
        }
        end(guest, guest->main, status < 0 ? status : COG_OK);
    }
}

/* ---- Rest ---- */

static bool is_at_rest(const struct sim_instance *instance) {
    if (instance->has_ended) {
        return true;
    }
    const struct cog_op *op = instance->coro != NULL ? cog_coro_awaits(instance->coro) : NULL;
    return op != NULL && (op->type->kind == COG_OP_ACCEPT || op->type->kind == COG_OP_RECVFROM ||
                          op->type->kind == COG_OP_TAKE);
}

void sim_guests_stop(const struct sim_run *run) {
    if (run->witness != NULL) {
        run->witness->is_in_code = false;
        if (run->witness->hang_ns > 0) {
            sim_crash_limit(0);
        }
    }
}

bool sim_guests_rest(const struct sim_run *run) {
    bool is_rest = run->is_of_guests;
    for (const struct sim_instance *guest = run->guests; guest != NULL && is_rest;
         guest = guest->next) {
        is_rest = is_at_rest(guest);
    }
    return is_rest;
}
