/* file_bytes.h - what is in a file. For tests. */
#ifndef TESTS_UNIT_FILE_BYTES_H
#define TESTS_UNIT_FILE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* A whole file, null-terminated; the caller frees it. Ends the test when it cannot be read. */
uint8_t *file_bytes(const char *path, size_t *byte_count);

#endif
