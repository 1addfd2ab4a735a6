/*
 * Descriptor sets of a scenario file. In: JSON. Out: struct device_text, checked by loading each. USB 2.0 §9.6.
 * Leaves alone: which event uses which.
 */
#include <stdio.h>
#include <string.h>

#include "sim/scenario_fields.h"

enum { SETS_MAX = 256, DEVICE_LEN = 18 };

static bool hex_field(struct scenario_reader *r, json_t *v, const char **to)
{
	if (!scenario_text(r, v, to))
		return false;
	return scenario_hex(*to, 0) ||
	       scenario_expected(r, NULL, "bytes as two small hex digits each");
}

static bool device(struct scenario_reader *r, json_t *v, void *to)
{
	struct device_text *t = to;

	return hex_field(r, v, &t->device) &&
	       (strlen(t->device) == 2 * DEVICE_LEN || scenario_expected(r, NULL, "18 bytes"));
}

static bool config(struct scenario_reader *r, json_t *v, void *to)
{
	struct device_text *t = to;
	unsigned low = 0, high = 0;

	if (!hex_field(r, v, &t->config))
		return false;
	/* wTotalLength. Table 9-10 */
	if (strlen(t->config) < 18 || sscanf(t->config + 4, "%2x%2x", &low, &high) != 2 ||
	    (low | high << 8) != strlen(t->config) / 2)
		return scenario_expected(r, NULL,
		                         "a configuration as long as its wTotalLength says");
	return true;
}

static bool qualifier(struct scenario_reader *r, json_t *v, void *to)
{
	return hex_field(r, v, &((struct device_text *)to)->qualifier);
}

static bool hub(struct scenario_reader *r, json_t *v, void *to)
{
	struct device_text *t = to;

	/* Its ports are counted in its third byte. Table 11-13 */
	return hex_field(r, v, &t->hub) &&
	       (strlen(t->hub) >= 14 || scenario_expected(r, NULL, "7 bytes or more"));
}

static bool speed(struct scenario_reader *r, json_t *v, void *to)
{
	static const char *const names[] = {"low", "full", NULL};
	unsigned n;

	if (!scenario_pick(r, v, names, &n))
		return false;
	((struct device_text *)to)->speed = n ? USB_SPEED_FULL : USB_SPEED_LOW;
	return true;
}

static bool langids(struct scenario_reader *r, json_t *v, void *to)
{
	(void)to;
	if (json_array_size(v) != 1 || !json_is_string(json_array_get(v, 0)) ||
	    strcmp(json_string_value(json_array_get(v, 0)), "0409"))
		return scenario_expected(r, v, "[\"0409\"], the one that can be played");
	return true;
}

static bool index_of(struct scenario_reader *r, const char *key, unsigned low, unsigned high,
                     unsigned *index)
{
	*index = (unsigned)(key[0] - '0');
	return (key[0] >= '0' && !key[1] && *index >= low && *index <= high) ||
	       scenario_expected(r, NULL, "a field named by a number from %u to %u", low, high);
}

static bool strings(struct scenario_reader *r, json_t *v, void *to)
{
	struct device_text *t = to;
	const char *key;
	json_t *text;

	if (!json_is_object(v))
		return scenario_expected(r, v, "an object");
	json_object_foreach(v, key, text)
	{
		size_t length = scenario_enter(r, ".%.40s", key);
		unsigned i;

		if (!index_of(r, key, 1, SIM_STRINGS_MAX - 1, &i) ||
		    !scenario_text(r, text, &t->string[i]))
			return false;
		if (strlen(t->string[i]) > 126)
			return scenario_expected(r, NULL, "at most 126 characters");
		scenario_leave(r, length);
	}
	return true;
}

static bool reports(struct scenario_reader *r, json_t *v, void *to)
{
	struct device_text *t = to;
	unsigned count = 0;
	const char *key;
	json_t *hex;

	if (!json_is_object(v) || json_object_size(v) > SIM_INTERFACES_MAX)
		return scenario_expected(r, v, "an object of at most %d", SIM_INTERFACES_MAX);
	json_object_foreach(v, key, hex)
	{
		size_t length = scenario_enter(r, ".%.40s", key);
		unsigned i;

		if (!index_of(r, key, 0, 9, &i) || !hex_field(r, hex, &t->report[count].hex))
			return false;
		t->report[count++].interface = (uint8_t)i;
		scenario_leave(r, length);
	}
	return true;
}

static bool hash(struct scenario_reader *r, json_t *v, void *to)
{
	((struct device_text *)to)->structure_sha256 = json_string_value(v);
	return (json_is_string(v) && scenario_hex(json_string_value(v), 64)) ||
	       scenario_expected(r, v, "64 hex digits");
}

static bool remarks(struct scenario_reader *r, json_t *v, void *to)
{
	(void)to;
	return json_is_object(v) || scenario_expected(r, v, "an object");
}

