const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Parses `500ms`, `5s`, `2m` or `1.5h` and returns milliseconds; undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (!match) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms > 0 ? ms : undefined;
}

/** Formats durations of up to two minutes in seconds, the usual unit for the TTL of a session. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms <= 120_000 || ms % 60_000 !== 0) return `${Number((ms / 1_000).toFixed(3))}s`;
  return `${ms / 60_000}m`;
}
