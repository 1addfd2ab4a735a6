/* Declared devices from JSON files. See profile_file.h. */
#include "report/profile_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/alphabet.h"
#include "report/escape.h"

enum { FILE_MAX = 1 << 16 };

struct reader {
	const char *path;
	char *error;
};

/* Always false, for `return fail(...)`. */
static bool fail(const struct reader *r, const char *field, const char *why)
{
	char path[96], detail[128];

	escape_terminal(path, sizeof(path), r->path);
	escape_terminal(detail, sizeof(detail), why);
	if (field)
		snprintf(r->error, PROFILE_ERROR_MAX, "cannot read profile '%s': field '%s': %s",
		         path, field, detail);
	else
		snprintf(r->error, PROFILE_ERROR_MAX, "cannot read profile '%s': %s", path, detail);
	return false;
}

/* `*s` stays NULL where the field is not there. A NUL inside would hide what follows it. */
static bool string(const struct reader *r, json_t *root, const char *field, size_t max,
                   const char **s)
{
	json_t *v = json_object_get(root, field);

	*s = NULL;
	if (!v)
		return true;
	if (!json_is_string(v))
		return fail(r, field, "not a text");
	if (json_string_length(v) != strlen(json_string_value(v)))
		return fail(r, field, "contains U+0000");
	if (json_string_length(v) >= max)
		return fail(r, field, "too long");
	*s = json_string_value(v);
	return true;
}

static bool read_hash(const struct reader *r, const char *s, uint8_t out[32])
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(s) != 64)
		return fail(r, "structure_sha256", "not 64 hex digits");
	memset(out, 0, 32);
	for (unsigned i = 0; i < 64; i++) {
		char lower = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] - 'A' + 'a') : s[i];
		const char *at = strchr(digits, lower);

		if (!at)
			return fail(r, "structure_sha256", "not 64 hex digits");
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | (at - digits));
	}
	return true;
}

static bool read_usages(const struct reader *r, json_t *list, uint8_t alphabet[32])
{
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v)
	{
		json_int_t usage = json_is_integer(v) ? json_integer_value(v) : -1;

		if (usage < 4 || usage > 0xe7)
			return fail(r, "alphabet", "a usage is a number from 4 to 231");
		alphabet[usage / 8] |= (uint8_t)(1u << usage % 8);
	}
	return true;
}

static bool read_alphabet(const struct reader *r, json_t *v, uint8_t alphabet[32])
{
	char why[ALPHABET_ERROR_MAX];

	memset(alphabet, 0, 32);
	if (json_is_array(v))
		return read_usages(r, v, alphabet);
	if (!json_is_string(v))
		return fail(r, "alphabet", "neither a text nor a list of usages");
	if (json_string_length(v) != strlen(json_string_value(v)))
		return fail(r, "alphabet", "contains U+0000");
	if (!alphabet_read(alphabet, json_string_value(v), why))
		return fail(r, "alphabet", why);
	return true;
}

static bool known_fields(const struct reader *r, json_t *root)
{
	static const char *const names[] = {"name", "structure_sha256", "serial", "alphabet"};
	const char *key;
	json_t *v;

	json_object_foreach(root, key, v)
	{
		bool known = false;

		for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			known |= !strcmp(key, names[i]);
		if (!known) {
			char field[64];

			escape_terminal(field, sizeof(field), key);
			return fail(r, field, "there is no such field");
		}
	}
	return true;
}

static bool fill(const struct reader *r, struct profile *p, json_t *root)
{
	const char *name, *hash, *serial;
	json_t *alphabet;

	if (!json_is_object(root))
		return fail(r, NULL, "not a JSON object");
	if (!known_fields(r, root) || !string(r, root, "name", sizeof(p->name), &name) ||
	    !string(r, root, "structure_sha256", 128, &hash) ||
	    !string(r, root, "serial", sizeof(p->serial), &serial))
		return false;
	if (!name || !name[0])
		return fail(r, "name", "must be there");
	if (!hash)
		return fail(r, "structure_sha256", "must be there");
	if (serial && !serial[0])
		return fail(r, "serial", "empty; leave it out where the device has none");
	if (!read_hash(r, hash, p->structure_sha256))
		return false;
	p->kind = PROFILE_DEVICE;
	p->has_hash = true;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->has_serial = serial != NULL;
	snprintf(p->serial, sizeof(p->serial), "%s", serial ? serial : "");
	alphabet = json_object_get(root, "alphabet");
	p->has_alphabet = alphabet != NULL;
	return !alphabet || read_alphabet(r, alphabet, p->alphabet);
}

bool profile_file_parse(struct profile *p, const char *path, const char *bytes, size_t len,
                        char error[PROFILE_ERROR_MAX])
{
	struct reader r = {.path = path, .error = error};
	struct profile read = {.kind = PROFILE_DEVICE};
	json_error_t bad;
	json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &bad);
	bool good;

	error[0] = '\0';
	if (!root) {
		char why[JSON_ERROR_TEXT_LENGTH + 32];

		snprintf(why, sizeof(why), "line %d: %s", bad.line, bad.text);
		return fail(&r, NULL, why);
	}
	good = fill(&r, &read, root);
	if (good)
		*p = read;
	json_decref(root);
	return good;
}

bool profile_file_load(struct profile *p, const char *path, char error[PROFILE_ERROR_MAX])
{
	struct reader r = {.path = path, .error = error};
	FILE *f = fopen(path, "rb");
	char *bytes = f ? malloc(FILE_MAX + 1) : NULL;
	bool good = false;
	size_t len;

	error[0] = '\0';
	if (!f) {
		char shown[96];

		escape_terminal(shown, sizeof(shown), path);
		snprintf(error, PROFILE_ERROR_MAX, "cannot open '%s': %s", shown, strerror(errno));
		goto cleanup;
	}
	if (!bytes) {
		fail(&r, NULL, "out of memory");
		goto cleanup;
	}
	len = fread(bytes, 1, FILE_MAX + 1, f);
	if (ferror(f))
		fail(&r, NULL, strerror(errno));
	else if (len > FILE_MAX)
		fail(&r, NULL, "larger than 64 KiB");
	else
		good = profile_file_parse(p, path, bytes, len, error);
cleanup:
	if (f)
		fclose(f);
	free(bytes);
	return good;
}
