// Cases of the worst load: as much as the bus carries, with all sensors on, and what share of the core it takes.
import { KIND } from './records.mjs';
import { bursts } from './sensors.mjs';
import { profile } from './profile.mjs';

const US = 120, MS = 120000;

export function loadCases({ Tap, assert, waveform, highWater, elf }) {
  // Noise on all inputs; with `each`, so many us apart a burst of 40 us on current and radio.
  const sense = (tap, each) => {
    tap.chip.adc.volts = (channel, cycle) => each && channel < 2 && cycle % (each * US) < 40 * US ? 1.5 : [0.252, 0.49, 2][channel];
  };
  // The share of the core from `from` to `to`, and the most of any 5 ms in between; cycles of the waveform.
  const play = (tap, w, from, to) => {
    const { chip } = tap, start = chip.cycle, step = 5 * MS;
    let awake, most = 0, first, next;
    chip.play(w.edges);
    while (chip.cycle < start + to) {
      if (chip.cycle >= start + from && first === undefined) { first = next = [chip.cycle, chip.awake]; if (process.env.PROFILE) chip.profile = new Map(); }
      if (next && chip.cycle >= next[0] + step) { most = Math.max(most, (chip.awake - next[1]) / (chip.cycle - next[0])); next = [chip.cycle, chip.awake]; }
      tap.host.run(200);
      tap.fetch();
    }
    const share = (chip.awake - first[1]) / (chip.cycle - first[0]);
    if (chip.profile) { profile(elf, chip.profile, chip.cycle - first[0]); chip.profile = null; }
    while (chip.cycle < start + w.end) { tap.host.run(200); tap.fetch(); }
    for (let i = 0; i < 200; i++) { tap.host.run(500); tap.fetch(); }
    return { start, share, most };
  };
  const bulk = (each) => () => {
    const tap = new Tap(), w = waveform('bulk-frames');
    sense(tap, each);
    assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
    const begins = w.packets[0].at;
    const { start, share, most } = play(tap, w, begins + 2 * MS, begins + 58 * MS);
    for (const r of tap.reader.of(KIND.LOST)) assert(r.body[0] === 5, `lost: what ${r.body[0]}, count ${r.body[4] | (r.body[5] << 8)}, at ${((r.tick - start) / MS).toFixed(2)} ms, CPU ${(100 * share).toFixed(1)} %, at most ${(100 * most).toFixed(1)} %, ${highWater(tap)}`);
    const heard = tap.reader.packets().length + 3 * tap.reader.sum(KIND.COUNT, 4) + tap.reader.folds(1);
    assert(heard === w.count, `${heard} packets heard, ${w.count} sent`);
    return [tap, `CPU ${(100 * share).toFixed(1)} %, at most ${(100 * most).toFixed(1)} % in 5 ms, ${bursts(tap.reader).length} bursts`];
  };
  const idle = () => {
    const tap = new Tap(), from = tap.chip.cycle, awake = tap.chip.awake;
    tap.command(0x10, [1]);
    if (process.env.PROFILE) tap.chip.profile = new Map();
    const a = tap.chip.cycle, b = tap.chip.awake;
    for (let i = 0; i < 250; i++) { tap.host.run(200); tap.fetch(); }
    if (tap.chip.profile) profile(elf, tap.chip.profile, tap.chip.cycle - a);
    return [tap, `CPU ${(100 * (tap.chip.awake - b) / (tap.chip.cycle - a)).toFixed(1)} %`];
  };
  return {
    idle,
    'bulk-sensors': bulk(0),
    'bulk-bursts': bulk(200),
  };
}
