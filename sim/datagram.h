/* datagram.h - the simulated network's datagrams: UDP as programs see it. Internal to the simulated
 * network.
 *
 *   sendto ---- datagram ----> bound there? room in its queue?  recvfrom takes the oldest
 *     |              \-------> else it is lost, and nobody is told
 *     \--> the queue of the line is full: lost
 *
 * Each travels for itself, at sending + latency, and so one may overtake another where the latency
 * is a range. What would arrive during a partition is lost. Where faults vary, any may be lost, or
 * come twice.
 *
 * To send never waits. What a queue, or a line of some bandwidth, holds are the bytes of its
 * datagrams and their headers, at most as many as the buffer of the path that they come by; one
 * alone always fits.
 */
#ifndef SIM_DATAGRAM_H
#define SIM_DATAGRAM_H

#include "sim/network.h"

/* One under way, or in the queue of the socket that it has come to. Its bytes follow the struct. */
struct sim_datagram {
    struct sim_datagram *next; /* in that queue */
    uint32_t from;             /* hosts, ids */
    uint32_t to;
    uint16_t from_port;
    uint16_t to_port;
    uint64_t send_event; /* in the trace */
    uint64_t arrive_event;
    size_t bytes;
};

/* It has arrived, and belongs to the network from now on no more. */
void sim_datagram_arrived(struct sim_network *network, struct sim_datagram *datagram);

/* The socket is being closed: what waits in its queue goes. */
void sim_datagram_close(struct sim_network *network, struct sim_socket *socket);

#endif
