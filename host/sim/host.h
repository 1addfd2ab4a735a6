/*
 * Host models: what an operating system asks of a new device, in which order and with which lengths. threats.md
 * sections 1.5 and 4; USB 2.0 §9.4; HID 1.11 §7.
 */
#ifndef CORDON_SIM_HOST_H
#define CORDON_SIM_HOST_H

#include "sim/bus.h"

enum host_kind {
	HOST_WINDOWS,
	HOST_LINUX,
	HOST_MACOS,
	HOST_ANDROID,
	HOST_KINDS,
};

/*
 * From attach (now) to the LED report: debounce, reset, requests, SET_CONFIGURATION `configured_after_ns` after the
 * attach where that is not too soon, the drivers' requests, polls. `address` is what the device gets; led_after_ns below 0:
 * no LED report. False where the device went away meanwhile.
 */
bool host_enumerate(struct bus *b, struct bus_device *d, enum host_kind kind, uint8_t address,
                    int64_t configured_after_ns, int64_t led_after_ns);

/* How often that asks for a configuration descriptor: by it scripts tell Windows from others. */
unsigned host_configuration_requests(enum host_kind kind);

/* What a hub and its driver say to each other when something was plugged into `port`, its reset included. */
void host_hub_port(struct bus *b, struct bus_device *hub, uint8_t port);

/* SET_REPORT(Output) to the first interface with LEDs; false where there is none. */
bool host_leds(struct bus *b, struct bus_device *d, uint8_t leds);

#endif
