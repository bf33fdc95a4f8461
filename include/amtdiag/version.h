/* The version of the suite, in one place. */
#ifndef AMTDIAG_VERSION_H
#define AMTDIAG_VERSION_H

#define AMT_VERSION "0.1.0"

#endif
