import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, Failure, isObject, show, skip } from '../../check.ts';
import { Child } from '../../os/child.ts';
import type { TestContext } from '../../suite.ts';

const folder = fileURLToPath(new URL('../../../clients/', import.meta.url));
const installMs = 240_000;
const scriptMs = 60_000;
let installed: Promise<string | undefined> | undefined;

/** The folder of a client's package; the first call installs all of them, or else skips the test with the reason. */
export async function needClient(context: TestContext, name: string): Promise<string> {
  const reason = await (installed ??= install(context));
  if (reason !== undefined) skip(`the clients cannot be installed: ${reason}`);
  const found = path.join(folder, 'node_modules', name);
  if (!existsSync(found)) skip(`${name} cannot be installed on ${process.platform} ${process.arch}`);
  return found;
}

/** The reason why the packages cannot be installed. */
async function install(context: TestContext): Promise<string | undefined> {
  const started = performance.now();
  try {
    const child = Child.start(context, path.join(folder, 'install'), []);
    await child.succeeds(installMs);
    if (child.output !== '') context.figure('installed in', performance.now() - started, 'ms');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message.replaceAll('\n', ' ');
  }
  return undefined;
}

/** The program of Node 22 or newer, which some clients need: this one, or one among the clients. */
export async function newerNode(context: TestContext): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) > 22) return process.execPath;
  return path.join(await needClient(context, `node-${process.platform}-${process.arch}`), 'bin/node');
}

export interface Script {
  /** The Node.js to run it, if not this one. */
  node?: string;
  env?: Record<string, string>;
}

/** Runs one of the scripts beside the packages, which prints what it saw as one line of JSON. */
export async function runScript(
  context: TestContext, name: string, args: string[], { node = process.execPath, env = {} }: Script = {},
): Promise<Record<string, unknown>> {
  const child = Child.start(context, node, [path.join(folder, name), ...args], { env });
  await child.succeeds(scriptMs);
  const seen: unknown = JSON.parse(child.output);
  check(isObject(seen), `${name} printed ${show(seen)}`);
  return seen;
}
