/*
 * Statements that act. Input: a statement. Output: actions in the queue, or a text that ducky_type takes on key by key. With
 * `check` nothing is done, and what would be refused is refused. How keys are pressed is ducky_press.c's.
 */
#include <string.h>

#include "sim/ducky_state.h"

enum { KEY_PRINT = 0x46, MS_MAX = 24 * 3600 * 1000, HIGHEST_CODE = 65535 };

static enum ducky_value refuse(struct ducky *d, const struct ducky_statement *s, const char *what,
                               const char *expected)
{
	ducky_fail(d, s->line, "%s '%.*s'; expected %s", what, ducky_shown(s->args.len),
	           ducky_at(d, s->args), expected);
	return VALUE_ERROR;
}

static void begin_text(struct ducky *d, const struct ducky_statement *s, bool enter, bool alt)
{
	d->text = s->args;
	d->text_line = s->line;
	d->text_enter = enter;
	d->text_alt = alt;
	d->text_delay_set = d->string_delay_set;
	d->string_delay_set = false;
}

static enum ducky_value type_keys(struct ducky *d, const struct ducky_statement *s, bool check)
{
	struct ducky_chord c = {0};
	struct ducky_span arg = ducky_trim(d, s->args);

	if (!ducky_chord(d, arg, &c, NULL) &&
	    (arg.len || s->kind == KIND_HOLD || s->kind == KIND_SYSRQ || s->kind == KIND_GLOBE ||
	     s->kind == KIND_CHORD))
		return refuse(d, s, "keys", "key names or a character");
	if (s->kind == KIND_SYSRQ && c.count != 1)
		return refuse(d, s, "SYSRQ", "one key");
	if (check)
		return VALUE_OK;
	switch (s->kind) {
	case KIND_HOLD:
		ducky_hold(d, s->line, DUCKY_DOWN, &c);
		break;
	case KIND_RELEASE:
		if (arg.len)
			ducky_hold(d, s->line, DUCKY_UP, &c);
		else
			ducky_release_all(d, s->line);
		break;
	case KIND_SYSRQ:
		ducky_keys(d, s->line, DUCKY_DOWN, (struct keystroke){.modifiers = MOD_ALT});
		ducky_keys(d, s->line, DUCKY_DOWN, (struct keystroke){.usage = KEY_PRINT});
		ducky_stroke(d, s->line, c.usage[0], c.modifiers);
		ducky_keys(d, s->line, DUCKY_UP, (struct keystroke){.usage = KEY_PRINT});
		ducky_keys(d, s->line, DUCKY_UP, (struct keystroke){.modifiers = MOD_ALT});
		break;
	case KIND_GLOBE:
		ducky_push(d, &(struct ducky_action){.act = DUCKY_MEDIA,
		                                     .line = s->line,
		                                     .value = DUCKY_GLOBE,
		                                     .text = {"FN", 2}});
		ducky_press(d, s->line, &c);
		break;
	default: /* INJECT_MOD alone says that the next line is a modifier */
		if (arg.len)
			ducky_press(d, s->line, &c);
	}
	return VALUE_OK;
}

/* Four hexadecimal digits: the usage, then the modifiers. */
static enum ducky_value type_number(struct ducky *d, const struct ducky_statement *s, bool check)
{
	const char *at = ducky_at(d, s->args);
	struct keystroke k;
	unsigned value = 0;

