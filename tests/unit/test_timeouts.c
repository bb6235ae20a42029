/* test_timeouts.c - the heap of deadlines, against a model that looks through everything. */
#include "core/timeouts.h"
#include "tests/unit/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { OPS = 64, STEPS = 100000 };

/* What the heap should think of each operation. */
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
};

static uint64_t draw(struct world *world, uint64_t bound) {
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % bound;
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

static void arm_or_remove(struct world *world, size_t i) {
    struct cog_op *op = &world->ops[i];
    struct model *model = &world->models[i];
    if (model->is_armed) {
        cog_timeouts_remove(&world->timeouts, op);
        model->is_armed = false;
        return;
    }
    op->timeout_ns = (int64_t)draw(world, 50);
    op->is_strong = draw(world, 2) == 0;
    *model = (struct model){.is_armed = true,
                            .deadline_ns = world->now_ns + op->timeout_ns,
                            .order = ++world->order_last};
    assert_int_equal(
        cog_timeouts_arm(&world->timeouts, cog_allocator_malloc(), op, model->deadline_ns), COG_OK);
}

static void touch(struct world *world, size_t i) {
    struct cog_op *op = &world->ops[i];
    if (world->models[i].is_armed && !op->is_strong) {
        cog_timeouts_touch(&world->timeouts, op, world->now_ns);
        world->models[i].deadline_ns = world->now_ns + op->timeout_ns;
        world->models[i].order = ++world->order_last;
    }
}

static void compare_top(struct world *world) {
    size_t expected = earliest(world);
    const struct cog_timer *top = cog_timeouts_settle(&world->timeouts);
    if (expected == OPS) {
        assert_null(top);
        return;
    }
    assert_non_null(top);
    assert_ptr_equal(top->op, &world->ops[expected]);
    assert_int_equal(top->deadline_ns, world->models[expected].deadline_ns);
}

/* Takes out what is due, as the scheduler does. */
static void expire(struct world *world) {
    size_t i = earliest(world);
    while (i < OPS && world->models[i].deadline_ns <= world->now_ns) {
        compare_top(world);
        cog_timeouts_remove(&world->timeouts, &world->ops[i]);
        world->models[i].is_armed = false;
        i = earliest(world);
    }
}

static void it_agrees_with_a_naive_model_over_many_random_steps(void **state) {
    (void)state;
    static struct world world;
    world = (struct world){.random = 88172645463325252u};
    cog_timeouts_init(&world.timeouts);
    for (int step = 0; step < STEPS; step++) {
        size_t i = (size_t)draw(&world, OPS);
        switch (draw(&world, 5)) {
        case 0:
        case 1:
            arm_or_remove(&world, i);
            break;
        case 2:
            touch(&world, i);
            break;
        case 3:
            compare_top(&world);
            break;
        case 4:
            world.now_ns += (int64_t)draw(&world, 4);
            expire(&world);
            break;
        }
        assert_true(cog_timeouts_is_valid(&world.timeouts));
        if (world.models[i].is_armed) {
            assert_int_equal(cog_timeouts_deadline_ns(&world.timeouts, &world.ops[i]),
                             world.models[i].deadline_ns);
        }
        assert_int_equal(world.ops[i].timer_index != 0, world.models[i].is_armed);
    }
    cog_timeouts_term(&world.timeouts, cog_allocator_malloc());
}

static void equal_deadlines_come_out_in_the_order_of_arming(void **state) {
    (void)state;
    static struct cog_op ops[OPS];
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    for (size_t i = 0; i < OPS; i++) {
        size_t at = i * 37 % OPS; /* arming order is not the order in memory */
        ops[at] = (struct cog_op){.timeout_ns = 5};
        assert_int_equal(cog_timeouts_arm(&timeouts, cog_allocator_malloc(), &ops[at], 5), COG_OK);
    }
    for (size_t i = 0; i < OPS; i++) {
        struct cog_op *op = cog_timeouts_settle(&timeouts)->op;
        assert_ptr_equal(op, &ops[i * 37 % OPS]);
        cog_timeouts_remove(&timeouts, op);
    }
    assert_null(cog_timeouts_settle(&timeouts));
    cog_timeouts_term(&timeouts, cog_allocator_malloc());
}

static void arming_without_memory_changes_nothing(void **state) {
    (void)state;
    struct tally tally;
    tally_init(&tally);
    tally.fail_at = 2;
    static struct cog_op ops[OPS];
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    uint32_t count = 0;
    while (cog_timeouts_arm(&timeouts, &tally.allocator, &ops[count], 100 - (int64_t)count) ==
           COG_OK) {
        count++;
        assert_true(count < OPS);
    }
    assert_int_equal(tally.failed_count, 1);
    assert_int_equal(ops[count].timer_index, 0);
    assert_int_equal(timeouts.count, count);
    assert_true(cog_timeouts_is_valid(&timeouts));
    assert_ptr_equal(cog_timeouts_settle(&timeouts)->op, &ops[count - 1]);
    assert_int_equal(cog_timeouts_arm(&timeouts, &tally.allocator, &ops[count], 1), COG_OK);
    assert_ptr_equal(cog_timeouts_settle(&timeouts)->op, &ops[count]);
    cog_timeouts_term(&timeouts, &tally.allocator);
    assert_int_equal(tally.live_count, 0);
}

static void a_weak_deadline_far_away_does_not_overflow(void **state) {
    (void)state;
    struct cog_op op = {.timeout_ns = INT64_MAX - 10};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    assert_int_equal(cog_timeouts_arm(&timeouts, cog_allocator_malloc(), &op, INT64_MAX - 10),
                     COG_OK);
    cog_timeouts_touch(&timeouts, &op, 100);
    assert_int_equal(cog_timeouts_deadline_ns(&timeouts, &op), INT64_MAX);
    assert_int_equal(cog_timeouts_settle(&timeouts)->deadline_ns, INT64_MAX);
    cog_timeouts_term(&timeouts, cog_allocator_malloc());
}

static void a_heap_out_of_order_is_not_valid(void **state) {
    (void)state;
    struct cog_op ops[3] = {{.timeout_ns = 1}};
    struct cog_timeouts timeouts;
    cog_timeouts_init(&timeouts);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(cog_timeouts_arm(&timeouts, cog_allocator_malloc(), &ops[i], i), COG_OK);
    }
    assert_true(cog_timeouts_is_valid(&timeouts));
    timeouts.heap[2].deadline_ns = -1;
    assert_false(cog_timeouts_is_valid(&timeouts));
    timeouts.heap[2].deadline_ns = 2;
    ops[1].timer_index = 3;
    assert_false(cog_timeouts_is_valid(&timeouts));
    ops[1].timer_index = 2;
    cog_timeouts_term(&timeouts, cog_allocator_malloc());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_a_naive_model_over_many_random_steps),
        cmocka_unit_test(equal_deadlines_come_out_in_the_order_of_arming),
        cmocka_unit_test(arming_without_memory_changes_nothing),
        cmocka_unit_test(a_weak_deadline_far_away_does_not_overflow),
        cmocka_unit_test(a_heap_out_of_order_is_not_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
