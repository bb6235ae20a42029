/* test_explore_trail.c - what happened before what, and which pairs race, in executions made by
 * hand.
 *
 * An execution is written as words: `1:r4w5` is a step of process 1 that reads object 4 and writes
 * object 5; l and u lock and unlock, j2 reads the end of process 2, as its join does, and k2 writes
 * it; `t` is an advance of time, and `!2` says that the latest event made process 2 able to run.
 */
#include "sim/explore/trail.h"

#include "sim/language/ast.h"
#include "sim/language/buffer.h"
#include "tests/unit/play.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ENDS = 1000 }; /* where the objects of ends begin */

struct played {
    struct play_allocator counting;
    struct sim_objects objects;
    struct sim_trail trail;
    struct sim_buffer text;
};

static void open(struct played *played) {
    memset(played, 0, sizeof *played);
    play_allocator_init(&played->counting);
    played->objects.coroutines = ENDS;
    sim_trail_init(&played->trail, &played->counting.allocator, &played->objects);
    played->trail.finds_races = true;
    sim_buffer_init(&played->text, cog_allocator_malloc());
}

static void close(struct played *played) {
    sim_trail_term(&played->trail);
    sim_buffer_term(&played->text);
    assert_int_equal(played->counting.live_bytes, 0);
}

static void add_touch(struct sim_footprint *footprint, char kind, uint32_t number) {
    static const char letters[] = "rwlu";
    const char *at = strchr(letters, kind);
    if (at != NULL) {
        sim_footprint_add(footprint, number, (enum sim_touch_mode)(at - letters));
    } else {
        assert_true(kind == 'j' || kind == 'k');
        sim_footprint_add(footprint, ENDS + number, kind == 'j' ? SIM_TOUCH_READ : SIM_TOUCH_WRITE);
    }
}

static bool play_step(struct played *played, const char **at) {
    struct sim_footprint footprint = {.count = 0};
    char *end;
    uint32_t process = (uint32_t)strtoul(*at, &end, 10);
    assert_int_equal(*end, ':');
    for (end++; *end != ' ' && *end != '\0';) {
        char kind = *end;
        add_touch(&footprint, kind, (uint32_t)strtoul(end + 1, &end, 10));
    }
    *at = end;
    return sim_trail_push(&played->trail, process, &footprint);
}

/* False: no memory. */
static bool play(struct played *played, const char *words) {
    bool is_done = true;
    const char *at = words;
    while (is_done && *at != '\0') {
        if (*at == 't') {
            at++;
            is_done = sim_trail_push(&played->trail, SIM_TIME_PROCESS, NULL);
        } else if (*at == '!') {
            char *end;
            is_done = sim_trail_enable(&played->trail, (uint32_t)strtoul(at + 1, &end, 10));
            at = end;
        } else {
            is_done = play_step(played, &at);
        }
        at += *at == ' ' ? 1 : 0;
    }
    return is_done;
}

static int by_earlier(const void *a, const void *b) {
    uint32_t left = ((const struct sim_trail_race *)a)->earlier;
    uint32_t right = ((const struct sim_trail_race *)b)->earlier;
    return left < right ? -1 : left > right;
}

/* All races, "0<2 1<3": the earlier event and the later one, by the later one. */
static const char *races(struct played *played) {
    const struct sim_trail *trail = &played->trail;
    sim_buffer_term(&played->text);
    sim_buffer_init(&played->text, cog_allocator_malloc());
    for (uint32_t event = 0; event < trail->event_count; event++) {
        struct sim_trail_race *first = trail->races + trail->events[event].race_first;
        uint32_t count = trail->events[event].race_count;
        if (count > 1) {
            qsort(first, count, sizeof first[0], by_earlier);
        }
        for (uint32_t i = 0; i < count; i++) {
            sim_buffer_add_format(&played->text, "%s%" PRIu32 "<%" PRIu32,
                                  played->text.length > 0 ? " " : "", first[i].earlier, event);
        }
    }
    return played->text.bytes != NULL ? played->text.bytes : "";
}

