export interface ParsedReply {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
  /** The number of bytes in this response, including preceding interim responses. Another response may follow. */
  length: number;
}

type Body = Pick<ParsedReply, 'body' | 'length'>;

export class MalformedReply extends Error {}

/**
 * Parses one HTTP/1.1 response from the bytes received so far; null while it is incomplete. `ended` says that no more bytes will
 * follow, which completes a body that has neither a length nor chunks. Interim responses (100, 103) are skipped.
 */
export function parseReply(bytes: Buffer, ended: boolean): ParsedReply | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine);
  if (!match) throw new MalformedReply(`no HTTP answer: ${JSON.stringify(statusLine.slice(0, 80))}`);
  const status = Number(match[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (status === 100 || status === 103) return shifted(parseReply(rest, ended), headEnd + 4);
  const headers = parseHeaders(lines);
  const parsed = parseBody(status, headers, rest, ended);
  return parsed && shifted({ status, headers, ...parsed }, headEnd + 4);
}

function shifted(reply: ParsedReply | null, by: number): ParsedReply | null {
  return reply && { ...reply, length: reply.length + by };
}

function parseHeaders(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new MalformedReply(`no header: ${JSON.stringify(line.slice(0, 80))}`);
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}

function parseBody(status: number, headers: Map<string, string>, rest: Buffer, ended: boolean): Body | null {
  if (status === 101 || status === 204 || status === 304) return { body: Buffer.alloc(0), length: 0 };
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return joinChunks(rest);
  const length = headers.get('content-length');
  if (length === undefined) return ended ? { body: rest, length: rest.length } : null;
  if (!/^\d+$/.test(length)) throw new MalformedReply(`content-length ${JSON.stringify(length)}`);
  return rest.length >= Number(length) ? { body: rest.subarray(0, Number(length)), length: Number(length) } : null;
}

function joinChunks(bytes: Buffer): Body | null {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const sizeText = bytes.toString('latin1', at, lineEnd).split(';')[0]!.trim();
    if (!/^[0-9a-f]+$/i.test(sizeText)) throw new MalformedReply(`chunk size ${JSON.stringify(sizeText)}`);
    const size = parseInt(sizeText, 16);
    at = lineEnd + 2;
    if (size === 0) {
      const length = endOfTrailers(bytes, at);
      return length < 0 ? null : { body: Buffer.concat(parts), length };
    }
    if (bytes.length < at + size + 2) return null;
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

function endOfTrailers(bytes: Buffer, at: number): number {
  if (bytes.indexOf('\r\n', at) === at) return at + 2;
  const end = bytes.indexOf('\r\n\r\n', at);
  return end < 0 ? -1 : end + 4;
}
