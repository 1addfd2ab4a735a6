/* See tap_checks.h. */
#include "usb/tap_checks.h"
#include "core/wire.h"

static const char *const checks[] = {"listener", "current",   "radio", "multiplexer",
                                     "expander", "converter", "flash"};

static const char *const details[TAP_CHECK_DETAILS] = {
	"D+ does not follow the probe",
	"D- does not follow the probe",
	"packets of its own were not read",
	"a keyboard was not known",
	"zero of the mA range",
	"zero of the uA range",
	"VBUS is off and reads as neither that nor a supply",
	"the far radio detector is silent",
};

const char *tap_check_name(unsigned bit)
{
	return bit < sizeof(checks) / sizeof(checks[0]) ? checks[bit] : "check";
}

const char *tap_check_detail(unsigned bit)
{
	return bit < TAP_CHECK_DETAILS ? details[bit] : "check";
}

const char *tap_alert_name(uint8_t what)
{
	static const char *const names[] = {
		[WIRE_ALERT_KEYBOARD] = "a keyboard",
		[WIRE_ALERT_OVERVOLTAGE] = "overvoltage",
		[WIRE_ALERT_HOST_LOST] = "the host was lost",
		[WIRE_ALERT_VBUS_FAULT] = "VBUS fault",
	};

	return what < sizeof(names) / sizeof(names[0]) && names[what] ? names[what] : "unknown";
}