static void assert_races(const char *words, const char *expected) {
    struct played played;
    open(&played);
    assert_true(play(&played, words));
    if (strcmp(races(&played), expected) != 0) {
        print_error("%s\n", words);
    }
    assert_string_equal(races(&played), expected);
    close(&played);
}

/* ---- Happens-before ---- */

static void assert_before(struct played *played, uint32_t a, uint32_t b, bool is_before) {
    if (sim_trail_is_before(&played->trail, a, b) != is_before) {
        fail_msg("%" PRIu32 " is%s before %" PRIu32, a, is_before ? " not" : "", b);
    }
}

static void what_one_process_does_is_in_order(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:r1 1:r1 0:r2"));
    assert_before(&played, 0, 0, true);
    assert_before(&played, 0, 2, true);
    assert_before(&played, 2, 0, false);
    assert_before(&played, 0, 1, false);
    assert_before(&played, 1, 2, false);
    assert_int_equal(played.trail.events[2].sequence, 2);
    assert_int_equal(played.trail.events[2].previous, 0);
    close(&played);
}

static void what_depends_is_in_order_and_so_is_what_it_leads_to(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 1:r1 1:w2 2:r2 3:r1 4:w3"));
    assert_before(&played, 0, 1, true);
    assert_before(&played, 0, 3, true);
    assert_before(&played, 1, 3, true);
    assert_before(&played, 0, 4, true);
    assert_before(&played, 1, 4, false); /* both read */
    assert_before(&played, 3, 4, false);
    assert_before(&played, 0, 5, false);
    assert_true(sim_trail_depend(&played.trail, 0, 4));
    assert_false(sim_trail_depend(&played.trail, 1, 4));
    assert_false(sim_trail_depend(&played.trail, 0, 3));
    close(&played);
}

static void a_write_comes_after_every_read_since_the_last_one(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 1:r1 2:r1 3:r1 4:w1 5:r1"));
    for (uint32_t event = 0; event < 4; event++) {
        assert_before(&played, event, 4, true);
        assert_before(&played, event, 5, true);
    }
    close(&played);
}

static void whom_an_event_makes_able_to_run_comes_after_it(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 !1 !2 3:w5 1:w2 2:w3"));
    assert_before(&played, 0, 2, true);
    assert_before(&played, 0, 3, true);
    assert_before(&played, 1, 2, false);
    assert_true(sim_trail_enables(&played.trail, 0, 1));
    assert_true(sim_trail_enables(&played.trail, 0, 2));
    assert_false(sim_trail_enables(&played.trail, 0, 3));
    assert_false(sim_trail_enables(&played.trail, 1, 1));
    assert_false(sim_trail_enables(&played.trail, 3, 1));
    close(&played);
}

static void time_is_after_all_before_it_and_before_all_after_it(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 1:w2 t !1 1:w3 t 0:w4"));
    assert_before(&played, 0, 2, true);
    assert_before(&played, 1, 2, true);
    assert_before(&played, 2, 3, true);
    assert_before(&played, 2, 4, true);
    assert_before(&played, 3, 4, true);
    assert_before(&played, 4, 3, false);
    assert_before(&played, 4, 5, true);
    assert_before(&played, 0, 3, true); /* time made it able to run */
    close(&played);
}

/* ---- Races ---- */

static void dependent_events_of_two_processes_race(void **state) {
    (void)state;
    assert_races("0:w1 1:w1", "0<1");
    assert_races("0:r1 1:w1", "0<1");
    assert_races("0:w1 1:r1", "0<1");
    assert_races("0:r1 1:r1", "");
    assert_races("0:w1 1:w2", "");
    assert_races("0:w1 0:w1", "");
    assert_races("0:w1w2 1:r1r2", "0<1");
    assert_races("0:w1 1:r1 2:r1 3:w1", "0<1 0<2 1<3 2<3");
    assert_races("0:r1 1:r2 2:w1w2", "0<2 1<2");
}

