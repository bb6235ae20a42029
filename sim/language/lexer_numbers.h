/* lexer_numbers.h - cuts numbers with their units; a part of the lexer. */
#ifndef SIM_LANGUAGE_LEXER_NUMBERS_H
#define SIM_LANGUAGE_LEXER_NUMBERS_H

#include "sim/language/lexer.h"

/* The token at lexer->at, where a digit stands. */
struct sim_token sim_lexer_cut_number(struct sim_lexer *lexer);

#endif
