/*
 * What is known of tools by name: identities that they ship with, structures that give their firmware away, receivers
 * that have been found inside cables, and vendors that are often impersonated. Data alone, each with its source and a grade;
 * RULES_VERSION is its version. An id can be changed by whoever owns the tool: a match is evidence, absence is none.
 */
#ifndef CORDON_DETECT_IDENTITY_H
#define CORDON_DETECT_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

enum identity_grade {
	IDENTITY_SEEN,   /* in a capture, or the default in the vendor's own source */
	IDENTITY_LISTED, /* in a list or on a page of somebody else */
};

enum identity_need {
	IDENTITY_NEEDS_NOTHING,
	IDENTITY_NEEDS_INPUT_OR_NETWORK, /* harmless gadgets use the same id: a keyboard or a network must be there */
};

struct identity {
	uint16_t vid, pid_first, pid_last;
	enum identity_need need;
	enum identity_grade grade;
	const char *tool, *source;
};

/* NULL where it is none that is known. */
const struct identity *identity_find(uint16_t vid, uint16_t pid);

enum { STRUCTURE_REPORTS_MAX = 2 };

/* A firmware's structure: the hash over descriptors without names, and those of its report descriptors. */
struct structure {
	const char *family, *source;
	bool decisive; /* no product but attack tools and hobby builds has it: R14a */
	uint8_t sha256[32];
	/* The lengths and hashes of its report descriptors, in the order of interfaces; length 0: not to be judged by them */
	struct {
		uint16_t len;
		uint8_t sha256[32];
	} report[STRUCTURE_REPORTS_MAX];
};

extern const struct structure structures[];
extern const unsigned structures_count;

const struct structure *structure_find(const uint8_t sha256[32]);

/* Makers of keyboards and phones that tools claim to be; NULL for others. `keyboards_without_serial`: none of its
   keyboards has a serial port beside the keys. */
struct claimed_vendor {
	uint16_t vid;
	bool keyboards_without_serial;
	const char *name;
};

const struct claimed_vendor *claimed_vendor_find(uint16_t vid);

/* Genuine radio receivers that fit into a plug; NULL for others. */
const char *receiver_find(uint16_t vid, uint16_t pid);

#endif
