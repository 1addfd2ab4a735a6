/*
 * Input: a length (2 bytes), a report descriptor of it, then reports, each behind its length (1 byte).
 * Checked: bounds of the tables, the step bound, and that changes and state agree.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "hid/infer.h"
#include "hid/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DOWN(id) (k.down[(id) / 8] >> ((id) % 8) & 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hid_descriptor d;
	static struct keys k;
	static struct infer f;
	struct bytes b = bytes_of(data, size);
	size_t len = bytes_le16(&b);
	const uint8_t *part;
	struct key_report r;

	len = len < bytes_left(&b) ? len : bytes_left(&b);
	part = bytes_take(&b, len);
	hid_parse(&d, part, part ? len : 0);
	hid_kinds(&d);
	assert(d.steps <= 2 * len && d.fields <= HID_FIELDS_MAX && d.usages <= HID_USAGES_MAX);
	keys_init(&k);
	infer_init(&f);
	while (bytes_left(&b)) {
		uint8_t *exact;

		len = bytes_u8(&b);
		len = len < bytes_left(&b) ? len : bytes_left(&b);
		part = bytes_take(&b, len);
		exact = malloc(len ? len : 1);
		if (len)
			memcpy(exact, part, len);
		if (keys_report(&k, &d, exact, len, 0, 0, &r)) {
			for (unsigned i = 0; i < r.presses; i++)
				assert(r.press[i] < 256 && DOWN(r.press[i]));
			for (unsigned i = 0; i < r.releases; i++)
				assert(r.release[i] < 256 && !DOWN(r.release[i]));
			assert(!(r.flags & KEYS_ALL_UP) || (!r.down && !r.modifiers));
			assert(k.modifiers == r.modifiers);
#ifdef CORDON_PLANTED_BUG /* a reader that takes the descriptor's word for the length */
			if ((r.flags & KEYS_SHORT) && r.presses)
				__builtin_trap();
#endif
		}
		if (infer_report(&f, exact, len, 0, 0) == INFER_KEYBOARD)
			assert(f.kept > 0 && !f.layout[f.found].dead);
		free(exact);
	}
	return 0;
}
