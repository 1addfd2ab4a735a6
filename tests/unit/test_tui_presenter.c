/* A show's course: cues by the recording's clock, keys, chapters, a stand that runs by itself; and how it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/screens/vt.h"
#include "tui/keys.h"
#include "tui/presenter.h"

#define SECOND INT64_C(1000000000)

static struct show_cue first_cues[] = {
	{0, "Nothing is plugged in at its far end.", false},
	{10, "And now it types.", false},
	{20, "Once more, slowly.", true},
};
static struct show_cue second_cues[] = {
	{0, "A sleeping one.", false},
};
static struct show_chapter chapters[] = {
	{.title = "One", .seconds = 30, .skip_s = 2, .speed = 2, .cue = first_cues, .cues = 3},
	{.title = "Two", .seconds = 5, .speed = 1, .cue = second_cues, .cues = 1},
};
static const struct show show = {
	.title = "Test", .language = "en", .chapter = chapters, .chapters = 2};

/* As long as those of the show that comes along. */
static struct show_cue long_cues[] = {
	{0,
         "People overlap their keys, hesitate, correct themselves. Cordon counts all of that, and "
         "not the speed alone.",
         false},
};
static struct show_chapter long_chapters[] = {
	{.title = "3  Typing that no person did",
         .seconds = 30,
         .speed = 1,
         .cue = long_cues,
         .cues = 1},
};
static const struct show long_show = {
	.title = "Test", .language = "en", .chapter = long_chapters, .chapters = 1};

static const char *said(struct presenter *p)
{
	return presenter_shown(p)->say;
}

static void cues_follow_the_recording(void **state)
{
	struct presenter p;

	(void)state;
	presenter_init(&p, &show, false, false);
	assert_int_equal(presenter_clock_ns(&p), 2 * SECOND);
	/* On its way to where it begins: no time has passed. */
	presenter_turn(&p, 100 * SECOND, 0, false, false);
	assert_string_equal(said(&p), first_cues[0].say);
	/* 20 s of the recording at twice its pace. */
	presenter_turn(&p, 101 * SECOND, 21 * SECOND, false, false);
	assert_string_equal(said(&p), first_cues[0].say);
	presenter_turn(&p, 102 * SECOND, 22 * SECOND, false, false);
	assert_string_equal(said(&p), first_cues[1].say);
	assert_int_equal(presenter_turn(&p, 103 * SECOND, 42 * SECOND, false, false),
	                 PRESENTER_REPLAY);
	assert_int_equal(presenter_turn(&p, 104 * SECOND, 42 * SECOND, false, false),
	                 PRESENTER_NOTHING);
	/* The recording is over; the chapter goes on, but not while it is paused. */
	presenter_turn(&p, 110 * SECOND, 42 * SECOND, true, true);
	assert_false(presenter_shown(&p)->ended);
	presenter_turn(&p, 119 * SECOND, 42 * SECOND, true, false);
	assert_false(presenter_shown(&p)->ended);
	presenter_turn(&p, 121 * SECOND, 42 * SECOND, true, false);
	assert_true(presenter_shown(&p)->ended);
	assert_int_equal(presenter_shown(&p)->elapsed_s, 21);
	assert_int_equal(presenter_shown(&p)->planned_s, 30);
	assert_int_equal(presenter_shown(&p)->total_s, 35);
}

static enum presenter_wish press(struct presenter *p, int key)
{
	enum presenter_wish wish = PRESENTER_NOTHING;

	assert_true(presenter_key(p, key, &wish));
	return wish;
}

static void keys_lead_through_it(void **state)
{
	enum presenter_wish wish;
	struct presenter p;

	(void)state;
	presenter_init(&p, &show, false, false);
	presenter_turn(&p, 0, 2 * SECOND, false, false);
	assert_int_equal(press(&p, KEY_CODE_RIGHT), PRESENTER_JUMP);
	assert_int_equal(presenter_clock_ns(&p), 22 * SECOND);
	/* Still on its way there. */
	presenter_turn(&p, 1, 3 * SECOND, false, false);
	assert_string_equal(said(&p), first_cues[1].say);
	assert_int_equal(press(&p, KEY_CODE_RIGHT), PRESENTER_JUMP);
	assert_int_equal(press(&p, KEY_CODE_LEFT), PRESENTER_CHAPTER);
	assert_int_equal(presenter_clock_ns(&p), 22 * SECOND);
	assert_int_equal(press(&p, KEY_CODE_PAGE_UP), PRESENTER_CHAPTER);
	assert_int_equal(presenter_clock_ns(&p), 2 * SECOND);
	assert_int_equal(press(&p, '.'), PRESENTER_CHAPTER);
	assert_int_equal(p.chapter, 1);
	assert_int_equal(press(&p, KEY_CODE_LEFT), PRESENTER_CHAPTER);
	assert_int_equal(p.chapter, 0);
	assert_int_equal(press(&p, '2'), PRESENTER_CHAPTER);
	assert_int_equal(p.chapter, 1);
	assert_int_equal(press(&p, KEY_CODE_PAGE_DOWN), PRESENTER_OVER);
	assert_false(presenter_key(&p, '3', &wish));
	assert_false(presenter_key(&p, ' ', &wish));
}

static void a_stand_begins_again(void **state)
{
	struct presenter p;

	(void)state;
	presenter_init(&p, &show, true, false);
	assert_int_equal(presenter_turn(&p, 0, 100 * SECOND, false, false), PRESENTER_CHAPTER);
	assert_int_equal(p.chapter, 1);
	presenter_turn(&p, 0, 0, false, false);
	assert_int_equal(presenter_turn(&p, SECOND, 5 * SECOND, false, false), PRESENTER_CHAPTER);
	assert_int_equal(p.chapter, 0);
	assert_int_equal(presenter_clock_ns(&p), 2 * SECOND);
}

/* On the screen: the chapter, the sentence, the time where it is rehearsed; all within the smallest one. */
static void it_is_seen_from_the_back_row(void **state)
{
	static const struct {
		const char *name;
		const struct show *show;
		int rows, columns;
		bool rehearse;
		double at_s;
	} cases[] = {
		{"show-100x30", &show, 30, 100, false, 0},
		{"show-80x24", &show, 24, 80, true, 10.5},
		{"show-40x10", &show, 10, 40, false, 10.5},
		{"show-ended", &show, 24, 80, false, 31},
		/* Neither text is drawn over the other. */
		{"show-long-80x24", &long_show, 24, 80, false, 1},
		{"show-long-40x10", &long_show, 10, 40, true, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vt *t = vt_new(
			&(struct vt_options){.capture = "tests/captures/omg-plug/capture.pcapng",
		                             .speed = 1,
		                             .rows = cases[i].rows,
		                             .columns = cases[i].columns});
		struct presenter p;

		presenter_init(&p, cases[i].show, false, cases[i].rehearse);
		presenter_turn(&p, 0, 0, false, false);
		p.at_s = cases[i].at_s;
		presenter_turn(&p, 17 * SECOND, 0, true, true);
		dashboard_show(vt_dashboard(t), presenter_shown(&p));
		vt_keys(t, "p");
		vt_run(t, 5000);
		if (!vt_golden(t, cases[i].name))
			fail_msg("%s differs", cases[i].name);
		vt_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cues_follow_the_recording),
		cmocka_unit_test(keys_lead_through_it),
		cmocka_unit_test(a_stand_begins_again),
		cmocka_unit_test(it_is_seen_from_the_back_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
