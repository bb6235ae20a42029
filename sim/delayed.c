/* delayed.c - what Nagle's algorithm may be holding back, and what becomes of it when the
 * connection is reset.
 *
 * A kernel holds small segments back while one that has left is not acknowledged. When a socket
 * with unread bytes is closed, it sends rst, and what it holds back is thrown away: the peer never
 * gets the end of what was sent, though every send has succeeded. Segments here travel at once; but
 * the latest ones of which it is not certain that they would have left are remembered, and when rst
 * is sent, the last ones of these may be taken back, also from the peer, as far as it has read none
 * of their bytes. How many is a choice; the canonical answer is none.
 *
 * It is certain that what is sent leaves when nothing has left that might not be acknowledged; and
 * everything that is held back leaves when an acknowledgement comes. Whatever comes back
 * acknowledges at least what had been read when it was sent; an acknowledgement by itself comes
 * late, but it comes. `fin` has everything sent.
 */
#include "sim/declared.h"
#include "sim/language/buffer.h"
#include "sim/segment.h"

#include <inttypes.h>

enum {
    DELAYED_ACKNOWLEDGEMENT_NS = 200 * 1000 * 1000, /* Linux: TCP_DELACK_MAX */
    FULL_SEGMENT_BYTES = 65483, /* of the loopback; so many are never held back */
};

/* One that may be held back. */
struct sim_held_back {
    struct sim_held_back *next;
    uint64_t from_bytes;
    size_t bytes;
    uint64_t send_event;
};

static bool faults_vary(const struct sim_network *network) {
    return network->chooser != NULL && (network->chooser->vary & SIM_VARY_FAULTS) != 0;
}

static struct sim_direction *back_of(const struct sim_direction *direction) {
    return &direction->connection->directions[1 - direction->from_end];
}

static int64_t latency_ns(struct sim_network *network, const struct sim_direction *direction) {
    const uint32_t *hosts = direction->connection->hosts;
    return sim_network_path(network, hosts[direction->from_end], hosts[1 - direction->from_end])
        ->latency_ns;
}

/* How many bytes the receiver of a direction has read. */
static uint64_t read_bytes(const struct sim_direction *direction) {
    const struct sim_socket *reader = direction->connection->ends[1 - direction->from_end];
    return direction->nagle.arrived_bytes - (reader != NULL ? reader->buffer_count : 0);
}

/* ---- What leaves ---- */

void sim_delayed_forget(const struct sim_network *network, struct sim_direction *direction) {
    struct sim_nagle *nagle = &direction->nagle;
    while (nagle->first != NULL) {
        struct sim_held_back *next = nagle->first->next;
        cog_release(network->allocator, nagle->first, sizeof *nagle->first);
        nagle->first = next;
    }
    nagle->last = NULL;
}

/* Everything that is held back leaves. */
static void leave(struct sim_network *network, struct sim_direction *direction) {
    struct sim_nagle *nagle = &direction->nagle;
    sim_delayed_forget(network, direction);
    if (nagle->left_bytes < nagle->sent_bytes) {
        nagle->left_from_bytes = nagle->left_bytes;
        nagle->left_bytes = nagle->sent_bytes;
        nagle->is_awaited = true;
        nagle->acknowledged_ns = *network->now_ns + latency_ns(network, direction) +
                                 latency_ns(network, back_of(direction)) +
                                 DELAYED_ACKNOWLEDGEMENT_NS;
    }
}

static void acknowledge(struct sim_network *network, struct sim_direction *direction) {
    direction->nagle.is_awaited = false;
    leave(network, direction);
}

/* An acknowledgement by itself has come by now. */
static void let_time_pass(struct sim_network *network, struct sim_direction *direction) {
    if (direction->nagle.is_awaited && *network->now_ns >= direction->nagle.acknowledged_ns) {
        acknowledge(network, direction);
    }
}

static void hold_back(struct sim_network *network, struct sim_nagle *nagle,
                      const struct sim_segment *segment) {
    struct sim_held_back *held = cog_allocate(network->allocator, sizeof *held);
    if (held == NULL) {
        network->is_out_of_memory = true;
        return;
    }
    *held = (struct sim_held_back){.from_bytes = nagle->sent_bytes,
                                   .bytes = segment->amount,
                                   .send_event = segment->send_event};
    if (nagle->last != NULL) {
        nagle->last->next = held;
    } else {
        nagle->first = held;
    }
    nagle->last = held;
}

void sim_delayed_note_sending(struct sim_network *network, struct sim_direction *direction,
                              struct sim_segment *segment) {
    struct sim_nagle *nagle = &direction->nagle;
    if (!faults_vary(network)) {
        return;
    }
    segment->read_bytes = read_bytes(back_of(direction));
    let_time_pass(network, direction);
    if (segment->class == SIM_SEGMENT_DATA) {
        if (nagle->is_awaited) {
            hold_back(network, nagle, segment);
        }
        nagle->sent_bytes += segment->amount;
    }
    if (segment->class == SIM_SEGMENT_FIN || !nagle->is_awaited) {
        leave(network, direction);
    }
}

