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
    this.host.run(3000);
    this.fetch();
    const r = this.reader.of(KIND.REPLY).filter((r) => (r.body[2] | (r.body[3] << 8)) === request).pop();
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

// The tap's ticks begin when its clock does: the distance to the emulator's cycles is the same for all stamps.
function comparePackets(tap, w, start, offset = null) {
  const got = tap.reader.packets(), want = w.packets.filter((p) => !/^a5/.test(p.hex));
  assert(got.length === want.length, `${got.length} packets heard, ${want.length} sent`);
  let low = Infinity, high = -Infinity;
  want.forEach((p, i) => {
    const g = got[i];
    assert(g.hex === p.hex, `packet ${i}: ${g.hex} heard, ${p.hex} sent`);
    assert(g.flags === 0 && g.speed === p.speed, `packet ${i}: flags ${g.flags}, speed ${g.speed}`);
    const off = g.at - (start + p.at) - (offset ?? 0);
    low = Math.min(low, off);
    high = Math.max(high, off);
  });
  return [low, high];
}

function checkStamps([low, high]) {
  assert(high - low < 2 * STAMP_LIMIT && low > -STAMP_LIMIT - 60 && high < STAMP_LIMIT + 60, `stamps are off by ${low.toFixed(1)} to ${high.toFixed(1)} cycles`);
}

function traffic(name, options = {}) {
  return () => {
    const tap = new Tap(), w = waveform(name, options.seed);
    assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
    const { start, share } = tap.play(w, options);
    const off = comparePackets(tap, w, start);
    checkStamps(off);
    assert(!tap.reader.of(KIND.LOST).length, 'something was lost');
    return [tap, `${w.packets.length} packets, stamps ${off.map((x) => x.toFixed(1)).join(' to ')} cycles off, CPU ${(100 * share).toFixed(0)} %`];
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
  bulk: traffic('bulk'),
  'nak-storm': () => {
    const tap = new Tap(), w = waveform('nak-storm');
    tap.command(0x10, [1]);
    const { share } = tap.play(w);
    assert(tap.reader.folds(2) === 4000, `${tap.reader.folds(2)} NAKs counted`);
    assert(!tap.reader.of(KIND.LOST).length, 'something was lost');
    return [tap, `4000 NAKs in ${tap.reader.of(KIND.FOLD).length} records, CPU ${(100 * share).toFixed(0)} %`];
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
    const tap = new Tap(), w = waveform('bulk', 2);
    tap.command(0x10, [1]);
    tap.play({ ...w, end: w.end }, { stalled: true });
    const got = tap.reader.packets().length;
    const lost = tap.reader.of(KIND.LOST).filter((r) => r.body[0] === 3).reduce((n, r) => n + new DataView(r.body.buffer, r.body.byteOffset).getUint32(4, true), 0);
    assert(got + lost >= w.packets.length, `${got} heard and ${lost} told as lost of ${w.packets.length}`);
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
