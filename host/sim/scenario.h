/*
 * Scenarios: cables in numbers. What one does on the bus, in supply current and in radio, and what should be said of it,
 * read from JSON (scenarios.json is the set that comes with the program). Reading is strict: an unknown field, a missing
 * one, a value of another form or beyond its bounds is an error that names file, field and what was expected.
 *
 * Here is what the file says, ranges and references included; scenario_plan.h has what becomes of it in one run.
 * Amounts are in the unit that their names end in. Texts are borrowed from the set and live as long as it does.
 */
#ifndef CORDON_SIM_SCENARIO_H
#define CORDON_SIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/device.h"
#include "sim/host.h"
#include "sim/typist.h"
#include "usb/err.h"

enum {
	SCENARIO_FILE_MAX = 1 << 23, /* bytes */
	SCENARIO_MESSAGE_MAX = 512,
	SCENARIO_MAX = 1024,
	SCENARIO_EVENTS_MAX = 512, /* of `usb` */
	SCENARIO_RADIOS_MAX = 128,
	SCENARIO_POWER_MAX = 64, /* each of boot, periodic, events */
	SCENARIO_AMBIENT_MAX = 16,
	SCENARIO_ITEMS_MAX = SCENARIO_EVENTS_MAX + SCENARIO_RADIOS_MAX + 2 * SCENARIO_POWER_MAX,
	SCENARIO_RULES_MAX = 48,
	SCENARIO_LOCKS_MAX = 16,
	SCENARIO_REQUESTS_MAX = 16,
	SCENARIO_TEXT_MAX = 4000, /* of typing, `keys` too */
	SCENARIO_NONE = -1,
};

/* low to high, both included; equal: no range. */
struct scenario_amount {
	double low, high;
};

/* An item of this scenario by its id: its number (see scenario_item), SCENARIO_NONE where there is none. */
struct scenario_ref {
	const char *id; /* NULL: none */
	int item;
};

/* From VBUS on; where `after` is an item, from its end or start. Then ms may be negative. */
struct scenario_time {
	struct scenario_amount ms;
	struct scenario_ref after;
	bool from_start;
};

enum scenario_spread_kind {
	SCENARIO_FIXED,     /* a */
	SCENARIO_RANGE,     /* a to b */
	SCENARIO_MEAN_SD,   /* mean a, SD b */
	SCENARIO_MEDIAN_SD, /* median a, SD b */
	SCENARIO_MEDIAN_LN, /* median a, SD of the logarithm b */
};

struct scenario_spread {
	enum scenario_spread_kind kind;
	double a, b;
};

enum scenario_model {
	SCENARIO_MODEL_FIXED,
	SCENARIO_MODEL_UNIFORM,
	SCENARIO_MODEL_GAUSS,
	SCENARIO_MODEL_LOGNORMAL,
	SCENARIO_MODEL_HUMAN,
	SCENARIO_MODEL_REPLAY,
};

enum scenario_alphabet {
	SCENARIO_PROSE,
	SCENARIO_COMMAND,
	SCENARIO_MIXED,
	SCENARIO_DIGITS_ENTER,
	SCENARIO_MODHEX_ENTER,
	SCENARIO_ALPHABETS,
};

struct scenario_typing {
	enum scenario_model model;
	struct scenario_spread interval_ms, dwell_ms; /* press to press; hold */
	enum press_style press_style;
	enum shift_style shift_style;
	bool right_shift;
	double poll_ms, errors_per_key, overlap_share, replace_share;
	bool null_report_first;
	unsigned key_slot;
	enum key_coding coding;
	const char *text; /* NULL: `count` keys of `alphabet` */
	unsigned count;
	enum scenario_alphabet alphabet;
	struct scenario_amount added_latency_ms, alt_char_gap_ms;
};

enum scenario_ev {
	SCENARIO_LINE,
	SCENARIO_UART,
	SCENARIO_SETUP_UNANSWERED,
	SCENARIO_ATTACH,
	SCENARIO_DETACH,
	SCENARIO_ENUMERATE,
	SCENARIO_DOWNSTREAM,
	SCENARIO_HS_CHIRP,
	SCENARIO_HS_BLIND,
	SCENARIO_NULL_REPORT,
	SCENARIO_TYPE,
	SCENARIO_LOCKS,
	SCENARIO_LED_STREAM,
	SCENARIO_MOUSE,
	SCENARIO_RAW,
	SCENARIO_BULK,
	SCENARIO_CONTROL,
	SCENARIO_SUSPEND,
	SCENARIO_OVERVOLTAGE,
	SCENARIO_DR_SWAP,
	SCENARIO_PD_SOP1,
	SCENARIO_VBUS_DIP,
	SCENARIO_EVS,
};

