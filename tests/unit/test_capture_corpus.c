/*
 * Other people's captures: all of them are read to their end, and a choice of them field by field as tshark reads them.
 * Skipped where the corpus or tshark is absent.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture_image.h"

#define CORPUS "../shared/corpus/captures/"

enum {
	LINES_MAX = 2000,
	LINE_MAX_LEN = 128,
};

static struct collection c;

static bool absent(const char *what, bool there)
{
	if (!there)
		print_message("skipped: %s is not here\n", what);
	return !there;
}

static void all_are_read_to_the_end(void **state)
{
	glob_t files = {0};

	(void)state;
	if (absent(CORPUS, glob(CORPUS "*.pcap*", 0, NULL, &files) == 0))
		skip();
	assert_in_range(files.gl_pathc, 50, 1000);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const struct record_sink sink = {.context = &c, .record = collect};
		struct capture *capture;

		memset(&c, 0, sizeof(c));
		assert_int_equal(capture_open(&capture, files.gl_pathv[i]), ERR_NONE);
		assert_int_equal(capture_run(capture, &sink), ERR_NONE);
		c.info = *capture_info(capture);
		assert_false(c.info.truncated);
		assert_int_equal(c.info.packets_unreadable, 0);
		assert_int_equal(c.info.events_dropped, 0);
		assert_int_equal(c.info.packets, c.info.packets_used + c.info.packets_skipped);
		assert_int_equal(c.count, c.info.packets_used + c.info.events);
		if (strstr(files.gl_pathv[i], "elite-plug"))
			assert_int_equal(c.info.events, 2067);
		capture_free(capture);
	}
	globfree(&files);
}

struct lines {
	char text[LINES_MAX][LINE_MAX_LEN];
	size_t count;
	bool setup_is_data; /* USBPcap: tshark counts the eight bytes as data */
};

/* A record as tshark's fields are printed below. */
static void print_record(void *context, const struct record *r)
{
	struct lines *l = context;
	char *line = l->text[l->count];

	assert_in_range(l->count, 0, LINES_MAX - 1);
	if (r->kind == RECORD_PACKET)
		snprintf(line, LINE_MAX_LEN, "%lld %u", (long long)r->t_ns, r->packet_data.len);
	else if (r->kind == RECORD_URB)
		snprintf(line, LINE_MAX_LEN, "%lld %llx %u %u %u %u", (long long)r->t_ns,
		         (unsigned long long)r->urb.id, r->bus, r->urb.address, r->urb.type,
		         r->urb.len + (r->urb.has_setup && l->setup_is_data ? 8 : 0));
	else if (r->kind == RECORD_TICK)
		snprintf(line, LINE_MAX_LEN, "%lld", (long long)r->t_ns);
	else
		return;
	l->count++;
}

static int64_t nanoseconds(const char *epoch)
{
	char *dot;
	int64_t seconds = strtoll(epoch, &dot, 10);

	return seconds * 1000000000 + strtoll(dot + 1, NULL, 10);
}

/* The same from tshark; frames without a time are custom blocks, those that are not USB another link type. */
static size_t tshark_lines(const char *path, bool urb, struct lines *l)
{
	char command[512], line[512];
	int64_t first = 0;
	FILE *f;

	snprintf(command, sizeof(command),
	         "tshark -r %s -T fields -E occurrence=f -e frame.time_epoch -e frame.protocols "
	         "-e frame.len -e usb.urb_id -e usb.irp_id -e usb.bus_id -e usb.device_address "
	         "-e usb.transfer_type -e usb.data_len 2>/dev/null",
	         path);
	f = popen(command, "r");
	assert_non_null(f);
	l->count = 0;
	while (fgets(line, sizeof(line), f)) {
		char *field[9], *at = line;
		int64_t t;

		line[strcspn(line, "\n")] = '\0';
		for (size_t n = 0; n < 9; n++) {
			field[n] = strsep(&at, "\t");
			assert_non_null(field[n]);
		}
		if (!*field[0] || strncmp(field[1], "usb", 3) != 0)
			continue;
		t = nanoseconds(field[0]);
		if (!l->count)
			first = t;
		assert_in_range(l->count, 0, LINES_MAX - 1);
		if (urb)
			snprintf(l->text[l->count++], LINE_MAX_LEN, "%lld %llx %s %s %lu %s",
			         (long long)(t - first),
			         strtoull(*field[3] ? field[3] : field[4], NULL, 16), field[5],
			         field[6], strtoul(field[7], NULL, 16), field[8]);
		else
			snprintf(l->text[l->count++], LINE_MAX_LEN, "%lld %s",
			         (long long)(t - first), field[2]);
	}
	assert_int_equal(pclose(f), 0);
	return l->count;
}

static void the_same_as_tshark(void **state)
{
	static const struct {
		const char *path;
		bool urb;
		size_t packets;
	} files[] = {
		{CORPUS "spiceywasabi__captures__capture-simple-usb-elite-plug.pcapng", false,
	         1283},
		{CORPUS "ataradov__doc__usb_ls_mouse.pcapng", false, 1251},
		{CORPUS "greatscottgadgets__tests__double-setup__capture.pcap", false, 4},
		{CORPUS "rohess__usb-keyboard.pcapng", true, 592},
		{CORPUS "0xd13a__ctfs__hackit2017__foren100__task.pcap", true, 835},
	};
	static struct lines mine, theirs;

	(void)state;
	if (absent("tshark", system("command -v tshark >/dev/null") == 0) ||
	    absent(CORPUS, access(files[0].path, R_OK) == 0))
		skip();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct record_sink sink = {.context = &mine, .record = print_record};
		struct capture *capture;

		mine.count = 0;
		mine.setup_is_data = strstr(files[i].path, "task.pcap") != NULL;
		assert_int_equal(capture_open(&capture, files[i].path), ERR_NONE);
		assert_int_equal(capture_run(capture, &sink), ERR_NONE);
		capture_free(capture);
		assert_int_equal(tshark_lines(files[i].path, files[i].urb, &theirs),
		                 files[i].packets);
		assert_int_equal(mine.count, files[i].packets);
		for (size_t n = 0; n < mine.count; n++)
			/* What was merged has a time alone. */
			assert_memory_equal(mine.text[n], theirs.text[n],
			                    strchr(mine.text[n], ' ') ? strlen(theirs.text[n]) + 1
			                                              : strlen(mine.text[n]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_read_to_the_end),
		cmocka_unit_test(the_same_as_tshark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
