# The host library (libcordon) and the program. A new .c file in a folder below is picked up by itself.
LIB_DIRS := host/usb host/hid host/model host/detect host/capture host/sim host/report host/lib
LIB_SRC := $(CORE_SRC) $(wildcard $(addsuffix /*.c,$(LIB_DIRS)) host/detect/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
# The dashboard stands apart: nothing else needs curses.
TUI_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard host/tui/*.c))
TUI := $(BUILD)/tui.a
TUI_LDLIBS := -lncursesw -ludev
CLI_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard host/cli/*.c))
LIB := $(BUILD)/libcordon.a
LDLIBS += -lxkbcommon -ljansson -lsodium -lm -Wl,--as-needed -lusb-1.0 -lhidapi-hidraw -lpthread

# Its numbers are no NaN and no infinity, and the sign of a zero says nothing: a larger() may be one instruction. Sums
# keep their order, so that every build gives the same ratios.
$(BUILD)/host/detect/typing/%.o: CFLAGS += -ffinite-math-only -fno-signed-zeros -fno-trapping-math -fno-math-errno

## program|build the program: build/release/cordon
.PHONY: program
program: $(BUILD)/cordon

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(TUI): $(TUI_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/cordon: $(CLI_OBJ) $(TUI) $(LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TUI_LDLIBS) $(LDLIBS)

# What the README shows: a verdict as the program gives it.
SAMPLE := tests/captures/omg-plug/capture.pcapng
## picture|draw host/verdict.svg, the README's picture, from a real verdict
.PHONY: picture
picture: program
	@{ echo '$$ cordon analyze --profile bare $(SAMPLE)'; $(BUILD)/cordon analyze --profile bare $(SAMPLE) || test $$? = 20; } | \
		tests/tools/picture.sh 'cordon analyze' >host/verdict.svg

# The library stays inside: its headers are not laid out for others yet.
SHARED := scenarios.json show.json
# udev reads its rules below /usr/local/lib and /usr/lib; with another PREFIX the rule is to be linked there.
INSTALLED := bin/cordon share/man/man1/cordon.1 share/bash-completion/completions/cordon lib/udev/rules.d/70-cordon.rules $(addprefix share/cordon/,$(SHARED))

## install|install the program, its manual and completion (PREFIX, DESTDIR); uninstall takes them away
.PHONY: install uninstall
install: $(BUILD)/cordon
	install -D -m 755 $(BUILD)/cordon "$(DESTDIR)$(PREFIX)/bin/cordon"
	install -D -m 644 host/cli/cordon.1 "$(DESTDIR)$(PREFIX)/share/man/man1/cordon.1"
	for f in $(SHARED); do install -D -m 644 "host/sim/$$f" "$(DESTDIR)$(PREFIX)/share/cordon/$$f" || exit; done
	install -D -m 644 host/cli/cordon.bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/cordon"
	install -D -m 644 host/cli/70-cordon.rules "$(DESTDIR)$(PREFIX)/lib/udev/rules.d/70-cordon.rules"

uninstall:
	for f in $(INSTALLED); do rm -f "$(DESTDIR)$(PREFIX)/$$f"; done
