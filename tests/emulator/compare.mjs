// What came out of the USB port against what went in at the pins, record by record. In: a reader, a waveform with what is
// expected of it (tests/emulator/wave.c), the cycle at which it began. Out: figures; throws at the first difference.
import { EVENT, FLAG_CRC, FLAG_CUT, KIND, LOST, uart } from './records.mjs';

const STAMP_LIMIT = 12; // cycles: 100 ns, to either side of what is the same for all stamps of a run,
const STAMP_LATE = 24; // which is the chain of DMA transfers
const EVENT_LIMIT = 48; // an end of an EOP is seen by its bits
const GATE_BITS = 32; // of J, until the sampler gives up a K that is no packet
const CUT_BYTES = 17;
const LONGEST = 12000; // cycles: a packet of 64 bytes, stuffed
const NEAR = 120; // cycles, about a loss
const BIT = { 1: 80, 2: 10 }; // cycles, by speed

function assert(condition, text) { if (!condition) throw new Error(text); }
const isToken = (p) => /^(69|e1)/.test(p.hex) && !p.flags, isData = (p) => /^(c3|4b)/.test(p?.hex ?? '');
const endpointOf = ({ hex }) => { const word = parseInt(hex.slice(4, 6) + hex.slice(2, 4), 16); return `${word & 127}.${((word >> 7) & 15) | (hex.startsWith('69') ? 0x80 : 0)}`; };

function samePacket(g, p, i, mayCut) {
  const flags = `packet ${i}: flags ${g.flags}, ${g.len} bytes, ${g.hex} heard, ${p.flags}, ${p.hex} sent`;
  assert((g.flags & ~FLAG_CUT) === p.flags, flags);
  if (mayCut && g.flags & FLAG_CUT && g.len > g.hex.length / 2 && g.hex.length === 2 * CUT_BYTES) assert(p.hex.startsWith(g.hex), `packet ${i}: ${g.hex} heard, ${p.hex} sent`);
  // More than any packet has is never kept.
  else assert(g.hex === p.hex && !!(g.flags & FLAG_CUT) === p.len > p.hex.length / 2, flags);
  assert(g.len === p.len, `packet ${i}: ${g.len} bytes told, ${p.len} sent`);
  assert(g.speed === p.speed, `packet ${i}: speed ${g.speed}`);
}

// Transactions that were not told packet by packet, as the tap counts them: endpoint -> [data packets, bytes, damaged or unanswered].
// `answered`: endpoints that are answered, where they are not isochronous.
function transactions(missing, answered) {
  const sums = new Map();
  for (let i = 0; i < missing.length;) {
    const token = missing[i++], data = missing[i++];
    assert(isToken(token) && isData(data), `packet ${token.hex} is neither told nor part of a transaction that is counted`);
    const key = endpointOf(token), sum = sums.get(key) ?? [0, 0, 0];
    assert(!/\.(0|128)$/.test(key), `data of endpoint 0 are neither told nor lost: ${data.hex}`);
    const acked = missing[i]?.hex === 'd2';
    if (acked) i++;
    const good = !data.flags && (acked || !answered.has(key));
    sums.set(key, good ? [sum[0] + 1, sum[1] + data.len - 3, sum[2]] : [sum[0], sum[1], sum[2] + 1]);
  }
  return sums;
}

function compareCounts(reader, missing, answered) {
  const counted = new Map();
  for (const c of reader.counts()) {
    const key = `${c.address}.${c.endpoint}`, sum = counted.get(key) ?? [0, 0, 0];
    counted.set(key, [sum[0] + c.packets, sum[1] + c.bytes, sum[2] + c.bad]);
  }
  const say = (m) => [...m].sort().map(([k, v]) => `${k}: ${v[0]} packets, ${v[1]} bytes, ${v[2]} bad`).join('; ') || 'nothing';
  const sent = transactions(missing, answered);
  assert(say(counted) === say(sent), `counted ${say(counted)}; not told otherwise ${say(sent)}`);
  return [...counted.values()].reduce((n, v) => n + v[2], 0);
}

// Of each packet the endpoint whose data it is, where it is known; and those that are answered.
function endpoints(packets) {
  const of = [], answered = new Set();
  let now, data;
  for (const p of packets) {
    now = isToken(p) ? endpointOf(p) : isData(p) || p.hex === 'd2' ? now : undefined;
    of.push(now);
    if (p.hex === 'd2' && data) answered.add(now);
    data = isData(p) && now;
  }
  return { of, answered };
}

