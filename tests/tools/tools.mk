# Programs that make the project's own captures.
MAKE_CAPTURES_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(addprefix tests/tools/,make_captures.c scenes.c usbpcap_bytes.c))

$(BUILD)/make_captures: $(MAKE_CAPTURES_OBJ) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

## captures|make tests/captures anew: the same bytes, unless the simulator changed
.PHONY: captures
captures: $(BUILD)/make_captures
	@$(BUILD)/make_captures tests/captures

unit: $(BUILD)/make_captures

## demo|a guided show of what cables can hide; without a terminal as text
.PHONY: demo
demo: deps-build
	@$(MAKE) --no-print-directory KIND=release program
	@build/release/cordon demo

## samples|judge a handful of the captures that the project ships, each with a line that explains it
.PHONY: samples
samples: deps-build
	@$(MAKE) --no-print-directory KIND=release program
	@tests/tools/samples.sh build/release/cordon

## expected|write what analyze says of each shipped capture; read the difference before it is committed
.PHONY: expected
expected: deps-build
	@$(MAKE) --no-print-directory KIND=asan program
	@CORDON_ASAN=$(CURDIR)/build/asan/cordon tests/cli/test_captures.sh --update
