/* Builds capture images and collects records; see the header. */
#include "capture_image.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t image_data[IMAGE_MAX];
static struct image image;

struct image *image_new(bool big)
{
	image = (struct image){.data = image_data, .big = big};
	return &image;
}

void image_bytes(struct image *i, const void *data, size_t len)
{
	assert(len <= IMAGE_MAX - i->len);
	if (len)
		memcpy(i->data + i->len, data, len);
	i->len += len;
}

void image_zeros(struct image *i, size_t len)
{
	assert(len <= IMAGE_MAX - i->len);
	memset(i->data + i->len, 0, len);
	i->len += len;
}

static void value(struct image *i, uint64_t v, unsigned size)
{
	uint8_t b[8];

	for (unsigned n = 0; n < size; n++)
		b[i->big ? size - 1 - n : n] = (uint8_t)(v >> 8 * n);
	image_bytes(i, b, size);
}

void image_8(struct image *i, uint8_t v)
{
	value(i, v, 1);
}

void image_16(struct image *i, uint16_t v)
{
	value(i, v, 2);
}

void image_32(struct image *i, uint32_t v)
{
	value(i, v, 4);
}

void image_64(struct image *i, uint64_t v)
{
	value(i, v, 8);
}

void image_pcap(struct image *i, uint32_t magic, uint32_t link_type)
{
	image_32(i, magic);
	image_16(i, 2);
	image_16(i, 4);
	image_64(i, 0);
	image_32(i, 65535);
	image_32(i, link_type);
}

void image_pcap_packet(struct image *i, uint32_t sec, uint32_t frac, const void *data, uint32_t len)
{
	image_32(i, sec);
	image_32(i, frac);
	image_32(i, len);
	image_32(i, len);
	image_bytes(i, data, len);
}

void image_begin(struct image *i, uint32_t type)
{
	i->block = i->len;
	image_32(i, type);
	image_32(i, 0);
}

void image_end(struct image *i)
{
	size_t end, total;

	image_zeros(i, (4 - i->len % 4) % 4);
	total = i->len + 4 - i->block;
	image_32(i, (uint32_t)total);
	end = i->len;
	i->len = i->block + 4;
	image_32(i, (uint32_t)total);
	i->len = end;
}

void image_option(struct image *i, uint16_t code, const void *data, uint16_t len)
{
	image_16(i, code);
	image_16(i, len);
	image_bytes(i, data, len);
	image_zeros(i, (4 - len % 4u) % 4);
}

void image_section(struct image *i)
{
	image_begin(i, 0x0a0d0d0a);
	image_32(i, 0x1a2b3c4d);
	image_16(i, 1);
	image_16(i, 0);
	image_64(i, UINT64_MAX);
	image_end(i);
}

void image_interface(struct image *i, uint16_t link_type, int tsresol)
{
	uint8_t resolution = (uint8_t)tsresol;

	image_begin(i, 1);
	image_16(i, link_type);
	image_16(i, 0);
	image_32(i, 0);
	if (tsresol >= 0) {
		image_option(i, 9, &resolution, 1);
		image_32(i, 0);
	}
	image_end(i);
}

void image_packet(struct image *i, uint32_t interface, uint64_t t, const void *data, uint32_t len)
{
	image_begin(i, 6);
	image_32(i, interface);
	image_32(i, (uint32_t)(t >> 32));
	image_32(i, (uint32_t)t);
	image_32(i, len);
	image_32(i, len);
	image_bytes(i, data, len);
	image_end(i);
}

void collect(void *collection, const struct record *r)
{
	struct collection *c = collection;
	struct seen *s;
	const uint8_t *from = NULL;
	uint32_t len = 0;

	if (c->count++ >= SEEN_MAX)
		return;
	s = &c->seen[c->count - 1];
	s->r = *r;
	if (r->kind == RECORD_PACKET) {
		from = r->packet_data.bytes;
		len = r->packet_data.len;
		s->r.packet_data.bytes = s->bytes;
	}
	if (r->kind == RECORD_URB && r->urb.data) {
		from = r->urb.data;
		len = r->urb.len;
		s->r.urb.data = s->bytes;
	}
	if (len > SEEN_BYTES)
		len = SEEN_BYTES;
	if (len)
		memcpy(s->bytes, from, len);
}

int bytes_fd(const void *data, size_t len)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	assert(fd >= 0);
	assert(write(fd, data, len) == (ssize_t)len);
	assert(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

enum err fd_read(int fd, struct collection *c)
{
	const struct record_sink sink = {.context = c, .record = collect};
	struct capture *capture;
	enum err err = capture_open_fd(&capture, fd);

	memset(c, 0, sizeof(*c));
	if (err)
		return err;
	err = capture_run(capture, &sink);
	c->info = *capture_info(capture);
	capture_free(capture);
	return err;
}

enum err image_read(const struct image *i, size_t len, struct collection *c)
{
	return fd_read(bytes_fd(i->data, len), c);
}
