/*
 * A scenario but for its events: which fields it has. In: JSON. Out: struct scenario. Leaves alone: what the figures do.
 */
#include <string.h>

#include "sim/scenario_fields.h"

#define WEEK_MS 6.048e8
#define MA_MAX  10000

#define TIMING(member) .at = offsetof(struct scenario_timing, member)
#define OPTIONAL       .optional = true

static const struct field once_fields[] = {
	{.name = "kind", .kind = FIELD_REMARK},
	{.name = "t_ms", .kind = FIELD_TIME, TIMING(start_ms)},
	{0},
};
static const struct field periodic_timing_fields[] = {
	{.name = "kind", .kind = FIELD_REMARK},
	{.name = "start_ms", .kind = FIELD_TIME, TIMING(start_ms)},
	{.name = "period_ms", .kind = FIELD_AMOUNT, TIMING(period_ms), .low = 0.5, .high = WEEK_MS},
	{.name = "jitter_ms", .kind = FIELD_NUMBER, TIMING(jitter_ms), .high = 10000},
	{.name = "defer_ms", .kind = FIELD_AMOUNT, TIMING(defer_ms), .high = 10000},
	{.name = "duration_ms",
         .kind = FIELD_AMOUNT,
         TIMING(duration_ms),
         .high = WEEK_MS,
         .has = offsetof(struct scenario_timing, has_duration) + 1,
         OPTIONAL},
	{.name = "random_ms", .kind = FIELD_AMOUNT, TIMING(random_ms), .high = 10000, OPTIONAL},
	{0},
};
static const struct field random_fields[] = {
	{.name = "kind", .kind = FIELD_REMARK},
	{.name = "start_ms", .kind = FIELD_TIME, TIMING(start_ms)},
	{.name = "gap_ms", .kind = FIELD_AMOUNT, TIMING(gap_ms), .low = 0.1, .high = WEEK_MS},
	{.name = "duration_ms",
         .kind = FIELD_AMOUNT,
         TIMING(duration_ms),
         .high = WEEK_MS,
         .has = offsetof(struct scenario_timing, has_duration) + 1,
         OPTIONAL},
	{0},
};
static const struct field sweep_fields[] = {
	{.name = "kind", .kind = FIELD_REMARK},
	{.name = "start_ms", .kind = FIELD_TIME, TIMING(start_ms)},
	{.name = "gap_ms", .kind = FIELD_AMOUNT, TIMING(gap_ms), .low = 0.1, .high = WEEK_MS},
	{.name = "steps", .kind = FIELD_COUNT, TIMING(steps), .low = 1, .high = 1000},
	{.name = "step_ms", .kind = FIELD_NUMBER, TIMING(step_ms), .high = 60000},
	{0},
};
static const struct field per_report_fields[] = {
	{.name = "kind", .kind = FIELD_REMARK},
	{.name = "of", .kind = FIELD_REF, TIMING(of)},
	{.name = "lead_ms", .kind = FIELD_AMOUNT, TIMING(lead_ms), .high = 10000},
	{0},
};

static bool timing(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"once",  "periodic",   "random",
	                                    "sweep", "per_report", NULL};
	static const struct field *const fields[] = {once_fields, periodic_timing_fields,
	                                             random_fields, sweep_fields,
	                                             per_report_fields};
	struct shape shape = {.size = sizeof(struct scenario_timing)};
	struct scenario_timing *t = to;
	unsigned kind;

	if (!json_is_object(v))
		return scenario_expected(r, v, "an object");
	if (!scenario_pick(r, json_object_get(v, "kind"), names, &kind))
		return false;
	t->start_ms.after.item = t->of.item = SCENARIO_NONE;
	t->kind = (enum scenario_timing_kind)kind;
	shape.fields = fields[kind];
	return scenario_object(r, v, &shape, t);
}

#define RADIO(member) .at = offsetof(struct scenario_radio, member)
static const char *const radio_types[] = {"wifi_ap_beacon",     "wifi_sta_tx", "wifi_data",
                                          "wifi_probe_req",     "ble_adv",     "ble_conn",
                                          "bt_classic_pairing", "esb_ack",     "gsm_tdma",
                                          "ook_burst",          "ook_remote",  NULL};
