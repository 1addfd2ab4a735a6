/* Seeds of fuzz_scenario: one short scenario with an event of each kind, and each alone. usage: seed_scenario FOLDER */
#include <stdio.h>

static const char head[] =
	"{\"schema\":2,\"units\":\"\",\"legend\":{},\"alphabets\":{},\"descriptors\":{\"k\":{"
	"\"speed\":"
	"\"low\",\"device\":\"1201100100000008c0d34dd3020001020301\",\"config\":"
	"\"09022200010100a032090400000103010100092111010001223f000705810308000a\",\"langids\":["
	"\"0409\"],\"strings\":{\"1\":\"x\"},\"hid_report\":{\"0\":"
	"\"05010906a101050719e029e71500250175019508810295017508810395067508150025650507190029658100"
	"c0"
	"\"},\"structure_sha256\":"
	"\"0134657de80ea8e4c12efe151102b45a848f5496c91a1f43281b83033460b78b\",\"evidence\":{},"
	"\"note\":"
	"\"\"}},\"scenarios\":[{\"id\":\"M99\",\"name\":\"n\",\"label\":\"malicious\",\"profile\":"
	"\"bare\",\"duration_s\":1.5,\"claim\":{\"data\":true,\"emarker\":false},\"far_end\":{"
	"\"kind\":"
	"\"none\",\"descriptors\":null,\"load_mA\":null},\"dc_path\":{\"dp_ohm\":\"open\",\"dm_"
	"ohm\":1,"
	"\"gnd_ohm\":[0,1]},\"power\":{\"idle_mA\":1,\"noise_rms_mA\":0,\"boot\":[],\"periodic\":[]"
	","
	"\"events\":[]},\"rf\":[],\"ambient\":[],\"expect\":{\"verdict\":\"malicious\",\"must\":["
	"\"R5\"],"
	"\"may\":[],\"forbid\":[]},\"evidence\":{\"usb\":\"M\",\"power\":\"R/"
	"E\",\"rf\":\"E\",\"dc_path\":\"E\",\"far_end\":\"E\",\"note\":\"\"},\"pitfall\":\"\","
	"\"usb\":["
	"{\"id\":\"e\",\"t_ms\":1,\"ev\":\"enumerate\",\"descriptors\":\"k\",\"by\":\"cable\","
	"\"host\":"
	"\"linux\",\"configured_after_ms\":300,\"led_after_ms\":5,\"ctl_naks_per_data\":null}";

#define TYPE(model, interval, press, shift, rest)                                                  \
	"{\"t_ms\":{\"after\":\"e\",\"ms\":10},\"ev\":\"type\",\"device\":\"e\",\"typing\":{"      \
	"\"model\":\"" model "\",\"interval_ms\":" interval                                        \
	",\"dwell_ms\":8,\"press_style\":\"" press "\",\"shift_style\":\"" shift                   \
	"\",\"shift_key\":\"left\",\"poll_ms\":8,\"errors_per_key\":0,"                            \
	"\"overlap_share\":0.1,\"replace_share\":0,\"null_report_first\":true,\"key_slot\":1,"     \
	"\"coding\":\"usage\"," rest "}}"

static const char *const events[] = {
	"{\"t_ms\":700,\"ev\":\"line\",\"state\":\"J_LS\",\"duration_ms\":[1,2]}",
	"{\"t_ms\":700,\"ev\":\"uart\",\"line\":\"dm\",\"baud\":74880,\"text\":\"ets Jan\"}",
	"{\"t_ms\":700,\"ev\":\"detach\",\"by\":\"cable\"}",
	"{\"t_ms\":700,\"ev\":\"suspend\",\"duration_ms\":100}",
	"{\"t_ms\":700,\"ev\":\"vbus_dip\",\"duration_ms\":5,\"min_V\":1}",
	TYPE("fixed", "8", "replace", "same_report", "\"text\":\"ab<GUI+r>\""),
	TYPE("human", "{\"median\":140,\"sd\":99}", "overlap", "human_lead",
             "\"keys\":{\"count\":9,\"alphabet\":\"prose\"}"),
	TYPE("replay", "{\"median\":140,\"sd\":99}", "overlap", "same_report",
             "\"keys\":{\"count\":9,\"alphabet\":\"command\"}"),
	"{\"t_ms\":{\"after\":\"e\",\"ms\":1},\"ev\":\"locks\",\"device\":\"e\",\"host_answer_ms\":"
	"9,"
	"\"sequence\":[{\"key\":\"CAPS\",\"press_ms\":30,\"after_ms\":5,\"wait_ms\":5}]}",
	"{\"t_ms\":{\"after\":\"e\",\"ms\":1},\"ev\":\"led_stream\",\"device\":\"e\",\"reports_per_"
	"s\":"
	"20,\"bits_per_report\":2,\"duration_ms\":200}",
	"{\"t_ms\":{\"after\":\"e\",\"ms\":1},\"ev\":\"raw\",\"device\":\"e\",\"interface\":0,"
	"\"direction\":\"both\",\"bytes_per_report\":8,\"period_ms\":8,\"duration_ms\":100}",
};

int main(int argc, char **argv)
{
	const unsigned count = sizeof(events) / sizeof(*events);

	if (argc != 2)
		return 2;
	for (unsigned i = 0; i < count; i++) {
		char path[4096];
		FILE *f;

		snprintf(path, sizeof(path), "%s/event-%u", argv[1], i);
		f = fopen(path, "w");
		if (!f || fprintf(f, "%s,%s]}]}", head, events[i]) < 0 || fclose(f) != 0)
			return 1;
	}
	return 0;
}
