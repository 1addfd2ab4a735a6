#include "tui/presenter.h"

#include <string.h>

#include "tui/keys.h"

/* Back within this time of a chapter's beginning goes to the one before. */
#define BACK_S 3.0

static const struct show_chapter *now(const struct presenter *p)
{
	return &p->show->chapter[p->chapter];
}

static size_t cue_at(const struct show_chapter *c, double at_s)
{
	size_t i = 0;

	while (i + 1 < c->cues && c->cue[i + 1].at_s <= at_s)
		i++;
	return i;
}

static enum presenter_wish begin(struct presenter *p, size_t chapter, double at_s)
{
	p->chapter = chapter;
	p->at_s = at_s;
	p->cue = cue_at(now(p), at_s);
	p->ended = false;
	return PRESENTER_CHAPTER;
}

void presenter_init(struct presenter *p, const struct show *show, bool automatic, bool rehearse)
{
	*p = (struct presenter){.show = show, .automatic = automatic, .rehearse = rehearse};
	begin(p, 0, 0);
}

static enum presenter_wish next_chapter(struct presenter *p)
{
	if (p->chapter + 1 < p->show->chapters)
		return begin(p, p->chapter + 1, 0);
	return p->automatic ? begin(p, 0, 0) : PRESENTER_OVER;
}

static enum presenter_wish back_chapter(struct presenter *p)
{
	return begin(p, p->at_s < BACK_S && p->chapter ? p->chapter - 1 : p->chapter, 0);
}

static enum presenter_wish next_cue(struct presenter *p)
{
	if (p->cue + 1 >= now(p)->cues)
		return next_chapter(p);
	p->cue++;
	p->at_s = now(p)->cue[p->cue].at_s;
	return PRESENTER_JUMP;
}

static enum presenter_wish back_cue(struct presenter *p)
{
	if (!p->cue)
		return back_chapter(p);
	return begin(p, p->chapter, now(p)->cue[p->cue - 1].at_s);
}

bool presenter_key(struct presenter *p, int key, enum presenter_wish *wish)
{
	switch (key) {
	case KEY_CODE_PAGE_DOWN:
	case '.':
		*wish = next_chapter(p);
		return true;
	case KEY_CODE_PAGE_UP:
	case ',':
		*wish = back_chapter(p);
		return true;
	case KEY_CODE_RIGHT:
		*wish = next_cue(p);
		return true;
	case KEY_CODE_LEFT:
		*wish = back_cue(p);
		return true;
	default:
		if (key < '1' || key > '9' || (size_t)(key - '1') >= p->show->chapters)
			return false;
		*wish = begin(p, (size_t)(key - '1'), 0);
		return true;
	}
}

int64_t presenter_clock_ns(const struct presenter *p)
{
	return (int64_t)((now(p)->skip_s + p->at_s * now(p)->speed) * 1e9);
}

/* All chapters before this one, and this one so far. */
static double planned_s(const struct presenter *p)
{
	double sum = p->at_s < now(p)->seconds ? p->at_s : now(p)->seconds;

	for (size_t i = 0; i < p->chapter; i++)
		sum += p->show->chapter[i].seconds;
	return sum;
}

static void show_it(struct presenter *p, int64_t now_ns)
{
	p->shown = (struct scene_show){
		.title = now(p)->title,
		.say = now(p)->cue[p->cue].say,
		.chapter = (unsigned)p->chapter + 1,
		.chapters = (unsigned)p->show->chapters,
		.ended = p->ended,
		.rehearse = p->rehearse,
		.planned_s = (int64_t)planned_s(p),
		.total_s = (int64_t)show_seconds(p->show),
		.elapsed_s = (now_ns - p->began_ns) / 1000000000,
	};
}

enum presenter_wish presenter_turn(struct presenter *p, int64_t now_ns, int64_t clock_ns, bool over,
                                   bool paused)
{
	const struct show_chapter *c = now(p);
	enum presenter_wish wish = PRESENTER_NOTHING;
	double at_s = ((double)clock_ns / 1e9 - c->skip_s) / c->speed;
	size_t cue;

	if (!p->begun) {
		p->begun = true;
		p->began_ns = p->last_ns = now_ns;
	}
	if (over && !paused)
		at_s = p->at_s + (double)(now_ns - p->last_ns) / 1e9;
	p->last_ns = now_ns;
	/* A recording that was paused, or is still on its way to where it was sent, takes nothing back. */
	if (!paused && at_s > p->at_s)
		p->at_s = at_s;
	cue = cue_at(c, p->at_s);
	if (cue != p->cue && c->cue[cue].replay)
		wish = PRESENTER_REPLAY;
	p->cue = cue;
	p->ended = p->at_s >= c->seconds;
	if (p->ended && p->automatic)
		wish = next_chapter(p);
	show_it(p, now_ns);
	return wish;
}

const struct scene_show *presenter_shown(const struct presenter *p)
{
	return &p->shown;
}
