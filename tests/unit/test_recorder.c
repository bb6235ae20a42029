/* test_recorder.c - what has been recorded of a program can be run again, event for event. */
#include "core/cogen.h"
#include "core/recorder.h"
#include "sim/player.h"
#include "sim/recording.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* cmocka needs what stands above. */
#include <cmocka.h>

/* ---- A program: a server of lines and its client ---- */

static const char *greeting = "hello\n"; /* what the client says first */
static int rounds = 3;
static in_port_t port; /* only where there is a real socket */

static int serve(struct cog_coro *self, void *argument) {
    (void)argument;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof address;
    int32_t door = cog_listen(self, (const struct sockaddr *)&address, sizeof address, 4);
    if (getsockname(door, (struct sockaddr *)&address, &bytes) == 0) {
        port = address.sin_port;
    }
    int32_t socket = cog_accept(self, door, NULL);
    char line[64];
    int64_t count = 0;
    while ((count = cog_recvline(self, socket, line, sizeof line,
                                 COG_IDLE(200 * COG_MILLISECOND))) > 0) {
        line[count - 1] = '\0';
        cog_note(self, line);
        line[count - 1] = '\n';
        if (cog_sendall(self, socket, line, (size_t)count, NULL) < 0) {
            break;
        }
    }
    cog_note(self, cog_status_name((int)count));
    (void)cog_close(self, socket);
    return cog_close(self, door);
}

static int ask(struct cog_coro *self, void *argument) {
    (void)argument;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = port, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int32_t socket = cog_connect(self, (const struct sockaddr *)&address, sizeof address, NULL);
    char answer[64];
    for (int i = 0; i < rounds; i++) {
        (void)cog_sendall(self, socket, "a ", 2, NULL);
        (void)cog_sleep(self, 2 * COG_MILLISECOND);
        (void)cog_sendall(self, socket, greeting, strlen(greeting), NULL);
        int64_t count = cog_recvline(self, socket, answer, sizeof answer, NULL);
        char text[96];
        (void)snprintf(text, sizeof text, "%d bytes come back", (int)count);
        cog_note(self, text);
    }
    int64_t none = cog_recvall(self, socket, answer, sizeof answer, NULL);
    cog_note(self, cog_status_name((int)none)); /* the server gives up first */
    return cog_close(self, socket);
}

static int program(struct cog_scheduler *scheduler) {
    int status = cog_go(scheduler, serve, NULL, "serve");
    return status == COG_OK ? cog_go(scheduler, ask, NULL, "ask") : status;
}

/* ---- Recording it, and playing that ---- */

struct notes {
    char text[2048];
};

static void add_note(void *context, const char *coroutine, const char *text) {
    struct notes *notes = context;
    size_t used = strlen(notes->text);
    (void)snprintf(notes->text + used, sizeof notes->text - used, "%s: %s\n", coroutine, text);
}

static void note_recorded(void *context, struct cog_coro *coro, const char *text) {
    add_note(context, cog_coro_name(coro), text);
}

static void note_played(void *context, int64_t time_ns, const char *coroutine, const char *text) {
    (void)time_ns;
    add_note(context, coroutine, text);
}

static void see(void *context, const struct cog_event *event) {
    (void)context;
    (void)event;
}

static void record(const char *path, const char *proactor_name, bool hashes, struct notes *notes) {
    static const struct cog_observer_ops observer = {.event = see, .noted = note_recorded};
    struct cog_proactor proactor;
    struct cog_recorder *recorder = NULL;
    struct cog_scheduler *scheduler = NULL;
    notes->text[0] = '\0';
    assert_int_equal(cog_proactor_open(proactor_name, NULL, &proactor), COG_OK);
    struct cog_recorder_options recording = {
        .path = path, .proactor = proactor, .hashes_data = hashes};
    assert_int_equal(cog_recorder_open(&recording, &recorder), COG_OK);
    struct cog_scheduler_options options = {.proactor = cog_recorder_proactor(recorder),
                                            .clock = cog_recorder_clock(recorder),
                                            .observer = {.ops = &observer, .context = notes}};
    assert_int_equal(cog_scheduler_new(&options, &scheduler), COG_OK);
    assert_int_equal(program(scheduler), COG_OK);
    assert_int_equal(cog_run(scheduler), COG_OK);
    cog_scheduler_free(scheduler);
    assert_int_equal(cog_recorder_close(recorder), COG_OK);
    cog_proactor_close(&proactor);
}

