import pc from 'picocolors';
import type { Listener } from '../runner.ts';
import { count } from '../runner.ts';
import type { Figure, Suite, TestResult } from '../suite.ts';

const rule = '━'.repeat(28);

export interface Screen {
  write(text: string): void;
  colour: boolean;
}

/** Prints the output that the challenge specifies: one line for each test as it ends. */
export class ConsoleReport implements Listener {
  private readonly paint;
  private started = false;

  constructor(private readonly screen: Screen) {
    this.paint = pc.createColors(screen.colour);
  }

  suiteStarts(suite: Suite): void {
    if (this.started) this.line('');
    this.started = true;
    this.banner(`🧪 ${suite.title}`);
    this.line('');
  }

  testEnded(result: TestResult, suite: Suite): void {
    this.line(this.headline(result) + (suite.figuresOnScreen ? this.figures(result) : ''));
    for (const note of result.notes ?? []) this.line(this.paint.dim(`    ${note}`));
    if (result.status === 'failed') for (const text of result.reason?.split('\n') ?? []) this.line(this.paint.red(`    ${text}`));
  }

  end(results: TestResult[]): void {
    const passed = count(results, 'passed');
    const skipped = count(results, 'skipped');
    const score = `${passed}/${results.length - skipped} passed${skipped ? `, ${skipped} skipped` : ''}`;
    this.line('');
    this.banner(`📊 RESULTS: ${score}`);
  }

  private headline({ status, name, reason }: TestResult): string {
    if (status === 'passed') return `${this.paint.green('✓')} ${name}`;
    if (status === 'failed') return `${this.paint.red('✗')} ${name}`;
    return this.paint.dim(`- ${name} (skipped: ${reason})`);
  }

  private figures({ figures }: TestResult): string {
    const parts = Object.entries(figures).map(([name, figure]) => `${name} ${formatFigure(figure)}`);
    return parts.length ? this.paint.dim(`  ${parts.join(' · ')}`) : '';
  }

  private banner(text: string): void {
    this.line(rule);
    this.line(text);
    this.line(rule);
  }

  private line(text: string): void {
    this.screen.write(`${text}\n`);
  }
}

export function formatFigure({ value, unit }: Figure): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toFixed(digits)}${unit ? ` ${unit}` : ''}`;
}