static void events_with_something_between_do_not_race(void **state) {
    (void)state;
    assert_races("0:w1 1:w1 2:w1", "0<1 1<2");
    assert_races("0:w1 0:w1 1:w1", "1<2");
    assert_races("0:w1 0:w2 1:w1 1:w2", "0<2 1<3");
    assert_races("0:w1 0:w2 1:w2 1:w1", "1<2");
    assert_races("0:w1 1:r1w2 2:w2w1", "0<1 1<2");
    assert_races("0:w1w2 1:w1 1:w3 2:w3w2", "0<1 2<3");
}

static void whom_an_event_has_made_able_to_run_does_not_race_with_it(void **state) {
    (void)state;
    assert_races("0:w1 !1 1:w1", "");
    assert_races("0:w1 0:w2 !1 1:w1", "");
    assert_races("0:w1 !1 0:w2 1:w1 1:w2", "1<3");
    assert_races("0:w1 !2 1:w1", "0<1");
}

static void a_lock_races_with_the_latest_lock_alone(void **state) {
    (void)state;
    assert_races("0:l5 0:u5 1:l5 1:u5", "0<2");
    assert_races("0:l5 0:u5 1:l5 1:u5 2:l5", "0<2 2<4");
    assert_races("0:l5 0:w1 0:u5 1:l5 1:w1 1:u5", "0<3");
    assert_races("0:l5 0:u5 0:l5 0:u5 1:l5", "2<4");
    assert_races("0:l5 0:u5 1:l6 1:u6", "");
    assert_races("0:l5 0:u5 0:l5", "");
}

static void what_comes_between_two_locks_covers_them(void **state) {
    (void)state;
    assert_races("0:l5 0:w1 0:u5 1:r1 1:l5", "1<3");
    assert_races("0:l5 0:u5 !1 1:l5", "");
    assert_races("0:l5 0:u5 0:w1 1:r1 1:l5", "2<3");
    assert_races("0:l5 0:u5 0:w1 1:l5 1:r1", "0<3 2<4");
}

static void an_unlock_races_with_those_in_line_alone(void **state) {
    (void)state;
    assert_races("0:l5 0:u5", "");
    assert_races("0:l5 1:w5 0:u5", "0<1 1<2");
    assert_races("0:l5 1:r5 0:u5", "0<1 1<2");
    assert_races("0:l5 0:u5 1:w5", "1<2");
    assert_races("0:l5 1:r5 0:u5 2:l5", "0<1 1<2 0<3");
}

static void a_join_is_an_edge_and_no_race(void **state) {
    (void)state;
    assert_races("0:w1k0 1:j0 1:w1", "");
    assert_races("0:w1 0:k0 1:j0 2:w1 1:r1", "0<3 3<4");
    assert_races("0:k0 1:j0 2:j0", "");
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 0:k0 1:j0"));
    assert_before(&played, 0, 2, true);
    close(&played);
}

static void who_waited_while_time_passed_races_over_what_it_waited_for(void **state) {
    (void)state;
    assert_races("0:l5 t !0 0:u5 1:l5", "0<3");
    assert_races("0:w1 t !1 1:w1", "");
    assert_races("0:w1 t !0 0:w2 t !1 1:w1w2", "");
}

static void races_are_found_where_they_are_wanted(void **state) {
    (void)state;
    struct played played;
    open(&played);
    played.trail.finds_races = false;
    assert_true(play(&played, "0:w1 1:w1"));
    assert_string_equal(races(&played), "");
    assert_before(&played, 0, 1, true);
    close(&played);
}

