import { runTester } from '../src/tester.ts';
import { FakeOrchestrator } from './fake/orchestrator.ts';
import type { FakeOptions } from './fake/options.ts';

export interface Run {
  status: number;
  out: string;
  err: string;
  failed: string[];
}

/** Runs the whole tester in this process and captures its output. */
export async function runWith(argv: string[], abort = new AbortController().signal): Promise<Run> {
  let out = '';
  let err = '';
  const streams = { out: (text: string) => (out += text), err: (text: string) => (err += text), colour: false };
  const status = await runTester(argv, streams, abort);
  return { status, out, err, failed: [...out.matchAll(/^✗ (.*)$/gm)].map((match) => match[1]!) };
}

/** Runs the tester against a new fake; `leftOver` is the number of sessions that the tester did not clean up. */
export async function runAgainstFake(options: Partial<FakeOptions>, argv: string[]): Promise<Run & { leftOver: number }> {
  const fake = await FakeOrchestrator.start(options);
  try {
    return { ...(await runWith(['--url', fake.url, ...argv])), leftOver: fake.live };
  } finally {
    fake.stop();
  }
}
