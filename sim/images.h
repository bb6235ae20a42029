/* images.h - finds the C programs of a scenario's hosts: `host server program "server"`.
 *
 * A program is looked for beside the file that declares its host, then in the folders that are
 * given; as it is named, and with `.so` behind its name.
 */
#ifndef SIM_IMAGES_H
#define SIM_IMAGES_H

#include "sim/code.h"
#include "sim/language/diagnostics.h"

/* Finds them all, and looks whether they can be loaded. folders may be null, else ended by null.
 * COG_OK; COG_EINVALID: the diagnostics tell what is wrong with which; COG_ENOMEM. */
int sim_program_find_images(struct sim_program *program, const char *const *folders,
                            struct sim_diagnostics *diagnostics);

#endif
