/* test_scene.c - who and what there is, while events stream by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/scene.h"
#include "tests/unit/trace_stories.h"

#include <stdio.h>

struct stage {
    struct rep_trace *trace;
    struct rep_scene scene;
};

static void open_stage(struct stage *stage, struct builder *builder) {
    builder_finish(builder);
    assert_int_equal(rep_trace_read(builder->bytes, builder->byte_count, &stage->trace, NULL),
                     REP_OK);
    builder_term(builder);
    rep_scene_init(&stage->scene, stage->trace);
}

static void note_up_to(struct stage *stage, size_t first, size_t last) {
    for (size_t i = first; i <= last; i++)
        rep_scene_note(&stage->scene, i, rep_trace_event(stage->trace, i));
}

static void close_stage(struct stage *stage) {
    assert_false(stage->scene.has_failed);
    rep_scene_term(&stage->scene);
    rep_trace_free(stage->trace);
}

static const char *name_of(const struct stage *stage, enum rep_actor_kind kind, uint64_t id) {
    return rep_scene_name(&stage->scene, rep_scene_find(&stage->scene, kind, id));
}

static void names_are_known_once_they_are_told(void **state) {
    (void)state;
    struct builder builder;
    struct stage stage;
    builder_init(&builder);
    EVENT(&builder, "host", 0, 0, 1, 0, T("server"));
    EVENT(&builder, "coroutine", 0, 0, 1, 7, T("worker"), N(0), T("world"));
    EVENT(&builder, "coroutine", 0, 0, 1, 9, T("worker"), N(0), T("world"));
    EVENT(&builder, "object", 0, 0, 1, 7, N(3), T("queue"), T("jobs\n"));
    open_stage(&stage, &builder);
    assert_string_equal(name_of(&stage, REP_ACTOR_HOST, 1), "");
    note_up_to(&stage, 1, 4);
    assert_string_equal(name_of(&stage, REP_ACTOR_HOST, 1), "server");
    assert_string_equal(name_of(&stage, REP_ACTOR_LANE, 7), "worker");
    assert_string_equal(name_of(&stage, REP_ACTOR_LANE, 9), "worker#2");
    assert_string_equal(name_of(&stage, REP_ACTOR_OBJECT, 3), "jobs\\n");
    assert_string_equal(name_of(&stage, REP_ACTOR_OBJECT, 7), "");
    assert_string_equal(name_of(&stage, REP_ACTOR_LANE, 1), "");
    close_stage(&stage);
}

static void a_lane_is_followed(void **state) {
    (void)state;
    struct builder builder;
    struct stage stage;
    builder_init(&builder);
    EVENT(&builder, "coroutine", 0, 0, 1, 1, T("one"), N(0), T("world"));
    EVENT(&builder, "object", 0, 0, 1, 1, N(5), T("queue"), T("jobs"));
    EVENT(&builder, "operation", 0, 0, 1, 1, T("put"), N(5), N(0), N(0), N(7));
    EVENT(&builder, "ending", 0, 3, 1, 1, T("completed"), T("ok"), N(0));
    open_stage(&stage, &builder);
    note_up_to(&stage, 1, 3);
    const struct rep_actor *lane = rep_scene_find(&stage.scene, REP_ACTOR_LANE, 1);
    assert_true(lane->is_waiting && lane->is_put && !lane->is_get && !lane->is_step);
    assert_int_equal(lane->operation, 3);
    assert_int_equal(lane->latest, 3);
    assert_int_equal(lane->before, 2);
    assert_int_equal(stage.scene.actors[lane->object].id, 5);
    note_up_to(&stage, 4, 4);
    assert_int_equal(lane->before, 3);
    const char *file;
    assert_int_equal(rep_scene_line(&stage.scene, rep_trace_event(stage.trace, 3), &file), 7);
    assert_string_equal(file, "");
    rep_scene_rewind(&stage.scene);
    assert_string_equal(name_of(&stage, REP_ACTOR_LANE, 1), "one");
    assert_int_equal(lane->latest, 0);
    assert_false(lane->is_waiting);
    note_up_to(&stage, 1, 3);
    assert_true(lane->is_waiting);
    close_stage(&stage);
}

static void thousands_are_found(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    struct builder builder;
    struct stage stage;
    builder_init(&builder);
    char name[32];
    for (uint64_t i = 1; i <= COUNT; i++) {
        (void)snprintf(name, sizeof name, "n%u", (unsigned)(i / 2));
        EVENT(&builder, "coroutine", 0, 0, 1, i * UINT64_C(0x100000001), T(name), N(0), T("world"));
    }
    open_stage(&stage, &builder);
    note_up_to(&stage, 1, COUNT);
    for (uint64_t i = 1; i <= COUNT; i++) {
        (void)snprintf(name, sizeof name, i % 2 == 1 && i > 1 ? "n%u#2" : "n%u", (unsigned)(i / 2));
        assert_string_equal(name_of(&stage, REP_ACTOR_LANE, i * UINT64_C(0x100000001)), name);
    }
    close_stage(&stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known_once_they_are_told),
        cmocka_unit_test(a_lane_is_followed),
        cmocka_unit_test(thousands_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
