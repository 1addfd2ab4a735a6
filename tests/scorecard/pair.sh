#!/bin/sh
# Both ends of one run, judged together, as a line of fields between tabs: scenario, seed, verdict of the pair, names of R20's
# findings, what aligned the clocks, median change of a key's delay in us (-), entries of missing coverage.
# usage: pair.sh CORDON SCENARIO SEED
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" sim "$2" --seed "$3" -o "$work/near.tap" --far "$work/far.tap" 2>"$work/err" &&
	"$1" analyze --json --no-text --pair "$work/near.tap" "$work/far.tap" 2>>"$work/err" |
	jq -r --arg s "$2" --arg n "$3" 'select(.schema == "cordon.pair/1") | [$s, $n, .verdict, ([.findings[].name] | unique | join(" ")),
		.clock.aligned_by, (.keys.change_us_median // "-" | tostring), (.coverage.missing | length | tostring)] | join("\t")'
[ ! -s "$work/err" ] || sed "s/^/$2, seed $3: /" "$work/err" >&2
