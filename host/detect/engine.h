/*
 * The engine: events through all rules that apply, findings kept in order. One instance for an input.
 */
#ifndef CORDON_DETECT_ENGINE_H
#define CORDON_DETECT_ENGINE_H

#include "detect/rule.h"
#include "detect/verdict.h"

struct engine;

/* NULL where memory is out. The profile is borrowed until engine_free. */
struct engine *engine_new(const struct model *m, const struct profile *p);
void engine_free(struct engine *e);
void engine_event(struct engine *e, const struct event *ev);

/* EVENT_BITs of all that is of any use to it now. */
uint32_t engine_wanted(const struct engine *e);

/* The model that it was made with. */
const struct model *engine_model(const struct engine *e);

const struct finding *engine_findings(const struct engine *e, size_t *count);
uint64_t engine_findings_dropped(const struct engine *e);

/* State of the rule with this id, for `--why` and coverage; NULL where it is not there. */
/* How far the `i`-th rule of the table has come; false where that is nothing to tell. */
bool engine_progress(const struct engine *e, unsigned i, struct rule_progress *p);

const void *engine_rule_state(const struct engine *e, const char *id);

#endif
