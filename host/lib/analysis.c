/*
 * The layers put together for one input; what was typed is gathered here, for the rules have no use for text.
 */
#include "lib/analysis.h"

#include <stdlib.h>
#include <string.h>

#include "detect/rule_injected_typing.h"
#include "lib/operator.h"
#include "model/decode.h"
#include "report/profile_file.h"
#include "report/transcript.h"
#include "usb/stream.h"

enum { KEYBOARDS_MAX = MODEL_HIDS_MAX };

/* One keyboard's keys. It outlives the keyboard's slot in the model. */
struct typed {
	uint32_t hid; /* model_hid.id */
	uint16_t bus;
	uint8_t address, interface;
	struct transcript keys;
};

struct analysis {
	struct analysis_options options;
	struct profile host;
	struct profile recorded; /* what the input says that it was made for */
	bool seen_traffic;
	struct usb_stream *usb;
	struct decode *decode;
	struct engine *engine;
	uint32_t wanted;    /* EVENT_BIT of what the rules and those who watch listen to */
	uint64_t keys;      /* of all keyboards */
	uint64_t forgotten; /* keyboards that typed and are not kept */
	unsigned keyboards;
	struct typed typed[KEYBOARDS_MAX];
	struct report_keystrokes shown[KEYBOARDS_MAX];
	struct coverage_input seen;
	struct coverage coverage;
	uint64_t skipped_packets;
	size_t findings; /* so far */
	struct operator operator;
	struct capture_test test;
	struct report_label labels[CAPTURE_TEST_FIELDS];
};

/* What is new may be the attack: whoever typed least gives its place up, of equals the oldest. */
static unsigned least_typed(const struct analysis *a)
{
	unsigned least = 0;

	for (unsigned i = 1; i < a->keyboards; i++)
		if (a->typed[i].keys.count < a->typed[least].keys.count ||
		    (a->typed[i].keys.count == a->typed[least].keys.count &&
		     a->typed[i].hid < a->typed[least].hid))
			least = i;
	return least;
}

static struct typed *typed_by(struct analysis *a, const struct event *e)
{
	struct typed *t;

	/* The last keyboard is the likeliest. */
	for (unsigned i = a->keyboards; i-- > 0;)
		if (a->typed[i].hid == e->hid->id)
			return &a->typed[i];
	if (a->keyboards < KEYBOARDS_MAX)
		t = &a->typed[a->keyboards++];
	else
		t = &a->typed[least_typed(a)];
	a->forgotten += t->keys.count > 0;
	t->hid = e->hid->id;
	transcript_init(&t->keys);
	return t;
}

static void keys(struct analysis *a, const struct event *e)
{
	struct typed *t;

	if (!e->keys->presses)
		return;
	t = typed_by(a, e);
	a->keys += e->keys->presses;
	t->bus = e->device->bus;
	t->address = e->device->address;
	t->interface = e->hid->interface;
	for (unsigned i = 0; i < e->keys->presses; i++)
		transcript_key(&t->keys, analysis_layout(a), e->keys->press[i], e->keys->modifiers,
		               e->keys->t_ns);
}

static void leds(struct analysis *a, const struct event *e)
{
	transcript_leds(&typed_by(a, e)->keys, e->hid->leds);
}

/* Evidence is forgotten last: a device that something was found on keeps its slot. */
static void keep(struct analysis *a, const struct model_device *device)
{
	size_t findings;

	engine_findings(a->engine, &findings);
	findings += engine_findings_dropped(a->engine);
	if (findings > a->findings)
		decode_keep(a->decode, device);
	a->findings = findings;
}

static void listen(struct analysis *a)
{
	a->wanted = a->options.watch ? UINT32_MAX
	                             : engine_wanted(a->engine) | EVENT_BIT(EVENT_KEYS) |
	                                       EVENT_BIT(EVENT_LED);
}

static void on_event(void *context, const struct event *e)
{
	struct analysis *a = context;

	if (e->kind == EVENT_KEYS)
		keys(a, e);
	else if (e->kind == EVENT_LED)
		leds(a, e);
	engine_event(a->engine, e);
	if (e->device)
		keep(a, e->device);
	if (a->options.watch)
		a->options.watch(a->options.watch_context, a->engine, e);
	else
		listen(a);
}

