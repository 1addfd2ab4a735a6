/*
 * Reports on one input: what is said of it, gathered by the caller, and the forms it is said in. Nothing here decides
 * anything. Strings in a report_input may come off the wire; every form escapes them (escape.h).
 */
#ifndef CORDON_REPORT_REPORT_H
#define CORDON_REPORT_REPORT_H

#include <stdio.h>

#include "detect/verdict.h"
#include "model/model.h"

enum {
	REPORT_TEXT_MAX = 4096, /* characters of one keyboard's text that are reported */
	REPORT_DEVICES_MAX = MODEL_DEVICES_MAX,
	REPORT_NAME_MAX = 128,
	REPORT_MARKS_MAX = 64,
};

/* What one keyboard typed. */
struct report_keystrokes {
	uint16_t bus;
	uint8_t address;
	uint8_t interface; /* 0xff unknown */
	uint64_t count;    /* keys, all of them */
	const char *text;  /* UTF-8; NULL where it was not kept */
	bool text_truncated;
	int64_t first_ns, last_ns;
};

/* What the operator said of the recording: "case", "2026-117". */
struct report_label {
	const char *name, *text;
};

/* What the operator marked during the input, with the moment at which he did. */
struct report_mark {
	int64_t t_ns;
	const char *text;
};

/* Vendor and product by number; both empty where unknown. */
typedef void (*report_names)(void *context, uint16_t vid, uint16_t pid, char *vendor,
                             size_t vendor_size, char *product, size_t product_size);

struct report_input {
	const char *input; /* its name as the user gave it */
	const struct profile *profile;
	const char *version; /* of the program */
	enum verdict verdict;
	const struct model *model;
	const struct coverage *coverage;
	int64_t duration_ns;
	uint64_t packets, bad_packets, lost_packets;
	uint64_t skipped_packets; /* of link types that are not read */
	bool truncated;
	const struct finding *finding;
	size_t findings;
	uint64_t findings_dropped;
	const struct report_keystrokes *keystrokes;
	size_t keyboards;
	uint64_t keys;                     /* of all keyboards, those not in the list too */
	uint64_t keyboards_forgotten;      /* that typed and are not in the list */
	const struct report_label *labels; /* of the recording */
	size_t label_count;
	const struct report_mark *mark;
	size_t marks;        /* that are in the list */
	uint64_t marks_seen; /* all of them */
	const char
		*layout; /* that the input says its text was read under last; NULL: it says none */
	const char *sha256; /* of the input, in hex; NULL where it was not asked for */
	report_names names; /* NULL: numbers alone */
	void *names_context;
};

struct report_options {
	bool no_text; /* leave out what was typed */
	bool colour;
	bool quiet; /* text: the verdict's line alone */
};

/* One JSON object in one line. False where memory is out or `out` fails. */
bool report_json(FILE *out, const struct report_input *in, const struct report_options *o);

/* For people: findings first. False where `out` fails. */
bool report_text(FILE *out, const struct report_input *in, const struct report_options *o);

/* The rules and profiles that there are, one a line; for `cordon rules` and `cordon profiles`. */
bool report_rules(FILE *out, bool json);
bool report_profiles(FILE *out, bool json);

/* Name of one bit of enum hid_kind, NULL where it has none; for i = 0, 1, .. REPORT_KINDS - 1 `*bit` is the i-th. */
enum { REPORT_KINDS = 11 };
const char *report_kind(unsigned i, uint32_t *bit);
const char *report_speed(enum usb_speed s); /* NULL: unknown */

#endif
