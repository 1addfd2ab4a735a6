/*
 * Who presents a show: which chapter is on, what is said now, what its keys do. It holds no screen and no link: the loop
 * tells it the time of the recording, and does what it wishes.
 */
#ifndef CORDON_TUI_PRESENTER_H
#define CORDON_TUI_PRESENTER_H

#include "sim/show.h"
#include "tui/view.h"

enum presenter_wish {
	PRESENTER_NOTHING,
	PRESENTER_CHAPTER, /* begin `chapter` anew, at `at_s` */
	PRESENTER_JUMP,    /* go on in the recording, to `at_s` */
	PRESENTER_REPLAY,  /* the last burst of keys again, slowly */
	PRESENTER_OVER,    /* the show is over */
};

struct presenter {
	const struct show *show; /* borrowed */
	bool automatic;          /* a stand: chapters follow each other, and the first the last */
	bool rehearse;           /* shows the time against the plan */
	size_t chapter;
	double at_s; /* of the chapter, at its normal pace */
	size_t cue;
	bool ended; /* the chapter's time is over */

	/* In between. */
	int64_t began_ns, last_ns; /* of the loop's clock */
	bool begun;
	struct scene_show shown;
};

void presenter_init(struct presenter *p, const struct show *show, bool automatic, bool rehearse);

/* A key in projector view. False where it is none of its own. */
bool presenter_key(struct presenter *p, int key, enum presenter_wish *wish);

/*
 * Time goes on. `clock_ns` is that of the recording; where it is `over`, the chapter's time goes on by itself. Nothing
 * does while `paused`.
 */
enum presenter_wish presenter_turn(struct presenter *p, int64_t now_ns, int64_t clock_ns, bool over,
                                   bool paused);

/* Where in the recording the chapter's present moment lies. */
int64_t presenter_clock_ns(const struct presenter *p);

/* For scene.show; changes with each turn. */
const struct scene_show *presenter_shown(const struct presenter *p);

#endif
