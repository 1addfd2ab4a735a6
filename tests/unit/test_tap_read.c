/* Records of a tap through a raw dump and through pcapng: what goes in comes out; damage, gaps, truncation, restarts. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture/pcapng_write.h"
#include "capture/tap_units.h"
#include "core/bytes.h"
#include "capture_image.h"
#include "tap_records.h"

/* Compared as they come, for what they point to is only lent. */
struct check {
	size_t got, same;
	uint64_t packet;
	enum record_kind last;
	uint64_t lost_blocks;
	unsigned losses;
	struct capture_info info;
};

static void on_record(void *context, const struct record *r)
{
	struct check *k = context;

	assert_int_equal(r->packet, ++k->packet);
	if (k->got < TAP_RECORDS && tap_records_same(r, &tap_records[k->got]))
		k->same++;
	if (r->kind == RECORD_LOST && r->lost.what == WIRE_LOST_BLOCKS) {
		k->lost_blocks += r->lost.count;
		k->losses++;
	}
	k->got++;
	k->last = r->kind;
}

static struct check check_fd(int fd)
{
	struct check k = {0};
	const struct record_sink sink = {.context = &k, .record = on_record};
	struct capture *c;

	assert_int_equal(capture_open_fd(&c, fd), ERR_NONE);
	assert_int_equal(capture_run(c, &sink), ERR_NONE);
	k.info = *capture_info(c);
	capture_free(c);
	return k;
}

static struct check check_dump(const uint8_t *bytes, size_t len)
{
	/* An own mapping of exactly this size would do; the window poisons what lies behind the input. */
	return check_fd(bytes_fd(bytes, len));
}

static struct tap_dump dump;

static void make_dump(uint64_t first_tick)
{
	tap_dump_init(&dump, first_tick);
	for (unsigned i = 0; i < TAP_RECORDS; i++)
		tap_dump_record(&dump, &tap_records[i]);
}

static void dump_comes_back(void **state)
{
	/* Also where the base is no multiple of three ticks, and near the end of 32 bits. */
	static const uint64_t first[] = {0, 3, 0xfffffff0, 120000000ull * 86400 * 365};

	(void)state;
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		struct check k;

		make_dump(first[i]);
		k = check_dump(dump.bytes, dump.len);
		assert_int_equal(k.got, TAP_RECORDS);
		assert_int_equal(k.same, TAP_RECORDS);
		assert_int_equal(k.info.format, CAPTURE_FORMAT_TAP);
		assert_false(k.info.truncated);
		assert_int_equal(k.info.tap_records, TAP_RECORDS);
		assert_int_equal(k.info.packets, TAP_RECORDS);
		assert_int_equal(k.info.packets_used, 3);
		assert_int_equal(k.info.tap_unknown, 1);
		assert_int_equal(k.info.tap_blocks_damaged + k.info.tap_bytes_skipped, 0);
		assert_int_equal(k.info.lost, 5 + 9);
		assert_int_equal(k.info.duration_ns, tap_records[TAP_RECORDS - 1].t_ns);
	}
}

static const struct pcapng_interface interfaces[] = {
	{.link_type = 294, .name = "full speed"},
	{.link_type = 293, .name = "low speed"},
	{.link_type = 147, .name = CAPTURE_TAP_NAME},
};

static int pcapng(bool big)
{
	const struct pcapng_head head = {.start_ns = 1700000000000000000,
	                                 .big_endian = big,
	                                 .interfaces = interfaces,
	                                 .interface_count = 3};
	int fd = memfd_create("tap", MFD_CLOEXEC);
	struct pcapng_writer *w;

	assert_int_equal(pcapng_create_fd(&w, dup(fd), &head), ERR_NONE);
	for (unsigned i = 0; i < TAP_RECORDS; i++)
		pcapng_record(w, &tap_records[i]);
	assert_int_equal(pcapng_left_out(w), 0);
	assert_int_equal(pcapng_close(w), ERR_NONE);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void pcapng_comes_back(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct check k = check_fd(pcapng(big));

		assert_int_equal(k.got, TAP_RECORDS);
		assert_int_equal(k.same, TAP_RECORDS);
		assert_int_equal(k.info.packets_used, 3);
		assert_int_equal(k.info.tap_records, TAP_RECORDS - 3);
		/* The statistics tell the losses again; they are the same ones. */
		assert_int_equal(k.info.lost, 5 + 9);
		assert_int_equal(k.info.packets_skipped, 0);
	}
}

