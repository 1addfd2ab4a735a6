/* Declared devices from files: what is read, and what is refused with which words. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"
#include <stdlib.h>

#include "report/profile_file.h"

#define HASH "0134657de80ea8e4c12efe151102b45a848f5496c91a1f43281b83033460b78b"

static bool parse(struct profile *p, const char *text, char error[PROFILE_ERROR_MAX])
{
	size_t len = strlen(text);
	char *exact = malloc(len ? len : 1);
	bool good;

	memcpy(exact, text, len);
	good = profile_file_parse(p, "x", exact, len, error);
	free(exact);
	return good;
}

static bool allows(const struct profile *p, unsigned usage)
{
	return p->alphabet[usage / 8] >> usage % 8 & 1;
}

static void whole(void **state)
{
	struct profile p = {.kind = PROFILE_BARE};
	char error[PROFILE_ERROR_MAX];

	(void)state;
	assert_true(parse(&p,
	                  "{\"name\":\"scanner\",\"structure_sha256\":\"" HASH
	                  "\",\"serial\":\"S/N:0001\",\"alphabet\":\"09a<ENTER><<><f13>\"}",
	                  error));
	assert_int_equal(p.kind, PROFILE_DEVICE);
	assert_string_equal(p.name, "scanner");
	assert_true(p.has_hash && p.has_serial && p.has_alphabet);
	assert_string_equal(p.serial, "S/N:0001");
	assert_int_equal(p.structure_sha256[0], 0x01);
	assert_int_equal(p.structure_sha256[31], 0x8b);
	assert_true(allows(&p, 0x27) && allows(&p, 0x26) && allows(&p, 0x04) && allows(&p, 0x28));
	assert_true(allows(&p, 0x36) && allows(&p, 0xe1) &&
	            allows(&p, 0xe5)); /* "<" is Shift and comma */
	assert_true(allows(&p, 0x68));
	assert_false(allows(&p, 0x1e));
	assert_false(allows(&p, 0xe0));
}

static void least(void **state)
{
	struct profile p;
	char error[PROFILE_ERROR_MAX];

	(void)state;
	assert_true(parse(&p, "{\"name\":\"x\",\"structure_sha256\":\"" HASH "\"}", error));
	assert_true(p.has_hash && !p.has_serial && !p.has_alphabet);
	assert_true(parse(&p,
	                  "{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":[4,231]}",
	                  error));
	assert_true(p.has_alphabet && allows(&p, 4) && allows(&p, 231) && !allows(&p, 5));
	/* A plain alphabet needs no Shift. */
	assert_true(parse(&p,
	                  "{\"name\":\"x\",\"structure_sha256\":\"" HASH
	                  "\",\"alphabet\":\"cbdefghijklnrtuv\"}",
	                  error));
	assert_false(allows(&p, 0xe1) || allows(&p, 4));
}

static void refused(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "cannot read profile 'x': line 1: '[' or '{' expected near end of file"},
		{"[]", "cannot read profile 'x': not a JSON object"},
		{"{\"structure_sha256\":\"" HASH "\"}",
	         "cannot read profile 'x': field 'name': must be there"},
		{"{\"name\":\"x\"}",
	         "cannot read profile 'x': field 'structure_sha256': must be there"},
		{"{\"name\":1,\"structure_sha256\":\"" HASH "\"}",
	         "cannot read profile 'x': field 'name': not a text"},
		{"{\"name\":\"x\",\"structure_sha256\":\"12\"}",
	         "cannot read profile 'x': field 'structure_sha256': not 64 hex digits"},
		{"{\"name\":\"x\",\"structure_sha256\":"
	         "\"z134657de80ea8e4c12efe151102b45a848f5496c91a1f43281b83033460b78b\"}",
	         "cannot read profile 'x': field 'structure_sha256': not 64 hex digits"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"serial\":\"\"}",
	         "cannot read profile 'x': field 'serial': empty; leave it out where the device "
	         "has none"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":\"a\xc3\xa4\"}",
	         "cannot read profile 'x': field 'alphabet': no key types '\xc3\xa4'"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":\"<NOPE>\"}",
	         "cannot read profile 'x': field 'alphabet': no key is called '<NOPE>'"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":\"a<b\"}",
	         "cannot read profile 'x': field 'alphabet': no key is called '<'"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":[3]}",
	         "cannot read profile 'x': field 'alphabet': a usage is a number from 4 to 231"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alphabet\":{}}",
	         "cannot read profile 'x': field 'alphabet': neither a text nor a list of usages"},
		{"{\"name\":\"x\",\"structure_sha256\":\"" HASH "\",\"alfabet\":\"a\"}",
	         "cannot read profile 'x': field 'alfabet': there is no such field"},
		{"{\"name\":\"x\\u0000y\",\"structure_sha256\":\"" HASH "\"}",
	         "cannot read profile 'x': field 'name': contains U+0000"},
		{"{\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\","
	         "\"structure_sha256\":\"" HASH "\"}",
	         "cannot read profile 'x': field 'name': too long"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct profile p = {.kind = PROFILE_HOST};
		char error[PROFILE_ERROR_MAX];

		assert_false(parse(&p, cases[i].text, error));
		assert_string_equal(error, cases[i].error);
		assert_int_equal(p.kind, PROFILE_HOST);
	}
}

static void cut_anywhere(void **state)
{
	static const char text[] = "{\"name\":\"s\",\"structure_sha256\":\"" HASH
				   "\",\"serial\":\"1\",\"alphabet\":\"0<TAB>\"}";

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct profile p = {.kind = PROFILE_HOST};
		char error[PROFILE_ERROR_MAX], *cut = malloc(n ? n : 1);

		memcpy(cut, text, n);
		assert_false(profile_file_parse(&p, "x", cut, n, error));
		assert_true(error[0] && p.kind == PROFILE_HOST);
		free(cut);
	}
}

static void files(void **state)
{
	struct profile p = {.kind = PROFILE_HOST};
	char error[PROFILE_ERROR_MAX];

	(void)state;
	assert_false(profile_file_load(&p, "/nonexistent/\033x", error));
	assert_string_equal(error, "cannot open '/nonexistent/\\x1bx': No such file or directory");
	assert_false(profile_file_load(&p, "/", error));
	assert_false(profile_file_load(&p, "/dev/zero", error));
	assert_string_equal(error, "cannot read profile '/dev/zero': larger than 64 KiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),        cmocka_unit_test(least), cmocka_unit_test(refused),
		cmocka_unit_test(cut_anywhere), cmocka_unit_test(files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
