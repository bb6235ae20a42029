/* stop.h - interruptions (SIGINT, SIGTERM) that end a campaign in good order. */
#ifndef SIM_PROGRAM_STOP_H
#define SIM_PROGRAM_STOP_H

/* From now on the first interruption is only noted; the second kills. */
void stop_in_order(void);

/* The signal that was noted; 0: none. */
int stop_signal(void);

#endif
