/*
 * The interpreter's life and its loop: statement by statement from one action to the next. Input: a script, the world's answers.
 * Output: actions. What a statement does beyond the flow is ducky_actions.c's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ducky_state.h"

bool ducky_fail(struct ducky *d, uint32_t line, const char *format, ...)
{
	va_list args;
	int n;

	if (d->result == DUCKY_ERROR)
		return false;
	d->result = DUCKY_ERROR;
	n = snprintf(d->message, sizeof(d->message),
	             "%.80s:%u: ", d->set.name ? d->set.name : "script", line);
	va_start(args, format);
	vsnprintf(d->message + n, sizeof(d->message) - (size_t)n, format, args);
	va_end(args);
	return false;
}

void ducky_skip(struct ducky *d, uint32_t line, const char *format, ...)
{
	va_list args;

	if (d->skipped++)
		return;
	d->skipped_line = line;
	va_start(args, format);
	vsnprintf(d->skipped_message, sizeof(d->skipped_message), format, args);
	va_end(args);
}

struct ducky_span ducky_trim(const struct ducky *d, struct ducky_span s)
{
	while (s.len && (d->pool[s.at] == ' ' || d->pool[s.at] == '\t'))
		s.at++, s.len--;
	while (s.len && (d->pool[s.at + s.len - 1] == ' ' || d->pool[s.at + s.len - 1] == '\t'))
		s.len--;
	return s;
}

struct ducky_span ducky_first(const struct ducky *d, struct ducky_span *rest)
{
	struct ducky_span word;

	*rest = ducky_trim(d, *rest);
	word = (struct ducky_span){.at = rest->at};
	while (word.len < rest->len && d->pool[rest->at + word.len] != ' ' &&
	       d->pool[rest->at + word.len] != '\t')
		word.len++;
	rest->at += word.len;
	rest->len -= word.len;
	*rest = ducky_trim(d, *rest);
	return word;
}

/* Nothing is added once all is read. */
static void fit(struct ducky *d)
{
	char *p = d->pool_used ? realloc(d->pool, d->pool_used) : NULL;

	if (p) {
		d->pool = p;
		d->pool_size = d->pool_used;
	}
}

static void start(struct ducky *d)
{
	d->pc = 0;
	d->depth = 0;
	d->frame[0] = (struct ducky_frame){0};
	d->handler = 0;
	d->default_delay = d->char_delay = 0;
	d->string_delay_set = false;
	if (d->set.layout)
		d->set.layout->select(d->set.layout->ctx, NULL);
	ducky_names_clear(d);
}

struct ducky *ducky_new(const char *text, size_t len, const struct ducky_settings *set,
                        char message[DUCKY_MESSAGE_MAX])
{
	struct ducky *d = calloc(1, sizeof(*d));

	message[0] = 0;
	if (!d) {
		snprintf(message, DUCKY_MESSAGE_MAX, "memory is out");
		return NULL;
	}
	d->set = *set;
	if (!d->set.steps_max)
		d->set.steps_max = DUCKY_STEPS_DEFAULT;
	random_init(&d->random, set->seed);
	d->leds = d->saved_leds = set->leds;
	d->mode.hid = d->saved_mode.hid = true;
	if (len > DUCKY_SCRIPT_MAX)
		ducky_fail(d, 1, "%zu bytes; expected at most %d", len, DUCKY_SCRIPT_MAX);
	if (d->result == DUCKY_OK && ducky_read(d, text, len)) {
		fit(d);
		if (ducky_join(d)) {
			start(d);
			return d;
		}
	}
	memcpy(message, d->message, DUCKY_MESSAGE_MAX);
	ducky_free(d);
	return NULL;
}

void ducky_free(struct ducky *d)
{
	if (!d)
		return;
	free(d->pool);
	free(d->statement);
	free(d);
}

const char *ducky_message(const struct ducky *d)
{
	return d->message;
}

uint64_t ducky_left_out(const struct ducky *d)
{
	return d->left_out;
}

uint32_t ducky_skipped(const struct ducky *d, uint32_t *line, const char **message)
{
	*line = d->skipped_line;
	*message = d->skipped_message;
	return d->skipped;
}

