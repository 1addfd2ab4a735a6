/* Bytes to a descriptor, all of them. */
#ifndef CORDON_CAPTURE_WRITE_ALL_H
#define CORDON_CAPTURE_WRITE_ALL_H

#include <stddef.h>
#include <stdint.h>

/* write(2) until everything is taken; 0, or the errno with which it ended. *taken: how much was; may be NULL. */
int write_all(int fd, const uint8_t *data, size_t len, size_t *taken);

#endif
