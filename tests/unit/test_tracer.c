/* test_tracer.c - every event of a world is written down with what brought it about. */
#include "sim/tracer.h"

#include "reports/trace.h"
#include "tests/unit/net_stage.h"
#include "tests/unit/trace_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { SERVER = 1, CLIENT = 2 }; /* ids of the coroutines that `play` enters, and of their hosts */

/* ---- Making traces ---- */

static struct net_stage *open_stage(void **state, void **folder) {
    struct net_stage *stage = *state;
    assert_int_equal(trace_folder_setup(folder), 0);
    stage->trace_path = ((struct trace_folder *)*folder)->trace;
    assert_int_equal(net_open(stage), COG_OK);
    return stage;
}

/* Runs the stage to its end; its trace. */
static struct rep_trace *record(struct net_stage *stage, void **folder) {
    net_run(stage);
    uint64_t hash;
    assert_null(net_close(stage, &hash));
    struct rep_trace *trace = NULL;
    struct rep_error error;
    if (rep_trace_load(stage->trace_path, &trace, &error) != REP_OK) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(trace_folder_teardown(folder), 0);
    return trace;
}

/* The trace of a server s on host 1 and a client c on host 2. */
static struct rep_trace *play(void **state, const char *server, const char *client) {
    void *folder;
    struct net_stage *stage = open_stage(state, &folder);
    net_enter(stage, 1, "s", server);
    net_enter(stage, 2, "c", client);
    return record(stage, &folder);
}

/* ---- Looking at traces ---- */

static enum rep_event_kind kind_at(const struct rep_trace *trace, size_t index) {
    return rep_event_kind(trace, rep_trace_event(trace, index));
}

static uint64_t number_at(const struct rep_trace *trace, size_t index, const char *field) {
    return rep_event_integer(trace, rep_trace_event(trace, index), field);
}

static bool text_is(const struct rep_trace *trace, size_t index, const char *field,
                    const char *text) {
    return rep_bytes_equal(rep_event_string(trace, rep_trace_event(trace, index), field), text);
}

static size_t cause_of(const struct rep_trace *trace, size_t index) {
    return rep_trace_event(trace, index)->cause;
}

/* The first event behind `after` of a kind and a coroutine. There is one. */
static size_t find(const struct rep_trace *trace, size_t after, enum rep_event_kind kind,
                   uint64_t coroutine) {
    for (size_t i = after + 1; i <= rep_trace_event_count(trace); i++) {
        if (kind_at(trace, i) == kind && rep_trace_event(trace, i)->coroutine == coroutine) {
            return i;
        }
    }
    fail_msg("no event of kind %d behind %zu", (int)kind, after);
    return 0;
}

/* The operation of that name which a coroutine waits on first. */
static size_t find_operation(const struct rep_trace *trace, uint64_t coroutine, const char *name) {
    size_t at = 0;
    do {
        at = find(trace, at, REP_EVENT_OPERATION, coroutine);
    } while (!text_is(trace, at, "name", name));
    return at;
}

/* How an operation ended. */
static size_t find_ending(const struct rep_trace *trace, uint64_t coroutine, const char *name) {
    return find(trace, find_operation(trace, coroutine, name), REP_EVENT_ENDING, coroutine);
}

static void expect_segment(const struct rep_trace *trace, size_t index, enum rep_event_kind kind,
                           const char *class_name) {
    assert_int_equal(kind_at(trace, index), kind);
    assert_true(text_is(trace, index, "class", class_name));
}

/* ---- Segments ---- */

