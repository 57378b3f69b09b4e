import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { DeliverStats } from '../../src/deliver/stats.js';
import { Metrics } from '../../src/health/metrics/metrics.js';
import { WebhookStats } from '../../src/webhooks/stats.js';
import { ROOT } from '../support/root.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const ALERTS = fileURLToPath(new URL('deploy/prometheus/alerts.yml', ROOT));
const ALERTS_TEST = fileURLToPath(new URL('deploy/prometheus/alerts.test.yml', ROOT));
const CACHED_PROMTOOL = fileURLToPath(new URL('node_modules/.cache/pitel-promtool/promtool', ROOT));

const metrics = new Metrics({ tenantsMax: 50, time: { now: () => 0 } });
metrics.watch({
  deliver: {
    stats: new DeliverStats(),
    limits: { counts: new Map() },
    inFlight: () => ({ total: 0, most: 0 }),
    followed: () => 0,
    catchUps: () => ({ reading: 0, waiting: 0 }),
    memory: () => ({ held: 0, limit: 0 }),
    keySets: () => ({ fresh: 2, stale: 1, unusable: 0 }),
    keySetFailures: () => 3,
  },
  store: {
    status: () => ({ clockErrorMs: 0, isClockOff: false, usedShare: 0, fullCount: 0, full: null }),
    trimmed: () => ({ age: 0, bytes: 0, memory: 0 }),
  },
  webhooks: new WebhookStats(),
  hosts: () => [],
  isStoreUp: () => Promise.resolve(true),
  droppedLines: () => 0,
});
const definitions = new Map(metrics.list().map((metric) => [metric.name, metric]));
const page = readFileSync(new URL('docs/metrics.md', ROOT), 'utf8');
const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(
  readFileSync(new URL('deploy/grafana/pitel-event-bridge.json', ROOT), 'utf8'),
) as { panels: Panel[] };

/** The metrics that an expression reads, each with the labels that it asks of it. */
function readIn(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/\b((?:pitel|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, series, matchers]) => {
      const base = series!.replace(/_(bucket|sum|count)$/, '');
      const isHistogram = definitions.get(base)?.type === 'histogram';
      const labels = [...(matchers ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
      return { name: isHistogram ? base : series!, labels };
    },
  );
}

/** What Prometheus adds by itself. */
const ADDED = ['job', 'instance'];

function unknownIn(expr: string): string[] {
  return readIn(expr).flatMap(({ name, labels }) => {
    const known = definitions.get(name);
    if (known === undefined) return [name];
    return labels
      .filter((label) => !known.labelNames.includes(label) && !ADDED.includes(label) && label !== 'le')
      .map((label) => `${name}{${label}}`);
  });
}

function promtool(...args: string[]): string {
  const found = ['promtool', CACHED_PROMTOOL].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  );
  if (found === undefined)
    throw new Error('promtool is missing: run node tools/ensure-promtool.mjs, or install Prometheus');
  return execFileSync(found, args, { encoding: 'utf8', stdio: 'pipe' });
}

describe('docs/metrics.md', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*?) ?\| [^|]+ \| ([^|]*) ?\|$/gm)].map(
    ([, name, type, labels, alerts]) => ({
      name,
      type,
      labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label),
      alerts: alerts!.split(',').map((alert) => alert.trim()),
    }),
  );

  it('lists every metric of the bridge with its type and labels, and no other', () => {
    const own = [...definitions.values()]
      .filter(({ name }) => name.startsWith('pitel_'))
      .map(({ name, type, labelNames }) => ({
        name,
        type,
        labels: labelNames.filter((label) => label !== 'le'),
      }));
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
      (a.name ?? '').localeCompare(b.name ?? '');
    expect(rows.map(({ name, type, labels }) => ({ name, type, labels })).sort(byName)).toEqual(
      own.sort(byName),
    );
  });

  it('names with each metric the alerts that use it', () => {
    const used = rows.map(({ name }) => [
      name,
      rules.filter(({ expr }) => readIn(expr).some((read) => read.name === name)).map(({ alert }) => alert),
    ]);
    expect(rows.map(({ name, alerts }) => [name, alerts.filter((alert) => alert !== '')])).toEqual(used);
    expect(rules.filter(({ alert }) => !page.includes(alert))).toEqual([]);
  });
});

describe('the alert rules', () => {
  it('read metrics and labels that there are', () => {
    expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
    expect(unknownIn('rate(pitel_polls_total{result="x"}[5m]) + pitel_nothing')).toEqual([
      'pitel_polls_total{result}',
      'pitel_nothing',
    ]);
  });

  it('say each what is wrong, how bad it is, and wait before they do unless it happens in one moment', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { annotations, labels } of rules) {
      expect(annotations.summary).toMatch(/\w/);
      expect(labels.severity).toMatch(/^(critical|warning)$/);
    }
    expect(rules.filter((rule) => rule.for === undefined).map(({ alert }) => alert)).toEqual([
      'PitelMemoryLost',
      'PitelCallsGivenUp',
      'PitelWebhookEventsDead',
      'PitelWebhookGap',
    ]);
  });

  it('use no metric that exists only with few tenants', () => {
    expect(rules.filter(({ expr }) => /pitel_(tenant|webhook_endpoint)_/.test(expr))).toEqual([]);
  });

  it('are accepted by promtool', () => {
    expect(promtool('check', 'rules', ALERTS)).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it('fire when they should and are silent when they should be, each of them', () => {
    expect(promtool('test', 'rules', ALERTS_TEST)).toContain('SUCCESS');
    const tests = readFileSync(ALERTS_TEST, 'utf8');
    expect(rules.filter(({ alert }) => !tests.includes(alert))).toEqual([]);
  });
});

describe('the dashboard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pitel-dashboard-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const { panels } = dashboard;
  const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('reads metrics and labels that there are, and shows every one of the bridge', () => {
    expect(shown.flatMap(unknownIn)).toEqual([]);
    const read = new Set(shown.flatMap(readIn).map(({ name }) => name));
    const own = [...definitions.keys()].filter((name) => name.startsWith('pitel_'));
    expect(own.filter((name) => !read.has(name))).toEqual([]);
  });

  it('has only expressions that Prometheus understands', () => {
    const inRules = {
      groups: [
        {
          name: 'dashboard',
          rules: shown.map((expr, n) => ({
            record: `panel:${n}`,
            expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, 'x'),
          })),
        },
      ],
    };
    const file = join(folder, 'dashboard.json');
    writeFileSync(file, JSON.stringify(inRules));
    expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${shown.length} rules found`);
  });

  it('has no two panels of one number or in one place', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});
