/*
 * R16: the way of D+ and D- from end to end, measured with direct current. A metre of copper is under 1 ohm and both wires
 * are alike; an analogue switch adds 4 to 10 ohm, and a hub or a microcontroller in the way lets no current through at all
 * (threats.md §3.1). This needs nothing that the cable has to do: it finds what sleeps and what has destroyed itself.
 *
 * A cable that is sold without data may be open. Where nobody knows what it is sold as, that is said in the finding.
 */
#include "detect/claim.h"
#include "detect/rules.h"

#define LIMIT_UOHM      3000000
#define ASYMMETRIC_UOHM 1000000

struct path_state {
	enum claim data;
	bool has[2], said_open, said_high, said_uneven;
	bool open[2];
	uint32_t uohm[2];
};

static const char *const wire[2] = {"D+", "D-"};

static double ohm(const struct path_state *s, unsigned i)
{
	return (double)s->uohm[i] / 1e6;
}

static struct finding *emit(const struct rule_input *in, const struct path_state *s)
{
	static const char *const name[2] = {"dp_ohm", "dm_ohm"};
	struct finding *f = rule_emit(in, NULL);

	for (unsigned i = 0; i < 2; i++) {
		if (s->has[i] && s->open[i])
			finding_text(f, name[i], "open");
		else if (s->has[i])
			finding_number(f, name[i], ohm(s, i), 2);
	}
	finding_text(f, "sold_as_data",
	             s->data == CLAIM_YES  ? "yes"
	             : s->data == CLAIM_NO ? "no"
	                                   : "unknown");
	return f;
}

static void open_path(const struct rule_input *in, struct path_state *s)
{
	struct finding *f;

	if (s->said_open || s->data == CLAIM_NO || !(s->open[0] || s->open[1]))
		return;
	s->said_open = true;
	f = emit(in, s);
	if (s->open[0] && s->open[1])
		finding_say(f, "no copper joins the data wires' two ends");
	else {
		finding_say(f, wire[s->open[0] ? 0 : 1]);
		finding_say(f, " is not joined from end to end");
	}
	finding_say(f, s->data == CLAIM_YES
	                       ? ", in a cable sold as a data cable: something sits in between"
	                       : ": fine in a charging cable, a circuit in between in any other");
}

static void high_path(const struct rule_input *in, struct path_state *s)
{
	unsigned worst =
		s->has[1] && !s->open[1] && (!s->has[0] || s->open[0] || s->uohm[1] > s->uohm[0])
			? 1
			: 0;
	struct finding *f;

	if (s->said_high || !s->has[worst] || s->open[worst] || s->uohm[worst] <= LIMIT_UOHM)
		return;
	s->said_high = true;
	f = emit(in, s);
	finding_say(f, wire[worst]);
	finding_say(f, " has ");
	finding_say_number(f, ohm(s, worst), 1);
	finding_say(f, " ohm from end to end where copper has less than one: as through an "
	               "electronic switch");
}

static void uneven_path(const struct rule_input *in, struct path_state *s)
{
	struct finding *f;
	double apart;

	if (s->said_uneven || s->said_high || !s->has[0] || !s->has[1] || s->open[0] || s->open[1])
		return;
	apart = ohm(s, 0) > ohm(s, 1) ? ohm(s, 0) - ohm(s, 1) : ohm(s, 1) - ohm(s, 0);
	if (apart * 1e6 <= ASYMMETRIC_UOHM)
		return;
	s->said_uneven = true;
	f = emit(in, s);
	finding_say(f, "the two data wires differ by ");
	finding_say_number(f, apart, 1);
	finding_say(f, " ohm, and in a plain cable they are alike");
	finding_number(f, "apart_ohm", apart, 2);
}

static void match(const struct rule_input *in)
{
	struct path_state *s = in->state;
	const struct record *r = in->event->record;
	unsigned i;

	if (r->kind == RECORD_CLAIM)
		s->data = claim_read(&r->text, "data", s->data);
	if (r->kind != RECORD_DC_PATH ||
	    (r->dc_path.path != WIRE_PATH_DP && r->dc_path.path != WIRE_PATH_DM))
		return;
	i = r->dc_path.path == WIRE_PATH_DM;
	s->has[i] = true;
	s->open[i] = r->dc_path.open;
	s->uohm[i] = r->dc_path.resistance_uohm;
	if (!s->has[0] || !s->has[1])
		return; /* the tap measures both: one sentence for both */
	open_path(in, s);
	high_path(in, s);
	uneven_path(in, s);
}

const struct rule rule_data_path = {
	.id = "R16",
	.name = "data-path",
	.summary = "D+ or D- more than 3 ohm from end to end, or more than 1 ohm apart, or open "
		   "though sold as data",
	.group = GROUP_LINE,
	.weight = WEIGHT_MEDIUM,
	.events = EVENT_BIT(EVENT_TAP),
	.profiles = PROFILE_BIT(PROFILE_BARE),
	.state_size = sizeof(struct path_state),
	.match = match,
};
