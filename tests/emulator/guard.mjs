// Cases of guard mode and of VBUS: how soon a pin moves, and what is told of it.
import { KIND } from './records.mjs';

const US = 120, MS = 120000, LIMIT = 100 * US, OE_N = 7, VBUS_EN = 8, OV_TRIP_N = 10, FAULT_N = 9;
const BULK = '6983e0'; // the other device's poll, in wave.c
const view = (r) => new DataView(r.body.buffer, r.body.byteOffset, r.body.length);

export function guardCases({ Tap, assert, waveform }) {
  const run = (tap, ms) => { for (let i = 0; i < ms * 2; i++) { tap.host.run(500); tap.fetch(); } };
  const states = (tap, setting) => tap.reader.of(KIND.STATE).filter((r) => r.body[0] === setting).map((r) => ({ tick: r.tick, cause: r.body[1], before: r.body[4], after: r.body[8] }));
  const alerts = (tap) => tap.reader.of(KIND.ALERT).map((r) => ({ sequence: view(r).getUint16(0, true), what: r.body[2], address: r.body[3], at: Number(view(r).getBigUint64(4, true)) }));
  const arm = (tap, mask, lease = 2000) => {
    assert(tap.command(0x22, [1]).error === 0, 'the switch does not close');
    assert(tap.command(0x40, [mask, 0, lease & 255, lease >> 8]).error === 0, 'the guard is not armed');
    assert(!((tap.chip.outputs >>> OE_N) & 1), 'the switch is not closed');
  };
  // What must be told of a trip: states of switch and guard with its tick, one alert, the same by HID.
  const told = (tap, what, at, mask) => {
    const s = states(tap, 3).at(-1), g = states(tap, 9).at(-1), a = alerts(tap).filter((x) => x.what === what);
    assert(s.cause === 3 && s.before === 1 && s.after === 0, 'the state of the switch does not say that the guard opened it');
    assert(Math.abs(s.tick - at) < 2 * US, `the state is ${((s.tick - at) / US).toFixed(1)} us from the pin`);
    assert(g.cause === 3 && g.before === mask && g.after === 0, 'the state of the guard');
    assert(a.length && Math.abs(a[0].at - at) < 300 * US, `${a.length} alerts`);
    assert(tap.command(0x22, [1]).error === 5, 'the switch can be closed after a trip');
    return a[0];
  };
  // The first packet that shows it: the interface's protocol, or the item of the usage page.
  const shows = (w, request, offset) => {
    const from = w.packets.findIndex((p) => p.hex.startsWith('c3' + request));
    let len = 0;
    for (let i = from + 1; i < w.packets.length; i++) {
      const p = w.packets[i];
      if (!/^(c3|4b)/.test(p.hex) || !w.packets[i - 1].hex.startsWith('69') || w.packets[i - 1].hex === BULK) continue;
      len += p.hex.length / 2 - 3;
      if (len > offset) return w.packets[i + 1].at; // the handshake behind it begins
    }
    throw new Error('no such packet');
  };
  // Several times, at other places in the main loop's millisecond.
  const keyboard = (name, request, offset, times, seeds = 1) => () => {
    const late = [];
    let tap;
    for (let i = 0; i < times; i++) {
      const w = waveform(name, 1 + (i % seeds));
      tap = new Tap();
      arm(tap, 1);
      tap.command(0x10, [1]);
      tap.host.run(137 * i);
      const { start } = tap.play(w), end = start + shows(w, request, offset), at = tap.chip.when(OE_N, true);
      assert(at > start, 'the switch did not open');
      late.push((at - end) / US);
      const a = told(tap, 1, at, 1);
      assert(a.address === 5, `address ${a.address}`);
    }
    late.sort((x, y) => x - y);
    assert(late.at(-1) <= LIMIT / US, `opened ${late.map((x) => x.toFixed(0)).join(', ')} us after the packet`);
    return [tap, `opened ${late.map((x) => x.toFixed(0)).join(', ')} us after the packet that shows it`];
  };
  return {
    'guard-keyboard': keyboard('enumeration', '8006000200', 16, 6),
    'guard-low': keyboard('low-enumeration', '8006000200', 16, 4),
    'guard-hidden': keyboard('enumeration-hidden', '8106002200', 7, 6),
    // Another device fills the bus before, between and after: no gap anywhere.
    'guard-dense': keyboard('enumeration-dense', '8006000200', 16, 8, 8),
    'guard-dense-hidden': keyboard('enumeration-dense-hidden', '8106002200', 7, 8, 8),
    // Unarmed, or armed for something else: an alert, and no more.
    'guard-unarmed': () => {
      const tap = new Tap(), w = waveform('enumeration', 4);
      arm(tap, 6);
      tap.command(0x10, [1]);
      tap.play(w);
      assert(!((tap.chip.outputs >>> OE_N) & 1), 'opened without being asked to');
      const a = alerts(tap);
      assert(a.length === 2 && a.every((x) => x.what === 1 && x.address === 5), `${a.length} alerts`);
      return [tap, 'alerts alone'];
    },
    'guard-overvoltage': () => {
      const tap = new Tap();
      arm(tap, 2);
      tap.command(0x20, [1]);
      const from = tap.chip.cycle + 333 * US;
      tap.host.run(333);
      tap.chip.input(OV_TRIP_N, false);
      run(tap, 5);
      const at = tap.chip.when(OE_N, true);
      assert(at >= from && at - from < LIMIT, `opened after ${((at - from) / US).toFixed(1)} us`);
      told(tap, 2, at, 2);
      assert(!((tap.chip.outputs >>> VBUS_EN) & 1), 'VBUS stays enabled behind the latch');
      return [tap, `opened ${((at - from) / US).toFixed(1)} us after the latch`];
    },
    // The PC's port is suspended: at once with the bit, without it when the lease ends; and a lease that is renewed does not.
    'guard-host-lost': () => {
      const tap = new Tap();
      arm(tap, 4);
      const from = tap.chip.cycle;
      tap.host.suspend();
      const at = tap.chip.when(OE_N, true);
      assert(at && at - from < LIMIT, 'not opened in suspend');
      tap.host.resume();
      run(tap, 3);
      told(tap, 3, at, 4);
      assert(tap.command(0x40, [1, 0, 20, 0]).error === 0 && tap.command(0x22, [1]).error === 0, 'not armed again');
      for (let i = 0; i < 3; i++) { run(tap, 12); assert(tap.command(0x40, [1, 0, 20, 0]).error === 0, 'not renewed'); }
      assert(!((tap.chip.outputs >>> OE_N) & 1), 'opened although its lease was renewed');
      const renewed = Number(tap.command(0x40, [1, 0, 20, 0]).done);
      run(tap, 25);
      const end = tap.chip.when(OE_N, true);
      assert(end > at && Math.abs(end - renewed - 20 * MS) < 300 * US, `opened ${((end - renewed) / MS).toFixed(2)} ms after the last lease of 20 ms`);
      assert(alerts(tap).filter((x) => x.what === 3).length === 2, 'no alert of the lease');
      assert(states(tap, 9).length === 4, `${states(tap, 9).length} states of the guard`);
      assert(tap.command(0x40, [8, 0, 20, 0]).error === 4 && tap.command(0x40, [1, 0, 0, 0]).error === 4 && tap.command(0x40, [1]).error === 3, 'bad arguments');
      assert(tap.command(0x40, [0, 0, 0, 0]).error === 0 && tap.command(0x22, [1]).error === 0, 'cannot be disarmed');
      return [tap, `suspend ${((at - from) / US).toFixed(1)} us, lease to ${((end - renewed - 20 * MS) / US).toFixed(0)} us`];
    },
    // Keyed supply: each chip on its tick, asked for beforehand, while the bus is busy; off ends it; too late is refused.
    'vbus-ticks': () => {
      const tap = new Tap(), chips = 4, ms = 100, code = [1, 2, 3, 4, chips, 0, ms, 0], none = [0, 0, 0, 0, 0, 0, 0, 0];
      tap.command(0x10, [1]);
      tap.chip.outputLog.length = 0;
      const start = BigInt(Math.round(tap.chip.cycle + 9 * MS + 4567));
      const r = tap.command(0x21, code, { at: start });
      assert(r.error === 0 && r.done === start, `error ${r.error}, begins ${r.done - start} ticks from its own`);
      tap.play(waveform('keyboard', 6));
      run(tap, chips * ms);
      const s = states(tap, 2), pins = tap.chip.outputLog.filter(([, now, before]) => ((now ^ before) >>> VBUS_EN) & 1);
      assert(s.length === pins.length && s.length >= 3, `${s.length} states, ${pins.length} changes of the pin`);
      const off = (t) => { const x = (t - Number(start)) / (ms * MS); return Math.abs(x - Math.round(x)) * ms * MS; };
      const worst = Math.max(...pins.map(([cycle]) => off(cycle)), ...s.map((x) => off(x.tick)));
      assert(worst < 5 * US, `a change is ${(worst / US).toFixed(1)} us from its tick`);
      pins.forEach(([cycle, now], i) => assert(s[i].after === ((now >>> VBUS_EN) & 1) && Math.abs(s[i].tick - cycle) < 5 * US, `state ${i} is not what the pin does`));
      assert(tap.command(0x21, code, { at: BigInt(tap.chip.cycle + 3000) }).error === 6, 'too late is not refused');
      assert(tap.command(0x21, code).error === 0, 'again');
      run(tap, 150);
      assert(tap.command(0x20, [0]).error === 0, 'off');
      const n = tap.chip.outputLog.length;
      run(tap, 300);
      assert(!((tap.chip.outputs >>> VBUS_EN) & 1) && tap.chip.outputLog.length === n, 'off does not end a code');
      assert(tap.command(0x21, none).error === 0, 'no chips');
      return [tap, `${pins.length} changes within ${(worst / US).toFixed(1)} us of their ticks`];
    },
    // Range mA before VBUS; a fault that stays ends it, told as an alert; one that passes does not.
    'vbus-fault': () => {
      const tap = new Tap();
      assert(tap.command(0x23, [1]).error === 0, 'range uA');
      tap.chip.outputLog.length = 0;
      assert(tap.command(0x20, [1]).error === 0, 'VBUS');
      assert(tap.chip.when(12, true) < tap.chip.when(VBUS_EN, true), 'VBUS comes on through the 10 ohm');
      tap.chip.input(FAULT_N, false);
      run(tap, 10);
      tap.chip.input(FAULT_N, true);
      run(tap, 30);
      assert((tap.chip.outputs >>> VBUS_EN) & 1, 'the inrush ends VBUS');
      const from = tap.chip.cycle;
      tap.chip.input(FAULT_N, false);
      run(tap, 30);
      const at = tap.chip.when(VBUS_EN, false);
      assert(at && Math.abs(at - from - 20 * MS) < MS, 'the fault does not end VBUS');
      const s = states(tap, 2).at(-1);
      assert(s.cause === 2 && s.after === 0, 'not told');
      assert(alerts(tap).filter((x) => x.what === 4).length === 2, 'no alert');
      return [tap, `off ${((at - from) / MS).toFixed(1)} ms into the fault`];
    },
  };
}
