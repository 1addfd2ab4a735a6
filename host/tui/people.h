/* The range of people's times on a keyboard, which the typing pane measures against. The same for every screen of a run. */
#ifndef CORDON_TUI_PEOPLE_H
#define CORDON_TUI_PEOPLE_H

/* 5 and 95 % of people's durations, in ms: of the mixture that R9 judges by (detect/typing/parameters.h). */
struct people_range {
	double low, high;
};

struct people {
	struct people_range gaps, holds;
};

/* Some 300,000 operations: once a run, not once a screen. */
struct people people_measure(void);

#endif
