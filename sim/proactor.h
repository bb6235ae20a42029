/* proactor.h - the simulated proactor: a host's side of the simulated network.
 *
 * It never blocks. Operations that cannot end at once are held on their socket; what arrives marks
 * the socket, and the next run attempts what is held there: sockets in the order in which they were
 * marked (by arrival), operations by submission.
 */
#ifndef SIM_PROACTOR_H
#define SIM_PROACTOR_H

#include "core/cogen.h"
#include "sim/network.h"

struct sim_proactor {
    struct sim_network *network;
    struct cog_scheduler *scheduler; /* set when that is made */
    uint32_t host;                   /* id */
    struct cog_link dirty;           /* sockets, by dirty_link, on which an attempt is worthwhile */
    size_t held_count;
    enum cog_op_kind attempted; /* the kind of operation that is being attempted */
    bool is_holding_back;       /* what has arrived waits until the deadlines of now have expired */
};

void sim_proactor_init(struct sim_proactor *proactor, struct sim_network *network, uint32_t host);

/* The core's view of it. */
struct cog_proactor sim_proactor_seam(struct sim_proactor *proactor);

/* An attempt on one of its sockets has become worthwhile. */
void sim_proactor_wake(struct sim_proactor *proactor, struct sim_socket *socket);

/* Would a run attempt anything? */
bool sim_proactor_has_work(const struct sim_proactor *proactor);

#endif
