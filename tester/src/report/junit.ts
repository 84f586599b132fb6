import { count } from '../runner.ts';
import type { TestResult } from '../suite.ts';
import { formatFigure } from './console.ts';
import type { RunInfo } from './json.ts';

/** JUnit XML in the form that CI servers accept: a testsuite for each suite, and figures as properties. */
export function toJunit(run: RunInfo, results: TestResult[]): string {
  const suites = [...new Set(results.map((result) => result.suite))];
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${counts(results)}>`];
  for (const suite of suites) {
    const own = results.filter((result) => result.suite === suite);
    const when = run.startedAt.toISOString().slice(0, 19);
    lines.push(`  <testsuite name="${suite}" timestamp="${when}"${counts(own)}>`, ...own.flatMap(testCase), '  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

function testCase(result: TestResult): string[] {
  const { suite, name, status, reason = '', figures, durationMs } = result;
  const open = `    <testcase classname="${suite}" name="${escapeXml(name)}" time="${seconds(durationMs)}"`;
  const inner: string[] = [];
  if (Object.keys(figures).length > 0) {
    inner.push('      <properties>');
    for (const [key, figure] of Object.entries(figures)) {
      inner.push(`        <property name="${escapeXml(key)}" value="${escapeXml(formatFigure(figure))}"/>`);
    }
    inner.push('      </properties>');
  }
  if (status === 'failed') inner.push(`      <failure message="${escapeXml(reason)}"/>`);
  if (status === 'skipped') inner.push(`      <skipped message="${escapeXml(reason)}"/>`);
  return inner.length ? [`${open}>`, ...inner, '    </testcase>'] : [`${open}/>`];
}

function counts(results: TestResult[]): string {
  const time = seconds(results.reduce((sum, result) => sum + result.durationMs, 0));
  const failures = count(results, 'failed');
  return ` tests="${results.length}" failures="${failures}" errors="0" skipped="${count(results, 'skipped')}" time="${time}"`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** XML 1.0 cannot represent most control characters, so they become question marks. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '?')
    .replace(/[<>&"\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
