/*
 * Runs DuckyScript texts for tests: a script's actions as one line of text, from an exactly sized copy.
 */
#ifndef CORDON_TESTS_DUCKY_SCRIPT_H
#define CORDON_TESTS_DUCKY_SCRIPT_H

#include "sim/ducky.h"

/* What ran, as words: "a" "S-a" strokes, "+C" "-C" held and let go, "d100" delays, "w2" waits...; a result at the end. */
const char *ducky_actions(const char *script, const struct ducky_settings *set);

#endif
