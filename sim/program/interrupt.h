/* interrupt.h - files that must not stay behind when the program is interrupted (SIGINT, SIGTERM,
 * SIGHUP). */
#ifndef SIM_PROGRAM_INTERRUPT_H
#define SIM_PROGRAM_INTERRUPT_H

/* Interruptions wait until remove_on_interrupt is called: a file made in between cannot stay
 * behind. */
void hold_interrupts(void);

/* From now on, an interruption removes the file at path first; null: nothing. errno stays as it is.
 * A path of 1023 bytes at most is kept, a longer one not. */
void remove_on_interrupt(const char *path);

#endif
