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
  const bulk = (each, { stopped = false, wave = 'bulk-frames' } = {}) => () => {
    const tap = new Tap(), w = waveform(wave);
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
    assert(stopped || share < 0.8, `CPU ${(100 * share).toFixed(1)} %`);
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
  // What STATUS says of the core against what the core did: idle, a full bus with bursts, and what follows it.
  const cpuShare = () => {
    const PERIOD = 100 * MS, WITHIN = 0.01, tap = new Tap(), { chip } = tap, w = waveform('bulk-frames'), begins = w.packets[0].at, told = [];
    let last;
    const step = () => {
      tap.host.run(200);
      tap.fetch();
      const x = tap.host.in(2);
      if (x.r !== 'ACK' || x.data[0] !== KIND.STATUS) return;
      if (last) told.push({ said: (x.data[2 + 30] | (x.data[2 + 31] << 8)) / 65535, was: (chip.awake - last[1]) / (chip.cycle - last[0]) });
      last = [chip.cycle, chip.awake];
    };
    const until = (at) => { while (chip.cycle < at) step(); };
    tap.command(0x10, [1]);
    while (told.length < 2) step();
    sense(tap, 200);
    // The bus twice over, from its first packet on, so that it fills the period that begins before it.
    const again = w.edges.findIndex(([at]) => at >= begins), length = w.end - begins;
    assert(2 * length > PERIOD, 'the traffic does not fill a period');
    const edges = [...w.edges, ...w.edges.slice(again).map(([at, lines]) => [at + length, lines])];
    const first = last[0] + Math.ceil((begins + MS) / PERIOD) * PERIOD + MS;
    until(first - begins - MS);
    chip.run(first - begins - chip.cycle);
    chip.play(edges);
    until(first + 3 * PERIOD);
    for (const { said, was } of told) assert(Math.abs(said - was) < WITHIN, `the tap says ${told.map((t) => (100 * t.said).toFixed(1)).join(', ')} %, the core was awake for ${told.map((t) => (100 * t.was).toFixed(1)).join(', ')} %`);
    const most = Math.max(...told.map((t) => t.was)), least = Math.min(...told.map((t) => t.was));
    assert(most > 0.7 && least < 0.25, `awake for ${(100 * least).toFixed(1)} to ${(100 * most).toFixed(1)} %: the case tests too little`);
    const d = tap.command(0x01).data;
    assert(Math.abs((d[30] | (d[31] << 8)) / 65535 - told.at(-1).said) < WITHIN, 'STATISTICS says something else');
    return [tap, `${told.length} periods, awake for ${(100 * least).toFixed(1)} to ${(100 * most).toFixed(1)} %, told to ${Math.max(...told.map((t) => 100 * Math.abs(t.said - t.was))).toFixed(2)} %`];
  };
  // How old records are when the host has them. Of sensors alone a block each 2 ms; what is on the bus waits for the millisecond at most.
  const flush = () => {
    const tap = new Tap(), { chip, reader } = tap, w = waveform('low-keyboard', 5), LOOK = 50;
    const run = (end) => { while (chip.cycle < end) { tap.host.run(LOOK); tap.fetch(); } };
    tap.command(0x10, [1]);
    let from = reader.records.length, blocks = reader.blocks;
    const quiet = 200, begun = chip.cycle;
    run(begun + quiet * MS);
    blocks = reader.blocks - blocks;
    const bands = reader.records.slice(from).filter((r) => r.kind === KIND.BAND), hellos = reader.records.slice(from).filter((r) => r.kind === KIND.HELLO).length;
    assert(bands.length >= 3 * (quiet - 3), `${bands.length} bands in ${quiet} ms`);
    assert(blocks <= quiet / 2 + 2 + hellos, `${blocks} blocks in ${quiet} ms of sensors alone`);
    // A band's tick is its start.
    const waited = Math.max(...bands.map((r) => r.came - r.tick - MS)) / MS;
    from = reader.records.length;
    const start = chip.cycle;
    chip.play(w.edges);
    run(start + w.end + 5 * MS);
    const since = reader.records.slice(from), age = (kind) => Math.max(...since.filter((r) => r.kind === kind).map((r) => r.came - r.tick)) / MS;
    const heard = reader.packets().length, events = reader.events().length;
    assert(heard > 100 && events > 3, `${heard} packets and ${events} events heard`);
    // A count is made at the end of its millisecond.
    const packets = age(KIND.PACKET), folds = age(KIND.FOLD) - 1;
    for (const [what, ms, most] of [['a band', waited, 2], ['a packet', packets, 2], ['a count', folds, 2]])
      assert(ms > 0 && ms < most, `${what} is ${ms.toFixed(2)} ms old when it comes`);
    return [tap, `${blocks} blocks in ${quiet} ms of sensors alone; at most ${waited.toFixed(2)} ms from a band's end, ${packets.toFixed(2)} from a packet's start, ${folds.toFixed(2)} from a count's millisecond, till the host has it`];
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
    'cpu-share': cpuShare,
    answer,
    flush,
    'bulk-sensors': bulk(0),
    'bulk-bursts': bulk(200),
    'bulk-mixed': bulk(200, { wave: 'bulk-mixed' }),
    'bulk-alone': bulk(0, { stopped: true }),
  };
}
