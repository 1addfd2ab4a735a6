/*
 * What the operator did during an input, out of its records: marks, and the layout that he read the keys under. Bounded,
 * whatever the input holds.
 */
#ifndef CORDON_LIB_OPERATOR_H
#define CORDON_LIB_OPERATOR_H

#include "report/layout.h"
#include "report/report.h"
#include "usb/record.h"

enum {
	OPERATOR_MARK_MAX = 400,   /* bytes of a mark that are kept */
	OPERATOR_LAYOUTS_MAX = 64, /* changes; beyond, the last one stays */
};

struct operator
{
	struct layout *layout; /* the one recorded last; NULL: none was */
	unsigned layouts;
	uint64_t marks; /* all of them; the first REPORT_MARKS_MAX are kept */
	struct report_mark mark[REPORT_MARKS_MAX];
	char text[REPORT_MARKS_MAX][OPERATOR_MARK_MAX];
};

/* Zeroed before the first record. Records of other kinds are passed by. */
void operator_record(struct operator* o, const struct record *r);

/* What the layout is from here on; false where it is none, or memory is out: then all stays as it was. */
bool operator_layout(struct operator* o, const char *name, size_t len);

void operator_release(struct operator* o);

#endif
