/* A chapter of a show as a link: its scenario, its seed, its payload. */
#ifndef CORDON_CLI_DEMO_CHAPTER_H
#define CORDON_CLI_DEMO_CHAPTER_H

#include "capture/link.h"
#include "sim/show.h"

/* NULL where it failed, which has been told. `speed` is that of the show: 1 is its normal pace. */
struct link *demo_chapter_open(const struct show_chapter *c, const struct scenarios *scenarios,
                               double speed);

#endif
