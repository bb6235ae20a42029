/* network.c - paths between hosts, segments under way, partitions. */
#include "sim/network.h"

#include "core/check.h"
#include "sim/datagram.h"
#include "sim/declared.h"
#include "sim/duration.h"
#include "sim/language/buffer.h"
#include "sim/segment.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

enum { NETWORK_10 = 10 << 24 };

int sim_network_init(struct sim_network *network, const struct cog_allocator *allocator,
                     struct sim_tracer *tracer, const int64_t *now_ns, uint32_t host_count,
                     struct sim_network_wake wake) {
    cog_assert(host_count <= SIM_HOSTS_MAX);
    *network = (struct sim_network){.allocator = allocator,
                                    .tracer = tracer,
                                    .now_ns = now_ns,
                                    .host_count = host_count,
                                    .wake = wake};
    cog_list_init(&network->listeners);
    cog_list_init(&network->bound);
    cog_list_init(&network->held);
    size_t count = (size_t)host_count * host_count;
    network->paths = cog_allocate_zeroed(allocator, count, sizeof network->paths[0]);
    if (network->paths == NULL) {
        return COG_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        network->paths[i].buffer_bytes = SIM_BUFFER_BYTES_DEFAULT;
        network->paths[i].latency_number = SIM_NONE;
        network->paths[i].partition_number = SIM_NONE;
    }
    return COG_OK;
}

struct sim_path *sim_network_path(struct sim_network *network, uint32_t from, uint32_t to) {
    cog_assert(from >= 1 && from <= network->host_count && to >= 1 && to <= network->host_count);
    return &network->paths[(size_t)(from - 1) * network->host_count + (to - 1)];
}

void sim_network_address(struct sockaddr_in *address, uint32_t host, uint16_t port) {
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr.s_addr = htonl(NETWORK_10 + host);
}

const char *sim_segment_class_name(enum sim_segment_class class) {
    switch (class) {
    case SIM_SEGMENT_SYN:
        return "syn";
    case SIM_SEGMENT_SYN_ACK:
        return "syn-ack";
    case SIM_SEGMENT_ACK:
        return "ack";
    case SIM_SEGMENT_DATA:
        return "data";
    case SIM_SEGMENT_WINDOW:
        return "window";
    case SIM_SEGMENT_FIN:
        return "fin";
    case SIM_SEGMENT_RST:
        return "rst";
    }
    return "";
}

size_t sim_segment_bytes(const struct sim_segment *segment) {
    return sizeof *segment + (segment->class == SIM_SEGMENT_DATA ? segment->amount : 0);
}

static struct sim_path *path_of(struct sim_network *network,
                                const struct sim_direction *direction) {
    const struct sim_connection *connection = direction->connection;
    return sim_network_path(network, connection->hosts[direction->from_end],
                            connection->hosts[1 - direction->from_end]);
}

/* How long the line is busy with so many bytes: rounded up. */
static int64_t transmission_ns(const struct sim_path *path, size_t bytes) {
    const int64_t second_ns = 1000000000;
    int64_t rate = path->bandwidth_bytes_per_second;
    int64_t whole = (int64_t)bytes / rate;
    int64_t rest = (int64_t)bytes % rate;
    /* rest < rate; split so that the product cannot overflow. */
    int64_t rest_ns;
    if (rest < INT64_MAX / second_ns) {
        rest_ns = rest * second_ns / rate + (rest * second_ns % rate > 0 ? 1 : 0);
    } else {
        rest_ns = rest / (rate / second_ns);
    }
    return whole > INT64_MAX / second_ns / 4 ? INT64_MAX / 4 : whole * second_ns + rest_ns;
}

static void label_latency(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct sim_direction *direction = choice->subject;
    sim_buffer_add_format(buffer, "latency of connection %" PRIu32 "%s", direction->connection->id,
                          direction->from_end == 0 ? "" : ", back");
}

