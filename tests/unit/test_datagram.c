/* test_datagram.c - datagrams of the simulated network: who gets them, what is lost, what comes
 * twice. */
#include "sim/choice.h"
#include "sim/language/buffer.h"
#include "tests/unit/net_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A world with a server s on host 1 and a client c on host 2. */
static struct net_stage *play(void **state, const char *server, const char *client) {
    struct net_stage *stage = *state;
    assert_int_equal(net_open(stage), COG_OK);
    net_enter(stage, 1, "s", server);
    net_enter(stage, 2, "c", client);
    return stage;
}

/* ---- Who gets them ---- */

static void a_datagram_arrives_after_the_latency_and_tells_who_sent_it(void **state) {
    struct net_stage *stage =
        play(state, "bind b 53; recvfrom b 9; close b", "bind k 5000; sendto k 1 53 abc; close k");
    net_expect(stage, "0 s bind\n0 c bind\n0 c sendto\n0 c close\n"
                      "10 s recvfrom=abc from 2:5000\n10 s close\n");
    net_expect_nothing_left(stage);
}

static void each_keeps_its_bounds_and_what_does_not_fit_is_gone(void **state) {
    struct net_stage *stage =
        play(state, "bind b 53; sleep 50; recvfrom b 9; recvfrom b 2; recvfrom b 9 strong=5",
             "bind k 7; sendto k 1 53 a; sendto k 1 53 bcd");
    net_expect(stage, "0 s bind\n0 c bind\n0 c sendto\n0 c sendto\n50 s recvfrom=a from 2:7\n"
                      "50 s recvfrom full=bc from 2:7\n55 s recvfrom timeout\n");
}

static void port_0_is_one_that_is_free(void **state) {
    struct net_stage *stage = play(state, "bind b 53; recvfrom b 9; recvfrom b 9; recvfrom b 9",
                                   "bind x 49153; bind p 0; bind q 0; sendto p 1 53 a; sendto q 1 "
                                   "53 b; close p; bind r 0; sendto r 1 53 d");
    net_run(stage);
    assert_non_null(strstr(stage->log, "10 s recvfrom=a from 2:49152\n10 s recvfrom=b from "
                                       "2:49154\n10 s recvfrom=d from 2:49152\n"));
}

static void a_port_is_bound_once_on_a_host_and_is_no_listeners(void **state) {
    struct net_stage *stage =
        play(state, "bind a 53; bind b 53; listen l 53 1; close a; bind b 53", "bind k 53");
    net_expect(stage, "0 s bind\n0 s bind address in use\n0 s listen\n0 s close\n0 s bind\n"
                      "0 c bind\n");
}

static void an_address_or_a_size_that_cannot_be_is_told(void **state) {
    struct net_stage *stage =
        play(state, "",
             "bind k 9; sendto k 9 53 abc; sendto k 1 0 abc; sendtomany k 1 53 65508; "
             "sendtomany k 1 53 65507; sendto c 1 53 abc");
    net_expect(stage, "0 c bind\n0 c sendto unreachable\n0 c sendto invalid\n"
                      "0 c sendtomany invalid\n0 c sendtomany\n0 c sendto bad socket\n");
}

static void a_connection_takes_no_datagrams(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; sendto a 2 9 x; recvfrom a 5",
                                   "connect c 1 80; sleep 50");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s sendto bad socket\n"
                      "30 s recvfrom bad socket\n");
}

static void a_close_ends_who_waits_and_drops_what_has_come(void **state) {
    struct net_stage *stage = play(state, "bind b 53; recvfrom b 9", "");
    net_enter(stage, 1, "t", "sleep 5; close b; bind d 53; sleep 20; close d");
    net_enter(stage, 3, "u", "bind k 1; sleep 1; sendto k 1 53 abc; close k");
    net_expect(stage, "0 u bind\n0 s bind\n1 u sendto\n1 u close\n5 t close\n5 t bind\n"
                      "5 s recvfrom closed\n25 t close\n");
    net_expect_nothing_left(stage);
}

static void a_stream_receive_takes_one_as_the_kernel_does(void **state) {
    struct net_stage *stage = play(state, "bind b 53; recv b 2; recv b 9; send b x; accept d b",
                                   "bind k 7; sendto k 1 53 abc; sendto k 1 53 de");
    net_run(stage);
    assert_non_null(strstr(stage->log, "10 s recv=ab\n10 s recv=de\n10 s send bad socket\n"
                                       "10 s accept bad socket\n"));
}

/* ---- What is lost ---- */

static void what_nobody_is_bound_to_is_lost(void **state) {
    struct net_stage *stage = play(state, "sleep 5; bind b 53; recvfrom b 9; sleep 10",
                                   "bind k 7; sendto k 1 54 early; sendto k 1 53 abc");
    net_expect(stage, "0 c bind\n0 c sendto\n0 c sendto\n5 s bind\n10 s recvfrom=abc from 2:7\n");
}

static void what_would_arrive_during_a_partition_is_lost(void **state) {
    struct net_stage *stage =
        play(state, "bind b 53; recvfrom b 9; recvfrom b 9 strong=100",
             "bind k 7; sendto k 1 53 a; sleep 20; sendto k 1 53 b; sleep 25; sendto k 1 53 d");
    net_at(stage, 5, "partition 1 2");
    net_at(stage, 40, "heal 1 2");
    net_expect(stage, "0 s bind\n0 c bind\n0 c sendto\n20 c sendto\n45 c sendto\n"
                      "55 s recvfrom=d from 2:7\n155 s recvfrom timeout\n");
}

