import { MalformedReply, parseReply } from '../../http/parse.ts';
import { connect } from '../../http/raw.ts';
import { Reply } from '../../http/reply.ts';
import type { HttpClient } from '../../http/client.ts';

/** What one case sends over a connection of its own, and what it may expect. */
export interface Case {
  /** Written one after the other, each in a packet of its own. */
  parts: Buffer[];
  /** It holds one whole request, so that there must be an answer. Else the server may just as well close. */
  whole: boolean;
  /** Whether to listen on behind the answer for some time: what it hides may be taken for a request. */
  listensOn?: boolean;
  /** Answers have no body, so only the first head can be told. */
  isHead?: boolean;
  /** What to say once the connection has become a WebSocket. */
  frames?: Buffer[];
}

export interface Heard {
  replies: Reply[];
  /** The server has ended the connection by itself. */
  closed: boolean;
  /** No HTTP, with the reason. */
  malformed: string | undefined;
  /** Until the first answer, or the end. */
  elapsedMs: number;
}

/** Whoever waits longer than this for an answer or for the end waits for a server that hangs. */
export const answerMs = 10_000;
const secondAnswerMs = 300;

/** Says it and listens until the answer is there, or, after a half-close, until the server has ended the connection. */
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
    // A reset while we still write must not hide an answer that has already arrived, so only 'close' decides.
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
