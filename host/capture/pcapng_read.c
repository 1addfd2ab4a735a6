/*
 * pcapng: the walk over blocks, and the blocks that hold packets. What describes the section and its interfaces is in
 * pcapng_section.c; line events in custom blocks are in line_events.c. draft-ietf-opsawg-pcapng-02
 */
#include "capture/reader.h"

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_CUSTOM = 0x00000bad,
	BLOCK_CUSTOM_NO_COPY = 0x40000bad,
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum {
	BYTE_ORDER = 0x1a2b3c4d,
	BLOCK_FRAME = 12,             /* type, length, and length again at the end */
	USUAL_MIN = BLOCK_FRAME + 20, /* around a packet without options */
};

enum {
	OPTION_EPB_FLAGS = 2,
	OPTION_EPB_DROPCOUNT = 4,
};

/* The link layer's own errors; a CRC error the decoder finds by itself. draft-ietf-opsawg-pcapng §4.3.1 */
enum {
	EPB_FLAG_TOO_LONG = 1u << 25,
	EPB_FLAGS_PHYSICAL = 0xfcu
	                     << 24, /* symbol, preamble, frame start, alignment, gap, too short */
};

static const uint8_t *body_at(const struct window *w)
{
	return w->at + 8;
}

bool option_next(struct bytes *b, bool big, uint16_t *code, const uint8_t **value, uint16_t *len)
{
	const uint8_t *head = bytes_take(b, 4);

	if (!head)
		return false;
	*code = load16(head, big);
	*len = load16(head + 2, big);
	*value = bytes_take(b, *len);
	if (!*value || *code == 0)
		return false;
	if (*len % 4)
		bytes_take(b, 4 - *len % 4u);
	return true;
}

/* Options of a packet: what was lost before it, and what the receiver thought of it. */
static void packet_options(struct capture *c, struct iface *f, struct bytes *b,
                           struct raw_packet *packet, uint64_t drops)
{
	const uint8_t *value;
	uint16_t code, len;

	while (option_next(b, c->big, &code, &value, &len)) {
		if (code == OPTION_EPB_DROPCOUNT && len == 8)
			drops = load64(value, c->big);
		if (code == OPTION_EPB_FLAGS && len == 4) {
			uint32_t flags = load32(value, c->big);

			if (flags & EPB_FLAGS_PHYSICAL)
				packet->flags |= PACKET_ERROR_RECEIVER;
			if (flags & EPB_FLAG_TOO_LONG)
				packet->flags |= PACKET_ERROR_OVERFLOW;
		}
	}
	if (drops && f->kind != LINK_SKIP)
		deliver_lost(c, f, drops, packet->time_ns);
}

/*
 * A block of `type` with a packet; of its body, `whole` bytes long, `len` bytes are in the window. Inlined for each
 * type, since nearly all blocks of a capture come through here.
 */
static inline __attribute__((always_inline)) const char *
packet_block(struct capture *c, uint32_t type, const uint8_t *body, size_t len, size_t whole)
{
	const size_t fixed = type == BLOCK_PACKET_SIMPLE ? 4 : 20;
	struct raw_packet packet = {.flags = 0};
	struct iface *f;
	uint32_t id = 0, kept, padded;
	uint64_t drops = 0;

	if (whole < fixed)
		return "a packet block is too short";
	if (type == BLOCK_PACKET)
		id = load32(body, c->big);
	if (type == BLOCK_PACKET_OLD) {
		id = load16(body, c->big);
		drops = load16(body + 2, c->big);
		if (drops == 0xffff)
			drops = 0;
	}
	if (id >= c->iface_count)
		return "a packet of an interface that is not declared";
	if (id >= c->iface_known) {
		deliver_skipped(c, NULL);
		return NULL;
	}
	f = &c->ifaces[id];
	if (type == BLOCK_PACKET_SIMPLE) {
		packet.len_true = kept = load32(body, c->big);
		if (f->snaplen && kept > f->snaplen)
			kept = f->snaplen;
		if (kept > whole - fixed)
			kept = (uint32_t)(whole - fixed);
		/* It has no time: that of the packet before it is the nearest. */
		packet.time_ns = c->based ? c->base_ns + (uint64_t)c->t_last : 0;
	} else {
		packet.time_ns =
			f->offset_ns + timescale_ns(&f->scale, load_time(body + 4, c->big));
		kept = load32(body + 12, c->big);
		packet.len_true = load32(body + 16, c->big);
		if (kept > whole - fixed)
			return "a packet is longer than its block";
	}
	if (packet.len_true < kept)
		packet.len_true = kept;
	packet.data = body + fixed;
	packet.len = kept < len - fixed ? kept : (uint32_t)(len - fixed);
	padded = (kept + 3) & ~3u;
	if (drops || (type != BLOCK_PACKET_SIMPLE && fixed + padded + 4 <= len)) {
		struct bytes options = bytes_of(body + len, 0);

		if (fixed + padded < len)
			options = bytes_of(body + fixed + padded, len - fixed - padded);
		packet_options(c, f, &options, &packet, drops);
	}
	deliver_packet(c, f, &packet);
	return NULL;
}

