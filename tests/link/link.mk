# Taps that are none, as programs, for the tests of commands that listen to taps.
SIM_TAP_OBJ := $(patsubst %.c,$(BUILD)/%.o,tests/unit/sim_tap.c tests/unit/socket_tap.c tests/unit/tap_server.c)

$(BUILD)/link/tap_socket: $(BUILD)/tests/link/tap_socket.o $(SIM_TAP_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/link/tap_numbers: $(BUILD)/tests/link/tap_numbers.o $(SIM_TAP_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# No sanitizer in what umockdev is preloaded into: both want to be the first.
UMOCKDEV = $(shell pkg-config --cflags umockdev-1.0 2>/dev/null)
$(BUILD)/tests/link/umock_tap.o $(BUILD)/tests/link/umock_describe.o: CPPFLAGS += $(UMOCKDEV)
$(BUILD)/link/umock_tap: $(BUILD)/tests/link/umock_tap.o $(BUILD)/tests/link/umock_describe.o $(SIM_TAP_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell pkg-config --libs umockdev-1.0)

unit: $(BUILD)/link/tap_socket $(BUILD)/link/tap_numbers

$(BUILD)/unit/test_tui_tap: $(SIM_TAP_OBJ)