static int play(const char *path, const char *trace_path, struct notes *notes,
                struct sim_played *played) {
    struct sim_recording recording;
    notes->text[0] = '\0';
    port = 0;
    assert_int_equal(sim_recording_open(&recording, cog_allocator_malloc(), path), COG_OK);
    struct sim_player_options options = {.recording = &recording,
                                         .main = program,
                                         .trace_path = trace_path,
                                         .noted = note_played,
                                         .context = notes};
    int status = sim_play(&options, played);
    sim_recording_close(&recording);
    return status;
}

static char path[64];

static int make_path(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "test_recorder.%d.rec", (int)getpid());
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    return remove(path);
}

static const char said[] = "serve: a hello\nask: 8 bytes come back\n"
                           "serve: a hello\nask: 8 bytes come back\n"
                           "serve: a hello\nask: 8 bytes come back\n"
                           "serve: timeout\nask: closed\n";

static void a_program_does_the_same_again_on_its_recording(void **state) {
    (void)state;
    for (size_t i = 0; cog_proactor_name(i) != NULL; i++) {
        const char *name = cog_proactor_name(i);
        if (strcmp(name, "none") == 0) {
            continue;
        }
        struct notes recorded;
        struct notes again;
        struct sim_played played;
        record(path, name, false, &recorded);
        assert_string_equal(recorded.text, said);
        assert_int_equal(play(path, NULL, &again, &played), COG_OK);
        assert_string_equal(played.departure, "");
        assert_false(played.has_departed);
        assert_true(played.is_whole);
        assert_int_equal(played.status, COG_OK);
        assert_string_equal(again.text, said);
        assert_true(played.duration_ns >= 206 * COG_MILLISECOND);
        assert_true(played.event_count > 40);
    }
}

static void a_recording_has_a_trace_always_the_same(void **state) {
    (void)state;
    struct notes notes;
    struct sim_played first;
    struct sim_played second;
    char trace[80];
    (void)snprintf(trace, sizeof trace, "%s.trace", path);
    record(path, NULL, false, &notes);
    assert_int_equal(play(path, trace, &notes, &first), COG_OK);
    assert_int_equal(play(path, trace, &notes, &second), COG_OK);
    assert_true(first.trace_hash == second.trace_hash && first.trace_hash != 0);
    assert_int_equal(remove(trace), 0);
}

static void who_departs_is_told_where(void **state) {
    (void)state;
    struct notes notes;
    struct sim_played played;
    record(path, NULL, false, &notes);
    greeting = "hallo\n";
    assert_int_equal(play(path, NULL, &notes, &played), COG_OK);
    greeting = "hello\n";
    assert_true(played.has_departed);
    assert_non_null(strstr(played.departure, "recorded: sendall on socket "));
    assert_non_null(strstr(played.departure, ", 6 bytes\nnow:      sendall on socket "));
    assert_non_null(strstr(played.departure, "others than then: \"hallo\\n\""));
    rounds = 2;
    assert_int_equal(play(path, NULL, &notes, &played), COG_OK);
    rounds = 3;
    assert_true(played.has_departed);
    assert_non_null(strstr(played.departure, "2 bytes\nnow:      recvall on socket "));
    rounds = 4;
    assert_int_equal(play(path, NULL, &notes, &played), COG_OK);
    rounds = 3;
    assert_true(played.has_departed);
    assert_non_null(strstr(played.departure, "recorded: recvall on socket "));
}

static void hashes_tell_nothing_to_run_on(void **state) {
    (void)state;
    struct notes notes;
    struct sim_played played;
    record(path, NULL, true, &notes);
    assert_string_equal(notes.text, said);
    assert_int_equal(play(path, NULL, &notes, &played), COG_EINVALID);
    assert_non_null(strstr(played.departure, "hashes"));
}

