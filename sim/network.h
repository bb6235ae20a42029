/* network.h - the simulated network: TCP as programs see it, between the hosts of a world, and
 * datagrams (datagram.h).
 *
 * A *connection* has two ends and two directions. What is sent goes as *segments*; those of a
 * direction arrive in order, each at max(sending + latency, the arrival before it).
 *
 *   client end                                   server end
 *   connect ---- syn ----------------------->    listening? backlog not full?
 *   completes <-------------------- syn-ack --   (else: rst; or the syn waits for room)
 *           ---- ack ----------------------->    accept completes
 *           ---- data ---------------------->    receive buffer
 *           <-------------------- window -----   half of the buffer was read: as much may be sent
 * again close   ---- fin, or rst if unread data ->   end of stream, or reset
 *
 * A direction takes as many bytes as its buffer has room for, in flight and unread ones counted.
 * During a partition nothing arrives: what would have arrived does so one latency after it heals,
 * in order. Data for a closed end is answered by rst. An end that got rst after fin reports
 * `closed`, else `reset` once and `closed` from then on, as the kernel does. What was sent before
 * an rst arrives before it, but where faults vary: what Nagle's algorithm delays may not be sent
 * then (delayed.c).
 *
 * Everything here happens at the world's present instant. Socket numbers are unique in a world and
 * are also the object ids of the trace.
 */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "core/cogen.h"
#include "core/readiness.h"
#include "sim/agenda.h"
#include "sim/choice.h"
#include "sim/tracer.h"

struct sim_network;
struct sim_connection;
struct sim_held_back;
struct sim_segment;
struct sim_stepping;

/* How segments travel from one host to another. */
struct sim_path {
    int64_t latency_ns;
    int64_t latency_span_ns;            /* it may take so much longer, where time varies */
    int64_t bandwidth_bytes_per_second; /* 0: unlimited */
    size_t buffer_bytes;                /* of each direction of a connection */
    int64_t free_at_ns;                 /* when the line has carried what was sent */
    bool is_partitioned;
    uint32_t latency_number; /* of the range, and of the partition, where they are declared */
    uint32_t partition_number;
};

enum { SIM_BUFFER_BYTES_DEFAULT = 64 * 1024, SIM_HOSTS_MAX = 1024 };

/* What Nagle's algorithm may be holding back of a direction (delayed.c), where faults vary: the
 * latest of what was sent. Bytes since the beginning. */
struct sim_nagle {
    uint64_t sent_bytes;
    uint64_t arrived_bytes;
    uint64_t left_bytes;      /* have surely left, */
    uint64_t left_from_bytes; /* the latest of them from here on, */
    bool is_awaited;          /* and those may not be acknowledged yet */
    int64_t acknowledged_ns;  /* before this time */
    struct sim_held_back *first;
    struct sim_held_back *last;
};

/* Segments under way in one direction of a connection. */
struct sim_direction {
    struct sim_connection *connection;
    struct sim_segment *first; /* it alone is on the agenda, unless held */
    struct sim_segment *last;
    struct cog_link held_link; /* in the network's list of directions that a partition holds */
    int64_t last_arrival_ns;
    size_t outstanding_bytes; /* sent and not yet announced as read */
    uint8_t from_end;         /* 0: client, 1: server */
    struct sim_nagle nagle;
};

enum sim_socket_state {
    SIM_SOCKET_CONNECTING, /* client: until syn-ack; server: until ack */
    SIM_SOCKET_BACKLOG,    /* server: established, not accepted */
    SIM_SOCKET_OPEN,
    SIM_SOCKET_CLOSED, /* by its own side */
    SIM_SOCKET_LISTENING,
    SIM_SOCKET_BOUND, /* for datagrams */
};

/* A socket: one end of a connection, a listener, or one for datagrams. */
struct sim_socket {
    uint32_t id;
    uint32_t host; /* id */
    enum sim_socket_state state;
    struct cog_link
        receivers;           /* held operations that wait for what comes: recv*, accept, connect */
    struct cog_link senders; /* held operations that wait for room */
    struct cog_link
        dirty_link;       /* in its proactor's list of sockets on which an attempt is worthwhile */
    uint64_t dirty_event; /* the trace event that made it so */
    uint64_t established_event; /* in the trace, or 0: the arrival that established it, */
    uint64_t data_event;        /* the latest one of data, */
    uint64_t end_event;         /* and that of fin or rst */

    struct sim_connection *connection; /* null: a listener, or for datagrams */
    uint8_t end;                       /* 0: client, 1: server */
    int failure;                       /* connecting failed, or rst came: reported once; COG_OK */
    bool is_reset;                     /* rst came */
    bool fin_received;
    bool fin_sent;
    char *buffer; /* what came and is unread: a ring of buffer_bytes */
    size_t buffer_bytes;
    size_t buffer_first;
    size_t buffer_count;
    size_t unannounced_bytes; /* read, and not told the sender yet */

    struct sim_datagram *queue_first; /* for datagrams: what has come; buffer_count: their bytes */
    struct sim_datagram *queue_last;

