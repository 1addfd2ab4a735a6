# The kernel tests: a guest with Debian's kernel in QEMU, and a tap over usbredir that runs the firmware's own USB stack.
KERNEL_DIR ?= build/kernel
VTAP_SRC := $(wildcard tests/kernel/*.c) $(addprefix firmware/core/,usb_dev.c usb_desc.c upstream.c command.c wire.c wire_block.c crc.c)
VTAP := $(BUILD)/kernel/vtap
GUEST_PROGRAMS := build/release/cordon $(shell command -v script)

$(VTAP): $(VTAP_SRC:%.c=$(BUILD)/%.o)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lusbredirparser

# The emulated tap: the image itself, behind the same socket.
VEMU := $(BUILD)/kernel/vemu
$(VEMU): $(BUILD)/tests/kernel/vemu/main.o $(BUILD)/tests/kernel/redir.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lusbredirparser

.PHONY: deps-kernel vtap test-kernel
deps-kernel:
	@tests/deps.sh build test kernel firmware emulator

vtap: $(VTAP) $(VEMU)

.PHONY: kernel-guest test-end-to-end
kernel-guest: deps-kernel
	@$(MAKE) --no-print-directory KIND=asan vtap
	@$(MAKE) --no-print-directory KIND=release program firmware tests/emulator/node_modules
	@tests/kernel/guest.sh $(KERNEL_DIR) $(GUEST_PROGRAMS)

## test-kernel|real kernel, usbfs and hidraw in QEMU; the tap is plugged in over usbredir, at an xHCI and a UHCI (CONTROLLERS=xhci: there alone)
test-kernel: kernel-guest
	@CONTROLLERS='$(CONTROLLERS)' tests/kernel/all.sh $(KERNEL_DIR) build/asan/kernel/vtap

## test-end-to-end|a cable's waveform at the pins of the emulated firmware, that on a real kernel's USB, the dashboard on it
test-end-to-end: kernel-guest
	@for c in $(or $(CONTROLLERS),xhci uhci); do tests/kernel/run.sh $(KERNEL_DIR) build/asan/kernel/vtap $$c end-to-end || exit 1; done
