/* coroutine.c - making, holding and looking at coroutines. */
#include "core/coroutine.h"

#include "core/attachment.h"
#include "core/check.h"
#include "core/scheduler.h"

int cog_coro_new(struct cog_scheduler *scheduler, const struct cog_coro_type *type,
                 const char *name, struct cog_coro **out) {
    cog_assert(scheduler != NULL && type != NULL && type->step != NULL && out != NULL);
    if (type->context_bytes > SIZE_MAX / 2) {
        return COG_ENOMEM;
    }
    struct cog_coro *coro =
        cog_allocate_zeroed(scheduler->allocator, 1, COG_CORO_BYTES + type->context_bytes);
    if (coro == NULL) {
        return COG_ENOMEM;
    }
    coro->scheduler = scheduler;
    coro->allocator = scheduler->allocator;
    coro->type = type;
    coro->name = name != NULL ? name : "coroutine";
    coro->references = 1;
    coro->state = COG_CORO_NEW;
    cog_list_push_back(&scheduler->newborn, &coro->all_link);
    cog_list_init(&coro->joiners);
    cog_set_yield(&coro->op);
    coro->op.state = COG_OP_FINALIZED;
    *out = coro;
    return COG_OK;
}

void cog_coro_term(struct cog_coro *coro) {
    cog_detach_all(coro, false);
    if (coro->type->term != NULL) {
        coro->type->term(coro, cog_coro_context(coro));
    }
}

void cog_coro_destroy(struct cog_coro *coro) {
    cog_assert(coro->state == COG_CORO_NEW || coro->state == COG_CORO_ENDED);
    cog_assert(cog_list_is_empty(&coro->joiners));
    if (coro->state == COG_CORO_NEW) {
        cog_coro_term(coro);
        if (coro->scheduler != NULL) {
            cog_link_remove(&coro->all_link);
        }
    }
    cog_detach_all(coro, true);
    cog_release(coro->allocator, coro, COG_CORO_BYTES + coro->type->context_bytes);
}

struct cog_coro *cog_coro_retain(struct cog_coro *coro) {
    cog_assert(coro != NULL && coro->references > 0 && coro->references < UINT32_MAX);
    coro->references++;
    return coro;
}

void cog_coro_release(struct cog_coro *coro) {
    if (coro == NULL) {
        return;
    }
    cog_assert(coro->references > 0);
    coro->references--;
    if (coro->references == 0) {
        cog_coro_destroy(coro);
    }
}

void *cog_coro_context(struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return (char *)coro + COG_CORO_BYTES;
}

const char *cog_coro_name(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->name;
}

struct cog_scheduler *cog_coro_scheduler(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->scheduler;
}

enum cog_coro_state cog_coro_state(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return (enum cog_coro_state)coro->state;
}

const char *cog_coro_state_name(enum cog_coro_state state) {
    switch (state) {
    case COG_CORO_NEW:
        return "new";
    case COG_CORO_READY:
        return "ready";
    case COG_CORO_RUNNING:
        return "running";
    case COG_CORO_WAITING:
        return "waiting";
    case COG_CORO_COMPLETED:
        return "completed";
    case COG_CORO_ENDED:
        return "ended";
    }
    return "unknown";
}

bool cog_coro_has_ended(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->state == COG_CORO_ENDED;
}

int cog_coro_status(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->status;
}

union cog_value cog_coro_result(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->result;
}

void cog_coro_return(struct cog_coro *coro, union cog_value result) {
    cog_assert(coro != NULL && coro->state == COG_CORO_RUNNING);
    coro->result = result;
}

const struct cog_op *cog_coro_awaits(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->state == COG_CORO_WAITING ? &coro->op : NULL;
}

struct cog_coro *cog_coro_caller(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->caller;
}

struct cog_coro *cog_coro_callee(const struct cog_coro *coro) {
    bool calls = coro->state == COG_CORO_WAITING && coro->op.type->kind == COG_OP_CALL;
    return calls ? coro->op.object : NULL;
}

struct cog_op *cog_coro_op(struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return &coro->op;
}

uint32_t cog_coro_tag(const struct cog_coro *coro) {
    cog_assert(coro != NULL);
    return coro->tag;
}

void cog_coro_set_tag(struct cog_coro *coro, uint32_t tag) {
    cog_assert(coro != NULL);
    coro->tag = tag;
}
