/*
 * The protocol between tap and PC, one header for both sides; firmware/README.md has it byte by byte.
 * The tap sends blocks, each with a sequence number, a 64-bit tick and a CRC, filled with records. A record says its
 * kind and its length: who does not know a kind skips it, and bodies only ever grow at their end. Commands go the other
 * way, in one encoding for bulk and HID. Everything is little-endian; nothing here allocates or keeps a pointer.
 */
#ifndef CORDON_CORE_WIRE_H
#define CORDON_CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_size {
	WIRE_VERSION = 1,
	WIRE_MAGIC = 0x4443, /* "CD" */
	WIRE_BLOCK_HEAD = 16,
	WIRE_BLOCK_TAIL = 2,
	WIRE_BLOCK_MAX = 2048,
	WIRE_RECORD_HEAD = 8,
	WIRE_PACKET_HEAD = 4,
	WIRE_COMMAND_HEAD = 14,
	WIRE_COMMAND_MAX =
		62, /* what a HID report of 64 bytes can carry behind its id and a length */
	WIRE_CALIBRATE_BYTES = 8, /* of its arguments */
	WIRE_TICK_HZ = 120000000,
};

enum wire_kind {
	WIRE_HELLO = 0x01,  /* who speaks; at the start, each second, and in answer to IDENTIFY */
	WIRE_PACKET = 0x02, /* a USB packet: struct wire_packet, then the bytes from the PID on */
	WIRE_EDGES = 0x03,  /* changes of the lines outside packets: varints, see wire_edge_put */
	WIRE_LINE = 0x04,   /* what those changes mean: attach, reset, ... */
	WIRE_FOLD = 0x05,   /* SOFs or NAKed polls, counted instead of sent */
	WIRE_COUNT = 0x06,  /* packets of one endpoint in a span, counted instead of sent */
	WIRE_LOST = 0x07,   /* something is missing, and how much */
	WIRE_BAND = 0x08,   /* minimum, mean, maximum of one sensor over a millisecond */
	WIRE_BURST = 0x09,
	WIRE_STEP = 0x0a,
	WIRE_STATE = 0x0b, /* a setting changed, whatever the cause */
	WIRE_REPLY = 0x0c, /* to a command: struct wire_reply, then data */
	WIRE_ALERT = 0x0d,
	WIRE_STATUS = 0x0e,
	WIRE_SELFTEST = 0x0f,
	WIRE_UART = 0x10,    /* struct wire_uart, then the bytes that were read */
	WIRE_DC_PATH = 0x11, /* resistance of a wire, end to end */
	WIRE_CC = 0x12,      /* what stands on the CC pins */
	/* From here on: records that only the PC makes, for capture files. Their bodies are UTF-8 text. */
	WIRE_HOST_FIRST = 0x80,
	WIRE_MARK = 0x80, /* the operator's */
	WIRE_PROFILE =
		0x81, /* what is expected at the far end; `device` has its file after a line feed */
	WIRE_CLAIM = 0x82,  /* what the seller says of the cable: NAME=VALUE */
	WIRE_LAYOUT = 0x83, /* the keyboard layout that keys are read under from here on */
};

/*
 * Records that come all the time and that nobody is in a hurry for: a block that has nothing else in it may wait for more
 * (core/upstream.h). Their times are in them.
 */
static inline bool wire_may_wait(uint8_t kind)
{
	return kind == WIRE_BAND || kind == WIRE_FOLD;
}

enum wire_flag {
	WIRE_FROM_TAP = 1u << 0, /* the tap itself put this on the cable */
	WIRE_PORT_FAR = 1u << 1, /* seen at FAR, else at NEAR: voltages and radio, never lines */
	WIRE_FLIPPED = 1u << 2,  /* plug turned. Reserved, 0: this firmware pulls no CC pin */
	WIRE_BY_HID = 1u << 3, /* set by the PC: an alert that came by HID, and not in the stream */
};

