// Plays each case into the unmodified image and compares what comes out of the USB port with what went in.
// usage: node run.mjs IMAGE WAVE-PROGRAM [CASE...]. Prints one line a case and "N passed, N failed" at the end.
import { execFileSync } from 'node:child_process';
import { Chip } from './chip.mjs';
import { UsbHost } from './usb.mjs';
import { KIND, Reader, uart } from './records.mjs';

const [image, wave, ...only] = process.argv.slice(2);
const STAMP_LIMIT = 12; // cycles: 100 ns
let passed = 0, failed = 0;

function waveform(name, seed = 1) { return JSON.parse(execFileSync(wave, [name, String(seed)], { maxBuffer: 1 << 28 })); }

class Tap {
  constructor() {
    this.chip = new Chip(image);
    this.chip.run(600000);
    this.host = new UsbHost(this.chip);
    this.reader = new Reader();
    this.request = 1;
    if (!this.host.dev.attached) throw new Error('the device does not attach');
    this.host.enumerate();
  }
  // Fetches until there is nothing, at most so many packets.
  fetch(most = 64) {
    for (let i = 0; i < most; i++) {
      const x = this.host.in(1);
      if (x.r === 'NAK') return;
      if (x.r !== 'ACK') throw new Error(`bulk IN: ${x.r}`);
      this.reader.push(x.data);
      this.host.run(52); // 19 packets a frame is the most a host manages
    }
  }
  command(opcode, args = [], { at = 0n, request = this.request++ } = {}) {
    const b = new Uint8Array(14 + args.length), v = new DataView(b.buffer);
    b[0] = 1;
    b[1] = opcode;
    v.setUint16(2, request, true);
    v.setBigUint64(4, at, true);
    b[12] = args.length;
    b.set(args, 14);
    const x = this.host.retry(() => this.host.out(1, b));
    if (x.r !== 'ACK') throw new Error(`bulk OUT: ${x.r}`);
    const before = this.reader.of(KIND.REPLY).length;
    let r;
    for (let i = 0; i < 40 && !r; i++) {
      this.host.run(500);
      this.fetch();
      r = this.reader.of(KIND.REPLY).slice(before).find((r) => (r.body[2] | (r.body[3] << 8)) === request);
    }
    if (!r) throw new Error(`no reply to opcode ${opcode.toString(16)}`);
    return { error: r.body[1], done: new DataView(r.body.buffer, r.body.byteOffset).getBigUint64(4, true), data: r.body.subarray(12) };
  }
  play(w, { stalled = false } = {}) {
    const start = this.chip.cycle;
    const awake = this.chip.awake;
    this.chip.play(w.edges);
    while (this.chip.cycle < start + w.end) { this.host.run(200); if (!stalled) this.fetch(); }
    const share = (this.chip.awake - awake) / (this.chip.cycle - start);
    for (let i = 0; i < 200; i++) { this.host.run(500); this.fetch(); }
    return { start, share };
  }
}

function assert(condition, text) { if (!condition) throw new Error(text); }

const CUT = 0x40, UNCHECKED = 0x80;

// The tap's ticks begin when its clock does, and it sees the microsecond some cycles late: the same for all stamps of a run.
function comparePackets(tap, w, start, { mayCut = false } = {}) {
  const got = tap.reader.packets(), off = [];
  const counted = 3 * tap.reader.sum(KIND.COUNT, 4);
  assert(mayCut || !counted, `${counted} packets were counted instead of sent`);
  assert(got.length + counted === w.packets.length, `${got.length} packets heard and ${counted} counted, ${w.packets.length} sent`);
  let cut = 0, i = 0;
  for (const g of got) {
    // Where some are only counted, the stamp says which this is.
    while (mayCut && i < w.packets.length && start + w.packets[i].at < g.at - 100) i++;
    const p = w.packets[i++], len = p.hex.length / 2;
    if (mayCut && g.flags === (CUT | UNCHECKED)) {
      cut++;
      assert(p.hex.startsWith(g.hex), `packet ${i}: ${g.hex} heard, ${p.hex} sent`);
      assert(g.len >= len - 2 && g.len <= (len * 7) / 6, `packet ${i}: ${g.len} bytes told, ${len} sent`);
    } else {
      assert(g.hex === p.hex, `packet ${i}: ${g.hex} heard, ${p.hex} sent`);
      assert(g.flags === 0 && g.len === len, `packet ${i}: flags ${g.flags}, ${g.len} bytes`);
    }
    assert(g.speed === p.speed, `packet ${i}: speed ${g.speed}`);
    off.push(g.at - (start + p.at));
  }
  const low = Math.min(...off), high = Math.max(...off), middle = (low + high) / 2;
  assert(high - low < 2 * STAMP_LIMIT && Math.abs(middle) < 24, `stamps are off by ${low.toFixed(1)} to ${high.toFixed(1)} cycles`);
  return { spread: ((high - low) / 2 / 0.12).toFixed(0), middle: (middle / 0.12).toFixed(0), cut, counted };
}

function highWater(tap) {
  const d = tap.command(0x01).data, v = new DataView(d.buffer, d.byteOffset);
  return `rings at most ${(v.getUint16(24, true) / 655.35).toFixed(0)}, ${(v.getUint16(26, true) / 655.35).toFixed(0)}, ${(v.getUint16(28, true) / 655.35).toFixed(0)} % full`;
}