void sim_delayed_note_arrival(struct sim_network *network, struct sim_direction *direction,
                              const struct sim_segment *segment) {
    struct sim_direction *back = back_of(direction);
    if (!faults_vary(network)) {
        return;
    }
    if (back->nagle.is_awaited && segment->read_bytes > back->nagle.left_from_bytes) {
        acknowledge(network, back);
    }
    if (segment->class == SIM_SEGMENT_DATA) {
        direction->nagle.arrived_bytes += segment->amount;
    }
}

/* ---- Throwing away ---- */

/* What might be thrown away: what is held back from here on. */
struct delayed {
    const struct sim_direction *direction;
    const struct sim_held_back *first;
    uint64_t count;
    uint64_t bytes;
};

static void skip(struct delayed *delayed) {
    delayed->count--;
    delayed->bytes -= delayed->first->bytes;
    delayed->first = delayed->first->next;
}

/* Not what the peer has begun to read. */
static struct delayed find_delayed(const struct sim_direction *direction) {
    struct delayed delayed = {.direction = direction, .first = direction->nagle.first};
    for (const struct sim_held_back *held = delayed.first; held != NULL; held = held->next) {
        delayed.count++;
        delayed.bytes += held->bytes;
    }
    uint64_t read = read_bytes(direction);
    while (delayed.first != NULL &&
           (delayed.first->from_bytes < read || delayed.bytes >= FULL_SEGMENT_BYTES)) {
        skip(&delayed);
    }
    return delayed;
}

static void label_thrown_away(const struct sim_choice *choice, struct sim_buffer *buffer) {
    const struct delayed *delayed = choice->subject;
    const struct sim_direction *direction = delayed->direction;
    sim_buffer_add_format(buffer, "delayed bytes of socket %" PRIu32 " thrown away",
                          direction->connection->ends[direction->from_end]->id);
}

/* The last ones of them, so many. */
static struct delayed last_ones(const struct delayed *delayed, uint64_t count) {
    struct delayed last = *delayed;
    while (last.count > count) {
        skip(&last);
    }
    return last;
}

static void label_bytes(const struct sim_choice *choice, uint64_t index,
                        struct sim_buffer *buffer) {
    sim_buffer_add_format(buffer, "%" PRIu64, last_ones(choice->subject, index).bytes);
}

/* Takes what stands from there on in the stream out of what is under way. */
static void take_back(struct sim_network *network, struct sim_direction *direction,
                      uint64_t from_bytes) {
    uint64_t offset = direction->nagle.arrived_bytes;
    bool was_empty = direction->first == NULL;
    bool is_held = cog_link_is_linked(&direction->held_link);
    sim_agenda_remove(&network->agenda, direction);
    direction->last = NULL;
    direction->last_arrival_ns = *network->now_ns;
    for (struct sim_segment **at = &direction->first; *at != NULL;) {
        struct sim_segment *segment = *at;
        bool is_data = segment->class == SIM_SEGMENT_DATA;
        if (is_data && offset >= from_bytes) {
            *at = segment->next;
            cog_release(network->allocator, segment, sim_segment_bytes(segment));
            continue;
        }
        offset += is_data ? segment->amount : 0;
        direction->last = segment;
        direction->last_arrival_ns = segment->arrival_ns;
        at = &segment->next;
    }
    if (!was_empty && !is_held && direction->first != NULL) {
        sim_segment_schedule(network, direction);
    }
}

/* And out of what the peer has not read yet. */
static void take_back_unread(struct sim_direction *direction, uint64_t from_bytes) {
    struct sim_socket *peer = direction->connection->ends[1 - direction->from_end];
    if (direction->nagle.arrived_bytes > from_bytes && peer != NULL) {
        peer->buffer_count -= (size_t)(direction->nagle.arrived_bytes - from_bytes);
        direction->nagle.arrived_bytes = from_bytes;
    }
}

void sim_delayed_throw_away(struct sim_network *network, struct sim_direction *direction) {
    if (!faults_vary(network)) {
        return;
    }
    sim_network_touch_end(network, direction->connection, 1 - direction->from_end);
    let_time_pass(network, direction);
    const struct delayed delayed = find_delayed(direction);
    struct sim_choice choice = {.kind = SIM_CHOICE_FAULT,
                                .process = SIM_NONE,
                                .stream = UINT64_C(1) << 62 | direction->connection->id << 1 |
                                          direction->from_end,
                                .count = delayed.count + 1,
                                .label = label_thrown_away,
                                .candidate_label = label_bytes,
                                .subject = &delayed};
    if (sim_choice_varies(network->chooser, &choice)) {
        sim_declared_plays(network->played, network->faults_number);
    }
    uint64_t count = sim_choose(network->chooser, &choice);
    if (count > 0) {
        const struct delayed last = last_ones(&delayed, count);
        uint64_t from_bytes = last.first->from_bytes;
        sim_tracer_throw_away(network->tracer, direction->connection->hosts[direction->from_end],
                              last.first->send_event, last.bytes);
        take_back(network, direction, from_bytes);
        take_back_unread(direction, from_bytes);
    }
}
