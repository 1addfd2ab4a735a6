/* See record_option.h. */
#include "cli/record_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture/record_files.h"
#include "capture/tap_record.h"
#include "cli/profile_option.h"
#include "cli/say.h"
#include "detect/rule.h"
#include "report/profile_file.h"

/* "500K", "20M", "2G", or bytes. 0 where it is no size, or too small for a ring. */
static uint64_t size_of(const char *text)
{
	static const char units[] = "KMG";
	unsigned long long n;
	const char *unit;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return 0;
	unit = *end ? strchr(units, *end) : NULL;
	if (*end && (!unit || end[1]))
		return 0;
	for (int i = unit ? (int)(unit - units) : -1; i >= 0; i--)
		if (__builtin_mul_overflow(n, 1024, &n))
			return 0;
	return n >= RECORD_RING_MIN && n <= (uint64_t)INT64_MAX ? n : 0;
}

/*
 * The record's text, of what is expected: the profile's name; of a declared device the file as well, for it may be gone when it
 * is judged. What is judged by here is what was recorded. False with what is wrong.
 */
static bool profile_text(struct record_option *o, const char *path, char *message, size_t size)
{
	char error[PROFILE_ERROR_MAX];
	size_t len;
	FILE *f;

	o->has_profile = true;
	o->profile_len = (size_t)snprintf(o->profile, sizeof(o->profile), "%s%s",
	                                  profile_name(o->expected.kind), path ? "\n" : "");
	if (!path)
		return true;
	f = fopen(path, "r");
	if (!f) {
		snprintf(message, size, "cannot open '%s': %s", path, strerror(errno));
		return false;
	}
	len = fread(o->profile + o->profile_len, 1, sizeof(o->profile) - o->profile_len, f);
	fclose(f);
	if (o->profile_len + len > TAP_BODY_MAX) {
		snprintf(message, size, "'%s' is too long to be recorded: %d bytes at most", path,
		         (int)(TAP_BODY_MAX - o->profile_len));
		return false;
	}
	if (!profile_file_parse(&o->expected, path, o->profile + o->profile_len, len, error)) {
		snprintf(message, size, "%s", error);
		return false;
	}
	o->profile_len += len;
	return true;
}

static int take_profile(struct record_option *o, const struct command *command, int argc,
                        char **argv)
{
	const char *path = NULL;
	char message[LINK_MESSAGE_MAX];
	int code = profile_option(command, argc, argv, &o->expected, &path);

	if (code)
		return code;
	if (profile_text(o, path, message, sizeof(message)))
		return 0;
	say_error("%s", message);
	return EXIT_FAULT;
}

