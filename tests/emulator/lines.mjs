// D+ and D- of NEAR by who drives them, the strongest first: the probe outputs (27 ohm) where the bus switch lets them through,
// what a test plays (a device's pull-up, a driver), the 15 k pull-downs, and where nobody does the board's 300 k to 1.65 V.
// In: the SIO's outputs, played states. Out: the levels of the pads GP0 and GP1. hw/README.md.
const PROBE = 2, SEL = 6, OE_N = 7, PULL_DOWN = 14;

export class Lines {
  constructor(chip) {
    this.chip = chip;
    this.played = 0; // lines that are pulled or driven high; a low one is nobody's
    this.open = 0; // probe outputs that do not arrive, bit 0 D+, 1 D-
    this.high = this.low = 0; // tap inputs that are stuck
    this.swapped = false;
    this.floating = 0; // what a pad makes of 1.65 V: anything
    this.driving = 0;
  }
  put(lines) { this.played = lines; this.update(); }
  update() {
    const { chip } = this, { sio } = chip.rp, on = chip.outputs;
    const through = !((on >>> OE_N) & 1) && (on >>> SEL) & 1, given = through ? (sio.gpioOutputEnable >>> PROBE) & 3 : 0;
    // Only pins that are given to the SIO are its own to drive.
    for (let i = 0; i < 2; i++) if ((given >>> i) & 1 && (chip.io.readUint32(8 * (PROBE + i) + 4) & 31) !== 5) chip.fail(`GP${PROBE + i} drives without being given to the SIO`);
    const driven = given & ~this.open, weak = driven & this.played;
    if (driven && !this.driving && this.played) chip.fail('the probe begins to drive lines that are not free');
    this.driving = driven;
    const down = (sio.gpioOutputEnable >>> PULL_DOWN) & ~(on >>> PULL_DOWN) & 3;
    let v = (driven & (on >>> PROBE)) | (~driven & (this.played | (this.floating & ~down)));
    if (this.swapped) v = ((v & 1) << 1) | ((v >> 1) & 1);
    v = ((v & 3) | this.high) & ~this.low;
    if (weak) this.against = true;
    if (v === chip.pads) return;
    chip.disturbed();
    chip.pads = v;
  }
}
