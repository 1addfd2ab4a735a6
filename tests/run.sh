#!/bin/sh
# Runs all unit programs of a sanitized build and all script tests, and closes with "N passed, N failed".
# usage: tests/run.sh BUILD-WITH-SANITIZERS RELEASE-BUILD
# A cmocka program that dies before its summary counts as one failure, so that a crash is never a smaller total.
set -u
asan=$1 release=$2
export CORDON_ASAN="$PWD/$asan/cordon" CORDON="$PWD/$release/cordon"
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# One program's TAP, out of $log. cmocka prints a skipped test as "not ok N # SKIP name": it is neither passed nor failed.
# A test that is planned and not told counts as failed, and so does a program that fails without saying of what.
tally() { # NAME STATUS
	s=$(grep -cE '^(not )?ok .*# SKIP' "$log")
	p=$(grep '^ok ' "$log" | grep -vc '# SKIP')
	f=$(grep '^not ok ' "$log" | grep -vc '# SKIP')
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | awk '{n+=$1} END {print n+0}')
	[ $((p + f + s)) -ge "$plan" ] || f=$((plan - p - s))
	[ "$2" = 0 ] || [ "$f" -gt 0 ] || f=1
	[ $((p + f + s)) -gt 0 ] || f=1
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-34s %4d passed %3d failed\n' "$1" "$p" "$f"
	[ "$f" = 0 ] || sed 's/^/    /' "$log"
	sed -n -e 's/^not ok [0-9]* # SKIP/    skipped:/p' -e 's/^ok [0-9]* - \(.*# SKIP\)/    skipped: \1/p' "$log"
}

for t in "$asan"/unit/test_*; do
	[ -x "$t" ] || continue
	case $t in *.d|*.o) continue ;; esac
	CMOCKA_MESSAGE_OUTPUT=TAP "$t" >"$log" 2>&1
	tally "${t##*/}" $?
done
for t in tests/cli/test_*.sh; do
	[ -f "$t" ] || continue
	sh "$t" >"$log" 2>&1
	tally "${t##*/}" $?
done
[ "$skipped" = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
