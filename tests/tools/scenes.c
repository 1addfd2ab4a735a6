/*
 * Scenes as tables. In: nothing. Out: steps for sim/script.h. Figures are those of threats.md sections 1 and 2; texts
 * are harmless, since these files are shown in classrooms.
 */
#include "tests/tools/scenes.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* clang-format off */
#define PLUG(name, at, ms, os) \
	{.act = SCRIPT_PLUG, .device = name, .address = at, .configured_ms = ms, .led_ms = 49, .host = os}
#define TYPE(...) {.act = SCRIPT_TYPE, __VA_ARGS__}
#define END {.act = SCRIPT_END}

static const char prose[] =
	"Thank you for the quick answer. I will bring the printed list on Monday, and we can "
	"go through it together before the others arrive.<ENTER>";
static const char payload[] =
	"<GUI+r><WAIT 200>notepad<ENTER><WAIT 300>This text was typed by a device, not by a person."
	"<ENTER>";
static const char command[] =
	"<GUI+r><WAIT 500>cmd<ENTER><WAIT 700>echo This cable can type. It types faster than you do."
	"<ENTER>exit<ENTER>";

static const struct script_step omg[] = {
	{.act = SCRIPT_LINE, .line = LINE_J, .speed = USB_SPEED_LOW, .ms = 0.007},
	{.act = SCRIPT_LINE, .line = LINE_SE0, .ms = 10.015},
	PLUG("omg", 5, 346, HOST_WINDOWS),
	TYPE(.after_ms = 1641, .typist = "omg", .text = "hello there workshop<ENTER>",
	     .poll_ms = 8, .endpoint = 0x82, .keyboard = {.null_first = true}),
	{.act = SCRIPT_UNPLUG, .after_ms = 40.8},
	{.act = SCRIPT_WAIT, .after_ms = 1500},
	END,
};

static const struct script_step omg_channel[] = {
	PLUG("omg_hidx", 5, 308, HOST_WINDOWS),
	TYPE(.after_ms = 700, .typist = "omg", .text = "hello there workshop<ENTER>",
	     .poll_ms = 8, .endpoint = 0x82, .keyboard = {.null_first = true}),
	{.act = SCRIPT_RAW, .after_ms = 300, .interface = 2, .amount = 8, .poll_ms = 8,
	 .ms = 900},
	END,
};

/* The boot loader waits 5 s for an upload; then the board comes back as a keyboard. */
static const struct script_step digispark[] = {
	PLUG("micronucleus", 5, 340, HOST_WINDOWS),
	{.act = SCRIPT_UNPLUG, .after_ms = 5000},
	{.act = SCRIPT_PLUG, .device = "digikey", .after_ms = 250, .address = 6,
	 .configured_ms = 340, .led_ms = 49},
	TYPE(.after_ms = 400, .typist = "digispark", .text = command, .poll_ms = 8,
	     .endpoint = 0x81, .keyboard = {.form = FORM_BOOT_SLOT1}),
	END,
};

static const struct script_step ninja[] = {
	PLUG("usbninja", 5, 350, HOST_WINDOWS),
	TYPE(.after_ms = 1000, .typist = "ninja", .text = command, .poll_ms = 8,
	     .endpoint = 0x81, .keyboard = {.form = FORM_TWO_BYTES, .null_first = true}),
	{.act = SCRIPT_UNPLUG, .after_ms = 60},
	{.act = SCRIPT_WAIT, .after_ms = 1500},
	END,
};

static const struct script_step ducky[] = {
	PLUG("ducky_hid", 5, 320, HOST_WINDOWS),
	TYPE(.after_ms = 500, .typist = "ducky", .text = payload, .poll_ms = 2, .endpoint = 0x81),
	END,
};

static const struct script_step wind[] = {
	PLUG("esp32s3_wind", 5, 320, HOST_LINUX),
	TYPE(.after_ms = 800, .typist = "arduino",
	     .text = "<CTRL+ALT+t>ls -la<ENTER>uname -a<ENTER>", .poll_ms = 1, .endpoint = 0x81,
	     .keyboard = {.form = FORM_REPORT_ID, .report_id = 1}),
	END,
};

