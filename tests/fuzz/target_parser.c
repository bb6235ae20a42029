/* target_parser.c - the entry of libFuzzer for fuzz_parser(). */
#include "tests/fuzz/fuzz_language.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fuzz_parser(bytes, length);
    return 0;
}
