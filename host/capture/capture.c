/*
 * The capture as its caller sees it: opens the input, finds its format, steps and runs the format's walk, and gives
 * the account of what was read. The walks are in pcap_read.c, pcapng_read.c and tap_read.c.
 */
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/reader.h"

static const uint8_t pcapng_magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};

enum err capture_open_fd(struct capture **out, int fd)
{
	struct capture *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c || !window_init(&c->window, fd)) {
		free(c);
		if (fd > 2)
			close(fd);
		*out = NULL;
		return ERR_MEMORY;
	}
	return ERR_NONE;
}

enum err capture_open(struct capture **out, const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	*out = NULL;
	if (fd < 0)
		return ERR_OPEN;
	return capture_open_fd(out, fd);
}

enum err capture_open_fed(struct capture **out, enum capture_format format)
{
	enum err err = capture_open_fd(out, -1);

	if (err)
		return err;
	(*out)->info.format = format;
	tap_init(&(*out)->tap);
	wire_reader_init(&(*out)->blocks);
	return ERR_NONE;
}

enum err capture_feed(struct capture *c, const struct record_sink *sink, const uint8_t *data,
                      size_t len)
{
	enum capture_state state;

	c->window.feed = data;
	c->window.feed_len = len;
	return capture_steps(c, sink, UINT64_MAX, &state);
}

void capture_free(struct capture *c)
{
	if (!c)
		return;
	window_release(&c->window);
	free(c);
}

void capture_tap(struct capture *c, void (*tap)(void *context, const uint8_t *data, size_t len),
                 void *context)
{
	c->window.tap = tap;
	c->window.tap_context = context;
}

void capture_follow(struct capture *c, bool on)
{
	c->window.follow = on;
}

int capture_descriptor(const struct capture *c)
{
	return c->window.fd;
}

const struct capture_info *capture_info(const struct capture *c)
{
	return &c->info;
}

enum walk reader_damage(struct capture *c, uint64_t at, const char *reason)
{
	c->info.truncated = true;
	c->info.truncated_at = at;
	c->info.reason = reason;
	return WALK_END;
}

enum walk reader_short(struct capture *c, enum window_state state, const char *part)
{
	switch (state) {
	case WINDOW_OK:
		return WALK_MORE;
	case WINDOW_WAIT:
		return WALK_WAIT;
	case WINDOW_ERROR:
		c->info.error = c->window.error;
		c->err = ERR_READ;
		return WALK_ERROR;
	case WINDOW_END:
		break;
	}
	if (c->window.skip || c->trailer_due)
		return reader_damage(c, c->block_at, part);
	if (window_left(&c->window))
		return reader_damage(c, window_offset(&c->window), part);
	return WALK_END;
}

static const struct {
	uint16_t link_type;
	enum link_kind kind;
	enum usb_speed speed;
} links[LINKS] = {
	{LINK_TYPE_USB_LINUX, LINK_USBMON, USB_SPEED_UNKNOWN},
	{LINK_TYPE_USB_LINUX_MMAPPED, LINK_USBMON2, USB_SPEED_UNKNOWN},
	{LINK_TYPE_USBPCAP, LINK_USBPCAP, USB_SPEED_UNKNOWN},
	{LINK_TYPE_USB_2_0, LINK_RAW, USB_SPEED_UNKNOWN},
	{LINK_TYPE_USB_2_0_LOW, LINK_RAW, USB_SPEED_LOW},
	{LINK_TYPE_USB_2_0_FULL, LINK_RAW, USB_SPEED_FULL},
	{LINK_TYPE_USB_2_0_HIGH, LINK_RAW, USB_SPEED_HIGH},
};

static struct capture_skip *skip_entry(struct capture_info *info, uint32_t link_type)
{
	for (uint32_t i = 0; i < info->skipped_kinds; i++)
		if (info->skipped[i].link_type == link_type)
			return &info->skipped[i];
	if (info->skipped_kinds == CAPTURE_SKIP_KINDS)
		return NULL;
	info->skipped[info->skipped_kinds].link_type = link_type;
	return &info->skipped[info->skipped_kinds++];
}

