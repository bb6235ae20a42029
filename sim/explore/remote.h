/* remote.h - a world in another process, for worlds with C programs: these cannot be copied and
 * brought back, and may crash.
 *
 *     explorer            zygote                      execution
 *     (this process) ---> made once: the world, its
 *                         programs loaded
 *       start ----------> forks --------------------> goes the way so far, tells who could go on
 *       take, pass time ----------------------------> makes the step, tells again
 *       <----------------------------------------- asks for a draw, is answered
 *       judge --------------------------------------> judges, tells the verdict, and is gone
 *       <---------------- tells how it has gone
 *
 * All that is told stands in one block of memory that the three share; a byte through a socket says
 * that it is there. Going back is forking anew, and repeating the commands up to there: so a
 * snapshot is a list of commands.
 *
 * An execution that crashes, or does not come back, is gone before it is judged: that is its
 * failure. What has been decided is known here.
 */
#ifndef SIM_EXPLORE_REMOTE_H
#define SIM_EXPLORE_REMOTE_H

#include "sim/cogsim.h"
#include "sim/crash.h"
#include "sim/explore/snapshot.h"
#include "sim/explore/tally.h"
#include "sim/stepping.h"

#include <sys/types.h>

struct sim_explorer;
struct sim_remote_block;

struct sim_remote {
    const struct cog_allocator *allocator;
    struct sim_explorer *explorer;
    struct sim_remote_block *block;  /* shared */
    struct sim_run *shell;           /* what is known here of the run under way */
    struct sim_instance **instances; /* of each process, likewise */
    uint32_t instance_count;
    size_t instance_capacity;
    pid_t zygote;
    int socket;               /* to zygote and execution; -1: the zygote is gone */
    struct sim_prints prints; /* what the program prints */
    int64_t hang_ns;
    uint64_t
        *log; /* the commands of the run under way: kind, index and count of draws, then these */
    uint32_t log_count;
    size_t log_capacity;
    uint32_t command_at; /* the latest one in the log */
    bool is_started;     /* an execution is there, at the end of the log */
    bool is_crashed;     /* it is gone before its time */
    enum sim_next next;
    struct sim_crash crash;
    bool has_declared; /* every program has declared memory, in every run that was judged */
    uint64_t fork_count;
};

/* Makes the world of a program in a process of its own; the explorer's objects are ready. hang_ns:
 * of processor time, after which a step does not come back; 0: 5 s. COG_OK, COG_ENOMEM, COG_EIO
 * with errno set: no process, or no memory to share. */
int sim_remote_open(struct sim_remote *remote, struct sim_explorer *explorer,
                    const struct sim_program *program, const struct sim_run_options *options,
                    int64_t hang_ns);
void sim_remote_close(struct sim_remote *remote);

/* As those of the explorer. */
void sim_remote_restart(struct sim_remote *remote);
enum sim_next sim_remote_next(struct sim_remote *remote);
void sim_remote_take(struct sim_remote *remote, uint32_t candidate);
void sim_remote_pass_time(struct sim_remote *remote);
int sim_remote_judge(struct sim_remote *remote, struct sim_report *report);

/* As those of a snapshot. */
int sim_remote_snapshot(const struct sim_remote *remote, struct sim_snapshot *snapshot,
                        const struct cog_allocator *allocator);
void sim_remote_go_back(struct sim_remote *remote, const struct sim_snapshot *snapshot);

#endif
