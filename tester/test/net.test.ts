import assert from 'node:assert/strict';
import http from 'node:http';
import { test, type TestContext as NodeTest } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { HttpClient } from '../src/http/client.ts';
import { cuttingRelay, type Cut } from '../src/net/cutting-relay.ts';
import { passwordProxy } from '../src/net/password-proxy.ts';
import { listenLocally, localSite } from '../src/net/site.ts';
import type { TestContext } from '../src/suite.ts';
import { unzip } from '../src/suites/steel/zip.ts';

/** The part of a test's context that local servers need. */
function contextFor(node: NodeTest, url: string): TestContext {
  const client = new HttpClient(new URL(url), undefined);
  node.after(() => client.close());
  return { client, onCleanup: (action: () => unknown) => node.after(() => void action()) } as unknown as TestContext;
}

test('the relay passes, or cuts before the request, before the reply or within it', async (node) => {
  let arrived = 0;
  const server = http.createServer((_request, response) => {
    arrived++;
    response.end('hello');
  });
  const { port } = await listenLocally(server);
  node.after(() => server.close());
  const fates: Cut[] = ['none', 'request', 'reply', 'middle', 'none'];
  const relay = await cuttingRelay(contextFor(node, `http://127.0.0.1:${port}`), () => fates.shift()!);
  const ask = async () => (await fetch(relay.url)).text().catch(() => 'broken');
  const answers: string[] = [];
  for (let left = fates.length; left > 0; left--) answers.push(await ask().catch(() => 'broken'));
  assert.deepEqual(answers, ['hello', 'broken', 'broken', 'broken', 'hello']);
  assert.deepEqual([arrived, relay.cuts()], [4, 3]);
  server.closeAllConnections();
});

test('the proxy wants its password and counts what comes with it', async (node) => {
  const proxy = await passwordProxy(contextFor(node, 'http://127.0.0.1:1'), { 'http://plain.test/': 'behind' });
  const { username, password, port } = new URL(proxy.url);
  const ask = (authorization?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = authorization === undefined ? {} : { 'proxy-authorization': authorization };
      http.get({ port, path: 'http://plain.test/', headers, agent: false }, (response) => resolve(response.resume().statusCode))
        .on('error', reject);
    });
  assert.equal(await ask(), 407);
  const right = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  assert.equal(await ask(`Basic ${right}`), 200);
  assert.deepEqual([proxy.asked('http://plain.test/'), proxy.challenged()], [1, 1]);
});

test('the site counts what it is asked for, missing or not', async (node) => {
  const site = await localSite(contextFor(node, 'http://localhost:1'), { '/': 'root' });
  const statuses = [(await fetch(site.url('/'))).status, (await fetch(site.url('/none?x=1'))).status];
  assert.deepEqual([statuses, site.asked('/'), site.asked('/none'), site.asked('/never')], [[200, 404], 1, 1, 0]);
});

test('zip archives are read, stored and packed', () => {
  const stored = entry('a.txt', 0, Buffer.from('plain'), 0);
  const packed = entry('folder/b.txt', 8, deflateRawSync('packed '.repeat(50)), stored.local.length);
  const directory = Buffer.concat([stored.central, packed.central]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(2, 10);
  end.writeUInt32LE(stored.local.length + packed.local.length, 16);
  const files = unzip(Buffer.concat([stored.local, packed.local, directory, end]));
  assert.deepEqual(
    [...files].map(([name, bytes]) => [name, bytes.toString()]), [['a.txt', 'plain'], ['folder/b.txt', 'packed '.repeat(50)]],
  );
  assert.throws(() => unzip(Buffer.from('no archive')), /no zip archive/);
});

function entry(name: string, method: number, content: Buffer, offset: number) {
  const local = Buffer.alloc(30);
  local.write('PK\x03\x04', 'latin1');
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.write('PK\x01\x02', 'latin1');
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(content.length, 20);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt32LE(offset, 42);
  return { local: Buffer.concat([local, Buffer.from(name), content]), central: Buffer.concat([central, Buffer.from(name)]) };
}