void ducky_leds(struct ducky *d, uint8_t leds)
{
	d->leds = leds & (DUCKY_NUM | DUCKY_CAPS | DUCKY_SCROLL);
	d->internal[INTERNAL_HOST_REPLY] = 1;
}

void ducky_button(struct ducky *d)
{
	d->pushed = true;
	d->internal[INTERNAL_BUTTON_PUSHED] = 1;
}

void ducky_storage(struct ducky *d, bool active)
{
	d->internal[INTERNAL_STORAGE_ACTIVE] = active;
}

static bool call(struct ducky *d, uint32_t target, bool handler)
{
	if (d->depth + 1 == DUCKY_CALLS_MAX)
		return ducky_fail(d, d->statement[d->pc].line,
		                  "functions call too deep; expected at most %d within each other",
		                  DUCKY_CALLS_MAX);
	d->frame[++d->depth] = (struct ducky_frame){.back = d->pc, .handler = handler};
	d->pc = target;
	return true;
}

static void leave(struct ducky *d, uint32_t line, uint32_t value)
{
	struct ducky_frame left = d->frame[d->depth], *f;

	if (!d->depth) {
		d->ended = true;
		return;
	}
	f = &d->frame[--d->depth];
	d->pc = left.back;
	if (left.handler)
		return;
	if (f->memos == DUCKY_MEMO_MAX)
		ducky_fail(d, line, "too many calls in one line; expected at most %d",
		           DUCKY_MEMO_MAX);
	else
		f->memo[f->memos++] = (uint16_t)value;
}

/* The statement at pc is done. */
static void done(struct ducky *d, uint32_t next)
{
	struct ducky_frame *f = &d->frame[d->depth];

	f->memos = 0;
	f->branch = false;
	if (f->repeat_left && d->pc == f->repeat_body)
		next = --f->repeat_left ? f->repeat_body : f->repeat_back;
	d->pc = next;
}

static void repeat(struct ducky *d, const struct ducky_statement *s, uint32_t times)
{
	struct ducky_frame *f = &d->frame[d->depth];
	uint32_t here = d->pc, body = s->kind == KIND_REPEAT ? s->jump : here + 1;
	uint32_t back = s->kind == KIND_REPEAT ? here + 1 : here + 2;

	done(d, times ? body : back);
	f->repeat_left = times;
	f->repeat_body = body;
	f->repeat_back = back;
}

static void condition(struct ducky *d, const struct ducky_statement *s, bool true_)
{
	if (true_) {
		done(d, d->pc + 1);
	} else if (s->kind == KIND_WHILE) {
		done(d, s->jump + 1);
	} else {
		done(d, s->jump);
		d->frame[d->depth].branch = true;
	}
}

/* The flow of control; false where `s` is none of it. */
static bool flow(struct ducky *d, const struct ducky_statement *s)
{
	struct ducky_frame *f = &d->frame[d->depth];
	uint32_t value = 0;
	bool evaluated = s->kind == KIND_IF || (s->kind == KIND_ELSE_IF && f->branch) ||
	                 s->kind == KIND_WHILE || s->kind == KIND_REPEAT ||
	                 s->kind == KIND_REPEAT_NEXT || (s->kind == KIND_RETURN && s->args.len);

	if (evaluated) {
		switch (ducky_evaluate(d, s, s->args, false, &value)) {
		case VALUE_CALL:
			call(d, d->called, false);
			return true;
		case VALUE_ERROR:
			return true;
		case VALUE_OK:
			break;
		}
	}
	switch (s->kind) {
	case KIND_IF:
	case KIND_WHILE:
		condition(d, s, value != 0);
		return true;
	case KIND_IF_PRESENT:
	case KIND_IF_NOT_PRESENT:
		condition(d, s, d->set.present == (s->kind == KIND_IF_PRESENT));
		return true;
	case KIND_ELSE_IF:
		if (f->branch)
			condition(d, s, value != 0);
		else
			done(d, s->end);
		return true;
	case KIND_ELSE:
		done(d, f->branch ? d->pc + 1 : s->end);
		return true;
	case KIND_END_IF:
		done(d, d->pc + 1);
		return true;
	case KIND_END_WHILE:
		done(d, s->jump);
		return true;
	case KIND_FUNCTION:
		done(d, s->jump + 1);
		return true;
	case KIND_BUTTON_DEF:
		d->handler = d->pc + 1;
		done(d, s->jump + 1);
		return true;
	case KIND_END_FUNCTION:
	case KIND_END_BUTTON:
	case KIND_RETURN:
		leave(d, s->line, value);
		return true;
	case KIND_REPEAT:
	case KIND_REPEAT_NEXT:
		repeat(d, s, value);
		return true;
	case KIND_RESTART:
		start(d);
		return true;
	case KIND_STOP:
		d->ended = true;
		return true;
	default:
		return false;
	}
}

