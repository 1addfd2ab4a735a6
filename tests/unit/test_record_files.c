/* A ring of files whose folder does not stay where it was. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "capture/record_files.h"

enum { RING = 512 * 1024, PART = RING / 8, BLOCK = 4096 };

static char home[64];

/* In a folder of its own, which is also the one that is worked in. */
static int start(void **state)
{
	(void)state;
	strcpy(home, "/tmp/cordon-ring-XXXXXX");
	return mkdtemp(home) && chdir(home) == 0 && mkdir("a", 0777) == 0 ? 0 : -1;
}

static int stop(void **state)
{
	char remove[96];

	(void)state;
	snprintf(remove, sizeof(remove), "rm -rf %s", home);
	return chdir("/") || system(remove);
}

/* A part, full of one block after the other. */
static void fill(struct record_files *f)
{
	uint32_t block[BLOCK / sizeof(uint32_t)] = {6, BLOCK};

	for (unsigned i = 0; i <= PART / BLOCK; i++)
		record_files_write(f, (const uint8_t *)block, sizeof(block));
	assert_true(record_files_full(f));
}

static struct record_files *begin(void)
{
	struct record_files *f;

	assert_int_equal(record_files_create(&f, "a/x-000002.pcapng", RING), ERR_NONE);
	fill(f);
	record_files_next(f);
	fill(f);
	return f;
}

static struct link_status end(struct record_files *f)
{
	struct link_status s = {0};

	record_files_close(f);
	record_files_status(f, &s);
	record_files_free(f);
	return s;
}

static bool is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > PART;
}

static void a_moved_folder_takes_the_ring_along(void **state)
{
	struct record_files *f = begin();
	struct link_status s;
	unsigned n = 0;
	char path[64];

	(void)state;
	assert_int_equal(rename("a", "b"), 0);
	for (unsigned i = 0; i < 20; i++) {
		record_files_next(f);
		fill(f);
	}
	s = end(f);
	assert_false(s.failed);
	assert_non_null(strstr(s.trouble, "was moved"));
	assert_non_null(strstr(s.file, "/b/x-000002-000022.pcapng"));
	/* The oldest go from there, too, but for the first. */
	for (unsigned i = 1; i <= 22; i++) {
		snprintf(path, sizeof(path), "b/x-000002-%06u.pcapng", i);
		n += is_there(path);
	}
	assert_true(is_there("b/x-000002-000001.pcapng"));
	assert_true(n >= 7 && n <= 9);
}

static void a_deleted_folder_ends_no_ring(void **state)
{
	struct record_files *f = begin();
	struct link_status s;

	(void)state;
	/* Of an earlier rescue, by the name that a part before would have. */
	assert_int_equal(close(creat("rescued-x-000002-000002.pcapng", 0600)), 0);
	record_files_next(f);
	fill(f);
	assert_int_equal(system("rm -r a"), 0);
	for (unsigned i = 0; i < 20; i++) {
		record_files_next(f);
		fill(f);
	}
	s = end(f);
	assert_false(s.failed);
	assert_non_null(strstr(s.trouble, "rescued-x-000002-000003.pcapng"));
	assert_true(is_there("rescued-x-000002-000023.pcapng"));
	assert_false(is_there("rescued-x-000002-000004.pcapng"));
	assert_int_equal(access("rescued-x-000002-000002.pcapng", F_OK), 0);
}

static void the_head_stands_at_once(void **state)
{
	const uint32_t block[3] = {6, sizeof(block), sizeof(block)};
	struct record_files *f;
	struct stat st;

	(void)state;
	assert_int_equal(record_files_create(&f, "a/x.pcapng", 0), ERR_NONE);
	record_files_write(f, (const uint8_t *)block, sizeof(block));
	assert_int_equal(stat("a/x.pcapng", &st), 0);
	assert_int_equal(st.st_size, sizeof(block));
	/* And nothing else, until it is due. */
	record_files_write(f, (const uint8_t *)block, sizeof(block));
	assert_int_equal(stat("a/x.pcapng", &st), 0);
	assert_int_equal(st.st_size, sizeof(block));
	assert_false(end(f).failed);
}

/* One that is renamed by itself changes nothing for the others. */
static void a_renamed_part_is_left_alone(void **state)
{
	struct record_files *f = begin();
	struct link_status s;

	(void)state;
	assert_int_equal(rename("a/x-000002-000002.pcapng", "evidence.pcapng"), 0);
	record_files_next(f);
	fill(f);
	s = end(f);
	assert_false(s.failed);
	assert_true(is_there("evidence.pcapng"));
	assert_true(is_there("a/x-000002-000003.pcapng"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_moved_folder_takes_the_ring_along, start, stop),
		cmocka_unit_test_setup_teardown(a_deleted_folder_ends_no_ring, start, stop),
		cmocka_unit_test_setup_teardown(the_head_stands_at_once, start, stop),
		cmocka_unit_test_setup_teardown(a_renamed_part_is_left_alone, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
