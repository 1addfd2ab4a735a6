/* A program on a terminal of its own: what it writes, and what it costs. For measurements. Linux alone. */
#ifndef CORDON_TESTS_BENCH_ON_TERMINAL_H
#define CORDON_TESTS_BENCH_ON_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { ON_TERMINAL_KEPT = 1 << 16 };

struct on_terminal {
	pid_t pid;
	int fd; /* the terminal's other side, non-blocking */
	size_t len;
	uint64_t bytes;                  /* ever written */
	char seen[ON_TERMINAL_KEPT + 1]; /* the last of it, with a 0 behind */
};

/* 120 x 40. False where there is no terminal to be had. */
bool on_terminal_start(struct on_terminal *t, const char *const argv[]);

/* What it wrote; false where it is gone. */
bool on_terminal_read(struct on_terminal *t);

/* Whether `text` was among what it wrote since on_terminal_forget. */
bool on_terminal_saw(const struct on_terminal *t, const char *text);
void on_terminal_forget(struct on_terminal *t);

/* Processor time so far, in seconds; resident memory, in KiB. */
double on_terminal_cpu_s(const struct on_terminal *t);
long on_terminal_rss_kib(const struct on_terminal *t);

/* Ends it, and waits until it has. */
void on_terminal_end(struct on_terminal *t);

#endif
