// The USB controller in device mode, and a host on the other end that checks what it is given: data PIDs, lengths, STALLs.
// In: register and buffer accesses of the firmware, transfers asked for by a test. Out: results of transactions.
// RP2040 datasheet §4.1.2; USB 2.0 §8.4.6, §8.5.
const AVAILABLE = 1 << 10, STALL = 1 << 11, DATA1 = 1 << 13, FULL = 1 << 15, LENGTH = 0x3ff;
const S_SETUP = 1 << 17, S_RESET = 1 << 19, S_SUSPENDED = 1 << 4, S_RESUME = 1 << 11;
// From the write that fills a buffer's word to the one that makes it available. §4.1.2.7.1
const AVAILABLE_DELAY = 12;

export class UsbDevice {
  constructor(chip) {
    this.chip = chip;
    this.regs = new Map();
    this.sieStatus = this.buffStatus = this.stallArm = this.sof = 0;
    this.sofPending = false;
    this.written = new Map();
  }
  get dpram() { return this.chip.rp.usbDPRAMView; }
  get intr() {
    return (this.buffStatus ? 1 << 4 : 0) | (this.sieStatus & S_RESET ? 1 << 12 : 0) | (this.sieStatus & S_SUSPENDED ? 1 << 14 : 0) |
      (this.sieStatus & S_RESUME ? 1 << 15 : 0) | (this.sieStatus & S_SETUP ? 1 << 16 : 0) | (this.sofPending ? 1 << 17 : 0);
  }
  update() { this.chip.interrupt(5, !!(this.intr & (this.regs.get(0x90) ?? 0))); }
  get attached() { return !!((this.regs.get(0x4c) ?? 0) & (1 << 16)) && !!((this.regs.get(0x40) ?? 0) & 1); }
  get address() { return (this.regs.get(0) ?? 0) & 127; }
  readUint32(offset) {
    switch (offset) {
      case 0x48: this.sofPending = false; this.update(); return this.sof;
      case 0x50: return this.sieStatus;
      case 0x58: return this.buffStatus;
      case 0x68: return this.stallArm;
      case 0x8c: return this.intr;
      case 0x98: return this.intr & (this.regs.get(0x90) ?? 0);
      default: return this.regs.get(offset) ?? 0;
    }
  }
  writeUint32(offset, value) {
    switch (offset) {
      case 0x50: this.sieStatus &= ~value; break;
      case 0x58: this.buffStatus &= ~value; break;
      case 0x68: this.stallArm = value; break;
      case 0x4c: if (value & (1 << 16)) this.chip.checkUsb(); // falls through
      default: this.regs.set(offset, value >>> 0);
    }
    this.update();
  }
  // Called by the bus for each write to the dual-port memory.
  DPRAMUpdated(offset, value) {
    if (offset < 0x80 || offset >= 0x100) return;
    const before = this.written.get(offset);
    if (value & AVAILABLE) {
      if (!before || before.value !== (value & ~AVAILABLE) >>> 0) this.chip.fail(`USB: buffer control ${offset.toString(16)} made available in the write that fills it`);
      else if (this.chip.cycle + this.chip.inFlight - before.cycle < AVAILABLE_DELAY) this.chip.fail(`USB: buffer control ${offset.toString(16)} made available after ${this.chip.cycle - before.cycle} cycles`);
    }
    this.written.set(offset, { value: value >>> 0, cycle: this.chip.cycle + this.chip.inFlight });
  }
  control(ep, out) { return ep ? this.dpram.getUint32(8 + 8 * (ep - 1) + (out ? 4 : 0), true) : 0x80000000; }
  bufferControl(ep, out) { return 0x80 + 8 * ep + (out ? 4 : 0); }
  bufferAt(ep, out) { return ep ? this.control(ep, out) & 0xffc0 : 0x100; }
  done(ep, out, word) {
    this.dpram.setUint32(this.bufferControl(ep, out), word >>> 0, true);
    this.buffStatus |= 1 << (2 * ep + (out ? 1 : 0));
    this.update();
  }
}

