/* shrinking.h - what the tests of shrinking share: a text made ready, and runs of it after
 * schedules. */
#ifndef TESTS_UNIT_SHRINKING_H
#define TESTS_UNIT_SHRINKING_H

#include "sim/shrink/subject.h"
#include "tests/unit/language_fixture.h"

struct shrinking {
    struct counting_allocator counting;
    struct sim_trials trials;
    struct sim_subject subject;
};

static inline void shrinking_open(struct shrinking *shrinking, const char *text) {
    counting_allocator_init(&shrinking->counting);
    const struct cog_allocator *allocator = &shrinking->counting.allocator;
    shrinking->trials =
        (struct sim_trials){.allocator = allocator, .vary = SIM_VARY_ORDER, .budget = 100000};
    size_t length = text != NULL ? strlen(text) : 0;
    assert_int_equal(sim_subject_open(&shrinking->subject, allocator, text, length), COG_OK);
}

static inline void shrinking_close(struct shrinking *shrinking) {
    sim_subject_close(&shrinking->subject);
    assert_int_equal(shrinking->counting.live_bytes, 0);
}

/* Runs it after a schedule; the trial is to be terminated. */
static inline void shrinking_run(struct shrinking *shrinking, const char *text,
                                 struct sim_trial *trial) {
    struct sim_schedule schedule;
    uint32_t line;
    sim_schedule_init(&schedule, &shrinking->counting.allocator);
    assert_int_equal(sim_schedule_read(&schedule, text, strlen(text), &line), COG_OK);
    struct sim_trial_options options = {.follow = &schedule};
    assert_int_equal(sim_trial_run(trial, &shrinking->trials, &shrinking->subject.program,
                                   &shrinking->subject.source, &options),
                     COG_OK);
    sim_schedule_term(&schedule);
}

/* Two that add to one variable, and one that has nothing to do with it. */
static const char shrinking_adders[] = "scenario \"t\"\n"
                                       "shared x = 0\n"
                                       "shared y = 0\n"
                                       "coro left\n"
                                       "    let   seen = x\n"
                                       "    set   x = seen + 1\n"
                                       "coro right\n"
                                       "    let   seen = x\n"
                                       "    check seen != 1\n"
                                       "    set   x = seen + 1\n"
                                       "coro other\n"
                                       "    set   y = 1\n"
                                       "    set   y = 2\n"
                                       "    set   y = 3\n";

#endif
