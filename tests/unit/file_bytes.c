/* file_bytes.c - reads a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/file_bytes.h"

#include <stdio.h>
#include <stdlib.h>

uint8_t *file_bytes(const char *path, size_t *byte_count) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *byte_count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = calloc(1, *byte_count + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *byte_count, file), *byte_count);
    assert_int_equal(fclose(file), 0);
    return bytes;
}
