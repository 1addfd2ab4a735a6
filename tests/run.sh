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

for t in "$asan"/unit/test_*; do
	[ -x "$t" ] || continue
	case $t in *.d|*.o) continue ;; esac
	CMOCKA_MESSAGE_OUTPUT=TAP "$t" >"$log" 2>&1
	status=$?
	p=$(grep -c '^ok ' "$log")
	f=$(grep -c '^not ok ' "$log")
	s=$(grep -c '^ok .*# SKIP' "$log")
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | awk '{n+=$1} END {print n+0}')
	[ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
	[ $((p + f)) -ge "$plan" ] || f=$((plan - p))
	passed=$((passed + p - s)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-34s %4d passed %3d failed\n' "${t##*/}" "$((p - s))" "$f"
	[ "$f" = 0 ] || sed 's/^/    /' "$log"
	grep '# SKIP' "$log" | sed 's/^ok [0-9]* - /    skipped: /'
done
for t in tests/cli/test_*.sh; do
	[ -f "$t" ] || continue
	sh "$t" >"$log" 2>&1
	status=$?
	p=$(grep -c '^ok ' "$log")
	f=$(grep -c '^not ok ' "$log")
	s=$(grep -c '^ok .*# SKIP' "$log")
	[ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
	[ $((p + f)) -gt 0 ] || f=1
	passed=$((passed + p - s)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-34s %4d passed %3d failed\n' "${t##*/}" "$((p - s))" "$f"
	[ "$f" = 0 ] || sed 's/^/    /' "$log"
	grep '# SKIP' "$log" | sed 's/^ok [0-9]* - /    skipped: /'
done
[ "$skipped" = 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