static void assert_pending(const char *words, uint32_t process, char kind, uint32_t number,
                           const char *expected) {
    struct played played;
    struct sim_footprint access = {.count = 0};
    uint32_t found[8];
    open(&played);
    assert_true(play(&played, words));
    add_touch(&access, kind, number);
    uint32_t count =
        sim_trail_races_of_pending(&played.trail, process, access.touches[0], found, 8);
    for (uint32_t i = 0; i < count; i++) {
        sim_buffer_add_format(&played.text, "%s%" PRIu32, i > 0 ? " " : "", found[i]);
    }
    if (strcmp(count > 0 ? played.text.bytes : "", expected) != 0) {
        print_error("%s, then %" PRIu32 ":%c%" PRIu32 "\n", words, process, kind, number);
    }
    assert_string_equal(count > 0 ? played.text.bytes : "", expected);
    close(&played);
}

static void who_is_blocked_races_as_if_it_had_come_to_it(void **state) {
    (void)state;
    assert_pending("0:l5", 1, 'l', 5, "0");
    assert_pending("0:l5 0:u5 2:l5", 1, 'l', 5, "2");
    assert_pending("0:l5 !1", 1, 'l', 5, "");
    assert_pending("1:w1 0:r1 0:l5 1:w2", 1, 'l', 5, "2");
    assert_pending("0:r1 0:l5 0:w2 1:r2", 1, 'l', 5, "");
    assert_pending("0:l5", 1, 'l', 6, "");
    assert_pending("0:l5", 1, 'l', 600, "");
    assert_pending("0:w1k0", 1, 'j', 0, "");
    assert_pending("2:k0", 1, 'j', 0, "0");
    assert_pending("0:r7 2:r7 1:w1", 1, 'w', 7, "1 0");
}

static void more_races_than_are_looked_for_are_told(void **state) {
    (void)state;
    enum { LOOKED_FOR = 256 };
    for (uint32_t more = 0; more < 2; more++) {
        struct played played;
        struct sim_footprint footprint = {.count = 0};
        open(&played);
        sim_footprint_add(&footprint, 1, SIM_TOUCH_READ);
        for (uint32_t process = 0; process < LOOKED_FOR + more; process++) {
            assert_true(sim_trail_push(&played.trail, process, &footprint));
        }
        assert_true(play(&played, "300:w1"));
        assert_int_equal(played.trail.events[LOOKED_FOR + more].race_count, LOOKED_FOR);
        assert_int_equal(played.trail.has_overflown, more == 1);
        close(&played);
    }
}

/* ---- Against the definition ---- */

enum { EVENTS = 60 };

struct random {
    uint64_t word;
};

static uint32_t draw(struct random *random, uint32_t bound) {
    random->word += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random->word;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ z >> 31) % bound);
}

/* One event, with whom it makes able to run. */
static void draw_event(struct random *random, uint32_t processes, uint32_t objects,
                       struct sim_buffer *buffer) {
    sim_buffer_add_text(buffer, buffer->length > 0 ? " " : "");
    if (draw(random, 12) == 0) {
        sim_buffer_add_text(buffer, "t");
    } else {
        sim_buffer_add_format(buffer, "%" PRIu32 ":", draw(random, processes));
        uint32_t count = draw(random, 4);
        for (uint32_t i = 0; i < count; i++) {
            sim_buffer_add_format(buffer, "%c%" PRIu32, draw(random, 2) == 0 ? 'r' : 'w',
                                  draw(random, objects));
        }
    }
    if (draw(random, 4) == 0) {
        sim_buffer_add_format(buffer, " !%" PRIu32, draw(random, processes));
    }
}

/* before[a][b]: a chain of edges leads from a to b. */
struct closure {
    bool is_edge[EVENTS][EVENTS];
    bool before[EVENTS][EVENTS];
};

/* The latest that made it able to run counts. */
static bool has_enabled(const struct sim_trail *trail, uint32_t a, uint32_t b) {
    uint32_t later = trail->events[b].process;
    bool is_latest = sim_trail_enables(trail, a, later);
    for (uint32_t between = a + 1; between < b; between++) {
        is_latest &= !sim_trail_enables(trail, between, later);
    }
    return is_latest;
}

