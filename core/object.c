/* object.c - the queue, signal, channel, pipe or mailbox that an operation is about. */
#include "core/object.h"

#include "core/check.h"

void cog_object_init(struct cog_object *object, const struct cog_object_type *type,
                     struct cog_scheduler *scheduler, const char *name, uint32_t tag) {
    object->type = type;
    object->scheduler = scheduler;
    object->allocator = scheduler->allocator;
    object->name = name != NULL ? name : "";
    object->tag = tag;
    cog_list_push_back(&scheduler->objects, &object->link);
}

void cog_object_term(struct cog_object *object) {
    if (cog_link_is_linked(&object->link)) {
        cog_link_remove(&object->link);
    }
}

void *cog_object_of(const struct cog_scheduler *scheduler, const struct cog_op *op) {
    const struct cog_object *object = op->object;
    cog_assert(object != NULL && object->scheduler == scheduler);
    return op->object;
}

bool cog_list_is_pending(const struct cog_link *list) {
    for (const struct cog_link *link = list->next; link != list; link = link->next) {
        if (cog_container_of(link, struct cog_op, link)->state != COG_OP_PENDING) {
            return false;
        }
    }
    return true;
}

static const struct cog_object *object_of(const struct cog_op *op) {
    switch (op->type->kind) {
    case COG_OP_WAIT:
    case COG_OP_SIGNAL:
    case COG_OP_QUEUE_PUT:
    case COG_OP_QUEUE_GET:
    case COG_OP_QUEUE_DONE:
    case COG_OP_QUEUE_JOIN:
    case COG_OP_PUBLISH:
    case COG_OP_SUBSCRIBE:
    case COG_OP_UNSUBSCRIBE:
    case COG_OP_FETCH:
    case COG_OP_PIPE_NEXT:
    case COG_OP_PIPE_CHUNK:
    case COG_OP_PIPE_STOP:
    case COG_OP_TAKE:
        return op->object;
    case COG_OP_YIELD:
    case COG_OP_SLEEP:
    case COG_OP_SPAWN:
    case COG_OP_CALL:
    case COG_OP_JOIN:
    case COG_OP_CUSTOM:
    case COG_OP_LISTEN:
    case COG_OP_BIND:
    case COG_OP_ACCEPT:
    case COG_OP_CONNECT:
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
    case COG_OP_RECVFROM:
    case COG_OP_SEND:
    case COG_OP_SENDALL:
    case COG_OP_SENDTO:
    case COG_OP_SENDFILE:
    case COG_OP_SHUTDOWN:
    case COG_OP_CLOSE:
        return NULL;
    }
    return NULL;
}

uint32_t cog_op_object_tag(const struct cog_op *op) {
    cog_assert(op != NULL);
    const struct cog_object *object = object_of(op);
    return object != NULL ? object->tag : 0;
}

const char *cog_op_object_name(const struct cog_op *op) {
    cog_assert(op != NULL);
    const struct cog_object *object = object_of(op);
    if (object != NULL) {
        return object->name;
    }
    bool is_about_coro = op->type->kind == COG_OP_CALL || op->type->kind == COG_OP_JOIN ||
                         op->type->kind == COG_OP_SPAWN;
    return is_about_coro && op->object != NULL ? cog_coro_name(op->object) : "";
}
