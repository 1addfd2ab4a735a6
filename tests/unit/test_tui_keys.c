/* The manual's keys are those of the table that makes the help: the section is compared as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/keys.h"

static const char manual[] = "host/cli/cordon.1", head[] = ".SH KEYS OF THE DASHBOARD\n";

/* As roff has them. */
static const struct {
	const char *plain, *roff;
} special[] = {
	{"-", "\\-"}, {"'", "\\(aq"}, {"←", "\\(<-"}, {"→", "\\(->"}, {"↑", "\\(ua"},
};

static void put_text(FILE *to, const char *text)
{
	/* With \& before it a full stop, or a quote, is no more than that. */
	fputs(".B \\&", to);
	while (*text) {
		size_t i = 0, n = sizeof(special) / sizeof(special[0]);

		while (i < n && strncmp(text, special[i].plain, strlen(special[i].plain)) != 0)
			i++;
		if (i < n)
			fputs(special[i].roff, to);
		else
			fputc(*text, to);
		text += i < n ? strlen(special[i].plain) : 1;
	}
	fputc('\n', to);
}

/* A line of the help of commands is what to type, two blanks, what that does. */
static void put_command(FILE *to, const char *help)
{
	const char *gap = strstr(help, "  ");
	char typed[160];

	snprintf(typed, sizeof(typed), "%.*s", gap ? (int)(gap - help) : (int)strlen(help), help);
	fputs(".TP\n", to);
	put_text(to, typed);
	fprintf(to, "%s\n", gap ? gap + 2 : "Quit.");
}

static char *wanted(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	for (unsigned i = 0; i < key_table_count; i++) {
		if (!key_table[i].name)
			continue;
		fputs(".TP\n", to);
		put_text(to, key_table[i].name);
		fprintf(to, "%s\n", key_table[i].help);
	}
	for (unsigned i = 0; prompt_command_help(i); i++)
		put_command(to, prompt_command_help(i));
	assert_int_equal(fclose(to), 0);
	return text;
}

static void the_manual_has_every_key(void **state)
{
	static char text[1 << 17];
	char *section, *end, *want = wanted();
	FILE *f = fopen(manual, "r");

	(void)state;
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	section = strstr(text, head);
	assert_non_null(section);
	section = strstr(section, ".TP\n");
	assert_non_null(section);
	end = strstr(section, ".SH ");
	assert_non_null(end);
	*end = '\0';
	if (strcmp(section, want) != 0) {
		fprintf(stderr, "the section of keys in %s was to be\n%s", manual, want);
		fail();
	}
	free(want);
}

/* No key does two things, and whatever has a name tells what it does. */
static void no_key_is_there_twice(void **state)
{
	(void)state;
	for (unsigned i = 0; i < key_table_count; i++) {
		const struct key_entry *k = &key_table[i];

		assert_int_equal(k->name != NULL, k->help != NULL);
		assert_true(k->key != k->also);
		for (unsigned n = i + 1; n < key_table_count; n++) {
			const struct key_entry *o = &key_table[n];

			assert_true(k->key != o->key && (!k->also || k->also != o->also) &&
			            k->key != o->also && k->also != o->key);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_manual_has_every_key),
		cmocka_unit_test(no_key_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
