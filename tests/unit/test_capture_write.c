/* What the writer writes, the reader and tshark read: packets, URBs, line events, losses, in both byte orders. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture/line_events.h"
#include "capture/pcapng_write.h"
#include "capture/urb_bytes.h"
#include "core/bytes.h"
#include "capture_image.h"

static struct collection c;

static const uint8_t token[] = {0x2d, 0x00, 0x10};
static const uint8_t data0[] = {0xc3, 0x80, 0x06, 0x00, 0x01, 0x00, 0x00, 0x40, 0x00, 0xdd, 0x94};

static const struct pcapng_interface interfaces[] = {
	{.link_type = 294, .name = "full speed"},
	{.link_type = 293, .name = "low speed"},
	{.link_type = 220},
};

static struct pcapng_head head(bool big)
{
	return (struct pcapng_head){
		.hardware = "a tap",
		.application = "Cordon test",
		.comment = "made by a test",
		.start_ns = 1700000000000000000,
		.big_endian = big,
		.interfaces = interfaces,
		.interface_count = 3,
	};
}

static const struct record records[] = {
	{.kind = RECORD_LINE, .t_ns = -500, .line = {.event = LINE_ATTACH, .speed = USB_SPEED_LOW}},
	{.kind = RECORD_PACKET, .t_ns = 0, .packet_data = {token, 3, 3, USB_SPEED_LOW, 0}},
	{.kind = RECORD_PACKET,
         .t_ns = 1,
         .packet_data = {data0, sizeof(data0), sizeof(data0), USB_SPEED_FULL, 0}},
	{.kind = RECORD_LINE, .t_ns = 7, .line = {.event = LINE_RESET}},
	{.kind = RECORD_PACKET,
         .t_ns = 4000000000,
         .packet_data = {data0, 5, 500, USB_SPEED_FULL,
                         PACKET_ERROR_RECEIVER | PACKET_ERROR_OVERFLOW | PACKET_CUT}},
	{.kind = RECORD_LOST, .t_ns = 5000000000, .lost = {.packets = 9, .until_ns = 6000000000}},
	{.kind = RECORD_URB,
         .t_ns = 7000001000,
         .bus = 3,
         .urb = {.id = 0x123456789abcdef0,
                 .phase = URB_SUBMIT,
                 .type = USB_TYPE_CONTROL,
                 .address = 5,
                 .endpoint = 0x80,
                 .has_setup = true,
                 .setup = {0x80, 6, 0, 1, 0, 0, 18, 0},
                 .status = URB_STATUS_PENDING,
                 .len_true = 18}},
	{.kind = RECORD_URB,
         .t_ns = 7000002000,
         .bus = 3,
         .urb = {.id = 0x123456789abcdef0,
                 .phase = URB_COMPLETE,
                 .type = USB_TYPE_CONTROL,
                 .address = 5,
                 .endpoint = 0x80,
                 .status = URB_STATUS_STALL,
                 .data = data0,
                 .len = 11,
                 .len_true = 18}},
	{.kind = RECORD_PACKET,
         .t_ns = 8000000000,
         .packet_data = {token, 3, 3, USB_SPEED_FULL, 0}},
};

enum {
	RECORDS = sizeof(records) / sizeof(records[0]),
};

static int written(bool big)
{
	int fd = memfd_create("written", MFD_CLOEXEC);
	struct pcapng_head h = head(big);
	struct pcapng_writer *w;

	assert_int_equal(pcapng_create_fd(&w, dup(fd), &h), ERR_NONE);
	for (size_t i = 0; i < RECORDS; i++)
		pcapng_record(w, &records[i]);
	assert_int_equal(pcapng_left_out(w), 0);
	assert_int_equal(pcapng_close(w), ERR_NONE);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void reads_back(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		const struct seen *s = c.seen;

		assert_int_equal(fd_read(written(big), &c), ERR_NONE);
		assert_string_equal(c.info.hardware, "a tap");
		assert_string_equal(c.info.application, "Cordon test");
		assert_string_equal(c.info.comment, "made by a test");
		assert_int_equal(c.info.big_endian, big);
		assert_int_equal(c.info.interfaces, 3);
		assert_int_equal(c.info.lost, 9);
		assert_int_equal(c.info.events, 2);
		assert_int_equal(c.info.packets, 6);
		assert_false(c.info.truncated);
		assert_int_equal(c.count, RECORDS);
		/* The loss is told with the next packet of its interface: it comes after the URBs. */
		for (size_t i = 0; i < RECORDS; i++) {
			const struct record *want = &records[i < 5   ? i
			                                     : i < 7 ? i + 1
			                                     : i < 8 ? 5
			                                             : 8];
			const struct record *got = &s[i].r;

			assert_int_equal(got->kind, want->kind);
			if (want->kind != RECORD_LOST)
				assert_int_equal(got->t_ns, want->t_ns);
			if (want->kind == RECORD_PACKET) {
				assert_int_equal(got->bus, 0);
				assert_int_equal(got->step_ns, 1);
				assert_int_equal(got->packet_data.len, want->packet_data.len);
				assert_int_equal(got->packet_data.len_true,
				                 want->packet_data.len_true);
				assert_int_equal(got->packet_data.speed, want->packet_data.speed);
				assert_int_equal(got->packet_data.flags, want->packet_data.flags);
				assert_memory_equal(s[i].bytes, want->packet_data.bytes,
				                    want->packet_data.len);
			}
			if (want->kind == RECORD_LINE) {
				assert_int_equal(got->line.event, want->line.event);
				assert_int_equal(got->line.speed, want->line.speed);
			}
			if (want->kind == RECORD_LOST)
				assert_int_equal(got->lost.packets, 9);
			if (want->kind != RECORD_URB)
				continue;
			assert_int_equal(got->bus, 3);
			assert_int_equal(got->urb.id, want->urb.id);
			assert_int_equal(got->urb.phase, want->urb.phase);
			assert_int_equal(got->urb.type, want->urb.type);
			assert_int_equal(got->urb.address, want->urb.address);
			assert_int_equal(got->urb.endpoint, want->urb.endpoint);
			assert_int_equal(got->urb.status, want->urb.status);
			assert_int_equal(got->urb.has_setup, want->urb.has_setup);
			assert_memory_equal(got->urb.setup, want->urb.setup, 8);
			assert_int_equal(got->urb.len, want->urb.len);
			assert_int_equal(got->urb.len_true, want->urb.len_true);
			if (want->urb.len)
				assert_memory_equal(s[i].bytes, want->urb.data, want->urb.len);
			else
				assert_null(got->urb.data);
		}
	}
}

