"""Checks of the copper that DRC does not know of: pairs, planes, Kelvin sense, the tap's stub, where ports and detectors are.

In: hw/cordon-tap.kicad_pcb, hw/case.scad. Out: a line a fault, exit 1 if any.
"""
import math
import re
import sys
from pathlib import Path

import copper

pcb = Path(sys.argv[1])
b = copper.Board(pcb)
faults = []


def fault(text):
    faults.append(text)


PITCH, PITCH_ERROR = 0.5, 0.06
MATCH_MM = 2.0
# pair: D+ and D- from end to end, and the least part of the way on which both run side by side
PAIRS = {
    "HOST": ("HOST_DP", "U301.7", "J203.B6", "HOST_DM", "U301.6", "J203.A7", 0.9),
    "NEAR C": ("NEAR_DP", "U301.3", "J202.A6", "NEAR_DM", "U301.4", "J202.A7", 0.9),
    "NEAR A": ("NEAR_DP", "U301.3", "J201.3", "NEAR_DM", "U301.4", "J201.2", 0.5),
    "FAR C to A": ("FAR_DP", "J204.B6", "J206.3", "FAR_DM", "J204.A7", "J206.2", 0.8),
    "FAR C to B": ("FAR_DP", "J204.B6", "J205.3", "FAR_DM", "J204.A7", "J205.2", 0.8),
}
PAIR_NETS = {n for p in PAIRS.values() for n in (p[0], p[3])}
PLANE = {"F.Cu": "In1.Cu", "B.Cu": "In2.Cu"}
KELVIN = {"U405.3": "R406.1", "U405.4": "R406.2", "U406.4": "R407.1", "U406.5": "R407.2"}
key = lambda name: tuple(name.split("."))


def pairs():
    for name, (dp, p1, p2, dm, m1, m2, least) in PAIRS.items():
        p, m = copper.path(b, dp, key(p1), key(p2)), copper.path(b, dm, key(m1), key(m2))
        if not p or not m:
            fault(f"pairs: {name}: no way from end to end")
            continue
        if abs(p[0] - m[0]) > MATCH_MM:
            fault(f"pairs: {name}: D+ {p[0]:.2f} mm, D- {m[0]:.2f} mm, more than {MATCH_MM} mm apart")
        beside = total = 0
        for a, c, layer in p[1]:
            other = [s for s in b.segments if s[4] == dm and s[3] == layer]
            for q in copper.samples(a, c, 0.1):
                total += 1
                near = min((copper.to_segment(q, s[0], s[1]) for s in other), default=9)
                beside += abs(near - PITCH) <= PITCH_ERROR or (layer == "B.Cu" and abs(near - 0.65) <= PITCH_ERROR) or (name == "FAR C to B" and near < 0.72)
        if beside / total < least:
            fault(f"pairs: {name}: side by side on {100 * beside / total:.0f} % of the way, wanted {100 * least:.0f} %")
        print(f"pairs: {name}: {p[0]:.1f} and {m[0]:.1f} mm, side by side on {100 * beside / total:.0f} %")


def impedance():
    """edge-coupled microstrip after IPC-2141, good to about 5 %"""
    h = next((float(copper.sexp.value(l, "thickness")) for l in b.layers if l[1] == "dielectric 1"), None)
    er = next((float(copper.sexp.value(l, "epsilon_r")) for l in b.layers if l[1] == "dielectric 1"), None)
    if not h or not er:
        return fault("impedance: the board file has no stack-up")
    widths = {s[2] for s in b.segments if s[4] in ("HOST_DP", "HOST_DM") and math.dist(s[0], s[1]) > 5}
    for w in widths:
        z0 = 87 / math.sqrt(er + 1.41) * math.log(5.98 * h / (0.8 * w + 0.035))
        z = 2 * z0 * (1 - 0.48 * math.exp(-0.96 * (PITCH - w) / h))
        print(f"impedance: {w} mm wide, {PITCH - w:.2f} apart, {h} above the plane: {z:.0f} ohm")
        if not 81 <= z <= 99:
            fault(f"impedance: {z:.0f} ohm, wanted 90 +-10 %")


