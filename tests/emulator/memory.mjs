// The image's own memcpy and memset (the other two that a compiler may call it does not call, and they are not there), called one by one on the core and compared with plain loops: every length up to
// 300, every place of either end within a word, up to both ends of the RAM. And the sum over words, which is in assembler too, against the
// bits of USB 2.0 §8.3.5.2: every number of words up to 50, whatever the sum was before. In: addresses of the functions. Out: how many calls.
import { address } from './profile.mjs';

// In the rings, which nothing else needs here.
const RAM = 0x20000000, RAM_END = 0x20042000, STACK = 0x20010000, BACK = 0x20010100, LONGEST = 300, GUARD = 16;
const COPY_CYCLES_A_WORD = 12; // at most, where both ends lie alike

export function memoryCases({ Tap, assert, elf }) {
  // The core, to call functions on.
  const begin = () => {
    const tap = new Tap(), { chip } = tap, { core } = chip.rp, ram = chip.rp.sram;
    let seed = 1, calls = 0;
    const random = () => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return seed >>> 24; };
    core.PM = true; // nothing of the firmware's own comes in between
    const call = (at, ...args) => {
      const kept = Array.from({ length: 8 }, (_, i) => 0x1000 + i);
      kept.forEach((v, i) => { core.registers[4 + i] = v; });
      args.forEach((v, i) => { core.registers[i] = v; });
      core.SP = STACK;
      core.LR = BACK | 1;
      core.PC = at;
      let cycles = 0;
      for (let n = 0; core.PC !== BACK; n++) { assert(n < 20000, 'a call does not come back'); cycles += core.executeInstruction(); }
      assert(core.SP === STACK && kept.every((v, i) => core.registers[4 + i] === v), 'registers of the caller are changed');
      calls++;
      return [core.registers[0] >>> 0, cycles];
    };
    return { chip, ram, random, call, calls: () => calls };
  };
  const memory = () => {
    const { chip, ram, random, call, calls } = begin();
    const memcpy = address(elf, 'memcpy'), memset = address(elf, 'memset');
    // `to` and `from` are addresses; what lies about the destination must stay as it is.
    const copies = (to, from, n) => {
      const low = Math.max(RAM, to - GUARD), high = Math.min(RAM_END, to + n + GUARD);
      for (let a = low; a < high; a++) ram[a - RAM] = random();
      for (let a = from; a < from + n; a++) ram[a - RAM] = random();
      const expected = ram.slice(low - RAM, high - RAM);
      expected.set(ram.slice(from - RAM, from - RAM + n), to - low);
      const [back, cycles] = call(memcpy, to, from, n), got = ram.subarray(low - RAM, high - RAM);
      assert(back === to, `memcpy of ${n} bytes does not return its first argument`);
      for (let i = 0; i < expected.length; i++) assert(got[i] === expected[i], `memcpy from ${from.toString(16)} to ${to.toString(16)}, ${n} bytes: byte ${i + low - to} is ${got[i]}, expected ${expected[i]}`);
      assert(!chip.failures.length, `memcpy from ${from.toString(16)} to ${to.toString(16)}, ${n} bytes: ${chip.failures[0]}`);
      return cycles;
    };
    const A = 0x20004000, B = 0x20008000;
    for (let n = 0; n <= LONGEST; n++) {
      for (let i = 0; i < 4; i++)
        for (let k = 0; k < 4; k++) {
          const cycles = copies(A + i, B + k, n);
          assert(i !== k || cycles < 150 + COPY_CYCLES_A_WORD * (n / 4), `memcpy of ${n} bytes takes ${cycles} cycles`);
        }
      for (let i = 0; i < 4; i++) {
        copies(A + i, RAM_END - n, n);
        copies(RAM_END - n, B + i, n);
        copies(A + i, RAM + (n & 3), n);
        for (let a = A; a < A + n + 2 * GUARD; a++) ram[a - RAM] = random();
        const at = A + GUARD + i, byte = random(), expected = ram.slice(A - RAM, A - RAM + n + 2 * GUARD).fill(byte, GUARD + i, GUARD + i + n);
        assert(call(memset, at, byte | 0x5a00, n)[0] === at && Buffer.compare(expected, ram.slice(A - RAM, A - RAM + n + 2 * GUARD)) === 0, `memset of ${n} bytes at ${i}`);
      }
    }
    return [null, `${calls()} calls`];
  };
  const wordSums = () => {
    const { chip, ram, random, call, calls } = begin(), view = new DataView(ram.buffer, ram.byteOffset);
    const take = address(elf, 'crc16_take_words'), SUM = 0x20004000, WORDS = 0x20008000;
    const parity = (v) => { let n = 0; for (; v; v >>>= 1) n ^= v & 1; return n; };
    // x to the 32nd is x^4 + x^2, and what is left is of 15 bits; the first bit sent, the lowest, is the highest power.
    const reduced = (words) => {
      let r = 0;
      for (const w of words) for (let i = 0; i < 32; i++) { r = (r << 1) | ((w >>> i) & 1); if (r & 0x8000) r ^= 0x8003; }
      return r;
    };
    for (let n = 0; n <= 50; n++)
      for (let k = 0; k < 8; k++) {
        const before = [0, 0].map(() => (k ? (random() << 24) | (random() << 16) | (random() << 8) | random() : 0) >>> 0), words = [];
        for (let i = 0; i < n; i++) words.push(((random() << 24) | (random() << 16) | (random() << 8) | random()) >>> 0);
        before.forEach((v, i) => view.setUint32(SUM + 4 * i - RAM, v, true));
        words.forEach((v, i) => view.setUint32(WORDS + 4 * i - RAM, v, true));
        call(take, SUM, WORDS, WORDS + 4 * n);
        const rest = view.getUint32(SUM - RAM, true), all = view.getUint32(SUM + 4 - RAM, true);
        assert(reduced([rest]) === reduced([before[0], ...words]), `${n} words: rest ${rest.toString(16)}`);
        assert(parity(all) === words.reduce((p, w) => p ^ parity(w), parity(before[1])), `${n} words: parity`);
        assert(!chip.failures.length, `${n} words: ${chip.failures[0]}`);
      }
    return [null, `${calls()} calls`];
  };
  return { memory, 'word-sums': wordSums };
}
