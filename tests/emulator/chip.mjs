// The chip: rp2040js for the core, the memories and the clock tree; blocks of our own for all that must be exact.
// Strict: what the emulator forgives and the silicon does not is a failure (this.failures), as is anything it logs.
// In: an image (BIN), waveforms on the pads. Out: whatever comes out of the USB port.
import fs from 'node:fs';
import { RP2040, LogLevel } from 'rp2040js';
import { Pio } from './pio.mjs';
import { Dma, IoBank, Plain, Pwm, Resets, Rosc, Timer, Watchdog } from './blocks.mjs';
import { FlashChip, IoQspi, Ssi } from './flash.mjs';
import { UsbDevice } from './usb.mjs';
import { Adc } from './adc.mjs';
import { Expander, I2c } from './i2c.mjs';
import { Lines } from './lines.mjs';

const INTERRUPT_CYCLES = 16; // entry; rp2040js charges none
const SERIAL = [0xe6, 0x60, 0x58, 0x38, 0x83, 0x12, 0x34, 0x56];

class Logger {
  constructor(chip) { this.chip = chip; this.currentLogLevel = LogLevel.Warn; }
  debug() {}
  info() {}
  warn(name, text) { this.chip.fail(`${name}: ${text}`); }
  error(name, text) { this.chip.fail(`${name}: ${text}`); }
}

// What the bus calls, in front of one of our blocks: set, clear and exclusive-or aliases, and the reset that it may be in.
function onBus(chip, block, resetBit) {
  const check = () => { if (resetBit >= 0 && (chip.resets.held >>> resetBit) & 1) chip.fail(`${block.name ?? block.constructor.name} is used while in reset`); };
  return {
    readUint32: (offset) => { check(); return block.readUint32(offset & 0xfff) >>> 0; },
    writeUint32: (offset, value) => { check(); if (!chip.drops(block, offset & 0xfff)) block.writeUint32(offset & 0xfff, value >>> 0); },
    writeUint32Atomic: (offset, value, alias) => {
      check();
      if (chip.drops(block, offset)) return;
      const old = alias ? block.readUint32(offset) : 0;
      block.writeUint32(offset, (alias === 1 ? old ^ value : alias === 2 ? old | value : alias === 3 ? old & ~value : value) >>> 0);
    },
  };
}

