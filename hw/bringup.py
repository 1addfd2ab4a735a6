"""Bring-up of the tap without Cordon's firmware: MicroPython on the Pico, one function for each step of the sheet in README.md.

In: lines typed at MicroPython's prompt, after `from bringup import *`. Out: readings, to be held against the sheet.
Each step ends with everything safe again. Unbuilt, unmeasured: hw/check/bringup.py runs all of it on a model of the pins.
"""
import time

from machine import ADC, I2C, PWM, Pin

PINS = {
    "TAP_DP": 0,
    "TAP_DM": 1,
    "PROBE_DP": 2,
    "PROBE_DM": 3,
    "I2C0_SDA": 4,
    "I2C0_SCL": 5,
    "BUS_SEL": 6,
    "BUS_OE_N": 7,
    "VBUS_EN": 8,
    "VBUS_FAULT_N": 9,
    "OV_TRIP_N": 10,
    "OV_RESET": 11,
    "RANGE_BYPASS": 12,
    "RANGE_TRIP": 13,
    "PD_DP": 14,
    "PD_DM": 15,
    "MUX_A": 16,
    "MUX_B": 17,
    "MUX_C": 18,
    "BUZZER": 19,
    "BUTTON_N": 20,
    "EXPANDER_INT_N": 21,
    "DC_PATH_EN": 22,
    "ADC_CURRENT": 26,
    "ADC_RADIO": 27,
    "ADC_MUX": 28,
}
# bit of the expander, P00 to P17
EXPANDER = {
    "LED_GREEN": 0,
    "LED_AMBER": 1,
    "LED_RED": 2,
    "FAR_PU_DP": 3,
    "FAR_PU_DM": 4,
    "FAR_RD_CC1": 5,
    "FAR_RD_CC2": 6,
    "FAR_LOAD": 7,
    "RP_CC1": 8,
    "RP_CC2": 9,
    "VCONN_CC1": 10,
    "VCONN_CC2": 11,
    "VBUS_SRC": 12,
    "VBUS_DISCH": 13,
    "RADIO_PD": 14,
    "NEAR_RD": 15,
}
SAFE = {"BUS_OE_N": 1, "BUS_SEL": 0, "VBUS_EN": 0, "OV_RESET": 0, "RANGE_BYPASS": 1, "DC_PATH_EN": 0, "BUZZER": 0}
FREE = ("PROBE_DP", "PROBE_DM", "PD_DP", "PD_DM", "TAP_DP", "TAP_DM")
ADDRESS, OUTPUTS, DIRECTIONS = 0x20, 2, 6
IREF_V, MA_V_PER_A, UA_V_PER_A = 0.252, 5.0, 250.0
SOURCE_A, LOAD_A, GAIN = 0.020, 0.050, 25.0
POWER_UP_MS = 600  # U103 holds the latches that long

i2c = I2C(0, sda=Pin(PINS["I2C0_SDA"]), scl=Pin(PINS["I2C0_SCL"]), freq=100_000)
outputs, directions = 0, 0xFFFF


def pin(name, level=None):
    """drives a pin, or lets it go"""
    if level is None:
        return Pin(PINS[name], Pin.IN)
    return Pin(PINS[name], Pin.OUT, value=level)


def read(name):
    return Pin(PINS[name], Pin.IN).value()


def expand(name, level=None):
    """drives a pin of the expander, or lets it go"""
    global outputs, directions
    bit = 1 << EXPANDER[name]
    directions = directions | bit if level is None else directions & ~bit
    outputs = outputs | bit if level else outputs & ~bit
    for register, value in ((OUTPUTS, outputs), (DIRECTIONS, directions)):
        i2c.writeto_mem(ADDRESS, register, bytes((value & 0xFF, value >> 8)))


def volts(name, times=256):
    adc = ADC(Pin(PINS[name]))
    return sum(adc.read_u16() for _ in range(times)) * 3.3 / 65535 / times


def channel(number, wait_ms=20):
    for i, name in enumerate(("MUX_A", "MUX_B", "MUX_C")):
        pin(name, number >> i & 1)
    time.sleep_ms(wait_ms)
    return volts("ADC_MUX")


def safe():
    for name, level in SAFE.items():
        pin(name, level)
    for name in FREE:
        pin(name)
    if ADDRESS in i2c.scan():
        for name in EXPANDER:
            expand(name)


def pulse(name, rest):
    pin(name, 1 - rest)
    time.sleep_ms(1)
    pin(name, rest)


def vbus(on=1):
    """clears the overvoltage latch and switches VBUS, in the milliampere range"""
    pulse("OV_RESET", 0)
    pin("RANGE_BYPASS", 1)
    pin("VBUS_EN", on)
    time.sleep_ms(100)
    if not read("OV_TRIP_N"):
        print("OV_TRIP_N is 0: VBUS stays off")


