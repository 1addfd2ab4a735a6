# firmware/core has no registers in it: it is compiled for the chip, for the host and for the tests alike.
CORE_SRC := $(wildcard firmware/core/*.c)