static const char *const causes[] = {"cable", "remote", "far_end", NULL};
static const struct field radio_fields[] = {
	{.name = "id", .kind = FIELD_ID, RADIO(id)},
	{.name = "type", .kind = FIELD_NAME, RADIO(type), .names = radio_types},
	{.name = "cause", .kind = FIELD_NAME, RADIO(cause), .names = causes},
	{.name = "timing", .kind = FIELD_OWN, RADIO(timing), .read = timing},
	{.name = "burst_us", .kind = FIELD_AMOUNT, RADIO(burst_us), .low = 1, .high = 1e7},
	{.name = "pulses", .kind = FIELD_AMOUNT, RADIO(pulses), .low = 1, .high = 1000},
	{.name = "pulse_gap_us", .kind = FIELD_AMOUNT, RADIO(pulse_gap_us), .high = 1e7},
	{.name = "level_dB", .kind = FIELD_AMOUNT, RADIO(level_dB), .high = 120},
	{.name = "current_step_mA",
         .kind = FIELD_AMOUNT,
         RADIO(current_step_mA),
         .low = -MA_MAX,
         .high = MA_MAX,
         .has = offsetof(struct scenario_radio, has_current) + 1},
	{.name = "note", .kind = FIELD_REMARK, OPTIONAL},
	{0},
};
static const struct shape radio_shape = {.fields = radio_fields,
                                         .size = sizeof(struct scenario_radio)};

/* What a kind of ambient traffic cannot do without. */
static bool check_ambient(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const needs[][2] = {
		[SCENARIO_ROOM_BEACONS] = {"transmitters", "period_ms"},
		[SCENARIO_ROOM_DATA] = {"bursts_per_s", "bursts_per_s"},
		[SCENARIO_ROOM_BLE] = {"transmitters", "interval_ms"},
	};
	const struct scenario_ambient *a = to;

	for (unsigned i = 0; i < 2; i++)
		if (!json_object_get(v, needs[a->type][i]))
			return scenario_expected(r, NULL, "a field '%s'", needs[a->type][i]);
	return true;
}

#define AMBIENT(member) .at = offsetof(struct scenario_ambient, member)
static const char *const rooms[] = {"wifi_beacons", "wifi_data", "ble_adv", NULL};
static const struct field ambient_fields[] = {
	{.name = "type", .kind = FIELD_NAME, AMBIENT(type), .names = rooms},
	{.name = "burst_us", .kind = FIELD_AMOUNT, AMBIENT(burst_us), .low = 1, .high = 1e7},
	{.name = "level_dB", .kind = FIELD_AMOUNT, AMBIENT(level_dB), .high = 120},
	{.name = "transmitters",
         .kind = FIELD_AMOUNT,
         AMBIENT(transmitters),
         .high = 1000,
         OPTIONAL},
	{.name = "period_ms",
         .kind = FIELD_NUMBER,
         AMBIENT(period_ms),
         .low = 0.5,
         .high = WEEK_MS,
         OPTIONAL},
	{.name = "interval_ms",
         .kind = FIELD_AMOUNT,
         AMBIENT(interval_ms),
         .low = 0.5,
         .high = WEEK_MS,
         OPTIONAL},
	{.name = "bursts_per_s",
         .kind = FIELD_AMOUNT,
         AMBIENT(bursts_per_s),
         .high = 100000,
         OPTIONAL},
	{0},
};
static const struct shape ambient_shape = {
	.fields = ambient_fields, .size = sizeof(struct scenario_ambient), .check = check_ambient};

