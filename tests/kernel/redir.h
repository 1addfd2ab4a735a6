/*
 * A USB device of ours in a virtual machine: served over usbredir to QEMU's usb-redir, which listens. Connecting plugs it
 * in, closing pulls it out. In: what the guest's host controller wants. Out: packets of the device below.
 */
#ifndef CORDON_TESTS_KERNEL_REDIR_H
#define CORDON_TESTS_KERNEL_REDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REDIR_PACKET = 64, REDIR_CONTROL_MAX = 4096, REDIR_STALL = -1, REDIR_NAK = -1 };

struct redir_device {
	void *context;
	uint16_t vendor, product, release;
	void (*reset)(void *context);
	/* A whole control transfer: `data` holds what goes out, or gets what comes in. Its length, or REDIR_STALL. */
	int (*control)(void *context, const uint8_t setup[8], uint8_t data[REDIR_CONTROL_MAX]);
	/* The packet that waits at an IN endpoint, which is taken with it: its length, or REDIR_NAK. */
	int (*in)(void *context, uint8_t endpoint, uint8_t packet[REDIR_PACKET]);
	/* False: NAK. */
	bool (*out)(void *context, uint8_t endpoint, const uint8_t *packet, size_t len);
};

struct redir;

/* Plugs it in. NULL where nobody listens, errno is kept. The device has bulk IN 1 and OUT 1, interrupt IN 2 and OUT 2. */
struct redir *redir_plug(const char *path, const struct redir_device *d);
void redir_pull(struct redir *r);

/* What the guest wants, for at most so long. False where it is gone. */
bool redir_turn(struct redir *r, int timeout_ms);

/* Transfers that were answered when the guest took them back: what they brought may be lost on the way, in QEMU. */
unsigned redir_crossed(const struct redir *r);

#endif