static void each_arrival_is_caused_by_its_sending(void **state) {
    struct rep_trace *trace =
        play(state, "listen l 80 5; accept a l; recv a 9; send a yes; close a; close l",
             "connect c 1 80; send c abc; recv c 9; close c");
    size_t arrival_count = 0;
    for (size_t i = 1; i <= rep_trace_event_count(trace); i++) {
        if (kind_at(trace, i) != REP_EVENT_ARRIVE) {
            continue;
        }
        const struct rep_event *arrive = rep_trace_event(trace, i);
        size_t send = arrive->cause;
        arrival_count++;
        assert_int_equal(kind_at(trace, send), REP_EVENT_SEND);
        assert_int_equal(number_at(trace, send, "arrival"), arrive->time_ns);
        assert_int_equal(number_at(trace, send, "to"), arrive->host);
        assert_int_equal(number_at(trace, send, "connection"), 1);
        assert_int_equal(number_at(trace, i, "connection"), 1);
        assert_int_equal(number_at(trace, i, "amount"), number_at(trace, send, "amount"));
        struct rep_bytes sent = rep_event_string(trace, rep_trace_event(trace, send), "class");
        struct rep_bytes arrived = rep_event_string(trace, arrive, "class");
        assert_int_equal(sent.count, arrived.count);
        assert_memory_equal(sent.start, arrived.start, sent.count);
    }
    assert_int_equal(arrival_count, 7); /* syn, syn-ack, ack, data, data, fin, fin */
    rep_trace_free(trace);
}

static void a_handshake_is_one_chain_of_causes(void **state) {
    struct rep_trace *trace = play(state, "listen l 80 5; accept a l", "connect c 1 80");
    static const char *const classes[] = {"ack", "syn-ack", "syn"};
    size_t at = cause_of(trace, find_ending(trace, SERVER, "accept"));
    for (size_t i = 0; i < 3; i++) {
        expect_segment(trace, at, REP_EVENT_ARRIVE, classes[i]);
        at = cause_of(trace, at);
        expect_segment(trace, at, REP_EVENT_SEND, classes[i]);
        at = cause_of(trace, at);
    }
    assert_int_equal(at, find_operation(trace, CLIENT, "connect"));
    expect_segment(trace, cause_of(trace, find_ending(trace, CLIENT, "connect")), REP_EVENT_ARRIVE,
                   "syn-ack");
    rep_trace_free(trace);
}

static void a_recv_that_waits_is_ended_by_the_arrival_and_resumes_its_coroutine(void **state) {
    struct rep_trace *trace =
        play(state, "listen l 80 5; accept a l; recv a 9", "connect c 1 80; sleep 20; send c abc");
    size_t ending = find_ending(trace, SERVER, "recv");
    assert_true(text_is(trace, ending, "how", "completed"));
    assert_true(text_is(trace, ending, "status", "ok"));
    assert_int_equal(number_at(trace, ending, "amount"), 3);
    size_t arrive = cause_of(trace, ending);
    expect_segment(trace, arrive, REP_EVENT_ARRIVE, "data");
    size_t send = cause_of(trace, arrive);
    assert_int_equal(rep_trace_event(trace, send)->host, 2);
    assert_int_equal(rep_trace_event(trace, send)->coroutine, CLIENT);
    assert_int_equal(cause_of(trace, send), find_operation(trace, CLIENT, "send"));
    size_t resume = find(trace, ending, REP_EVENT_RESUME, SERVER);
    assert_int_equal(cause_of(trace, resume), ending);
    rep_trace_free(trace);
}

static void a_recv_that_finds_bytes_waiting_is_caused_by_their_arrival(void **state) {
    struct rep_trace *trace = play(state, "listen l 80 5; accept a l; sleep 100; recv a 9",
                                   "connect c 1 80; sleep 20; send c abc");
    size_t arrive = cause_of(trace, find_ending(trace, SERVER, "recv"));
    expect_segment(trace, arrive, REP_EVENT_ARRIVE, "data");
    assert_int_equal(rep_trace_event(trace, arrive)->time_ns, 50);
    rep_trace_free(trace);
}

