/* formatter.h - the one layout of scenario files.
 *
 * Lines stay lines: none is joined or split, texts and names stay as they are. What changes is the
 * white space: indentation, blanks between words, blank lines, columns; and where comments stand.
 */
#ifndef SIM_LANGUAGE_FORMATTER_H
#define SIM_LANGUAGE_FORMATTER_H

#include "core/allocator.h"
#include "sim/language/buffer.h"
#include "sim/language/source.h"

/* Adds the text of a source in its layout to the buffer. The source has no syntax error (parsing it
 * with is_syntax_only finds none), and nothing is spliced in. COG_OK, COG_ENOMEM. */
int sim_format(const struct cog_allocator *allocator, const struct sim_source *source,
               struct sim_buffer *buffer);

#endif