static const struct script_step alt_codes[] = {
	PLUG("esp32s3_wind", 5, 320, HOST_WINDOWS),
	TYPE(.after_ms = 800, .typist = "altpad", .text = "echo typed on the keypad",
	     .poll_ms = 1, .endpoint = 0x81, .keyboard = {.form = FORM_REPORT_ID, .report_id = 1}),
	END,
};

static const struct script_step jitter[] = {
	PLUG("omg", 5, 346, HOST_WINDOWS),
	TYPE(.after_ms = 900, .typist = "rung 2", .text = command, .poll_ms = 8,
	     .endpoint = 0x82, .keyboard = {.null_first = true}),
	END,
};

static const struct script_step hidden[] = {
	PLUG("hidden_kbd", 5, 330, HOST_WINDOWS),
	TYPE(.after_ms = 600, .typist = "ducky", .text = payload, .poll_ms = 4, .endpoint = 0x81,
	     .keyboard = {.form = FORM_REPORT_ID, .report_id = 2}),
	END,
};

static const struct script_step person[] = {
	PLUG("hp_kbd", 5, 360, HOST_WINDOWS),
	TYPE(.after_ms = 2500, .typist = "person", .median_ms = 165, .overlap = 0.2,
	     .text = prose, .poll_ms = 8, .endpoint = 0x81, .keyboard = {.scans = true}),
	{.act = SCRIPT_WAIT, .after_ms = 500},
	END,
};

static const struct script_step person_short[] = {
	PLUG("hp_kbd", 5, 360, HOST_WINDOWS),
	TYPE(.after_ms = 400, .typist = "person", .median_ms = 150, .overlap = 0.2,
	     .text = "good day", .poll_ms = 8, .endpoint = 0x81, .keyboard = {.scans = true}),
	END,
};

static const struct script_step fast_person[] = {
	PLUG("gaming_kbd", 5, 330, HOST_WINDOWS),
	TYPE(.after_ms = 2100, .typist = "person", .median_ms = 112, .overlap = 0.55,
	     .text = prose, .poll_ms = 1, .endpoint = 0x82, .keyboard = {.form = FORM_NKRO_ID,
	     .report_id = 6, .bitmap_first = 4, .bitmap_bytes = 14, .scans = true}),
	{.act = SCRIPT_LEDS, .after_ms = 300, .amount = 3},
	{.act = SCRIPT_LEDS, .after_ms = 900, .amount = 1},
	END,
};

/* The same hand on the same kind of keyboard types what an attacker would: content is no proof. */
static const struct script_step person_commands[] = {
	PLUG("hp_kbd", 5, 360, HOST_LINUX),
	TYPE(.after_ms = 3000, .typist = "person", .median_ms = 190, .overlap = 0.1,
	     .text = "curl -s http://localhost:8000/setup.sh | sh<ENTER><WAIT 2400>ls -la /tmp<ENTER>",
	     .poll_ms = 8, .endpoint = 0x81, .keyboard = {.scans = true}),
	END,
};

static const struct script_step scanner[] = {
	PLUG("scanner", 5, 330, HOST_WINDOWS),
	TYPE(.after_ms = 1500, .typist = "scanner", .text = "4006381333931<ENTER>", .poll_ms = 4,
	     .endpoint = 0x81),
	TYPE(.after_ms = 2300, .typist = "scanner", .text = "9780201379624<ENTER>", .poll_ms = 4,
	     .endpoint = 0x81),
	END,
};

static const struct script_step one_time_password[] = {
	PLUG("yubikey", 5, 330, HOST_MACOS),
	TYPE(.after_ms = 4000, .typist = "otp",
	     .text = "ccccccjlkdhbtvrniufhgecdlrtnjvkbbcdefghijkln<ENTER>", .poll_ms = 8,
	     .endpoint = 0x81),
	END,
};

