/*
 * What can fail in the library: I/O, memory, and input that is no capture at all. Malformed traffic is never an
 * error; it is counted where it is found. Zero or negative; the texts are for people and follow the failure.
 */
#ifndef CORDON_USB_ERR_H
#define CORDON_USB_ERR_H

#define ERR_TABLE(X)                                                                               \
	X(ERR_NONE, 0, "no error")                                                                 \
	X(ERR_MEMORY, -1, "out of memory")                                                         \
	X(ERR_OPEN, -2, "cannot open")                                                             \
	X(ERR_READ, -3, "cannot read")                                                             \
	X(ERR_WRITE, -4, "cannot write")                                                           \
	X(ERR_NOT_CAPTURE, -5, "not a pcap or pcapng file")                                        \
	X(ERR_PCAP_VARIANT, -6, "a variant of pcap that is not supported")                         \
	X(ERR_LINK_TYPE, -7, "no packets of a link type that is supported")                        \
	X(ERR_SCENARIO, -8, "not a scenario that can be played")

enum err {
#define ERR_VALUE(name, value, text) name = (value),
	ERR_TABLE(ERR_VALUE)
#undef ERR_VALUE
};

/* Lower case, without a full stop; never NULL. */
const char *err_text(enum err e);

#endif