static void label_nanoseconds(const struct sim_choice *choice, uint64_t index,
                              struct sim_buffer *buffer) {
    char text[SIM_DURATION_BYTES];
    sim_buffer_add_text(buffer, sim_duration_format(choice->low + (int64_t)index, text));
}

/* How much longer than at least it takes. */
static int64_t drawn_latency_ns(const struct sim_network *network, const struct sim_path *path,
                                const struct sim_choice *latency) {
    struct sim_choice choice = {.kind = SIM_CHOICE_TIME,
                                .process = SIM_NONE,
                                .stream = latency->stream,
                                .count = (uint64_t)path->latency_span_ns + 1,
                                .low = path->latency_ns,
                                .label = latency->label,
                                .candidate_label = label_nanoseconds,
                                .subject = latency->subject};
    if (sim_choice_varies(network->chooser, &choice)) {
        sim_declared_plays(network->played, path->latency_number);
    }
    return (int64_t)sim_choose(network->chooser, &choice);
}

int64_t sim_network_arrival_ns(struct sim_network *network, struct sim_path *path, size_t bytes,
                               const struct sim_choice *latency) {
    int64_t departure_ns = *network->now_ns;
    if (path->bandwidth_bytes_per_second > 0 && bytes > 0) {
        departure_ns = path->free_at_ns > departure_ns ? path->free_at_ns : departure_ns;
        departure_ns += transmission_ns(path, bytes);
        path->free_at_ns = departure_ns;
        sim_network_touch_line(network);
    }
    return departure_ns + path->latency_ns + drawn_latency_ns(network, path, latency);
}

bool sim_path_is_full(const struct sim_path *path, int64_t now_ns) {
    return path->bandwidth_bytes_per_second > 0 &&
           path->free_at_ns - now_ns > transmission_ns(path, path->buffer_bytes);
}

/* In order: not before what was sent before it. */
static int64_t arrival_ns(struct sim_network *network, const struct sim_direction *direction,
                          size_t bytes) {
    const struct sim_choice latency = {.stream = (uint64_t)direction->connection->id << 1 |
                                                 direction->from_end,
                                       .label = label_latency,
                                       .subject = direction};
    int64_t time_ns = sim_network_arrival_ns(network, path_of(network, direction), bytes, &latency);
    return time_ns > direction->last_arrival_ns ? time_ns : direction->last_arrival_ns;
}

void sim_segment_schedule(struct sim_network *network, struct sim_direction *direction) {
    struct sim_arrival arrival = {.time_ns = direction->first->arrival_ns,
                                  .order = direction->first->order,
                                  .direction = direction};
    if (sim_agenda_push(&network->agenda, network->allocator, arrival) != COG_OK) {
        network->is_out_of_memory = true;
    }
}

void sim_segment_send(struct sim_network *network, struct sim_connection *connection, uint8_t end,
                      enum sim_segment_class class, const char *bytes, size_t amount) {
    struct sim_direction *direction = &connection->directions[end];
    size_t data_bytes = class == SIM_SEGMENT_DATA ? amount : 0;
    struct sim_segment *segment = cog_allocate(network->allocator, sizeof *segment + data_bytes);
    if (segment == NULL) {
        network->is_out_of_memory = true;
        return;
    }
    *segment = (struct sim_segment){.class = class,
                                    .arrival_ns = arrival_ns(network, direction, data_bytes),
                                    .order = ++network->order_last,
                                    .amount = amount};
    if (data_bytes > 0) {
        memcpy(segment + 1, bytes, data_bytes);
    }
    segment->send_event =
        sim_tracer_send(network->tracer, connection->hosts[end],
                        &(struct sim_tracer_segment){.connection = connection->id,
                                                     .class_name = sim_segment_class_name(class),
                                                     .amount = amount,
                                                     .data = bytes,
                                                     .data_bytes = data_bytes,
                                                     .to = connection->hosts[1 - end],
                                                     .arrival_ns = segment->arrival_ns});
    sim_delayed_note_sending(network, direction, segment);
    direction->last_arrival_ns = segment->arrival_ns;
    if (direction->first == NULL) {
        direction->first = segment;
        direction->last = segment;
        if (!cog_link_is_linked(&direction->held_link)) {
            sim_segment_schedule(network, direction);
        }
    } else {
        direction->last->next = segment;
        direction->last = segment;
    }
}

