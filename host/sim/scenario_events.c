/*
 * The events of a scenario: which kinds there are and what fields each has. In: JSON. Out: struct scenario_event.
 * Leaves alone: what an event does (play.c).
 */
#include <string.h>

#include "sim/scenario_fields.h"

#define AT(member)     .at = offsetof(struct scenario_event, member)
#define TYPING(member) .at = offsetof(struct scenario_typing, member)

static const char *const states[] = {"SE0", "J_LS", "J_FS", "K_LS", "K_FS", NULL};
static const char *const lines[] = {"dm", "dp", NULL};
static const char *const bys[] = {"cable", "far_end", "charger", NULL};
static const char *const hosts[] = {"windows", "linux", "macos", "android", NULL};
static const char *const kinds[] = {"dhcp", "scsi_read", "mtp", "audio_iso", NULL};
static const char *const patterns[] = {"there_and_back", "hand", NULL};
static const char *const directions[] = {"in", "out", "both", NULL};
static const char *const keys[] = {"CAPS", "NUM", "SCROLL", NULL};
static const char *const methods[] = {"pd", NULL};
static const char *const models[] = {"fixed", "uniform", "gauss", "lognormal",
                                     "human", "replay",  NULL};
static const char *const presses[] = {"release", "replace", "overlap", NULL};
static const char *const shifts[] = {"same_report", "report_before", "human_lead", NULL};
static const char *const codings[] = {"usage", "alt_keypad", NULL};
static const char *const alphabets[] = {"prose",        "command",      "mixed",
                                        "digits_enter", "modhex_enter", NULL};

static bool speed(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"low", "full", NULL};
	unsigned n;

	if (!scenario_pick(r, v, names, &n))
		return false;
	*(enum usb_speed *)to = n ? USB_SPEED_FULL : USB_SPEED_LOW;
	return true;
}

static bool right(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"left", "right", NULL};
	unsigned n;

	if (!scenario_pick(r, v, names, &n))
		return false;
	*(bool *)to = n;
	return true;
}

static bool on_dp(struct scenario_reader *r, json_t *v, void *to)
{
	unsigned n;

	if (!scenario_pick(r, v, lines, &n))
		return false;
	*(bool *)to = n;
	return true;
}

/* `to` is the event: both of its bools. */
static bool over_lines(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_event *e = to;
	size_t i;
	json_t *line;

	if (!json_is_array(v) || !json_array_size(v))
		return scenario_expected(r, v, "a list of dp and dm");
	json_array_foreach(v, i, line)
	{
		unsigned n;

		if (!scenario_pick(r, line, lines, &n))
			return false;
		*(n ? &e->on_dp : &e->on_dm) = true;
	}
	return true;
}

static bool hex4(struct scenario_reader *r, json_t *v, void *to)
{
	uint16_t n = 0;

	if (!json_is_string(v) || !scenario_hex(json_string_value(v), 4))
		return scenario_expected(r, v, "four hex digits");
	for (const char *s = json_string_value(v); *s; s++)
		n = (uint16_t)(n << 4 | (*s <= '9' ? *s - '0' : *s - 'a' + 10));
	*(uint16_t *)to = n;
	return true;
}

static bool hex2(struct scenario_reader *r, json_t *v, void *to)
{
	uint8_t n = 0;

	if (!json_is_string(v) || !scenario_hex(json_string_value(v), 2))
		return scenario_expected(r, v, "two hex digits");
	for (const char *s = json_string_value(v); *s; s++)
		n = (uint8_t)(n << 4 | (*s <= '9' ? *s - '0' : *s - 'a' + 10));
	*(uint8_t *)to = n;
	return true;
}

/* Taken up by check_device, which sees both. */
static bool later(struct scenario_reader *r, json_t *v, void *to)
{
	(void)r;
	(void)v;
	(void)to;
	return true;
}

static bool check_device(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_event *e = to;
	json_t *name = json_object_get(v, "descriptors");
	size_t length = scenario_enter(r, ".descriptors");

	e->descriptors = scenario_descriptors(r, name, NULL);
	scenario_leave(r, length);
	if (e->descriptors && json_object_get(v, "override"))
		e->descriptors = scenario_descriptors(r, name, json_object_get(v, "override"));
	e->descriptors_name = json_string_value(name);
	return e->descriptors != NULL;
}

static const struct field key_fields[] = {
	{.name = "count", .kind = FIELD_COUNT, TYPING(count), .low = 1, .high = SCENARIO_TEXT_MAX},
	{.name = "alphabet", .kind = FIELD_NAME, TYPING(alphabet), .names = alphabets},
	{0},
};

