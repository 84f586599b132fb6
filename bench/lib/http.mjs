// One HTTP/1.1 connection with as little of its own as possible: Node's client costs more than the calls that are measured here.
import { connect } from 'node:net';
import { within } from './wait.mjs';

export class Connection {
  #socket;
  #received = '';
  #answered = () => {};
  #failed;

  static async open(url) {
    const { hostname, port } = new URL(url);
    const connection = new Connection();
    const socket = (connection.#socket = connect({ host: hostname, port, noDelay: true }).setEncoding('latin1'));
    await within(`a connection to ${url}`, 10, new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)));
    socket.on('data', (data) => connection.#receive(data));
    socket.on('error', (error) => (connection.#failed = error));
    socket.on('close', () => connection.#answered(new Error(`${url} closed the connection`)));
    return connection;
  }

  close() {
    this.#socket.destroy();
  }

  // Returns the answer's status and text. Only answers with a Content-Length, or without a body, are understood.
  call(method, path, body = '') {
    return new Promise((resolve, reject) => {
      this.#answered = (answer) => (answer instanceof Error ? reject(this.#failed ?? answer) : resolve(answer));
      const head = body ? `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` : '';
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n${body}`);
    });
  }

  async must(method, path, body) {
    const answer = await within(`${method} ${path}`, 60, this.call(method, path, body));
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  async create() {
    return JSON.parse((await this.must('POST', '/sessions', '{"user":"bench"}')).text).id;
  }

  delete(id) {
    return this.must('DELETE', `/sessions/${id}`);
  }

  #receive(data) {
    const received = (this.#received += data);
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    this.#received = '';
    this.#answered({ status: Number(received.slice(9, 12)), text: received.slice(end + 4) });
  }
}

// The WebSocket address of an http address.
export const socketOf = (url) => url.replace(/^http/, 'ws');

export async function json(url, init) {
  const reply = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}
