/*
 * The listener's cases: a waveform of each, and all that a tap must tell of it. Played into the emulated chip and into the
 * model of the state machines on the PC alike. wave_case and wave_case_release pair. Leaves alone: who listens, who compares.
 */
#ifndef CORDON_TESTS_CASE_H
#define CORDON_TESTS_CASE_H

#include "tests/wave/heard.h"

enum { WAVE_CASE_FOLDS = 4 };
enum { WAVE_FULL = 1, WAVE_LOW = 2, WAVE_BOTH = 3 };

struct wave_case {
	struct wave wave;
	/* Every packet, those that the tap folds too; events with the time of the record, in the order in which they are told. */
	struct heard sent;
	struct wire_fold fold[WAVE_CASE_FOLDS]; /* what is counted, by kind and endpoint */
	unsigned folds;
	const char *text;   /* NULL: none */
	unsigned text_wire; /* 0 D+, 1 D- */
	double text_baud;
	double phase;    /* ps from the wave's start to the first sample */
	int64_t settled; /* ps: before it there is noise, of which anything may be told */
	/* inner */
	int64_t idle;        /* the bus has been J since */
	enum usb_speed told; /* the speed that the tap has found */
	bool attached, suspended;
};

/* What a sender does to its waveform: clock error in ppm, jitter to the next edge and to the next but one in ns, skew in cycles. */
struct wave_limits {
	double ppm, next, pair, skew;
};

/*
 * Builds the case of that name, "low-" before it for low speed. `limits` may be NULL. False where there is no such case; nothing
 * is to be released then.
 */
bool wave_case(struct wave_case *c, const char *name, uint32_t seed,
               const struct wave_limits *limits);
void wave_case_release(struct wave_case *c);

/* The names, in order, without "low-": NULL behind the last. `speeds`: which there are, WAVE_FULL and WAVE_LOW. */
const char *wave_case_name(size_t n, unsigned *speeds);

/*
 * For those who build cases. `idle` is in bit times behind the packet. A poll is a token and what is said to it; one that is
 * NAKed is folded, and so is a SOF.
 */
void case_packet(struct wave_case *c, const uint8_t *bytes, size_t len, double idle);
void case_token(struct wave_case *c, enum usb_pid pid, unsigned address, unsigned endpoint,
                double idle);
void case_data(struct wave_case *c, enum usb_pid pid, const uint8_t *payload, size_t len,
               double idle);
void case_handshake(struct wave_case *c, enum usb_pid pid, double idle);
/* The same as it is, and what the tap must find wrong with it; enum wire_packet_flag. */
void case_damaged(struct wave_case *c, const uint8_t *bytes, size_t len, uint8_t flags,
                  double idle);
void case_sof(struct wave_case *c, unsigned frame, double idle);
void case_keepalive(struct wave_case *c);
void case_nak_in(struct wave_case *c, unsigned address, unsigned endpoint, double idle);
void case_nak_out(struct wave_case *c, unsigned address, unsigned endpoint, const uint8_t *payload,
                  size_t len, double idle);
/* One low-speed packet behind a hub, and the PRE before it where the host sends. USB 2.0 §8.6.5 */
void case_slow(struct wave_case *c, bool host, const uint8_t *bytes, size_t len);

/* The lines for so many ps, and no more; an event that must be told with this tick; both for J, SE0 and what they mean. */
void case_lines(struct wave_case *c, int lines, double ps);
void case_event(struct wave_case *c, enum wire_line_event event, double at, double duration);
void case_connect(struct wave_case *c, double ps); /* J, at the wave's speed; 2 ms at least */
void case_reset(struct wave_case *c);
void case_unplug(struct wave_case *c);
void case_attach(struct wave_case *c); /* connected, reset, ready for packets */
void case_sleep(struct wave_case *c,
                double ps); /* the bus stays idle since the last J for that and the 3 ms before */

/* Makers of cases, by the file they stand in. */
struct wave_maker {
	const char *name;
	void (*make)(struct wave_case *c);
	unsigned speeds; /* WAVE_FULL, WAVE_LOW */
};
extern const struct wave_maker wave_devices[], wave_bus[], wave_load[];

#endif
