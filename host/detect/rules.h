/* The entries of all rules, one a file. Everybody else goes through the table, rules[] of rule.h. */
#ifndef CORDON_DETECT_RULES_H
#define CORDON_DETECT_RULES_H

#include "detect/rule.h"

extern const struct rule rule_idle_current;
extern const struct rule rule_boot_transient;
extern const struct rule rule_current_comb;
extern const struct rule rule_scan_sweep;
extern const struct rule rule_advertising;
extern const struct rule rule_gsm_frames;
extern const struct rule rule_serial_text;
extern const struct rule rule_unexpected_device;
extern const struct rule rule_undeclared_keyboard;
extern const struct rule rule_short_life;
extern const struct rule rule_takeover;
extern const struct rule rule_injected_typing;
extern const struct rule rule_keyed_supply;
extern const struct rule rule_radio_onset;
extern const struct rule rule_radio_coincidence;
extern const struct rule rule_radio_train;
extern const struct rule rule_suspend_current;
extern const struct rule rule_lock_keys;
extern const struct rule rule_raw_channel;
extern const struct rule rule_known_identity;
extern const struct rule rule_known_structure;
extern const struct rule rule_false_vendor;
extern const struct rule rule_hidden_receiver;
extern const struct rule rule_malformed_descriptors;
extern const struct rule rule_unexpected_hub;
extern const struct rule rule_data_path;
extern const struct rule rule_cc_pins;
extern const struct rule rule_overvoltage;
extern const struct rule rule_high_speed_blind;
extern const struct rule rule_stand_in;
extern const struct rule rule_accessory_mode;
extern const struct rule rule_declared_device;

#endif
