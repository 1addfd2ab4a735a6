/*
 * R17: what stands on the CC pins against what is sold. The tap pulls each pin to 3.3 V through 36 k (hw/README.md) and
 * reads: open 3.3 V; Rd, 5.1 k, 0.41 V; Ra, 0.8 to 1.2 k, 0.07 to 0.11 V (USB Type-C §4.5.1.2.1, §4.11.1, tables 4-25 to
 * 4-27). An e-marker shows itself by Ra. Said: an e-marker that was sold and is not there, one that is there and was not
 * sold, and Rd on both pins, which asks the host for debug mode. Weak, all of them: cables are sold badly.
 *
 * The messages of power delivery are not decoded: the tap has no receiver for them.
 */
#include "detect/claim.h"
#include "detect/rules.h"

enum {
	RA_MAX_MV = 200,
	RD_MIN_MV = 250,
	RD_MAX_MV = 700,
	STEADY = 3, /* so many readings in a row must agree: contacts bounce */
};

enum pin { PIN_OPEN, PIN_RD, PIN_RA };

struct cc_state {
	enum claim emarker;
	bool known, said;
	enum pin pin[2];
	unsigned agree;
};

static enum pin pin_of(uint16_t mv)
{
	if (mv <= RA_MAX_MV)
		return PIN_RA;
	return mv >= RD_MIN_MV && mv <= RD_MAX_MV ? PIN_RD : PIN_OPEN;
}

static const char *against(const struct cc_state *s)
{
	bool ra = s->pin[0] == PIN_RA || s->pin[1] == PIN_RA;

	if (s->emarker == CLAIM_YES && !ra)
		return "the cable is sold with an e-marker, and none answers on its CC pins";
	if (s->emarker == CLAIM_NO && ra)
		return "a chip sits on a CC pin of a cable that is sold without an e-marker";
	if (s->pin[0] == PIN_RD && s->pin[1] == PIN_RD)
		return "both CC pins pull down: the cable asks for debug mode, which no cable "
		       "should";
	return NULL;
}

static void match(const struct rule_input *in)
{
	struct cc_state *s = in->state;
	const struct record *r = in->event->record;
	const char *what;
	struct finding *f;
	enum pin pin[2];

	if (r->kind == RECORD_CLAIM)
		s->emarker = claim_read(&r->text, "emarker", s->emarker);
	if (r->kind != RECORD_CC || r->flags & RECORD_PORT_FAR)
		return;
	pin[0] = pin_of(r->cc.cc1_mv);
	pin[1] = pin_of(r->cc.cc2_mv);
	s->agree = s->known && pin[0] == s->pin[0] && pin[1] == s->pin[1] ? s->agree + 1 : 1;
	s->known = true;
	s->pin[0] = pin[0];
	s->pin[1] = pin[1];
	if (s->said || s->agree < STEADY)
		return;
	what = against(s);
	if (!what)
		return;
	s->said = true;
	f = rule_emit(in, NULL);
	finding_say(f, what);
	finding_integer(f, "cc1_mv", r->cc.cc1_mv);
	finding_integer(f, "cc2_mv", r->cc.cc2_mv);
	finding_text(f, "sold_with_emarker",
	             s->emarker == CLAIM_YES  ? "yes"
	             : s->emarker == CLAIM_NO ? "no"
	                                      : "unknown");
}

const struct rule rule_cc_pins = {
	.id = "R17",
	.name = "cc-pins",
	.summary = "CC pins that do not match what is sold: e-marker missing or unasked for, debug "
		   "mode",
	.group = GROUP_LINE,
	.weight = WEIGHT_WEAK,
	.events = EVENT_BIT(EVENT_TAP),
	.profiles = PROFILE_BIT(PROFILE_BARE) | PROFILE_BIT(PROFILE_KEYBOARD) |
                    PROFILE_BIT(PROFILE_DEVICE),
	.state_size = sizeof(struct cc_state),
	.match = match,
};
