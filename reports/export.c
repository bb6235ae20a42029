/* export.c - chooses the format, and lets the trace stream by. */
#include "reports/export.h"

#include <stdlib.h>
#include <string.h>

#include "reports/status.h"
#include "reports/trace_reader.h"

static const struct format {
    const char *name;
    const char *suffix;
    const struct rep_export *how;
} formats[] = {
    {"jsonl", ".jsonl", &rep_export_json_lines},
    {"csv", ".csv", &rep_export_csv},
    {"perfetto", ".pftrace", &rep_export_perfetto},
    {"perfetto", ".perfetto-trace", &rep_export_perfetto},
    {"pcapng", ".pcapng", &rep_export_pcapng},
};

enum { FORMAT_COUNT = sizeof formats / sizeof formats[0] };

static const struct rep_export *find_format(const char *name, const char *path) {
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        bool is_it = name != NULL ? strcmp(formats[i].name, name) == 0
                                  : path != NULL && rep_text_ends_with(path, formats[i].suffix);
        if (is_it)
            return formats[i].how;
    }
    return NULL;
}

/* ---- Marks ---- */

void rep_export_mark(struct rep_exporting *it, uint64_t index) {
    size_t byte = (size_t)(index / 8);
    if (byte >= it->mark_bytes) {
        size_t bytes = 2 * byte + 4096;
        uint8_t *marks = realloc(it->marks, bytes);
        if (marks == NULL) {
            it->has_failed = true;
            return;
        }
        memset(marks + it->mark_bytes, 0, bytes - it->mark_bytes);
        it->marks = marks;
        it->mark_bytes = bytes;
    }
    it->marks[byte] |= (uint8_t)(1 << index % 8);
}

bool rep_export_is_marked(const struct rep_exporting *it, uint64_t index) {
    return index / 8 < it->mark_bytes && (it->marks[index / 8] >> index % 8 & 1) != 0;
}

/* ---- Names ---- */

static const char *name_of(const struct rep_exporting *it, enum rep_actor_kind kind, uint64_t id) {
    return rep_scene_name(&it->scene, rep_scene_find(&it->scene, kind, id));
}

const char *rep_export_host(const struct rep_exporting *it) {
    return name_of(it, REP_ACTOR_HOST, it->event->host);
}

const char *rep_export_coroutine(const struct rep_exporting *it) {
    return name_of(it, REP_ACTOR_LANE, it->event->coroutine);
}

/* How numbers are told that are more than numbers. */
enum meaning { PLAIN, SIGNED, HOST, LANE, OBJECT };

static enum meaning meaning_of(const char *kind, const char *field) {
    static const struct {
        const char *kind;
        const char *field;
        enum meaning meaning;
    } meanings[] = {
        {"host", "skew", SIGNED},        {"host", "drift", SIGNED},
        {"operation", "object", OBJECT}, {"operation", "other", LANE},
        {"coroutine", "parent", LANE},   {"send", "to", HOST},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (strcmp(meanings[i].field, field) == 0 && strcmp(meanings[i].kind, kind) == 0)
            return meanings[i].meaning;
    }
    return PLAIN;
}