static bool loads(struct scenario_reader *r, json_t *v, void *to)
{
	struct sim_device d;
	uint8_t max;

	(void)v;
	if (sim_device_load(&d, to)) {
		max = sim_device_bytes(&d, d.device)[7];
		if (max != 8 && max != 16 && max != 32 && max != 64)
			return scenario_expected(r, NULL, "a bMaxPacketSize0 of 8, 16, 32 or 64");
		for (unsigned i = 0; i < d.endpoints; i++)
			if (!d.endpoint[i].max_packet)
				return scenario_expected(r, NULL, "endpoints that can carry data");
		return true;
	}
	return scenario_expected(r, NULL,
	                         "descriptors whose lengths add up, with at most %d interfaces, %d "
	                         "endpoints, %d bytes",
	                         SIM_INTERFACES_MAX, SIM_ENDPOINTS_MAX, SIM_BYTES_MAX);
}

static const struct field fields[] = {
	{.name = "speed", .kind = FIELD_OWN, .read = speed},
	{.name = "device", .kind = FIELD_OWN, .read = device},
	{.name = "config", .kind = FIELD_OWN, .read = config},
	{.name = "langids", .kind = FIELD_OWN, .read = langids},
	{.name = "strings", .kind = FIELD_OWN, .read = strings},
	{.name = "hid_report", .kind = FIELD_OWN, .read = reports},
	{.name = "structure_sha256", .kind = FIELD_OWN, .read = hash},
	{.name = "evidence", .kind = FIELD_OWN, .read = remarks},
	{.name = "note", .kind = FIELD_REMARK},
	{.name = "device_qualifier", .kind = FIELD_OWN, .read = qualifier, .optional = true},
	{.name = "hub_descriptor", .kind = FIELD_OWN, .read = hub, .optional = true},
	{0},
};

static const struct shape shape = {
	.fields = fields, .size = sizeof(struct device_text), .check = loads};

bool scenario_read_descriptors(struct scenario_reader *r, json_t *v)
{
	const char *key;
	json_t *set;

	if (!json_is_object(v) || json_object_size(v) > SETS_MAX)
		return scenario_expected(r, v, "an object of at most %d", SETS_MAX);
	r->descriptors = scenario_alloc(r, json_object_size(v) * sizeof(*r->descriptors));
	if (!r->descriptors)
		return false;
	json_object_foreach(v, key, set)
	{
		struct scenario_named *n = &r->descriptors[r->descriptor_count];
		size_t length = scenario_enter(r, ".%.40s", key);

		n->name = n->text.name = key;
		if (!scenario_object(r, set, &shape, &n->text))
			return false;
		r->descriptor_count++;
		scenario_leave(r, length);
	}
	return true;
}

/* idVendor or idProduct of `hex`, at byte `at`: low byte first. Table 9-8 */
static bool identity(struct scenario_reader *r, json_t *v, char *hex, size_t at)
{
	const char *id = "";

	if (!scenario_text(r, v, &id))
		return false;
	if (!scenario_hex(id, 4))
		return scenario_expected(r, v, "four hex digits");
	memcpy(hex + 2 * at, id + 2, 2);
	memcpy(hex + 2 * at + 2, id, 2);
	return true;
}

static bool override_field(struct scenario_reader *r, const char *key, json_t *v, char *hex,
                           struct device_text *t)
{
	if (!strcmp(key, "vid"))
		return identity(r, v, hex, 8);
	if (!strcmp(key, "pid"))
		return identity(r, v, hex, 10);
	if (!strcmp(key, "strings"))
		return strings(r, v, t);
	return scenario_expected(r, NULL, "no field of this name");
}

const struct device_text *scenario_descriptors(struct scenario_reader *r, json_t *name,
                                               json_t *override)
{
	const struct device_text *found = NULL;
	struct device_text *t;
	const char *key;
	json_t *v;
	char *hex;

	for (size_t i = 0; json_is_string(name) && i < r->descriptor_count; i++)
		if (!strcmp(r->descriptors[i].name, json_string_value(name)))
			found = &r->descriptors[i].text;
	if (!found)
		scenario_expected(r, name, "the name of a descriptor set of this file");
	if (!found || !override)
		return found;
	t = scenario_alloc(r, sizeof(*t));
	hex = scenario_alloc(r, 2 * DEVICE_LEN + 1);
	if (!t || !hex)
		return NULL;
	*t = *found;
	memcpy(hex, found->device, 2 * DEVICE_LEN);
	t->device = hex;
	if (!json_is_object(override)) {
		scenario_expected(r, override, "an object");
		return NULL;
	}
	json_object_foreach(override, key, v)
	{
		size_t length = scenario_enter(r, ".override.%.40s", key);

		if (!override_field(r, key, v, hex, t))
			return NULL;
		scenario_leave(r, length);
	}
	return t;
}