static void a_held_segment_and_its_late_arrival_are_caused_by_its_sending(void **state) {
    void *folder;
    struct net_stage *stage = open_stage(state, &folder);
    net_enter(stage, 1, "s", "listen l 80 5");
    net_enter(stage, 2, "c", "connect c 1 80");
    net_at(stage, 5, "partition 1 2");
    net_at(stage, 100, "heal 1 2");
    struct rep_trace *trace = record(stage, &folder);
    size_t world = find(trace, 0, REP_EVENT_WORLD, 0);
    assert_true(text_is(trace, world, "text", "partition 1 2"));
    assert_int_equal(cause_of(trace, world), 0);
    size_t hold = find(trace, world, REP_EVENT_HOLD, 0);
    assert_true(text_is(trace, hold, "class", "syn"));
    assert_int_equal(rep_trace_event(trace, hold)->time_ns, 10);
    size_t arrive = find(trace, hold, REP_EVENT_ARRIVE, 0);
    assert_int_equal(rep_trace_event(trace, arrive)->time_ns, 110);
    assert_int_equal(cause_of(trace, arrive), cause_of(trace, hold));
    expect_segment(trace, cause_of(trace, hold), REP_EVENT_SEND, "syn");
    rep_trace_free(trace);
}

/* ---- Timers ---- */

static void a_timeout_is_a_chain_from_the_operation_to_the_resumption(void **state) {
    struct rep_trace *trace = play(state, "listen l 80 5; accept a l strong=70", "sleep 1000");
    size_t operation = find_operation(trace, SERVER, "accept");
    size_t arm = find(trace, operation, REP_EVENT_TIMER_ARM, SERVER);
    assert_int_equal(cause_of(trace, arm), operation);
    assert_int_equal(number_at(trace, arm, "deadline"), 70);
    assert_true(text_is(trace, arm, "mode", "strong"));
    size_t fire = find(trace, arm, REP_EVENT_TIMER_FIRE, SERVER);
    assert_int_equal(cause_of(trace, fire), arm);
    assert_int_equal(rep_trace_event(trace, fire)->time_ns, 70);
    size_t ending = find(trace, fire, REP_EVENT_ENDING, SERVER);
    assert_int_equal(cause_of(trace, ending), fire);
    assert_true(text_is(trace, ending, "how", "expired"));
    assert_true(text_is(trace, ending, "status", "timeout"));
    size_t ready = find(trace, ending, REP_EVENT_READY, SERVER);
    assert_int_equal(cause_of(trace, ready), ending);
    assert_int_equal(cause_of(trace, find(trace, ready, REP_EVENT_RESUME, SERVER)), ready);
    rep_trace_free(trace);
}

static void activity_refreshes_a_weak_deadline_and_the_refresh_causes_the_fire(void **state) {
    struct rep_trace *trace = play(state, "listen l 80 5; accept a l; recvall a 9 weak=50",
                                   "connect c 1 80; sleep 20; send c abc");
    size_t arm = find(trace, find_operation(trace, SERVER, "recvall"), REP_EVENT_TIMER_ARM, SERVER);
    assert_true(text_is(trace, arm, "mode", "weak"));
    assert_int_equal(number_at(trace, arm, "deadline"), 80);
    size_t progress = find(trace, arm, REP_EVENT_PROGRESS, SERVER);
    assert_int_equal(number_at(trace, progress, "amount"), 3);
    expect_segment(trace, cause_of(trace, progress), REP_EVENT_ARRIVE, "data");
    size_t refresh = find(trace, progress, REP_EVENT_TIMER_REFRESH, SERVER);
    assert_int_equal(number_at(trace, refresh, "deadline"), 100);
    expect_segment(trace, cause_of(trace, refresh), REP_EVENT_ARRIVE, "data");
    size_t fire = find(trace, refresh, REP_EVENT_TIMER_FIRE, SERVER);
    assert_int_equal(cause_of(trace, fire), refresh);
    assert_int_equal(number_at(trace, find(trace, fire, REP_EVENT_ENDING, SERVER), "amount"), 3);
    rep_trace_free(trace);
}

