"""Geometry of a routed board: pads, tracks, vias and filled zones of a .kicad_pcb.

All in millimetres from the board's upper left corner, nets by their last name. Leaves to board.py what
the geometry should be.
"""
import heapq
import math
from collections import namedtuple

import sexp

Segment = namedtuple("Segment", "a b width layer net")
Via = namedtuple("Via", "at size net")
Pad = namedtuple("Pad", "at half layers net through")  # half: half width, half height
Fill = namedtuple("Fill", "layer net points box")
OUTER = ("F.Cu", "B.Cu")


def short(net):
    return net.split("/")[-1]


def box_of(points):
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


class Board:
    def __init__(self, path):
        root = sexp.load(path)
        names = {n[1]: short(n[2]) for n in sexp.every(root, "net")}
        outline = [g for g in sexp.every(root, "gr_line") if sexp.value(g, "layer") == "Edge.Cuts"]
        ends = [sexp.numbers(g, k) for g in outline for k in ("start", "end")]
        self.x0, self.y0, x1, y1 = box_of(ends)
        self.w, self.h = x1 - self.x0, y1 - self.y0
        self.pads, self.places, self.outline = {}, {}, {}
        for f in sexp.every(root, "footprint"):
            self._footprint(f)
        self.segments = [
            Segment(
                self._at(sexp.numbers(s, "start")),
                self._at(sexp.numbers(s, "end")),
                sexp.numbers(s, "width")[0],
                sexp.value(s, "layer"),
                names[sexp.value(s, "net")],
            )
            for s in sexp.every(root, "segment")
        ]
        self.vias = [
            Via(self._at(sexp.numbers(v, "at")), sexp.numbers(v, "size")[0], names[sexp.value(v, "net")])
            for v in sexp.every(root, "via")
        ]
        self.fills = [self._fill(z, p) for z in sexp.every(root, "zone") for p in sexp.every(z, "filled_polygon")]
        stackup = sexp.first(sexp.first(root, "setup"), "stackup") or []
        self.dielectric = {
            l[1]: (float(sexp.value(l, "thickness")), float(sexp.value(l, "epsilon_r")))
            for l in sexp.every(stackup, "layer")
            if sexp.value(l, "epsilon_r")
        }
        self.texts = [t[1] for t in sexp.every(root, "gr_text") if sexp.value(t, "layer") == "F.SilkS"]

    def _at(self, xy):
        return (round(xy[0] - self.x0, 4), round(xy[1] - self.y0, 4))

    def _fill(self, zone, polygon):
        corners = sexp.every(sexp.first(polygon, "pts"), "xy")
        points = [self._at([float(x) for x in c[1:]]) for c in corners]
        return Fill(sexp.value(polygon, "layer"), short(sexp.value(zone, "net_name")), points, box_of(points))

    def _footprint(self, f):
        x, y, *turn = sexp.numbers(f, "at")
        angle = math.radians(turn[0] if turn else 0)
        cos, sin = math.cos(angle), math.sin(angle)
        ref = next(p[2] for p in sexp.every(f, "property") if p[1] == "Reference")

        def place(u, v):
            return self._at((x + u * cos + v * sin, y - u * sin + v * cos))

        self.places[ref] = self._at((x, y))
        body = [g for g in sexp.every(f, "fp_line") if sexp.value(g, "layer") == "F.Fab"]
        if body:
            self.outline[ref] = box_of([place(*sexp.numbers(g, k)) for g in body for k in ("start", "end")])
        for p in sexp.every(f, "pad"):
            pos, (w, h) = sexp.numbers(p, "at"), sexp.numbers(p, "size")
            if len(pos) > 2 and round(pos[2]) % 180 == 90:
                w, h = h, w
            on = sexp.first(p, "layers")[1:]
            net = sexp.first(p, "net")
            pad = Pad(
                place(pos[0], pos[1]),
                (w / 2, h / 2),
                [c for c in OUTER if c in on or "*.Cu" in on],
                short(net[2]) if net else None,
                p[2] != "smd",
            )
            self.pads.setdefault((ref, p[1]), []).append(pad)

    def pad(self, name):
        return self.pads[tuple(name.split("."))][0]

    def pads_of(self, net):
        return [(key, p) for key, pads in self.pads.items() for p in pads if p.net == net]


def inside_pad(point, pad, margin=0.0):
    return all(abs(point[i] - pad.at[i]) <= pad.half[i] + margin for i in (0, 1))


def to_segment(p, s):
    """distance from p to the middle line of a track"""
    dx, dy = s.b[0] - s.a[0], s.b[1] - s.a[1]
    length = dx * dx + dy * dy
    t = ((p[0] - s.a[0]) * dx + (p[1] - s.a[1]) * dy) / length if length else 0
    t = max(0, min(1, t))
    return math.hypot(p[0] - s.a[0] - t * dx, p[1] - s.a[1] - t * dy)


def samples(s, step):
    n = max(1, math.ceil(math.dist(s.a, s.b) / step))
    return [tuple(s.a[i] + (s.b[i] - s.a[i]) * k / n for i in (0, 1)) for k in range(n + 1)]


def in_fill(p, fill):
    x, y = p
    x1, y1, x2, y2 = fill.box
    if not (x1 <= x <= x2 and y1 <= y <= y2):
        return False
    hit = False
    for (ax, ay), (bx, by) in zip(fill.points, fill.points[1:] + fill.points[:1]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            hit = not hit
    return hit


def _graph(board, net):
    """places that copper joins: node -> [(node, length, track between them or None)]"""
    segs = [s for s in board.segments if s.net == net]
    vias = [v for v in board.vias if v.net == net]
    points = {(q, s.layer) for s in segs for q in (s.a, s.b)} | {(v.at, c) for v in vias for c in OUTER}
    edges = {}

    def join(a, b, length, track=None):
        edges.setdefault(a, []).append((b, length, track))
        edges.setdefault(b, []).append((a, length, track))

    def run(p, q, layer, width):
        join((p, layer), (q, layer), math.dist(p, q), Segment(p, q, width, layer, net))

    for s in segs:
        on = [q for q, layer in points if layer == s.layer and to_segment(q, s) < 0.01]
        on.sort(key=lambda q, s=s: math.dist(s.a, q))
        for p, q in zip(on, on[1:]):
            run(p, q, s.layer, s.width)
    for v in vias:
        join((v.at, "F.Cu"), (v.at, "B.Cu"), 0)
        for q, layer in points:
            if q != v.at and math.dist(q, v.at) < v.size / 2:
                run(v.at, q, layer, v.size)
    for key, pad in board.pads_of(net):
        for q, layer in points:
            if layer in pad.layers and inside_pad(q, pad):
                join(("pad", key), (q, layer), 0)
    return edges


def path(board, net, start, end):
    """shortest way in copper from pad to pad: (length, tracks), or None. Crossing a pad costs nothing."""
    edges = _graph(board, net)
    todo, seen, tick = [(0, 0, ("pad", start), None, None)], {}, 0
    while todo:
        cost, _, node, came, track = heapq.heappop(todo)
        if node in seen:
            continue
        seen[node] = (came, track)
        if node == ("pad", end):
            way = []
            while node:
                node, track = seen[node]
                if track:
                    way.append(track)
            return cost, way
        for to, length, piece in edges.get(node, ()):
            if to not in seen:
                tick += 1
                heapq.heappush(todo, (cost + length, tick, to, node, piece))
    return None
