/*
 * Recordings. See recording.h. In: a plan. Out: records, each with the ordinal that it has in a file. Leaves alone: what stands on
 * the lines, what sensors measure, file formats.
 */
#include "sim/recording.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/keyed.h"
#include "sim/sensors.h"
#include "sim/tap_model.h"

enum { PROFILE_TEXT_MAX = 1024, MEASUREMENTS_MAX = 16 };

#define MS(n) (INT64_C(1000000) * (n))

/* What a tap reads on a CC pin that it pulls to 3.3 V: nothing, a device's Rd, an e-marker's Ra. hw/README.md */
enum { CC_OPEN_MV = 3290, CC_RD_MV = 410, CC_RA_MV = 92 };
static const int64_t CC_EACH = MS(5000);

struct recording {
	const struct scenario_plan *plan;
	struct record_sink sink;
	struct tap_model tap;
	struct play *play; /* NULL: VBUS was switched off; or, where the plan has a code: */
	struct keyed *keyed;
	struct record_sink wires;
	struct play_watch watch;
	struct scenario_plan phase; /* of a cable that was switched on again */
	unsigned phases;
	int64_t off_ns;      /* how far time has come without a supply */
	struct far_end *far; /* borrowed; NULL: this is the near end */
	struct sensors *sensors;
	const struct record *sensed; /* the next of theirs */
	struct record measured[MEASUREMENTS_MAX];
	unsigned measurements, told;
	int64_t cc_ns;
	struct record cc;
	char profile[PROFILE_TEXT_MAX], mark[64];
	uint64_t packets;
	bool over;
};

static void out(struct recording *r, const struct record *from)
{
	struct record copy = *from;

	if (r->far && from->t_ns < far_end_begin(r->far))
		return;
	if (r->far)
		copy.t_ns = far_end_time(r->far, from->t_ns);
	if (from->kind == RECORD_SETTING && from->setting.setting == WIRE_SET_RANGE)
		r->tap.hello.range = (uint8_t)from->setting.after;
	copy.packet = ++r->packets;
	r->sink.record(r->sink.context, &copy);
}

/* Everything beside the lines up to `t_ns`. */
static void beside(struct recording *r, int64_t t_ns)
{
	for (;;) {
		int64_t sensed = r->sensed ? r->sensed->t_ns : INT64_MAX;
		int64_t measured =
			r->told < r->measurements ? r->measured[r->told].t_ns : INT64_MAX;

		if (measured <= t_ns && measured <= sensed && measured <= r->cc_ns) {
			out(r, &r->measured[r->told++]);
		} else if (r->cc_ns <= t_ns && r->cc_ns <= sensed) {
			r->cc.t_ns = r->cc_ns;
			r->cc_ns += CC_EACH;
			out(r, &r->cc);
		} else if (sensed <= t_ns) {
			out(r, r->sensed);
			r->sensed = sensors_next(r->sensors);
		} else {
			return;
		}
	}
}

static void on_tap(void *context, const struct record *t)
{
	struct recording *r = context;

	/* HELLO comes before anything that it explains. */
	if (r->packets)
		beside(r, t->t_ns);
	out(r, t);
}

static void add(struct recording *r, int64_t t_ns, struct record m)
{
	m.t_ns = t_ns;
	m.step_ns = 1;
	if (r->measurements < MEASUREMENTS_MAX)
		r->measured[r->measurements++] = m;
}

static void add_text(struct recording *r, enum record_kind kind, const char *text)
{
	add(r, r->far ? far_end_begin(r->far) : 0,
	    (struct record){
		    .kind = kind,
		    .text = {.bytes = (const uint8_t *)text, .len = (uint32_t)strlen(text)}});
}

static void add_path(struct recording *r, int64_t t_ns, enum wire_path path,
                     const struct scenario_resistance *x)
{
	add(r, t_ns,
	    (struct record){
		    .kind = RECORD_DC_PATH,
		    .dc_path = {.path = path,
	                        .open = x->open,
	                        .resistance_uohm = x->open ? 0 : (uint32_t)(x->ohm * 1e6)}});
}

/* The keys that the declared device types where it types codes; NULL: whatever people type. */
static const char *alphabet_of(const struct scenario *s)
{
	static const char *const letters[SCENARIO_ALPHABETS] = {
		[SCENARIO_DIGITS_ENTER] = "0123456789<ENTER>",
		[SCENARIO_MODHEX_ENTER] = "cbdefghijklnrtuv<ENTER>",
	};
	const char *alphabet = NULL;

	for (size_t i = 0; i < s->usb_count; i++) {
		const struct scenario_event *e = &s->usb[i];

		if (e->ev != SCENARIO_TYPE || s->usb[e->device.item].by != SCENARIO_BY_FAR_END)
			continue;
		if (e->typing.text || !letters[e->typing.alphabet])
			return NULL;
		alphabet = letters[e->typing.alphabet];
	}
	return alphabet;
}

