/*
 * Prints what decoding makes of a capture, one fact a line, for comparison with another program's view of the file:
 *   key BUS.ADDRESS.ENDPOINT USAGE          a key press, in order
 *   device VID PID bcdUSB class ep0size     a device descriptor
 *   interface number class subclass protocol
 *   endpoint address wMaxPacketSize bInterval
 *   address bEndpointAddress                of each endpoint again
 * usage: inspect FILE
 */
#include <stdio.h>

#include "capture/capture.h"
#include "model/decode.h"

struct inspector {
	struct usb_stream *usb;
	const struct model *model;
};

static void describe(const struct model_device *device)
{
	if (device->has_device)
		printf("device %04x %04x %04x %02x %u\n", device->device.idVendor,
		       device->device.idProduct, device->device.bcdUSB, device->device.bDeviceClass,
		       device->device.bMaxPacketSize0);
	if (!device->has_config)
		return;
	for (unsigned i = 0; i < device->config.interfaces; i++) {
		const struct usb_interface_descriptor *in = &device->config.interface[i];

		printf("interface %u %02x %02x %02x\n", in->bInterfaceNumber, in->bInterfaceClass,
		       in->bInterfaceSubClass, in->bInterfaceProtocol);
	}
	for (unsigned i = 0; i < device->config.endpoints; i++) {
		const struct usb_endpoint_descriptor *ep = &device->config.endpoint[i];

		printf("endpoint %02x %u %u\n", ep->bEndpointAddress, ep->wMaxPacketSize,
		       ep->bInterval);
		printf("address %02x\n", ep->bEndpointAddress);
	}
}

static void on_event(void *context, const struct event *e)
{
	(void)context;
	if (e->kind == EVENT_DEVICE_DESCRIBED)
		describe(e->device);
	if (e->kind != EVENT_KEYS)
		return;
	for (unsigned i = 0; i < e->keys->presses; i++)
		printf("key %u.%u.%u %02x\n", e->device->bus, e->device->address,
		       e->hid->endpoint & 0xfu, e->keys->press[i]);
}

static void on_record(void *context, const struct record *r)
{
	usb_stream_record(context, r);
}

int main(int argc, char **argv)
{
	struct event_sink events = {.event = on_event};
	struct decode *decode = decode_new(&events);
	struct usb_sink transfers;
	struct usb_stream *usb;
	struct capture *capture;
	enum err err;

	if (argc != 2 || !decode)
		return 2;
	transfers = decode_usb_sink(decode);
	usb = usb_stream_new(&transfers);
	err = usb ? capture_open(&capture, argv[1]) : ERR_MEMORY;
	if (err) {
		fprintf(stderr, "inspect: '%s': %s\n", argv[1], err_text(err));
		return 1;
	}
	err = capture_run(capture, &(struct record_sink){.context = usb, .record = on_record});
	usb_stream_end(usb);
	decode_end(decode);
	capture_free(capture);
	usb_stream_free(usb);
	decode_free(decode);
	return err ? 1 : 0;
}
