import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { check, fail, isObject, show } from '../../check.ts';
import type { HttpClient } from '../../http/client.ts';
import type { Reply } from '../../http/reply.ts';

export interface Operation {
  method: string;
  /** The path with its parameters in braces. */
  path: string;
  needsKey: boolean;
  statuses: string[];
}

type Json = Record<string, unknown>;

const verbs = ['get', 'put', 'post', 'delete', 'patch'];
const greedy = ['path', 'rest'];

/** The OpenAPI document of the server. It compares answers with the document, and remembers which it has seen. */
export class Description {
  readonly operations: Operation[];
  private readonly seen = new Set<string>();
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly matchers: { operation: Operation; regex: RegExp }[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });

  private constructor(private readonly document: Json) {
    formats.default(this.ajv);
    this.ajv.addSchema(closed(document) as Json, 'api');
    this.operations = Object.entries(document['paths'] as Json).flatMap(([path, item]) =>
      Object.entries(item as Json).filter(([verb]) => verbs.includes(verb)).map(([verb, told]) => ({
        method: verb.toUpperCase(),
        path,
        needsKey: !isObject(told) || !Array.isArray(told['security']),
        statuses: Object.keys((told as { responses: Json }).responses).filter((status) => status !== 'default'),
      })));
    this.matchers = [...this.operations]
      .sort((one, other) => rank(one.path) - rank(other.path) || other.path.length - one.path.length)
      .map((operation) => ({ operation, regex: pattern(operation.path) }));
  }

  static async read(client: HttpClient): Promise<Description> {
    const reply = await client.request('GET', '/openapi.json');
    const document = reply.status === 200 ? reply.json() : undefined;
    check(isObject(document) && isObject(document['paths']), `GET /openapi.json answered ${reply}`);
    return new Description(document);
  }

  /** Fails unless the document has this answer: its status, its content type, and each field of its body. */
  mustHave(method: string, url: string, reply: Reply): void {
    const path = url.split('?')[0]!;
    const operation = this.matchers.find(({ operation, regex }) => operation.method === method && regex.test(path))?.operation;
    if (!operation) fail(`${method} ${path} is not described, and answered ${reply}`);
    const what = `${method} ${operation.path} ${reply.status}`;
    if (!operation.statuses.includes(String(reply.status))) fail(`${what} is not described: ${reply}`);
    const at = ['paths', operation.path, method.toLowerCase(), 'responses', String(reply.status)];
    const type = reply.header('content-type')?.split(';')[0]?.trim();
    const content = this.at(at)['content'] as Json | undefined;
    if (reply.status === 101) this.seen.add(what); // Frames may follow at once.
    else if (!content) check(reply.body.length === 0, `${what} has a body that is not described: ${reply}`);
    else this.compare(what, at, content, type, reply);
    this.seen.add(what);
  }

  /** What was seen of the document, and what was not: a line for each operation. */
  coverage(): { seen: number; described: number; missing: string[] } {
    const of = ({ method, path }: Operation, status: string) => `${method} ${path} ${status}`;
    const missing = this.operations
      .map((operation) => [operation, operation.statuses.filter((status) => !this.seen.has(of(operation, status)))] as const)
      .filter(([, statuses]) => statuses.length > 0)
      .map(([{ method, path }, statuses]) => `${method} ${path}: ${statuses.join(' ')}`);
    return { seen: this.seen.size, described: this.operations.flatMap(({ statuses }) => statuses).length, missing };
  }

  private compare(what: string, at: string[], content: Json, type: string | undefined, reply: Reply): void {
    const name = [type ?? '', '*/*'].find((known) => known in content);
    if (name === undefined) fail(`${what} has the content type ${type}, described are ${Object.keys(content).join(', ')}`);
    if (!name.endsWith('json')) return;
    const body = reply.json();
    check(body !== undefined, `${what} is no JSON: ${reply}`);
    const validate = this.validator([...at, 'content', name, 'schema']);
    if (!validate(body)) {
      const [error] = validate.errors ?? [];
      fail(`${what}: the body differs at '${error?.instancePath}': ${error?.message} ${show(error?.params)} in ${show(body)}`);
    }
  }

  private validator(at: string[]): ValidateFunction {
    const pointer = this.resolve(at).map(escape).join('/');
    const known = this.validators.get(pointer);
    if (known) return known;
    const made = this.ajv.compile({ $ref: `api#/${pointer}` });
    this.validators.set(pointer, made);
    return made;
  }

  private at(path: string[]): Json {
    return this.resolve(path).reduce<unknown>((value, key) => (value as Json)[key], this.document) as Json;
  }

  /** The path without references to components on its way. */
  private resolve(path: string[]): string[] {
    let found: string[] = [];
    let value: unknown = this.document;
    for (const key of path) {
      [found, value] = [[...found, key], (value as Json)[key]];
      const reference = isObject(value) ? value['$ref'] : undefined;
      if (typeof reference !== 'string') continue;
      found = reference.slice(2).split('/');
      value = found.reduce<unknown>((inner, part) => (inner as Json)[part], this.document);
    }
    return found;
  }
}

/** The same, where an object has no fields but those that are described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each)]));
  return isObject(value['properties']) && value['type'] !== undefined && !('additionalProperties' in value)
    ? { ...inner, additionalProperties: false }
    : inner;
}

function pattern(path: string): RegExp {
  const parts = path.split(/\{(\w+)\}/);
  const text = parts.map((part, index) => (index % 2 === 0 ? part.replace(/[.]/g, '\\.') : greedy.includes(part) ? '.*' : '[^/]+'));
  return new RegExp(`^${text.join('').replace(/\/\.\*$/, '(/.*)?')}$`);
}

/** Routes that take anything come last. */
function rank(path: string): number {
  return (path.match(/\{/g)?.length ?? 0) + (greedy.some((name) => path.includes(`{${name}}`)) ? 10 : 0);
}

function escape(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}
