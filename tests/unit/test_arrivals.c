/* test_arrivals.c - which of several deadlines of one instant expires first. */
#include "sim/arrivals.h"

#include "sim/language/buffer.h"
#include "tests/unit/play.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Answers by a script, and writes down what was asked: "timeout: left right" a line. */
struct asked {
    const uint64_t *answers;
    uint32_t answer_count;
    uint32_t count;
    struct sim_buffer text;
};

static uint64_t answer(void *context, const struct sim_choice *choice) {
    struct asked *asked = context;
    assert_int_equal(choice->kind, SIM_CHOICE_ARRIVAL);
    choice->label(choice, &asked->text);
    sim_buffer_add_text(&asked->text, ":");
    for (uint64_t i = 0; i < choice->count; i++) {
        sim_buffer_add_text(&asked->text, " ");
        choice->candidate_label(choice, i, &asked->text);
    }
    sim_buffer_add_text(&asked->text, "\n");
    uint32_t at = asked->count++;
    return at < asked->answer_count ? asked->answers[at] : 0;
}

static void assert_arrives(const char *text, unsigned vary, const uint64_t *answers,
                           uint32_t answer_count, const char *expected, const char *log) {
    struct asked asked = {.answers = answers, .answer_count = answer_count};
    struct sim_chooser chooser = {.vary = vary, .choose = answer, .context = &asked};
    struct play play;
    sim_buffer_init(&asked.text, cog_allocator_malloc());
    play_open(&play, text, &(struct sim_run_options){.chooser = &chooser});
    play_execute(&play);
    assert_int_equal(play.status, COG_OK);
    assert_string_equal(asked.text.bytes != NULL ? asked.text.bytes : "", expected);
    assert_string_equal(play_log(&play), log);
    play_close(&play);
    sim_buffer_term(&asked.text);
}

static const char three_sleepers[] = "coro left\n    sleep 5ms\n    log 'here'\n"
                                     "coro right\n    sleep 5ms\n    log 'here'\n"
                                     "coro third\n    sleep 5ms\n    log 'here'\n";

static void production_takes_those_that_were_set_first(void **state) {
    (void)state;
    assert_arrives(three_sleepers, SIM_VARY_ARRIVALS, NULL, 0,
                   "timeout: left right third\ntimeout: right third\n",
                   "5ms left here\n5ms right here\n5ms third here\n");
}

static void any_other_may_come_first(void **state) {
    (void)state;
    static const uint64_t last_first[] = {2, 1};
    assert_arrives(three_sleepers, SIM_VARY_ARRIVALS, last_first, 2,
                   "timeout: left right third\ntimeout: left right\n",
                   "5ms third here\n5ms right here\n5ms left here\n");
    static const uint64_t middle_first[] = {1, 1};
    assert_arrives(three_sleepers, SIM_VARY_ARRIVALS, middle_first, 2,
                   "timeout: left right third\ntimeout: left third\n",
                   "5ms right here\n5ms third here\n5ms left here\n");
}

static void nobody_is_asked_where_arrivals_do_not_vary(void **state) {
    (void)state;
    assert_arrives(three_sleepers, SIM_VARY_TIME | SIM_VARY_SIZE, NULL, 0, "",
                   "5ms left here\n5ms right here\n5ms third here\n");
}

static void nobody_is_asked_where_there_is_one(void **state) {
    (void)state;
    assert_arrives("coro left\n    sleep 5ms\n    log 'here'\n"
                   "coro right\n    sleep 6ms\n    log 'here'\n",
                   SIM_VARY_ARRIVALS, NULL, 0, "", "5ms left here\n6ms right here\n");
}

static void timeouts_of_waits_are_deadlines_too(void **state) {
    (void)state;
    static const uint64_t second[] = {1};
    assert_arrives("queue jobs\n"
                   "coro left\n    get job from jobs timeout 5ms\n    on timeout\n"
                   "        log 'late'\n"
                   "coro right\n    sleep 5ms\n    log 'here'\n",
                   SIM_VARY_ARRIVALS, second, 1, "timeout: left right\n",
                   "5ms right here\n5ms left late\n");
}

/* Deadlines of two hosts are not of one scheduler. */
static void each_host_is_asked_by_itself(void **state) {
    (void)state;
    static const uint64_t second[] = {1, 1};
    assert_arrives("host here\nhost there\n"
                   "coro left on here times 2\n    sleep 5ms\n    log 'here'\n"
                   "coro right on there times 2\n    sleep 5ms\n    log 'there'\n",
                   SIM_VARY_ARRIVALS, second, 2,
                   "timeout: left[0] left[1]\ntimeout: right[0] right[1]\n",
                   "5ms left[1] here\n5ms right[1] there\n5ms left[0] here\n5ms right[0] there\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(production_takes_those_that_were_set_first),
        cmocka_unit_test(any_other_may_come_first),
        cmocka_unit_test(nobody_is_asked_where_arrivals_do_not_vary),
        cmocka_unit_test(nobody_is_asked_where_there_is_one),
        cmocka_unit_test(timeouts_of_waits_are_deadlines_too),
        cmocka_unit_test(each_host_is_asked_by_itself),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
