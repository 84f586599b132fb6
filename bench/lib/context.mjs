// What all rows share: the builds to measure, how long and how often, and where to put files.
import { existsSync, statSync } from 'node:fs';
import { turns } from './turns.mjs';

const BROWSERS = ['/usr/lib/chromium/chromium-headless-shell', '/usr/lib/chromium/chromium'];

export class Context {
  worker = 'artifacts/worker/steel-browser';
  browser = BROWSERS.find(existsSync);
  builds = [{ name: 'steelyard', program: 'artifacts/orchestrator/steelyard' }];

  // What the current row has said and measured so far.
  notes = [];
  measured = [];

  constructor({ dir, seconds, rounds, base }) {
    if (!(seconds > 0) || !(rounds > 0)) throw new Error('--window and --rounds must be positive.');
    Object.assign(this, { dir, seconds, rounds });
    if (base) this.builds.push({ name: 'base', program: base });
    for (const { program } of this.builds) {
      if (!existsSync(program) || !statSync(program).isFile()) throw new Error(`${program} is no program.`);
    }
  }

  // For rows that would make a whole run too long.
  get fewRounds() {
    return Math.min(3, this.rounds);
  }

  // For rows that start a thousand workers for each window.
  get starts() {
    return Math.min(2, this.rounds);
  }

  get isShort() {
    return this.seconds < 10 || this.rounds < 5;
  }

  describe(rounds = this.rounds, seconds = this.seconds) {
    return `${rounds} of ${seconds} s`;
  }

  absent(name, install) {
    this.note(`absent: ${name} (${install})`);
  }

  note(text) {
    this.notes.push(text);
  }

  // Measures candidates in turns. `windows` has a label and a function for each. Returns the medians for each label, and keeps each window.
  async turns(windows, rounds = this.rounds) {
    const { medians, seen } = await turns(Object.fromEntries(windows), rounds);
    this.measured.push(seen);
    return medians;
  }
}
