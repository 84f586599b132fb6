import fc from 'fast-check';
import { check, equal, field, show } from '../../check.ts';
import { readSession, sameJson } from '../../api/sessions.ts';
import type { Test } from '../../suite.ts';

const contentTypes = [
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'nonsense',
];

export const creating: Test[] = [
  {
    name: 'POST takes any Content-Type, and none',
    async run({ sessions }) {
      for (const type of [...contentTypes, undefined]) {
        const reply = await sessions.post('{"user":"alice"}', { headers: type === undefined ? {} : { 'content-type': type } });
        check(reply.ok, `as ${type ?? 'no content type'} it answered ${reply}, expected 2xx`);
        check(sameJson(readSession(reply).data, { user: 'alice' }), `as ${type ?? 'no content type'} the data changed: ${reply}`);
        await sessions.delete(readSession(reply).id);
      }
    },
  },
  {
    name: 'POST without a body counts as {}',
    async run({ sessions }) {
      const bodies: [string, string | undefined, Record<string, string>][] = [
        ['no body, no length', undefined, {}],
        ['length 0', '', {}],
        ['length 0 as JSON', '', { 'content-type': 'application/json' }],
        ['an empty chunked body', '', { 'transfer-encoding': 'chunked' }],
      ];
      for (const [what, body, headers] of bodies) {
        const reply = await sessions.post(body, { headers });
        check(reply.ok, `${what}: answered ${reply}, expected 2xx`);
        check(sameJson(readSession(reply).data, {}), `${what}: data is not {}: ${reply}`);
      }
    },
  },
  {
    name: 'POST of an array, a scalar or null is left to the worker',
    async run({ sessions }) {
      for (const body of ['[1,2]', '"text"', '42', 'true', 'null']) {
        const reply = await sessions.post(body, { headers: { 'content-type': 'application/json' } });
        check(reply.status < 500, `${body} answered ${reply}, expected what a worker says to it`);
        if (reply.ok) check(sameJson(readSession(reply).data, JSON.parse(body)), `${body} came back changed: ${reply}`);
      }
    },
  },
  {
    name: 'POST answers 201 with the Location of the session',
    async run({ sessions, pool, client }) {
      await pool.need('so its 2xx may differ');
      const reply = await sessions.post('{}');
      const { id } = readSession(reply);
      equal(reply.status, 201, 'status');
      check(/^application\/json\b/.test(reply.header('content-type') ?? ''), `content-type is '${reply.header('content-type')}'`);
      const location = reply.header('location') ?? '';
      check(URL.canParse(location, client.base.href), `Location is '${location}'`);
      equal(new URL(location, client.base).pathname, client.path(`/sessions/${id}`), 'path of the Location');
    },
  },
  {
    name: 'Data that looks like an answer passes untouched',
    async run({ sessions }) {
      const data = { id: 'mine', created_at: 'never', data: { id: 'inner', worker_id: 7 }, status: 500 };
      const session = await sessions.create(data);
      check(session.id !== 'mine' && session.id !== 'inner', `the id was taken from the data: ${session.id}`);
      await sessions.mustShow(session, 'with an id in its data');
    },
  },
  {
    name: 'GET shows the bytes of the create, id included',
    async run({ sessions, pool }) {
      await pool.need('so its bytes may differ');
      const reply = await sessions.post('{"big":12345678901234567890,"e":1.0e2,"s":"\\u00fc\\/ü","dup":1,"dup":2}');
      check(reply.ok, `POST answered ${reply}`);
      const { id } = readSession(reply);
      equal((await sessions.get(id)).text, reply.text, 'the body of GET');
    },
  },
  {
    name: 'Any JSON object survives create and get',
    async run({ sessions, options: { seed }, figure }) {
      let runs = 0;
      const roundTrip = async (data: unknown) => {
        runs++;
        const session = await sessions.create(data);
        await sessions.mustShow(session, 'of generated data');
        await sessions.delete(session.id);
        return true;
      };
      const values = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
      const found = await fc.check(fc.asyncProperty(values, roundTrip), { seed, numRuns: 60, interruptAfterTimeLimit: 20_000 });
      const why = found.errorInstance instanceof Error ? found.errorInstance.message : 'failed';
      check(!found.failed || found.interrupted, `${why}; smallest data ${show(found.counterexample?.[0])}, --seed ${seed}`);
      figure('objects', runs, '');
    },
  },
  {
    name: 'created_at is there and stays',
    async run({ sessions }) {
      const reply = await sessions.post('{}');
      const { id, createdAt } = readSession(reply);
      check(typeof createdAt === 'string' || typeof createdAt === 'number', `created_at is ${show(createdAt)}`);
      const shown = await sessions.get(id);
      equal(readSession(shown).createdAt, createdAt, 'created_at in GET');
      if (typeof createdAt === 'string')
        check(/(Z|[+-]\d\d:\d\d)$/.test(field(shown.json(), 'created_at', 'string')), `no zone in ${createdAt}`);
    },
  },
];