/* A header is 28 bytes. */
static void a_queue_that_is_full_takes_no_more_but_one_alone_always_fits(void **state) {
    struct net_stage *stage =
        play(state,
             "bind b 53; sleep 50; recvfrom b 99; recvfrom b 9; recvfrom b 9 strong=9; sleep 90; "
             "recvfrom b 9",
             "bind k 7; sendto k 1 53 aa; sendto k 1 53 bb; sendto k 1 53 cc; sleep 100; "
             "sendto k 1 53 long");
    net_do(stage, "buffer 2 1 60");
    net_at(stage, 80, "buffer 2 1 1");
    net_run(stage);
    assert_non_null(strstr(stage->log, "50 s recvfrom=aa from 2:7\n50 s recvfrom=bb from 2:7\n"
                                       "59 s recvfrom timeout\n"));
    assert_non_null(strstr(stage->log, "149 s recvfrom=long from 2:7\n"));
}

/* 100 bytes a second: 30 bytes take 300 ms. */
static void a_line_takes_its_time_and_loses_what_its_queue_does_not_hold(void **state) {
    struct net_stage *stage =
        play(state, "bind b 53; recvfrom b 9; recvfrom b 9; recvfrom b 9 strong=1000000000",
             "bind k 7; sendto k 1 53 aa; sendto k 1 53 bb; sendto k 1 53 cc");
    net_do(stage, "bandwidth 2 1 100");
    net_do(stage, "buffer 2 1 40");
    net_expect(stage, "0 s bind\n0 c bind\n0 c sendto\n0 c sendto\n0 c sendto\n"
                      "300000010 s recvfrom=aa from 2:7\n600000010 s recvfrom=bb from 2:7\n"
                      "1600000010 s recvfrom timeout\n");
}

/* ---- Choices ---- */

enum { ANSWERS = 8, ASKED_BYTES = 512 };

/* Answers with what is written there, and writes down what it was asked. */
struct asked {
    struct sim_chooser chooser;
    const uint64_t *answers;
    size_t count;
    char text[ASKED_BYTES];
};

static uint64_t answer(void *context, const struct sim_choice *choice) {
    struct asked *asked = context;
    struct sim_buffer buffer;
    assert_true(asked->count < ANSWERS && choice->kind != SIM_CHOICE_SIZE);
    uint64_t index = asked->answers[asked->count++];
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_buffer_add_text(&buffer, asked->text);
    choice->label(choice, &buffer);
    sim_buffer_add_text(&buffer, ": ");
    choice->candidate_label(choice, index, &buffer);
    sim_buffer_add_text(&buffer, "\n");
    assert_true(buffer.length < sizeof asked->text);
    memcpy(asked->text, buffer.bytes, buffer.length + 1);
    sim_buffer_term(&buffer);
    return index;
}

static void vary(struct net_stage *stage, struct asked *asked, unsigned what) {
    asked->chooser = (struct sim_chooser){.vary = what, .choose = answer, .context = asked};
    stage->network.chooser = &asked->chooser;
}

static void where_faults_vary_one_may_be_lost_or_come_twice(void **state) {
    static const uint64_t answers[ANSWERS] = {1, 2, 0};
    struct asked asked = {.answers = answers};
    struct net_stage *stage =
        play(state, "bind b 53; recvfrom b 9; recvfrom b 9; recvfrom b 9; recvfrom b 9 strong=5",
             "bind k 7; sendto k 1 53 a; sendto k 1 53 b; sendto k 1 53 d");
    vary(stage, &asked, SIM_VARY_FAULTS);
    net_run(stage);
    assert_string_equal(asked.text, "a datagram of socket 2: is lost\na datagram of socket 2: "
                                    "comes twice\na datagram of socket 2: arrives\n");
    assert_non_null(strstr(stage->log, "10 s recvfrom=b from 2:7\n10 s recvfrom=b from 2:7\n"
                                       "10 s recvfrom=d from 2:7\n15 s recvfrom timeout\n"));
}

static void where_time_varies_one_may_overtake_another(void **state) {
    static const uint64_t answers[ANSWERS] = {5, 0};
    struct asked asked = {.answers = answers};
    struct net_stage *stage = play(state, "bind b 53; recvfrom b 9; recvfrom b 9",
                                   "bind k 7; sendto k 1 53 a; sendto k 1 53 b");
    sim_network_path(&stage->network, 2, 1)->latency_span_ns = 5;
    vary(stage, &asked, SIM_VARY_TIME);
    net_run(stage);
    assert_string_equal(asked.text, "latency of a datagram of socket 2: 15ns\n"
                                    "latency of a datagram of socket 2: 10ns\n");
    assert_non_null(strstr(stage->log, "10 s recvfrom=b from 2:7\n15 s recvfrom=a from 2:7\n"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(a_datagram_arrives_after_the_latency_and_tells_who_sent_it),
        NET_TEST(each_keeps_its_bounds_and_what_does_not_fit_is_gone),
        NET_TEST(port_0_is_one_that_is_free),
        NET_TEST(a_port_is_bound_once_on_a_host_and_is_no_listeners),
        NET_TEST(an_address_or_a_size_that_cannot_be_is_told),
        NET_TEST(a_connection_takes_no_datagrams),
        NET_TEST(a_close_ends_who_waits_and_drops_what_has_come),
        NET_TEST(a_stream_receive_takes_one_as_the_kernel_does),
        NET_TEST(what_nobody_is_bound_to_is_lost),
        NET_TEST(what_would_arrive_during_a_partition_is_lost),
        NET_TEST(a_queue_that_is_full_takes_no_more_but_one_alone_always_fits),
        NET_TEST(a_line_takes_its_time_and_loses_what_its_queue_does_not_hold),
        NET_TEST(where_faults_vary_one_may_be_lost_or_come_twice),
        NET_TEST(where_time_varies_one_may_overtake_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