/* A pipe would hold the screen, and with it the recording, until somebody writes into it. */
static bool is_file(const char *path, char *message, size_t size)
{
	struct stat st;

	if (stat(path, &st) < 0)
		snprintf(message, size, "cannot open '%s': %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(message, size, "'%s' is no regular file", path);
	else
		return true;
	return false;
}

bool record_option_profile(struct record_option *o, const char *words, char *message, size_t size)
{
	static const char device[] = "device ";
	struct record_option next = *o;
	const struct profile_info *info;
	const char *path = NULL;

	if (strncmp(words, device, sizeof(device) - 1) == 0) {
		path = words + strspn(words + sizeof(device) - 1, " ") + sizeof(device) - 1;
		next.expected = (struct profile){.kind = PROFILE_DEVICE};
		if (!is_file(path, message, size))
			return false;
	} else {
		info = profile_find(words);
		if (!info || info->kind == PROFILE_DEVICE) {
			snprintf(message, size, "%s",
			         info ? "device FILE: which file declares it?"
			              : "bare, keyboard, host, or device FILE");
			return false;
		}
		next.expected = (struct profile){.kind = info->kind};
	}
	if (!profile_text(&next, path, message, size))
		return false;
	*o = next;
	return true;
}

static int take_claim(struct record_option *o, const struct command *command)
{
	const char *is = strchr(optarg, '=');

	if (!is || is == optarg)
		return command_misused(command, "'%s' is no claim: NAME=VALUE", optarg);
	if (o->claim_count == RECORD_CLAIMS_MAX)
		return command_misused(command, "%d claims at most", RECORD_CLAIMS_MAX);
	o->claims[o->claim_count++] = optarg;
	return 0;
}

static int take_setting(struct record_option *o, const struct command *command, int c)
{
	static const char *const names[] = {"vbus", "switch", "range"};
	const char *what = names[c - RECORD_VBUS];
	const struct tap_setting *s = tap_setting_find(what, optarg);
	char values[80];

	if (!s)
		return command_misused(command, "'%s' is not for --%s: %s", optarg, what,
		                       tap_setting_values(what, values, sizeof(values)));
	tap_settings_keep(&o->settings, s);
	return 0;
}

bool record_option_take(struct record_option *o, const struct command *command, int c, int argc,
                        char **argv, int *code)
{
	static const char *const fields[] = {"case", "exhibit", "end", "flip", "note"};

	*code = 0;
	switch (c) {
	case 'o':
		o->path = optarg;
		return true;
	case 'p':
		*code = take_profile(o, command, argc, argv);
		return true;
	case RECORD_CASE:
	case RECORD_EXHIBIT:
	case RECORD_END:
	case RECORD_FLIP:
	case RECORD_NOTE:
		if (!capture_test_set(&o->test, fields[c - RECORD_CASE], optarg))
			*code = command_misused(command, "the %s is too long",
			                        fields[c - RECORD_CASE]);
		return true;
	case RECORD_CLAIM_OPTION:
		*code = take_claim(o, command);
		return true;
	case RECORD_RING:
		o->ring = size_of(optarg);
		if (!o->ring)
			*code = command_misused(command,
			                        "'%s' is no size of a ring: 512K at least, K, "
			                        "M or G behind the number",
			                        optarg);
		return true;
	case RECORD_VBUS:
	case RECORD_SWITCH:
	case RECORD_RANGE:
		*code = take_setting(o, command, c);
		return true;
	default:
		return false;
	}
}

bool record_option_describes(const struct record_option *o)
{
	bool any = o->claim_count || o->ring;

	for (unsigned i = 0; i < CAPTURE_TEST_FIELDS; i++)
		any |= capture_test_text(&o->test, i)[0] != '\0';
	return any;
}

bool record_option_path(char *to, size_t size, const char *path, const char *name, unsigned number)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	size_t stem = strlen(path);
	char count[16] = "";

	if (dot && dot != path && (!slash || dot > slash + 1))
		stem = (size_t)(dot - path);
	if (number > 1)
		snprintf(count, sizeof(count), "-%u", number);
	return snprintf(to, size, "%.*s%s%s%s%s", (int)stem, path, name ? "-" : "",
	                name ? name : "", count, path + stem) < (int)size;
}

static int64_t wall_ns(void)
{
	struct timespec wall, now;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return ((int64_t)wall.tv_sec - now.tv_sec) * 1000000000 + wall.tv_nsec - now.tv_nsec;
}

enum err record_option_again(const struct record_option *o, struct link *inner, const char *path,
                             struct link **l)
{
	/* On a tap nothing is expected unless something is said, and a later reading shall judge by that too. */
	static const char bare[] = "bare";
	struct record_options options = {
		.path = path,
		.ring = o->ring,
		.test = &o->test,
		.application = "cordon " CORDON_VERSION ", rules " RULES_VERSION,
		.profile = o->profile_len ? o->profile : bare,
		.profile_len = o->profile_len ? o->profile_len : sizeof(bare) - 1,
		.layout = o->layout,
		.settings = &o->settings,
		.wall_ns = wall_ns(),
	};

	memcpy(options.claims, o->claims, sizeof(options.claims));
	return link_record(l, inner, &options);
}

void record_option_undo(struct link *l)
{
	const struct link_status *s = l ? link_status(l) : NULL;
	char file[LINK_MESSAGE_MAX] = "";

	if (s && s->recording)
		memcpy(file, s->file, sizeof(file));
	/* First: a file that goes while it is open is saved. */
	link_free(l);
	if (file[0])
		unlink(file);
}

struct link *record_option_link(const struct record_option *o, struct link *inner, const char *path)
{
	struct link *l;
	enum err err = record_option_again(o, inner, path, &l);

	if (err == ERR_OPEN)
		say_error("cannot create '%s': %s", path, strerror(errno));
	else if (err)
		say_error("'%s': %s", path ? path : "", err_text(err));
	return l;
}
