/* test_network_paths.c - paths of the simulated network: latency, bandwidth, partitions. */
#include "sim/network.h"
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

/* ---- Partitions ---- */

static void what_a_partition_holds_arrives_one_latency_after_it_heals_in_order(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 3; recv a 9",
                                   "connect c 1 80; sleep 30; send c abc; sleep 10; send c def");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n60 c send=3\n"
                      "110 s recv=abc\n110 s recv=def\n");
}

static void a_partition_holds_what_is_under_way_when_it_begins(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 20; send c abc");
    net_at(stage, 45, "partition 2 1");
    net_at(stage, 100, "heal 2 1");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n110 s recv=abc\n");
}

static void a_partition_holds_each_segment_of_the_handshake(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l", "connect c 1 80");
    net_at(stage, 5, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_at(stage, 115, "partition 1 2");
    net_at(stage, 200, "heal 1 2");
    net_at(stage, 215, "partition 1 2");
    net_at(stage, 300, "heal 1 2");
    net_expect(stage, "0 s listen\n210 c connect\n310 s accept\n");
}

static void a_refusal_is_held_too(void **state) {
    struct net_stage *stage = play(state, "", "connect c 1 80");
    net_at(stage, 15, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "110 c connect refused\n");
    net_expect_nothing_left(stage);
}

static void a_partition_holds_the_end_of_the_stream(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9; recv a 9; close a; close l",
             "connect c 1 80; sleep 30; send c abc; close c");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n50 c close\n"
                      "110 s recv=abc\n110 s recv closed\n110 s close\n110 s close\n");
    net_expect_nothing_left(stage);
}

static void a_partition_holds_the_announcement_of_room(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; sleep 70; recv a 9",
                                   "connect c 1 80; sendall c abcdefghijkl");
    net_do(stage, "buffer 2 1 10");
    net_at(stage, 95, "partition 1 2");
    net_at(stage, 200, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n100 s recv=abcdefghi\n"
                      "210 c sendall=12\n");
}

static void what_would_arrive_after_the_heal_is_not_late(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 75; send c abc");
    net_at(stage, 50, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n95 c send=3\n105 s recv=abc\n");
}

static void what_would_arrive_after_the_heal_stays_behind_what_was_held(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9",
             "connect c 1 80; sleep 40; send c abc; sleep 35; send c def; sleep 10; send c ghi");
    net_at(stage, 50, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n60 c send=3\n95 c send=3\n"
                      "105 c send=3\n110 s recv=abcdef\n");
}

static void what_leaves_slowly_during_a_partition_is_not_hurried_by_the_heal(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 9; recv a 9",
                                   "connect c 1 80; sleep 30; send c abc; sleep 10; send c de");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 55, "bandwidth 2 1 10000000");
    net_at(stage, 100, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n60 c send=2\n"
                      "110 s recv=abc\n270 s recv=de\n");
}

static void
what_arrives_at_the_instant_of_the_partition_is_held_and_of_the_heal_is_not(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 9; recv a 9",
                                   "connect c 1 80; sleep 20; send c abc; sleep 100; send c def");
    net_at(stage, 50, "partition 1 2");
    net_at(stage, 70, "heal 1 2");
    net_at(stage, 145, "partition 1 2");
    net_at(stage, 150, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n80 s recv=abc\n"
                      "140 c send=3\n150 s recv=def\n");
}

static void partitions_of_other_hosts_do_not_hold_and_healing_them_does_not_heal(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 30; send c abc");
    net_enter(stage, 3, "d", "sleep 60; connect d 1 80");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 50, "partition 2 3");
    net_at(stage, 62, "partition 1 3");
    net_at(stage, 80, "heal 1 3");
    net_at(stage, 90, "heal 2 3");
    net_at(stage, 200, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n100 d connect\n"
                      "210 s recv=abc\n");
}

