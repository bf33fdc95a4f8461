/* How many threads pay. */
#ifndef AMTDIAG_CORE_PROCESSORS_H
#define AMTDIAG_CORE_PROCESSORS_H

/*
 * The processors that this process may run on; 1 when others keep all of them busy (the
 * load of the last minute is above their number). For work that several threads do at a
 * higher price than one, which is lost where no processor is to spare.
 */
unsigned amt_processors(void);

#endif
