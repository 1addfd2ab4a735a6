// Plays each case into the unmodified image and compares what comes out of the USB port with what went in.
// usage: node run.mjs IMAGE WAVE-PROGRAM [CASE...]. Prints one line a case and "N passed, N failed" at the end.
import { execFileSync } from 'node:child_process';
import { Chip } from './chip.mjs';
import { UsbHost } from './usb.mjs';
import { KIND, Reader } from './records.mjs';
import { symbol } from './profile.mjs';
import { putRom } from './rom.mjs';
import { strict } from './strict.mjs';
import { busCases } from './bus.mjs';
import { compare } from './compare.mjs';
import { sensorCases } from './sensors.mjs';
import { guardCases } from './guard.mjs';
import { loadCases } from './load.mjs';
import { memoryCases } from './memory.mjs';
import { wrapCases } from './wraps.mjs';
import { aloneCases } from './alone.mjs';
import { scenarioCases } from './scenarios.mjs';
import { selftestCases } from './selftest.mjs';
import { calibrationCases } from './calibration.mjs';

const [image, wave, ...only] = process.argv.slice(2);
const elf = image.replace(/bin$/, 'elf');
let passed = 0, failed = 0;

// `limits` of the sender: ppm, ns of jitter to the next edge and to the next but one, cycles of skew.
function waveform(name, seed = 1, limits = []) { return JSON.parse(execFileSync(wave, [name, seed, ...limits].map(String), { maxBuffer: 1 << 28 })); }

