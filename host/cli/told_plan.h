/* A plan of a scenario, and what is to be said of it on standard error: by all commands in the same words. */
#ifndef CORDON_CLI_TOLD_PLAN_H
#define CORDON_CLI_TOLD_PLAN_H

#include "sim/scenario_plan.h"

/*
 * 0, or the exit code after a message that begins with `where` ("" none). What does not keep it from being played is told
 * by told_plan_say.
 */
int told_plan_new(struct scenario_plan **plan, const struct scenario *s,
                  const struct scenario_settings *set, const char *where);

/* What will not be as its payload was written; returns how many lines that took. */
unsigned told_plan_say(const struct scenario_plan *plan, const char *where);

/* 0, or EXIT_USAGE after a message: there is no such keyboard layout. */
int told_layout(const char *name, const char *where);

#endif
