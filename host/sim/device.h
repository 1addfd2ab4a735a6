/*
 * Device models: the descriptors with which a device answers its host, as data. Sets come from a table (devices.c) as
 * hexadecimal text, or from a scenario file in the same form; sim_device_load turns either into bytes.
 */
#ifndef CORDON_SIM_DEVICE_H
#define CORDON_SIM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/usb_packet.h"

enum {
	SIM_INTERFACES_MAX = 8,
	SIM_ENDPOINTS_MAX = 16,
	SIM_STRINGS_MAX = 8,
	SIM_BYTES_MAX = 2048,
	SIM_ANSWER_MAX = 512, /* bytes of one descriptor that are sent */
};

/* Borrowed text; strings by their index, [0] unused: language 0409. */
struct device_text {
	const char *name;
	enum usb_speed speed;
	const char *device, *config, *qualifier, *hub;
	struct {
		uint8_t interface;
		const char *hex;
	} report[SIM_INTERFACES_MAX];
	const char *string[SIM_STRINGS_MAX];
	const char *structure_sha256; /* in hex, of a scenario file's set; else NULL */
};

struct sim_bytes {
	uint16_t at, len; /* in sim_device.pool */
};

struct sim_endpoint {
	uint8_t address, type; /* bEndpointAddress; bmAttributes & 3 */
	uint16_t max_packet;
	uint8_t interval;
	uint8_t interface;
};

struct sim_interface {
	uint8_t number, class_code, subclass, protocol;
	bool leds; /* has an output report on page 08 */
	uint8_t led_report_id;
	struct sim_bytes report; /* HID report descriptor */
};

struct sim_device {
	enum usb_speed speed;
	struct sim_bytes device, config, qualifier, hub;
	struct sim_interface interface[SIM_INTERFACES_MAX];
	struct sim_endpoint endpoint[SIM_ENDPOINTS_MAX];
	const char *string[SIM_STRINGS_MAX]; /* borrowed from the text */
	uint8_t interfaces, endpoints;
	uint16_t used;
	uint8_t pool[SIM_BYTES_MAX];
};

/* NULL where there is no set of this name. */
const struct device_text *sim_device_find(const char *name);

/* False where the text is no hexadecimal, or too much of it. */
bool sim_device_load(struct sim_device *d, const struct device_text *t);

/*
 * What the device answers to a control read: bytes at `out` (room for SIM_ANSWER_MAX), cut to wLength. False: STALL.
 * Control writes that a device of its class takes return true with no bytes.
 */
bool sim_device_answer(const struct sim_device *d, const uint8_t setup[8], uint8_t *out,
                       size_t *len);

static inline const uint8_t *sim_device_bytes(const struct sim_device *d, struct sim_bytes b)
{
	return d->pool + b.at;
}

/* The first endpoint of this interface and direction (0x80 IN, 0 OUT); NULL where there is none. */
const struct sim_endpoint *sim_device_endpoint(const struct sim_device *d, uint8_t interface,
                                               uint8_t direction);

#endif
