import { build, type Histogram } from 'hdr-histogram-js';

export const percentiles = [50, 90, 99, 99.9] as const;

/** Latencies in microseconds, up to two minutes, with three significant digits. */
export class Latencies {
  private readonly histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  add(ms: number): void {
    this.histogram.recordValue(Math.max(1, Math.round(ms * 1_000)));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  get maxMs(): number {
    return this.histogram.maxValue / 1_000;
  }

  atMs(percentile: number): number {
    return this.histogram.getValueAtPercentile(percentile) / 1_000;
  }

  /** Reports p50, p90, p99, p99.9 and max, one by one. */
  report(figure: (name: string, value: number, unit: string) => void): void {
    for (const percentile of percentiles) figure(`p${percentile}`, this.atMs(percentile), 'ms');
    figure('max', this.maxMs, 'ms');
  }
}
