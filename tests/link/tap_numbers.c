/*
 * What the simulated tap numbered, in a recording: how many packets, how many jumps in their numbers, how many records of
 * losses, how many starts of the tap that its boot id tells, how many
 * records of a time before the one in front of them.
 * usage: tap_numbers FILE
 *        tap_numbers --alerts FILE      their numbers, and "hid" behind those that the stream did not bring, a line each
 *        tap_numbers --settings FILE    what a command changed, but for capturing itself: number and value, a line each
 */
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "tests/unit/sim_tap.h"

/* Within a millisecond the tap's records stand as they were made. */
#define DISORDER_NS INT64_C(2000000)

struct counts {
	uint64_t packets, next, jumps, lost, boots, back;
	int64_t last_ns;
	int64_t lost_ns;
	uint32_t boot_id;
};

static void see(void *context, const struct record *r)
{
	struct counts *c = context;
	uint64_t number;

	c->back += r->t_ns + DISORDER_NS < c->last_ns;
	c->last_ns = r->t_ns;
	if (sim_tap_number(r, &number)) {
		c->jumps += c->packets && number != c->next;
		c->next = number + 1;
		c->packets++;
	}
	if (r->kind == RECORD_LOST) {
		c->lost++;
		c->lost_ns += r->lost.until_ns - r->t_ns;
	}
	if (r->kind == RECORD_HELLO && r->hello.boot_id != c->boot_id) {
		c->boot_id = r->hello.boot_id;
		c->boots++;
	}
}

static void see_setting(void *context, const struct record *r)
{
	(void)context;
	if (r->kind == RECORD_SETTING && r->setting.setting != WIRE_SET_CAPTURE &&
	    r->setting.cause == WIRE_BY_COMMAND)
		printf("%u=%u\n", r->setting.setting, r->setting.after);
}

static void see_alert(void *context, const struct record *r)
{
	(void)context;
	if (r->kind == RECORD_ALERT)
		printf("%u%s\n", r->alert.sequence, r->flags & RECORD_BY_HID ? "hid" : "");
}

int main(int argc, char **argv)
{
	struct counts c = {0};
	bool settings = argc == 3 && strcmp(argv[1], "--settings") == 0;
	bool alerts = argc == 3 && strcmp(argv[1], "--alerts") == 0;
	const struct record_sink sink = {.context = &c,
	                                 .record = settings ? see_setting
	                                           : alerts ? see_alert
	                                                    : see};
	struct capture *capture;
	enum err err;

	if ((argc != 2 && !settings && !alerts) || capture_open(&capture, argv[argc - 1]))
		return 2;
	err = capture_run(capture, &sink);
	if (!settings && !alerts)
		printf("packets=%llu jumps=%llu lost=%llu lost_ms=%lld boots=%llu back=%llu "
		       "truncated=%d\n",
		       (unsigned long long)c.packets, (unsigned long long)c.jumps,
		       (unsigned long long)c.lost, (long long)(c.lost_ns / 1000000),
		       (unsigned long long)c.boots, (unsigned long long)c.back,
		       capture_info(capture)->truncated);
	capture_free(capture);
	return err ? 1 : 0;
}
