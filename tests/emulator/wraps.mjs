// Counters that wrap, set shortly before their end: what they count must go on across it as if nothing were. Those of the rings, of DMA and
// of time are in bus.mjs, those of core/ in native tests.
import { KIND } from './records.mjs';
import { symbol } from './profile.mjs';

const MS = 120000, US = 120, VBUS_EN = 8, OE_N = 7;

export function wrapCases({ Tap, assert, waveform, elf }) {
  const ram = (tap) => tap.chip.rp.sramView, at = (name) => symbol(elf, name) - 0x20000000;
  const set = (tap, names, value) => { for (const name of names) { assert(ram(tap).getUint32(at(name), true) === 0, `${name} does not begin at 0`); ram(tap).setUint32(at(name), value, true); } };
  // The helper that takes stuffed bits out of the packets of a full bus: as many are its work as without a wrap, and all are heard.
  const helper = () => {
    const run = (begin) => {
      const tap = new Tap(), w = waveform('bulk-frames'), { chip } = tap;
      set(tap, ['offered', 'finished', 'dropped', 'seen_from', 'seen_to'], begin);
      assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
      const start = chip.cycle, awake = chip.awake;
      chip.play(w.edges);
      while (chip.cycle < start + w.end) { tap.host.run(200); tap.fetch(); }
      const share = (chip.awake - awake) / (chip.cycle - start);
      for (let i = 0; i < 200; i++) { tap.host.run(500); tap.fetch(); }
      assert(!tap.reader.of(KIND.LOST).length, 'something is lost');
      const heard = tap.reader.packets().length + 3 * tap.reader.sum(KIND.COUNT, 4) + tap.reader.folds(1);
      assert(heard === w.count, `${heard} packets heard, ${w.count} sent`);
      const done = (ram(tap).getUint32(at('finished'), true) - begin) >>> 0;
      for (const name of ['offered', 'dropped', 'seen_from', 'seen_to']) assert((ram(tap).getUint32(at(name), true) - begin) >>> 0 === done, `${name} is not where the others are`);
      return { tap, done, share };
    };
    const plain = run(0), wrapped = run(2 ** 32 - 500);
    assert(plain.done > 1000, `${plain.done} packets were the helper's: the case tests too little`);
    assert(wrapped.done === plain.done, `${wrapped.done} packets were the helper's across the wrap, ${plain.done} without`);
    assert(Math.abs(wrapped.share - plain.share) < 0.002, `CPU ${(100 * wrapped.share).toFixed(1)} % across the wrap, ${(100 * plain.share).toFixed(1)} % without`);
    return [wrapped.tap, `${wrapped.done} packets, the 501st has number 0`];
  };
  // Guard mode's queue of packets that have ended: the switch opens as soon as without a wrap.
  const followed = () => {
    const late = [], lengths = [];
    let tap;
    for (const before of [0, 1, 5, 20]) {
      const w = waveform('enumeration');
      tap = new Tap();
      set(tap, ['ended', 'followed'], (2 ** 32 - before) >>> 0);
      assert(tap.command(0x22, [1]).error === 0 && tap.command(0x40, [1, 0, 208, 7]).error === 0, 'the guard is not armed');
      assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
      const { start } = tap.play(w), opened = tap.chip.when(OE_N, true);
      assert(opened > start, `the switch does not open, the wrap ${before} packets ahead`);
      late.push((opened - start) / US);
      lengths.push((ram(tap).getUint32(at('followed'), true) + before) >>> 0);
      assert(ram(tap).getUint32(at('ended'), true) === ram(tap).getUint32(at('followed'), true), 'packets stay in the queue');
    }
    assert(lengths[0] > 20 && lengths.every((n) => n === lengths[0]), `${lengths.join()} packets followed`);
    assert(Math.max(...late) - Math.min(...late) < 20, `opened ${late.map((us) => us.toFixed(0)).join(', ')} us after the start`);
    return [tap, `${lengths[0]} packets, opened within ${(Math.max(...late) - Math.min(...late)).toFixed(1)} us of each other`];
  };
  // Changes of VBUS by its code are counted in a byte: each is told, once, at its tick.
  const changes = () => {
    const tap = new Tap(), chips = 8, ms = 100;
    for (const name of ['changes_made', 'changes_told']) { assert(ram(tap).getUint8(at(name)) === 0, `${name} does not begin at 0`); ram(tap).setUint8(at(name), 254); }
    assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
    tap.chip.outputLog.length = 0;
    assert(tap.command(0x21, [1, 2, 3, 4, chips, 0, ms, 0]).error === 0, 'the code');
    const end = tap.chip.cycle + (chips + 1) * ms * MS;
    while (tap.chip.cycle < end) { tap.host.run(500); tap.fetch(); }
    const told = tap.reader.of(KIND.STATE).filter((r) => r.body[0] === 2), pins = tap.chip.outputLog.filter(([, now, before]) => ((now ^ before) >>> VBUS_EN) & 1);
    assert(pins.length >= 4 && told.length === pins.length, `${told.length} states, ${pins.length} changes of the pin`);
    pins.forEach(([cycle, now], i) => assert(told[i].body[8] === ((now >>> VBUS_EN) & 1) && Math.abs(told[i].tick - cycle) < 5 * US, `state ${i} is not what the pin does`));
    assert(ram(tap).getUint8(at('changes_told')) === pins.length - 2, 'the numbers did not wrap: the case tests nothing');
    return [tap, `${pins.length} changes, the third has number 0`];
  };
  return { 'wrap-helper': helper, 'wrap-followed': followed, 'wrap-vbus': changes };
}
