/*
 * The tap as a USB device: chapter 9, a vendor interface (bulk IN and OUT: stream and commands) and a HID interface on
 * usage page FF00 (status, alerts, commands). In: what the controller saw (core/usb_dcd.h). Out: packets to it, and to
 * the client what the host wants. Leaves alone: what the bytes mean. USB 2.0 §9; HID 1.11 §7.
 */
#ifndef CORDON_CORE_USB_DEV_H
#define CORDON_CORE_USB_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum usb_dev_endpoint {
	USB_DEV_BULK_IN = 0x81,
	USB_DEV_BULK_OUT = 0x01,
	USB_DEV_HID_IN = 0x82,
	USB_DEV_HID_OUT = 0x02,
	USB_DEV_ENDPOINTS = 3, /* with 0, in each direction */
	USB_DEV_REPORT = 64,
};

struct usb_dev_client {
	void *context;
	/* The stream's pipe is free: at most 64 bytes, borrowed for as long as this context lasts; 0 where there are none. */
	size_t (*bulk_wanted)(void *context, const uint8_t **from);
	/* A command came, by either way. */
	void (*command)(void *context, const uint8_t *data, size_t len, bool by_hid);
	/* The report that GET_REPORT asks for: USB_DEV_REPORT bytes. */
	void (*report)(void *context, uint8_t *to);
	/* Configured or not any more; suspended counts as not. */
	void (*active)(void *context, bool active);
};

enum usb_dev_stage {
	USB_DEV_IDLE,
	USB_DEV_DATA_IN,
	USB_DEV_DATA_OUT,
	USB_DEV_STATUS_IN,
	USB_DEV_STATUS_OUT,
};

struct usb_dev {
	const struct usb_dev_client *client;
	uint64_t serial;
	enum usb_dev_stage stage;
	uint8_t address; /* to be set after the status stage */
	uint8_t configuration;
	uint8_t idle_rate;
	bool suspended, new_address;
	bool halted[USB_DEV_ENDPOINTS][2];
	bool busy[USB_DEV_ENDPOINTS][2];
	const uint8_t *from; /* rest of the data stage */
	uint16_t left;
	bool zero_packet; /* closes a data stage that is shorter than asked for and ends on a packet's border */
	uint16_t expected;
	uint16_t got;
	uint8_t buffer[256];
};

void usb_dev_init(struct usb_dev *dev, const struct usb_dev_client *client, uint64_t serial);

static inline bool usb_dev_active(const struct usb_dev *dev)
{
	return dev->configuration && !dev->suspended;
}

/* The stream has something new: asks the client for it if the pipe is free. With the controller's interrupt off. */
void usb_dev_bulk_kick(struct usb_dev *dev);

/* One HID input report of USB_DEV_REPORT bytes; false where the last one has not been fetched yet. */
bool usb_dev_hid_send(struct usb_dev *dev, const uint8_t *report);

#endif
