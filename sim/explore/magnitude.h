/* magnitude.h - numbers that may be very large, to some eighteen digits: m * 2^e. In integers, so
 * that they are the same on every machine.
 */
#ifndef SIM_EXPLORE_MAGNITUDE_H
#define SIM_EXPLORE_MAGNITUDE_H

#include <stdint.h>

struct sim_buffer;

/* With an exponent the highest bit of the mantissa is set; what is below its lowest bit is cut off.
 */
struct sim_magnitude {
    uint64_t mantissa;
    uint32_t exponent;
};

struct sim_magnitude sim_magnitude_of(uint64_t number);
struct sim_magnitude sim_magnitude_add(struct sim_magnitude a, struct sim_magnitude b);
struct sim_magnitude sim_magnitude_multiply_large(struct sim_magnitude a, uint64_t factor);

static inline struct sim_magnitude sim_magnitude_multiply(struct sim_magnitude a, uint64_t factor) {
    uint64_t product;
    if (a.exponent == 0 && !__builtin_mul_overflow(a.mantissa, factor, &product)) {
        return (struct sim_magnitude){.mantissa = product};
    }
    return sim_magnitude_multiply_large(a, factor);
}

/* divisor: not 0. Of less than 1 nothing is left. */
struct sim_magnitude sim_magnitude_divide(struct sim_magnitude a, uint64_t divisor);

/* "64", "3,300", "2.4 million", "1.2 * 10^15": exactly up to 9,999, else two digits. */
void sim_magnitude_append(struct sim_buffer *buffer, struct sim_magnitude a);

#endif
