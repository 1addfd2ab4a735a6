/*
 * A hostile device's traffic, from the first request to the verdict: URBs made by hand go through lib/analysis.h, and what
 * comes out is the JSON that a user gets, parsed again. Both forms of the report are checked for stray control characters.
 */
#ifndef CORDON_TESTS_HOSTILE_H
#define CORDON_TESTS_HOSTILE_H

#include <jansson.h>

#include "lib/analysis.h"

struct hostile {
	struct profile profile;
	struct layout *layout;
	struct analysis *analysis;
	struct record_sink sink;
	struct capture_info info;
	int64_t t_ns;
	uint64_t packet, urb;
	json_t *json; /* after hostile_end */
	char *text;   /* the form for people */
	enum verdict verdict;
};

void hostile_begin(struct hostile *h, enum profile_kind profile);
void hostile_end(struct hostile *h);
void hostile_release(struct hostile *h);

void hostile_record(struct hostile *h, struct record *r);
void hostile_line(struct hostile *h, enum line_event event, enum usb_speed speed);

/* `data` is answered to a read, sent with a write. Takes 100 us. */
void hostile_control(struct hostile *h, uint8_t address, uint8_t type, uint8_t request,
                     uint16_t value, uint16_t index, const void *data, size_t len);
void hostile_get(struct hostile *h, uint8_t address, uint16_t value, uint16_t index,
                 const void *data, size_t len);
void hostile_input(struct hostile *h, uint8_t address, uint8_t endpoint, const void *bytes,
                   size_t len);

/* Presses and releases in boot reports, `prefix` bytes of `head` before each, 4 ms apart; what no person types. */
void hostile_type(struct hostile *h, uint8_t address, uint8_t endpoint, unsigned keys,
                  const uint8_t *head, size_t prefix);

/* SET_ADDRESS and an 18-byte device descriptor, product string index 2. */
void hostile_device(struct hostile *h, uint8_t address, uint16_t vid, uint8_t class);

/* A configuration put together piece by piece. */
struct hostile_config {
	uint8_t bytes[4096];
	size_t len;
};

void hostile_config(struct hostile_config *c, uint8_t value);
void hostile_interface(struct hostile_config *c, uint8_t number, uint8_t alternate, uint8_t class,
                       uint8_t subclass, uint8_t protocol, uint8_t endpoint, uint16_t report_len);

/* Asked for under descriptor index `index`. */
void hostile_give_config(struct hostile *h, uint8_t address, uint8_t index,
                         struct hostile_config *c);
void hostile_configure(struct hostile *h, uint8_t address, uint8_t value);
void hostile_give_report(struct hostile *h, uint8_t address, uint8_t interface,
                         const uint8_t *bytes, size_t len);

/* All of it: one boot keyboard on interface 0, endpoint 81. */
void hostile_keyboard(struct hostile *h, uint8_t address, uint16_t vid);

extern const uint8_t hostile_boot_keyboard[], hostile_mouse[];
extern const size_t hostile_boot_keyboard_len, hostile_mouse_len;

/* How many findings of this rule; any weight where `weight` is NULL. */
unsigned hostile_findings(const struct hostile *h, const char *rule, const char *weight);
unsigned hostile_keys_of(const struct hostile *h, uint8_t address);

#endif
