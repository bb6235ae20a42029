/* test_delayed.c - what may be thrown away when a connection is reset, and what may not. */
#include "sim/choice.h"
#include "sim/language/buffer.h"
#include "tests/unit/net_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ASKED_BYTES = 256 };

/* Answers with the last candidate, or one of a number, and writes down what it was asked. */
struct asked {
    struct sim_chooser chooser;
    uint64_t most; /* the highest answer */
    char text[ASKED_BYTES];
};

static uint64_t answer(void *context, const struct sim_choice *choice) {
    struct asked *asked = context;
    struct sim_buffer buffer;
    uint64_t last = choice->count - 1;
    uint64_t index = last < asked->most ? last : asked->most;
    assert_int_equal(choice->kind, SIM_CHOICE_FAULT);
    sim_buffer_init(&buffer, cog_allocator_malloc());
    choice->label(choice, &buffer);
    for (uint64_t i = 0; i < choice->count; i++) {
        sim_buffer_add_text(&buffer, i == 0 ? ": " : ", ");
        choice->candidate_label(choice, i, &buffer);
    }
    assert_true(buffer.length < sizeof asked->text);
    memcpy(asked->text, buffer.bytes, buffer.length + 1);
    sim_buffer_term(&buffer);
    return index;
}

/* A server s on host 1 that closes with unread bytes, and a client c on host 2. */
static struct net_stage *play(void **state, struct asked *asked, const char *server,
                              const char *client) {
    struct net_stage *stage = *state;
    assert_int_equal(net_open(stage), COG_OK);
    asked->chooser =
        (struct sim_chooser){.vary = SIM_VARY_FAULTS, .choose = answer, .context = asked};
    stage->network.chooser = &asked->chooser;
    net_enter(stage, 1, "s", server);
    net_enter(stage, 2, "c", client);
    return stage;
}

static void expect(struct net_stage *stage, const struct asked *asked, const char *what,
                   const char *log) {
    net_run(stage);
    assert_string_equal(asked->text, what);
    assert_non_null(strstr(stage->log, log));
    net_expect_nothing_left(stage);
}

static const char three_sends[] =
    "listen l 80 5; accept a l; recv a 1; send a abc; send a de; send a f; close a; close l";
static const char reader[] = "connect c 1 80; send c xyz; recv c 9; recv c 9; close c";

static void the_last_sends_may_be_lost_but_not_the_first_one(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage = play(state, &asked, three_sends, reader);
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 1, 3",
           "40 c recv=abc\n40 c recv reset\n");
}

static void some_of_them_may_be_lost(void **state) {
    struct asked asked = {.most = 1};
    struct net_stage *stage = play(state, &asked, three_sends, reader);
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 1, 3", "40 c recv=abc");
    assert_null(strstr(stage->log, "f"));
}

static void production_loses_nothing(void **state) {
    struct asked asked = {.most = 0};
    struct net_stage *stage = play(state, &asked, three_sends, reader);
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 1, 3", "40 c recv=abcdef\n");
}

static void nothing_is_lost_where_faults_do_not_vary(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage = play(state, &asked, three_sends, reader);
    asked.chooser.vary = SIM_VARY_ORDER | SIM_VARY_ARRIVALS | SIM_VARY_TIME;
    expect(stage, &asked, "", "40 c recv=abcdef\n");
}

static void who_closes_in_peace_loses_nothing(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 9; send a abc; send a de; close a; close l",
             "connect c 1 80; send c xyz; recv c 3; recv c 9; recv c 9; close c");
    expect(stage, &asked, "", "40 c recv=de\n40 c recv closed\n");
}

static void a_shutdown_has_everything_sent(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; send a de; shutdown a; close a; "
             "close l",
             "connect c 1 80; send c xyz; recv c 3; recv c 9; recv c 9; close c");
    expect(stage, &asked, "", "40 c recv=de\n");
}

/* The second one may wait for the acknowledgement of the first, which has arrived. */
static void what_is_not_acknowledged_delays_what_follows(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage = play(
        state, &asked,
        "listen l 80 5; accept a l; recv a 1; send a abc; sleep 15; send a de; close a; close l",
        reader);
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 2",
           "40 c recv=abc\n45 s send=2\n45 s close\n45 s close\n55 c recv reset\n");
}

