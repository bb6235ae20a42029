/* test_trace_writer.c - what the simulator writes is what the reports read, whole or not at all. */
#include "sim/trace_writer.h"

#include "core/status.h"
#include "reports/trace.h"
#include "tests/unit/tally.h"
#include "tests/unit/trace_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_BYTES_MAX = 8 * 1024 };

static const struct {
    const char *name;
    const char *fields;
} kinds[] = {
#define KIND_ENTRY(enumerator, name, fields) {name, fields},
    SIM_TRACE_KINDS(KIND_ENTRY)
#undef KIND_ENTRY
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

static void open_writer(struct sim_trace_writer *writer, struct tally *tally, const char *path) {
    tally_init(tally);
    assert_int_equal(sim_trace_writer_open(writer, &tally->allocator, path), COG_OK);
}

static uint64_t finish(struct sim_trace_writer *writer, const struct tally *tally) {
    uint64_t hash = 0;
    assert_int_equal(sim_trace_writer_finish(writer, &hash), COG_OK);
    assert_int_equal(tally->live_count, 0);
    return hash;
}

static struct rep_trace *load(const struct trace_folder *folder) {
    struct rep_trace *trace = NULL;
    struct rep_error error;
    if (rep_trace_load(folder->trace, &trace, &error) != REP_OK) {
        fail_msg("%s", error.message);
    }
    return trace;
}

static void put_log(struct sim_trace_writer *writer, int64_t time_ns, const char *text,
                    size_t bytes) {
    (void)sim_trace_begin(writer, SIM_TRACE_LOG, time_ns, 0, 1, 2);
    sim_trace_text(writer, text, bytes);
    sim_trace_line(writer, 7);
}

/* ---- Every kind, every field ---- */

/* Calls back for each field of a kind: its name and index, and whether it is a text. */
static void each_field(size_t kind,
                       void (*visit)(void *context, size_t kind, size_t index, const char *name,
                                     bool is_text),
                       void *context) {
    const char *at = kinds[kind].fields;
    for (size_t index = 0; *at != '\0'; index++) {
        char name[32] = "";
        bool is_text = *at == '$';
        at += is_text ? 1 : 0;
        size_t bytes = strcspn(at, " ");
        memcpy(name, at, bytes);
        at += bytes;
        at += *at == ' ' ? 1 : 0;
        visit(context, kind, index, name, is_text);
    }
}

static bool is_line(const char *name) {
    return strcmp(name, "line") == 0;
}

static uint64_t number_of(size_t kind, size_t index, const char *name) {
    if (is_line(name)) {
        return 7 + index;
    }
    return UINT64_C(0x9e3779b97f4a7c15) * (kind * 16 + index + 1) >> (kind + index * 11) % 64;
}

static void write_field(void *context, size_t kind, size_t index, const char *name, bool is_text) {
    if (is_text) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s of %s %zu", name, kinds[kind].name, index);
        sim_trace_word(context, text);
    } else if (is_line(name)) {
        sim_trace_line(context, (uint32_t)number_of(kind, index, name));
    } else {
        sim_trace_number(context, number_of(kind, index, name));
    }
}

struct reading {
    const struct rep_trace *trace;
    const struct rep_event *event;
};

static void check_field(void *context, size_t kind, size_t index, const char *name, bool is_text) {
    const struct reading *reading = context;
    char text[64];
    (void)snprintf(text, sizeof text, "%s of %s %zu", name, kinds[kind].name, index);
    if (is_text) {
        assert_true(rep_bytes_equal(rep_event_string(reading->trace, reading->event, name), text));
    } else {
        assert_true(rep_event_integer(reading->trace, reading->event, name) ==
                    number_of(kind, index, name));
    }
}

static void every_kind_and_every_field_is_read_back(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        (void)sim_trace_begin(&writer, (enum sim_trace_kind)kind, (int64_t)kind, 0, 1, 2);
        each_field(kind, write_field, &writer);
    }
    uint64_t hash = finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    assert_true(rep_trace_hash(trace) == hash);
    assert_int_equal(rep_trace_event_count(trace), KIND_COUNT);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        struct reading reading = {trace, rep_trace_event(trace, kind + 1)};
        assert_string_equal(trace->kinds[reading.event->kind].name, kinds[kind].name);
        /* The reports know every kind, in the order of the document. */
        assert_int_equal(rep_event_kind(trace, reading.event), REP_EVENT_UNKNOWN + 1 + kind);
        each_field(kind, check_field, &reading);
    }
    rep_trace_free(trace);
}

