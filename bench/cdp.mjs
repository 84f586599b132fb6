// Prints the median and p99 of a CDP round trip (Browser.getVersion, one call at a time) in microseconds, for each ws:// address given.
// The addresses take turns in short rounds, so that noise on the machine affects all of them equally.
import { createRequire } from 'node:module';

const WebSocket = createRequire(new URL('../tester/package.json', import.meta.url))('ws');
const ROUNDS = 20;
const CALLS = 200;

async function connect(url) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let next = 0;
  let answered;
  socket.on('message', () => answered());
  return {
    close: () => socket.close(),
    call: () => new Promise((resolve) => {
      answered = resolve;
      socket.send(JSON.stringify({ id: ++next, method: 'Browser.getVersion' }));
    }),
  };
}

const peers = await Promise.all(process.argv.slice(2).map(async (url) => ({ browser: await connect(url), times: [] })));
for (let round = 0; round <= ROUNDS; round++) {
  for (const { browser, times } of peers) {
    for (let i = 0; i < CALLS; i++) {
      const start = process.hrtime.bigint();
      await browser.call();
      if (round > 0) times.push(Number(process.hrtime.bigint() - start) / 1000);
    }
  }
}

for (const { browser, times } of peers) {
  times.sort((a, b) => a - b);
  console.log(`${times[times.length >> 1].toFixed(0)} ${times[Math.floor(times.length * 0.99)].toFixed(0)}`);
  browser.close();
}