static const struct shape keys_shape = {.fields = key_fields,
                                        .size = sizeof(struct scenario_typing)};

static bool check_typing(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_typing *t = to;

	if (!json_object_get(v, "text") == !json_object_get(v, "keys"))
		return scenario_expected(r, NULL, "either a field 'text' or a field 'keys'");
	if (t->text && (!t->text[0] || strlen(t->text) > SCENARIO_TEXT_MAX))
		return scenario_expected(r, NULL, "a text of 1 to %d characters",
		                         SCENARIO_TEXT_MAX);
	if (t->overlap_share + t->replace_share > 1)
		return scenario_expected(r, NULL, "shares of overlap and replacing of 1 at most");
	return true;
}

static const struct field typing_fields[] = {
	{.name = "model", .kind = FIELD_NAME, TYPING(model), .names = models},
	{.name = "interval_ms", .kind = FIELD_SPREAD, TYPING(interval_ms)},
	{.name = "dwell_ms", .kind = FIELD_SPREAD, TYPING(dwell_ms)},
	{.name = "press_style", .kind = FIELD_NAME, TYPING(press_style), .names = presses},
	{.name = "shift_style", .kind = FIELD_NAME, TYPING(shift_style), .names = shifts},
	{.name = "shift_key", .kind = FIELD_OWN, TYPING(right_shift), .read = right},
	{.name = "poll_ms", .kind = FIELD_NUMBER, TYPING(poll_ms), .low = 1, .high = 255},
	{.name = "errors_per_key", .kind = FIELD_NUMBER, TYPING(errors_per_key), .high = 0.5},
	{.name = "overlap_share", .kind = FIELD_NUMBER, TYPING(overlap_share), .high = 1},
	{.name = "replace_share", .kind = FIELD_NUMBER, TYPING(replace_share), .high = 1},
	{.name = "null_report_first", .kind = FIELD_BOOL, TYPING(null_report_first)},
	{.name = "key_slot", .kind = FIELD_COUNT, TYPING(key_slot), .high = 1},
	{.name = "coding", .kind = FIELD_NAME, TYPING(coding), .names = codings},
	{.name = "text", .kind = FIELD_TEXT, TYPING(text), .optional = true},
	{.name = "keys", .kind = FIELD_OBJECT, .shape = &keys_shape, .optional = true},
	{.name = "added_latency_ms",
         .kind = FIELD_AMOUNT,
         TYPING(added_latency_ms),
         .high = 1000,
         .optional = true},
	{.name = "alt_char_gap_ms",
         .kind = FIELD_AMOUNT,
         TYPING(alt_char_gap_ms),
         .high = 10000,
         .optional = true},
	{0},
};

static const struct shape typing_shape = {
	.fields = typing_fields, .size = sizeof(struct scenario_typing), .check = check_typing};

#define LOCK(member) .at = offsetof(struct scenario_lock_step, member)
static const struct field lock_fields[] = {
	{.name = "key", .kind = FIELD_NAME, LOCK(key), .names = keys},
	{.name = "press_ms", .kind = FIELD_NUMBER, LOCK(press_ms), .high = 60000},
	{.name = "after_ms", .kind = FIELD_NUMBER, LOCK(after_ms), .high = 60000},
	{.name = "wait_ms", .kind = FIELD_NUMBER, LOCK(wait_ms), .high = 60000},
	{0},
};
static const struct shape lock_shape = {.fields = lock_fields,
                                        .size = sizeof(struct scenario_lock_step)};

#define REQUEST(member) .at = offsetof(struct scenario_request, member)
static const struct field request_fields[] = {
	{.name = "bmRequestType", .kind = FIELD_OWN, REQUEST(type), .read = hex2},
	{.name = "bRequest", .kind = FIELD_OWN, REQUEST(request), .read = later},
	{.name = "count", .kind = FIELD_COUNT, REQUEST(count), .low = 1, .high = 10000},
	{0},
};

static bool check_request(struct scenario_reader *r, json_t *v, void *to)
{
	json_t *request = json_object_get(v, "bRequest");
	json_int_t n = json_is_integer(request) ? json_integer_value(request) : -1;

	((struct scenario_request *)to)->request = (uint8_t)n;
	return (n >= 0 && n <= 255) || scenario_expected(r, request, "bRequest from 0 to 255");
}

static const struct shape request_shape = {
	.fields = request_fields, .size = sizeof(struct scenario_request), .check = check_request};

/* Fields that several kinds share. */
#define COMMON                                                                                     \
	{.name = "t_ms", .kind = FIELD_TIME, AT(t_ms)}, {.name = "ev", .kind = FIELD_REMARK},      \
		{.name = "id", .kind = FIELD_ID, AT(id), .optional = true},                        \
	{                                                                                          \
		.name = "note", .kind = FIELD_REMARK, .optional = true                             \
	}
