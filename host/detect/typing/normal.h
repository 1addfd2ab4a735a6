/*
 * The share of a standard normal distribution below `z`, to 1e-5; 0 or 1 beyond 6.
 */
#ifndef CORDON_DETECT_TYPING_NORMAL_H
#define CORDON_DETECT_TYPING_NORMAL_H

float normal_below(float z);

#endif