	if (s->args.len != 4)
		return refuse(d, s, "key", "four hexadecimal digits");
	for (unsigned i = 0; i < 4; i++) {
		char c = at[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value << 4 | (unsigned)((c | 32) - 'a' + 10);
		else
			return refuse(d, s, "key", "four hexadecimal digits");
	}
	k = (struct keystroke){.usage = (uint8_t)(value >> 8), .modifiers = value & 0xff};
	if (check)
		return VALUE_OK;
	/* n says which half is meant, and whether it comes up. */
	if (s->kind == KIND_KEY_DOWN && !(s->n & 1))
		k.usage = KEY_NONE;
	if (s->kind == KIND_KEY_DOWN && !(s->n & 2))
		k.modifiers = 0;
	ducky_keys(d, s->line,
	           s->kind == KIND_INJECT ? DUCKY_STROKE
	           : s->n & 4             ? DUCKY_UP
	                                  : DUCKY_DOWN,
	           k);
	return VALUE_OK;
}

static enum ducky_value type_code(struct ducky *d, const struct ducky_statement *s, bool check)
{
	uint32_t code = 0;
	const char *at = ducky_at(d, s->args);
	enum ducky_value v;

	for (uint32_t i = 0; s->kind == KIND_ALT_CODE && i < s->args.len; i++)
		if (at[i] < '0' || at[i] > '9') {
			if (!check)
				begin_text(d, s, false, true);
			return VALUE_OK;
		}
	v = ducky_evaluate(d, s, s->args, check, &code);
	if (v != VALUE_OK)
		return v;
	if (code > HIGHEST_CODE)
		return refuse(d, s, "code", "0 to 65535");
	if (!check)
		ducky_alt_code(d, s->line, code);
	return VALUE_OK;
}

/* Statements of which the argument is a number. */
static enum ducky_value numbered(struct ducky *d, const struct ducky_statement *s, bool check)
{
	bool time = s->kind != KIND_EXFIL && s->kind != KIND_INJECT_VAR;
	struct ducky_action a = {.line = s->line};
	uint32_t value = 0;
	enum ducky_value v;

	/* Numbers are of 16 bits, where a sign makes a minute of nothing. */
	if (time && s->args.len && *ducky_at(d, s->args) == '-')
		return refuse(d, s, "delay", "milliseconds from 0");
	v = ducky_evaluate(d, s, s->args, check, &value);
	if (v != VALUE_OK || check)
		return v;
	if (value > MS_MAX && time)
		return refuse(d, s, "delay", "at most a day, in milliseconds");
	switch (s->kind) {
	case KIND_DELAY:
		a.act = DUCKY_DELAY;
		a.ms = value;
		if (value)
			ducky_push(d, &a);
		break;
	case KIND_DEFAULT_DELAY:
		d->default_delay = value;
		break;
	case KIND_CHAR_DELAY:
		d->char_delay = value;
		break;
	case KIND_STRING_DELAY:
		d->string_delay = value;
		d->string_delay_set = true;
		break;
	case KIND_INJECT_VAR:
		ducky_stroke(d, s->line, value & 0xff, (uint8_t)(value >> 8));
		break;
	default:
		a.act = DUCKY_EXFIL;
		a.value = (uint16_t)value;
		ducky_push(d, &a);
	}
	return VALUE_OK;
}

/* $NAME = value, and with an operator before the sign. */
static enum ducky_value assign(struct ducky *d, const struct ducky_statement *s, bool check)
{
	const char *at = ducky_at(d, s->args), *equals = memchr(at, '=', s->args.len);
	static const char operators[] = "+-*/%&|^";
	struct ducky_span name = s->args, value;
	uint32_t result = 0;
	uint16_t old = 0, new;
	char op = 0;
	enum ducky_value v;

