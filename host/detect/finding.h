/*
 * Findings: what a rule has to say, with its evidence; and the verdict over them. product.md "Findings, verdicts".
 */
#ifndef CORDON_DETECT_FINDING_H
#define CORDON_DETECT_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum weight {
	WEIGHT_WEAK,
	WEIGHT_MEDIUM,
	WEIGHT_STRONG,
	WEIGHT_DECISIVE,
};

/* What shares a cause shares a group, so that one cause counts once. */
enum group {
	GROUP_PRESENCE,
	GROUP_TYPING,
	GROUP_POWER,
	GROUP_RADIO,
	GROUP_LINE,
	GROUP_CHARGER,
	GROUPS,
};

enum {
	FINDINGS_MAX = 256,
	FINDING_TEXT_MAX = 240,
	EVIDENCE_MAX = 10,
	EVIDENCE_TEXT_MAX = 96,
};

enum evidence_kind {
	EVIDENCE_INTEGER,
	EVIDENCE_NUMBER, /* printed with `decimals` */
	EVIDENCE_TEXT,
};

/* Names are JSON keys, with the unit at the end. */
struct evidence {
	const char *name; /* a string that lives as long as the program */
	enum evidence_kind kind;
	uint8_t decimals;
	int64_t integer;
	double number;
	char text[EVIDENCE_TEXT_MAX]; /* may come off the wire: escaped by whoever prints it */
};

struct finding {
	const char *rule; /* "R14a" */
	const char *name; /* "known-structure" */
	enum group group;
	enum weight weight;
	int64_t t_ns;
	uint64_t packet;
	bool has_device;
	uint16_t device_bus;
	uint8_t device_address;
	uint32_t keystroke;          /* keys typed when it fired; 0: not about typing */
	char text[FINDING_TEXT_MAX]; /* one plain sentence to read aloud */
	char waived_by[64];          /* R22; "" where it is not waived */
	uint8_t evidences;
	struct evidence evidence[EVIDENCE_MAX];
};

/* Builders for rules. Text is bounded, cut at a character, and never formatted by the wire. */
void finding_say(struct finding *f, const char *text);
void finding_say_integer(struct finding *f, int64_t v);
void finding_say_number(struct finding *f, double v, unsigned decimals);
void finding_say_hex(struct finding *f, uint32_t v, unsigned digits);
void finding_say_quoted(struct finding *f,
                        const char *wire_text); /* control characters and quotes to '?' */
void finding_integer(struct finding *f, const char *name, int64_t v);
void finding_number(struct finding *f, const char *name, double v, unsigned decimals);
void finding_text(struct finding *f, const char *name, const char *v);
void finding_hex(struct finding *f, const char *name, const uint8_t *bytes, size_t len);

const char *weight_name(enum weight w);
const char *group_name(enum group g);

#endif
