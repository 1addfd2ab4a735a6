/*
 * Private to the DuckyScript interpreter: what its files share. Text of a script is kept in one pool and named by offset,
 * since the pool moves as it grows.
 */
#ifndef CORDON_SIM_DUCKY_STATE_H
#define CORDON_SIM_DUCKY_STATE_H

#include "sim/ducky.h"
#include "sim/random.h"

enum ducky_kind {
	KIND_NONE, /* no command */
	/* gone after reading */
	KIND_REM,
	KIND_REM_BLOCK,
	KIND_MARK, /* EXTENSION, STAGE: names of parts */
	KIND_DEFINE,
	KIND_IF_DEFINED,
	KIND_IF_NOT_DEFINED,
	KIND_ELSE_DEFINED,
	KIND_END_IF_DEFINED,
	KIND_QUACK, /* a command in front of another */
	/* blocks */
	KIND_IF,
	KIND_IF_PRESENT,
	KIND_IF_NOT_PRESENT,
	KIND_ELSE_IF,
	KIND_ELSE,
	KIND_END_IF,
	KIND_WHILE,
	KIND_END_WHILE,
	KIND_FUNCTION,
	KIND_END_FUNCTION,
	KIND_BUTTON_DEF,
	KIND_END_BUTTON,
	KIND_REPEAT,
	KIND_REPEAT_NEXT,
	KIND_RETURN,
	/* the rest may be repeated */
	KIND_VAR,
	KIND_ASSIGN,
	KIND_CALL,
	KIND_STRING,
	KIND_STRINGLN,
	KIND_CHORD,
	KIND_HOLD,
	KIND_RELEASE,
	KIND_INJECT_MOD,
	KIND_INJECT_VAR,
	KIND_INJECT,   /* a key by its number: usage and modifiers in hexadecimal */
	KIND_KEY_DOWN, /* the same held or let go: n */
	KIND_RANDOM,
	KIND_ALT_CHAR,
	KIND_ALT_STRING,
	KIND_ALT_CODE,
	KIND_SYSRQ,
	KIND_GLOBE,
	KIND_MEDIA,
	KIND_DELAY,
	KIND_DEFAULT_DELAY,
	KIND_CHAR_DELAY,
	KIND_STRING_DELAY, /* of the next text only */
	KIND_WAIT,
	KIND_WAIT_PRESENT,
	KIND_ATTACKMODE,
	KIND_SAVE_MODE,
	KIND_RESTORE_MODE,
	KIND_ID,
	KIND_LED,
	KIND_BUTTON, /* n: whether it is heeded */
	KIND_SAVE_LOCKS,
	KIND_RESTORE_LOCKS,
	KIND_CAPS, /* caps lock shall be off or on: n */
	KIND_EXFIL,
	KIND_MOUSE,
	KIND_MOUSE_MOVE,
	KIND_MOUSE_SCROLL,
	KIND_CLICK,
	KIND_JIGGLER,
	KIND_LANG,
	KIND_STORAGE,
	KIND_RESTART,
	KIND_STOP,
	KIND_RESET,
	KIND_PASS,
};

/* How a command's word is to be taken. */
struct ducky_word {
	const char *word;
	enum ducky_kind kind;
	uint8_t n; /* which of its kind */
};

struct ducky_span {
	uint32_t at, len; /* in the pool */
};

struct ducky_statement {
	uint8_t kind, n;
	uint32_t line;
	struct ducky_span args;
	uint32_t jump; /* where a false condition, a loop's end, a definition goes */
	uint32_t end;  /* END_IF of a branch */
};

struct ducky_name {
	struct ducky_span name;
	uint32_t value; /* of a variable; a function's first statement */
};

struct ducky_chord {
	uint8_t modifiers, count;
	uint8_t usage[DUCKY_KEYS_MAX];
};

/* The globe key of Apple's keyboards: Keyboard Layout Select on the consumer page. */
enum { DUCKY_GLOBE = 0x29d };

enum { DUCKY_MEMO_MAX = 16, DUCKY_QUEUE_MAX = 24 };

/*
 * One call. Expressions are evaluated anew after each function that they call, since a function may type for minutes:
 * what cannot be had twice, results and random numbers, is kept here until the statement is done.
 */
struct ducky_frame {
	uint32_t back; /* where to go on: the statement that called */
	bool handler;  /* the button's: its result is nobody's */
	bool branch;   /* the condition before an ELSE was false */
	uint8_t memos, used;
	uint16_t memo[DUCKY_MEMO_MAX];
	uint32_t repeat_body, repeat_left, repeat_back;
};

enum ducky_internal {
	INTERNAL_OS,
	INTERNAL_JITTER_ENABLED,
	INTERNAL_JITTER_MAX,
	INTERNAL_RANDOM_MIN,
	INTERNAL_RANDOM_MAX,
	INTERNAL_RANDOM_SEED,
	INTERNAL_BUTTON_ENABLED,
	INTERNAL_BUTTON_PUSHED,
	INTERNAL_HOST_REPLY,
	INTERNAL_HOST_REQUESTS,
	INTERNAL_STORAGE_ACTIVE,
	INTERNAL_SETTINGS, /* from here on nothing but remembered */
	INTERNAL_MAX = INTERNAL_SETTINGS + 24,
};

struct ducky {
	struct ducky_settings set;
	struct random random;
	char *pool;
	uint32_t pool_used, pool_size;
	struct ducky_statement *statement;
	uint32_t statements, statements_size;
	struct ducky_name variable[DUCKY_VARIABLES_MAX], function[DUCKY_FUNCTIONS_MAX];
	unsigned variables, functions;
	uint16_t internal[INTERNAL_MAX];

