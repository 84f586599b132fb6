import { randomBytes } from 'node:crypto';
import { check } from '../check.ts';

/** A whole text message as a client sends it: masked, in one frame. */
export function maskedText(text: string): Buffer {
  const payload = Buffer.from(text);
  check(payload.length < 65_536, `a message of ${payload.length} bytes needs another form of frame`);
  const head = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0x80 | 126, 0, 0]);
  if (head.length === 4) head.writeUInt16BE(payload.length, 2);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4]!)]);
}

/** The text message at the start of these bytes; undefined while it is incomplete. Fails for any frame that no plain message has. */
export function readFrame(bytes: Buffer): { text: string; length: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; bytes.length >= at + 2; ) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    check((first & 0x7f) === (parts.length === 0 ? 1 : 0), `a frame that is not text came: its first byte is 0x${first.toString(16)}`);
    check((second & 0x80) === 0, 'the server masked a frame');
    const head = second === 127 ? 10 : second === 126 ? 4 : 2;
    if (bytes.length < at + head) return undefined;
    const size = head === 10 ? Number(bytes.readBigUInt64BE(at + 2)) : head === 4 ? bytes.readUInt16BE(at + 2) : second;
    const end = at + head + size;
    if (bytes.length < end) return undefined;
    parts.push(bytes.subarray(at + head, end));
    if (first & 0x80) return { text: Buffer.concat(parts).toString('utf8'), length: end };
    at = end;
  }
  return undefined;
}