    uint16_t port;                  /* the listener's; for datagrams its own */
    uint32_t backlog;               /* how many connections it lets wait */
    uint32_t backlog_count;         /* of those shaken hands with or doing so */
    struct cog_link accepted;       /* ends that wait to be accepted, by queue_link */
    struct cog_link waiting;        /* ends whose syn waits for room, by queue_link */
    struct cog_link listeners_link; /* in the network's listeners, or bound */
    struct cog_link queue_link;     /* server end: in its listener's list */
    struct sim_socket *listener;    /* server end that is not accepted yet */
};

/* Called when an attempt on a socket of that host has become worthwhile. */
struct sim_network_wake {
    void (*wake)(void *context, struct sim_socket *socket);
    void *context;
};

struct sim_network {
    const struct cog_allocator *allocator;
    struct sim_tracer *tracer;
    const struct sim_chooser *chooser; /* may be null */
    struct sim_stepping *stepping;     /* who wants to know what steps touch; may be null */
    unsigned char *played;             /* see declared.h; may be null */
    uint32_t size_number;              /* of `explore vary size` there, */
    uint32_t faults_number;            /* and of `faults` */
    struct sim_agenda agenda;
    const int64_t *now_ns;  /* the world's */
    struct sim_path *paths; /* from * host_count + to, by id - 1 */
    uint32_t host_count;
    struct sim_network_wake wake;
    struct sim_socket **sockets; /* by id; null: none of that id, or gone */
    uint32_t socket_capacity;
    struct cog_link listeners;
    struct cog_link bound; /* sockets for datagrams */
    struct cog_link held;  /* directions that partitions hold, in the order of holding */
    uint64_t order_last;
    uint32_t connection_count;
    bool is_out_of_memory; /* a segment was lost to that: the run is void */
};

/* COG_OK, COG_ENOMEM. now_ns is the world's time, which the network reads. */
int sim_network_init(struct sim_network *network, const struct cog_allocator *allocator,
                     struct sim_tracer *tracer, const int64_t *now_ns, uint32_t host_count,
                     struct sim_network_wake wake);

/* The path from one host to another (ids); may be changed at any time. */
struct sim_path *sim_network_path(struct sim_network *network, uint32_t from, uint32_t to);

/* Both ways. Healing lets what was held arrive one latency later. */
void sim_network_partition(struct sim_network *network, uint32_t a, uint32_t b);
void sim_network_heal(struct sim_network *network, uint32_t a, uint32_t b);

/* When the next segment or datagram arrives, or INT64_MAX. */
int64_t sim_network_next_ns(const struct sim_network *network);

/* Delivers all that arrives now. */
void sim_network_deliver(struct sim_network *network);

/* The address of a port on a host, 10.0.0.0 + host id. */
struct sockaddr_in;
void sim_network_address(struct sockaddr_in *address, uint32_t host, uint16_t port);

/* The socket of that number on that host, or null. */
struct sim_socket *sim_network_socket(const struct sim_network *network, uint32_t host,
                                      int32_t number);

int sim_network_listen(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                       size_t address_bytes, int backlog, int32_t *number);

/* Begins to connect; the new socket's number is set on COG_PENDING. */
int sim_network_connect(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                        size_t address_bytes, int32_t *number);

/* Opens a socket for datagrams; port 0 stands for one that is free, from 49152 on. */
int sim_network_bind(struct sim_network *network, uint32_t host, const struct sockaddr *address,
                     size_t address_bytes, int32_t *number);

int sim_socket_accept(struct sim_network *network, struct sim_socket *listener, int32_t *number);
int sim_socket_recv(struct sim_network *network, struct sim_socket *socket, char *buffer,
                    size_t bytes, bool peek, size_t *received);
/* How many bytes could be sent now. */
size_t sim_socket_room(struct sim_network *network, const struct sim_socket *socket);

int sim_socket_send(struct sim_network *network, struct sim_socket *socket, const char *buffer,
                    size_t bytes, size_t *sent);
int sim_socket_shutdown(struct sim_network *network, struct sim_socket *socket);

/* Of sockets for datagrams; as in readiness.h. */
int sim_socket_sendto(struct sim_network *network, struct sim_socket *socket, const char *buffer,
                      size_t bytes, const struct sockaddr *address, size_t address_bytes);
int sim_socket_recvfrom(struct sim_network *network, struct sim_socket *socket, char *buffer,
                        size_t bytes, bool peek, struct sockaddr *address, size_t *address_bytes,
                        size_t *received);

/* The other end of its connection, null if that is gone, and the host (id) that it is on; of a
 * listener neither: 0. */
struct sim_socket *sim_socket_peer(const struct sim_socket *socket);
uint32_t sim_socket_peer_host(const struct sim_socket *socket);

/* Closes it; operations held on it are for the proactor to end. The struct stays until
 * sim_socket_forget. */
void sim_socket_close(struct sim_network *network, struct sim_socket *socket);

/* Nothing is held on a closed socket any more: it goes, and its connection when nothing needs that.
 */
void sim_socket_forget(struct sim_network *network, struct sim_socket *socket);

#endif
