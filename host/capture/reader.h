/*
 * What the parts of the reader share: the state of one capture, and the way from a packet's bytes to records.
 * A format (pcap_read, pcapng_read) walks blocks and calls deliver_packet; a link (link_*) turns the bytes of one
 * packet into a record. Internal to host/capture.
 */
#ifndef CORDON_CAPTURE_READER_H
#define CORDON_CAPTURE_READER_H

#include <string.h>

#include "capture/capture.h"
#include "capture/tap_record.h"
#include "capture/timescale.h"
#include "capture/window.h"
#include "core/bytes.h"

enum {
	INTERFACES_MAX = 4096, /* of a section; packets of those beyond are skipped and counted */
	LINKS = 7,             /* link types that are supported, ours left out */
	EVENTS_EARLY_MAX = 256,
	STAGES_OPEN = 16,
	/* What Wireshark takes for the largest packet of USB captures, and room for a block around it. */
	PACKET_LEN_MAX = 128 * 1024 * 1024,
	BLOCK_LEN_MAX = PACKET_LEN_MAX + 64 * 1024,
};

enum {
	LINK_TYPE_TAP = 147, /* USER0: ours where the interface is called so */
	LINK_TYPE_USB_LINUX = 189,
	LINK_TYPE_USB_LINUX_MMAPPED = 220,
	LINK_TYPE_USBPCAP = 249,
	LINK_TYPE_USB_2_0 = 288,
	LINK_TYPE_USB_2_0_LOW = 293,
	LINK_TYPE_USB_2_0_FULL = 294,
	LINK_TYPE_USB_2_0_HIGH = 295,
};

enum link_kind {
	LINK_SKIP,
	LINK_RAW,
	LINK_USBMON,  /* 48-byte header */
	LINK_USBMON2, /* 64-byte header and isochronous descriptors */
	LINK_USBPCAP,
	LINK_TAP,
};

struct iface {
	enum link_kind kind;
	enum usb_speed speed;
	uint32_t link_type;
	uint32_t snaplen;
	struct capture_skip *skip; /* LINK_SKIP: its counter; NULL where the table was full */
	struct timescale scale;
	uint64_t offset_ns; /* if_tsoffset; wraps as the time does */
	uint64_t dropped;   /* by this interface, as far as it was delivered */
	uint16_t bus;
};

/* One packet as the format's block has it. */
struct raw_packet {
	const uint8_t *data;
	uint32_t len;      /* bytes at `data` */
	uint32_t len_true; /* before it was captured */
	uint32_t flags;    /* enum packet_flag, for LINK_RAW */
	uint64_t time_ns;  /* on the file's clock */
};

/* What came of a part of the walk. */
enum walk {
	WALK_MORE,
	WALK_WAIT,
	WALK_END,
	WALK_ERROR, /* err */
};

struct capture {
	struct window window;
	struct capture_info info;
	const struct record_sink *sink; /* during a step */
	enum err err;
	bool finished; /* the end was delivered */

	/* The clock: t = 0 is the first packet of a supported link type. */
	bool based;
	uint64_t base_ns;
	int64_t t_last, t_min, t_max;

	/* Format. */
	bool big;             /* byte order of the file or section */
	uint32_t pcap_header; /* bytes before each packet */
	bool trailer_due;     /* pcapng: the end of a skipped block is to be checked */
	uint32_t block_len;
	uint64_t block_at;
	struct iface ifaces[INTERFACES_MAX];
	uint32_t iface_count, iface_known; /* in this section; those with an entry */
	uint16_t iface_of[LINKS];          /* of each link type, in this section */

	/* USBPcap: DATA stages whose STATUS stage is still to come. */
	struct {
		uint64_t id;
		uint32_t device;
		bool open;
	} stages[STAGES_OPEN];

	/* Line events before the first packet: their time is not known until it comes. */
	struct {
		uint64_t time_ns;
		struct record_line line;
		uint32_t step_ns;
		uint16_t bus;
	} early[EVENTS_EARLY_MAX];
	uint32_t early_count;

	/* Raw dumps of a tap, and interfaces of link type 147. */
	struct tap tap;
	struct wire_reader blocks;
	bool await_hello; /* the stream began anew: nothing before its HELLO is taken */
	bool gap_due;     /* with it, the time since is told as a loss */
};

static inline uint16_t load16(const uint8_t *p, bool big)
{
	uint16_t v = load_le16(p);

	return big ? __builtin_bswap16(v) : v;
}

static inline uint32_t load32(const uint8_t *p, bool big)
{
	uint32_t v = load_le32(p);

	return big ? __builtin_bswap32(v) : v;
}

static inline uint64_t load64(const uint8_t *p, bool big)
{
	uint64_t v = load_le64(p);

	return big ? __builtin_bswap64(v) : v;
}

/* A time stamp: its upper half comes first in both byte orders. */
static inline uint64_t load_time(const uint8_t *p, bool big)
{
	return (uint64_t)load32(p, big) << 32 | load32(p + 4, big);
}