#define BOOT(member) .at = offsetof(struct scenario_boot, member)
static const char *const shapes[] = {"flat", "burst", "charge", NULL};
static const struct field boot_fields[] = {
	{.name = "t_ms", .kind = FIELD_NUMBER, BOOT(t_ms), .high = WEEK_MS},
	{.name = "duration_ms", .kind = FIELD_NUMBER, BOOT(duration_ms), .high = WEEK_MS},
	{.name = "level_mA", .kind = FIELD_AMOUNT, BOOT(level_mA), .high = MA_MAX},
	{.name = "shape", .kind = FIELD_NAME, BOOT(shape), .names = shapes},
	{0},
};
static const struct shape boot_shape = {.fields = boot_fields,
                                        .size = sizeof(struct scenario_boot)};

#define PERIODIC(member) .at = offsetof(struct scenario_periodic, member)
static const char *const wakes[] = {"dtim_wake",     "wake",    "charge",
                                    "led_multiplex", "qi_ping", NULL};
static const struct field periodic_fields[] = {
	{.name = "id", .kind = FIELD_ID, PERIODIC(id)},
	{.name = "kind", .kind = FIELD_NAME, PERIODIC(kind), .names = wakes},
	{.name = "start_ms", .kind = FIELD_TIME, PERIODIC(start_ms)},
	{.name = "period_ms",
         .kind = FIELD_AMOUNT,
         PERIODIC(period_ms),
         .low = 0.1,
         .high = WEEK_MS},
	{.name = "jitter_ms", .kind = FIELD_NUMBER, PERIODIC(jitter_ms), .high = 10000},
	{.name = "duration_ms", .kind = FIELD_AMOUNT, PERIODIC(duration_ms), .high = WEEK_MS},
	{.name = "step_mA",
         .kind = FIELD_AMOUNT,
         PERIODIC(step_mA),
         .low = -MA_MAX,
         .high = MA_MAX},
	{0},
};
static const struct shape periodic_shape = {.fields = periodic_fields,
                                            .size = sizeof(struct scenario_periodic)};

#define POWER_EVENT(member) .at = offsetof(struct scenario_power_event, member)
static const struct field power_event_fields[] = {
	{.name = "id", .kind = FIELD_ID, POWER_EVENT(id)},
	{.name = "t_ms", .kind = FIELD_TIME, POWER_EVENT(t_ms)},
	{.name = "duration_ms", .kind = FIELD_AMOUNT, POWER_EVENT(duration_ms), .high = WEEK_MS},
	{.name = "step_mA",
         .kind = FIELD_AMOUNT,
         POWER_EVENT(step_mA),
         .low = -MA_MAX,
         .high = MA_MAX},
	{0},
};
static const struct shape power_event_shape = {.fields = power_event_fields,
                                               .size = sizeof(struct scenario_power_event)};

#define POWER(member) .at = offsetof(struct scenario_power, member)
#define POWER_LIST(n, member, counter, form)                                                       \
	{                                                                                          \
		.name = n, .kind = FIELD_LIST, POWER(member), .shape = &form,                      \
		.count_at = offsetof(struct scenario_power, counter), .max = SCENARIO_POWER_MAX    \
	}
static const struct field power_fields[] = {
	{.name = "idle_mA", .kind = FIELD_AMOUNT, POWER(idle_mA), .high = MA_MAX},
	{.name = "noise_rms_mA", .kind = FIELD_NUMBER, POWER(noise_rms_mA), .high = 1000},
	POWER_LIST("boot", boot, boot_count, boot_shape),
	POWER_LIST("periodic", periodic, periodic_count, periodic_shape),
	POWER_LIST("events", events, event_count, power_event_shape),
	{0},
};
static const struct shape power_shape = {.fields = power_fields,
                                         .size = sizeof(struct scenario_power)};

#define CLAIM(member) .at = offsetof(struct scenario, member)
static const struct field claim_fields[] = {
	{.name = "data", .kind = FIELD_BOOL, CLAIM(claims_data)},
	{.name = "emarker", .kind = FIELD_BOOL, CLAIM(claims_emarker)},
	{0},
};
static const struct shape claim_shape = {.fields = claim_fields, .size = sizeof(struct scenario)};

static bool declared(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_far_end *f = to;

	if (json_is_null(v))
		return true;
	f->descriptors = scenario_descriptors(r, v, NULL);
	return f->descriptors != NULL;
}