export class UsbHost {
  constructor(chip) { this.chip = chip; this.dev = chip.usb; this.toggle = {}; this.naks = 0; this.frame = 0; this.nextSof = 0; this.sofs = true; }
  // Lets the device run; SOFs go out each millisecond.
  run(us) {
    const end = this.chip.cycle + Math.round(us * 120);
    while (this.chip.cycle < end) {
      if (this.sofs && this.chip.cycle >= this.nextSof) {
        this.nextSof = this.chip.cycle + 120000;
        this.frame = (this.frame + 1) & 0x7ff;
        this.dev.sof = this.frame;
        this.dev.sofPending = true;
        this.dev.update();
      }
      this.chip.run(Math.min(end, this.sofs ? this.nextSof : end) - this.chip.cycle);
    }
  }
  reset() { this.toggle = {}; this.dev.sieStatus |= S_RESET; this.dev.update(); this.run(1000); }
  suspend() { this.sofs = false; this.dev.sieStatus |= S_SUSPENDED; this.dev.update(); this.run(1000); }
  resume() { this.sofs = true; this.nextSof = this.chip.cycle; this.dev.sieStatus |= S_RESUME; this.dev.update(); this.run(1000); }
  in(ep) {
    const d = this.dev, at = d.bufferControl(ep, false), word = d.dpram.getUint32(at, true), key = `in${ep}`;
    if (!(d.control(ep, false) & 0x80000000)) return { r: 'TIMEOUT' };
    if (word & STALL && (ep || d.stallArm & 1)) return { r: 'STALL' };
    if (!(word & AVAILABLE)) { this.naks++; return { r: 'NAK' }; }
    if (!(word & FULL)) this.chip.fail(`USB: IN buffer of endpoint ${ep} is available but not full`);
    const n = word & LENGTH, from = d.bufferAt(ep, false), data = this.chip.rp.usbDPRAM.slice(from, from + n);
    const expected = this.toggle[key] ?? 0;
    if (n > 64) this.chip.fail(`USB: endpoint ${ep} sends ${n} bytes`);
    if (!!(word & DATA1) !== !!expected) this.chip.fail(`USB: IN ${ep} sends DATA${word & DATA1 ? 1 : 0}, expected DATA${expected}`);
    this.toggle[key] = expected ^ 1;
    d.done(ep, false, word & ~(AVAILABLE | FULL));
    return { r: 'ACK', data };
  }
  out(ep, data) {
    const d = this.dev, at = d.bufferControl(ep, true), word = d.dpram.getUint32(at, true), key = `out${ep}`;
    if (!(d.control(ep, true) & 0x80000000)) return { r: 'TIMEOUT' };
    if (word & STALL && (ep || d.stallArm & 2)) return { r: 'STALL' };
    if (!(word & AVAILABLE)) { this.naks++; return { r: 'NAK' }; }
    const expected = this.toggle[key] ?? 0;
    if (!!(word & DATA1) !== !!expected) this.chip.fail(`USB: OUT ${ep} expects DATA${word & DATA1 ? 1 : 0}, DATA${expected} comes`);
    this.toggle[key] = expected ^ 1;
    this.chip.rp.usbDPRAM.set(data, d.bufferAt(ep, true));
    d.done(ep, true, (word & ~(AVAILABLE | LENGTH)) | FULL | data.length);
    return { r: 'ACK' };
  }
  setup(bytes) {
    this.dev.stallArm = 0;
    this.toggle.in0 = this.toggle.out0 = 1;
    bytes.forEach((b, i) => this.chip.rp.usbDPRAM[i] = b);
    this.dev.sieStatus |= S_SETUP;
    this.dev.update();
    this.run(5);
  }
  retry(transaction, us = 5000) {
    for (let t = 0; t < us; t += 5) {
      const x = transaction();
      if (x.r !== 'NAK') return x;
      this.run(5);
    }
    return { r: 'NAKKED FOR TOO LONG' };
  }
  // A whole control transfer: {r, data}.
  control(type, request, value, index, length, data = new Uint8Array(0)) {
    this.setup([type, request, value & 255, value >> 8, index & 255, index >> 8, length & 255, length >> 8]);
    if (type & 0x80 && length) {
      const got = [];
      for (;;) {
        const x = this.retry(() => this.in(0));
        if (x.r !== 'ACK') return x;
        got.push(...x.data);
        if (got.length > length) this.chip.fail(`USB: ${got.length} bytes where ${length} were asked for`);
        this.run(5);
        if (x.data.length < 64 || got.length >= length) break;
      }
      this.toggle.out0 = 1;
      const status = this.retry(() => this.out(0, new Uint8Array(0)));
      this.run(5);
      return { r: status.r, data: Uint8Array.from(got) };
    }
    for (let at = 0; at < length; at += 64) {
      const x = this.retry(() => this.out(0, data.slice(at, Math.min(at + 64, length))));
      if (x.r !== 'ACK') return x;
      this.run(5);
    }
    this.toggle.in0 = 1;
    const status = this.retry(() => this.in(0));
    this.run(5);
    return status;
  }
  enumerate() {
    this.reset();
    const expect = (x, what) => { if (x.r !== 'ACK') throw new Error(`${what}: ${x.r}`); return x.data; };
    const device = expect(this.control(0x80, 6, 0x100, 0, 64), 'device descriptor');
    expect(this.control(0, 5, 9, 0, 0), 'SET_ADDRESS');
    if (this.dev.address !== 9) throw new Error(`address ${this.dev.address} after SET_ADDRESS 9`);
    const head = expect(this.control(0x80, 6, 0x200, 0, 9), 'configuration head');
    const configuration = expect(this.control(0x80, 6, 0x200, 0, head[2] | (head[3] << 8)), 'configuration');
    expect(this.control(0, 9, 1, 0, 0), 'SET_CONFIGURATION');
    for (const ep of [1, 2]) this.toggle[`in${ep}`] = this.toggle[`out${ep}`] = 0;
    return { device, configuration };
  }
}
