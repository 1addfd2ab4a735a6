/*
 * What the bytes of one transfer mean, field by field: of a setup packet (USB 2.0 §9.3), of a descriptor (§9.6, HID 1.11 §6.2), of
 * a report by the report descriptor of its interface. Made anew whenever it is asked for, so that no packet pays for it.
 */
#ifndef CORDON_TUI_FIELDS_H
#define CORDON_TUI_FIELDS_H

#include "tui/view.h"

enum { FIELDS_MAX = 96, FIELD_TEXT = 80, FIELD_FILTER = 48 };

/* Where a field stands. */
enum field_place {
	FIELD_SETUP, /* in the eight bytes of the setup packet */
	FIELD_DATA,  /* in history_row.data */
	FIELD_ROW,   /* of the transfer: no bytes of its own; `bit` and `bits` are 0 */
};

struct field {
	enum field_place place;
	uint16_t bit, bits;        /* from the first byte on; may reach past what is kept */
	char text[FIELD_TEXT];     /* may hold text off the wire */
	char filter[FIELD_FILTER]; /* as filter.h reads it: those that have the same */
};

struct fields {
	unsigned count;
	struct field field[FIELDS_MAX];
};

/* Data first, then what the transfer is. What was typed is left out where `masked`. */
void fields_read(struct fields *f, const struct scene *s, const struct history_row *r, bool masked);

/* For those who fill it: NULL where there is no room. */
struct field *fields_add(struct fields *f, enum field_place place, unsigned bit, unsigned bits,
                         const char *format, ...) __attribute__((format(printf, 5, 6)));

/* fields_descriptor.c: an answer to GET_DESCRIPTOR of that type; `len` bytes of it are kept. */
void fields_descriptor(struct fields *f, uint8_t type, const uint8_t *bytes, size_t len);

/* fields_report.c: a report. `bytes` begins with its id where `d` uses them; `layout` may be NULL. */
void fields_report(struct fields *f, const struct hid_descriptor *d, enum hid_report_type type,
                   struct layout *layout, const uint8_t *bytes, size_t len);

#endif