	struct ducky_frame frame[DUCKY_CALLS_MAX];
	unsigned depth;
	uint32_t
		called; /* by the expression that gave VALUE_CALL: the function's first statement */
	uint32_t pc, handler; /* handler: BUTTON_DEF's statement + 1, 0 none */
	uint64_t steps;
	unsigned idle;
	bool pushed, waiting, ended;
	struct ducky_action wait; /* what was waited for */
	uint8_t wait_leds;        /* when the wait began */

	uint8_t leds, saved_leds;
	struct ducky_mode mode, saved_mode;
	char made_up[4][16]; /* random names of a mode */
	uint32_t default_delay, char_delay, string_delay;
	bool string_delay_set, text_delay_set;
	uint8_t held;
	uint8_t held_key[DUCKY_KEYS_MAX];
	uint64_t left_out;
	unsigned prose;   /* lines that are no commands */
	unsigned skipped; /* lines that were left out, prose among them; the first of them: */
	uint32_t skipped_line;
	char skipped_message[DUCKY_MESSAGE_MAX];

	struct ducky_action queue[DUCKY_QUEUE_MAX];
	unsigned queue_at, queue_used;
	struct ducky_span text; /* still to type */
	bool text_enter, text_alt, delay_due;
	uint32_t text_line;

	enum ducky_result result;
	char message[DUCKY_MESSAGE_MAX];
};

/* Notes the first error; always false. */
bool ducky_fail(struct ducky *d, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A line is left out; the first is told. */
void ducky_skip(struct ducky *d, uint32_t line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline const char *ducky_at(const struct ducky *d, struct ducky_span s)
{
	return d->pool + s.at;
}

/* A precision for %.*s: messages quote little. */
static inline int ducky_shown(size_t len)
{
	return len > 40 ? 40 : (int)len;
}

bool ducky_is(const char *at, size_t len, const char *word);
/* Without blanks on either side. */
struct ducky_span ducky_trim(const struct ducky *d, struct ducky_span s);
/* Takes the first word off `rest`; empty at its end. */
struct ducky_span ducky_first(const struct ducky *d, struct ducky_span *rest);

/* ducky_words.c */
const struct ducky_word *ducky_word(const char *at, size_t len);
const char *ducky_block_name(enum ducky_kind kind);

#define NO_COMMAND "'%.*s' is no command; expected a command, a key, NAME() or $NAME = value"

/* ducky_text.c: bytes to UTF-8, to be freed; NULL without memory. */
char *ducky_utf8(const char *text, size_t *len);
/* ducky_lines.c: text to statements. */
bool ducky_read(struct ducky *d, const char *text, size_t len);
/* ducky_blocks.c: what belongs together; names; syntax of everything. */
bool ducky_join(struct ducky *d);

/* ducky_keys.c: false where it is no chord. `bad` becomes the word that is no key, where it is not NULL. */
bool ducky_chord(const struct ducky *d, struct ducky_span s, struct ducky_chord *out,
                 struct ducky_span *bad);
size_t ducky_strokes(const struct ducky *d, uint32_t character, struct keystroke *out);
/* The consumer usage of a name, 0 none. */
uint16_t ducky_media(const char *at, size_t len);
/* One character of UTF-8 off the front; bytes that are none count as Latin-1, as old scripts have them. */
uint32_t ducky_character(const struct ducky *d, struct ducky_span *s);

/* ducky_names.c: variables. */
int ducky_find(const struct ducky *d, const struct ducky_name *names, unsigned count,
               const char *at, size_t len);
enum ducky_lookup {
	LOOKUP_OK,
	LOOKUP_NONE,
	LOOKUP_RANDOM, /* a value that does not come twice */
};
enum ducky_lookup ducky_read_variable(struct ducky *d, const char *at, size_t len, uint16_t *out);
bool ducky_write_variable(struct ducky *d, const char *at, size_t len, uint16_t value);
uint16_t ducky_random_keycode(struct ducky *d, unsigned kind);
void ducky_names_clear(struct ducky *d);

/* ducky_expression.c */
enum ducky_value {
	VALUE_OK,
	VALUE_CALL,  /* the function at ducky.called has to run first */
	VALUE_ERROR, /* noted */
};
/* The whole span, THEN at its end left out. `check`: syntax and names only, nothing is read or called. */
enum ducky_value ducky_evaluate(struct ducky *d, const struct ducky_statement *s,
                                struct ducky_span span, bool check, uint32_t *out);

/* ducky_mode.c */
bool ducky_parse_mode(struct ducky *d, const struct ducky_statement *s, bool check,
                      struct ducky_mode *out);

/* ducky_mouse.c: false where it is no pointer's command. */
bool ducky_parse_mouse(struct ducky *d, const struct ducky_statement *s, struct ducky_mouse *m);

/* ducky_actions.c: a statement that acts; VALUE_OK when it is done. */
enum ducky_value ducky_act(struct ducky *d, const struct ducky_statement *s, bool check);

/* ducky_press.c */
bool ducky_push(struct ducky *d, const struct ducky_action *a);
void ducky_keys(struct ducky *d, uint32_t line, enum ducky_act act, struct keystroke k);
void ducky_stroke(struct ducky *d, uint32_t line, uint8_t usage, uint8_t modifiers);
void ducky_press(struct ducky *d, uint32_t line, const struct ducky_chord *c);
void ducky_hold(struct ducky *d, uint32_t line, enum ducky_act act, const struct ducky_chord *c);
void ducky_release_all(struct ducky *d, uint32_t line);
void ducky_alt_code(struct ducky *d, uint32_t line, uint32_t code);
void ducky_restore_locks(struct ducky *d, uint32_t line);
/* The next stroke of the text being typed; false where there is none left. */
bool ducky_type(struct ducky *d);

#endif
