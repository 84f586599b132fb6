import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, suiteNames, UsageError, type Options } from '../src/args.ts';
import { formatDuration, parseDuration } from '../src/duration.ts';

function options(...argv: string[]): Options {
  const parsed = parseOptions(argv);
  assert.ok(parsed !== 'help');
  return parsed;
}

test('without arguments it is the challenge against localhost:8080', () => {
  const { url, suites, ttlMs, cycles, concurrency, sessions } = options();
  assert.equal(url.href, 'http://localhost:8080/');
  assert.deepEqual(suites, ['challenge']);
  assert.deepEqual([ttlMs, cycles, concurrency, sessions], [60_000, 10_000, 64, 20]);
});

test('suites may be repeated, listed or all, and run in one fixed order', () => {
  assert.deepEqual(options('--suite', 'load', '--suite', 'contract').suites, ['contract', 'load']);
  assert.deepEqual(options('--suite', 'faults,challenge').suites, ['challenge', 'faults']);
  assert.deepEqual(options('--suite', 'contract', 'browser').suites, ['contract', 'browser']);
  assert.deepEqual(options('--suite', 'puppeteer,steel').suites, ['steel', 'puppeteer']);
  assert.deepEqual(options('--suite', 'all').suites, [...suiteNames]);
});

test('what cannot be obeyed is refused with a message', () => {
  const refused: [string[], RegExp][] = [
    [['--nope'], /nope/],
    [['--url', 'localhost:8080'], /no http:/],
    [['--suite', 'everything'], /no suite 'everything'/],
    [['--grep', '('], /--grep/],
    [['--ttl', '60'], /no duration/],
    [['--cycles', '0'], /--cycles/],
    [['--seed', ''], /--seed/],
    [['--concurrency', '1.5'], /whole number/],
    [['--seconds', '0'], /--seconds/],
  ];
  for (const [argv, message] of refused) {
    assert.throws(() => parseOptions(argv), (error) => error instanceof UsageError && message.test(error.message), argv.join(' '));
  }
});

test('durations read as they are written', () => {
  const known: [string, number | undefined][] = [
    ['500ms', 500],
    ['5s', 5_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    ['5', undefined],
    ['-5s', undefined],
    ['0s', undefined],
    ['5 s', undefined],
  ];
  for (const [text, ms] of known) assert.equal(parseDuration(text), ms, text);
  assert.deepEqual([500, 2_000, 60_000, 90_000, 300_000].map(formatDuration), ['500ms', '2s', '60s', '90s', '5m']);
});
