/* The texts of enum err, from the table that also makes the enum. */
#include "usb/err.h"

const char *err_text(enum err e)
{
	switch (e) {
#define ERR_CASE(name, value, text)                                                                \
	case name:                                                                                 \
		return text;
		ERR_TABLE(ERR_CASE)
#undef ERR_CASE
	}
	return "unknown error";
}