static void what_was_written_survives_a_kill(void **state) {
    (void)state;
    struct notes notes;
    struct sim_played played;
    rounds = 1000000;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        record(path, NULL, false, &notes);
        _exit(1); /* it is not to come to this */
    }
    struct sim_recording recording = {.bytes = NULL};
    size_t bytes = 0;
    while (bytes < 20000) { /* some blocks are there */
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        if (sim_recording_is_one(path) &&
            sim_recording_open(&recording, cog_allocator_malloc(), path) == COG_OK) {
            bytes = recording.byte_count;
            sim_recording_close(&recording);
        }
    }
    int how = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(play(path, NULL, &notes, &played), COG_OK);
    rounds = 3;
    assert_false(played.has_departed);
    assert_false(played.is_whole);
    assert_true(played.event_count > 1000);
    assert_memory_equal(notes.text, said, 40);
}

/* ---- Damage ---- */

static char *read_file(size_t *bytes) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *bytes = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*bytes);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *bytes, file), *bytes);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void write_file(const char *text, size_t bytes) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static void damaged_recordings_end_where_the_damage_is(void **state) {
    (void)state;
    struct notes notes;
    record(path, NULL, false, &notes);
    size_t bytes = 0;
    char *text = read_file(&bytes);
    for (size_t i = 0; i < 2 * bytes; i++) {
        struct sim_recording recording;
        size_t at = i / 2;
        bool is_cut = i % 2 == 0;
        text[at] = (char)(text[at] ^ (is_cut ? 0 : 0x10));
        write_file(text, is_cut ? at : bytes);
        text[at] = (char)(text[at] ^ (is_cut ? 0 : 0x10));
        int status = sim_recording_open(&recording, cog_allocator_malloc(), path);
        if (status != COG_OK) {
            assert_true(at < 16);
            assert_true(recording.error[0] != '\0');
            continue;
        }
        struct sim_player_options options = {.recording = &recording, .main = program};
        struct sim_played played;
        status = sim_play(&options, &played);
        assert_true(status == COG_OK || status == COG_ECORRUPT || status == COG_EINVALID);
        assert_true(is_cut || at < 16 || !recording.is_whole);
        sim_recording_close(&recording);
    }
    free(text);
}

/* Checksums keep this from happening; a reader is right all the same. */
static void events_that_make_no_sense_are_refused(void **state) {
    (void)state;
    struct notes notes;
    record(path, NULL, false, &notes);
    struct sim_recording recording;
    assert_int_equal(sim_recording_open(&recording, cog_allocator_malloc(), path), COG_OK);
    for (size_t at = 0; at < recording.byte_count; at++) {
        for (int bit = 0; bit < 8; bit++) {
            recording.bytes[at] ^= (unsigned char)(1 << bit);
            struct sim_player_options options = {.recording = &recording, .main = program};
            struct sim_played played;
            int status = sim_play(&options, &played);
            assert_true(status == COG_OK || status == COG_ECORRUPT || status == COG_EINVALID);
            recording.bytes[at] ^= (unsigned char)(1 << bit);
        }
    }
    sim_recording_close(&recording);
}

static void a_file_that_cannot_be_written_disturbs_nobody(void **state) {
    (void)state;
    struct cog_proactor proactor;
    struct cog_recorder *recorder = NULL;
    struct cog_scheduler *scheduler = NULL;
    assert_int_equal(cog_proactor_open(NULL, NULL, &proactor), COG_OK);
    struct cog_recorder_options none = {.path = "no/such/folder/x", .proactor = proactor};
    assert_int_equal(cog_recorder_open(&none, &recorder), COG_EIO);
    struct cog_recorder_options full = {.path = "/dev/full", .proactor = proactor};
    int status = cog_recorder_open(&full, &recorder);
    assert_int_equal(status, COG_EIO); /* the head already does not go in */
    cog_proactor_close(&proactor);
    (void)scheduler;
    record(path, NULL, false, &(struct notes){.text = ""}); /* for remove_path */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_program_does_the_same_again_on_its_recording, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(a_recording_has_a_trace_always_the_same, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(who_departs_is_told_where, make_path, remove_path),
        cmocka_unit_test_setup_teardown(hashes_tell_nothing_to_run_on, make_path, remove_path),
        cmocka_unit_test_setup_teardown(what_was_written_survives_a_kill, make_path, remove_path),
        cmocka_unit_test_setup_teardown(damaged_recordings_end_where_the_damage_is, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(events_that_make_no_sense_are_refused, make_path,
                                        remove_path),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_written_disturbs_nobody, make_path,
                                        remove_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