class Tap {
  // `prepare`: what is done to the chip before it starts.
  constructor(options = {}, prepare = () => {}) {
    this.chip = new Chip(image, options);
    prepare(this.chip);
    this.chip.run(900000);
    this.host = new UsbHost(this.chip);
    this.reader = new Reader(() => this.chip.cycle);
    this.request = 1;
    if (!this.host.dev.attached) throw new Error('the device does not attach');
    this.host.enumerate();
    this.host.run(25000); // the tap looks at itself
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
  command(opcode, args = [], { at = 0n, request = this.request++, wait = 40 } = {}) {
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
    for (let i = 0; i < wait && !r; i++) {
      this.host.run(500);
      this.fetch();
      r = this.reader.of(KIND.REPLY).slice(before).find((r) => (r.body[2] | (r.body[3] << 8)) === request);
    }
    if (!r) throw new Error(`no reply to opcode ${opcode.toString(16)}`);
    return { error: r.body[1], done: new DataView(r.body.buffer, r.body.byteOffset).getBigUint64(4, true), data: r.body.subarray(12) };
  }
  play(w) {
    const start = this.chip.cycle;
    const awake = this.chip.awake;
    this.chip.play(w.edges);
    while (this.chip.cycle < start + w.end) { this.host.run(200); this.fetch(); }
    const share = (this.chip.awake - awake) / (this.chip.cycle - start);
    for (let i = 0; i < 200; i++) { this.host.run(500); this.fetch(); }
    return { start, share };
  }
}

function assert(condition, text) { if (!condition) throw new Error(text); }

function highWater(tap) {
  const d = tap.command(0x01).data, v = new DataView(d.buffer, d.byteOffset);
  return `rings at most ${(v.getUint16(24, true) / 655.35).toFixed(0)}, ${(v.getUint16(26, true) / 655.35).toFixed(0)}, ${(v.getUint16(28, true) / 655.35).toFixed(0)} % full`;
}

const cases = {
  strict: () => [null, strict(image)],
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
  suspend: () => {
    const tap = new Tap(), w = waveform('low-keyboard', 5);
    tap.command(0x10, [1]);
    tap.host.suspend();
    assert(tap.host.in(1).r === 'NAK', 'the stream goes on in suspend');
    tap.host.resume();
    const { start } = tap.play(w);
    compare(tap.reader, w, start);
    return [tap, 'the stream goes on afterwards'];
  },
  // Any control request at all: the device answers or stalls, never hangs, and can be enumerated afterwards.
  'control-requests': () => {
    const tap = new Tap();
    let seed = 12345, stalls = 0, acks = 0;
    const valid = [[0x80, 6, 0x100, 0, 64], [0x80, 6, 0x200, 0, 255], [0x80, 6, 0x300, 0, 255], [0x80, 6, 0x303, 0x409, 255], [0x80, 6, 0xf00, 0, 64],
      [0x81, 6, 0x2200, 1, 64], [0x81, 6, 0x2100, 1, 9], [0x80, 0, 0, 0, 2], [0x81, 0, 0, 1, 2], [0x82, 0, 0, 0x81, 2], [2, 1, 0, 0x81, 0], [2, 3, 0, 0x82, 0],
      [0x80, 8, 0, 0, 1], [0, 9, 1, 0, 0], [0x81, 10, 0, 0, 1], [1, 11, 0, 1, 0], [0xa1, 1, 0x100, 1, 64], [0xa1, 2, 0, 1, 1], [0x21, 9, 0x200, 1, 20], [0x21, 10, 0, 1, 0],
      [0xc0, 0x20, 0, 7, 255], [0, 9, 0, 0, 0]];
    const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % n; };
    for (let i = 0; i < 3000; i++) {
      const r = [...valid[random(valid.length)]];
      if (random(2)) r[random(5)] = [0, 1, 2, 6, 9, 0x21, 0x80, 0x81, 0x82, 0xa1, 0x100, 0x200, 0x2200, random(256), random(65536)][random(15)];
      const [type, request, value, index] = [r[0] & 255, r[1] & 255, r[2], r[3]], length = r[4] % 700;
      if (type === 0 && request === 5) continue; // the address stays
      const x = tap.host.control(type, request, value, index, length, new Uint8Array(length));
      if (x.r === 'STALL') stalls++;
      else if (x.r === 'ACK') acks++;
      else throw new Error(`request ${i}: ${type.toString(16)} ${request} ${value.toString(16)} ${index.toString(16)} ${length}: ${x.r}`);
      if (tap.chip.failures.length) throw new Error(`request ${i}: ${type.toString(16)} ${request} ${value.toString(16)} ${index.toString(16)} ${length}: ${tap.chip.failures[0]}`);
      if (random(10) === 0) tap.host.setup([0x80, 6, 0, 1, 0, 0, 18, 0]); // and leave it at that
    }
    tap.host.enumerate();
    tap.reader.bytes = []; // the pipe was opened anew
    assert(tap.command(0x00).error === 0, 'no command works afterwards');
    assert(acks > 500 && stalls > 500, `${acks} answered, ${stalls} stalled: the case tests too little`);
    return [tap, `${acks} answered, ${stalls} stalled`];
  },
  hid: () => {
    const tap = new Tap(), b = new Uint8Array(64);
    b.set([1, 0x10, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
    let reply, status = 0;
    const poll = () => { const x = tap.host.in(2); if (x.r === 'ACK' && x.data[0] === KIND.REPLY) reply = x.data; if (x.r === 'ACK' && x.data[0] === KIND.STATUS) status++; };
    tap.host.run(1000);
    poll();
    assert(tap.host.retry(() => tap.host.out(2, b)).r === 'ACK', 'HID OUT');
    for (let i = 0; i < 300; i++) { tap.host.run(1000); poll(); }
    assert(reply && reply[2] === 0x10 && reply[3] === 0 && reply[4] === 77, 'no reply by HID');
    // A report that nobody has fetched yet holds the endpoint: the replies come behind it, all and in order.
    const told = [];
    tap.host.run(150000);
    for (const request of [78, 79, 80]) { b[2] = request; assert(tap.host.retry(() => tap.host.out(2, b)).r === 'ACK', 'HID OUT'); tap.host.run(1000); }
    for (let i = 0; i < 10; i++) { const x = tap.host.in(2); if (x.r === 'ACK') told.push(x.data[0] === KIND.REPLY ? x.data[4] : 'status'); tap.host.run(1000); }
    assert(told.filter((x, i) => !i || x !== 'status').join() === 'status,78,79,80', `by HID came ${told.join()}`);
    assert(status >= 2 && status <= 4, `${status} status reports in 300 ms`);
    const r = tap.host.control(0xa1, 1, 0x100, 1, 64);
    assert(r.r === 'ACK' && r.data[0] === KIND.STATUS, 'GET_REPORT');
    // The counter of the reports is a byte, and that of the tap is not: across both ends.
    for (const near of [0xfe, 0xfffe]) {
      const seen = [];
      tap.chip.rp.sramView.setUint16(symbol(elf, 'status_count') - 0x20000000, near, true);
      for (let i = 0; i < 450 && seen.length < 4; i++) { tap.host.run(1000); const x = tap.host.in(2); if (x.r === 'ACK' && x.data[0] === KIND.STATUS) seen.push(x.data[1]); }
      // One may have been on its way.
      assert(seen.slice(-3).join() === '254,255,0' || seen.join() === '254,255,0,1', `reports numbered ${seen.join()}`);
    }
    return [tap, `reply and ${status} status reports, numbered across 255`];
  },
  board: () => {
    const tap = new Tap(), pins = (...n) => n.reduce((v, p) => v | (1 << p), 0);
    const all = pins(6, 7, 8, 12, 14, 15, 16, 17, 18), at = () => tap.chip.outputs & all;
    assert(at() === pins(7, 12), `not safe at the start: ${at().toString(16)}`);
    assert((tap.chip.rp.sio.gpioOutputEnable & 0x7ffffc & ~pins(4, 5, 2, 3)) === (all & ~pins(14, 15) | pins(11, 19, 22)), 'outputs that are not driven, or inputs that are');
    for (const [opcode, value, levels] of [[0x22, 1, pins(12)], [0x22, 2, pins(6, 12)], [0x20, 1, pins(6, 8, 12)], [0x23, 1, pins(6, 8)], [0x24, 3, pins(6, 8)],
      [0x25, 5, pins(6, 8, 16, 18)], [0x25, 2, pins(6, 8, 17)], [0x22, 0, pins(7, 8, 17)]]) {
      assert(tap.command(opcode, [value]).error === 0, `opcode ${opcode.toString(16)} is refused`);
      assert(at() === levels, `opcode ${opcode.toString(16)} value ${value}: pins ${at().toString(16)}, expected ${levels.toString(16)}`);
    }
    // A pull-down is a pin driven low; without it the pin is let go, never high.
    const sunk = () => tap.chip.rp.sio.gpioOutputEnable & pins(14, 15);
    assert(sunk() === pins(14, 15), 'pull-downs that do not pull');
    assert(tap.command(0x24, [1]).error === 0 && sunk() === pins(14), 'D+ alone');
    assert(tap.command(0x24, [0]).error === 0 && sunk() === 0, 'pull-downs that stay');
    assert(tap.command(0x22, [3]).error === 4 && tap.command(0x25, [8]).error === 4, 'values out of bounds are not refused');
    const told = tap.reader.of(KIND.STATE).filter((r) => r.body[1] === 1).length;
    assert(told === 10, `${told} states told, 10 set`);
    // Overvoltage: told at once, both ways; closing the bus is refused while the latch holds.
    tap.chip.input(10, false);
    let hid;
    for (let i = 0; i < 20 && !hid; i++) { tap.host.run(500); tap.fetch(); const x = tap.host.in(2); if (x.r === 'ACK' && x.data[0] === KIND.ALERT) hid = x.data; }
    assert(hid && hid[4] === 2, 'no alert by HID');
    assert(tap.reader.of(KIND.ALERT).length === 1 && tap.reader.of(KIND.STATE).pop().body[0] === 10, 'no alert in the stream');
    assert(tap.command(0x22, [1]).error === 5, 'the bus can be closed in overvoltage');
    tap.chip.input(10, true);
    assert(tap.command(0x22, [1]).error === 0, 'the bus cannot be closed after it');
    return [tap, 'pins, states and the overvoltage alert'];
  },
  // Keyed supply: the pin follows the code's chips, each a state at its tick; then it is off.
  'vbus-code': () => {
    const tap = new Tap(), chip = 100, chips = 6, vbus = 1 << 8;
    tap.command(0x10, [1]);
    const code = [0x78, 0x56, 0x34, 0x12, chips, 0, chip, 0];
    assert(tap.command(0x21, [...code.slice(0, 4), 3, 0, chip, 0]).error === 4 && tap.command(0x21, [1]).error === 3, 'what is no code is not refused');
    const reply = tap.command(0x21, code);
    assert(reply.error === 0 && [...reply.data].join() === code.join(), 'the reply does not have the code');
    let on = 0, steps = 0;
    const start = Number(reply.done);
    while (tap.chip.cycle < start + (chips * chip + 20) * 120000) { tap.host.run(500); tap.fetch(); steps++; on += tap.chip.outputs & vbus ? 1 : 0; }
    assert(!(tap.chip.outputs & vbus), 'VBUS stays on behind the code');
    const states = tap.reader.of(KIND.STATE).filter((r) => r.body[0] === 2), starts = states.map((r) => (r.tick - start) / 120000);
    assert(states.length >= 3 && states.every((r, i) => r.body[1] === 1 && r.body[8] === (i + 1) % 2), `${states.length} states`);
    assert(starts.every((ms) => Math.abs(ms - chip * Math.round(ms / chip)) < 0.5), `chips begin at ${starts.map((x) => x.toFixed(2)).join()} ms`);
    assert(Math.abs(on / steps - (chips / 2) * chip / (chips * chip + 20)) < 0.03, `on for ${(100 * on / steps).toFixed(0)} % of the time`);
    return [tap, `${states.length} changes, the latest ${Math.max(...starts.map((ms) => Math.abs(ms - chip * Math.round(ms / chip)))).toFixed(2)} ms late`];
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
  // Eight that wait for a tick, and the ninth: none of them keeps out what is for now.
  const later = BigInt(tap.chip.cycle + 24e6), unanswered = (args) => {
    try { tap.command(0x30, args, { at: later, wait: 1 }); } catch (e) { return /no reply/.test(e.message); }
    return false;
  };
  for (let i = 0; i < 8; i++) assert(unanswered([i]), 'what is for later is answered now');
  assert(tap.command(0x30, [1], { at: later }).error === 8, 'a ninth that waits is not told "busy"');
  assert(tap.command(0x22, [0]).error === 0 && tap.command(0x77).error === 2, 'nothing gets through beside those that wait');
  while (tap.chip.cycle < Number(later) + 240000) { tap.host.run(500); tap.fetch(); }
  assert(tap.reader.of(KIND.REPLY).filter((r) => r.body[0] === 0x30 && r.body[1] === 0).length === 8, 'not all that waited were done');
  const states = () => tap.reader.of(KIND.STATE).length, before = states();
  assert(tap.command(0x20, [1], { at: 1n }).error === 6 && states() === before, 'what comes too late is done');
  return [tap, 'refused, kept and repeated as they should be'];
};

// To the boot loader: the ROM's own function is called, as the datasheet has it, and nothing but a whole command does that.
cases.reboot = () => {
  for (const byHid of [false, true]) {
    const tap = new Tap(), { chip } = tap, { core } = chip.rp, rom = putRom(chip.rp, ['P3', 'WV', 'UB', 'MS']);
    chip.spot = rom.UB;
    assert(tap.command(0x03, [1]).error === 3 && tap.command(0x02 + 0x70).error === 2, 'what is no command is not refused');
    assert(!chip.spotted.length, 'the boot loader is called unasked');
    const b = new Uint8Array(byHid ? 64 : 14);
    b.set([1, 0x03, 99, 0]);
    assert(tap.host.retry(() => tap.host.out(byHid ? 2 : 1, b)).r === 'ACK', 'OUT');
    for (let i = 0; i < 1000 && !chip.spotted.length; i++) chip.run(120);
    assert(chip.spotted.length, `the ROM is not called: the core is at ${core.PC.toString(16)}`);
    assert(core.registers[0] === 0 && core.registers[1] === 0, 'a light that blinks, or an interface that is off');
    assert(core.SP % 8 === 0, 'the stack is not as a call wants it');
    if (byHid) return [tap, 'the ROM is asked for UB and calls it, no LED, both interfaces'];
  }
};

const tools = { Tap, assert, waveform, cordon: process.env.CORDON };
Object.assign(cases, busCases({ ...tools, highWater, elf }), loadCases({ ...tools, highWater, elf }), sensorCases(tools), guardCases(tools), scenarioCases(tools), aloneCases({ ...tools, Chip, image }), memoryCases({ ...tools, elf }), wrapCases({ ...tools, elf }), selftestCases(tools), calibrationCases({ ...tools, image }));

for (const [name, run] of Object.entries(cases)) {
  if (only.length && !only.includes(name)) continue;
  const began = process.cpuUsage().user;
  try {
    const [tap, text] = run();
    const problems = tap ? [...tap.chip.failures, ...tap.reader.errors] : [];
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