void sim_network_partition(struct sim_network *network, uint32_t a, uint32_t b) {
    sim_network_path(network, a, b)->is_partitioned = true;
    sim_network_path(network, b, a)->is_partitioned = true;
}

/* Sets the arrivals of what a partition held: one latency from now, in order. */
static void let_go(struct sim_network *network, struct sim_direction *direction) {
    cog_link_remove(&direction->held_link);
    int64_t earliest_ns = *network->now_ns + path_of(network, direction)->latency_ns;
    for (struct sim_segment *segment = direction->first;
         segment != NULL && segment->arrival_ns < earliest_ns; segment = segment->next) {
        segment->arrival_ns = earliest_ns;
    }
    if (direction->last_arrival_ns < earliest_ns) {
        direction->last_arrival_ns = earliest_ns;
    }
    sim_segment_schedule(network, direction);
}

void sim_network_heal(struct sim_network *network, uint32_t a, uint32_t b) {
    sim_network_path(network, a, b)->is_partitioned = false;
    sim_network_path(network, b, a)->is_partitioned = false;
    struct cog_link *link = network->held.next;
    while (link != &network->held) {
        struct sim_direction *direction = cog_container_of(link, struct sim_direction, held_link);
        link = link->next;
        if (!path_of(network, direction)->is_partitioned) {
            let_go(network, direction);
        }
    }
}

int64_t sim_network_next_ns(const struct sim_network *network) {
    return sim_agenda_next_ns(&network->agenda);
}

static void deliver(struct sim_network *network, struct sim_direction *direction) {
    struct sim_segment *segment = direction->first;
    struct sim_connection *connection = direction->connection;
    const char *class_name = sim_segment_class_name(segment->class);
    if (path_of(network, direction)->is_partitioned) {
        sim_declared_plays(network->played, path_of(network, direction)->partition_number);
        cog_list_push_back(&network->held, &direction->held_link);
        sim_tracer_hold(network->tracer, segment->send_event, connection->id, class_name);
        return;
    }
    (void)sim_tracer_arrive(network->tracer, connection->hosts[1 - direction->from_end],
                            segment->send_event, connection->id, class_name, segment->amount);
    sim_network_touch_end(network, connection, 0);
    sim_network_touch_end(network, connection, 1);
    if (segment->class <= SIM_SEGMENT_ACK || segment->class == SIM_SEGMENT_RST) {
        sim_network_touch_port(network, connection->hosts[1], connection->port);
    }
    /* Off its direction while it is dealt with, for that may send in the same direction. */
    direction->first = segment->next;
    if (direction->first == NULL) {
        direction->last = NULL;
    } else {
        sim_segment_schedule(network, direction);
    }
    sim_delayed_note_arrival(network, direction, segment);
    connection->is_delivering = true;
    sim_segment_arrived(network, direction, segment);
    connection->is_delivering = false;
    cog_release(network->allocator, segment, sim_segment_bytes(segment));
    sim_connection_collect(network, connection);
}

void sim_network_deliver(struct sim_network *network) {
    while (sim_agenda_next_ns(&network->agenda) <= *network->now_ns) {
        struct sim_arrival arrival = sim_agenda_pop(&network->agenda);
        if (arrival.datagram != NULL) {
            sim_datagram_arrived(network, arrival.datagram);
        } else {
            deliver(network, arrival.direction);
        }
    }
    sim_tracer_set_current(network->tracer, 0);
}
