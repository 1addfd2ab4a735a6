/* The table of all rules, in the order of their ids. Adding a rule: its file, its entry in rules.h, its line here. */
#include "detect/rules.h"

const struct rule *const rules[] = {
	&rule_idle_current,          /* R1, R1u */
	&rule_boot_transient,        /* R2 */
	&rule_current_comb,          /* R3a, R3b */
	&rule_scan_sweep,            /* R3c */
	&rule_advertising,           /* R3d */
	&rule_gsm_frames,            /* R3e */
	&rule_serial_text,           /* R4 */
	&rule_unexpected_device,     /* R5 */
	&rule_undeclared_keyboard,   /* R6 */
	&rule_short_life,            /* R7 */
	&rule_takeover,              /* R8 */
	&rule_injected_typing,       /* R9 */
	&rule_keyed_supply,          /* R10b with a code */
	&rule_radio_onset,           /* R10a */
	&rule_radio_coincidence,     /* R10b */
	&rule_radio_train,           /* R10c */
	&rule_suspend_current,       /* R11 */
	&rule_lock_keys,             /* R12 */
	&rule_raw_channel,           /* R13 */
	&rule_known_identity,        /* R14 */
	&rule_known_structure,       /* R14a */
	&rule_false_vendor,          /* R14b */
	&rule_hidden_receiver,       /* R14c */
	&rule_malformed_descriptors, /* R14d */
	&rule_unexpected_hub,        /* R15 */
	&rule_data_path,             /* R16 */
	&rule_cc_pins,               /* R17 */
	&rule_overvoltage,           /* R18 */
	&rule_high_speed_blind,      /* R19 */
	&rule_stand_in,              /* R20 */
	&rule_accessory_mode,        /* R21 */
	&rule_declared_device,       /* R22 */
};

const unsigned rules_count = sizeof(rules) / sizeof(rules[0]);
