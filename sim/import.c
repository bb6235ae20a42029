/* import.c - from what a program was told to who would have told it so. */
#include "sim/import.h"

#include "core/recording_writer.h"
#include "sim/update_literal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512 /* of one sendall */, SOCKET_MAX = 1 << 24 };

/* A connection that the program has accepted. */
struct connection {
    int64_t accepted_ns;
    struct sim_buffer deeds; /* of the client, in lines */
    bool is_open;
};

struct importing {
    const struct cog_allocator *allocator;
    const struct sim_import_options *options;
    struct connection *connections;
    size_t count;
    size_t capacity;
    uint32_t *open; /* by socket of the program: the number of its connection, from 1; 0: none */
    size_t open_count;
    size_t open_capacity;
    int32_t *sockets; /* by the serial of a submit, from 1 */
    size_t socket_count;
    size_t socket_capacity;
    int64_t now_ns;
    int64_t start_ns;
    bool has_begun;      /* the clock has told the first time */
    uint64_t byte_count; /* received */
    char *error;
    int status;
};

static void fail(struct importing *importing, int status, const char *why) {
    if (importing->status == COG_OK) {
        importing->status = status;
        (void)snprintf(importing->error, SIM_IMPORT_ERROR_BYTES, "%s", why);
    }
}

static int64_t since_start_ns(const struct importing *importing) {
    return importing->now_ns - importing->start_ns;
}

/* The one that is open on a socket, or null. */
static struct connection *find(const struct importing *importing, int32_t socket) {
    bool is_known = socket >= 0 && (size_t)socket < importing->open_count;
    uint32_t number = is_known ? importing->open[socket] : 0;
    return number != 0 ? &importing->connections[number - 1] : NULL;
}

/* What a socket means from now on: a connection, by its number from 1, or none. */
static bool mean(struct importing *importing, int32_t socket, uint32_t number) {
    if (socket < 0 || socket > SOCKET_MAX) {
        fail(importing, COG_ECORRUPT, "the recording makes no sense");
        return false;
    }
    while (importing->open_count <= (size_t)socket) {
        uint32_t *grown = cog_grow(importing->allocator, importing->open, importing->open_count,
                                   &importing->open_capacity, sizeof grown[0]);
        if (grown == NULL) {
            fail(importing, COG_ENOMEM, "");
            return false;
        }
        importing->open = grown;
        grown[importing->open_count++] = 0;
    }
    importing->open[socket] = number;
    return true;
}

/* ---- What clients did ---- */

static void accept_client(struct importing *importing, int32_t socket) {
    struct connection *grown = cog_grow(importing->allocator, importing->connections,
                                        importing->count, &importing->capacity, sizeof grown[0]);
    if (grown == NULL) {
        fail(importing, COG_ENOMEM, "");
        return;
    }
    importing->connections = grown;
    struct connection *connection = &grown[importing->count++];
    *connection = (struct connection){.accepted_ns = since_start_ns(importing)};
    sim_buffer_init(&connection->deeds, importing->allocator);
    connection->is_open = mean(importing, socket, (uint32_t)importing->count);
}

static void add_sent(struct importing *importing, struct connection *connection,
                     const struct sim_recorded_result *result) {
    importing->byte_count += result->done;
    for (size_t at = 0; at < result->done; at += TEXT_BYTES) {
        size_t left = (size_t)result->done - at;
        sim_buffer_add_text(&connection->deeds, "    call say(conn, ");
        sim_literal_add_time(&connection->deeds, since_start_ns(importing));
        sim_buffer_add_text(&connection->deeds, ", ");
        sim_literal_add_text(&connection->deeds, (const char *)result->data + at,
                             left < TEXT_BYTES ? left : TEXT_BYTES);
        sim_buffer_add_text(&connection->deeds, ")\n");
    }
}

