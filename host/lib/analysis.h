/*
 * One input judged: records in, verdict out. Puts the layers together and adds nothing to them: the USB stream, the
 * model, the rules, what was typed, coverage. A capture, a tap and the simulator go through the same one.
 */
#ifndef CORDON_LIB_ANALYSIS_H
#define CORDON_LIB_ANALYSIS_H

#include "capture/capture.h"
#include "detect/engine.h"
#include "report/layout.h"
#include "report/report.h"

struct analysis_options {
	const struct profile
		*profile; /* borrowed; NULL: the one recorded in a tap's file, else `host` */
	struct layout
		*layout; /* what keys mean; borrowed; NULL: keys are counted and not written down */
	bool layout_holds; /* also where the input names another layout */
	/* After each event, with the engine's state; for `--why` and screens. NULL: none. */
	void (*watch)(void *context, const struct engine *engine, const struct event *e);
	void *watch_context;
};

struct analysis;

/* ERR_MEMORY. *a is NULL on failure. */
enum err analysis_new(struct analysis **a, const struct analysis_options *o);
void analysis_free(struct analysis *a);

struct record_sink analysis_sink(struct analysis *a);
/* What keys mean by now; NULL: they are not written down. Borrowed until the next record. */
struct layout *analysis_layout(const struct analysis *a);

/* Another one from here on, as if the input had said so. False where it is none. */
bool analysis_set_layout(struct analysis *a, const char *name);

const struct model *analysis_model(const struct analysis *a);

/* The input is over. `info` says what the records alone do not; it is read, not kept. */
void analysis_end(struct analysis *a, const struct capture_info *info);

/* As far as it has come: coverage is judged as if the input ended here. For screens; as often as one likes. */
void analysis_look(struct analysis *a, const struct capture_info *info);

/* After analysis_end or analysis_look: what coverage was judged by. */
const struct coverage_input *analysis_seen(const struct analysis *a);
const struct engine *analysis_engine(const struct analysis *a);

/* After analysis_end or analysis_look: everything of the report but the input's name, its hash and the names' source. Borrowed from `a`. */
struct report_input analysis_report(struct analysis *a);

#endif
