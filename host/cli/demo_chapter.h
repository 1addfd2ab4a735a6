/* A chapter of a show as a link: its scenario, its seed, its payload. */
#ifndef CORDON_CLI_DEMO_CHAPTER_H
#define CORDON_CLI_DEMO_CHAPTER_H

#include "capture/link.h"
#include "sim/show.h"

/* NULL where it failed, which has been told. `show` is the path of the show's file, beside which payloads lie. `speed` is that of the show: 1 is its normal pace. */
struct link *demo_chapter_open(const struct show_chapter *c, const char *show,
                               const struct scenarios *scenarios, double speed);

/*
 * The same without its recording: 0, or the exit code after a message. What would be played otherwise than written is
 * told, and counted in `warned`.
 */
int demo_chapter_check(const struct show_chapter *c, const char *show,
                       const struct scenarios *scenarios, unsigned *warned);

#endif
