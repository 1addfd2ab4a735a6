// Small blocks of the chip, each as far as the firmware uses it: DMA, timer, PWM counter, watchdog, resets.
// All time comes from the run loop's count of 120 MHz cycles, so that stamps can be compared to the cycle.

export class Dma {
  constructor(chip) {
    this.chip = chip;
    this.ch = Array.from({ length: 12 }, () => ({ read: 0, write: 0, count: 0, reload: 0, ctrl: 0, busy: false }));
    this.ready = new Map(); // DREQ number -> () => bool
    this.latency = 4; // cycles a transfer; the chain's last link is this many behind each other
    this.queue = []; // [cycle, channel], in order
    this.intr = this.inte = 0;
  }
  raise() { this.chip.interrupt(11, !!(this.intr & this.inte)); }
  start(i) {
    const c = this.ch[i];
    if (!(c.ctrl & 1) || c.busy) return;
    c.busy = true;
    c.count = c.reload;
    this.poke(i);
  }
  poke(i) {
    const c = this.ch[i], treq = (c.ctrl >>> 15) & 63;
    if (treq === 36) return; // the ADC's, which moves its samples by itself
    if (c.busy && !c.queued && (treq === 63 || this.ready.get(treq)?.())) {
      c.queued = true;
      this.queue.push([this.chip.cycle + this.latency, i]);
    }
  }
  dreq(n) { this.ch.forEach((c, i) => { if (c.busy && ((c.ctrl >>> 15) & 63) === n) this.poke(i); }); }
  step() { while (this.queue.length && this.queue[0][0] <= this.chip.cycle) this.transfer(this.queue.shift()[1]); }
  transfer(i) {
    const c = this.ch[i], rp = this.chip.rp, size = (c.ctrl >>> 2) & 3, ring = (c.ctrl >>> 6) & 15;
    c.queued = false;
    if (size === 2) rp.writeUint32(c.write, rp.readUint32(c.read));
    else if (size === 1) rp.writeUint16(c.write, rp.readUint16(c.read));
    else rp.writeUint8(c.write, rp.readUint8(c.read));
    const next = (at, wraps) => { const mask = wraps && ring ? (1 << ring) - 1 : -1; return ((at & ~mask) | ((at + (1 << size)) & mask)) >>> 0; };
    if (c.ctrl & 0x10) c.read = next(c.read, !(c.ctrl & 0x400));
    if (c.ctrl & 0x20) c.write = next(c.write, !!(c.ctrl & 0x400));
    c.count = (c.count - 1) >>> 0;
    if (c.count) { this.poke(i); return; }
    c.busy = false;
    // Not where the channel is to be quiet. §2.5.5.1
    if (!(c.ctrl & (1 << 21))) { this.intr |= 1 << i; this.raise(); }
    const chain = (c.ctrl >>> 11) & 15;
    if (chain !== i) this.start(chain);
  }
  readUint32(offset) {
    this.chip.adc.sync();
    if (offset < 0x300) {
      const c = this.ch[offset >> 6];
      switch (offset & 63) {
        case 0: return c.read;
        case 4: return c.write;
        case 8: return c.count;
        case 12: case 16: return (c.ctrl | (c.busy ? 1 << 24 : 0)) >>> 0;
      }
    }
    if (offset === 0x404) return this.inte;
    if (offset === 0x40c) return this.intr & this.inte;
    throw new Error(`DMA: register ${offset.toString(16)} is not modelled`);
  }
  writeUint32(offset, value) {
    this.chip.adc.sync();
    if (offset === 0x430) { for (let i = 0; i < 12; i++) if ((value >>> i) & 1) this.start(i); return; }
    if (offset === 0x404) { this.inte = value; this.raise(); return; }
    if (offset === 0x40c) { this.intr &= ~value; this.raise(); return; }
    if (offset >= 0x300) throw new Error(`DMA: register ${offset.toString(16)} is not modelled`);
    const i = offset >> 6, c = this.ch[i];
    switch (offset & 63) {
      case 0: c.read = value; break;
      case 4: c.write = value; break;
      case 8: c.reload = c.count = value; break;
      case 12: c.ctrl = value; this.start(i); break;
      case 16: c.ctrl = value; break;
      case 28: c.reload = value; this.start(i); break;
      default: throw new Error(`DMA: register ${offset.toString(16)} is not modelled`);
    }
  }
}

export class Timer {
  constructor(chip) { this.chip = chip; this.alarm = [0, 0, 0, 0]; this.armed = this.intr = this.inte = 0; }
  get us() { return Math.floor(this.chip.cycle / 120); }
  // Cycles until the next alarm; Infinity where none is set.
  next() {
    let best = Infinity;
    for (let i = 0; i < 4; i++) if ((this.armed >>> i) & 1) best = Math.min(best, (((this.alarm[i] - this.us) >>> 0) || 1) * 120 - (this.chip.cycle % 120));
    return best;
  }
  step() {
    if (!this.armed) return;
    for (let i = 0; i < 4; i++)
      if ((this.armed >>> i) & 1 && ((this.us - this.alarm[i]) >>> 0) < 0x80000000) { this.armed &= ~(1 << i); this.intr |= 1 << i; this.raise(); }
  }
  raise() { for (let i = 0; i < 4; i++) this.chip.interrupt(i, !!((this.intr & this.inte) >>> i & 1)); }
  readUint32(offset) {
    this.chip.checkTick();
    switch (offset) {
      case 0x24: return Math.floor(this.us / 2 ** 32) >>> 0;
      case 0x28: return this.us >>> 0;
      case 0x34: return this.intr;
      case 0x38: return this.inte;
    }
    throw new Error(`TIMER: register ${offset.toString(16)} is not modelled`);
  }
  writeUint32(offset, value) {
    this.chip.checkTick();
    if (offset >= 0x10 && offset < 0x20) { const i = (offset - 0x10) >> 2; this.alarm[i] = value >>> 0; this.armed |= 1 << i; this.chip.wakeChanged = true; }
    else if (offset === 0x34) { this.intr &= ~value; this.raise(); }
    else if (offset === 0x38) { this.inte = value; this.raise(); }
    else throw new Error(`TIMER: register ${offset.toString(16)} is not modelled`);
  }
}

