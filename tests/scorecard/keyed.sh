#!/bin/sh
# A run whose supply is switched by a code, as a line of fields between tabs: scenario, seed, verdict, p of the keyed supply (-
# where it found nothing), rules.
# usage: keyed.sh CORDON SCENARIO SEED
set -u
"$1" sim "$2" --seed "$3" --keyed -o - | "$1" analyze --json --no-text - |
	jq -r --arg s "$2" --arg n "$3" '[$s, $n, .verdict, ([.findings[] | select(.evidence.method == "keyed supply") | .evidence.p] | .[0] // "-" | tostring),
		([.findings[].rule] | unique | join(" "))] | join("\t")'