static enum walk block(struct capture *c, uint32_t type, const uint8_t *body, size_t len,
                       size_t whole)
{
	const char *damage = NULL;

	switch (type) {
	case BLOCK_PACKET:
		damage = packet_block(c, BLOCK_PACKET, body, len, whole);
		break;
	case BLOCK_PACKET_OLD:
		damage = packet_block(c, BLOCK_PACKET_OLD, body, len, whole);
		break;
	case BLOCK_PACKET_SIMPLE:
		damage = packet_block(c, BLOCK_PACKET_SIMPLE, body, len, whole);
		break;
	case BLOCK_SECTION:
		damage = section_begin(c, body, len);
		break;
	case BLOCK_INTERFACE:
		damage = section_interface(c, body, len);
		break;
	case BLOCK_STATISTICS:
		section_statistics(c, body, len);
		break;
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM_NO_COPY:
		line_custom_block(c, body, len);
		break;
	default: /* names, secrets, journals, other people's blocks */
		break;
	}
	return damage ? reader_damage(c, window_offset(&c->window), damage) : WALK_MORE;
}

/*
 * A whole block with a packet, if all about it is as usual: nearly all are, so that they come here before anything else
 * is asked. False, and nothing done, for whatever is the business of the long way.
 */
static inline bool usual_block(struct capture *c, const uint8_t *at, size_t left, bool big)
{
	const uint8_t *body = at + 8, *data = body + 20;
	uint32_t total, id, kept, whole;
	uint64_t time_ns;
	struct iface *f;

	if (left < USUAL_MIN || load32(at, big) != BLOCK_PACKET)
		return false;
	total = load32(at + 4, big);
	id = load32(body, big);
	if (total < USUAL_MIN || total > left || load32(at + total - 4, big) != total ||
	    id >= c->iface_known || !c->based)
		return false;
	kept = load32(body + 12, big);
	whole = load32(body + 16, big);
	/* No options; with the padding it follows that the length is a multiple of 4. */
	if (kept > total || ((kept + 3) & ~3u) != total - USUAL_MIN || whole < kept)
		return false;
	f = &c->ifaces[id];
	time_ns = f->offset_ns + timescale_ns(&f->scale, load_time(body + 4, big));
	c->window.at = at + total;
	if (f->kind == LINK_RAW && kept == whole)
		deliver_raw(c, f, time_ns, data, kept, kept, 0);
	else if (f->kind == LINK_USBMON2 || f->kind == LINK_USBMON)
		deliver_usbmon(c, f, time_ns, data, kept);
	else
		deliver_packet(
			c, f,
			&(struct raw_packet){
				.data = data, .len = kept, .len_true = whole, .time_ns = time_ns});
	return true;
}

static inline uint64_t usual_blocks(struct capture *c, uint64_t max, bool big)
{
	struct window *w = &c->window;

	while (max && usual_block(c, w->at, window_left(w), big))
		max--;
	return max;
}

/* A section may change the byte order, so its header is needed before its length means anything. */
static enum walk section_order(struct capture *c)
{
	struct window *w = &c->window;
	enum window_state state = window_fill(w, 12);
	uint32_t magic;

	if (state != WINDOW_OK)
		return reader_short(c, state, "a section header is cut short");
	magic = load32(w->at + 8, false);
	if (magic != BYTE_ORDER && magic != __builtin_bswap32(BYTE_ORDER)) {
		if (c->info.sections)
			return reader_damage(c, window_offset(w),
			                     "a section of no known byte order");
		c->err = ERR_NOT_CAPTURE;
		return WALK_ERROR;
	}
	c->big = magic != BYTE_ORDER;
	return WALK_MORE;
}

/* The end of a block whose middle was skipped. */
static enum walk trailer(struct capture *c)
{
	struct window *w = &c->window;
	enum window_state state = window_skipped(w);

	if (state == WINDOW_OK)
		state = window_fill(w, 4);
	if (state != WINDOW_OK)
		return reader_short(c, state, "the last block is cut short");
	c->trailer_due = false;
	if (load32(w->at, c->big) != c->block_len)
		return reader_damage(c, c->block_at, "a block's two lengths differ");
	w->at += 4;
	return WALK_MORE;
}

enum walk pcapng_walk(struct capture *c, uint64_t max)
{
	struct window *w = &c->window;
	enum window_state state;
	enum walk result;

	for (; max; max--) {
		uint32_t type, total, here;

		if (c->trailer_due && (result = trailer(c)) != WALK_MORE)
			return result;
		max = c->big ? usual_blocks(c, max, true) : usual_blocks(c, max, false);
		if (!max)
			break;
		if (window_left(w) < 8 && (state = window_fill(w, 8)) != WINDOW_OK)
			return reader_short(c, state, "the last block's header is cut short");
		type = load32(w->at, c->big);
		if (type == BLOCK_SECTION && (result = section_order(c)) != WALK_MORE)
			return result;
		total = load32(w->at + 4, c->big);
		if (total < BLOCK_FRAME || total % 4 || total > BLOCK_LEN_MAX)
			return reader_damage(c, window_offset(w), "a block's length is impossible");
		here = total <= WINDOW_SIZE ? total : WINDOW_SIZE;
		if (window_left(w) < here && (state = window_fill(w, here)) != WINDOW_OK)
			return reader_short(c, state, "the last block is cut short");
		if (here == total) {
			if (load32(w->at + total - 4, c->big) != total)
				return reader_damage(c, window_offset(w),
				                     "a block's two lengths differ");
			result = block(c, type, body_at(w), total - BLOCK_FRAME,
			               total - BLOCK_FRAME);
			w->at += total;
		} else {
			result = block(c, type, body_at(w), here - 8, total - BLOCK_FRAME);
			c->block_at = window_offset(w);
			c->trailer_due = true;
			c->block_len = total;
			window_skip(w, total - 4);
		}
		if (result != WALK_MORE)
			return result;
	}
	return WALK_MORE;
}
