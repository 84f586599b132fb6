// Runs Playwright sessions of one system and measures them.
import { ask, startClient } from '../lib/ask.mjs';
import { servePage } from '../lib/page.mjs';

// Runs sessions of one system for one window. Returns their steps, the seconds they took, and the CPU of the system per session, with and
// without that of the client.
export async function browse(context, { label, open }, { warmUp = 2, ...pace }) {
  const page = await servePage();
  const { system, target, settle: settled = () => {} } = await open(page.url);
  const client = await startClient(context, 'client.mjs');
  try {
    const run = async (how) => {
      const answer = await ask(client, { target, page: page.url, ...how }, how.seconds + 90).catch((error) => {
        throw new Error(`${label}: ${error.stack}\n${system?.log.slice(-2000) ?? ''}`);
      });
      await settled();
      return answer;
    };
    await run({ seconds: Math.min(warmUp, context.seconds) });
    const cpu = () => ({ client: client.ownCpu(), all: client.treeCpu() + (system?.treeCpu() ?? 0) });
    const before = cpu();
    const { results, seconds } = await run(pace);
    const after = cpu();
    const [withClient, own] = [after.all - before.all, after.client - before.client].map((value) => value / results.length);
    return { results, seconds, cpuWithClient: withClient, cpu: withClient - own };
  } finally {
    await Promise.all([client.stop(), system?.stop(), page.close()]);
  }
}
