/* fuzz_language.h - what must hold of any bytes that are taken for a scenario.
 *
 * Whatever does not hold is told on standard error and ends the process by abort(): a crash to a
 * fuzzer, a failure to a test.
 */
#ifndef TESTS_FUZZ_FUZZ_LANGUAGE_H
#define TESTS_FUZZ_FUZZ_LANGUAGE_H

#include <stddef.h>
#include <stdint.h>

/* The front end and the formatter: the bytes are a scenario, or are not and it is told where;
 * formatting keeps every token and is at its end after once. */
void fuzz_parser(const uint8_t *bytes, size_t length);

/* The same; and a scenario that can be run does so twice, and once more formatted: same hash. */
void fuzz_run(const uint8_t *bytes, size_t length);

#endif
