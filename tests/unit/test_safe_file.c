/* When what was written stands in the file: gathered, and for how long; and what a full disk leaves of it. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "capture/safe_file.h"

#define MS INT64_C(1000000)

enum { SMALL = 100, LARGE = 40000 };

static char folder[64] = "/tmp/safe-file-XXXXXX", file[80];
static const uint8_t block[4 * LARGE];
static struct safe_file *f;

static int begin(void **state)
{
	(void)state;
	return safe_file_create(&f, file) || safe_file_tend(f, MS);
}

static int end(void **state)
{
	(void)state;
	safe_file_free(f);
	return unlink(file);
}

static size_t there(void)
{
	struct stat now;

	assert_int_equal(stat(file, &now), 0);
	return (size_t)now.st_size;
}

static void put(size_t len)
{
	assert_int_equal(safe_file_write(f, block, len), ERR_NONE);
}

static void tend(int64_t now_ns)
{
	assert_int_equal(safe_file_tend(f, now_ns), ERR_NONE);
}

static void for_a_tenth_of_a_second(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		const int64_t at = (10 + 200 * (int64_t)i) * MS;

		put(SMALL);
		tend(at);
		put(SMALL);
		tend(at + 99 * MS);
		assert_int_equal(there(), 2 * SMALL * i);
		assert_int_equal(safe_file_bytes(f), 2 * SMALL * (i + 1));
		tend(at + 100 * MS);
		assert_int_equal(there(), 2 * SMALL * (i + 1));
		assert_int_equal(safe_file_bytes(f), 2 * SMALL * (i + 1));
	}
}

static void no_longer_than_the_disk_waits(void **state)
{
	(void)state;
	tend(850 * MS);
	put(SMALL);
	tend(860 * MS);
	assert_int_equal(there(), 0);
	tend(901 * MS);
	assert_int_equal(there(), SMALL);
}

static void not_where_it_is_asked_for(void **state)
{
	(void)state;
	put(SMALL);
	assert_int_equal(safe_file_flush(f), ERR_NONE);
	assert_int_equal(there(), SMALL);
	put(SMALL);
	assert_int_equal(safe_file_sync(f), ERR_NONE);
	assert_int_equal(there(), 2 * SMALL);
	put(SMALL);
	assert_int_equal(safe_file_close(f), ERR_NONE);
	assert_int_equal(there(), 3 * SMALL);
}

static void no_more_than_there_is_room_for(void **state)
{
	(void)state;
	put(LARGE);
	assert_int_equal(there(), 0);
	put(LARGE);
	assert_int_equal(there(), LARGE);
	put(sizeof(block));
	assert_int_equal(there(), 2 * LARGE + sizeof(block));
	put(SMALL);
	assert_int_equal(safe_file_bytes(f), 2 * LARGE + sizeof(block) + SMALL);
}

/* Of one write that is larger than the room: no more is lost than the block that does not fit. */
static void blocks_that_fit_are_kept(void **state)
{
	enum { BLOCKS = 5, ROOM = 4 * SMALL - 1 };
	const struct rlimit full = {.rlim_cur = ROOM, .rlim_max = RLIM_INFINITY};
	const struct rlimit room = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	uint8_t blocks[BLOCKS * SMALL] = {0};
	enum err written;

	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		blocks[i * SMALL + 4] = SMALL;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(safe_file_write(f, blocks, 2 * SMALL), ERR_NONE);
	assert_int_equal(safe_file_write(f, blocks + 2 * SMALL, 3 * SMALL), ERR_NONE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	written = safe_file_flush(f);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
	assert_int_equal(written, ERR_WRITE);
	assert_int_equal(safe_file_bytes(f), ROOM / SMALL * SMALL);
	/* Nothing follows a gap. */
	assert_int_equal(safe_file_write(f, blocks, SMALL), ERR_WRITE);
	assert_int_equal(safe_file_close(f), ERR_WRITE);
	assert_int_equal(there(), ROOM / SMALL * SMALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(for_a_tenth_of_a_second, begin, end),
		cmocka_unit_test_setup_teardown(no_longer_than_the_disk_waits, begin, end),
		cmocka_unit_test_setup_teardown(not_where_it_is_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(no_more_than_there_is_room_for, begin, end),
		cmocka_unit_test_setup_teardown(blocks_that_fit_are_kept, begin, end),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(file, sizeof(file), "%s/x.pcapng", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
