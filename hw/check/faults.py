"""Plants faults in copies of hw/, one at a time, and expects the right check to fail and to say so.

usage: faults.py [NAME...]
Out: a line a fault; exit 1 if one went unseen. Needs what hw-check needs; takes a few minutes.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HW = HERE.parent
WORK = Path("build/hw-faults")
BOARD_H = HW.parent / "firmware/board.h"


def edit(name, pattern, replacement, count=1):
    """a fault made by one substitution; a pattern that is not there is our own mistake"""

    def plant(hw):
        path = hw / name
        text, n = re.subn(pattern, replacement, path.read_text(), count=count, flags=re.M | re.S)
        if n == 0:
            raise ValueError(f"nothing to change in {name}")
        path.write_text(text)

    return plant


def swap_labels(name, a, b):
    def plant(hw):
        path = hw / name
        other = {a: b, b: a}
        path.write_text(re.sub(rf'"({a}|{b})"', lambda m: f'"{other[m[1]]}"', path.read_text()))

    return plant


def rename_everywhere(a, b):
    def plant(hw):
        for path in hw.glob("*.kicad_sch"):
            path.write_text(path.read_text().replace(f'"{a}"', f'"{b}"'))

    return plant


PCBNEW = """
import pcbnew
mm = pcbnew.FromMM
b = pcbnew.LoadBoard('cordon-tap.kicad_pcb')
corner = b.GetDesignSettings().GetAuxOrigin()
def V(x, y): return pcbnew.VECTOR2I(corner.x + mm(x), corner.y - mm(90) + mm(y))
def track(net, layer, width, *points):
    for p, q in zip(points, points[1:]):
        t = pcbnew.PCB_TRACK(b)
        t.SetStart(p); t.SetEnd(q); t.SetWidth(width); t.SetLayer(layer); t.SetNet(net)
        b.Add(t)
def pad(ref, number): return b.FindFootprintByReference(ref).FindPadByNumber(number)
%s
pcbnew.SaveBoard('cordon-tap.kicad_pcb', b)
"""
SPLIT_PAIR = """
tracks = [t for t in b.GetTracks() if t.GetNetname() == '/HOST_DP' and t.GetClass() == 'PCB_TRACK']
old = max(tracks, key=lambda t: t.GetLength())
a, e, out = old.GetStart(), old.GetEnd(), mm(2)
d = mm(1) if e.y > a.y else -mm(1)
P = pcbnew.VECTOR2I
track(old.GetNet(), old.GetLayer(), old.GetWidth(), a, P(a.x, a.y + d), P(a.x + out, a.y + 3 * d),
      P(a.x + out, e.y - 3 * d), P(e.x, e.y - d), e)