#define DEVICE                                                                                     \
	{                                                                                          \
		.name = "device", .kind = FIELD_REF, AT(device)                                    \
	}
#define AMOUNT(n, member, least, most)                                                             \
	{                                                                                          \
		.name = n, .kind = FIELD_AMOUNT, AT(member), .low = least, .high = most            \
	}
#define COUNT(n, member, least, most)                                                              \
	{                                                                                          \
		.name = n, .kind = FIELD_COUNT, AT(member), .low = least, .high = most             \
	}
#define NAME(n, member, list)                                                                      \
	{                                                                                          \
		.name = n, .kind = FIELD_NAME, AT(member), .names = list                           \
	}
#define WEEK_MS  6.048e8
#define DURATION AMOUNT("duration_ms", duration_ms, 0, WEEK_MS)
#define SPEED                                                                                      \
	{                                                                                          \
		.name = "speed", .kind = FIELD_OWN, AT(speed), .read = speed                       \
	}
#define ENUMERATION                                                                                \
	{.name = "descriptors", .kind = FIELD_OWN, .read = later}, NAME("by", by, bys),            \
		NAME("host", host, hosts),                                                         \
		AMOUNT("configured_after_ms", configured_after_ms, 0, 60000),                      \
	{                                                                                          \
		.name = "led_after_ms", .kind = FIELD_AMOUNT, AT(led_after_ms),                    \
		.has = offsetof(struct scenario_event, has_leds) + 1, .high = 60000                \
	}

static const struct kind {
	const char *name;
	struct field fields[16];
	bool (*check)(struct scenario_reader *r, json_t *v, void *to);
} evs[SCENARIO_EVS] = {
	[SCENARIO_LINE] = {"line", {COMMON, DURATION, NAME("state", state, states)}},
	[SCENARIO_UART] = {"uart",
                           {COMMON,
                            {.name = "line", .kind = FIELD_OWN, AT(dp), .read = on_dp},
                            COUNT("baud", baud, 300, 1000000),
                            {.name = "text", .kind = FIELD_TEXT, AT(text)}}},
	[SCENARIO_SETUP_UNANSWERED] = {"setup_unanswered",
                                       {COMMON,
                                        COUNT("count", count, 1, 1000),
                                        {.name = "spacing_us",
                                         .kind = FIELD_NUMBER,
                                         AT(spacing_us),
                                         .low = 0,
                                         .high = 1e6}}},
	[SCENARIO_ATTACH] = {"attach", {COMMON, SPEED, NAME("by", by, bys)}},
	[SCENARIO_DETACH] = {"detach", {COMMON, NAME("by", by, bys)}},
	[SCENARIO_ENUMERATE] =
		{"enumerate",
                 {COMMON,
                  ENUMERATION,
                  {.name = "ctl_naks_per_data",
                   .kind = FIELD_NUMBER,
                   AT(ctl_naks_per_data),
                   .has = offsetof(struct scenario_event, has_naks) + 1,
                   .high = 1000},
                  {.name = "override", .kind = FIELD_OWN, .read = later, .optional = true},
                  {.name = "replaces_far_end",
                   .kind = FIELD_BOOL,
                   AT(replaces_far_end),
                   .optional = true}},
                 check_device},
	[SCENARIO_DOWNSTREAM] = {"downstream",
                                 {COMMON, COUNT("port", port, 1, 127), SPEED, ENUMERATION},
                                 check_device},
	[SCENARIO_HS_CHIRP] = {"hs_chirp", {COMMON}},
	[SCENARIO_HS_BLIND] = {"hs_blind", {COMMON, DURATION}},
	[SCENARIO_NULL_REPORT] = {"null_report", {COMMON, DEVICE}},
	[SCENARIO_TYPE] =
		{"type",
                 {COMMON,
                  DEVICE,
                  {.name = "typing", .kind = FIELD_OBJECT, AT(typing), .shape = &typing_shape}}},
	[SCENARIO_LOCKS] = {"locks",
                            {COMMON,
                             DEVICE,
                             AMOUNT("host_answer_ms", host_answer_ms, 0, 60000),
                             {.name = "sequence",
                              .kind = FIELD_LIST,
                              AT(locks),
                              .shape = &lock_shape,
                              .count_at = offsetof(struct scenario_event, lock_count),
                              .max = SCENARIO_LOCKS_MAX}}},
	[SCENARIO_LED_STREAM] = {"led_stream",
                                 {COMMON, DEVICE, DURATION,
                                  AMOUNT("reports_per_s", reports_per_s, 0.001, 1000),
                                  COUNT("bits_per_report", bits_per_report, 1, 3)}},
	[SCENARIO_MOUSE] = {"mouse",
                            {COMMON, DEVICE, DURATION, NAME("pattern", pattern, patterns),
                             AMOUNT("step_counts", step_counts, 0, 127),
                             AMOUNT("period_ms", period_ms, 1, WEEK_MS)}},
	[SCENARIO_RAW] = {"raw",
                          {COMMON, DEVICE, DURATION, COUNT("interface", interface, 0, 255),
                           NAME("direction", direction, directions),
                           COUNT("bytes_per_report", bytes_per_report, 1, KEYBOARD_REPORT_MAX),
                           AMOUNT("period_ms", period_ms, 1, WEEK_MS)}},
	[SCENARIO_BULK] = {"bulk",
                           {COMMON, DEVICE, DURATION, COUNT("interface", interface, 0, 255),
                            NAME("kind", bulk, kinds),
                            AMOUNT("bytes_per_s", bytes_per_s, 1, 1200000)}},
	[SCENARIO_CONTROL] = {"control",
                              {COMMON,
                               DEVICE,
                               {.name = "requests",
                                .kind = FIELD_LIST,
                                AT(requests),
                                .shape = &request_shape,
                                .count_at = offsetof(struct scenario_event, request_count),
                                .max = SCENARIO_REQUESTS_MAX}}},
	[SCENARIO_SUSPEND] = {"suspend", {COMMON, DURATION}},
	[SCENARIO_OVERVOLTAGE] = {"overvoltage",
                                  {COMMON,
                                   {.name = "lines", .kind = FIELD_OWN, .read = over_lines},
                                   AMOUNT("level_V", level_V, -1000, 1000),
                                   AMOUNT("pulse_us", pulse_us, 0, 1e6),
                                   AMOUNT("period_ms", period_ms, 0.1, WEEK_MS),
                                   AMOUNT("count", pulses, 1, 100000)}},
	[SCENARIO_DR_SWAP] = {"dr_swap",
                              {COMMON, {.name = "method", .kind = FIELD_OWN, .read = later}}},
	[SCENARIO_PD_SOP1] =
		{"pd_sop1",
                 {COMMON,
                  {.name = "identity_vid", .kind = FIELD_OWN, AT(identity_vid), .read = hex4}}},
	[SCENARIO_VBUS_DIP] = {"vbus_dip", {COMMON, DURATION, AMOUNT("min_V", min_V, 0, 5.5)}},
};