static void what_ends_an_operation_early_removes_its_timer(void **state) {
    struct rep_trace *trace =
        play(state, "listen l 80 5; accept a l strong=70", "connect c 1 80; sleep 33");
    size_t operation = find_operation(trace, SERVER, "accept");
    size_t removal = find(trace, operation, REP_EVENT_TIMER_REMOVE, SERVER);
    expect_segment(trace, cause_of(trace, removal), REP_EVENT_ARRIVE, "ack");
    size_t sleep = find_operation(trace, CLIENT, "sleep");
    assert_int_equal(number_at(trace, sleep, "amount"), 33);
    size_t arm = find(trace, sleep, REP_EVENT_TIMER_ARM, CLIENT);
    assert_true(text_is(trace, arm, "mode", "sleep"));
    size_t ending = find(trace, arm, REP_EVENT_ENDING, CLIENT);
    assert_true(text_is(trace, ending, "how", "completed"));
    assert_int_equal(cause_of(trace, cause_of(trace, ending)), arm);
    rep_trace_free(trace);
}

/* ---- Coroutines ---- */

/* Spawns a child and joins it, then calls another; logs in between. */
struct parent {
    struct net_stage *stage;
    struct cog_coro *children[2];
    int step_count;
};

static int step_child(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    int *step_count = context;
    if ((*step_count)++ == 0) {
        cog_set_sleep(op, 5);
        return COG_STEP_AWAIT;
    }
    return COG_EFAILED;
}

static int step_parent(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct parent *parent = context;
    switch (parent->step_count++) {
    case 0:
        cog_set_spawn(op, parent->children[0]);
        return COG_STEP_AWAIT;
    case 1:
        sim_tracer_log(&parent->stage->tracer, "spawned", 7, 12);
        sim_tracer_set(&parent->stage->tracer, "x", "1", 1, 13);
        cog_set_join(op, parent->children[0]);
        return COG_STEP_AWAIT;
    case 2:
        cog_set_call(op, parent->children[1]);
        return COG_STEP_AWAIT;
    default:
        return COG_STEP_END;
    }
}

static struct cog_coro *new_coro(struct net_stage *stage, const struct cog_coro_type *type,
                                 const char *name) {
    struct cog_coro *coro = NULL;
    assert_int_equal(cog_coro_new(stage->hosts[0].scheduler, type, name, &coro), COG_OK);
    stage->players[stage->player_count++] = coro;
    return coro;
}

/* The trace of a parent (coroutine 1) with a child spawned (2) and one called (3). */
static struct rep_trace *play_family(void **state) {
    static const struct cog_coro_type parents = {.step = step_parent,
                                                 .context_bytes = sizeof(struct parent)};
    static const struct cog_coro_type children = {.step = step_child, .context_bytes = sizeof(int)};
    void *folder;
    struct net_stage *stage = open_stage(state, &folder);
    struct cog_coro *coro = new_coro(stage, &parents, "parent");
    struct parent *parent = cog_coro_context(coro);
    parent->stage = stage;
    parent->children[0] = new_coro(stage, &children, "spawned");
    parent->children[1] = new_coro(stage, &children, "called");
    assert_int_equal(cog_add(stage->hosts[0].scheduler, coro, true), COG_OK);
    sim_tracer_log(&stage->tracer, "outside", 7, 0);
    return record(stage, &folder);
}