static void same_calls_same_bytes(void **state)
{
	static char a[8192], b[8192];
	int fd = written(false), other = written(false);
	ssize_t len = read(fd, a, sizeof(a));

	(void)state;
	assert_in_range(len, 500, sizeof(a) - 1);
	assert_int_equal(read(other, b, sizeof(b)), len);
	assert_memory_equal(a, b, len);
	close(fd);
	close(other);
}

/* What only Wireshark reads of usbmon's header: the time, once more, and that nothing stands in the unused fields. */
static void urb_header_times(void **state)
{
	const struct record_urb u = {.type = USB_TYPE_INTERRUPT, .endpoint = 0x81};
	uint8_t head[URB_BYTES];

	(void)state;
	urb_bytes(head, &u, 0x0102, 1700000007654321987, false);
	assert_int_equal(load_le64(head + 16), 1700000007);
	assert_int_equal(load_le32(head + 24), 654321);
	assert_int_equal(load_le16(head + 12), 0x0102);
	assert_int_equal(load_le32(head + 56), 0x200);
	urb_bytes(head, &u, 0x0102, 1700000007654321987, true);
	assert_int_equal(__builtin_bswap64(load_le64(head + 16)), 1700000007);
	assert_int_equal(__builtin_bswap32(load_le32(head + 24)), 654321);
	assert_int_equal(load_le32(head + 60), 0);
}

static void each_event_code_returns(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		struct record_line line = line_event_of((uint8_t)code);

		assert_int_equal(line.code, code);
		assert_int_equal(line_event_code(&line), code >= 1 && code <= 30 ? code : 0);
	}
	/* Without a code of its own, and with a speed that Packetry does not tell. */
	assert_int_equal(line_event_code(&(struct record_line){.event = LINE_DETACH}), 0);
	assert_int_equal(
		line_event_code(&(struct record_line){.event = LINE_RESET, .speed = USB_SPEED_LOW}),
		25);
}