static void times_causes_hosts_and_coroutines_are_read_back(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    assert_int_equal(sim_trace_begin(&writer, SIM_TRACE_RESUME, 0, 0, 0, 0), 1);
    assert_int_equal(sim_trace_begin(&writer, SIM_TRACE_RESUME, 5, 1, 3, 4), 2);
    assert_int_equal(sim_trace_begin(&writer, SIM_TRACE_RESUME, 5, 2, UINT32_MAX, UINT32_MAX), 3);
    assert_int_equal(sim_trace_begin(&writer, SIM_TRACE_RESUME, INT64_MAX, 1, 1, 1), 4);
    (void)finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    assert_true(rep_trace_duration_ns(trace) == INT64_MAX);
    assert_int_equal(rep_trace_event(trace, 1)->cause, 0);
    assert_int_equal(rep_trace_event(trace, 2)->cause, 1);
    assert_int_equal(rep_trace_event(trace, 2)->time_ns, 5);
    assert_int_equal(rep_trace_event(trace, 2)->host, 3);
    assert_int_equal(rep_trace_event(trace, 2)->coroutine, 4);
    assert_int_equal(rep_trace_event(trace, 3)->cause, 2);
    assert_int_equal(rep_trace_event(trace, 3)->time_ns, 5);
    assert_int_equal(rep_trace_event(trace, 3)->host, UINT32_MAX);
    assert_int_equal(rep_trace_event(trace, 3)->coroutine, UINT32_MAX);
    assert_int_equal(rep_trace_event(trace, 4)->cause, 1);
    rep_trace_free(trace);
}

static void numbers_of_every_length_are_read_back(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t less = 0; less < 2; less++) {
            (void)sim_trace_begin(&writer, SIM_TRACE_PROGRESS, 0, 0, 0, 0);
            sim_trace_number(&writer, (UINT64_C(1) << bit) - less);
        }
    }
    (void)sim_trace_begin(&writer, SIM_TRACE_PROGRESS, 0, 0, 0, 0);
    sim_trace_number(&writer, UINT64_MAX);
    (void)finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    for (size_t i = 0; i < 128; i++) {
        const struct rep_event *event = rep_trace_event(trace, i + 1);
        assert_true(rep_event_integer(trace, event, "amount") == (UINT64_C(1) << i / 2) - i % 2);
    }
    assert_true(rep_event_integer(trace, rep_trace_event(trace, 129), "amount") == UINT64_MAX);
    rep_trace_free(trace);
}

static void a_trace_without_events_is_whole(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    uint64_t hash = finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    assert_int_equal(rep_trace_event_count(trace), 0);
    assert_true(rep_trace_hash(trace) == hash);
    rep_trace_free(trace);
}

/* ---- Long texts, many blocks ---- */

static void a_text_may_hold_any_bytes_and_is_cut_at_its_limit(void **state) {
    const struct trace_folder *folder = *state;
    static char text[3 * TEXT_BYTES_MAX];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)(i * 7);
    }
    const size_t lengths[] = {
        0, 1, 127, 128, TEXT_BYTES_MAX - 1, TEXT_BYTES_MAX, TEXT_BYTES_MAX + 1, sizeof text};
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    for (size_t i = 0; i < 8; i++) {
        put_log(&writer, 0, text, lengths[i]);
    }
    (void)finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    for (size_t i = 0; i < 8; i++) {
        const struct rep_event *event = rep_trace_event(trace, i + 1);
        struct rep_bytes read = rep_event_string(trace, event, "text");
        size_t kept = lengths[i] < TEXT_BYTES_MAX ? lengths[i] : TEXT_BYTES_MAX;
        assert_int_equal(read.count, kept);
        assert_memory_equal(read.start, text, kept);
        assert_int_equal(rep_event_integer(trace, event, "line"), 7);
    }
    rep_trace_free(trace);
}

/* Events of every length, so that blocks end at every distance from their limit. */
static void events_go_on_over_any_number_of_blocks(void **state) {
    const struct trace_folder *folder = *state;
    static char text[TEXT_BYTES_MAX];
    memset(text, 'x', sizeof text);
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    enum { COUNT = 3000 };
    for (size_t i = 0; i < COUNT; i++) {
        (void)sim_trace_begin(&writer, SIM_TRACE_SET, (int64_t)(i * i), i, 1, 1);
        sim_trace_text(&writer, text, i * 61 % (TEXT_BYTES_MAX + 9));
        sim_trace_text(&writer, text, i * 1009 % (TEXT_BYTES_MAX + 9));
        sim_trace_line(&writer, (uint32_t)i);
    }
    uint64_t hash = finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    assert_int_equal(rep_trace_event_count(trace), COUNT);
    assert_true(rep_trace_hash(trace) == hash);
    for (size_t i = 0; i < COUNT; i++) {
        const struct rep_event *event = rep_trace_event(trace, i + 1);
        assert_int_equal(event->time_ns, i * i);
        assert_int_equal(event->cause, i);
        assert_int_equal(rep_event_integer(trace, event, "line"), i);
    }
    rep_trace_free(trace);
}

