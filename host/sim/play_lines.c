/* Events that need no device: levels, text, attach, supply, sleep. In: events. Out: levels and settings of the tap. */
#include "sim/play_state.h"

#include "sim/bus_emit.h"

static enum wire_lines lines_of(enum scenario_state state)
{
	switch (state) {
	case SCENARIO_J_LS:
	case SCENARIO_K_FS:
		return WIRE_DM;
	case SCENARIO_J_FS:
	case SCENARIO_K_LS:
		return WIRE_DP;
	default:
		return WIRE_SE0;
	}
}

static void force(struct play *p, enum wire_lines lines)
{
	/* A switch in the cable takes away whatever talked. */
	if (p->bus.running && lines != wires_j(p->bus.speed))
		play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, lines);
}

/* What held the lines lets go, unless somebody else has them, or takes them in a moment. */
static bool let_go(struct play *p, struct play_activity *a)
{
	int next = play_next(p);

	if (p->forced == a->item && !p->bus.running &&
	    (next == SCENARIO_NONE || p->span[next].start_ns > p->bus.now_ns + PLAY_MS(1)))
		wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	return false;
}

void play_line(struct play *p, int item, const struct scenario_event *e)
{
	struct random r = play_random(p, item);
	int64_t end = p->bus.now_ns + play_ns(scenario_draw(&r, &e->duration_ms));
	enum wire_lines lines = lines_of(e->state);
	struct play_activity *a;

	force(p, lines);
	p->forced = item;
	play_done(p, item, end);
	a = lines == WIRE_SE0 ? NULL : play_activity(p, item, let_go);
	if (a)
		a->next_ns = end;
}

void play_uart(struct play *p, int item, const struct scenario_event *e)
{
	int64_t end;

	force(p, e->dp ? WIRE_DP : WIRE_DM);
	end = wires_uart(&p->wires, p->bus.now_ns, e->dp, e->baud, e->text);
	bus_run_until(&p->bus, end);
	play_done(p, item, end);
}

/* The host has taken a level for a device and asks for its descriptor. */
void play_setup_unanswered(struct play *p, int item, const struct scenario_event *e)
{
	static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 64, 0};
	struct sim_packet token, data;
	int64_t at = p->bus.now_ns;

	if (p->wires.lines != WIRE_SE0 && !p->bus.running) {
		p->bus.speed = p->wires.lines == WIRE_DM ? USB_SPEED_LOW : USB_SPEED_FULL;
		wire_token(&token, USB_PID_SETUP, 0, 0);
		wire_data(&data, false, get_device, sizeof(get_device));
		for (unsigned i = 0; i < e->count; i++) {
			bus_run_until(&p->bus, at + (int64_t)(i * e->spacing_us * 1000));
			bus_packet(&p->bus, NULL, &token, true);
			bus_packet(&p->bus, NULL, &data, true);
		}
	}
	play_done(p, item, p->bus.now_ns);
}

void play_attach(struct play *p, int item, const struct scenario_event *e)
{
	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, wires_j(e->speed));
	play_done(p, item, p->bus.now_ns);
}

void play_detach(struct play *p, int item, const struct scenario_event *e)
{
	(void)e;
	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	play_done(p, item, p->bus.now_ns);
}

/* Host's reset, chirps, and then levels that no full-speed receiver sees. USB 2.0 §7.1.7.5 */
void play_hs_chirp(struct play *p, int item, const struct scenario_event *e)
{
	(void)e;
	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	play_done(p, item, p->bus.now_ns);
}

void play_hs_blind(struct play *p, int item, const struct scenario_event *e)
{
	struct random r = play_random(p, item);

	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	play_done(p, item, p->bus.now_ns + play_ns(scenario_draw(&r, &e->duration_ms)));
}

static bool wake(struct play *p, struct play_activity *a)
{
	bool present = false;

	for (unsigned i = 0; i < BUS_DEVICES_MAX; i++)
		present |= p->bus.device[i].present;
	/* Hosts drive K for 20 ms or a little more. USB 2.0 §7.1.7.7 */
	if (present && !p->bus.running)
		bus_resume(&p->bus, play_ns(random_uniform(&a->random, 20, 25)));
	return false;
}

void play_suspend(struct play *p, int item, const struct scenario_event *e)
{
	struct random r = play_random(p, item);
	int64_t end = p->bus.now_ns + play_ns(scenario_draw(&r, &e->duration_ms));
	struct play_activity *a;

	bus_suspend(&p->bus);
	play_done(p, item, end);
	a = play_activity(p, item, wake);
	if (a)
		a->next_ns = end;
}

/* The tap's comparators latch: VBUS off, bus switch open, and then the firmware is told. hw/README.md */
void play_overvoltage(struct play *p, int item, const struct scenario_event *e)
{
	struct random r = play_random(p, item);
	double period = scenario_draw(&r, &e->period_ms), count = scenario_draw(&r, &e->pulses);
	const struct record alert = {.kind = RECORD_ALERT,
	                             .t_ns = p->bus.now_ns,
	                             .step_ns = 1,
	                             .alert = {.sequence = 1, .what = WIRE_ALERT_OVERVOLTAGE}};

	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	play_setting(p, WIRE_SET_OVERVOLTAGE, WIRE_BY_HARDWARE, 0, 1);
	play_setting(p, WIRE_SET_SWITCH, WIRE_BY_HARDWARE, WIRE_SWITCH_HOST, WIRE_SWITCH_OPEN);
	play_setting(p, WIRE_SET_VBUS, WIRE_BY_HARDWARE, 1, 0);
	wires_record(&p->wires, &alert);
	play_done(p, item, p->bus.now_ns + play_ns(period * count));
}

void play_nothing(struct play *p, int item, const struct scenario_event *e)
{
	(void)e;
	play_done(p, item, p->bus.now_ns);
}

static bool back(struct play *p, struct play_activity *a)
{
	(void)a;
	play_setting(p, WIRE_SET_VBUS, WIRE_BY_HARDWARE, 0, 1);
	return false;
}

void play_vbus_dip(struct play *p, int item, const struct scenario_event *e)
{
	struct random r = play_random(p, item);
	int64_t end = p->bus.now_ns + play_ns(scenario_draw(&r, &e->duration_ms));
	struct play_activity *a;

	play_drop(p);
	wires_set(&p->wires, p->bus.now_ns, WIRE_SE0);
	play_setting(p, WIRE_SET_VBUS, WIRE_BY_HARDWARE, 1, 0);
	play_done(p, item, end);
	a = play_activity(p, item, back);
	if (a)
		a->next_ns = end;
}