#define FAR(member) .at = offsetof(struct scenario_far_end, member)
static const char *const far_kinds[] = {"none",     "keyboard", "device",   "phone_fs",
                                        "phone_hs", "scanner",  "receiver", "headset",
                                        "kvm",      "puck",     NULL};
static const struct field far_fields[] = {
	{.name = "kind", .kind = FIELD_NAME, FAR(kind), .names = far_kinds},
	{.name = "descriptors", .kind = FIELD_OWN, .read = declared},
	{.name = "load_mA",
         .kind = FIELD_AMOUNT,
         FAR(load_mA),
         .high = MA_MAX,
         .has = offsetof(struct scenario_far_end, has_load) + 1},
	{0},
};
static const struct shape far_shape = {.fields = far_fields,
                                       .size = sizeof(struct scenario_far_end)};

static bool path(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_path *p = to;

	p->open = json_is_string(v) && !strcmp(json_string_value(v), "open");
	if (json_is_string(v) && !p->open)
		return scenario_expected(r, v, "a number, [min, max] or open");
	return p->open || scenario_read_amount(r, v, 0, 1000, &p->ohm);
}

static const struct field path_fields[] = {
	{.name = "dp_ohm", .kind = FIELD_OWN, CLAIM(dp), .read = path},
	{.name = "dm_ohm", .kind = FIELD_OWN, CLAIM(dm), .read = path},
	{.name = "gnd_ohm", .kind = FIELD_OWN, CLAIM(gnd), .read = path},
	{0},
};
static const struct shape path_shape = {.fields = path_fields, .size = sizeof(struct scenario)};

static bool verdicts(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"malicious", "suspect", "not-covered", "no-finding",
	                                    NULL};
	size_t count = json_is_array(v) ? json_array_size(v) : 1;

	if (!count)
		return scenario_expected(r, NULL, "a verdict, or a list of them");
	for (size_t i = 0; i < count; i++) {
		unsigned n;

		if (!scenario_pick(r, json_is_array(v) ? json_array_get(v, i) : v, names, &n))
			return false;
		*(unsigned *)to |= 1u << n;
	}
	return true;
}

static bool is_rule(const char *s)
{
	size_t digits = strspn(s + (*s != '\0'), "0123456789");
	const char *letter = s + 1 + digits;

	return *s == 'R' && digits >= 1 && digits <= 2 && (!*letter || !letter[1]) &&
	       strspn(letter, "abcdeu") == strlen(letter);
}

static bool rules(struct scenario_reader *r, json_t *v, void *to)
{
	struct scenario_rules *list = to;
	size_t i;
	json_t *name;

	if (!json_is_array(v) || json_array_size(v) > SCENARIO_RULES_MAX)
		return scenario_expected(r, v, "a list of at most %d rules", SCENARIO_RULES_MAX);
	json_array_foreach(v, i, name)
	{
		size_t length = scenario_enter(r, "[%zu]", i);

		if (!json_is_string(name) || !is_rule(json_string_value(name)))
			return scenario_expected(r, name, "a rule as R5 or R14a");
		list->name[list->count++] = json_string_value(name);
		scenario_leave(r, length);
	}
	return true;
}

#define EXPECT(member) .at = offsetof(struct scenario_expect, member)
static const struct field expect_fields[] = {
	{.name = "verdict", .kind = FIELD_OWN, EXPECT(verdicts), .read = verdicts},
	{.name = "must", .kind = FIELD_OWN, EXPECT(must), .read = rules},
	{.name = "may", .kind = FIELD_OWN, EXPECT(may), .read = rules},
	{.name = "forbid", .kind = FIELD_OWN, EXPECT(forbid), .read = rules},
	{.name = "waived", .kind = FIELD_OWN, EXPECT(waived), .read = rules, OPTIONAL},
	{.name = "note", .kind = FIELD_TEXT, EXPECT(note), OPTIONAL},
	{0},
};
static const struct shape expect_shape = {.fields = expect_fields,
                                          .size = sizeof(struct scenario_expect)};

