#!/bin/sh
# Writes what a board house and an assembler ask for.
# usage: hw/fab.sh HW OUT: gerbers and drill in OUT/gerbers, OUT/positions.csv, OUT/bom.csv
set -eu
hw=$1 out=$2
rm -rf "$out"
mkdir -p "$out/gerbers"
layers=F.Cu,In1.Cu,In2.Cu,B.Cu,F.Paste,F.SilkS,B.SilkS,F.Mask,B.Mask,Edge.Cuts
{
	kicad-cli pcb export gerbers --layers $layers --use-drill-file-origin -o "$out/gerbers" "$hw/cordon-tap.kicad_pcb"
	kicad-cli pcb export drill --drill-origin plot -o "$out/gerbers" "$hw/cordon-tap.kicad_pcb"
	kicad-cli pcb export pos --format csv --units mm --side front --use-drill-file-origin -o "$out/positions.csv" "$hw/cordon-tap.kicad_pcb"
	kicad-cli sch export bom --fields 'Reference,${QUANTITY},Value,Footprint,Manufacturer,MPN,Alternative' \
		--labels 'References,Quantity,Value,Footprint,Manufacturer,MPN,Alternative' \
		--group-by 'Value,Footprint,MPN' --exclude-dnp -o "$out/bom.csv" "$hw/cordon-tap.kicad_sch"
} >"$out/kicad.log" 2>&1 || { cat "$out/kicad.log"; exit 1; }
rm "$out/kicad.log"