enum scenario_state { SCENARIO_SE0, SCENARIO_J_LS, SCENARIO_J_FS, SCENARIO_K_LS, SCENARIO_K_FS };
enum scenario_by { SCENARIO_BY_CABLE, SCENARIO_BY_FAR_END, SCENARIO_BY_CHARGER };
enum scenario_direction { SCENARIO_IN, SCENARIO_OUT, SCENARIO_BOTH };
enum scenario_bulk { SCENARIO_DHCP, SCENARIO_SCSI_READ, SCENARIO_MTP, SCENARIO_AUDIO_ISO };
enum scenario_mouse { SCENARIO_THERE_AND_BACK, SCENARIO_HAND };
enum scenario_lock { SCENARIO_CAPS, SCENARIO_NUM, SCENARIO_SCROLL };

struct scenario_lock_step {
	enum scenario_lock key;
	double press_ms, after_ms, wait_ms;
};

struct scenario_request {
	uint8_t type, request; /* bmRequestType, bRequest */
	unsigned count;
};

/* Fields that an event of this kind does not have are zero. */
struct scenario_event {
	enum scenario_ev ev;
	const char *id; /* NULL: none */
	struct scenario_time t_ms;
	struct scenario_amount duration_ms;
	enum scenario_state state;
	bool dp; /* uart: on D+, else D- */
	unsigned baud;
	const char *text;
	unsigned count; /* setup_unanswered */
	double spacing_us;
	enum usb_speed speed;
	enum scenario_by by;
	unsigned port;
	/* enumerate, downstream: the descriptors as they are for this device, overrides put in */
	const struct device_text *descriptors;
	const char *descriptors_name;
	enum host_kind host;
	struct scenario_amount configured_after_ms, led_after_ms;
	bool has_leds; /* else no LED report follows */
	double ctl_naks_per_data;
	bool has_naks; /* else whatever a device does */
	bool replaces_far_end;
	struct scenario_ref device;
	unsigned interface;
	struct scenario_typing typing;
	struct scenario_amount host_answer_ms;
	struct scenario_lock_step *locks;
	size_t lock_count;
	struct scenario_amount reports_per_s;
	unsigned bits_per_report;
	enum scenario_mouse pattern;
	struct scenario_amount step_counts, period_ms;
	enum scenario_direction direction;
	unsigned bytes_per_report;
	enum scenario_bulk bulk;
	struct scenario_amount bytes_per_s;
	struct scenario_request *requests;
	size_t request_count;
	bool on_dp, on_dm; /* overvoltage */
	struct scenario_amount level_V, pulse_us, pulses;
	uint16_t identity_vid;
	struct scenario_amount min_V;
};

enum scenario_timing_kind {
	SCENARIO_ONCE,
	SCENARIO_PERIODIC,
	SCENARIO_RANDOM,
	SCENARIO_SWEEP,
	SCENARIO_PER_REPORT,
};

struct scenario_timing {
	enum scenario_timing_kind kind;
	struct scenario_time start_ms; /* of `once` too */
	struct scenario_amount period_ms, defer_ms, random_ms, gap_ms, lead_ms, duration_ms;
	double jitter_ms;
	bool has_duration; /* else until the end */
	unsigned steps;
	double step_ms;
	struct scenario_ref of;
};

enum scenario_radio_type {
	SCENARIO_WIFI_AP_BEACON,
	SCENARIO_WIFI_STA_TX,
	SCENARIO_WIFI_DATA,
	SCENARIO_WIFI_PROBE_REQ,
	SCENARIO_BLE_ADV,
	SCENARIO_BLE_CONN,
	SCENARIO_BT_CLASSIC_PAIRING,
	SCENARIO_ESB_ACK,
	SCENARIO_GSM_TDMA,
	SCENARIO_OOK_BURST,
	SCENARIO_OOK_REMOTE,
};

enum scenario_cause { SCENARIO_CAUSE_CABLE, SCENARIO_CAUSE_REMOTE, SCENARIO_CAUSE_FAR_END };

struct scenario_radio {
	const char *id;
	enum scenario_radio_type type;
	enum scenario_cause cause;
	struct scenario_timing timing;
	struct scenario_amount burst_us, pulses, pulse_gap_us, level_dB, current_step_mA;
	bool has_current; /* else no current goes with it */
};

enum scenario_room { SCENARIO_ROOM_BEACONS, SCENARIO_ROOM_DATA, SCENARIO_ROOM_BLE };

struct scenario_ambient {
	enum scenario_room type;
	struct scenario_amount burst_us, level_dB, transmitters, interval_ms, bursts_per_s;
	double period_ms;
};

enum scenario_shape { SCENARIO_FLAT, SCENARIO_BURST, SCENARIO_CHARGE };
enum scenario_wake {
	SCENARIO_DTIM_WAKE,
	SCENARIO_WAKE,
	SCENARIO_WAKE_CHARGE,
	SCENARIO_LED_MULTIPLEX,
	SCENARIO_QI_PING,
};

