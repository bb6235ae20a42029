/* test_stream.c - a socket read by lines and written in blocks. */
#include "tests/unit/actor.h"
#include "tests/unit/misuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SOCKET = 3 };

/* What a test's coroutine is given. */
struct reader {
    struct stage *stage;
    struct cog_stream *stream;
    const char *plan; /* a letter for each call: see read_as_planned */
};

static void open_stage(struct stage *stage) {
    stage->sent_socket = SOCKET;
    assert_int_equal(stage_open(stage), COG_OK);
}

static void note(const struct reader *reader, const char *what, int64_t result, const char *text) {
    struct stage_text *log = &reader->stage->log;
    stage_write(log, "%lld %s ", (long long)reader->stage->now_ns, what);
    if (result < 0) {
        stage_write(log, "%s\n", cog_status_name((int)result));
        return;
    }
    stage_write(log, "%lld", (long long)result);
    for (int64_t i = 0; text != NULL && i < result; i++) {
        stage_write(log, text[i] == '\n' ? "$" : "%s%c", i == 0 ? " " : "", text[i]);
    }
    stage_write(log, "\n");
}

/* l: a line, L: a line within 5 ns, i: a line with a weak timeout of 5 ns, r: 1 to 4 bytes, R: as
 * well within 5 ns, a: exactly 4 bytes, A: within 5 ns, b: exactly 9 bytes, 0: exactly none, z:
 * none at all. */
static int read_as_planned(struct cog_coro *self, void *argument) {
    const struct reader *reader = argument;
    for (const char *at = reader->plan; *at != '\0'; at++) {
        const struct cog_wait_options *wait = strchr("LRA", *at) != NULL ? COG_WITHIN(5)
                                              : *at == 'i'               ? COG_IDLE(5)
                                                                         : NULL;
        char buffer[16];
        const char *text = buffer;
        int64_t result = 0;
        if (*at == 'l' || *at == 'L' || *at == 'i') {
            result = cog_stream_readline(self, reader->stream, &text, wait);
            note(reader, "line", result, text);
        } else if (*at == 'r' || *at == 'R' || *at == 'z') {
            size_t bytes = *at == 'z' ? 0 : 4;
            result = cog_stream_read(self, reader->stream, buffer, bytes, wait);
            note(reader, "read", result, text);
        } else {
            size_t bytes = *at == 'b' ? 9 : *at == '0' ? 0 : 4;
            result = cog_stream_readall(self, reader->stream, buffer, bytes, wait);
            note(reader, "all", result, text);
        }
    }
    return COG_OK;
}

/* Reads as planned from a stream whose buffer has room for so many bytes. */
static void expect_reads(struct stage *stage, size_t read_bytes, const char *plan,
                         const char *log) {
    struct cog_stream_options options = {.read_bytes = read_bytes};
    struct reader reader = {.stage = stage, .plan = plan};
    assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, &options, &reader.stream), COG_OK);
    assert_int_equal(cog_go(stage->scheduler, read_as_planned, &reader, "reader"), COG_OK);
    stage_expect(stage, COG_OK, log);
    cog_stream_free(reader.stream);
}

static void receive(struct stage *stage, int64_t time_ns, const char *text) {
    stage_cue_text(stage, time_ns, STAGE_COMPLETE, SOCKET, text);
}

static void receive_end(struct stage *stage, int64_t time_ns, int status) {
    stage_cue(stage, time_ns, STAGE_COMPLETE, SOCKET, status, 0);
}

/* ---- Lines ---- */

static void lines_come_one_by_one_however_they_arrive(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "one\ntwo\nth");
    receive(stage, 2, "re");
    receive(stage, 3, "e\n\n");
    receive(stage, 4, "\nend\n");
    expect_reads(stage, 64, "llllll",
                 "1 line 4 one$\n1 line 4 two$\n3 line 6 three$\n3 line 1$\n4 line 1$\n"
                 "4 line 4 end$\n");
}

static void a_part_of_a_line_is_kept_over_timeouts(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 2, "par");
    receive(stage, 9, "ti");
    receive(stage, 12, "al\nnext\n");
    expect_reads(stage, 64, "LLLL",
                 "5 line timeout\n10 line timeout\n12 line 8 partial$\n12 line 5 next$\n");
}

