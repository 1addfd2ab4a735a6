/* One capture of `cordon analyze`. See analyze_input.h. */
#include "cli/analyze_input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/why.h"

/* Blocks between two looks at whether the user wants to stop. */
enum { BATCH = 65536 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

void analyze_watch_interrupts(void)
{
	/* The second Ctrl-C ends the program at once. */
	struct sigaction stop = {.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &stop, NULL);
}

bool analyze_interrupted(void)
{
	return interrupted;
}

struct input {
	struct progress progress;
	crypto_hash_sha256_state sha;
	bool hash;
};

static void on_bytes(void *context, const uint8_t *data, size_t len)
{
	struct input *in = context;

	if (in->hash)
		crypto_hash_sha256_update(&in->sha, data, len);
	progress_add(&in->progress, len);
}

static const char *finish_hash(struct input *in, char hex[2 * crypto_hash_sha256_BYTES + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(&in->sha, hash);
	sodium_bin2hex(hex, 2 * sizeof(hash) + 1, hash, sizeof(hash));
	return hex;
}

static enum err read_all(struct capture *c, const struct record_sink *sink)
{
	enum capture_state state = CAPTURE_MORE;
	enum err err = ERR_NONE;

	while (!err && state != CAPTURE_END && !interrupted) {
		struct pollfd wait = {.fd = capture_descriptor(c), .events = POLLIN};

		if (state == CAPTURE_WAITING)
			poll(&wait, 1, -1);
		err = capture_steps(c, sink, BATCH, &state);
	}
	return err;
}

static void complain_of_links(const char *path, const struct capture_info *info)
{
	char types[CAPTURE_SKIP_KINDS * 12] = "";
	size_t at = 0;

	for (uint32_t i = 0; i < info->skipped_kinds; i++)
		at += (size_t)snprintf(types + at, sizeof(types) - at, "%s%u", i ? ", " : "",
		                       info->skipped[i].link_type);
	say_error("'%s': %s, only of type %s", path, err_text(ERR_LINK_TYPE), types);
}

/* Whatever is wrong with the input, what was read of it is judged; a line on stderr tells the rest. */
static void complain(const char *path, enum err err, const struct capture_info *info)
{
	if (err == ERR_LINK_TYPE && info->skipped_kinds)
		complain_of_links(path, info);
	else if (err == ERR_READ)
		say_error("cannot read '%s': %s", path, strerror(info->error));
	else if (err)
		say_error("'%s': %s", path, err_text(err));
	else if (info->truncated)
		say_error("'%s': %s at byte %llu; judged up to there", path, info->reason,
		          (unsigned long long)info->truncated_at);
	if (interrupted)
		say_error("'%s': interrupted; judged up to packet %llu", path,
		          (unsigned long long)info->packets);
}

/* Who wants to see events: `--why`, and a pair's trace. */
struct watch {
	struct why why;
	bool explains;
	struct pair_trace *trace;
};

static void on_event(void *context, const struct engine *engine, const struct event *e)
{
	struct watch *w = context;

	if (w->explains)
		why_event(&w->why, engine, e);
	if (w->trace)
		pair_trace_event(w->trace, e);
}

int analyze_input(struct analyze_settings *s, const char *path, struct analyze_kept *keep)
{
	struct analysis_options options = {.profile = s->has_profile ? &s->profile : NULL,
	                                   .layout = s->out.report.no_text ? NULL : s->layout,
	                                   .layout_holds = s->layout_holds};
	char hex[2 * crypto_hash_sha256_BYTES + 1];
	struct input in = {.hash = s->hash};
	struct watch watch = {.why = {.json = s->out.json, .no_text = s->out.report.no_text},
	                      .explains = s->why,
	                      .trace = keep ? &keep->trace : NULL};
	struct capture *capture = NULL;
	struct analysis *analysis = NULL;
	struct capture_info info;
	struct record_sink sink;
	int code = EXIT_FAULT;
	bool whole;
	enum err err;

	if (s->why || keep) {
		options.watch = on_event;
		options.watch_context = &watch;
	}
	err = capture_open(&capture, path);
	if (err == ERR_OPEN) {
		say_error("cannot open '%s': %s", path, strerror(errno));
		goto cleanup;
	}
	if (!err)
		err = analysis_new(&analysis, &options);
	if (err) {
		say_error("'%s': %s", path, err_text(err));
		goto cleanup;
	}
	watch.why.model = analysis_model(analysis);
	crypto_hash_sha256_init(&in.sha);
	progress_begin(&in.progress, path);
	if (in.hash || in.progress.shown)
		capture_tap(capture, on_bytes, &in);
	sink = analysis_sink(analysis);
	err = read_all(capture, &sink);
	progress_end(&in.progress);
	info = *capture_info(capture);
	complain(path, err, &info);
	info.truncated = info.truncated || interrupted || err == ERR_READ;
	if (err && !info.packets_used)
		goto cleanup;
	analysis_end(analysis, &info);
	/* The hash of a part would pass for the file's. */
	whole = in.hash && !err && !interrupted;
	if (!judged_print(stdout, &s->out, analysis, path, whole ? finish_hash(&in, hex) : NULL) &&
	    !ferror(stdout))
		say_error("'%s': %s", path, err_text(ERR_MEMORY));
	if (say_written(0))
		goto cleanup;
	code = judged_code(analysis_report(analysis).verdict, err || interrupted);
	if (keep) {
		keep->analysis = analysis;
		analysis = NULL;
	}
cleanup:
	analysis_free(analysis);
	capture_free(capture);
	return code;
}