struct scenario_boot {
	double t_ms, duration_ms;
	struct scenario_amount level_mA;
	enum scenario_shape shape;
};

struct scenario_periodic {
	const char *id;
	enum scenario_wake kind;
	struct scenario_time start_ms;
	struct scenario_amount period_ms, duration_ms, step_mA; /* duration: of one wake */
	double jitter_ms;
};

struct scenario_power_event {
	const char *id;
	struct scenario_time t_ms;
	struct scenario_amount duration_ms, step_mA;
};

struct scenario_power {
	struct scenario_amount idle_mA;
	double noise_rms_mA;
	struct scenario_boot *boot;
	struct scenario_periodic *periodic;
	struct scenario_power_event *events;
	size_t boot_count, periodic_count, event_count;
};

enum scenario_far_kind {
	SCENARIO_FAR_NONE,
	SCENARIO_FAR_KEYBOARD,
	SCENARIO_FAR_DEVICE,
	SCENARIO_FAR_PHONE_FS,
	SCENARIO_FAR_PHONE_HS,
	SCENARIO_FAR_SCANNER,
	SCENARIO_FAR_RECEIVER,
	SCENARIO_FAR_HEADSET,
	SCENARIO_FAR_KVM,
	SCENARIO_FAR_PUCK,
};

struct scenario_far_end {
	enum scenario_far_kind kind;
	const struct device_text *descriptors; /* of the declared device; NULL none */
	struct scenario_amount load_mA;
	bool has_load;
};

/* End to end. */
struct scenario_path {
	bool open;
	struct scenario_amount ohm;
};

enum scenario_profile {
	SCENARIO_PROFILE_BARE,
	SCENARIO_PROFILE_KEYBOARD,
	SCENARIO_PROFILE_DEVICE,
	SCENARIO_PROFILE_HOST,
};

enum scenario_verdict {
	SCENARIO_MALICIOUS = 1u << 0,
	SCENARIO_SUSPECT = 1u << 1,
	SCENARIO_NOT_COVERED = 1u << 2,
	SCENARIO_NO_FINDING = 1u << 3,
};

struct scenario_rules {
	const char *name[SCENARIO_RULES_MAX];
	size_t count;
};

struct scenario_expect {
	unsigned verdicts; /* enum scenario_verdict, those that may come */
	struct scenario_rules must, may, forbid, waived;
	const char *note;
};

struct scenario_evidence {
	const char *usb, *power, *rf, *dc_path, *far_end, *note;
};

struct scenario {
	const char *id, *name, *pitfall;
	bool malicious; /* `label`, else benign */
	enum scenario_profile profile;
	double duration_s;
	bool claims_data, claims_emarker;
	struct scenario_far_end far_end;
	struct scenario_path dp, dm, gnd;
	struct scenario_power power;
	struct scenario_event *usb;
	struct scenario_radio *rf;
	struct scenario_ambient *ambient;
	size_t usb_count, rf_count, ambient_count;
	struct scenario_expect expect;
	struct scenario_evidence evidence;
};

/* Numbers of items: the events of `usb` first, then `rf`, `power.periodic`, `power.events`. */
static inline int scenario_radio_item(const struct scenario *s, size_t radio)
{
	return (int)(s->usb_count + radio);
}

static inline int scenario_periodic_item(const struct scenario *s, size_t periodic)
{
	return (int)(s->usb_count + s->rf_count + periodic);
}

static inline int scenario_power_event_item(const struct scenario *s, size_t event)
{
	return (int)(s->usb_count + s->rf_count + s->power.periodic_count + event);
}

static inline int scenario_items(const struct scenario *s)
{
	return scenario_power_event_item(s, s->power.event_count);
}

struct scenarios {
	struct scenario *scenario;
	size_t count;
	struct scenario_store *store; /* what everything above is borrowed from */
};

/*
 * A set from memory; `name` is what messages call it. On ERR_SCENARIO `message` says where and what was expected, not
 * escaped. On failure the set is empty.
 */
enum err scenarios_parse(struct scenarios *set, const char *name, const char *bytes, size_t len,
                         char message[SCENARIO_MESSAGE_MAX]);

/* From a file; errno is kept with ERR_OPEN and ERR_READ. */
enum err scenarios_read(struct scenarios *set, const char *path,
                        char message[SCENARIO_MESSAGE_MAX]);
void scenarios_release(struct scenarios *set);

/* By id ("M03"), in any case of letters; NULL none. */
const struct scenario *scenarios_find(const struct scenarios *set, const char *id);

const char *scenario_ev_name(enum scenario_ev ev);
const char *scenario_profile_name(enum scenario_profile profile);

#endif
