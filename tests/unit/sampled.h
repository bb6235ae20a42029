/* sampled.h - what the tests of sampling share: a scenario told as text, opened for exploring. */
#ifndef TESTS_UNIT_SAMPLED_H
#define TESTS_UNIT_SAMPLED_H

#include "sim/explore/sampler.h"
#include "tests/unit/language_fixture.h"

struct sampled {
    struct parsed parsed;
    struct sim_program program;
    struct sim_explorer explorer;
};

/* The text is all but the first line; ' in it stands for ". All memory, but that of the world, is
 * of the parsed text's allocator, which counts. */
static inline void sampled_open_varying(struct sampled *sampled, const char *text, unsigned vary) {
    char whole[2048] = "scenario \"sampled\"\n";
    assert_true(strlen(whole) + strlen(text) < sizeof whole);
    strcat(whole, text);
    for (char *at = strchr(whole, '\''); at != NULL; at = strchr(at, '\'')) {
        *at = '"';
    }
    parse_text(&sampled->parsed, whole);
    if (sampled->parsed.scenario == NULL) {
        print_error("%s", rendered_text(&sampled->parsed));
    }
    assert_non_null(sampled->parsed.scenario);
    const struct cog_allocator *allocator = &sampled->parsed.counting.allocator;
    assert_int_equal(sim_program_init(&sampled->program, allocator, sampled->parsed.scenario, NULL),
                     COG_OK);
    struct sim_explorer_options options = {.allocator = allocator, .vary = vary};
    assert_int_equal(sim_explorer_open(&sampled->explorer, &sampled->program, &options), COG_OK);
}

static inline void sampled_open(struct sampled *sampled, const char *text) {
    sampled_open_varying(sampled, text, SIM_VARY_ORDER);
}

static inline void sampled_close(struct sampled *sampled) {
    sim_explorer_close(&sampled->explorer);
    sim_program_term(&sampled->program);
    free_parsed(&sampled->parsed);
}

/* Runs that many schedules, after a profile; how many failed. */
static inline uint64_t sampled_run(struct sampled *sampled, const struct sim_strategy_type *type,
                                   const struct sim_strategy_options *options, uint64_t seed,
                                   uint64_t run_count) {
    struct sim_profile profile;
    assert_int_equal(
        sim_profile_make(&profile, &sampled->explorer, &(struct sim_profile_options){.seed = 1}),
        COG_OK);
    struct sim_strategy_options all = options != NULL ? *options : (struct sim_strategy_options){0};
    all.profile = &profile;
    struct sim_strategy *strategy;
    assert_int_equal(sim_strategy_new(type, &sampled->explorer, &all, &strategy), COG_OK);
    struct sim_sampler sampler;
    sim_sampler_init(&sampler, &sampled->explorer, strategy);
    struct sim_sampling sampling = {.seed = seed, .run_count = run_count};
    uint64_t failure_count = sampled->explorer.tally.failure_count;
    assert_int_equal(sim_sampler_run_many(&sampler, &sampling, NULL), COG_OK);
    sim_sampler_term(&sampler);
    sim_strategy_free(strategy);
    sim_profile_term(&profile);
    return sampled->explorer.tally.failure_count - failure_count;
}

/* The failures of a text among that many schedules. */
static inline uint64_t sampled_failures(const char *text, const struct sim_strategy_type *type,
                                        const struct sim_strategy_options *options,
                                        uint64_t run_count) {
    struct sampled sampled;
    sampled_open(&sampled, text);
    uint64_t count = sampled_run(&sampled, type, options, 1, run_count);
    sampled_close(&sampled);
    return count;
}

/* ---- Scenarios ---- */

static const char sampled_lost_update[] = "shared x = 0\n"
                                          "coro a times 2\n"
                                          "    let seen = x\n"
                                          "    set x = seen + 1\n"
                                          "expect x == 2\n";

/* Two stages under a lock each; who looks in between finds them at odds. */
static const char sampled_twostage[] = "shared first = 0\n"
                                       "shared second = 0\n"
                                       "lock door\n"
                                       "lock gate\n"
                                       "coro making\n"
                                       "    acquire door\n"
                                       "    set first = 1\n"
                                       "    release door\n"
                                       "    acquire gate\n"
                                       "    set second = first + 1\n"
                                       "    release gate\n"
                                       "coro looking\n"
                                       "    acquire door\n"
                                       "    if first == 0\n"
                                       "        release door\n"
                                       "        stop\n"
                                       "    let one = first\n"
                                       "    release door\n"
                                       "    acquire gate\n"
                                       "    let two = second\n"
                                       "    check two == one + 1\n"
                                       "    release gate\n";

static const char sampled_reorder[] = "shared a = 0\n"
                                      "shared b = 0\n"
                                      "coro setter times 2\n"
                                      "    set a = 1\n"
                                      "    set b = -1\n"
                                      "coro checker\n"
                                      "    let is_whole = a == 0 and b == 0 or a == 1 and b == -1\n"
                                      "    check is_whole\n";

static const char sampled_reorder_spawned[] =
    "shared a = 0\n"
    "shared b = 0\n"
    "routine set_both\n"
    "    set a = 1\n"
    "    set b = -1\n"
    "routine check_both\n"
    "    let is_whole = a == 0 and b == 0 or a == 1 and b == -1\n"
    "    check is_whole\n"
    "coro starter\n"
    "    spawn set_both as one\n"
    "    spawn set_both as two\n"
    "    spawn check_both as three\n"
    "    join one\n"
    "    join two\n"
    "    join three\n";

/* ---- Frequencies ---- */

/* Is the count of run_count within the 99.9 % interval of share/unit? That of the normal
 * distribution, 3.2905 standard deviations to both sides, which is close where so many are
 * expected. */
static inline bool sampled_is_within(uint64_t count, uint64_t run_count, uint64_t share,
                                     uint64_t unit) {
    __int128 distance = (__int128)count * unit - (__int128)run_count * share;
    return distance * distance * 10000 <= (__int128)108274 * run_count * share * (unit - share);
}

#endif
