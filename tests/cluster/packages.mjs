// The real clients and browsers that the tester uses, too.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tester = new URL('../../tester/', import.meta.url);
const manifest = (name) => new URL(`node_modules/${name}/package.json`, tester);

export const load = createRequire(new URL('package.json', tester));
export const versionOf = (name) => JSON.parse(readFileSync(manifest(name), 'utf8')).version;

export function whyNoClients(...names) {
  if (!['chromium-headless-shell', 'chromium'].some((name) => existsSync(`/usr/lib/chromium/${name}`)))
    return 'no Chromium is installed: run make browser';
  const missing = names.filter((name) => !existsSync(manifest(name)));
  return missing.length ? `${missing.join(' and ')} missing: run npm ci in tester` : null;
}
