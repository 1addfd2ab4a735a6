/*
 * The writer's blocks. Bytes go through one buffer to write(2); the first failure sticks and is told at the end.
 * The pseudo-header of URBs is in urb_bytes.c.
 */
#include "capture/pcapng_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/line_events.h"
#include "capture/tap_record.h"
#include "capture/urb_bytes.h"
#include "capture/write_all.h"
#include "core/bytes.h"

enum {
	BUFFER_SIZE = 64 * 1024,
	BLOCK_FRAME = 12,
	EPB_FIXED = 20,
	EPB_FLAG_SYMBOL = 1u << 31,
	EPB_FLAG_TOO_LONG = 1u << 25,
};

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_CUSTOM_NO_COPY = 0x40000bad,
	BLOCK_SECTION = 0x0a0d0d0a,
};

struct out_interface {
	uint16_t link_type;
	uint64_t packets, lost, lost_untold;
	uint64_t first_ns, last_ns; /* on the file's clock */
};

struct pcapng_writer {
	int fd;
	pcapng_output output; /* NULL: to `fd` */
	void *context;
	bool big;
	enum err err;
	int error; /* errno of the first failure */
	uint64_t start_ns, left_out;
	struct out_interface interfaces[PCAPNG_INTERFACES_MAX];
	size_t interface_count, used;
	struct out_interface *tap_interface; /* NULL: none */
	struct tap tap;
	uint8_t buffer[BUFFER_SIZE];
};

static void put_over_the_end(struct pcapng_writer *w, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len && !w->err) {
		size_t n = BUFFER_SIZE - w->used;

		if (n > len)
			n = len;
		memcpy(w->buffer + w->used, p, n);
		w->used += n;
		p += n;
		len -= n;
		if (w->used == BUFFER_SIZE)
			pcapng_flush(w);
	}
}

static void put(struct pcapng_writer *w, const void *data, size_t len)
{
	if (w->err || len >= BUFFER_SIZE - w->used) {
		put_over_the_end(w, data, len);
		return;
	}
	/* An option without a value has no bytes anywhere. */
	if (len)
		memcpy(w->buffer + w->used, data, len);
	w->used += len;
}

static void put16(struct pcapng_writer *w, uint16_t v)
{
	uint8_t b[2];

	store_le16(b, w->big ? __builtin_bswap16(v) : v);
	put(w, b, sizeof(b));
}

static void put32(struct pcapng_writer *w, uint32_t v)
{
	uint8_t b[4];

	store_le32(b, w->big ? __builtin_bswap32(v) : v);
	put(w, b, sizeof(b));
}

static void put64(struct pcapng_writer *w, uint64_t v)
{
	uint8_t b[8];

	store_le64(b, w->big ? __builtin_bswap64(v) : v);
	put(w, b, sizeof(b));
}

