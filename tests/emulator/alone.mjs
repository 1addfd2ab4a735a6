// Cases of the tap without a PC: the button, the LEDs behind the expander, the buzzer; and LEDs and buzzer by command.
import { KIND } from './records.mjs';

const US = 120, MS = 120000, BUTTON = 20, VBUS_EN = 8, BYPASS = 12;

export function aloneCases({ Tap, Chip, image, assert, waveform }) {
  // A tap on a charger: no host ever speaks to it. `amps` is what flows through VBUS, by the millisecond since the button.
  const alone = ({ amps = () => 0.0005, before = () => {}, edges, until = 10300, expander = true }) => {
    const chip = new Chip(image, { expander });
    let pressed = Infinity, tripped = false;
    chip.input(13, false);
    chip.adc.volts = (channel, cycle) => {
      if (channel) return chip.adc.rest(channel);
      const on = (chip.outputs >>> VBUS_EN) & 1, bypass = (chip.outputs >>> BYPASS) & 1;
      const a = on ? amps((cycle - pressed) / MS) : 0;
      if (bypass) tripped = false;
      else if (a > 0.02) tripped = true;
      return Math.min(3.3, 0.252 + (bypass || tripped ? 5 : 250) * a);
    };
    before(chip);
    chip.run(20 * MS);
    chip.input(BUTTON, false);
    chip.run(40 * MS);
    chip.input(BUTTON, true);
    pressed = chip.cycle - 20 * MS;
    if (edges) chip.play(edges.map(([at, lines]) => [at, lines]));
    const end = pressed + until * MS, lit = [];
    let leds = '';
    while (chip.cycle < end) {
      chip.input(13, tripped);
      chip.run(MS / 2);
      if (chip.expander.leds !== leds) { leds = chip.expander.leds; lit.push([(chip.cycle - pressed) / MS, leds]); }
    }
    // The last colour, and since when; the amber that blinks is none.
    return { chip, reader: { errors: [], records: [] }, leds, since: lit.at(-1)?.[0] ?? -1 };
  };
  const verdict = (colour, from, to, options) => () => {
    const t = alone(options);
    assert(t.leds === colour, `${t.leds || 'dark'}, expected ${colour}`);
    assert(t.since >= from && t.since <= to, `${colour} since ${t.since.toFixed(0)} ms, expected ${from} to ${to}`);
    return [t, `${colour} after ${(t.since / 1000).toFixed(2)} s`];
  };
  const soon = (edges) => edges.map(([ms, lines]) => [Math.round(ms * MS), lines]);
  const serial = (text, baud, wire, at) => {
    // From lines that are low, as with both pull-downs: idle before each character for two bits only.
    const bit = 1000 / baud, out = [];
    let t = at;
    for (const c of text) {
      out.push([t, 1 << wire]); t += 2 * bit;
      for (const b of [0, ...Array.from({ length: 8 }, (_, i) => (c.charCodeAt(0) >> i) & 1), 1]) { out.push([t, b ? 1 << wire : 0]); t += bit; }
    }
    out.push([t, 0]);
    return soon(out.filter((e, i) => !i || e[1] !== out[i - 1][1]));
  };
  return {
    'alone-green': verdict('green', 9990, 10020, {}),
    // A dormant O.MG: 67 mA, nothing on the lines.
    'alone-dormant': verdict('amber', 1000, 1500, { amps: () => 0.067, until: 2500 }),
    'alone-few-milliamps': verdict('amber', 1000, 1400, { amps: () => 0.0015, until: 3000 }),
    // Sleeps at 0.5 mA, and wakes for 3 ms each 300: never a second above 1 mA, but not nothing either.
    'alone-sleeper': verdict('amber', 9700, 10020, { amps: (ms) => (ms > 1000 && ms % 300 < 3 ? 0.08 : 0.0005) }),
    'alone-beacon': verdict('amber', 9700, 10020, { amps: (ms) => (ms > 1000 && ms % 300 < 5 ? 0.008 : 0.0005) }),
    'alone-inrush': verdict('green', 9990, 10020, { amps: (ms) => (ms < 60 ? 0.45 : 0.0002) }),
    'alone-red': verdict('red', 100, 1400, { edges: soon([[900, 1], [1500, 0]]), until: 2500 }),
    // 5 ms of J are not 10; they are not nothing: the SE0 behind it may hide high speed.
    'alone-short-j': verdict('amber', 900, 10020, { edges: soon([[900, 1], [905, 0]]) }),
    'alone-text': verdict('red', 300, 1200, { edges: serial('rst cause:1, boot mode', 74880, 1, 400), until: 2500 }),
    'alone-loss': verdict('amber', 400, 1200, { before: (chip) => { chip.adc.held = [700 * MS, 700 * MS + 20 * US]; }, until: 2500 }),
    // A check that has failed: never green. The button is pressed while the tap still tests itself.
    'alone-failed-check': verdict('amber', 20, 500, { until: 1500, before: (chip) => {
      const { volts } = chip.adc;
      chip.adc.volts = (channel, cycle) => (channel === 2 && ((chip.outputs >>> 16) & 7) === 4 ? 0.02 : volts(channel, cycle));
    } }),
    // Without its expander the tap has no LED: what is left is the buzzer, which does not say green.
    'alone-no-expander': () => {
      const t = alone({ expander: false, until: 700 });
      assert(!t.leds, 'an LED without an expander');
      return [t, 'no verdict is shown'];
    },
    'leds-and-buzzer': () => {
      const tap = new Tap(), pwm = tap.chip.pwm, at = (offset) => pwm.readUint32(20 + offset);
      assert(tap.chip.expander.level(14) === 0, 'the radio detectors are asleep');
      assert([10, 11, 12, 13, 15, 7].every((pin) => tap.chip.expander.level(pin) === 0) && [3, 4, 5, 6, 8, 9].every((pin) => !tap.chip.expander.drives(pin)), 'the expander is not safe');
      for (const [mask, leds] of [[1, 'green'], [6, 'amber,red'], [0, '']]) {
        assert(tap.command(0x30, [mask]).error === 0, 'refused');
        assert(tap.chip.expander.leds === leds, `${tap.chip.expander.leds} for ${mask}`);
      }
      assert(tap.command(0x30, [8]).error === 4 && tap.command(0x31, [1, 0, 1, 0]).error === 4, 'bad values');
      assert(tap.command(0x31, [0xd0, 7, 20, 0]).error === 0, 'buzzer');
      assert(at(0) === 1 && 120e6 / (at(4) / 16) / (at(16) + 1) === 2000 && at(12) >>> 16 === (at(16) + 1) / 2, 'not 2 kHz');
      assert((tap.chip.io.readUint32(8 * 19 + 4) & 31) === 4, 'GP19 is not given to the PWM');
      for (let i = 0; i < 50; i++) { tap.host.run(500); tap.fetch(); }
      assert(at(0) === 0, 'the tone does not end');
      const of = (setting) => tap.reader.of(KIND.STATE).filter((r) => r.body[0] === setting).map((r) => [r.body[1], r.body[4] | (r.body[5] << 8), r.body[8] | (r.body[9] << 8)].join(' ')).join('; ');
      assert(of(7) === '1 0 1; 1 1 6; 1 6 0', `the LEDs: ${of(7)}`);
      assert(of(8) === '1 0 2000; 2 2000 0', `the buzzer: ${of(8)}`);
      return [tap, 'each LED, 2 kHz for 20 ms, each change told'];
    },
    // A PC that comes behind a test by the button reads what the person saw and heard.
    'alone-told': () => {
      const tap = new Tap({}, (chip) => {
        chip.run(200 * MS);
        chip.input(BUTTON, false);
        chip.run(40 * MS);
        chip.input(BUTTON, true);
        chip.play([[400 * MS, 1], [430 * MS, 0]]);
        chip.run(2500 * MS);
        assert(chip.expander.leds === 'red', `${chip.expander.leds || 'dark'}, expected red`);
      });
      for (let i = 0; i < 100; i++) { tap.host.run(500); tap.fetch(); }
      const told = (setting) => tap.reader.of(KIND.STATE).filter((r) => r.body[0] === setting).map((r) => [r.body[1], r.body[8] | (r.body[9] << 8)]);
      const leds = told(7), tone = told(8);
      assert(leds.length > 1 && leds.every(([cause]) => cause === 5) && leds.at(-1)[1] === 4, `the LEDs: ${leds.join('; ')}`);
      assert(tone.join('; ') === '5,2700; 2,0', `the buzzer: ${tone.join('; ')}`);
      assert(tap.reader.of(KIND.HELLO)[0].body[28] === 1, 'HELLO has no revision of the board');
      return [tap, `${leds.length} changes of the LEDs, the tone and its end`];
    },
  };
}
