/* Where bytes come from: pipes in small pieces, files that still grow, errors of read(2), the tap for hashes. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture_image.h"

static struct collection c;
static const uint8_t token[] = {0x69, 0x05, 0x70};

static struct image *small(bool pcapng, uint32_t packets)
{
	struct image *i = image_new(false);

	if (pcapng) {
		image_section(i);
		image_interface(i, 294, 9);
	} else {
		image_pcap(i, 0xa1b23c4d, 294);
	}
	for (uint32_t n = 0; n < packets; n++)
		if (pcapng)
			image_packet(i, 0, n, token, 3);
		else
			image_pcap_packet(i, 0, n, token, 3);
	return i;
}

static void pipe_in_pieces(void **state)
{
	static const size_t pieces[] = {1, 7, 4096, 100000};

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		struct image *i = small(n % 2, n < 2 ? 400 : 20000);
		int fds[2], status;
		pid_t child;

		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0) {
			size_t done = 0;

			close(fds[0]);
			while (done < i->len) {
				size_t len = i->len - done < pieces[n] ? i->len - done : pieces[n];
				ssize_t got = write(fds[1], i->data + done, len);

				if (got < 0)
					_exit(1);
				done += (size_t)got;
			}
			_exit(0);
		}
		close(fds[1]);
		assert_int_equal(fd_read(fds[0], &c), ERR_NONE);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		assert_int_equal(c.count, n < 2 ? 400 : 20000);
		assert_int_equal(c.info.duration_ns, c.count - 1);
		assert_int_equal(c.info.bytes, i->len);
		assert_false(c.info.truncated);
	}
}

/* A descriptor that does not block, one byte at a time: nothing is lost, and waiting is told apart from the end. */
static void steps_while_bytes_arrive(void **state)
{
	const struct record_sink sink = {.context = &c, .record = collect};

	(void)state;
	for (int pcapng = 0; pcapng < 2; pcapng++) {
		struct image *i = small(pcapng, 20);
		struct capture *capture;
		enum capture_state at;
		size_t done = 0, waits = 0;
		int fds[2];

		memset(&c, 0, sizeof(c));
		assert_int_equal(pipe(fds), 0);
		assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(capture_open_fd(&capture, fds[0]), ERR_NONE);
		for (;;) {
			assert_int_equal(capture_step(capture, &sink, &at), ERR_NONE);
			if (at == CAPTURE_END)
				break;
			if (at == CAPTURE_MORE)
				continue;
			waits++;
			if (done < i->len)
				assert_int_equal(write(fds[1], i->data + done++, 1), 1);
			else if (fds[1] >= 0) {
				close(fds[1]);
				fds[1] = -1;
			}
		}
		assert_int_equal(waits, i->len + 1);
		assert_int_equal(c.count, 20);
		assert_false(capture_info(capture)->truncated);
		assert_int_equal(capture_step(capture, &sink, &at), ERR_NONE);
		assert_int_equal(at, CAPTURE_END);
		capture_free(capture);
	}
}

static void follows_a_growing_file(void **state)
{
	const struct record_sink sink = {.context = &c, .record = collect};
	char path[] = "/tmp/cordon-follow-XXXXXX";
	struct image *i = small(true, 10);
	struct capture *capture;
	enum capture_state at;
	int fd = mkstemp(path);

	(void)state;
	memset(&c, 0, sizeof(c));
	assert_int_equal(write(fd, i->data, i->len - 5), i->len - 5);
	assert_int_equal(capture_open(&capture, path), ERR_NONE);
	unlink(path);
	capture_follow(capture, true);
	do
		assert_int_equal(capture_step(capture, &sink, &at), ERR_NONE);
	while (at == CAPTURE_MORE);
	assert_int_equal(at, CAPTURE_WAITING);
	assert_int_equal(c.count, 9);
	assert_int_equal(write(fd, i->data + i->len - 5, 5), 5);
	assert_int_equal(capture_run(capture, &sink), ERR_NONE);
	assert_int_equal(c.count, 10);
	capture_follow(capture, false);
	assert_int_equal(capture_step(capture, &sink, &at), ERR_NONE);
	assert_int_equal(at, CAPTURE_END);
	assert_false(capture_info(capture)->truncated);
	capture_free(capture);
	close(fd);
}

static void errors_of_the_system(void **state)
{
	struct capture *capture;

	(void)state;
	errno = 0;
	assert_int_equal(capture_open(&capture, "/nowhere/at/all"), ERR_OPEN);
	assert_int_equal(errno, ENOENT);
	assert_null(capture);
	assert_int_equal(fd_read(open("/", O_RDONLY | O_DIRECTORY), &c), ERR_READ);
	assert_int_equal(c.info.error, EISDIR);
	capture_free(NULL);
	assert_string_equal(err_text(ERR_NOT_CAPTURE), "not a pcap or pcapng file");
	assert_string_equal(err_text((enum err) - 99), "unknown error");
}

struct heard {
	uint8_t bytes[1 << 20];
	size_t len;
};

static void hear(void *context, const uint8_t *data, size_t len)
{
	struct heard *h = context;

	assert_true(len <= sizeof(h->bytes) - h->len);
	memcpy(h->bytes + h->len, data, len);
	h->len += len;
}

/* Also behind damage: the hash is of the file. */
static void tap_hears_every_byte(void **state)
{
	const struct record_sink sink = {.context = &c, .record = collect};
	static struct heard heard;

	(void)state;
	for (int damaged = 0; damaged < 2; damaged++) {
		struct image *i = small(true, 20000);
		struct capture *capture;

		if (damaged)
			memset(i->data + 1000, 0xff, 100);
		memset(&c, 0, sizeof(c));
		heard.len = 0;
		assert_int_equal(capture_open_fd(&capture, bytes_fd(i->data, i->len)), ERR_NONE);
		capture_tap(capture, hear, &heard);
		assert_int_equal(capture_run(capture, &sink), ERR_NONE);
		assert_int_equal(capture_info(capture)->truncated, damaged);
		assert_int_equal(heard.len, i->len);
		assert_int_equal(capture_info(capture)->bytes, i->len);
		assert_memory_equal(heard.bytes, i->data, i->len);
		capture_free(capture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipe_in_pieces),
		cmocka_unit_test(steps_while_bytes_arrive),
		cmocka_unit_test(follows_a_growing_file),
		cmocka_unit_test(errors_of_the_system),
		cmocka_unit_test(tap_hears_every_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