/*
 * The profile that was recorded, where nobody asked for another: it holds from the start, so that one that comes behind
 * traffic or findings is too late. The rules begin anew under it.
 */
static __attribute__((noinline)) void take_profile(struct analysis *a,
                                                   const struct record_text *text)
{
	/* With the JSON of a declared device behind them. */
	static const struct {
		const char *head;
		enum profile_kind kind;
	} declared[] = {
		{"device\n", PROFILE_DEVICE},
		{"keyboard\n", PROFILE_KEYBOARD},
	};
	const char *name = (const char *)text->bytes;
	char error[PROFILE_ERROR_MAX];
	struct profile p = {.kind = PROFILE_HOST};
	struct engine *engine;
	bool known = false;

	if (a->options.profile != &a->host || a->seen_traffic || a->findings)
		return;
	for (unsigned i = 0; i < profile_infos_count; i++)
		if (profile_infos[i].kind != PROFILE_DEVICE &&
		    strlen(profile_infos[i].name) == text->len &&
		    memcmp(profile_infos[i].name, name, text->len) == 0) {
			p.kind = profile_infos[i].kind;
			known = true;
		}
	for (unsigned i = 0; i < sizeof(declared) / sizeof(declared[0]); i++) {
		size_t head = strlen(declared[i].head);

		if (text->len <= head || memcmp(name, declared[i].head, head) != 0)
			continue;
		known = profile_file_parse(&p, "capture", name + head, text->len - head, error);
		p.kind = declared[i].kind;
	}
	if (!known)
		return;
	a->recorded = p;
	engine = engine_new(decode_model(a->decode), &a->recorded);
	if (!engine)
		return;
	engine_free(a->engine);
	a->engine = engine;
	a->options.profile = &a->recorded;
	listen(a);
}

static __attribute__((noinline)) void take_other(struct analysis *a, const struct record *r)
{
	if (r->kind == RECORD_PROFILE)
		take_profile(a, &r->text);
	else if (r->kind == RECORD_MARK || r->kind == RECORD_LAYOUT)
		operator_record(&a->operator, r);
	usb_stream_record(a->usb, r);
}

/* Traffic goes through here with nothing to save and restore. */
static void on_record(void *context, const struct record *r)
{
	struct analysis *a = context;

	if (r->kind > RECORD_URB) {
		take_other(a, r);
		return;
	}
	a->seen_traffic = true;
	usb_stream_record(a->usb, r);
}

enum err analysis_new(struct analysis **out, const struct analysis_options *o)
{
	struct analysis *a = calloc(1, sizeof(*a));
	struct usb_sink sink;

	*out = a;
	if (!a)
		return ERR_MEMORY;
	a->options = *o;
	a->host.kind = PROFILE_HOST;
	if (!a->options.profile)
		a->options.profile = &a->host;
	a->decode = decode_new(
		&(struct event_sink){.context = a, .event = on_event, .wanted = &a->wanted});
	if (a->decode) {
		sink = decode_usb_sink(a->decode);
		a->usb = usb_stream_new(&sink);
		a->engine = engine_new(decode_model(a->decode), a->options.profile);
	}
	if (a->engine)
		listen(a);
	if (!a->usb || !a->engine) {
		analysis_free(a);
		*out = NULL;
		return ERR_MEMORY;
	}
	return ERR_NONE;
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	usb_stream_free(a->usb);
	engine_free(a->engine);
	decode_free(a->decode);
	operator_release(&a->operator);
	free(a);
}

struct layout *analysis_layout(const struct analysis *a)
{
	if (!a->options.layout || a->options.layout_holds || !a->operator.layout)
		return a->options.layout;
	return a->operator.layout;
}

bool analysis_set_layout(struct analysis *a, const char *name)
{
	return operator_layout(&a->operator, name, strlen(name));
}

const struct model *analysis_model(const struct analysis *a)
{
	return decode_model(a->decode);
}

