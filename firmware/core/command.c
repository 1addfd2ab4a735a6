/* Commands; see command.h. The table says how long each one's arguments are; a command that is not in it is unknown. */
#include "core/command.h"
#include "core/vbus_code.h"

enum { REPLY_HEAD = 12 };

/* How long the arguments are. One must be known a little before their tick, to be prepared for it. */
static const struct {
	uint8_t opcode, args;
	bool early;
} known[] = {
	{WIRE_OP_IDENTIFY, 0, false},
	{WIRE_OP_STATISTICS, 0, false},
	{WIRE_OP_SELFTEST, 0, false},
	{WIRE_OP_REBOOT, 0, false},
	{WIRE_OP_CAPTURE, 1, false},
	{WIRE_OP_VBUS, 1, false},
	{WIRE_OP_VBUS_CODE, VBUS_CODE_BYTES, true},
	{WIRE_OP_SWITCH, 1, false},
	{WIRE_OP_RANGE, 1, false},
	{WIRE_OP_PULL_DOWNS, 1, false},
	{WIRE_OP_MUX, 1, false},
	{WIRE_OP_THRESHOLDS, 6, false},
	{WIRE_OP_LEDS, 1, false},
	{WIRE_OP_BUZZER, 4, false},
	{WIRE_OP_GUARD, 4, false},
	{WIRE_OP_TOKEN, 3, false},
	{WIRE_OP_CALIBRATE, WIRE_CALIBRATE_BYTES, false},
};

void command_init(struct command *c, command_do *act, void *context)
{
	*c = (struct command){.act = act, .context = context};
}

static enum wire_error check(const struct wire_command *c, size_t args)
{
	if (c->version != WIRE_VERSION)
		return WIRE_E_VERSION;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		/* No entry is longer than COMMAND_ARGS. */
		if (known[i].opcode == c->opcode)
			return c->len == args && args == known[i].args ? WIRE_OK : WIRE_E_LENGTH;
	return WIRE_E_OPCODE;
}

/* A free slot, or the one whose answer is the oldest. */
static struct command_slot *find_room(struct command *c)
{
	struct command_slot *oldest = NULL;

	for (unsigned i = 0; i < COMMAND_SLOTS; i++) {
		struct command_slot *s = &c->slot[i];

		if (s->state == COMMAND_FREE)
			return s;
		if (s->state == COMMAND_DONE && (!oldest || s->order - oldest->order > INT32_MAX))
			oldest = s;
	}
	return oldest;
}

static bool is_busy(const struct command *c, bool timed)
{
	unsigned waiting = 0, for_tick = 0;

	for (unsigned i = 0; i < COMMAND_SLOTS; i++) {
		const struct command_slot *s = &c->slot[i];

		waiting += s->state == COMMAND_WAITS || s->state == COMMAND_RUNS;
		for_tick += s->state == COMMAND_WAITS && s->c.at;
	}
	return waiting >= COMMAND_WAITING || (timed && for_tick >= COMMAND_TIMED);
}

void command_take(struct command *c, const uint8_t *data, size_t len, bool by_hid, uint64_t now)
{
	struct wire_command head = {0};
	enum wire_error error = WIRE_OK;
	struct command_slot *s;
	size_t args = len > WIRE_COMMAND_HEAD ? len - WIRE_COMMAND_HEAD : 0;

	if (!wire_command_get(&head, data, len))
		error = WIRE_E_LENGTH;
	/* HID reports are padded to their full length. */
	else if (by_hid && args > head.len)
		args = head.len;
	if (!error)
		error = check(&head, args);
	for (unsigned i = 0; !error && i < COMMAND_SLOTS; i++) {
		s = &c->slot[i];
		if (s->state == COMMAND_FREE || s->c.request != head.request ||
		    s->c.opcode != head.opcode || s->state == COMMAND_REFUSED)
			continue;
		/* Asked again: answered again when it is done, not done again. */
		if (s->state == COMMAND_DONE) {
			s->reply_by_hid = by_hid;
			s->state = COMMAND_REFUSED;
			c->pending = true;
		}
		return;
	}
	if (!error && head.at && head.at < now)
		error = WIRE_E_LATE;
	else if (!error && is_busy(c, head.at != 0))
		error = WIRE_E_BUSY;
	s = find_room(c);
	if (!s) {
		c->dropped++;
		return;
	}
	s->c = head;
	s->by_hid = s->reply_by_hid = by_hid;
	s->data_len = 0;
	s->reply = (struct wire_reply){
		.opcode = head.opcode, .error = (uint8_t)error, .request = head.request};
	for (size_t i = 0; !error && i < args; i++)
		s->args[i] = data[WIRE_COMMAND_HEAD + i];
	s->state = error ? COMMAND_REFUSED : COMMAND_WAITS;
	c->pending = true;
}

static void put_reply(uint8_t *to, const struct command_slot *s)
{
	wire_reply_put(to, &s->reply);
	for (size_t i = 0; i < s->data_len; i++)
		to[REPLY_HEAD + i] = s->data[i];
}

static void answer(struct command *c, const struct command_slot *s, struct upstream *up,
                   uint64_t now)
{
	uint8_t *to = upstream_put(up, WIRE_REPLY, 0, now, REPLY_HEAD + s->data_len);

	if (to)
		put_reply(to, s);
	if (!s->reply_by_hid)
		return;
	if (c->said - c->reported == COMMAND_REPORTS)
		c->reported++;
	to = c->report[c->said++ % COMMAND_REPORTS];
	for (unsigned i = 0; i < USB_DEV_REPORT; i++)
		to[i] = 0;
	to[0] = WIRE_REPLY;
	put_reply(to + 2, s);
}

static uint64_t lead(uint8_t opcode)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].opcode == opcode)
			return known[i].early ? COMMAND_LEAD : 0;
	return 0;
}

static void act(struct command *c, struct upstream *up, uint64_t now)
{
	bool left = false;

	/* Before the look: what comes during it is looked at again. */
	c->pending = false;
	for (unsigned i = 0; i < COMMAND_SLOTS; i++) {
		struct command_slot *s = &c->slot[i];

		if (s->state == COMMAND_WAITS || s->state == COMMAND_RUNS) {
			if (s->c.at && now + lead(s->c.opcode) < s->c.at) {
				left = true;
				continue;
			}
			c->act(c->context, &s->c, s->args, &s->reply, s->data, &s->data_len);
			if (s->reply.error == WIRE_NOT_YET) {
				s->reply.error = WIRE_OK;
				s->state = COMMAND_RUNS;
				left = true;
				continue;
			}
		} else if (s->state != COMMAND_REFUSED) {
			continue;
		}
		answer(c, s, up, now);
		s->order = c->order++;
		/* Who was told "busy" may try again. */
		s->state = s->reply.error == WIRE_E_BUSY ? COMMAND_FREE : COMMAND_DONE;
	}
	if (left)
		c->pending = true;
}

void command_run(struct command *c, struct upstream *up, bool listening,
                 bool (*hid)(void *context, const uint8_t *report), void *context, uint64_t now)
{
	if (c->pending)
		act(c, up, now);
	while (c->said != c->reported &&
	       (!listening || hid(context, c->report[c->reported % COMMAND_REPORTS])))
		c->reported++;
}