static void step(struct ducky *d)
{
	const struct ducky_statement *s = &d->statement[d->pc];
	enum ducky_value v;

	if (flow(d, s))
		return;
	v = ducky_act(d, s, false);
	if (v == VALUE_CALL)
		call(d, d->called, false);
	if (v == VALUE_OK) {
		d->delay_due = s->kind >= KIND_STRING && s->kind <= KIND_MEDIA;
		done(d, d->pc + 1);
	}
}

/* Without a definition of its own, the button makes the device a plain disk. */
static void button(struct ducky *d)
{
	d->pushed = false;
	if (!d->internal[INTERNAL_BUTTON_ENABLED])
		return;
	if (d->handler) {
		call(d, d->handler, true);
		return;
	}
	d->mode = (struct ducky_mode){.storage = true};
	ducky_push(d, &(struct ducky_action){.act = DUCKY_MODE, .mode = d->mode});
	d->ended = true;
}

static void waited(struct ducky *d)
{
	const struct ducky_action *w = &d->wait;

	d->waiting = false;
	switch (w->wait) {
	case DUCKY_WAIT_BUTTON:
		d->pushed = false;
		break;
	case DUCKY_WAIT_LEDS_ON:
		d->leds |= w->leds;
		break;
	case DUCKY_WAIT_LEDS_OFF:
		d->leds &= (uint8_t)~w->leds;
		break;
	case DUCKY_WAIT_LEDS_CHANGE:
		if (!((d->leds ^ d->wait_leds) & w->leds))
			d->leds ^= w->leds;
		break;
	default:
		break;
	}
}

static bool handles(const struct ducky *d)
{
	for (unsigned i = 0; i <= d->depth; i++)
		if (d->frame[i].handler)
			return true;
	return false;
}

static void take(struct ducky *d, struct ducky_action *out)
{
	*out = d->queue[d->queue_at];
	d->queue_at = (d->queue_at + 1) % DUCKY_QUEUE_MAX;
	d->queue_used--;
	d->idle = 0;
	if (out->act == DUCKY_WAIT) {
		d->waiting = true;
		d->wait = *out;
		d->wait_leds = d->leds;
	}
}

enum ducky_result ducky_next(struct ducky *d, struct ducky_action *out)
{
	if (d->waiting)
		waited(d);
	while (d->result == DUCKY_OK) {
		if (d->queue_used) {
			take(d, out);
			return DUCKY_OK;
		}
		if (ducky_type(d))
			continue;
		if (d->delay_due && d->default_delay)
			ducky_push(d, &(struct ducky_action){.act = DUCKY_DELAY,
			                                     .line = d->text_line,
			                                     .ms = d->default_delay});
		if (d->delay_due) {
			d->delay_due = false;
			continue;
		}
		if (d->ended || d->pc >= d->statements) {
			d->result = DUCKY_DONE;
		} else if (d->pushed && !d->frame[d->depth].memos && !handles(d)) {
			button(d);
		} else if (d->steps++ >= d->set.steps_max) {
			ducky_fail(d, d->statement[d->pc].line,
			           "still running after %llu steps; expected an end",
			           (unsigned long long)d->set.steps_max);
			d->result = DUCKY_LIMIT;
		} else if (++d->idle > DUCKY_IDLE_STEPS) {
			ducky_push(d, &(struct ducky_action){.act = DUCKY_DELAY,
			                                     .line = d->statement[d->pc].line,
			                                     .ms = 1});
		} else {
			step(d);
		}
	}
	return d->result;
}