struct wire_hello {
	uint16_t version;      /* of this protocol */
	uint16_t capabilities; /* enum wire_capability */
	uint32_t tick_hz;
	uint64_t serial;      /* of the flash */
	uint32_t boot_id;     /* drawn at power-on, counts on with each other reset; never 0 */
	uint32_t firmware;    /* hash of the image */
	uint32_t calibration; /* id; 0: none */
	uint8_t board;        /* revision */
	uint8_t start_cause;  /* enum wire_cause */
	uint8_t bus_switch;   /* enum wire_switch */
	uint8_t vbus;         /* 1: on */
	uint8_t range;        /* enum wire_range */
	uint8_t capturing;
	uint8_t speed;               /* enum usb_speed, as found */
	uint8_t guard;               /* armed trip mask */
	uint16_t burst_threshold[2]; /* ADC counts above the floor; current, radio */
	uint16_t step_threshold;     /* ADC counts */
	uint16_t failed_checks;      /* bits of the last self-test, 0: all good */
};

enum wire_capability {
	WIRE_CAN_LISTEN = 1u << 0,
	WIRE_CAN_SENSE = 1u << 1,
	WIRE_CAN_SWITCH = 1u << 2,
	WIRE_CAN_GUARD = 1u << 3,
	WIRE_CAN_PROBE = 1u << 4,
};

/* Damage that the receiver saw. A packet may have several. */
enum wire_packet_flag {
	WIRE_BAD_SYNC = 1u << 0,
	WIRE_BAD_PID = 1u << 1,
	WIRE_BAD_CRC = 1u << 2,
	WIRE_BAD_STUFFING = 1u << 3,
	WIRE_BAD_EOP = 1u << 4,    /* no SE0, or not on a byte's boundary */
	WIRE_BAD_LENGTH = 1u << 5, /* too long, or not what its PID asks for */
	WIRE_CUT =
		1u << 6, /* fewer bytes follow than `len_true`; CRC was checked over all of them */
};

struct wire_packet {
	uint8_t flags; /* enum wire_packet_flag */
	uint8_t speed; /* enum usb_speed */
	uint16_t len_true;
};

/* Which lines are high. With WIRE_EDGES, bit 0 and 1 of each varint. */
enum wire_lines {
	WIRE_SE0 = 0,
	WIRE_DP = 1, /* J at full speed, K at low speed */
	WIRE_DM = 2,
	WIRE_SE1 = 3,
};

enum wire_line_event {
	WIRE_ATTACH = 1,
	WIRE_DETACH = 2,
	WIRE_RESET = 3, /* the record's tick is its start, `duration` how long so far */
	WIRE_RESET_END = 4,
	WIRE_SUSPEND = 5,
	WIRE_RESUME = 6,
	WIRE_KEEPALIVE = 7, /* only the first after other traffic; the rest is folded */
	WIRE_SPEED = 8,     /* the listener now expects `speed` */
	WIRE_BLIND = 9,     /* high speed, which these pins cannot see */
	WIRE_SIGHTED = 10,
	WIRE_GATE = 11, /* edges were not recorded for `duration` although no packet came of it */
	WIRE_LINE_HOST_FIRST = 0x80, /* made by the PC: 0x80 plus enum line_event of usb/record.h */
};

struct wire_line {
	uint8_t event; /* enum wire_line_event */
	uint8_t speed; /* enum usb_speed */
	uint8_t lines; /* enum wire_lines that it stands for: SE0, K or J */
	uint8_t reserved;
	uint64_t duration; /* ticks */
};

enum wire_fold_what {
	WIRE_FOLD_SOF = 1,
	WIRE_FOLD_NAK_IN = 2,  /* IN, NAK */
	WIRE_FOLD_NAK_OUT = 3, /* OUT, data, NAK */
	WIRE_FOLD_KEEPALIVE = 4,
};

struct wire_fold {
	uint8_t what; /* enum wire_fold_what */
	uint8_t address, endpoint;
	uint8_t reserved;
	uint32_t count;
	uint32_t span;        /* ticks from the first to the last start */
	uint16_t first, last; /* SOF: frame numbers */
};

struct wire_count {
	uint8_t address, endpoint; /* bit 7 of the endpoint: IN */
	uint16_t reserved;
	uint32_t packets, bytes, bad;
	uint32_t span;
};

enum wire_lost_what {
	WIRE_LOST_PACKETS = 0, /* made by the PC: packets of another analyzer */
	WIRE_LOST_LINE = 1,    /* samples of the bus were overwritten before they were read */
	WIRE_LOST_EVENTS = 2,  /* so were stamps */
	WIRE_LOST_RECORDS = 3, /* the PC did not fetch in time */
	WIRE_LOST_SENSOR = 4,
	WIRE_LOST_BURSTS = 5, /* more than may be reported in a millisecond */
	WIRE_LOST_BLOCKS = 6, /* made by the PC: a jump in the blocks' numbers */
};

