"""Checks of the netlist: pin map, expander, parts list, pads against pins, pins against the datasheets' record, capacity.

usage: design.py NETLIST HW BOARD_H
In: the exported netlist, hw/README.md, firmware/board.h, hw/lib. Out: a line a fault, exit 1 if any.
Leaves ERC to KiCad, and the copper to board.py.
"""
import csv
import re
import sys
from pathlib import Path

import sexp

HW = Path(sys.argv[2])
BOARD_H = Path(sys.argv[3])
net = sexp.load(sys.argv[1])
faults = []


def fault(text):
    faults.append(text)


# Active parts need a second source, or the statement that there is none.
ACTIVE = re.compile(r"^(U|Q|D)\d+$")
NO_PART = {"TestPoint", "Hole"}
# Nets that hw/README.md's bring-up sheet asks a reader to measure.
TEST_POINTS = """+5V +3V3 +3V3A GND VBUS_SW VBUS_OUT NEAR_VBUS HOST_VBUS TAP_DP TAP_DM
ADC_CURRENT ADC_RADIO ADC_MUX IREF OV_TRIP_N RANGE_TRIP TH_VBUS""".split()

components = {}
for c in sexp.every(sexp.first(net, "components"), "comp"):
    fields = sexp.every(sexp.first(c, "fields") or [], "field")
    components[sexp.value(c, "ref")] = {
        "symbol": sexp.value(sexp.first(c, "libsource"), "part"),
        "footprint": sexp.value(c, "footprint", ""),
        "value": sexp.value(c, "value", ""),
        "fields": {sexp.value(f, "name"): f[2] if len(f) > 2 else "" for f in fields},
    }
nets, net_of = {}, {}
for n in sexp.every(sexp.first(net, "nets"), "net"):
    name = sexp.value(n, "name").split("/")[-1]
    for node in sexp.every(n, "node"):
        key = (sexp.value(node, "ref"), sexp.value(node, "pin"))
        nets.setdefault(name, set()).add(key)
        net_of[key] = (name, sexp.value(node, "pinfunction", ""))


def pin_map():
    """netlist, table of hw/README.md and firmware/board.h must say the same of every GPIO"""
    board = {}
    for (ref, _), (name, function) in net_of.items():
        gp = re.match(r"GP(\d+)", function)
        if ref == "U101" and gp and not name.startswith("unconnected"):
            board[int(gp[1])] = name
    readme = (HW / "README.md").read_text()
    table = {int(g): s for g, s in re.findall(r"^\| GP(\d+) \| `(\w+)` \|", readme, re.M)}
    maps = {"netlist": board, "hw/README.md": table}
    if BOARD_H.exists():
        code = BOARD_H.read_text()
        named = re.findall(r"\bBOARD_PIN_(\w+)\s*=\s*(\d+)", code)
        maps["firmware/board.h"] = {int(gp): signal for signal, gp in named}
    else:
        print("pins: firmware/board.h is not there, compared with the table alone")
    for where, m in maps.items():
        if len(m) < 26:
            fault(f"pins: {where} names {len(m)} of 26 pins")
        for gp in sorted(set(m) | set(table)):
            if m.get(gp) != table.get(gp):
                fault(f"pins: GP{gp} is {m.get(gp)} in {where}, {table.get(gp)} in the table")
    print(f"pins: {len(board)} on the board, compared in {len(maps)} places")


def expander():
    """table of hw/README.md and netlist must say the same of every pin of the expander but the LEDs'"""
    readme = (HW / "README.md").read_text()
    table = dict(re.findall(r"\| (P[01][0-7]) \| (LED|\w+)", readme))
    board = {function: name for (ref, _), (name, function) in net_of.items() if ref == "U102"}
    for i in range(16):
        pin = f"P{i // 8}{i % 8}"
        named = table.get(pin)
        if named != ("LED" if "D10" in board[pin] else board[pin]):
            fault(f"expander: {pin} is {board[pin]} in the netlist, {named} in the table")
    print(f"expander: {len(table)} pins")


def farads(value):
    number = re.match(r"([\d.]+)([pnu])$", value)
    return float(number[1]) * {"p": 1e-12, "n": 1e-9, "u": 1e-6}[number[2]] if number else 0.0


