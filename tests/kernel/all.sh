#!/bin/sh
# All cases but the longest (end-to-end) at the host controllers of $CONTROLLERS; closes with "N passed, N failed".
# usage: tests/kernel/all.sh DIR VTAP
set -u
here=$(dirname "$0")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for controller in ${CONTROLLERS:-xhci uhci}; do
	sh "$here/run.sh" "$1" "$2" $controller $(ls "$here/cases" | grep -vx end-to-end) >>"$log"
	tail -n +"$((${seen:-0} + 1))" "$log" | grep -v ' passed, '
	seen=$(wc -l <"$log")
done
# What failed stands once more at the end, where a log is read first.
grep -A 12 'not ok' "$log"
awk '/ passed, / {p += $1; f += $3} END {print p " passed, " f " failed"; exit !(p > 0 && f == 0)}' "$log"
