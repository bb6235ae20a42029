/* words.c - texts of the reserved words. */
#include "sim/language/words.h"

#include <assert.h>

/* The statements come first, in the order of their kinds. */
_Static_assert((int)SIM_WORD_YIELD == (int)SIM_STATEMENT_YIELD, "words follow the kinds");
_Static_assert((int)SIM_WORD_STOP == (int)SIM_STATEMENT_STOP, "words follow the kinds");
_Static_assert((int)SIM_WORD_EMIT == (int)SIM_STATEMENT_EMIT, "words follow the kinds");
_Static_assert((int)SIM_WORD_CLOSE == (int)SIM_STATEMENT_CLOSE, "words follow the kinds");
_Static_assert((int)SIM_WORD_PICK == (int)SIM_STATEMENT_PICK, "words follow the kinds");
_Static_assert((int)SIM_WORD_RELEASE == (int)SIM_STATEMENT_RELEASE, "words follow the kinds");

const char *sim_word_text(uint32_t number) {
    static const char *const texts[] = {
#define SIM_WORD_TEXT(enumerator, word) word,
        SIM_WORD_TABLE(SIM_WORD_TEXT)
#undef SIM_WORD_TEXT
    };
    assert(number < SIM_WORD_COUNT);
    return texts[number];
}
