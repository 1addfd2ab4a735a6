/* R9 as the engine sees it: words, evidence, one finding of each weight a keyboard, and what `--why` may ask. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "detect/rule_injected_typing.h"
#include "model_build.h"

struct hand {
	struct build *b;
	struct model_hid *hid;
	uint16_t down;
};

static void send(struct hand *h, uint16_t press, uint16_t release)
{
	struct key_report r = {.t_ns = h->b->t_ns,
	                       .packet = ++h->b->packet,
	                       .flags = press && release ? KEYS_REPLACED
	                                : press          ? 0
	                                                 : KEYS_ALL_UP,
	                       .presses = press > 0,
	                       .releases = release > 0,
	                       .down = press > 0,
	                       .length = 8,
	                       .press = {press},
	                       .release = {release}};
	struct event e = {.kind = EVENT_KEYS,
	                  .t_ns = r.t_ns,
	                  .packet = r.packet,
	                  .device = model_device_of(h->b->m, h->hid),
	                  .hid = h->hid,
	                  .keys = &r};

	engine_event(h->b->e, &e);
	h->down = press;
}

static uint16_t letter(unsigned i)
{
	return (uint16_t)(0x04 + i * 7 % 23);
}

/* Press and release on polls of 8 ms, `gap` polls from press to press. */
static void taps(struct hand *h, unsigned from, unsigned keys, unsigned gap)
{
	for (unsigned i = from; i < from + keys; i++) {
		send(h, letter(i), 0);
		h->b->t_ns += 8 * BUILD_MS;
		send(h, 0, letter(i));
		h->b->t_ns += (gap - 1) * 8 * BUILD_MS;
	}
}

static struct hand keyboard(struct build *b, unsigned slot)
{
	struct hand h = {.b = b};

	h.hid = build_hid(b, build_device(b, slot, USB_SPEED_LOW), slot, 0, HID_KIND_KEYBOARD, NULL,
	                  63);
	h.hid->report_ns = 8000000;
	return h;
}

static const struct evidence *evidence(const struct finding *f, const char *name)
{
	for (unsigned i = 0; i < f->evidences; i++)
		if (!strcmp(f->evidence[i].name, name))
			return &f->evidence[i];
	fail_msg("no evidence '%s'", name);
	return NULL;
}

static const struct finding *nth(const struct build *b, unsigned n)
{
	size_t count;
	const struct finding *f = engine_findings(b->e, &count);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(f[i].rule, "R9") && !n--)
			return &f[i];
	fail_msg("too few findings");
	return NULL;
}

static void strong_then_decisive(void **state)
{
	const struct finding *f;
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b, 0);
	taps(&h, 0, 5, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	f = nth(&b, 0);
	assert_int_equal(f->weight, WEIGHT_STRONG);
	assert_int_equal(f->group, GROUP_TYPING);
	assert_int_equal(f->keystroke, 5);
	assert_string_equal(f->text,
	                    "5 keys at 16.0 ms, held for one poll each: no person types like this");
	assert_true(evidence(f, "interval_ms_median")->number == 16);
	assert_true(evidence(f, "dwell_ms_median")->number == 8);
	assert_true(evidence(f, "replaced_share")->number == 0);
	assert_true(evidence(f, "log_ratio")->number >= 13.8);
	assert_true(evidence(f, "error_claimed_log10")->number <= -5.9);
	assert_string_equal(evidence(f, "feature_1")->text, "pace");
	assert_true(f->packet > 0 && f->packet <= b.packet);

	taps(&h, 5, 30, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	taps(&h, 35, 60, 2);
	assert_int_equal(build_count(&b, "R9"), 2);
	assert_int_equal(nth(&b, 1)->weight, WEIGHT_DECISIVE);
	assert_in_range(nth(&b, 1)->keystroke, 40, 45);
	build_release(&b);
}

static void each_key_replaces_the_last(void **state)
{
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_BARE);
	h = keyboard(&b, 0);
	for (unsigned i = 0; i < 8; i++) {
		send(&h, letter(i), h.down);
		b.t_ns += 8 * BUILD_MS;
	}
	assert_int_equal(build_count(&b, "R9"), 1);
	assert_in_range(nth(&b, 0)->keystroke, 4, 6);
	assert_non_null(strstr(nth(&b, 0)->text,
	                       " keys at 8.0 ms, each taking the place of the one before"));
	build_release(&b);
}