/* It may have been held back all the time. */
static void what_has_come_is_lost_as_long_as_it_is_not_read(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; send a de; send a fgh; sleep 30; "
             "close a; close l",
             "connect c 1 80; send c xyz; sleep 30; recv c 3; sleep 20; recv c 9; close c");
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 3, 5",
           "60 s close\n60 s close\n70 c recv reset\n");
}

static void what_the_peer_has_begun_to_read_has_left(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage = play(
        state, &asked,
        "listen l 80 5; accept a l; recv a 1; send a abc; send a de; send a fgh; sleep 30; "
        "close a; close l",
        "connect c 1 80; send c xyz; sleep 30; recv c 4; sleep 20; recv c 9; recv c 9; close c");
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 3",
           "70 c recv=e\n70 c recv reset\n");
}

static void what_comes_back_acknowledges(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sleep 25; send a de; close a; "
             "close l",
             "connect c 1 80; send c xyz; recv c 9; send c x; recv c 9; recv c 9; close c");
    expect(stage, &asked, "", "65 c recv=de\n65 c recv reset\n");
}

/* An acknowledgement alone may take 200 ms, and its way. */
static void in_the_end_everything_is_acknowledged(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sleep 200000020; send a de; "
             "close a; close l",
             "connect c 1 80; send c xyz; recv c 9; recv c 9; recv c 9; close c");
    expect(stage, &asked, "", "200000060 c recv=de\n200000060 c recv reset\n");
}

static void just_before_it_may_not_be(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sleep 200000019; send a de; "
             "close a; close l",
             reader);
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 2",
           "200000059 c recv reset\n");
}

/* What a partition holds goes as well, and the reset takes its place. */
static void what_a_partition_holds_may_be_lost(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sleep 15; send a de; sleep 20; "
             "close a; close l",
             reader);
    net_at(stage, 41, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 2",
           "65 s close\n110 c recv reset\n");
}

/* The announcement of room is no data: it leaves at once. */
static void what_is_announced_is_not_lost(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; send a ab; recv a 4; send a cd; send a ef; close a; "
             "close l",
             "connect c 1 80; send c uvwxyz; recv c 9; recv c 9; close c");
    net_do(stage, "buffer 2 1 8");
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 2, 4",
           "40 c recv=ab\n40 c recv reset\n");
}

/* A full segment is sent, whatever is not acknowledged. */
static void less_than_a_full_segment_is_delayed(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sendmany a 65482; close a; close l",
             "connect c 1 80; send c xyz; recv c 9; recv c 9; close c");
    net_do(stage, "buffer 1 2 1000000");
    expect(stage, &asked, "delayed bytes of socket 3 thrown away: 0, 65482",
           "40 c recv=abc\n40 c recv reset\n");
}

static void a_full_segment_is_not(void **state) {
    struct asked asked = {.most = 9};
    struct net_stage *stage =
        play(state, &asked,
             "listen l 80 5; accept a l; recv a 1; send a abc; sendmany a 65483; close a; close l",
             "connect c 1 80; send c xyz; recvmany c 65486; recv c 9; close c");
    net_do(stage, "buffer 1 2 1000000");
    expect(stage, &asked, "", "40 c recv reset\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(the_last_sends_may_be_lost_but_not_the_first_one),
        NET_TEST(some_of_them_may_be_lost),
        NET_TEST(production_loses_nothing),
        NET_TEST(nothing_is_lost_where_faults_do_not_vary),
        NET_TEST(who_closes_in_peace_loses_nothing),
        NET_TEST(a_shutdown_has_everything_sent),
        NET_TEST(what_is_not_acknowledged_delays_what_follows),
        NET_TEST(what_has_come_is_lost_as_long_as_it_is_not_read),
        NET_TEST(what_the_peer_has_begun_to_read_has_left),
        NET_TEST(what_comes_back_acknowledges),
        NET_TEST(in_the_end_everything_is_acknowledged),
        NET_TEST(just_before_it_may_not_be),
        NET_TEST(what_a_partition_holds_may_be_lost),
        NET_TEST(what_is_announced_is_not_lost),
        NET_TEST(less_than_a_full_segment_is_delayed),
        NET_TEST(a_full_segment_is_not),
    };
    return cmocka_run_group_tests_name("delayed", tests, NULL, NULL) != 0;
}
