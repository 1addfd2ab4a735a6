// A PIO block, cycle by cycle: what the RP2040 datasheet's chapter 3 says, as far as it is used; the rest throws.
// In: register accesses, the pads. Out: FIFO words by DREQ, interrupt flags. The clock is the run loop's.
const SM_BASE = 0xc8, SM_SIZE = 0x18;
const RX_JOINED = 8, ALONE = 4;

class StateMachine {
  constructor(pio, index) {
    this.pio = pio;
    this.index = index;
    this.enabled = false;
    this.clkdiv = 1 << 16;
    this.execctrl = 0x1f000;
    this.shiftctrl = 3 << 18;
    this.pinctrl = 5 << 26;
    this.x = this.y = 0;
    this.pc = 0;
    this.fifo = [];
    this.sent = []; // what the core or DMA has sent to it
    this.restart();
  }
  restart() {
    this.isr = this.osr = this.isrCount = 0;
    this.osrCount = 32;
    this.delay = this.fraction = 0;
    this.pushing = false;
    this.stalled = false;
    this.forced = -1;
  }
  decode() {
    const threshold = (this.shiftctrl >>> 20) & 31;
    this.pushAt = threshold || 32;
    this.autopush = (this.shiftctrl >>> 16) & 1;
    this.autopull = (this.shiftctrl >>> 17) & 1;
    this.pullAt = (this.shiftctrl >>> 25) & 31 || 32;
    this.inRight = (this.shiftctrl >>> 18) & 1;
    this.outRight = (this.shiftctrl >>> 19) & 1;
    this.room = this.shiftctrl >>> 31 ? RX_JOINED : ALONE;
    this.wrapTop = (this.execctrl >>> 12) & 31;
    this.wrapBottom = (this.execctrl >>> 7) & 31;
    this.jmpPin = (this.execctrl >>> 24) & 31;
    this.inBase = (this.pinctrl >>> 15) & 31;
    this.divider = (this.clkdiv >>> 8) || 1 << 24;
  }
  pins() {
    const v = this.pio.synced, b = this.inBase;
    return b ? (v >>> b) | (v << (32 - b)) : v;
  }
  source(n) {
    switch (n) {
      case 0: return this.pins();
      case 1: return this.x;
      case 2: return this.y;
      case 3: return 0;
      case 6: return this.isr;
      case 7: return this.osr;
      default: throw new Error(`PIO: source ${n} is not modelled`);
    }
  }
  jumps(condition) {
    switch (condition) {
      case 0: return true;
      case 1: return this.x === 0;
      case 2: { const t = this.x !== 0; this.x = (this.x - 1) | 0; return t; }
      case 3: return this.y === 0;
      case 4: { const t = this.y !== 0; this.y = (this.y - 1) | 0; return t; }
      case 5: return this.x !== this.y;
      case 6: return ((this.pio.synced >>> this.jmpPin) & 1) === 1;
      default: throw new Error(`PIO: jump condition ${condition} is not modelled`);
    }
  }
  // False where the FIFO is full: the instruction stalls.
  push() {
    if (this.fifo.length >= this.room) { this.pio.rxStalls++; return false; }
    this.fifo.push(this.isr >>> 0);
    this.isr = this.isrCount = 0;
    this.pio.onRx(this.index);
    return true;
  }
  execute() {
    const forced = this.forced >= 0, word = forced ? this.forced : this.pio.memory[this.pc];
    const low = word & 31, count = low || 32;
    let next = this.pc === this.wrapTop ? this.wrapBottom : (this.pc + 1) & 31;
    if (forced) next = this.pc;
    this.stalled = true;
    switch (word >>> 13) {
      case 0:
        if (this.jumps((word >>> 5) & 7)) next = low;
        break;
      case 1: {
        const want = (word >>> 7) & 1;
        const kind = (word >>> 5) & 3;
        if (kind === 0 && ((this.pio.synced >>> low) & 1) !== want) return;
        if (kind === 1 && ((this.pins() >>> low) & 1) !== want) return;
        if (kind === 2) {
          if (((this.pio.flags >>> (low & 7)) & 1) !== want) return;
          if (want) this.pio.flags &= ~(1 << (low & 7));
        }
        break;
      }
      case 2: {
        if (!this.pushing) {
          const mask = count === 32 ? -1 : (1 << count) - 1, v = this.source((word >>> 5) & 7) & mask;
          if (count === 32) this.isr = v;
          else this.isr = this.inRight ? (this.isr >>> count) | (v << (32 - count)) : (this.isr << count) | v;
          this.isrCount = Math.min(32, this.isrCount + count);
        }
        this.pushing = this.autopush && this.isrCount >= this.pushAt;
        if (this.pushing && !this.push()) return;
        this.pushing = false;
        break;
      }
      case 3: {
        if (!this.outRight) throw new Error('PIO: OUT to the left is not modelled');
        if (this.autopull && this.osrCount >= this.pullAt) {
          if (!this.sent.length) return;
          this.osr = this.sent.shift();
          this.osrCount = 0;
          this.pio.onRoom(this.index);
        }
        this.osrCount = Math.min(32, this.osrCount + count);
        const v = count === 32 ? this.osr : this.osr & ((1 << count) - 1);
        this.osr = count === 32 ? 0 : this.osr >>> count;
        const to = (word >>> 5) & 7;
        if (to === 1) this.x = v;
        else if (to === 2) this.y = v;
        else if (to !== 3) throw new Error(`PIO: OUT to ${to} is not modelled`);
        break;
      }
      case 4:
        if ((word & 0xe0) !== 0x20) throw new Error('PIO: only PUSH BLOCK is modelled');
        if (!this.push()) return;
        break;
      case 5: {
        if (word & 0x18) throw new Error('PIO: MOV with an operation is not modelled');
        const v = this.source(word & 7), to = (word >>> 5) & 7;
        if (to === 1) this.x = v;
        else if (to === 2) this.y = v;
        else if (to === 7) { this.osr = v; this.osrCount = 0; }
        else throw new Error(`PIO: MOV to ${to} is not modelled`);
        break;
      }
      case 6:
        if (word & 0x20) throw new Error('PIO: IRQ WAIT is not modelled');
        if (word & 0x40) this.pio.flags &= ~(1 << (low & 7));
        else { this.pio.flags |= 1 << (low & 7); this.pio.onFlag(); }
        break;
      default: {
        const to = (word >>> 5) & 7;
        if (to === 1) this.x = low;
        else if (to === 2) this.y = low;
        else throw new Error(`PIO: SET to ${to} is not modelled`);
      }
    }
    this.stalled = false;
    this.forced = -1;
    this.delay = (word >>> 8) & 31;
    this.pc = next;
  }
  // Whether it waits for what is sent to it, and nothing else.
  get starved() { return this.stalled && !this.sent.length && !this.delay && (this.pio.memory[this.pc] >>> 13) === 3; }
  step() {
    if (this.divider !== 256) {
      this.fraction += 256;
      if (this.fraction < this.divider) return;
      this.fraction -= this.divider;
    }
    if (this.delay) this.delay--;
    else this.execute();
  }
  // All that decides what it does next.
  state() {
    return [this.enabled, this.pc, this.x, this.y, this.isr, this.isrCount, this.osr, this.delay, this.fraction, this.stalled, this.forced];
  }
}