// `mayCut`: busy endpoints may be cut and counted; `mayLose`: what is not told is in a loss that is.
function comparePackets(reader, w, start, { mayCut, mayLose }) {
  const losses = reader.losses().filter((l) => l.what === LOST.RECORDS || l.what === LOST.LINE), off = [], missing = [];
  // The packet in which a loss of the line begins ends there, and so does one that began in it.
  const torn = (g) => mayLose && g.flags & ~FLAG_CUT && losses.some((l) => l.what === LOST.LINE && g.at > l.tick - LONGEST && g.at < l.tick + l.span + LONGEST);
  const all = reader.packets().filter((g) => g.at >= start + w.settled), got = all.filter((g) => !torn(g)), broken = all.filter(torn);
  const { of, answered } = endpoints(w.packets);
  let cut = 0, bad = 0, i = 0;
  for (const g of got) {
    // Where some are not told, the stamp says which this is.
    while ((mayCut || mayLose) && i < w.packets.length && start + w.packets[i].at < g.at - 100) missing.push(w.packets[i++]);
    assert(i < w.packets.length, `${got.length} packets heard, ${w.packets.length} sent`);
    samePacket(g, w.packets[i], i, mayCut && of[i] && !/\.(0|128)$/.test(of[i]));
    off.push(g.at - (start + w.packets[i++].at));
    if (g.flags & FLAG_CUT) cut++;
    if (g.flags & FLAG_CUT && g.flags & FLAG_CRC) bad++;
  }
  missing.push(...w.packets.slice(i));
  assert(mayCut || mayLose || !missing.length, `${got.length} packets heard, ${w.packets.length} sent`);
  if (mayLose) {
    for (const p of missing) assert(losses.some((l) => start + p.at >= l.tick - NEAR && start + p.at <= l.tick + l.span + NEAR) || broken.some((g) => Math.abs(start + p.at - g.at) < NEAR), `packet at ${p.at} is missing, and no loss tells it`);
  } else {
    assert(!reader.losses().length, `lost: ${JSON.stringify(reader.losses()[0])}`);
  }
  const counted = mayLose ? 0 : compareCounts(reader, missing, answered);
  if (!off.length) return { cut, bad, counted, missing: missing.length };
  const low = Math.min(...off), high = Math.max(...off), middle = (low + high) / 2;
  const limit = STAMP_LIMIT + (w.shift ?? 0);
  assert(high - low < 2 * limit && Math.abs(middle) < STAMP_LATE, `stamps are off by ${low.toFixed(1)} to ${high.toFixed(1)} cycles`);
  return { spread: (high - low) / 2 / 0.12, middle: middle / 0.12, cut, bad, counted, missing: missing.length };
}

function compareEvents(reader, w, start, { mayLose }) {
  // What is left of a packet at a loss of the line is a gate.
  const atLoss = (e) => mayLose && e.event === EVENT.GATE && reader.losses().some((l) => l.what === LOST.LINE && Math.abs(e.at - l.tick - l.span) < LONGEST);
  // Behind noise the tap may know any speed.
  const got = reader.events().filter((e) => e.at >= start + w.settled && (!w.settled || e.event !== EVENT.SPEED) && !atLoss(e));
  const lost = (x) => mayLose && reader.losses().some((l) => l.what === LOST.RECORDS && start + x.at > l.tick - NEAR && start + x.at < l.tick + l.span + NEAR);
  const heard = (x) => got.some((e) => e.event === x.event && Math.abs(e.at - start - x.at) < EVENT_LIMIT);
  const expected = w.events.filter((x) => !lost(x) || heard(x)), say = (events) => events.map((e) => e.event).join(' ');
  assert(say(got) === say(expected), `events ${say(got)}, expected ${say(expected)}`);
  let worst = 0;
  got.forEach((e, i) => {
    const x = expected[i], off = e.at - start - x.at, longer = e.duration - x.duration, most = EVENT_LIMIT + (e.event === EVENT.GATE ? GATE_BITS * BIT[e.speed] : 0);
    assert(Math.abs(off) < EVENT_LIMIT, `event ${i}, a ${e.event}, is ${off.toFixed(1)} cycles off`);
    assert(longer > -EVENT_LIMIT && longer < most, `event ${i}, a ${e.event}, lasts ${e.duration} cycles, ${x.duration} sent`);
    worst = Math.max(worst, Math.abs(off));
  });
  return worst / 0.12;
}

