/*
 * The verdict: a pure function of findings, profile and coverage. product.md "Findings, verdicts, exit codes".
 */
#ifndef CORDON_DETECT_VERDICT_H
#define CORDON_DETECT_VERDICT_H

#include "detect/finding.h"
#include "detect/profile.h"

enum verdict {
	VERDICT_NO_FINDING,
	VERDICT_NOT_COVERED,
	VERDICT_SUSPECT,
	VERDICT_MALICIOUS,
};

/* What was seen, in figures. */
struct coverage_input {
	int64_t duration_ns;
	uint64_t packets, bad_packets, lost_packets;
	int64_t blind_ns;
	uint64_t transfers;           /* decoded */
	unsigned undecided_keyboards; /* R9 without a decision, with 1 to 9 keys */
	uint64_t cut; /* reports, report descriptors and requests that the capture kept in part */
	uint64_t keys_cut;          /* report descriptors with more keys than can be followed */
	unsigned untimed_keyboards; /* of more keys, whose times tell R9 nothing */
	uint64_t lost_interfaces;   /* of input devices, more than can be followed at a time */
	int64_t line_seen_ns, current_seen_ns; /* with VBUS on */
	int64_t unseen_ns;                     /* spans that a tap lost */
	uint16_t failed_checks;                /* of the tap's self-test, a bit each */
	uint64_t alerts_lost;                  /* of the tap, that their numbers say there were */
	bool truncated;
};

enum { COVERAGE_MISSING_MAX = 12, COVERAGE_TEXT_MAX = 120 };

struct coverage {
	int64_t seconds_ns, blind_ns;
	unsigned missing; /* entries used */
	char text[COVERAGE_MISSING_MAX][COVERAGE_TEXT_MAX];
};

void coverage_judge(struct coverage *c, const struct coverage_input *in, const struct profile *p);
enum verdict verdict_of(const struct finding *f, size_t count, const struct coverage *c);
const char *verdict_name(enum verdict v);
int verdict_exit_code(enum verdict v); /* 20, 10, 30, 0 */

#endif