/* The client has hung up, or the recording is over. */
static void add_end(struct importing *importing, struct connection *connection) {
    sim_buffer_add_text(&connection->deeds, "    call wait_until(");
    sim_literal_add_time(&connection->deeds, since_start_ns(importing));
    sim_buffer_add_text(&connection->deeds, ")\n    shutdown conn\n");
    connection->is_open = false;
}

/* The program has hung up; the client is told so. */
static void close_socket(struct importing *importing, int32_t socket) {
    struct connection *connection = find(importing, socket);
    if (connection != NULL) {
        connection->is_open = false;
        importing->open[socket] = 0;
    }
}

/* ---- What the program was told ---- */

static void end_operation(struct importing *importing, enum cog_op_kind op, int32_t socket,
                          int status, const struct sim_recorded_result *result) {
    struct connection *connection = find(importing, socket);
    switch ((int)op) {
    case COG_OP_ACCEPT:
        if (status == COG_OK) {
            accept_client(importing, result->socket);
        }
        return;
    case COG_OP_CONNECT:
        fail(importing, COG_EUNSUPPORTED,
             "the program connects to others; only what others sent to it can be told");
        return;
    case COG_OP_RECV:
    case COG_OP_RECVALL:
    case COG_OP_RECVLINE:
        if (connection != NULL && result->done > 0) {
            add_sent(importing, connection, result);
        }
        if (connection != NULL && (status == COG_ECLOSED || status == COG_ERESET)) {
            add_end(importing, connection);
            importing->open[socket] = 0;
        }
        return;
    case COG_OP_CLOSE:
        if (status == COG_OK) {
            close_socket(importing, socket);
        }
        return;
    default:
        return;
    }
}

static void note_submit(struct importing *importing, const struct sim_recorded_event *event) {
    int32_t *grown = cog_grow(importing->allocator, importing->sockets, importing->socket_count,
                              &importing->socket_capacity, sizeof grown[0]);
    if (grown == NULL) {
        fail(importing, COG_ENOMEM, "");
        return;
    }
    importing->sockets = grown;
    grown[importing->socket_count++] = event->socket;
    if (event->status != COG_PENDING) {
        end_operation(importing, event->op, event->socket, event->status, &event->result);
    }
}

static int32_t socket_of(const struct importing *importing, uint64_t serial) {
    return serial >= 1 && serial <= importing->socket_count ? importing->sockets[serial - 1] : -1;
}

static void note(struct importing *importing, const struct sim_recorded_event *event) {
    switch (event->kind) {
    case COG_RECORDED_CLOCK:
        importing->now_ns += event->clock_delta;
        importing->start_ns = importing->has_begun ? importing->start_ns : importing->now_ns;
        importing->has_begun = true;
        return;
    case COG_RECORDED_SUBMIT:
        note_submit(importing, event);
        return;
    case COG_RECORDED_COMPLETE:
        end_operation(importing, event->op, socket_of(importing, event->serial), event->status,
                      &event->result);
        return;
    case COG_RECORDED_CANCEL:
        if (event->is_cancelled) {
            end_operation(importing, event->op, socket_of(importing, event->serial), COG_ECANCELLED,
                          &event->result);
        }
        return;
    case COG_RECORDED_CLOSE:
        close_socket(importing, event->socket);
        return;
    default:
        return;
    }
}

static void read_events(struct importing *importing, const struct sim_recording *recording) {
    struct sim_recording_reader reader;
    struct sim_recorded_event event;
    sim_recording_reader_init(&reader, recording);
    while (importing->status == COG_OK && sim_recording_next(&reader, &event)) {
        note(importing, &event);
    }
    if (reader.is_corrupt) {
        fail(importing, COG_ECORRUPT, "the recording makes no sense");
    }
    sim_recording_reader_term(&reader);
    for (size_t i = 0; i < importing->count; i++) {
        if (importing->connections[i].is_open) {
            add_end(importing, &importing->connections[i]);
        }
    }
    if (importing->count == 0) {
        fail(importing, COG_EUNSUPPORTED, "nobody has connected to the program");
    }
}

/* ---- The scenario ---- */

