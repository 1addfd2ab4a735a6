#include "tests/kernel/redir.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <usbredirparser.h>

enum {
	BULK_IN = 0x81,
	BULK_OUT = 0x01,
	HID_IN = 0x82,
	HID_OUT = 0x02,
	WANTED_MAX = 256,
	TRANSFER_MAX = 1 << 20,
	BACKLOG_MAX = 1 << 20, /* bytes on their way to QEMU: beyond, the device is not asked */
};

/* A bulk IN transfer that is not full yet. */
struct wanted {
	uint64_t id;
	uint32_t len, got;
};

struct redir {
	const struct redir_device *device;
	struct usbredirparser *parser;
	int fd;
	bool connected, interrupts;
	uint64_t interrupt_id;
	uint8_t configuration;
	struct wanted wanted[WANTED_MAX]; /* the first gathers in `transfer` */
	unsigned wants;
	uint32_t kept; /* of `transfer`, while nothing is wanted */
	unsigned crossed;
	uint8_t transfer[TRANSFER_MAX];
};

static int on_read(void *context, uint8_t *data, int n)
{
	struct redir *r = context;
	ssize_t got = read(r->fd, data, (size_t)n);

	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	return got ? (int)got : -1;
}

static int on_write(void *context, uint8_t *data, int n)
{
	struct redir *r = context;
	ssize_t put = send(r->fd, data, (size_t)n, MSG_NOSIGNAL);

	if (put < 0)
		return errno == EAGAIN ? 0 : -1;
	return (int)put;
}

static void on_log(void *context, int level, const char *message)
{
	(void)context;
	if (level <= usbredirparser_warning)
		fprintf(stderr, "usbredir: %s\n", message);
}

/* usbredir numbers an endpoint by itself, those of IN from 16 on. */
static void endpoint(struct usb_redir_ep_info_header *e, uint8_t address, uint8_t type,
                     uint8_t interval, uint8_t interface)
{
	unsigned i = (address & 15u) + (address & 0x80 ? 16u : 0u);

	e->type[i] = type;
	e->interval[i] = interval;
	e->interface[i] = interface;
	e->max_packet_size[i] = REDIR_PACKET;
}

static void plug(struct redir *r)
{
	struct usb_redir_interface_info_header interfaces = {
		.interface_count = 2, .interface = {0, 1}, .interface_class = {0xff, 3}};
	struct usb_redir_device_connect_header connect = {
		.speed = usb_redir_speed_full,
		.vendor_id = r->device->vendor,
		.product_id = r->device->product,
		.device_version_bcd = r->device->release,
	};
	struct usb_redir_ep_info_header e = {0};

	memset(e.type, usb_redir_type_invalid, sizeof(e.type));
	endpoint(&e, 0x00, usb_redir_type_control, 0, 0);
	endpoint(&e, 0x80, usb_redir_type_control, 0, 0);
	endpoint(&e, BULK_IN, usb_redir_type_bulk, 0, 0);
	endpoint(&e, BULK_OUT, usb_redir_type_bulk, 0, 0);
	endpoint(&e, HID_IN, usb_redir_type_interrupt, 1, 1);
	endpoint(&e, HID_OUT, usb_redir_type_interrupt, 1, 1);
	usbredirparser_send_interface_info(r->parser, &interfaces);
	usbredirparser_send_ep_info(r->parser, &e);
	usbredirparser_send_device_connect(r->parser, &connect);
	r->connected = true;
}

static void on_hello(void *context, struct usb_redir_hello_header *h)
{
	(void)h;
	plug(context);
}

static void on_reset(void *context)
{
	struct redir *r = context;

	r->wants = 0;
	r->kept = 0;
	r->interrupts = false;
	r->device->reset(r->device->context);
}

/* A request that usbredir has a message of its own for. */
static int standard(struct redir *r, uint8_t type, uint8_t request, uint16_t value, uint16_t index)
{
	uint8_t data[REDIR_CONTROL_MAX];
	const uint8_t setup[8] = {type,
	                          request,
	                          (uint8_t)value,
	                          (uint8_t)(value >> 8),
	                          (uint8_t)index,
	                          (uint8_t)(index >> 8),
	                          0,
	                          0};

	return r->device->control(r->device->context, setup, data);
}

static void on_set_configuration(void *context, uint64_t id,
                                 struct usb_redir_set_configuration_header *h)
{
	struct redir *r = context;
	struct usb_redir_configuration_status_header status = {.configuration = h->configuration};

	if (standard(r, 0x00, 9, h->configuration, 0) == REDIR_STALL)
		status.status = usb_redir_stall;
	else
		r->configuration = h->configuration;
	usbredirparser_send_configuration_status(r->parser, id, &status);
}

