#!/bin/sh
# The scorecard's short form: one seed of each scenario, verdict and rules as expected, but for known misses. TAP.
# usage: test_scorecard.sh    needs CORDON (release)
set -u
: "${CORDON:=$PWD/build/release/cordon}"
if ! command -v jq >/dev/null; then
	echo '1..1'
	echo 'ok 1 - scorecard # SKIP no jq'
	exit
fi
out=$(sh tests/scorecard/run.sh "$CORDON" 1 0 0 2>&1)
status=$?
echo '1..2'
[ "$(printf '%s\n' "$out" | grep -c '^| [MB][0-9][0-9] ')" = 51 ] && echo 'ok 1 - 51 scenarios are judged' || echo 'not ok 1 - 51 scenarios are judged'
[ $status = 0 ] && echo 'ok 2 - verdicts and rules are as expected' || {
	echo 'not ok 2 - verdicts and rules are as expected'
	printf '%s\n' "$out" | sed -n '/^Not as expected/,$p' | sed 's/^/# /'
}
