/*
 * Expressions by recursive descent, in C's order of operators, 16-bit unsigned. Input: a span of text. Output: its value, or the
 * function that has to run before there is one; or the error.
 */
#include <string.h>

#include "sim/ducky_state.h"

enum { DEPTH_MAX = 64, LEVELS = 11 };

struct parser {
	struct ducky *d;
	const struct ducky_statement *s;
	uint32_t at, end;
	unsigned depth, memo;
	bool check;
	bool dry; /* what && and || do not need is read but not done */
	enum ducky_value state;
	uint32_t call;
};

enum operation {
	OR,
	AND,
	BIT_OR,
	BIT_AND,
	EQUAL,
	UNEQUAL,
	LESS_EQUAL,
	GREATER_EQUAL,
	SHIFT_LEFT,
	SHIFT_RIGHT,
	LESS,
	GREATER,
	ADD,
	SUBTRACT,
	MULTIPLY,
	DIVIDE,
	REMAINDER,
	POWER,
};

/* Longer signs before those that they begin with. ^ is a power in DuckyScript. */
static const struct {
	const char *sign;
	enum operation op;
	uint8_t level;
} operators[] = {
	{"||", OR, 0},         {"&&", AND, 1},         {"==", EQUAL, 4},
	{"!=", UNEQUAL, 4},    {"<=", LESS_EQUAL, 5},  {">=", GREATER_EQUAL, 5},
	{"<<", SHIFT_LEFT, 6}, {">>", SHIFT_RIGHT, 6}, {"<", LESS, 5},
	{">", GREATER, 5},     {"|", BIT_OR, 2},       {"&", BIT_AND, 3},
	{"+", ADD, 7},         {"-", SUBTRACT, 7},     {"*", MULTIPLY, 8},
	{"/", DIVIDE, 8},      {"%", REMAINDER, 8},    {"^", POWER, 9},
};

static const struct {
	const char *name;
	uint16_t value;
} constants[] = {
	{"TRUE", 1},
	{"FALSE", 0},
	{"WINDOWS", DUCKY_OS_WINDOWS},
	{"MACOS", DUCKY_OS_MACOS},
	{"LINUX", DUCKY_OS_LINUX},
	{"CHROMEOS", DUCKY_OS_CHROMEOS},
	{"ANDROID", DUCKY_OS_ANDROID},
	{"IOS", DUCKY_OS_IOS},
	{"ENABLED", 1},
	{"DISABLED", 0},
};

static uint32_t level(struct parser *p, unsigned l);

static uint32_t fail(struct parser *p, const char *expected)
{
	struct ducky_span rest = {.at = p->at, .len = p->end - p->at};

	if (p->state == VALUE_OK) {
		if (rest.len)
			ducky_fail(p->d, p->s->line, "'%.*s' in an expression; expected %s",
			           ducky_shown(rest.len), ducky_at(p->d, rest), expected);
		else
			ducky_fail(p->d, p->s->line, "an expression ends early; expected %s",
			           expected);
		p->state = VALUE_ERROR;
	}
	return 0;
}

static char peek(struct parser *p)
{
	while (p->at < p->end && (p->d->pool[p->at] == ' ' || p->d->pool[p->at] == '\t'))
		p->at++;
	return p->at < p->end ? p->d->pool[p->at] : 0;
}

static bool of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static struct ducky_span word(struct parser *p)
{
	struct ducky_span s = {.at = p->at};

	while (p->at < p->end && of_word(p->d->pool[p->at]))
		p->at++, s.len++;
	return s;
}

static uint32_t number(struct parser *p)
{
	uint32_t value = 0, base = 10, from = p->at;

	if (p->end - p->at > 2 && p->d->pool[p->at] == '0' && (p->d->pool[p->at + 1] | 32) == 'x')
		base = 16, p->at += 2;
	for (; p->at < p->end; p->at++) {
		char c = p->d->pool[p->at];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
		                 : base == 16 && (c | 32) >= 'a' && (c | 32) <= 'f'
		                         ? (uint32_t)((c | 32) - 'a' + 10)
		                         : base;

		if (digit == base)
			break;
		if (value > (UINT32_MAX - digit) / base) {
			p->at = from;
			return fail(p, "a smaller number");
		}
		value = value * base + digit;
	}
	if (p->at < p->end && of_word(p->d->pool[p->at])) {
		p->at = from;
		return fail(p, "a number");
	}
	return value;
}

/* Results that were had already come first, in the order in which they were had. */
static bool remembered(struct parser *p, uint16_t *value)
{
	struct ducky_frame *f = &p->d->frame[p->d->depth];

	if (p->memo >= f->memos)
		return false;
	*value = f->memo[p->memo++];
	return true;
}

static uint16_t remember(struct parser *p, uint16_t value)
{
	struct ducky_frame *f = &p->d->frame[p->d->depth];

	if (f->memos == DUCKY_MEMO_MAX) {
		p->at = p->end;
		fail(p, "fewer calls and random numbers");
		return 0;
	}
	f->memo[f->memos++] = value;
	p->memo = f->memos;
	return value;
}

static uint32_t variable(struct parser *p)
{
	uint32_t from = p->at++;
	struct ducky_span s;
	uint16_t value = 0;
	struct random before = p->d->random;
	enum ducky_lookup found;

	while (p->at < p->end && of_word(p->d->pool[p->at]))
		p->at++;
	s = (struct ducky_span){.at = from, .len = p->at - from};
	found = ducky_read_variable(p->d, ducky_at(p->d, s), s.len, &value);
	if (found == LOOKUP_NONE) {
		p->at = from;
		return fail(p, "a variable that VAR declares");
	}
	if (found != LOOKUP_RANDOM)
		return value;
	/* Drawn only where it is new, and wanted. */
	if (p->check || p->dry || p->memo < p->d->frame[p->d->depth].memos)
		p->d->random = before;
	if (p->check || p->dry)
		return 0;
	if (remembered(p, &value))
		return value;
	return remember(p, value);
}

