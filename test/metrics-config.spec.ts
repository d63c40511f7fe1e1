import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { IpRiskMetrics } from '../src/modules/metrics/ip-risk-metrics.js';
import { FakeClock } from './support/fake-clock.js';
import { countedEngine } from './support/metric-sources.js';
import { metricsIn } from './support/scraped.js';
import { ScriptedProvider } from './support/scripted-provider.js';

const CONFIG = join(import.meta.dirname, '../config');
const textOf = (path: string): string => readFileSync(join(CONFIG, path), 'utf8');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const rulesIn = (path: string): Rule[] =>
  (parse(textOf(path)) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const recorded = rulesIn('prometheus/rules.yaml');
const alerts = rulesIn('prometheus/alerts.yaml');
const dashboard = JSON.parse(textOf('grafana/dashboard.json')) as { schemaVersion: number; panels: Panel[] };

const namesIn = (expr: string): string[] => expr.match(/\bip_risk[:_][\w:]+/g) ?? [];

describe('config/prometheus and config/grafana', () => {
  it('ask for metrics that there are', async () => {
    const { sources } = countedEngine([new ScriptedProvider('vendor')], new FakeClock());
    const metrics = metricsIn(await new IpRiskMetrics(sources, false).text());
    const exported = new Set([...metrics, ...metrics.map((name) => `${name}_bucket`)]);
    const known = new Set([...exported, ...recorded.map(({ record }) => record)]);
    const expressions = [...recorded, ...alerts, ...dashboard.panels.flatMap(({ targets = [] }) => targets)];
    const asked = expressions.flatMap(({ expr }) => namesIn(expr));
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    // And the other way round: what nobody looks at is not worth its series.
    const unseen = metrics.filter((name) => !asked.some((each) => each === name || each === `${name}_bucket`));
    expect(unseen).toEqual([]);
  });

  it('say of every alert how bad it is and what to do first', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect([alert, labels?.['severity']]).toEqual([alert, expect.stringMatching(/^(warning|critical)$/)]);
      expect([alert, annotations?.['summary'], annotations?.['runbook']]).toEqual([
        alert,
        expect.stringMatching(/\.$/),
        expect.stringMatching(/\.$/),
      ]);
    }
  });

  it('have a row of the dashboard for everything that can go wrong', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Decisions', 'Fail modes', 'Providers', 'Cache', 'Travel', 'Decision log', 'Alerts']);
  });
});
