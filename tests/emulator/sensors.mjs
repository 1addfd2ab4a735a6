// Cases of the sensors: what stands on the ADC's inputs against what comes out of the USB port.
import { KIND } from './records.mjs';

const US = 120, MS = 120000, TEN_US = 1200;
const view = (r) => new DataView(r.body.buffer, r.body.byteOffset, r.body.length);
const counts = (volts) => (volts / 3.3) * 65536;

export const bands = (reader, channel) => reader.of(KIND.BAND).filter((r) => r.body[0] === channel).map((r) => {
  const v = view(r);
  return { tick: r.tick, input: r.body[1], range: r.body[2], min: v.getUint16(4, true), mean: v.getUint16(6, true), max: v.getUint16(8, true), floor: v.getUint16(10, true) };
});
export const bursts = (reader) => reader.of(KIND.BURST).map((r) => {
  const v = view(r);
  return { tick: r.tick, channel: r.body[0], input: r.body[1], range: r.body[2], peak: v.getUint16(4, true), mean: v.getUint16(6, true), length: v.getUint32(8, true) };
});
export const steps = (reader) => reader.of(KIND.STEP).map((r) => {
  const v = view(r);
  return { tick: r.tick, channel: r.body[0], input: r.body[1], range: r.body[2], before: v.getUint16(4, true), after: v.getUint16(6, true) };
});
export const lost = (reader, what) => reader.of(KIND.LOST).filter((r) => r.body[0] === what).map((r) => ({ tick: r.tick, count: view(r).getUint32(4, true), span: Number(view(r).getBigUint64(8, true)) }));