static void each_keyboard_for_itself(void **state)
{
	struct build b;
	struct hand h, other;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b, 0);
	other = keyboard(&b, 1);
	/* Their keys in turn: neither types faster than one in 400 ms. */
	for (unsigned i = 0; i < 6; i++) {
		taps(&h, i, 1, 25);
		taps(&other, i + 3, 1, 25 + i * 5);
	}
	assert_int_equal(build_count(&b, "R9"), 0);
	taps(&h, 0, 12, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	assert_int_equal(nth(&b, 0)->device_address, model_device_of(b.m, h.hid)->address);
	/* The slot's next user is another keyboard. */
	h.hid->id += 1000;
	b.t_ns += 60 * BUILD_S;
	taps(&h, 0, 12, 2);
	assert_int_equal(build_count(&b, "R9"), 2);
	build_release(&b);
}

/* Keyboards one after another, three keys each, at the pace of a tool; what tells one from the next is up to the test. */
static unsigned found_in_turn_at(int64_t away_ns, bool same_structure, bool same_bus,
                                 bool same_interface, uint64_t place, bool same_place)
{
	struct build b;
	unsigned found;

	build_init(&b, PROFILE_HOST);
	for (unsigned i = 0; i < 6; i++) {
		struct model_device *d = build_device(&b, i, USB_SPEED_LOW);
		struct hand h = {.b = &b};

		d->bus = (uint16_t)(same_bus ? 1 : i);
		d->place = place + (same_place ? 0 : i);
		h.hid = build_hid(&b, d, i, (uint8_t)(same_interface ? 0 : i), HID_KIND_KEYBOARD,
		                  NULL, 63);
		h.hid->report_ns = 8000000;
		build_hashed_fill(&b, d, (uint8_t)(same_structure ? 7 : 7 + i));
		taps(&h, 3 * i, 3, 2);
		if (!place)
			build_gone(&b, d);
		b.t_ns += away_ns;
	}
	found = build_count(&b, "R9");
	assert_int_equal(injected_typing_undecided(engine_rule_state(b.e, "R9")), found ? 0 : 6);
	build_release(&b);
	return found;
}

static unsigned found_in_turn(int64_t away_ns, bool same_structure, bool same_bus,
                              bool same_interface)
{
	return found_in_turn_at(away_ns, same_structure, same_bus, same_interface, 0, true);
}

/* Another structure and another interface each time: the port is what stays. */
static void one_port_through_disguises(void **state)
{
	const uint64_t port = 3 << 8 | 2;

	(void)state;
	assert_true(found_in_turn_at(BUILD_S, false, true, false, port, true) >= 1);
	assert_true(found_in_turn_at(BUILD_S, false, true, true, MODEL_PLACE_WIRE, true) >= 1);
	assert_true(found_in_turn_at(50 * BUILD_S, false, true, true, port, true) >= 1);
	assert_int_equal(found_in_turn_at(70 * BUILD_S, false, true, true, port, true), 0);
	assert_int_equal(found_in_turn_at(BUILD_S, false, true, true, port, false), 0);
	assert_int_equal(found_in_turn_at(BUILD_S, false, false, true, port, true), 0);
	assert_int_equal(found_in_turn_at(BUILD_S, false, true, true, 0, true), 0);
}

/* As hands do: `keys` keys of 60 to 120 ms, 130 to 420 ms from one to the next. */
static void hands(struct hand *h, unsigned keys)
{
	for (unsigned k = 0; k < keys; k++) {
		send(h, letter(k), 0);
		h->b->t_ns += (60 + k * 53 % 61) * BUILD_MS;
		send(h, 0, letter(k));
		h->b->t_ns += (70 + k * 29 % 231) * BUILD_MS;
	}
}

static struct hand plugged(struct build *b, unsigned slot, uint64_t place)
{
	struct model_device *d = build_device(b, slot, USB_SPEED_LOW);
	struct hand h = {.b = b};

	d->place = place;
	h.hid = build_hid(b, d, slot, 0, HID_KIND_KEYBOARD, NULL, 63);
	h.hid->report_ns = 8000000;
	build_hashed_fill(b, d, (uint8_t)(7 + slot));
	return h;
}

