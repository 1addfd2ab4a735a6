/*
 * A run as it stands at the tap's pins: what D+ and D- do edge by edge, what current flows, what the radio detector gives,
 * when VBUS is on. In: what stands on the lines (wires.h), the sensors' figures. Out: changes, those of one kind in order of
 * time, for an emulated tap to be played. What that tap makes of them should be what the simulator says it records.
 *
 * Bits are sent at their nominal times: jitter, skew and clock error are tests/wave's.
 */
#ifndef CORDON_SIM_WAVEFORM_H
#define CORDON_SIM_WAVEFORM_H

#include <stdio.h>

#include "sim/scenario_plan.h"
#include "usb/record.h"

enum waveform_what {
	WAVEFORM_LINES, /* enum wire_lines */
	WAVEFORM_VBUS,  /* 1: on */
	WAVEFORM_MA,    /* without the part of the noise that is new with each sample */
	WAVEFORM_RADIO, /* volts at the converter, likewise */
};

struct waveform_sink {
	void *context;
	void (*change)(void *context, int64_t t_ps, enum waveform_what what, double value);
};

/* The data lines. */
struct waveform_lines {
	const struct waveform_sink *sink;
	enum wire_lines now, j; /* j: of the port, as last seen */
	int64_t now_ps;
};

void waveform_lines_init(struct waveform_lines *w, const struct waveform_sink *sink);

/* The stream of wires.h. */
void waveform_lines_record(struct waveform_lines *w, const struct record *r);

/* Current, radio and VBUS, pulled up to a time. */
struct waveform_levels;

struct waveform_levels *waveform_levels_new(const struct scenario_plan *plan,
                                            const struct waveform_sink *sink);
void waveform_levels_until(struct waveform_levels *w, int64_t t_ns);
void waveform_levels_free(struct waveform_levels *w);

/*
 * A file of it: a line of JSON with what holds for all of it, then one for each change: [tick, what, value], with ticks of
 * 1/120,000,000 s from the start of the recording and what "lines", "vbus", "mA" or "radio_V". host/README.md
 */
struct waveform_file {
	FILE *file; /* the caller's */
	struct waveform_sink sink;
	struct waveform_lines lines;
	struct waveform_levels *levels;
	int64_t until_ns;
};

/* NULL file: out of memory. At most the first `until_ns` are written. */
bool waveform_file_init(struct waveform_file *w, FILE *file, const struct scenario_plan *plan,
                        int64_t until_ns);
void waveform_file_record(struct waveform_file *w, const struct record *r);
void waveform_file_end(struct waveform_file *w);

#endif
