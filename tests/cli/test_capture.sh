#!/bin/sh
# `cordon capture` and `cordon devices` from outside: the report is that of `analyze` on the recording, the recording is one
# for tshark and capinfos too, and every end leaves it whole. The tap is tests/link/tap_socket.c. TAP.
# usage: test_capture.sh    needs CORDON_ASAN
: "${CORDON_ASAN:=$PWD/build/asan/cordon}"
tap=$(dirname "$CORDON_ASAN")/link/tap_socket
. "$(dirname "$0")/tap.sh"

# Starts a tap and waits until it listens; "$work/tap".
start_tap() {
	rm -f "$work/tap"; : >"$work/tap.log"
	"$tap" "$work/tap" "$@" >"$work/tap.log" 2>&1 &
	until grep -q listening "$work/tap.log" || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
}
# A recording that is running: waits until the file has grown to $1 bytes.
grown() {
	i=0
	while [ "$(stat -c %s "$work/x.pcapng" 2>/dev/null || echo 0)" -lt "$1" ] && [ $i -lt 500 ]; do
		sleep 0.02
		i=$((i + 1))
	done
}
# The report of the recording, as analyze makes it, but for the input's name.
same_report() { # JSON-OF-CAPTURE FILE
	"$CORDON_ASAN" analyze --json "$2" >"$work/analyzed" 2>"$work/err"
	jq -S 'del(.input)' "$1" >"$work/a" && jq -S 'del(.input)' "$work/analyzed" >"$work/b" && cmp -s "$work/a" "$work/b"
}

# A cable that injects, to the end of its recording.
start_tap tests/captures/omg-plug/capture.pcapng
"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" --profile bare --case 2026-117 --exhibit 'b "3"' --end A --flip 1 \
	--note one --note two --claim power=only --json >"$work/json" 2>"$work/err"
code=$?
wait
[ $code = 20 ]
ok $? 'exit code of the verdict'
[ ! -s "$work/err" ]
ok $? 'nothing on stderr'
[ "$(jq -r '.verdict, .profile, .input' "$work/json" | tr '\n' ' ')" = "malicious bare $work/x.pcapng " ]
ok $? 'verdict, recorded profile, name'
[ "$(jq -c .test "$work/json")" = '{"case":"2026-117","exhibit":"b \"3\"","end":"A","flip":"1","note":"one\ntwo"}' ]
ok $? 'what was said of it'
[ "$(jq -c .tap "$work/json")" = '{"serial":"e6614c311b7f3a2c","board":1,"firmware":"1234abcd","calibration":"00000007","protocol":1}' ]
ok $? 'who recorded it'
[ "$(jq -r '.keystrokes[0].text' "$work/json")" = 'hello there workshop' ]
ok $? 'what was typed'
same_report "$work/json" "$work/x.pcapng"
ok $? 'analyze says the same of the file'
if command -v capinfos >/dev/null; then
	capinfos "$work/x.pcapng" >"$work/out" 2>"$work/err"
	ok $? 'capinfos reads it'
	grep -q 'cordon case: 2026-117' "$work/out" && grep -q 'Capture hardware: *Cordon tap e6614c311b7f3a2c' "$work/out" &&
		grep -q 'Number of interfaces in file: 3' "$work/out"
	ok $? 'its header says what it is'
	tshark -r "$work/x.pcapng" 2>"$work/err" | wc -l >"$work/out"
	[ "$(cat "$work/out")" -gt 1200 ] && ! grep -v 'Running as user' "$work/err" | grep -q .
	ok $? 'tshark has no complaint'
else
	skip 'capinfos, tshark' 'not installed'
fi
"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "^cordon: cannot connect to '$work/tap'" "$work/err"
ok $? 'no tap behind the socket'

# A file that is there is evidence.
start_tap 1000
"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q "cannot create '$work/x.pcapng': File exists" "$work/err" && [ "$(wc -l <"$work/err")" = 1 ]
ok $? 'a file is not written over'
wait

