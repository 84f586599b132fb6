import { check, equal } from '../../check.ts';
import type { Test } from '../../suite.ts';
import { mustBeProblem } from './problem.ts';

const unknownId = '00000000-0000-8000-8000-000000000000';

export const replies: Test[] = [
  {
    name: 'GET /health is exactly ok',
    async run({ client, figure }) {
      const reply = await client.request('GET', '/health');
      equal([reply.status, reply.body.toString('latin1')], [200, 'ok'], 'GET /health');
      figure('health', reply.elapsedMs, 'ms');
    },
  },
  {
    name: 'GET /readyz is 200',
    async run({ client, pool }) {
      await pool.need('so no /readyz either');
      await pool.settled();
      const reply = await client.request('GET', '/readyz');
      check(reply.status === 200, `GET /readyz answered ${reply}`);
    },
  },
  {
    name: 'A 404 is a problem document with its reason',
    async run({ client, pool }) {
      await pool.need('so its errors may differ');
      for (const id of ['invalid', unknownId]) {
        mustBeProblem(await client.request('GET', `/sessions/${id}`), 404, 'not_found');
        mustBeProblem(await client.request('DELETE', `/sessions/${id}`), 404, 'not_found');
      }
    },
  },
  {
    name: 'Every reply carries a request id of its own',
    async run({ client, sessions, pool }) {
      await pool.need('so its headers may differ');
      const { id } = await sessions.create({});
      const calls: [string, string, string?][] = [
        ['GET', '/health'],
        ['GET', '/readyz'],
        ['GET', '/status'],
        ['GET', '/workers'],
        ['GET', '/sessions'],
        ['GET', `/sessions/${id}`],
        ['GET', '/sessions/invalid'],
        ['DELETE', '/sessions/invalid'],
        ['POST', '/sessions', 'not json'],
        ['PUT', '/sessions'],
        ['GET', '/no/such/path'],
        ['DELETE', '/workers/invalid'],
        ['DELETE', `/sessions/${id}`],
      ];
      const seen = new Set<string>();
      for (const [method, path, body] of calls) {
        const reply = await client.request(method, path, body === undefined ? {} : { body });
        const requestId = reply.header('x-request-id') ?? '';
        check(requestId !== '', `${method} ${path} (${reply.status}) has no X-Request-Id`);
        check(!seen.has(requestId), `${method} ${path} repeats the X-Request-Id ${requestId}`);
        seen.add(requestId);
      }
    },
  },
  {
    name: 'A 405 says what is allowed',
    async run({ client, pool }) {
      await pool.need('so its errors may differ');
      const reply = await client.request('PUT', '/sessions');
      mustBeProblem(reply, 405);
      equal((reply.header('allow') ?? '').split(/\s*,\s*/).filter((method) => method !== 'HEAD').sort(), ['GET', 'POST'], 'Allow');
    },
  },
];
