/*
 * How often a host asks an interrupt endpoint, as far as that is declared. In: descriptors, usbmon's count. Out:
 * nanoseconds. A declared period is of frames or, at high speed, an exponent of microframes, and neither usbmon nor
 * USBPcap says which speed it is: there the descriptors and usbmon's own count tell, or else the shorter reading is
 * taken, so that no report comes sooner than it can.
 */
#include "model/decode_state.h"

enum {
	FRAME_NS = 1000000,
	MICROFRAME_NS = 125000,
	EXPONENT_MAX = 16,
	PACKET_SIZE = 0x7ff, /* of wMaxPacketSize; above it are transactions a microframe */
	PACKET_FULL_MAX = 64,
	PACKET_HIGH_BULK = 512,
	PACKET_HIGH_CONTROL = 64,
	VERSION_HIGH = 0x0200,
};

/* Hosts poll at the largest power of two of frames that is not over bInterval. xHCI 1.2 §6.2.3.6 */
static uint32_t frames(uint8_t bInterval)
{
	return 0x80000000u >> __builtin_clz(bInterval);
}

/* USB 2.0 §9.6.6 */
static uint32_t microframes(uint8_t bInterval)
{
	return bInterval <= EXPONENT_MAX ? 1u << (bInterval - 1) : 0;
}

/* USB 2.0 §5.5.3, §5.7.3, §5.8.3: sizes that one of the speeds forbids. */
static enum usb_speed speed_of_descriptors(const struct model_device *device)
{
	const struct usb_configuration *c = &device->config;

	if (device->has_device && (device->device.bcdUSB < VERSION_HIGH ||
	                           device->device.bMaxPacketSize0 < PACKET_HIGH_CONTROL))
		return USB_SPEED_FULL;
	for (unsigned i = 0; device->has_config && i < c->endpoints; i++) {
		const struct usb_endpoint_descriptor *ep = &c->endpoint[i];
		uint32_t size = ep->wMaxPacketSize & PACKET_SIZE;

		switch (ep->bmAttributes & USB_ENDPOINT_TYPE) {
		case USB_ENDPOINT_BULK:
			return size < PACKET_HIGH_BULK ? USB_SPEED_FULL : USB_SPEED_HIGH;
		case USB_ENDPOINT_INTERRUPT:
			if (size > PACKET_FULL_MAX)
				return USB_SPEED_HIGH;
			break;
		default:
			break;
		}
	}
	return USB_SPEED_UNKNOWN;
}

/* usbmon counts a URB's period in the units of its speed: for most periods the readings differ. */
static enum usb_speed speed_of_count(uint32_t count, uint8_t bInterval)
{
	bool full = count == frames(bInterval), high = count == microframes(bInterval);

	if (full == high)
		return USB_SPEED_UNKNOWN;
	return full ? USB_SPEED_FULL : USB_SPEED_HIGH;
}

uint32_t poll_declared_ns(uint32_t count, const struct model_device *device,
                          const struct usb_endpoint_descriptor *ep)
{
	enum usb_speed speed = device->speed;
	uint32_t full, high;

	if (!ep || !ep->bInterval)
		return 0;
	full = frames(ep->bInterval) * FRAME_NS;
	high = microframes(ep->bInterval) * MICROFRAME_NS;
	if (speed == USB_SPEED_UNKNOWN && count)
		speed = speed_of_count(count, ep->bInterval);
	if (speed == USB_SPEED_UNKNOWN)
		speed = speed_of_descriptors(device);
	if (speed == USB_SPEED_HIGH || speed == USB_SPEED_SUPER)
		return high;
	if (speed != USB_SPEED_UNKNOWN || !high || high >= full)
		return full;
	/* A guess is no reason to believe in microframes, where late hosts' stamps lie. */
	return high < FRAME_NS ? FRAME_NS : high;
}