def micro(on=1):
    """microampere range; its latch is cleared by the rising edge before"""
    pulse("RANGE_BYPASS", 1)
    pin("RANGE_BYPASS", 1 - on)
    time.sleep_ms(10)


def step(do):
    """a step that ends safe, also on Ctrl-C"""

    def run(*arguments):
        safe()
        time.sleep_ms(POWER_UP_MS)
        try:
            do(*arguments)
        except KeyboardInterrupt:
            pass
        finally:
            safe()

    return run


def watch(name, level, seconds, show=lambda: None):
    for _ in range(seconds * 20):
        show()
        if read(name) == level:
            print(name, "is", level)
            return True
        time.sleep_ms(50)
    print(name, "never was", level)
    return False


@step
def step5(seconds=60):
    print("everything is safe: measure")
    time.sleep(seconds)


@step
def step6():
    print("expander at", [hex(a) for a in i2c.scan()])
    for name in ("LED_GREEN", "LED_AMBER", "LED_RED"):
        print(name)
        expand(name, 0)
        time.sleep(1)
        expand(name)
    tone = PWM(Pin(PINS["BUZZER"]))
    tone.freq(4000)
    tone.duty_u16(32768)
    time.sleep_ms(300)
    tone.deinit()
    print("press the button")
    watch("BUTTON_N", 0, 10)


@step
def step7(seconds=30):
    vbus()
    pulse("RANGE_BYPASS", 1)
    print("VBUS", 2 * channel(0), "RANGE_TRIP", read("RANGE_TRIP"), "VBUS_FAULT_N", read("VBUS_FAULT_N"))
    time.sleep(seconds)


@step
def step8(seconds=10):
    vbus()
    for name, on, slope in (("bypassed", 0, MA_V_PER_A), ("not bypassed", 1, UA_V_PER_A)):
        micro(on)
        v = volts("ADC_CURRENT")
        print(name, v, "V,", (v - IREF_V) / slope * 1000, "mA")
        time.sleep(seconds)


@step
def step9():
    vbus()
    micro()
    print("RANGE_TRIP", read("RANGE_TRIP"), "- now the 4.7 ohm, for a second")
    if watch("RANGE_TRIP", 1, 20):
        print((volts("ADC_CURRENT", 16) - IREF_V) / MA_V_PER_A * 1000, "mA")
        watch("VBUS_FAULT_N", 0, 1)


@step
def step10(seconds=60):
    watch("OV_TRIP_N", 0, seconds, lambda: print("VBUS_SW", 2 * channel(0, 1)))


@step
def step11(seconds=10):
    pin("BUS_SEL", 1)
    pin("BUS_OE_N", 0)
    for high in (1, 0):
        pin("PROBE_DP", high)
        pin("PROBE_DM", 1 - high)
        time.sleep_ms(1)
        print("PROBE_DP", high, "TAP_DP", read("TAP_DP"), "TAP_DM", read("TAP_DM"))
        time.sleep(seconds)


@step
def step12(seconds=60):
    watch("OV_TRIP_N", 0, seconds)


@step
def step13():
    pin("BUS_SEL", 1)
    pin("BUS_OE_N", 0)
    for number, name in enumerate(("PROBE_DP", "PROBE_DM")):
        pin(name, 0)
        wire(number, name, SOURCE_A)
        pin(name)
    expand("VBUS_DISCH", 1)
    wire(2, "VBUS", SOURCE_A)
    expand("VBUS_DISCH", 0)
    pin("BUS_OE_N", 1)
    vbus()
    expand("FAR_LOAD", 1)
    far = 2 * channel(3)
    if far < 4:
        print("ground: no VBUS at FAR, so no current to measure it with:", far, "V")
    else:
        wire(3, "ground", LOAD_A)


def wire(number, name, ampere):
    pin("DC_PATH_EN", 1)
    v = channel(number)
    pin("DC_PATH_EN", 0)
    print(name, v / GAIN / ampere, "ohm" if v < 3.2 else "ohm or more: open")


@step
def step14():
    vbus()
    for name in ("RP_CC1", "RP_CC2"):
        expand(name, 1)
    for name in ("FAR_RD_CC1", "FAR_RD_CC2"):
        expand(name, 0)
    print("CC1", 2 * channel(1), "CC2", 2 * channel(2), "FAR CC1", 2 * channel(5), "FAR CC2", 2 * channel(6))


@step
def step15(seconds=30):
    expand("RADIO_PD", 0)
    for _ in range(seconds * 5):
        print("near", volts("ADC_RADIO", 64), "far", channel(4, 1))
        time.sleep_ms(200)


@step
def step16(seconds=120):
    expand("VBUS_SRC", 1)
    vbus()
    pin("BUS_SEL", 0)
    pin("BUS_OE_N", 0)
    print("NEAR is on HOST, VBUS from HOST", 2 * channel(7))
    time.sleep(seconds)


safe()