	if (!equals && s->kind == KIND_VAR)
		return VALUE_OK; /* declared alone: 0 */
	if (!equals || equals == at)
		return refuse(d, s, "assignment", "$NAME = value");
	if (strchr(operators, equals[-1]))
		op = equals[-1];
	name.len = (uint32_t)(equals - at) - (op != 0);
	name = ducky_trim(d, name);
	value.at = s->args.at + (uint32_t)(equals - at) + 1;
	value.len = s->args.at + s->args.len - value.at;
	if (ducky_read_variable(d, ducky_at(d, name), name.len, &old) == LOOKUP_NONE)
		return refuse(d, s, "assignment", "a variable that VAR declares");
	v = ducky_evaluate(d, s, value, check, &result);
	if (v != VALUE_OK || check)
		return v;
	new = (uint16_t)result;
	if ((op == '/' || op == '%') && !new)
		return refuse(d, s, "division by zero in", "another number");
	switch (op) {
	case '+':
		new = (uint16_t)(old + new);
		break;
	case '-':
		new = (uint16_t)(old - new);
		break;
	case '*':
		new = (uint16_t)((uint32_t)old * new);
		break;
	case '/':
		new = old / new;
		break;
	case '%':
		new = old % new;
		break;
	case '&':
		new &= old;
		break;
	case '|':
		new |= old;
		break;
	case '^':
		for (result = 1; new; new --)
			result = result * old & 0xffff;
		new = (uint16_t)result;
		break;
	default:
		break;
	}
	ducky_write_variable(d, ducky_at(d, name), name.len, new);
	return VALUE_OK;
}

static enum ducky_value change_mode(struct ducky *d, const struct ducky_statement *s, bool check)
{
	struct ducky_action a = {.act = DUCKY_MODE, .line = s->line};

	if (s->kind == KIND_SAVE_MODE) {
		if (!check)
			d->saved_mode = d->mode;
		return VALUE_OK;
	}
	if (s->kind == KIND_RESTORE_MODE)
		a.mode = d->saved_mode;
	else if (!ducky_parse_mode(d, s, check, &a.mode))
		return VALUE_ERROR;
	if (check)
		return VALUE_OK;
	d->mode = a.mode;
	d->held = 0;
	memset(d->held_key, 0, sizeof(d->held_key));
	/* It is enumerated anew. */
	d->internal[INTERNAL_HOST_REQUESTS] =
		a.mode.hid || a.mode.storage ? (uint16_t)d->set.requests : 0;
	ducky_push(d, &a);
	return VALUE_OK;
}

static enum ducky_value light(struct ducky *d, const struct ducky_statement *s, bool check)
{
	static const char *const names[] = {"", "R", "G", "B", "OFF", "ON"};
	struct ducky_action a = {.act = DUCKY_LED, .line = s->line};

	if (check)
		return VALUE_OK;
	a.text = s->n ? (struct ducky_text){names[s->n], strlen(names[s->n])}
	              : (struct ducky_text){ducky_at(d, s->args), s->args.len};
	ducky_push(d, &a);
	return VALUE_OK;
}

static enum ducky_value wait(struct ducky *d, const struct ducky_statement *s, bool check)
{
	struct ducky_action a = {.act = DUCKY_WAIT,
	                         .line = s->line,
	                         .wait = (enum ducky_wait)(s->n & 15),
	                         .leds = s->n >> 4,
	                         .text = {ducky_at(d, s->args), s->args.len}};

	if (s->kind == KIND_WAIT_PRESENT && !s->args.len)
		return refuse(d, s, "WAIT_FOR_PRESENT", "a network, as in SSID=\"NAME\"");
	if (!check)
		ducky_push(d, &a);
	return VALUE_OK;
}

static enum ducky_value language(struct ducky *d, const struct ducky_statement *s, bool check)
{
	const struct ducky_layout *l = d->set.layout;
	char name[48];

	if (!s->args.len || s->args.len >= sizeof(name))
		return refuse(d, s, "DUCKY_LANG", "a layout's name");
	memcpy(name, ducky_at(d, s->args), s->args.len);
	name[s->args.len] = 0;
	if (l ? check ? l->known(l->ctx, name) : l->select(l->ctx, name)
	      : !strcmp(name, "US") || !strcmp(name, "us"))
		return VALUE_OK;
	return refuse(d, s, "DUCKY_LANG", "a keyboard layout's name, such as US, DE or FR");
}

static enum ducky_value plain(struct ducky *d, const struct ducky_statement *s, bool check)
{
	struct ducky_action a = {.line = s->line, .text = {ducky_at(d, s->args), s->args.len}};
	uint16_t code;

