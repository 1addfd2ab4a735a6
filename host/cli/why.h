/*
 * `--why`: how each verdict on typing came about, key by key, as it happens.
 */
#ifndef CORDON_CLI_WHY_H
#define CORDON_CLI_WHY_H

#include "detect/engine.h"

struct why {
	const struct model *model;
	bool no_text;      /* which key it was is left out */
	bool json;         /* then to stderr, so that stdout stays one object a line */
	uint32_t told_hid; /* the keyboard that the last line was about */
};

/* A watch of lib/analysis.h; `context` is a struct why. */
void why_event(void *context, const struct engine *engine, const struct event *e);

#endif