struct record_sink analysis_sink(struct analysis *a)
{
	return (struct record_sink){.context = a, .record = on_record};
}

static uint64_t transfers(const struct model *m)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < m->devices; i++)
		n += m->device[i].transfers;
	return n;
}

void analysis_look(struct analysis *a, const struct capture_info *info)
{
	const struct usb_counts *counts = usb_stream_counts(a->usb);
	const struct model *m = decode_model(a->decode);

	a->seen = (struct coverage_input){
		.duration_ns = info->duration_ns,
		/* Halves of early USBPcap transfers are joined on the way: the file's packets are counted there. */
		.packets =
			info->packets_used > counts->packets ? info->packets_used : counts->packets,
		.bad_packets = counts->bad_packets,
		.lost_packets = counts->lost_packets,
		.blind_ns = m->blind_ns,
		.transfers = transfers(m),
		.undecided_keyboards =
			injected_typing_undecided(engine_rule_state(a->engine, "R9")),
		.untimed_keyboards = injected_typing_untimed(engine_rule_state(a->engine, "R9")),
		.lost_interfaces = m->hids_lost,
		.cut = m->cut + counts->cut_setups,
		.keys_cut = m->keys_cut,
		.line_seen_ns = m->tap.line_seen_ns,
		.current_seen_ns = m->tap.current_seen_ns,
		.unseen_ns = m->unseen_ns,
		.failed_checks = m->tap.failed_checks,
		.alerts_lost = m->tap.alerts_lost,
		.truncated = info->truncated,
	};
	a->skipped_packets = info->packets_skipped;
	a->test = info->test;
	coverage_judge(&a->coverage, &a->seen, a->options.profile);
}

void analysis_end(struct analysis *a, const struct capture_info *info)
{
	usb_stream_end(a->usb);
	decode_end(a->decode);
	analysis_look(a, info);
}

const struct coverage_input *analysis_seen(const struct analysis *a)
{
	return &a->seen;
}

const struct engine *analysis_engine(const struct analysis *a)
{
	return a->engine;
}

struct report_input analysis_report(struct analysis *a)
{
	struct report_input in = {
		.profile = a->options.profile,
		.version = CORDON_VERSION,
		.model = decode_model(a->decode),
		.coverage = &a->coverage,
		.duration_ns = a->seen.duration_ns,
		.packets = a->seen.packets,
		.bad_packets = a->seen.bad_packets,
		.lost_packets = a->seen.lost_packets,
		.skipped_packets = a->skipped_packets,
		.truncated = a->seen.truncated,
		.keystrokes = a->shown,
		.keys = a->keys,
		.keyboards_forgotten = a->forgotten,
		.findings_dropped = engine_findings_dropped(a->engine),
	};

	/* A keyboard that was told its LEDs and typed nothing has nothing to show. */
	for (unsigned i = 0; i < a->keyboards; i++) {
		const struct typed *t = &a->typed[i];

		if (!t->keys.count)
			continue;
		a->shown[in.keyboards++] = (struct report_keystrokes){
			.bus = t->bus,
			.address = t->address,
			.interface = t->interface,
			.count = t->keys.count,
			.text = a->options.layout ? t->keys.text : NULL,
			.text_truncated = t->keys.text_truncated,
			.first_ns = t->keys.first_ns,
			.last_ns = t->keys.last_ns,
		};
	}
	for (unsigned i = 0; i < CAPTURE_TEST_FIELDS; i++) {
		const char *said = capture_test_text(&a->test, i);

		if (*said)
			a->labels[in.label_count++] =
				(struct report_label){capture_test_name(i), said};
	}
	in.labels = a->labels;
	in.mark = a->operator.mark;
	in.marks_seen = a->operator.marks;
	in.marks = in.marks_seen < REPORT_MARKS_MAX ? (size_t)in.marks_seen : REPORT_MARKS_MAX;
	if (a->operator.layout && analysis_layout(a) == a->operator.layout)
		in.layout = layout_name(a->operator.layout);
	in.finding = engine_findings(a->engine, &in.findings);
	in.verdict = verdict_of(in.finding, in.findings, &a->coverage);
	return in;
}
