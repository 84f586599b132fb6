// One simulated worker, called directly or through a proxy.
import { System } from '../lib/system.mjs';
import { freePort } from './ports.mjs';
import { isOk } from './steelyard.mjs';

export async function startWorker(context) {
  const port = await freePort();
  const worker = await System.start(context, 'worker', context.worker, ['--mode', 'simulated'], { env: { PORT: String(port) } });
  worker.url = `http://127.0.0.1:${port}`;
  await worker.ready('answers', 10, () => isOk(`${worker.url}/health`));
  return worker;
}
