/* utf8.h - code points of UTF-8 text and how wide a terminal shows them. */
#ifndef SIM_LANGUAGE_UTF8_H
#define SIM_LANGUAGE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The bytes that the code point at the start of bytes takes, with the code point in *out; 0 if they
 * are not UTF-8: cut short, overlong, a surrogate, or past U+10FFFF. length > 0. */
size_t sim_utf8_decode(const char *bytes, size_t length, uint32_t *out);

/* How many columns a terminal gives it: 0 for combining marks, 2 for East Asian wide ones and most
 * emoji, else 1. */
unsigned sim_utf8_width(uint32_t code_point);

#endif
