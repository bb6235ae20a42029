/* random.h - random draws without a generator: keyed hashes.
 *
 * A draw is a hash of what it is for: the seed of the run, a stream (what kind of thing is drawn),
 * who it is for, and which of the draws for that it is. So the draws of one do not shift those of
 * another, and a run depends on nothing but its seed. Integers only.
 *
 * The mixing function is the finaliser of splitmix64: Steele, Lea, Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014, in the variant of Stafford.
 */
#ifndef SIM_EXPLORE_RANDOM_H
#define SIM_EXPLORE_RANDOM_H

#include <stdint.h>

#define SIM_RANDOM_STEP UINT64_C(0x9E3779B97F4A7C15)

/* One to one, so that words that differ never give the same. */
static inline uint64_t sim_random_mix(uint64_t word) {
    word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
    return word ^ word >> 31;
}

/* A key from another and a word. */
static inline uint64_t sim_random_key(uint64_t key, uint64_t word) {
    return sim_random_mix(key + SIM_RANDOM_STEP * (word + 1));
}

/* 64 random bits. */
static inline uint64_t sim_random_draw(uint64_t seed, uint64_t stream, uint64_t who,
                                       uint64_t ordinal) {
    return sim_random_key(sim_random_key(sim_random_key(seed, stream), who), ordinal);
}

/* Makes of a draw a number less than count, which is not 0: each equally often. What does not
 * divide evenly is drawn again (Lemire, "Fast random integer generation in an interval", ACM TOMACS
 * 2019). */
static inline uint64_t sim_random_below(uint64_t draw, uint64_t count) {
    if (count > UINT32_MAX) {
        uint64_t mask = UINT64_MAX >> __builtin_clzll(count);
        while ((draw & mask) >= count) {
            draw = sim_random_key(draw, 0);
        }
        return draw & mask;
    }
    uint64_t product = (draw >> 32) * count;
    if ((uint32_t)product < count) {
        uint64_t uneven = ((UINT64_C(1) << 32) - count) % count;
        while ((uint32_t)product < uneven) {
            draw = sim_random_key(draw, 0);
            product = (draw >> 32) * count;
        }
    }
    return product >> 32;
}

#endif
