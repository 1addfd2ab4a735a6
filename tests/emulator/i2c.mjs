// I2C0 as a master, and the TCA9535 at 0x20 behind it: output and direction registers, as far as the firmware uses them.
// In: bytes in the FIFO. Out: levels of the sixteen pins, nothing where a pin is an input. RP2040 datasheet §4.3.
const BIT = 300; // cycles of 120 MHz at 400 kHz

export class Expander {
  constructor() { this.output = 0xffff; this.inputs = 0xffff; this.pointer = 0; this.present = true; this.stuck = false; }
  // Bytes of a message that was written, from the register's number on.
  write(bytes) {
    this.pointer = bytes[0];
    bytes.slice(1).forEach((b, i) => {
      const reg = (this.pointer & 6) === 2 ? 'output' : 'inputs', shift = (this.pointer + i) & 1 ? 8 : 0;
      if (!this.stuck) this[reg] = (this[reg] & ~(0xff << shift)) | (b << shift);
    });
  }
  read(n) { const v = (this.pointer & 6) === 2 ? this.output : this.inputs; return Array.from({ length: n }, (_, i) => (v >> (8 * ((this.pointer + i) & 1))) & 255); }
  drives(pin) { return !((this.inputs >> pin) & 1); }
  // 1 driven high, 0 driven low, undefined let go.
  level(pin) { return this.drives(pin) ? (this.output >> pin) & 1 : undefined; }
  get leds() { return [0, 1, 2].filter((pin) => this.level(pin) === 0).map((pin) => ['green', 'amber', 'red'][pin]).join(); }
}

export class I2c {
  constructor(chip, expander) { this.chip = chip; this.name = 'I2C0'; this.expander = expander; this.regs = new Map(); this.message = []; this.rx = []; this.busy = 0; this.abort = false; this.log = []; }
  get(offset) { return this.regs.get(offset) ?? 0; }
  readUint32(offset) {
    const idle = this.chip.cycle >= this.busy;
    switch (offset) {
      case 0x10: if (!this.rx.length || !idle) this.chip.fail('I2C0: a byte is read that has not come'); return this.rx.shift() ?? 0;
      case 0x34: return this.abort && idle ? 1 << 6 : 0;
      case 0x54: this.abort = false; return 0;
      case 0x70: return idle && !this.message.length ? 6 : 0x21;
      case 0x74: return idle ? 0 : 1;
      case 0x78: return idle ? this.rx.length : 0;
      default: return this.get(offset);
    }
  }
  writeUint32(offset, value) {
    if (offset === 0x6c && value & 1) this.check();
    if (offset !== 0x10) { this.regs.set(offset, value); return; }
    if (!(this.get(0x6c) & 1)) this.chip.fail('I2C0: a byte is sent while it is off');
    this.message.push(value);
    if (this.message.length > 16) this.chip.fail('I2C0: its FIFO runs over');
    if (value & (1 << 9)) this.run();
  }
  check() {
    for (const pin of [4, 5]) {
      if ((this.chip.io.readUint32(8 * pin + 4) & 31) !== 3) this.chip.fail(`GP${pin} is not given to I2C0`);
      if (!(this.chip.padsBank.readUint32(4 + 4 * pin) & (1 << 6))) this.chip.fail(`the pad of GP${pin} has its input off`);
    }
    const low = this.get(0x20), high = this.get(0x1c);
    if (low < 156 || high < 72 || low + high < 300) this.chip.fail(`I2C0: ${low} and ${high} cycles are too fast for 400 kHz`);
  }
  run() {
    const words = this.message.splice(0), written = words.filter((w) => !(w & 256)).map((w) => w & 255), reads = words.filter((w) => w & 256).length;
    this.busy = Math.max(this.chip.cycle, this.busy) + BIT * 9 * (words.length + 1 + (reads ? 1 : 0));
    if (!this.expander.present || this.get(4) !== 0x20) { this.abort = true; return; }
    this.expander.write(written);
    this.log.push([this.busy, this.expander.leds]);
    if (reads) this.rx.push(...this.expander.read(reads));
  }
}
