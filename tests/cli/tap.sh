# What the tests in this folder share: where they work, and their lines of TAP. Sourced.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

# ok STATUS NAME
ok() {
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}
# skip NAME REASON
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}
