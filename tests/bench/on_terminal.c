#include "tests/bench/on_terminal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool on_terminal_start(struct on_terminal *t, const char *const argv[])
{
	struct winsize size = {.ws_row = 40, .ws_col = 120};

	*t = (struct on_terminal){.fd = -1};
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	if (t->pid < 0)
		return false;
	if (t->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return fcntl(t->fd, F_SETFL, O_NONBLOCK) == 0;
}

bool on_terminal_read(struct on_terminal *t)
{
	char some[8192];

	for (;;) {
		ssize_t n = read(t->fd, some, sizeof(some));
		size_t keep;

		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR);
		t->bytes += (uint64_t)n;
		keep = ON_TERMINAL_KEPT - (size_t)n;
		if (t->len > keep) {
			memmove(t->seen, t->seen + t->len - keep, keep);
			t->len = keep;
		}
		for (ssize_t i = 0; i < n; i++)
			t->seen[t->len++] = some[i] ? some[i] : ' ';
		t->seen[t->len] = '\0';
	}
}

bool on_terminal_saw(const struct on_terminal *t, const char *text)
{
	return strstr(t->seen, text) != NULL;
}

void on_terminal_forget(struct on_terminal *t)
{
	t->len = 0;
	t->seen[0] = '\0';
}

double on_terminal_cpu_s(const struct on_terminal *t)
{
	unsigned long long ns = 0, one;
	char path[300];
	struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)t->pid);
	tasks = opendir(path);
	while (tasks && (d = readdir(tasks))) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)t->pid,
		         d->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%llu", &one) == 1)
			ns += one;
		if (f)
			fclose(f);
	}
	if (tasks)
		closedir(tasks);
	return (double)ns / 1e9;
}

long on_terminal_rss_kib(const struct on_terminal *t)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)t->pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

void on_terminal_end(struct on_terminal *t)
{
	if (t->pid > 0) {
		kill(t->pid, SIGTERM);
		/* It may want to say good-bye to a terminal that nobody reads. */
		for (int i = 0; i < 200 && waitpid(t->pid, NULL, WNOHANG) == 0; i++) {
			on_terminal_read(t);
			usleep(10000);
			if (i == 190)
				kill(t->pid, SIGKILL);
		}
	}
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}
