import { runTester } from './tester.ts';

const abort = new AbortController();
let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first one lets the running test clean up; whoever insists does not want to wait for that.
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

// A browser client may hold sockets open that nobody waits for any more.
process.exit(status);
