// Cases of the calibration: what the tap measures on a board that is off, what it keeps in flash, and what is left of that when the
// power goes after each byte that changes.
import { KIND, Reader } from './records.mjs';
import { Chip } from './chip.mjs';
import { UsbHost } from './usb.mjs';
import { bands } from './sensors.mjs';

const MS = 120000, VBUS_EN = 8, BYPASS = 12, KEPT_AT = 0x1fe000, SECTOR = 4096, RECORD = 24;
const counts = (volts) => (volts / 3.3) * 65536;
const view = (b) => new DataView(b.buffer, b.byteOffset, b.length);
const calibration = (b) => { const v = view(b), u16 = (at) => v.getUint16(at, true); return { id: v.getUint32(0, true), sequence: v.getUint32(4, true), zero: [u16(8), u16(12)], slope: [u16(10), u16(14)], measured: [u16(16), u16(18)], reason: b[20] }; };

export function calibrationCases({ Tap, assert, image }) {
  const run = (tap, ms) => { for (let i = 0; i < ms * 2; i++) { tap.host.run(500); tap.fetch(); } };
  const near = (a, b, within, what) => assert(Math.abs(a - b) <= within, `${what}: ${a}, expected ${b} within ${within}`);
  const ask = (tap, what, { range = 0, na = 0 } = {}) => {
    const args = new Uint8Array(8);
    args[0] = what;
    args[1] = range;
    view(args).setUint32(4, na, true);
    const r = tap.command(0x90, [...args], { wait: 8000 });
    return { error: r.error, ...(r.data.length ? calibration(r.data) : {}) };
  };
  const idOf = (tap) => view(tap.reader.of(KIND.HELLO).at(-1).body).getUint32(24, true);
  // Amplifiers that are off by `zero` volts and `gain`; `amps` flow where VBUS is on.
  const board = (chip, { zero = [0, 0], gain = [1, 1] } = {}) => {
    const b = { amps: 0, extra: () => 0 };
    chip.input(13, false);
    chip.adc.volts = (channel, cycle) => {
      if (channel) return chip.adc.rest(channel);
      const r = (chip.outputs >>> BYPASS) & 1 ? 0 : 1, on = (chip.outputs >>> VBUS_EN) & 1;
      return Math.min(3.3, 0.252 + zero[r] + (r ? 250 : 5) * gain[r] * (on ? b.amps + b.extra(cycle) : 0));
    };
    return b;
  };
  const OFF = { zero: [0.031, -0.006], gain: [1.03, 0.962] };
  // As it is after a power-up: its sectors, and what they say.
  const booted = (kept, options = {}) => {
    const tap = new Tap({ kept, ...options }, (chip) => board(chip, OFF));
    run(tap, 2);
    return tap;
  };
  // The same, and no more of it than its first HELLO.
  const idAfter = (kept) => {
    const chip = new Chip(image, { kept }), reader = new Reader();
    board(chip, OFF);
    chip.run(900000);
    const host = new UsbHost(chip);
    host.enumerate();
    for (let i = 0; i < 100 && !reader.of(KIND.HELLO).length; i++) {
      host.run(100);
      const x = host.in(1);
      if (x.r === 'ACK') reader.push(x.data);
    }
    if (chip.failures.length) throw new Error(chip.failures[0]);
    return idOf({ reader });
  };
  const atRest = (tap, what) => assert(!((tap.chip.outputs >>> VBUS_EN) & 1) && (tap.chip.outputs >>> BYPASS) & 1 && !(tap.chip.rp.sio.gpioOutputEnable & 0xc000), `${what}: VBUS, range or pull-downs are left`);
  const sectors = (tap) => tap.chip.rp.flash.slice(KEPT_AT, KEPT_AT + 2 * SECTOR);

  return {
    calibration: () => {
      const tap = new Tap({}, (chip) => board(chip, OFF)), load = board(tap.chip, OFF), { flash } = tap.chip;
      run(tap, 2);
      assert(idOf(tap) === 0 && ask(tap, 0).id === 0, 'calibrated from the start');
      assert(ask(tap, 2, { range: 0, na: 100e6 }).error === 5, 'a slope without a zero');
      for (const [range, na] of [[0, 1e6], [0, 700e6], [1, 100e3], [1, 11e6], [2, 1e6]]) assert(ask(tap, 2, { range, na }).error === 4, `range ${range} with ${na} nA is not refused`);
      // Zero: the supply is on meanwhile, both ranges are told, all is put back.
      const from = tap.chip.cycle, zero = ask(tap, 1);
      assert(zero.error === 0 && zero.reason === 0, `zero: error ${zero.error}, reason ${zero.reason}`);
      near(zero.zero[0], counts(0.283), 20, 'zero of range mA');
      near(zero.zero[1], counts(0.246), 20, 'zero of range uA');
      assert(zero.slope.join() === '16384,16384' && zero.sequence === 1, 'slopes before they are known');
      atRest(tap, 'zero');
      run(tap, 2);
      assert(idOf(tap) === zero.id && zero.id !== 0, 'HELLO does not have its id');
      const seconds = (tap.chip.cycle - from) / 120e6;
      // Slopes, by currents that are known.
      load.amps = 0.1;
      const changed = flash.changes.length, mA = ask(tap, 2, { range: 0, na: 100e6 });
      assert(mA.error === 0, `slope of range mA: error ${mA.error}, reason ${mA.reason}`);
      near(mA.slope[0], 16384 / 1.03, 16, 'slope of range mA');
      load.amps = 0.001;
      const uA = ask(tap, 2, { range: 1, na: 1e6 });
      near(uA.slope[1], 16384 / 0.962, 20, 'slope of range uA');
      assert(uA.slope[0] === mA.slope[0] && uA.zero.join() === zero.zero.join() && uA.sequence === 3, 'one slope changes the other');
      // It is used: what comes out is on the nominal curve. And it is refused while somebody measures.
      assert(tap.command(0x20, [1]).error === 0 && ask(tap, 1).error === 5, 'not refused with VBUS on');
      assert(tap.command(0x10, [1]).error === 0 && ask(tap, 1).error === 5, 'not refused while capturing');
      assert(ask(tap, 0).id === uA.id, 'cannot be read while capturing');
      for (const [range, amps, volts] of [[0, 0.067, 0.587], [1, 0.003, 1.002], [0, 0, 0.252], [1, 0, 0.252]]) {
        load.amps = amps;
        assert(tap.command(0x23, [range]).error === 0, 'range');
        run(tap, 6);
        near(bands(tap.reader, 0).at(-1).mean, counts(volts), 32, `${amps * 1000} mA in range ${range}`);
      }
      tap.command(0x10, [0]);
      tap.command(0x20, [0]);
      // It is there after a power-up, from the first sample on.
      const again = booted(sectors(tap));
      assert(idOf(again) === uA.id, 'not there after a power-up');
      const { changes } = flash;
      return [tap, `zero in ${seconds.toFixed(1)} s, slopes within ${(100 * Math.abs(uA.slope[1] / (16384 / 0.962) - 1)).toFixed(2)} %, ${changes.length - changed} bytes of flash changed by the last two`];
    },
    // What must not be kept: each with its reason, and the old one goes on.
    'calibration-refused': () => {
      const tap = new Tap(), load = board(tap.chip);
      assert(ask(tap, 1).error === 0, 'zero');
      const { id } = ask(tap, 0);
      const refused = (what, error, reason, f, back = () => {}, args = [1]) => {
        f();
        const r = ask(tap, ...args);
        assert(r.error === error && r.reason === reason && r.id === id, `${what}: error ${r.error}, reason ${r.reason}`);
        atRest(tap, what);
        back();
        load.amps = 0;
        load.extra = () => 0;
        run(tap, 5);
      };
      refused('a cable that sleeps at 0.1 mA', 4, 2, () => { load.amps = 0.0001; });
      refused('a current that comes and goes', 4, 1, () => { load.extra = (cycle) => (cycle % (50 * MS) < 5 * MS ? 0.004 : 0); });
      refused('a device on the lines', 5, 3, () => tap.chip.lines.put(1), () => tap.chip.lines.put(0));
      refused('twice the current that was told', 4, 2, () => { load.amps = 0.2; }, () => {}, [2, { range: 0, na: 100e6 }]);
      refused('a flash that keeps nothing', 7, 5, () => { tap.chip.flash.stuck = true; }, () => { tap.chip.flash.stuck = false; });
      run(tap, 3);
      assert(view(tap.reader.of(KIND.HELLO).at(-1).body).getUint16(42, true) & 64, 'HELLO does not say that the flash has failed');
      // The supply faults in the middle.
      const b = tap.request, args = [0x90, 1];
      const message = Uint8Array.from([1, args[0], b & 255, b >> 8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
      tap.request++;
      tap.host.retry(() => tap.host.out(1, message));
      run(tap, 700);
      tap.chip.input(9, false);
      run(tap, 100);
      tap.chip.input(9, true);
      run(tap, 5);
      const r = tap.reader.of(KIND.REPLY).at(-1).body, got = calibration(r.slice(12));
      assert(r[0] === 0x90 && r[1] === 7 && got.reason === 4 && got.id === id, `a fault of VBUS: error ${r[1]}, reason ${got.reason}`);
      atRest(tap, 'a fault of VBUS');
      return [tap, 'six things that are no calibration, each with its reason'];
    },
    // The power goes after each byte that a write changes; the image boots again with what is left.
    'calibration-cut': () => {
      const tap = new Tap({}, (chip) => board(chip, OFF)), load = board(tap.chip, OFF), { flash } = tap.chip;
      const writes = [];
      for (const [what, args, amps] of [['zero', [1], 0], ['slope', [2, { range: 0, na: 100e6 }], 0.1], ['slope again', [2, { range: 0, na: 100e6 }], 0.1004]]) {
        load.amps = amps;
        const old = ask(tap, 0).id, from = sectors(tap), at = flash.changes.length, r = ask(tap, ...args);
        assert(r.error === 0, `${what}: error ${r.error}`);
        writes.push({ what, old, from, id: r.id, changes: flash.changes.slice(at) });
      }
      assert(new Set(writes.map((w) => w.id)).size === 3, 'the three do not differ');
      let boots = 0;
      const seen = { old: 0, new: 0 };
      for (const w of writes) {
        const kept = w.from.slice(), boot = (cut) => {
          const id = idAfter(kept);
          boots++;
          assert(id === w.old || id === w.id, `${w.what}, cut after ${cut} of ${w.changes.length} bytes: id ${id.toString(16)}`);
          seen[id === w.id ? 'new' : 'old']++;
        };
        boot(0);
        w.changes.forEach(([at, v], i) => {
          // Where it is programmed, half of the next byte's bits have changed, and then all of them.
          const offset = at - KEPT_AT, was = kept[offset], counts = offset % SECTOR < RECORD || i % 2048 === 0;
          if (counts && v && v !== 0xff) { kept[offset] = (was & 0x55) | (v & 0xaa); boot(i + 0.5); }
          kept[offset] = v;
          if (counts) boot(i + 1);
        });
        assert(idAfter(kept) === w.id, `${w.what}: whole, and not found`);
      }
      assert(writes[2].changes.length > 2 * RECORD && seen.old > 50 && seen.new > 2, 'the case tests too little');
      // A reset while the chip erases: it is busy when the image starts, and is waited for.
      const w = writes[2], late = new Tap({ kept: w.from }, (chip) => { board(chip, OFF); chip.flash.busyUntil = 4 * MS; });
      run(late, 5);
      assert(idOf(late) === w.old, 'a flash that is busy at the start');
      // Garbage in both: none, and told.
      const lost = new Tap({ kept: new Uint8Array(2 * SECTOR).fill(0x5a) });
      run(lost, 30);
      const hello = lost.reader.of(KIND.HELLO).at(-1).body;
      assert(idOf(lost) === 0 && view(hello).getUint16(42, true) === 64, 'a calibration that is lost is not told');
      return [tap, `${boots} boots, old ${seen.old} times, new ${seen.new} times, never none`];
    },
  };
}
