// Cases of the bus: the waveforms of tests/wave on the pins against the records, a core that stands still, counters at their
// ends, the receiver's limits, a restart.
import { KIND, LOST, view } from './records.mjs';
import { symbol } from './profile.mjs';
import { checkComparison, compare } from './compare.mjs';

const MS = 120000;
const WORDS = 8192, STAMPS = 8192; // entries of the listener's rings

export function busCases({ Tap, assert, waveform, highWater, elf }) {
  // Plays, fetching as a PC does unless `stalled`; how long the core was awake, and of it the part with packets.
  const play = (tap, w, { stalled = false, stall = [] } = {}) => {
    const { chip } = tap, start = chip.cycle, awake = chip.awake, stops = [...stall];
    const first = start + (w.packets[0]?.at ?? w.end), last = start + (w.packets.at(-1)?.at ?? 0);
    let from, to;
    chip.play(w.edges);
    while (chip.cycle < start + w.end) {
      if (stops.length && chip.cycle >= first + stops[0]) { stops.shift(); chip.stall(5 * MS); }
      tap.host.run(200);
      if (!stalled) tap.fetch();
      if (chip.cycle >= first) from ??= { awake: chip.awake, cycle: chip.cycle };
      if (from && chip.cycle <= last) to = { awake: chip.awake, cycle: chip.cycle };
    }
    const share = (chip.awake - awake) / (chip.cycle - start);
    for (let i = 0; i < 200; i++) { tap.host.run(500); tap.fetch(); }
    const busy = to && to.cycle - from.cycle > MS ? { share: (to.awake - from.awake) / (to.cycle - from.cycle), each: (to.awake - from.awake) / w.count } : null;
    return { start, share, busy };
  };
  const capture = (tap) => assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
  const load = ({ share, busy }) => `CPU ${(100 * share).toFixed(0)} %${busy ? `, with packets ${(100 * busy.share).toFixed(0)} %${busy.each < MS / 20 ? `, ${busy.each.toFixed(0)} cycles a packet` : ''}` : ''}`;
  const figures = (w, f) => [`${w.count} packets`, f.cut && `${f.cut} cut`, f.missing && `${f.missing} not told one by one`, f.folds && `${f.folds} folds`, `${w.events.length} events`,
    f.spread !== undefined && `stamps within ${f.spread.toFixed(0)} ns of ${f.middle.toFixed(0)}`].filter(Boolean).join(', ');
  // `check`: of the tap and what was compared, more text.
  const hears = (name, { seed = 1, tap: chip = {}, prepare = () => {}, check = () => '', ...options } = {}) => () => {
    const tap = new Tap(chip), w = waveform(name, seed);
    capture(tap);
    prepare(tap);
    const played = play(tap, w, options), f = compare(tap.reader, w, played.start, options);
    return [tap, `${figures(w, f)}${check(tap, w, f, played)}, ${load(played)}, ${highWater(tap)}`];
  };
  const lostRecords = (tap) => {
    const lost = tap.reader.sum(KIND.LOST, 4, (b) => b[0] === LOST.RECORDS), v = view({ body: tap.command(0x01).data });
    assert(v.getUint32(16, true) === lost, `${lost} records told as lost, ${v.getUint32(16, true)} counted`);
    return lost;
  };
  // Whether all packets at these limits of the sender are heard whole: one attach after the other, on the same tap.
  const clean = (tap, name, seed, limits) => {
    const w = waveform(name, seed, limits), before = tap.reader.packets().length, { start } = play(tap, w);
    const got = tap.reader.packets().slice(before);
    assert(start && !tap.chip.failures.length, tap.chip.failures[0]);
    return got.length === w.packets.length && got.every((g, i) => g.flags === 0 && g.hex === w.packets[i].hex);
  };
  // Clean at each corner of what USB 2.0 allows; and how far beyond, one after the other of what a sender does.
  const sweep = (name, corners, further) => () => {
    const tap = new Tap();
    capture(tap);
    for (const [i, limits] of corners.entries())
      for (const seed of [1, 2]) assert(clean(tap, name, seed + 2 * i, limits), `packets are damaged or missing at ${limits.join(', ')} (ppm, ns, ns, cycles), seed ${seed + 2 * i}`);
    const reach = further.map(([what, values, limits]) => {
      let last = 'none';
      for (const v of values) { if (![1, 2, 3].every((seed) => clean(tap, name, seed, limits(v)))) return `${what} ${last}`; last = v; }
      return `${what} ${last} and more`;
    });
    return [tap, `clean at ${corners.length} corners; beyond: ${reach.join(', ')}`];
  };
  const grid = (from, to, step) => Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  const named = (names, options) => Object.fromEntries(names.map((name) => [name, hears(name, options)]));
  // The core stands still for longer than the line's ring bears, anywhere in a turn: told with its span, and what comes after it is right.
  const overrun = (us) => () => {
    const tap = new Tap(), w = waveform('bulk-long', 7), { chip } = tap;
    capture(tap);
    const start = chip.cycle, from = start + w.packets[0].at + 5 * MS + us * 120, to = from + 30 * MS;
    chip.play(w.edges);
    while (chip.cycle < from) { tap.host.run(200); tap.fetch(); }
    chip.stall(to - chip.cycle);
    while (chip.cycle < start + w.end) { tap.host.run(200); tap.fetch(); }
    for (let i = 0; i < 200; i++) { tap.host.run(500); tap.fetch(); }
    const lost = tap.reader.losses().filter((l) => l.what === LOST.LINE);
    assert(lost.length === 1, `${lost.length} losses of the line told, one made`);
    const [{ tick, span }] = lost;
    assert(tick <= from + MS && tick + span >= to, `lost from ${tick - start} for ${span}, stood still from ${from - start} to ${to - start}`);
    let after = 0;
    for (const g of tap.reader.packets()) {
      const p = w.packets.find((p) => Math.abs(start + p.at - g.at) < 60);
      assert(p && (p.hex === g.hex || (g.flags === 0x40 && p.hex.startsWith(g.hex)) || (g.flags & 0x3f && g.at > tick - MS / 10 && g.at < tick + span + MS / 10)), `a packet that was not sent: ${g.hex}, flags ${g.flags}, at ${g.at - start}, lost from ${tick - start} for ${span}, stood still from ${from - start} to ${to - start}`);
      if (g.at > to && !(g.flags & 0x3f)) after++;
    }
    assert(after > 100, `${after} packets heard after it`);
    assert(view({ body: tap.command(0x01).data }).getUint32(8, true) > 0, 'not counted in the statistics');
    return [tap, `${(span / MS).toFixed(1)} ms told as lost, ${after} packets after it`];
  };
  // Endpoint 0 is as busy as the one that is cut, and is told whole all the same.
  const damaged = (name) => hears(name, { stalled: true, mayCut: true, seed: 2, check: (tap, w, f) => {
    assert(f.bad > 5 && f.counted > 10, `${f.bad} damaged packets cut, ${f.counted} counted: the case tests nothing`);
    return `, of those cut ${f.bad} with a bad checksum, ${f.counted} damaged or unanswered counted`;
  } });
  return {
    comparison: () => {
      const tap = new Tap(), w = waveform('keyboard', 2);
      capture(tap);
      return [tap, `${checkComparison(tap.reader, w, play(tap, w).start)} planted faults, each found`];
    },
    ...named(['keyboard', 'low-keyboard', 'mouse', 'low-mouse', 'hub', 'reenumeration', 'low-reenumeration', 'speed-change', 'low-speed-change',
      'life', 'low-life', 'low-keepalives', 'chirp', 'spikes', 'low-spikes', 'torn', 'low-torn', 'boot-log-dp', 'boot-log-dm', 'text-9600', 'text-921600', 'minimal', 'nak-out']),
    ...Object.fromEntries(['noise', 'low-noise'].map((name) => [name, hears(name, { check: (tap, w, f, { start }) => `, and of the noise ${tap.reader.packets().filter((p) => p.at < start + w.settled).length} damaged packets, ` +
      `${tap.reader.edges().length} edges, ${tap.reader.events().filter((e) => e.event === 11).length} gates` })])),
    ...named(['bulk', 'isochronous'], { mayCut: true }),
    'bulk-again': hears('bulk', { mayCut: true, seed: 5 }),
    // Both rings of the listener go round.
    'nak-storm': hears('nak-storm', { check: (tap, w) => { assert(2 * w.count > STAMPS && 2.5 * w.count > WORDS, 'the rings do not go round: the case tests nothing'); return ''; } }),
    // More than one core can decode: what is not told is told as lost, to the packet.
    'minimal-long': hears('minimal-long', { mayLose: true, check: (tap) => {
      const lost = tap.reader.losses().filter((l) => l.what === LOST.LINE);
      assert(lost.length, 'the ring did not run over: the case tests nothing');
      return `, ${lost.length} losses of ${lost.map((l) => (l.span / MS).toFixed(1)).join(', ')} ms told`;
    } }),
    // The core stands still for 5 ms, twice, in the middle of the traffic: no stamp moves, nothing is lost.
    'stalled-core': hears('keyboard', { stall: [4 * MS, 20 * MS], seed: 3 }),
    // A PC that does not fetch: busy endpoints are cut, then counted; nothing is lost of them.
    'stalled-bulk': hears('bulk-long', { stalled: true, mayCut: true, seed: 2, check: (tap, w, f) => { assert(f.cut && f.missing, 'nothing was cut or counted: the case tests nothing'); return ''; } }),
    // The same with damage on the bus: what is cut has its true length and what is wrong with it, what is counted is counted as bad.
    'damaged-bulk': damaged('bulk-damaged'),
    'damaged-bulk-more': damaged('bulk-damaged-more'),
    // Endpoint 0 is never cut: the way up runs full, and says what is missing.
    'stalled-pc': hears('control-long', { stalled: true, mayLose: true, seed: 2, check: (tap, w) => {
      const lost = lostRecords(tap), v = view({ body: tap.command(0x01).data });
      assert(lost > 0, 'the ring did not run full: the case tests nothing');
      assert(v.getUint32(0, true) === w.count, `${v.getUint32(0, true)} packets counted of ${w.count}`);
      assert(v.getUint32(8, true) === 0, 'the line ring ran over');
      return `, ${lost} records told as lost`;
    } }),
    // The sampler's DMA channel uses up its count in the middle of the traffic: the other one gives it a new one.
    'count-ends': hears('bulk', { mayCut: true, seed: 3, prepare: ({ chip: { dma, rp } }) => {
      const c = dma.ch[0], left = WORDS - ((c.write & 0x7fff) >> 2), done = symbol(elf, 'words_done') - 0x20000000;
      rp.sramView.setUint32(done, rp.sramView.getUint32(done, true) + c.count - left, true);
      c.count = left;
    }, check: (tap) => {
      assert(tap.chip.dma.ch[0].count > 0x3fff0000, 'the count did not end: the case tests nothing');
      return '';
    } }),
    // 32 bits of microseconds end after 71 minutes: in the middle of the traffic.
    'microseconds-end': hears('keyboard', { seed: 4, tap: { cycle: 2 ** 32 * 120 - 100 * MS }, check: (tap, w, f, { start }) => {
      assert(start + w.packets[0].at < 2 ** 32 * 120 && start + w.packets.at(-1).at > 2 ** 32 * 120, 'the microseconds did not end: the case tests nothing');
      return '';
    } }),
    'ring-overrun': overrun(0),
    'ring-overrun-later': overrun(31),
    'ring-overrun-latest': overrun(83),
    // The watchdog's bite: the next start says so, and counts.
    watchdog: () => {
      const tap = new Tap(), { scratch } = tap.chip.watchdog;
      const hello = (t) => { t.host.run(3000); t.fetch(); return view(t.reader.of(KIND.HELLO)[0]); };
      const before = hello(tap);
      capture(tap);
      assert(before.getUint8(29) === 0, 'the first start is not said to be power-on');
      tap.chip.rp.core.enabledInterrupts = 0;
      try { tap.chip.run(300 * MS); } catch { /* looked at below */ }
      assert(tap.chip.bitten, 'the watchdog does not bite');
      const next = new Tap({ scratch, reason: 1 }), after = hello(next);
      assert(after.getUint8(29) === 4, `the cause is told as ${after.getUint8(29)}`);
      assert(after.getUint32(16, true) === before.getUint32(16, true) + 1, 'the boot id does not count');
      assert(after.getUint8(33) === 0, 'it captures without having been asked');
      const w = waveform('keyboard', 5);
      capture(next);
      compare(next.reader, w, play(next, w).start);
      return [next, `start ${after.getUint32(16, true)} says cause 4, and hears`];
    },
    // A power cut leaves nothing to count from: the boot id is drawn. It is what tells the PC that the ticks begin anew.
    'boot-ids': () => {
      const hello = (options) => { const t = new Tap(options); t.host.run(3000); t.fetch(); return [t, view(t.reader.of(KIND.HELLO)[0]).getUint32(16, true)]; };
      const ids = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => hello({ seed })[1]);
      assert(new Set(ids).size === ids.length, `power-ons with the same boot id: ${ids}`);
      assert(!ids.includes(0), 'a boot id is 0');
      assert([...Array(32).keys()].every((bit) => new Set(ids.map((id) => (id >>> bit) & 1)).size === 2), `bits that are the same in all boot ids: ${ids.map((id) => id.toString(16))}`);
      const [first, id] = hello({ seed: 3 });
      assert(id === ids[2], 'the same bits give another boot id');
      // The oscillator has no say in these: its seed is another.
      for (const [reason, cause] of [[1, 'watchdog'], [2, 'command']]) {
        const [, next] = hello({ seed: 9, reason, scratch: first.chip.watchdog.scratch.slice() });
        assert(next === ((id + 1) >>> 0 || 1), `after a reset by ${cause} the boot id does not count on`);
      }
      const scratch = first.chip.watchdog.scratch.slice();
      scratch[0] = 0xffffffff;
      const [tap, wrapped] = hello({ reason: 1, scratch });
      assert(wrapped === 1, `behind the last boot id comes ${wrapped}`);
      const [, stuck] = hello({ scratch: new Uint32Array(8), stuck: true });
      assert(stuck !== 0, 'with a bit that never changes the boot id is 0');
      return [tap, `${ids.length} power-ons, ${ids.map((i) => i.toString(16)).join(' ')}`];
    },
    'limits-full': sweep('limits', [[2500, 18.5, 9, 2], [-2500, 18.5, 9, -2], [2500, 18.5, 9, -2], [-2500, 18.5, 9, 2]],
      [['ppm', grid(5000, 30000, 5000), (v) => [v, 0, 0, 0]], ['ns of jitter', grid(20, 30, 2), (v) => [2500, v, 9, 2]], ['cycles of skew', grid(2.5, 5, 0.5), (v) => [2500, 18.5, 9, v]]]),
    'limits-low': sweep('low-limits', [[15000, 18.5, 9, 2], [-15000, 18.5, 9, -2], [15000, 152, 152, -2], [-15000, 152, 152, 2]],
      [['ppm', grid(20000, 40000, 5000), (v) => [v, 0, 0, 0]], ['ns of jitter', grid(160, 240, 20), (v) => [15000, v, v, 2]], ['cycles of skew', grid(4, 24, 4), (v) => [15000, 152, 152, v]]]),
  };
}