/*
 * A person's keyboard goes, or stays elsewhere, and a tool comes: it is found as soon as it would be on a bus of its own,
 * for nothing that the person's hands were known by is taken for the tool's. Nor is the person held for the tool.
 */
static void hands_are_not_handed_on(void **state)
{
	static const uint64_t places[] = {0, MODEL_PLACE_WIRE, 3 << 8 | 2, 3 << 8 | 4};
	unsigned alone = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct build b;
		struct hand person, tool;

		build_init(&b, PROFILE_HOST);
		if (i) {
			person = plugged(&b, 0, places[3]);
			hands(&person, 40);
			assert_int_equal(build_count(&b, "R9"), 0);
			b.t_ns += 2 * BUILD_S;
		}
		tool = plugged(&b, 1, places[i]);
		taps(&tool, 0, 12, 2);
		assert_int_equal(build_count(&b, "R9"), 1);
		if (!i)
			alone = nth(&b, 0)->keystroke;
		assert_in_range(nth(&b, 0)->keystroke, alone, alone + (i == 3 ? 40 : 0));
		b.t_ns += 2 * BUILD_S;
		person = plugged(&b, 2, places[3]);
		hands(&person, 40);
		assert_int_equal(build_count(&b, "R9"), 1);
		build_release(&b);
	}
}

static void one_typist_through_enumerations(void **state)
{
	(void)state;
	assert_int_equal(found_in_turn(BUILD_S, true, true, true), 1);
	assert_int_equal(found_in_turn(50 * BUILD_S, true, true, true), 1);
	assert_int_equal(found_in_turn(70 * BUILD_S, true, true, true), 0);
	assert_int_equal(found_in_turn(BUILD_S, false, true, true), 0);
	assert_int_equal(found_in_turn(BUILD_S, true, false, true), 0);
	assert_int_equal(found_in_turn(BUILD_S, true, true, false), 0);
}

/* The keys that a person types are no more alarming for a cable that loses contact every few of them. */
static void a_loose_plug_is_no_alarm(void **state)
{
	const void *r9;
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	r9 = engine_rule_state(b.e, "R9");
	for (unsigned i = 0; i < 40; i++) {
		struct model_device *d = build_device(&b, i, USB_SPEED_LOW);
		struct hand h = {.b = &b};

		h.hid = build_hid(&b, d, i, 0, HID_KIND_KEYBOARD, NULL, 63);
		h.hid->report_ns = 8000000;
		build_hashed_fill(&b, d, 7);
		for (unsigned k = 0; k < 5; k++) {
			uint16_t usage = letter(5 * i + k);

			send(&h, usage, 0);
			/* No time reaches across an enumeration. */
			assert_int_equal(injected_typing_last(r9, i)->gap_ms < 0, k == 0);
			b.t_ns += (60 + (i * 37 + k * 53) % 61) * BUILD_MS;
			send(&h, 0, usage);
			b.t_ns += (70 + (i * 71 + k * 29) % 173) * BUILD_MS;
		}
		build_gone(&b, d);
		b.t_ns += 2 * BUILD_S;
	}
	assert_int_equal(build_count(&b, "R9"), 0);
	assert_int_equal(injected_typing_undecided(r9), 0);
	build_release(&b);
}

