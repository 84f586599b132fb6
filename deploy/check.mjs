// Checks the alert rules, and the expression of each panel of the dashboard, with promtool.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'steelyard-rules-'));
try {
  const { panels } = JSON.parse(readFileSync(join(here, 'grafana/steelyard.json'), 'utf8'));
  // Grafana fills in its variables before Prometheus sees an expression.
  const rules = panels.flatMap((panel) => panel.targets.map(({ expr, refId }) => ({
    record: `panel:${panel.id}${refId.toLowerCase()}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
  })));
  const file = join(folder, 'panels.yml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] })); // JSON is YAML, too.
  const rulesOf = [file, join(here, 'prometheus/alerts.yml')];
  execFileSync(process.env.PROMTOOL ?? 'promtool', ['check', 'rules', ...rulesOf], { stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
