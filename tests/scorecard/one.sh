#!/bin/sh
# One run of one scenario, from the simulator through a pipe into the judge, as a line of fields between tabs:
# scenario, seed, load, verdict, rules fired, waived ones, seconds from VBUS on to the first strong or decisive finding (-),
# seconds of the run.
# usage: one.sh CORDON SCENARIO SEED LOAD
set -u
cordon=$1 scenario=$2 seed=$3 load=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cordon" sim "$scenario" --seed "$seed" --far-load "$load" --truth "$work/truth" -o - 2>"$work/err" |
	"$cordon" analyze --json --no-text - >"$work/said" 2>>"$work/err"
on=$(jq .vbus_on_s "$work/truth" 2>/dev/null)
[ -s "$work/err" ] && sed "s/^/$scenario, seed $seed: /" "$work/err" >&2
jq -r --arg s "$scenario" --arg n "$seed" --arg l "$load" --argjson on "${on:-0}" '
	[$s, $n, $l, .verdict,
	 ([.findings[].rule] | unique | join(" ")),
	 ([.findings[] | select(.waived_by) | .rule] | unique | join(" ")),
	 ([.findings[] | select(.weight == "decisive" or .weight == "strong") | .t_s] | min |
	  if . == null then "-" else (. - $on) * 1000 | round / 1000 | tostring end),
	 (.duration_s | tostring)] | join("\t")' "$work/said" 2>/dev/null || printf '%s\t%s\t%s\tnone\t\t\t-\t0\n' "$scenario" "$seed" "$load"
