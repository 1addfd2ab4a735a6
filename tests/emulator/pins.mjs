// What `cordon sim --waveform` says stood at a tap's pins, at those of the emulated chip: edges of the data lines, and current,
// radio and VBUS as the ADC sees them, with the noise that is new with each sample.
import { readFileSync } from 'node:fs';

export const SUPPLY = 1 << 8; // the pin that switches VBUS
const BYPASS = 1 << 12;       // of the sensitive current range

// Changes of one kind, looked up in order of time.
class Track {
  constructor(changes) { this.changes = changes; this.at = 0; }
  value(tick) {
    while (this.at + 1 < this.changes.length && this.changes[this.at + 1][0] <= tick) this.at++;
    return this.changes[this.at][1];
  }
}

// Normal draws.
function noise(seed) {
  const next = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return (seed + 1) / 2 ** 32; };
  return () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

export function loadWaveform(path) {
  const [head, ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n').map((x) => JSON.parse(x));
  const of = (what) => rest.filter((c) => c[1] === what).map(([tick, , value]) => [tick, value]);
  return { head, lines: of('lines'), vbus: of('vbus'), mA: of('mA'), radio: of('radio_V') };
}

// The waveform's tick `from` is now; at `until` it stands still.
export function putOnPins(chip, w, from, until = Infinity) {
  const start = chip.cycle, mA = new Track(w.mA), radio = new Track(w.radio), draw = noise(1);
  chip.adc.volts = (channel, cycle) => {
    const tick = Math.min(cycle - start + from, until), on = chip.outputs & SUPPLY;
    if (channel === 1) return radio.value(tick) + 0.013 * draw();
    if (channel === 2) return on ? 2.5 : 0;
    const amps = (mA.value(tick) + (on ? w.head.noise_mA * draw() : 0)) / 1000;
    return Math.min(3.3, Math.max(0, 0.252 + (chip.outputs & BYPASS ? 5 : 250) * amps));
  };
  chip.play(w.lines.filter(([tick]) => tick >= from && tick < until).map(([tick, v]) => [tick - from, v]));
}
