/*
 * Current, radio and VBUS of a run as changes in order of time; and all of a run as a file. In: a plan. Out: changes; text.
 * Leaves alone: what a tap makes of them (sensors.c).
 */
#include <math.h>
#include <stdlib.h>

#include "sim/sensors_run.h"
#include "sim/waveform.h"

#define MS INT64_C(1000000)
#define PS INT64_C(1000)
/* A change by less is none: a quarter of a step of the converter in range mA, and one in the radio's. */
#define SAME_MA 0.04
#define SAME_V  0.0008

struct waveform_levels {
	const struct waveform_sink *sink;
	double ma, volts;
	bool on;
	struct sensors sensors;
};

struct waveform_levels *waveform_levels_new(const struct scenario_plan *plan,
                                            const struct waveform_sink *sink)
{
	struct waveform_levels *w = malloc(sizeof(*w));
	const struct random random = random_fork(&plan->random, SCENARIO_STREAM_NOISE);

	if (!w)
		return NULL;
	w->sink = sink;
	w->ma = w->volts = -1;
	w->on = false;
	sensors_figures(&w->sensors.f, plan);
	sensors_init(&w->sensors, 0, plan->end_ns, &random);
	return w;
}

static void stretch(struct waveform_levels *w, int64_t t_ns)
{
	const struct sensors *s = &w->sensors;
	bool on = sensors_powered(s, t_ns);
	double ma = sensors_level_ma(s, t_ns) + (on ? s->slow_ma : 0);
	double volts = adc_radio(sensors_level_db(s, t_ns)) / adc_volts(1);

	if (on != w->on)
		w->sink->change(w->sink->context, t_ns * PS, WAVEFORM_VBUS, on);
	if (fabs(ma - w->ma) > SAME_MA)
		w->sink->change(w->sink->context, t_ns * PS, WAVEFORM_MA, w->ma = ma);
	if (fabs(volts - w->volts) > SAME_V)
		w->sink->change(w->sink->context, t_ns * PS, WAVEFORM_RADIO, w->volts = volts);
	w->on = on;
}

void waveform_levels_until(struct waveform_levels *w, int64_t t_ns)
{
	int64_t breaks[SENSORS_BREAKS_MAX];
	struct sensors *s = &w->sensors;

	while (s->now_ns + MS <= t_ns) {
		unsigned n;

		sensors_millisecond(s);
		n = sensors_breaks(s, s->now_ns, s->now_ns + MS, breaks) - 1;
		for (unsigned i = 0; i < n; i++)
			stretch(w, breaks[i]);
		s->now_ns += MS;
	}
}

void waveform_levels_free(struct waveform_levels *w)
{
	free(w);
}

static void write_change(void *context, int64_t t_ps, enum waveform_what what, double value)
{
	static const char *const names[] = {
		[WAVEFORM_LINES] = "lines",
		[WAVEFORM_VBUS] = "vbus",
		[WAVEFORM_MA] = "mA",
		[WAVEFORM_RADIO] = "radio_V",
	};
	const struct waveform_file *w = context;

	if (t_ps > w->until_ns * PS)
		return;
	fprintf(w->file, "[%lld,\"%s\",%.*f]\n", (long long)((t_ps * 3 + 12500) / 25000),
	        names[what], what == WAVEFORM_MA || what == WAVEFORM_RADIO ? 4 : 0, value);
}

bool waveform_file_init(struct waveform_file *w, FILE *file, const struct scenario_plan *plan,
                        int64_t until_ns)
{
	*w = (struct waveform_file){.file = file, .until_ns = until_ns};
	w->sink = (struct waveform_sink){.context = w, .change = write_change};
	fprintf(file,
	        "{\"format\":\"cordon.waveform/1\",\"scenario\":\"%s\",\"seed\":%llu,"
	        "\"tick_hz\":%d,\"until_tick\":%lld,\"noise_mA\":%.4f}\n",
	        plan->scenario->id, (unsigned long long)plan->seed, WIRE_TICK_HZ,
	        (long long)(until_ns * 3 / 25),
	        sensors_white_ma(plan->scenario->power.noise_rms_mA));
	w->levels = waveform_levels_new(plan, &w->sink);
	if (!w->levels)
		return false;
	waveform_lines_init(&w->lines, &w->sink);
	return true;
}

void waveform_file_record(struct waveform_file *w, const struct record *r)
{
	if (r->t_ns > w->until_ns)
		return;
	waveform_levels_until(w->levels, r->t_ns);
	waveform_lines_record(&w->lines, r);
}

void waveform_file_end(struct waveform_file *w)
{
	waveform_levels_until(w->levels, w->until_ns);
	waveform_levels_free(w->levels);
	w->levels = NULL;
}