b.Delete(old)
"""
CUT_PLANE = """
z = pcbnew.ZONE(b)
z.SetIsRuleArea(True); z.SetLayer(pcbnew.In1_Cu); z.SetDoNotAllowCopperPour(True)
for allow in ('Tracks', 'Vias', 'Pads', 'Footprints'): getattr(z, 'SetDoNotAllow' + allow)(False)
o = z.Outline(); o.NewOutline()
for x, y in ((25, 60), (40, 60), (40, 60.6), (25, 60.6)): o.Append(V(x, y))
b.Add(z)
pcbnew.ZONE_FILLER(b).Fill(b.Zones())
"""
TRACK_ON_PLANE = "track(b.FindNet('GND'), pcbnew.In1_Cu, mm(0.3), V(60, 80), V(64, 80))"
KELVIN = """
p, q = pad('U405', '3'), pad('C401', '1')
track(p.GetNet(), pcbnew.F_Cu, mm(0.2), p.GetPosition(), q.GetPosition())
"""
MOVE_VIA = """
v = next(t for t in b.GetTracks() if t.GetClass() == 'PCB_VIA' and t.GetNetname() == '/NEAR_DM')
v.SetPosition(pcbnew.VECTOR2I(v.GetPosition().x, v.GetPosition().y - mm(0.5)))
"""
LONGER = """
tracks = [t for t in b.GetTracks() if t.GetNetname() == '/HOST_DM' and t.GetClass() == 'PCB_TRACK']
old = max(tracks, key=lambda t: t.GetLength())
a, e, out = old.GetStart(), old.GetEnd(), -mm(4)
d = mm(2) if e.y > a.y else -mm(2)
P = pcbnew.VECTOR2I
track(old.GetNet(), old.GetLayer(), old.GetWidth(), a, P(a.x, a.y + d), P(a.x + out, a.y + 2 * d), P(a.x, a.y + 3 * d), e)
b.Delete(old)
"""
AWAY = """
f = b.FindFootprintByReference('%s')
f.SetPosition(pcbnew.VECTOR2I(f.GetPosition().x + mm(%g), f.GetPosition().y + mm(%g)))
"""
SAME_PLACE = """
one, other = (b.FindFootprintByReference(r).Reference() for r in ('R201', 'R202'))
one.SetPosition(other.GetPosition())
"""
INWARD = """
f = b.FindFootprintByReference('J205')
f.SetPosition(pcbnew.VECTOR2I(f.GetPosition().x - mm(2), f.GetPosition().y))
"""


# the ground symbol below C610, which is to stand just above the wire of the next threshold
LOW_GROUND = r'(\(symbol \(lib_id "cordon:GND"\) \(at 71\.12 )200\.66'


def with_pcbnew(script):
    """a change of the board that KiCad itself makes, so that its zones are filled anew"""

    def plant(hw):
        # pcbnew comes with Debian's KiCad and loads in Debian's python alone
        subprocess.run(["/usr/bin/python3", "-c", PCBNEW % script], cwd=hw, check=True, capture_output=True)

    return plant


# name, how it is planted, the check that must find it, a part of what that says
FAULTS = [
    ("swapped pins", swap_labels("pico.kicad_sch", "MUX_A", "MUX_B"), "design", "pins: GP16 is MUX_B in netlist"),
    ("renamed net", rename_everywhere("PD_DP", "PULLDOWN_DP"), "design", "pins: GP14 is PULLDOWN_DP"),
    ("wrong pin in board.h", None, "design", "in firmware/board.h"),
    (
        "wrong row in the table",
        edit("README.md", r"^\| GP8 \| `VBUS_EN`", "| GP8 | `VBUS_ON`"),
        "design",
        "pins: GP8",
    ),
    (
        "missing MPN",
        edit("supply.kicad_sch", r'\(property "MPN" "INA181A3IDBVR"', '(property "MPN" ""'),
        "design",
        "parts: U405 has no MPN",
    ),
    (
        "missing alternative",
        edit("probe.kicad_sch", r'\(property "Alternative" "FSUSB30MUX[^"]*"', '(property "Alternative" ""'),
        "design",
        "parts: U301 has no Alternative",
    ),
    (
        "wrong pad",
        edit("lib/cordon.pretty/SOT-23.kicad_mod", r'\(pad "3"', '(pad "4"'),
        "design",
        "pads: Q101 (SOT-23)",
    ),
    (
        "symbol not as its datasheet",
        edit("lib/cordon.kicad_sym", r'\(name "~\{FAULT\}"', '(name "ILIM"'),
        "design",
        "pads: symbol TPS2553",
    ),
    ("datasheet not named", edit("lib/pins.tsv", r"(TPS2553\t1\tIN\t)[^\t]*", r"\1"), "design", "pads: TPS2553 pin 1 stands"),
    ("expander's wires swapped", swap_labels("pico.kicad_sch", "RP_CC1", "RP_CC2"), "design", "expander: P10 is RP_CC2"),
    (
        "too much capacity for a plug",
        edit("pico.kicad_sch", r'"Value" "1u"', '"Value" "10u"'),
        "design",
        "capacity: +5V has 14.8 uF",
    ),
    (
        "text on a wire",
        edit("supply.kicad_sch", r'\(label "VBUS_OUT" \(at 317\.5 40\.64', '(label "VBUS_OUT" (at 312.42 40.64'),
        "sheets",
        "'VBUS_OUT' lies on a line",
    ),
    (
        "text on a symbol",
        edit("radio.kicad_sch", r'"C6010" \(at 71\.12 57\.56', '"C6010" (at 71.12 60.96'),
        "sheets",
        "'C6010' lies on a line",
    ),
    (
        "text on a text",
        edit("pico.kicad_sch", r'"U103" \(at 184\.08 223\.59', '"U103" (at 205.08 234.59'),
        "sheets",
        "'U103' lies on 'Low until",
    ),
    ("names on each other on the board", with_pcbnew(SAME_PLACE), "sheets", "F.SilkS: 'R20"),
    ("symbol on another wire", edit("protection.kicad_sch", LOW_GROUND, r"\g<1>203.24"), "sheets", "a symbol lies on a wire"),
    (
        "wrong pin in bringup.py",
        edit("bringup.py", r'"OV_RESET": 11', '"OV_RESET": 12'),
        "bringup",
        "OV_RESET is GP12 in bringup.py",
    ),
    (
        "a step that leaves VBUS on",
        edit("bringup.py", r'"VBUS_EN": 0, ', ""),
        "bringup",
        "step 7 leaves VBUS_EN 1",
    ),
    (
        "a step that forgets the bus switch",
        edit("bringup.py", r'(def step11.*?)    pin\("BUS_OE_N", 0\)', r"\1    pass"),
        "bringup",
        "step 11 does not drive BUS_OE_N",
    ),
    ("swapped USB lines", edit("ports.kicad_sch", r'"HOST_DP"', '"HOST_XX"', 0), "design", "connections: HOST_DP"),
    (
        "label of one sheet only",
        edit("radio.kicad_sch", r'"RADIO_PD"', '"RADIO_OFF"', 0),
        "erc",
        "FAULT",
    ),
    (
        "missing no-connect mark",
        edit("pico.kicad_sch", r"^  \(no_connect .*?$", ""),
        "erc",
        "pin_not_connected",
    ),
    ("via moved", with_pcbnew(MOVE_VIA), "drc", "FAULT"),
    (
        "value changed in the schematic only",
        edit("supply.kicad_sch", r'"Value" "47k"', '"Value" "33k"', 0),
        "drc",
        "FAULT",
    ),
    ("split pair", with_pcbnew(SPLIT_PAIR), "copper", "FAULT pairs: HOST: side by side on"),
    ("pair of unlike length", with_pcbnew(LONGER), "copper", "over 2.0 mm apart"),
    (
        "board of another thickness",
        edit("cordon-tap.kicad_pcb", r'("dielectric 1".*?\(thickness )0\.21', r"\g<1>0.5"),
        "copper",
        "FAULT impedance",
    ),
    ("long stub at the tap", with_pcbnew(AWAY % ("R201", 3, -3)), "copper", "FAULT places: stub from the line to R201.1"),
    ("detector beside the Pico", with_pcbnew(AWAY % ("U601", 28, 0)), "copper", "FAULT places: U601 is"),
    (
        "port without a name",
        edit("cordon-tap.kicad_pcb", r'\(gr_text "FAR C"', '(gr_text "FAR"'),
        "copper",
        "FAULT places: no 'FAR C'",
    ),
    ("cut plane", with_pcbnew(CUT_PLANE), "copper", "FAULT planes: no ground on In1.Cu under HOST"),
    ("track on the plane", with_pcbnew(TRACK_ON_PLANE), "copper", "FAULT planes: tracks on In1.Cu"),
    (
        "sense line joined elsewhere",
        with_pcbnew(KELVIN),
        "copper",
        "FAULT kelvin: U405.3",
    ),
    (
        "socket moved inwards",
        with_pcbnew(INWARD),
        "copper",
        "FAULT places: J205 does not reach over the right edge",
    ),
    (
        "case for another board",
        edit("case.scad", r'\["J204", 126\.9, 54', '["J204", 126.9, 57'),
        "copper",
        "FAULT case: case.scad has J204",
    ),
    ("tap of 4.7 k", edit("spice/tap_fs.cir", r"Rtap m gpio 1k", "Rtap m gpio 4.7k"), "spice", "lag_p_ns is"),
    (
        "shunt of 20 ohm",
        edit("spice/range_ua.cir", r"rsh=10 ", "rsh=20 ", 0),
        "spice",
        "error_percent is",
    ),
    (
        "gerbers out of date",
        edit("cordon-tap.kicad_pcb", r'\(gr_text "FAR C"', '(gr_text "FAR"'),
        "fab",
        "gerbers.zip: cordon-tap-F_Silkscreen.gto is not what the board gives",
    ),
    ("case without a tray", edit("case.scad", r"module tray\(\)", "module no_tray()"), "case", "hw-check: case failed"),
    ("link to nowhere", edit("README.md", r"pictures/sheet-radio\.png", "pictures/radio.png"), "docs", "pictures/radio.png"),
    (
        "signal that is no net",
        edit("supply.kicad_sch", r"takes EN away", "takes VBUS_GO away"),
        "docs",
        "supply.kicad_sch names VBUS_GO",
    ),
    ("part that is not there", edit("README.md", r"R420, R421", "R420, R422"), "docs", "README.md names R422"),
    ("sum of the prices", edit("README.md", r"\*\*116 euros", "**115 euros"), "docs", "the prices are 116 together"),
    (
        "parts list out of date",
        edit("fab/bom.csv", r"TPS2553DBVR", "TPS2553DBVT"),
        "fab",
        "bom.csv is not what the design gives",
    ),
]


def main():
    only = sys.argv[1:]
    unseen = 0
    shutil.rmtree(WORK, ignore_errors=True)
    for name, plant, step, says in FAULTS:
        if only and name not in only:
            continue
        hw = WORK / "hw"
        shutil.rmtree(hw, ignore_errors=True)
        shutil.copytree(HW, hw, ignore=shutil.ignore_patterns("__pycache__"))
        board_h = BOARD_H
        if plant:
            plant(hw)
        else:
            board_h = WORK / "board.h"
            board_h.write_text(re.sub(r"(PIN_PD_DP = )14", r"\g<1>15", BOARD_H.read_text()))
        env = dict(os.environ, HW=str(hw), OUT=str(WORK / "out"), BOARD_H=str(board_h))
        run = subprocess.run([str(HERE / "run.sh"), step], env=env, capture_output=True, text=True)
        seen = run.returncode != 0 and says in run.stdout
        said = (run.stdout + run.stderr).strip()[-300:]
        line = next((l for l in run.stdout.splitlines() if says in l), said)
        print(f"{'found ' if seen else 'UNSEEN'} {name}: {step}: {line.strip()[:150]}", flush=True)
        unseen += not seen
    print(f"hw-check-faults: {unseen} unseen")
    return unseen > 0


sys.exit(main())
