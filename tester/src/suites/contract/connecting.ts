import { check } from '../../check.ts';
import { tryUpgrade } from '../../http/upgrade.ts';
import type { Test, TestContext } from '../../suite.ts';
import { mustRefuse } from './bad-input.ts';

async function hasBrowser({ client }: TestContext, id: string): Promise<boolean> {
  const reply = await client.request('GET', `/sessions/${id}/json/version`);
  check(reply.status === 200 || reply.status === 501, `GET of json/version answered ${reply}, expected 200, or 501 without CDP`);
  return reply.status === 200;
}

const needCdp = 'so no connect either';

export const connecting: Test[] = [
  {
    name: 'GET of cdp without upgrade headers is 426 or 400',
    async run(context) {
      await context.pool.need(needCdp);
      const { id } = await context.sessions.create({});
      // For a session without a browser, "not implemented" is equally clear.
      const statuses = (await hasBrowser(context, id)) ? [400, 426] : [400, 426, 501];
      await mustRefuse(context, 'GET of cdp', () => context.client.request('GET', `/sessions/${id}/cdp`), { statuses });
    },
  },
  {
    name: 'Connecting to an ended or unknown session is 404',
    async run(context) {
      const { sessions, client, pool } = context;
      await pool.need(needCdp);
      const { id } = await sessions.create({});
      await sessions.delete(id);
      for (const path of [`/sessions/${id}/cdp`, '/sessions/invalid/cdp', `/sessions/${id}`]) {
        await mustRefuse(context, `WebSocket to ${path}`, () => tryUpgrade(client, path), { statuses: [404] });
      }
      const discovery = await client.request('GET', `/sessions/${id}/json/version`);
      check(discovery.status === 404, `json/version of an ended session answered ${discovery}, expected 404`);
    },
  },
  {
    name: 'Without CDP, connecting is 501 with a helpful detail',
    async run(context) {
      const { sessions, client, pool } = context;
      await pool.need(needCdp);
      const { id } = await sessions.create({});
      if (await hasBrowser(context, id)) {
        const reply = await tryUpgrade(client, `/sessions/${id}/cdp`);
        check(reply.status === 101, `this worker has CDP, and connecting answered ${reply}`);
        return;
      }
      await mustRefuse(context, 'json/version', () => client.request('GET', `/sessions/${id}/json/version`), { statuses: [501] });
      await mustRefuse(context, 'WebSocket', () => tryUpgrade(client, `/sessions/${id}/cdp`), { statuses: [501] });
    },
  },
];