static void a_partition_begun_twice_is_healed_once(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 30; send c abc");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 65, "partition 2 1");
    net_at(stage, 100, "heal 1 2");
    net_at(stage, 105, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n110 s recv=abc\n");
}

static void what_was_let_go_is_held_again_by_the_next_partition(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9; recv a 9",
             "connect c 1 80; sleep 30; send c abc; sleep 53; send c def; sleep 200; send c ghi");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    net_at(stage, 105, "partition 1 2");
    net_at(stage, 200, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n50 c send=3\n103 c send=3\n"
                      "210 s recv=abcdef\n303 c send=3\n313 s recv=ghi\n");
}

static void a_connect_that_times_out_in_a_partition_is_seen_and_forgotten_later(void **state) {
    struct net_stage *stage = play(state, "listen l 80 1; accept a l; recv a 9; close a; close l",
                                   "connect c 1 80 strong=50");
    net_enter(stage, 3, "d", "sleep 100; connect d 1 80; close d");
    net_at(stage, 5, "partition 1 2");
    net_at(stage, 95, "heal 1 2");
    net_expect(stage, "0 s listen\n50 c connect timeout\n135 d connect\n135 d close\n"
                      "145 s accept\n145 s recv closed\n145 s close\n145 s close\n");
    net_expect_nothing_left(stage);
}

static void a_weak_timeout_counts_from_what_came_before_the_partition(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recvall a 9 weak=50",
                                   "connect c 1 80; sleep 20; send c abc; sleep 20; send c def");
    net_at(stage, 55, "partition 1 2");
    net_at(stage, 200, "heal 1 2");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n60 c send=3\n"
                      "100 s recvall timeout after abc\n");
}

/* ---- Latency ---- */

static void a_latency_that_shrinks_does_not_let_later_bytes_overtake(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; send a x; recv a 9; recv a 9",
             "connect c 1 80; sleep 20; send c abc; sleep 20; send c def; sleep 90; send c ghi");
    net_at(stage, 35, "latency 2 1 100");
    net_at(stage, 50, "latency 2 1 1");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n30 s send=1\n40 c send=3\n"
                      "60 c send=3\n140 s recv=abcdef\n150 c send=3\n151 s recv=ghi\n");
}

static void a_latency_holds_for_one_direction(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l", "connect c 1 80");
    net_do(stage, "latency 2 1 1");
    net_do(stage, "latency 1 2 200");
    net_expect(stage, "0 s listen\n201 c connect\n202 s accept\n");
}

static void without_latency_everything_happens_at_one_instant(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recvline a 9; sendmany a 1000; close a; close l",
             "connect c 1 80; sendall c hi/; recvmany c 1000; recv c 9; close c");
    net_do(stage, "latency 2 1 0");
    net_do(stage, "latency 1 2 0");
    net_do(stage, "buffer 1 2 7");
    net_run(stage);
    assert_int_equal(stage->now_ns, 0);
    assert_non_null(strstr(stage->log, "0 c recvmany=1000\n"));
    assert_non_null(strstr(stage->log, "0 c recv closed\n"));
    net_expect_nothing_left(stage);
}

static void a_host_can_connect_to_itself(void **state) {
    struct net_stage *stage = *state;
    assert_int_equal(net_open(stage), COG_OK);
    net_enter(stage, 1, "s", "listen l 80 5; accept a l; recv a 9; send a yes; close a; close l");
    net_enter(stage, 1, "c", "connect c 1 80; send c abc; recv c 9; close c");
    net_do(stage, "latency 1 1 3");
    net_expect(stage, "0 s listen\n6 c connect\n6 c send=3\n9 s accept\n9 s recv=abc\n9 s send=3\n"
                      "9 s close\n9 s close\n12 c recv=yes\n12 c close\n");
    net_expect_nothing_left(stage);
}

/* ---- Bandwidth: 1,000,000,000 bytes a second is a byte a nanosecond ---- */

static void bytes_take_time_to_leave(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 9; recv a 9",
                                   "connect c 1 80; sleep 20; send c abcde; send c fgh");
    net_do(stage, "bandwidth 2 1 1000000000");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=5\n40 c send=3\n"
                      "55 s recv=abcde\n58 s recv=fgh\n");
}

