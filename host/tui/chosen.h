/* What the operator has chosen in the pane in focus, in one line of text: to be copied, or put into a report. */
#ifndef CORDON_TUI_CHOSEN_H
#define CORDON_TUI_CHOSEN_H

#include "tui/view.h"

enum { CHOSEN_MAX = 1024 };

/*
 * Escaped as for a terminal: what is pasted into one shall not run. False where nothing is chosen, or typed text is masked;
 * then `out` says so.
 */
bool chosen_text(const struct scene *s, char out[CHOSEN_MAX]);

#endif
