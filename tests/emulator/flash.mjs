// The flash chip (W25Q16JV, as far as the firmware uses it) and the serial interface in front of it. In: bytes between two edges
// of the chip select. Out: answers, and the contents of the emulator's flash, which change byte by byte in an order that is kept, so
// that a test can take the power away after any of them. Strict: what a chip would ignore, or what would harm the image, is a failure.
import { Plain } from './blocks.mjs';

const MS = 120000, SECTOR = 4096, PAGE = 256, KEPT_FROM = 0x1fe000, KEPT_TO = 0x200000;
const ERASE_CYCLES = 45 * MS, PROGRAM_CYCLES = 0.4 * MS; // typical; §9.6 of its sheet

export class FlashChip {
  constructor(chip, id) { this.chip = chip; this.id = id; this.selected = false; this.sent = []; this.enabled = false; this.busyUntil = 0; this.changes = []; this.stuck = false; this.erase = ERASE_CYCLES; }
  get busy() { return this.chip.cycle < this.busyUntil; }
  get bytes() { return this.chip.rp.flash; }
  change(at, to) { if (this.stuck || this.bytes[at] === to) return; this.bytes[at] = to; this.changes.push([at, to]); }
  select(on) {
    if (on === this.selected) return;
    this.selected = on;
    if (on) { this.sent = []; return; }
    const [command, a, b, c, ...data] = this.sent, at = (a << 16) | (b << 8) | c;
    if (command === undefined) return;
    if (this.busy && command !== 0x05) { this.chip.fail(`flash: command ${command.toString(16)} while it is busy`); return; }
    if (command === 0x06) this.enabled = true;
    if (command !== 0x20 && command !== 0x02) return;
    if (!this.enabled) { this.chip.fail(`flash: command ${command.toString(16)} without write enable`); return; }
    this.enabled = false;
    if (at < KEPT_FROM || at >= KEPT_TO) this.chip.fail(`flash: the firmware writes at ${at.toString(16)}`);
    if (command === 0x20) {
      const from = at & ~(SECTOR - 1);
      if (this.sent.length !== 4 || from !== at) this.chip.fail('flash: an erase that is no sector');
      for (const to of [0, 0xff]) for (let i = 0; i < SECTOR; i++) this.change(from + i, to);
      this.busyUntil = this.chip.cycle + this.erase;
    } else {
      if (!data.length || (at & (PAGE - 1)) + data.length > PAGE) this.chip.fail('flash: a program beyond its page');
      data.forEach((v, i) => this.change(at + i, this.bytes[at + i] & v));
      this.busyUntil = this.chip.cycle + PROGRAM_CYCLES;
    }
  }
  // One byte each way.
  exchange(v) {
    if (!this.selected) { this.chip.fail('flash: a byte without chip select'); return 0xff; }
    const n = this.sent.push(v) - 1, [command, a, b, c] = this.sent;
    if (command === 0x05 && n) return (this.busy ? 1 : 0) | (this.enabled ? 2 : 0);
    if (this.busy) return 0xff;
    if (command === 0x4b && n >= 5 && n < 13) return this.id[n - 5];
    if (command === 0x03 && n >= 4) return this.bytes[(((a << 16) | (b << 8) | c) + n - 4) & 0x1fffff];
    return 0xff;
  }
}

// By hand only: frames of eight bits. Once it is set up so, the flash cannot be read by address any more.
export class Ssi extends Plain {
  constructor(chip, flash) { super('SSI'); this.chip = chip; this.flash = flash; this.answers = []; this.byHand = false; }
  readUint32(offset) {
    if (offset === 0x28) return this.answers.length ? 8 : 0;
    if (offset !== 0x60) return super.readUint32(offset);
    if (!this.answers.length) this.chip.fail('SSI: its empty FIFO is read');
    return this.answers.shift() ?? 0;
  }
  writeUint32(offset, value) {
    if (offset === 0 && this.readUint32(8)) this.chip.fail('SSI: set up while it is on');
    super.writeUint32(offset, value);
    if (offset === 0) this.byHand = ((value >>> 16) & 31) === 7;
    if (offset !== 0x60) return;
    if (!this.readUint32(8) || !this.readUint32(0x10)) this.chip.fail('SSI: used while it is off');
    this.answers.push(this.flash.exchange(value & 255));
  }
}

// The chip select is forced by its pad's output override. RP2040 datasheet §2.19.6.2
export class IoQspi extends Plain {
  constructor(flash) { super('IO_QSPI'); this.flash = flash; }
  writeUint32(offset, value) { super.writeUint32(offset, value); if (offset === 0x0c) this.flash.select(((value >>> 8) & 3) === 2); }
}
