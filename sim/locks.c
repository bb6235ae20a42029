/* locks.c - one queue with one token for every element of every lock. */
#include "sim/locks.h"

#include <inttypes.h>
#include <stdio.h>

/* Names live as long as the run. */
static const char *element_name(struct sim_run *run, const struct sim_lock *lock,
                                uint32_t element) {
    if (!lock->is_array) {
        return lock->name;
    }
    static const char format[] = "%s[%" PRIu32 "]";
    size_t bytes = (size_t)snprintf(NULL, 0, format, lock->name, element) + 1;
    char *name = cog_allocate(&run->memory.allocator, bytes);
    if (name != NULL) {
        (void)snprintf(name, bytes, format, lock->name, element);
    }
    return name;
}

static int make_element(struct sim_run *run, const struct sim_lock *lock, uint32_t element) {
    /* One that nobody uses may be anywhere. */
    struct sim_run_host *host = &run->hosts[lock->host == SIM_NONE ? 0 : lock->host];
    struct sim_run_lock *made = &run->locks[lock->first + element];
    made->name = element_name(run, lock, element);
    if (made->name == NULL) {
        return COG_ENOMEM;
    }
    struct cog_queue_options options = {
        .name = made->name,
        .tag = sim_tracer_object(&run->tracer, host->id, "lock", made->name),
        .size = 1,
    };
    int status = cog_queue_new(host->scheduler, &options, &made->queue);
    return status == COG_OK ? cog_queue_add(made->queue, (union cog_value){.number = 0}) : status;
}

int sim_locks_make(struct sim_run *run) {
    const struct sim_lock *locks = run->scenario->locks;
    uint32_t count = run->scenario->lock_count;
    if (count == 0) {
        return COG_OK;
    }
    size_t element_count = locks[count - 1].first + locks[count - 1].element_count;
    run->locks = cog_allocate_zeroed(&run->memory.allocator, element_count, sizeof run->locks[0]);
    if (run->locks == NULL) {
        return COG_ENOMEM;
    }
    int status = COG_OK;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < locks[i].element_count && status == COG_OK; j++) {
            status = make_element(run, &locks[i], j);
        }
    }
    return status;
}

int sim_lock_find(struct sim_scope *scope, const struct sim_statement *statement,
                  struct sim_run_lock **lock) {
    const struct sim_lock *source = &scope->run->scenario->locks[statement->as.lock.lock.index];
    int64_t index = 0;
    if (statement->as.lock.element != NULL) {
        int status = sim_evaluate_index(scope, statement->as.lock.element, source->name,
                                        source->element_count, &index);
        if (status != COG_OK) {
            return status;
        }
    }
    *lock = &scope->run->locks[source->first + (size_t)index];
    return COG_OK;
}
