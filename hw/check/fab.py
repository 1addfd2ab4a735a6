"""Holds the committed files for the board house against a fresh export; with --write it replaces them.

usage: fab.py KEPT NEW [--write]
In: hw/fab and an export of hw/fab.sh. Dates are left out, as nothing else differs between two exports.
"""
import re
import sys
import zipfile
from pathlib import Path

DATE = re.compile(r"^.*(CreationDate|Created by KiCad|DRILL file .* date|\"Creation).*$", re.M)
LEAST = {".g1", ".g2", ".gtl", ".gbl", ".gts", ".gbs", ".gto", ".gtp", ".gm1", ".drl"}


def plain(text):
    return DATE.sub("", text).strip()


def main():
    kept, new = Path(sys.argv[1]), Path(sys.argv[2])
    gerbers = {p.name: p.read_text() for p in sorted((new / "gerbers").iterdir())}
    if "--write" in sys.argv:
        kept.mkdir(exist_ok=True)
        with zipfile.ZipFile(kept / "gerbers.zip", "w", zipfile.ZIP_DEFLATED) as z:
            for name, text in gerbers.items():
                z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
        for name in ("bom.csv", "positions.csv"):
            (kept / name).write_text((new / name).read_text())
        return 0
    bad = []
    missing = LEAST - {Path(n).suffix for n, t in gerbers.items() if len(t) > 300}
    if missing:
        bad.append(f"layers not exported, or empty: {', '.join(sorted(missing))}")
    with zipfile.ZipFile(kept / "gerbers.zip") as z:
        old = {n: z.read(n).decode() for n in z.namelist()}
    for name in sorted(set(old) | set(gerbers)):
        if plain(old.get(name, "")) != plain(gerbers.get(name, "")):
            bad.append(f"gerbers.zip: {name} is not what the board gives")
    for name in ("bom.csv", "positions.csv"):
        if (kept / name).read_text() != (new / name).read_text():
            bad.append(f"{name} is not what the design gives")
    for b in bad:
        print(f"FAULT fab: {b} (make hw-fab)")
    print(f"fab: {len(gerbers)} files, bill of materials, positions")
    return bool(bad)


sys.exit(main())
