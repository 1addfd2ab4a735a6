/*
 * Constants of a script: DEFINE puts its value in place of its name, in all lines that follow. Private to reading.
 */
#ifndef CORDON_SIM_DUCKY_DEFINES_H
#define CORDON_SIM_DUCKY_DEFINES_H

#include "sim/ducky_state.h"

struct ducky_define {
	struct ducky_span name, value;
};

struct ducky_defines {
	unsigned count;
	struct ducky_define entry[DUCKY_DEFINES_MAX];
};

/* Appends to the pool; false where it is full or memory is out. `out` is the bytes' place. */
bool ducky_pool_add(struct ducky *d, const char *at, size_t len, struct ducky_span *out);

/* A later value takes an earlier one's place. */
bool ducky_define(struct ducky *d, struct ducky_defines *defines, uint32_t line, const char *at,
                  size_t len);

/* Whether there is a constant of this name, and its value is TRUE. */
bool ducky_defined_true(const struct ducky *d, const struct ducky_defines *defines, const char *at,
                        size_t len);

/* The line with all constants put in, in the pool. */
bool ducky_expand(struct ducky *d, const struct ducky_defines *defines, uint32_t line,
                  const char *at, size_t len, struct ducky_span *out);

#endif
