import { check, skip } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { nobody, withKey, type Bench } from './bench.ts';

const ofOne = /^(\/v1)?\/(sessions|live|kill|workers)\/\{id\}(?!.*\{rest\})/;

/** Any address that leads to the route. */
export function filled(path: string): string {
  return path.replace('{id}', nobody).replace(/\{\w+\}/g, 'x');
}

async function otherSites(bench: Bench, context: TestContext): Promise<void> {
  const { operations } = await bench.read(context);
  await inParallel(operations.length, 8, async (index) => {
    const { method, path } = operations[index]!;
    const reply = await bench.send(context, method, filled(path), { headers: { origin: 'https://evil.example' } });
    check(reply.status === 403, `${method} ${path} for a page of another site answered ${reply}`);
  });
}

async function withoutKey(bench: Bench, context: TestContext): Promise<void> {
  if (context.options.apiKey === undefined) skip('this server has no keys; give one by --api-key to test with');
  const stranger = withKey(context, undefined);
  for (const { method, path, needsKey } of (await bench.read(context)).operations) {
    // Dashboards ask for a key themselves.
    if (!needsKey && !path.endsWith('sign-in') && path !== '/dashboard/{path}') continue;
    const reply = await bench.send(context, method, filled(path), {}, stranger);
    check(reply.status === 401, `${method} ${path} without a key answered ${reply}`);
  }
}

async function cloud(bench: Bench, context: TestContext): Promise<void> {
  const { operations } = await bench.read(context);
  for (const { method, path } of operations.filter((each) => each.path.endsWith('{rest}'))) {
    const reply = await bench.send(context, method, filled(path));
    check(reply.status === 501, `${method} ${path} answered ${reply}`);
  }
}

async function unknown(bench: Bench, context: TestContext): Promise<void> {
  const { operations } = await bench.read(context);
  for (const { method, path } of operations.filter((each) => ofOne.test(each.path))) {
    const isSocket = /\/(cdp|devtools\/\w+\/\{target\})$/.test(path);
    if (!isSocket) await bench.send(context, method, filled(path));
    else check((await bench.connect(context, filled(path))).status === 404, `${path} leads to a session that does not exist`);
  }
}

export function refusals(bench: Bench): Test[] {
  return [
    { name: 'No operation serves a page of another site', run: (context) => otherSites(bench, context) },
    { name: 'Operations need a key where the description says so', run: (context) => withoutKey(bench, context) },
    { name: 'What only a cloud has is 501', run: (context) => cloud(bench, context) },
    { name: 'A session that does not exist is an answer that is described', run: (context) => unknown(bench, context) },
  ];
}
