/* stage_objects.c - the objects of a stage, which scripts know by name. */
#include "tests/unit/actor.h"
#include "tests/unit/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct stage_object *add_object(struct stage *stage, const char *name) {
    assert_true(stage->object_count < STAGE_OBJECTS_MAX);
    struct stage_object *object = &stage->objects[stage->object_count++];
    memset(object, 0, sizeof *object);
    object->name = name;
    return object;
}

static uint32_t next_tag(const struct stage *stage) {
    return (uint32_t)stage->object_count + 1;
}

int stage_signal(struct stage *stage, const char *name) {
    struct cog_object_options options = {.name = name, .tag = next_tag(stage)};
    struct cog_signal *signal = NULL;
    int status = cog_signal_new(stage->scheduler, &options, &signal);
    if (status == COG_OK) {
        add_object(stage, name)->signal = signal;
    }
    return status;
}

int stage_queue(struct stage *stage, const char *name, size_t size) {
    struct cog_queue_options options = {.name = name, .tag = next_tag(stage), .size = size};
    struct cog_queue *queue = NULL;
    int status = cog_queue_new(stage->scheduler, &options, &queue);
    if (status == COG_OK) {
        struct stage_object *object = add_object(stage, name);
        object->queue = queue;
        object->size = size;
    }
    return status;
}

int stage_channel(struct stage *stage, const char *name) {
    struct cog_object_options options = {.name = name, .tag = next_tag(stage)};
    struct cog_channel *channel = NULL;
    int status = cog_channel_new(stage->scheduler, &options, &channel);
    if (status == COG_OK) {
        add_object(stage, name)->channel = channel;
    }
    return status;
}

int stage_mailbox(struct stage *stage, const char *name, size_t size) {
    struct cog_mailbox_options options = {.name = name, .tag = next_tag(stage), .size = size};
    struct cog_mailbox *mailbox = NULL;
    int status = cog_mailbox_new(stage->scheduler, &options, &mailbox);
    if (status == COG_OK) {
        add_object(stage, name)->mailbox = mailbox;
    }
    return status;
}

int stage_pipe(struct stage *stage, const char *name, const char *role) {
    struct cog_object_options options = {.name = name, .tag = next_tag(stage)};
    struct cog_coro *producer = actor_new(stage, role);
    if (producer == NULL) {
        return COG_ENOMEM;
    }
    struct cog_pipe *pipe = NULL;
    int status = cog_pipe_new(stage->scheduler, producer, &options, &pipe);
    if (status == COG_OK) {
        struct stage_object *object = add_object(stage, name);
        object->pipe = pipe;
        object->producer = producer;
    }
    return status;
}

int stage_post(struct stage_object *mailbox, int64_t number) {
    int status = cog_post(mailbox->mailbox, (union cog_value){.number = number});
    mailbox->unfinished_count += status == COG_OK ? 1 : 0;
    return status;
}

void stage_free_objects(struct stage *stage) {
    for (size_t i = 0; i < stage->object_count; i++) {
        cog_signal_free(stage->objects[i].signal);
        cog_queue_free(stage->objects[i].queue);
        cog_channel_free(stage->objects[i].channel);
        cog_pipe_free(stage->objects[i].pipe);
        cog_mailbox_free(stage->objects[i].mailbox);
    }
    stage->object_count = 0;
}