export class Pwm {
  constructor(chip) { this.chip = chip; this.regs = new Map(); this.from = 0; }
  readUint32(offset) {
    if (offset % 20 === 8 && offset < 160) {
      const base = offset - 8;
      if (!(this.regs.get(base) & 1) || this.regs.get(base + 4) !== 16 || this.regs.get(base + 16) !== 0xffff) throw new Error('PWM: only a free-running counter is modelled');
      return (this.chip.cycle - this.from) & 0xffff;
    }
    return this.regs.get(offset) ?? 0;
  }
  writeUint32(offset, value) { if (offset % 20 === 0 && value & 1) this.from = this.chip.cycle; this.regs.set(offset, value >>> 0); }
}

export class Watchdog {
  constructor(chip, scratch, reason) { this.chip = chip; this.scratch = scratch; this.reason = reason; this.enabled = false; this.tick = 0; this.left = 0; this.at = 0; }
  // Erratum E1: it counts down by two each tick.
  step() { if (this.enabled && this.left - 2 * (Math.floor(this.chip.cycle / 120) - this.at) <= 0) this.chip.bitten = true; }
  readUint32(offset) {
    if (offset === 8) return this.reason;
    if (offset >= 0xc && offset < 0x2c) return this.scratch[(offset - 0xc) >> 2];
    if (offset === 0x2c) return this.tick;
    throw new Error(`WATCHDOG: register ${offset.toString(16)} is not modelled`);
  }
  writeUint32(offset, value) {
    if (offset === 0) this.enabled = !!(value & (1 << 30));
    else if (offset === 4) { this.left = value & 0xffffff; this.at = Math.floor(this.chip.cycle / 120); }
    else if (offset >= 0xc && offset < 0x2c) this.scratch[(offset - 0xc) >> 2] = value >>> 0;
    else if (offset === 0x2c) this.tick = value;
    else throw new Error(`WATCHDOG: register ${offset.toString(16)} is not modelled`);
  }
}

// The ring oscillator's random bit, from a seed; nothing else of it is used. §2.17.8
export class Rosc {
  constructor(seed, stuck) { this.state = seed >>> 0 || 1; this.stuck = stuck; this.reads = 0; }
  // Between two reads it may not have turned: a bit stands for several of them, and ones are commoner.
  readUint32(offset) {
    if (offset !== 0x1c) throw new Error(`ROSC: register ${offset.toString(16)} is not modelled`);
    if (this.stuck) return 0;
    this.reads++;
    if (this.reads % 8 === 1) {
      this.state ^= this.state << 13;
      this.state ^= this.state >>> 17;
      this.state ^= this.state << 5;
    }
    return (this.state >>> 8) % 8 < 5 ? 1 : 0;
  }
  writeUint32(offset) { throw new Error(`ROSC: register ${offset.toString(16)} is not modelled`); }
}

export class Resets {
  constructor(chip) { this.chip = chip; this.held = 0x01ffffff & ~((1 << 6) | (1 << 9) | (1 << 1) | (1 << 18) | (1 << 19)); }
  readUint32(offset) { return offset === 0 ? this.held : offset === 8 ? ~this.held & 0x01ffffff : 0; }
  writeUint32(offset, value) { if (offset === 0) this.held = value & 0x01ffffff; }
}

// A register file that remembers what is written: for blocks whose effect is checked, not modelled.
export class Plain {
  constructor(name, initial = {}) { this.name = name; this.regs = new Map(Object.entries(initial).map(([k, v]) => [Number(k), v])); }
  readUint32(offset) { return this.regs.get(offset) ?? 0; }
  writeUint32(offset, value) { this.regs.set(offset, value >>> 0); }
}

// The pins' functions, and their interrupts on edges. §2.19.6.1
export class IoBank extends Plain {
  constructor(chip) { super('IO_BANK0'); this.chip = chip; this.edges = [0, 0, 0, 0]; }
  edge(pin, high) { this.edges[pin >> 3] |= (high ? 8 : 4) << (4 * (pin & 7)); this.update(); }
  update() { this.chip.interrupt(13, this.edges.some((e, i) => e & super.readUint32(0x100 + 4 * i))); }
  readUint32(offset) { return offset >= 0xf0 && offset < 0x100 ? this.edges[(offset - 0xf0) >> 2] : super.readUint32(offset); }
  writeUint32(offset, value) {
    if (offset >= 0xf0 && offset < 0x100) this.edges[(offset - 0xf0) >> 2] &= ~value;
    else super.writeUint32(offset, value);
    this.update();
  }
}
