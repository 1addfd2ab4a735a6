// The emulated tap behind a pipe: requests on standard input, answers on standard output, each a small frame. The chip's
// time goes on only when a request says so, so that whoever asks sets the pace.
// usage: node bridge.mjs IMAGE [WAVEFORM]. A waveform of `cordon sim --waveform` stands at the pins: the cable begins to live
// when the tap switches VBUS on, once.
// Request: op, endpoint, length (2 bytes), data. Answer: length (2 bytes), data; 0xffff: STALL or NAK.
import fs from 'node:fs';
import { Chip } from './chip.mjs';
import { loadWaveform, putOnPins, SUPPLY } from './pins.mjs';
import { UsbHost } from './usb.mjs';

const OP = { RESET: 1, CONTROL: 2, IN: 3, OUT: 4, RUN: 5 };
const NONE = 0xffff;

const [image, waveform] = process.argv.slice(2);
const wave = waveform ? loadWaveform(waveform) : null;
const chip = new Chip(image);
if (wave) putOnPins(chip, wave, 0, wave.vbus[0][0] - 1);
chip.run(900000);
const host = new UsbHost(chip);
let begun = false;

function read(n) {
  const b = Buffer.alloc(n);
  for (let at = 0; at < n;) {
    let got = 0;
    try { got = fs.readSync(0, b, at, n - at, null); } catch (e) { if (e.code !== 'EAGAIN') throw e; continue; }
    if (!got) process.exit(report());
    at += got;
  }
  return b;
}

function report() {
  for (const f of chip.failures) process.stderr.write(`chip: ${f}\n`);
  process.stderr.write(`chip: ran ${(chip.cycle / 120e6).toFixed(2)} s, awake ${((100 * chip.awake) / chip.cycle).toFixed(0)} %\n`);
  return chip.failures.length ? 1 : 0;
}

function answer(data) {
  const b = Buffer.alloc(2 + (data ? data.length : 0));
  b.writeUInt16LE(data ? data.length : NONE);
  if (data) b.set(data, 2);
  for (let at = 0; at < b.length;) {
    try { at += fs.writeSync(1, b, at); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
  }
}

function endpointsAnew() { for (const ep of [1, 2]) host.toggle[`in${ep}`] = host.toggle[`out${ep}`] = 0; }

function control(data) {
  const [type, request] = data, u16 = (at) => data[at] | (data[at + 1] << 8);
  const x = host.control(type, request, u16(2), u16(4), u16(6), data.subarray(8));
  if (x.r === 'ACK' && ((type === 0 && request === 9) || (type === 1 && request === 11))) endpointsAnew();
  if (x.r === 'ACK' && type === 2 && request === 1 && u16(2) === 0) host.toggle[`${u16(4) & 0x80 ? 'in' : 'out'}${u16(4) & 15}`] = 0;
  return x.r === 'ACK' ? (x.data ?? new Uint8Array(0)) : null;
}

function run(us) {
  if (wave && !begun && chip.outputs & SUPPLY) {
    begun = true;
    putOnPins(chip, wave, wave.vbus[0][0]);
  }
  host.run(us);
}

for (;;) {
  const head = read(4), length = head.readUInt16LE(2), data = length ? read(length) : new Uint8Array(0);
  switch (head[0]) {
    case OP.RESET:
      host.reset();
      host.control(0, 5, 9, 0, 0);
      answer(new Uint8Array(0));
      break;
    case OP.CONTROL: answer(control(data)); break;
    case OP.IN: { const x = host.in(head[1]); answer(x.r === 'ACK' ? x.data : null); break; }
    case OP.OUT: {
      const x = host.out(head[1], data);
      answer(x.r === 'ACK' ? new Uint8Array(0) : null);
      break;
    }
    case OP.RUN: run(data[0] | (data[1] << 8)); answer(new Uint8Array(0)); break;
    default: throw new Error(`no request ${head[0]}`);
  }
}
