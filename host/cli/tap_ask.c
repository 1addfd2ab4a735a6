/* See tap_ask.h. */
#include "cli/tap_ask.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cli/clock.h"

#define HELLO_NS INT64_C(1000000000)

struct asking {
	const struct tap_question *question;
	struct tap_answer *answer;
};

static void on_record(void *context, const struct record *r)
{
	struct asking *q = context;
	struct tap_answer *a = q->answer;

	if (r->kind != RECORD_REPLY || !q->question || r->reply.head.opcode != q->question->opcode)
		return;
	a->replied = true;
	a->reply = r->reply.head;
	a->len = r->reply.data.len < sizeof(a->data) ? r->reply.data.len : sizeof(a->data);
	memcpy(a->data, r->reply.data.bytes, a->len);
}

/* Until `done` is true, at most to `end`. */
static void pump(struct link *l, struct asking *q, const bool *done, int64_t end)
{
	const struct record_sink sink = {.context = q, .record = on_record};
	struct tap_answer *a = q->answer;
	enum link_state state = LINK_WAIT;

	while (!a->err && state != LINK_OVER && !*done && clock_now_ns() < end) {
		struct pollfd wait = {.fd = link_fd(l), .events = POLLIN};
		int64_t due;

		a->err = link_pump(l, clock_now_ns(), &sink, &state);
		a->known = link_status(l)->hello.tick_hz != 0;
		if (a->err || *done || state != LINK_WAIT)
			continue;
		due = link_due(l) < end ? link_due(l) : end;
		due -= clock_now_ns();
		poll(&wait, 1, due > 0 ? (int)(due / 1000000) + 1 : 0);
	}
}

void tap_ask(const struct usb_tap *t, const struct tap_question *question, struct tap_answer *a)
{
	struct asking q = {.question = question, .answer = a};
	struct link *l;

	*a = (struct tap_answer){0};
	a->err = link_usb_open(&l, t->serial, false, a->message);
	if (a->err)
		return;
	pump(l, &q, &a->known, clock_now_ns() + HELLO_NS);
	if (a->known && !a->err && question) {
		if (!link_command(l, question->opcode, question->args, question->len))
			a->err = ERR_USB;
		pump(l, &q, &a->replied, clock_now_ns() + question->patience_ns);
	}
	a->hello = link_status(l)->hello;
	snprintf(a->message, sizeof(a->message), "%s", link_status(l)->message);
	if ((!a->known || (question && !a->replied)) && !a->err)
		a->err = ERR_SILENT;
	link_free(l);
}
