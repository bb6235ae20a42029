/* import.c - from what a program was told to who would have told it so. */
#include "sim/import.h"

#include "core/recording_writer.h"
#include "sim/quotation.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512 /* of one sendall */ };

/* A connection that the program has accepted. */
struct connection {
    int32_t socket; /* the program's; -1: it is over */
    int64_t accepted_ns;
    struct sim_buffer deeds; /* of the client, in lines */
};

struct importing {
    const struct cog_allocator *allocator;
    const struct sim_import_options *options;
    struct connection *connections;
    size_t count;
    size_t capacity;
    int32_t *sockets; /* by the serial of a submit, from 1 */
    size_t socket_count;
    size_t socket_capacity;
    int64_t now_ns;
    int64_t start_ns;
    bool has_begun; /* the clock has told the first time */
    struct sim_imported *imported;
    int status;
};

static void fail(struct importing *importing, int status, const char *why) {
    if (importing->status == COG_OK) {
        importing->status = status;
        (void)snprintf(importing->imported->error, sizeof importing->imported->error, "%s", why);
    }
}

static int64_t since_start_ns(const struct importing *importing) {
    return importing->now_ns - importing->start_ns;
}

static struct connection *find(struct importing *importing, int32_t socket) {
    for (size_t i = importing->count; i-- > 0;) {
        if (importing->connections[i].socket == socket) {
            return &importing->connections[i];
        }
    }
    return NULL;
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
    *connection = (struct connection){.socket = socket, .accepted_ns = since_start_ns(importing)};
    sim_buffer_init(&connection->deeds, importing->allocator);
}

/* A text of the language. Bytes that are no characters of ASCII stand as \xHH. */
static void add_text(struct sim_buffer *text, const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = bytes[i];
        if (byte == '\n') {
            sim_buffer_add_text(text, "\\n");
        } else if (byte == '"' || byte == '\\' || byte == '{' || byte == '}') {
            sim_buffer_add_format(text, "\\%c", byte);
        } else if (byte >= 0x20 && byte < 0x7F) {
            sim_buffer_add(text, (const char *)&byte, 1);
        } else {
            sim_buffer_add_format(text, "\\x%02X", byte);
        }
    }
}

static void add_sent(struct importing *importing, struct connection *connection,
                     const struct sim_recorded_result *result) {
    importing->imported->byte_count += result->done;
    for (size_t at = 0; at < result->done; at += TEXT_BYTES) {
        size_t left = (size_t)result->done - at;
        sim_buffer_add_text(&connection->deeds, "    call say(conn, ");
        sim_quote_time(since_start_ns(importing), &connection->deeds);
        sim_buffer_add_text(&connection->deeds, ", \"");
        add_text(&connection->deeds, result->data + at, left < TEXT_BYTES ? left : TEXT_BYTES);
        sim_buffer_add_text(&connection->deeds, "\")\n");
    }
}

/* The client has hung up, or the recording is over. */
static void add_end(struct importing *importing, struct connection *connection) {
    sim_buffer_add_text(&connection->deeds, "    call wait_until(");
    sim_quote_time(since_start_ns(importing), &connection->deeds);
    sim_buffer_add_text(&connection->deeds, ")\n    shutdown conn\n");
    connection->socket = -1;
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
        }
        return;
    case COG_OP_CLOSE:
        if (connection != NULL && status == COG_OK) {
            connection->socket = -1; /* the client is told so */
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
    struct connection *connection;
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
        connection = find(importing, event->socket);
        if (connection != NULL) {
            connection->socket = -1;
        }
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
        if (importing->connections[i].socket >= 0) {
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
        sim_quote_time(connection->accepted_ns, text);
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
    struct sim_imported *imported = importing->imported;
    imported->connection_count = (uint32_t)importing->count;
    imported->duration_ns = since_start_ns(importing);
    sim_buffer_add_format(
        text, "# What was sent to a program, as it has been recorded: %zu connection%s, ",
        importing->count, importing->count == 1 ? "" : "s");
    sim_buffer_add_format(text, "%" PRIu64 " bytes, in ", imported->byte_count);
    sim_quote_time(imported->duration_ns, text);
    sim_buffer_add_text(text, recording->is_whole ? ".\n" : ", until it was cut off.\n");
    sim_buffer_add_text(
        text, "# Orders and latencies may vary around that; what should hold is to be added.\n"
              "scenario \"recorded: ");
    add_text(text, (const unsigned char *)options->recording, strlen(options->recording));
    sim_buffer_add_text(text, "\"\n\nhost server program \"");
    add_text(text, (const unsigned char *)options->program, strlen(options->program));
    sim_buffer_add_text(text, "\"\nlink clients <-> server latency 0ms..1ms\n\n");
    sim_buffer_add_text(text, routines);
    for (size_t i = 0; i < importing->count; i++) {
        add_connection(importing, i, text);
    }
    sim_buffer_add_text(text, "\nexplore vary order arrivals time\n");
}

int sim_import(const struct sim_recording *recording, const struct sim_import_options *options,
               struct sim_buffer *text, struct sim_imported *imported) {
    struct importing importing = {.allocator = recording->allocator,
                                  .options = options,
                                  .imported = imported,
                                  .status = COG_OK};
    *imported = (struct sim_imported){.connection_count = 0};
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
    cog_release(importing.allocator, importing.sockets,
                importing.socket_capacity * sizeof importing.sockets[0]);
    return importing.status == COG_OK && text->has_failed ? COG_ENOMEM : importing.status;
}
