import { isDeepStrictEqual } from 'node:util';

/** The server violated a requirement. */
export class Failure extends Error {}

/** The test cannot run here; the message is the reason to show. */
export class Skipped extends Error {}

export function fail(message: string): never {
  throw new Failure(message);
}

export function skip(reason: string): never {
  throw new Skipped(reason);
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) fail(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Formats a value, shortened to fit on one line of a report. */
export function show(value: unknown, limit = 160): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length} characters)`;
}

type Kind = 'string' | 'number' | 'boolean' | 'object';

/** Reads a field of parsed JSON. Fails with its path if it has another type. */
export function field(value: unknown, name: string, kind: 'string'): string;
export function field(value: unknown, name: string, kind: 'number'): number;
export function field(value: unknown, name: string, kind: 'boolean'): boolean;
export function field(value: unknown, name: string, kind: 'object'): Record<string, unknown>;
export function field(value: unknown, name: string, kind: Kind): unknown {
  check(isObject(value), `expected an object with '${name}', got ${show(value)}`);
  const found = value[name];
  const matches = kind === 'object' ? isObject(found) : typeof found === kind;
  check(matches, `'${name}' must be a ${kind}, got ${show(found)} in ${show(value)}`);
  return found;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
