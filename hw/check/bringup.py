"""Runs hw/bringup.py on a model of the Pico's pins and of the expander: each step must do its part and end safe.

usage: bringup.py HW
In: hw/bringup.py, and the tables of hw/README.md. Out: a line a fault, exit 1 if any. Leaves the electrical truth to a board.
"""
import contextlib
import io
import re
import sys
import time
import types
from pathlib import Path

HW = Path(sys.argv[1])
README = (HW / "README.md").read_text()
LAST_STEP = 16
REACHED_BY_PROMPT = range(5, LAST_STEP + 1)  # the steps before need no Pico that runs
# Levels that leave a tap safe; the rest must be let go.
SAFE = {"BUS_OE_N": 1, "BUS_SEL": 0, "VBUS_EN": 0, "OV_RESET": 0, "RANGE_BYPASS": 1, "DC_PATH_EN": 0}
# What a step must have driven to deserve its name.
DRIVES = {
    7: {"VBUS_EN": 1},
    8: {"VBUS_EN": 1, "RANGE_BYPASS": 0},
    9: {"VBUS_EN": 1, "RANGE_BYPASS": 0},
    11: {"BUS_SEL": 1, "BUS_OE_N": 0, "PROBE_DP": 1, "PROBE_DM": 1},
    13: {"BUS_SEL": 1, "BUS_OE_N": 0, "PROBE_DP": 0, "PROBE_DM": 0, "DC_PATH_EN": 1, "VBUS_EN": 1},
    14: {"VBUS_EN": 1},
    16: {"VBUS_EN": 1, "BUS_OE_N": 0},
}
faults = []


class Pin:
    IN, OUT = "in", "out"
    driven = {}  # pin -> level
    seen = set()  # pins driven since the last look
    asked = 0

    def __init__(self, number, mode=None, value=None):
        self.number = number
        if mode == self.OUT:
            Pin.driven[number] = value
            Pin.seen.add((number, value))
        elif mode == self.IN:
            Pin.driven.pop(number, None)

    def value(self):
        # an input that answers differently from time to time, so that waits end
        Pin.asked += 1
        return Pin.asked // 3 % 2


class ADC:
    def __init__(self, pin):
        self.pin = pin

    def read_u16(self):
        return 20000


class PWM:
    def __init__(self, pin):
        self.pin = pin

    def freq(self, hertz):
        pass

    def duty_u16(self, duty):
        pass

    def deinit(self):
        pass


class I2C:
    registers = [0xFF] * 8

    def __init__(self, number, sda, scl, freq):
        pass

    def scan(self):
        return [0x20]

    def writeto_mem(self, address, register, data):
        I2C.registers[register : register + len(data)] = data


def load():
    machine = types.ModuleType("machine")
    machine.Pin, machine.ADC, machine.PWM, machine.I2C = Pin, ADC, PWM, I2C
    sys.modules["machine"] = machine
    time.sleep = time.sleep_ms = lambda span: None
    step = types.ModuleType("bringup")
    exec(compile((HW / "bringup.py").read_text(), "bringup.py", "exec"), step.__dict__)
    return step


def tables(b):
    pins = {s: int(g) for g, s in re.findall(r"^\| GP(\d+) \| `(\w+)` \|", README, re.M)}
    for name in sorted(set(pins) | set(b.PINS)):
        if pins.get(name) != b.PINS.get(name):
            faults.append(f"{name} is GP{b.PINS.get(name)} in bringup.py, GP{pins.get(name)} in the table")
    cells = re.findall(r"\| P([01])([0-7]) \| (LED \w+|\w+)", README)
    expander = {n.upper().replace(" ", "_"): 8 * int(port) + int(bit) for port, bit, n in cells}
    for name in sorted(set(expander) | set(b.EXPANDER)):
        if expander.get(name) != b.EXPANDER.get(name):
            faults.append(f"{name} is bit {b.EXPANDER.get(name)} in bringup.py, {expander.get(name)} in the table")


def unsafe(b):
    names = {number: name for name, number in b.PINS.items()}
    held = {names[number]: level for number, level in Pin.driven.items()}
    wrong = [f"{n} {held.get(n)}" for n, level in SAFE.items() if held.get(n) != level]
    wrong += [n for n in ("PROBE_DP", "PROBE_DM", "PD_DP", "PD_DM", "TAP_DP", "TAP_DM") if n in held]
    wrong += [n for n, bit in b.EXPANDER.items() if not I2C.registers[6 + bit // 8] >> bit % 8 & 1]
    return wrong


def main():
    b = load()
    tables(b)
    for number in REACHED_BY_PROMPT:
        run = getattr(b, f"step{number}", None)
        if not run or f"`step{number}()`" not in README:
            faults.append(f"step {number} is missing in bringup.py or in the sheet")
            continue
        Pin.seen.clear()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                run()
        except Exception as e:  # whatever a step raises is a fault of that step
            faults.append(f"step {number}: {e!r}")
        idle = [n for n, level in DRIVES.get(number, {}).items() if (b.PINS[n], level) not in Pin.seen]
        if idle:
            faults.append(f"step {number} does not drive {', '.join(idle)}")
        if wrong := unsafe(b):
            faults.append(f"step {number} leaves {', '.join(wrong)}")
    for f in faults:
        print("FAULT bring-up:", f)
    print(f"bring-up: {len(REACHED_BY_PROMPT)} steps run, {len(b.PINS)} pins and {len(b.EXPANDER)} of the expander compared")
    sys.exit(bool(faults))


main()