	if (s->kind == KIND_MEDIA && !(a.value = ducky_media(a.text.at, a.text.len)))
		return refuse(d, s, "MEDIA", "a key such as PLAY, MUTE or VOLUME_UP");
	if (check)
		return VALUE_OK;
	switch (s->kind) {
	case KIND_RANDOM:
		code = ducky_random_keycode(d, s->n);
		ducky_stroke(d, s->line, code & 0xff, (uint8_t)(code >> 8));
		break;
	case KIND_MEDIA:
		a.act = DUCKY_MEDIA;
		ducky_push(d, &a);
		break;
	case KIND_BUTTON:
		d->internal[INTERNAL_BUTTON_ENABLED] = s->n;
		break;
	case KIND_SAVE_LOCKS:
		d->saved_leds = d->leds;
		break;
	case KIND_RESTORE_LOCKS:
		ducky_restore_locks(d, s->line);
		break;
	case KIND_CAPS:
		if (((d->leds & DUCKY_CAPS) != 0) != s->n)
			ducky_stroke(d, s->line, KEY_CAPS_LOCK, 0);
		break;
	case KIND_STORAGE:
		a.act = DUCKY_STORAGE;
		a.value = s->n;
		ducky_push(d, &a);
		break;
	case KIND_RESET:
		ducky_release_all(d, s->line);
		break;
	default:
		break;
	}
	return VALUE_OK;
}

static enum ducky_value point(struct ducky *d, const struct ducky_statement *s, bool check)
{
	struct ducky_action a = {.act = DUCKY_MOUSE, .line = s->line};

	if (!ducky_parse_mouse(d, s, &a.mouse))
		return refuse(d, s, "mouse", "MOVE X Y, CLICK N, SCROLL N, JIGGLE ON or OFF");
	if (!check)
		ducky_push(d, &a);
	return VALUE_OK;
}

enum ducky_value ducky_act(struct ducky *d, const struct ducky_statement *s, bool check)
{
	uint32_t ignored;

	switch (s->kind) {
	case KIND_VAR:
	case KIND_ASSIGN:
		return assign(d, s, check);
	case KIND_CALL:
		return ducky_evaluate(d, s, s->args, check, &ignored);
	case KIND_STRING:
	case KIND_STRINGLN:
	case KIND_ALT_STRING:
		if (!check)
			begin_text(d, s, s->kind == KIND_STRINGLN, s->kind == KIND_ALT_STRING);
		return VALUE_OK;
	case KIND_CHORD:
	case KIND_HOLD:
	case KIND_RELEASE:
	case KIND_INJECT_MOD:
	case KIND_SYSRQ:
	case KIND_GLOBE:
		return type_keys(d, s, check);
	case KIND_INJECT:
	case KIND_KEY_DOWN:
		return type_number(d, s, check);
	case KIND_ALT_CHAR:
	case KIND_ALT_CODE:
		return type_code(d, s, check);
	case KIND_DELAY:
	case KIND_DEFAULT_DELAY:
	case KIND_CHAR_DELAY:
	case KIND_STRING_DELAY:
	case KIND_INJECT_VAR:
	case KIND_EXFIL:
		return numbered(d, s, check);
	case KIND_WAIT:
	case KIND_WAIT_PRESENT:
		return wait(d, s, check);
	case KIND_ATTACKMODE:
	case KIND_SAVE_MODE:
	case KIND_RESTORE_MODE:
	case KIND_ID:
		return change_mode(d, s, check);
	case KIND_LED:
		return light(d, s, check);
	case KIND_MOUSE:
	case KIND_MOUSE_MOVE:
	case KIND_MOUSE_SCROLL:
	case KIND_CLICK:
	case KIND_JIGGLER:
		return point(d, s, check);
	case KIND_LANG:
		return language(d, s, check);
	default:
		return plain(d, s, check);
	}
}
