# The tap's hardware: a KiCad project, its checks and its pictures. None of it is part of `make test`.

.PHONY: hw-deps
## hw-deps|install KiCad 9 (Debian backports; says so first), ngspice and the picture tools
hw-deps:
	@hw/deps.sh hw
