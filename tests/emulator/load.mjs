// Cases of the worst load: as much as the bus carries, with all sensors on, and what share of the core it takes.
import { KIND } from './records.mjs';
import { bursts } from './sensors.mjs';
import { address, profile } from './profile.mjs';

const US = 120, MS = 120000, BIT = 10, ANSWER_BITS = 16; // USB 2.0 §7.1.18

export function loadCases({ Tap, assert, waveform, highWater, elf }) {
  // Noise on all inputs; with `each`, so many us apart a burst of 40 us on current and radio.
  const sense = (tap, each) => {
    tap.chip.adc.volts = (channel, cycle) => each && channel < 2 && cycle % (each * US) < 40 * US ? 1.5 : [0.252, 0.49, 2][channel];
  };
  // The share of the core from `from` to `to`, and the most of any 5 ms in between; cycles of the waveform.
  const play = (tap, w, from, to) => {
    const { chip } = tap, start = chip.cycle, step = 5 * MS;
    let most = 0, first, next;
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
  const bulk = (each, { stopped = false } = {}) => () => {
    const tap = new Tap(), w = waveform('bulk-frames');
    sense(tap, each);
    // The helper stands still in the middle of its first packet.
    if (stopped) tap.chip.pio1.step = () => {};
    assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
    const begins = w.packets[0].at;
    const { start, share, most } = play(tap, w, begins + 2 * MS, begins + 58 * MS);
    // Without the helper samples of the sensors may be lost, and are told; nothing of the bus.
    const samples = tap.reader.sum(KIND.LOST, 4, (b) => b[0] === 4);
    for (const r of tap.reader.of(KIND.LOST)) assert(r.body[0] === 5 || (stopped && r.body[0] === 4), `lost: what ${r.body[0]}, count ${r.body[4] | (r.body[5] << 8)}, at ${((r.tick - start) / MS).toFixed(2)} ms, CPU ${(100 * share).toFixed(1)} %, at most ${(100 * most).toFixed(1)} %, ${highWater(tap)}`);
    const heard = tap.reader.packets().length + 3 * tap.reader.sum(KIND.COUNT, 4) + tap.reader.folds(1);
    assert(heard === w.count, `${heard} packets heard, ${w.count} sent`);
    assert(each || stopped || share < 0.8, `CPU ${(100 * share).toFixed(1)} %`);
    return [tap, `CPU ${(100 * share).toFixed(1)} %, at most ${(100 * most).toFixed(1)} % in 5 ms, ${bursts(tap.reader).length} bursts, ${samples} samples told as lost`];
  };
  // Sensors alone, of which all else is beside.
  const quiet = () => {
    const tap = new Tap(), { chip } = tap;
    tap.command(0x10, [1]);
    if (process.env.PROFILE) chip.profile = new Map();
    const from = chip.cycle, awake = chip.awake;
    for (let i = 0; i < 250; i++) { tap.host.run(200); tap.fetch(); }
    const share = (chip.awake - awake) / (chip.cycle - from);
    if (chip.profile) { profile(elf, chip.profile, chip.cycle - from); chip.profile = null; }
    assert(share < 0.25, `CPU ${(100 * share).toFixed(1)} %`);
    return [tap, `CPU ${(100 * share).toFixed(1)} %`];
  };
  // From the SE0 behind a token to the first instruction that could answer it, on a full bus, with sensors, the stream and the guard armed.
  const answer = () => {
    const tap = new Tap(), { chip } = tap, w = waveform('bulk-frames', 7), TOKEN = '6983e0';
    assert(tap.command(0x50, [9, 3, 1]).error === 5, 'a token is waited for at no speed');
    tap.play(waveform('enumeration'));
    sense(tap, 0);
    tap.command(0x10, [1]);
    assert(tap.command(0x40, [1, 0, 0, 8]).error === 0, 'the guard is not armed');
    assert(tap.command(0x50, [9, 3, 1]).error === 0 && tap.command(0x50, [16, 3, 1]).error === 4, 'the token');
    chip.spot = address(elf, 'on_token');
    const { start } = play(tap, w, 20 * MS, 60 * MS);
    const tokens = w.packets.filter((p) => p.hex === TOKEN), ends = [];
    for (let i = 0, k = 0; i < tokens.length; i++) {
      while (k < w.edges.length && (w.edges[k][0] <= tokens[i].at || w.edges[k][1] !== 0 || w.edges[k + 1]?.[0] - w.edges[k][0] < BIT)) k++;
      ends.push(start + w.edges[k][0]);
    }
    assert(chip.spotted.length === tokens.length && tokens.length > 1000, `${chip.spotted.length} answers to ${tokens.length} tokens`);
    const late = chip.spotted.map((at, i) => (at - ends[i]) / BIT), most = Math.max(...late);
    assert(Math.min(...late) > 0 && most <= ANSWER_BITS, `answered after ${Math.min(...late).toFixed(1)} to ${most.toFixed(1)} bit times`);
    const d = tap.command(0x50, [0, 0, 0]).data;
    assert(new DataView(d.buffer, d.byteOffset).getUint32(0, true) === tokens.length, 'the tokens are not counted');
    return [tap, `${tokens.length} tokens, the answer could begin ${Math.min(...late).toFixed(1)} to ${most.toFixed(1)} bit times behind SE0`];
  };
  return {
    quiet,
    answer,
    'bulk-sensors': bulk(0),
    'bulk-bursts': bulk(200),
    'bulk-alone': bulk(0, { stopped: true }),
  };
}
