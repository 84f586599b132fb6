// What was measured, and on what. No host name: the results are published.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';

export function describeMachine(context) {
  const changes = ask('git', 'status', '--porcelain', 'orchestrator', 'worker');
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0].model,
    cores: cpus().length,
    kernel: release(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    steelyard: ask('git', 'rev-parse', '--short', 'HEAD') + (changes ? ' with changes' : ''),
    node: process.version,
    nginx: ask('nginx', '-v'),
    haproxy: ask('haproxy', '-v'),
    yarp: /Yarp\.ReverseProxy" Version="([^"]+)"/.exec(readFileSync('Directory.Packages.props', 'utf8'))[1],
    chromium: context.browser ? ask(context.browser, '--version', '--no-sandbox') : undefined,
    playwright: createRequire(new URL('../../tester/package.json', import.meta.url))('playwright-core/package.json').version,
  };
}

// The version in what a program prints, on either of its streams.
function ask(program, ...args) {
  try {
    const output = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8', timeout: 10_000 });
    return /\d+(\.\d+)+/.exec(output)?.[0] ?? output.trim();
  } catch {
    return undefined;
  }
}
