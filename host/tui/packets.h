/* Walking the packet list under its filter; shared by the pane and its keys. */
#ifndef CORDON_TUI_PACKETS_H
#define CORDON_TUI_PACKETS_H

#include "tui/view.h"

/* No such row. */
#define PACKETS_NONE UINT64_MAX

/* The row that the pane points at: the chosen one, else the last that is known at the cursor. */
uint64_t packets_selected(const struct scene *s);

/* `steps` rows on (back where negative) among those that pass the filter; as far as there are any. */
uint64_t packets_step(const struct scene *s, uint64_t from, int steps);

/* The next row behind `from` (before it where !forward) whose words contain `text`. */
uint64_t packets_search(const struct scene *s, uint64_t from, bool forward, const char *text);

#endif
