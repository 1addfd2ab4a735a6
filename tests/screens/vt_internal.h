/* What vt.c and svg.c share. */
#ifndef CORDON_TESTS_SCREENS_VT_INTERNAL_H
#define CORDON_TESTS_SCREENS_VT_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <vterm.h>

#include "tui/dashboard.h"

enum { VT_LOG = 1 << 20, VT_TEXT = 400 * 200 * 4 };

struct vt {
	VTerm *term;
	VTermScreen *screen;
	int rows, columns, master, slave;
	struct link *link, *more[DASHBOARD_INPUTS - 1];
	unsigned added;
	struct layout *layout;
	struct profile profile;
	struct dashboard *dashboard;
	int64_t now_ns;
	bool stalled;
	uint64_t bytes;
	char log[VT_LOG];
	size_t logged;
	char text[VT_TEXT];
};

#endif