static void the_largest_events_of_all_fit(void **state) {
    const struct trace_folder *folder = *state;
    static char text[TEXT_BYTES_MAX];
    memset(text, 'x', sizeof text);
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    for (size_t i = 0; i < 100; i++) {
        int64_t time_ns = i == 0 ? 0 : INT64_MAX;
        (void)sim_trace_begin(&writer, SIM_TRACE_SET, time_ns, 0, UINT32_MAX, UINT32_MAX);
        sim_trace_text(&writer, text, sizeof text);
        sim_trace_text(&writer, text, sizeof text);
        sim_trace_line(&writer, UINT32_MAX);
    }
    (void)finish(&writer, &tally);
    struct rep_trace *trace = load(folder);
    assert_int_equal(rep_trace_event_count(trace), 100);
    rep_trace_free(trace);
}

/* ---- The hash ---- */

static uint64_t hash_of(const char *path, size_t event_count, const char *last) {
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, path);
    for (size_t i = 0; i < event_count; i++) {
        put_log(&writer, (int64_t)i, "a line of some length, to fill the blocks", 41);
    }
    put_log(&writer, (int64_t)event_count, last, strlen(last));
    return finish(&writer, &tally);
}

static void the_hash_is_the_same_with_and_without_a_file(void **state) {
    const struct trace_folder *folder = *state;
    const size_t counts[] = {0, 1, 1000, 5000};
    for (size_t i = 0; i < 4; i++) {
        assert_true(hash_of(NULL, counts[i], "end") == hash_of(folder->trace, counts[i], "end"));
    }
    assert_int_equal(trace_folder_count(folder), 1);
}

static uint64_t hash_of_said(uint32_t line, const char *failure, const char *verdict) {
    struct tally tally;
    struct sim_trace_writer writer;
    tally_init(&tally);
    assert_int_equal(sim_trace_writer_open(&writer, &tally.allocator, NULL), COG_OK);
    (void)sim_trace_begin(&writer, SIM_TRACE_LOG, 5, 0, 1, 2);
    sim_trace_word(&writer, "hello");
    sim_trace_line(&writer, line);
    (void)sim_trace_begin(&writer, SIM_TRACE_FAILURE, 5, 0, 0, 0);
    sim_trace_word(&writer, failure);
    sim_trace_line(&writer, line);
    (void)sim_trace_begin(&writer, SIM_TRACE_FINISH, 5, 0, 0, 0);
    sim_trace_word(&writer, verdict);
    return finish(&writer, &tally);
}

static void lines_failures_and_the_verdict_do_not_enter_the_hash(void **state) {
    (void)state;
    assert_true(hash_of_said(3, "a", "failed") == hash_of_said(70000, "another", "ok"));
}

static void the_hash_tells_traces_apart(void **state) {
    (void)state;
    assert_true(hash_of(NULL, 5000, "end") == hash_of(NULL, 5000, "end"));
    assert_true(hash_of(NULL, 5000, "end") != hash_of(NULL, 5000, "enD"));
    assert_true(hash_of(NULL, 5000, "end") != hash_of(NULL, 4999, "end"));
}

/* ---- Whole or not at all ---- */

static void nothing_stands_under_the_final_name_until_the_trace_is_complete(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    put_log(&writer, 0, "line", 4);
    assert_int_equal(access(folder->trace, F_OK), -1);
    assert_int_equal(trace_folder_count(folder), 1);
    (void)finish(&writer, &tally);
    assert_int_equal(access(folder->trace, F_OK), 0);
    assert_int_equal(trace_folder_count(folder), 1);
}

static void a_trace_that_is_given_up_leaves_no_file_and_keeps_the_old_one(void **state) {
    const struct trace_folder *folder = *state;
    uint64_t hash = hash_of(folder->trace, 3, "old");
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    put_log(&writer, 0, "new", 3);
    sim_trace_writer_abandon(&writer);
    sim_trace_writer_abandon(&writer);
    assert_int_equal(tally.live_count, 0);
    assert_int_equal(trace_folder_count(folder), 1);
    struct rep_trace *trace = load(folder);
    assert_true(rep_trace_hash(trace) == hash);
    rep_trace_free(trace);
}