/* Upper half first in both byte orders. */
static void put_time(struct pcapng_writer *w, uint64_t t)
{
	put32(w, (uint32_t)(t >> 32));
	put32(w, (uint32_t)t);
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void put_padded(struct pcapng_writer *w, const void *data, size_t len)
{
	static const uint8_t zero[4];

	put(w, data, len);
	put(w, zero, padded(len) - len);
}

static void option(struct pcapng_writer *w, uint16_t code, const void *value, size_t len)
{
	put16(w, code);
	put16(w, (uint16_t)len);
	put_padded(w, value, len);
}

static size_t text_len(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return len < UINT16_MAX ? len : UINT16_MAX;
}

static size_t option_size(const char *text)
{
	return text ? 4 + padded(text_len(text)) : 0;
}

static void option_text(struct pcapng_writer *w, uint16_t code, const char *text)
{
	if (text)
		option(w, code, text, text_len(text));
}

/* What goes out at once is whole blocks, as long as one of them fits the buffer. */
static void begin(struct pcapng_writer *w, enum block type, size_t body)
{
	if (w->used + body + BLOCK_FRAME > BUFFER_SIZE)
		pcapng_flush(w);
	put32(w, type);
	put32(w, (uint32_t)(body + BLOCK_FRAME));
}

static void end(struct pcapng_writer *w, size_t body)
{
	put32(w, (uint32_t)(body + BLOCK_FRAME));
}

static void section(struct pcapng_writer *w, const struct pcapng_head *head)
{
	size_t body = 16 + option_size(head->comment) + option_size(head->hardware) +
	              option_size(head->os) + option_size(head->application) + 4;

	for (const char *const *c = head->comments; c && *c; c++)
		body += option_size(*c);
	begin(w, BLOCK_SECTION, body);
	put32(w, 0x1a2b3c4d);
	put16(w, 1); /* version 1.0 */
	put16(w, 0);
	put64(w, UINT64_MAX); /* the section's length is not known */
	option_text(w, 1, head->comment);
	for (const char *const *c = head->comments; c && *c; c++)
		option_text(w, 1, *c);
	option_text(w, 2, head->hardware);
	option_text(w, 3, head->os);
	option_text(w, 4, head->application);
	put32(w, 0);
	end(w, body);
}

static void interface(struct pcapng_writer *w, const struct pcapng_interface *f)
{
	static const uint8_t nanoseconds = 9;
	size_t body = 8 + option_size(f->name) + 8 + 4;

	begin(w, BLOCK_INTERFACE, body);
	put16(w, f->link_type);
	put16(w, 0);
	put32(w, 0); /* no limit to a packet's length */
	option_text(w, 2, f->name);
	option(w, 9, &nanoseconds, 1);
	put32(w, 0);
	end(w, body);
	w->interfaces[w->interface_count] = (struct out_interface){.link_type = f->link_type};
	if (f->link_type == 147 && f->name && strcmp(f->name, CAPTURE_TAP_NAME) == 0)
		w->tap_interface = &w->interfaces[w->interface_count];
	w->interface_count++;
}

static enum err create(struct pcapng_writer **out, int fd, pcapng_output output, void *context,
                       const struct pcapng_head *head)
{
	struct pcapng_writer *w = calloc(1, sizeof(*w));

	*out = w;
	if (!w)
		return ERR_MEMORY;
	w->fd = fd;
	w->output = output;
	w->context = context;
	w->big = head->big_endian;
	w->start_ns = head->start_ns;
	tap_init(&w->tap);
	section(w, head);
	for (size_t i = 0; i < head->interface_count && i < PCAPNG_INTERFACES_MAX; i++)
		interface(w, &head->interfaces[i]);
	return ERR_NONE;
}

enum err pcapng_create_to(struct pcapng_writer **out, pcapng_output output, void *context,
                          const struct pcapng_head *head)
{
	return create(out, -1, output, context, head);
}

enum err pcapng_create_fd(struct pcapng_writer **out, int fd, const struct pcapng_head *head)
{
	enum err err = create(out, fd, NULL, NULL, head);

	if (err && fd > 2)
		close(fd);
	return err;
}

enum err pcapng_create(struct pcapng_writer **out, const char *path, const struct pcapng_head *head)
{
	int fd = strcmp(path, "-") == 0
	                 ? STDOUT_FILENO
	                 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	*out = NULL;
	if (fd < 0)
		return ERR_OPEN;
	return pcapng_create_fd(out, fd, head);
}

enum err pcapng_flush(struct pcapng_writer *w)
{
	if (w->used && !w->err) {
		w->error = w->output ? w->output(w->context, w->buffer, w->used)
		                     : write_all(w->fd, w->buffer, w->used, NULL);
		w->err = w->error ? ERR_WRITE : ERR_NONE;
	}
	w->used = 0;
	return w->err;
}

static uint64_t file_time(const struct pcapng_writer *w, int64_t t_ns)
{
	uint64_t t = w->start_ns + (uint64_t)t_ns;

	return t_ns < 0 && t > w->start_ns ? 0 : t;
}

/* An enhanced packet block whose data come in two parts, the first a multiple of 4 bytes. */
static void packet(struct pcapng_writer *w, struct out_interface *f, int64_t t_ns, uint32_t flags,
                   const void *head, size_t head_len, const void *data, size_t len, size_t len_true)
{
	uint64_t t = file_time(w, t_ns);
	size_t kept = head_len + len;
	size_t options = (flags ? 8 : 0) + (f->lost_untold ? 12 : 0);
	size_t body = EPB_FIXED + padded(kept) + (options ? options + 4 : 0);

	begin(w, BLOCK_PACKET, body);
	put32(w, (uint32_t)(f - w->interfaces));
	put_time(w, t);
	put32(w, (uint32_t)kept);
	put32(w, (uint32_t)(head_len + len_true));
	put(w, head, head_len);
	put_padded(w, data, len);
	if (flags) {
		put16(w, 2);
		put16(w, 4);
		put32(w, flags);
	}
	if (f->lost_untold) {
		put16(w, 4);
		put16(w, 8);
		put64(w, f->lost_untold);
		f->lost_untold = 0;
	}
	if (options)
		put32(w, 0);
	end(w, body);
	if (!f->packets++)
		f->first_ns = f->last_ns = t;
	if (t > f->last_ns)
		f->last_ns = t;
	if (t < f->first_ns)
		f->first_ns = t;
}

static struct out_interface *find(struct pcapng_writer *w, uint16_t link_type)
{
	for (size_t i = 0; i < w->interface_count; i++)
		if (w->interfaces[i].link_type == link_type)
			return &w->interfaces[i];
	return NULL;
}

static struct out_interface *find_speed(struct pcapng_writer *w, enum usb_speed speed)
{
	static const uint16_t link_types[] = {
		[USB_SPEED_UNKNOWN] = 288, [USB_SPEED_LOW] = 293,   [USB_SPEED_FULL] = 294,
		[USB_SPEED_HIGH] = 295,    [USB_SPEED_SUPER] = 288,
	};
	struct out_interface *f = find(w, link_types[speed]);

	return f ? f : find(w, 288);
}

static bool write_packet(struct pcapng_writer *w, const struct record *r)
{
	const struct record_packet *p = &r->packet_data;
	struct out_interface *f = find_speed(w, p->speed);
	uint32_t flags = 0;

	if (!f)
		return false;
	if (p->flags & PACKET_ERROR_RECEIVER)
		flags |= EPB_FLAG_SYMBOL;
	if (p->flags & PACKET_ERROR_OVERFLOW)
		flags |= EPB_FLAG_TOO_LONG;
	packet(w, f, r->t_ns, flags, NULL, 0, p->bytes, p->len, p->len_true);
	return true;
}

static bool write_urb(struct pcapng_writer *w, const struct record *r)
{
	struct out_interface *f = find(w, 220);
	uint8_t head[URB_BYTES];

	if (!f)
		return false;
	urb_bytes(head, &r->urb, r->bus, file_time(w, r->t_ns), w->big);
	packet(w, f, r->t_ns, 0, head, sizeof(head), r->urb.data, r->urb.len, r->urb.len);
	return true;
}

static bool write_line(struct pcapng_writer *w, const struct record *r)
{
	uint8_t code = line_event_code(&r->line);
	struct out_interface *f = find_speed(w, r->line.speed);

	if (!code || !w->interface_count)
		return false;
	if (!f)
		f = &w->interfaces[0];
	begin(w, BLOCK_CUSTOM_NO_COPY, LINE_EVENT_LEN);
	put32(w, PEN_GREAT_SCOTT_GADGETS);
	put32(w, LINE_EVENT_FORMAT << 8 | code);
	put32(w, (uint32_t)(f - w->interfaces));
	put_time(w, file_time(w, r->t_ns));
	end(w, LINE_EVENT_LEN);
	return true;
}

static bool write_lost(struct pcapng_writer *w, const struct record *r)
{
	struct out_interface *f = &w->interfaces[0];
	uint64_t n = r->lost.packets ? r->lost.packets : 1;

	if (!w->interface_count)
		return false;
	f->lost += n;
	f->lost_untold += n;
	return true;
}

/* A record as the tap sends it, without its block: time and order are the file's. */
static bool write_tap(struct pcapng_writer *w, const struct record *r)
{
	uint8_t head[WIRE_RECORD_HEAD] = {0}, body[TAP_BODY_MAX];
	struct wire_record wire;

	if (!tap_encode(&w->tap, r, body, &wire))
		return false;
	tap_hello(&w->tap, &wire);
	head[0] = wire.kind;
	head[1] = wire.flags;
	store_le16(head + 2, wire.len);
	if (r->kind == RECORD_LOST && record_lost_packets(&r->lost))
		w->tap_interface->lost += r->lost.packets ? r->lost.packets : 1;
	packet(w, w->tap_interface, r->t_ns, 0, head, sizeof(head), body, wire.len, wire.len);
	return true;
}

void pcapng_record(void *writer, const struct record *r)
{
	struct pcapng_writer *w = writer;
	bool written = false;

	switch (r->kind) {
	case RECORD_PACKET:
		written = write_packet(w, r);
		break;
	case RECORD_URB:
		written = write_urb(w, r);
		break;
	case RECORD_TICK:
		break;
	case RECORD_LINE:
		written = w->tap_interface ? write_tap(w, r) : write_line(w, r);
		break;
	case RECORD_LOST:
		written = w->tap_interface ? write_tap(w, r) : write_lost(w, r);
		break;
	default:
		written = w->tap_interface && write_tap(w, r);
		break;
	}
	w->left_out += !written;
}

void pcapng_block(struct pcapng_writer *w, size_t id, int64_t t_ns, const void *data, size_t len)
{
	if (id < w->interface_count)
		packet(w, &w->interfaces[id], t_ns, 0, NULL, 0, data, len, len);
	else
		w->left_out++;
}

uint64_t pcapng_left_out(const struct pcapng_writer *w)
{
	return w->left_out;
}

static void statistics(struct pcapng_writer *w, uint32_t id)
{
	const struct out_interface *f = &w->interfaces[id];
	const size_t body = 12 + 4 * 12 + 4;

	begin(w, BLOCK_STATISTICS, body);
	put32(w, id);
	put_time(w, f->last_ns);
	for (uint16_t code = 2; code <= 5; code++) {
		put16(w, code);
		put16(w, 8);
		if (code == 2)
			put_time(w, f->first_ns);
		if (code == 3)
			put_time(w, f->last_ns);
		if (code == 4)
			put64(w, f->packets);
		if (code == 5)
			put64(w, f->lost);
	}
	put32(w, 0);
	end(w, body);
}

void pcapng_statistics(struct pcapng_writer *w)
{
	for (uint32_t i = 0; i < w->interface_count; i++)
		statistics(w, i);
}

enum err pcapng_close(struct pcapng_writer *w)
{
	enum err err;
	int error;

	if (!w)
		return ERR_NONE;
	pcapng_statistics(w);
	err = pcapng_flush(w);
	error = w->error;
	if (w->fd > 2 && close(w->fd) < 0 && !err) {
		err = ERR_WRITE;
		error = errno;
	}
	free(w);
	errno = error;
	return err;
}
