"""Holds hw/README.md and the sheets' notes against the design: links, parts named, counts, sums, decks.

usage: docs.py NETLIST HW
In: the exported netlist, hw/README.md, hw/fab/bom.csv, hw/*.kicad_sch, hw/spice. Out: a line a fault, exit 1 if any.
Leaves the reading of the pictures to a person.
"""
import csv
import re
import sys
from pathlib import Path

import sexp

HW = Path(sys.argv[2])
README = (HW / "README.md").read_text()
REFERENCE = re.compile(r"\b(?:R|C|U|Q|D|J|TP|FB|F|BZ|SW|H)\d{3,4}\b")
PICTURES = """overview pico ports probe supply protection radio""".split()
faults = []


def fault(text):
    faults.append(text)


net = sexp.load(sys.argv[1])
known = {sexp.value(c, "ref") for c in sexp.every(sexp.first(net, "components"), "comp")}
nets = {sexp.value(n, "name").split("/")[-1] for n in sexp.every(sexp.first(net, "nets"), "net")}


def links():
    found = re.findall(r"\]\(([^)#:]+)\)", README)
    for link in found:
        if not (HW / link).is_file():
            fault(f"docs: README.md points at {link}, which is not there")
    for name in [f"sheet-{p}" for p in PICTURES] + ["board-top", "case"]:
        if f"pictures/{name}.png" not in found:
            fault(f"docs: README.md does not show pictures/{name}.png")
    print(f"docs: {len(found)} links")


def names():
    """parts and signals that the documents name are on the board"""
    texts = {"README.md": README}
    for sheet in sorted(HW.glob("*.kicad_sch")):
        root = sexp.load(sheet)
        texts[sheet.name] = "\n".join(t[1] for t in sexp.every(root, "text"))
    looked = 0
    for where, text in texts.items():
        for ref in sorted(set(REFERENCE.findall(text))):
            looked += 1
            if ref not in known:
                fault(f"docs: {where} names {ref}, which is not on the board")
        for signal in sorted(set(re.findall(r"\bVBUS_[A-Z]+(?:_N)?\b", text))):
            looked += 1
            if signal not in nets:
                fault(f"docs: {where} names {signal}, which is no net")
        for deck in sorted(set(re.findall(r"\bspice/(\w+)", text))):
            looked += 1
            if not (HW / "spice" / f"{deck}.cir").is_file():
                fault(f"docs: {where} names spice/{deck}, which is no deck")
    print(f"docs: {looked} names of parts, signals and decks")


def cost():
    with open(HW / "fab/bom.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    parts = sum(int(r["Quantity"]) for r in rows)
    said = re.search(r"\((\d+) parts, (\d+) lines\)", README)
    if not said or (int(said[1]), int(said[2])) != (parts, len(rows)):
        fault(f"docs: bom.csv has {parts} parts in {len(rows)} lines, README.md says {said and said[0]}")
    table = README[README.index("## Cost") : README.index("## Assembly")]
    prices = [int(p) for p in re.findall(r"^\|[^|*]+\| (\d+) \|$", table, re.M)]
    total = re.search(r"\*\*one tap\*\* \| \*\*(\d+)", table)
    if not prices or not total or sum(prices) != int(total[1]):
        fault(f"docs: the prices are {sum(prices)} together, README.md says {total and total[1]}")
    print(f"docs: {parts} parts, {len(rows)} lines, {sum(prices)} euros")


links()
names()
cost()
for f in faults:
    print("FAULT", f)
sys.exit(bool(faults))