struct wire_lost {
	uint8_t what; /* enum wire_lost_what */
	uint8_t reserved[3];
	uint32_t count; /* in the unit of `what`; 0: unknown */
	uint64_t span;  /* ticks, from the record's own */
};

enum wire_channel {
	WIRE_CURRENT = 0,
	WIRE_RADIO = 1,
	WIRE_MUX = 2, /* `input` says which */
};

enum wire_range {
	WIRE_RANGE_MA = 0,
	WIRE_RANGE_UA = 1,
};

struct wire_band {
	uint8_t channel, input, range, reserved;
	uint16_t minimum, mean, maximum; /* ADC counts times 16 */
	uint16_t floor;
};

struct wire_burst {
	uint8_t channel, input, range, reserved;
	uint16_t peak, mean; /* ADC counts times 16, above the floor */
	uint32_t length;     /* ticks */
};

struct wire_step {
	uint8_t channel, input, range, reserved;
	uint16_t before, after;
};

enum wire_setting {
	WIRE_SET_CAPTURE = 1,
	WIRE_SET_VBUS = 2,
	WIRE_SET_SWITCH = 3,
	WIRE_SET_RANGE = 4,
	WIRE_SET_PULL_DOWNS = 5,
	WIRE_SET_MUX = 6,
	WIRE_SET_LEDS = 7,
	WIRE_SET_BUZZER = 8,
	WIRE_SET_GUARD = 9,
	WIRE_SET_OVERVOLTAGE = 10, /* the latch */
	WIRE_SET_VBUS_FAULT = 11,
	WIRE_SET_THRESHOLDS = 12,
};

enum wire_switch {
	WIRE_SWITCH_OPEN = 0,
	WIRE_SWITCH_HOST = 1,
	WIRE_SWITCH_PROBE = 2,
};

enum wire_cause {
	WIRE_BY_POWER = 0,
	WIRE_BY_COMMAND = 1,
	WIRE_BY_HARDWARE = 2,
	WIRE_BY_GUARD = 3,
	WIRE_BY_WATCHDOG = 4,
	WIRE_BY_BUTTON = 5,
	WIRE_BY_REBOOT = 6,
};

struct wire_state {
	uint8_t setting;  /* enum wire_setting */
	uint8_t cause;    /* enum wire_cause */
	uint16_t request; /* of the command, where one was the cause */
	uint32_t before, after;
};

struct wire_reply {
	uint8_t opcode;
	uint8_t error; /* enum wire_error */
	uint16_t request;
	uint64_t done; /* the tick at which it took effect */
};

struct wire_alert {
	uint16_t sequence;
	uint8_t what; /* enum wire_alert_what */
	uint8_t address;
	uint64_t at;
};

enum wire_alert_what {
	WIRE_ALERT_KEYBOARD = 1,
	WIRE_ALERT_OVERVOLTAGE = 2,
	WIRE_ALERT_HOST_LOST = 3,
	WIRE_ALERT_VBUS_FAULT = 4,
};

/* What a guard opens the bus switch for, with WIRE_OP_GUARD. */
enum wire_guard {
	WIRE_GUARD_KEYBOARD = 1u << 0,    /* one enumerates */
	WIRE_GUARD_OVERVOLTAGE = 1u << 1, /* the latch has tripped */
	WIRE_GUARD_HOST_LOST = 1u << 2,   /* the tap's own port is suspended or not configured */
	WIRE_GUARD_ALL = 7,
};

struct wire_status {
	uint32_t packets, bad_packets;
	uint32_t lost_line, lost_events, lost_records, lost_sensor;
	uint16_t line_high_water, event_high_water,
		up_high_water; /* shares of the rings, of 65535 */
	uint16_t cpu;          /* share of the last tenth of a second, of 65535 */
	uint16_t alerts;
	uint16_t reserved;
};

/* Checks of the self-test, and of the start. What was not run is not failed. */
enum wire_check {
	WIRE_CHECK_LISTEN = 1u << 0,   /* a keyboard's enumeration through probe and tap was read */
	WIRE_CHECK_CURRENT = 1u << 1,  /* its zero, both ranges */
	WIRE_CHECK_RADIO = 1u << 2,    /* the detector's idle level */
	WIRE_CHECK_MUX = 1u << 3,      /* VBUS off reads as nothing, the far detector as idle */
	WIRE_CHECK_EXPANDER = 1u << 4, /* answers, and keeps what it is told */
	WIRE_CHECK_ADC = 1u << 5,      /* the chip's own temperature sensor */
	WIRE_CHECK_FLASH = 1u << 6,    /* its number, and the calibration's sectors */
};