def planes():
    stray = sorted({s[3] for s in b.segments if s[3] in PLANE.values()})
    if stray:
        fault(f"planes: tracks on {', '.join(stray)}")
    holes = [(v[0], v[1] / 2) for v in b.vias] + [(p["at"], max(p["half"])) for ps in b.pads.values() for p in ps if p["through"] or not p["layers"]]
    ground = {layer: [f[2] for f in b.fills if f[0] == layer and f[1] == "GND"] for layer in PLANE.values()}
    boxes = {layer: [(min(x for x, _ in f), min(y for _, y in f), max(x for x, _ in f), max(y for _, y in f)) for f in fs] for layer, fs in ground.items()}
    if len(ground["In1.Cu"]) != 1:
        fault(f"planes: the ground plane In1.Cu is in {len(ground['In1.Cu'])} pieces")
    looked = 0
    for a, c, width, layer, net in b.segments:
        if net not in PAIR_NETS or width < 0.25:  # thin branches to slow parts are no pair
            continue
        length = math.dist(a, c)
        if length == 0:
            continue
        side = ((a[1] - c[1]) / length * 0.4, (c[0] - a[0]) / length * 0.4)
        plane = PLANE[layer]
        for q in copper.samples(a, c, 0.25):
            for k in (-1, 0, 1):
                at = (q[0] + k * side[0], q[1] + k * side[1])
                if any(math.dist(at, h) < r + 0.45 for h, r in holes):
                    continue
                looked += 1
                if not any(x1 <= at[0] <= x2 and y1 <= at[1] <= y2 and copper.in_polygon(at, f) for f, (x1, y1, x2, y2) in zip(ground[plane], boxes[plane])):
                    return fault(f"planes: no ground on {plane} under {net} at {at[0]:.1f}, {at[1]:.1f}")
    print(f"planes: ground under the pairs at {looked} points")


def kelvin():
    """a sense pin's tracks meet the shunt's pad and nothing else of the net"""
    for sense, shunt in KELVIN.items():
        pin, pad = b.pad(sense), b.pad(shunt)
        segs = [s for s in b.segments if s[4] == pin["net"]]
        vias = [v for v in b.vias if v[2] == pin["net"]]
        mine, todo, reached = [], [], set()
        touch = lambda s, p: s[3] in p["layers"] and any(copper.inside_pad(q, p) for q in copper.samples(s[0], s[1], 0.05))
        for s in segs:
            if touch(s, pin):
                todo.append(s)
        while todo:
            s = todo.pop()
            if s in mine:
                continue
            mine.append(s)
            free = [q for q in copper.samples(s[0], s[1], 0.05) if not (copper.inside_pad(q, pad, 0.3) and "F.Cu" == s[3])]
            reached |= {k for k, ps in b.pads.items() for p in ps if p["net"] == pin["net"] and touch(s, p)}
            ends = [v for v in vias if any(math.dist(q, v[0]) < v[1] / 2 for q in free)]
            for t in segs:
                if t in mine:
                    continue
                close = t[3] == s[3] and any(copper.to_segment(q, t[0], t[1]) < (s[2] + t[2]) / 2 for q in free)
                if close or any(copper.to_segment(v[0], t[0], t[1]) < v[1] / 2 for v in ends):
                    todo.append(t)
        if reached != {key(sense), key(shunt)}:
            fault(f"kelvin: {sense} should meet {shunt} alone, meets {', '.join(sorted('.'.join(k) for k in reached))}")
    print(f"kelvin: {len(KELVIN)} sense lines")


def places():
    for tap, net in (("R201.1", "NEAR_DP"), ("R202.1", "NEAR_DM"), ("R595.1", "NEAR_DP"), ("R598.1", "NEAR_DM")):
        p = b.pad(tap)
        stub = min(copper.to_segment(p["at"], s[0], s[1]) for s in b.segments if s[4] == net and s[2] > 0.25)
        if stub > 1.0:
            fault(f"places: stub from the line to {tap} is {stub:.2f} mm, more than 1 mm")
    sides = {"J201": "left", "J202": "left", "J601": "left", "J203": "bottom", "J204": "right", "J205": "right", "J206": "right", "J602": "right"}
    for ref, side in sides.items():
        x1, y1, x2, y2 = b.outline[ref]
        out = {"left": -x1, "right": x2 - b.w, "bottom": y2 - b.h}[side]
        if out < 0.1:
            fault(f"places: {ref} does not reach over the {side} edge")
    px1, py1, px2, py2 = b.outline["U101"]
    for ref in ("U601", "U602"):
        x, y = b.places[ref]
        gap = math.hypot(max(px1 - x, 0, x - px2), max(py1 - y, 0, y - py2))
        if gap < 30:
            fault(f"places: {ref} is {gap:.0f} mm from the Pico, wanted 30")
    for label in ("NEAR A", "NEAR C", "HOST", "FAR A", "FAR C", "FAR micro-B", "PC", "NEAR antenna", "FAR antenna"):
        if label not in b.texts:
            fault(f"places: no '{label}' on the silk screen")
    case = (pcb.parent / "case.scad").read_text()
    for ref, x, y in re.findall(r'\["(\w+)", *([-\d.]+), *([-\d.]+)', case):
        at = b.places.get(ref)
        if not at or math.dist(at, (float(x), float(y))) > 0.05:
            fault(f"places: case.scad has {ref} at {x}, {y}, the board at {at}")
    size = re.search(r"^board = \[([\d.]+), ([\d.]+)", case, re.M)
    if not size or (float(size[1]), float(size[2])) != (round(b.w, 3), round(b.h, 3)):
        fault("places: case.scad is made for a board of another size")
    print(f"places: {len(sides)} ports at the edges, the case fits")


pairs()
impedance()
planes()
kelvin()
places()
for f in faults:
    print("FAULT", f)
sys.exit(bool(faults))