export class Chip {
  // `kept`: the flash's last two sectors, as another run has left them.
  // `seed`: of the ring oscillator's random bits; `stuck`: they are all 0.
  // `faults`: [base, offset] of registers whose writes are lost, as if the firmware had forgotten them; `flip`: a byte of the image.
  constructor(image, { scratch = new Uint32Array(8), reason = 0, cycle = 0, faults = [], flip = -1, expander = true, kept, seed = 1, stuck = false } = {}) {
    this.failures = [];
    this.spot = -1; // an address in the image: when the core came there
    this.spotted = [];
    this.outputLog = []; // [cycle, outputs, before]
    this.inputs = 0;
    this.faults = faults;
    this.blocks = new Map();
    this.cycle = cycle;
    this.inFlight = this.awake = this.extra = this.lag = 0;
    this.idle = false;
    this.lines = new Lines(this);
    this.pads = 0;
    this.edges = [];
    this.edgeAt = 0;
    this.stableSince = 0;
    this.snapshot = null;
    this.bitten = false;
    const rp = (this.rp = new RP2040());
    rp.logger = new Logger(this);
    rp.flash.set(fs.readFileSync(image));
    if (flip >= 0) rp.flash[flip] ^= 1;
    if (kept) rp.flash.set(kept, 0x1fe000);
    this.resets = new Resets(this);
    this.pio = new Pio(this, 0);
    this.pio1 = new Pio(this, 1);
    this.dma = new Dma(this);
    this.adc = new Adc(this);
    this.expander = new Expander();
    this.expander.present = expander;
    this.i2c = new I2c(this, this.expander);
    this.timer = new Timer(this);
    this.pwm = new Pwm(this);
    this.watchdog = new Watchdog(this, scratch, reason);
    this.rosc = new Rosc(seed, stuck);
    this.padsBank = new Plain('PADS_BANK0');
    this.io = new IoBank(this);
    this.usb = new UsbDevice(this);
    this.flash = new FlashChip(this, SERIAL);
    this.ssi = new Ssi(this, this.flash);
    for (let i = 0; i < 4; i++) this.dma.ready.set(4 + i, () => this.pio.sm[i].fifo.length > 0);
    this.pio.onFlag = () => { if (this.pio.inte & (this.pio.flags << 8)) this.interrupt(7, true); };
    this.pio.onRx = (i) => this.dma.dreq(4 + i);
    for (let i = 0; i < 4; i++) {
      this.dma.ready.set(8 + i, () => this.pio1.hasRoom(i));
      this.dma.ready.set(12 + i, () => this.pio1.sm[i].fifo.length > 0);
    }
    this.pio1.onRoom = (i) => this.dma.dreq(8 + i);
    this.pio1.onRx = (i) => this.dma.dreq(12 + i);
    const put = (base, block, reset = -1) => { this.blocks.set(block, base); rp.peripherals[base] = onBus(this, block, reset); };
    put(0x40008, rp.clocks);
    put(0x40028, rp.pllSys, 12);
    put(0x4002c, rp.pllUsb, 13);
    put(0x18000, this.ssi);
    put(0x40018, new IoQspi(this.flash));
    put(0x4000c, this.resets);
    put(0x40014, this.io, 5);
    put(0x4001c, this.padsBank, 8);
    put(0x40044, this.i2c, 3);
    put(0x4004c, this.adc, 0);
    put(0x40050, this.pwm, 14);
    put(0x40054, this.timer, 21);
    put(0x40058, this.watchdog);
    put(0x40060, this.rosc);
    put(0x50000, this.dma, 2);
    put(0x50110, this.usb, 24);
    put(0x50200, this.pio, 10);
    put(0x50300, this.pio1, 11);
    rp.usbCtrl = this.usb;
    Object.defineProperty(rp, 'gpioValues', { get: () => this.gpioIn });
    for (const pin of [9, 10, 20, 21]) this.input(pin, true); // pulled up, nothing tripped
    this.patchCore();
    this.patchOutputs();
    this.boot();
  }
  // What is on the ADC's inputs depends on pins: samples from before a change are taken before it.
  patchOutputs() {
    const { sio } = this.rp, write = sio.writeUint32.bind(sio);
    sio.writeUint32 = (offset, value) => {
      if (offset < 0x10 || offset >= 0x30) { write(offset, value); return; }
      this.adc.sync();
      const before = this.outputs;
      write(offset, value);
      this.lines.update();
      if (this.outputs !== before) this.outputLog.push([this.cycle + this.inFlight, this.outputs, before]);
    };
  }
  // When a pin was last driven so.
  when(pin, high) { return this.outputLog.filter(([, now, before]) => ((now ^ before) >>> pin) & 1 && !!((now >>> pin) & 1) === high).at(-1)?.[0]; }
  // What the pins of the SIO drive, and what a test puts on its inputs.
  get outputs() { return this.rp.sio.gpioValue & this.rp.sio.gpioOutputEnable; }
  input(pin, high) {
    const was = !!((this.inputs >>> pin) & 1);
    this.inputs = high ? this.inputs | (1 << pin) : this.inputs & ~(1 << pin);
    if (was !== high) this.io.edge(pin, high);
  }
  // A pad whose input is off reads as 0.
  get gpioIn() {
    let v = 0;
    for (let pin = 0; pin < 30; pin++) if (this.padsBank.readUint32(4 + 4 * pin) & (1 << 6)) v |= (this.inputs | this.pads) & (1 << pin);
    return v >>> 0;
  }
  fail(text) { if (this.failures.length < 20) this.failures.push(`at cycle ${this.cycle}: ${text}`); }
  drops(block, offset) { return this.faults.some(([base, at]) => base === this.blocks.get(block) && at === offset); }
  interrupt(n, on) { this.rp.setInterrupt(n, on); if (on) this.wakeChanged = true; }
  // Anything that may change what the state machines do next.
  disturbed() {
    for (; this.idle && this.lag; this.lag--) this.pio.step(this.pads);
    this.idle = false;
    this.stableSince = this.cycle;
    this.snapshot = null;
  }
  boot() {
    const core = this.rp.core, crc = this.crcOfBoot2(), stored = this.rp.flashView.getUint32(252, true);
    if (crc !== stored) this.fail(`boot stage 2 has checksum ${stored.toString(16)}, the ROM wants ${crc.toString(16)}`);
    // The ROM copies it to the end of RAM and calls it there.
    this.rp.sram.set(this.rp.flash.slice(0, 252), 0x41f00);
    core.PC = 0x20041f00;
    core.SP = 0x20041f00;
    core.LR = 0;
  }
  crcOfBoot2() {
    let crc = 0xffffffff;
    for (const byte of this.rp.flash.slice(0, 252)) {
      crc ^= byte << 24;
      for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    }
    return crc >>> 0;
  }
  patchCore() {
    const { rp } = this, { core } = rp;
    // With PRIMASK set WFI ends, and the handler waits until it is clear (ARMv6-M B1.5.18); rp2040js enters it at once, and in it
    // nothing of a higher priority came through.
    const check = core.checkForInterrupts.bind(core);
    core.checkForInterrupts = () => {
      if (!core.waiting || !core.PM) return check();
      return (core.pendingInterrupts & core.enabledInterrupts) !== 0;
    };
    const entry = core.exceptionEntry.bind(core);
    core.exceptionEntry = (n) => {
      this.extra += INTERRUPT_CYCLES;
      core.waiting = false;
      entry(n);
    };
    // A halfword or word that is not where it should be is a hard fault on the core.
    for (const [name, mask] of [['readUint16', 1], ['readUint32', 3], ['writeUint16', 1], ['writeUint32', 3]]) {
      const inner = core[name].bind(core);
      core[name] = (address, value) => { if (address & mask) this.fail(`unaligned ${name} at ${(address >>> 0).toString(16)} from ${core.PC.toString(16)}`); if (address >>> 27 === 2 && this.ssi.byHand) this.fail(`the flash is read by address, from ${core.PC.toString(16)}`); return inner(address, value); };
    }
  }
  // The clock tree as the datasheet wants it before USB or the timer are used. §2.15, §2.18
  pll(block, feedback, dividers) {
    return block.readUint32(8) === feedback && ((block.readUint32(12) >>> 12) & 0x77) === dividers && !(block.readUint32(4) & 0x29);
  }
  checkClocks() {
    const { rp } = this, c = rp.clocks;
    if (!this.pll(rp.pllSys, 120, 0x62)) this.fail('PLL_SYS is not at 120 MHz');
    if (!this.pll(rp.pllUsb, 100, 0x55)) this.fail('PLL_USB is not at 48 MHz');
    if ((c.readUint32(0x30) & 3) !== 2) this.fail('clk_ref does not come from the crystal');
    if ((c.readUint32(0x3c) & 0xe1) !== 1) this.fail('clk_sys does not come from PLL_SYS');
  }
  checkUsb() { this.checkClocks(); if (!(this.rp.clocks.readUint32(0x54) & (1 << 11))) this.fail('clk_usb is off'); }
  checkTick() { if ((this.watchdog.tick & 0x3ff) !== 0x20c) this.fail('the timer is used without its tick of 1 us'); }
  checkListening() {
    this.checkClocks();
    for (const pin of [0, 1]) {
      if (!(this.padsBank.readUint32(4 + 4 * pin) & (1 << 6))) this.fail(`the pad of GP${pin} has its input off`);
      if ((this.io.readUint32(8 * pin + 4) & 31) !== 6) this.fail(`GP${pin} is not given to PIO0`);
    }
  }
  // Edges: [cycle, lines], in order, counted from now.
  play(edges) { this.edges = edges.map(([at, lines]) => [at + this.cycle, lines]); this.edgeAt = 0; this.disturbed(); }
  get playing() { return this.edgeAt < this.edges.length; }
  // State machines that came back to where they were 24 cycles ago on steady pads will do so until something changes.
  periodic() {
    if (this.cycle - this.stableSince < 8 || !this.pio.settled(this.pads)) return false;
    if (!this.snapshot) { this.snapshot = [this.cycle, this.pio.state()]; return false; }
    if (this.cycle - this.snapshot[0] !== 24) return false;
    const same = this.snapshot[1] === this.pio.state();
    this.snapshot = null;
    if (!same) this.stableSince = this.cycle;
    return same;
  }
  // `asleep`: ends early where something interrupts.
  advance(cycles, asleep = false) {
    let left = cycles;
    this.wakeChanged = false;
    while (left > 0 && !(asleep && this.wakeChanged)) {
      const next = this.edgeAt < this.edges.length ? this.edges[this.edgeAt][0] : Infinity;
      if (this.cycle >= next) { this.lines.put(this.edges[this.edgeAt++][1]); continue; }
      if (!this.idle && this.pio.running.length) {
        if (this.periodic()) { this.idle = true; this.lag = 0; continue; }
        this.pio.step(this.pads);
        if (!this.pio1.starved) this.pio1.step(this.pads);
        this.cycle++;
        left--;
      } else if (!this.pio1.starved) {
        this.pio1.step(this.pads);
        this.lag = (this.lag + 1) % 24;
        this.cycle++;
        left--;
      } else {
        // Whole periods change nothing; what is left over is made up for when something does.
        const n = Math.min(left, next - this.cycle, this.dma.queue.length ? 1 : Infinity);
        this.cycle += n;
        this.lag = (this.lag + n) % 24;
        left -= n;
      }
      if (this.dma.queue.length) this.dma.step();
    }
  }
  // The core stands still, the rest goes on: a stall such as no firmware of ours makes.
  stall(cycles) {
    for (const end = this.cycle + cycles; this.cycle < end;) { this.advance(Math.min(16, end - this.cycle)); this.timer.step(); }
  }
  run(cycles) {
    const { core } = this.rp, end = this.cycle + cycles;
    while (this.cycle < end && !this.bitten) {
      if (core.waiting && !(core.pendingInterrupts & core.enabledInterrupts)) {
        // Asleep: up to the next alarm, or until a block interrupts. 16 cycles at a time while there are edges.
        const far = Math.min(end - this.cycle, this.timer.next());
        this.inFlight = 0;
        this.advance(Math.max(1, this.playing && this.edges[this.edgeAt][0] - this.cycle < far ? Math.min(far, 16) : far), true);
        this.timer.step();
        this.watchdog.step();
        continue;
      }
      core.waiting = false;
      this.inFlight = 0;
      const pc = core.PC;
      if (pc === this.spot) this.spotted.push(this.cycle);
      const n = core.executeInstruction() + this.extra;
      if (this.profile) this.profile.set(pc, (this.profile.get(pc) ?? 0) + n);
      this.extra = 0;
      this.awake += n;
      this.advance(n);
      if (this.timer.armed) this.timer.step();
      if (this.watchdog.enabled && (this.cycle & 0xfff) < n) this.watchdog.step();
    }
    if (this.bitten) throw new Error('the watchdog has bitten');
  }
}
