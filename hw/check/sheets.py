"""Holds the sheets readable: no text of a drawn sheet lies on a text or a line, no symbol on a wire that is not its own.

usage: sheets.py FOLDER
In: sheets, and the board's drawings, as kicad-cli makes SVG of them: each text a group of strokes. Out: a line a fault, exit 1 if any.
Judges what is drawn and not what the file says, so that fonts, turned symbols and hidden fields need no model here.
"""
import math
import re
import sys
from collections import namedtuple
from pathlib import Path

Text = namedtuple("Text", "words box")
MARGIN_MM = 0.12  # half a stroke: a text may stand close to a line, but not on it
CELL_MM = 5.0
# A symbol may touch a wire where the wire ends, as pins do; elsewhere it keeps this distance.
WIRE_END_MM, APART_MM, STEP_MM = 0.12, 0.1, 0.05
WIRE, SYMBOL = "#009600", "#840000"
# A text's group, the colour of what follows, or a shape outside of texts.
PART = re.compile(
    r'<g class="stroked-text"><desc>(.*?)</desc>(.*?)</g>|<g style="([^"]*)"|<(path|rect|circle)\b([^>]*)/>', re.S
)


def box_of(points):
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def points_of(attributes):
    """corners of all paths; an arc counts with its ends, as the symbols have only small ones"""
    corners = []
    for d in re.findall(r'\bd="([^"]*)"', attributes):
        for command, run in re.findall(r"([MLA])([^MLAZ]*)", d):
            values = [float(x) for x in re.findall(r"-?[\d.]+", run)]
            step = 7 if command == "A" else 2
            corners += [tuple(values[i + step - 2 : i + step]) for i in range(0, len(values), step)]
    return corners


def sides(attributes, shape):
    """lines that are drawn for a shape, each as two ends"""
    value = {k: float(v) for k, v in re.findall(r'\b(cx|cy|r|x|y|width|height)="(-?[\d.]+)"', attributes)}
    if shape == "path":
        corners = points_of(attributes)
    elif shape == "rect":
        x1, y1, x2, y2 = value["x"], value["y"], value["x"] + value["width"], value["y"] + value["height"]
        corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]
    else:
        x, y, r = value["cx"], value["cy"], value["r"]
        corners = [(x - r, y), (x, y - r), (x + r, y), (x, y + r), (x - r, y)]
    return list(zip(corners, corners[1:]))


def crosses(line, box):
    """whether a line passes through a box (Liang and Barsky's clipping)"""
    (ax, ay), (bx, by) = line
    x1, y1, x2, y2 = box
    t0, t1 = 0.0, 1.0
    for p, q in ((ax - bx, ax - x1), (bx - ax, x2 - ax), (ay - by, ay - y1), (by - ay, y2 - ay)):
        if p == 0:
            if q <= 0:
                return False
        elif p < 0:
            t0 = max(t0, q / p)
        else:
            t1 = min(t1, q / p)
    return t0 < t1


def shrink(box):
    return box[0] + MARGIN_MM, box[1] + MARGIN_MM, box[2] - MARGIN_MM, box[3] - MARGIN_MM


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def cells(box):
    for i in range(int(box[0] // CELL_MM), int(box[2] // CELL_MM) + 1):
        for j in range(int(box[1] // CELL_MM), int(box[3] // CELL_MM) + 1):
            yield i, j


def read(path):
    texts, lines = {}, []  # KiCad draws the texts of a symbol twice, one above the other
    group = ""
    for words, strokes, style, shape, attributes in PART.findall(path.read_text(encoding="utf-8")):
        if style:
            group = style
        elif shape:
            colour = re.search(r"stroke:(#\w+)", attributes) or re.search(r"stroke:(#\w+)", group)
            lines += [(colour[1] if colour else "", side) for side in sides(attributes, shape)]
        elif points := points_of(strokes):
            texts[Text(words, shrink(box_of(points)))] = True
    return list(texts), lines


def to_line(p, line):
    (ax, ay), (bx, by) = line
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    t = max(0, min(1, ((p[0] - ax) * dx + (p[1] - ay) * dy) / length)) if length else 0
    return math.hypot(p[0] - ax - t * dx, p[1] - ay - t * dy)


def lies_on(line, wire):
    """where a symbol's line comes too close to a wire, away from the wire's ends; None if nowhere"""
    n = max(1, math.ceil(math.dist(*line) / STEP_MM))
    for k in range(n + 1):
        p = tuple(line[0][i] + (line[1][i] - line[0][i]) * k / n for i in (0, 1))
        if to_line(p, wire) < APART_MM and min(math.dist(p, end) for end in wire) > WIRE_END_MM:
            return p
    return None


def look(path):
    """faults of one sheet"""
    texts, lines = read(path)
    grid = {}
    for line in lines:
        for cell in cells(box_of(line[1])):
            grid.setdefault(cell, []).append(line)

    def near(box):
        return {line for cell in cells(box) for line in grid.get(cell, ())}

    found = []
    for i, t in enumerate(texts):
        if any(crosses(line, t.box) for _, line in near(t.box)):
            found.append(f"'{t.words}' lies on a line")
        found += [f"'{t.words}' lies on '{u.words}'" for u in texts[i + 1 :] if overlap(t.box, u.box)]
    for line in [side for colour, side in lines if colour == SYMBOL]:
        for wire in [side for colour, side in near(box_of(line)) if colour == WIRE]:
            if at := lies_on(line, wire):
                found.append(f"a symbol lies on a wire at {at[0]:.1f}, {at[1]:.1f}")
    return len(texts), found


def main():
    sheets = sorted(Path(sys.argv[1]).glob("*.svg"))
    bad = total = 0
    for path in sheets:
        count, found = look(path)
        if not count:
            found.append("no text found: is it drawn by another version?")
        for f in found:
            print(f"FAULT sheets: {path.stem}: {f}")
        bad += len(found)
        total += count
    print(f"sheets: {total} texts on {len(sheets)} sheets")
    sys.exit(bad > 0 or not sheets)


main()
