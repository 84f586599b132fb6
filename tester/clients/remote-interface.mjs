// Drives a browser with chrome-remote-interface. Arguments: host, port, the page's address, the address of a second page.
import { setTimeout as sleep } from 'node:timers/promises';
import CDP from 'chrome-remote-interface';

const [host, port, url, secondUrl] = process.argv.slice(2);
const at = { host, port: Number(port) };

/** The title of a page that has arrived at this address. While a page changes, it cannot be asked. */
async function titleAt(client, address) {
  const expression = '[location.href, document.readyState, document.title]';
  let last;
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(50)) {
    last = await client.Runtime.evaluate({ expression, returnByValue: true }).then(({ result }) => result.value, String);
    if (last[0] === address && last[1] === 'complete') return last[2];
  }
  throw new Error(`the page did not arrive at ${address} within 10 s, but says ${last}`);
}

const first = await CDP(at);
await first.Page.navigate({ url });
const title = await titleAt(first, url);

const listed = (await CDP.List(at)).filter(({ type }) => type === 'page');
const listsPages = listed.length > 0 && listed.every(({ id, webSocketDebuggerUrl }) => id && webSocketDebuggerUrl);
const domains = (await CDP.Protocol(at)).domains.map(({ domain }) => domain);

const target = await CDP.New({ ...at, url: secondUrl });
await CDP.Activate({ ...at, id: target.id });
const second = await CDP({ ...at, target });
const secondTitle = await titleAt(second, secondUrl);
const closed = new Promise((resolve) => second.once('disconnect', resolve));
await CDP.Close({ ...at, id: target.id });
await closed;
await first.close();
console.log(JSON.stringify({ title, listsPages, domains, type: target.type, secondTitle }));
