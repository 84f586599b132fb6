import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsoleReport, formatFigure } from '../src/report/console.ts';
import { toJson } from '../src/report/json.ts';
import { escapeXml, toJunit } from '../src/report/junit.ts';
import { filterSuites } from '../src/runner.ts';
import type { Suite, TestResult } from '../src/suite.ts';

const run = { url: 'http://h/', seed: 7, startedAt: new Date('2024-01-15T10:30:00Z'), durationMs: 12.4 };
const results: TestResult[] = [
  { suite: 'contract', name: 'good', status: 'passed', durationMs: 5, figures: { p99: { value: 1.25, unit: 'ms' } } },
  { suite: 'contract', name: 'bad <&"', status: 'failed', reason: 'two\nlines \u0000', durationMs: 6, figures: {} },
  { suite: 'load', name: 'absent', status: 'skipped', reason: 'no such thing', durationMs: 0, figures: {} },
];
const suite: Suite = { name: 'contract', title: 'CONTRACT', tests: [], figuresOnScreen: true };

function print(colour: boolean): string {
  let out = '';
  const report = new ConsoleReport({ write: (text) => (out += text), colour });
  report.suiteStarts(suite);
  for (const result of results) report.testEnded(result, suite);
  report.end(results);
  return out;
}

test('the screen shows figures, indented reasons and skips that do not count', () => {
  const out = print(false);
  assert.match(out, /\n✓ good {2}p99 1\.25 ms\n✗ bad <&"\n {4}two\n {4}lines /);
  assert.match(out, /\n- absent \(skipped: no such thing\)\n/);
  assert.match(out, /\n📊 RESULTS: 1\/2 passed, 1 skipped\n/);
  assert.doesNotMatch(out, /\u001b/);
  assert.match(print(true), /\u001b\[32m✓/);
});

test('JUnit counts each suite and escapes what XML cannot hold', () => {
  const xml = toJunit(run, results);
  assert.match(xml, /<testsuites tests="3" failures="1" errors="0" skipped="1" time="0\.011">/);
  assert.match(xml, /<testsuite name="load" .*tests="1" failures="0" errors="0" skipped="1"/);
  assert.match(xml, /name="bad &#60;&#38;&#34;"/);
  assert.match(xml, /<failure message="two&#10;lines \?"\/>/);
  assert.match(xml, /<property name="p99" value="1\.25 ms"\/>/);
  assert.equal(escapeXml('a\u0007b\ud800c🧪'), 'a?b?c🧪');
});

test('JSON holds the same, with numbers as numbers', () => {
  const json = JSON.parse(toJson(run, results)) as { passed: number; tests: { figures: unknown; reason?: string }[] };
  assert.equal(json.passed, 1);
  assert.deepEqual(json.tests[0]?.figures, { p99: { value: 1.25, unit: 'ms' } });
  assert.equal(json.tests[2]?.reason, 'no such thing');
});

test('figures keep about three digits', () => {
  const shown = [3, 1.234, 56.78, 1234.5].map((value) => formatFigure({ value, unit: 'ms' }));
  assert.deepEqual(shown, ['3 ms', '1.23 ms', '56.8 ms', '1235 ms']);
});

test('a filter keeps matching tests and drops suites without any', () => {
  const named = (name: string) => ({ name, run: async () => {} });
  const suites = [{ ...suite, tests: [named('Create'), named('Get')] }, { ...suite, name: 'load' as const, tests: [named('Cycles')] }];
  const kept = filterSuites(suites, /^get$/i);
  assert.deepEqual(kept.map((one) => one.tests.map((each) => each.name)), [['Get']]);
  assert.equal(filterSuites(suites, undefined), suites);
});
