/* The table of all rules, in the order of their ids. Adding a rule: its file, its entry in rules.h, its line here. */
#include "detect/rules.h"

const struct rule *const rules[] = {
	&rule_unexpected_device, /* R5 */
	&rule_unexpected_hub,    /* R15 */
	&rule_high_speed_blind,  /* R19 */
	&rule_declared_device,   /* R22 */
};

const unsigned rules_count = sizeof(rules) / sizeof(rules[0]);
