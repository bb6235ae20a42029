/* frame_pipes.c - the routines that a coroutine iterates. They end with the loop, however it is
 * left, and with the coroutine. */
#include "sim/operations.h"

#include "core/check.h"

int sim_frame_open_pipe(struct sim_scope *scope, const struct sim_statement *statement,
                        uint32_t slot) {
    struct sim_run *run = scope->run;
    struct sim_frame *frame = scope->frame;
    struct sim_instance *producer = NULL;
    int status = sim_routine_make(scope, statement, &producer);
    if (status != COG_OK) {
        return status;
    }
    struct cog_object_options options = {
        .name = producer->name,
        .tag = sim_tracer_object(&run->tracer, producer->host + 1, "pipe", producer->name)};
    status = cog_pipe_new(run->hosts[producer->host].scheduler, producer->coro, &options,
                          &producer->pipe);
    if (status != COG_OK) {
        return status;
    }
    producer->observer_count++;
    producer->next_producer = frame->producers;
    frame->producers = producer;
    frame->slots[slot] = sim_value_pointer(SIM_TAG_HANDLE, producer);
    return COG_OK;
}

void sim_frame_close_pipe(struct sim_frame *frame, struct sim_instance *producer) {
    struct sim_instance **place = &frame->producers;
    while (*place != producer) {
        cog_assert(*place != NULL);
        place = &(*place)->next_producer;
    }
    *place = producer->next_producer;
    struct cog_pipe *pipe = producer->pipe;
    producer->pipe = NULL;
    cog_pipe_free(pipe);
}

void sim_frame_close_pipes(struct sim_frame *frame) {
    while (frame->producers != NULL) {
        sim_frame_close_pipe(frame, frame->producers);
    }
}