struct wire_selftest {
	uint16_t ran, failed; /* bits, enum wire_check */
	uint32_t detail;      /* enum selftest_detail */
};

struct wire_uart {
	uint8_t lines; /* WIRE_DP or WIRE_DM */
	uint8_t reserved[3];
	uint32_t baud;
};

enum wire_path {
	WIRE_PATH_DP = 1,
	WIRE_PATH_DM = 2,
	WIRE_PATH_VBUS = 3,
	WIRE_PATH_GROUND = 4,
};

struct wire_dc_path {
	uint8_t path; /* enum wire_path */
	uint8_t open; /* 1: no current flows */
	uint16_t reserved;
	uint32_t resistance; /* micro-ohms */
};

struct wire_cc {
	uint16_t cc1, cc2; /* millivolts */
};

enum wire_error {
	WIRE_OK = 0,
	WIRE_E_VERSION = 1,
	WIRE_E_OPCODE = 2,
	WIRE_E_LENGTH = 3,
	WIRE_E_VALUE = 4,
	WIRE_E_STATE = 5, /* not now: refused while capturing, guarded, ... */
	WIRE_E_LATE = 6,  /* its tick had passed */
	WIRE_E_HARDWARE = 7,
	WIRE_E_BUSY = 8,     /* no place to keep it until its tick */
	WIRE_NOT_YET = 0xff, /* within the tap; never sent */
};

/* The sixteen opcodes of each block belong together. */
enum wire_opcode {
	WIRE_OP_IDENTIFY = 0x00,
	WIRE_OP_STATISTICS = 0x01,
	WIRE_OP_SELFTEST = 0x02, /* the reply's data are a SELFTEST body */
	WIRE_OP_REBOOT = 0x03,   /* to the boot loader */
	WIRE_OP_CAPTURE = 0x10,  /* u8: 1 start, 0 stop */
	WIRE_OP_VBUS = 0x20,
	WIRE_OP_VBUS_CODE = 0x21, /* core/vbus_code.h */
	WIRE_OP_SWITCH = 0x22,
	WIRE_OP_RANGE = 0x23,
	WIRE_OP_PULL_DOWNS = 0x24,
	WIRE_OP_MUX = 0x25,
	WIRE_OP_THRESHOLDS = 0x26, /* u16 bursts of current, of radio, u16 steps; ADC counts */
	WIRE_OP_LEDS = 0x30,       /* u8: bit 0 green, 1 amber, 2 red */
	WIRE_OP_BUZZER = 0x31,     /* u16 Hz, u16 ms */
	WIRE_OP_GUARD = 0x40,      /* u8 mask, u8 zero, u16 lease in ms */
	WIRE_OP_PROBE_FIRST = 0x50,
	WIRE_OP_TOKEN =
		0x50, /* u8 PID, 0 none, u8 address, u8 endpoint: to be counted at its end */
	WIRE_OP_PERSONA_FIRST = 0x60,
	WIRE_OP_FAR_FIRST = 0x70, /* FAR and DC path */
	WIRE_OP_BATCH_FIRST = 0x80,
	WIRE_OP_CALIBRATE =
		0x90, /* struct wire_calibrate; the reply's data are a struct wire_calibration */
};

enum wire_calibrate_what {
	WIRE_CALIBRATE_READ = 0, /* what holds now */
	WIRE_CALIBRATE_ZERO = 1, /* both ranges, with nothing at NEAR */
	WIRE_CALIBRATE_SLOPE = 2,
};

/* Arguments. */
struct wire_calibrate {
	uint8_t what;  /* enum wire_calibrate_what */
	uint8_t range; /* of the slope */
	uint16_t reserved;
	uint32_t current_na; /* that is known to flow from VBUS of NEAR */
};

/* Why it is not kept. */
enum wire_calibrate_reason {
	WIRE_CALIBRATE_KEPT = 0,
	WIRE_CALIBRATE_UNSTEADY = 1,
	WIRE_CALIBRATE_IMPOSSIBLE =
		2, /* no board is so far off: something is plugged in, or other than said */
	WIRE_CALIBRATE_IN_USE = 3,  /* somebody pulls a line of NEAR up */
	WIRE_CALIBRATE_TRIPPED = 4, /* VBUS or range were taken away by the hardware */
	WIRE_CALIBRATE_FLASH = 5,   /* it does not keep what it is given */
};

