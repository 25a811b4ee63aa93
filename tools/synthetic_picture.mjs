// Makes the pictures that packages bring for their tests and the demo's feed: drawn here, with SYNTHETIC written
// across, and with a place in their metadata, which the hub must not pass on.
// node tools/synthetic_picture.mjs scenarios/grid-event/pictures/rubbish.png rubbish
import { writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'

const letters = {
  S: '01111 10000 10000 01110 00001 00001 11110', Y: '10001 10001 01010 00100 00100 00100 00100',
  N: '10001 11001 10101 10011 10001 10001 10001', T: '11111 00100 00100 00100 00100 00100 00100',
  H: '10001 10001 10001 11111 10001 10001 10001', E: '11111 10000 10000 11110 10000 10000 11111',
  I: '11111 00100 00100 00100 00100 00100 11111', C: '01111 10000 10000 10000 10000 10000 01111',
}
const width = 120, height = 80
const drawings = {
  // A heap on a pavement.
  rubbish: (x, y) => y > 70 ? [120, 120, 120] : y > 78 - 30 * Math.exp(-(((x - 60) / 22) ** 2)) ? [96, 80, 56] : [190, 210, 225],
  // A lamp post, dark.
  lamp: (x, y) => (x > 56 && x < 60 && y > 24) || (y > 20 && y < 25 && x > 56 && x < 84) ? [70, 70, 70] : y > 72 ? [90, 100, 90] : [40, 48, 70],
}

function pixels(draw) {
  const rows = Buffer.alloc((width * 3 + 1) * height)
  const put = (x, y, colour) => rows.set(colour, y * (width * 3 + 1) + 1 + x * 3)
  for (let y = 0; y < height; ++y) for (let x = 0; x < width; ++x) put(x, y, draw(x, y))
  const word = 'SYNTHETIC'
  for (const [at, letter] of [...word].entries()) {
    letters[letter].split(' ').forEach((bits, y) => [...bits].forEach((bit, x) => {
      if (bit === '1') for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) put(6 + at * 12 + x * 2 + dx, 4 + y * 2 + dy, [230, 40, 40])
    }))
  }
  return rows
}

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(body.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}

const [path, what] = process.argv.slice(2)
if (!drawings[what]) throw new Error(`known are ${Object.keys(drawings).join(', ')}`)
const head = Buffer.alloc(13)
head.writeUInt32BE(width, 0)
head.writeUInt32BE(height, 4)
head.set([8, 2, 0, 0, 0], 8)
writeFileSync(path, Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  chunk('IHDR', head),
  chunk('tEXt', Buffer.from('Comment\0SYNTHETIC: drawn by tools/synthetic_picture.mjs; GPS 22.2707 113.5767', 'latin1')),
  chunk('IDAT', deflateSync(pixels(drawings[what]), { level: 9 })),
  chunk('IEND', Buffer.alloc(0)),
]))
