# firmware/core has no registers in it: it is compiled for the chip, for the host and for the tests alike.
CORE_SRC := $(wildcard firmware/core/*.c)

FW := build/firmware
FW_CC := arm-none-eabi-gcc
FW_SRC := $(wildcard firmware/*.c firmware/rp2040/*.c) $(CORE_SRC)
FW_OBJ := $(FW_SRC:%.c=$(FW)/%.o) $(FW)/firmware/rp2040/boot2.o
# The whole program at once: what is called for each packet loses its frames, 5 % of the core.
# Without the two passes that reorder a loop's steps until eight registers do not hold it, those that share what eight registers do not hold
# either, and copies of functions whose arguments are known: where a structure is at hand in a register, its fields take half as long. 6 %.
FW_CFLAGS := -std=c11 -mcpu=cortex-m0plus -mthumb -masm-syntax-unified -ffreestanding -flto -flto-partition=one -O2 -fno-tree-reassoc -fno-schedule-insns2 -fno-gcse -fno-ipa-cp -g -ffunction-sections -fdata-sections $(WARNINGS)
FW_LDFLAGS := -nostdlib -Wl,--gc-sections -Wl,-T,firmware/rp2040/cordon.ld -Wl,-z,max-page-size=4 -Wl,--no-warn-rwx-segments

## firmware|build the tap's image: build/firmware/cordon.elf, .bin, .uf2
.PHONY: firmware deps-firmware
firmware: deps-firmware
	@$(MAKE) --no-print-directory $(FW)/cordon.uf2
	@firmware/tool/ledger.sh firmware/README.md $(FW)/cordon.elf

deps-firmware:
	@tests/deps.sh build firmware

# What was built with other flags is built anew.
$(FW)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FW_CC) $(FW_CFLAGS) $(FW_LDFLAGS)' | cmp -s - $@ || echo '$(FW_CC) $(FW_CFLAGS) $(FW_LDFLAGS)' >$@
FORCE:
.PHONY: FORCE
$(FW_OBJ) $(FW)/cordon.elf: $(FW)/flags

$(FW)/%.o: %.c
	$(call say,FWCC,$<)
	@mkdir -p $(@D)
	$(Q)$(FW_CC) -I. -Ifirmware $(FW_CFLAGS) -MMD -MP -c -o $@ $<

$(FW)/%.o: %.S
	$(call say,FWAS,$<)
	@mkdir -p $(@D)
	$(Q)$(FW_CC) $(FW_CFLAGS) -MMD -MP -c -o $@ $<

# Left to itself the compiler makes a call to memset out of memset's own loop; and it calls what it must not drop before.
$(FW)/firmware/rp2040/memory.o: FW_CFLAGS += -fno-tree-loop-distribute-patterns -fno-lto

$(FW)/cordon.elf: $(FW_OBJ) firmware/rp2040/cordon.ld
	$(call say,FWLD,$@)
	$(Q)$(FW_CC) $(FW_CFLAGS) $(FW_LDFLAGS) -o $@ $(FW_OBJ) -lgcc

$(FW)/image: firmware/tool/image.c firmware/board.h firmware/core/bytes.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O1 $(WARNINGS) -o $@ $<

$(FW)/cordon.uf2: $(FW)/cordon.elf $(FW)/image
	$(Q)$(FW)/image $< $(FW)/cordon.bin $@

# The listener's tests play waveforms through a model of the state machines.
WAVE_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/wave/*.c))
$(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_fw_line*.c tests/unit/test_fw_reporter*.c tests/unit/test_sim_waveform.c)): $(WAVE_OBJ)

$(BUILD)/line_figures: $(BUILD)/tests/bench/line_figures.o $(WAVE_OBJ) $(BUILD)/libcordon.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libcordon.a -lm

## line-figures|print how much clock error, jitter and skew the listener bears
.PHONY: line-figures
line-figures: $(BUILD)/line_figures
	@$(BUILD)/line_figures

$(BUILD)/wave: $(BUILD)/tests/emulator/wave.o $(WAVE_OBJ) $(BUILD)/libcordon.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libcordon.a -lm

tests/emulator/node_modules: tests/emulator/package-lock.json
	@command -v npm >/dev/null || tests/deps.sh emulator
	$(Q)cd tests/emulator && npm ci --no-audit --no-fund --silent
	@touch $@

## test-emulator|run the tap's image on an emulated RP2040 (CASES="boot bulk": only these)
.PHONY: test-emulator
test-emulator: firmware program tests/emulator/node_modules $(BUILD)/wave
	@CORDON=$(BUILD)/cordon node tests/emulator/run.mjs $(FW)/cordon.bin $(BUILD)/wave $(CASES)
