/* page.h - the page that shows a trace (reports/page/), as bytes in the library: what stands before
 * the trace, what between it and a second run, if there is one, and what behind that. Made by
 * reports/page/embed.cmake. */
#ifndef REP_PAGE_H
#define REP_PAGE_H

#include <stddef.h>

extern const unsigned char rep_page_before[];
extern const size_t rep_page_before_bytes;
extern const unsigned char rep_page_between[];
extern const size_t rep_page_between_bytes;
extern const unsigned char rep_page_after[];
extern const size_t rep_page_after_bytes;

#endif
