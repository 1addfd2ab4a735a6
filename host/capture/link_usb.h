/*
 * A tap on USB as a link: the stream by asynchronous bulk transfers, commands and counters by its HID interface. A tap
 * that is unplugged is waited for.
 */
#ifndef CORDON_CAPTURE_LINK_USB_H
#define CORDON_CAPTURE_LINK_USB_H

#include "capture/link.h"
#include "capture/usb_taps.h"

enum { LINK_USB_AT_ONCE = 4 }; /* taps that one run can listen to */

/*
 * `serial`: of one that usb_taps_list found. `capture`: also tell it to capture, and to stop at the end. On failure *l is
 * NULL and `message` a sentence on what to do.
 */
enum err link_usb_open(struct link **l, const char *serial, bool capture,
                       char message[LINK_MESSAGE_MAX]);

#endif
