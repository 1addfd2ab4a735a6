/* The reader of the wire protocol and the bodies of its records, on arbitrary bytes in two pieces. */
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

static void on_record(void *context, const struct wire_record *r)
{
	union {
#define MEMBER(name) struct wire_##name name;
		WIRE_BODIES(MEMBER)
	} u;
	uint64_t delta;
	enum wire_lines lines;
	size_t at = 0, n;

	(void)context;
#define GET(name) (void)wire_##name##_get(&u.name, r->body, r->len);
	WIRE_BODIES(GET)
	while ((n = wire_edge_get(r->body + at, r->len - at, &delta, &lines)) != 0)
		at += n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct wire_reader r;
	const struct wire_sink sink = {.record = on_record};
	size_t cut = len ? data[0] % len : 0;

	wire_reader_init(&r);
	wire_reader_push(&r, data, cut, &sink);
	wire_reader_push(&r, data + cut, len - cut, &sink);
	return 0;
}
