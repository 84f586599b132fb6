import { MalformedReply, parseReply } from '../../http/parse.ts';
import { connect } from '../../http/raw.ts';
import { Reply } from '../../http/reply.ts';
import type { HttpClient } from '../../http/client.ts';

/** The bytes that one case sends over a separate connection, and the response that it may expect. */
export interface Case {
  /** Written one after the other, each in a separate packet. */
  parts: Buffer[];
  /** True if the parts hold one complete request, so a response is required. Otherwise the server may also close the connection. */
  whole: boolean;
  /** Whether to keep listening for some time after the response, because hidden bytes may be taken for a request. */
  listensOn?: boolean;
  /** True for HEAD: the responses have no body, so only the first head can be parsed. */
  isHead?: boolean;
  /** The bytes to send once the connection has become a WebSocket. */
  frames?: Buffer[];
}

export interface Heard {
  replies: Reply[];
  /** The server has closed the connection on its own. */
  closed: boolean;
  /** The reason why the response is not HTTP. */
  malformed: string | undefined;
  /** The time until the first response, or until the end of the connection. */
  elapsedMs: number;
}

/** A server that takes longer than this to respond or to close is considered hung. */
export const answerMs = 10_000;
const secondAnswerMs = 300;

/** Sends the case and listens until the response arrives or, after a half-close, until the server has closed the connection. */
export function say(client: HttpClient, { parts, whole, listensOn, isHead, frames }: Case): Promise<Heard> {
  const socket = connect(client.base);
  socket.setNoDelay(true);
  const started = performance.now();
  const heard: Heard = { replies: [], closed: false, malformed: undefined, elapsedMs: 0 };
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const end = () => {
      clearTimeout(timer);
      heard.elapsedMs ||= performance.now() - started;
      socket.destroy();
      resolve(heard);
    };
    const timer = setTimeout(end, answerMs);
    const read = (ended: boolean) => {
      try {
        for (let next = parseReply(bytes, ended); next; next = bytes.length > 0 ? parseReply(bytes, ended) : null) {
          heard.elapsedMs ||= performance.now() - started;
          heard.replies.push(new Reply(next.status, next.headers, next.body, heard.elapsedMs));
          bytes = bytes.subarray(isHead ? bytes.length : next.length);
          if (next.status === 101) return;
        }
      } catch (error) {
        if (!(error instanceof MalformedReply)) throw error;
        heard.malformed = error.message;
      }
    };
    const isUpgraded = () => heard.replies.at(-1)?.status === 101;
    socket.on('data', (part: Buffer) => {
      if (isUpgraded()) return;
      bytes = Buffer.concat([bytes, part]);
      read(false);
      if (isUpgraded() && frames) {
        for (const frame of frames) socket.write(frame);
        socket.end();
      } else if (heard.malformed !== undefined || (whole && heard.replies.length > 0)) {
        if (listensOn) setTimeout(end, secondAnswerMs);
        else end();
      }
    });
    // A reset during writing must not hide a response that has already arrived, so only 'close' decides.
    socket.on('error', () => undefined);
    socket.on('end', () => (heard.closed = true));
    socket.on('close', () => {
      heard.closed = true;
      if (!isUpgraded()) read(true);
      end();
    });
    socket.on('connect', () => {
      for (const part of parts) socket.write(part);
      if (!whole) socket.end();
    });
  });
}
