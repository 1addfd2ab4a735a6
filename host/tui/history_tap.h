/* What a tap and its operator tell, as rows of the history. Part of history.c's business, in a file of its own. */
#ifndef CORDON_TUI_HISTORY_TAP_H
#define CORDON_TUI_HISTORY_TAP_H

#include "tui/history.h"

/* Each millivolt of the radio detector in decibels: 18 mV/dB. hw/README.md */
#define HISTORY_NV_DB INT64_C(18000000)

/* Records of EVENT_SENSOR and EVENT_TAP, text of EVENT_UART. */
void history_record(struct history *h, const struct event *e);

#endif
