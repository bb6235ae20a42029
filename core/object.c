/* object.c - the queue, signal or channel that an operation is about. */
#include "core/object.h"

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
        return op->object;
    case COG_OP_YIELD:
    case COG_OP_SLEEP:
    case COG_OP_SPAWN:
    case COG_OP_CALL:
    case COG_OP_JOIN:
    case COG_OP_LISTEN:
    case COG_OP_ACCEPT:
    case COG_OP_CONNECT:
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
    case COG_OP_SEND:
    case COG_OP_SENDALL:
    case COG_OP_SHUTDOWN:
    case COG_OP_CLOSE:
        return NULL;
    }
    return NULL;
}

uint32_t cog_op_object_tag(const struct cog_op *op) {
    const struct cog_object *object = object_of(op);
    return object != NULL ? object->tag : 0;
}

const char *cog_op_object_name(const struct cog_op *op) {
    const struct cog_object *object = object_of(op);
    if (object != NULL) {
        return object->name;
    }
    bool is_about_coro = op->type->kind == COG_OP_CALL || op->type->kind == COG_OP_JOIN ||
                         op->type->kind == COG_OP_SPAWN;
    return is_about_coro ? cog_coro_name(op->object) : "";
}