static const struct script_step mouse[] = {
	PLUG("ls_mouse", 5, 340, HOST_WINDOWS),
	{.act = SCRIPT_MOUSE, .after_ms = 500, .endpoint = 0x81, .amount = 4, .ms = 3500},
	END,
};

static const struct script_step storage[] = {
	PLUG("usb_storage", 5, 330, HOST_WINDOWS),
	{.act = SCRIPT_STORAGE, .after_ms = 200, .amount = 48},
	END,
};

static const struct script_step serial_port[] = {
	PLUG("cdc_serial", 5, 330, HOST_LINUX),
	{.act = SCRIPT_WAIT, .after_ms = 500},
	END,
};

static const struct script_step headset[] = {
	PLUG("headset", 5, 330, HOST_ANDROID),
	{.act = SCRIPT_WAIT, .after_ms = 500},
	END,
};

static const struct script_step hub[] = {
	{.act = SCRIPT_PLUG, .device = "hub", .address = 3, .host = HOST_LINUX, .slot = 1,
	 .led_ms = 49},
	{.act = SCRIPT_HUB, .after_ms = 200, .amount = 1, .endpoint = 1},
	{.act = SCRIPT_PLUG, .device = "hp_kbd", .behind_hub = true, .address = 4,
	 .host = HOST_LINUX, .configured_ms = 250, .led_ms = 49},
	TYPE(.after_ms = 1500, .typist = "person", .median_ms = 170, .overlap = 0.15,
	     .text = "typed behind a hub", .poll_ms = 8, .endpoint = 0x81,
	     .keyboard = {.scans = true}),
	END,
};

static const struct script_step late_machine[] = {
	PLUG("ducky_hid", 5, 320, HOST_WINDOWS),
	{.act = SCRIPT_RECORD, .after_ms = 400},
	TYPE(.after_ms = 100, .typist = "ducky", .text = payload, .poll_ms = 2, .endpoint = 0x81),
	END,
};

static const struct script_step late_person[] = {
	PLUG("hp_kbd", 5, 360, HOST_WINDOWS),
	{.act = SCRIPT_RECORD, .after_ms = 1000},
	TYPE(.after_ms = 600, .typist = "person", .median_ms = 165, .overlap = 0.2,
	     .text = prose, .poll_ms = 8, .endpoint = 0x81, .keyboard = {.scans = true}),
	END,
};

#define POLLS .set = {.empty_polls = true}
#define FRAMES .set = {.empty_polls = true, .frames = true}
#define HIDE_POLLS .set = {.empty_polls = false}
#define OFFICE .set = {.naks_per_stage = 2}
#define URBS .set = {.view = BUS_URBS, .number = 1}