export function sensorCases({ Tap, assert, waveform }) {
  // The tick that a cycle of the emulator is, as the tap counts: from the commands' replies, which a test can place.
  const near = (a, b, within, what) => assert(Math.abs(a - b) <= within, `${what}: ${a}, expected ${b} within ${within}`);
  const run = (tap, ms) => { for (let i = 0; i < ms * 2; i++) { tap.host.run(500); tap.fetch(); } };
  return {
    // Levels on all three inputs, and what is on the line at the same time: the stamps of both on one clock.
    coincidence: () => {
      const tap = new Tap(), w = waveform('keyboard', 4), pulses = [];
      tap.command(0x10, [1]);
      const start = tap.chip.cycle;
      // Each key's packet falls into a burst of radio and current that began 100 us before.
      const tokens = w.packets.filter((p) => p.hex.startsWith('69')).slice(-20);
      for (const [i, p] of tokens.entries()) pulses.push([start + p.at - 100 * US - i * 77, start + p.at + 60 * US + i * 40]);
      tap.chip.adc.volts = (channel, cycle) => {
        const on = pulses.some(([a, b]) => cycle >= a && cycle < b);
        return channel === 0 ? 0.252 + (on ? 5 * 0.12 : 0) : channel === 1 ? 0.49 + (on ? 0.5 : 0) : 2.5;
      };
      const { share } = tap.play(w);
      const all = bursts(tap.reader);
      let worst = 0;
      for (const channel of [0, 1]) {
        const got = all.filter((b) => b.channel === channel);
        assert(got.length === pulses.length, `${got.length} bursts of channel ${channel}, ${pulses.length} made`);
        got.forEach((b, i) => {
          worst = Math.max(worst, Math.abs(b.tick - pulses[i][0]), Math.abs(b.tick + b.length - pulses[i][1]));
          near(b.mean, counts(channel ? 0.5 : 0.6), 3 * 16, `mean of burst ${i} of channel ${channel}`);
        });
      }
      assert(worst <= TEN_US, `a burst is off by ${(worst / US).toFixed(1)} us`);
      const heard = tap.reader.packets().filter((p) => p.hex.startsWith('69')).slice(-20);
      heard.forEach((p, i) => {
        const b = all.find((x) => x.channel === 1 && x.tick <= p.at && p.at < x.tick + x.length);
        assert(b, `the burst about key ${i} is not where its packet is`);
        near(p.at - b.tick, 100 * US + i * 77, TEN_US, `from burst ${i} to its packet`);
      });
      near(bands(tap.reader, 2).at(-1).mean, counts(2.5), 2 * 16, 'the multiplexer');
      assert(!tap.reader.of(KIND.LOST).length, 'something was lost');
      return [tap, `${all.length} bursts within ${(worst / US).toFixed(1)} us, with ${heard.length} packets in them, CPU ${(100 * share).toFixed(0)} %`];
    },
    steps: () => {
      const tap = new Tap();
      tap.chip.adc.volts = (channel) => [0.252, 0.49, 2.5][channel];
      run(tap, 2);
      tap.command(0x10, [1]);
      const t0 = tap.chip.cycle, on = t0 + 7 * MS + 1234, off = t0 + 23 * MS + 77;
      tap.chip.adc.volts = (channel, cycle) => channel === 0 ? 0.252 + (cycle >= on && cycle < off ? 5 * 0.067 : 0) : channel === 1 ? 0.49 : cycle >= on ? 1.0 : 2.5;
      run(tap, 40);
      const s = steps(tap.reader);
      assert(s.length === 3, `${s.length} steps, 3 made`);
      for (const [channel, at, before, after] of [[0, on, 0.252, 0.587], [0, off, 0.587, 0.252], [2, on, 2.5, 1.0]]) {
        const got = s.find((x) => x.channel === channel && Math.abs(x.tick - at) <= TEN_US);
        assert(got, `no step of channel ${channel} at its time`);
        near(got.before, counts(before), 3 * 16, 'level before');
        near(got.after, counts(after), 3 * 16, 'level after');
      }
      const b = bands(tap.reader, 0);
      assert(b.every((x, i) => !i || x.tick - b[i - 1].tick === MS), 'a millisecond has no band');
      return [tap, `3 steps, ${b.length} bands a channel`];
    },
    // The FIFO runs over while DMA does not come: told, and all that follows has its right stamp.
    'adc-overflow': () => {
      const tap = new Tap();
      tap.chip.adc.volts = (channel) => [0.252, 0.49, 2][channel];
      run(tap, 2);
      tap.command(0x10, [1]);
      const t0 = tap.chip.cycle, at = t0 + 12 * MS + 555;
      tap.chip.adc.held = [t0 + 5 * MS, t0 + 5 * MS + 13 * US];
      tap.chip.adc.fails.add(tap.chip.adc.count + 500);
      tap.chip.adc.volts = (channel, cycle) => channel === 1 && cycle >= at && cycle < at + 200 * US ? 1.2 : [0.252, 0.49, 2][channel];
      run(tap, 20);
      const l = lost(tap.reader, 4);
      assert(l.length === 2, `${l.length} losses told, an overflow and a failed conversion made`);
      assert(l[0].count === 1, 'the failed conversion is not told');
      assert(l[1].tick < t0 + 5 * MS + 13 * US && l[1].tick + l[1].span > t0 + 5 * MS, 'the loss is not where the overflow was');
      const b = bursts(tap.reader);
      assert(b.length === 1 && !steps(tap.reader).length, `${b.length} bursts, ${steps(tap.reader).length} steps`);
      near(b[0].tick, at, TEN_US, 'the burst after it');
      assert(tap.command(0x01).data.subarray(20, 24).some((b) => b), 'not counted in the statistics');
      return [tap, `${l[1].count} samples told as lost, the burst after it within ${(Math.abs(b[0].tick - at) / US).toFixed(1)} us`];
    },
    // Sampling goes on over the end of a DMA count.
    'adc-count-ends': () => {
      const tap = new Tap();
      tap.command(0x10, [1]);
      const c = tap.chip.dma.ch[6];
      tap.chip.adc.sync();
      c.count = 8192 - ((c.write & 0x3fff) >> 1);
      const at = tap.chip.cycle + 25 * MS;
      tap.chip.adc.volts = (channel, cycle) => channel === 1 && cycle >= at && cycle < at + 200 * US ? 1.2 : [0.252, 0.49, 2][channel];
      run(tap, 40);
      assert(c.count > 0x3fff0000, 'the count did not end: the case tests nothing');
      const b = bursts(tap.reader);
      assert(b.length === 1, `${b.length} bursts`);
      near(b[0].tick, at, TEN_US, 'the burst after it');
      return [tap, 'a new count in between'];
    },
    // By command, by the firmware above 10 mA, by the comparator: each is a state, blind for 40 us, and no burst of its own.
    range: () => {
      const tap = new Tap(), bypass = 1 << 12;
      let amps = 0.002, changed = 0, was = bypass, tripped = false;
      tap.chip.input(13, false);
      tap.chip.adc.volts = (channel, cycle) => {
        if (channel) return [0, 0.49, 2.5][channel];
        const now = tap.chip.outputs & bypass;
        if (now !== was) { was = now; changed = cycle; }
        // What the amplifiers need after a change, at the edge of what they may do to the ADC.
        if (changed && cycle - changed < 27 * US) return 3.2;
        return Math.min(3.3, 0.252 + (now || tripped ? 5 : 250) * amps);
      };
      assert(tap.command(0x20, [1]).error === 0 && tap.command(0x10, [1]).error === 0, 'VBUS, capture');
      run(tap, 5);
      assert(tap.command(0x23, [1]).error === 0, 'range uA');
      run(tap, 5);
      near(bands(tap.reader, 0).at(-1).mean, counts(0.752), 3 * 16, '2 mA in range uA');
      assert(bands(tap.reader, 0).at(-1).range === 1, 'the band does not say its range');
      amps = 0.011;
      run(tap, 5);
      assert(tap.chip.outputs & bypass, '11 mA do not close the bypass');
      near(bands(tap.reader, 0).at(-1).mean, counts(0.307), 3 * 16, '11 mA in range mA');
      amps = 0.002;
      tap.command(0x23, [1]);
      run(tap, 3);
      amps = 0.4;
      tripped = true;
      tap.chip.input(13, true);
      tap.host.run(600);
      assert(tap.chip.outputs & bypass, 'the trip is not followed');
      tripped = false;
      tap.chip.input(13, false);
      run(tap, 3);
      const states = tap.reader.of(KIND.STATE).filter((r) => r.body[0] === 4 && r.body[1]).map((r) => [r.body[1], r.body[8]].join());
      assert(states.join(' ') === '1,1 2,0 1,1 2,0', `ranges told: ${states.join(' ')}`);
      const l = lost(tap.reader, 4);
      assert(l.length === 4 && l.every((x) => x.span >= 40 * US && x.span < 400 * US), `blind times: ${l.map((x) => x.span).join()}`);
      assert(bursts(tap.reader).every((b) => b.range === 1), 'settling is taken for a burst');
      return [tap, `four changes, blind for ${l.map((x) => (x.span / US).toFixed(0)).join(', ')} us`];
    },
    // The multiplexer's inputs, each with its own time to settle; the far radio has bursts like the near one.
    multiplexer: () => {
      const tap = new Tap(), levels = [2.5, 0.41, 1.4, 2.4, 0.5, 0.4, 0.1, 2.45], waits = [30, 1000, 1000, 15000, 50, 1000, 1000, 200];
      let from = 0, input = 0;
      const burst = [Infinity, Infinity];
      tap.chip.adc.volts = (channel, cycle) => {
        if (channel < 2) return [0.252, 0.49][channel];
        const now = (tap.chip.outputs >>> 16) & 7;
        if (now !== input) { input = now; from = cycle; }
        if (cycle - from < (waits[now] - 5) * US) return 3.0;
        return levels[now] + (now === 4 && cycle >= burst[0] && cycle < burst[1] ? 0.6 : 0);
      };
      run(tap, 2);
      tap.command(0x10, [1]);
      for (const i of [1, 2, 3, 4, 5, 6, 7, 0]) {
        assert(tap.command(0x25, [i]).error === 0, 'refused');
        run(tap, i === 3 ? 20 : 5);
        if (i === 4) { burst[0] = tap.chip.cycle + 12345; burst[1] = burst[0] + 300 * US; run(tap, 5); }
        const b = bands(tap.reader, 2).at(-1);
        assert(b.input === i, `input ${b.input} where ${i} was set`);
        near(b.mean, counts(levels[i]), 3 * 16, `level of input ${i}`);
      }
      assert(!steps(tap.reader).length, 'a change of input is taken for a step ' + steps(tap.reader).map((x) => JSON.stringify(x, (k, v) => typeof v === 'bigint' ? String(v) : v instanceof Uint8Array ? undefined : v)).join(' '));
      const b = bursts(tap.reader);
      assert(b.length === 1 && b[0].channel === 2 && b[0].input === 4, `the far radio's burst: ${JSON.stringify(b)}`);
      near(b[0].tick, burst[0], TEN_US, 'its start');
      near(b[0].length, 300 * US, TEN_US, 'its length');
      const l = lost(tap.reader, 4).map((x) => x.span / US);
      // From before the pins move, by at most 5 us, until they have settled.
      const settling = [1000, 1000, 15000, 50, 1000, 1000, 200, 30];
      assert(l.length === 8 && l.every((us, i) => us >= settling[i] && us < settling[i] + 5), `blind times ${l.join()}`);
      // Where each was seen; of the lines nothing is ever heard at FAR, and nobody can tell which way a plug lies.
      for (const r of tap.reader.records) {
        const sensed = [KIND.BAND, KIND.BURST, KIND.STEP].includes(r.kind), far = sensed && r.body[0] === 2 && r.body[1] >= 3 && r.body[1] <= 6;
        assert((r.flags & 6) === (far ? 2 : 0), `record of kind ${r.kind}, input ${r.body[1]}: flags ${r.flags}`);
      }
      return [tap, 'eight inputs, blind while they settle, each at its port'];
    },
    thresholds: () => {
      const tap = new Tap();
      tap.command(0x10, [1]);
      tap.chip.adc.volts = (channel, cycle) => channel === 1 && cycle % (2 * MS) < 200 * US ? 0.59 : [0.252, 0.49, 2][channel];
      run(tap, 20);
      assert(!bursts(tap.reader).length, 'bursts below the threshold');
      assert(tap.command(0x26, [62, 0, 15, 0, 40, 0]).error === 4 && tap.command(0x26, [62, 0]).error === 3, 'bad thresholds are not refused');
      assert(tap.command(0x26, [62, 0, 80, 0, 40, 0]).error === 0, 'thresholds');
      run(tap, 20);
      const n = bursts(tap.reader).length;
      assert(n >= 8 && n <= 14, `${n} bursts`);
      const hello = tap.reader.of(KIND.HELLO).at(-1), v = view(hello);
      assert(v.getUint16(38, true) === 80 && v.getUint16(2, true) & 2, 'HELLO does not say so');
      return [tap, `${n} bursts above the new threshold, none above the old`];
    },
    // Everything at once: a storm of NAKs and a burst on two channels each 200 us.
    'sensors-in-storm': () => {
      const tap = new Tap(), w = waveform('nak-storm');
      tap.command(0x10, [1]);
      tap.chip.adc.volts = (channel, cycle) => channel < 2 && cycle % (200 * US) < 40 * US ? 1.5 : [0.252, 0.49, 2][channel];
      const { share } = tap.play(w);
      assert(tap.reader.folds(2) === 4000, `${tap.reader.folds(2)} NAKs counted`);
      const all = bursts(tap.reader).length;
      const told = lost(tap.reader, 5).reduce((n, x) => n + x.count, 0), other = tap.reader.of(KIND.LOST).filter((r) => r.body[0] !== 5).length;
      assert(!other, 'something else was lost');
      assert(all > 1500 && share < 0.8, `${all} bursts, CPU ${(100 * share).toFixed(0)} %`);
      return [tap, `4000 NAKs, ${all} bursts, ${told} counted, CPU ${(100 * share).toFixed(0)} %`];
    },
  };
}
