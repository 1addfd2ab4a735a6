-include tests/tools/tools.mk tests/bench/bench.mk tests/link/link.mk

# Tests: each tests/unit/test_*.c is a cmocka program, each tests/cli/test_*.sh a script that prints TAP.
include tests/kernel/kernel.mk
include tests/fuzz.mk
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
UNIT_HELP_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(wildcard tests/unit/test_*.c),$(wildcard tests/unit/*.c)))

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(UNIT_HELP_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) $(LDLIBS) -lcmocka

$(BUILD)/unit/test_waiter: $(BUILD)/host/cli/waiter.o $(BUILD)/host/cli/clock.o

# Tests of the dashboard: on a virtual terminal, whose driver stands in tests/screens.
SCREENS_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/screens/*.c))
SCREENS_OBJ += $(BUILD)/host/cli/sim_link.o
$(BUILD)/unit/test_tui_unread: $(BUILD)/tests/unit/sim_tap.o $(BUILD)/tests/unit/socket_tap.o
$(BUILD)/unit/test_tui_%: $(BUILD)/tests/unit/test_tui_%.o $(SCREENS_OBJ) $(TUI) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(TUI) $(LIB) $(TUI_LDLIBS) $(LDLIBS) -lvterm -lutil -lcmocka

.PHONY: deps-build deps-test test unit layers format-check
deps-build:
	@tests/deps.sh build
deps-test:
	@tests/deps.sh build test

unit: $(UNIT_BIN)

## test|install what is missing, build with sanitizers, run every test
test: deps-test
	@$(MAKE) --no-print-directory layers
	@$(MAKE) --no-print-directory KIND=release program
	@$(MAKE) --no-print-directory KIND=asan unit program
	@tests/run.sh build/asan build/release

## layers|check that no file includes a header from a layer above its own
layers:
	@tests/layers.sh

## format-check|check the C sources against .clang-format
format-check:
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror

TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(wildcard tests/tools/*.c))
$(BUILD)/tools/%: $(BUILD)/tests/tools/%.o $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## corpus|judge the captures of ../shared/corpus and compare with their labels and with tshark
.PHONY: corpus
corpus: deps-test program $(BUILD)/tools/inspect
	@tests/corpus/run.sh $(BUILD)/cordon $(BUILD)/tools/inspect

# Seeds of each scenario, hours of benign ones in all, seeds more of each malicious one with another load at the far end.
SEEDS ?= 20
BENIGN_HOURS ?= 10
LOAD_SEEDS ?= 5
PAIR_SEEDS ?= 5
KEYED_SEEDS ?= 10
## scorecard|play every scenario with SEEDS (20) seeds, benign ones BENIGN_HOURS (10) in all, and judge them
.PHONY: scorecard
scorecard: deps-test
	@$(MAKE) --no-print-directory KIND=release program
	@tests/scorecard/run.sh build/release/cordon $(SEEDS) $(BENIGN_HOURS) $(LOAD_SEEDS); scored=$$?; \
		sh tests/scorecard/beside.sh build/release/cordon $(PAIR_SEEDS) $(KEYED_SEEDS) && exit $$scored

## screens|draw the dashboard's screens as pictures into build/screens, for people to look at
.PHONY: screens
screens: deps-test $(BUILD)/unit/test_tui_screens $(BUILD)/unit/test_tui_sim $(BUILD)/unit/test_tui_inputs
	@mkdir -p build/screens
	@for t in screens sim inputs; do SCREENS_SVG=build/screens $(BUILD)/unit/test_tui_$$t >/dev/null; done
	@for f in build/screens/*.svg; do rsvg-convert "$$f" -o "$${f%.svg}.png" && rm "$$f"; done
	@ls build/screens/*.png
