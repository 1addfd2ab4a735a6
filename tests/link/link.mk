# Taps that are none, as programs, for the tests of commands that listen to taps.
SIM_TAP_OBJ := $(patsubst %.c,$(BUILD)/%.o,tests/unit/sim_tap.c tests/unit/tap_server.c)

$(BUILD)/link/tap_socket: $(BUILD)/tests/link/tap_socket.o $(SIM_TAP_OBJ) $(LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

unit: $(BUILD)/link/tap_socket

$(BUILD)/unit/test_tui_tap: $(SIM_TAP_OBJ)
