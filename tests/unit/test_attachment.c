/* test_attachment.c - the list of what a coroutine owns. */
#include "core/attachment.h"

#include "tests/unit/actor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct thing {
    struct cog_attachment attachment;
    struct stage *stage;
    int number;
};

static void drop_thing(struct cog_coro *coro, struct cog_attachment *attachment) {
    const struct thing *thing = (const struct thing *)(const void *)attachment;
    assert_ptr_not_equal(attachment, coro->attachments); /* it has left the list */
    stage_write(&thing->stage->log, "%d ", thing->number);
}

static const struct cog_attachment_type thing_type = {.bytes = sizeof(struct thing),
                                                      .drop = drop_thing};
static const struct cog_attachment_type kept_type = {
    .bytes = sizeof(struct thing), .is_kept_at_end = true, .drop = drop_thing};
static const struct cog_attachment_type silent_type = {.bytes = sizeof(struct cog_attachment)};

static struct thing *attach(struct stage *stage, struct cog_coro *coro,
                            const struct cog_attachment_type *type, int number) {
    struct thing *thing = cog_attach(coro, type);
    assert_non_null(thing);
    assert_ptr_equal(thing->attachment.type, type);
    assert_null(thing->stage);
    assert_int_equal(thing->number, 0);
    thing->stage = stage;
    thing->number = number;
    return thing;
}

static struct cog_coro *open_with_coro(struct stage *stage) {
    assert_int_equal(stage_open(stage), COG_OK);
    return actor_enter(stage, "a", "-sleep 5");
}

static void what_was_attached_last_goes_first(void **state) {
    struct stage *stage = *state;
    struct cog_coro *coro = open_with_coro(stage);
    for (int i = 1; i <= 4; i++) {
        (void)attach(stage, coro, &thing_type, i);
    }
    assert_non_null(cog_attach(coro, &silent_type));
    stage_expect(stage, COG_OK, "4 3 2 1 ");
    assert_null(coro->attachments);
}

static void one_in_the_middle_can_be_found_and_detached(void **state) {
    struct stage *stage = *state;
    struct cog_coro *coro = open_with_coro(stage);
    (void)attach(stage, coro, &thing_type, 1);
    assert_non_null(cog_attach(coro, &silent_type));
    (void)attach(stage, coro, &thing_type, 3);
    struct cog_attachment **place = cog_find_attachment(&coro->attachments, &silent_type);
    assert_non_null(*place);
    cog_detach(coro, place);
    assert_null(*cog_find_attachment(&coro->attachments, &silent_type));
    place = cog_find_attachment(&coro->attachments, &thing_type);
    assert_int_equal(((struct thing *)(void *)*place)->number, 3);
    place = cog_find_attachment(&(*place)->next, &thing_type);
    assert_int_equal(((struct thing *)(void *)*place)->number, 1);
    assert_null(*cog_find_attachment(&(*place)->next, &thing_type));
    stage_expect(stage, COG_OK, "3 1 ");
}

static void some_are_kept_until_the_last_reference_goes(void **state) {
    struct stage *stage = *state;
    struct cog_coro *coro = open_with_coro(stage);
    (void)attach(stage, coro, &kept_type, 1);
    (void)attach(stage, coro, &thing_type, 2);
    (void)attach(stage, coro, &kept_type, 3);
    (void)attach(stage, coro, &thing_type, 4);
    stage_expect(stage, COG_OK, "4 2 ");
    assert_non_null(*cog_find_attachment(&coro->attachments, &kept_type));
    assert_int_equal(stage_close(stage), 0);
    assert_string_equal(stage->log.text, "4 2 3 1 ");
}

static void without_memory_nothing_is_attached(void **state) {
    struct stage *stage = *state;
    struct cog_coro *coro = open_with_coro(stage);
    struct thing *thing = attach(stage, coro, &thing_type, 1);
    stage->tally.fail_at = stage->tally.call_count + 1;
    assert_null(cog_attach(coro, &thing_type));
    assert_ptr_equal(coro->attachments, &thing->attachment);
    stage_expect(stage, COG_OK, "1 ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_was_attached_last_goes_first),
        STAGE_TEST(one_in_the_middle_can_be_found_and_detached),
        STAGE_TEST(some_are_kept_until_the_last_reference_goes),
        STAGE_TEST(without_memory_nothing_is_attached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
