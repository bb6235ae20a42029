/* magnitude.c - arithmetic on mantissas of 64 bits. */
#include "sim/explore/magnitude.h"

#include "sim/language/buffer.h"

#include <assert.h>
#include <inttypes.h>

__extension__ typedef unsigned __int128 wide;

enum { MANTISSA_BITS = 64 };

/* What is less than 2^63 stays as it is, with exponent 0: numbers are exact as long as they can be.
 */
static struct sim_magnitude normalize(wide number, uint32_t exponent) {
    while (number >> MANTISSA_BITS != 0) {
        number >>= 1;
        exponent++;
    }
    while (exponent > 0 && number != 0 && (uint64_t)number >> (MANTISSA_BITS - 1) == 0) {
        number <<= 1;
        exponent--;
    }
    return (struct sim_magnitude){.mantissa = (uint64_t)number,
                                  .exponent = number != 0 ? exponent : 0};
}

struct sim_magnitude sim_magnitude_of(uint64_t number) {
    return (struct sim_magnitude){.mantissa = number};
}

struct sim_magnitude sim_magnitude_add(struct sim_magnitude a, struct sim_magnitude b) {
    if (a.exponent < b.exponent) {
        struct sim_magnitude larger = b;
        b = a;
        a = larger;
    }
    uint32_t shift = a.exponent - b.exponent;
    uint64_t low = shift < MANTISSA_BITS ? b.mantissa >> shift : 0;
    return normalize((wide)a.mantissa + low, a.exponent);
}

struct sim_magnitude sim_magnitude_multiply_large(struct sim_magnitude a, uint64_t factor) {
    return normalize((wide)a.mantissa * factor, a.exponent);
}

struct sim_magnitude sim_magnitude_divide(struct sim_magnitude a, uint64_t divisor) {
    uint32_t shift = a.exponent < MANTISSA_BITS ? a.exponent : MANTISSA_BITS;
    return normalize(((wide)a.mantissa << shift) / divisor, a.exponent - shift);
}

static void append_whole(struct sim_buffer *buffer, uint64_t number) {
    if (number >= 1000) {
        sim_buffer_add_format(buffer, "%" PRIu64 ",%03" PRIu64, number / 1000, number % 1000);
    } else {
        sim_buffer_add_format(buffer, "%" PRIu64, number);
    }
}

/* Two digits, of which the first is not 0, and how many more there are. */
static uint64_t leading_digits(struct sim_magnitude a, uint32_t *more) {
    *more = 0;
    while (a.exponent > 0 || a.mantissa >= 1000) {
        a = sim_magnitude_divide(a, 10);
        ++*more;
    }
    uint64_t digits = (a.mantissa + 5) / 10; /* three digits, rounded */
    ++*more;
    if (digits == 100) {
        digits = 10;
        ++*more;
    }
    return digits;
}

void sim_magnitude_append(struct sim_buffer *buffer, struct sim_magnitude a) {
    static const char *const names[] = {"thousand", "million", "billion"};
    if (a.exponent == 0 && a.mantissa < 10000) {
        append_whole(buffer, a.mantissa);
        return;
    }
    uint32_t more;
    uint64_t digits = leading_digits(a, &more);
    uint32_t power = more + 1;
    if (power >= 12) {
        sim_buffer_add_format(buffer, "%" PRIu64 ".%" PRIu64 " * 10^%" PRIu32, digits / 10,
                              digits % 10, power);
        return;
    }
    assert(power >= 3); /* less than a thousand is told in full */
    switch (power % 3) {
    case 0:
        sim_buffer_add_format(buffer, "%" PRIu64 ".%" PRIu64 " %s", digits / 10, digits % 10,
                              names[power / 3 - 1]);
        break;
    case 1:
        sim_buffer_add_format(buffer, "%" PRIu64 " %s", digits, names[power / 3 - 1]);
        break;
    default:
        sim_buffer_add_format(buffer, "%" PRIu64 "0 %s", digits, names[power / 3 - 1]);
        break;
    }
}
