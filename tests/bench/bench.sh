#!/bin/sh
# Measures `cordon analyze` on captures made for it, beside tshark, capinfos and a bare read-and-walk of the same files,
# and prints each goal with what was reached. Ratios of CPU time of one run only; it fails only where it cannot measure.
# usage: tests/bench/bench.sh RELEASE-BUILD      BENCH_100M=1 adds 100 M packets, which need no disk, BENCH_100M=only does
# nothing else; BENCH_KEEP=1 keeps the big files
set -eu
build=$1
cordon=$build/cordon
measure=$build/bench/measure
walk=$build/bench/walk
dir=build/bench
runs=${BENCH_RUNS:-3}
mkdir -p "$dir"

goal() { # TEXT VALUE LIMIT at-most|at-least
	awk -v text="$1" -v value="$2" -v limit="$3" -v how="$4" 'BEGIN {
		met = how == "at-most" ? value <= limit : value >= limit
		printf "  %-58s %9.4g  goal %s %g  %s\n", text, value, how, limit, met ? "met" : "MISSED" }'
}
make_file() { # KIND VIEW PACKETS
	file=$dir/$1-$2-$3.pcapng
	[ -f "$file" ] || { "$build/bench/gen_capture" "$1" "$2" "$3" "$file.part" && mv "$file.part" "$file"; }
	cat "$file" >/dev/null # into the page cache
}
stream() { # RUNS KIND VIEW PACKETS: the generator's output goes through a pipe, and only the reader's time counts
	rm -f "$dir/failed"
	for run in $(seq "$1"); do
		{ "$build/bench/gen_capture" "$2" "$3" "$4" - || echo "$2 $3" >"$dir/failed"; } |
			"$measure" 1 "$cordon" analyze --json -
	done | sort -n | awk '{ us[NR] = $1; if ($2 > peak) peak = $2 } END { print us[int((NR + 1) / 2)], peak }'
	[ ! -e "$dir/failed" ]
}
cpu() { "$measure" "$@" | cut -d' ' -f1; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 <= 0 || b + 0 <= 0) exit 1; printf("%.4g", a / b) }'; }
whole_decode() { cpu 1 tshark -r "$1" -T fields -e frame.time_relative -e usb.device_address \
	-e usb.endpoint_address -e usb.capdata -e usbhid.data -e usbll.data; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
in_turn() { # FILE: ours, the walk and tshark take turns, so that a machine that is slower for a while is so for each
	: >"$dir/ours" >"$dir/floor" >"$dir/tshark"
	for run in $(seq "$runs"); do
		for again in 1 2 3 4 5; do
			cpu 1 "$cordon" analyze --json "$1" >>"$dir/ours"
			[ ! -x "$walk" ] || cpu 1 "$walk" "$1" >>"$dir/floor"
		done
		whole_decode "$1" >>"$dir/tshark"
	done
}

# As long as captures may grow: neither the cost of a packet nor the memory may grow with them.
hundred_million() {
	echo "10 M and 100 M packets, streamed into standard input"
	for of in "keyboard raw" "keyboard usbmon" "mixed raw" "mixed usbmon" "bulk raw" "bulk usbmon"; do
		kind=${of% *} view=${of#* }
		ten=$(stream 3 "$kind" "$view" 10000000)
		hundred=$(stream 1 "$kind" "$view" 100000000)
		less=$(quotient "${ten% *}" 10000) more=$(quotient "${hundred% *}" 100000)
		printf '  %-16s %7.1f and %7.1f ns a packet, peak %6d and %6d KiB\n' "$of" "$less" "$more" \
			"${ten#* }" "${hundred#* }"
		goal "$of: ns a packet at 100 M, times that at 10 M" "$(quotient "$more" "$less")" 1.1 at-most
		goal "$of: KiB more at 100 M than at 10 M" $((${hundred#* } - ${ten#* })) 256 at-most
	done
}
[ "${BENCH_100M-}" != only ] || { hundred_million; exit 0; }

echo "1 M packets, CPU time, medians of $((5 * runs)) runs (tshark: $runs runs) that take turns"
printf '  %-16s %9s %12s %12s %14s %14s\n' file bytes/pkt "M pkt/CPU-s" "x the walk" "1/x capinfos" "1/x tshark"
for view in raw usbmon; do
	for kind in keyboard mixed bulk; do
		make_file $kind $view 1000000
		in_turn "$file"
		ours=$(median "$dir/ours") tshark=$(median "$dir/tshark") infos=$(cpu 3 capinfos -c "$file") ratio=-
		[ ! -x "$walk" ] || ratio=$(quotient "$ours" "$(median "$dir/floor")")
		printf '  %-16s %9s %12s %12s %14s %14s\n' "$kind $view" "$(($(wc -c <"$file") / 1000000))" \
			"$(quotient 1000000 "$ours")" "$ratio" "$(quotient "$infos" "$ours")" "$(quotient "$tshark" "$ours")"
		eval "tshark_${kind}_$view=$(quotient "$tshark" "$ours") walk_${kind}_$view=$ratio"
	done
done
echo "goals"
for view in raw usbmon; do
	for kind in keyboard mixed bulk; do
		eval "t=\$tshark_${kind}_$view w=\$walk_${kind}_$view"
		goal "$kind $view: times less CPU than tshark -T fields" "$t" 150 at-least
		limit=5
		[ $kind != keyboard ] || limit=3
		[ "$w" = - ] || goal "$kind $view: times the CPU of read and walk" "$w" $limit at-most
	done
done

echo "start-up: a capture of 2,000 packets, start to verdict"
make_file keyboard usbmon 2000
ours=$(cpu 21 "$cordon" analyze --json "$file")
tshark=$(cpu 3 tshark -r "$file" -T fields -e usb.capdata -e usbhid.data)
goal "tshark's CPU over ours" "$(quotient "$tshark" "$ours")" 50 at-least
printf '  %-58s %9.4g\n' "milliseconds of CPU on this machine" "$(quotient "$ours" 1000)"

echo "memory and cost as files grow"
for of in "keyboard raw" "keyboard usbmon" "mixed raw" "mixed usbmon" "bulk raw" "bulk usbmon"; do
	kind=${of% *} view=${of#* } first=
	for size in 1000000 10000000; do
		make_file "$kind" "$view" "$size"
		set -- $("$measure" 3 "$cordon" analyze --json "$file")
		ns=$(quotient "${1}000" "$size")
		printf '  %-16s %4d M packets: %7.1f ns a packet, peak %6d KiB\n' "$of" $((size / 1000000)) "$ns" "$2"
		if [ -z "$first" ]; then
			first=$2
			goal "$of: peak memory, KiB" "$2" 8192 at-most
		else
			goal "$of: KiB more than at 1 M" $(($2 - first)) 256 at-most
		fi
		[ "$size" = 1000000 ] || [ -n "${BENCH_KEEP-}" ] || rm -f "$file"
	done
done
[ -z "${BENCH_100M-}" ] || hundred_million
[ -x "$walk" ] || echo "(no bare walk was built: the comparison with it is missing)"
