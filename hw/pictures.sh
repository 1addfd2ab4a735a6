#!/bin/sh
# Draws the pictures of hw/README.md: each sheet, the board from above, its copper, the case.
# usage: hw/pictures.sh OUT
set -eu
hw=$(cd "$(dirname "$0")" && pwd)
out=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$out"

kicad-cli sch export pdf -o "$tmp/sheets.pdf" "$hw/cordon-tap.kicad_sch" >/dev/null
pdftoppm -r 110 -png "$tmp/sheets.pdf" "$tmp/sheet"
n=1
for sheet in overview pico ports probe supply protection radio; do
	mv "$tmp/sheet-$n.png" "$out/sheet-$sheet.png"
	n=$((n + 1))
done

kicad-cli pcb render --side top --width 1800 --height 1300 --zoom 1.3 -o "$out/board-top.png" "$hw/cordon-tap.kicad_pcb" >/dev/null
layer() {
	kicad-cli pcb export svg --layers "$1" --mode-single --page-size-mode 2 --exclude-drawing-sheet -o "$tmp/$2.svg" "$hw/cordon-tap.kicad_pcb" >/dev/null
	rsvg-convert -w 1500 -b white "$tmp/$2.svg" -o "$out/$2.png"
}
layer F.Cu,F.Mask,Edge.Cuts copper-front
layer B.Cu,B.Mask,Edge.Cuts copper-back
kicad-cli pcb export svg --layers F.Fab,Edge.Cuts --mode-single --page-size-mode 2 --exclude-drawing-sheet --black-and-white -o "$tmp/assembly.svg" "$hw/cordon-tap.kicad_pcb" >/dev/null
rsvg-convert -w 3400 -b white "$tmp/assembly.svg" -o "$out/assembly.png"

# --render: letters cut out of the lid are torn in the quick preview
xvfb-run -a openscad -q --render -o "$out/case.png" --imgsize=1600,1150 --camera=70,48,10,42,0,15,345 "$hw/case.scad"
