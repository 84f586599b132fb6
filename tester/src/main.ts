import { runTester } from './tester.ts';

const abort = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first signal lets the running test clean up; a second one exits at once.
    if (++signals > 1) process.exit(130);
    abort.abort();
  });
}

const status = await runTester(
  process.argv.slice(2),
  {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    colour: Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'],
  },
  abort.signal,
);

// A browser client may hold sockets open that are no longer needed.
process.exit(status);
