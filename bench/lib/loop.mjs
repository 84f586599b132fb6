// Repeats a piece of work for a window of time.
import { pause } from './wait.mjs';

// Starts the work again and again until the time is over, `concurrency` at a time or one each `every` seconds. Returns all results and the
// seconds until the last was there.
export async function loop(work, { seconds, concurrency = 1, every = 0 }) {
  const started = performance.now();
  const passed = () => (performance.now() - started) / 1000;
  const results = [];
  const lane = async () => {
    for (let turn = 1; passed() < seconds; turn++) {
      results.push(await work());
      await pause(Math.max(0, turn * every - passed()));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { results, seconds: passed() };
}
