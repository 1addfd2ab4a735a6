/*
 * R19: high-speed traffic that this tester cannot see. It makes no finding: verdict.c counts it as missing coverage,
 * so that nobody reads silence as innocence.
 */
#include "detect/rules.h"

const struct rule rule_high_speed_blind = {
	.id = "R19",
	.name = "high-speed-blind",
	.summary = "more than 1 s of high speed that cannot be seen: not covered, no finding",
	.group = GROUP_PRESENCE,
	.weight = WEIGHT_WEAK,
	.profiles = PROFILES_ALL,
};
