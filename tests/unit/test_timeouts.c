/* test_timeouts.c - the deadlines, against a model that looks through everything. */
#include "core/timeouts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { OPS = 300, STEPS = 100000 };

/* What the timeouts should think of each operation. */
struct model {
    bool is_armed;
    int64_t deadline_ns; /* the true one, activity counted in */
    uint64_t order;
};

struct world {
    struct cog_timeouts timeouts;
    struct cog_op ops[OPS];
    struct model models[OPS];
    int64_t now_ns;
    uint64_t order_last;
    uint64_t random;
    size_t fired_count;
};

static uint64_t draw(struct world *world, uint64_t bound) {
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % bound;
}

/* Of every order of magnitude, up to 2^bits. */
static int64_t draw_duration(struct world *world, unsigned bits) {
    return (int64_t)draw(world, UINT64_C(1) << draw(world, bits + 1));
}

/* The operation that expires next, or OPS. */
static size_t earliest(const struct world *world) {
    size_t best = OPS;
    for (size_t i = 0; i < OPS; i++) {
        const struct model *model = &world->models[i];
        const struct model *other = best < OPS ? &world->models[best] : NULL;
        if (model->is_armed &&
            (other == NULL || model->deadline_ns < other->deadline_ns ||
             (model->deadline_ns == other->deadline_ns && model->order < other->order))) {
            best = i;
        }
    }
    return best;
}

static void arm(struct world *world, size_t i, int64_t deadline_ns) {
    world->models[i] =
        (struct model){.is_armed = true, .deadline_ns = deadline_ns, .order = ++world->order_last};
    cog_timeouts_arm(&world->timeouts, &world->ops[i], deadline_ns);
}

static void arm_or_remove(struct world *world, size_t i, unsigned bits) {
    struct cog_op *op = &world->ops[i];
    if (world->models[i].is_armed) {
        cog_timeouts_remove(&world->timeouts, op);
        world->models[i].is_armed = false;
        return;
    }
    op->timeout_ns = draw_duration(world, bits);
    op->is_strong = draw(world, 2) == 0;
    /* One in eight is a deadline that has passed already. */
    int64_t late_ns = draw(world, 8) == 0 ? 2 * op->timeout_ns : 0;
    op->timeout_ns = late_ns > 0 ? 0 : op->timeout_ns;
    arm(world, i, late_ns > 0 ? world->now_ns - late_ns : world->now_ns + op->timeout_ns);
}

static void touch(struct world *world, size_t i) {
    struct cog_op *op = &world->ops[i];
    if (world->models[i].is_armed && !op->is_strong) {
        cog_timeouts_touch(&world->timeouts, op, world->now_ns);
        world->models[i].deadline_ns = world->now_ns + op->timeout_ns;
        world->models[i].order = ++world->order_last;
    }
}

/* Asks for the first that is due at a time, INT64_MAX: for the first of all. */
static void compare_first(struct world *world, int64_t time_ns) {
    size_t i = earliest(world);
    bool is_due = i < OPS && world->models[i].deadline_ns <= time_ns;
    const struct cog_op *first = cog_timeouts_due(&world->timeouts, time_ns);
    assert_ptr_equal(first, is_due ? &world->ops[i] : NULL);
}

/* Who sleeps until then neither misses the first deadline nor wakes at once. */
static void compare_wake(struct world *world) {
    size_t i = earliest(world);
    int64_t wake_ns = cog_timeouts_wake_ns(&world->timeouts, world->now_ns);
    if (i == OPS) {
        assert_int_equal(wake_ns, INT64_MAX);
        return;
    }
    int64_t deadline_ns = world->models[i].deadline_ns;
    assert_true(wake_ns <= deadline_ns);
    assert_true(wake_ns > world->now_ns || deadline_ns <= world->now_ns);
    assert_true(wake_ns == deadline_ns || world->timeouts.count > 64);
}

/* Takes out what is due, as the scheduler does. */
static void expire(struct world *world) {
    compare_first(world, world->now_ns);
    size_t i = earliest(world);
    while (i < OPS && world->models[i].deadline_ns <= world->now_ns) {
        compare_first(world, world->now_ns);
        cog_timeouts_remove(&world->timeouts, &world->ops[i]);
        world->models[i].is_armed = false;
        world->fired_count++;
        i = earliest(world);
    }
    compare_wake(world);
    compare_first(world, world->now_ns);
}

