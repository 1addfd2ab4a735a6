#!/bin/sh
# Beside the scorecard: pairs of both ends of all scenarios, and all bare ones with a keyed supply; two tables of what was found.
# usage: beside.sh CORDON PAIR-SEEDS KEYED-SEEDS    exit status 1 where a benign one was found, or a pair missed what it must show
set -u
cordon=$1 pairs=$2 keyed=$3 bad=0
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$cordon" scenarios --json >"$work/all" || exit 1
# Keyed supply may find what sends within four seconds of its start, again and again. Pairs must find devices that are the cable's own.
jq -r '[.id, .label, .profile] | join("\t")' "$work/all" >"$work/labels"
runs() { jq -r --argjson n "$2" "select($1) | . as \$x | range(\$n) + 1 | \"\(\$x.id) \(.)\"" "$work/all"; }
runs true "$pairs" | xargs -r -P "${JOBS:-2}" -L 1 sh "$here/pair.sh" "$cordon" | sort >"$work/pairs"
runs '.profile == "bare"' "$keyed" | xargs -r -P "${JOBS:-2}" -L 1 sh "$here/keyed.sh" "$cordon" | sort >"$work/keyed"
echo 'R20 of both ends (analyze --pair): in runs of each, and names'
awk -F '\t' 'FNR == NR { label[$1] = $2; next } { n[$1]++; if ($4 != "") { hit[$1]++; names[$1] = $4 } if ($6 != "-" && label[$1] == "benign" && $6 + 0 > most) most = $6 + 0; all[label[$1]]++; found[label[$1]] += $4 != "" }
	END {
		for (s in hit) printf "%s %d of %d: %s\n", s, hit[s], n[s], names[s] | "sort"
		close("sort")
		printf "malicious: %d of %d pairs; benign: %d of %d, a key\x27s delay changing by %s us at most\n", found["malicious"], all["malicious"], found["benign"], all["benign"], most
		exit found["benign"] > 0 || hit["M12"] < n["M12"] || hit["M19"] < n["M19"]
	}' "$work/labels" "$work/pairs" || bad=1
echo 'Keyed supply (sim --keyed): in runs of each'
awk -F '\t' 'FNR == NR { label[$1] = $2; next } { n[$1]++; hit[$1] += $4 != "-"; all[label[$1]]++; found[label[$1]] += $4 != "-" }
	END {
		for (s in hit) if (hit[s]) printf "%s %d of %d\n", s, hit[s], n[s] | "sort"
		close("sort")
		printf "benign: %d of %d\n", found["benign"], all["benign"]
	}' "$work/labels" "$work/keyed"
exit $bad