/* Link type 147 is anybody's: without the name it is skipped. */
static void foreign_user0_is_skipped(void **state)
{
	struct image *i = image_new(false);
	static struct collection c;

	(void)state;
	image_section(i);
	image_interface(i, 147, 9);
	image_interface(i, 294, 9);
	image_packet(i, 0, 5, "\x01\x00\x00\x00\x00\x00\x00\x00", 8);
	image_packet(i, 1, 6, "\xd2", 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.info.packets_skipped, 1);
	assert_int_equal(c.info.tap_records, 0);
}

static void tshark_has_no_complaint(void **state)
{
	char path[] = "/tmp/tap-XXXXXX", command[256], line[512];
	int from = pcapng(false), to = mkstemp(path);
	uint8_t buffer[8192];
	unsigned lines = 0;
	ssize_t n;
	FILE *p;

	(void)state;
	if (system("command -v tshark >/dev/null 2>&1") != 0) {
		print_message("tshark is not installed\n");
		unlink(path);
		skip();
	}
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		assert_int_equal(write(to, buffer, (size_t)n), n);
	close(from);
	close(to);
	snprintf(command, sizeof(command),
	         "tshark -r %s -T fields -e frame.interface_id -e frame.len 2>&1", path);
	p = popen(command, "r");
	assert_non_null(p);
	while (fgets(line, sizeof(line), p)) {
		unsigned interface, len;

		/* Root's tshark warns of itself, before anything of the file. */
		if (strncmp(line, "Running as user", 15) == 0)
			continue;
		if (sscanf(line, "%u %u", &interface, &len) != 2 || interface > 2)
			fail_msg("tshark: %s", line);
		lines++;
	}
	assert_int_equal(pclose(p), 0);
	assert_int_equal(lines, TAP_RECORDS);
	unlink(path);
}

static void every_truncation(void **state)
{
	size_t at = 0, whole = 0;

	(void)state;
	make_dump(1000);
	for (size_t len = 2; len < dump.len; len++) {
		struct check k = check_dump(dump.bytes, len);

		while (whole < TAP_RECORDS && at + load_le16(dump.bytes + at + 2) <= len) {
			at += load_le16(dump.bytes + at + 2);
			whole++;
		}
		assert_int_equal(k.got, whole);
		assert_int_equal(k.same, whole);
		assert_int_equal(k.info.truncated, at != len);
	}
}