function compareFolds(reader, w, start) {
  const key = (f) => `${f.what}.${f.address}.${f.endpoint}`, sums = new Map();
  let records = 0;
  for (const f of reader.foldRecords().filter((f) => f.at >= start + w.settled)) {
    assert(f.what !== 1 || ((f.last - f.first) & 0x7ff) === f.count - 1, `frames ${f.first} to ${f.last} in a count of ${f.count}`);
    const sum = sums.get(key(f)) ?? { count: 0, first: f.first };
    sums.set(key(f), { count: sum.count + f.count, first: sum.first, last: f.last });
    records++;
  }
  const say = (list) => list.map(([k, f]) => `${f.count} of ${k}, ${f.first} to ${f.last}`).sort().join('; ') || 'nothing';
  const got = say([...sums]), sent = say(w.folds.map((f) => [key(f), f]));
  assert(got === sent, `counted ${got}; expected ${sent}`);
  return records;
}

export function compare(reader, w, start, options = {}) {
  const packets = comparePackets(reader, w, start, options);
  const event = compareEvents(reader, w, start, options);
  const folds = compareFolds(reader, w, start);
  if (w.text) {
    const read = uart(reader.edges(), w.text.wire, w.text.baud);
    assert(read === w.text.is, `read ${JSON.stringify(read)}`);
  }
  return { ...packets, event, folds };
}

// The comparison itself: each fault planted in what was told, or in what is expected, must be found, in words that name it.
export function checkComparison(reader, w, start) {
  const first = (kind, test = () => true) => (r) => r.records.find((x) => x.kind === kind && test(x));
  const body = (find, at, value) => (r) => { const x = find(r); x.body = Uint8Array.from(x.body); x.body[at] = value(x.body[at]); };
  const drop = (find) => (r) => { r.records.splice(r.records.indexOf(find(r)), 1); };
  const flip = (v) => v ^ 1;
  const packet = first(KIND.PACKET, (x) => x.body.length > 8), fold = first(KIND.FOLD), event = first(KIND.LINE);
  const planted = [
    ['a flipped bit', body(packet, 7, flip), /^packet \d+: flags 0/],
    ['a flag', body(packet, 0, () => 4), /^packet \d+: flags 4/],
    ['a speed', body(packet, 1, flip), /speed/],
    ['a length', body(packet, 2, flip), /bytes told/],
    ['a packet too few', drop(packet), /^packet \d+|packets heard/],
    ['the last packet gone', (r) => drop((x) => x.of(KIND.PACKET).at(-1))(r), /packets heard/],
    ['a packet too many', (r) => r.records.push({ ...r.of(KIND.PACKET).at(-1) }), /packets heard/],
    ['a stamp 200 ns late', (r) => { packet(r).tick += 24; }, /stamps are off/],
    ['all stamps 400 ns late', (r) => r.of(KIND.PACKET).forEach((x) => { x.tick += 48; }), /stamps are off/],
    ['an event gone', drop(event), /^events/],
    ['another event', body(event, 0, () => EVENT.DETACH), /^events/],
    ['an event 1 us late', (r) => { event(r).tick += 120; }, /cycles off/],
    ['a duration', body(first(KIND.LINE, (x) => x.body[0] === EVENT.RESET_END), 5, flip), /lasts/],
    ['a count', body(fold, 4, flip), /counted|in a count/],
    ['a fold gone', drop(first(KIND.FOLD, (x) => x.body[0] === 2)), /^counted/],
    ['a frame number', body(fold, 12, flip), /frames|counted/],
    ['a loss', (r) => r.records.push({ kind: KIND.LOST, flags: 0, tick: start, body: new Uint8Array(16).fill(1) }), /^lost/],
  ];
  const copy = () => Object.assign(Object.create(Object.getPrototypeOf(reader)), { records: reader.records.map((r) => ({ ...r })) });
  compare(copy(), w, start);
  for (const [what, plant, told] of planted) {
    const r = copy();
    let text = 'nothing';
    plant(r);
    try { compare(r, w, start); } catch (e) { text = e.message; }
    assert(told.test(text), `${what} is not found; found was: ${text}`);
  }
  return planted.length;
}
