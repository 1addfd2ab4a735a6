/* What a tap's sensors do to the screens: rows of current and radio, squares of coverage, all as of the cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/fake_link.h"
#include "tests/screens/vt.h"

#define MS INT64_C(1000000)

enum { QUIET_MS = 500, PERIOD_MS = 100, BUSY_MS = 3000 };

static void hello(struct link *l)
{
	fake_link_push(l,
	               &(struct record){.kind = RECORD_HELLO,
	                                .hello = {.version = WIRE_VERSION,
	                                          .capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SENSE,
	                                          .tick_hz = WIRE_TICK_HZ,
	                                          .vbus = 1,
	                                          .capturing = 1,
	                                          .calibration = 1}});
}

static void millisecond(struct link *l, int64_t t_ns, int64_t mean_na, int64_t max_na,
                        int64_t radio_nv)
{
	fake_link_push(l, &(struct record){
				  .kind = RECORD_BAND,
				  .t_ns = t_ns,
				  .band = {.sensor = {.channel = WIRE_CURRENT, .calibrated = true},
	                                   .mean_nano = mean_na,
	                                   .maximum_nano = max_na}});
	fake_link_push(l, &(struct record){.kind = RECORD_BAND,
	                                   .t_ns = t_ns,
	                                   .band = {.sensor = {.channel = WIRE_RADIO},
	                                            .mean_nano = 500000000 + radio_nv / 4,
	                                            .maximum_nano = 500000000 + radio_nv,
	                                            .floor_nano = 500000000}});
}

/* Half a second of silence, then 67 mA with 435 mA whenever a radio sends. */
static void play(struct vt *t)
{
	hello(vt_link(t));
	for (int i = 0; i < BUSY_MS; i++) {
		bool busy = i >= QUIET_MS, sends = busy && i % PERIOD_MS == 0;

		millisecond(vt_link(t), i * MS, busy ? 67000000 : 20000,
		            sends  ? 435000000
		            : busy ? 69000000
		                   : 30000,
		            sends ? 540000000 : 0);
		if (i % 10 == 9)
			vt_run(t, 10);
	}
	vt_run(t, 200);
}

static struct vt *live(int rows, int columns, bool ascii)
{
	return vt_new(&(struct vt_options){.link = fake_link_new(),
	                                   .rows = rows,
	                                   .columns = columns,
	                                   .ascii = ascii,
	                                   .has_profile = true,
	                                   .profile = PROFILE_BARE});
}

static void current_and_radio_have_rows(void **state)
{
	static const struct {
		const char *name, *keys;
		int rows, columns;
		bool ascii;
	} cases[] = {
		{"tap-80x24", "", 24, 80, false},    {"tap-120x40", "", 40, 120, false},
		{"tap-40x10", "", 10, 40, false},    {"tap-ascii", "", 24, 80, true},
		{"tap-zoomed", "1z", 24, 80, false}, {"tap-projector", "p", 30, 100, false},
		{"tap-past", "g", 24, 80, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vt *t = live(cases[i].rows, cases[i].columns, cases[i].ascii);

		play(t);
		for (const char *k = cases[i].keys; *k; k++)
			vt_keys(t, (char[]){*k, '\0'});
		vt_run(t, 200);
		if (!vt_golden(t, cases[i].name))
			fail_msg("%s differs", cases[i].name);
		vt_free(t);
	}
}

/* A square is full once the sense was used, and empty again for a cursor before that. */
static void squares_are_as_of_the_cursor(void **state)
{
	struct vt *t = live(24, 80, false);
	struct link *l = vt_link(t);

	(void)state;
	hello(l);
	fake_link_keyboard(l, 10 * MS, 5, "A", "B", "1");
	vt_run(t, 200);
	assert_non_null(strstr(vt_text(t), "mA □  radio □  DC □"));
	millisecond(l, 900 * MS, 20000, 30000, 0);
	fake_link_push(l, &(struct record){.kind = RECORD_DC_PATH,
	                                   .t_ns = 1500 * MS,
	                                   .dc_path = {.path = WIRE_PATH_DP, .open = true}});
	vt_run(t, 200);
	assert_non_null(strstr(vt_text(t), "mA ■  radio ■  DC ■"));
	vt_keys(t, "1");
	vt_keys(t, "g");
	vt_run(t, 200);
	assert_non_null(strstr(vt_text(t), "mA □  radio □  DC □"));
	vt_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current_and_radio_have_rows),
		cmocka_unit_test(squares_are_as_of_the_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