/* A tool comes as a copy of the person's keyboard, which is still there: those hands are not its own. */
static void a_copy_beside_the_first_is_another(void **state)
{
	struct hand person, tool;
	struct build b;

	(void)state;
	build_init(&b, PROFILE_HOST);
	person = plugged(&b, 0, 3 << 8 | 1);
	hands(&person, 40);
	b.t_ns += 2 * BUILD_S;
	tool = plugged(&b, 1, 3 << 8 | 2);
	build_hashed_fill(&b, &b.m->device[tool.hid->device], 7);
	taps(&tool, 0, 12, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	assert_in_range(nth(&b, 0)->keystroke, 4, 5);
	hands(&person, 40);
	assert_int_equal(build_count(&b, "R9"), 1);
	build_release(&b);
}

static void undecided_and_last_step(void **state)
{
	const struct typing_step *step;
	const void *r9;
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	r9 = engine_rule_state(b.e, "R9");
	assert_non_null(r9);
	assert_int_equal(injected_typing_undecided(r9), 0);
	h = keyboard(&b, 3);
	assert_null(injected_typing_last(r9, 3));
	taps(&h, 0, 3, 2);
	assert_int_equal(injected_typing_undecided(r9), 1);
	step = injected_typing_last(r9, 3);
	assert_non_null(step);
	assert_int_equal(step->key, 3);
	assert_int_equal(step->packet, b.packet);
	assert_true(step->ratio > 0);
	assert_true(step->hold_ms == 8);
	/* Another takes the slot: what was not decided stays so. */
	h.hid->id += 1000;
	taps(&h, 0, 2, 2);
	assert_int_equal(injected_typing_undecided(r9), 2);
	/* A decision, then no longer undecided. */
	taps(&h, 2, 6, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	assert_int_equal(injected_typing_undecided(r9), 1);
	assert_null(injected_typing_last(r9, MODEL_HIDS_MAX));
	assert_null(injected_typing_last(NULL, 0));
	for (unsigned i = 0; i < TYPING_FEATURES; i++)
		assert_true(*typing_feature_name((enum typing_feature)i));
	build_release(&b);
}

/* The two keys struck last again and again: evenness counts where no person is as fast. */
static void two_keys_in_turn(void **state)
{
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b, 3);
	for (unsigned i = 0; i < 40; i++) {
		send(&h, letter(i % 2), i ? letter(1 - i % 2) : 0);
		b.t_ns += 8 * BUILD_MS;
	}
	assert_int_equal(build_count(&b, "R9"), 1);
	build_release(&b);
}

/* Times that all equal one another: no alarm, and no silence about it either. */
static void untimed(void **state)
{
	const void *r9;
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	r9 = engine_rule_state(b.e, "R9");
	h = keyboard(&b, 3);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(injected_typing_untimed(r9), 0);
		send(&h, letter(i), 0);
		send(&h, 0, letter(i));
	}
	assert_int_equal(injected_typing_untimed(r9), 1);
	assert_int_equal(injected_typing_undecided(r9), 0);
	/* It stays so, whoever takes the slot, unless something is found. */
	for (unsigned i = 0; i < 20; i++) {
		b.t_ns += (90 + i * 37 % 171) * BUILD_MS;
		send(&h, letter(i), 0);
		b.t_ns += (60 + i * 13 % 61) * BUILD_MS;
		send(&h, 0, letter(i));
	}
	assert_int_equal(injected_typing_untimed(r9), 1);
	assert_int_equal(build_count(&b, "R9"), 0);
	h.hid->id += 1000;
	taps(&h, 0, 12, 2);
	assert_int_equal(build_count(&b, "R9"), 1);
	assert_int_equal(injected_typing_untimed(r9), 1);
	assert_int_equal(injected_typing_untimed(NULL), 0);
	build_release(&b);
}

/* A host that is late now and then, and then again in time. */
static void seldom_untimed(void **state)
{
	struct build b;
	struct hand h;

	(void)state;
	build_init(&b, PROFILE_HOST);
	h = keyboard(&b, 3);
	for (unsigned i = 0; i < 200; i++) {
		b.t_ns += i % 5 > 2 ? 0 : (90 + i * 37 % 171) * BUILD_MS;
		send(&h, letter(i), 0);
		b.t_ns += i % 5 > 2 ? 0 : (60 + i * 13 % 61) * BUILD_MS;
		send(&h, 0, letter(i));
	}
	assert_int_equal(injected_typing_untimed(engine_rule_state(b.e, "R9")), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strong_then_decisive),
		cmocka_unit_test(each_key_replaces_the_last),
		cmocka_unit_test(each_keyboard_for_itself),
		cmocka_unit_test(one_typist_through_enumerations),
		cmocka_unit_test(one_port_through_disguises),
		cmocka_unit_test(hands_are_not_handed_on),
		cmocka_unit_test(a_loose_plug_is_no_alarm),
		cmocka_unit_test(a_copy_beside_the_first_is_another),
		cmocka_unit_test(undecided_and_last_step),
		cmocka_unit_test(two_keys_in_turn),
		cmocka_unit_test(untimed),
		cmocka_unit_test(seldom_untimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
