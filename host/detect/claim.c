/* Claims. See claim.h. */
#include "detect/claim.h"

#include <string.h>

static bool is(const struct record_text *t, size_t from, const char *word)
{
	size_t len = strlen(word);

	return t->len - from == len && memcmp(t->bytes + from, word, len) == 0;
}

enum claim claim_read(const struct record_text *t, const char *name, enum claim was)
{
	static const struct {
		const char *word;
		enum claim claim;
	} words[] = {
		{"yes", CLAIM_YES}, {"true", CLAIM_YES}, {"1", CLAIM_YES},
		{"no", CLAIM_NO},   {"false", CLAIM_NO}, {"0", CLAIM_NO},
	};
	size_t len = strlen(name);

	if (t->len <= len || memcmp(t->bytes, name, len) != 0 || t->bytes[len] != '=')
		return was;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is(t, len + 1, words[i].word))
			return words[i].claim;
	return was;
}
