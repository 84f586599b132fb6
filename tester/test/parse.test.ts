import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedReply, parseReply } from '../src/http/parse.ts';

const parse = (text: string, ended = false) => parseReply(Buffer.from(text, 'latin1'), ended);

test('a body ends at its length', () => {
  const reply = parse('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-A:  b \r\nx-a: c\r\n\r\nokmore');
  assert.equal(reply?.status, 404);
  assert.equal(reply.body.toString(), 'ok');
  assert.equal(reply.headers.get('x-a'), 'b, c');
});

test('without a length it ends with the connection', () => {
  assert.equal(parse('HTTP/1.0 400\r\n\r\nbad'), null);
  assert.equal(parse('HTTP/1.0 400\r\n\r\nbad', true)?.body.toString(), 'bad');
});

test('a 204 and a 101 have no body', () => {
  assert.equal(parse('HTTP/1.1 204 No Content\r\n\r\n')?.body.length, 0);
  assert.equal(parse('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x')?.status, 101);
});

test('an answer tells how many bytes it takes, so that the next can be read behind it', () => {
  const answers = [
    'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nok', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: t\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ];
  for (const answer of answers) assert.equal(parse(`${answer}HTTP/1.1 200 OK\r\n\r\n`)?.length, answer.length, answer);
});

test('interim answers are passed over', () => {
  const reply = parse('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
  assert.equal(reply?.status, 413);
});

test('garbage is told apart from an answer that is not complete yet', () => {
  assert.throws(() => parse('SSH-2.0-OpenSSH\r\n\r\n'), MalformedReply);
  assert.throws(() => parse('HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n'), MalformedReply);
  assert.throws(() => parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'), MalformedReply);
  assert.equal(parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc', true), null);
});

test('chunks join to the body, and no prefix of the bytes is taken for all of them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }), (chunks) => {
      const encoded = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)};x=1\r\n`), chunk, Buffer.from('\r\n')]);
      const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const bytes = Buffer.concat([head, ...encoded, Buffer.from('0\r\nTrailer: t\r\n\r\n')]);
      assert.deepEqual(parseReply(bytes, false)?.body, Buffer.concat(chunks));
      for (let end = 0; end < bytes.length; end++) assert.equal(parseReply(bytes.subarray(0, end), false), null);
    }),
  );
});
