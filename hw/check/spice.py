"""Runs the decks of hw/spice at each of their corners and holds the results against their assertions.

usage: spice.py [FOLDER [DECK...]]
In: decks with lines `* corner NAME: a=1 b=2` and `* assert NAME <= 3`. Out: a line a corner; exit 1 on a miss.
A value that a deck did not print is a miss. Leaves to the decks: what is measured, and how.
"""
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DECKS = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "spice")
TIMEOUT_S = 60


def corners(text):
    found = re.findall(r"^\* corner (\w+): (.*)$", text, re.M)
    return [(name, dict(p.split("=") for p in params.split())) for name, params in found]


def at_corner(text, params):
    for key, value in params.items():
        text, n = re.subn(rf"(^\.param .*\b{key}=)\S+", rf"\g<1>{value}", text, flags=re.M)
        if n != 1:
            raise ValueError(f"corner sets '{key}', which is no parameter of the deck")
    return text


def results(text):
    command = ["ngspice", "-b", "/dev/stdin"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, timeout=TIMEOUT_S)
    return {k: float(v) for k, v in re.findall(r"^([a-z]\w*) *= *([-+0-9.eE]+)", run.stdout, re.M)}


def check(job):
    deck, corner, params = job
    text = deck.read_text()
    values = results(at_corner(text, params))
    missed, shown = [], []
    for name, op, limit in re.findall(r"^\* assert (\w+) (<=|>=) (\S+)$", text, re.M):
        value = values.get(name)
        if value is None:
            missed.append(f"{name} was not measured")
            continue
        shown.append(f"{name} {value:.4g}")
        if value > float(limit) if op == "<=" else value < float(limit):
            missed.append(f"{name} is {value:.4g}, wanted {op} {limit}")
    return f"{deck.stem} {corner}", list(dict.fromkeys(shown)), missed


def main():
    only = sys.argv[2:]
    decks = [d for d in sorted(DECKS.glob("*.cir")) if not only or d.stem in only]
    jobs = [(d, c, p) for d in decks for c, p in corners(d.read_text())]
    if not jobs or any(len(corners(d.read_text())) < 2 for d in decks):
        sys.exit("spice: a deck has fewer than two corners, or there is none")
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for name, shown, missed in pool.map(check, jobs):
            print(f"{'MISS' if missed else 'ok  '} {name}: {', '.join(shown)}")
            for m in missed:
                print(f"       {m}")
            bad += bool(missed)
    print(f"spice: {len(jobs) - bad} of {len(jobs)} corners hold")
    sys.exit(bad > 0)


main()