/* The walks: up to `max` blocks. */
enum walk pcap_walk(struct capture *c, uint64_t max);
enum walk pcapng_walk(struct capture *c, uint64_t max);
enum walk tap_walk(struct capture *c, uint64_t max);

/* Reads the file header of a pcap; the window is at its start. */
enum walk pcap_begin(struct capture *c);

/* The rest of the input is lost: says why, once, and ends it. */
enum walk reader_damage(struct capture *c, uint64_t at, const char *reason);

/* What a fill that failed means here; `part` is the reason where the input ends inside something. */
enum walk reader_short(struct capture *c, enum window_state state, const char *part);

/* Enters an interface of this link type into the table, with the time scale of microseconds. `ours`: records of a tap,
 * where the link type is 147, which is everybody's to use. */
void iface_init(struct capture *c, struct iface *f, uint32_t link_type, bool ours);

/* Differences of any two times stay within 64 bits, whatever a file says. */
#define T_LIMIT (INT64_C(1) << 61)

/* A time of the file on the records' clock, which has begun. */
static inline int64_t deliver_time(struct capture *c, uint64_t time_ns)
{
	int64_t t = (int64_t)(time_ns - c->base_ns);

	if (t > T_LIMIT)
		t = T_LIMIT;
	if (t < -T_LIMIT)
		t = -T_LIMIT;
	c->t_last = t;
	if (t > c->t_max)
		c->t_max = t;
	if (t < c->t_min)
		c->t_min = t;
	return t;
}

static inline void deliver_record(struct capture *c, const struct record *r)
{
	c->sink->record(c->sink->context, r);
}

/* What all records of packets have. */
static inline void deliver_head(struct capture *c, const struct iface *f, uint64_t time_ns,
                                struct record *r)
{
	c->info.packets_used++;
	r->flags = 0;
	r->bus = f->bus;
	r->t_ns = deliver_time(c, time_ns);
	r->packet = ++c->info.packets;
	r->step_ns = f->scale.step_ns;
}

/* LINK_RAW, and the clock has begun. Inline: the shortest way that a packet can take, and the one that most take. */
static inline void deliver_raw(struct capture *c, const struct iface *f, uint64_t time_ns,
                               const uint8_t *data, uint32_t len, uint32_t len_true, uint32_t flags)
{
	struct record r;

	deliver_head(c, f, time_ns, &r);
	r.kind = RECORD_PACKET;
	r.packet_data.bytes = data;
	r.packet_data.len = len;
	r.packet_data.len_true = len_true;
	r.packet_data.speed = f->speed;
	r.packet_data.flags = flags | (len < len_true ? PACKET_CUT : 0);
	deliver_record(c, &r);
}

/* LINK_USBMON and LINK_USBMON2, once the clock has begun. */
void deliver_usbmon(struct capture *c, const struct iface *f, uint64_t time_ns, const uint8_t *data,
                    uint32_t len);

/* The first packet's time: t = 0. */
void deliver_clock(struct capture *c, uint64_t time_ns);

/* Blocks of packets. The first two count the packet; lost spans reach from the last packet to this time. */
void deliver_packet(struct capture *c, struct iface *f, const struct raw_packet *p);
void deliver_skipped(struct capture *c, struct capture_skip *skip);
void deliver_lost(struct capture *c, struct iface *f, uint64_t packets, uint64_t time_ns);
void deliver_line(struct capture *c, const struct iface *f, uint64_t time_ns,
                  const struct record_line *line);
/* Raw dumps: a record of a block, and a jump in the blocks' numbers, from the last record to this time. */
void deliver_tap(struct capture *c, uint64_t time_ns, const struct wire_record *w);
void deliver_tap_gap(struct capture *c, uint64_t time_ns, uint32_t blocks);
/* Before the end: what waited for a first packet. */
void deliver_early(struct capture *c);

/* The links. `r` comes with bus, time, ordinal and step set; what they return is delivered unless it is false. */
bool link_usbmon(const struct capture *c, const struct iface *f, const uint8_t *h, uint32_t len,
                 struct record *r);
bool link_usbpcap(struct capture *c, const struct raw_packet *p, struct record *r);
bool link_tap(struct capture *c, const struct raw_packet *p, struct record *r);

/* pcapng's parts. Bodies are without type, length and trailer; what is damaged comes back as the reason, else NULL. */
const char *section_begin(struct capture *c, const uint8_t *body, size_t len);
const char *section_interface(struct capture *c, const uint8_t *body, size_t len);
void section_statistics(struct capture *c, const uint8_t *body, size_t len);
void line_custom_block(struct capture *c, const uint8_t *body, size_t len);

/* Walks options: false at the end of them. `value` and `len` are inside the block. */
bool option_next(struct bytes *b, bool big, uint16_t *code, const uint8_t **value, uint16_t *len);

#endif
