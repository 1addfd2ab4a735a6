// The wire protocol as firmware/README.md has it, read independently of the C code: blocks, records, the bodies that tests look at.
export const KIND = { HELLO: 1, PACKET: 2, EDGES: 3, LINE: 4, FOLD: 5, COUNT: 6, LOST: 7, BAND: 8, BURST: 9, STEP: 10, STATE: 11, REPLY: 12, ALERT: 13, STATUS: 14, SELFTEST: 15 };

export const EVENT = { ATTACH: 1, DETACH: 2, RESET: 3, RESET_END: 4, SUSPEND: 5, RESUME: 6, SPEED: 8, GATE: 11 };
export const LOST = { LINE: 1, RECORDS: 3, SENSOR: 4, BURSTS: 5 };
export const FLAG_CRC = 4, FLAG_CUT = 0x40;
export const view = (r) => new DataView(r.body.buffer, r.body.byteOffset, r.body.length);

function crc16(bytes) {
  let crc = 0xffff;
  for (const b of bytes) { crc ^= b; for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1; }
  return ~crc & 0xffff;
}

export class Reader {
  // `clock`: what the time is when bytes come.
  constructor(clock = () => 0) { this.clock = clock; this.bytes = []; this.blocks = 0; this.sequence = null; this.records = []; this.errors = []; this.total = 0; }
  push(data) {
    this.total += data.length;
    for (const b of data) this.bytes.push(b);
    for (;;) {
      const b = this.bytes;
      if (b.length < 16) return;
      const len = b[2] | (b[3] << 8);
      if (b[0] !== 0x43 || b[1] !== 0x44 || len < 18 || len > 2048) { this.errors.push('no block where one must begin'); this.bytes = []; return; }
      if (b.length < len) return;
      this.block(Uint8Array.from(b.splice(0, len)));
    }
  }
  block(b) {
    const v = new DataView(b.buffer);
    if (crc16(b.subarray(0, b.length - 2)) !== v.getUint16(b.length - 2, true)) this.errors.push('bad checksum');
    const sequence = v.getUint32(4, true), tick = v.getBigUint64(8, true);
    if (this.sequence !== null && sequence !== ((this.sequence + 1) >>> 0)) this.errors.push(`block ${sequence} after ${this.sequence}`);
    this.sequence = sequence;
    this.blocks++;
    for (let at = 16; at < b.length - 2;) {
      const len = v.getUint16(at + 2, true);
      this.records.push({ kind: b[at], flags: b[at + 1], tick: Number(tick) + v.getInt32(at + 4, true), body: b.subarray(at + 8, at + 8 + len), came: this.clock() });
      at += 8 + len;
    }
  }
  of(kind) { return this.records.filter((r) => r.kind === kind); }
  packets() {
    return this.of(KIND.PACKET).map((r) => ({ at: r.tick, flags: r.body[0], speed: r.body[1], len: r.body[2] | (r.body[3] << 8), hex: Buffer.from(r.body.subarray(4)).toString('hex') }));
  }
  events() { return this.of(KIND.LINE).map((r) => ({ at: r.tick, event: r.body[0], speed: r.body[1], duration: Number(view(r).getBigUint64(4, true)) })); }
  losses() { return this.of(KIND.LOST).map((r) => ({ tick: r.tick, what: r.body[0], count: view(r).getUint32(4, true), span: Number(view(r).getBigUint64(8, true)) })); }
  counts() { return this.of(KIND.COUNT).map((r) => ({ address: r.body[0], endpoint: r.body[1], packets: view(r).getUint32(4, true), bytes: view(r).getUint32(8, true), bad: view(r).getUint32(12, true) })); }
  foldRecords() { return this.of(KIND.FOLD).map((r) => ({ at: r.tick, what: r.body[0], address: r.body[1], endpoint: r.body[2], count: view(r).getUint32(4, true), first: view(r).getUint16(12, true), last: view(r).getUint16(14, true) })); }
  folds(what) { return this.sum(KIND.FOLD, 4, (b) => b[0] === what); }
  // Records of one kind of loss, or of counted transactions: the sum of a 32-bit field.
  sum(kind, at, test = () => true) { return this.of(kind).filter((r) => test(r.body)).reduce((n, r) => n + new DataView(r.body.buffer, r.body.byteOffset).getUint32(at, true), 0); }
  edges() {
    const out = [];
    for (const r of this.of(KIND.EDGES)) {
      let tick = r.tick;
      for (let at = 0; at < r.body.length;) {
        let v = 0n, shift = 0n;
        for (;;) { const byte = r.body[at++]; v |= BigInt(byte & 127) << shift; shift += 7n; if (byte < 128) break; }
        tick += Number(v >> 2n);
        out.push([tick, Number(v & 3n)]);
      }
    }
    return out;
  }
}

// 8N1 on one wire, out of edges.
export function uart(edges, wire, baud) {
  const bit = 120e6 / baud, level = (t, from) => { let i = from; while (i + 1 < edges.length && edges[i + 1][0] <= t) i++; return (edges[i][1] >> wire) & 1; };
  let text = '';
  for (let i = 1; i < edges.length;) {
    if (!((edges[i - 1][1] >> wire) & 1) || (edges[i][1] >> wire) & 1) { i++; continue; }
    const start = edges[i][0];
    let c = 0;
    for (let k = 0; k < 8; k++) c |= level(start + (k + 1.5) * bit, i) << k;
    if (level(start + 9.5 * bit, i)) text += String.fromCharCode(c);
    while (i < edges.length && edges[i][0] < start + 9.5 * bit) i++;
  }
  return text;
}