def capacity():
    """a plug may bring 10 uF to the port that feeds it (USB 2.0 §7.2.4.1); the Pico's own stand behind its diode"""
    for name in ("+5V", "HOST_VBUS"):
        refs = {ref for ref, _ in nets[name] if re.match(r"C\d", ref)}
        total = sum(farads(components[ref]["value"]) for ref in refs)
        if total > 10e-6:
            fault(f"capacity: {name} has {total * 1e6:.1f} uF, allowed are 10")
        print(f"capacity: {name} {total * 1e6:.1f} uF")


def parts():
    """every part can be ordered"""
    for ref, c in sorted(components.items()):
        if c["symbol"] in NO_PART:
            continue
        f = c["fields"]
        for field in ("MPN", "Manufacturer"):
            if not f.get(field):
                fault(f"parts: {ref} has no {field}")
        if ACTIVE.match(ref) and not f.get("Alternative"):
            fault(f"parts: {ref} has no Alternative")
        if not c["footprint"].startswith("cordon:"):
            fault(f"parts: {ref} has footprint '{c['footprint']}', not one of hw/lib")
    print(f"parts: {len(components)} looked at")


def pads():
    """the pads of a footprint are the pins of its symbol"""
    symbols = {}
    for s in sexp.every(sexp.load(HW / "lib/cordon.kicad_sym"), "symbol"):
        pins = [p for unit in sexp.every(s, "symbol") for p in sexp.every(unit, "pin")]
        symbols[s[1]] = {sexp.value(p, "number"): sexp.value(p, "name") for p in pins}
    for ref, c in sorted(components.items()):
        path = HW / "lib/cordon.pretty" / (c["footprint"].split(":")[-1] + ".kicad_mod")
        if not path.exists():
            fault(f"pads: {ref}: no footprint {path.name}")
            continue
        have = {p[1] for p in sexp.every(sexp.load(path), "pad") if p[1]}
        want = set(symbols[c["symbol"]])
        if have != want:
            odd = f"pads {sorted(have - want)} without pin, pins {sorted(want - have)} without pad"
            fault(f"pads: {ref} ({path.stem}): {odd}")
    record = {}
    with open(HW / "lib/pins.tsv", encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            record.setdefault(row["symbol"], {})[row["pin"]] = row["name"]
            if not row["datasheet"] or not row["compared with"]:
                fault(f"pads: {row['symbol']} pin {row['pin']} stands on no datasheet in lib/pins.tsv")
    for name, pins in sorted(symbols.items()):
        if len(pins) > 2 and pins != record.get(name):
            fault(f"pads: symbol {name} differs from lib/pins.tsv, the record of its datasheet")
    print(f"pads: {len(components)} parts, {len(record)} symbols against the record")


def connections():
    """what a swapped pair or a forgotten connection would break although ERC is content"""
    must = {
        "NEAR_DP": "J201.3 J202.A6 J202.B6 D201.1 D201.10 R201.1 U301.3",
        "NEAR_DM": "J201.2 J202.A7 J202.B7 D201.2 D201.9 R202.1 U301.4",
        "HOST_DP": "J203.A6 J203.B6 U301.7",
        "HOST_DM": "J203.A7 J203.B7 U301.6",
        "FAR_DP": "J204.A6 J204.B6 J205.3 J206.3",
        "FAR_DM": "J204.A7 J204.B7 J205.2 J206.2",
        "VBUS_SW": "U401.6 U402.6 R406.1 U405.3 D401.1",
        "VBUS_MID": "R406.2 U405.4 R407.1 U406.4 Q402.2",
        "VBUS_OUT": "R407.2 U406.5 Q402.3",
        "OV_TRIP": "U505.5 U302.2",
        "OV_TRIP_N": "U505.3 U403.2",
        "POR_N": "U103.2 U408.6 U505.6",
        "FAR_GND": "J204.A1 J205.5 J206.4 Q201.2",
    }
    for name, pins in must.items():
        missing = [p for p in pins.split() if tuple(p.split(".")) not in nets.get(name, set())]
        if missing:
            fault(f"connections: {name} does not reach {', '.join(missing)}")
    bare = [n for n in TEST_POINTS if not any(r.startswith("TP") for r, _ in nets.get(n, ()))]
    if bare:
        fault(f"connections: no test point on {', '.join(bare)}")
    print(f"connections: {len(must)} nets, {len(TEST_POINTS)} test points")


pin_map()
expander()
capacity()
parts()
pads()
connections()
for f in faults:
    print("FAULT", f)
sys.exit(bool(faults))
