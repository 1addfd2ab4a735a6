/* Sensors by hand. See sensor_feed.h. */
#include "sensor_feed.h"

#include <string.h>

void feed_record(struct build *b, const struct record *r, int64_t t_ns)
{
	struct record at = *r;
	struct event e = {.t_ns = t_ns, .packet = ++b->packet, .record = &at, .step_ns = 1};

	at.t_ns = t_ns;
	at.packet = b->packet;
	e.kind = r->kind == RECORD_BAND || r->kind == RECORD_BURST || r->kind == RECORD_STEP
	                 ? EVENT_SENSOR
	                 : EVENT_TAP;
	if (t_ns > b->m->now_ns)
		b->m->now_ns = t_ns;
	engine_event(b->e, &e);
}

void feed_vbus(struct build *b, bool on)
{
	b->m->vbus_known = true;
	b->m->vbus_on = on;
	build_line(b, on ? LINE_VBUS_ON : LINE_VBUS_OFF, USB_SPEED_UNKNOWN);
}

void feed_powered(struct build *b, enum profile_kind kind)
{
	build_init(b, kind);
	b->m->tap.known = b->m->tap.listening = true;
	b->m->vbus_on = false;
	feed_vbus(b, true);
}

void feed_ma(struct build *b, double mean, double maximum)
{
	struct record r = {.kind = RECORD_BAND,
	                   .band = {.sensor = {.channel = WIRE_CURRENT,
	                                       .range = WIRE_RANGE_MA,
	                                       .calibrated = true},
	                            .minimum_nano = (int64_t)(mean * 1e6),
	                            .mean_nano = (int64_t)(mean * 1e6),
	                            .maximum_nano = (int64_t)(maximum * 1e6)}};

	feed_record(b, &r, b->t_ns);
	b->t_ns += BUILD_MS;
}

void feed_steady(struct build *b, unsigned ms, double ma)
{
	for (unsigned i = 0; i < ms; i++)
		feed_ma(b, ma, ma);
}

void feed_burst(struct build *b, enum wire_channel channel, int64_t t_ns, double peak,
                unsigned length_us)
{
	struct record r = {.kind = RECORD_BURST,
	                   .burst = {.sensor = {.channel = channel, .calibrated = true},
	                             .peak_nano = (int64_t)(peak * 1e6),
	                             .mean_nano = (int64_t)(peak * 0.8e6),
	                             .length_ns = length_us * 1000ull}};

	feed_record(b, &r, t_ns);
}

void feed_text(struct build *b, enum record_kind kind, const char *text)
{
	struct record r = {.kind = kind};

	r.text = (struct record_text){(const uint8_t *)text, (uint32_t)strlen(text)};
	feed_record(b, &r, b->t_ns);
}

void feed_setting(struct build *b, uint8_t setting, uint8_t cause, uint32_t after)
{
	struct record r = {.kind = RECORD_SETTING};

	r.setting = (struct wire_state){
		.setting = setting, .cause = cause, .before = !after, .after = after};
	feed_record(b, &r, b->t_ns);
}
