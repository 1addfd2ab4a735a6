"""Geometry of a routed board: pads, tracks, vias and filled zones of a .kicad_pcb, in millimetres from the board's corner.

Leaves to board.py what the geometry should be.
"""
import heapq
import math

import sexp


class Board:
    def __init__(self, path):
        root = sexp.load(path)
        names = {n[1]: n[2].split("/")[-1] for n in sexp.every(root, "net")}
        edge = [sexp.numbers(g, k) for g in sexp.every(root, "gr_line") if sexp.value(g, "layer") == "Edge.Cuts" for k in ("start", "end")]
        self.x0, self.y0 = min(p[0] for p in edge), min(p[1] for p in edge)
        self.w, self.h = max(p[0] for p in edge) - self.x0, max(p[1] for p in edge) - self.y0
        self.pads, self.places, self.outline = {}, {}, {}
        for f in sexp.every(root, "footprint"):
            self._footprint(f)
        self.segments = [
            (self._at(sexp.numbers(s, "start")), self._at(sexp.numbers(s, "end")), sexp.numbers(s, "width")[0], sexp.value(s, "layer"), names[sexp.value(s, "net")])
            for s in sexp.every(root, "segment")
        ]
        self.arcs = len(sexp.every(root, "arc"))
        self.vias = [(self._at(sexp.numbers(v, "at")), sexp.numbers(v, "size")[0], names[sexp.value(v, "net")]) for v in sexp.every(root, "via")]
        self.fills = []
        for z in sexp.every(root, "zone"):
            for p in sexp.every(z, "filled_polygon"):
                points = [self._at([float(q[1]), float(q[2])]) for q in sexp.every(sexp.first(p, "pts"), "xy")]
                self.fills.append((sexp.value(p, "layer"), sexp.value(z, "net_name").split("/")[-1], points))
        self.layers = sexp.every(sexp.first(sexp.first(root, "setup"), "stackup") or [], "layer")
        self.texts = [t[1] for t in sexp.every(root, "gr_text") if sexp.value(t, "layer") == "F.SilkS"]

    def _at(self, xy):
        return (round(xy[0] - self.x0, 4), round(xy[1] - self.y0, 4))

    def _footprint(self, f):
        at = sexp.numbers(f, "at") + [0]
        turn = math.radians(at[2])
        ref = next(p[2] for p in sexp.every(f, "property") if p[1] == "Reference")
        place = lambda x, y: self._at((at[0] + x * math.cos(turn) + y * math.sin(turn), at[1] - x * math.sin(turn) + y * math.cos(turn)))
        self.places[ref] = self._at(at)
        lines = [place(*sexp.numbers(g, k)) for g in sexp.every(f, "fp_line") if sexp.value(g, "layer") == "F.Fab" for k in ("start", "end")]
        if lines:
            self.outline[ref] = (min(p[0] for p in lines), min(p[1] for p in lines), max(p[0] for p in lines), max(p[1] for p in lines))
        for p in sexp.every(f, "pad"):
            pos, size = sexp.numbers(p, "at") + [0], sexp.numbers(p, "size")
            across = round(pos[2]) % 180 == 90
            layers = sexp.first(p, "layers")[1:]
            on = [c for c in ("F.Cu", "B.Cu") if c in layers or "*.Cu" in layers]
            net = sexp.first(p, "net")
            self.pads.setdefault((ref, p[1]), []).append({
                "at": place(pos[0], pos[1]),
                "half": (size[1] / 2, size[0] / 2) if across else (size[0] / 2, size[1] / 2),
                "layers": on,
                "net": net[2].split("/")[-1] if net else None,
                "through": p[2] == "thru_hole",
            })

    def pad(self, name):
        return self.pads[tuple(name.split("."))][0]


def inside_pad(point, pad, margin=0.0):
    return all(abs(point[i] - pad["at"][i]) <= pad["half"][i] + margin for i in (0, 1))


def to_segment(p, a, b):
    """distance from p to the line from a to b"""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0 if length == 0 else max(0, min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    return math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy)


def samples(a, b, step):
    n = max(1, math.ceil(math.dist(a, b) / step))
    return [(a[0] + (b[0] - a[0]) * i / n, a[1] + (b[1] - a[1]) * i / n) for i in range(n + 1)]


def in_polygon(p, polygon):
    hit, (x, y) = False, p
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            hit = not hit
    return hit


def path(board, net, start, end):
    """shortest way in copper from pad to pad: (length, [(a, b, layer)]), or None. A pad costs nothing to cross."""
    segs = [s for s in board.segments if s[4] == net]
    vias = [v for v in board.vias if v[2] == net]
    pads = [(k, p) for k, ps in board.pads.items() for p in ps if p["net"] == net]
    points = {(q, s[3]) for s in segs for q in s[:2]} | {(v[0], layer) for v in vias for layer in ("F.Cu", "B.Cu")}
    edges = {}

    def join(a, b, length, shape=None):
        edges.setdefault(a, []).append((b, length, shape))
        edges.setdefault(b, []).append((a, length, shape))

    for a, b, _, layer, _ in segs:
        on = sorted((q for q, l in points if l == layer and to_segment(q, a, b) < 0.01), key=lambda q: math.dist(a, q))
        for p, q in zip(on, on[1:]):
            join((p, layer), (q, layer), math.dist(p, q), (p, q, layer))
    for at, size, _ in vias:
        join((at, "F.Cu"), (at, "B.Cu"), 0)
        for q, layer in points:
            if q != at and math.dist(q, at) < size / 2:
                join((at, layer), (q, layer), math.dist(q, at), (at, q, layer))
    for i, (key, p) in enumerate(pads):
        for q, layer in points:
            if layer in p["layers"] and inside_pad(q, p):
                join(("pad", key), (q, layer), 0)
    todo, seen, tick = [(0, 0, ("pad", start), None, None)], {}, 0
    while todo:
        cost, _, node, came, shape = heapq.heappop(todo)
        if node in seen:
            continue
        seen[node] = (came, shape)
        if node == ("pad", end):
            way = []
            while node:
                node, shape = seen[node]
                if shape:
                    way.append(shape)
            return cost, way
        for to, length, shape in edges.get(node, ()):
            if to not in seen:
                tick += 1
                heapq.heappush(todo, (cost + length, tick, to, node, shape))
    return None
