// As much of the boot ROM as a program may call: where its table of functions and the routine that searches it are told, the table,
// the routine, and functions that only stand there. RP2040 datasheet §2.8.3. In: names of functions. Out: their addresses.
const TABLE_AT = 0x14, LOOKUP_AT = 0x18, TABLE = 0x100, LOOKUP = 0x200, FUNCTIONS = 0x300;

// lookup(table, code): the function's address, or 0 behind the last.
const lookup = [
  0x8802, // ldrh r2, [r0]
  0x2a00, // cmp r2, #0
  0xd005, // beq the end
  0x428a, // cmp r2, r1
  0xd001, // beq found
  0x3004, // adds r0, #4
  0xe7f8, // b lookup
  0x8840, // found: ldrh r0, [r0, #2]
  0x4770, // bx lr
];
const end = [
  0x2000, // movs r0, #0
  0x4770, // bx lr
];

export function putRom(rp, names) {
  const rom = new DataView(rp.bootrom.buffer), put = (at, halves) => halves.forEach((h, i) => rom.setUint16(at + 2 * i, h, true));
  put(TABLE_AT, [TABLE]);
  put(LOOKUP_AT, [LOOKUP | 1]);
  put(LOOKUP, [...lookup, ...end]);
  const at = Object.fromEntries(names.map((name, i) => [name, FUNCTIONS + 16 * i]));
  names.forEach((name, i) => {
    put(TABLE + 4 * i, [name.charCodeAt(0) | (name.charCodeAt(1) << 8), at[name] | 1]);
    put(at[name], [0xe7fe]); // b to itself
  });
  return at;
}
