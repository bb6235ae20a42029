/* coverage.h - what a run covers: edges from a step to a later one that touches the same.
 *
 *     step A writes x  -->  step B reads x        what B reads is from A
 *     step A reads x   -->  step B writes x       A has still seen what was there before
 *     nobody wrote x   -->  step B reads x        from the start
 *
 * A step goes by its *site*: which process makes it, and at which statement. So an edge says what
 * AFL's (Zalewski, "American Fuzzy Lop", 2013) say of branches: that one place came straight after
 * another, here in what happens to one object; and as there, how often it was come by counts in
 * classes: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, 128 and more. (Wolff, Shi, Duck, Mathur,
 * Roychoudhury, "Greybox fuzzing for concurrency testing", ASPLOS 2024: reads-from pairs.)
 *
 * Edges are the same in every world of a scenario. They go by a hash of 16 bits: two that share a
 * slot count as one.
 */
#ifndef SIM_EXPLORE_COVERAGE_H
#define SIM_EXPLORE_COVERAGE_H

#include "sim/explore/random.h"
#include "sim/stepping.h"

enum { SIM_COVERAGE_SLOTS = 65536, SIM_COVERAGE_READS = 8 };

struct sim_edge {
    uint32_t slot;
    bool is_write;   /* of its second step */
    uint64_t object; /* which, in every world */
    uint64_t site;   /* of its second step */
};

/* Of the run under way only while its stamp is its. */
struct sim_covered_object {
    uint64_t stamp;
    uint64_t written;                  /* site of the latest write; 0: none was */
    uint64_t read[SIM_COVERAGE_READS]; /* of the first reads since by different sites */
    uint32_t read_count;
};

struct sim_coverage {
    const struct cog_allocator *allocator;
    const struct sim_processes *known;
    const struct sim_objects *numbers;
    uint64_t *identities; /* of processes; 0: not made yet */
    size_t identity_capacity;
    struct sim_covered_object *objects;
    size_t object_capacity;
    uint8_t *counts;        /* by slot, of the run under way; 255: or more */
    struct sim_edge *edges; /* of it, each slot once */
    uint32_t edge_count;
    size_t edge_capacity;
    uint64_t stamp;
    bool is_out_of_memory;
};

/* Both must outlive it. COG_OK, COG_ENOMEM. */
int sim_coverage_init(struct sim_coverage *coverage, const struct cog_allocator *allocator,
                      const struct sim_processes *known, const struct sim_objects *numbers);
void sim_coverage_term(struct sim_coverage *coverage);

/* A run begins. */
void sim_coverage_begin(struct sim_coverage *coverage);

/* Makes what a process goes by. */
uint64_t sim_coverage_identify(struct sim_coverage *coverage, uint32_t process);

/* What a process goes by in every world; not 0. */
static inline uint64_t sim_coverage_identity(struct sim_coverage *coverage, uint32_t process) {
    bool is_made = process < coverage->identity_capacity && coverage->identities[process] != 0;
    return is_made ? coverage->identities[process] : sim_coverage_identify(coverage, process);
}

/* The site of the step that a candidate would make next; not 0. */
uint64_t sim_coverage_site(struct sim_coverage *coverage, const struct sim_candidate *candidate);

/* A step has been made at that site. */
void sim_coverage_step(struct sim_coverage *coverage, uint64_t site,
                       const struct sim_footprint *footprint);

/* The slot of an edge. from: 0: from the start. */
static inline uint32_t sim_coverage_slot(uint64_t object, uint64_t from, uint64_t site) {
    uint64_t word = object * SIM_RANDOM_STEP + from * UINT64_C(0xD1342543DE82EF95) + site;
    return (uint32_t)(sim_random_mix(word) % SIM_COVERAGE_SLOTS);
}

/* The class of a count that is not 0: one of eight bits. */
uint8_t sim_coverage_class(uint8_t count);

#endif
