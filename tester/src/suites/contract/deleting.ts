import { check, equal } from '../../check.ts';
import type { Test } from '../../suite.ts';
import { inParallel } from '../../wait.ts';

export const deleting: Test[] = [
  {
    name: 'Of 20 DELETEs at once exactly one is 204',
    async run({ sessions }) {
      for (let round = 1; round <= 3; round++) {
        const session = await sessions.create({ round });
        const replies = await inParallel(20, 20, () => sessions.delete(session.id));
        const statuses = replies.map((reply) => reply.status).sort();
        equal(statuses, [204, ...Array.from({ length: 19 }, () => 404)], `statuses in round ${round}`);
      }
    },
  },
  {
    name: 'After a DELETE, or one 404, never 200 again',
    async run({ sessions, figure }) {
      let asked = 0;
      for (let round = 1; round <= 5; round++) {
        const session = await sessions.create({ round });
        let gone = false;
        const lane = async () => {
          for (let after = 0; after < 5; ) {
            const wasGone = gone;
            const reply = await sessions.get(session.id);
            asked++;
            check(reply.status === 404 || reply.status === 200, `a GET beside the DELETE answered ${reply}`);
            check(!(wasGone && reply.status === 200), 'a GET answered 200 after the session had been seen gone');
            if (reply.status === 404) gone = true;
            if (wasGone) after++;
          }
        };
        const remove = async () => {
          const reply = await sessions.delete(session.id);
          gone = true;
          check(reply.status === 204, `the DELETE beside GETs answered ${reply}`);
        };
        await Promise.all([lane(), lane(), lane(), lane(), remove()]);
      }
      figure('GETs', asked, '');
    },
  },
];
