/* test_note.c - what a coroutine says of itself reaches the observer that wants to know. */
#include "core/cogen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct heard {
    const struct cog_coro *by;
    const void *memory;
    size_t bytes;
    enum cog_touch_mode mode;
    char text[32];
    int count;
};

static void hear_event(void *context, const struct cog_event *event) {
    (void)context;
    (void)event;
}

static void hear_touch(void *context, struct cog_coro *coro, const void *memory, size_t bytes,
                       enum cog_touch_mode mode) {
    struct heard *heard = context;
    heard->by = coro;
    heard->memory = memory;
    heard->bytes = bytes;
    heard->mode = mode;
    heard->count++;
}

static void hear_note(void *context, struct cog_coro *coro, const char *text) {
    struct heard *heard = context;
    heard->by = coro;
    memcpy(heard->text, text, strlen(text) + 1);
    heard->count++;
}

struct speaker {
    int value;
    struct cog_coro *self;
};

static int speak(struct cog_coro *self, void *argument) {
    struct speaker *speaker = argument;
    speaker->self = self;
    cog_touch(self, &speaker->value, sizeof speaker->value, COG_WRITE);
    cog_note(self, "here I am");
    return COG_OK;
}

static void run_with(const struct cog_observer *observer, struct speaker *speaker) {
    struct cog_scheduler *scheduler = NULL;
    const struct cog_scheduler_options options = {.observer = *observer};
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_OK);
    assert_int_equal(cog_go(scheduler, speak, speaker, "speaker"), COG_OK);
    assert_int_equal(cog_run(scheduler), COG_OK);
    cog_scheduler_free(scheduler);
}

static void the_observer_hears_touches_and_notes(void **state) {
    (void)state;
    static const struct cog_observer_ops ops = {
        .event = hear_event, .touched = hear_touch, .noted = hear_note};
    struct heard heard = {.mode = COG_READ};
    struct speaker speaker = {.value = 0};
    run_with(&(struct cog_observer){.ops = &ops, .context = &heard}, &speaker);
    assert_int_equal(heard.count, 2);
    assert_ptr_equal(heard.memory, &speaker.value);
    assert_int_equal(heard.bytes, sizeof speaker.value);
    assert_int_equal(heard.mode, COG_WRITE);
    assert_string_equal(heard.text, "here I am");
    assert_ptr_equal(heard.by, speaker.self);
}

static void nobody_need_listen(void **state) {
    (void)state;
    static const struct cog_observer_ops ops = {.event = hear_event};
    struct speaker speaker = {.value = 0};
    run_with(&(struct cog_observer){.ops = &ops}, &speaker);
    assert_non_null(speaker.self);
    speaker.self = NULL;
    run_with(&(struct cog_observer){.ops = NULL}, &speaker);
    assert_non_null(speaker.self);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_observer_hears_touches_and_notes),
        cmocka_unit_test(nobody_need_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
