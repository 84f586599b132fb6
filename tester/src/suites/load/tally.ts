import { Latencies } from '../../stats/latencies.ts';

export type Operation = 'create' | 'get' | 'delete';

/** The counters of a load run. */
export class Tally {
  readonly latencies: Record<Operation, Latencies> = { create: new Latencies(), get: new Latencies(), delete: new Latencies() };
  readonly statuses = new Map<string, number>();
  readonly unanswered: string[] = [];
  readonly foreign: string[] = [];
  readonly doubled: string[] = [];
  readonly unexpected: string[] = [];
  completed = 0;
  refusedFull = 0;
  faultLost = 0;
  givenUp = 0;
  samples = 0;
  durationMs = 0;

  answered(operation: Operation, status: number, elapsedMs: number): void {
    this.latencies[operation].add(elapsedMs);
    const key = `${operation} ${status}`;
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
  }

  /** The number of responses with this status, for all operations. */
  withStatus(status: number): number {
    return [...this.statuses].filter(([key]) => key.endsWith(` ${status}`)).reduce((sum, [, count]) => sum + count, 0);
  }

  get requests(): number {
    return [...this.statuses.values()].reduce((sum, count) => sum + count, 0);
  }
}
