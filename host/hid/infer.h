/*
 * Is an endpoint a keyboard, where its report descriptor was not captured? Told from its reports alone.
 *
 * Two layouts are known: the boot keyboard's 8 bytes (HID 1.11 appendix B.1), and the same behind a report id. Reports of
 * fewer bytes, bitmaps and others are never inferred. One report proves nothing: it takes several keys that come and go
 * as keys do, and a report with nothing down.
 *
 * Keys typed before the answer count. For each report of an interface without a descriptor:
 *	if (infer_report(&f, report, len, t_ns, packet) == INFER_KEYBOARD && !decided) {
 *		infer_descriptor(&f, &d);
 *		keys_init(&k);
 *		for (i = 0; (r = infer_kept(&f, i)); i++)
 *			keys_report(&k, &d, r->bytes, r->len, r->t_ns, r->packet, &out);
 *	}
 * The report that brought the answer is the last of those kept; those after it go to keys_report directly.
 */
#ifndef CORDON_HID_INFER_H
#define CORDON_HID_INFER_H

#include "hid/report.h"

enum {
	INFER_KEPT_MAX =
		32, /* of the reports before the answer, the last ones; repeated ones are left out */
	INFER_IDS_MAX = 4, /* report ids that are weighed */
	INFER_BYTES_MAX = 9,
};

enum infer_answer {
	INFER_UNDECIDED,
	INFER_KEYBOARD, /* for good */
	INFER_NOT,      /* for good */
};

struct infer_report {
	int64_t t_ns;
	uint64_t packet;
	uint8_t len, bytes[INFER_BYTES_MAX];
};

/* What speaks for one layout: id 0 is the plain one. */
struct infer_layout {
	uint8_t id;
	bool dead;
	bool seen;
	uint8_t last[8];
	uint8_t last_code; /* the key pressed last */
	uint8_t codes[32]; /* keys seen */
	uint16_t presses, distinct;
	uint16_t good; /* presses from nothing, onto others, or in place of a key far away */
	uint16_t wide; /* reports with more changes than a hand makes */
	bool up, down; /* the key codes went up, down, from one replacement to the next */
	bool all_zero;
};

struct infer {
	enum infer_answer answer;
	uint8_t layouts, found; /* used of layout[]; the one that was found */
	uint8_t len;            /* of its reports so far; 0 none yet */
	bool mixed;             /* they differ in length */
	uint8_t id;             /* that all of them begin with; 0 none */
	uint32_t reports;
	uint32_t kept; /* reports ever kept; the ring holds the last ones */
	struct infer_layout layout[1 + INFER_IDS_MAX];
	struct infer_report ring[INFER_KEPT_MAX];
};

void infer_init(struct infer *f);
enum infer_answer infer_report(struct infer *f, const uint8_t *report, size_t len, int64_t t_ns,
                               uint64_t packet);

/* Kept report `i`, oldest first, borrowed; NULL past the last. */
const struct infer_report *infer_kept(const struct infer *f, unsigned i);

/* How many reports found no room in the ring: keys in them are lost. */
uint32_t infer_lost(const struct infer *f);

/* After INFER_KEYBOARD: the descriptor that its reports are read with. */
void infer_descriptor(const struct infer *f, struct hid_descriptor *d);

#endif
