#!/bin/sh
# Runs the named checks of the tap's hardware, or all of them; the first that fails ends the run.
# usage: hw/check/run.sh [erc|sheets|netlist|design|docs|bringup|drc|copper|spice|fab|case]...
# In: HW (default hw), OUT (default build/hw), BOARD_H (default firmware/board.h). Out: reports in OUT, faults on standard output.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
HW=${HW:-hw} OUT=${OUT:-build/hw} BOARD_H=${BOARD_H:-firmware/board.h}
name=$HW/cordon-tap
py="python3 -B"
mkdir -p "$OUT"

# What kicad-cli says is its progress; a fault is in its report.
quiet() { "$@" >"$OUT/kicad.log" 2>&1 || { cat "$OUT/kicad.log"; return 1; }; }
violations() { $py "$here/report.py" "$1"; }

erc() {
	quiet kicad-cli sch erc --severity-all --format json -o "$OUT/erc.json" "$name.kicad_sch"
	violations "$OUT/erc.json"
}
sheets() {
	rm -rf "$OUT/sheets"
	quiet kicad-cli sch export svg -o "$OUT/sheets" "$name.kicad_sch"
	for layer in F.Fab F.SilkS; do
		quiet kicad-cli pcb export svg --layers $layer,Edge.Cuts --mode-single --page-size-mode 2 --exclude-drawing-sheet --black-and-white \
			-o "$OUT/sheets/$layer.svg" "$name.kicad_pcb"
	done
	$py "$here/sheets.py" "$OUT/sheets"
}
bringup() { $py "$here/bringup.py" "$HW"; }
netlist() { quiet kicad-cli sch export netlist --format kicadsexpr -o "$OUT/tap.net" "$name.kicad_sch"; }
design() {
	netlist
	$py "$here/design.py" "$OUT/tap.net" "$HW" "$BOARD_H"
}
docs() {
	netlist
	$py "$here/docs.py" "$OUT/tap.net" "$HW"
}
drc() {
	quiet kicad-cli pcb drc --severity-all --schematic-parity --format json -o "$OUT/drc.json" "$name.kicad_pcb"
	violations "$OUT/drc.json"
}
copper() { $py "$here/board.py" "$name.kicad_pcb"; }
spice() { $py "$here/spice.py" "$HW/spice"; }
fab() {
	"$here/../fab.sh" "$HW" "$OUT/fab"
	$py "$here/fab.py" "$HW/fab" "$OUT/fab"
}
case_() {
	for part in tray lid button; do
		openscad -q -o "$OUT/$part.stl" -D "part=\"$part\"" -D letters=false "$HW/case.scad"
		[ -s "$OUT/$part.stl" ] || { echo "FAULT case: $part is empty"; return 1; }
	done
	echo "case: tray, lid and button render"
}

[ $# -gt 0 ] || set -- erc sheets design docs bringup drc copper spice fab case
for step in "$@"; do
	case $step in
	case) case_ ;;
	erc|sheets|netlist|design|docs|bringup|drc|copper|spice|fab) "$step" ;;
	*) echo "hw-check: unknown check '$step'" >&2; exit 2 ;;
	esac || { echo "hw-check: $step failed"; exit 1; }
done