void iface_init(struct capture *c, struct iface *f, uint32_t link_type, bool ours)
{
	*f = (struct iface){.link_type = link_type, .scale = timescale_of(6)};
	for (size_t i = 0; i < LINKS; i++)
		if (links[i].link_type == link_type) {
			f->kind = links[i].kind;
			f->speed = links[i].speed;
			/* One analyzer may give each speed of one bus an interface of its own: these count apart. */
			f->bus = c->iface_of[i]++;
		}
	if (ours && link_type == LINK_TYPE_TAP)
		f->kind = LINK_TAP;
	if (f->kind == LINK_SKIP)
		f->skip = skip_entry(&c->info, link_type);
	c->info.interfaces++;
}

static enum walk begin(struct capture *c)
{
	enum window_state state = window_fill(&c->window, sizeof(pcapng_magic));

	if (state == WINDOW_WAIT || state == WINDOW_ERROR)
		return reader_short(c, state, "");
	tap_init(&c->tap);
	if (window_left(&c->window) >= 2 && load_le16(c->window.at) == WIRE_MAGIC) {
		c->info.format = CAPTURE_FORMAT_TAP;
		wire_reader_init(&c->blocks);
		return WALK_MORE;
	}
	if (window_left(&c->window) >= sizeof(pcapng_magic) &&
	    memcmp(c->window.at, pcapng_magic, sizeof(pcapng_magic)) == 0) {
		c->info.format = CAPTURE_FORMAT_PCAPNG;
		return WALK_MORE;
	}
	return pcap_begin(c);
}

/* After the last block: what is owed to the sink, to the tap, and to whoever gave us a file of something else. */
static enum walk finish(struct capture *c)
{
	if (c->window.tap && !c->window.ended) {
		enum window_state state = window_drain(&c->window);

		if (state == WINDOW_WAIT && !c->window.follow)
			return WALK_WAIT;
		if (state == WINDOW_ERROR)
			return reader_short(c, state, "");
	}
	deliver_early(c);
	c->finished = true;
	if (c->info.skipped_kinds && !c->info.packets_used && !c->info.events &&
	    !c->info.tap_records) {
		c->err = ERR_LINK_TYPE;
		return WALK_ERROR;
	}
	return WALK_END;
}

static enum walk walk(struct capture *c, uint64_t max)
{
	enum walk result = WALK_MORE;

	if (c->info.format == CAPTURE_FORMAT_UNKNOWN)
		result = begin(c);
	if (result == WALK_MORE && !c->info.truncated)
		result = c->info.format == CAPTURE_FORMAT_PCAP  ? pcap_walk(c, max)
		         : c->info.format == CAPTURE_FORMAT_TAP ? tap_walk(c, max)
		                                                : pcapng_walk(c, max);
	else if (result == WALK_MORE)
		result = WALK_END;
	if (result == WALK_END)
		result = finish(c);
	if (c->err == ERR_READ)
		deliver_early(c);
	c->info.bytes = c->window.bytes;
	c->info.duration_ns = c->t_max - c->t_min;
	return result;
}

enum err capture_steps(struct capture *c, const struct record_sink *sink, uint64_t blocks,
                       enum capture_state *state)
{
	*state = CAPTURE_END;
	if (c->err || c->finished)
		return c->err;
	c->sink = sink;
	switch (walk(c, blocks)) {
	case WALK_MORE:
		*state = CAPTURE_MORE;
		break;
	case WALK_WAIT:
		*state = CAPTURE_WAITING;
		break;
	case WALK_END:
	case WALK_ERROR:
		break;
	}
	return c->err;
}

enum err capture_step(struct capture *c, const struct record_sink *sink, enum capture_state *state)
{
	return capture_steps(c, sink, 1, state);
}

enum err capture_run(struct capture *c, const struct record_sink *sink)
{
	if (c->err || c->finished)
		return c->err;
	c->sink = sink;
	walk(c, UINT64_MAX);
	return c->err;
}
