/* See capture_session.h. */
#include "cli/capture_session.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/say.h"
#include "report/escape.h"
#include "usb/tap_checks.h"

static void watch(void *context, const struct engine *engine, const struct event *e)
{
	struct capture_session *s = context;
	size_t count;

	(void)e;
	engine_findings(engine, &count);
	if (count <= s->findings)
		return;
	s->findings = count;
	link_keep(s->link);
}

bool capture_session_begin(struct capture_session *s, const struct record_option *o,
                           struct link *inner, const char *name, struct layout *layout)
{
	const struct analysis_options options = {
		.layout = layout, .watch = watch, .watch_context = s};

	*s = (struct capture_session){.shown = isatty(STDERR_FILENO)};
	if (!record_option_path(s->path, sizeof(s->path), o->path, name, 1)) {
		say_error("the name of the file is too long");
		link_free(inner);
		return false;
	}
	s->link = record_option_link(o, inner, s->path);
	if (!s->link)
		return false;
	s->info = link_info(s->link);
	if (analysis_new(&s->analysis, &options) == ERR_NONE)
		return true;
	say_error("%s", err_text(ERR_MEMORY));
	return false;
}

void capture_session_finish(struct capture_session *s, int64_t now_ns)
{
	if (!s->finishing)
		link_finish(s->link, now_ns);
	s->finishing = true;
}

static void wipe(const struct capture_session *s)
{
	if (s->shown)
		fputs("\r\033[K", stderr);
}

static void tell_presence(struct capture_session *s, const struct link_status *status)
{
	bool away = status->presence == LINK_AWAY;

	if (away && s->presence != LINK_AWAY) {
		wipe(s);
		say_error("%s; '%s' is whole up to here, and goes on when it returns",
		          status->message, s->path);
	}
	if (s->presence == LINK_AWAY && !away) {
		wipe(s);
		say_error("tap '%s' is back", status->name);
	}
	s->presence = status->presence;
}

/* A command that came to nothing leaves the recording another than its owner thinks it is. */
static void tell_refusal(struct capture_session *s, const struct link_status *status)
{
	char text[TAP_REFUSAL_MAX];

	if (status->refusals == s->refusals)
		return;
	s->refusals = status->refusals;
	tap_refusal(&status->refused, text);
	wipe(s);
	say_error("'%s': %s", status->name, text);
}

/* At once, by whichever way it came: its record may still wait in a stream that stands still. */
static void tell_alert(struct capture_session *s, const struct link_status *status)
{
	if (status->alerts == s->alerts)
		return;
	s->alerts = status->alerts;
	wipe(s);
	say_error("'%s': the tap's alarm: %s", status->name, tap_alert_name(status->alert.what));
}

void capture_session_set(struct capture_session *s, unsigned count, const char *words)
{
	char what[16] = "", value[16] = "", more = 0;
	const struct tap_setting *setting = NULL;

	if (sscanf(words, "%15s %15s %c", what, value, &more) == 2)
		setting = tap_setting_find(what, value);
	if (!count)
		return;
	wipe(&s[0]);
	if (!setting)
		say_error("':%s' is nothing that a tap can be told: :vbus on, off; :switch open, "
		          "host, probe; :range ma, ua",
		          words);
	for (unsigned i = 0; setting && i < count; i++)
		if (!tap_setting_send(s[i].link, setting))
			say_error("'%s' cannot be told now", link_status(s[i].link)->name);
}

bool capture_session_turn(struct capture_session *s, int64_t now_ns)
{
	const struct link_status *status;
	enum link_state state = LINK_OVER;
	struct record_sink sink;

	if (s->over)
		return false;
	sink = analysis_sink(s->analysis);
	s->err = link_pump(s->link, now_ns, &sink, &state);
	s->over = s->err || state == LINK_OVER;
	status = link_status(s->link);
	tell_presence(s, status);
	tell_refusal(s, status);
	tell_alert(s, status);
	if (status->failed)
		capture_session_finish(s, now_ns);
	return state == LINK_MORE;
}

static void progress(struct capture_session *s)
{
	const struct link_status *status = link_status(s->link);
	char name[128];
	double t = (double)s->info->duration_ns / 1e9;
	struct report_input report;

	analysis_look(s->analysis, s->info);
	report = analysis_report(s->analysis);
	escape_terminal(name, sizeof(name), status->name);
	fprintf(stderr, "%.40s %s %02d:%02d:%04.1f  %llu packets  lost %llu  %.1f MB",
	        strlen(name) > 16 ? name + strlen(name) - 16 : name,
	        s->link->source == LINK_SOURCE_SIMULATOR ? "SIMULATED"
	        : status->presence == LINK_AWAY          ? "AWAY"
	                                                 : "LIVE",
	        (int)(t / 3600), (int)(t / 60) % 60, t - 60 * (int)(t / 60),
	        (unsigned long long)report.packets, (unsigned long long)status->lost,
	        (double)status->file_bytes / 1e6);
	if (status->free_bytes < UINT64_C(1) << 30)
		fprintf(stderr, " (%.0f MB free)", (double)status->free_bytes / 1e6);
	if (report.model->tap.known && !report.model->vbus_on)
		fputs("  VBUS OFF", stderr);
	fprintf(stderr, "  %s", verdict_name(report.verdict));
	if (report.findings)
		fprintf(stderr, ", %zu finding%s", report.findings,
		        report.findings == 1 ? "" : "s");
}

void capture_session_progress(struct capture_session *s, unsigned count, int64_t now_ns)
{
	if (!count || !s[0].shown || now_ns - s[0].drawn_ns < PROGRESS_NS)
		return;
	s[0].drawn_ns = now_ns;
	fputc('\r', stderr);
	for (unsigned i = 0; i < count; i++) {
		if (i)
			fputs(" | ", stderr);
		progress(&s[i]);
	}
	fputs("\033[K", stderr);
}

void capture_session_say(const struct capture_session *s, unsigned count, int signal_number)
{
	if (count)
		wipe(&s[0]);
	say_error("%s: the recording is being ended", signal_number == SIGHUP
	                                                      ? "the terminal was closed"
	                                              : signal_number == SIGTERM ? "told to end"
	                                                                         : "interrupted");
}

/* What befell the recording, in words, whatever the verdict. */
static bool complain(const struct capture_session *s, const struct link_status *status)
{
	if (s->err && status->message[0])
		say_error("%s", status->message);
	else if (s->err)
		say_error("'%s': %s", s->path, err_text(s->err));
	if (status->trouble[0])
		say_error("%s", status->trouble);
	if (status->lost)
		say_error("'%s': %llu packets or more were lost on the way", s->path,
		          (unsigned long long)status->lost);
	return s->err || status->failed;
}

int capture_session_end(struct capture_session *s, struct judged_output *out)
{
	bool fault;

	wipe(s);
	analysis_end(s->analysis, s->info);
	fault = complain(s, link_status(s->link));
	if (!judged_print(stdout, out, s->analysis, s->path, NULL) && !ferror(stdout))
		say_error("'%s': %s", s->path, err_text(ERR_MEMORY));
	fault |= say_written(0) != 0;
	return judged_code(analysis_report(s->analysis).verdict, fault);
}

void capture_session_undo(struct capture_session *s)
{
	record_option_undo(s->link);
	s->link = NULL;
}

void capture_session_release(struct capture_session *s)
{
	analysis_free(s->analysis);
	link_free(s->link);
	*s = (struct capture_session){0};
}
