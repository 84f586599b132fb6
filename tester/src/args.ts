import { parseArgs } from 'node:util';
import { parseDuration } from './duration.ts';

export const suiteNames = [
  'challenge',
  'contract',
  'api',
  'browser',
  'steel',
  'playwright',
  'puppeteer',
  'browserless',
  'clients',
  'faults',
  'load',
  'fuzz',
] as const;
export type SuiteName = (typeof suiteNames)[number];

export interface Options {
  url: URL;
  suites: SuiteName[];
  json: string | undefined;
  junit: string | undefined;
  grep: RegExp | undefined;
  ttlMs: number;
  apiKey: string | undefined;
  /** A key that is no operator's. */
  holderKey: string | undefined;
  seed: number;
  cycles: number;
  concurrency: number;
  sessions: number;
  seconds: number;
  /** The case of the seed to repeat, as printed for a failed case. */
  replay: string | undefined;
}

/** The command line is invalid; the message says what to change. */
export class UsageError extends Error {}

export function parseOptions(argv: string[]): Options | 'help' {
  const { values, positionals } = readFlags(argv);
  if (values.help) return 'help';
  return {
    url: readUrl(values.url ?? 'http://localhost:8080'),
    suites: readSuites([...(values.suite ?? []), ...positionals]),
    json: values.json,
    junit: values.junit,
    grep: values.grep === undefined ? undefined : readPattern(values.grep),
    ttlMs: readDuration('--ttl', values.ttl ?? '60s'),
    apiKey: values['api-key'],
    holderKey: values['holder-key'],
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : readInteger('--seed', values.seed, 0),
    cycles: readInteger('--cycles', values.cycles ?? '10000', 1),
    concurrency: readInteger('--concurrency', values.concurrency ?? '64', 1),
    sessions: readInteger('--sessions', values.sessions ?? '20', 1),
    seconds: readInteger('--seconds', values.seconds ?? '60', 1),
    replay: values.replay,
  };
}

function readFlags(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        suite: { type: 'string', multiple: true },
        json: { type: 'string' },
        junit: { type: 'string' },
        grep: { type: 'string' },
        ttl: { type: 'string' },
        'api-key': { type: 'string' },
        'holder-key': { type: 'string' },
        seed: { type: 'string' },
        cycles: { type: 'string' },
        concurrency: { type: 'string' },
        sessions: { type: 'string' },
        seconds: { type: 'string' },
        replay: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`--url '${text}' is no http:// or https:// address`);
  }
  return url;
}

function readSuites(words: string[]): SuiteName[] {
  const wanted = new Set<string>(words.flatMap((word) => word.split(',')));
  if (wanted.size === 0) return ['challenge'];
  for (const name of wanted) {
    if (name !== 'all' && !suiteNames.includes(name as SuiteName)) {
      throw new UsageError(`there is no suite '${name}'; there are ${suiteNames.join(', ')} and all`);
    }
  }
  return suiteNames.filter((name) => wanted.has('all') || wanted.has(name));
}

function readPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new UsageError(`--grep: ${(error as Error).message}`);
  }
}

function readDuration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`${flag} '${text}' is no duration; write 500ms, 5s or 2m`);
  return ms;
}

function readInteger(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least || text.trim() === '') {
    throw new UsageError(`${flag} '${text}' is no whole number of at least ${least}`);
  }
  return value;
}
