// Each check of the strict mode, proven by a planted fault: the fault must be told, in words that name it.
import { Chip } from './chip.mjs';
import { UsbHost } from './usb.mjs';

const BOOT_CYCLES = 900000;

function booted(image, options) {
  const chip = new Chip(image, options);
  try { chip.run(BOOT_CYCLES); } catch (e) { chip.fail(e.message); }
  if (!chip.usb.attached) chip.fail('the device does not attach');
  return chip;
}

function enumerated(image) {
  const chip = booted(image, {}), host = new UsbHost(chip);
  host.enumerate();
  if (chip.failures.length) throw new Error(`without a fault: ${chip.failures[0]}`);
  return [chip, host];
}

function flashCommand(chip, ...bytes) {
  chip.rp.writeUint32(0x4001800c, 2 << 8);
  for (const b of bytes) { chip.rp.writeUint32(0x18000060, b); chip.rp.readUint32(0x18000060); }
  chip.rp.writeUint32(0x4001800c, 3 << 8);
}

// [what is planted, how, what must be told]
const planted = [
  ['a damaged boot stage 2', (image) => booted(image, { flip: 20 }), /checksum/],
  ['PLL_SYS left at its reset value', (image) => booted(image, { faults: [[0x40028, 8]] }), /PLL_SYS is not/],
  ['PLL_USB left at its reset value', (image) => booted(image, { faults: [[0x4002c, 12]] }), /PLL_USB is not/],
  ['the core left on the crystal', (image) => booted(image, { faults: [[0x40008, 0x3c]] }), /does not attach/],
  ['clk_usb left off', (image) => booted(image, { faults: [[0x40008, 0x54]] }), /clk_usb/],
  ['the tick left off', (image) => booted(image, { faults: [[0x40058, 0x2c]] }), /tick/],
  ['the input of GP0 left off', (image) => booted(image, { faults: [[0x4001c, 4]] }), /GP0 has its input off/],
  ['GP1 not given to the PIO', (image) => booted(image, { faults: [[0x40014, 12]] }), /GP1 is not given/],
  ['a block used in reset', (image) => { const [chip] = enumerated(image); chip.resets.held |= 1 << 21; chip.run(120000); return chip; }, /Timer is used while in reset/],
  ['AVAILABLE set in the write that fills', (image) => { const [chip] = enumerated(image); chip.rp.writeUint32(0x50100090, (1 << 15) | (1 << 10) | 5); return chip; }, /made available in the write/],
  ['AVAILABLE set too soon', (image) => { const [chip] = enumerated(image); chip.rp.writeUint32(0x50100090, (1 << 15) | 5); chip.rp.writeUint32(0x50100090, (1 << 15) | (1 << 10) | 5); return chip; }, /made available after 0 cycles/],
  ['the wrong data PID', (image) => {
    const [chip, host] = enumerated(image), at = 0x88;
    for (let i = 0; i < 100 && !(chip.rp.usbDPRAMView.getUint32(at, true) & (1 << 10)); i++) host.run(100);
    chip.rp.usbDPRAMView.setUint32(at, chip.rp.usbDPRAMView.getUint32(at, true) ^ (1 << 13), true);
    host.in(1);
    return chip;
  }, /expected DATA0/],
  ['an unaligned word', (image) => { const [chip] = enumerated(image); chip.rp.core.readUint32(0x20000002); return chip; }, /unaligned/],
  ['an address with nothing behind it', (image) => { const [chip] = enumerated(image); chip.rp.readUint32(0x60000000); return chip; }, /invalid memory/],
  ['clk_adc left off', (image) => booted(image, { faults: [[0x40008, 0x60]] }), /clk_adc is off/],
  ['the input of GP26 left on', (image) => booted(image, { faults: [[0x4001c, 0x6c]] }), /GP26 is not set for the ADC/],
  ['an empty ADC FIFO read', (image) => { const [chip] = enumerated(image); chip.adc.readUint32(12); return chip; }, /ADC: the empty FIFO/],
  ['the ADC started before it is ready', (image) => { const [chip] = enumerated(image); chip.adc.writeUint32(0, 0); chip.run(1200); chip.adc.writeUint32(0, 9); return chip; }, /before it was ready/],
  ['GP4 not given to the I2C', (image) => booted(image, { faults: [[0x40014, 0x24]] }), /GP4 is not given to I2C0/],
  ['I2C at the wrong speed', (image) => booted(image, { faults: [[0x40044, 0x20]] }), /too fast for 400 kHz/],
  ['a byte that no expander has sent', (image) => { const [chip] = enumerated(image); chip.i2c.readUint32(0x10); return chip; }, /has not come/],
  ['an empty FIFO read', (image) => { const [chip] = enumerated(image); chip.pio.readUint32(0x20); return chip; }, /empty FIFO/],
  ['the flash read by address after it is set up by hand', (image) => { const [chip] = enumerated(image); chip.rp.core.readUint32(0x10000108); return chip; }, /the flash is read by address/],
  ['a byte to a flash that is not selected', (image) => { const [chip] = enumerated(image); chip.rp.writeUint32(0x18000060, 5); return chip; }, /without chip select/],
  ['a program without write enable', (image) => { const [chip] = enumerated(image); flashCommand(chip, 0x02, 0x1f, 0xe0, 0, 1); return chip; }, /without write enable/],
  ['an erase of the image', (image) => { const [chip] = enumerated(image); flashCommand(chip, 0x06); flashCommand(chip, 0x20, 0, 0x10, 0); return chip; }, /the firmware writes at 1000/],
  ['a program beyond its page', (image) => { const [chip] = enumerated(image); flashCommand(chip, 0x06); flashCommand(chip, 0x02, 0x1f, 0xe0, 0xff, 1, 2); return chip; }, /beyond its page/],
  ['a command to a flash that is busy', (image) => { const [chip] = enumerated(image); flashCommand(chip, 0x06); flashCommand(chip, 0x20, 0x1f, 0xe0, 0); flashCommand(chip, 0x06); return chip; }, /while it is busy/],
  ['lines driven that are not free', (image) => { const [chip] = enumerated(image); chip.lines.put(1); chip.rp.sio.writeUint32(0x24, 12); chip.rp.sio.writeUint32(0x14, 1 << 6); chip.rp.sio.writeUint32(0x18, 1 << 7); return chip; }, /lines that are not free/],
  ['a main loop that stands still', (image) => { const [chip] = enumerated(image); chip.rp.core.enabledInterrupts = 0; try { chip.run(120000 * 300); } catch (e) { chip.fail(e.message); } return chip; }, /watchdog has bitten/],
];

export function strict(image) {
  for (const [what, plant, told] of planted) {
    const chip = plant(image);
    if (!chip.failures.some((f) => told.test(f))) throw new Error(`${what} is not told; told was: ${chip.failures.join('; ') || 'nothing'}`);
  }
  return `${planted.length} planted faults, each told`;
}