static void connections_between_two_hosts_share_the_line(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; accept b l; recv b 9",
                                   "connect c 1 80; sleep 20; send c abcde");
    net_enter(stage, 2, "d", "connect d 1 80; sleep 20; send d fgh");
    net_enter(stage, 1, "t", "sleep 35; recv a 9");
    net_do(stage, "bandwidth 2 1 1000000000");
    net_expect(stage, "0 s listen\n20 d connect\n20 c connect\n30 s accept\n30 s accept\n"
                      "40 d send=3\n40 c send=5\n53 s recv=fgh\n58 t recv=abcde\n");
}

static void the_time_that_bytes_take_is_rounded_up(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 20; send c a");
    net_do(stage, "bandwidth 2 1 600000000");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=1\n52 s recv=a\n");
}

static void a_slow_line_carries_a_byte_a_second(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 20; send c abc");
    net_do(stage, "bandwidth 2 1 1");
    net_expect(stage,
               "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n3000000050 s recv=abc\n");
}

static void the_fastest_line_takes_a_nanosecond(void **state) {
    struct net_stage *stage =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 20; send c abc");
    net_do(stage, "bandwidth 2 1 9223372036854775807");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n51 s recv=abc\n");
}

static void the_end_of_the_stream_does_not_overtake_bytes_that_leave_slowly(void **state) {
    struct net_stage *stage = play(state, "listen l 80 5; accept a l; recv a 9; recv a 9",
                                   "connect c 1 80; sleep 20; send c abc; close c");
    net_do(stage, "bandwidth 2 1 100000000");
    net_expect(stage, "0 s listen\n20 c connect\n30 s accept\n40 c send=3\n40 c close\n"
                      "80 s recv=abc\n80 s recv closed\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(what_a_partition_holds_arrives_one_latency_after_it_heals_in_order),
        NET_TEST(a_partition_holds_what_is_under_way_when_it_begins),
        NET_TEST(a_partition_holds_each_segment_of_the_handshake),
        NET_TEST(a_refusal_is_held_too),
        NET_TEST(a_partition_holds_the_end_of_the_stream),
        NET_TEST(a_partition_holds_the_announcement_of_room),
        NET_TEST(what_would_arrive_after_the_heal_is_not_late),
        NET_TEST(what_would_arrive_after_the_heal_stays_behind_what_was_held),
        NET_TEST(what_leaves_slowly_during_a_partition_is_not_hurried_by_the_heal),
        NET_TEST(what_arrives_at_the_instant_of_the_partition_is_held_and_of_the_heal_is_not),
        NET_TEST(partitions_of_other_hosts_do_not_hold_and_healing_them_does_not_heal),
        NET_TEST(a_partition_begun_twice_is_healed_once),
        NET_TEST(what_was_let_go_is_held_again_by_the_next_partition),
        NET_TEST(a_connect_that_times_out_in_a_partition_is_seen_and_forgotten_later),
        NET_TEST(a_weak_timeout_counts_from_what_came_before_the_partition),
        NET_TEST(a_latency_that_shrinks_does_not_let_later_bytes_overtake),
        NET_TEST(a_latency_holds_for_one_direction),
        NET_TEST(without_latency_everything_happens_at_one_instant),
        NET_TEST(a_host_can_connect_to_itself),
        NET_TEST(bytes_take_time_to_leave),
        NET_TEST(connections_between_two_hosts_share_the_line),
        NET_TEST(the_time_that_bytes_take_is_rounded_up),
        NET_TEST(a_slow_line_carries_a_byte_a_second),
        NET_TEST(the_fastest_line_takes_a_nanosecond),
        NET_TEST(the_end_of_the_stream_does_not_overtake_bytes_that_leave_slowly),
    };
    int rc = cmocka_run_group_tests_name("network paths", tests, NULL, NULL);
    return rc != 0;
}
