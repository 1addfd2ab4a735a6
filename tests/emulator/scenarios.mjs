// Scenarios from the pins up: the waveform that `cordon sim` makes is played into the image, its stream judged by `cordon
// analyze`, and the findings compared with those of what the simulator says a tap would have recorded of the same run.
// The emulator is slow, so each scenario is played for its first seconds, which have most of what it shows.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadWaveform, putOnPins } from './pins.mjs';
import { KIND } from './records.mjs';

const MS = 120000;
// Seconds from VBUS on, and the rules that the comparison is about: if neither side finds them it compares nothing.
const scenarios = {
  M01: [8, ['R1', 'R2', 'R3a', 'R4', 'R5', 'R10b']],
  M07: [0.6, ['R2']],
  M04: [4.6, ['R4', 'R5', 'R6', 'R10b', 'R13', 'R14a']],
  M14: [1.6, ['R1', 'R5']],
  M20: [1.6, ['R1', 'R5', 'R6', 'R14c']],
  M22: [8.2, ['R1', 'R5', 'R6', 'R9', 'R14', 'R15']],
  M25: [1.8, ['R1', 'R5', 'R5b']],
  B01: [0.6, []],
  B06: [1.6, []],
  B12: [4.5, []],
};
const profiles = { B06: 'keyboard', B12: 'host' };
// What this firmware does not measure: wires and CC pins. firmware/README.md
const unmeasured = new Set(['R16', 'R17']);

// What is seen on the lines is seen at once. A second of current is a tenth more or less, a burst of radio one beacon, and a beat
// is searched for each few seconds.
const slow = { R1: 0.15, R10b: 0.25, R3a: 7 };

// Each rule's first finding, seconds from VBUS on.
function judge(cordon, file, profile, vbusS) {
  let out;
  try { out = execFileSync(cordon, ['analyze', '--json', '--profile', profile, file], { encoding: 'utf8' }); } catch (e) { out = e.stdout; }
  const verdict = JSON.parse(out), first = new Map();
  for (const f of verdict.findings) if (!unmeasured.has(f.rule) && !first.has(f.rule)) first.set(f.rule, f.t_s - vbusS);
  return { verdict: verdict.verdict, first };
}

export function scenarioCases({ Tap, assert, cordon }) {
  if (!cordon) return {};
  const run = (id, [seconds, rules]) => () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordon-scenario-')), wave = join(folder, 'wave'), direct = join(folder, 'direct.tap'), played = join(folder, 'played.tap');
    try {
      execFileSync(cordon, ['sim', id, '--seed', '1', '--seconds', String(seconds), '--waveform', wave, '-o', direct]);
      const w = loadWaveform(wave), lead = 15 * MS, on = w.vbus[0][0], from = on - lead;
      const tap = new Tap(), bytes = [], take = tap.reader.push.bind(tap.reader);
      tap.reader.push = (data) => { bytes.push(...data); take(data); };
      assert(tap.command(0x10, [1]).error === 0, 'capture does not start');
      const start = tap.chip.cycle;
      putOnPins(tap.chip, w, from);
      assert(tap.command(0x20, [1], { at: BigInt(start + lead) }).error === 0, 'VBUS');
      while (tap.chip.cycle < start + w.head.until_tick - from) { tap.host.run(500); tap.fetch(); }
      for (let i = 0; i < 20; i++) { tap.host.run(500); tap.fetch(); } // what is on its way
      writeFileSync(played, Uint8Array.from(bytes));
      const vbus = tap.reader.of(KIND.STATE).find((r) => r.body[0] === 2);
      const profile = profiles[id] ?? 'bare';
      const a = judge(cordon, played, profile, (vbus.tick - tap.reader.records[0].tick) / 120e6), b = judge(cordon, direct, profile, on / 120e6);
      // What a slow rule found so late on one side may still be to come on the other.
      const late = (x, r) => slow[r] && x.first.get(r) + slow[r] > seconds;
      const said = (x, y) => [...x.first.keys()].filter((r) => y.first.has(r) || !late(x, r)).sort().join(' ') || 'nothing';
      assert(said(a, b) === said(b, a), `found at the pins: ${said(a, b)}; in the simulator's recording: ${said(b, a)}`);
      for (const rule of rules) assert(b.first.has(rule), `${rule} is found nowhere: the case tests too little`);
      for (const [rule, t] of a.first) if (b.first.has(rule)) assert(Math.abs(t - b.first.get(rule)) < (slow[rule] ?? 0.02), `${rule} at ${t.toFixed(3)} s at the pins, ${b.first.get(rule).toFixed(3)} s in the recording`);
      return [tap, `${seconds} s, ${w.lines.length} edges: ${said(a, b)}`];
    } finally { rmSync(folder, { recursive: true }); }
  };
  return Object.fromEntries(Object.entries(scenarios).map(([id, x]) => [`scenario-${id}`, run(id, x)]));
}
