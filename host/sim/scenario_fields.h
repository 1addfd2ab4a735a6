/*
 * Private to the reader of scenarios: JSON objects into structs by tables. A table has a line for each field that may
 * stand in an object: its name, its form, where it goes, its bounds. What no line names is an error.
 */
#ifndef CORDON_SIM_SCENARIO_FIELDS_H
#define CORDON_SIM_SCENARIO_FIELDS_H

#include <jansson.h>

#include "sim/scenario.h"

enum { SCENARIO_PATH_MAX = 160 };

/* What the set borrows from: the parsed file, and memory that goes all at once. */
struct scenario_store {
	json_t *root;
	struct scenario_chunk *chunks;
};

struct scenario_named {
	const char *name;
	struct device_text text;
};

struct scenario_reader {
	const char *name;
	char *message;
	char path[SCENARIO_PATH_MAX];
	struct scenario_store *store;
	struct scenario_named *descriptors;
	size_t descriptor_count;
	enum err err;
};

enum field_kind {
	FIELD_NUMBER, /* double */
	FIELD_COUNT,  /* unsigned */
	FIELD_BOOL,   /* bool */
	FIELD_TEXT,   /* const char * */
	FIELD_REMARK, /* a text that is not kept */
	FIELD_ID,     /* const char *: a small letter, then letters, digits, _ */
	FIELD_REF,    /* struct scenario_ref, to be resolved */
	FIELD_NAME,   /* enum, by `names` */
	FIELD_AMOUNT, /* struct scenario_amount */
	FIELD_TIME,   /* struct scenario_time */
	FIELD_SPREAD, /* struct scenario_spread */
	FIELD_OBJECT, /* a struct, by `shape` */
	FIELD_LIST,   /* a pointer to structs by `shape`, their count at `count_at` */
	FIELD_OWN,    /* by `read` */
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t at; /* in the struct */
	bool optional;
	size_t has; /* 1 + place of a bool that says whether it is not null; 0: null is an error */
	double low, high;         /* FIELD_NUMBER, _COUNT, _AMOUNT */
	const char *const *names; /* NULL-terminated */
	const struct shape *shape;
	size_t count_at, max;
	bool (*read)(struct scenario_reader *r, json_t *v, void *to);
};

struct shape {
	const struct field *fields; /* ends with a name of NULL */
	size_t size;
	/* What the fields alone do not show; NULL: nothing. */
	bool (*check)(struct scenario_reader *r, json_t *v, void *to);
};

/* Always false, for `return`: ERR_SCENARIO, and the message: name, path, `expected`, what was found (NULL: left out). */
bool scenario_expected(struct scenario_reader *r, json_t *found, const char *expected, ...)
	__attribute__((format(printf, 3, 4)));

/* Goes down by one step of the path; `length` is what scenario_leave needs. */
size_t scenario_enter(struct scenario_reader *r, const char *step, ...)
	__attribute__((format(printf, 2, 3)));
void scenario_leave(struct scenario_reader *r, size_t length);

/* Zeroed, gone with the set; NULL and ERR_MEMORY. */
void *scenario_alloc(struct scenario_reader *r, size_t size);

/* A file's bytes, to be freed whatever comes back; errno is kept with ERR_OPEN and ERR_READ. */
enum err scenario_file(char **bytes, size_t *len, const char *path,
                       char message[SCENARIO_MESSAGE_MAX]);

bool scenario_object(struct scenario_reader *r, json_t *v, const struct shape *shape, void *to);
bool scenario_text(struct scenario_reader *r, json_t *v, const char **to);
bool scenario_is_id(const char *s);
bool scenario_hex(const char *s, size_t digits); /* digits 0: any even number */
bool scenario_pick(struct scenario_reader *r, json_t *v, const char *const *names, unsigned *to);
bool scenario_read_amount(struct scenario_reader *r, json_t *v, double low, double high,
                          struct scenario_amount *to);

/* scenario_devices.c: the file's descriptor sets, and one of them by name, overridden where `override` is not NULL. */
bool scenario_read_descriptors(struct scenario_reader *r, json_t *v);
const struct device_text *scenario_descriptors(struct scenario_reader *r, json_t *name,
                                               json_t *override);

/* scenario_shapes.c, scenario_events.c */
extern const struct shape scenario_shape;
bool scenario_read_events(struct scenario_reader *r, json_t *v, void *scenario);

/* scenario_check.c: references, and what one field says of another. */
bool scenario_check(struct scenario_reader *r, struct scenario *s);

#endif