static void check(struct world *world) {
    size_t count = 0;
    assert_true(cog_timeouts_is_valid(&world->timeouts));
    for (size_t i = 0; i < OPS; i++) {
        const struct cog_op *op = &world->ops[i];
        const struct model *model = &world->models[i];
        assert_int_equal(cog_timer_is_armed(op), model->is_armed);
        if (model->is_armed) {
            count++;
            assert_int_equal(op->timer.deadline_ns, model->deadline_ns);
            assert_true(cog_timer_is_valid(&world->timeouts, op));
        }
    }
    assert_int_equal(world->timeouts.count, count);
}

static void step(struct world *world, unsigned bits) {
    size_t i = (size_t)draw(world, OPS);
    switch (draw(world, 8)) {
    case 0:
    case 1:
    case 2:
        arm_or_remove(world, i, bits);
        break;
    case 3:
    case 4:
        touch(world, i);
        break;
    case 5:
        compare_first(world, world->now_ns);
        break;
    case 6:
        if (draw(world, 4) == 0) {
            compare_first(world, INT64_MAX);
        }
        break;
    case 7:
        world->now_ns += draw_duration(world, bits) / 64;
        expire(world);
        break;
    }
}

/* Random steps, with durations up to 2^bits ns, from a clock that stands at start_ns. */
static void compare_with_the_model(unsigned bits, int64_t start_ns) {
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->random = 88172645463325252u;
    world->now_ns = start_ns;
    cog_timeouts_init(&world->timeouts);
    for (int i = 0; i < STEPS; i++) {
        step(world, bits);
        check(world);
    }
    assert_true(world->fired_count > STEPS / 100);
    world->now_ns = INT64_MAX;
    expire(world);
    check(world);
    free(world);
}

static void short_durations_agree_with_a_naive_model(void **state) {
    (void)state;
    compare_with_the_model(5, 0);
}

static void durations_of_seconds_agree_with_a_naive_model(void **state) {
    (void)state;
    compare_with_the_model(32, 1000000000000000);
}

static void durations_of_every_length_agree_with_a_naive_model(void **state) {
    (void)state;
    compare_with_the_model(46, INT64_MIN / 2);
}

static void equal_deadlines_come_out_in_the_order_of_arming(void **state) {
    (void)state;
    static struct cog_op ops[OPS];
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    for (size_t i = 0; i < OPS; i++) {
        size_t at = i * 37 % OPS; /* arming order is not the order in memory */
        ops[at] = (struct cog_op){.timeout_ns = 5};
        cog_timeouts_arm(&timeouts, &ops[at], 1000000005);
        if (i == OPS / 2) {
            assert_ptr_equal(cog_timeouts_due(&timeouts, INT64_MAX), &ops[0]);
        }
    }
    assert_null(cog_timeouts_due(&timeouts, 1000000004));
    for (size_t i = 0; i < OPS; i++) {
        struct cog_op *op = cog_timeouts_due(&timeouts, 1000000005);
        assert_ptr_equal(op, &ops[i * 37 % OPS]);
        cog_timeouts_remove(&timeouts, op);
    }
    assert_null(cog_timeouts_due(&timeouts, INT64_MAX));
}