static uint32_t function(struct parser *p, struct ducky_span name, uint32_t from)
{
	int i = ducky_find(p->d, p->d->function, p->d->functions, ducky_at(p->d, name), name.len);
	uint16_t value;

	p->at++;
	if (peek(p) != ')')
		return fail(p, "')': functions take nothing");
	p->at++;
	if (i < 0) {
		p->at = from;
		return fail(p, "a function of the script");
	}
	if (p->check || p->dry)
		return 0;
	if (remembered(p, &value))
		return value;
	if (p->state == VALUE_OK) {
		p->state = VALUE_CALL;
		p->call = p->d->function[i].value;
	}
	return 0;
}

static uint32_t primary(struct parser *p)
{
	char c = peek(p);
	uint32_t from = p->at, value;
	struct ducky_span name;

	if (c == '(') {
		if (++p->depth > DEPTH_MAX)
			return fail(p, "fewer brackets");
		p->at++;
		value = level(p, 0);
		p->depth--;
		if (peek(p) != ')')
			return fail(p, "')'");
		p->at++;
		return value;
	}
	if (c == '!' || c == '-' || c == '~') {
		if (++p->depth > DEPTH_MAX)
			return fail(p, "fewer signs");
		p->at++;
		value = primary(p);
		p->depth--;
		return c == '!' ? !value : (c == '-' ? 0 - value : ~value) & 0xffff;
	}
	if (c >= '0' && c <= '9')
		return number(p);
	if (c == '$')
		return variable(p);
	name = word(p);
	if (name.len && peek(p) == '(')
		return function(p, name, from);
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
		if (ducky_is(ducky_at(p->d, name), name.len, constants[i].name))
			return constants[i].value;
	p->at = from;
	return fail(p, "a number, a variable, NAME(), TRUE or FALSE");
}

static uint32_t power(uint32_t base, uint32_t exponent)
{
	uint32_t value = 1;

	for (exponent &= 0xffff; exponent; exponent >>= 1) {
		if (exponent & 1)
			value = value * base & 0xffff;
		base = base * base & 0xffff;
	}
	return value;
}

static uint32_t operate(struct parser *p, enum operation op, uint32_t a, uint32_t b)
{
	switch (op) {
	case OR:
		return a || b;
	case AND:
		return a && b;
	case BIT_OR:
		return (a | b) & 0xffff;
	case BIT_AND:
		return a & b & 0xffff;
	case EQUAL:
		return a == b;
	case UNEQUAL:
		return a != b;
	case LESS_EQUAL:
		return a <= b;
	case GREATER_EQUAL:
		return a >= b;
	case LESS:
		return a < b;
	case GREATER:
		return a > b;
	case SHIFT_LEFT:
		return b > 15 ? 0 : a << b & 0xffff;
	case SHIFT_RIGHT:
		return b > 15 ? 0 : (a & 0xffff) >> b;
	case ADD:
		return (a + b) & 0xffff;
	case SUBTRACT:
		return (a - b) & 0xffff;
	case MULTIPLY:
		return a * b & 0xffff;
	case POWER:
		return power(a, b);
	default:
		break;
	}
	if (b)
		return (op == DIVIDE ? a / b : a % b) & 0xffff;
	if (p->check || p->dry || p->state != VALUE_OK)
		return 0;
	ducky_fail(p->d, p->s->line, "division by zero; expected another number");
	p->state = VALUE_ERROR;
	return 0;
}

static int operator_here(struct parser *p, unsigned l)
{
	peek(p);
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		size_t n = strlen(operators[i].sign);

		if (p->end - p->at >= n && memcmp(p->d->pool + p->at, operators[i].sign, n) == 0)
			return operators[i].level == l ? (int)i : -1;
	}
	return -1;
}

static uint32_t level(struct parser *p, unsigned l)
{
	uint32_t value = l == LEVELS - 1 ? primary(p) : level(p, l + 1);
	int i;

	while (l < LEVELS - 1 && p->state == VALUE_OK && (i = operator_here(p, l)) >= 0) {
		enum operation op = operators[i].op;
		bool before = p->dry;
		uint32_t right;

		p->at += (uint32_t)strlen(operators[i].sign);
		if ((op == AND && !value) || (op == OR && value))
			p->dry = true;
		right = level(p, l + 1);
		p->dry = before;
		value = operate(p, op, value, right);
	}
	return value;
}

enum ducky_value ducky_evaluate(struct ducky *d, const struct ducky_statement *s,
                                struct ducky_span span, bool check, uint32_t *out)
{
	struct parser p = {.d = d, .s = s, .check = check};

	span = ducky_trim(d, span);
	if (span.len >= 4 && ducky_is(d->pool + span.at + span.len - 4, 4, "THEN")) {
		span.len -= 4;
		span = ducky_trim(d, span);
	}
	p.at = span.at;
	p.end = span.at + span.len;
	*out = level(&p, 0);
	if (p.state == VALUE_OK && peek(&p))
		fail(&p, "an operator or the line's end");
	if (p.state == VALUE_CALL)
		d->called = p.call;
	return p.state;
}
