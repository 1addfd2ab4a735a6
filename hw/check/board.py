"""Checks of the copper that DRC does not know of: pairs, planes, Kelvin sense, the tap's stub, places.

usage: board.py BOARD.kicad_pcb
In: the board, and case.scad beside it. Out: a line a fault, exit 1 if any.
"""
import math
import re
import sys
from pathlib import Path

import copper

pcb = Path(sys.argv[1])
b = copper.Board(pcb)
faults = []

MATCH_MM = 2.0
# Middle to middle. The pads of the micro-B socket and the vias along FAR want more than HOST and NEAR,
# which full speed does not mind.
PITCH, FAR_PITCH, PITCH_ERROR = 0.5, 0.65, 0.06
# D+ and D- from end to end, the least part of the way on which they run side by side, how wide apart.
PAIRS = {
    "HOST": ("HOST_DP", "U301.7", "J203.B6", "HOST_DM", "U301.6", "J203.A7", 0.9, PITCH),
    "NEAR C": ("NEAR_DP", "U301.3", "J202.A6", "NEAR_DM", "U301.4", "J202.A7", 0.9, PITCH),
    "NEAR A": ("NEAR_DP", "U301.3", "J201.3", "NEAR_DM", "U301.4", "J201.2", 0.5, PITCH),
    "FAR C to A": ("FAR_DP", "J204.B6", "J206.3", "FAR_DM", "J204.A7", "J206.2", 0.8, FAR_PITCH),
    "FAR C to B": ("FAR_DP", "J204.B6", "J205.3", "FAR_DM", "J204.A7", "J205.2", 0.8, FAR_PITCH),
}
PAIR_NETS = {net for p in PAIRS.values() for net in (p[0], p[3])}
THINNEST_OF_PAIR = 0.25  # thinner branches lead to slow parts
PLANE = {"F.Cu": "In1.Cu", "B.Cu": "In2.Cu"}
KELVIN = {"U405.3": "R406.1", "U405.4": "R406.2", "U406.4": "R407.1", "U406.5": "R407.2"}
TAPS = {"R201.1": "NEAR_DP", "R202.1": "NEAR_DM", "R595.1": "NEAR_DP", "R598.1": "NEAR_DM"}
STUB_MM = 1.0
SIDES = {
    "left": ("J201", "J202", "J601"),
    "bottom": ("J203",),
    "right": ("J204", "J205", "J206", "J602"),
}
DETECTORS, DETECTOR_MM = ("U601", "U602"), 30
LABELS = """NEAR A, NEAR C, HOST, FAR A, FAR C, FAR micro-B, PC, NEAR antenna, FAR antenna""".split(", ")


def fault(text):
    faults.append(text)


def key(name):
    return tuple(name.split("."))


def pairs():
    for name, (dp, p1, p2, dm, m1, m2, least, widest) in PAIRS.items():
        plus = copper.path(b, dp, key(p1), key(p2))
        minus = copper.path(b, dm, key(m1), key(m2))
        if not plus or not minus:
            fault(f"pairs: {name}: no way from end to end")
            continue
        if abs(plus[0] - minus[0]) > MATCH_MM:
            fault(f"pairs: {name}: D+ {plus[0]:.2f} mm, D- {minus[0]:.2f} mm, over {MATCH_MM} mm apart")
        beside = total = 0
        for track in plus[1]:
            others = [s for s in b.segments if s.net == dm and s.layer == track.layer]
            for q in copper.samples(track, 0.1):
                near = min((copper.to_segment(q, s) for s in others), default=math.inf)
                beside += PITCH - PITCH_ERROR <= near <= widest + PITCH_ERROR
                total += 1
        part = beside / total
        if part < least:
            fault(f"pairs: {name}: side by side on {part:.0%} of the way, wanted {least:.0%}")
        print(f"pairs: {name}: {plus[0]:.1f} and {minus[0]:.1f} mm, side by side on {part:.0%}")


def impedance():
    """edge-coupled microstrip after IPC-2141, good to about 5 %"""
    if "dielectric 1" not in b.dielectric:
        fault("impedance: the board file has no stack-up")
        return
    h, er = b.dielectric["dielectric 1"]
    for w in {s.width for s in b.segments if s.net == "HOST_DP" and math.dist(s.a, s.b) > 5}:
        single = 87 / math.sqrt(er + 1.41) * math.log(5.98 * h / (0.8 * w + 0.035))
        z = 2 * single * (1 - 0.48 * math.exp(-0.96 * (PITCH - w) / h))
        print(f"impedance: {w} mm wide, {PITCH - w:.2f} apart, {h} above the plane: {z:.0f} ohm")
        if not 81 <= z <= 99:
            fault(f"impedance: {z:.0f} ohm, wanted 90 +-10 %")


