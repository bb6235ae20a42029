/* frame_sockets.c - the sockets that a coroutine closes when it ends. */
#include "sim/operations.h"

#include <string.h>

/* Takes a socket off a frame's list. False: it is not on it. */
static bool remove_socket(struct sim_frame *frame, int32_t socket) {
    for (uint32_t i = 0; i < frame->socket_count; i++) {
        if (frame->sockets[i] == socket) {
            memmove(&frame->sockets[i], &frame->sockets[i + 1],
                    (frame->socket_count - i - 1) * sizeof frame->sockets[0]);
            frame->socket_count--;
            return true;
        }
    }
    return false;
}

int sim_frame_own_socket(struct sim_frame *frame, struct sim_value value) {
    const struct cog_allocator *allocator = &frame->run->memory.allocator;
    if (sim_value_tag(value) != SIM_TAG_SOCKET) {
        return COG_OK;
    }
    (void)remove_socket(frame, (int32_t)sim_value_get_integer(value));
    int32_t *sockets = cog_grow(allocator, frame->sockets, frame->socket_count,
                                &frame->socket_capacity, sizeof sockets[0]);
    if (sockets == NULL) {
        return COG_ENOMEM;
    }
    frame->sockets = sockets;
    frame->sockets[frame->socket_count++] = (int32_t)sim_value_get_integer(value);
    return COG_OK;
}

void sim_frame_disown_socket(struct sim_frame *frame, struct sim_value value) {
    if (sim_value_tag(value) != SIM_TAG_SOCKET) {
        return;
    }
    /* A routine that was called may pass on what a caller has lent it. */
    struct cog_coro *coro = frame->instance->coro;
    while (coro != NULL &&
           !remove_socket(cog_coro_context(coro), (int32_t)sim_value_get_integer(value))) {
        coro = cog_coro_caller(coro);
    }
}

void sim_frame_close_sockets(struct sim_frame *frame) {
    struct cog_scheduler *scheduler = frame->run->hosts[frame->instance->host].scheduler;
    for (uint32_t i = 0; i < frame->socket_count; i++) {
        (void)cog_close_socket(scheduler, frame->sockets[i]);
    }
    frame->socket_count = 0;
}