# Every end.
for signal in INT TERM HUP; do
	rm -f "$work/x.pcapng"
	start_tap 5000
	"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" --json >"$work/json" 2>"$work/err" &
	pid=$!
	grown 20000
	kill -$signal $pid
	wait $pid
	code=$?
	[ $code = 30 ] && grep -q 'the recording is being ended' "$work/err" && same_report "$work/json" "$work/x.pcapng" && [ ! -s "$work/err" ]
	ok $? "SIG$signal ends it with a whole file"
	wait
done
rm -f "$work/x.pcapng"
start_tap 5000
"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" --duration 1s --json >"$work/json" 2>"$work/err"
jq -e '.duration_s >= 1 and .duration_s < 2' "$work/json" >/dev/null && same_report "$work/json" "$work/x.pcapng"
ok $? 'a duration ends it'
wait

# A full disk: a small file system where we may mount one, and a limit of the file's size in any case.
rm -f "$work/x.pcapng"
start_tap 5000
(
	ulimit -f 100
	"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/x.pcapng" --json >"$work/json" 2>"$work/err"
	echo $? >"$work/code"
)
[ "$(cat "$work/code")" = 1 ] && grep -q "cannot write '$work/x.pcapng': File too large; it is whole up to there" "$work/err"
ok $? 'a file that may not grow: message and exit code'
"$CORDON_ASAN" analyze --json "$work/x.pcapng" >"$work/json" 2>"$work/err"
[ ! -s "$work/err" ] && jq -e '.truncated == false and .packets > 100 and .bad_packets == 0' "$work/json" >/dev/null
ok $? 'what it holds is whole'
wait
mkdir "$work/small"
if mount -t tmpfs -o size=256k none "$work/small" 2>/dev/null; then
	start_tap 20000
	"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/small/x.pcapng" >"$work/out" 2>"$work/err"
	[ $? = 1 ] && grep -q 'No space left on device; it is whole up to there' "$work/err"
	ok $? 'a full disk: message and exit code'
	"$CORDON_ASAN" analyze --json "$work/small/x.pcapng" >"$work/json" 2>"$work/err"
	[ ! -s "$work/err" ] && jq -e '.truncated == false and .packets > 1000' "$work/json" >/dev/null
	ok $? 'what it holds is whole'
	umount "$work/small"
	wait
else
	skip 'a full disk' 'no right to mount a small one'
fi

# A folder that is deleted.
mkdir "$work/gone"
start_tap 5000
(
	cd "$work" || exit
	"$CORDON_ASAN" capture --connect "$work/tap" -o "$work/gone/x.pcapng" --json --duration 3 >"$work/json" 2>"$work/err"
	echo $? >"$work/code"
) &
i=0
while [ ! -s "$work/gone/x.pcapng" ] && [ $i -lt 200 ]; do
	sleep 0.02
	i=$((i + 1))
done
sleep 0.2
rm -r "$work/gone"
wait
grep -q "'$work/gone/x.pcapng' was deleted; all of it is in './rescued-x.pcapng'" "$work/err"
ok $? 'a folder that is deleted: message'
same_report "$work/json" "$work/rescued-x.pcapng"
ok $? 'all of it was saved'

# Usage.
for bad in '' '-o x --tap a --connect b' '-o x --duration 0' '-o x --ring 3' '-o x --claim nothing' '-o x --wrong' '-o x y' \
	'-o x --tap 1 --tap 2 --tap 3 --tap 4 --tap 5'; do
	"$CORDON_ASAN" capture $bad >"$work/out" 2>"$work/err"
	[ $? = 2 ] && grep -q "try 'cordon capture --help'" "$work/err"
	ok $? "usage: capture $bad"
done
"$CORDON_ASAN" devices >"$work/out" 2>"$work/err"
ok $? 'devices'
"$CORDON_ASAN" devices --wrong >"$work/out" 2>"$work/err"
[ $? = 2 ]
ok $? 'usage: devices --wrong'
echo "1..$n"