static void a_strong_timeout_is_for_the_whole_and_a_weak_one_for_each_part(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 4, "a");
    receive(stage, 8, "b");
    receive(stage, 12, "c\nd");
    receive(stage, 14, "e");
    expect_reads(stage, 64, "LiLi",
                 "5 line timeout\n12 line 4 abc$\n17 line timeout\n22 line timeout\n");
}

static void a_line_may_fill_the_buffer_to_its_edge(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "1234567\n");
    receive(stage, 2, "123");
    receive(stage, 3, "4567\n");
    receive(stage, 4, "12\n3456\n");
    receive(stage, 5, "7\n");
    expect_reads(stage, 8, "lllll",
                 "1 line 8 1234567$\n3 line 8 1234567$\n4 line 3 12$\n4 line 5 3456$\n"
                 "5 line 2 7$\n");
}

static void a_line_that_begins_behind_others_may_use_all_of_the_buffer(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "a\n123456");
    receive(stage, 2, "7\n");
    expect_reads(stage, 8, "ll", "1 line 2 a$\n2 line 8 1234567$\n");
}

static void a_line_that_does_not_fit_is_full_and_can_be_read_otherwise(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "12345678");
    receive(stage, 2, "9\n");
    expect_reads(stage, 8, "llrrl",
                 "1 line full\n1 line full\n1 read 4 1234\n1 read 4 5678\n2 line 2 9$\n");
}

static void the_end_is_told_and_what_is_left_can_be_read(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "one\nle");
    receive(stage, 2, "ft");
    for (int i = 0; i < 4; i++) {
        receive_end(stage, 3 + i, COG_ECLOSED);
    }
    expect_reads(stage, 64, "lllrr",
                 "1 line 4 one$\n3 line closed\n4 line closed\n4 read 4 left\n5 read closed\n");
}

static void a_failure_loses_nothing(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "ab");
    receive_end(stage, 2, COG_EIO);
    receive_end(stage, 3, COG_ERESET);
    receive(stage, 4, "cd");
    expect_reads(stage, 64, "lar", "2 line i/o error\n3 all reset\n3 read 2 ab\n");
}

/* ---- Bytes ---- */

static void read_gives_what_is_there(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "abcdef");
    receive(stage, 9, "gh");
    expect_reads(stage, 64, "rrRr", "1 read 4 abcd\n1 read 2 ef\n6 read timeout\n9 read 2 gh\n");
}

static void readall_gives_all_or_takes_nothing(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "ab");
    receive(stage, 9, "cdef");
    receive(stage, 10, "gh\n");
    receive_end(stage, 11, COG_ECLOSED);
    expect_reads(
        stage, 64, "AA0ara",
        "5 all timeout\n9 all 4 abcd\n9 all 0\n10 all 4 efgh\n10 read 1$\n11 all closed\n");
}

static void readall_of_more_than_the_buffer_holds_is_invalid(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "12345678");
    receive(stage, 2, "9");
    expect_reads(stage, 8, "bab", "0 all invalid\n1 all 4 1234\n1 all invalid\n");
}

static void reading_nothing_is_invalid(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    expect_reads(stage, 64, "z", "0 read invalid\n");
}

static void lines_and_bytes_may_alternate(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    receive(stage, 1, "head\nbody");
    receive(stage, 2, "next\n1234rest\n");
    expect_reads(stage, 64, "lalal",
                 "1 line 5 head$\n1 all 4 body\n2 line 5 next$\n2 all 4 1234\n2 line 5 rest$\n");
}