/* iSerialNumber. USB 2.0 table 9-8 */
static const char *serial_of(const struct device_text *t)
{
	unsigned index = (unsigned)(t->device[33] - '0');

	return index < SIM_STRINGS_MAX ? t->string[index] : NULL;
}

/* The profile with the file of the declared device behind it. See report/profile_file.h. */
static bool profile_text(const struct scenario_plan *plan, char out[PROFILE_TEXT_MAX])
{
	const struct scenario *s = plan->scenario;
	static const char nothing[] = /* what has no data lines has no structure */
		"0000000000000000000000000000000000000000000000000000000000000000";
	const struct device_text *d = s->far_end.descriptors;
	const char *serial = d ? serial_of(d) : NULL, *alphabet = alphabet_of(s);
	const char *name = scenario_profile_name(s->profile);
	json_t *file;
	char *text;

	snprintf(out, PROFILE_TEXT_MAX, "%s", name);
	if (s->profile != SCENARIO_PROFILE_DEVICE &&
	    !(s->profile == SCENARIO_PROFILE_KEYBOARD && d))
		return true;
	file = json_pack("{s:s, s:s}", "name", d ? d->name : "power only", "structure_sha256",
	                 d && d->structure_sha256 ? d->structure_sha256 : nothing);
	/* The file is made of what this PC shows of the device, and this one asks for no serial number (host.c). */
	if (file && serial && serial[0] && plan->host != HOST_MACOS)
		json_object_set_new(file, "serial", json_string(serial));
	if (file && alphabet)
		json_object_set_new(file, "alphabet", json_string(alphabet));
	text = file ? json_dumps(file, JSON_COMPACT) : NULL;
	if (text)
		snprintf(out, PROFILE_TEXT_MAX, "%s\n%s", name, text);
	free(text);
	json_decref(file);
	return text != NULL;
}

static bool has_emarker(const struct scenario *s)
{
	for (size_t i = 0; i < s->usb_count; i++)
		if (s->usb[i].ev == SCENARIO_PD_SOP1)
			return true;
	return s->claims_emarker;
}

/* A phone at the far end of a C cable shows its Rd through the one CC wire. */
static void cc_pins(struct recording *r)
{
	const struct scenario *s = r->plan->scenario;
	enum scenario_far_kind far = s->far_end.kind;
	bool phone = far == SCENARIO_FAR_PHONE_FS || far == SCENARIO_FAR_PHONE_HS;
	struct random random = random_fork(&r->plan->random, SCENARIO_STREAM_TAP + 1);
	uint16_t wobble = (uint16_t)random_below(&random, 12);

	r->cc = (struct record){
		.kind = RECORD_CC,
		.step_ns = 1,
		.cc = {.cc1_mv = (uint16_t)((phone ? CC_RD_MV : CC_OPEN_MV) + wobble),
	               .cc2_mv = (uint16_t)((has_emarker(s) ? CC_RA_MV : CC_OPEN_MV) + wobble)}};
	for (unsigned i = 0; i < 3; i++)
		add(r, MS(300) + MS(100) * i, r->cc);
	r->cc_ns = MS(700);
}

static bool measure(struct recording *r)
{
	const struct scenario *s = r->plan->scenario;

	if (!profile_text(r->plan, r->profile))
		return false;
	snprintf(r->mark, sizeof(r->mark), "simulated: scenario %s%s, seed %llu", s->id,
	         r->far ? ", far end" : "", (unsigned long long)r->plan->seed);
	add_text(r, RECORD_MARK, r->mark);
	add_text(r, RECORD_PROFILE, r->profile);
	add_text(r, RECORD_CLAIM, s->claims_data ? "data=yes" : "data=no");
	add_text(r, RECORD_CLAIM, s->claims_emarker ? "emarker=yes" : "emarker=no");
	r->cc_ns = INT64_MAX;
	if (r->far)
		return true;
	add_path(r, MS(200), WIRE_PATH_DP, &r->plan->dp);
	add_path(r, MS(220), WIRE_PATH_DM, &r->plan->dm);
	add_path(r, MS(240), WIRE_PATH_GROUND, &r->plan->gnd);
	cc_pins(r);
	return true;
}

/* What records is there; `wires` is what the lines go to on their way to the tap. */
static struct recording *begin(const struct scenario_plan *plan, const struct record_sink *sink,
                               uint64_t stream, struct record_sink *wires)
{
	struct recording *r = calloc(1, sizeof(*r));
	struct record_sink tap = {.context = r, .record = on_tap};
	struct random random = random_fork(&plan->random, stream);

	if (!r)
		return NULL;
	r->plan = plan;
	r->sink = *sink;
	tap_model_init(&r->tap, &tap, random_u64(&random), PLAY_LOSS);
	*wires = (struct record_sink){.context = &r->tap, .record = tap_model_record};
	return r;
}