static bool mark(struct scenario_reader *r, json_t *v, void *to)
{
	const char *s;

	if (!scenario_text(r, v, to))
		return false;
	s = json_string_value(v);
	for (size_t i = 0; i < strlen(s) || i == 0; i++)
		if (i % 2 ? s[i] != '/' || !s[i + 1] : !s[i] || !strchr("MRKE", s[i]))
			return scenario_expected(r, v, "M, R, K or E, several with / between");
	return true;
}

#define EVIDENCE(member) .at = offsetof(struct scenario_evidence, member)
static const struct field evidence_fields[] = {
	{.name = "usb", .kind = FIELD_OWN, EVIDENCE(usb), .read = mark},
	{.name = "power", .kind = FIELD_OWN, EVIDENCE(power), .read = mark},
	{.name = "rf", .kind = FIELD_OWN, EVIDENCE(rf), .read = mark},
	{.name = "dc_path", .kind = FIELD_OWN, EVIDENCE(dc_path), .read = mark},
	{.name = "far_end", .kind = FIELD_OWN, EVIDENCE(far_end), .read = mark},
	{.name = "note", .kind = FIELD_TEXT, EVIDENCE(note)},
	{0},
};
static const struct shape evidence_shape = {.fields = evidence_fields,
                                            .size = sizeof(struct scenario_evidence)};

static bool scenario_id(struct scenario_reader *r, json_t *v, void *to)
{
	const char *s;

	if (!scenario_text(r, v, to))
		return false;
	s = json_string_value(v);
	return ((*s == 'M' || *s == 'B') && strlen(s) == 3 && strspn(s + 1, "0123456789") == 2) ||
	       scenario_expected(r, v, "M or B and two digits");
}

static bool label(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"benign", "malicious", NULL};
	unsigned n;

	if (!scenario_pick(r, v, names, &n))
		return false;
	*(bool *)to = n;
	return true;
}

#define AT(member) .at = offsetof(struct scenario, member)
static const char *const profiles[] = {"bare", "keyboard", "device", "host", NULL};
static const struct field scenario_fields[] = {
	{.name = "id", .kind = FIELD_OWN, AT(id), .read = scenario_id},
	{.name = "name", .kind = FIELD_TEXT, AT(name)},
	{.name = "label", .kind = FIELD_OWN, AT(malicious), .read = label},
	{.name = "profile", .kind = FIELD_NAME, AT(profile), .names = profiles},
	{.name = "duration_s",
         .kind = FIELD_NUMBER,
         AT(duration_s),
         .low = 0.001,
         .high = WEEK_MS / 1000},
	{.name = "claim", .kind = FIELD_OBJECT, .shape = &claim_shape},
	{.name = "far_end", .kind = FIELD_OBJECT, AT(far_end), .shape = &far_shape},
	{.name = "dc_path", .kind = FIELD_OBJECT, .shape = &path_shape},
	{.name = "power", .kind = FIELD_OBJECT, AT(power), .shape = &power_shape},
	{.name = "usb", .kind = FIELD_OWN, .read = scenario_read_events},
	{.name = "rf",
         .kind = FIELD_LIST,
         AT(rf),
         .shape = &radio_shape,
         .count_at = offsetof(struct scenario, rf_count),
         .max = SCENARIO_RADIOS_MAX},
	{.name = "ambient",
         .kind = FIELD_LIST,
         AT(ambient),
         .shape = &ambient_shape,
         .count_at = offsetof(struct scenario, ambient_count),
         .max = SCENARIO_AMBIENT_MAX},
	{.name = "expect", .kind = FIELD_OBJECT, AT(expect), .shape = &expect_shape},
	{.name = "evidence", .kind = FIELD_OBJECT, AT(evidence), .shape = &evidence_shape},
	{.name = "pitfall", .kind = FIELD_TEXT, AT(pitfall)},
	{0},
};

const struct shape scenario_shape = {.fields = scenario_fields, .size = sizeof(struct scenario)};

const char *scenario_profile_name(enum scenario_profile profile)
{
	return profiles[profile];
}
