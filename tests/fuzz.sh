#!/bin/sh
# Runs the fuzzers of a KIND=fuzz build and sums up what they reached.
# usage: tests/fuzz.sh run|proof BUILD SECONDS      with FUZZ_RUNS set, no more runs than that
# "run" fails when a fuzzer finds something, "proof" when one does not find the bug planted for it. Line coverage is that
# of the project's files which the fuzzer entered, in the folders whose headers it includes.
set -eu
mode=$1 build=$2 seconds=$3
bad=0

seeds() { # NAME
	rm -rf "$build/fuzz/$1.seeds" "$build/fuzz/$1.found"
	mkdir -p "$build/fuzz/$1.seeds" "$build/fuzz/$1.found"
	[ ! -x "$build/fuzz/seed_$1" ] ||
		LLVM_PROFILE_FILE=/dev/null "$build/fuzz/seed_$1" "$build/fuzz/$1.seeds"
}

fuzz() { # PROGRAM NAME
	LLVM_PROFILE_FILE="$build/fuzz/$2.profraw" "$1" -seed=1 -max_total_time="$seconds" ${FUZZ_RUNS:+-runs="$FUZZ_RUNS"} -timeout=60 \
		-print_final_stats=1 -artifact_prefix="$build/fuzz/$2." \
		"$build/fuzz/$2.found" "$build/fuzz/$2.seeds" >"$build/fuzz/$2.log" 2>&1
}

coverage() { # NAME
	llvm-profdata merge -sparse "$build/fuzz/$1.profraw" -o "$build/fuzz/$1.profdata"
	sed -n 's,^#include "\([a-z]*\)/.*,\1,p' "tests/fuzz/fuzz_$1.c" | sort -u | while read -r folder; do
		for top in host firmware; do
			files=$(find "$top/$folder" -maxdepth 1 -name '*.c' 2>/dev/null) || true
			[ -n "$files" ] || continue
			llvm-cov report "$build/fuzz/fuzz_$1" -instr-profile="$build/fuzz/$1.profdata" $files 2>/dev/null |
				awk -v at="$top/$folder/" -v files="$(echo $files) " '{ name = $1; sub(".*/", "", name) }
					name ~ /[.]c$/ && $8 > $9 && index(files, at name " ") { printf "    %5.1f %% of %4d lines  %s\n", 100 * ($8 - $9) / $8, $8, at name }'
		done
	done
}

for program in "$build"/fuzz/fuzz_*; do
	name=${program##*/fuzz_}
	case $name in *.*) continue ;; esac
	if [ "$mode" = proof ]; then
		if [ ! -x "$build/fuzz/planted_$name" ]; then
			printf '%-12s no planted bug\n' "$name"
			continue
		fi
		seeds "$name"
		if fuzz "$build/fuzz/planted_$name" "$name"; then
			printf '%-12s the planted bug was not found in %s s\n' "$name" "$seconds"
			bad=1
		else
			printf '%-12s found: %s\n' "$name" "$(sed -n 's/^SUMMARY: //p' "$build/fuzz/$name.log" | head -1)"
		fi
		continue
	fi
	seeds "$name"
	if fuzz "$program" "$name"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz/$name.log")
		edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$build/fuzz/$name.log" | tail -1)
		printf '%-12s %9s runs in %s s, %5s edges\n' "$name" "$runs" "$seconds" "$edges"
		coverage "$name"
	else
		printf '%-12s FAILED\n' "$name"
		tail -n 40 "$build/fuzz/$name.log"
		bad=1
	fi
done
exit $bad
