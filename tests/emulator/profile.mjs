// Where the core's cycles go, function by function. In: the image's symbols, cycles by address. Out: a table on stdout.
// PROFILE=NAME shows the addresses of one function instead.
import { execFileSync } from 'node:child_process';

// Where a variable of the image stands.
export function symbol(elf, name) {
  const line = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' }).split('\n').find((l) => l.split(' ')[2] === name);
  if (!line) throw new Error(`the image has no ${name}`);
  return parseInt(line, 16);
}

// Where a function begins.
export function address(elf, name) {
  const line = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' }).split('\n').find((l) => l.endsWith(` t ${name}`) || l.endsWith(` T ${name}`));
  if (!line) throw new Error(`no function ${name} in the image`);
  return parseInt(line, 16) & ~1;
}

export function profile(elf, cycles, total, rows = +(process.env.ROWS ?? 30)) {
  const lines = execFileSync('arm-none-eabi-nm', ['-n', '-S', elf], { encoding: 'utf8' }).split('\n');
  const functions = lines.map((l) => l.match(/^(\w+) (\w+) [tTwW] (\S+)/)).filter(Boolean).map(([, at, size, name]) => ({ at: parseInt(at, 16) & ~1, size: parseInt(size, 16), name, cycles: 0 }));
  for (const [pc, n] of cycles) {
    const f = functions.findLast((x) => x.at <= pc);
    if (!f) continue;
    f.cycles += n;
    if (f.name === process.env.PROFILE) f.lines = [...(f.lines ?? []), [pc, n]];
  }
  for (const f of functions.filter((x) => x.lines)) for (const [pc, n] of f.lines.sort((a, b) => a[0] - b[0])) console.log(`${((100 * n) / total).toFixed(3).padStart(7)} % ${pc.toString(16)}`);
  for (const f of functions.sort((a, b) => b.cycles - a.cycles).slice(0, rows)) console.log(`${((100 * f.cycles) / total).toFixed(2).padStart(6)} % ${f.name}`);
}
