# Fuzzers: each tests/fuzz/fuzz_NAME.c is a libFuzzer target; tests/fuzz/seed_NAME.c, where there is one, writes its seeds
# into the directory that it is given. A target may plant a bug of its own under CORDON_PLANTED_BUG, for fuzz-proof.
FUZZ_SECONDS ?= 60
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
SEED_NAMES := $(patsubst tests/fuzz/seed_%.c,%,$(wildcard tests/fuzz/seed_*.c))
FUZZ_BIN := $(addprefix $(BUILD)/fuzz/fuzz_,$(FUZZ_NAMES)) $(addprefix $(BUILD)/fuzz/seed_,$(SEED_NAMES))
CPPFLAGS += $(if $(filter fuzz,$(KIND)),-DCAPTURE_WINDOW=4096)
FUZZ_LINK := $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer

$(BUILD)/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/fuzz/seed_%: $(BUILD)/tests/fuzz/seed_%.o $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/fuzz/planted_%: tests/fuzz/fuzz_%.c $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -DCORDON_PLANTED_BUG $(FUZZ_LINK) -o $@ $^ $(LDLIBS)

.PHONY: deps-fuzz fuzz fuzz-short fuzz-proof fuzzers
deps-fuzz:
	@tests/deps.sh build fuzz

fuzzers: $(FUZZ_BIN)

## fuzz|run every fuzzer for FUZZ_SECONDS (60), print runs, edges and line coverage
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory KIND=fuzz fuzzers
	@tests/fuzz.sh run build/fuzz $(FUZZ_SECONDS)

# So many runs from one seed that a slower machine does the same work, and finds the same.
fuzz-short:
	@FUZZ_RUNS=400 $(MAKE) --no-print-directory FUZZ_SECONDS=60 fuzz

## fuzz-proof|show that the fuzzers find the bugs planted for them
fuzz-proof: deps-fuzz
	@$(MAKE) --no-print-directory KIND=fuzz fuzzers \
		$(patsubst tests/fuzz/fuzz_%.c,build/fuzz/fuzz/planted_%,$(shell grep -l CORDON_PLANTED_BUG tests/fuzz/fuzz_*.c))
	@tests/fuzz.sh proof build/fuzz $(FUZZ_SECONDS)

# The receiver against a slow one.
$(BUILD)/fuzz/fuzz_receiver $(BUILD)/fuzz/planted_receiver: $(BUILD)/tests/fuzz/reference_rx.o
$(BUILD)/fuzz/fuzz_screens $(BUILD)/fuzz/fuzz_fields: $(TUI)
$(BUILD)/fuzz/fuzz_screens $(BUILD)/fuzz/fuzz_fields: LDLIBS := $(TUI) $(LIB) $(LDLIBS)
