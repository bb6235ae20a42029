/* output_idle.h - what a scenario declares and what came into play in no execution. */
#ifndef SIM_PROGRAM_OUTPUT_IDLE_H
#define SIM_PROGRAM_OUTPUT_IDLE_H

#include "sim/program/output_explored.h"

#include <jansson.h>
#include <stdio.h>

/* A line for each, with its place and why. */
void output_idle(FILE *file, const struct explored *explored);

/* never_in_play: a list of lines and reasons; nothing where all came into play. */
void output_idle_json(json_t *object, const struct explored *explored);

#endif
