#!/bin/sh
# The scorecard: scenarios through the simulator and the judge, two at a time, and a table of what came out.
# usage: run.sh CORDON SEEDS BENIGN-HOURS LOAD-SEEDS [SCENARIO...]
#   SEEDS runs of each; benign ones more, until they are BENIGN-HOURS long in all; malicious ones LOAD-SEEDS more with another
#   load at the far end (none where there was one, else added). Lines of one.sh go to standard error as they come.
set -u
cordon=$1 seeds=$2 hours=$3 loads=$4
shift 4
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cordon" scenarios --json >"$work/all" || exit 1
[ $# = 0 ] || for s; do echo "$s"; done >"$work/only"
[ $# = 0 ] || { grep -F -f "$work/only" "$work/all" >"$work/some" && mv "$work/some" "$work/all"; }
jq -r '[.id, .label, .verdict, (.must | join(" ")), (.may | join(" ")), (.waived | join(" ")), .name, .note // ""] | join("\t")' "$work/all" >"$work/expected"
more=$(jq -s --argjson h "$hours" --argjson n "$seeds" '([.[] | select(.label == "benign") | .duration_s] | add // 0) as $s |
	if $s > 0 then [($h * 3600 / $s | ceil), $n] | max else $n end' "$work/all")
jq -r --argjson n "$seeds" --argjson more "$more" --argjson loads "$loads" '
	. as $x | (range(if .label == "benign" then $more else $n end) + 1 | "\($x.id) \(.) as-written"),
	(if .label == "malicious" then (range($loads) + 1 | "\($x.id) \(. + 1000) " + (if $x.profile == "bare" then "added" else "none" end)) else empty end)' \
	"$work/all" | sort -s -k 2,2n >"$work/runs" # by seed: what is there when it is stopped holds for all of them
xargs -P "${JOBS:-2}" -L 1 sh "$here/one.sh" "$cordon" <"$work/runs" >"$work/lines"
sort "$work/lines" >"$work/sorted"
[ "$(wc -l <"$work/sorted")" = "$(wc -l <"$work/runs")" ] || { echo "some runs gave no line" >&2; exit 1; }
[ -z "${LINES_TO-}" ] || cp "$work/sorted" "$LINES_TO"
awk -f "$here/table.awk" "$work/expected" "$here/misses" "$work/sorted"
