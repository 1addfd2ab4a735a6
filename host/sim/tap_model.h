/*
 * A tap as a model: what stands on the lines (wires.h) becomes what the firmware would have recorded of it: packets with
 * SOFs, keep-alives and NAKed polls folded into a count each millisecond, edges gathered, attach, reset, suspend and blindness
 * by the firmware's own times (firmware/core/line.c, reporter.c), HELLO each second. Some edges get lost: threats.md §9.
 */
#ifndef CORDON_SIM_TAP_MODEL_H
#define CORDON_SIM_TAP_MODEL_H

#include "sim/random.h"
#include "sim/wire.h"
#include "usb/record.h"

enum {
	TAP_MODEL_EDGES = 64,
	TAP_MODEL_HELD = 2,
};

struct tap_model_fold {
	struct record_fold fold;
	int64_t first_ns, last_ns;
};

struct tap_model {
	struct record_sink sink;
	struct random random;
	struct wire_hello hello;
	int64_t now_ns, hello_ns, flush_ns;
	double loss;          /* share of edges that get lost */
	double edges_to_loss; /* until the next disturbance; infinite: none comes */
	unsigned losing;      /* edges that it still takes */
	/* The bus. */
	enum usb_speed speed;
	enum wire_lines lines;
	int64_t since_ns, se0_ns;
	bool attached, resetting, suspended, blind, packets;
	/* Gathered for one record. */
	struct record_edge edge[TAP_MODEL_EDGES];
	unsigned edges;
	int64_t edge_ns, edge_last_ns;
	struct tap_model_fold sof, keepalive, nak;
	/* A poll whose answer decides whether it is folded. */
	struct {
		int64_t t_ns;
		enum usb_speed speed;
		struct sim_packet packet;
	} held[TAP_MODEL_HELD];
	unsigned held_count;
};

/* `loss`: the share of edges that get lost, 0 none. The recording begins at 0 with a HELLO. */
void tap_model_init(struct tap_model *t, const struct record_sink *sink, uint64_t seed,
                    double loss);

/* A record_sink's function; `context` is the struct tap_model. */
void tap_model_record(void *context, const struct record *r);

/* Inside: what was gathered of edges becomes a record. */
void tap_model_flush_edges(struct tap_model *t);

/* Nothing more has happened up to `t_ns`. */
void tap_model_until(struct tap_model *t, int64_t t_ns);

#endif
