/* target_run.c - the entry of libFuzzer for fuzz_run(). */
#include "tests/fuzz/fuzz_language.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    fuzz_run(bytes, length);
    return 0;
}
