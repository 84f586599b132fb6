import { check } from '../../check.ts';
import type { Test } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { mustBeProblem } from './problem.ts';

const uuid8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const identity: Test[] = [
  {
    name: 'Ids are UUIDs of version 8',
    async run({ sessions, pool }) {
      await pool.need('so its ids may differ');
      for (const session of await inParallel(4, 4, (index) => sessions.create({ index }))) {
        check(uuid8.test(session.id), `${session.id} is no UUID v8 in lower case`);
      }
    },
  },
  {
    name: 'An id with one digit changed is 404, whichever it is',
    async run({ sessions, pool, figure }) {
      await pool.need('so its ids may be no secrets');
      const session = await sessions.create({ secret: true });
      const forged = [...session.id].flatMap((digit, place) => {
        if (digit === '-') return [];
        const other = digit === 'f' ? '0' : (parseInt(digit, 16) + 1).toString(16);
        return [session.id.slice(0, place) + other + session.id.slice(place + 1)];
      });
      for (const id of forged) {
        mustBeProblem(await sessions.get(id), 404, 'not_found');
        check((await sessions.client.request('DELETE', `/sessions/${id}`)).status === 404, `DELETE of the forged ${id} is no 404`);
      }
      await sessions.mustShow(session, 'after all forged ids');
      figure('forged', forged.length, 'ids');
    },
  },
  {
    name: 'Sessions tell nothing of one another',
    async run({ sessions }) {
      const count = 6;
      const made = await inParallel(count, count, (index) => sessions.create({ secret: `secret-${index}` }));
      for (let round = 0; round < 5; round++) {
        await inParallel(count * 4, count * 4, (index) => sessions.mustShow(made[index % count]!, 'beside others'));
      }
    },
  },
];
