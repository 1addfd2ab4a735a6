# The kernel tests: a guest with Debian's kernel in QEMU, and a tap over usbredir that runs the firmware's own USB stack.
KERNEL_DIR := build/kernel
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
	@tests/deps.sh build test kernel firmware

vtap: $(VTAP) $(VEMU)

## test-kernel|real kernel, usbfs and hidraw in QEMU; the tap is plugged in over usbredir, at an xHCI and a UHCI
test-kernel: deps-kernel
	@$(MAKE) --no-print-directory KIND=asan vtap
	@$(MAKE) --no-print-directory program firmware tests/emulator/node_modules build/release/wave
	@tests/kernel/guest.sh $(KERNEL_DIR) $(GUEST_PROGRAMS)
	@tests/kernel/all.sh $(KERNEL_DIR) build/asan/kernel/vtap