static void what_has_no_place_is_counted(void **state)
{
	const struct pcapng_interface only = {.link_type = 294};
	const struct pcapng_head h = {.interfaces = &only, .interface_count = 1};
	struct record r = {.kind = RECORD_PACKET, .packet_data = {token, 3, 3, USB_SPEED_HIGH, 0}};
	struct pcapng_writer *w;

	(void)state;
	assert_int_equal(pcapng_create_fd(&w, open("/dev/null", O_WRONLY), &h), ERR_NONE);
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_URB};
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_TICK};
	pcapng_record(w, &r);
	r = (struct record){.kind = RECORD_LINE, .line.event = LINE_BLIND};
	pcapng_record(w, &r);
	pcapng_block(w, 1, 0, token, 3);
	assert_int_equal(pcapng_left_out(w), 5);
	pcapng_block(w, 0, 0, token, 3);
	assert_int_equal(pcapng_left_out(w), 5);
	assert_int_equal(pcapng_close(w), ERR_NONE);
}

static void failures_are_told(void **state)
{
	struct pcapng_head h = head(false);
	struct pcapng_writer *w;

	(void)state;
	assert_int_equal(pcapng_create(&w, "/nowhere/at/all", &h), ERR_OPEN);
	assert_int_equal(errno, ENOENT);
	assert_null(w);
	assert_int_equal(pcapng_create(&w, "/dev/full", &h), ERR_NONE);
	for (size_t i = 0; i < 10000; i++)
		pcapng_record(w, &records[1]);
	errno = 0;
	assert_int_equal(pcapng_close(w), ERR_WRITE);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(pcapng_close(NULL), ERR_NONE);
}

static size_t output_of(const char *command, char *out, size_t size)
{
	FILE *f = popen(command, "r");
	size_t len;

	assert_non_null(f);
	len = fread(out, 1, size - 1, f);
	out[len] = '\0';
	assert_int_equal(pclose(f), 0);
	return len;
}

/* Also standard error: any complaint of tshark fails. */
static void tshark_reads_it(void **state)
{
	static const char want[] = "usbll\t1700000000.000000000\t2\n"
				   "usbll\t1700000000.000000001\t1\n"
				   "usbll\t1700000004.000000000\t1\n"
				   "usb\t1700000007.000001000\t3\n"
				   "usb\t1700000007.000002000\t3\n"
				   "usbll\t1700000008.000000000\t1\n";
	char out[4096], command[512];

	(void)state;
	if (system("command -v tshark >/dev/null") != 0) {
		print_message("tshark is not installed\n");
		skip();
	}
	for (int big = 0; big < 2; big++) {
		char bytes[8192], path[] = "/tmp/cordon-write-XXXXXX";
		int fd = written(big), to = mkstemp(path);
		ssize_t len = read(fd, bytes, sizeof(bytes));

		assert_int_equal(write(to, bytes, (size_t)len), len);
		close(to);
		close(fd);
		snprintf(command, sizeof(command),
		         "tshark -r %s -Y 'usb or usbll' -T fields -e frame.protocols "
		         "-e frame.time_epoch -e frame.interface_id 2>&1 | "
		         "grep -v ^Running | "
		         "awk -F'\\t' '{split($1,p,\":\"); print p[1] \"\\t\" $2 \"\\t\" $3+1}'",
		         path);
		output_of(command, out, sizeof(out));
		assert_string_equal(out, want);
		snprintf(command, sizeof(command), "capinfos -Tm -c -r %s 2>&1 | tail -1", path);
		output_of(command, out, sizeof(out));
		unlink(path);
		assert_non_null(strstr(out, ",6\n"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back),
		cmocka_unit_test(same_calls_same_bytes),
		cmocka_unit_test(urb_header_times),
		cmocka_unit_test(each_event_code_returns),
		cmocka_unit_test(what_has_no_place_is_counted),
		cmocka_unit_test(failures_are_told),
		cmocka_unit_test(tshark_reads_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
