/* segment.h - what travels, and how it is sent. Internal to the simulated network. */
#ifndef SIM_SEGMENT_H
#define SIM_SEGMENT_H

#include "sim/network.h"

enum sim_segment_class {
    SIM_SEGMENT_SYN,
    SIM_SEGMENT_SYN_ACK,
    SIM_SEGMENT_ACK,
    SIM_SEGMENT_DATA,
    SIM_SEGMENT_WINDOW,
    SIM_SEGMENT_FIN,
    SIM_SEGMENT_RST,
};

struct sim_segment {
    struct sim_segment *next;
    enum sim_segment_class class;
    int64_t arrival_ns;
    uint64_t order;      /* of sending */
    uint64_t send_event; /* in the trace */
    size_t amount;       /* DATA: bytes that follow the struct. WINDOW: bytes announced */
    uint64_t read_bytes; /* of the other direction, when it was sent: it acknowledges them */
};

struct sim_connection {
    uint32_t id;
    uint32_t hosts[2];                  /* of the client and the server end, ids */
    uint16_t port;                      /* of the listener */
    struct sim_socket *ends[2];         /* null: not made yet, or gone */
    struct sim_direction directions[2]; /* by the end that sends */
    uint32_t process;                   /* in whose step it was made, where steps are told apart */
    bool is_delivering;                 /* must not be freed under the delivery */
};

/* The step under way uses an end of a connection; what is at a port of a host; a line; a number
 * that is no socket's any more, and before that: it takes it away. */
void sim_network_touch_end(const struct sim_network *network,
                           const struct sim_connection *connection, uint8_t end);
void sim_network_touch_port(const struct sim_network *network, uint32_t host, uint16_t port);
void sim_network_touch_line(const struct sim_network *network);
void sim_network_touch_gone(const struct sim_network *network);
void sim_network_touch_going(const struct sim_network *network);

/* Whose step is under way, where steps are told apart. */
uint32_t sim_network_process(const struct sim_network *network);

/* The same of whatever a socket is. */
void sim_socket_touch(const struct sim_network *network, const struct sim_socket *socket);

const char *sim_segment_class_name(enum sim_segment_class class);

/* Sends a segment from an end (0 or 1) of a connection; bytes: of DATA, amount of them. When there
 * is no memory, the network is marked. */
void sim_segment_send(struct sim_network *network, struct sim_connection *connection, uint8_t end,
                      enum sim_segment_class class, const char *bytes, size_t amount);

/* Puts the first segment of a direction on the agenda. */
void sim_segment_schedule(struct sim_network *network, struct sim_direction *direction);

/* What Nagle's algorithm may be holding back (delayed.c): a segment is about to be sent, or has
 * arrived; */
void sim_delayed_note_sending(struct sim_network *network, struct sim_direction *direction,
                              struct sim_segment *segment);
void sim_delayed_note_arrival(struct sim_network *network, struct sim_direction *direction,
                              const struct sim_segment *segment);
/* and the end that this direction is from is about to send rst: some of it may be thrown away. */
void sim_delayed_throw_away(struct sim_network *network, struct sim_direction *direction);
void sim_delayed_forget(const struct sim_network *network, struct sim_direction *direction);

size_t sim_segment_bytes(const struct sim_segment *segment);

/* A segment has arrived at the end that its direction leads to (handshake, data, end). */
void sim_segment_arrived(struct sim_network *network, struct sim_direction *direction,
                         const struct sim_segment *segment);

/* When so many bytes that leave now arrive by a path. latency: whose it is, should that have to be
 * chosen: stream, label and subject. */
int64_t sim_network_arrival_ns(struct sim_network *network, struct sim_path *path, size_t bytes,
                               const struct sim_choice *latency);

/* Does more wait for the line than the path's buffer holds? */
bool sim_path_is_full(const struct sim_path *path, int64_t now_ns);

/* Could it be an address of some network? */
bool sim_network_is_address(const struct sockaddr *address, size_t address_bytes);

/* Host id and port of an address, as the host `own` uses it; false: it is none of this network. */
bool sim_network_read_address(const struct sim_network *network, uint32_t own,
                              const struct sockaddr *address, size_t address_bytes, uint32_t *host,
                              uint16_t *port);

/* The listener on a port of a host, or null. */
struct sim_socket *sim_network_find_listener(const struct sim_network *network, uint32_t host,
                                             uint16_t port);

/* A place in a listener's backlog has become free. */
void sim_listener_admit_waiting(struct sim_network *network, struct sim_socket *listener);

/* Frees a connection that has neither ends nor segments. */
void sim_connection_collect(struct sim_network *network, struct sim_connection *connection);

/* Makes a socket; port: the listener's, of one for datagrams its own. Null: no memory. */
struct sim_socket *sim_socket_new(struct sim_network *network, uint32_t host,
                                  struct sim_connection *connection, uint8_t end,
                                  enum sim_socket_state state, uint16_t port);

#endif