/* Lines of every length and arrivals of every length, with buffers that just hold them. */
static void lines_of_all_lengths_survive_arrivals_of_all_lengths(void **state) {
    (void)state;
    static const char text[] = "\na\nbc\ndef\nghij\n\nklmno\npq\nrstuvw\n";
    for (size_t part = 1; part < sizeof text; part++) {
        struct stage *stage = stage_new();
        open_stage(stage);
        char parts[sizeof text][sizeof text];
        size_t count = 0;
        size_t most = part < 7 ? part : 7;
        for (size_t at = 0; at < sizeof text - 1; at += most) {
            size_t bytes = sizeof text - 1 - at < most ? sizeof text - 1 - at : most;
            memcpy(parts[count], text + at, bytes);
            parts[count][bytes] = '\0';
            /* Tried at once: so much is there whenever one asks for at least as much. */
            stage_cue_text(stage, 0, STAGE_ANSWER, SOCKET, parts[count++]);
        }
        expect_reads(stage, 14, "lllllllll",
                     "0 line 1$\n0 line 2 a$\n0 line 3 bc$\n0 line 4 def$\n0 line 5 ghij$\n"
                     "0 line 1$\n0 line 6 klmno$\n0 line 3 pq$\n0 line 7 rstuvw$\n");
        assert_int_equal(stage_close(stage), 0);
        stage_free(stage);
    }
}

/* ---- Writing ---- */

/* w: 3 bytes, W: 10 bytes within 5 ns, x: 20 bytes, f: flush, F: flush within 5 ns, n: nothing. */
static int write_as_planned(struct cog_coro *self, void *argument) {
    const struct reader *reader = argument;
    static const char data[] = "abcdefghijklmnopqrst";
    for (const char *at = reader->plan; *at != '\0'; at++) {
        const struct cog_wait_options *wait = strchr("WF", *at) != NULL ? COG_WITHIN(5) : NULL;
        if (*at == 'f' || *at == 'F') {
            note(reader, "flush", cog_stream_flush(self, reader->stream, wait), NULL);
        } else {
            size_t bytes = *at == 'w' ? 3 : *at == 'W' ? 10 : *at == 'x' ? 20 : 0;
            note(reader, "write", cog_stream_write(self, reader->stream, data, bytes, wait), NULL);
        }
    }
    return COG_OK;
}

static void expect_writes(struct stage *stage, const char *plan, const char *log,
                          const char *sent) {
    struct cog_stream_options options = {.write_bytes = 8};
    struct reader reader = {.stage = stage, .plan = plan};
    assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, &options, &reader.stream), COG_OK);
    assert_int_equal(cog_go(stage->scheduler, write_as_planned, &reader, "writer"), COG_OK);
    stage_expect(stage, COG_OK, log);
    assert_string_equal(stage->sent.text, sent);
    cog_stream_free(reader.stream);
}

static void send_at(struct stage *stage, int64_t time_ns, size_t bytes, int status) {
    stage_cue(stage, time_ns, STAGE_COMPLETE, SOCKET, status, bytes);
}

static void what_is_written_waits_for_a_flush(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    send_at(stage, 4, 6, COG_OK);
    expect_writes(stage, "wwfffn",
                  "0 write 3\n0 write 3\n4 flush 0\n4 flush 0\n4 flush 0\n4 write 0\n", "abcabc");
}

static void a_full_buffer_is_sent(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    send_at(stage, 2, 8, COG_OK);
    send_at(stage, 3, 8, COG_OK);
    send_at(stage, 4, 7, COG_OK);
    expect_writes(stage, "wxf", "0 write 3\n3 write 20\n4 flush 0\n", "abcabcdefghijklmnopqrst");
}

static void a_buffer_that_is_just_full_waits_for_more(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    expect_writes(stage, "ww", "0 write 3\n0 write 3\n", "");
    assert_int_equal(stage->submit_count, 0);
}

static void a_flush_that_timed_out_goes_on_where_it_was(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 2, STAGE_ACTIVITY, SOCKET, COG_OK, 4);
    send_at(stage, 9, 2, COG_OK);
    expect_writes(stage, "wwFf", "0 write 3\n0 write 3\n5 flush timeout\n9 flush 0\n", "abcabc");
}

static void a_write_that_cannot_send_tells_how_much_it_took(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    stage_cue(stage, 2, STAGE_ACTIVITY, SOCKET, COG_OK, 1);
    send_at(stage, 20, 8, COG_OK);
    /* 8 of 10 fit. One went out meanwhile; then nothing goes, and nothing fits. */
    expect_writes(stage, "WWWf", "5 write 8\n10 write 1\n15 write timeout\n20 flush 0\n",
                  "abcdefgha");
}