static void a_path_that_cannot_be_written_is_an_io_error_that_says_why(void **state) {
    const struct trace_folder *folder = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/missing/run.trace", folder->path);
    struct sim_trace_writer writer;
    struct tally tally;
    tally_init(&tally);
    errno = 0;
    assert_int_equal(sim_trace_writer_open(&writer, &tally.allocator, path), COG_EIO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(tally.live_count, 0);
    sim_trace_writer_abandon(&writer);
    assert_int_equal(trace_folder_count(folder), 0);
}

static void a_final_name_that_cannot_be_taken_is_an_io_error_and_leaves_no_file(void **state) {
    const struct trace_folder *folder = *state;
    assert_int_equal(mkdir(folder->trace, 0700), 0);
    struct sim_trace_writer writer;
    struct tally tally;
    open_writer(&writer, &tally, folder->trace);
    put_log(&writer, 0, "line", 4);
    uint64_t hash;
    errno = 0;
    assert_int_equal(sim_trace_writer_finish(&writer, &hash), COG_EIO);
    assert_int_not_equal(errno, 0);
    assert_int_equal(tally.live_count, 0);
    assert_int_equal(trace_folder_count(folder), 1);
}

/* Writes many events with room for so many bytes in any file. */
static void write_with_little_room(const struct trace_folder *folder, rlim_t bytes,
                                   size_t event_count) {
    struct sigaction ignoring = {.sa_handler = SIG_IGN};
    struct sigaction before;
    struct rlimit limit;
    assert_int_equal(sigaction(SIGXFSZ, &ignoring, &before), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    struct rlimit little = {.rlim_cur = bytes, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    struct sim_trace_writer writer;
    struct tally tally;
    tally_init(&tally);
    int opened = sim_trace_writer_open(&writer, &tally.allocator, folder->trace);
    for (size_t i = 0; i < event_count; i++) {
        put_log(&writer, 0, "a line of some length", 21);
    }
    uint64_t hash = 0;
    errno = 0;
    int finished = sim_trace_writer_finish(&writer, &hash);
    int error_number = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
    assert_int_equal(opened, COG_OK);
    assert_int_equal(finished, COG_EIO);
    assert_int_equal(error_number, EFBIG);
    assert_int_equal(tally.live_count, 0);
    assert_int_equal(trace_folder_count(folder), 0);
}

static void a_full_disk_is_an_io_error_and_leaves_no_file(void **state) {
    const struct trace_folder *folder = *state;
    write_with_little_room(folder, 0, 0);
    write_with_little_room(folder, 100, 1);
    write_with_little_room(folder, 100000, 20000);
}

static void without_memory_a_trace_cannot_be_begun_and_leaves_nothing(void **state) {
    const struct trace_folder *folder = *state;
    struct sim_trace_writer writer;
    size_t fail_at = 1;
    for (;; fail_at++) {
        struct tally tally;
        tally_init(&tally);
        tally.fail_at = fail_at;
        int status = sim_trace_writer_open(&writer, &tally.allocator, folder->trace);
        if (tally.failed_count == 0) {
            assert_int_equal(status, COG_OK);
            (void)finish(&writer, &tally);
            break;
        }
        assert_int_equal(status, COG_ENOMEM);
        assert_int_equal(tally.live_count, 0);
        assert_int_equal(trace_folder_count(folder), 0);
    }
    assert_int_equal(fail_at, 4);
}

#define FOLDER_TEST(function)                                                                      \
    cmocka_unit_test_setup_teardown(function, trace_folder_setup, trace_folder_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(every_kind_and_every_field_is_read_back),
        FOLDER_TEST(times_causes_hosts_and_coroutines_are_read_back),
        FOLDER_TEST(numbers_of_every_length_are_read_back),
        FOLDER_TEST(a_trace_without_events_is_whole),
        FOLDER_TEST(a_text_may_hold_any_bytes_and_is_cut_at_its_limit),
        FOLDER_TEST(events_go_on_over_any_number_of_blocks),
        FOLDER_TEST(the_largest_events_of_all_fit),
        FOLDER_TEST(the_hash_is_the_same_with_and_without_a_file),
        cmocka_unit_test(the_hash_tells_traces_apart),
        cmocka_unit_test(lines_failures_and_the_verdict_do_not_enter_the_hash),
        FOLDER_TEST(nothing_stands_under_the_final_name_until_the_trace_is_complete),
        FOLDER_TEST(a_trace_that_is_given_up_leaves_no_file_and_keeps_the_old_one),
        FOLDER_TEST(a_path_that_cannot_be_written_is_an_io_error_that_says_why),
        FOLDER_TEST(a_final_name_that_cannot_be_taken_is_an_io_error_and_leaves_no_file),
        FOLDER_TEST(a_full_disk_is_an_io_error_and_leaves_no_file),
        FOLDER_TEST(without_memory_a_trace_cannot_be_begun_and_leaves_nothing),
    };
    int rc = cmocka_run_group_tests_name("trace writer", tests, NULL, NULL);
    return rc != 0;
}