static void on_get_configuration(void *context, uint64_t id)
{
	struct redir *r = context;
	struct usb_redir_configuration_status_header status = {.configuration = r->configuration};

	usbredirparser_send_configuration_status(r->parser, id, &status);
}

static void on_set_alt(void *context, uint64_t id, struct usb_redir_set_alt_setting_header *h)
{
	struct redir *r = context;
	struct usb_redir_alt_setting_status_header status = {.interface = h->interface,
	                                                     .alt = h->alt};

	if (standard(r, 0x01, 11, h->alt, h->interface) == REDIR_STALL)
		status.status = usb_redir_stall;
	usbredirparser_send_alt_setting_status(r->parser, id, &status);
}

static void on_get_alt(void *context, uint64_t id, struct usb_redir_get_alt_setting_header *h)
{
	struct redir *r = context;
	struct usb_redir_alt_setting_status_header status = {.interface = h->interface};

	usbredirparser_send_alt_setting_status(r->parser, id, &status);
}

static void on_control(void *context, uint64_t id, struct usb_redir_control_packet_header *h,
                       uint8_t *out, int out_len)
{
	struct redir *r = context;
	uint8_t data[REDIR_CONTROL_MAX] = {0};
	const uint8_t setup[8] = {h->requesttype,     h->request,
	                          (uint8_t)h->value,  (uint8_t)(h->value >> 8),
	                          (uint8_t)h->index,  (uint8_t)(h->index >> 8),
	                          (uint8_t)h->length, (uint8_t)(h->length >> 8)};
	int n = REDIR_STALL;

	if (out_len > 0 && out_len <= REDIR_CONTROL_MAX)
		memcpy(data, out, (size_t)out_len);
	if (h->length <= REDIR_CONTROL_MAX)
		n = r->device->control(r->device->context, setup, data);
	usbredirparser_free_packet_data(r->parser, out);
	h->status = n == REDIR_STALL ? usb_redir_stall : usb_redir_success;
	h->length = n == REDIR_STALL ? 0 : (uint16_t)n;
	/* With data the parser takes an answer to OUT for a mistake, and drops it. */
	if (h->requesttype & 0x80 && n > 0)
		usbredirparser_send_control_packet(r->parser, id, h, data, n);
	else
		usbredirparser_send_control_packet(r->parser, id, h, NULL, 0);
}

static void take_kept(struct redir *r)
{
	if (!r->kept || !r->wants)
		return;
	r->wanted[0].got = r->kept;
	r->kept = 0;
}

static void on_bulk(void *context, uint64_t id, struct usb_redir_bulk_packet_header *h,
                    uint8_t *data, int len)
{
	struct redir *r = context;
	uint32_t wanted = h->length | (uint32_t)h->length_high << 16;

	if (h->endpoint == BULK_IN && r->wants < WANTED_MAX && wanted <= TRANSFER_MAX) {
		r->wanted[r->wants++] = (struct wanted){.id = id, .len = wanted};
		take_kept(r);
		return;
	}
	h->status = usb_redir_stall;
	if (h->endpoint == BULK_OUT) {
		h->status = usb_redir_success;
		for (int at = 0; at < len && h->status == usb_redir_success; at += REDIR_PACKET) {
			int n = len - at < REDIR_PACKET ? len - at : REDIR_PACKET;

			if (!r->device->out(r->device->context, BULK_OUT, data + at, (size_t)n))
				h->status = usb_redir_ioerror;
		}
	}
	usbredirparser_free_packet_data(r->parser, data);
	usbredirparser_send_bulk_packet(r->parser, id, h, NULL, 0);
}

static void on_interrupt(void *context, uint64_t id, struct usb_redir_interrupt_packet_header *h,
                         uint8_t *data, int len)
{
	struct redir *r = context;

	h->status = r->device->out(r->device->context, h->endpoint, data, (size_t)len)
	                    ? usb_redir_success
	                    : usb_redir_ioerror;
	usbredirparser_free_packet_data(r->parser, data);
	usbredirparser_send_interrupt_packet(r->parser, id, h, NULL, 0);
}

static void on_start_interrupts(void *context, uint64_t id,
                                struct usb_redir_start_interrupt_receiving_header *h)
{
	struct redir *r = context;
	struct usb_redir_interrupt_receiving_status_header status = {.endpoint = h->endpoint};

	r->interrupts = true;
	usbredirparser_send_interrupt_receiving_status(r->parser, id, &status);
}

static void on_stop_interrupts(void *context, uint64_t id,
                               struct usb_redir_stop_interrupt_receiving_header *h)
{
	struct redir *r = context;
	struct usb_redir_interrupt_receiving_status_header status = {.endpoint = h->endpoint};

	r->interrupts = false;
	usbredirparser_send_interrupt_receiving_status(r->parser, id, &status);
}

