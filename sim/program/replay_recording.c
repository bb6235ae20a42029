/* replay_recording.c - says how far a program follows its recording. */
#include "sim/program/replay_recording.h"

#include "sim/player.h"
#include "sim/program/program.h"
#include "sim/program/recording_file.h"
#include "sim/quotation.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void print_note(void *context, int64_t time_ns, const char *coroutine, const char *text) {
    struct sim_buffer buffer;
    (void)context;
    sim_buffer_init(&buffer, cog_allocator_malloc());
    sim_quote_time(time_ns, &buffer);
    if (!buffer.has_failed) {
        (void)printf("%s\t%s\t", buffer.bytes, coroutine);
        for (const char *at = text; *at != '\0'; at++) {
            unsigned char byte = (unsigned char)*at;
            (void)printf(byte < 0x20 || byte == 0x7F ? "\\x%02x" : "%c", byte);
        }
        (void)fputc('\n', stdout);
    }
    sim_buffer_term(&buffer);
}

static void print_text(const char *path, const struct sim_recording *recording,
                       const struct sim_played *played) {
    struct sim_buffer time;
    sim_buffer_init(&time, cog_allocator_malloc());
    sim_quote_time(played->duration_ns, &time);
    (void)printf("%s %s: %" PRIu64 " events followed, %" PRIu64 " socket operations, %s\n",
                 played->has_departed ? "FAIL " : "ok   ", path, played->event_count,
                 played->submit_count, time.has_failed ? "" : time.bytes);
    if (played->has_departed) {
        const char *second = strchr(played->departure, '\n');
        int bytes =
            second != NULL ? (int)(second - played->departure) : (int)strlen(played->departure);
        (void)printf("    the program departs at event %" PRIu64 ", at %s\n      %.*s\n",
                     played->event_count + 1, time.has_failed ? "" : time.bytes, bytes,
                     played->departure);
        if (second != NULL) {
            (void)printf("      %s\n", second + 1);
        }
    }
    if (!recording->is_whole) {
        (void)printf("    the recording is cut off at byte %" PRIu64
                     ": its process was killed, or the file is damaged\n",
                     recording->cut_offset);
    }
    sim_buffer_term(&time);
}

static int print_json(const char *path, const struct sim_recording *recording,
                      const struct sim_played *played) {
    json_t *object =
        json_pack("{s:s,s:b,s:I,s:I,s:I,s:b}", "file", path, "ok", !played->has_departed, "events",
                  (json_int_t)played->event_count, "operations", (json_int_t)played->submit_count,
                  "duration_ns", (json_int_t)played->duration_ns, "whole", recording->is_whole);
    if (object != NULL && played->has_departed) {
        (void)json_object_set_new(object, "departure", json_string(played->departure));
    }
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text != NULL) {
        (void)printf("%s\n", text);
    }
    free(text);
    json_decref(object);
    return text != NULL ? EXIT_HELD : EXIT_ENVIRONMENT;
}

static int play(const char *path, const struct sim_recording *recording,
                const struct replay_recording_settings *settings) {
    struct sim_played played;
    struct sim_player_options options = {.recording = recording,
                                         .program_path = settings->program_path,
                                         .trace_path = settings->trace_path,
                                         .noted = settings->log ? print_note : NULL};
    int status = sim_play(&options, &played);
    switch (status) {
    case COG_OK:
        break;
    case COG_EINVALID:
        complain("%s: %s", settings->program_path, played.departure);
        return EXIT_BAD_INPUT;
    case COG_ECORRUPT:
        complain("%s: the recording makes no sense at event %" PRIu64, path,
                 played.event_count + 1);
        return EXIT_BAD_INPUT;
    case COG_EIO:
        complain("cannot write %s: %s", settings->trace_path, strerror(errno));
        return EXIT_ENVIRONMENT;
    default:
        complain("%s: %s", path, cog_status_text(status));
        return EXIT_ENVIRONMENT;
    }
    int code = EXIT_HELD;
    if (settings->json) {
        code = print_json(path, recording, &played);
    } else if (!settings->log || played.has_departed) {
        print_text(path, recording, &played);
    }
    return worse(code, played.has_departed ? EXIT_NOT_HELD : EXIT_HELD);
}

int replay_recording(const char *path, const struct replay_recording_settings *settings) {
    struct sim_recording recording;
    if (settings->program_path == NULL) {
        complain("%s is a recording: --program FILE.so names the program that it is of", path);
        return EXIT_BAD_INPUT;
    }
    int code = recording_open(&recording, path);
    if (code == EXIT_HELD) {
        code = play(path, &recording, settings);
        sim_recording_close(&recording);
    }
    return finish_output(code);
}