/* 0, 1, 2, 3 are 0, -1, 1, -2. */
static int64_t signed_of(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static struct rep_export_value named(const struct rep_exporting *it, enum rep_actor_kind kind,
                                     uint64_t id, struct rep_text *text) {
    const char *name = name_of(it, kind, id);
    rep_text_add(text, name);
    return (struct rep_export_value){name[0] != '\0' ? REP_EXPORT_TEXT : REP_EXPORT_NOTHING, 0};
}

struct rep_export_value rep_export_field(const struct rep_exporting *it,
                                         const struct rep_field *field, struct rep_text *text) {
    rep_text_clear(text);
    if (strcmp(field->name, "line") == 0)
        return (struct rep_export_value){REP_EXPORT_NOTHING, 0};
    if (field->type != REP_FIELD_VARINT) {
        struct rep_bytes value = rep_event_string(it->trace, it->event, field->name);
        rep_text_add_foreign(text, value.start, value.count);
        return (struct rep_export_value){REP_EXPORT_TEXT, 0};
    }
    uint64_t value = rep_event_integer(it->trace, it->event, field->name);
    switch (meaning_of(it->trace->kinds[it->event->kind].name, field->name)) {
    case PLAIN:
        break;
    case SIGNED:
        return (struct rep_export_value){REP_EXPORT_NUMBER, signed_of(value)};
    case HOST:
        return named(it, REP_ACTOR_HOST, value, text);
    case LANE:
        return named(it, REP_ACTOR_LANE, value, text);
    case OBJECT:
        return named(it, REP_ACTOR_OBJECT, value, text);
    }
    return (struct rep_export_value){REP_EXPORT_NUMBER, (int64_t)value};
}

/* ---- Streaming ---- */

/* Shows the events up to that one to `show`, which may be null, after `begin`, which may. */
static int pass(struct rep_exporting *it, const char *trace_path, uint64_t event_max,
                void (*begin)(struct rep_exporting *it), void (*show)(struct rep_exporting *it),
                struct rep_error *error) {
    struct rep_reader reader;
    int status = rep_reader_open(&reader, trace_path, error);
    it->trace = reader.trace;
    it->scene.trace = reader.trace;
    it->event = &it->at_hand;
    it->index = 0;
    if (status == REP_OK && begin != NULL)
        begin(it);
    while (status >= 0 && it->index < event_max && !it->has_failed &&
           (status = rep_reader_next(&reader, &it->at_hand)) > 0) {
        it->index++;
        rep_scene_note(&it->scene, it->index, it->event);
        if (show != NULL)
            show(it);
    }
    if (error != NULL && (status == REP_ETRUNCATED || status == REP_ECORRUPT))
        error->whole_event_count = reader.whole_count;
    if (status == REP_OK && reader.is_over)
        it->hash = reader.trace->hash;
    it->has_failed |= it->scene.has_failed;
    rep_reader_close(&reader);
    return status < 0 ? status : REP_OK;
}

/* The whole trace is read before the first byte is written, for it could be damaged. */
static int look_ahead(struct rep_exporting *it, const struct rep_export *how,
                      const char *trace_path, bool salvages, uint64_t *event_max,
                      struct rep_error *error) {
    struct rep_error own = {.byte_offset = 0};
    int status = pass(it, trace_path, UINT64_MAX, NULL, how->foresee, &own);
    *event_max = it->index;
    if (error != NULL)
        *error = own;
    if (salvages && own.whole_event_count > 0) {
        *event_max = own.whole_event_count;
        it->hash = 0;
        return REP_OK;
    }
    return status;
}

static int write_file(struct rep_exporting *it, const struct rep_export *how,
                      const char *trace_path, const char *path, uint64_t event_max,
                      struct rep_error *error) {
    it->output = malloc(sizeof *it->output);
    if (it->output == NULL)
        return rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    int status = rep_output_open(it->output, path, error);
    if (status != REP_OK) {
        free(it->output);
        return status;
    }
    rep_scene_rewind(&it->scene);
    status = pass(it, trace_path, event_max, how->begin, how->event, error);
    for (size_t i = 0; i < sizeof it->text / sizeof it->text[0]; i++)
        it->has_failed |= it->text[i].failed;
    if (status == REP_OK && it->has_failed)
        status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    struct rep_error *telling = status == REP_OK ? error : NULL; /* of two reasons the first */
    int closed = rep_output_close(it->output, status == REP_OK, telling);
    free(it->output);
    return status == REP_OK ? closed : status;
}

int rep_export_write(const char *trace_path, const struct rep_export_options *options,
                     const char *path, struct rep_error *error) {
    const struct rep_export *how = find_format(options->format, path);
    if (how == NULL) {
        return rep_error_set(error, REP_EFORMAT, 0,
                             "there are the formats jsonl, csv, perfetto (.pftrace) and pcapng");
    }
    struct rep_exporting it = {.state = calloc(1, how->state_bytes + 1)};
    rep_scene_init(&it.scene, NULL);
    uint64_t event_max = 0;
    int status = it.state != NULL
                     ? look_ahead(&it, how, trace_path, options->salvages, &event_max, error)
                     : rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    if (status == REP_OK && it.has_failed)
        status = rep_error_set(error, REP_ENOMEM, 0, "out of memory");
    struct rep_error lost = error != NULL ? *error : (struct rep_error){0};
    if (status == REP_OK)
        status = write_file(&it, how, trace_path, path, event_max, error);
    if (status == REP_OK && error != NULL)
        *error = lost; /* of what was salvaged: what was not */
    if (it.state != NULL && how->end != NULL)
        how->end(&it);
    for (size_t i = 0; i < sizeof it.text / sizeof it.text[0]; i++)
        rep_text_term(&it.text[i]);
    rep_scene_term(&it.scene);
    free(it.state);
    free(it.marks);
    return status;
}