static void answer(struct redir *r, unsigned at, uint8_t status)
{
	struct usb_redir_bulk_packet_header h = {.endpoint = BULK_IN, .status = status};
	uint32_t got = r->wanted[at].got;
	uint64_t id = r->wanted[at].id;

	h.length = (uint16_t)got;
	h.length_high = (uint16_t)(got >> 16);
	r->wants--;
	memmove(&r->wanted[at], &r->wanted[at + 1], (r->wants - at) * sizeof(r->wanted[0]));
	usbredirparser_send_bulk_packet(r->parser, id, &h, r->transfer, (int)got);
}

/*
 * QEMU throws away what comes with a cancelled transfer, or crosses its cancelling. The first is prevented: what was gathered
 * stays for the next transfer, as if the host controller had not asked for it yet. The second is only known, not mended.
 */
static void on_cancel(void *context, uint64_t id)
{
	struct redir *r = context;
	uint32_t got = r->wants ? r->wanted[0].got : 0;

	for (unsigned i = 0; i < r->wants; i++) {
		if (r->wanted[i].id != id)
			continue;
		r->wanted[i].got = 0;
		answer(r, i, usb_redir_cancelled);
		/* The gathered bytes are the first one's, whoever that is. */
		r->kept = i == 0 ? got : r->kept;
		take_kept(r);
		return;
	}
	r->crossed++;
}

static void pump_bulk(struct redir *r)
{
	while (r->wants && usbredirparser_get_bufferered_output_size(r->parser) < BACKLOG_MAX) {
		struct wanted *w = &r->wanted[0];
		uint8_t packet[REDIR_PACKET];
		int n = r->device->in(r->device->context, BULK_IN, packet);

		if (n == REDIR_NAK)
			return;
		if ((uint32_t)n > w->len - w->got) { /* babble: asked for less than a packet */
			answer(r, 0, usb_redir_babble);
			continue;
		}
		memcpy(r->transfer + w->got, packet, (size_t)n);
		w->got += (uint32_t)n;
		if (n < REDIR_PACKET || w->got == w->len)
			answer(r, 0, usb_redir_success);
	}
}

static void pump_interrupts(struct redir *r)
{
	while (r->interrupts) {
		struct usb_redir_interrupt_packet_header h = {.endpoint = HID_IN};
		uint8_t packet[REDIR_PACKET];
		int n = r->device->in(r->device->context, HID_IN, packet);

		if (n == REDIR_NAK)
			return;
		h.length = (uint16_t)n;
		usbredirparser_send_interrupt_packet(r->parser, r->interrupt_id++, &h, packet, n);
	}
}

static bool begin(struct redir *r)
{
	uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
	struct usbredirparser *p = usbredirparser_create();

	if (!p)
		return false;
	r->parser = p;
	p->priv = r;
	p->log_func = on_log;
	p->read_func = on_read;
	p->write_func = on_write;
	p->hello_func = on_hello;
	p->reset_func = on_reset;
	p->set_configuration_func = on_set_configuration;
	p->get_configuration_func = on_get_configuration;
	p->set_alt_setting_func = on_set_alt;
	p->get_alt_setting_func = on_get_alt;
	p->start_interrupt_receiving_func = on_start_interrupts;
	p->stop_interrupt_receiving_func = on_stop_interrupts;
	p->cancel_data_packet_func = on_cancel;
	p->control_packet_func = on_control;
	p->bulk_packet_func = on_bulk;
	p->interrupt_packet_func = on_interrupt;
	usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
	usbredirparser_init(p, "cordon test device", caps, USB_REDIR_CAPS_SIZE,
	                    usbredirparser_fl_usb_host);
	return true;
}

struct redir *redir_plug(const char *path, const struct redir_device *d)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	struct redir *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->device = d;
	r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (r->fd < 0 || connect(r->fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    fcntl(r->fd, F_SETFL, O_NONBLOCK) < 0 || !begin(r)) {
		int error = errno;

		redir_pull(r);
		errno = error;
		return NULL;
	}
	return r;
}

void redir_pull(struct redir *r)
{
	if (r->parser)
		usbredirparser_destroy(r->parser);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

bool redir_turn(struct redir *r, int timeout_ms)
{
	bool more = usbredirparser_has_data_to_write(r->parser) > 0;
	struct pollfd fd = {.fd = r->fd, .events = (short)(POLLIN | (more ? POLLOUT : 0))};

	if (poll(&fd, 1, timeout_ms) > 0 && fd.revents & (POLLIN | POLLHUP) &&
	    usbredirparser_do_read(r->parser) == usbredirparser_read_io_error)
		return false;
	if (r->connected) {
		pump_bulk(r);
		pump_interrupts(r);
	}
	return !usbredirparser_has_data_to_write(r->parser) ||
	       usbredirparser_do_write(r->parser) == 0;
}

unsigned redir_crossed(const struct redir *r)
{
	return r->crossed;
}
