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
	X(ERR_SCENARIO, -8, "not a scenario that can be played")                                   \
	X(ERR_NO_TAP, -9, "no such tap")                                                           \
	X(ERR_ACCESS, -10, "no access to the tap")                                                 \
	X(ERR_BUSY, -11, "the tap is in use by another program")                                   \
	X(ERR_VERSION, -12, "the tap speaks another version of the protocol")                      \
	X(ERR_PROTOCOL, -13, "what comes is not the stream of a tap")                              \
	X(ERR_SILENT, -14, "the tap does not answer")                                              \
	X(ERR_USB, -15, "USB error")

enum err {
#define ERR_VALUE(name, value, text) name = (value),
	ERR_TABLE(ERR_VALUE)
#undef ERR_VALUE
};

/* Lower case, without a full stop; never NULL. */
const char *err_text(enum err e);

#endif