static void a_write_after_a_failure_says_so_once_nothing_fits(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    send_at(stage, 1, 0, COG_ERESET);
    send_at(stage, 2, 0, COG_ERESET);
    send_at(stage, 3, 0, COG_ERESET);
    expect_writes(stage, "xxf", "1 write 8\n2 write reset\n3 flush reset\n", "");
}

/* ---- Making them ---- */

static void it_has_four_kibibytes_for_each_direction_by_default(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_stream *stream = NULL;
    assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, NULL, &stream), COG_OK);
    cog_stream_free(stream);
    cog_stream_free(NULL);
    char line[4097];
    memset(line, 'x', sizeof line);
    line[4095] = '\n';
    line[4096] = '\0';
    receive(stage, 1, line);
    struct reader reader = {.stage = stage, .plan = "l"};
    assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, NULL, &reader.stream), COG_OK);
    assert_int_equal(cog_go(stage->scheduler, read_as_planned, &reader, "reader"), COG_OK);
    assert_int_equal(stage_run(stage), COG_OK);
    assert_memory_equal(stage->log.text, "1 line 4096 xxx", 15);
    cog_stream_free(reader.stream);
}

static void without_memory_there_is_no_stream(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_stream *stream = NULL;
    size_t live_count = stage->tally.live_count;
    for (size_t i = 1; i <= 3; i++) {
        stage->tally.fail_at = stage->tally.call_count + i;
        assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, NULL, &stream), COG_ENOMEM);
        assert_null(stream);
        assert_int_equal(stage->tally.live_count, live_count);
    }
}

static void a_stream_may_outlive_its_scheduler(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    struct cog_stream *stream = NULL;
    assert_int_equal(cog_stream_new(stage->scheduler, SOCKET, NULL, &stream), COG_OK);
    cog_scheduler_free(stage->scheduler);
    stage->scheduler = NULL;
    cog_stream_free(stream);
}

static void make_nowhere(void *argument) {
    (void)cog_stream_new(argument, SOCKET, NULL, NULL);
}

static void a_stream_that_goes_nowhere_is_a_misuse(void **state) {
    struct stage *stage = *state;
    open_stage(stage);
    misuse_expect(make_nowhere, stage->scheduler, "out != NULL");
    misuse_expect(make_nowhere, NULL, "scheduler != NULL");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        STAGE_TEST(lines_come_one_by_one_however_they_arrive),
        STAGE_TEST(a_part_of_a_line_is_kept_over_timeouts),
        STAGE_TEST(a_strong_timeout_is_for_the_whole_and_a_weak_one_for_each_part),
        STAGE_TEST(a_line_may_fill_the_buffer_to_its_edge),
        STAGE_TEST(a_line_that_begins_behind_others_may_use_all_of_the_buffer),
        STAGE_TEST(a_line_that_does_not_fit_is_full_and_can_be_read_otherwise),
        STAGE_TEST(the_end_is_told_and_what_is_left_can_be_read),
        STAGE_TEST(a_failure_loses_nothing),
        STAGE_TEST(read_gives_what_is_there),
        STAGE_TEST(readall_gives_all_or_takes_nothing),
        STAGE_TEST(readall_of_more_than_the_buffer_holds_is_invalid),
        STAGE_TEST(reading_nothing_is_invalid),
        STAGE_TEST(lines_and_bytes_may_alternate),
        STAGE_TEST(lines_of_all_lengths_survive_arrivals_of_all_lengths),
        STAGE_TEST(what_is_written_waits_for_a_flush),
        STAGE_TEST(a_full_buffer_is_sent),
        STAGE_TEST(a_buffer_that_is_just_full_waits_for_more),
        STAGE_TEST(a_flush_that_timed_out_goes_on_where_it_was),
        STAGE_TEST(a_write_that_cannot_send_tells_how_much_it_took),
        STAGE_TEST(a_write_after_a_failure_says_so_once_nothing_fits),
        STAGE_TEST(it_has_four_kibibytes_for_each_direction_by_default),
        STAGE_TEST(without_memory_there_is_no_stream),
        STAGE_TEST(a_stream_may_outlive_its_scheduler),
        STAGE_TEST(a_stream_that_goes_nowhere_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
