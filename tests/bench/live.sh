#!/bin/sh
# Measures `cordon live`: from bytes to the alert on the terminal, processor time beside htop's, memory over a long replay.
# Prints each goal with what was reached; fails only where it cannot measure. Absolute times are this machine's, now: the
# ratio to htop, measured in the same minute, is what can be compared.
# usage: tests/bench/live.sh RELEASE-BUILD    LIVE_RUNS (100) starts a row, LIVE_SECONDS (10) of each processor time
set -eu
build=$1
cordon=$build/cordon
live=$build/bench/bench_live
dir=build/bench
runs=${LIVE_RUNS:-100} seconds=${LIVE_SECONDS:-10}
mkdir -p "$dir"

goal() { # TEXT VALUE LIMIT
	awk -v text="$1" -v value="$2" -v limit="$3" 'BEGIN {
		printf "  %-58s %9.4g  goal at most %g  %s\n", text, value, limit, value <= limit ? "met" : "MISSED" }'
}
row() { # TEXT TAPS STALLED
	us=$("$live" "$cordon" latency "$2" "$3" "$runs")
	set -- "$1" $us
	goal "$1, p50, ms" "$(awk "BEGIN {print $2 / 1000}")" 1
	goal "$1, p99, ms" "$(awk "BEGIN {print $3 / 1000}")" 10
}
echo "from an attach at the tap's socket to the alert on the terminal, $runs starts a row; load $(cut -d' ' -f1 /proc/loadavg)"
row 'one tap' 1 0
row 'four taps, three of them sending 2,000 packets/s' 4 0
row 'one tap, beside a dashboard whose terminal is not read' 1 1

echo "processor time on a screen of 120x40, $seconds s each"
idle=$("$live" "$cordon" cpu idle "$seconds") storm=$("$live" "$cordon" cpu storm "$seconds")
htop=$("$live" - cpu-of "$seconds" htop -d 1)
goal 'sensors alone, % of a core' "$(awk "BEGIN {print $idle / 10}")" 2
goal 'a storm of 150,000 NAKed polls/s, % of a core' "$(awk "BEGIN {print $storm / 10}")" 2
awk -v i="$idle" -v s="$storm" -v h="$htop" 'BEGIN {
	printf "  %-58s %9.4g\n", "htop, as often, % of a core", h / 10
	if (h > 0) printf "  %-58s %9.4g %9.4g\n", "ratio to htop: alone, in the storm", i / h, s / h }'

echo 'memory over an hour of a recording, at speed 100'
hour=$dir/hour.pcapng # typing, all of it on the bus
[ -f "$hour" ] || { "$build/bench/gen_capture" keyboard raw 5500000 "$hour.part" && mv "$hour.part" "$hour"; }
kib=$("$live" "$cordon" memory "$hour" 100 36)
set -- $kib
awk -v a="$1" -v b="$2" 'BEGIN {
	printf "  %-58s %9.4g\n", "resident after 10 minutes, MB", a / 1024
	printf "  %-58s %9.4g\n", "at its end, MB", b / 1024 }'