struct wire_calibration {
	uint32_t id, sequence;      /* 0: none */
	uint16_t zero_ma, slope_ma; /* counts times 16; times 16384 */
	uint16_t zero_ua, slope_ua;
	uint16_t measured_ma, measured_ua; /* just now, before any correction; 0: not */
	uint8_t reason;                    /* enum wire_calibrate_reason */
	uint8_t reserved[3];
};

struct wire_command {
	uint8_t version, opcode;
	uint16_t
		request; /* the same number again is the same command: it is answered, not repeated */
	uint64_t at;     /* tick; 0: at once */
	uint8_t len;     /* of the arguments that follow */
	uint8_t reserved;
};

/* One record as a reader hands it on; `body` is borrowed until the call returns. */
struct wire_record {
	uint8_t kind, flags;
	uint16_t len;
	uint64_t tick;
	const uint8_t *body;
};

/*
 * Fixed bodies to and from bytes. `_put` writes all of it and returns its length. `_get` fails where the body is shorter
 * than the structure (bodies only grow), and leaves what follows it, if a kind has more, from `wire_..._size` on.
 */
/* clang-format off: its own layout of this is not stable */
#define WIRE_BODIES(X)                                                                             \
	X(hello)                                                                                   \
	X(packet)                                                                                  \
	X(line)                                                                                    \
	X(fold)                                                                                    \
	X(count)                                                                                   \
	X(lost)                                                                                    \
	X(band)                                                                                    \
	X(burst)                                                                                   \
	X(step)                                                                                    \
	X(state)                                                                                   \
	X(reply)                                                                                   \
	X(alert)                                                                                   \
	X(status)                                                                                  \
	X(selftest)                                                                                \
	X(command)                                                                                 \
	X(calibrate)                                                                               \
	X(calibration)                                                                             \
	X(uart)                                                                                    \
	X(dc_path)                                                                                 \
	X(cc)
/* clang-format on */
#define WIRE_DECLARE(name)                                                                         \
	size_t wire_##name##_put(uint8_t *to, const struct wire_##name *from);                     \
	bool wire_##name##_get(struct wire_##name *to, const uint8_t *from, size_t len);
WIRE_BODIES(WIRE_DECLARE)

/* One edge: ticks since the one before (the first: since the record's tick) and the lines after it. At most 10 bytes. */
size_t wire_edge_put(uint8_t *to, uint64_t delta, enum wire_lines lines);
/* Its length, or 0 where the bytes end too early or the number is longer than 64 bits. */
size_t wire_edge_get(const uint8_t *from, size_t len, uint64_t *delta, enum wire_lines *lines);

/* A block under construction, in WIRE_BLOCK_MAX bytes of the caller's. */
struct wire_block {
	uint8_t *at;
	uint16_t len; /* 0: none begun */
	uint64_t tick;
};

void wire_block_begin(struct wire_block *b, uint8_t *at, uint64_t tick);
/* Room for a record's body of `len` bytes; NULL where the block is full or the tick is more than 17 s from its own. */
uint8_t *wire_block_put(struct wire_block *b, enum wire_kind kind, uint8_t flags, uint64_t tick,
                        size_t len);
/* Number and checksum; returns the block's length. */
size_t wire_block_end(struct wire_block *b, uint32_t sequence);
/* The same, but for the checksum: crc16 of all before it belongs into the last two bytes. */
size_t wire_block_seal(struct wire_block *b, uint32_t sequence);

/* What comes off the bulk pipe, in pieces of any size, possibly torn or damaged. */
struct wire_reader {
	uint8_t held[WIRE_BLOCK_MAX];
	size_t len;
	bool started;
	uint32_t sequence; /* of the next block */
	uint64_t blocks, lost_blocks, bad_blocks, skipped_bytes, bad_records;
};

struct wire_sink {
	void *context;
	void (*record)(void *context, const struct wire_record *r);
	void (*lost)(void *context,
	             uint32_t blocks); /* before the first record after a gap; may be NULL */
};

void wire_reader_init(struct wire_reader *r);
void wire_reader_push(struct wire_reader *r, const uint8_t *data, size_t len,
                      const struct wire_sink *sink);

#endif