function traffic(name, options = {}) {
  return () => {
    const tap = new Tap(), w = waveform(name, options.seed);
    assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
    const { start, share } = tap.play(w, options);
    const { spread, middle, cut, counted } = comparePackets(tap, w, start, options);
    assert(!tap.reader.of(KIND.LOST).length, 'something was lost');
    return [tap, `${w.packets.length} packets${cut + counted ? `, ${cut} of them cut, ${counted} only counted` : ''}, stamps within ${spread} ns of ${middle}, CPU ${(100 * share).toFixed(0)} %, ${highWater(tap)}`];
  };
}

const cases = {
  boot: () => {
    const tap = new Tap();
    tap.host.run(3000);
    tap.fetch();
    const hello = tap.reader.of(KIND.HELLO)[0];
    assert(hello, 'no HELLO');
    const v = new DataView(hello.body.buffer, hello.body.byteOffset);
    assert(v.getUint32(4, true) === 120000000, 'tick rate');
    assert(v.getBigUint64(8, true) === 0xe660583883123456n, 'serial number');
    return [tap, `enumerated after ${(tap.chip.cycle / 120000).toFixed(1)} ms`];
  },
  'full-keyboard': traffic('keyboard'),
  'low-keyboard': traffic('low-keyboard'),
  hub: traffic('hub'),
  jitter: traffic('jitter', { seed: 3 }),
  bulk: traffic('bulk', { mayCut: true }),
  'nak-storm': () => {
    const tap = new Tap(), w = waveform('nak-storm');
    tap.command(0x10, [1]);
    const { share } = tap.play(w);
    assert(tap.reader.folds(2) === 4000, `${tap.reader.folds(2)} NAKs counted`);
    assert(!tap.reader.of(KIND.LOST).length, 'something was lost');
    return [tap, `${highWater(tap)}, 4000 NAKs in ${tap.reader.of(KIND.FOLD).length} records, CPU ${(100 * share).toFixed(0)} %`];
  },
  'boot-log': () => {
    const tap = new Tap(), w = waveform('boot-log');
    tap.command(0x10, [1]);
    tap.play(w);
    assert(uart(tap.reader.edges(), 1, 74880) === w.notes, `read: ${JSON.stringify(uart(tap.reader.edges(), 1, 74880))}`);
    return [tap, `${w.notes.length} characters`];
  },
  noise: () => {
    const tap = new Tap(), w = waveform('noise');
    tap.command(0x10, [1]);
    const { start } = tap.play(w);
    const good = tap.reader.packets().filter((p) => p.flags === 0).slice(-w.packets.length);
    assert(good.map((p) => p.hex).join() === w.packets.map((p) => p.hex).join(), 'the packets after the noise were not heard');
    return [tap, `${tap.reader.packets().length - w.packets.length} records of noise as packets, ${tap.reader.edges().length} edges, ${tap.reader.of(KIND.LOST).length} losses told`];
  },
  'stalled-pc': () => {
    const tap = new Tap(), w = waveform('bulk-long', 2);
    tap.command(0x10, [1]);
    tap.play(w, { stalled: true });
    const got = tap.reader.packets().length, lost = tap.reader.sum(KIND.LOST, 4, (b) => b[0] === 3);
    const d = tap.command(0x01).data, v = new DataView(d.buffer, d.byteOffset);
    assert(lost > 0, 'the ring did not run full: the case tests nothing');
    assert(v.getUint32(0, true) === w.packets.length, `${v.getUint32(0, true)} packets counted of ${w.packets.length}`);
    assert(v.getUint32(16, true) === lost, `${lost} records told as lost, ${v.getUint32(16, true)} counted`);
    assert(v.getUint32(8, true) === 0, 'the line ring ran over');
    return [tap, `${got} packets kept, ${lost} records told as lost`];
  },
};
cases.commands = () => {
  const tap = new Tap();
  assert(tap.command(0x77).error === 2, 'an unknown opcode is not refused');
  assert(tap.command(0x10, [1, 2]).error === 3, 'a wrong length is not refused');
  assert(tap.command(0x10, [7]).error === 4, 'a wrong value is not refused');
  assert(tap.command(0x01).data.length === 36, 'statistics');
  const first = tap.command(0x10, [1], { request: 700 }), again = tap.command(0x10, [1], { request: 700 });
  assert(first.done === again.done, 'a command asked for twice was done twice');
  return [tap, 'refused and repeated as they should be'];
};

for (const [name, run] of Object.entries(cases)) {
  if (only.length && !only.includes(name)) continue;
  const began = process.cpuUsage().user;
  try {
    const [tap, text] = run();
    const problems = [...tap.chip.failures, ...tap.reader.errors];
    if (problems.length) throw new Error(problems.join('\n    '));
    console.log(`ok   ${name}: ${text} (${((process.cpuUsage().user - began) / 1e6).toFixed(1)} s)`);
    passed++;
  } catch (e) {
    console.log(`FAIL ${name}: ${e.message}`);
    if (process.env.TRACE) console.log(e.stack);
    failed++;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