export class Pio {
  constructor(chip, index) {
    this.chip = chip;
    this.index = index;
    this.name = `PIO${index}`;
    this.memory = new Uint16Array(32);
    this.sm = [0, 1, 2, 3].map((i) => new StateMachine(this, i));
    this.sm.forEach((s) => s.decode());
    this.flags = this.inte = this.rxStalls = 0;
    this.first = this.synced = 0; // the synchroniser's two stages. §3.5.6.3
    this.running = [];
    this.onRx = () => {};
    this.onRoom = () => {};
    this.onFlag = () => {};
  }
  step(pads) {
    for (const s of this.running) s.step();
    this.synced = this.first;
    this.first = pads;
  }
  hasRoom(i) { return this.sm[i].sent.length < ALONE; }
  get starved() { return this.running.every((s) => s.starved); }
  settled(pads) { return this.synced === pads && this.first === pads; }
  state() { return this.running.flatMap((s) => s.state()).concat(this.flags).join(); }
  take(i) {
    const fifo = this.sm[i].fifo;
    if (!fifo.length) this.chip.fail(`${this.name}: the empty FIFO of state machine ${i} is read`);
    return fifo.length ? fifo.shift() : 0;
  }
  readUint32(offset) {
    if (offset >= 0x20 && offset < 0x30) return this.take((offset - 0x20) >> 2);
    if (offset === 0x30) return this.flags;
    if (offset === 0) return this.running.reduce((v, s) => v | (1 << s.index), 0);
    if (offset >= SM_BASE && offset < SM_BASE + 4 * SM_SIZE) {
      const s = this.sm[((offset - SM_BASE) / SM_SIZE) | 0];
      return [s.clkdiv, s.execctrl, s.shiftctrl, s.pc, this.memory[s.pc], s.pinctrl][((offset - SM_BASE) % SM_SIZE) >> 2];
    }
    throw new Error(`${this.name}: register ${offset.toString(16)} is not modelled`);
  }
  writeUint32(offset, value) {
    this.chip.disturbed();
    if (offset === 0) {
      this.sm.forEach((s, i) => {
        s.enabled = !!((value >>> i) & 1);
        if ((value >>> (4 + i)) & 1) s.restart();
        if ((value >>> (8 + i)) & 1) s.fraction = 0;
      });
      this.running = this.sm.filter((s) => s.enabled);
      if (this.running.length && !this.index) this.chip.checkListening();
    } else if (offset >= 0x10 && offset < 0x20) {
      const s = this.sm[(offset - 0x10) >> 2];
      if (!this.hasRoom(s.index)) this.chip.fail(`${this.name}: the full FIFO of state machine ${s.index} is written`);
      else s.sent.push(value);
    } else if (offset === 0x30) {
      this.flags &= ~value;
    } else if (offset >= 0x48 && offset < 0xc8) {
      this.memory[(offset - 0x48) >> 2] = value;
    } else if (offset >= SM_BASE && offset < SM_BASE + 4 * SM_SIZE) {
      const s = this.sm[((offset - SM_BASE) / SM_SIZE) | 0];
      switch (((offset - SM_BASE) % SM_SIZE) >> 2) {
        case 0: s.clkdiv = value; break;
        case 1: s.execctrl = value; break;
        // Joined or parted, both FIFOs are emptied. §3.7
        case 2: if ((s.shiftctrl ^ value) >>> 30) s.fifo.length = s.sent.length = 0; s.shiftctrl = value; break;
        case 4: s.forced = value & 0xffff; s.decode(); s.execute(); s.delay = 0; return;
        case 5: s.pinctrl = value; break;
        default: this.chip.fail(`${this.name}: write to a register that cannot be written`);
      }
      s.decode();
    } else if (offset === 0x12c) {
      this.inte = value;
      this.chip.interrupt(7, !!(value & (this.flags << 8)));
    } else {
      throw new Error(`${this.name}: register ${offset.toString(16)} is not modelled`);
    }
  }
}
