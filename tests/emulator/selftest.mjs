// Cases of the self-test: what the tap reads of itself, and what it tells of what is broken.
import { KIND } from './records.mjs';

const OE_N = 7, CHECK = { LISTEN: 1, CURRENT: 2, RADIO: 4, MUX: 8, EXPANDER: 16, ADC: 32, FLASH: 64 }, ALL = 0x7f;
const DETAIL = { DP: 1, DM: 2, PACKETS: 4, KEYBOARD: 8, MA: 16, UA: 32, VBUS: 64, FAR: 128, IN_USE: 256 };
const view = (b) => new DataView(b.buffer, b.byteOffset, b.length);
const result = (b) => { const v = view(b), d = v.getUint32(4, true); return { ran: v.getUint16(0, true), failed: v.getUint16(2, true), detail: d & 0xffff, read: (d >>> 16) & 255, sent: d >>> 24 }; };

export function selftestCases({ Tap, assert }) {
  const run = (tap, ms) => { for (let i = 0; i < ms * 2; i++) { tap.host.run(500); tap.fetch(); } };
  const test = (tap) => { const r = tap.command(0x02, [], { wait: 2000 }); assert(r.error === 0, `refused with ${r.error}`); return result(r.data); };
  const hex = (x) => x.toString(16);
  const is = (r, failed, detail, what) => assert(r.failed === failed && r.detail === detail, `${what}: failed ${hex(r.failed)}, detail ${hex(r.detail)}; expected ${hex(failed)}, ${hex(detail)}`);
  // What the start found, in its record and in HELLO.
  const booted = (prepare, options = {}) => {
    const tap = new Tap(options, prepare);
    for (let i = 0; i < 700 && !tap.reader.of(KIND.SELFTEST).length; i++) run(tap, 1);
    run(tap, 3);
    const r = tap.reader.of(KIND.SELFTEST)[0], h = tap.reader.of(KIND.HELLO).at(-1);
    assert(r, 'no SELFTEST of the start');
    return { tap, took: (r.tick - tap.reader.of(KIND.HELLO)[0].tick) / 120000, ...result(r.body), hello: view(h.body).getUint16(42, true) };
  };
  const idle = (tap, what) => {
    const enabled = tap.chip.rp.sio.gpioOutputEnable;
    assert((tap.chip.outputs >>> OE_N) & 1 && !(enabled & 0xc) && !(enabled & 0xc000), `${what}: switch, probe outputs or pull-downs are left on`);
  };
  return {
    selftest: () => {
      const tap = new Tap(), before = tap.command(0x01).data.slice(0, 8);
      tap.chip.lines.floating = 3;
      tap.chip.lines.update();
      const r = test(tap);
      is(r, 0, 0, 'a good tap');
      assert(r.ran === ALL && r.sent > 60 && r.read === r.sent, `ran ${hex(r.ran)}, ${r.read} of ${r.sent} packets read`);
      idle(tap, 'afterwards');
      tap.chip.lines.floating = 0;
      tap.chip.lines.update();
      assert(!tap.reader.of(KIND.ALERT).length, 'the sample is taken for a keyboard');
      assert(tap.command(0x01).data.slice(0, 8).join() === before.join(), 'its packets are counted as traffic');
      // Lines and pins, each broken in turn: which one is told, and it is told no longer when it works.
      const { lines } = tap.chip;
      for (const [what, put, back, detail] of [
        ['GP2 that does not drive', () => { lines.open = 1; }, () => { lines.open = 0; }, DETAIL.DP],
        ['GP3 that does not drive', () => { lines.open = 2; }, () => { lines.open = 0; }, DETAIL.DM],
        ['GP0 stuck low', () => { lines.low = 1; }, () => { lines.low = 0; }, DETAIL.DP],
        ['GP1 stuck low', () => { lines.low = 2; }, () => { lines.low = 0; }, DETAIL.DM],
        ['D+ and D- swapped', () => { lines.swapped = true; }, () => { lines.swapped = false; }, DETAIL.DP | DETAIL.DM],
      ]) {
        put();
        const b = test(tap);
        is(b, CHECK.LISTEN, detail, what);
        idle(tap, what);
        run(tap, 3);
        assert(view(tap.reader.of(KIND.HELLO).at(-1).body).getUint16(42, true) === CHECK.LISTEN, `${what}: HELLO does not say so`);
        back();
      }
      is(test(tap), 0, 0, 'whole again');
      return [tap, `${r.read} packets through probe, switch and tap; five faults of the lines, each told`];
    },
    // A line that sticks from the middle of the enumeration on: packets are missing, and it is known.
    'selftest-packets': () => {
      let tap, last;
      for (const [after, detail] of [[300, DETAIL.PACKETS | DETAIL.KEYBOARD], [1500, DETAIL.PACKETS]]) {
        tap = new Tap();
        const { lines } = tap.chip, update = lines.update.bind(lines);
        let edges = 0;
        lines.update = () => { if (lines.driving && ++edges === after) lines.low = 1; update(); };
        last = test(tap);
        is(last, CHECK.LISTEN, detail, `D+ lost after ${after} changes`);
        assert(last.read > 2 && last.read < last.sent, `${last.read} of ${last.sent} read`);
        idle(tap, 'afterwards');
      }
      return [tap, `${last.read} of ${last.sent} packets read, and told`];
    },
    // What is plugged in is left alone, and nothing is driven while somebody measures, guards or tests.
    'selftest-in-use': () => {
      const tap = new Tap(), { chip } = tap;
      const alone = (what) => {
        chip.outputLog.length = 0;
        const r = test(tap);
        is(r, 0, DETAIL.IN_USE, what);
        assert(!(r.ran & CHECK.LISTEN) && chip.outputLog.every(([, now]) => (now >>> OE_N) & 1), `${what}: the lines were driven`);
        idle(tap, what);
      };
      for (const line of [1, 2]) { chip.lines.put(line); alone(`a device's pull-up on line ${line}`); }
      chip.lines.put(0);
      run(tap, 10);
      chip.adc.volts = (channel) => channel === 2 && !((chip.outputs >>> 16) & 7) ? 2.5 : chip.adc.rest(channel);
      alone('VBUS');
      chip.adc.volts = (channel) => chip.adc.rest(channel);
      for (const [what, on, off] of [['capturing', [0x10, [1]], [0x10, [0]]], ['guarded', [0x40, [1, 0, 0x10, 0x27]], [0x40, [0, 0, 0, 0]]], ['the switch closed', [0x22, [1]], [0x22, [0]]],
        ['VBUS on', [0x20, [1]], [0x20, [0]]], ['a code', [0x21, [1, 2, 3, 4, 2, 0, 200, 0]], [0x20, [0]]]]) {
        assert(tap.command(...on).error === 0, what);
        chip.outputLog.length = 0;
        // VBUS may move by itself, as the code has it.
        assert(tap.command(0x02).error === 5 && !chip.outputLog.some(([, now, before]) => (now ^ before) & ~(1 << 8)), `not refused: ${what}`);
        assert(tap.command(...off).error === 0, `${what}, off`);
      }
      // A command that comes meanwhile waits for its end.
      const begin = () => {
        const request = tap.request++, b = Uint8Array.from([1, 2, request & 255, request >> 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert(tap.host.retry(() => tap.host.out(1, b)).r === 'ACK', 'bulk OUT');
        tap.host.run(2000);
        return request;
      };
      // Two at once, in all places where commands are kept: each gets its own answer.
      for (let i = 0; i < 8; i++) {
        const first = begin();
        test(tap);
        const order = tap.reader.of(KIND.REPLY).slice(-2).map((r) => r.body[2] | (r.body[3] << 8));
        assert(order.join() === `${first},${first + 1}`, `asked ${first}, ${first + 1}, answered ${order.join()}`);
        tap.command(0x00);
      }
      begin();
      assert(tap.command(0x10, [1], { wait: 2000 }).error === 0, 'the command behind it');
      const replies = tap.reader.of(KIND.REPLY).slice(-2).map((r) => r.body[0]);
      assert(replies.join() === '2,16', `answered in the order ${replies.join()}`);
      assert(result(tap.reader.of(KIND.SELFTEST).at(-1).body).failed === 0, 'disturbed by it');
      return [tap, 'three kinds of use left alone, five moments refused, a command in the middle waits'];
    },
    'selftest-sensors': () => {
      const levels = (level) => (chip) => { chip.adc.volts = (channel) => level(channel, chip) ?? chip.adc.rest(channel); };
      const input = (chip) => (chip.outputs >>> 16) & 7, bypassed = (chip) => (chip.outputs >>> 12) & 1;
      const cases = [
        ['nothing', 0, 0, () => {}],
        ['ADC0 at its upper end', CHECK.CURRENT, DETAIL.MA | DETAIL.UA, levels((c) => (c === 0 ? 3.3 : undefined))],
        ['ADC0 at 0', CHECK.CURRENT, DETAIL.MA | DETAIL.UA, levels((c) => (c === 0 ? 0 : undefined))],
        ['the uA amplifier at its end', CHECK.CURRENT, DETAIL.UA, levels((c, chip) => (c === 0 && !bypassed(chip) ? 3.2 : undefined))],
        ['the mA amplifier at 0', CHECK.CURRENT, DETAIL.MA, levels((c, chip) => (c === 0 && bypassed(chip) ? 0.01 : undefined))],
        ['ADC1 at its upper end', CHECK.RADIO, 0, levels((c) => (c === 1 ? 3.3 : undefined))],
        ['ADC1 at 0', CHECK.RADIO, 0, levels((c) => (c === 1 ? 0 : undefined))],
        ['ADC2 at its upper end', CHECK.MUX, DETAIL.VBUS | DETAIL.FAR, levels((c) => (c === 2 ? 3.3 : undefined))],
        ['ADC2 at 0', CHECK.MUX, DETAIL.FAR, levels((c) => (c === 2 ? 0 : undefined))],
        ['a multiplexer that stays', CHECK.MUX, DETAIL.VBUS, levels((c) => (c === 2 ? 0.49 : undefined))],
        ['VBUS that reads as neither on nor off', CHECK.MUX, DETAIL.VBUS, levels((c, chip) => (c === 2 && input(chip) === 0 ? 1.0 : undefined))],
        ['detectors that stay asleep', CHECK.RADIO | CHECK.MUX, DETAIL.FAR, levels((c, chip) => (c === 1 || (c === 2 && input(chip) === 4) ? 0.02 : undefined))],
        ['no expander', CHECK.EXPANDER | CHECK.RADIO | CHECK.MUX, DETAIL.FAR, () => {}, { expander: false }],
        ['an expander that forgets', CHECK.EXPANDER | CHECK.RADIO | CHECK.MUX, DETAIL.FAR, (chip) => { chip.expander.stuck = true; }],
        ['a converter without its reference', CHECK.ADC, 0, (chip) => { chip.adc.temperature = 3.2; }],
        ['a flash without a number', CHECK.FLASH, 0, (chip) => { chip.flash.id = new Uint8Array(8).fill(255); }],
      ];
      let last, good;
      for (const [what, failed, detail, prepare, options] of cases) {
        last = booted(prepare, options);
        good ??= last.took;
        is(last, failed, detail, what);
        assert(last.hello === failed, `${what}: HELLO says ${hex(last.hello)}`);
        assert(last.ran === (ALL & ~CHECK.LISTEN), `${what}: ran ${hex(last.ran)}`);
        idle(last.tap, what);
        if (last.tap.chip.failures.length) throw new Error(`${what}: ${last.tap.chip.failures[0]}`);
      }
      // A cable that is supplied from its other end is none either: its current is no zero.
      const fed = booted(levels((c, chip) => (c === 0 ? 0.6 : c === 2 && input(chip) === 0 ? 2.5 : undefined)));
      is(fed, 0, DETAIL.IN_USE, 'VBUS from elsewhere');
      assert(fed.ran === (ALL & ~CHECK.LISTEN & ~CHECK.CURRENT), 'its current is taken for a zero');
      // VBUS that falls slowly behind a reset is no fault.
      const slow = booted(levels((c, chip) => (c === 2 && input(chip) === 0 ? 2.5 * Math.exp(-chip.cycle / 6e6) : undefined)));
      is(slow, 0, 0, 'VBUS that falls');
      return [last.tap, `${cases.length - 1} faults of sensors, each told in SELFTEST and HELLO; ${good.toFixed(1)} ms where all is well`];
    },
  };
}