const struct scene scenes[] = {
	{.name = "omg-plug", .seed = 1, POLLS, .steps = omg,
	 .about = "an O.MG-type cable appears as a low-speed keyboard, types one key a poll and leaves after 2.26 s"},
	{.name = "omg-plug-big-endian", .seed = 1, HIDE_POLLS, .big_endian = true, .steps = omg,
	 .about = "the same as omg-plug in a big-endian file, empty polls filtered out by the analyzer"},
	{.name = "omg-plug-truncated", .seed = 1, HIDE_POLLS, .cut = 1500, .steps = omg,
	 .about = "the same as omg-plug, its file cut off in the middle of a block"},
	{.name = "omg-plug-usbmon", .seed = 1, URBS, .link = LINK_USBMON, .steps = omg,
	 .about = "the same as omg-plug, recorded on the computer with usbmon"},
	{.name = "omg-plug-usbpcap", .seed = 1, URBS, .link = LINK_USBPCAP, .steps = omg,
	 .about = "the same as omg-plug, recorded on the computer with USBPcap"},
	{.name = "omg-channel", .seed = 2, HIDE_POLLS, .steps = omg_channel,
	 .about = "an O.MG-type cable with a raw channel beside its keyboard, both in use"},
	{.name = "digispark", .seed = 3, HIDE_POLLS, .steps = digispark,
	 .about = "an ATtiny85 board with two identities: a boot loader, then a keyboard that types in slot 1"},
	{.name = "ninja", .seed = 4, HIDE_POLLS, .steps = ninja,
	 .about = "a USBNinja-type cable: reports of two bytes, typing one second after it appears"},
	{.name = "ducky", .seed = 5, POLLS, .steps = ducky,
	 .about = "a full-speed injector opens the run dialog and types at one key in two polls of 2 ms"},
	{.name = "wind", .seed = 6, HIDE_POLLS, .steps = wind,
	 .about = "an ESP32-S3 cable: serial port and keyboard with report ids, modifiers one report ahead, 1 ms polls"},
	{.name = "alt-codes", .seed = 7, HIDE_POLLS, .steps = alt_codes,
	 .about = "the same cable types each letter as its number on the keypad with Alt held down"},
	{.name = "jitter", .seed = 8, HIDE_POLLS, .steps = jitter,
	 .about = "an injector with uniform random delays between its keys, each held for one poll"},
	{.name = "hidden-keyboard", .seed = 9, HIDE_POLLS, .steps = hidden,
	 .about = "a keyboard hidden in a vendor's collection, interface class 3/0/0, which injects keys"},
	{.name = "late-start-injector", .seed = 5, URBS, .link = LINK_USBMON, .steps = late_machine,
	 .about = "the injector of ducky, recorded only after it had been configured: no descriptors"},
	{.name = "person", .seed = 10, OFFICE, .steps = person,
	 .about = "a person types two sentences on an office keyboard"},
	{.name = "person-all-packets", .seed = 11, FRAMES, .steps = person_short,
	 .about = "a person types two words; every poll and keep-alive is in the file"},
	{.name = "person-fast", .seed = 12, URBS, .link = LINK_USBMON, .steps = fast_person,
	 .about = "a fast person with rollover on a gaming keyboard, keys in a bitmap, 1 ms polls"},
	{.name = "person-commands", .seed = 13, OFFICE, .steps = person_commands,
	 .about = "a person types a download command by hand: what is typed is no proof of who types"},
	{.name = "person-usbpcap", .seed = 14, URBS, .link = LINK_USBPCAP, .steps = person,
	 .about = "a person types two sentences, recorded on the computer with USBPcap"},
	{.name = "person-late-start", .seed = 15, HIDE_POLLS, .steps = late_person,
	 .about = "a person, recorded only after the keyboard had been configured"},
	{.name = "person-damaged", .seed = 16, .set = {.damage_per_million = 30000}, .steps = person,
	 .about = "a person over a bad connection: one packet in 33 has a wrong bit"},
	{.name = "hub-keyboard", .seed = 17, HIDE_POLLS, .steps = hub,
	 .about = "a person on a low-speed keyboard behind a full-speed hub, with preambles"},
	{.name = "scanner", .seed = 18, HIDE_POLLS, .steps = scanner,
	 .about = "a barcode scanner in keyboard mode reads two codes; nobody declared it"},
	{.name = "scanner-declared", .seed = 18, HIDE_POLLS, .steps = scanner,
	 .about = "the same scanner, declared by its structure, serial number and alphabet"},
	{.name = "one-time-password", .seed = 19, HIDE_POLLS, .steps = one_time_password,
	 .about = "a declared security key types a one-time password"},
	{.name = "mouse", .seed = 20, HIDE_POLLS, .steps = mouse,
	 .about = "a low-speed mouse and nothing else"},
	{.name = "storage", .seed = 21, HIDE_POLLS, .steps = storage,
	 .about = "a memory stick is read"},
	{.name = "serial-port", .seed = 22, HIDE_POLLS, .steps = serial_port,
	 .about = "a serial adapter is configured and does nothing more"},
	{.name = "headset", .seed = 23, HIDE_POLLS, .steps = headset,
	 .about = "a headset with volume keys: HID, but no keyboard"},
};
/* clang-format on */

const size_t scenes_count = COUNT(scenes);
