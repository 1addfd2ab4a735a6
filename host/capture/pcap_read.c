/*
 * pcap: the file header and the walk over its packets. Both byte orders, microseconds and nanoseconds, and the
 * variant with a longer packet header. draft-ietf-opsawg-pcap-04
 */
#include "capture/reader.h"

enum {
	FILE_HEADER = 24,
	PACKET_HEADER = 16,
	PACKET_HEADER_LONG =
		24, /* plus interface, protocol and packet type, which say nothing about USB */
};

static const struct {
	uint32_t magic;
	uint8_t tsresol, packet_header; /* 0: known, but not read here */
} variants[] = {
	{0xa1b2c3d4, 6, PACKET_HEADER},
	{0xa1b23c4d, 9, PACKET_HEADER},
	{0xa1b2cd34, 6, PACKET_HEADER_LONG},
	{0x1c0001ac, 0, 0},
	{0x1c0001ab, 0, 0},
};

enum walk pcap_begin(struct capture *c)
{
	const uint8_t *p = c->window.at;
	uint32_t little, big;
	size_t v = 0;
	enum window_state state;

	if (window_left(&c->window) < 4)
		goto not_pcap;
	little = load32(p, false);
	big = load32(p, true);
	while (v < sizeof(variants) / sizeof(variants[0]) && variants[v].magic != little &&
	       variants[v].magic != big)
		v++;
	if (v == sizeof(variants) / sizeof(variants[0]))
		goto not_pcap;
	if (!variants[v].packet_header) {
		c->err = ERR_PCAP_VARIANT;
		return WALK_ERROR;
	}
	state = window_fill(&c->window, FILE_HEADER);
	if (state == WINDOW_WAIT || state == WINDOW_ERROR)
		return reader_short(c, state, "");
	c->info.format = CAPTURE_FORMAT_PCAP;
	c->info.sections = 1;
	if (state == WINDOW_END)
		return reader_damage(c, 0, "the file header is cut short");
	p = c->window.at;
	c->big = c->info.big_endian = variants[v].magic == big;
	c->pcap_header = variants[v].packet_header;
	c->iface_count = c->iface_known = 1;
	/* The link type has 16 bits; above them stand the length of a frame check sequence and reserved bits. */
	iface_init(c, &c->ifaces[0], load32(p + 20, c->big) & 0xffff, false);
	c->ifaces[0].scale = timescale_of(variants[v].tsresol);
	c->window.at += FILE_HEADER;
	return WALK_MORE;

not_pcap:
	c->err = ERR_NOT_CAPTURE;
	return WALK_ERROR;
}

enum walk pcap_walk(struct capture *c, uint64_t max)
{
	struct window *w = &c->window;
	struct iface *f = &c->ifaces[0];
	const uint32_t header = c->pcap_header;
	const bool big = c->big;
	enum window_state state;

	for (; max; max--) {
		struct raw_packet packet;
		const uint8_t *p;
		uint32_t kept;

		if (w->skip && (state = window_skipped(w)) != WINDOW_OK)
			return reader_short(c, state, "the last packet is cut short");
		if (window_left(w) < header && (state = window_fill(w, header)) != WINDOW_OK)
			return reader_short(c, state, "the last packet's header is cut short");
		p = w->at;
		kept = load32(p + 8, big);
		if (kept > PACKET_LEN_MAX)
			return reader_damage(c, window_offset(w),
			                     "a packet's length is impossible");
		packet.len = kept;
		/* What exceeds the window loses its tail: no USB record needs that much. */
		if (packet.len > WINDOW_SIZE - header)
			packet.len = WINDOW_SIZE - header;
		if (window_left(w) < header + packet.len) {
			state = window_fill(w, header + packet.len);
			if (state != WINDOW_OK)
				return reader_short(c, state, "the last packet is cut short");
			p = w->at;
		}
		packet.time_ns = load32(p, big) * UINT64_C(1000000000) +
		                 timescale_ns(&f->scale, load32(p + 4, big));
		packet.len_true = load32(p + 12, big);
		if (packet.len_true < kept)
			packet.len_true = kept;
		packet.flags = 0;
		packet.data = p + header;
		w->at += header + packet.len;
		deliver_packet(c, f, &packet);
		if (kept > packet.len) {
			c->block_at = window_offset(w) - header - packet.len;
			window_skip(w, kept - packet.len);
		}
	}
	return WALK_MORE;
}