static void a_coroutine_is_caused_by_the_operation_of_the_one_that_makes_it(void **state) {
    struct rep_trace *trace = play_family(state);
    size_t parent = find(trace, 0, REP_EVENT_COROUTINE, 1);
    assert_true(text_is(trace, parent, "name", "parent"));
    assert_true(text_is(trace, parent, "how", "world"));
    assert_int_equal(number_at(trace, parent, "parent"), 0);
    assert_int_equal(cause_of(trace, parent), 0);
    static const char *const names[] = {"spawned", "called"};
    static const char *const how[] = {"spawn", "call"};
    for (size_t i = 0; i < 2; i++) {
        size_t child = find(trace, 0, REP_EVENT_COROUTINE, 2 + i);
        assert_true(text_is(trace, child, "name", names[i]));
        assert_true(text_is(trace, child, "how", how[i]));
        assert_int_equal(number_at(trace, child, "parent"), 1);
        assert_int_equal(cause_of(trace, child), find_operation(trace, 1, how[i]));
    }
    rep_trace_free(trace);
}

static void a_join_and_a_call_are_ended_by_the_end_of_the_other(void **state) {
    struct rep_trace *trace = play_family(state);
    static const char *const names[] = {"join", "call"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(number_at(trace, find_operation(trace, 1, names[i]), "other"), 2 + i);
        size_t end = find(trace, 0, REP_EVENT_END, 2 + i);
        assert_true(text_is(trace, end, "status", "failed"));
        size_t ending = find_ending(trace, 1, names[i]);
        assert_int_equal(cause_of(trace, ending), end);
        assert_true(text_is(trace, ending, "how", "failed"));
        size_t resume = find(trace, ending, REP_EVENT_RESUME, 1);
        assert_int_equal(cause_of(trace, resume), ending);
    }
    assert_true(text_is(trace, find(trace, 0, REP_EVENT_END, 1), "status", "ok"));
    rep_trace_free(trace);
}

static void what_a_step_logs_and_sets_is_caused_by_its_resumption(void **state) {
    struct rep_trace *trace = play_family(state);
    size_t log = find(trace, 0, REP_EVENT_LOG, 1);
    assert_true(text_is(trace, log, "text", "spawned"));
    assert_int_equal(number_at(trace, log, "line"), 12);
    assert_int_equal(rep_trace_event(trace, log)->host, 1);
    assert_int_equal(kind_at(trace, cause_of(trace, log)), REP_EVENT_RESUME);
    size_t set = find(trace, log, REP_EVENT_SET, 1);
    assert_true(text_is(trace, set, "name", "x"));
    assert_true(text_is(trace, set, "text", "1"));
    assert_int_equal(number_at(trace, set, "line"), 13);
    assert_int_equal(cause_of(trace, set), cause_of(trace, log));
    size_t outside = find(trace, 0, REP_EVENT_LOG, 0);
    assert_int_equal(rep_trace_event(trace, outside)->host, 0);
    assert_int_equal(cause_of(trace, outside), 0);
    rep_trace_free(trace);
}

/* Spawns a child in each step. */
struct breeder {
    struct cog_coro *children[NET_PLAYERS_MAX - 1];
    size_t child_count;
};

static int step_breeder(struct cog_coro *coro, struct cog_op *op, void *context) {
    (void)coro;
    struct breeder *breeder = context;
    if (breeder->child_count == 0) {
        return COG_STEP_END;
    }
    cog_set_spawn(op, breeder->children[--breeder->child_count]);
    return COG_STEP_AWAIT;
}

static void a_spawn_names_the_coroutine_that_it_makes_however_many_there_are(void **state) {
    static const struct cog_coro_type breeders = {.step = step_breeder,
                                                  .context_bytes = sizeof(struct breeder)};
    static const struct cog_coro_type children = {.step = step_child, .context_bytes = sizeof(int)};
    void *folder;
    struct net_stage *stage = open_stage(state, &folder);
    struct cog_coro *coro = new_coro(stage, &breeders, "breeder");
    struct breeder *breeder = cog_coro_context(coro);
    while (breeder->child_count < NET_PLAYERS_MAX - 1) {
        breeder->children[breeder->child_count++] = new_coro(stage, &children, "child");
    }
    assert_int_equal(cog_add(stage->hosts[0].scheduler, coro, true), COG_OK);
    struct rep_trace *trace = record(stage, &folder);
    size_t operation = 0;
    for (uint64_t id = 2; id <= NET_PLAYERS_MAX; id++) {
        operation = find(trace, operation, REP_EVENT_OPERATION, 1);
        assert_int_equal(number_at(trace, operation, "other"), id);
        assert_int_equal(cause_of(trace, find(trace, 0, REP_EVENT_COROUTINE, id)), operation);
    }
    rep_trace_free(trace);
}