static struct recording *ready(struct recording *r, const struct scenario_plan *sensed)
{
	r->sensors = sensors_new(sensed);
	if ((!r->play && !r->keyed) || !r->sensors || !measure(r)) {
		recording_free(r);
		return NULL;
	}
	r->sensed = sensors_next(r->sensors);
	return r;
}

struct recording *recording_new(const struct scenario_plan *plan, const struct record_sink *sink,
                                const struct play_watch *watch)
{
	struct record_sink wires;
	struct recording *r = begin(plan, sink, SCENARIO_STREAM_TAP, &wires);

	if (!r)
		return NULL;
	r->wires = wires;
	if (watch)
		r->watch = *watch;
	r->watch.item = NULL; /* from then on items come many times */
	if (plan->key.chips)
		r->keyed = keyed_new(plan, &wires, watch);
	else
		r->play = play_new(plan, &wires, watch);
	return ready(r, plan);
}

struct recording *recording_new_far(struct far_end *far, const struct record_sink *sink)
{
	struct record_sink wires;
	struct recording *r = begin(far_end_play(far), sink, SCENARIO_STREAM_FAR + 1, &wires);

	if (!r)
		return NULL;
	r->far = far;
	r->tap.hello_ns = far_end_begin(far);
	wires = far_end_wires(far, &wires);
	r->play = play_new(r->plan, &wires, NULL);
	return ready(r, far_end_sensed(far));
}

void recording_free(struct recording *r)
{
	if (!r)
		return;
	play_free(r->play);
	keyed_free(r->keyed);
	sensors_free(r->sensors);
	free(r);
}

/* Nothing happens on the lines while there is no supply; time passes in pieces. */
static bool pass(struct recording *r)
{
	r->off_ns += MS(100);
	if (r->off_ns > r->plan->end_ns)
		r->off_ns = r->plan->end_ns;
	return r->off_ns < r->plan->end_ns;
}

bool recording_step(struct recording *r)
{
	bool more;

	if (r->over)
		return false;
	more = r->keyed ? keyed_step(r->keyed) : r->play ? play_step(r->play) : pass(r);
	tap_model_until(&r->tap, recording_now(r));
	beside(r, recording_now(r));
	if (!more) {
		tap_model_until(&r->tap, r->plan->end_ns);
		beside(r, r->plan->end_ns);
		r->over = true;
	}
	return more;
}

int64_t recording_now(const struct recording *r)
{
	return r->keyed ? keyed_now(r->keyed) : r->play ? play_now(r->play) : r->off_ns;
}

static enum wire_error switch_vbus(struct recording *r, bool on, int64_t t_ns)
{
	if (on == (r->tap.hello.vbus != 0))
		return WIRE_OK;
	if (!sensors_switch(r->sensors, t_ns, on))
		return WIRE_E_BUSY;
	if (!on) {
		play_unpower(r->play, t_ns);
		play_free(r->play);
		r->play = NULL;
		r->off_ns = t_ns;
		return WIRE_OK;
	}
	/* Before the plan's own time, or once more. */
	play_free(r->play);
	r->phase = *r->plan;
	r->phase.vbus_on_ns = t_ns;
	r->phase.random = random_fork(&r->plan->random, SCENARIO_STREAM_KEY + r->phases++);
	r->play = play_again(&r->phase, t_ns, &r->wires, &r->watch);
	r->off_ns = t_ns;
	return r->play ? WIRE_OK : WIRE_E_BUSY;
}

void recording_command(struct recording *r, const struct wire_command *c, uint8_t argument)
{
	int64_t t_ns = recording_now(r);
	enum wire_error error = argument > 1 ? WIRE_E_VALUE : WIRE_OK;
	struct record reply = {.kind = RECORD_REPLY, .step_ns = 1};

	if (sensors_now(r->sensors) > t_ns)
		t_ns = sensors_now(r->sensors);
	if (r->over || t_ns >= r->plan->end_ns)
		return;
	if (c->opcode == WIRE_OP_SWITCH)
		error = argument == r->tap.hello.bus_switch ? WIRE_OK : WIRE_E_VALUE;
	else if (c->opcode != WIRE_OP_VBUS && c->opcode != WIRE_OP_RANGE)
		return;
	else if (!error && r->keyed)
		error = WIRE_E_STATE;
	else if (!error && c->opcode == WIRE_OP_VBUS)
		error = switch_vbus(r, argument, t_ns);
	else if (!error)
		sensors_order(r->sensors, argument);
	reply.t_ns = t_ns;
	reply.reply.head = (struct wire_reply){.opcode = c->opcode,
	                                       .error = (uint8_t)error,
	                                       .request = c->request,
	                                       .done = (uint64_t)t_ns * 3 / 25};
	tap_model_record(&r->tap, &reply);
}
