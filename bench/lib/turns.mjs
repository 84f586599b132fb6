// Measures candidates in turns: A B A B …, one window each, so that noise on the machine affects all of them equally.
import { medians } from './figures.mjs';

// `windows` has a function for each candidate; it measures one window and returns its figures. Returns all of them, and the
// medians for each candidate.
export async function turns(windows, rounds) {
  const seen = Object.fromEntries(Object.keys(windows).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(windows)) seen[name].push(await measure());
  }
  return { seen, medians: Object.fromEntries(Object.entries(seen).map(([name, figures]) => [name, medians(figures)])) };
}

// Lets a paused system run for one measurement.
export async function awake(system, measure) {
  system.resume();
  try {
    return await measure();
  } finally {
    system.pause();
  }
}
