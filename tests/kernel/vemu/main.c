/*
 * The emulated tap for a virtual machine: the unmodified firmware image in its emulator (tests/emulator/bridge.mjs, a child
 * process behind pipes), plugged into QEMU's usb-redir at SOCKET. The chip runs a millisecond between two looks at what the
 * guest wants, however long that takes here: its own clock is the only one.
 * usage: vemu SOCKET NODE BRIDGE IMAGE [WAVEFORM]
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kernel/redir.h"

extern char **environ;

enum op { OP_RESET = 1, OP_CONTROL, OP_IN, OP_OUT, OP_RUN };
enum { NONE = 0xffff, MILLISECOND_US = 1000 };

static volatile sig_atomic_t told;

struct chip {
	int to, from;
	pid_t pid;
	bool gone;
};

static void on_signal(int n)
{
	(void)n;
	told = 1;
}

static bool all(ssize_t (*move)(int, void *, size_t), int fd, void *bytes, size_t len)
{
	for (char *at = bytes; len;) {
		ssize_t n = move(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static ssize_t put(int fd, void *bytes, size_t len)
{
	return write(fd, bytes, len);
}

/* The answer's length, or -1 for STALL, NAK, or a chip that is no more. */
static int ask(struct chip *c, enum op op, uint8_t endpoint, const uint8_t *data, size_t len,
               uint8_t *answer, size_t room)
{
	uint8_t frame[4 + 8 + REDIR_CONTROL_MAX] = {(uint8_t)op, endpoint, (uint8_t)len,
	                                            (uint8_t)(len >> 8)};
	uint8_t head[2];
	size_t n;

	if (len)
		memcpy(frame + 4, data, len);
	if (c->gone || !all(put, c->to, frame, 4 + len) || !all(read, c->from, head, 2)) {
		c->gone = true;
		return -1;
	}
	n = head[0] | (size_t)head[1] << 8;
	if (n == NONE)
		return -1;
	if (n > room || (n && !all(read, c->from, answer, n))) {
		c->gone = true;
		return -1;
	}
	return (int)n;
}

static void on_reset(void *context)
{
	ask(context, OP_RESET, 0, NULL, 0, NULL, 0);
}

static int on_control(void *context, const uint8_t setup[8], uint8_t data[REDIR_CONTROL_MAX])
{
	uint8_t request[8 + REDIR_CONTROL_MAX];
	size_t length = setup[6] | (size_t)setup[7] << 8, out = setup[0] & 0x80 ? 0 : length;
	int n;

	memcpy(request, setup, 8);
	memcpy(request + 8, data, out);
	n = ask(context, OP_CONTROL, 0, request, 8 + out, data, REDIR_CONTROL_MAX);
	return n < 0 ? REDIR_STALL : setup[0] & 0x80 ? n : (int)length;
}

static int on_in(void *context, uint8_t endpoint, uint8_t packet[REDIR_PACKET])
{
	return ask(context, OP_IN, endpoint & 15, NULL, 0, packet, REDIR_PACKET);
}

static bool on_out(void *context, uint8_t endpoint, const uint8_t *packet, size_t len)
{
	return ask(context, OP_OUT, endpoint & 15, packet, len, NULL, 0) >= 0;
}

static bool begin(struct chip *c, char **command)
{
	posix_spawn_file_actions_t actions;
	int to[2], from[2];
	bool good;

	if (pipe(to) < 0 || pipe(from) < 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, to[1]);
	posix_spawn_file_actions_addclose(&actions, from[0]);
	good = posix_spawnp(&c->pid, command[0], &actions, NULL, command, environ) == 0;
	posix_spawn_file_actions_destroy(&actions);
	close(to[0]);
	close(from[1]);
	c->to = to[1];
	c->from = from[0];
	return good;
}

int main(int argc, char **argv)
{
	static const uint8_t millisecond[2] = {MILLISECOND_US & 255, MILLISECOND_US >> 8};
	struct chip chip = {0};
	const struct redir_device device = {.context = &chip,
	                                    .vendor = 0x1209,
	                                    .product = 0x0001,
	                                    .release = 0x0100,
	                                    .reset = on_reset,
	                                    .control = on_control,
	                                    .in = on_in,
	                                    .out = on_out};
	struct redir *redir;
	unsigned long ran = 0;
	int status = 0;

	if (argc < 5)
		return 2;
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	if (!begin(&chip, argv + 2) || !(redir = redir_plug(argv[1], &device))) {
		perror("vemu");
		return 1;
	}
	while (!told && !chip.gone && redir_turn(redir, 0)) {
		ask(&chip, OP_RUN, 0, millisecond, sizeof(millisecond), NULL, 0);
		ran++;
	}
	close(chip.to);
	waitpid(chip.pid, &status, 0);
	printf("ran %lu ms, chip %s\n", ran, status ? "failed" : "fine");
	redir_pull(redir);
	return status != 0;
}
