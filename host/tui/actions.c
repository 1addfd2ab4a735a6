/* See actions.h. */
#include "tui/actions.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tui/chosen.h"

static const char unrecorded[] = "nothing is recorded here, so nothing can be put into it";

static void say(struct view *v, const char *text)
{
	snprintf(v->message, sizeof(v->message), "%s", text);
}

bool actions_end_and_flip(const char *word, struct new_test *t)
{
	int end = toupper((unsigned char)word[0]);

	if (!word[0])
		return true;
	if ((end != 'A' && end != 'B') || (word[1] != '1' && word[1] != '2') || word[2])
		return false;
	snprintf(t->end, sizeof(t->end), "%c", end);
	snprintf(t->flip, sizeof(t->flip), "%c", word[1]);
	return true;
}

/* The tap tells of the change itself, or that it refuses; the mark tells that it was the operator's. */
static void set(struct input *i)
{
	const struct tap_setting *setting = i->view.setting;

	say(&i->view, tap_setting_send(i->options.link, setting)
	                      ? setting->said
	                      : "the tap cannot be told now: it is away, or not heard yet");
}

static void layout(struct input *i)
{
	const char *name = i->view.wish_word;
	struct layout *l;
	bool known;

	if (!i->options.layout) {
		say(&i->view, "typed text is not kept");
		return;
	}
	/* Compiled once here, so that a wrong name never gets into a recording. */
	l = layout_new(name);
	known = l && layout_load(l);
	layout_free(l);
	if (!known) {
		snprintf(i->view.message, sizeof(i->view.message), "there is no layout '%.40s'",
		         name);
		return;
	}
	/* A recorder hands it on as any record, for its file must say what the screen does; who plays a recording only looks
	 * at it in another way. */
	if (link_takes_notes(i->options.link)
	            ? !link_note(i->options.link, RECORD_LAYOUT, name, strlen(name))
	            : !analysis_set_layout(i->analysis, name)) {
		say(&i->view,
		    "the layout stays: the recording is over, or it was changed too often");
		return;
	}
	snprintf(i->view.message, sizeof(i->view.message),
	         "what is typed from here on is read as %.40s", name);
}

static void copy(struct input *i, const struct scene *s, struct tui *t)
{
	char text[CHOSEN_MAX];

	if (!chosen_text(s, text))
		say(&i->view, text);
	else if (tui_copy(t, text))
		say(&i->view, "copied, where the terminal allows it (OSC 52)");
	else
		say(&i->view, "the terminal is not read; nothing was copied");
}

static void report(struct input *i, const struct scene *s)
{
	char text[CHOSEN_MAX], mark[CHOSEN_MAX + 16];
	int len;

	if (!chosen_text(s, text)) {
		say(&i->view, text);
		return;
	}
	len = snprintf(mark, sizeof(mark), "report: %s", text);
	say(&i->view, link_note(i->options.link, RECORD_MARK, mark, (size_t)len)
	                      ? "in the report, as a mark"
	                      : unrecorded);
}

void actions_obey(struct input *i, const struct scene *s, struct tui *t)
{
	switch (i->view.wish) {
	case WISH_NONE:
	case WISH_TEST:
	case WISH_PROFILE:
		return;
	case WISH_LAYOUT:
		layout(i);
		break;
	case WISH_SETTING:
		set(i);
		break;
	case WISH_COPY:
		copy(i, s, t);
		break;
	case WISH_REPORT:
		report(i, s);
		break;
	}
	i->view.wish = WISH_NONE;
}

/* The time is the cursor's: it may lie in the past. */
void actions_record_marks(struct input *i, unsigned before)
{
	for (unsigned n = before; n < i->view.marks; n++) {
		char text[64];
		int len = snprintf(text, sizeof(text), "mark %u at %.3f s", n + 1,
		                   (double)i->view.mark_ns[n] / 1e9);

		link_note(i->options.link, RECORD_MARK, text, (size_t)len);
	}
}