static void the_ends_of_the_clock_are_deadlines_as_well(void **state) {
    (void)state;
    static const int64_t deadlines[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                        1,         INT64_MAX - 1, INT64_MAX};
    enum { COUNT = sizeof deadlines / sizeof deadlines[0] };
    struct cog_op ops[COUNT] = {{.timeout_ns = 0}};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    for (size_t i = COUNT; i > 0; i--) {
        cog_timeouts_arm(&timeouts, &ops[i - 1], deadlines[i - 1]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(cog_timeouts_is_valid(&timeouts));
        assert_ptr_equal(cog_timeouts_due(&timeouts, deadlines[i]), &ops[i]);
        cog_timeouts_remove(&timeouts, &ops[i]);
        assert_null(cog_timeouts_due(&timeouts, deadlines[i]));
    }
}

static void a_weak_deadline_far_away_does_not_overflow(void **state) {
    (void)state;
    struct cog_op op = {.timeout_ns = INT64_MAX - 10};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    cog_timeouts_arm(&timeouts, &op, INT64_MAX - 10);
    cog_timeouts_touch(&timeouts, &op, 100);
    assert_int_equal(op.timer.deadline_ns, INT64_MAX);
    assert_ptr_equal(cog_timeouts_due(&timeouts, INT64_MAX), &op);
}

static void a_bucket_that_holds_what_is_not_its_own_is_not_valid(void **state) {
    (void)state;
    struct cog_op op = {.is_strong = true};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    cog_timeouts_arm(&timeouts, &op, 1000);
    assert_true(cog_timeouts_is_valid(&timeouts));
    op.timer.deadline_ns = INT64_MIN;
    assert_false(cog_timeouts_is_valid(&timeouts));
    op.timer.deadline_ns = INT64_MAX; /* of the strong one: nothing moves it */
    timeouts.base = UINT64_C(1) << 63;
    assert_false(cog_timeouts_is_valid(&timeouts));
    timeouts.base = 0;
    op.timer.deadline_ns = 1000;
    assert_true(cog_timer_is_valid(&timeouts, &op));
    timeouts.levels = 0; /* now nobody would find it */
    assert_false(cog_timer_is_valid(&timeouts, &op));
}

static void a_front_out_of_order_is_not_valid(void **state) {
    (void)state;
    struct cog_op ops[2] = {{.timeout_ns = 1}};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    cog_timeouts_arm(&timeouts, &ops[0], 1);
    cog_timeouts_arm(&timeouts, &ops[1], 2);
    assert_ptr_equal(cog_timeouts_due(&timeouts, INT64_MAX), &ops[0]);
    assert_true(cog_timer_is_valid(&timeouts, &ops[0]));
    ops[0].timer.deadline_ns = 3;
    assert_false(cog_timer_is_valid(&timeouts, &ops[0]));
    ops[0].timer.deadline_ns = 1;
    ops[1].timer.back = &ops[1].timer.next;
    assert_false(cog_timer_is_valid(&timeouts, &ops[1]));
}

static void to_ask_when_to_wake_leaves_room_for_what_comes_before(void **state) {
    (void)state;
    enum { NEAR = 100 };
    static struct cog_timeouts timeouts;
    static struct cog_op far[3];
    static struct cog_op near[NEAR];
    const int64_t hour_ns = INT64_C(3600000000000);
    cog_timeouts_init(&timeouts);
    for (int i = 0; i < 3; i++) {
        far[i] = (struct cog_op){.is_strong = true};
        cog_timeouts_arm(&timeouts, &far[i], hour_ns + i);
    }
    assert_int_equal(cog_timeouts_wake_ns(&timeouts, 0), hour_ns);
    for (int i = 0; i < NEAR; i++) {
        near[i] = (struct cog_op){.is_strong = true};
        cog_timeouts_arm(&timeouts, &near[i], INT64_C(1000000000) * (i + 1));
    }
    assert_null(timeouts.front);
    assert_int_equal(cog_timeouts_wake_ns(&timeouts, 0), INT64_C(1000000000));
    for (int i = 0; i < NEAR; i++) {
        cog_timeouts_remove(&timeouts, &near[i]);
    }
    assert_int_equal(cog_timeouts_wake_ns(&timeouts, 0), hour_ns);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_durations_agree_with_a_naive_model),
        cmocka_unit_test(durations_of_seconds_agree_with_a_naive_model),
        cmocka_unit_test(durations_of_every_length_agree_with_a_naive_model),
        cmocka_unit_test(equal_deadlines_come_out_in_the_order_of_arming),
        cmocka_unit_test(the_ends_of_the_clock_are_deadlines_as_well),
        cmocka_unit_test(a_weak_deadline_far_away_does_not_overflow),
        cmocka_unit_test(a_bucket_that_holds_what_is_not_its_own_is_not_valid),
        cmocka_unit_test(a_front_out_of_order_is_not_valid),
        cmocka_unit_test(to_ask_when_to_wake_leaves_room_for_what_comes_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
