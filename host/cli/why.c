#include "cli/why.h"
void why_event(void *context, const struct engine *engine, const struct event *e)
{
	(void)context, (void)engine, (void)e;
}
