/*
 * Keys: one table makes what they do, the footer and the help. A key is its character, or one of these.
 */
#ifndef CORDON_TUI_KEYS_H
#define CORDON_TUI_KEYS_H

#include "tui/view.h"

enum key {
	KEY_NONE_YET = 0,
	KEY_CODE_ESCAPE = 0x1b,
	KEY_CODE_ENTER = '\n',
	KEY_CODE_TAB = '\t',
	KEY_CODE_ERASE = 0x7f,
	KEY_CODE_UP = 0x100,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_HOME,
	KEY_CODE_END,
};

struct key_entry {
	int key, also; /* `also` does the same; 0 none */
	const char *name;
	const char *help;
	const char *footer; /* short, NULL: not in the footer */
	void (*act)(struct view *v, const struct scene *s, int key);
	bool wide; /* in the footer of wide screens alone */
};

extern const struct key_entry key_table[];
extern const unsigned key_table_count;

/* One key. The scene is that of the moment. */
void keys_press(struct view *v, const struct scene *s, int key);

/* Keys of the packet list: keys_packets.c. Moves go `by` rows, or fields of the selected one, on. */
void keys_event(struct view *v, const struct scene *s, int key);
void keys_filter_row(struct view *v, const struct scene *s, int key);
void keys_packets_move(struct view *v, const struct scene *s, int by);
void keys_fields_move(struct view *v, const struct scene *s, int by);
void keys_fields_enter(struct view *v, const struct scene *s);

/* Keys that ask something: prompt.c. Those that are for taps say so where there is none, and ask nothing. */
void prompt_key(struct view *v, const struct scene *s, int key);
bool prompt_idle(const struct scene *s, int key); /* whether it would only say so */
void prompt_open(struct view *v, enum prompt p);
void prompt_quit(struct view *v,
                 const struct scene *s); /* asks first, where something ends with it */
/* What the prompt that is open does with a key. */
void prompt_press(struct view *v, const struct scene *s, int key);
const char *prompt_label(enum prompt p, const struct scene *s);

/* Names of commands for the help, one by one; NULL behind the last. */
const char *prompt_command_help(unsigned i);

#endif
