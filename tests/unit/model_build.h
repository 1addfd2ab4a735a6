/*
 * Models and events made by hand, to test rules and reports without any decoding below them. Time and packet ordinal
 * stand in the struct and are the test's to move; each build_* changes the model and then sends the event.
 */
#ifndef CORDON_TESTS_MODEL_BUILD_H
#define CORDON_TESTS_MODEL_BUILD_H

#include "detect/engine.h"

struct build {
	struct model *m;
	struct engine *e;
	struct profile p;
	int64_t t_ns;
	uint64_t packet;
	uint32_t ids;
};

struct build_interface {
	uint8_t class, subclass, protocol;
	uint16_t report_len; /* wDescriptorLength of its report descriptor */
	uint8_t endpoint[2]; /* addresses; 0 none */
};

#define BUILD_MS INT64_C(1000000)
#define BUILD_S  INT64_C(1000000000)

void build_init(struct build *b, enum profile_kind kind);
void build_release(struct build *b);
/* After the profile was filled in further. */
void build_start(struct build *b);

struct model_device *build_device(struct build *b, unsigned slot, enum usb_speed speed);
void build_described(struct build *b, struct model_device *d, uint16_t vid, uint16_t pid);
void build_config(struct build *b, struct model_device *d, const struct build_interface *i,
                  unsigned count);
void build_hashed(struct build *b, struct model_device *d, const uint8_t sha256[32]);
/* An own, arbitrary structure: 32 times `fill`. */
void build_hashed_fill(struct build *b, struct model_device *d, uint8_t fill);
/* `kinds`: enum hid_kind. `raw` may be NULL. */
struct model_hid *build_hid(struct build *b, struct model_device *d, unsigned slot,
                            uint8_t interface, uint32_t kinds, const uint8_t *raw, uint16_t len);
void build_inferred(struct build *b, struct model_device *d, unsigned slot);
void build_key(struct build *b, struct model_hid *h, uint16_t usage, uint8_t modifiers);
void build_input(struct build *b, struct model_hid *h);
void build_led(struct build *b, struct model_hid *h);
void build_transfer(struct build *b, struct model_device *d, const struct usb_transfer *t);
void build_control(struct build *b, struct model_device *d, uint8_t type, uint8_t request,
                   uint16_t value, uint16_t index, const void *data, uint16_t len);
void build_line(struct build *b, enum line_event event, enum usb_speed speed);
void build_tick(struct build *b);
void build_gone(struct build *b, struct model_device *d); /* with LINE_DETACH before it */
void build_event(struct build *b, enum event_kind kind, const struct model_device *d);

unsigned build_count(const struct build *b, const char *rule);
/* The first; fails the test where there is none. */
const struct finding *build_find(const struct build *b, const char *rule);

#endif
