/* test_profile.c - what processes do, counted. */
#include "sim/explore/profile.h"

#include "tests/unit/sampled.h"

static void make(struct sampled *sampled, struct sim_profile *profile, const char *text,
                 uint64_t run_count) {
    sampled_open(sampled, text);
    struct sim_profile_options options = {.seed = 1, .run_count = run_count};
    assert_int_equal(sim_profile_make(profile, &sampled->explorer, &options), COG_OK);
}

static void end(struct sampled *sampled, struct sim_profile *profile) {
    sim_profile_term(profile);
    sampled_close(sampled);
}

/* The accesses of an object by a process; an object that nobody accesses has none. */
static uint64_t accesses_of(const struct sim_profile *profile, uint32_t object, uint32_t process) {
    for (uint32_t i = 0; i < profile->object_count; i++) {
        if (profile->objects[i].object == object) {
            return sim_profile_accesses(profile, &profile->objects[i], process);
        }
    }
    return 0;
}

static void steps_and_accesses_are_counted_by_process(void **state) {
    (void)state;
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile,
         "shared x = 0\nshared y = 0\nlock door\n"
         "coro a\n    set x = 1\n    set y = x\n"
         "coro b\n    acquire door\n    set y = 2\n    release door\n",
         1);
    uint32_t door = sampled.explorer.objects.locks;
    assert_int_equal(profile.step_count_max, 6);
    assert_int_equal(sim_profile_steps(&profile, 0), 3);
    assert_int_equal(sim_profile_steps(&profile, 1), 3);
    assert_int_equal(sim_profile_steps(&profile, 2), 0);
    assert_int_equal(profile.object_count, 3);
    assert_int_equal(accesses_of(&profile, 0, 0), 2);
    assert_int_equal(accesses_of(&profile, 0, 1), 0);
    assert_int_equal(accesses_of(&profile, 1, 0), 1);
    assert_int_equal(accesses_of(&profile, 1, 1), 1);
    assert_int_equal(accesses_of(&profile, door, 1), 2);
    assert_int_equal(accesses_of(&profile, door, 7), 0);
    end(&sampled, &profile);
}

static void accesses_lead_to_objects_in_proportion(void **state) {
    (void)state;
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile,
         "shared x = 0\nshared y = 0\nshared z = 0\n"
         "coro a\n    set x = 1\n    set y = 1\n    set y = 2\n    set y = 3\n    set z = 1\n"
         "coro b\n    set z = 2\n",
         1);
    static const uint32_t objects[] = {0, 1, 1, 1, 2, 2};
    assert_int_equal(profile.access_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(sim_profile_object_at(&profile, i)->object, objects[i]);
    }
    end(&sampled, &profile);
}

static void what_children_do_counts_as_their_ancestors_too(void **state) {
    (void)state;
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile,
         "shared x = 0\n"
         "routine leaf\n    add 1 to x\n    add 1 to x\n"
         "routine branch\n    spawn leaf\n    spawn leaf\n    add 1 to x\n"
         "coro root\n    spawn branch\n",
         3);
    const struct sim_processes *processes = &sampled.explorer.processes;
    uint32_t branch = 1;
    assert_int_equal(processes->count, 4);
    assert_int_equal(processes->items[branch].parent, 0);
    assert_int_equal(accesses_of(&profile, 0, 0), 5);
    assert_int_equal(accesses_of(&profile, 0, branch), 5);
    assert_int_equal(accesses_of(&profile, 0, 2), 2);
    assert_int_equal(accesses_of(&profile, 0, 3), 2);
    assert_int_equal(profile.access_count, 5);
    assert_int_equal(sim_profile_steps(&profile, 2), 2);
    assert_true(sim_profile_steps(&profile, branch) >= 2 + 1 + 2 + 2);
    assert_true(sim_profile_steps(&profile, 0) > sim_profile_steps(&profile, branch));
    assert_int_equal(sim_profile_steps(&profile, 0), profile.step_count_max);
    end(&sampled, &profile);
}

/* Production's order stalls after three steps: each has one lock, and one of them nothing more. */
static void a_run_that_stalls_does_not_settle_the_counts(void **state) {
    (void)state;
    static const char text[] =
        "lock a\nlock b\n"
        "coro x\n    acquire a\n    acquire b\n    release b\n    release a\n"
        "coro y\n    acquire b\n    acquire a\n    release a\n    release b\n";
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile, text, 1);
    assert_int_equal(profile.step_count_max, 2);
    end(&sampled, &profile);
    make(&sampled, &profile, text, 20);
    assert_int_equal(profile.step_count_max, 8);
    assert_int_equal(sim_profile_steps(&profile, 0), 4);
    assert_int_equal(sim_profile_steps(&profile, 1), 4);
    assert_int_equal(profile.access_count, 8);
    end(&sampled, &profile);
}

static void where_nothing_is_done_a_run_counts_as_one_step(void **state) {
    (void)state;
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile, "coro a\n    log 'x'\n", 0);
    assert_int_equal(profile.run_count, 5);
    assert_true(profile.step_count_max >= 1);
    assert_int_equal(profile.access_count, 0);
    end(&sampled, &profile);
}

static void its_runs_are_not_judged(void **state) {
    (void)state;
    struct sampled sampled;
    struct sim_profile profile;
    make(&sampled, &profile, "coro a\n    check false\n", 3);
    assert_int_equal(sampled.explorer.tally.run_count, 0);
    assert_int_equal(sampled.explorer.tally.failure_count, 0);
    end(&sampled, &profile);
}

static void it_survives_every_failure_of_memory(void **state) {
    (void)state;
    struct sampled sampled;
    sampled_open(&sampled, sampled_reorder_spawned);
    struct counting_allocator *counting = &sampled.parsed.counting;
    struct sim_profile_options options = {.seed = 1};
    int status = COG_ENOMEM;
    uint64_t failures = 0;
    for (uint64_t n = 1; status != COG_OK; n++) {
        struct sim_profile profile;
        counting->fails_at = counting->call_count + n;
        status = sim_profile_make(&profile, &sampled.explorer, &options);
        counting->fails_at = 0;
        if (status == COG_OK) {
            sim_profile_term(&profile);
        } else {
            assert_int_equal(status, COG_ENOMEM);
            failures++;
        }
    }
    assert_true(failures > 3);
    sampled_close(&sampled);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_and_accesses_are_counted_by_process),
        cmocka_unit_test(accesses_lead_to_objects_in_proportion),
        cmocka_unit_test(what_children_do_counts_as_their_ancestors_too),
        cmocka_unit_test(a_run_that_stalls_does_not_settle_the_counts),
        cmocka_unit_test(where_nothing_is_done_a_run_counts_as_one_step),
        cmocka_unit_test(its_runs_are_not_judged),
        cmocka_unit_test(it_survives_every_failure_of_memory),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
