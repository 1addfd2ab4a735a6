/*
 * Private to the reports for people: lines of 80 columns, and the parts that the report of one input (text.c) and of a pair
 * (text_pair.c) share. Texts beyond a line's room are cut.
 */
#ifndef CORDON_REPORT_TEXT_PARTS_H
#define CORDON_REPORT_TEXT_PARTS_H

#include "report/report.h"

enum { TEXT_LINE_MAX = 4096 };

struct text_line {
	char text[TEXT_LINE_MAX];
};

void text_add(struct text_line *l, const char *s);
void text_add_wire(struct text_line *l, const char *s); /* escaped */
void text_add_count(struct text_line *l, uint64_t v);
void text_add_plural(struct text_line *l, uint64_t v, const char *one);
void text_add_seconds(struct text_line *l, int64_t ns, int decimals);
void text_add_address(struct text_line *l, uint16_t bus, uint8_t address);

/* First line after `first`, the next ones after `rest`; words longer than a line are broken. */
void text_wrap(FILE *out, const char *first, const char *rest, const struct text_line *l);

/* The input's name and verdict; findings; why that is the verdict; what was not seen. */
void text_head(FILE *out, const struct report_input *in, const struct report_options *o);
void text_findings(FILE *out, const struct report_input *in);
void text_why(FILE *out, const struct report_input *in);
void text_not_seen(FILE *out, const struct report_input *in);

#endif
