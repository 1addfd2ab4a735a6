# Measurements: ratios of CPU time in one run, memory, start-up. Nothing here passes or fails on a time.
BENCH_TOOLS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard $(addprefix tests/bench/,gen_capture.c measure.c walk.c)))

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## bench|measure CPU time against tshark, capinfos and a bare walk, memory, start-up; BENCH_100M=1 adds 100 M packets (=only: those alone)
.PHONY: bench
bench: deps-test
	@$(MAKE) --no-print-directory KIND=release program $(patsubst $(BUILD)/%,build/release/%,$(BENCH_TOOLS))
	@tests/bench/bench.sh build/release

TYPING_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/*typing*.c tests/unit/typing_*.c))
$(BUILD)/bench/bench_typing: CPPFLAGS += -Itests/unit -Itests/bench
$(BUILD)/bench/bench_typing: $(TYPING_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## bench-typing|people and generators through the typing test: keys to alarm, alarms on people, ROC, ablation
.PHONY: bench-typing
bench-typing: deps-build
	@$(MAKE) --no-print-directory KIND=release build/release/bench/bench_typing
	@build/release/bench/bench_typing

SENSORS_OBJ := $(patsubst %.c,$(BUILD)/%.o,tests/bench/bench_sensors.c tests/bench/sensor_worlds.c $(wildcard tests/unit/sensor_*.c) tests/unit/model_build.c)
$(BUILD)/bench/bench_sensors: CPPFLAGS += -Itests/unit -Itests/bench
$(BUILD)/bench/bench_sensors: $(SENSORS_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

## bench-sensors|rules on sensors: false alarms claimed and measured over thousands of runs, cables found with bursts missing and added
.PHONY: bench-sensors
bench-sensors: deps-test
	@$(MAKE) --no-print-directory KIND=release build/release/bench/bench_sensors
	@build/release/bench/bench_sensors 2000 40

LIVE_OBJ := $(patsubst %.c,$(BUILD)/%.o,tests/bench/bench_live.c tests/bench/on_terminal.c tests/unit/sim_tap.c tests/unit/socket_tap.c)
$(BUILD)/bench/bench_live: CPPFLAGS += -Itests/unit
$(BUILD)/bench/bench_live: $(LIVE_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lutil

## bench-live|the dashboard: from bytes to the alert on its terminal, processor time beside htop, memory over an hour of replay
.PHONY: bench-live
bench-live:
	@tests/deps.sh build bench
	@$(MAKE) --no-print-directory KIND=release program build/release/bench/bench_live build/release/bench/gen_capture
	@tests/bench/live.sh build/release
