/* test_step_labels.c - processes and steps in words. */
#include "sim/step_labels.h"

#include "tests/unit/exploration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t choose_first(void *context, const struct sim_choice *choice) {
    (void)context;
    (void)choice;
    return 0;
}

static void open(struct exploration *exploration, const char *text) {
    exploration_open(exploration, text, SIM_VARY_ORDER);
    exploration->explorer.chooser.choose = choose_first;
}

/* All that could come next, "left: set x", a line each, in their order. */
static void assert_labels(struct exploration *exploration, const char *expected) {
    struct sim_buffer buffer;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    (void)exploration_next(exploration);
    const struct sim_stepping *stepping = &exploration->explorer.stepping;
    for (uint32_t i = 0; i < stepping->present_count; i++) {
        sim_label_step(exploration->explorer.run, &stepping->candidates[i], &buffer);
        sim_buffer_add_text(&buffer, "\n");
    }
    assert_string_equal(buffer.bytes != NULL ? buffer.bytes : "", expected);
    sim_buffer_term(&buffer);
}

static void a_step_is_told_by_what_it_begins_with(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared front = 0\nshared few[3] = 0\nshared x = 0\nlock door\n"
                       "lock doors[2]\nqueue jobs\nvar p = 0\n"
                       "coro a\n    set x = 1\n"
                       "coro b\n    let seen = few[2]\n"
                       "coro c\n    acquire doors[1]\n    release doors[1]\n"
                       "coro d\n    acquire door\n"
                       "coro e\n    put jobs 1\n    sleep 1ms\n    set p = 1\n"
                       "coro f\n    get job from jobs\n    set p = job\n"
                       "coro g\n    add front to few[0]\n");
    exploration_take(&exploration, "t");
    assert_labels(&exploration, "e: start\nf: start\na: set x\nb: read few[2]\n"
                                "c: acquire doors[1]\nd: acquire door\ng: read front\n");
    exploration_take(&exploration, "2 5 6");
    assert_labels(&exploration, "e: start\na: set x\nb: read few[2]\nd: acquire door\n"
                                "c: release doors[1]\ng: set few[0]\n");
    exploration_take(&exploration, "4 5");
    assert_labels(&exploration, "a: set x\nb: read few[2]\nd: acquire door\n"
                                "c: release doors[1]\ng: set few[0]\n");
    exploration_take(&exploration, "0 1 3 2 6 t");
    assert_labels(&exploration, "e: after sleep\n");
    exploration_close(&exploration);
}

static void one_of_several_is_told_by_its_index(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\ncoro worker times 2\n    set x = 1\n");
    exploration_take(&exploration, "t");
    assert_labels(&exploration, "worker[0]: set x\nworker[1]: set x\n");
    exploration_close(&exploration);
}

static void a_child_stands_behind_its_maker_and_namesakes_are_numbered(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "shared x = 0\n"
                       "routine inner()\n    set x = 1\n"
                       "routine outer()\n    set x = 2\n    call inner()\n    set x = 3\n"
                       "coro main\n    spawn outer() as first\n    spawn inner() as second\n"
                       "    spawn outer() as third\n    join first\n"
                       "coro other\n    spawn outer() as first\n");
    exploration_take(&exploration, "t");
    assert_labels(&exploration, "main: start\nother: start\n");
    while (strchr(exploration_next(&exploration), '0') != NULL &&
           strchr(exploration.text.bytes, '|') == NULL) {
        exploration_take(&exploration, "0");
    }
    exploration_take(&exploration, "1");
    assert_labels(&exploration, "main/outer: set x\nmain/inner: set x\nmain/outer#2: set x\n"
                                "other/outer: set x\n");
    exploration_take(&exploration, "2 4");
    assert_labels(&exploration, "main/inner: set x\nother/outer: set x\n"
                                "main/outer/inner: set x\nmain/outer#2/inner: set x\n");
    exploration_take(&exploration, "6 2");
    assert_labels(&exploration, "main/inner: set x\nmain: join\nother/outer: set x\n"
                                "main/outer#2/inner: set x\n");
    exploration_close(&exploration);
}

static void a_join_is_told_as_one(void **state) {
    (void)state;
    struct exploration exploration;
    open(&exploration, "routine child()\n    return 1\n"
                       "coro main\n    spawn child() as first\n    join first as number\n");
    exploration_take(&exploration, "t 0 1");
    assert_labels(&exploration, "main: join\n");
    exploration_close(&exploration);
}

/* Makes every step that is no access yet. */
static void take_all_unknown(struct exploration *exploration) {
    const struct sim_stepping *stepping = &exploration->explorer.stepping;
    uint32_t index = 0;
    while (sim_explorer_next(&exploration->explorer) == SIM_NEXT_STEP &&
           index < stepping->candidate_count) {
        bool is_unknown = stepping->candidates[index].kind == SIM_PENDING_UNKNOWN;
        if (is_unknown) {
            sim_explorer_take(&exploration->explorer, index);
        }
        index = is_unknown ? 0 : index + 1;
    }
}

static void who_is_too_deep_is_told_by_the_last_of_his_makers(void **state) {
    (void)state;
    static const char *const labels[] = {"main/down/down/down/down/down/down/down: set x\n",
                                         "../down/down/down/down/down/down/down/down: set x\n"};
    static const char *const calls[] = {"    spawn down(6)\n", "    spawn down(7)\n"};
    for (size_t i = 0; i < 2; i++) {
        char text[256] = "shared x = 0\n"
                         "routine down(depth)\n    if depth > 0\n        spawn down(depth - 1)\n"
                         "    else\n        set x = 1\n"
                         "coro main\n";
        struct exploration exploration;
        strcat(text, calls[i]);
        open(&exploration, text);
        exploration_take(&exploration, "t");
        take_all_unknown(&exploration);
        assert_labels(&exploration, labels[i]);
        exploration_close(&exploration);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_told_by_what_it_begins_with),
        cmocka_unit_test(one_of_several_is_told_by_its_index),
        cmocka_unit_test(a_child_stands_behind_its_maker_and_namesakes_are_numbered),
        cmocka_unit_test(a_join_is_told_as_one),
        cmocka_unit_test(who_is_too_deep_is_told_by_the_last_of_his_makers),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
