import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { Failure } from '../check.ts';
import { formatDuration } from '../duration.ts';
import type { TestContext } from '../suite.ts';
import { inAnyCase } from './leftovers.ts';

export interface Surroundings {
  folder?: string;
  env?: Record<string, string>;
}

/** A program that runs beside the tester. After the test it is killed together with everything that it has started. */
export class Child {
  output = '';
  errors = '';
  private readonly ended: Promise<number | null>;
  private lost: Error | undefined;

  private constructor(
    private readonly name: string,
    readonly process: ChildProcessWithoutNullStreams,
  ) {
    process.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    process.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    process.stdin.on('error', (error) => (this.lost ??= error));
    this.ended = new Promise((resolve) => {
      process.on('error', (error) => {
        this.lost = error;
        resolve(null);
      });
      process.on('close', resolve);
    });
  }

  static start(
    { onCleanup }: Pick<TestContext, 'onCleanup'>, program: string, args: string[], { folder, env }: Surroundings = {},
  ): Child {
    // In a process group of its own, so that one signal reaches it and its children.
    const spawned = spawn(program, args, { cwd: folder, env: { ...process.env, ...env }, detached: true });
    const child = new Child([program, ...args].join(' '), spawned);
    onCleanup(() => child.gone());
    inAnyCase(onCleanup, () => child.kill());
    return child;
  }

  /** Waits for something that the program does before it ends. */
  within<T>(ms: number, what: string, awaited: Promise<T>): Promise<T> {
    const gone = this.ended.then((status) => Promise.reject(this.failure(`it ended with status ${status} before ${what}`)));
    return this.inTime(ms, what, Promise.race([awaited, gone]));
  }

  /** Waits until the program has ended, and fails unless its status is 0. */
  async succeeds(ms: number): Promise<void> {
    const status = await this.inTime(ms, 'its end', this.ended);
    if (status !== 0) throw this.failure(`it ended with status ${status}`);
  }

  private async inTime<T>(ms: number, what: string, awaited: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.failure(`${what} did not come within ${formatDuration(ms)}`)), ms);
    });
    try {
      return await Promise.race([awaited, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private failure(why: string): Failure {
    const told = (this.lost?.message ?? this.errors).trim();
    return new Failure(`${this.name}: ${why}${told === '' ? '' : `\n${told.slice(-600)}`}`);
  }

  private kill(): void {
    const { pid } = this.process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // Nothing of the group is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  private async gone(): Promise<void> {
    const { pid, exitCode, signalCode } = this.process;
    if (pid !== undefined && exitCode === null && signalCode === null) await once(this.process, 'exit');
  }
}
