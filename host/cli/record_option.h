/*
 * What can be said of a recording on the command line (`-o`, --case, --exhibit, ...), for every command that records, and
 * the link that it becomes.
 */
#ifndef CORDON_CLI_RECORD_OPTION_H
#define CORDON_CLI_RECORD_OPTION_H

#include <getopt.h>

#include "capture/link_record.h"
#include "cli/command.h"
#include "detect/profile.h"

enum { RECORD_TEXT_MAX = 2048 };

struct record_option {
	const char *path; /* -o; NULL: none */
	uint64_t ring;
	struct capture_test test;
	const char *claims[RECORD_CLAIMS_MAX];
	unsigned claim_count;
	bool has_profile;
	struct profile expected;
	char profile[RECORD_TEXT_MAX]; /* the same as a record's text */
	size_t profile_len;
	const char *layout; /* of the keys; NULL: not asked for, and not recorded */
	struct tap_settings settings;
};

/* For a command's table of long options, and in its help. -o and -p are the short ones. */
#define RECORD_LONG_OPTIONS                                                                        \
	{"output", required_argument, NULL, 'o'}, {"profile", required_argument, NULL, 'p'},       \
		{"case", required_argument, NULL, RECORD_CASE},                                    \
		{"exhibit", required_argument, NULL, RECORD_EXHIBIT},                              \
		{"end", required_argument, NULL, RECORD_END},                                      \
		{"flip", required_argument, NULL, RECORD_FLIP},                                    \
		{"note", required_argument, NULL, RECORD_NOTE},                                    \
		{"claim", required_argument, NULL, RECORD_CLAIM_OPTION},                           \
		{"ring", required_argument, NULL, RECORD_RING},                                    \
		{"vbus", required_argument, NULL, RECORD_VBUS},                                    \
		{"switch", required_argument, NULL, RECORD_SWITCH},                                \
	{                                                                                          \
		"range", required_argument, NULL, RECORD_RANGE                                     \
	}

#define RECORD_HELP                                                                                \
	"  -p, --profile P    what is expected: bare (the default on a tap), keyboard, "           \
	"device FILE or\n"                                                                         \
	"                     host; recorded too\n"                                                \
	"      --case TEXT    stand in the file's header and in the report: the case,\n"           \
	"      --exhibit TEXT the exhibit,\n"                                                      \
	"      --end TEXT     which end of the cable is in the tap,\n"                             \
	"      --flip TEXT    which way round it is plugged,\n"                                    \
	"      --note TEXT    anything else; more than once if need be\n"                          \
	"      --claim N=V    what the seller says of the cable; more than once if need be\n"      \
	"      --ring SIZE    a row of files, FILE-000001 and so on, SIZE together; around "       \
	"findings none is deleted\n"                                                               \
	"      --vbus on|off  the tap is told to switch the supply of the cable, from the "        \
	"beginning,\n"                                                                             \
	"      --switch S     the data lines: open, host, probe,\n"                                \
	"      --range R      and what it measures of the current: ma, ua\n"

enum {
	RECORD_CASE = 512,
	RECORD_EXHIBIT,
	RECORD_END,
	RECORD_FLIP,
	RECORD_NOTE,
	RECORD_CLAIM_OPTION,
	RECORD_RING,
	RECORD_VBUS,
	RECORD_SWITCH,
	RECORD_RANGE,
};

/* Whether it is one of ours; then `*code` is 0, or an exit code with the message said. `c` as getopt_long returns it. */
bool record_option_take(struct record_option *o, const struct command *command, int c, int argc,
                        char **argv, int *code);

/*
 * Another profile, by its name and of a declared device with its file: "bare", "device keyboard.json". False with what is wrong,
 * and all as it was.
 */
bool record_option_profile(struct record_option *o, const char *words, char *message, size_t size);

/* Whether anything was said of the cable and its test, or a ring asked for: without a recording that would be lost. */
bool record_option_describes(const struct record_option *o);

/*
 * The file of one tap and one test: "dir/x.pcapng", "7F3A" and 2 make "dir/x-7F3A-2.pcapng". `name` NULL: it is the only tap;
 * `number` 1: the first test. False where that is too long.
 */
bool record_option_path(char *to, size_t size, const char *path, const char *name, unsigned number);

/* Frees a link by which nothing was recorded yet; its file goes. */
void record_option_undo(struct link *l);

/*
 * The recording link around `inner`, which passes to it. `path` replaces o->path (NULL: none is written). NULL with the
 * message said.
 */
struct link *record_option_link(const struct record_option *o, struct link *inner,
                                const char *path);

/* The same with nothing said; errno is kept with ERR_OPEN. */
enum err record_option_again(const struct record_option *o, struct link *inner, const char *path,
                             struct link **l);

#endif
