# The tap's hardware: a KiCad project, its checks and its pictures. None of it is part of `make test`.

.PHONY: hw-deps hw-check hw-check-faults hw-fab hw-case hw-pictures
## hw-deps|install KiCad 9 (Debian backports; says so first), ngspice and the picture tools
hw-deps:
	@hw/deps.sh hw

## hw-check|check schematic, pins, parts, board, SPICE and the files for the board house (after hw-deps)
hw-check:
	@hw/check/run.sh

## hw-check-faults|plant faults in copies of hw/ and expect each to be found
hw-check-faults:
	@python3 -B hw/check/faults.py

## hw-fab|write hw/fab (gerbers, drill, positions, parts list) anew from the design
hw-fab:
	@hw/fab.sh hw build/hw/fab
	@python3 -B hw/check/fab.py hw/fab build/hw/fab --write

## hw-case|write build/hw/tray.stl, lid.stl and button.stl for a printer
hw-case:
	@mkdir -p build/hw
	openscad -q -o build/hw/tray.stl -D 'part="tray"' hw/case.scad
	openscad -q -o build/hw/lid.stl -D 'part="lid"' hw/case.scad
	openscad -q -o build/hw/button.stl -D 'part="button"' hw/case.scad

## hw-pictures|draw hw/pictures anew
hw-pictures:
	@hw/deps.sh hw hw-pictures
	@hw/pictures.sh hw/pictures