const char *scenario_ev_name(enum scenario_ev ev)
{
	return (unsigned)ev < SCENARIO_EVS ? evs[ev].name : "unknown";
}

static bool kind_of(struct scenario_reader *r, json_t *v, enum scenario_ev *ev)
{
	json_t *name = json_object_get(v, "ev");

	for (unsigned i = 0; json_is_string(name) && i < SCENARIO_EVS; i++) {
		if (!strcmp(json_string_value(name), evs[i].name)) {
			*ev = (enum scenario_ev)i;
			return true;
		}
	}
	if (!json_is_object(v))
		return scenario_expected(r, v, "an object");
	return scenario_expected(r, name, "a field 'ev' with a kind of event");
}

static bool read_event(struct scenario_reader *r, json_t *v, struct scenario_event *e)
{
	struct shape shape = {.size = sizeof(*e)};

	if (!kind_of(r, v, &e->ev))
		return false;
	shape.fields = evs[e->ev].fields;
	shape.check = evs[e->ev].check;
	e->t_ms.after.item = e->device.item = SCENARIO_NONE;
	if (!scenario_object(r, v, &shape, e))
		return false;
	if (e->ev == SCENARIO_DR_SWAP) {
		unsigned only;

		return scenario_pick(r, json_object_get(v, "method"), methods, &only);
	}
	return true;
}

bool scenario_read_events(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario *s = to;
	size_t i;
	json_t *event;

	if (!json_is_array(v) || json_array_size(v) > SCENARIO_EVENTS_MAX)
		return scenario_expected(r, v, "a list of at most %d entries", SCENARIO_EVENTS_MAX);
	s->usb = scenario_alloc(r, json_array_size(v) * sizeof(*s->usb));
	if (!s->usb)
		return false;
	json_array_foreach(v, i, event)
	{
		size_t length = scenario_enter(r, "[%zu]", i);

		if (!read_event(r, event, &s->usb[i]))
			return false;
		s->usb_count++;
		scenario_leave(r, length);
	}
	return true;
}