/* ---- The whole ---- */

static bool may_be_uncaused(enum rep_event_kind kind) {
    return kind == REP_EVENT_RUN || kind == REP_EVENT_HOST || kind == REP_EVENT_COROUTINE ||
           kind == REP_EVENT_OBJECT || kind == REP_EVENT_WORLD || kind == REP_EVENT_FINISH;
}

static void whatever_happens_to_a_coroutine_or_a_segment_has_a_cause(void **state) {
    void *folder;
    struct net_stage *stage = open_stage(state, &folder);
    net_enter(stage, 1, "s",
              "listen l 80 1; accept a l; recvall a 20 weak=30; recvmany a 50; close a; close l");
    net_enter(stage, 2, "c",
              "connect c 1 80; sendmany c 70 weak=90; shutdown c; recv c 9; close c");
    net_enter(stage, 3, "d", "connect d 1 80 strong=100; connect d 2 99; connect d 9 9");
    net_enter(stage, 1, "t", "sleep 35; recv a 9; close a; yield");
    net_do(stage, "buffer 2 1 10");
    net_at(stage, 45, "partition 1 2");
    net_at(stage, 60, "heal 1 2");
    struct rep_trace *trace = record(stage, &folder);
    for (size_t i = 1; i <= rep_trace_event_count(trace); i++) {
        if (!may_be_uncaused(kind_at(trace, i))) {
            assert_int_not_equal(cause_of(trace, i), 0);
        }
    }
    rep_trace_free(trace);
}

static void without_memory_for_a_coroutine_the_tracer_says_so(void **state) {
    struct net_stage *stage = *state;
    assert_int_equal(net_open(stage), COG_OK);
    stage->tally.fail_at = stage->tally.call_count + 2; /* the coroutine itself comes first */
    net_enter(stage, 1, "s", "yield");
    assert_true(stage->tracer.is_out_of_memory);
    assert_int_equal(stage->tracer.coroutine_count, 0);
    stage->tracer.is_out_of_memory = false;
    net_run(stage);
    assert_true(net_has_ended(stage, "s"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        NET_TEST(each_arrival_is_caused_by_its_sending),
        NET_TEST(a_handshake_is_one_chain_of_causes),
        NET_TEST(a_recv_that_waits_is_ended_by_the_arrival_and_resumes_its_coroutine),
        NET_TEST(a_recv_that_finds_bytes_waiting_is_caused_by_their_arrival),
        NET_TEST(a_held_segment_and_its_late_arrival_are_caused_by_its_sending),
        NET_TEST(a_timeout_is_a_chain_from_the_operation_to_the_resumption),
        NET_TEST(activity_refreshes_a_weak_deadline_and_the_refresh_causes_the_fire),
        NET_TEST(what_ends_an_operation_early_removes_its_timer),
        NET_TEST(a_coroutine_is_caused_by_the_operation_of_the_one_that_makes_it),
        NET_TEST(a_join_and_a_call_are_ended_by_the_end_of_the_other),
        NET_TEST(a_spawn_names_the_coroutine_that_it_makes_however_many_there_are),
        NET_TEST(what_a_step_logs_and_sets_is_caused_by_its_resumption),
        NET_TEST(whatever_happens_to_a_coroutine_or_a_segment_has_a_cause),
        NET_TEST(without_memory_for_a_coroutine_the_tracer_says_so),
    };
    int rc = cmocka_run_group_tests_name("tracer", tests, NULL, NULL);
    return rc != 0;
}