/* One damaged block costs itself, is counted, and its number is missed. */
static void damage_is_counted_and_passed(void **state)
{
	size_t at = 0;

	(void)state;
	make_dump(1000);
	for (unsigned i = 0; i + 1 < TAP_RECORDS; i++) {
		size_t len = load_le16(dump.bytes + at + 2);

		for (size_t bit = 16; bit < 8 * len; bit += 13) {
			struct check k;

			if (i == 0 && bit < 16)
				continue;
			dump.bytes[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
			k = check_dump(dump.bytes, dump.len);
			dump.bytes[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_true(k.info.tap_blocks_damaged >= 1);
			assert_true(k.info.tap_bytes_skipped >= len);
			/* All others came, and the first block has nobody before it to miss it. */
			assert_int_equal(k.got, TAP_RECORDS - 1 + (i > 0));
			assert_int_equal(k.losses, i > 0);
			assert_int_equal(k.lost_blocks, i > 0);
			assert_int_equal(k.last, RECORD_UNKNOWN);
		}
		at += len;
	}
}

/* A length that reaches beyond the end keeps back the whole blocks behind it: they come at the end, and nothing else does. */
static void a_length_beyond_the_end_hides_no_block(void **state)
{
	size_t at = 0;

	(void)state;
	make_dump(1000);
	for (unsigned i = 0; i + 1 < TAP_RECORDS; i++) {
		size_t len = load_le16(dump.bytes + at + 2);
		struct check k;

		/* To the last byte that it can reach, and to the first that is not there. */
		for (size_t said = WIRE_BLOCK_MAX; said;
		     said = said == WIRE_BLOCK_MAX ? dump.len - at + 1 : 0) {
			if (said <= dump.len - at || said > WIRE_BLOCK_MAX)
				continue;
			store_le16(dump.bytes + at + 2, (uint16_t)said);
			k = check_dump(dump.bytes, dump.len);
			assert_int_equal(k.got, TAP_RECORDS - 1 + (i > 0));
			assert_int_equal(k.last, RECORD_UNKNOWN);
			assert_int_equal(k.lost_blocks, i > 0);
			assert_int_equal(k.info.tap_blocks_damaged, 1);
			assert_int_equal(k.info.tap_bytes_skipped, len);
			store_le16(dump.bytes + at + 2, (uint16_t)len);
		}
		at += len;
	}
}

static void on_code(void *context, const struct wire_record *w)
{
	uint8_t *code = context;

	assert_int_equal(w->kind, WIRE_LINE);
	*code = w->body[0];
}

/* As firmware/README.md has them, by number: who changes one breaks every tap and file there is. */
static void events_have_their_codes(void **state)
{
	static const struct {
		enum line_event event;
		uint8_t code;
	} table[] = {
		{LINE_ATTACH, 1},          {LINE_DETACH, 2},  {LINE_RESET, 3},
		{LINE_RESET_END, 4},       {LINE_SUSPEND, 5}, {LINE_RESUME, 6},
		{LINE_KEEPALIVE, 7},       {LINE_SPEED, 8},   {LINE_BLIND, 9},
		{LINE_SIGHTED, 10},        {LINE_GATE, 11},   {LINE_SE0, 0x80 + 3},
		{LINE_VBUS_ON, 0x80 + 18},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct record r = {.kind = RECORD_LINE, .line = {.event = table[i].event}};
		uint8_t code = 0;
		const struct wire_sink sink = {.context = &code, .record = on_code};
		struct wire_reader reader;

		tap_dump_init(&dump, 0);
		tap_dump_record(&dump, &r);
		wire_reader_init(&reader);
		wire_reader_push(&reader, dump.bytes, dump.len, &sink);
		assert_int_equal(code, table[i].code);
		assert_int_equal(tap_line_event(table[i].code), table[i].event);
	}
	assert_int_equal(tap_line_event(12), LINE_UNKNOWN);
}

static void a_gap_has_its_span(void **state)
{
	struct record ticks = {.kind = RECORD_CC, .t_ns = 1000000};
	static struct collection c;

	(void)state;
	tap_dump_init(&dump, 0);
	tap_dump_record(&dump, &ticks);
	dump.sequence += 3;
	ticks.t_ns = 9000000;
	tap_dump_record(&dump, &ticks);
	assert_int_equal(fd_read(bytes_fd(dump.bytes, dump.len), &c), ERR_NONE);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.seen[1].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[1].r.t_ns, 0);
	assert_int_equal(c.seen[1].r.lost.until_ns, 8000000);
	assert_int_equal(c.seen[1].r.lost.count, 3);
	assert_int_equal(c.seen[1].r.lost.what, WIRE_LOST_BLOCKS);
	assert_int_equal(c.info.lost, 1);
}

/* It starts anew: numbers and ticks begin again, and time goes on, whatever it calls this boot. */
static void starts_anew(uint32_t ids_apart, bool hello_lost)
{
	struct record r = tap_records[0];
	struct record mark = {.kind = RECORD_MARK,
	                      .text = {.bytes = (const uint8_t *)"x", .len = 1}};
	static struct collection c;

	tap_dump_init(&dump, 600000000);
	tap_dump_record(&dump, &r);
	r.t_ns = 2000000000;
	tap_dump_record(&dump, &r);
	dump.first_tick = 240;
	dump.sequence = 0;
	r.hello.boot_id += ids_apart;
	r.t_ns = 0;
	tap_dump_record(&dump, hello_lost ? &mark : &r);
	r.t_ns = 1000000000;
	tap_dump_record(&dump, &r);
	assert_int_equal(fd_read(bytes_fd(dump.bytes, dump.len), &c), ERR_NONE);
	assert_int_equal(c.count, 5);
	assert_int_equal(c.seen[2].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[2].r.lost.count, 0);
	assert_int_equal(c.seen[3].r.t_ns, 2000000000);
	assert_int_equal(c.seen[4].r.t_ns, 3000000000);
}

static void a_tap_that_starts_anew(void **state)
{
	(void)state;
	starts_anew(1, false);
	starts_anew(0, false);
	starts_anew(0, true);
	starts_anew(1, true);
}

/* Numbers go on, as after a block that was damaged: the tick of a HELLO alone says that it is another boot. */
static void a_hello_before_the_last_tick(void **state)
{
	struct record r = tap_records[0];
	static struct collection c;

	(void)state;
	tap_dump_init(&dump, 600000000);
	for (unsigned i = 0; i < 3; i++, r.t_ns += 1000000000)
		tap_dump_record(&dump, &r);
	dump.first_tick = 240;
	r.t_ns = 0;
	tap_dump_record(&dump, &r);
	r.t_ns = 500000000;
	tap_dump_record(&dump, &r);
	assert_int_equal(fd_read(bytes_fd(dump.bytes, dump.len), &c), ERR_NONE);
	assert_int_equal(c.count, 6);
	assert_int_equal(c.seen[3].r.kind, RECORD_LOST);
	assert_int_equal(c.seen[3].r.t_ns, 2000000000);
	assert_int_equal(c.seen[4].r.t_ns, 2000000000);
	assert_int_equal(c.seen[5].r.t_ns, 2500000000);
}

/* Within a boot a record may be of a time before the one in front of it: a fold's is its first packet's. */
static void a_record_of_earlier(void **state)
{
	struct record r = tap_records[0];
	struct record mark = {.kind = RECORD_MARK,
	                      .text = {.bytes = (const uint8_t *)"x", .len = 1}};
	static struct collection c;

	(void)state;
	tap_dump_init(&dump, 600000000);
	tap_dump_record(&dump, &r);
	r.t_ns = 2000000000;
	tap_dump_record(&dump, &r);
	mark.t_ns = 1500000000;
	tap_dump_record(&dump, &mark);
	r.t_ns = 3000000000;
	tap_dump_record(&dump, &r);
	assert_int_equal(fd_read(bytes_fd(dump.bytes, dump.len), &c), ERR_NONE);
	assert_int_equal(c.count, 4);
	assert_int_equal(c.seen[2].r.t_ns, 1500000000);
	assert_int_equal(c.seen[3].r.t_ns, 3000000000);
}

/* A body that is too short for its kind is a packet lost, whatever it was; one that is longer is read. */
static void short_and_long_bodies(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TAP_RECORDS; i++) {
		const enum record_kind kind = tap_records[i].kind;
		bool open_ended = kind == RECORD_MARK || kind == RECORD_PROFILE ||
		                  kind == RECORD_CLAIM || kind == RECORD_LAYOUT ||
		                  kind == RECORD_UNKNOWN;
		struct record r = {.t_ns = 0};
		struct wire_record w;
		uint8_t body[TAP_BODY_MAX];
		struct tap t;

		tap_init(&t);
		assert_true(tap_encode(&t, &tap_records[i], body, &w));
		for (uint16_t len = 0; len < w.len; len++) {
			struct wire_record cut = w;
			uint8_t *exact = malloc(len ? len : 1);
			enum tap_result result;

			memcpy(exact, body, len);
			cut.body = exact;
			cut.len = len;
			result = tap_decode(&t, &cut, &r);
			if (open_ended)
				assert_int_equal(result, TAP_RECORD);
			else if (len < 4 && kind != RECORD_EDGES)
				assert_int_equal(result, TAP_MALFORMED);
			free(exact);
		}
		if (kind != RECORD_EDGES) {
			w.len++;
			body[w.len - 1] = 0;
			assert_int_equal(tap_decode(&t, &w, &r), TAP_RECORD);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dump_comes_back),
		cmocka_unit_test(pcapng_comes_back),
		cmocka_unit_test(foreign_user0_is_skipped),
		cmocka_unit_test(tshark_has_no_complaint),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(damage_is_counted_and_passed),
		cmocka_unit_test(a_length_beyond_the_end_hides_no_block),
		cmocka_unit_test(events_have_their_codes),
		cmocka_unit_test(a_gap_has_its_span),
		cmocka_unit_test(a_tap_that_starts_anew),
		cmocka_unit_test(a_hello_before_the_last_tick),
		cmocka_unit_test(a_record_of_earlier),
		cmocka_unit_test(short_and_long_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