static bool is_direct(const struct sim_trail *trail, uint32_t a, uint32_t b) {
    uint32_t earlier = trail->events[a].process;
    uint32_t later = trail->events[b].process;
    return later == SIM_TIME_PROCESS || has_enabled(trail, a, b) ||
           (earlier != SIM_TIME_PROCESS && (earlier == later || sim_trail_depend(trail, a, b)));
}

static void close_up(const struct sim_trail *trail, struct closure *closure) {
    memset(closure, 0, sizeof *closure);
    for (uint32_t b = 0; b < trail->event_count; b++) {
        closure->before[b][b] = true;
        for (uint32_t a = 0; a < b; a++) {
            closure->is_edge[a][b] = is_direct(trail, a, b);
        }
        for (uint32_t a = 0; a < b; a++) {
            for (uint32_t c = a; c < b; c++) {
                closure->before[a][b] |= closure->before[a][c] && closure->is_edge[c][b];
            }
        }
    }
}

static bool are_racing(const struct sim_trail *trail, const struct closure *closure, uint32_t a,
                       uint32_t b) {
    uint32_t earlier = trail->events[a].process;
    uint32_t later = trail->events[b].process;
    bool races = earlier != later && earlier != SIM_TIME_PROCESS && later != SIM_TIME_PROCESS &&
                 sim_trail_depend(trail, a, b) && !has_enabled(trail, a, b);
    for (uint32_t c = a + 1; c < b; c++) {
        races &= !(closure->before[a][c] && closure->before[c][b]);
    }
    return races;
}

static void check_against_definition(struct played *played, const char *words) {
    static struct closure closure;
    const struct sim_trail *trail = &played->trail;
    struct sim_buffer expected;
    sim_buffer_init(&expected, cog_allocator_malloc());
    close_up(trail, &closure);
    for (uint32_t b = 0; b < trail->event_count; b++) {
        for (uint32_t a = 0; a < b; a++) {
            bool is_after_time = trail->events[a].process == SIM_TIME_PROCESS;
            if (sim_trail_is_before(trail, a, b) != (closure.before[a][b] || is_after_time)) {
                fail_msg("%" PRIu32 " and %" PRIu32 " of %s", a, b, words);
            }
            if (are_racing(trail, &closure, a, b)) {
                sim_buffer_add_format(&expected, "%s%" PRIu32 "<%" PRIu32,
                                      expected.length > 0 ? " " : "", a, b);
            }
        }
    }
    if (strcmp(races(played), expected.length > 0 ? expected.bytes : "") != 0) {
        print_error("%s\n", words);
    }
    assert_string_equal(races(played), expected.length > 0 ? expected.bytes : "");
    sim_buffer_term(&expected);
}

static void the_clocks_and_races_are_those_of_the_definition(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 300; seed++) {
        struct random random = {.word = seed};
        struct played played;
        struct sim_buffer words;
        open(&played);
        sim_buffer_init(&words, cog_allocator_malloc());
        uint32_t processes = 2 + seed % 25;
        for (uint32_t i = 0; i < EVENTS - 1; i++) {
            draw_event(&random, processes, seed % 2 == 0 ? 3 : 130, &words);
        }
        assert_true(play(&played, words.bytes));
        check_against_definition(&played, words.bytes);
        sim_buffer_term(&words);
        close(&played);
    }
}

/* ---- Going back ---- */

