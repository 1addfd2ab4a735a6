/* Coverage in words, and the verdict over findings and coverage. product.md "Findings, verdicts, exit codes". */
#include "detect/verdict.h"

#include "detect/words.h"
#include "usb/tap_checks.h"

#define SECOND_NS INT64_C(1000000000)

enum {
	BAD_PERCENT_MAX = 1,
	BLIND_SECONDS_MAX = 1,
	SENSED_SECONDS_MIN = 10, /* `bare`: line and current, with VBUS on */
};

static char *entry(struct coverage *c)
{
	char *text;

	if (c->missing >= COVERAGE_MISSING_MAX)
		return NULL;
	text = c->text[c->missing++];
	text[0] = '\0';
	return text;
}

static void say(char *text, const char *s)
{
	words_append(text, COVERAGE_TEXT_MAX, s);
}

static void say_seconds(char *text, int64_t ns)
{
	words_number(text, COVERAGE_TEXT_MAX, (double)ns / 1e9, 1);
	say(text, " s");
}

static void say_count(char *text, uint64_t n)
{
	words_integer(text, COVERAGE_TEXT_MAX, n > INT32_MAX ? INT32_MAX : (int64_t)n);
}

static void judge_packets(struct coverage *c, const struct coverage_input *in)
{
	/* In doubles: a hostile count of lost packets must not wrap. */
	double all = (double)in->packets + (double)in->lost_packets;
	double bad = (double)in->bad_packets + (double)in->lost_packets;
	char *text;

	if (bad <= 0 || bad * 100.0 <= all * BAD_PERCENT_MAX)
		return;
	text = entry(c);
	if (!text)
		return;
	words_number(text, COVERAGE_TEXT_MAX, all > 0 ? 100.0 * bad / all : 100.0, 2);
	say(text, " % of packets lost or bad, at most 1 % is allowed");
}

static void judge_sensor(struct coverage *c, const char *what, int64_t seen_ns)
{
	char *text;

	if (seen_ns >= SENSED_SECONDS_MIN * SECOND_NS)
		return;
	text = entry(c);
	if (!text)
		return;
	say(text, what);
	say(text, " seen for ");
	/* Down, so that what is missing never reads as enough. */
	say_seconds(text, seen_ns > 0 ? seen_ns / (SECOND_NS / 10) * (SECOND_NS / 10) : 0);
	say(text, " with VBUS on, 10 s are needed");
}

static void say_checks(char *text, uint16_t mask)
{
	const char *before = "";

	for (unsigned i = 0; i < TAP_CHECKS; i++) {
		if (!(mask >> i & 1))
			continue;
		say(text, before);
		say(text, tap_check_name(i));
		before = ", ";
	}
}

void coverage_judge(struct coverage *c, const struct coverage_input *in, const struct profile *p)
{
	char *text;

	*c = (struct coverage){.seconds_ns = in->duration_ns, .blind_ns = in->blind_ns};
	judge_packets(c, in);
	if (in->blind_ns > BLIND_SECONDS_MAX * SECOND_NS && (text = entry(c))) {
		say(text, "blind to high speed for ");
		say_seconds(text, in->blind_ns);
		say(text, ", at most 1 s is allowed");
	}
	if (in->unseen_ns > BLIND_SECONDS_MAX * SECOND_NS && (text = entry(c))) {
		say(text, "the tap lost ");
		say_seconds(text, in->unseen_ns);
		say(text, " of what it listened to, at most 1 s is allowed");
	}
	if (in->failed_checks && (text = entry(c))) {
		say(text, "the tap's self-test failed: ");
		say_checks(text, in->failed_checks);
	}
	if (in->alerts_lost && (text = entry(c))) {
		say_count(text, in->alerts_lost);
		say(text, in->alerts_lost == 1 ? " alert" : " alerts");
		say(text, " of the tap did not arrive");
	}
	if (in->undecided_keyboards && (text = entry(c))) {
		words_integer(text, COVERAGE_TEXT_MAX, in->undecided_keyboards);
		say(text, in->undecided_keyboards == 1 ? " keyboard" : " keyboards");
		say(text, " typed fewer than 10 keys, too few to tell who typed");
	}
	if (in->untimed_keyboards && (text = entry(c))) {
		words_integer(text, COVERAGE_TEXT_MAX, in->untimed_keyboards);
		say(text, in->untimed_keyboards == 1 ? " keyboard" : " keyboards");
		say(text, " typed at times that the capture does not tell, or tells too roughly to "
		          "judge");
	}
	if (in->cut && (text = entry(c))) {
		say_count(text, in->cut);
		say(text, in->cut == 1 ? " report, request or descriptor was"
		                       : " reports, requests or descriptors were");
		say(text, " kept in part only: the capture's packets are cut short");
	}
	if (in->keys_cut && (text = entry(c))) {
		say_count(text, in->keys_cut);
		say(text,
		    in->keys_cut == 1 ? " report descriptor has" : " report descriptors have");
		say(text, " more fields of keys than can be followed");
	}
	if (in->lost_interfaces && (text = entry(c))) {
		say_count(text, in->lost_interfaces);
		say(text, in->lost_interfaces == 1 ? " input interface" : " input interfaces");
		say(text, " more than can be followed at a time");
	}
	if (p->kind == PROFILE_BARE) {
		judge_sensor(c, "line", in->line_seen_ns);
		judge_sensor(c, "current", in->current_seen_ns);
	} else if (!in->transfers && (text = entry(c))) {
		say(text, "no transfer was decoded: nothing enumerated, or nothing could be read");
	}
}

static unsigned groups_at_least(const struct finding *f, size_t count, enum weight w)
{
	uint32_t seen = 0;
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		if (f[i].weight >= w)
			seen |= 1u << f[i].group;
	for (unsigned g = 0; g < GROUPS; g++)
		n += seen >> g & 1;
	return n;
}

enum verdict verdict_of(const struct finding *f, size_t count, const struct coverage *c)
{
	unsigned strong = groups_at_least(f, count, WEIGHT_STRONG);

	if (groups_at_least(f, count, WEIGHT_DECISIVE) || strong >= 2)
		return VERDICT_MALICIOUS;
	if (strong || groups_at_least(f, count, WEIGHT_MEDIUM) >= 2)
		return VERDICT_SUSPECT;
	return c->missing ? VERDICT_NOT_COVERED : VERDICT_NO_FINDING;
}

static const struct {
	const char *name;
	int exit_code;
} verdicts[] = {
	[VERDICT_NO_FINDING] = {"no-finding", 0},
	[VERDICT_NOT_COVERED] = {"not-covered", 30},
	[VERDICT_SUSPECT] = {"suspect", 10},
	[VERDICT_MALICIOUS] = {"malicious", 20},
};

const char *verdict_name(enum verdict v)
{
	return verdicts[v].name;
}

int verdict_exit_code(enum verdict v)
{
	return verdicts[v].exit_code;
}