static const char routines[] = "routine wait_until(moment)\n"
                               "    if moment > now\n"
                               "        sleep moment - now\n"
                               "\n"
                               "routine say(conn, moment, words)\n"
                               "    call    wait_until(moment)\n"
                               "    sendall conn words\n"
                               "    on closed, reset\n"
                               "        return\n"
                               "\n"
                               "routine read_all(conn)\n"
                               "    repeat\n"
                               "        recv _answer from conn max 65536\n"
                               "        on closed, reset\n"
                               "            return\n";

static void add_connection(const struct importing *importing, size_t index,
                           struct sim_buffer *text) {
    const struct connection *connection = &importing->connections[index];
    sim_buffer_add_format(text, "\ncoro client_%zu on clients", index + 1);
    if (connection->accepted_ns > 0) {
        sim_buffer_add_text(text, " after ");
        sim_literal_add_time(text, connection->accepted_ns);
    }
    sim_buffer_add_format(text, "\n    connect conn to server port %u\n",
                          (unsigned)importing->options->port);
    sim_buffer_add_text(text, "    spawn read_all(conn) as reading\n");
    sim_buffer_add(text, connection->deeds.bytes, connection->deeds.length);
    sim_buffer_add_text(text, "    join reading\n");
    text->has_failed |= connection->deeds.has_failed;
}

static void compose(struct importing *importing, const struct sim_recording *recording,
                    struct sim_buffer *text) {
    const struct sim_import_options *options = importing->options;
    sim_buffer_add_format(
        text, "# What was sent to a program, as it has been recorded: %zu connection%s, ",
        importing->count, importing->count == 1 ? "" : "s");
    sim_buffer_add_format(text, "%" PRIu64 " bytes, in ", importing->byte_count);
    sim_literal_add_time(text, since_start_ns(importing));
    sim_buffer_add_text(text, recording->is_whole ? ".\n" : ", until it was cut off.\n");
    sim_buffer_add_text(
        text, "# Orders and latencies may vary around that; what should hold is to be added.\n"
              "scenario ");
    struct sim_buffer title;
    sim_buffer_init(&title, importing->allocator);
    sim_buffer_add_format(&title, "recorded: %s", options->recording);
    sim_literal_add_text(text, title.bytes, title.length);
    text->has_failed |= title.has_failed;
    sim_buffer_term(&title);
    sim_buffer_add_text(text, "\n\nhost server program ");
    sim_literal_add_text(text, options->program, strlen(options->program));
    sim_buffer_add_text(text, "\nlink clients <-> server latency 0ms..1ms\n\n");
    sim_buffer_add_text(text, routines);
    for (size_t i = 0; i < importing->count; i++) {
        add_connection(importing, i, text);
    }
    sim_buffer_add_text(text, "\nexplore vary order arrivals time\n");
}

int sim_import(const struct sim_recording *recording, const struct sim_import_options *options,
               struct sim_buffer *text, char error[SIM_IMPORT_ERROR_BYTES]) {
    struct importing importing = {
        .allocator = recording->allocator, .options = options, .error = error, .status = COG_OK};
    error[0] = '\0';
    if (recording->hashes_data) {
        fail(&importing, COG_EUNSUPPORTED, "the recording has hashes in place of what was sent");
    } else {
        read_events(&importing, recording);
    }
    if (importing.status == COG_OK) {
        compose(&importing, recording, text);
    }
    for (size_t i = 0; i < importing.count; i++) {
        sim_buffer_term(&importing.connections[i].deeds);
    }
    cog_release(importing.allocator, importing.connections,
                importing.capacity * sizeof importing.connections[0]);
    cog_release(importing.allocator, importing.open,
                importing.open_capacity * sizeof importing.open[0]);
    cog_release(importing.allocator, importing.sockets,
                importing.socket_capacity * sizeof importing.sockets[0]);
    return importing.status == COG_OK && text->has_failed ? COG_ENOMEM : importing.status;
}