static void what_is_cut_away_has_never_been(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 100; seed++) {
        struct random random = {.word = seed};
        struct played cut;
        struct played fresh;
        struct sim_buffer kept;
        struct sim_buffer dropped;
        open(&cut);
        open(&fresh);
        sim_buffer_init(&kept, cog_allocator_malloc());
        for (uint32_t i = 0; i < 12; i++) {
            struct sim_buffer word;
            sim_buffer_init(&dropped, cog_allocator_malloc());
            sim_buffer_init(&word, cog_allocator_malloc());
            draw_event(&random, 12, 5, &word);
            assert_true(play(&cut, word.bytes));
            sim_buffer_add_format(&kept, "%s%s", i > 0 ? " " : "", word.bytes);
            for (uint32_t other = draw(&random, 8); other > 0; other--) {
                draw_event(&random, 12, 80, &dropped);
            }
            assert_true(dropped.length == 0 || play(&cut, dropped.bytes));
            sim_trail_cut(&cut.trail, i + 1);
            sim_buffer_term(&word);
            sim_buffer_term(&dropped);
        }
        assert_true(play(&fresh, kept.bytes));
        check_against_definition(&cut, kept.bytes);
        assert_string_equal(races(&cut), races(&fresh));
        assert_int_equal(cut.trail.touch_count, fresh.trail.touch_count);
        assert_int_equal(cut.trail.record_count, fresh.trail.record_count);
        assert_int_equal(cut.trail.enabled_count, fresh.trail.enabled_count);
        assert_int_equal(cut.trail.race_count, fresh.trail.race_count);
        assert_int_equal(cut.trail.last_time, fresh.trail.last_time);
        sim_buffer_term(&kept);
        close(&fresh);
        close(&cut);
    }
}

static void it_can_be_cut_to_nothing(void **state) {
    (void)state;
    struct played played;
    open(&played);
    assert_true(play(&played, "0:w1 !1 t 1:w1"));
    sim_trail_cut(&played.trail, 0);
    assert_int_equal(played.trail.event_count, 0);
    assert_true(play(&played, "1:w1 0:w1"));
    assert_string_equal(races(&played), "0<1");
    assert_int_equal(played.trail.events[0].sequence, 1);
    close(&played);
}

/* ---- Memory ---- */

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    static const char words[] = "0:w1w2 1:w1 !20 t 20:r1r200 40:w200 2:r1 2:r2 3:w1 0:w3 0:w4 0:w5 "
                                "!3 !4 !5 !6 !7 !8 !9 !10 !11 !12 !13 !14 !15 !16 0:w6 0:w7 0:w8 "
                                "1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 "
                                "1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 1:r1 5:w1";
    bool has_failed = true;
    for (uint64_t fails_at = 1; has_failed; fails_at++) {
        struct played played;
        open(&played);
        played.counting.fails_at = fails_at;
        has_failed = !play(&played, words);
        assert_int_equal(played.trail.is_out_of_memory, has_failed);
        assert_in_range(fails_at, 1, 60);
        assert_true(has_failed || fails_at > 15);
        close(&played);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_process_does_is_in_order),
        cmocka_unit_test(what_depends_is_in_order_and_so_is_what_it_leads_to),
        cmocka_unit_test(a_write_comes_after_every_read_since_the_last_one),
        cmocka_unit_test(whom_an_event_makes_able_to_run_comes_after_it),
        cmocka_unit_test(time_is_after_all_before_it_and_before_all_after_it),
        cmocka_unit_test(dependent_events_of_two_processes_race),
        cmocka_unit_test(events_with_something_between_do_not_race),
        cmocka_unit_test(whom_an_event_has_made_able_to_run_does_not_race_with_it),
        cmocka_unit_test(a_lock_races_with_the_latest_lock_alone),
        cmocka_unit_test(what_comes_between_two_locks_covers_them),
        cmocka_unit_test(an_unlock_races_with_those_in_line_alone),
        cmocka_unit_test(a_join_is_an_edge_and_no_race),
        cmocka_unit_test(who_waited_while_time_passed_races_over_what_it_waited_for),
        cmocka_unit_test(races_are_found_where_they_are_wanted),
        cmocka_unit_test(who_is_blocked_races_as_if_it_had_come_to_it),
        cmocka_unit_test(more_races_than_are_looked_for_are_told),
        cmocka_unit_test(the_clocks_and_races_are_those_of_the_definition),
        cmocka_unit_test(what_is_cut_away_has_never_been),
        cmocka_unit_test(it_can_be_cut_to_nothing),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    return rc != 0;
}