def planes():
    stray = sorted({s.layer for s in b.segments} & set(PLANE.values()))
    if stray:
        fault(f"planes: tracks on {', '.join(stray)}")
    ground = {layer: [f for f in b.fills if f.layer == layer and f.net == "GND"] for layer in PLANE.values()}
    if len(ground["In1.Cu"]) != 1:
        fault(f"planes: the ground plane In1.Cu is in {len(ground['In1.Cu'])} pieces")
    # a hole has its clearance in the plane, which is no cut
    holes = [(v.at, v.size / 2) for v in b.vias]
    holes += [(p.at, max(p.half)) for pads in b.pads.values() for p in pads if p.through]
    looked = 0
    for s in b.segments:
        length = math.dist(s.a, s.b)
        if s.net not in PAIR_NETS or s.width < THINNEST_OF_PAIR or not length:
            continue
        aside = ((s.a[1] - s.b[1]) / length * 0.4, (s.b[0] - s.a[0]) / length * 0.4)
        for x, y in copper.samples(s, 0.25):
            for k in (-1, 0, 1):
                at = (x + k * aside[0], y + k * aside[1])
                if any(math.dist(at, hole) < r + 0.45 for hole, r in holes):
                    continue
                looked += 1
                if not any(copper.in_fill(at, f) for f in ground[PLANE[s.layer]]):
                    fault(f"planes: no ground on {PLANE[s.layer]} under {s.net} at {at[0]:.1f}, {at[1]:.1f}")
                    return
    print(f"planes: ground under the pairs at {looked} points")


def reached(sense, shunt):
    """pads that the tracks at a sense pin meet, the shunt's own pad counting as their end"""
    pin, end = b.pad(sense), b.pad(shunt)
    segs = [s for s in b.segments if s.net == pin.net]
    vias = [v for v in b.vias if v.net == pin.net]

    def touches(s, pad):
        return s.layer in pad.layers and any(copper.inside_pad(q, pad) for q in copper.samples(s, 0.05))

    def neighbours(s):
        # tracks of the load meet the sense line in the shunt's pad, and may
        free = [q for q in copper.samples(s, 0.05) if s.layer != "F.Cu" or not copper.inside_pad(q, end, 0.3)]
        holes = [v for v in vias if any(math.dist(q, v.at) < v.size / 2 for q in free)]
        for t in segs:
            close = t.layer == s.layer and any(copper.to_segment(q, t) < (s.width + t.width) / 2 for q in free)
            if close or any(copper.to_segment(v.at, t) < v.size / 2 for v in holes):
                yield t

    todo, mine = [s for s in segs if touches(s, pin)], set()
    while todo:
        s = todo.pop()
        if s not in mine:
            mine.add(s)
            todo += neighbours(s)
    return {k for k, pad in b.pads_of(pin.net) if any(touches(s, pad) for s in mine)}


def kelvin():
    for sense, shunt in KELVIN.items():
        met = reached(sense, shunt)
        if met != {key(sense), key(shunt)}:
            also = ", ".join(sorted(".".join(k) for k in met))
            fault(f"kelvin: {sense} should meet {shunt} alone, meets {also}")
    print(f"kelvin: {len(KELVIN)} sense lines")


def places():
    for tap, net in TAPS.items():
        lines = [s for s in b.segments if s.net == net and s.width >= THINNEST_OF_PAIR]
        stub = min(copper.to_segment(b.pad(tap).at, s) for s in lines)
        if stub > STUB_MM:
            fault(f"places: stub from the line to {tap} is {stub:.2f} mm, more than {STUB_MM} mm")
    for side, refs in SIDES.items():
        for ref in refs:
            x1, _, x2, y2 = b.outline[ref]
            over = {"left": -x1, "right": x2 - b.w, "bottom": y2 - b.h}[side]
            if over < 0.1:
                fault(f"places: {ref} does not reach over the {side} edge")
    px1, py1, px2, py2 = b.outline["U101"]
    for ref in DETECTORS:
        x, y = b.places[ref]
        gap = math.hypot(max(px1 - x, 0, x - px2), max(py1 - y, 0, y - py2))
        if gap < DETECTOR_MM:
            fault(f"places: {ref} is {gap:.0f} mm from the Pico, wanted {DETECTOR_MM}")
    for label in LABELS:
        if label not in b.texts:
            fault(f"places: no '{label}' on the silk screen")
    print(f"places: {sum(map(len, SIDES.values()))} sockets, {len(LABELS)} labels")


def case():
    text = (pcb.parent / "case.scad").read_text()
    named = re.findall(r'\["(\w+)", *([-\d.]+), *([-\d.]+)', text)
    for ref, x, y in named:
        at = b.places.get(ref)
        if not at or math.dist(at, (float(x), float(y))) > 0.05:
            fault(f"case: case.scad has {ref} at {x}, {y}, the board at {at}")
    size = re.search(r"^board = \[([\d.]+), ([\d.]+)", text, re.M)
    if not size or (float(size[1]), float(size[2])) != (round(b.w, 3), round(b.h, 3)):
        fault("case: case.scad is made for a board of another size")
    print(f"case: {len(named)} places agree with the board")


for check in (pairs, impedance, planes, kelvin, places, case):
    check()
for f in faults:
    print("FAULT", f)
sys.exit(bool(faults))
