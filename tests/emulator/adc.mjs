// The ADC: free-running round robin into its FIFO, 240 cycles of 120 MHz a conversion, with the wide codes of erratum E11.
// In: voltages from the board's model, as functions of the cycle. Out: samples, by the DMA channel that waits for them.
// Conversions are made up for when something looks: nothing can tell, and the run loop need not stop each 2 us.
// RP2040 datasheet §4.9.
const CONVERSION = 240, FIFO = 4, DREQ = 36, PINS = [26, 27, 28];
const EN = 1, TS_EN = 2, START_ONCE = 4, START_MANY = 8, ERR = 4, DREQ_EN = 8, WIDE = 8, NOISE = 0.7;

export class Adc {
  constructor(chip) {
    this.chip = chip;
    this.name = 'ADC';
    this.cs = this.fcs = this.div = 0;
    this.channel = 0;
    this.fifo = [];
    this.running = this.over = this.syncing = false;
    this.ends = Infinity; // when the conversion under way ends
    this.ready = Infinity;
    this.held = [0, 0]; // cycles between which DMA does not come
    this.fails = new Set(); // ordinals of conversions that fail
    this.count = 0;
    this.seed = 1;
    this.result = 0;
    this.temperature = 0.706; // volts of the chip's own sensor
    // What is on the three inputs, volts. A test puts its own here.
    this.volts = (channel) => this.rest(channel);
  }
  noise() { this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0; return (this.seed / 2 ** 31 - 1) * NOISE; }
  code(volts) {
    let at = (volts / 3.3) * (4096 + 4 * WIDE) + this.noise();
    for (let k = 3; k >= 0; k--) {
      const wide = 511 + 1024 * k + WIDE * k;
      if (at >= wide + 1 + WIDE) { at -= WIDE * (k + 1); break; }
      if (at >= wide) { at = 511 + 1024 * k; break; }
    }
    return Math.max(0, Math.min(4095, Math.floor(at)));
  }
  // The board with nothing at NEAR: both detectors idle once the expander lets them, VBUS halved where it is on.
  rest(channel) {
    const { outputs, expander } = this.chip, radio = expander.level(14) === 0 ? 0.49 : 0.02, input = (outputs >>> 16) & 7;
    return channel === 0 ? 0.252 : channel === 1 ? radio : input === 4 ? radio : input === 0 && (outputs >>> 8) & 1 ? 2.5 : 0;
  }
  get dma() { return this.chip.dma.ch.findIndex((c) => c.busy && ((c.ctrl >>> 15) & 63) === DREQ); }
  // What is converted is what was there when the conversion began.
  sample(cycle) { this.value = this.code(this.volts(this.channel, cycle)); }
  sync() {
    if (this.syncing) return; // its own reads of the FIFO
    this.syncing = true;
    while (this.running && this.ends <= this.chip.cycle) {
      let { value } = this;
      if (this.fails.has(this.count++)) value |= this.fcs & ERR ? 0x8000 : 0;
      if (this.fcs & 1) { if (this.fifo.length < FIFO) this.fifo.push(value); else this.over = true; }
      this.move(this.ends);
      const mask = (this.cs >>> 16) & 31;
      if (mask) do this.channel = (this.channel + 1) % 5; while (!((mask >>> this.channel) & 1));
      if (this.cs & START_MANY) { this.sample(this.ends); this.ends += CONVERSION; }
      else { this.running = false; this.ends = Infinity; }
    }
    this.syncing = false;
  }
  move(cycle) {
    if (!(this.fcs & DREQ_EN) || (cycle >= this.held[0] && cycle < this.held[1])) return;
    for (let i; this.fifo.length && (i = this.dma) >= 0;) {
      const { dma } = this.chip, channel = dma.ch[i];
      dma.transfer(i);
      // The chain that gives it a new count takes less than a conversion.
      while (!channel.busy && dma.queue.length) dma.transfer(dma.queue.shift()[1]);
    }
  }
  readUint32(offset) {
    this.sync();
    switch (offset) {
      case 0: return (this.cs & ~(7 << 12)) | (this.channel << 12) | (this.cs & EN && !this.running && this.chip.cycle >= this.ready ? 1 << 8 : 0);
      case 4: return this.result;
      case 8: this.move(this.chip.cycle); return (this.fcs & 0x0f00000f) | (this.over ? 1 << 11 : 0) | (this.fifo.length ? 0 : 1 << 8) | (this.fifo.length << 16);
      case 12:
        if (!this.fifo.length) this.chip.fail('ADC: the empty FIFO is read');
        return this.fifo.shift() ?? 0;
      case 16: return this.div;
    }
    throw new Error(`ADC: register ${offset.toString(16)} is not modelled`);
  }
  writeUint32(offset, value) {
    this.sync();
    if (offset === 0) this.control(value);
    else if (offset === 8) { if (value & (1 << 11)) this.over = false; this.fcs = value & 0x0f00000f; }
    else if (offset === 16) this.div = value;
    else throw new Error(`ADC: register ${offset.toString(16)} is not modelled`);
  }
  // Only that of the temperature sensor, with the FIFO off: what it gives is there at once.
  once(value) {
    const { chip } = this;
    if (this.running || chip.cycle < this.ready) chip.fail('ADC: started before it was ready');
    if (!(value & TS_EN) || this.channel !== 4 || this.fcs & 1) throw new Error('ADC: only the temperature sensor is modelled so');
    this.result = this.code(this.temperature);
    this.ready = chip.cycle + CONVERSION;
  }
  control(value) {
    const { chip } = this, clocks = chip.rp.clocks;
    if (value & EN && !(this.cs & EN)) {
      if (!(clocks.readUint32(0x60) & (1 << 11))) chip.fail('clk_adc is off');
      if (!chip.pll(chip.rp.pllUsb, 100, 0x55)) chip.fail('clk_adc is not at 48 MHz');
      this.ready = chip.cycle + 20;
    }
    this.cs = value;
    this.channel = (value >>> 12) & 7;
    if (value & START_ONCE) { this.once(value); return; }
    if (!(value & START_MANY) || this.running) return;
    if (!(value & EN) || chip.cycle < this.ready) chip.fail('ADC: started before it was ready');
    for (let c = 0; c < 3; c++) {
      const pad = chip.padsBank.readUint32(4 + 4 * PINS[c]);
      if ((((value >>> 16) & 31) || 1 << this.channel) >>> c & 1 && (pad & (1 << 6) || !(pad & (1 << 7)) || pad & 0xc)) chip.fail(`the pad of GP${PINS[c]} is not set for the ADC`);
    }
    if (this.div) chip.fail('ADC: the pace is not that of a conversion');
    this.running = true;
    this.sample(chip.cycle);
    this.ends = chip.cycle + CONVERSION;
  }
}
