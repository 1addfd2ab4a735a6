# Cordon: the build. `make help` lists the targets. Each folder adds its own in its .mk file.
#
# V is the build's kind: release (default), asan (tests), fuzz (clang, libFuzzer).

VERSION := 0.1.0
KIND ?= release
BUILD := build/$(KIND)
PREFIX ?= /usr/local
CC ?= cc
CLANG ?= clang
AR := gcc-ar

# Layers call each other through pointers and small functions: the linker may see through them.
CFLAGS_release := -O3 -g -flto=auto
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fprofile-instr-generate -fcoverage-mapping
WARNINGS := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings $(if $(WERROR),-Werror)
CPPFLAGS += -I. -Ifirmware -Ihost -D_GNU_SOURCE -DCORDON_VERSION='"$(VERSION)"'
CFLAGS += -std=c11 $(WARNINGS) $(CFLAGS_$(KIND))
ifeq ($(KIND),fuzz)
CC := $(CLANG)
# A table's row may leave out what is zero, and hold a text of several lines.
WARNINGS += -Wno-missing-field-initializers -Wno-string-concatenation
endif

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' '$1' '$2')

.PHONY: all
all: program

include firmware/firmware.mk host/host.mk tests/tests.mk
-include hw/hw.mk

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY:

.PHONY: clean help
clean:
	rm -rf build

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | sort | column -t -s '|'

-include $(shell test -d build && find build -name '*.d')
